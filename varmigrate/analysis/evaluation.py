"""Facts about the result of a function that only computes, from those about its arguments."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

import libcst as cst

from varmigrate.analysis.called import Called, Calls
from varmigrate.analysis.calls import literal_flag
from varmigrate.analysis.elements import Elements
from varmigrate.analysis.facts import (
    OTHER,
    UNHELD,
    UNKNOWN,
    Fact,
    GraphFact,
    IdentityFact,
    Kind,
    identity_of,
    part_of,
)
from varmigrate.analysis.flow import Path
from varmigrate.analysis.solving import Solver
from varmigrate.analysis.terms import Term, TermKind
from varmigrate.torch_facts.kinds import Graph, Identity

# Methods that only tensors have, and those that give a number on whatever has them.
_OF_TENSORS = frozenset({"detach", "new"})
_OF_ANYTHING = frozenset({"size", "dim", "numel", "nelement", "item", "tolist", "numpy"})
_NUMBERS = (TermKind.LITERAL, TermKind.NUMBER, TermKind.FLAG, TermKind.NOT)
_PARTS = (TermKind.TUPLE, TermKind.LIST, TermKind.MANY)


class Evaluation:
    """Evaluates the summaries of called functions, for one file."""

    def __init__(self, solver: Solver, elements: Elements, calls: Calls) -> None:
        self.solver = solver
        self.elements = elements
        self.calls = calls

    def of(self, call: cst.Call, path: Path) -> Fact | None:
        """What is known of the element at `path` of what a call gives; None if it is no such call.

        Of two elements neither is known to be another tensor than the other.
        """
        called = self.calls.of(call)
        if called is None:
            return None
        fact = _Evaluated(self.solver, self.elements, called).at(called.summary.result, path)
        if path and fact.identity in UNHELD:
            fact = replace(fact, identity=IdentityFact.UNKNOWN)
        if fact.free and fact.kind is not Kind.OTHER:
            name = called.summary.name
            where = "" if called.here else f" of {os.path.basename(called.summary.path)}"
            reason = f"`{name}`{where} gives it back without history"
            return replace(fact, reasons=(*fact.reasons, reason))
        return fact


class _Evaluated:
    def __init__(self, solver: Solver, elements: Elements, called: Called) -> None:
        self.solver = solver
        self.elements = elements
        self.called = called

    def at(self, term: Term, path: Path) -> Fact:
        """What is known of the element at `path` of a value."""
        kind = term.kind
        if kind is TermKind.GIVEN:
            return self.given(term, path)
        if kind in _NUMBERS:
            return OTHER
        if kind is TermKind.EITHER:
            return self.solver.joined(lambda part: self.at(part, path), term.parts)
        if kind is TermKind.TESTED:
            return self.tested(self.at(term.parts[0], path), path)
        if kind is TermKind.PART:
            return self.part(term, path)
        if path:
            return self.inside(term, path)
        if kind in _PARTS:
            free = all(self.at(part, ()).harmless_operand for part in term.parts)
            return Fact(Kind.SEQUENCE, GraphFact.FREE if free else GraphFact.UNKNOWN)
        return self.tensor(term)

    @staticmethod
    def tested(fact: Fact, path: Path) -> Fact:
        unsure = fact.kind is Kind.UNKNOWN and not path
        return replace(fact, kind=Kind.TENSOR) if unsure else fact

    def given(self, term: Term, path: Path) -> Fact:
        node = self.called.given.get(term.name)
        if node is None:
            return self.at(self.called.defaults[term.name], path)
        return self.elements.item(node, path)

    def part(self, term: Term, path: Path) -> Fact:
        (whole,) = term.parts
        found = self.at(whole, (term.step, *path))
        if found.kind is not Kind.UNKNOWN or path:
            return found
        return part_of(self.at(whole, ()))

    def inside(self, term: Term, path: Path) -> Fact:
        """An element of a display, or of a tensor."""
        index, rest = path[0], path[1:]
        if term.kind is TermKind.TUPLE and 0 <= index < len(term.parts):
            return self.at(term.parts[index], rest)
        if term.kind in _PARTS and term.parts:
            return self.solver.joined(lambda part: self.at(part, rest), term.parts)
        return part_of(self.at(term, ()))

    def tensor(self, term: Term) -> Fact:
        """What an operation gives."""
        kind = term.kind
        if kind is TermKind.CUT:
            return self.cut(term)
        if kind is TermKind.LEAF:
            return self.leaf(term)
        if kind in (TermKind.METHOD, TermKind.FUNCTION):
            return self.operation(term)
        if kind is TermKind.NUMBERS:
            owner = self.at(term.parts[0], ())
            known = owner.kind in (Kind.TENSOR, Kind.OTHER) or term.name in _OF_ANYTHING
            return OTHER if known else UNKNOWN
        if kind is TermKind.CONSTRUCTED:
            return self.constructed(term)
        if kind is TermKind.ARITHMETIC:
            return self.arithmetic(term)
        if kind is TermKind.COMPARED:
            return self.compared(term)
        if kind is TermKind.WRITTEN:
            return self.written(term)
        return UNKNOWN

    def operands(self, terms: Iterable[Term]) -> list[Fact]:
        return [self.at(term, ()) for term in terms]

    def cut(self, term: Term) -> Fact:
        """A Variable, or `.detach()`: it may become the very tensor it was given."""
        given = self.at(term.parts[0], ())
        identity = given.identity if given.identity in UNHELD else IdentityFact.SHARED
        return Fact(Kind.TENSOR, GraphFact.FREE, identity, given.reasons, plain=True)

    def leaf(self, term: Term) -> Fact:
        data, flag = term.parts
        value = self.flag(flag)
        fact = self.at(data, ())
        if value is False:
            return fact
        graph = GraphFact.ATTACHED if value else GraphFact.UNKNOWN
        return Fact(Kind.TENSOR, graph, IdentityFact.UNKNOWN, ("it sets requires_grad",))

    def flag(self, term: Term) -> bool | None:
        """The value of a flag; None when it is not known."""
        if term.kind is TermKind.LITERAL:
            return term.value
        if term.kind is TermKind.FLAG:
            return self.flag(term.parts[0])
        if term.kind is TermKind.NOT:
            value = self.flag(term.parts[0])
            return None if value is None else not value
        if term.kind is TermKind.GIVEN:
            node = self.called.given.get(term.name)
            if node is None:
                return self.flag(self.called.defaults[term.name])
            return literal_flag(node)
        return None

    def operation(self, term: Term) -> Fact:
        receiver = None
        operands = self.operands(term.parts)
        if term.kind is TermKind.METHOD:
            receiver = operands[0]
            if receiver.kind is Kind.OTHER:
                return OTHER
            named = term.name in _OF_TENSORS or term.name.startswith("new_")
            if receiver.kind is not Kind.TENSOR and not named:
                # Any class may have a method of that name.
                return UNKNOWN
        graph, identity = term.graph or Graph.UNKNOWN, term.identity or Identity.SAME
        if graph is Graph.SELF:
            operands = operands[:1]
        free = graph is Graph.FREE or (
            graph is not Graph.UNKNOWN and all(operand.harmless_operand for operand in operands)
        )
        tensors = [operand for operand in operands if operand.kind is not Kind.OTHER]
        made = identity not in (Identity.SAME, Identity.VIEW_OR_SAME)
        return Fact(
            Kind.TENSOR,
            GraphFact.FREE if free else GraphFact.UNKNOWN,
            identity_of(identity, tensors),
            receiver.reasons if receiver is not None else (),
            made or all(tensor.known_plain for tensor in tensors),
        )

    def constructed(self, term: Term) -> Fact:
        """A tensor type or `.new`: sizes and literals make a new tensor, a tensor is shared."""
        new = Fact(Kind.TENSOR, GraphFact.FREE, IdentityFact.FRESH, plain=True)
        if len(term.parts) != 1:
            return new
        fact = self.at(term.parts[0], ())
        if fact.kind in (Kind.OTHER, Kind.SEQUENCE):
            return new
        if fact.kind is Kind.TENSOR:
            identity = identity_of(Identity.VIEW, [fact])
            return Fact(Kind.TENSOR, fact.graph, identity, fact.reasons, plain=True)
        if term.sure:
            return Fact(Kind.TENSOR, GraphFact.FREE, IdentityFact.VIEW, plain=True)
        return UNKNOWN

    def arithmetic(self, term: Term) -> Fact:
        operands = self.operands(term.parts)
        if all(operand.kind is Kind.OTHER for operand in operands):
            return OTHER
        if all(operand.kind is not Kind.TENSOR for operand in operands):
            return UNKNOWN
        if not all(operand.harmless_operand for operand in operands):
            return Fact(Kind.TENSOR)
        identity = IdentityFact.VIEW if term.sure else IdentityFact.FRESH
        reasons = tuple(reason for operand in operands for reason in operand.reasons)
        return Fact(Kind.TENSOR, GraphFact.FREE, identity, reasons, plain=True)

    def compared(self, term: Term) -> Fact:
        kinds = {operand.kind for operand in self.operands(term.parts)}
        if kinds == {Kind.OTHER}:
            return OTHER
        if kinds <= {Kind.TENSOR, Kind.OTHER}:
            return Fact(Kind.TENSOR, GraphFact.FREE, IdentityFact.FRESH, plain=True)
        return UNKNOWN

    def written(self, term: Term) -> Fact:
        """A value after something was written into it."""
        before, *values = self.operands(term.parts)
        free = before.harmless_operand and all(value.harmless_operand for value in values)
        if before.kind is not Kind.TENSOR:
            numbers = all(part.kind is Kind.OTHER for part in (before, *values))
            return OTHER if numbers else UNKNOWN
        if not free:
            return Fact(Kind.TENSOR)
        return before
