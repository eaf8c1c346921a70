"""What is known of the elements of an expression: of tuples, containers, loaders, tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce

import libcst as cst

from varmigrate.analysis.changes import Changes
from varmigrate.analysis.events import Holder, Put
from varmigrate.analysis.facts import (
    OTHER,
    UNKNOWN,
    Fact,
    GraphFact,
    IdentityFact,
    Kind,
    join,
    part_of,
    shared,
)
from varmigrate.analysis.flow import ANY, ITEM, REST, Flow, Path, step_of
from varmigrate.analysis.holders import Holders
from varmigrate.analysis.loaders import LOADERS, Batches, Loaders
from varmigrate.analysis.names import Names
from varmigrate.analysis.operation_facts import OperationFacts
from varmigrate.analysis.solving import NotYet, Solver
from varmigrate.torch_facts.functions import TUPLE_FUNCTIONS
from varmigrate.torch_facts.kinds import Graph, Identity
from varmigrate.torch_facts.methods import TUPLE_METHODS

# They hand on what they are given, element by element.
_SAME_ELEMENTS = frozenset({"list", "tuple", "iter"})
_DEEPEST = 4


class Elements:
    """The elements of the expressions of one file.

    computed: what calls give that lead to functions which only compute; see `evaluation`.
    """

    computed: Callable[[cst.Call, Path], Fact | None]

    def __init__(
        self,
        solver: Solver,
        names: Names,
        flow: Flow,
        holders: Holders,
        changes: Changes,
        loaders: Loaders,
        operations: OperationFacts,
    ) -> None:
        self.solver = solver
        self.names = names
        self.flow = flow
        self.holders = holders
        self.attributes = holders.attributes
        self.changes = changes
        self.loaders = loaders
        self.operations = operations
        self.batches = Batches(
            solver,
            names,
            flow,
            loaders.assumptions,
            loaders.parameters,
            self.item,
        )

    def item(self, node: cst.BaseExpression, path: Path) -> Fact:
        """What is known of the element of `node` at `path`."""
        if not path:
            return self.solver.of(node)
        if len(path) > _DEEPEST:
            # `x = x[0]` in a loop has no deepest element.
            return UNKNOWN
        if path[0] == REST:
            if len(path) > 1:
                return self.item(node, (ANY, *path[2:]))
            free = self.item(node, (ANY,)).harmless_operand
            return Fact(Kind.SEQUENCE, GraphFact.FREE if free else GraphFact.UNKNOWN)
        if isinstance(node, cst.Name):
            return self._item_of_name(node, path)
        if isinstance(node, (cst.Tuple, cst.List)):
            return self._item_of_display(node, path)
        if isinstance(node, (cst.ListComp, cst.GeneratorExp)):
            return self.item(node.elt, path[1:])
        if isinstance(node, cst.DictComp):
            return self.item(node.key if path[0] == ANY else node.value, path[1:])
        if isinstance(node, cst.Dict):
            if path[0] == ANY or any(not isinstance(e, cst.DictElement) for e in node.elements):
                return UNKNOWN
            values = [element.value for element in node.elements]
            return self.joined_items(values, path[1:])
        if isinstance(node, cst.IfExp):
            sides = (node.body, node.orelse)
            return self.joined_items(sides, path)
        if isinstance(node, cst.NamedExpr):
            return shared(self.item(node.value, path))
        if isinstance(node, cst.Subscript):
            return self.item(node.value, (step_of(node), *path))
        if isinstance(node, cst.Attribute):
            holder = self.attributes.holder(node)
            if holder is not None:
                return self._held_item(("attribute", holder), (holder,), path)
        if isinstance(node, cst.Call):
            fact_or_none = self._item_of_call(node, path)
            if fact_or_none is not None:
                return fact_or_none
        part = part_of(self.solver.of(node))
        # The views that going through a tensor gives refuse to be written into with a graph.
        return replace(part, identity=IdentityFact.UNKNOWN)

    def joined_items(self, nodes: Iterable[cst.BaseExpression], path: Path) -> Fact:
        """What is known of the element at `path`, whichever of `nodes` has it."""
        return self.solver.joined(lambda node: self.item(node, path), nodes)

    def elements_of(self, node: cst.BaseExpression) -> GraphFact:
        """FREE when no element of a container can attach anything to a graph."""
        try:
            fact = self.item(node, (ITEM,))
        except NotYet:
            # Nothing is put in so far.
            return GraphFact.FREE
        return GraphFact.FREE if fact.harmless_operand else GraphFact.UNKNOWN

    def _item_of_name(self, node: cst.Name, path: Path) -> Fact:
        definitions = self.flow.definitions(node)
        if definitions is None:
            return UNKNOWN
        loaders = self.loaders.behind(node)
        if loaders is not None:
            return self.solver.joined(self.batches.batch, loaders)
        return self._held_item(("definition", *definitions), definitions, path)

    def _held_item(self, asked: tuple[object, ...], holders: Sequence[Holder], path: Path) -> Fact:
        """The element at `path` of what some holders hold; asked: a kind of key, and the keys."""
        kind, *whats = asked
        parts: list[object] = [*whats, *self._puts(holders)]

        def part(of: object) -> Fact:
            return self.solver.ask("put" if isinstance(of, Put) else str(kind), of, path)

        try:
            fact = self.solver.joined(part, parts)
        except NotYet:
            # Nothing is in it that is seen; what is done to it may still put something in.
            if self.changes.unless_changed(Fact(graph=GraphFact.FREE), holders).free:
                raise
            return UNKNOWN
        if fact.kind is Kind.OTHER:
            return fact
        return self.changes.unless_changed(shared(fact), holders)

    def _puts(self, holders: Iterable[Holder]) -> Iterator[Put]:
        """What is put into the containers that these holders may hold, by callees as well."""
        seen: set[int] = set()
        waiting = [self.holders.group(holder) for holder in holders]
        while waiting:
            group = waiting.pop()
            if id(group) not in seen:
                seen.add(id(group))
                yield from group.puts
                waiting += [self.holders.group(holder) for holder in group.into]

    def _item_of_display(self, node: cst.Tuple | cst.List, path: Path) -> Fact:
        # A list may be reordered; a tuple stays as it is.
        index, rest = path[0] if isinstance(node, cst.Tuple) else ITEM, path[1:]
        if not node.elements:
            # There is no such element, or it is put in elsewhere.
            raise NotYet
        if index >= 0 and all(isinstance(e, cst.Element) for e in node.elements):
            if index < len(node.elements):
                return self.item(node.elements[index].value, rest)
            return UNKNOWN
        parts = [
            (e.value, rest) if isinstance(e, cst.Element) else (e.value, (ANY, *rest))
            for e in node.elements
        ]
        return self.solver.joined(lambda part: self.item(*part), parts)

    def _item_of_call(self, node: cst.Call, path: Path) -> Fact | None:
        """The element of what a call gives; None when the call is nothing special."""
        rest = path[1:]
        arguments = [argument.value for argument in node.args if not argument.star]
        computed = self.computed(node, path)
        if computed is not None and computed.free:
            return computed
        origin = self.names.origin(node.func)
        if origin in LOADERS:
            return self.batches.batch(node)
        if origin in TUPLE_FUNCTIONS:
            row = TUPLE_FUNCTIONS[origin]
            if not row.always and not _gives_dimension(node, 1):
                return None
            return self._tuple_item(node, row.graph, row.identity, row.free, path, None)
        if origin.startswith("tqdm") and len(arguments) >= 1:
            return self.item(arguments[0], path)
        if origin:
            return None
        func = node.func
        if isinstance(func, cst.Name):
            if self.names.is_builtin(func) and len(arguments) == len(node.args) and arguments:
                return self._item_of_builtin(func.value, arguments, path)
            function = self.holders.sharing.function(func)
            return None if function is None else self.solver.ask("return", function, path)
        if not isinstance(func, cst.Attribute):
            return None
        loaders = self.loaders.behind(node)
        if loaders is not None:
            return self.solver.joined(self.batches.batch, loaders)
        name = func.attr.value
        if name in ("next", "__next__") and not node.args:
            return self.item(func.value, (ANY, *path))
        if name == "values" and not node.args:
            return self.item(func.value, (ITEM, *rest))
        if name == "items" and not node.args and rest and rest[0] == 1:
            return self.item(func.value, (ITEM, *rest[1:]))
        receiver = self.solver.of(func.value)
        if name in TUPLE_METHODS and receiver.kind is Kind.TENSOR:
            method = TUPLE_METHODS[name]
            if method.always or _gives_dimension(node, 0):
                return self._tuple_item(
                    node, method.graph, method.identity, method.free, path, receiver
                )
        return None

    def _item_of_builtin(
        self, name: str, arguments: Sequence[cst.BaseExpression], path: Path
    ) -> Fact | None:
        rest = path[1:]
        if name in ("sorted", "reversed"):
            return self.item(arguments[0], (ANY if path[0] == ANY else ITEM, *rest))
        if name in _SAME_ELEMENTS:
            return self.item(arguments[0], path)
        if name == "next":
            found = self.item(arguments[0], (ANY, *path))
            others = [self.item(other, path) for other in arguments[1:]]
            return reduce(join, others, found)
        if name == "enumerate" and rest:
            return OTHER if rest[0] == 0 else self.item(arguments[0], (ANY, *rest[1:]))
        if name == "zip" and rest:
            if 0 <= rest[0] < len(arguments):
                return self.item(arguments[rest[0]], (ANY, *rest[1:]))
            return self.joined_items(arguments, (ANY, *rest[1:]))
        return OTHER if name == "range" else None

    def _tuple_item(
        self,
        node: cst.Call,
        graph: Graph,
        identity: Identity,
        free: frozenset[int],
        path: Path,
        receiver: Fact | None,
    ) -> Fact:
        """One of several tensors a call gives: of the free ones only the index is certain."""
        fact = self.operations.result(node, "the call", receiver, graph, identity)
        if path[0] in free:
            fact = replace(fact, graph=GraphFact.FREE)
        if identity is not Identity.NEW:
            fact = replace(fact, identity=IdentityFact.UNKNOWN)
        for _ in path[1:]:
            fact = part_of(fact)
        return fact


def _gives_dimension(node: cst.Call, place: int) -> bool:
    """Whether a call like `x.max(1)` names a dimension, at `place` or by name: it gives a pair."""
    for argument in node.args:
        if argument.keyword is not None and argument.keyword.value == "dim":
            return True
    if len(node.args) <= place or any(a.star or a.keyword for a in node.args[: place + 1]):
        return False
    value = node.args[place].value
    if isinstance(value, cst.UnaryOperation):
        value = value.expression
    return isinstance(value, cst.Integer)
