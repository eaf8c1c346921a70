"""`clip_grad_norm` without its underscore.

What it does: finds `torch.nn.utils.clip_grad_norm`, imported in any way.

Why: it changes the gradients in place, so its name got an underscore; the old one is deprecated and
warns at every call.

Example:

    torch.nn.utils.clip_grad_norm(model.parameters(), 0.5)

Use instead:

    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)

Fix safety: safe for calls; the old function only hands its arguments on. Unsafe where the function
itself is handed on, since somebody may ask which one it is. An import of the old name goes when
nothing reads it any more. Version switches that know both names are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.analysis.file import FileAnalysis
from varmigrate.rules.base import Invalid, Proposal, Rule
from varmigrate.rules.renaming import renames

_OLD = frozenset({"torch.nn.utils.clip_grad_norm"})


class ClipGradNorm(Rule):
    """The old name of clip_grad_norm_."""

    code = "VM504"
    name = "clip-grad-norm"
    triggers = (b"clip_grad_norm",)
    valid = (
        "import torch\ntorch.nn.utils.clip_grad_norm_(p, 1)\n",
        "import torch\nfrom tools import clip_grad_norm\nclip_grad_norm(p, 1)  # its own\n",
        "import torch\n\n\ndef clip_grad_norm(p):\n    pass\n\n\nclip_grad_norm(p)\n",
        "from torch.nn.utils import clip_grad_norm  # nothing uses it\n",
        "from torch.nn import utils\n"
        "clip = utils.clip_grad_norm_ if hasattr(utils, 'clip_grad_norm_') "
        "else utils.clip_grad_norm\n",
    )
    invalid = (
        Invalid(
            "from torch.nn.utils import clip_grad_norm\nclip_grad_norm(p, 1)\n",
            "from torch.nn.utils import clip_grad_norm_\nclip_grad_norm_(p, 1)\n",
        ),
        Invalid(
            "import torch.nn as nn\nn = nn.utils.clip_grad_norm(p, max_norm=1)\n",
            "import torch.nn as nn\nn = nn.utils.clip_grad_norm_(p, max_norm=1)\n",
        ),
        Invalid(
            "from torch.nn.utils import clip_grad_norm as clip\nclip(p, 1)\n",
            "from torch.nn.utils import clip_grad_norm_ as clip\nclip(p, 1)\n",
        ),
        Invalid(
            "from torch.nn.utils import clip_grad_norm\nuse(clip_grad_norm)\n",
            "from torch.nn.utils import clip_grad_norm_\nuse(clip_grad_norm_)\n",
            unsafe=True,
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        return renames(analysis, self.code, _OLD)
