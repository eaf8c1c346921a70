"""`F.upsample`, and images that are resized without a word on their corners.

What it does: finds `torch.nn.functional.upsample`, `upsample_nearest` and `upsample_bilinear`. When
it is asked for, it also names `nn.Upsample` and `F.interpolate` with a linear mode and without
`align_corners`.

Why: the functions are deprecated and warn. Up to PyTorch 0.3 linear modes put corner pixels on
corner pixels; since 0.4 they do not unless `align_corners=True` says so, which changes the numbers
without an error. `nn.Upsample` itself is neither deprecated nor does it warn.

Example:

    y = F.upsample(x, scale_factor=2, mode='bilinear')
    z = F.upsample_bilinear(x, size=(8, 8))

Use instead:

    y = F.interpolate(x, scale_factor=2, mode='bilinear')
    z = F.interpolate(x, size=(8, 8), mode='bilinear', align_corners=True)

Fix safety: safe for calls, which do what they do today; what a network of 2017 computed needs
`align_corners=True`. Unsafe where the function itself is handed on.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.guards import guarded
from varmigrate.rewrite.renaming import names_for, public
from varmigrate.rules.base import Invalid, Proposal, Rule
from varmigrate.rules.renaming import renames

_OLD = tuple(
    f"torch.nn.functional.{name}" for name in ("upsample", "upsample_nearest", "upsample_bilinear")
)
_CORNERS = {"torch.nn.Upsample": 2, "torch.nn.functional.interpolate": 3}
_LASTS = frozenset(name.rpartition(".")[2] for name in _CORNERS)
_LINEAR = frozenset({"linear", "bilinear", "bicubic", "trilinear"})
_ADVICE = (
    "write `align_corners=True` for what PyTorch 0.3 computed, or False for what is done today"
)


class Upsample(Rule):
    """Old names for interpolate."""

    code = "VM511"
    name = "upsample"
    triggers = (b"psample", b"interpolate(")
    select = ("VM511",)
    valid = (
        "import torch.nn.functional as F\n"
        "y = F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False)\n",
        "from torch import nn\nup = nn.Upsample(scale_factor=2)\n",
        "import torch\nfrom scipy.signal import upsample\ny = upsample(x)\n",
    )
    invalid = (
        Invalid(
            "import torch.nn.functional as F\ny = F.upsample(x, None, 2)\n",
            "import torch.nn.functional as F\ny = F.interpolate(x, None, 2)\n",
        ),
        Invalid(
            "import torch.nn.functional as F\ny = F.upsample_nearest(x, scale_factor=2)\n",
            "import torch.nn.functional as F\n"
            "y = F.interpolate(x, scale_factor=2, mode='nearest')\n",
        ),
        Invalid("from torch import nn\nup = nn.Upsample(scale_factor=2, mode='bilinear')\n"),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        yield from renames(analysis, self.code, _OLD)
        local = names_for(analysis, _LASTS)
        for call in analysis.scopes.all(cst.Call):
            last = getattr(call.func, "attr", call.func)
            if not isinstance(last, cst.Name) or last.value not in local:
                continue
            place = _CORNERS.get(public(analysis.names.origin(call.func)))
            if place is None or not _leaves_corners(call, place):
                continue
            if not guarded(analysis, call, "align_corners"):
                message = f"`{last.value}` in a linear mode does not say where corners go"
                yield Proposal(self.code, None, call, message, advice=_ADVICE, quiet=True)


def _leaves_corners(call: cst.Call, place: int) -> bool:
    """Whether a call has a linear mode (the parameter at `place`) and no `align_corners`."""
    mode: cst.BaseExpression | None = None
    for index, argument in enumerate(call.args):
        name = argument.keyword.value if argument.keyword is not None else ""
        if argument.star or name == "align_corners" or (not name and index > place):
            return False
        if name == "mode" or (not name and index == place):
            mode = argument.value
    return isinstance(mode, cst.SimpleString) and mode.raw_value in _LINEAR
