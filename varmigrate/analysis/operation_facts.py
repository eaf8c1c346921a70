"""The fact about what a call gives whose row in the tables of `torch_facts` is known."""

from __future__ import annotations

import libcst as cst

from varmigrate.analysis.evidence import Evidence
from varmigrate.analysis.facts import Fact, GraphFact, Kind, how_made, identity_of
from varmigrate.analysis.solving import Solver
from varmigrate.torch_facts.kinds import Graph, Identity


class OperationFacts:
    """The operations of one file."""

    def __init__(self, solver: Solver, evidence: Evidence) -> None:
        self.solver = solver
        self.evidence = evidence

    def result(
        self,
        node: cst.Call,
        what: str,
        receiver: Fact | None,
        graph: Graph,
        identity: Identity,
    ) -> Fact:
        """The fact of a call whose row in the tables is known."""
        if any(_is_open(argument) for argument in node.args):
            return Fact(Kind.TENSOR)
        operands = [self.solver.of(argument.value) for argument in node.args]
        if receiver is not None:
            operands.insert(0, receiver)
        if graph is Graph.FREE:
            reached = GraphFact.FREE
        elif graph is Graph.SELF:
            first = receiver or (operands[0] if _first(node) else None)
            reached = GraphFact.UNKNOWN if first is None else first.graph
        elif graph is Graph.UNKNOWN:
            reached = GraphFact.UNKNOWN
        else:
            free = all(operand.harmless_operand for operand in operands)
            reached = GraphFact.FREE if free else GraphFact.UNKNOWN
        if (
            identity is Identity.NEW
            and graph in (Graph.SELF, Graph.OPERANDS)
            and self.evidence.paused(node)
        ):
            reached = GraphFact.FREE
        # What a method gives shares with nothing but its receiver.
        shared = operands if receiver is None else [receiver]
        tensors = [operand for operand in shared if operand.kind is not Kind.OTHER]
        held = identity_of(identity, tensors)
        inherited = () if receiver is None else receiver.reasons
        reasons = (*inherited, how_made(what, identity, reached))
        made = identity not in (Identity.SAME, Identity.VIEW_OR_SAME)
        plain = made or all(tensor.known_plain for tensor in tensors)
        return Fact(Kind.TENSOR, reached, held, reasons, plain)


def _first(node: cst.Call) -> bool:
    """Whether the argument written first is the function's first parameter."""
    return bool(node.args) and node.args[0].keyword is None and not node.args[0].star


def _is_open(argument: cst.Arg) -> bool:
    """An argument that may hold anything: `*args`, `**kwargs`, or an `out=` tensor."""
    if argument.star == "**":
        return True
    if argument.keyword is not None and argument.keyword.value == "out":
        return not (isinstance(argument.value, cst.Name) and argument.value.value == "None")
    return False
