"""What is known of an expression, by what kind of expression it is.

A name is followed to the definitions that reach it, and to what is done to what it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from varmigrate.analysis.call_facts import CallFacts
from varmigrate.analysis.changes import Changes
from varmigrate.analysis.elements import Elements
from varmigrate.analysis.evidence import Evidence
from varmigrate.analysis.facts import (
    CONSTANTS,
    OPAQUE,
    OTHER,
    UNKNOWN,
    Fact,
    GraphFact,
    IdentityFact,
    Kind,
    how_made,
    identity_of,
    part_of,
    same,
    shared,
)
from varmigrate.analysis.flow import Flow, step_of
from varmigrate.analysis.holders import Holders
from varmigrate.analysis.names import Names
from varmigrate.analysis.ownership import Ownership
from varmigrate.analysis.scopes import ScopeKind
from varmigrate.analysis.solving import Solver
from varmigrate.torch_facts.attributes import ATTRIBUTES, NON_TENSOR_ATTRIBUTES
from varmigrate.torch_facts.kinds import Graph, Identity

_NUMERIC_MODULES = ("numpy", "math")
_ATTRIBUTES_OF_ANYTHING = frozenset("shape dtype device ndim is_cuda requires_grad".split())


class Expressions:
    """The expressions of one file."""

    def __init__(
        self,
        solver: Solver,
        names: Names,
        flow: Flow,
        holders: Holders,
        evidence: Evidence,
        changes: Changes,
        elements: Elements,
    ) -> None:
        self.solver = solver
        self.names = names
        self.flow = flow
        self.attributes = holders.attributes
        self.evidence = evidence
        self.changes = changes
        self.elements = elements
        self.loaders = elements.loaders
        self.calls = CallFacts(solver, names, flow, holders, evidence, elements)
        self.ownership = Ownership(solver, names, flow, holders)

    def evaluate(self, node: cst.BaseExpression) -> Fact:
        """What is known of the value of an expression, from what is known of its parts so far."""
        if isinstance(node, cst.Call):
            return self.calls.of(node)
        if isinstance(node, cst.Attribute):
            return self._attribute(node)
        if isinstance(node, cst.Name):
            return self._name(node)
        if isinstance(node, cst.BinaryOperation):
            return self._arithmetic(node)
        if isinstance(node, cst.UnaryOperation):
            return self._unary(node)
        if isinstance(node, cst.Comparison):
            return self._comparison(node)
        if isinstance(node, cst.Subscript):
            return self._subscript(node)
        if isinstance(node, cst.IfExp):
            return self.elements.joined_items((node.body, node.orelse), ())
        if isinstance(node, cst.NamedExpr):
            fact = self.solver.of(node.value)
            return shared(fact)
        if isinstance(node, (cst.List, cst.Tuple)):
            return self._sequence([element.value for element in node.elements], node)
        if isinstance(node, cst.ListComp):
            return self._sequence([node.elt], node)
        if isinstance(node, (cst.Dict, cst.DictComp)):
            return Fact(Kind.SEQUENCE)
        if isinstance(
            node,
            (
                cst.Integer,
                cst.Float,
                cst.Imaginary,
                cst.BaseString,
                cst.Ellipsis,
            ),
        ):
            return OTHER
        return UNKNOWN

    def _name(self, node: cst.Name) -> Fact:
        """A name: what its definitions agree on, and what is done to what it holds."""
        if node.value in CONSTANTS:
            return OTHER
        definitions = self.flow.definitions(node)
        if definitions is None:
            return self.evidence.narrowed(node, UNKNOWN)
        fact = self.solver.joined(lambda b: self.solver.ask("definition", b), definitions)
        fact = self.evidence.narrowed(node, fact)
        if fact.kind is Kind.OTHER:
            return fact
        load = self.names.load(node)
        if (
            load is not None
            and definitions[0].scope.kind is ScopeKind.MODULE
            and load.scope is not definitions[0].scope
            and not self.flow.private(node.value)
        ):
            reason = f"`{node.value}` is a global, which other files may change"
            return Fact(fact.kind, reasons=(reason,))
        if fact.kind is Kind.SEQUENCE:
            fact = replace(fact, graph=self.elements.elements_of(node))
        sole = fact.kind is Kind.TENSOR and self.ownership.sole(node, definitions)
        identity = self.ownership.root_identity(definitions) if sole else IdentityFact.SHARED
        held = replace(fact, identity=identity, plain=fact.known_plain)
        return self.changes.unless_changed(held, definitions)

    def _attribute(self, node: cst.Attribute) -> Fact:
        name = node.attr.value
        origin = self.names.origin(node)
        if origin:
            return OTHER if origin.split(".")[0] in _NUMERIC_MODULES else UNKNOWN
        holder = self.attributes.holder(node)
        if holder is not None:
            fact = self.solver.ask("attribute", holder)
            if fact.kind is Kind.SEQUENCE:
                fact = replace(fact, graph=self.elements.elements_of(node))
            if fact.kind is not Kind.OTHER:
                fact = shared(fact)
            return self.changes.unless_changed(fact, (holder,))
        if name in _ATTRIBUTES_OF_ANYTHING and name not in self.evidence.own_names:
            return OTHER
        if name == "dataset" and self.loaders.behind(node.value) is not None:
            return OPAQUE
        receiver = self.solver.of(node.value)
        if receiver.kind is Kind.OTHER:
            return OTHER
        if name in NON_TENSOR_ATTRIBUTES and receiver.kind is Kind.TENSOR and name != "grad_fn":
            return OTHER
        if (
            name == "data"
            and receiver.kind is Kind.UNKNOWN
            and self.evidence.looks_like_tensor(node.value)
        ):
            receiver = replace(receiver, kind=Kind.TENSOR)
        row = ATTRIBUTES.get(name)
        if row is None or receiver.kind is not Kind.TENSOR:
            return UNKNOWN
        graph = {Graph.FREE: GraphFact.FREE, Graph.SELF: receiver.graph}.get(
            row.graph, GraphFact.UNKNOWN
        )
        identity = identity_of(row.identity, [receiver])
        made = row.identity not in (Identity.SAME, Identity.VIEW_OR_SAME)
        reason = how_made(f".{name}", row.identity, graph)
        return Fact(Kind.TENSOR, graph, identity, (reason,), made or receiver.known_plain)

    def _arithmetic(self, node: cst.BinaryOperation) -> Fact:
        left, right = self.solver.of(node.left), self.solver.of(node.right)
        if left.kind is Kind.OTHER and right.kind is Kind.OTHER:
            return OTHER
        if Kind.TENSOR not in (left.kind, right.kind):
            return UNKNOWN
        free = left.harmless_operand and right.harmless_operand
        if not free and not self.evidence.paused(node):
            return Fact(Kind.TENSOR)
        # A matrix product may be a view of an intermediate result.
        product = isinstance(node.operator, cst.MatrixMultiply)
        return Fact(
            Kind.TENSOR,
            GraphFact.FREE,
            IdentityFact.VIEW if product else IdentityFact.FRESH,
            (
                *left.reasons,
                *right.reasons,
                "arithmetic of tensors without history makes a new one",
            ),
        )

    def _unary(self, node: cst.UnaryOperation) -> Fact:
        if isinstance(node.operator, cst.Not):
            return OTHER
        fact = self.solver.of(node.expression)
        if isinstance(node.operator, cst.Plus) or fact.kind is not Kind.TENSOR:
            return fact if fact.kind in (Kind.TENSOR, Kind.OTHER) else UNKNOWN
        identity = IdentityFact.FRESH if fact.free else IdentityFact.UNKNOWN
        return Fact(Kind.TENSOR, fact.graph, identity, fact.reasons)

    def _comparison(self, node: cst.Comparison) -> Fact:
        operators = [target.operator for target in node.comparisons]
        if any(isinstance(op, (cst.Is, cst.IsNot, cst.In, cst.NotIn)) for op in operators):
            return OTHER
        facts = [
            self.solver.of(node.left),
            *(self.solver.of(target.comparator) for target in node.comparisons),
        ]
        if all(fact.kind is Kind.OTHER for fact in facts):
            return OTHER
        known = all(fact.kind in (Kind.TENSOR, Kind.OTHER) for fact in facts)
        if len(operators) == 1 and known:
            reason = "a comparison of tensors makes a new tensor without history"
            return Fact(Kind.TENSOR, GraphFact.FREE, IdentityFact.FRESH, (reason,))
        return UNKNOWN

    def _subscript(self, node: cst.Subscript) -> Fact:
        found = self.elements.item(node.value, (step_of(node),))
        part = part_of(self.solver.of(node.value))
        # An index gives a view like any other, which going through a tensor does not.
        gone_through = same(found, replace(part, identity=IdentityFact.UNKNOWN))
        return part if found.kind is Kind.UNKNOWN or gone_through else found

    def _sequence(self, elements: Sequence[cst.BaseExpression], node: cst.BaseExpression) -> Fact:
        starred = isinstance(node, (cst.List, cst.Tuple)) and any(
            isinstance(element, cst.StarredElement) for element in node.elements
        )
        free = not starred and all(self.solver.of(e).harmless_operand for e in elements)
        return Fact(Kind.SEQUENCE, GraphFact.FREE if free else GraphFact.UNKNOWN)
