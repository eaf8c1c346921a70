"""Initialisers without their underscore.

What it does: finds the functions of `torch.nn.init` under their old names: `xavier_uniform`,
`kaiming_normal`, `normal`, `constant` and the others.

Why: they fill their tensor in place, so their names got an underscore; the old ones are deprecated
and warn at every call.

Example:

    nn.init.xavier_uniform(layer.weight, gain=2)

Use instead:

    nn.init.xavier_uniform_(layer.weight, gain=2)

Fix safety: safe for calls; the old functions only hand their arguments on. Unsafe where a function
itself is handed on, since somebody may ask which one it is. An import of an old name goes when
nothing reads it any more. Names in strings are left alone, and so are version switches.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.analysis.file import FileAnalysis
from varmigrate.rules.base import Invalid, Proposal, Rule
from varmigrate.rules.renaming import renames
from varmigrate.torch_facts.renamed import RENAMED

_OLD = frozenset(name for name in RENAMED if name.startswith("torch.nn.init."))


class Initialisers(Rule):
    """Old names of initialisers."""

    code = "VM505"
    name = "init-names"
    # By their names too, for those that come through a star import of the project.
    triggers = (
        b"nn.init",
        b"init.",
        b"import init",
        *(name.rpartition(".")[2].encode() + b"(" for name in sorted(_OLD)),
    )
    valid = (
        "import torch.nn as nn\nnn.init.normal_(w)\n",
        "import torch\nfrom keras import init\ninit.normal(w)  # not torch's\n",
        "import torch\ntorch.normal(m, s)\n",
        "from torch.nn import init\ngetattr(init, 'normal')(w)\n",
    )
    invalid = (
        Invalid(
            "import torch.nn as nn\nnn.init.constant(w, val=0)\n",
            "import torch.nn as nn\nnn.init.constant_(w, val=0)\n",
        ),
        Invalid(
            "from torch.nn.init import xavier_uniform, calculate_gain\n"
            "xavier_uniform(w, calculate_gain('relu'))\n",
            "from torch.nn.init import xavier_uniform_, calculate_gain\n"
            "xavier_uniform_(w, calculate_gain('relu'))\n",
        ),
        Invalid(
            "import torch.nn.init as weight_init\nweight_init.normal(w)\n",
            "import torch.nn.init as weight_init\nweight_init.normal_(w)\n",
        ),
        Invalid(
            "from torch.nn import init\nfill = {'n': init.normal}\n",
            "from torch.nn import init\nfill = {'n': init.normal_}\n",
            unsafe=True,
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        return renames(analysis, self.code, _OLD)
