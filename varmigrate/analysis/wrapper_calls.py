"""The wrappers a file defines or imports, and its calls of them.

What wraps is read by `callables` and `wrappers`; here it is tied to the syntax tree of one file:
which definition that is, and which calls surely reach it. A name that may be something else (bound
twice, replaced from outside, overridden in a subclass, hidden by a later star import) is not
followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import libcst as cst

from varmigrate.analysis.callables import digest_of, read_callables
from varmigrate.analysis.calls import CallShape, Flag, literal_flag
from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.names import VARIABLE, Meaning, Names, canonical
from varmigrate.analysis.scopes import Binding, BindingKind, Load, Scope, ScopeKind, Scopes
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.analysis.wrappers import (
    Bound,
    CallableKind,
    FileCallables,
    Key,
    Ref,
    Source,
    SourceKind,
    WrapperSummary,
    bind,
    default_of,
    members,
    overridden,
    solve,
)
from varmigrate.files.spellings import python_tree
from varmigrate.torch_facts.stars import STAR_EXPORTS_VARIABLE

_MOST_ALIASES = 6


@dataclass(eq=False, slots=True)
class Wrapper:
    """A callable that wraps, as one file knows it.

    node: the function or the assignment that defines it here, None for one of another file.
    calls: the calls of Variable inside it, `map(Variable, ...)` included. through: the wrappers it
    calls.
    """

    summary: WrapperSummary
    node: cst.CSTNode | None = None
    name_node: cst.Name | None = None
    binding: Binding | None = None
    calls: list[Site] = field(default_factory=list)
    through: list[Wrapper] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its own name, without that of the class or function around it."""
        return self.summary.short


def wrapper_sites(scopes: Scopes, names: Names, direct: list[Site]) -> list[Site]:
    """The definitions and calls of wrappers in a file. direct: the sites of Variable itself."""
    if not names.context.wrappers and all(site.kind is SiteKind.IMPORT for site in direct):
        return []
    return list(_Finder(scopes, names, direct).run())


def wrapper_shape(summary: WrapperSummary, call: cst.Call) -> CallShape | None:
    """The parts of a call of a wrapper, as its own arguments and the defaults decide them.

    None for a call that cannot work.
    """
    bound = bind(
        [(a.keyword.value if a.keyword is not None else a.star, a) for a in call.args],
        summary.parameters,
    )
    if bound.wrong:
        return None
    if bound.unclear:
        return CallShape(problem="`*` arguments hide what is passed to the wrapper")
    data = None if summary.data is None else _given(bound, summary.data)
    return CallShape(
        data=data.value if data is not None else None,
        data_argument=data,
        requires_grad=_flag(summary, bound, summary.requires_grad),
        volatile=_flag(summary, bound, summary.volatile),
    )


def only_return(node: cst.FunctionDef) -> cst.BaseExpression | None:
    """The value of the `return` that is all a function does, a docstring aside."""
    parts = [
        part
        for item in node.body.body
        for part in (item.body if isinstance(item, cst.SimpleStatementLine) else [item])
    ]
    first = parts[0] if len(parts) == 2 else None
    if isinstance(first, cst.Expr) and isinstance(first.value, cst.SimpleString):
        parts = parts[1:]
    last = parts[0] if len(parts) == 1 else None
    return last.value if isinstance(last, cst.Return) else None


def _given(bound: Bound[cst.Arg], source: Source) -> cst.Arg | None:
    if source.kind is SourceKind.PASSED:
        if 0 <= source.index < len(bound.rest):
            return bound.rest[source.index]
        return bound.extra.get(source.name) if source.name else None
    return bound.given.get(source.name)


def _flag(summary: WrapperSummary, bound: Bound[cst.Arg], source: Source) -> Flag:
    if source.kind in (SourceKind.LITERAL, SourceKind.EXPRESSION):
        return _written(source)
    argument = _given(bound, source)
    turned = source.kind is SourceKind.NOT_PARAMETER
    if argument is None:
        default = default_of(summary.parameters, source)
        flag = Flag() if default is None else _written(default)
        if not turned or flag.expression is None:
            return flag
    else:
        flag = Flag(literal_flag(argument.value), argument.value, argument)
        if not turned:
            return flag
    value = None if flag.value is None else not flag.value
    return Flag(value, cst.UnaryOperation(cst.Not(), flag.expression or cst.Name("None")))


def _written(source: Source) -> Flag:
    """A flag that is not given at the call: no part of this file's tree."""
    if not source.text:
        return Flag(source.value)
    try:
        return Flag(source.value, cst.parse_expression(source.text))
    except cst.ParserSyntaxError:
        return Flag(source.value, cst.Ellipsis())


class _Finder:
    def __init__(self, scopes: Scopes, names: Names, direct: list[Site]) -> None:
        self.scopes = scopes
        self.tree = scopes.tree
        self.names = names
        self.context = names.context
        self.direct = {id(site.call) for site in direct if site.kind is SiteKind.CALL}
        self.wrapping = [s for s in direct if s.kind in (SiteKind.CALL, SiteKind.MAP)]
        self.callables = callables_of(scopes.tree.text, names.context)
        self.known: dict[str, WrapperSummary] = dict(self.context.wrappers)
        self.by_key: dict[Key, Wrapper] = {}
        self.by_place: dict[tuple[str, int], Wrapper] = {}

    def run(self) -> Iterator[Site]:
        self._define()
        if not self.by_key and not self.known:
            return
        meaning = Meaning(VARIABLE)
        for wrapper in list(self.by_key.values()):
            if wrapper.node is not None and wrapper.name_node is not None and wrapper.binding:
                yield Site(
                    SiteKind.WRAPPER,
                    wrapper.node,
                    wrapper.name_node,
                    wrapper.binding.scope,
                    wrapper.binding.order,
                    wrapper.calls[0].meaning if wrapper.calls else meaning,
                    wrapper=wrapper,
                )
        for name in sorted(self._heads()):
            for load in self.scopes.loads.get(name, ()):
                site = self._call(load, meaning)
                if site is not None:
                    yield site

    # -- definitions ---------------------------------------------------------------------------

    def _define(self) -> None:
        """The wrappers this file defines, tied to their nodes."""
        found = solve({"": self.callables}, self._resolve, self._is_variable)
        for key, summary in found.items():
            self.by_key[key] = self.by_place[summary.short, summary.line] = Wrapper(summary)
        if not found:
            return
        # What is deleted, declared elsewhere or bound again has more than one binding.
        for scope in dict.fromkeys((self.scopes.module, *self.scopes.scope_of.values())):
            for name, bindings in scope.bindings.items():
                if len(bindings) == 1:
                    self._tie(name, bindings[0])
        places = self._places()
        for key, wrapper in list(self.by_key.items()):
            wrapper.calls = [places[p] for p in wrapper.summary.own if p in places]
            wrapper.through = [self._known_wrapper(k) for k in wrapper.summary.through if k != key]

    def _tie(self, name: str, binding: Binding) -> None:
        node = binding.node
        name_node = node.name if isinstance(node, cst.FunctionDef) else node
        if not isinstance(name_node, cst.Name):
            return
        wrapper = self.by_place.get((name, self.tree.line(name_node)))
        if wrapper is not None and wrapper.binding is None:
            wrapper.binding = binding
            wrapper.name_node = name_node
            wrapper.node = node if isinstance(node, cst.FunctionDef) else binding.statement

    def _known_wrapper(self, key: Key) -> Wrapper:
        if key not in self.by_key:
            summary = next(s for s in self.known.values() if (s.path, s.name) == key)
            self.by_key[key] = Wrapper(summary)
        return self.by_key[key]

    def _places(self) -> dict[tuple[int, int], Site]:
        """What wraps here, by line and column (in bytes) of the name Variable."""
        found: dict[tuple[int, int], Site] = {}
        for site in self.wrapping:
            node = site.name
            start = self.tree.start(node)
            if isinstance(node, (cst.Name, cst.Attribute)) and node.lpar:
                start = self.tree.end(node.lpar[-1])
            line, column = self.tree.place(start)
            before = self.tree.line_text(line)[: column - 1]
            found[line, len(before.encode())] = site
        return found

    def _resolve(self, path: str, ref: Ref) -> Key | WrapperSummary | None:
        if ref.module is not None:
            return self.known.get(self._origin(ref))
        for found in members(self.callables, ref.name):
            if isinstance(found, str):
                return ("", found)
            summary = self.known.get(self._origin(found))
            if summary is not None:
                return summary
        return None

    def _is_variable(self, path: str, ref: Ref) -> bool:
        return ref.module is not None and self._origin(ref) == VARIABLE

    def _origin(self, ref: Ref) -> str:
        """The dotted origin of something imported, as `names` would give it."""
        head, _, rest = ref.name.partition(".")
        if ref.module == "*":
            origin = ""
            for star in self.scopes.module.stars:
                known = self.context.stars.get(star.module)
                if known is None and star.module in STAR_EXPORTS_VARIABLE:
                    known = {"Variable": VARIABLE}
                origin = (known or {}).get(head, origin)
        else:
            origin = self.context.imports.get((ref.module or "", head), f"{ref.module}.{head}")
        return canonical(f"{origin}.{rest}" if rest else origin)

    # -- which names may lead to a wrapper -----------------------------------------------------

    def _heads(self) -> set[str]:
        found = {part for _, name in self.by_key for part in name.split(".")}
        origins = {origin.rpartition(".")[0] for origin in self.known} | set(self.known)
        assigned: list[tuple[str, str]] = []
        for scope in dict.fromkeys((self.scopes.module, *self.scopes.scope_of.values())):
            inside = scope.parent
            if inside is not None and inside.kind is ScopeKind.CLASS:
                # The first parameter of a method, by which others are called.
                found.add(next(iter(scope.bindings), ""))
            for star in scope.stars:
                known = self.context.stars.get(star.module, {})
                found.update(name for name, origin in known.items() if _leads(origin, origins))
            for name, bindings in scope.bindings.items():
                for binding in bindings:
                    if binding.kind is BindingKind.IMPORT:
                        key = (binding.module, binding.imported or "")
                        whole = ".".join(p for p in key if p)
                        if _leads(self.context.imports.get(key, whole), origins):
                            found.add(name)
                    elif isinstance(binding.value, (cst.Name, cst.Attribute)):
                        assigned.append((name, _head(binding.value)))
        while True:
            more = {name for name, head in assigned if head in found} - found
            if not more:
                return found
            found |= more

    # -- calls ---------------------------------------------------------------------------------

    def _call(self, load: Load, meaning: Meaning) -> Site | None:
        node: cst.CSTNode = load.node
        while True:
            parent = self.tree.parent(node)
            if isinstance(parent, cst.Attribute) and parent.value is node:
                node = parent
                continue
            break
        if isinstance(parent, cst.Call) and parent.func is node:
            if id(parent) in self.direct:
                return None
            wrapper = self.of(parent.func)
            shape = None if wrapper is None else wrapper_shape(wrapper.summary, parent)
            return self._site(load, node, parent, wrapper, shape, meaning)
        if isinstance(parent, cst.Arg) and isinstance(node, (cst.Name, cst.Attribute)):
            call = self.tree.parent(parent)
            if not isinstance(call, cst.Call) or call.args[0] is not parent or len(call.args) < 2:
                return None
            func = call.func
            if not isinstance(func, cst.Name) or func.value != "map" or parent.keyword:
                return None
            if not self.names.is_builtin(func):
                return None
            wrapper = self.of(node)
            if wrapper is None:
                return None
            # The elements are no expression of this file.
            empty: Bound[cst.Arg] = Bound()
            shape = CallShape(
                requires_grad=_flag(wrapper.summary, empty, wrapper.summary.requires_grad),
                volatile=_flag(wrapper.summary, empty, wrapper.summary.volatile),
            )
            return self._site(load, node, call, wrapper, shape, meaning)
        return None

    def _site(
        self,
        load: Load,
        name: cst.CSTNode,
        call: cst.Call,
        wrapper: Wrapper | None,
        shape: CallShape | None,
        meaning: Meaning,
    ) -> Site | None:
        if wrapper is None or shape is None:
            return None
        if wrapper.node is not None and self._inside(call, wrapper.node):
            return None
        return Site(
            SiteKind.WRAPPER_CALL,
            call,
            name,
            load.scope,
            load.order,
            meaning,
            call=call,
            shape=shape,
            wrapper=wrapper,
        )

    def _inside(self, node: cst.CSTNode, outer: cst.CSTNode) -> bool:
        current: cst.CSTNode | None = node
        while current is not None and current is not outer:
            current = self.tree.parent(current)
        return current is outer

    def of(self, func: cst.BaseExpression, depth: int = 0) -> Wrapper | None:
        """The wrapper an expression surely is, or None."""
        if depth > _MOST_ALIASES:
            return None
        if isinstance(func, cst.Name):
            return self._by_name(func, depth)
        if isinstance(func, cst.Attribute):
            return self._by_attribute(func)
        return None

    def _by_name(self, node: cst.Name, depth: int) -> Wrapper | None:
        binding = self._binding(node)
        if binding is None:
            return self._imported(node)
        wrapper = self._defined(binding)
        if wrapper is not None and wrapper.summary.kind is not CallableKind.ALIAS:
            return wrapper
        if isinstance(binding.value, (cst.Name, cst.Attribute)):
            return self.of(binding.value, depth + 1)
        return self._imported(node)

    def _binding(self, node: cst.Name) -> Binding | None:
        """The one binding of a name, where nothing outside the file and no star can change it."""
        load = self.names.load(node)
        if load is None:
            return None
        owner = self.names.owner(node.value, load.scope)
        found = owner.bindings.get(node.value, [])
        if len(found) != 1 or found[0].foreign:
            return None
        if owner.kind is ScopeKind.MODULE and node.value in self.context.patched:
            return None
        for star in owner.stars:
            if star.order > found[0].order:
                known = self.context.stars.get(star.module)
                if known is None or node.value in known:
                    return None
        return found[0]

    def _defined(self, binding: Binding) -> Wrapper | None:
        node = binding.node
        name_node = node.name if isinstance(node, cst.FunctionDef) else node
        if not isinstance(name_node, cst.Name):
            return None
        wrapper = self.by_place.get((binding.name, self.tree.line(name_node)))
        return wrapper if wrapper is not None and wrapper.binding is binding else None

    def _imported(self, node: cst.BaseExpression) -> Wrapper | None:
        """A wrapper of another file, reached by a name or a chain of attributes."""
        if not self.known:
            return None
        meaning = self.names.dotted(node)
        if meaning is None or not meaning.sure or self._hidden(meaning):
            return None
        summary = self.known.get(meaning.origin)
        if summary is None:
            return None
        if summary.kind is CallableKind.METHOD:
            # Called on the class the object is an argument of its own.
            return None
        return self._known_wrapper((summary.path, summary.name))

    def _hidden(self, meaning: Meaning) -> bool:
        """Whether a later star import may bind the name anew."""
        return any(
            star.order > binding.order and self.context.stars.get(star.module) is None
            for binding in meaning.bindings
            for star in binding.scope.stars
        )

    def _by_attribute(self, func: cst.Attribute) -> Wrapper | None:
        imported = self._imported(func)
        if imported is not None:
            return imported
        if not isinstance(func.value, cst.Name):
            return None
        method = func.attr.value
        if method in self.scopes.attributes or method in self.scopes.replaced:
            return None
        if method in self.context.overridden:
            return None
        load = self.names.load(func.value)
        if load is None:
            return None
        owner = self.names.owner(func.value.value, load.scope)
        found = owner.bindings.get(func.value.value, [])
        if len(found) != 1:
            return None
        if found[0].kind is BindingKind.CLASS:
            around = self._path(owner, func.value.value)
            wrapper = self._member(f"{around}.{method}")
            plain = wrapper is not None and wrapper.summary.kind is CallableKind.METHOD
            return None if plain else wrapper
        if not self._is_receiver(found[0], owner) or owner.parent is None:
            return None
        inside = self._path(owner.parent, "").removesuffix(".")
        if overridden(self.callables, f"{inside}.{method}"):
            return None
        return self._member(f"{inside}.{method}")

    def _member(self, name: str) -> Wrapper | None:
        """The wrapper a class has under a name, its bases included."""
        for found in members(self.callables, name):
            if isinstance(found, str):
                wrapper = self.by_key.get(("", found))
                return wrapper if wrapper is not None and wrapper.binding is not None else None
            summary = self.known.get(self._origin(found))
            return None if summary is None else self._known_wrapper((summary.path, summary.name))
        return None

    @staticmethod
    def _is_receiver(binding: Binding, owner: Scope) -> bool:
        """Whether a binding is the first parameter of a method."""
        node = owner.node
        if binding.kind is not BindingKind.PARAMETER or not isinstance(node, cst.FunctionDef):
            return False
        if owner.parent is None or owner.parent.kind is not ScopeKind.CLASS:
            return False
        if any(
            isinstance(d.decorator, cst.Name) and d.decorator.value == "staticmethod"
            for d in node.decorators
        ):
            return False
        parameters = [*node.params.posonly_params, *node.params.params]
        return bool(parameters) and parameters[0] is binding.node

    @staticmethod
    def _path(scope: Scope, name: str) -> str:
        """The dotted name of something bound in a scope, as `callables` writes it."""
        parts = [name]
        current: Scope | None = scope
        while current is not None and current.parent is not None:
            node = current.node
            if isinstance(node, cst.ClassDef):
                parts.append(node.name.value)
            elif isinstance(node, cst.FunctionDef):
                parts += ["<locals>", node.name.value]
            else:
                parts += ["<locals>", "<other>"]
            current = current.parent
        return ".".join(reversed(parts))


def callables_of(text: str, context: ModuleContext) -> FileCallables:
    """The callables of a text that may have changed since the project was looked into."""
    if context.callables is not None and context.callables[0] == digest_of(text):
        return context.callables[1]
    return _read(text)


@lru_cache(maxsize=2)
def _read(text: str) -> FileCallables:
    try:
        return read_callables(python_tree(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return FileCallables()


def _leads(origin: str, origins: set[str]) -> bool:
    """Whether an import may be the first step to one of the wrappers."""
    return origin in origins or any(known.startswith(origin + ".") for known in origins)


def _head(node: cst.CSTNode) -> str:
    while isinstance(node, cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""
