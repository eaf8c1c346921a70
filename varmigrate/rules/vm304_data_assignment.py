"""An assignment to `.data`: `p.data = p.data - lr * g`.

What it does: finds assignments to the `.data` of parameters, gradients and other tensors.

Why: the tensor gets other memory, shape and type behind autograd's back; what shares its old memory
(an optimiser's state, a flattened copy, another view) is left with the old values.

Example:

    p.data = p.data - lr * p.grad.data

Use instead:

    with torch.no_grad():
        p.copy_(p - lr * p.grad)

Fix safety: unsafe, and only where the new value is computed from the old one element by element,
so that the shape stays: the values are copied into the old memory, autograd notices, and the new
value is not shared with anything. Elsewhere the shape or the type may be meant to change, and the
place is reported: `copy_` if they stay, a new `nn.Parameter` if they do not.

The rule is off unless it is selected (`--select VM304`, or `data`): the old form still does what it
did, and no rewrite does exactly the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.tree import statement_of
from varmigrate.model import Edit
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Invalid, Proposal, Rule, unsafe
from varmigrate.rules.in_place import (
    ASSUMPTION,
    Write,
    is_paused,
    is_tensor,
    regions,
    shown,
)
from varmigrate.torch_facts.reductions import BROADCASTING, KEEPING

_ADVICE = (
    "under `with torch.no_grad():` use `{0}.copy_(...)` if shape and type stay, or assign a new "
    "nn.Parameter if they do not"
)
# Methods that keep the shape, but not the type or the device.
_CONVERTING = frozenset("cpu cuda double float half int long to".split())


class DataAssignment(Rule):
    """Assignments to `.data`."""

    code = "VM304"
    name = "data-assignment"
    triggers = (b".data",)
    select = ("VM304",)
    valid = (
        "import torch\nself.data = torch.ones(2)  # not known to be a tensor\n",
        "import torch\nx = torch.ones(2)\ny = x.data\n",
        "import torch\nwith torch.no_grad():\n    m.weight.copy_(m.weight * 2)\n",
    )
    invalid = (
        Invalid(
            "import torch\nfor p in model.parameters():\n    p.data = p.data - lr * p.grad.data\n",
            "import torch\nfor p in model.parameters():\n    with torch.no_grad():\n"
            "        p.copy_(p - lr * p.grad)\n",
            unsafe=True,
        ),
        Invalid("import torch\nnew.weight.data = old.weight.data[1:]\n"),
    )

    def on(self, analysis: FileAnalysis) -> bool:
        return False

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        waiting = "volatile" in analysis.text
        for node in analysis.scopes.stores:
            if node.attr.value != "data" or not is_tensor(analysis, node.value):
                continue
            statement = statement_of(analysis.tree, node)
            if not isinstance(statement, cst.Assign):
                continue
            name = shown(analysis, node.value)
            proposal = Proposal(
                self.code, None, statement, f"`{name}` gets other memory behind autograd's back"
            )
            write = _write(analysis, node, statement)
            edits = None if write is None else write.all_edits(analysis)
            if write is not None and edits is not None and not is_paused(analysis, statement):
                place = regions(analysis, (write,))[id(statement)]
                proposal.alone = True
                edits = None if place is None or waiting else (*place, *edits)
            if edits is None:
                proposal.alone = False
                proposal.advice = _ADVICE.format(name)
            else:
                assumption = (
                    f"{ASSUMPTION.format(name)}; shape and type stay, and no other name has to "
                    "share the new memory"
                )
                proposal.fix = unsafe("copy the new value into it", edits, assumption)
            yield proposal


def _write(analysis: FileAnalysis, node: cst.Attribute, statement: cst.Assign) -> Write | None:
    """The assignment as `copy_`; None where the shape may change."""
    tree, value = analysis.tree, statement.value
    if len(statement.targets) != 1 or statement.targets[0].target is not node:
        return None
    if not _keeps_shape(analysis, tree.code(node), value):
        return None
    start, end = tree.end(node.value), tree.start(value)
    if comments(tree.text[start:end]):
        return None
    edits = (
        Edit(start, end, ".copy_("),
        Edit(tree.end(value), tree.end(value), ")"),
    )
    return Write(node, node.value, statement, edits, (value,))


def _keeps_shape(analysis: FileAnalysis, own: str, node: cst.BaseExpression) -> bool:
    """Whether a value is computed from that of `own`, element by element."""
    if isinstance(node, cst.Attribute):
        return analysis.tree.code(node) == own
    if isinstance(node, cst.BinaryOperation):
        if isinstance(node.operator, cst.MatrixMultiply):
            return False
        return any(_keeps_shape(analysis, own, side) for side in (node.left, node.right))
    if isinstance(node, cst.UnaryOperation):
        return _keeps_shape(analysis, own, node.expression)
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        name = node.func.attr.value
        if name in BROADCASTING or (name in KEEPING and name not in _CONVERTING):
            return _keeps_shape(analysis, own, node.func.value)
    return False
