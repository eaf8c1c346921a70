"""What the argument of a call was made from, as evidence: written values, data, or a cut graph.

A name is followed to what was assigned to it, a few steps back.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import BindingKind
from varmigrate.torch_facts.constructors import TENSOR_TYPES
from varmigrate.torch_facts.values import (
    ARRAY_FACTORIES,
    FILLING_METHODS,
    NEW_METHODS,
    VALUE_FACTORIES,
)

_CONVERTERS = frozenset({"torch.tensor", "torch.from_numpy", "torch.as_tensor", "torch.asarray"})
_STEPS = 3
_MOST_STORED = 20


class MadeFrom(enum.Enum):
    """The kinds an argument is told apart by."""

    VALUES = "values"
    LISTED = "listed"
    DATA = "data"
    CUT = "cut"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Making:
    """What an argument was made from, and the words that show it.

    VALUES: sizes, numbers or chance. LISTED: a list that holds more than numbers. DATA: an array or
    list that was there before. CUT: a tensor taken off its history. COPY: a copy of such a tensor.
    """

    kind: MadeFrom
    words: str


@dataclass(frozen=True, slots=True)
class Chain:
    """An expression taken apart: where it starts, and the names on the way, outermost first."""

    root: cst.BaseExpression
    names: tuple[str, ...]
    copied: cst.BaseExpression | None = None


def chain(analysis: FileAnalysis, node: cst.BaseExpression) -> Chain:
    """Take an expression apart into its root and the methods, attributes and indices on it."""
    names: list[str] = []
    copied: cst.BaseExpression | None = None
    while True:
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            if analysis.names.origin(node.func):
                break
            if node.func.attr.value == "copy_" and node.args:
                copied = node.args[0].value
            names.append(node.func.attr.value)
            node = node.func.value
        elif isinstance(node, cst.Attribute) and not analysis.names.origin(node):
            names.append(node.attr.value)
            node = node.value
        elif isinstance(node, cst.Subscript):
            node = node.value
        else:
            break
    return Chain(node, tuple(names), copied)


def assigned(analysis: FileAnalysis, name: cst.Name) -> Iterator[cst.BaseExpression]:
    """The expressions a read of a name can hold, as far as they were assigned to it whole."""
    for binding in reversed(analysis.uses.definitions(name)):
        if binding.kind is BindingKind.ASSIGN and binding.value is not None:
            yield binding.value


def making(analysis: FileAnalysis, node: cst.BaseExpression, steps: int = _STEPS) -> Making | None:
    """What an expression was made from; None when that cannot be told."""
    if isinstance(node, cst.BinaryOperation):
        return _of_operation(analysis, node, steps)
    link = chain(analysis, node)
    shown = _shown(analysis, node)
    new = next((name for name in link.names if name in NEW_METHODS), "")
    if link.copied is not None:
        return Making(MadeFrom.COPY, _shown(analysis, link.copied))
    if new:
        return Making(MadeFrom.VALUES, f"made by .{new}(...)")
    found = _of_root(analysis, link.root, steps)
    if FILLING_METHODS.intersection(link.names) and (found is None or found.kind is MadeFrom.DATA):
        filled = next(name for name in link.names if name in FILLING_METHODS)
        return Making(MadeFrom.VALUES, f"filled by .{filled}(...)")
    if {"data", "detach"}.intersection(link.names) and found is None:
        return Making(MadeFrom.CUT, shown)
    return found


def _of_root(analysis: FileAnalysis, root: cst.BaseExpression, steps: int) -> Making | None:
    if isinstance(root, cst.Name):
        stored = analysis.uses.stored_items(root)
        if not steps or not all(_is_number(value) for value in stored[-_MOST_STORED:]):
            return None
        for value in assigned(analysis, root):
            found = making(analysis, value, steps - 1)
            if found is not None:
                return found
        return None
    if isinstance(root, cst.BinaryOperation):
        return _of_operation(analysis, root, steps)
    if not isinstance(root, cst.Call):
        return None
    origin = analysis.names.origin(root.func)
    if origin in VALUE_FACTORIES:
        return Making(MadeFrom.VALUES, f"{origin}(...)")
    if origin in TENSOR_TYPES or origin in _CONVERTERS:
        return _of_constructor(analysis, root, origin, steps)
    return None


def _of_constructor(analysis: FileAnalysis, node: cst.Call, origin: str, steps: int) -> Making:
    values = Making(MadeFrom.VALUES, f"{origin}(...)")
    plain = [argument for argument in node.args if argument.keyword is None]
    if len(plain) != 1 or plain[0].star:
        return values if origin in TENSOR_TYPES else Making(MadeFrom.DATA, f"{origin}(...)")
    data = plain[0].value
    if _is_number(data) or _is_size(data):
        return values
    if isinstance(data, (cst.List, cst.Tuple)):
        return values if _only_numbers(data) else Making(MadeFrom.LISTED, f"{origin}([...])")
    if isinstance(data, cst.Call):
        maker = analysis.names.origin(data.func)
        if maker in ARRAY_FACTORIES:
            return Making(MadeFrom.VALUES, f"{maker}(...)")
        if maker.startswith("torch."):
            inner = making(analysis, data, steps)
            if inner is not None:
                return inner
    shown = _shown(analysis, data)
    return Making(MadeFrom.DATA, f"{origin}({shown})")


def _of_operation(analysis: FileAnalysis, node: cst.BinaryOperation, steps: int) -> Making | None:
    """Values combined with numbers or values stay values; a repeated list stays a list."""
    sides = [making(analysis, side, steps) for side in (node.left, node.right)]
    numbers = [_only_scalars(side) for side in (node.left, node.right)]
    made = [side for side in sides if side is not None and side.kind is MadeFrom.VALUES]
    fine = [
        number or (side is not None and side.kind is MadeFrom.VALUES)
        for number, side in zip(numbers, sides, strict=True)
    ]
    return made[0] if made and all(fine) else None


def _only_scalars(node: cst.BaseExpression) -> bool:
    """Whether an operand is a number, or arithmetic of numbers and plain names."""
    if isinstance(node, cst.BinaryOperation):
        return all(
            _only_scalars(side) or isinstance(side, cst.Name) for side in (node.left, node.right)
        )
    return _is_number(node)


def _is_number(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.UnaryOperation):
        return _is_number(node.expression)
    if isinstance(node, cst.Name):
        return node.value in ("True", "False")
    return isinstance(node, (cst.Integer, cst.Float)) or (
        isinstance(node, cst.BinaryOperation) and _is_number(node.left) and _is_number(node.right)
    )


def _is_size(node: cst.BaseExpression) -> bool:
    """`x.size()`, `x.size(0)`, `x.shape`, `x.shape[0]`, `len(x)`."""
    if isinstance(node, cst.Subscript):
        node = node.value
    if isinstance(node, cst.Call):
        if isinstance(node.func, cst.Name):
            return node.func.value == "len"
        node = node.func
    return isinstance(node, cst.Attribute) and node.attr.value in ("size", "shape")


def _only_numbers(node: cst.BaseExpression) -> bool:
    if isinstance(node, (cst.List, cst.Tuple)):
        return all(_only_numbers(element.value) for element in node.elements)
    return _is_number(node)


def _shown(analysis: FileAnalysis, node: cst.CSTNode, limit: int = 40) -> str:
    text = " ".join(analysis.tree.code(node).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."
