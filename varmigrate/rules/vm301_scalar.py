"""An index into a tensor without dimensions: `loss.data[0]`.

What it does: finds `.data[0]`, `.data.numpy()[0]`, `.data.cpu().numpy()[0]` and the like on values
that have no dimensions: results of losses, of `sum()`, `mean()` and other reductions without a
dimension, what is made of these alone, and names that hold nothing else.

Why: a loss was a vector of one element before PyTorch 0.4. Today it has no dimensions, and the
index raises an IndexError.

Example:

    loss = criterion(output, target)
    losses.update(loss.data[0], n)

Use instead:

    loss = criterion(output, target)
    losses.update(loss.item(), n)

Fix safety: safe where the file shows that the value has no dimensions: every definition that
reaches the name is a loss (its module is seen constructed, without `reduce=False` or
`reduction='none'`), a reduction, or arithmetic of such with numbers. What other files assign to a
global or an attribute is not seen, and taken to be alike. Where only a name speaks of a loss, as
with a criterion of one's own, the fix is unsafe: on a vector the first element was meant.
`output.data[0]` stays an index. Where a method of the element follows, it is only reported. In
files that used Variable, `loss[0]` is found too: the index is taken away, unsafely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.flow import step_of
from varmigrate.analysis.scalars import ScalarFact, Scalars
from varmigrate.analysis.scopes import BindingKind
from varmigrate.analysis.tensors import imports_torch
from varmigrate.model import Edit
from varmigrate.rewrite.expressions import inner_span, is_atom
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Invalid, Proposal, Rule, safe, unsafe

_LOSS_NAME = re.compile(
    r"(?:.*_|\A)(?:\w*loss|\w*cost|\w*error|err|nll|mse|bce|kld?|objective)(?:_\w+|\d*)\Z|loss_?\w*\Z",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"(?:losses|_list|(?<!s)s)\Z", re.IGNORECASE)
_CARRYING = frozenset({"cpu", "detach", "numpy", "tolist"})
_OTHERS = frozenset({"chainer", "mxnet", "paddle", "tensorflow", "theano"})
_TITLE = "read the number with .item()"


class ScalarRead(Rule):
    """`.data[0]` of what has no dimensions."""

    code = "VM301"
    name = "scalar-read"
    triggers = (b".data", b".numpy()")
    valid = (
        "import torch\n\n\ndef show(output):\n    print(output.data[0])  # of a batch\n",
        "import torch.nn as nn\nloss = nn.MSELoss(reduce=False)(x, y)\nprint(loss.data[0])\n",
        "import torch\nprint(x.sum(1).data[0])\n",
        "import torch\nloss = torch.zeros(1)\nprint(loss.data[0])\n",
        "import torch\nfirst = dataset.data[0]\n",
        "import torch\nloss = x.mean()\nprint(loss.item())\n",
    )
    invalid = (
        Invalid(
            "import torch.nn as nn\ncriterion = nn.MSELoss().cuda()\n"
            "loss = criterion(x, y)\nprint(loss.data[0])\n",
            "import torch.nn as nn\ncriterion = nn.MSELoss().cuda()\n"
            "loss = criterion(x, y)\nprint(loss.item())\n",
        ),
        Invalid(
            "import torch.nn.functional as F\nloss = F.nll_loss(x, y) / 2\n"
            "total += loss.data.cpu().numpy()[0]\n",
            "import torch.nn.functional as F\nloss = F.nll_loss(x, y) / 2\ntotal += loss.item()\n",
        ),
        Invalid(
            "import torch\n\n\ndef log(loss):\n    print(loss.data[0])\n",
            "import torch\n\n\ndef log(loss):\n    print(loss.item())\n",
            unsafe=True,
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        scalars: Scalars | None = None
        torch: bool | None = None
        for node in analysis.scopes.all(cst.Subscript):
            if step_of(node) != 0 or _is_target(analysis, node):
                continue
            value, carried = _carried(node.value)
            if carried is None and not analysis.legacy:
                continue
            if torch is None:
                torch = _speaks_of_torch(analysis)
            if not torch:
                return
            scalars = scalars or Scalars(analysis)
            proposal = _proposal(analysis, scalars, node, value, carried is not None)
            if proposal is not None:
                yield proposal


def _proposal(
    analysis: FileAnalysis,
    scalars: Scalars,
    node: cst.Subscript,
    value: cst.BaseExpression,
    read: bool,
) -> Proposal | None:
    shown = " ".join(analysis.tree.code(value).split())[:40]
    scalar = scalars.is_scalar(value)
    if not read:
        if not scalar or scalars.of(value) is not ScalarFact.SCALAR:
            return None
        message = f"`{shown}` has no dimensions: the index raises an IndexError"
        edits = _edits(analysis, node, value, "")
        if edits is None:
            return Proposal("VM301", None, node, message, advice="take the index away")
        assumption = "the element is wanted as a tensor; for its number, write .item()"
        return Proposal(
            "VM301", None, node, message, fix=unsafe("take the index away", edits, assumption)
        )
    if not scalar and not _named_like_a_loss(analysis, scalars, value):
        return None
    message = f"`{shown}` has no dimensions: the index raises an IndexError"
    if not scalar:
        message = f"`{shown}` is likely a loss, which has no dimensions and no index"
    edits = _edits(analysis, node, value, ".item()")
    parent = analysis.tree.parent(node)
    if edits is None or isinstance(parent, (cst.Attribute, cst.Subscript)):
        advice = f"write {shown}.item(), a number of Python, in its place"
        return Proposal("VM301", None, node, message, advice=advice)
    fix = safe(_TITLE, edits)
    evidence: tuple[str, ...] = ()
    if not scalar:
        fix = unsafe(_TITLE, edits, f"`{shown}` holds one number")
    elif isinstance(value, cst.Name):
        lines = {analysis.tree.line(b.node): None for b in analysis.flow.definitions(value) or ()}
        evidence = tuple(f"`{value.value}` is bound on line {line}" for line in lines)[:3]
    return Proposal("VM301", None, node, message, fix=fix, evidence=evidence)


def _carried(node: cst.BaseExpression) -> tuple[cst.BaseExpression, cst.BaseExpression | None]:
    """What `.data`, `.cpu()` and `.numpy()` at the end of an expression are applied to.

    With the innermost of them; None when neither `.data`, `.detach()` nor `.numpy()` is there.
    """
    found: cst.BaseExpression | None = None
    value = node
    while True:
        if isinstance(value, cst.Attribute) and value.attr.value == "data":
            found, value = value, value.value
        elif (
            isinstance(value, cst.Call)
            and isinstance(value.func, cst.Attribute)
            and value.func.attr.value in _CARRYING
            and not value.args
        ):
            if value.func.attr.value != "cpu":
                found = value
            value = value.func.value
        else:
            return (node, None) if found is None else (value, found)


def _is_target(analysis: FileAnalysis, node: cst.Subscript) -> bool:
    parent = analysis.tree.parent(node)
    if isinstance(parent, cst.AugAssign):
        return parent.target is node
    return isinstance(
        parent, (cst.AssignTarget, cst.Element, cst.Del, cst.AnnAssign, cst.For, cst.CompFor)
    ) and analysis.facts.attributes.written(node)  # type: ignore[arg-type]


def _edits(
    analysis: FileAnalysis, node: cst.Subscript, value: cst.BaseExpression, text: str
) -> tuple[Edit, ...] | None:
    """What is behind `value` goes; None where something else would go with it."""
    tree = analysis.tree
    if not is_atom(value) and text:
        return None
    if any(part.lpar for part in _between(node, value)):
        return None
    start, end = tree.end(value), inner_span(tree, node)[1]
    if comments(tree.text[start:end]):
        return None
    return (Edit(start, end, text),)


def _between(node: cst.Subscript, value: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    current: cst.BaseExpression = node.value
    while current is not value:
        yield current
        if isinstance(current, cst.Call):
            current = current.func
        elif isinstance(current, cst.Attribute):
            current = current.value
        else:
            return


def _named_like_a_loss(analysis: FileAnalysis, scalars: Scalars, value: cst.BaseExpression) -> bool:
    """Whether a name says that a value is one loss, and nothing that is seen speaks against it."""
    node = value
    while isinstance(node, cst.Call):
        node = node.func
        if isinstance(node, cst.Attribute) and node.attr.value in ("mean", "sum"):
            return False
    last = node.attr.value if isinstance(node, cst.Attribute) else ""
    if isinstance(node, cst.Name):
        last = node.value
    word = "loss" if last.lower().endswith("criterion") else last
    if not _LOSS_NAME.match(word) or _SEVERAL.search(word):
        return False
    if analysis.facts.of(value).kind not in (Kind.TENSOR, Kind.UNKNOWN):
        return False
    return ScalarFact.SHAPED not in scalars.of(value)


def _speaks_of_torch(analysis: FileAnalysis) -> bool:
    """Whether a file is about torch, and about no library whose arrays have a `.data` too."""
    if not analysis.legacy and not imports_torch(analysis):
        return False
    return not any(
        binding.module.split(".")[0] in _OTHERS
        for bindings in analysis.scopes.module.bindings.values()
        for binding in bindings
        if binding.kind is BindingKind.IMPORT
    )
