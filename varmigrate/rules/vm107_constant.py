"""A constant: noise, a mask, zeros or ones that are made on the spot.

What it does: finds calls without `requires_grad` on a tensor that is made in the same expression.

Why: a new tensor has no history and requires no gradient; wrapping it does nothing.

Example:

    noise = Variable(torch.randn(64, 100))
    real = Variable(torch.FloatTensor(64).fill_(1))

Use instead:

    noise = torch.randn(64, 100)
    real = torch.FloatTensor(64).fill_(1)

Fix safety: safe where the expression proves that the tensor is new and free of history; `.detach()`
where it does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.making import MadeFrom
from varmigrate.rules.view import CallView
from varmigrate.rules.weights import Sign

_WORDS = frozenset("noise mask masks eps epsilon ones zeros z real fake one zero constant".split())
_LABEL_MAKERS = ("torch.ones", "torch.zeros", "torch.full", "filled by .fill_")


class Constant(IntentRule):
    """Evidence: what makes the argument, then the name."""

    code = "VM107"
    name = "constant"
    intent = Intent.CONSTANT
    message = "a new tensor needs no Variable"
    priority = 2
    valid = ("import torch\nnoise = torch.randn(64, 100)\n",)
    invalid = (
        Invalid(
            "import torch\nfrom torch.autograd import Variable\n"
            "noise = Variable(torch.randn(64, 100))\n",
            "import torch\nnoise = torch.randn(64, 100)\n",
        ),
        Invalid(
            "import torch\nfrom torch.autograd import Variable\n"
            "real = Variable(torch.FloatTensor(64).fill_(1))\n",
            "import torch\nreal = torch.FloatTensor(64).fill_(1)\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        if not call.plain_flag:
            return
        making = call.making
        if making is not None and making.kind is MadeFrom.VALUES:
            if call.loss_target is not None and making.words.startswith(_LABEL_MAKERS):
                yield Sign.CONSTANT_LABEL.found()
            yield Sign.MADE.found(name=making.words)
        elif making is not None and making.kind is MadeFrom.LISTED:
            yield Sign.WRITTEN.found(name=making.words)
        word = call.named(_WORDS)
        if word:
            yield Sign.CONSTANT_NAME.found(name=word)

    def advice(self, call: CallView) -> str | None:
        if call.module_class is not None and call.attribute_target:
            return (
                f"{call.attribute_target} does not move with the module: consider register_buffer"
            )
        return None
