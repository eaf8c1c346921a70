"""The places of a file where the legacy API is used, told apart by the role of the name there."""

from __future__ import annotations

import ast
import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from varmigrate.analysis.calls import CallShape, read_call
from varmigrate.analysis.names import VARIABLE, Meaning, Names
from varmigrate.analysis.scopes import BindingKind, Scope, ScopeKind, Scopes

if TYPE_CHECKING:
    from varmigrate.analysis.wrapper_calls import Wrapper

_DOTTED_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*(?:\s*\.\s*[A-Za-z_][A-Za-z_0-9]*)*")
_STRING_LITERAL = re.compile(r"""[uU]?('''|\"\"\"|'|")(?P<body>[^\\]*)\1\Z""", re.DOTALL)
_TYPING = ("typing.", "typing_extensions.")


class SiteKind(enum.Enum):
    """The role in which the legacy API is used at a site."""

    CALL = "call"
    WRAPPER_CALL = "wrapper call"
    WRAPPER = "wrapper definition"
    ISINSTANCE = "isinstance"
    ISSUBCLASS = "issubclass"
    TYPE_COMPARISON = "type comparison"
    ANNOTATION = "annotation"
    STRING_ANNOTATION = "string annotation"
    SUBCLASS = "subclass"
    PROBE = "probe"
    ATTRIBUTE = "attribute"
    REGISTER = "register"
    MAP = "map"
    ALIAS = "alias"
    VALUE = "value"
    IMPORT = "import"


@dataclass(eq=False, slots=True)
class Site:
    """One use of the legacy API.

    node: what is reported. name: the expression that stands for Variable (or the wrapper's name).
    base: the name read at its root, None for imports and strings. meaning: how sure that is.
    span: offsets of the name inside a string annotation. call, shape: for calls. wrapper: the
    definition a wrapper call goes to.
    """

    kind: SiteKind
    node: cst.CSTNode
    name: cst.CSTNode
    scope: Scope
    order: int
    meaning: Meaning
    base: cst.Name | None = None
    span: tuple[int, int] | None = None
    call: cst.Call | None = None
    shape: CallShape = field(default_factory=CallShape)
    wrapper: Wrapper | None = None
    guard: str = ""


def find_sites(scopes: Scopes, names: Names) -> list[Site]:
    """All sites of a file, those of the project's wrappers included, in order of place."""
    # That module needs the types of this one.
    from varmigrate.analysis.wrapper_calls import wrapper_sites

    direct = list(_Finder(scopes, names).run())
    sites = [*direct, *wrapper_sites(scopes, names, direct)]
    tree = scopes.tree
    return sorted(sites, key=lambda site: (tree.start(site.node), tree.start(site.name)))


class _Finder:
    def __init__(self, scopes: Scopes, names: Names) -> None:
        self.scopes = scopes
        self.tree = scopes.tree
        self.names = names
        self.guards = _Guards(scopes, names)

    def run(self) -> Iterator[Site]:
        direct = [
            site
            for name in sorted(self._candidate_names())
            for load in self.scopes.loads.get(name, ())
            if (site := self._site(load.node, load.scope, load.order)) is not None
        ]
        yield from direct
        yield from self._strings()
        yield from self._imports(direct)

    # -- direct uses of the name ---------------------------------------------------------------

    def _candidate_names(self) -> set[str]:
        """Names that may lead to torch: from imports and stars, and what is assigned from them."""
        found: set[str] = {"Variable"}
        assigned: list[tuple[str, str]] = []
        for scope in (self.scopes.module, *self.scopes.scope_of.values()):
            for name, bindings in scope.bindings.items():
                for binding in bindings:
                    if binding.kind is BindingKind.IMPORT:
                        key = (binding.module, binding.imported or "")
                        origin = self.names.context.imports.get(key, binding.module)
                        if origin.startswith("torch"):
                            found.add(name)
                    elif isinstance(binding.value, (cst.Name, cst.Attribute)):
                        assigned.append((name, _head(binding.value)))
            for star in scope.stars:
                known = self.names.context.stars.get(star.module, {})
                found.update(name for name, origin in known.items() if origin.startswith("torch"))
        while True:
            more = {name for name, head in assigned if head in found} - found
            if not more:
                return found
            found |= more

    def _site(self, base: cst.Name, scope: Scope, order: int) -> Site | None:
        if self.tree.parent(base) is None:
            return None
        node: cst.CSTNode = base
        tail = ""
        chain: list[cst.CSTNode] = [base]
        while True:
            parent = self.tree.parent(node)
            if not isinstance(parent, cst.Attribute) or parent.value is not node:
                break
            node = parent
            tail = parent.attr.value
            chain.append(node)
        if len(chain) > 1 and all("ariable" not in self._spelled(part) for part in chain):
            meaning = self.names.name(base)
            if meaning is None or meaning.origin != VARIABLE:
                return None
        for index, part in enumerate(chain):
            meaning = self.names.dotted(part)
            if meaning is None:
                return None
            if meaning.origin == VARIABLE:
                above = chain[index + 1] if index + 1 < len(chain) else None
                return self._classify(part, base, scope, order, meaning, above, tail)
        return None

    @staticmethod
    def _spelled(node: cst.CSTNode) -> str:
        if isinstance(node, cst.Attribute):
            return node.attr.value
        return node.value if isinstance(node, cst.Name) else ""

    def _classify(
        self,
        name: cst.CSTNode,
        base: cst.Name,
        scope: Scope,
        order: int,
        meaning: Meaning,
        above: cst.CSTNode | None,
        tail: str,
    ) -> Site:
        kind, node = self._role(name, above)
        site = Site(kind, node, name, scope, order, meaning, base)
        site.guard = self.guards.around(node)
        if kind is SiteKind.CALL and isinstance(node, cst.Call):
            site.call = node
            site.shape = read_call(node)
        return site

    def _role(self, name: cst.CSTNode, above: cst.CSTNode | None) -> tuple[SiteKind, cst.CSTNode]:
        if above is not None:
            return SiteKind.ATTRIBUTE, above
        parent = self.tree.parent(name)
        if isinstance(parent, cst.Call) and parent.func is name:
            return SiteKind.CALL, parent
        if self._in_annotation(name):
            return SiteKind.ANNOTATION, name
        if isinstance(parent, cst.Arg):
            return self._argument_role(name, parent)
        if isinstance(parent, cst.Element):
            outer = self.tree.parent(parent)
            argument = self.tree.parent(outer) if isinstance(outer, cst.Tuple) else None
            while isinstance(argument, cst.Element):
                outer = self.tree.parent(argument)
                argument = self.tree.parent(outer) if isinstance(outer, cst.Tuple) else None
            if isinstance(argument, cst.Arg):
                kind, node = self._argument_role(name, argument)
                if kind in (SiteKind.ISINSTANCE, SiteKind.ISSUBCLASS):
                    return kind, node
            return SiteKind.VALUE, name
        if isinstance(parent, (cst.Comparison, cst.ComparisonTarget)):
            comparison = parent if isinstance(parent, cst.Comparison) else self.tree.parent(parent)
            if isinstance(comparison, cst.Comparison) and type_operand(
                comparison, name, self.names
            ):
                return SiteKind.TYPE_COMPARISON, comparison
            return SiteKind.VALUE, name
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            target = parent.targets[0].target
            if isinstance(target, cst.Name):
                return SiteKind.ALIAS, parent
        return SiteKind.VALUE, name

    def _argument_role(self, name: cst.CSTNode, argument: cst.Arg) -> tuple[SiteKind, cst.CSTNode]:
        call = self.tree.parent(argument)
        if isinstance(call, cst.ClassDef):
            return (SiteKind.SUBCLASS, call) if argument in call.bases else (SiteKind.VALUE, name)
        if not isinstance(call, cst.Call) or argument.keyword is not None or argument.star:
            return SiteKind.VALUE, name
        position = next((i for i, a in enumerate(call.args) if a is argument), -1)
        func = call.func
        if isinstance(func, cst.Attribute) and func.attr.value == "register" and position == 0:
            return SiteKind.REGISTER, name
        if not isinstance(func, cst.Name) or not self._builtin(func):
            return SiteKind.VALUE, name
        if func.value in ("isinstance", "issubclass") and position == 1 and len(call.args) == 2:
            kind = SiteKind.ISINSTANCE if func.value == "isinstance" else SiteKind.ISSUBCLASS
            return kind, call
        if func.value in ("hasattr", "getattr") and position == 0:
            return SiteKind.PROBE, call
        if func.value == "map" and position == 0 and len(call.args) == 2 and not call.args[1].star:
            return SiteKind.MAP, name
        return SiteKind.VALUE, name

    def _builtin(self, func: cst.Name) -> bool:
        load = self.names.load(func)
        if load is None:
            return False
        owner = self.names.owner(func.value, load.scope)
        known = (self.names.context.stars.get(star.module, {}) for star in owner.stars)
        return func.value not in owner.bindings and not any(func.value in names for names in known)

    def _in_annotation(self, name: cst.CSTNode) -> bool:
        """Inside an annotation, or a subscript of a typing name anywhere."""
        node: cst.CSTNode = name
        while True:
            parent = self.tree.parent(node)
            if isinstance(parent, cst.Annotation):
                return True
            if isinstance(parent, cst.Subscript) and parent.value is not node:
                if self.names.origin(parent.value).startswith(_TYPING):
                    return True
            elif not isinstance(
                parent,
                (cst.Index, cst.SubscriptElement, cst.Tuple, cst.List, cst.Element),
            ) and not (
                isinstance(parent, cst.BinaryOperation) and isinstance(parent.operator, cst.BitOr)
            ):
                return False
            node = parent

    # -- string annotations and imports --------------------------------------------------------

    def _strings(self) -> Iterator[Site]:
        for string in self.scopes.strings:
            match = _STRING_LITERAL.match(string.node.value)
            if match is None or self._is_literal(string.node):
                continue
            start = self.tree.text.index(string.node.value, self.tree.start(string.node))
            try:
                ast.parse(match["body"].strip(), mode="eval")
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            offset = start + match.start("body")
            for word in _DOTTED_WORD.finditer(match["body"]):
                parts = [part.strip() for part in word.group().split(".")]
                meaning = self.names.at(parts[0], string.scope, string.order)
                if meaning is None:
                    continue
                origin = ".".join([meaning.origin, *parts[1:]])
                if origin not in (VARIABLE, "torch.autograd.variable.Variable"):
                    continue
                site = Site(
                    SiteKind.STRING_ANNOTATION,
                    string.node,
                    string.node,
                    string.scope,
                    string.order,
                    meaning,
                    span=(offset + word.start(), offset + word.end()),
                )
                site.guard = self.guards.around(string.node)
                yield site

    def _is_literal(self, node: cst.CSTNode) -> bool:
        """Whether a string in an annotation is a value there: in Literal, or beside Annotated."""
        parent = self.tree.parent(node)
        while parent is not None and not isinstance(parent, cst.Annotation):
            if isinstance(parent, cst.Subscript):
                called = parent.value
                last = called.attr if isinstance(called, cst.Attribute) else called
                if isinstance(last, cst.Name) and last.value in ("Literal", "Annotated"):
                    return True
            parent = self.tree.parent(parent)
        return False

    def _imports(self, direct: list[Site]) -> Iterator[Site]:
        """Imports of Variable that nothing in the file reads."""
        for scope in dict.fromkeys((self.scopes.module, *self.scopes.scope_of.values())):
            for name, bindings in scope.bindings.items():
                for binding in bindings:
                    if binding.kind is not BindingKind.IMPORT or binding.foreign:
                        continue
                    meaning = self.names.of_binding(binding)
                    if meaning is None or meaning.origin != VARIABLE:
                        continue
                    if self.reads(name, scope):
                        continue
                    yield Site(
                        SiteKind.IMPORT, binding.node, binding.node, scope, binding.order, meaning
                    )

    def reads(self, name: str, owner: Scope) -> list[cst.Name]:
        """Every read of `name` that Python looks up in `owner`."""
        return [
            load.node
            for load in self.scopes.loads.get(name, ())
            if self.names.owner(name, load.scope) is owner
            or (load.scope.kind is ScopeKind.CLASS and owner.kind is ScopeKind.MODULE)
        ]


class _Guards:
    """Finds version switches: code that chooses between an old and a new torch."""

    _TEST = re.compile(
        r"__version__|\bhasattr\(\s*(?:torch|autograd|nn)\b|LooseVersion|StrictVersion|"
        r"parse_version|version\.parse|torch_version|TORCH_VERSION"
    )

    def __init__(self, scopes: Scopes, names: Names) -> None:
        self.tree = scopes.tree
        self.names = names
        self.present = self._TEST.search(scopes.tree.text) is not None

    def around(self, node: cst.CSTNode) -> str:
        """The test of the version switch around `node`, or the empty string."""
        if not self.present:
            return ""
        current = self.tree.parent(node)
        below = node
        while current is not None:
            if isinstance(current, (cst.If, cst.IfExp)) and current.test is not below:
                test = self.tree.code(current.test)
                if self._TEST.search(test) or self._switch(current.test):
                    return test
            below, current = current, self.tree.parent(current)
        return ""

    def _switch(self, test: cst.BaseExpression) -> bool:
        """A name, possibly negated, that was computed from a version."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            test = test.expression
        if not isinstance(test, cst.Name):
            return False
        binding = self.names.only_binding(test)
        if binding is None or binding.value is None:
            return False
        return self._TEST.search(self.tree.code(binding.value)) is not None


def type_operand(
    comparison: cst.Comparison, name: cst.CSTNode, names: Names
) -> cst.BaseExpression | None:
    """The `x` of `type(x) is Variable`, also written `x.__class__` or the other way round."""
    if len(comparison.comparisons) != 1:
        return None
    target = comparison.comparisons[0]
    other = target.comparator if comparison.left is name else comparison.left
    if not isinstance(target.operator, (cst.Is, cst.IsNot, cst.Equal, cst.NotEqual)):
        return None
    if isinstance(other, cst.Attribute) and other.attr.value == "__class__":
        return other.value
    if (
        isinstance(other, cst.Call)
        and isinstance(other.func, cst.Name)
        and other.func.value == "type"
        and len(other.args) == 1
        and not other.args[0].star
        and other.args[0].keyword is None
    ):
        return other.args[0].value
    return None


def _head(node: cst.CSTNode) -> str:
    while isinstance(node, cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""
