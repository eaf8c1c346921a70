"""A class that derives from Variable.

What it does: finds classes with Variable among their bases.

Why: such a class makes plain tensors, none of its methods is ever called on them, and `isinstance`
against it is true for every tensor.

Example:

    class CudaVariable(Variable):
        def __init__(self, data):
            super().__init__(data.cuda())

Use instead:

    def cuda_tensor(data):
        return data.cuda()

Fix safety: no fix; what the class was for decides whether it becomes a function or a torch.Tensor
subclass.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import SiteKind
from varmigrate.model import Intent
from varmigrate.rules.base import Invalid, Proposal, Rule
from varmigrate.rules.type_fix import propose


class Subclass(Rule):
    """Subclasses of Variable."""

    code = "VM204"
    name = "subclass"
    intent = Intent.TYPE_USE
    valid = ("import torch\n\n\nclass MyVariable(torch.Tensor):\n    pass\n",)
    invalid = (Invalid("from torch.autograd import Variable\n\n\nclass V(Variable):\n    pass\n"),)

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        for site in analysis.sites:
            if site.kind is SiteKind.SUBCLASS:
                proposal = propose(
                    Subclass,
                    site,
                    "a subclass of Variable makes plain tensors; its methods are never called",
                    advice="turn it into a function, or derive from torch.Tensor",
                )
                name = site.node.name  # type: ignore[attr-defined]
                proposal.span = (analysis.tree.start(name), analysis.tree.end(name))
                yield proposal
