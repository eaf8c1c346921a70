"""Whether a read of a name is the last that is seen of the object it holds.

Then the object is as new as when it was made: no other name, attribute, container or graph has it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import libcst as cst

from varmigrate.analysis.events import Event, EventKind, Group
from varmigrate.analysis.facts import CONSTANTS, UNHELD, IdentityFact, Kind
from varmigrate.analysis.flow import Flow
from varmigrate.analysis.holders import Holders
from varmigrate.analysis.names import VARIABLE, Names
from varmigrate.analysis.scopes import Binding, ScopeKind
from varmigrate.analysis.solving import NotYet, Solver
from varmigrate.analysis.tree import statement_of
from varmigrate.torch_facts.attributes import NON_TENSOR_ATTRIBUTES
from varmigrate.torch_facts.kinds import Identity
from varmigrate.torch_facts.methods import METHODS

# More names for one object are not looked through, which bounds the cost of doing so.
_MOST_HOLDERS = 12


class Ownership:
    """Who is the only one to hold an object, in one file."""

    def __init__(self, solver: Solver, names: Names, flow: Flow, holders: Holders) -> None:
        self.solver = solver
        self.names = names
        self.flow = flow
        self.holders = holders
        self.tree = names.tree
        self._spreads: dict[tuple[Binding, ...], Group] = {}
        self._reads: dict[Binding, tuple[frozenset[int], list[int], list[cst.Name]]] = {}

    def sole(self, node: cst.Name, definitions: Sequence[Binding]) -> bool:
        """Whether after this read nothing holds the object any more."""
        load = self.names.load(node)
        if load is None or load.scope.kind is ScopeKind.CLASS:
            return False
        group = self._holding(definitions)
        if group is None:
            return False
        for other in group.wraps:
            # Another Variable may be dropped, and then holds the same object; not where it takes
            # the name away, so that this read no longer finds the object.
            renames = other.value == node.value and self._rebound(other)
            if other is not node and not renames and not self._exclude(other, node):
                return False
        if len(group.members) > _MOST_HOLDERS or group.into:
            return False
        if any(map(self._keeps, group.events)):
            return False
        loops = list(self.flow.loops(node))
        rebound = self._rebound(node)
        for binding in group.members:
            if not isinstance(binding, Binding):
                return False
            if self._is_no_tensor(binding):
                continue
            if binding.scope is not load.scope or binding.foreign or binding.maybe:
                return False
            if not self._rooted(binding, group):
                return False
            statement = binding.statement
            if not isinstance(statement, (cst.Assign, cst.AnnAssign, cst.For)):
                return False
            if isinstance(statement, cst.Assign) and len(statement.targets) != 1:
                return False
            renamed = bool(rebound) and binding.name == node.value
            if binding.scope.kind is ScopeKind.MODULE and not (
                renamed or self.flow.private(binding.name)
            ):
                return False
            around: list[cst.CSTNode] = list(self.flow.loops(statement))
            if isinstance(statement, cst.For):
                # In each of its rounds it binds the name to something else.
                around.append(statement)
            if any(all(loop is not other for other in around) for loop in loops):
                return False
            scopes, orders, reads = self._reads_of(binding)
            if not scopes <= {id(load.scope)}:
                return False
            if not all(self._lets_go(other, node) for other in self.holders.loads(binding)):
                return False
            if orders and orders[0] < binding.order:
                # It is read in the next round of a loop.
                return False
            first = bisect_right(orders, load.order)
            for order, other in zip(orders[first:], reads[first:], strict=True):
                # Behind the new binding the name stands for the new tensor.
                if not (renamed and order >= rebound) and not self._exclude(other, node):
                    return False
        return True

    def _holding(self, definitions: Sequence[Binding]) -> Group | None:
        """All that may hold what a name holds; None when that is not told."""
        try:
            facts = [self.solver.ask("definition", binding) for binding in definitions]
        except NotYet:
            facts = []
        if facts and all(fact.identity in UNHELD for fact in facts):
            key = tuple(definitions)
            if key not in self._spreads:
                self._spreads[key] = self.holders.spread(key)
            return self._spreads[key]
        groups = {id(g): g for g in map(self.holders.group, definitions)}
        return next(iter(groups.values())) if len(groups) == 1 else None

    def _keeps(self, event: Event) -> bool:
        """Whether something that is no member of the group may hold the object after an event."""
        if event.kind in (EventKind.ESCAPE, EventKind.USED):
            return True
        if not event.keeps or event.receiver is None:
            return event.keeps
        try:
            return self.solver.of(event.receiver).kind.value not in event.fine
        except NotYet:
            return False

    def _lets_go(self, other: cst.Name, node: cst.Name) -> bool:
        """Whether an earlier read is over, and left the object to no graph, before `node` is read.

        Autograd holds the very operand of an operation that is recorded.
        """
        if other is node:
            return True
        first, second = self.names.load(other), self.names.load(node)
        if first is None or second is None or first.order > second.order:
            return True
        if statement_of(self.tree, other) is statement_of(self.tree, node):
            return False
        current: cst.CSTNode = other
        while (parent := self.tree.parent(current)) is not None:
            if isinstance(parent, cst.BaseSmallStatement):
                return True
            if isinstance(parent, cst.Attribute) and not isinstance(
                self.tree.parent(parent), cst.Call
            ):
                return parent.attr.value in NON_TENSOR_ATTRIBUTES or parent.attr.value == "data"
            if isinstance(parent, (cst.Call, cst.BinaryOperation)):
                try:
                    fact = self.solver.of(parent)
                except NotYet:
                    return True
                if fact.kind is Kind.OTHER:
                    return True
                if not fact.free:
                    return self._prints(parent)
            current = parent
        return True

    def _prints(self, node: cst.CSTNode) -> bool:
        """Whether a call is one of a built-in that only reads."""
        return (
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Name)
            and node.func.value in ("print", "len", "isinstance", "repr", "str", "type")
            and self.names.is_builtin(node.func)
        )

    def _exclude(self, first: cst.CSTNode, second: cst.CSTNode) -> bool:
        """Whether of two reads of what one binding holds only one is run: in branches of an `if`.

        The binding is inside of all loops around them, so that no other round counts.
        """
        branches: dict[int, cst.CSTNode] = {}
        below, current = first, self.tree.parent(first)
        while current is not None and not isinstance(current, (cst.FunctionDef, cst.Lambda)):
            if isinstance(current, (cst.If, cst.IfExp)):
                branches[id(current)] = below
            below, current = current, self.tree.parent(current)
        below, current = second, self.tree.parent(second)
        while current is not None and not isinstance(current, (cst.FunctionDef, cst.Lambda)):
            if id(current) in branches and isinstance(current, (cst.If, cst.IfExp)):
                # The same branch holds both, or one of them is the test.
                other = branches[id(current)]
                return other is not below and current.test not in (other, below)
            below, current = current, self.tree.parent(current)
        return False

    def _reads_of(self, binding: Binding) -> tuple[frozenset[int], list[int], list[cst.Name]]:
        """The scopes in which a binding is read, and the positions of its reads in order."""
        if binding not in self._reads:
            loads = [(self.names.load(node), node) for node in self.holders.loads(binding)]
            known = [(load.order, load.scope, node) for load, node in loads if load is not None]
            known.sort(key=lambda read: read[0])
            scopes = frozenset(id(scope) for _, scope, _ in known)
            orders = [order for order, _, _ in known]
            self._reads[binding] = (scopes, orders, [node for _, _, node in known])
        return self._reads[binding]

    def _is_no_tensor(self, binding: Binding) -> bool:
        """Whether a binding holds a number, an array or the like."""
        try:
            return self.solver.ask("definition", binding).kind in (Kind.OTHER, Kind.OPAQUE)
        except NotYet:
            return True

    def _rooted(self, binding: Binding, group: Group) -> bool:
        """Whether a member of a group is held by nobody else, or made from other members alone."""
        try:
            if self.solver.ask("definition", binding).identity in UNHELD:
                return True
        except NotYet:
            return True
        node = self.flow.made(binding)
        if node is None:
            return False
        while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            method = METHODS.get(node.func.attr.value)
            if method is None or method.identity is not Identity.SAME:
                return False
            if self.names.origin(node.func) or not all(map(_is_literal, node.args)):
                return False
            node = node.func.value
        if not isinstance(node, cst.Name):
            return False
        definitions = self.flow.definitions(node) or ()
        return bool(definitions) and all(other in group.members for other in definitions)

    def root_identity(self, definitions: Sequence[Binding]) -> IdentityFact:
        """What a tensor is that nothing else holds: fresh unless some member made it as a view."""
        group = self._holding(definitions)
        for member in () if group is None else group.members:
            if not isinstance(member, Binding):
                continue
            try:
                fact = self.solver.ask("definition", member)
            except NotYet:
                continue
            if fact.identity is IdentityFact.VIEW:
                return IdentityFact.VIEW
        return IdentityFact.FRESH

    def _rebound(self, node: cst.Name) -> int:
        """The position at which the statement around a read binds the same name anew; 0 if never.

        Only for `x = Variable(x)` and tuples of such: what comes between might fail.
        """
        current: cst.CSTNode = node
        while (parent := self.tree.parent(current)) is not None:
            if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
                for name in self.flow.names_in(parent.targets[0].target):
                    if name.value == node.value:
                        scope = self.names.scopes.scope_at(name)
                        bound = scope.bindings.get(name.value, [])
                        return next((b.order for b in bound if b.node is name), 0)
                return 0
            if isinstance(parent, cst.Tuple) and not all(
                self._cannot_fail(element.value) for element in parent.elements
            ):
                return 0
            wrapped = isinstance(parent, cst.Call) and self.names.origin(parent.func) == VARIABLE
            if not wrapped and not isinstance(parent, (cst.Arg, cst.Element, cst.Tuple)):
                return 0
            current = parent
        return 0

    def _cannot_fail(self, node: cst.BaseExpression) -> bool:
        """Whether an element of a tuple is a name, or a Variable of a name."""
        if isinstance(node, cst.Call) and self.names.origin(node.func) == VARIABLE:
            return all(isinstance(argument.value, cst.Name) for argument in node.args)
        return isinstance(node, (cst.Name, cst.Integer, cst.Float, cst.SimpleString))


def _is_literal(argument: cst.Arg) -> bool:
    """Whether an argument is a constant, and so no tensor."""
    node = argument.value
    if isinstance(node, cst.Name):
        return node.value in CONSTANTS
    return isinstance(node, (cst.Integer, cst.Float, cst.BaseString))
