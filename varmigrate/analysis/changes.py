"""What is done to the object a name holds: whether that may attach it to a graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import libcst as cst

from varmigrate.analysis.events import Event, EventKind, Group, Holder
from varmigrate.analysis.facts import Fact, GraphFact, Kind
from varmigrate.analysis.holders import Holders
from varmigrate.analysis.scopes import Binding
from varmigrate.analysis.solving import NotYet, Solver
from varmigrate.torch_facts.methods import METHODS, NON_TENSOR_METHODS, TUPLE_METHODS


class Changes:
    """What the events on the groups of one file do to the facts."""

    def __init__(self, solver: Solver, holders: Holders) -> None:
        self.solver = solver
        self.holders = holders
        self.tree = holders.tree

    def unless_changed(self, fact: Fact, holders: Iterable[Holder]) -> Fact:
        """The fact, not free if something done to a holder may attach what it holds."""
        if fact.graph is not GraphFact.FREE:
            return fact
        for group in {id(g): g for g in map(self.holders.group, holders)}.values():
            try:
                state = self.solver.ask("group", group)
            except NotYet:
                continue
            if not state.free:
                return replace(fact, graph=GraphFact.UNKNOWN, reasons=state.reasons)
        return fact

    def group(self, group: Group) -> Fact:
        """FREE unless something is done to a member of the group that may attach it."""
        for event in group.events:
            if event.kind is EventKind.SEEN or (
                event.kind is EventKind.RETURNED and not group.lasting
            ):
                continue
            try:
                fact = self.seen(event)
            except NotYet:
                continue
            if not fact.free:
                reason = f"{event.text} on line {self.tree.line(event.node)}"
                return Fact(graph=GraphFact.UNKNOWN, reasons=(reason,))
        for parameter in group.into:
            inside = self.holders.group(parameter)
            if inside.mixes:
                reason = f"what `{_holder_name(parameter)}` gets may be kept in another argument"
                return Fact(graph=GraphFact.UNKNOWN, reasons=(reason,))
            try:
                inner = self.solver.ask("group", inside)
            except NotYet:
                continue
            if not inner.free:
                return inner
        return Fact(graph=GraphFact.FREE)

    def seen(self, event: Event) -> Fact:
        """FREE when an event is harmless."""
        harmless = False
        if event.kind is EventKind.WRITE:
            harmless = all(self.solver.of(operand).harmless_operand for operand in event.operands)
        elif event.contents is not None:
            # What is put into a part of a tensor is copied.
            harmless = self.solver.of(event.contents).kind in (Kind.SEQUENCE, Kind.TENSOR)
        elif event.receiver is not None:
            kind = self.solver.of(event.receiver).kind
            method = getattr(getattr(event.node, "func", None), "attr", None)
            name = method.value if isinstance(method, cst.Name) else ""
            if event.kind is EventKind.USED:
                harmless = kind is Kind.TENSOR
            elif event.fine:
                harmless = kind.value in event.fine
            elif kind is Kind.TENSOR:
                harmless = name in METHODS or name in TUPLE_METHODS or name in NON_TENSOR_METHODS
            else:
                harmless = kind is Kind.OTHER
        return Fact(graph=GraphFact.FREE if harmless else GraphFact.UNKNOWN)


def _holder_name(holder: Holder) -> str:
    """The name of a parameter, or of another holder."""
    return holder.name if isinstance(holder, Binding) else holder[2]
