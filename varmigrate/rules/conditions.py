"""What one condition says about another: whether where the one holds, the other does not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.rules.region_calls import compares

_LEAVING = (cst.Return, cst.Raise, cst.Continue, cst.Break)
_TRUE = frozenset({"True"})


@dataclass(frozen=True)
class Meaning:
    """A condition as a question: whether what `text` gives is one of `values`, or is not.

    text: an expression as it is written, on one line. values: literals; "True" alone for the truth
    of the expression. positive: whether it has to be one of them.
    """

    text: str
    values: frozenset[str] = _TRUE
    positive: bool = True

    @property
    def negation(self) -> Meaning:
        """The meaning of `not`."""
        return replace(self, positive=not self.positive)

    def excludes(self, other: Meaning) -> bool:
        """Whether `other` cannot hold where this does."""
        if self.text != other.text or (self.values == _TRUE) != (other.values == _TRUE):
            return False
        if self.positive and other.positive:
            return not self.values & other.values
        if self.positive:
            return self.values <= other.values
        return other.positive and other.values <= self.values


def meaning(analysis: FileAnalysis, node: cst.BaseExpression) -> Meaning:
    """What a condition asks, `not`, `bool(...)`, and comparisons with literals seen through."""
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        return meaning(analysis, node.expression).negation
    inner = under_bool(analysis, node)
    if inner is not None:
        return meaning(analysis, inner)
    if isinstance(node, cst.Comparison) and len(node.comparisons) == 1 and not compares(analysis):
        target = node.comparisons[0]
        values = _literals(target.comparator, isinstance(target.operator, (cst.In, cst.NotIn)))
        if values is not None and isinstance(
            target.operator, (cst.Equal, cst.NotEqual, cst.In, cst.NotIn)
        ):
            positive = isinstance(target.operator, (cst.Equal, cst.In))
            return Meaning(_text(analysis, node.left), values, positive)
    return Meaning(_text(analysis, node))


def under_bool(analysis: FileAnalysis, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """The argument of `bool(...)`; None for any other expression."""
    if (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Name)
        and node.func.value == "bool"
        and analysis.names.is_builtin(node.func)
        and len(node.args) == 1
        and node.args[0].keyword is None
        and not node.args[0].star
    ):
        return node.args[0].value
    return None


def always_leaves(block: cst.BaseSuite) -> bool:
    """Whether what stands behind a block is never reached through it."""
    last = block.body[-1] if block.body else None
    while isinstance(last, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        last = last.body[-1] if last.body else None
    return isinstance(last, _LEAVING)


def _literals(node: cst.BaseExpression, several: bool) -> frozenset[str] | None:
    """The texts that an expression compares with, if it is made of them alone."""
    parts: list[cst.BaseExpression] = [node]
    if several:
        if not isinstance(node, (cst.Tuple, cst.List, cst.Set)):
            return None
        parts = [element.value for element in node.elements]
    found = [part.evaluated_value for part in parts if isinstance(part, cst.SimpleString)]
    texts = [repr(value) for value in found if isinstance(value, str)]
    return frozenset(texts) if len(texts) == len(parts) and parts else None


def _text(analysis: FileAnalysis, node: cst.BaseExpression) -> str:
    """An expression on one line, without brackets around it."""
    text = " ".join(analysis.tree.code(node).split())
    for _ in node.lpar:
        if text.startswith("("):
            text = text[1:-1].strip()
    return text
