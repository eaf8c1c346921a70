"""A switch on the version of torch.

What it does: finds conditions that ask which torch there is: `torch.__version__`, or
`hasattr(torch, 'no_grad')`. The rule is off unless it is asked for.

Why: one branch is for a release that nobody has any more. What is old in such a branch is not
rewritten, since the modern form stands beside it.

Example:

    if torch.__version__ < '0.4':
        x = Variable(x, volatile=True)
    else:
        x = x.detach()

Use instead:

    x = x.detach()

Fix safety: no rewrite; keep the branch for today's PyTorch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.guards import asks_for_torch
from varmigrate.rules.base import Invalid, Proposal, Rule

_SIGN = re.compile(r"version|hasattr|getattr|torch_?\d|(?:old|new)_?torch|spec\(", re.I)


class VersionSwitch(Rule):
    """Conditions on torch's version."""

    code = "VM513"
    name = "version-switch"
    triggers = (b"__version__", b"hasattr(torch")
    select = ("VM513",)
    valid = (
        "import torch\nprint(torch.__version__)\n",
        "import torch\nimport numpy\nif numpy.__version__ < '1.9':\n    pass\n",
        "import torch\nif hasattr(x, 'shape'):\n    pass\n",
    )
    invalid = (
        Invalid("import torch\nif torch.__version__ < '0.4':\n    old = True\n"),
        Invalid("import torch\nif hasattr(torch, 'no_grad'):\n    new = True\n"),
        Invalid("import torch\nOLD = torch.__version__[0] == '0'\nif not OLD:\n    new = True\n"),
    )

    def on(self, analysis: FileAnalysis) -> bool:
        return False

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        if _SIGN.search(analysis.text) is None:
            return
        for node in analysis.scopes.all(cst.If):
            if asks_for_torch(analysis, node.test):
                message = "a switch on the version of torch"
                advice = "keep the branch for today's PyTorch, and drop the other one"
                yield Proposal(self.code, None, node.test, message, advice=advice)
