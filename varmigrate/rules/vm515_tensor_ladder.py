"""A test for Variable behind a test for tensors.

What it does: finds `isinstance(x, Variable)` in a branch that is only reached when
`torch.is_tensor(x)` (or `isinstance(x, torch.Tensor)`) was false.

Why: up to PyTorch 0.3 a Variable was no tensor, so the second branch took the Variables. Today the
first branch takes them all, and the second is never run.

Example:

    if torch.is_tensor(x):
        return x.numpy()
    elif isinstance(x, Variable):
        return x.data.numpy()

Use instead:

    if torch.is_tensor(x):
        return x.detach().numpy()

Fix safety: no rewrite; which of the two branches is right for all tensors has to be decided.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.names import VARIABLE
from varmigrate.rules.base import Invalid, Proposal, Rule

_TENSOR = "torch.Tensor"
_LEAVING = (cst.Return, cst.Raise, cst.Continue, cst.Break)
_ADVICE = (
    "the branch above takes every tensor, with a graph or without: make it right for both "
    "(`.detach()` before `.numpy()`), and drop this one"
)
_HEAD = "import torch\nfrom torch.autograd import Variable\n\n\ndef f(x):\n"


class TensorLadder(Rule):
    """Branches that no tensor reaches."""

    code = "VM515"
    name = "tensor-ladder"
    triggers = (b"Variable",)
    select = ("VM515",)
    valid = (
        _HEAD + "    if isinstance(x, Variable):\n        return 1\n"
        "    elif torch.is_tensor(x):\n        return 2\n",
        _HEAD + "    if torch.is_tensor(x):\n        y = 1\n"
        "    if isinstance(x, Variable):\n        return 2\n",
        "import torch\n\n\ndef f(x, y):\n    if torch.is_tensor(x):\n        return 1\n"
        "    elif torch.is_tensor(y):\n        return 2\n",
    )
    invalid = (
        Invalid(
            "import torch\nfrom torch.autograd import Variable\n\n\ndef f(x):\n"
            "    if torch.is_tensor(x):\n        return 1\n"
            "    elif isinstance(x, Variable):\n        return 2\n"
        ),
        Invalid(
            "import torch\nfrom torch.autograd import Variable\n\n\ndef f(x):\n"
            "    if torch.is_tensor(x):\n        return 1\n"
            "    if isinstance(x, (list, Variable)):\n        return 2\n"
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        wanted = frozenset({VARIABLE, _TENSOR} if analysis.legacy else {VARIABLE})
        for node in analysis.scopes.all(cst.If):
            subjects = {
                analysis.tree.code(subject)
                for subject in _subjects(analysis, node.test, frozenset({_TENSOR}), is_tensor=True)
            }
            if not subjects:
                continue
            for later in _later(analysis, node):
                for subject in _subjects(analysis, later.test, wanted, is_tensor=False):
                    if analysis.tree.code(subject) in subjects:
                        message = "no tensor reaches this test: the one above takes them all"
                        yield Proposal(self.code, None, later.test, message, advice=_ADVICE)


def _subjects(
    analysis: FileAnalysis, test: cst.BaseExpression, types: frozenset[str], is_tensor: bool
) -> Iterator[cst.BaseExpression]:
    """The names that a test (or one side of its `or`) asks to be of one of the types."""
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.Or):
        yield from _subjects(analysis, test.left, types, is_tensor)
        yield from _subjects(analysis, test.right, types, is_tensor)
        return
    if not isinstance(test, cst.Call) or not test.args or test.args[0].star:
        return
    subject = test.args[0].value
    if not isinstance(subject, (cst.Name, cst.Attribute)):
        return
    if is_tensor and analysis.names.origin(test.func) == "torch.is_tensor":
        yield subject
    if (
        isinstance(test.func, cst.Name)
        and test.func.value == "isinstance"
        and len(test.args) == 2
        and analysis.names.is_builtin(test.func)
    ):
        kind = test.args[1].value
        kinds = [e.value for e in kind.elements] if isinstance(kind, cst.Tuple) else [kind]
        if any(analysis.names.origin(item) in types for item in kinds):
            yield subject


def _later(analysis: FileAnalysis, node: cst.If) -> Iterator[cst.If]:
    """The conditions that are only asked when the one of `node` was false."""
    branch = node.orelse
    while isinstance(branch, cst.If):
        yield branch
        branch = branch.orelse
    block = analysis.tree.parent(node)
    if not isinstance(block, (cst.IndentedBlock, cst.Module)):
        return
    following = list(block.body)
    for statement in following[following.index(node) :]:
        if not isinstance(statement, cst.If):
            return
        if statement is not node:
            yield statement
        if statement.orelse is not None or not _leaves(statement):
            return


def _leaves(node: cst.If) -> bool:
    """Whether what follows a condition is only reached when it was false."""
    last: cst.CSTNode | None = node.body.body[-1] if node.body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, _LEAVING)
