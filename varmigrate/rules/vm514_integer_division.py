"""Division of integer tensors.

What it does: finds `/` between tensors known to hold integers, or one and an integer; and `/=` on
one.

Why: up to PyTorch 1.4 the quotient was cut to an integer; today it is a float, and `/=` raises,
since it cannot be put back. An index or a count that is computed this way is no integer any more.

Example:

    row = index.long() / width

Use instead:

    row = index.long() // width

Fix safety: no rewrite, since a true quotient may be wanted: `//` rounds down, and
`torch.div(a, b, rounding_mode='trunc')` cuts as the old releases did (they differ below zero).
`/` is only reported when the rule is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.guards import guarded
from varmigrate.analysis.tensors import defines
from varmigrate.rules.base import Invalid, Proposal, Rule
from varmigrate.torch_facts.constructors import TENSOR_TYPES

_INTEGERS = frozenset({"torch.int64", "torch.int32", "torch.int16", "torch.int8", "torch.uint8"})
_CASTS = frozenset({"long", "int", "short", "char", "byte", "argmax", "argmin"})
_ADVICE = (
    "write `//` for an integer (it rounds down), or `torch.div(a, b, rounding_mode='trunc')`, "
    "which cuts as PyTorch did up to 1.4"
)
_DEEPEST = 6


class IntegerDivision(Rule):
    """Quotients of integer tensors."""

    code = "VM514"
    name = "integer-division"
    triggers = (b"long()", b"LongTensor", b"IntTensor", b"ByteTensor", b".argm", b".int()")
    select = ("VM514",)
    valid = (
        "import torch\nn = a / b\n",
        "import torch\nx = torch.LongTensor([3]) // 2\n",
        "import torch\nx = torch.LongTensor([3]).float() / 2\n",
        "import torch\nx = torch.LongTensor([3]) / 2.0\n",
    )
    invalid = (
        Invalid("import torch\nx = torch.LongTensor([3]) / 2\n"),
        Invalid("import torch\nx = torch.LongTensor([3])\nx /= 2\n"),
        Invalid("import torch\nx = i.long() / j.long()\n"),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        if not any(trigger.decode() in analysis.text for trigger in self.triggers):
            return
        for node in analysis.scopes.all(cst.BinaryOperation):
            if not isinstance(node.operator, cst.Divide):
                continue
            sides = (node.left, node.right)
            if not all(_integral(analysis, side) for side in sides):
                continue
            if all(isinstance(side, cst.Integer) for side in sides):
                continue
            if not guarded(analysis, node, "//"):
                message = "the quotient of integer tensors is a float today"
                yield Proposal(self.code, None, node, message, advice=_ADVICE, quiet=True)
        for statement in analysis.scopes.all(cst.AugAssign):
            if not isinstance(statement.operator, cst.DivideAssign):
                continue
            target = statement.target
            if isinstance(target, cst.Name) and _holds_integers(analysis, statement, target):
                message = "`/=` on an integer tensor raises: the quotient is a float today"
                yield Proposal(self.code, None, statement, message, advice=_ADVICE)


def _holds_integers(analysis: FileAnalysis, statement: cst.AugAssign, target: cst.Name) -> bool:
    """Whether a name is assigned nothing but integer tensors in its scope."""
    scope = analysis.scopes.scope_at(statement)
    bindings = [b for b in scope.bindings.get(target.value, []) if b.statement is not statement]
    made = [analysis.flow.made(binding) for binding in bindings]
    return bool(made) and all(
        value is not None and not isinstance(value, cst.Integer) and _integral(analysis, value)
        for value in made
    )


def _integral(analysis: FileAnalysis, node: cst.BaseExpression, depth: int = _DEEPEST) -> bool:
    """Whether an expression is an integer, or surely a tensor of integers."""
    if depth == 0:
        return False
    if isinstance(node, cst.Integer):
        return True
    if isinstance(node, cst.Name):
        definitions = analysis.flow.definitions(node)
        made = [analysis.flow.made(binding) for binding in definitions or ()]
        return bool(made) and all(
            value is not None
            and not isinstance(value, cst.Integer)
            and _integral(analysis, value, depth - 1)
            for value in made
        )
    if not isinstance(node, cst.Call):
        return False
    origin = analysis.names.origin(node.func)
    if origin:
        return TENSOR_TYPES.get(origin) in _INTEGERS
    return (
        isinstance(node.func, cst.Attribute)
        and node.func.attr.value in _CASTS
        and not defines(analysis, node.func.attr.value)
    )
