"""A softmax that does not say over which dimension.

What it does: finds `softmax`, `log_softmax` and `softmin` of torch.nn.functional, and `nn.Softmax`,
`nn.LogSoftmax` and `nn.Softmin`, without `dim`. (`nn.Softmax2d` has a dimension of its own.)

Why: the dimension is then chosen by the input: 0 for 0, 1 or 3 dimensions, else 1. That surprises,
is deprecated, and warns.

Example:

    p = F.softmax(torch.randn(8, 10))

Use instead:

    p = F.softmax(torch.randn(8, 10), dim=1)

Fix safety: safe where the number of dimensions is proved: by the sizes of a factory, by `view` with
its sizes written one by one, by `mm`, by indices, and by what keeps the number, like nn.Linear. It
is unsafe when the proof goes through a module on `self` that another file may replace. Elsewhere
the place is only reported, and only when the rule is asked for, since the call still works: look at
the shape, and write `dim=-1` for the last dimension.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.guards import guarded
from varmigrate.analysis.ranks import Ranks
from varmigrate.model import Edit
from varmigrate.rewrite.expressions import add_keyword, replace
from varmigrate.rewrite.renaming import names_for, public
from varmigrate.rules.base import Invalid, Proposal, Rule, safe, unsafe
from varmigrate.rules.renaming import is_called
from varmigrate.torch_facts.renamed import DIM_ZERO_RANKS, SOFTMAX_FUNCTIONS, SOFTMAX_MODULES

_LASTS = frozenset(name.rpartition(".")[2] for name in SOFTMAX_FUNCTIONS | SOFTMAX_MODULES)
_ADVICE = (
    "write `dim=`: today it is 0 for an input of 0, 1 or 3 dimensions, else 1; most networks mean "
    "the dimension of the classes"
)


class SoftmaxDim(Rule):
    """Softmax without dim."""

    code = "VM507"
    name = "softmax-dim"
    triggers = (b"softm", b"Softm")
    select = ("VM507",)
    valid = (
        "import torch.nn.functional as F\ny = F.softmax(x, dim=1)\n",
        "import torch.nn.functional as F\ny = F.softmax(x, -1)\n",
        "from torch import nn\nm = nn.Softmax2d()\n",
        "import torch\nfrom keras.activations import softmax\ny = softmax(x)  # not torch's\n",
        "import torch.nn.functional as F\ny = F.gumbel_softmax(x)\n",
        "import torch.nn.functional as F\ny = F.softmax(*args)\n",
    )
    invalid = (
        Invalid(
            "import torch\nimport torch.nn.functional as F\ny = F.softmax(torch.ones(2, 3))\n",
            "import torch\nimport torch.nn.functional as F\n"
            "y = F.softmax(torch.ones(2, 3), dim=1)\n",
        ),
        Invalid(
            "import torch.nn.functional as F\n\n\ndef f(x, n):\n"
            "    return F.log_softmax(x.view(n, 2, -1))\n",
            "import torch.nn.functional as F\n\n\ndef f(x, n):\n"
            "    return F.log_softmax(x.view(n, 2, -1), dim=0)\n",
        ),
        Invalid(
            "import torch\nfrom torch import nn\ny = nn.Softmax()(torch.ones(2, 3))\n",
            "import torch\nfrom torch import nn\ny = nn.Softmax(dim=1)(torch.ones(2, 3))\n",
        ),
        Invalid("import torch.nn.functional as F\ny = F.softmax(x)\n"),
        Invalid("from torch import nn\nm = nn.Softmax()\n"),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        if "oftm" not in analysis.text:
            return
        local = names_for(analysis, _LASTS)
        ranks = Ranks(analysis)
        for call in analysis.scopes.all(cst.Call):
            last = getattr(call.func, "attr", call.func)
            if not isinstance(last, cst.Name) or last.value not in local:
                continue
            origin = public(analysis.names.origin(call.func))
            is_module = origin in SOFTMAX_MODULES
            if not is_module and origin not in SOFTMAX_FUNCTIONS:
                continue
            if any(argument.star for argument in call.args) or guarded(analysis, call, "dim"):
                continue
            given, dim = _arguments(call, is_module)
            if dim is not None and not (isinstance(dim, cst.Name) and dim.value == "None"):
                continue
            if is_module:
                outer = is_called(analysis, call)
                given = outer.args[0].value if outer is not None and outer.args else None
            ranks.assumed.clear()
            rank = None if given is None else ranks.of(given)
            message = f"`{last.value}` without `dim` is deprecated"
            if rank is None:
                yield Proposal(self.code, None, call, message, advice=_ADVICE, quiet=True)
                continue
            number = 0 if rank in DIM_ZERO_RANKS else 1
            edits = (_edit(analysis, call, dim, number),)
            title = f"write `dim={number}`, the input having {rank} dimensions"
            fix = safe(title, edits)
            if ranks.assumed:
                fix = unsafe(title, edits, "; ".join(dict.fromkeys(ranks.assumed)))
            yield Proposal(self.code, None, call, message, fix=fix)


def _arguments(
    call: cst.Call, is_module: bool
) -> tuple[cst.BaseExpression | None, cst.BaseExpression | None]:
    """The input and the dimension a call gives."""
    order = ("dim",) if is_module else ("input", "dim")
    found: dict[str, cst.BaseExpression] = {}
    for index, argument in enumerate(call.args):
        if argument.keyword is not None:
            found[argument.keyword.value] = argument.value
        elif index < len(order):
            found[order[index]] = argument.value
    return found.get("input"), found.get("dim")


def _edit(
    analysis: FileAnalysis, call: cst.Call, dim: cst.BaseExpression | None, number: int
) -> Edit:
    if dim is not None:
        return replace(analysis.tree, dim, str(number))
    return add_keyword(analysis.tree, call, f"dim={number}")
