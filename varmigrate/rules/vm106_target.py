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

import libcst as cst

from varmigrate.analysis.uses import RoleKind, UseKind
from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.view import CallView, RoleUse
from varmigrate.rules.weights import Sign

_WORDS = frozenset("target targets label labels y ys gt truth true tgt answer answers gold".split())


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
        word = call.named(_WORDS)
        if item is None and word:
            # Losses of a project's own may take the target first.
            item = next(iter(call.passed_to(RoleKind.LOSS)), None)
        if item is not None and item.role is not None:
            place = "target" if item.use.position is None else f"{_ordinal(item.use.position)}"
            sign = Sign.LOSS_TARGET_NAME if item.role.by_name else Sign.LOSS_TARGET
            yield sign.found(place=place, name=item.role.name)
        elif call.fed is None:
            if call.loop_item == (1, 2) and "load" in call.loop.lower():
                yield Sign.PAIR.found(name=call.loop)
            if any(self._compared(call, use) for use in call.uses):
                yield Sign.COMPARED.found()
        source = call.made_from(_WORDS)
        if source and not word:
            yield Sign.TARGET_SOURCE.found(name=source)
        if word:
            yield Sign.TARGET_NAME.found(name=word)

    @staticmethod
    def _compared(call: CallView, item: RoleUse) -> bool:
        """Whether a use is `==`, or the argument of `.eq(...)`."""
        use = item.use
        if use.kind is UseKind.ARGUMENT and isinstance(use.node, cst.Call):
            func = use.node.func
            return isinstance(func, cst.Attribute) and func.attr.value in ("eq", "ne", "equal")
        return use.kind is UseKind.COMPARED


def _ordinal(position: int) -> str:
    return ("first", "second", "third", "fourth", "fifth")[position] if position < 5 else "target"
