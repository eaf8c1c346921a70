"""Variable used as a value: passed on, stored, registered, renamed, probed.

What it does: finds uses of the name that are neither a call nor a type test.

Why: whoever receives it will call it or compare with it.

Example:

    batch = list(map(Variable, batch))

Use instead:

    batch = list(map(torch.Tensor.detach, batch))

Fix safety: safe for `map(Variable, xs)` with one iterable, unsafe for `register(Variable)` of a
singledispatch function (it starts to match tensors), no fix elsewhere.
`Variable._execution_engine` has no counterpart and is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.model import Edit, Intent
from varmigrate.rewrite.expressions import replace
from varmigrate.rewrite.spelling import spell_tensor
from varmigrate.rules.base import Invalid, Proposal, Rule
from varmigrate.rules.type_fix import NO_NAME, decided, propose

_ASSUMPTION = "the registered function is meant for tensors, although it is never chosen today"


class Value(Rule):
    """Uses as a value, probes, other names for it."""

    code = "VM205"
    name = "value"
    intent = Intent.TYPE_USE
    valid = (
        "from torch.autograd import Variable\nVariable._execution_engine.queue_callback(done)\n",
        "import torch\nxs = map(torch.Tensor.detach, xs)\n",
    )
    invalid = (
        Invalid(
            "import torch\nfrom torch.autograd import Variable\nxs = list(map(Variable, xs))\n",
            "import torch\nxs = list(map(torch.Tensor.detach, xs))\n",
        ),
        Invalid("from torch.autograd import Variable\nwrap = {'v': Variable}\n"),
        Invalid("import torch\nold = hasattr(torch.autograd.Variable, 'grad_fn')\n"),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        for site in analysis.sites:
            if site.kind is SiteKind.MAP:
                yield _replaced(
                    analysis,
                    site,
                    "Variable as a function that cuts a tensor off its history",
                    ".detach",
                    "",
                )
            elif site.kind is SiteKind.REGISTER:
                yield _replaced(analysis, site, "Variable is registered as a type", "", _ASSUMPTION)
            elif site.kind is SiteKind.PROBE:
                yield propose(
                    Value,
                    site,
                    "a version probe on Variable",
                    advice="on today's PyTorch the answer is known: keep that branch alone",
                )
            elif site.kind is SiteKind.ALIAS:
                yield propose(
                    Value,
                    site,
                    "another name for Variable",
                    advice="its uses are reported one by one; it goes when the last is rewritten",
                )
            elif site.kind is SiteKind.VALUE:
                yield propose(
                    Value,
                    site,
                    "Variable is used as a value",
                    advice=(
                        "where it is called with one tensor, torch.Tensor.detach does the same; "
                        "where it is compared with a type, use torch.Tensor"
                    ),
                )


def _replaced(
    analysis: FileAnalysis, site: Site, message: str, method: str, assumption: str
) -> Proposal:
    spelling = spell_tensor(analysis, site)
    if spelling is None or not isinstance(site.name, cst.BaseExpression):
        return propose(Value, site, message, advice=NO_NAME)
    text = spelling.text + method
    edits: tuple[Edit, ...] = (*spelling.edits, replace(analysis.tree, site.name, text))
    fix, advice = decided(analysis, site, f"use {text}", edits, assumption)
    return propose(Value, site, message, fix=fix, advice=advice)
