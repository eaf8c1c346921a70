"""What a name means here: `torch.autograd.Variable`, another torch object, or something else.

A name is followed from its bindings, by Python's scoping rules, to a dotted origin such as
"torch.autograd.Variable". Where a scope binds a name more than once, the bindings that can reach
the read are computed over the statements of that scope; where they disagree the answer is kept
but marked as not sure, so that a rewrite can refuse it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.reaching import Reached, Reaching
from varmigrate.analysis.scopes import Binding, BindingKind, Load, Scope, ScopeKind, Scopes
from varmigrate.torch_facts.stars import STAR_EXPORTS_VARIABLE, STAR_WITHOUT_VARIABLE
from varmigrate.torch_facts.variable import VARIABLE_NAMES

VARIABLE = "torch.autograd.Variable"
_UNBOUND: Binding | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name stands for.

    origin: dotted name. sure: every binding that can reach the read agrees. doubt: why not, in
    words. star: the doubt is only that a star import whose names are not known comes after.
    bindings: the bindings in question.
    """

    origin: str
    bindings: tuple[Binding, ...] = ()
    sure: bool = True
    star: bool = False
    doubt: str = ""


class Names:
    """Answers what names and dotted expressions of one file mean; answers are kept."""

    def __init__(self, scopes: Scopes, context: ModuleContext) -> None:
        self.scopes = scopes
        self.tree = scopes.tree
        self.context = context
        self._load_of: dict[int, Load] = {
            id(load.node): load for loads in scopes.loads.values() for load in loads
        }
        self._origins: dict[tuple[int, str], Meaning | None] = {}
        self._meanings: dict[int, Meaning | None] = {}
        self._reaching: dict[tuple[int, str], dict[int, Reached]] = {}
        self._resolving: set[tuple[int, str]] = set()
        self._bindings: dict[tuple[int, str], tuple[list[Binding], list[Binding]]] = {}

    # -- questions -----------------------------------------------------------------------------

    def dotted(self, node: cst.CSTNode) -> Meaning | None:
        """The meaning of a name or a chain of attributes on one; None when it is not followed."""
        attributes: list[str] = []
        while isinstance(node, cst.Attribute):
            attributes.append(node.attr.value)
            node = node.value
        if not isinstance(node, cst.Name):
            return None
        base = self.name(node)
        if base is None or not attributes:
            return base
        origin = canonical(".".join([base.origin, *reversed(attributes)]))
        return Meaning(origin, base.bindings, base.sure, base.star, base.doubt)

    def origin(self, node: cst.CSTNode) -> str:
        """The dotted origin of an expression when that is sure; the empty string otherwise."""
        meaning = self.dotted(node)
        return meaning.origin if meaning is not None and meaning.sure else ""

    def imported(self, node: cst.CSTNode) -> Meaning | None:
        """The meaning of an expression when it is sure and no later star import may change it."""
        meaning = self.dotted(node)
        if meaning is None or not meaning.sure:
            return None
        for binding in meaning.bindings:
            for star in binding.scope.stars:
                if star.order > binding.order and self.context.stars.get(star.module) is None:
                    return None
        return meaning

    def name(self, node: cst.Name) -> Meaning | None:
        """The meaning of one read of a name."""
        key = id(node)
        if key not in self._meanings:
            load = self._load_of.get(key)
            self._meanings[key] = (
                None if load is None else self.at(node.value, load.scope, load.order, node)
            )
        return self._meanings[key]

    def load(self, node: cst.Name) -> Load | None:
        """The record of a read: its scope and its position in evaluation order."""
        return self._load_of.get(id(node))

    def at(
        self, name: str, scope: Scope, order: int, node: cst.CSTNode | None = None
    ) -> Meaning | None:
        """The meaning `name` has when it is read in `scope` at position `order`."""
        owner = self.owner(name, scope)
        candidates = self._candidates(name, owner, scope, order, node)
        return self._merge(name, candidates)

    def certainly(self, name: str, origin: str, scope: Scope, order: int) -> bool:
        """Whether `name`, read in `scope` at position `order`, is surely bound, and to `origin`."""
        owner = self.owner(name, scope)
        bindings = [b for b in owner.bindings.get(name, []) if _really_binds(b)]
        if name in self.context.patched and owner.kind is ScopeKind.MODULE:
            return False
        for binding in bindings:
            meaning = self._binding_meaning(binding, name)
            if meaning is None or not meaning.sure or meaning.origin != origin:
                return False
        for star in owner.stars:
            if (self._star_names(star) or {}).get(name, origin) != origin:
                return False
        inner = scope
        while inner is not owner and inner.parent is not None and inner.parent is not owner:
            inner = inner.parent
        before = order if scope is owner else inner.order
        if any(
            b.order < before and (b.kind is BindingKind.PARAMETER or self._always_runs(b))
            for b in bindings
        ):
            return True
        stars = [star for star in owner.stars if star.order < before and self._always_runs(star)]
        return any((self._star_names(star) or {}).get(name) == origin for star in stars)

    def _always_runs(self, binding: Binding) -> bool:
        """Whether the statement of a binding stands directly in the body of its scope."""
        if binding.maybe or binding.foreign or binding.statement is None:
            return False
        node = self.tree.parent(binding.statement)
        if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
            node = self.tree.parent(node)
        if isinstance(node, cst.IndentedBlock):
            node = self.tree.parent(node)
        return node is binding.scope.node

    def is_builtin(self, node: cst.Name) -> bool:
        """Whether a name surely is the built-in: bound nowhere, and by no star import."""
        load = self._load_of.get(id(node))
        return load is not None and self.unbound(node.value, load.scope)

    def unbound(self, name: str, scope: Scope) -> bool:
        """Whether nothing in the file binds `name` for `scope`, star imports included."""
        owner = self.owner(name, scope)
        if owner.bindings.get(name):
            return False
        for star in owner.stars:
            known = self.context.stars.get(star.module)
            if known is None and star.module not in STAR_EXPORTS_VARIABLE:
                return False
            if known is not None and name in known:
                return False
        return True

    def owner(self, name: str, scope: Scope) -> Scope:
        """The scope whose binding of `name` is read from `scope` (the module when none has it)."""
        module = scope.module()
        if name in scope.global_names:
            return module
        if name not in scope.nonlocal_names and _binds(scope, name):
            return scope
        for outer in scope.enclosing():
            if name in outer.global_names:
                return module
            if _binds(outer, name):
                return outer
        return module

    def starred(self, name: str, owner: Scope) -> bool:
        """Whether a star import in `owner` may bind the name, too."""
        return any(self._star_may_bind(star, name) for star in owner.stars)

    def only_binding(self, node: cst.Name) -> Binding | None:
        """The single binding a read can see, or None when there are several or none."""
        load = self._load_of.get(id(node))
        if load is None:
            return None
        owner = self.owner(node.value, load.scope)
        found = owner.bindings.get(node.value, [])
        return found[0] if len(found) == 1 else None

    def of_binding(self, binding: Binding) -> Meaning | None:
        """What one binding binds its name to; None when that is not followed."""
        return self._binding_meaning(binding, binding.name)

    # -- from a read to bindings ---------------------------------------------------------------

    def _candidates(
        self, name: str, owner: Scope, scope: Scope, order: int, node: cst.CSTNode | None
    ) -> list[Binding | None]:
        bound, stars = self._bound(owner, name)
        if not bound and not stars:
            return []
        if len(bound) == 1 and not stars and bound[0].kind is not BindingKind.DELETE:
            only = bound[0]
            if only.foreign or scope is not owner or only.order < order:
                return [only]
        states = self._states(owner, name)
        if scope is owner:
            state = states.get(id(node)) if node is not None else None
            if state is None:
                state = _latest(bound, stars, order)
            candidates = list(state)
        else:
            inner = scope
            while inner.parent is not None and inner.parent is not owner:
                inner = inner.parent
            state = states.get(id(inner), frozenset({_UNBOUND}))
            candidates = list(state)
            candidates += [b for b in (*bound, *stars) if b.order > inner.order]
        candidates += [b for b in bound if b.foreign]
        if candidates and all(b is None for b in candidates) and owner.kind is ScopeKind.CLASS:
            # A class body falls through to the global name while its own is not bound yet.
            module = owner.module()
            return self._candidates(name, module, scope, order, None)
        if None in candidates:
            # Where it may be unbound because it was deleted, that is a doubt of its own.
            candidates += [b for b in bound if b.kind is BindingKind.DELETE]
        return sorted(set(candidates), key=lambda b: -1 if b is None else b.order)

    def _bound(self, owner: Scope, name: str) -> tuple[list[Binding], list[Binding]]:
        """The bindings of a name in a scope, and the star imports that may bind it.

        Both are empty when none of them can be followed to anything.
        """
        key = (id(owner), name)
        if key not in self._bindings:
            bound = [b for b in owner.bindings.get(name, []) if _really_binds(b)]
            stars = [star for star in owner.stars if self._star_may_bind(star, name)]
            # A class body sees the name around it as long as its own is not bound.
            followed = (
                owner.kind is ScopeKind.CLASS
                or any(
                    b.kind is BindingKind.IMPORT or isinstance(b.value, (cst.Name, cst.Attribute))
                    for b in bound
                )
                or any(name in (self._star_names(star) or {}) for star in stars)
            )
            self._bindings[key] = (bound, stars) if followed else ([], [])
        return self._bindings[key]

    def _star_may_bind(self, star: Binding, name: str) -> bool:
        known = self._star_names(star)
        return known is None or name in known

    def _star_names(self, star: Binding) -> Mapping[str, str] | None:
        """What a star import binds; None when that is not known."""
        known = self.context.stars.get(star.module)
        if known is not None:
            return known
        if star.module in STAR_EXPORTS_VARIABLE:
            return {"Variable": VARIABLE}
        if star.module in STAR_WITHOUT_VARIABLE:
            return {}
        return None

    def _merge(self, name: str, candidates: Iterable[Binding | None]) -> Meaning | None:
        meanings: dict[str, list[Binding]] = {}
        doubt = ""
        star = False
        real = [b for b in candidates if b is not None]
        for binding in real:
            if binding.kind is BindingKind.DELETE:
                doubt = doubt or f"line {self._line(binding)} deletes `{name}`"
                continue
            if binding.kind is BindingKind.STAR and self._star_names(binding) is None:
                star = True
                continue
            meaning = self._binding_meaning(binding, name)
            if meaning is None:
                if not self._cannot_be_called(binding):
                    doubt = f"line {self._line(binding)} binds `{name}` to something else"
                continue
            if binding.scope.kind is ScopeKind.MODULE and name in self.context.patched:
                doubt = f"another file of the project replaces `{name}` in this one"
            doubt = doubt or meaning.doubt
            star = star or meaning.star
            meanings.setdefault(meaning.origin, []).extend(meaning.bindings or (binding,))
        if not meanings:
            return None
        wanted = VARIABLE if VARIABLE in meanings else next(iter(meanings))
        if len(meanings) > 1:
            other = next(origin for origin in meanings if origin != wanted)
            doubt = doubt or f"`{name}` may also be {other}"
        bindings = tuple(meanings[wanted])
        if not doubt and star and wanted == VARIABLE:
            where = next(self._line(b) for b in real if b.kind is BindingKind.STAR)
            doubt = f"the star import on line {where} does not bind `{name}` again"
            return Meaning(wanted, bindings, sure=False, star=True, doubt=doubt)
        return Meaning(wanted, bindings, sure=not doubt, doubt=doubt)

    def _line(self, binding: Binding) -> int:
        return self.tree.line(binding.node)

    def _cannot_be_called(self, binding: Binding) -> bool:
        """`Variable = None` where torch could not be imported: a call of it always raised."""
        return isinstance(binding.value, cst.Name) and binding.value.value == "None"

    # -- from a binding to an origin -----------------------------------------------------------

    def _binding_meaning(self, binding: Binding, name: str) -> Meaning | None:
        key = (id(binding), name)
        if key in self._origins:
            return self._origins[key]
        if key in self._resolving:
            return None
        self._resolving.add(key)
        try:
            meaning = self._origins[key] = self._follow(binding, name)
        finally:
            self._resolving.discard(key)
        return meaning

    def _follow(self, binding: Binding, name: str) -> Meaning | None:
        if binding.kind is BindingKind.STAR:
            known = self._star_names(binding) or {}
            origin = known.get(name, "")
            return Meaning(canonical(origin), (binding,)) if origin else None
        if binding.kind is BindingKind.IMPORT:
            if binding.imported is None:
                return Meaning(canonical(binding.module), (binding,))
            project = self.context.imports.get((binding.module, binding.imported))
            if project is not None:
                return Meaning(canonical(project), (binding,))
            if binding.module.startswith("."):
                return None
            return Meaning(canonical(f"{binding.module}.{binding.imported}"), (binding,))
        if binding.kind is BindingKind.ASSIGN and isinstance(
            binding.value, (cst.Name, cst.Attribute)
        ):
            meaning = self.dotted(binding.value)
            if meaning is None:
                return None
            return Meaning(meaning.origin, (binding,), meaning.sure, meaning.star, meaning.doubt)
        return None

    # -- reaching bindings ---------------------------------------------------------------------

    def _states(self, owner: Scope, name: str) -> dict[int, Reached]:
        key = (id(owner), name)
        if key not in self._reaching:
            stars = [star for star in owner.stars if self._star_may_bind(star, name)]
            unknown = {star for star in stars if self._star_names(star) is None}
            self._reaching[key] = Reaching(self.scopes, owner, [name], stars, unknown).run()
        return self._reaching[key]


def canonical(origin: str) -> str:
    """One spelling for each torch object: the names of Variable all become the public one."""
    return VARIABLE if origin in VARIABLE_NAMES else origin


def _binds(scope: Scope, name: str) -> bool:
    found = scope.bindings.get(name)
    if not found:
        return False
    if scope.kind is ScopeKind.FUNCTION:
        return True
    return any(b.kind is not BindingKind.DECLARATION for b in found)


def _really_binds(binding: Binding) -> bool:
    return binding.kind is not BindingKind.DECLARATION


def _latest(bound: list[Binding], stars: list[Binding], order: int) -> Reached:
    """Without a recorded read: everything bound before the position."""
    return frozenset(b for b in (*bound, *stars) if b.order < order) or frozenset({None})
