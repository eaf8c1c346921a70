"""Where values come from: the definitions a read can see, and what each of them was bound to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.assumptions import Assumptions
from varmigrate.analysis.names import Names
from varmigrate.analysis.reaching import Reached, Reaching
from varmigrate.analysis.scopes import Binding, BindingKind, Load, Scope, ScopeKind, Scopes

ANY = -1
"""In a path: some element, as iteration gives it."""
ITEM = -2
"""In a path: the element behind some index or key."""
REST = -3
"""In a path: the list a starred target collects."""

Path = tuple[int, ...]

_SCRIPT = re.compile(r"^if\s+__name__\s*==\s*['\"]__main__['\"]", re.MULTILINE)
# Ways to bind names that are in no statement; a file that uses one is not followed at module level.
_HIDDEN = frozenset({"exec", "eval", "globals", "locals", "vars", "dir"})
_HIDDEN_ATTRIBUTES = re.compile(r"\b(?:__dict__|f_locals)\b")
# Ways to get at the values of a function without naming them.
_FRAMES = frozenset({"exec", "eval", "locals", "vars"})
_FRAME_ATTRIBUTES = re.compile(r"\b(?:f_locals|_getframe)\b")


@dataclass(frozen=True, slots=True)
class Source:
    """What a binding is bound to: the element of `expression` at `path` (empty: all of it)."""

    expression: cst.BaseExpression
    path: Path = ()


class Flow:
    """Definitions and their sources for one file; reaching definitions per scope are kept."""

    def __init__(self, scopes: Scopes, names: Names, assumptions: Assumptions) -> None:
        self.scopes = scopes
        self.tree = scopes.tree
        self.names = names
        self.assumptions = assumptions
        self._reaching: dict[int, dict[int, Reached]] = {}
        self._bound: dict[tuple[int, str], tuple[list[Binding], bool]] = {}
        self._script = _SCRIPT.search(scopes.tree.text) is not None or self._reads_arguments()
        text = scopes.tree.text
        self._hidden = self._reads(_HIDDEN) or in_code(_HIDDEN_ATTRIBUTES, text)
        self._frames = self._reads(_FRAMES) or in_code(_FRAME_ATTRIBUTES, text)

    def _reads(self, names: frozenset[str]) -> bool:
        """Whether the file may read one of some built-ins."""
        if "builtins" in self.tree.text and any(name in self.tree.text for name in names):
            return True
        return any(
            not self.names.owner(name, load.scope).bindings.get(name)
            for name in names
            for load in self.scopes.loads.get(name, ())
        )

    def _reads_arguments(self) -> bool:
        """Whether the command line is read as soon as the file is: nobody imports such a one."""
        return "parse_args" in self.tree.text and any(
            isinstance(call.func, cst.Attribute)
            and call.func.attr.value == "parse_args"
            and not call.args
            and self.scopes.scope_at(call) is self.scopes.module
            for call in self.scopes.all(cst.Call)
        )

    def definitions(self, node: cst.Name) -> tuple[Binding, ...] | None:
        """The bindings a read can see, in order; None when there may be others.

        Nothing bound at all (a built-in, a name from a star import) gives None too.
        """
        load = self.names.load(node)
        if load is None:
            return None
        owner = self.names.owner(node.value, load.scope)
        bindings, foreign = self._bound_in(owner, node.value)
        if not bindings or self.may_be_other(node.value, owner):
            return None
        if foreign or not self._in_step(load, owner):
            if owner.kind is ScopeKind.CLASS:
                return None
            found = bindings
        else:
            reached = self.reached(owner).get(id(node))
            if not reached:
                return None
            found = [binding for binding in reached if binding is not None]
        found = [binding for binding in found if binding.kind is not BindingKind.DELETE]
        return tuple(sorted(found, key=lambda b: b.order)) or None

    def _bound_in(self, owner: Scope, name: str) -> tuple[list[Binding], bool]:
        """What binds a name in a scope, and whether some of it does so out of step."""
        key = (id(owner), name)
        if key not in self._bound:
            found = owner.bindings.get(name, [])
            found = [binding for binding in found if binding.kind is not BindingKind.DECLARATION]
            loose = any(b.foreign or self._in_comprehension(b) for b in found)
            self._bound[key] = (found, loose)
        return self._bound[key]

    def uncertain(self, name: str, owner: Scope) -> bool:
        """Whether a name of a scope can be bound in ways that are not followed."""
        return self._bound_in(owner, name)[1] or self.may_be_other(name, owner)

    def in_step(self, node: cst.Name) -> bool:
        """Whether a read runs in its owner's code, and nothing binds the name out of step."""
        load = self.names.load(node)
        if load is None:
            return False
        owner = self.names.owner(node.value, load.scope)
        bound, loose = self._bound_in(owner, node.value)
        return bool(bound) and not loose and self._in_step(load, owner)

    def surely_bound(self, node: cst.Name) -> bool:
        """Whether a read in the scope that binds the name cannot find it unbound."""
        load = self.names.load(node)
        if load is None or self.definitions(node) is None:
            return False
        owner = self.names.owner(node.value, load.scope)
        return owner is load.scope and None not in self.reached(owner).get(id(node), {None})

    def may_be_other(self, name: str, owner: Scope) -> bool:
        """Whether something else than the bindings of the file may bind the name."""
        if owner.kind is ScopeKind.CLASS:
            return self._hidden
        if owner.kind is not ScopeKind.MODULE:
            # The dictionary of a module is not asked for the names of a function.
            return self._frames
        return self._hidden or name in self.names.context.patched or self.names.starred(name, owner)

    def _in_comprehension(self, binding: Binding) -> bool:
        """Whether a walrus in a comprehension binds: it does so again and again."""
        if not binding.maybe:
            return False
        node = self.tree.parent(binding.node)
        while node is not None and not isinstance(node, cst.BaseStatement):
            if isinstance(node, (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)):
                return binding.scope.node is not node
            node = self.tree.parent(node)
        return False

    def private(self, name: str) -> bool:
        """Whether a name at the top of the file is used by no other file."""
        if name in self.names.context.exported:
            return False
        underscored = name.startswith("_") and not name.endswith("__")
        return underscored or self._script or self.assumptions.closed_world

    def _in_step(self, load: Load, owner: Scope) -> bool:
        """Whether the read runs where it stands in the owner's code, not later or elsewhere."""
        scope: Scope | None = load.scope
        while scope is not None and scope is not owner:
            if scope.kind is not ScopeKind.COMPREHENSION or isinstance(
                scope.node, cst.GeneratorExp
            ):
                return False
            scope = scope.parent
        return True

    def reached(self, owner: Scope) -> dict[int, Reached]:
        """Id of a read of a name the scope binds, or of a scope inside -> what reaches it."""
        key = id(owner)
        if key not in self._reaching:
            self._reaching[key] = Reaching(self.scopes, owner).run()
        return self._reaching[key]

    def source(self, binding: Binding) -> Source | None:
        """What the binding is bound to; None where no expression says it (parameters, `with`)."""
        if binding.kind not in (BindingKind.ASSIGN, BindingKind.LOOP):
            return None
        path: list[int] = []
        node: cst.CSTNode = binding.node
        while True:
            parent = self.tree.parent(node)
            if isinstance(parent, (cst.Tuple, cst.List)):
                step = self._position(parent, node)
                if step is None:
                    return None
                path.insert(0, step)
            elif isinstance(parent, (cst.Assign, cst.AnnAssign, cst.NamedExpr)):
                value = parent.value
                return None if value is None else Source(value, tuple(path))
            elif isinstance(parent, (cst.For, cst.CompFor)):
                return Source(parent.iter, (ANY, *path))
            elif not isinstance(parent, (cst.Element, cst.StarredElement, cst.AssignTarget)):
                return None
            node = parent

    def made(self, binding: Binding) -> cst.BaseExpression | None:
        """The very expression a binding is bound to; None when it is some element of one."""
        source = self.source(binding)
        if source is None:
            return None
        node = source.expression
        for step in source.path:
            if not isinstance(node, (cst.Tuple, cst.List)) or not 0 <= step < len(node.elements):
                return None
            if not all(isinstance(element, cst.Element) for element in node.elements):
                return None
            node = node.elements[step].value
        return node

    @staticmethod
    def _position(targets: cst.Tuple | cst.List, node: cst.CSTNode) -> int | None:
        """The step from a sequence to the target `node` in `targets`."""
        starred = False
        for index, element in enumerate(targets.elements):
            if element is node:
                if isinstance(element, cst.StarredElement):
                    return REST
                return ANY if starred else index
            starred = starred or isinstance(element, cst.StarredElement)
        return None

    def names_in(self, target: cst.CSTNode) -> Iterator[cst.Name]:
        """The bare names a target binds."""
        if isinstance(target, cst.Name):
            yield target
        elif isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                yield from self.names_in(element.value)
        elif isinstance(target, cst.StarredElement):
            yield from self.names_in(target.value)

    def loops(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The loops around a node within its function, innermost first."""
        below, current = node, self.tree.parent(node)
        while current is not None and not isinstance(
            current, (cst.FunctionDef, cst.Lambda, cst.ClassDef)
        ):
            if (
                isinstance(current, (cst.For, cst.While)) and below is not current.orelse
            ) or isinstance(current, (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)):
                yield current
            below, current = current, self.tree.parent(current)


def in_code(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a pattern occurs outside lines that are nothing but a comment."""
    if pattern.search(text) is None:
        return False
    return any(
        pattern.search(line) and ("{" in line or not line.lstrip().startswith("#"))
        for line in text.splitlines()
    )


def quotes(text: str, name: str) -> bool:
    """Whether a name is written somewhere as a text of its own."""
    return f'"{name}"' in text or f"'{name}'" in text


def step_of(subscript: cst.Subscript) -> int:
    """The step a subscript makes: a constant index of a sequence, else ITEM."""
    if len(subscript.slice) == 1:
        index = subscript.slice[0].slice
        if isinstance(index, cst.Index) and isinstance(index.value, cst.Integer):
            return int(index.value.value, 0)
    return ITEM
