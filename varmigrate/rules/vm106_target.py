"""A label or other target of a loss that is wrapped.

What it does: finds calls whose result is the target argument of a loss function or loss module.

Why: losses take plain tensors. A target gets no gradient unless it is part of a graph, and where it
may be, `.detach()` keeps it out.

Example:

    loss = F.cross_entropy(out, Variable(labels))

Use instead:

    loss = F.cross_entropy(out, labels.detach())

Fix safety: safe.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid, Weight
from varmigrate.rules.view import CallView

_WORDS = frozenset("target targets label labels y ys gt truth tgt answer answers gold".split())


class Target(IntentRule):
    """Evidence: the target argument of a loss, then the name."""

    code = "VM106"
    name = "target"
    intent = Intent.TARGET
    message = "the target of a loss needs no Variable"
    priority = 6
    valid = ("import torch.nn.functional as F\nloss = F.cross_entropy(out, labels)\n",)
    invalid = (
        Invalid(
            "import torch.nn.functional as F\nfrom torch.autograd import Variable\n\n\n"
            "def loss(out, labels):\n    return F.cross_entropy(out, Variable(labels))\n",
            "import torch.nn.functional as F\n\n\n"
            "def loss(out, labels):\n    return F.cross_entropy(out, labels.detach())\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        if not call.plain_flag:
            return
        item = call.loss_target
        if item is not None and item.role is not None:
            place = "target" if item.use.position is None else f"{_ordinal(item.use.position)}"
            weight = Weight.ARGUMENT if item.role.by_name else Weight.FLOW
            yield Evidence(weight, f"result is the {place} argument of {item.role.name}")
        word = call.named(_WORDS)
        if word:
            yield Evidence(Weight.NAME, f"the name says '{word}'")


def _ordinal(position: int) -> str:
    return ("first", "second", "third", "fourth", "fifth")[position] if position < 5 else "target"
