"""`F.sigmoid` and `F.tanh`.

What it does: finds `torch.nn.functional.sigmoid` and `tanh`.

Why: they were deprecated in favour of `torch.sigmoid` and `torch.tanh`, and warned on the releases
up to 2.0. Today they run and say nothing, so the rule is off unless it is asked for.

Example:

    gate = F.sigmoid(self.fc(x))

Use instead:

    gate = torch.sigmoid(self.fc(x))

Fix safety: safe for calls. The old functions call the method of what they are given; where the file
has a class with such a method, and where the function itself is handed on, the rewrite is unsafe.
`import torch` is added where nothing stands for torch.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.tensors import defines
from varmigrate.rules.base import Invalid, Proposal, Rule
from varmigrate.rules.renaming import renames

_OLD = ("torch.nn.functional.sigmoid", "torch.nn.functional.tanh")


class FunctionalActivations(Rule):
    """F.sigmoid and F.tanh."""

    code = "VM506"
    name = "functional-activations"
    triggers = (b"sigmoid", b"tanh")
    select = ("VM506",)
    valid = (
        "import torch\ny = torch.sigmoid(x)\n",
        "import torch.nn.functional as F\ny = F.logsigmoid(x)\n",
        "import torch\nfrom scipy.special import expit as sigmoid\ny = sigmoid(x)\n",
        "import torch\n\n\ndef sigmoid(x):\n    return 1 / (1 + x)\n\n\ny = sigmoid(x)\n",
    )
    invalid = (
        Invalid(
            "import torch\nimport torch.nn.functional as F\ny = F.sigmoid(x) + F.relu(x)\n",
            "import torch\nimport torch.nn.functional as F\ny = torch.sigmoid(x) + F.relu(x)\n",
        ),
        Invalid(
            "import torch.nn as nn\ny = nn.functional.tanh(x)\n",
            "import torch\nimport torch.nn as nn\ny = torch.tanh(x)\n",
        ),
        Invalid(
            "from torch.nn.functional import relu, tanh\ny = tanh(relu(x))\n",
            "import torch\nfrom torch.nn.functional import relu\ny = torch.tanh(relu(x))\n",
        ),
        Invalid(
            "import torch\nimport torch.nn.functional as F\nact = {'t': F.tanh}\n",
            "import torch\nimport torch.nn.functional as F\nact = {'t': torch.tanh}\n",
            unsafe=True,
        ),
    )

    def on(self, analysis: FileAnalysis) -> bool:
        return False

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        for old in _OLD:
            name = old.rpartition(".")[2]
            doubt = f"what it is given is a tensor, though a class here has a method `{name}`"
            yield from renames(analysis, self.code, {old}, doubt if defines(analysis, name) else "")
