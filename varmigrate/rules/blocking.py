"""What keeps a value from being known to be free of a graph: the part of it that is not seen.

The facts of an expression end with what was done last; what blocks may be an operand, or what a
name was assigned some lines before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import BindingKind
from varmigrate.torch_facts.methods import METHODS

# How far names and operands are followed; further back nobody would look for it.
_MOST_STEPS = 8
_MOST_SHOWN = 60


def blocking(analysis: FileAnalysis, data: cst.BaseExpression) -> str:
    """Why `data` is not known to be free, in words that name the part that decides it.

    data: an expression of the file whose fact is not free, or is not that of a tensor.
    """
    node = data
    through: cst.Name | None = None
    seen: set[int] = set()
    for _ in range(_MOST_STEPS):
        seen.add(id(node))
        name = node if isinstance(node, cst.Name) else None
        values = _operands(analysis, node) if name is None else iter(_assigned(analysis, name))
        inner = next((v for v in values if id(v) not in seen and not _harmless(analysis, v)), None)
        if inner is None:
            break
        node, through = inner, name
    return _said(analysis, node, through)


def _harmless(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    fact = analysis.facts.of(node)
    return fact.kind is Kind.OTHER or (fact.free and fact.kind in (Kind.TENSOR, Kind.SEQUENCE))


def _assigned(analysis: FileAnalysis, name: cst.Name) -> list[cst.BaseExpression]:
    """What a name was assigned, where that is all it can be."""
    bindings = analysis.uses.definitions(name)
    values = [b.value for b in bindings if b.kind is BindingKind.ASSIGN and b.value is not None]
    return values if len(values) == len(bindings) else []


def _operands(analysis: FileAnalysis, node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The parts of an expression that decide whether its value is part of a graph."""
    if isinstance(node, cst.Call):
        origin = analysis.names.origin(node.func)
        method = node.func if not origin and isinstance(node.func, cst.Attribute) else None
        if method is not None and (method.attr.value in METHODS or analysis.facts.of(node).reasons):
            yield method.value
        elif method is not None or not origin.startswith("torch."):
            # What the call gives back is not known, whatever it is given.
            return
        for argument in node.args:
            yield argument.value
    elif isinstance(node, cst.Subscript) or _is_data(node):
        yield node.value
    elif isinstance(node, cst.Comparison):
        yield node.left
        for target in node.comparisons:
            yield target.comparator
    elif isinstance(node, cst.BinaryOperation):
        yield from (node.left, node.right)
    elif isinstance(node, cst.UnaryOperation):
        yield node.expression
    elif isinstance(node, cst.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, (cst.List, cst.Tuple)):
        for element in node.elements:
            yield element.value
    elif isinstance(node, (cst.ListComp, cst.GeneratorExp)):
        yield node.elt


def _is_data(node: cst.BaseExpression) -> TypeGuard[cst.Attribute]:
    return isinstance(node, cst.Attribute) and node.attr.value == "data"


def _said(analysis: FileAnalysis, node: cst.BaseExpression, through: cst.Name | None) -> str:
    """Why the last part that was found is not known to be free.

    through: the name that was assigned just this; None when it is part of an expression.
    """
    fact = analysis.facts.of(node)
    shown = f"`{_short(analysis, node)}`"
    if fact.free and fact.kind is not Kind.TENSOR:
        return f"{shown} is not known to be a tensor"
    if isinstance(node, cst.Name):
        return _said_of_name(analysis, node, shown)
    if isinstance(node, cst.Call) and fact.reasons:
        return f"{shown}: {fact.doubt}"
    if through is not None:
        return f"`{through.value}` comes from {shown}, whose origin is not seen"
    if isinstance(node, cst.Call):
        return f"what {shown} gives is not seen"
    return f"where {shown} comes from is not seen"


def _said_of_name(analysis: FileAnalysis, name: cst.Name, shown: str) -> str:
    bindings = analysis.uses.definitions(name)
    kinds = {binding.kind for binding in bindings}
    loop = analysis.uses.loop_source(name)
    if kinds == {BindingKind.LOOP} and loop is not None:
        return f"{shown} comes from `{_cut(loop[0])}`, whose origin is not seen"
    if kinds == {BindingKind.PARAMETER}:
        told = analysis.facts.of(name).reasons
        if told:
            return f"{shown}: {told[-1]}"
        return f"{shown} is a parameter, and what its callers give is not seen"
    values = [b.value for b in bindings if b.value is not None]
    told = analysis.facts.of(name).reasons
    if values and len(values) == len(bindings) and all(_harmless(analysis, v) for v in values):
        # What it was assigned is free; what was done to it since decides.
        return f"{shown}: {told[-1]}" if told else f"what is put into {shown} is not seen"
    unpacked = _unpacked(analysis, name)
    if unpacked:
        return f"{shown} comes from `{unpacked}`, whose origin is not seen"
    return f"where {shown} comes from is not seen"


def _unpacked(analysis: FileAnalysis, name: cst.Name) -> str:
    """What the name was taken out of by the one assignment of several names; empty if not so."""
    bindings = analysis.uses.definitions(name)
    statement = bindings[0].statement if len(bindings) == 1 else None
    if isinstance(statement, cst.Assign) and bindings[0].value is None:
        return _short(analysis, statement.value)
    return ""


def _short(analysis: FileAnalysis, node: cst.CSTNode) -> str:
    return _cut(analysis.tree.code(node))


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."
