"""A call that asks for the gradient of an input: saliency, adversarial examples, penalties.

What it does: finds calls with `requires_grad=True` whose result is fed to a model and whose `.grad`
is read, or that are the `inputs` of `autograd.grad`.

Why: what is wanted is a leaf that does not touch the tensor it was made from, and that is what
`.detach().requires_grad_()` says.

Example:

    x = Variable(images, requires_grad=True)
    model(x).sum().backward()
    saliency = x.grad.abs()

Use instead:

    x = images.detach().requires_grad_()

Fix safety: safe. Calling `images.requires_grad_()` in place would make the caller's tensor
trainable too, so that form is never used on a tensor somebody else holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from varmigrate.analysis.uses import RoleKind
from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.making import MadeFrom
from varmigrate.rules.view import CallView
from varmigrate.rules.weights import Sign

_WORDS = frozenset(
    "adv adversarial interpolate interpolates interpolated interpolation hat saliency perturbed "
    "perturbation delta image images img input inputs".split()
)
_FUNCTION = re.compile(
    r"saliency|adversar|attack|fgsm|penalty|backprop|grad_?cam|perturb|interpolate", re.I
)


class InputGradient(IntentRule):
    """Evidence: `.grad` is read after the result went into a model; autograd.grad asks for it."""

    code = "VM102"
    name = "input-gradient"
    intent = Intent.INPUT_GRADIENT
    message = "a leaf for the gradient of an input needs no Variable"
    priority = 1
    valid = ("import torch\nx = images.detach().requires_grad_()\n",)
    invalid = (
        Invalid(
            "from torch.autograd import Variable\n\n\ndef saliency(model, images):\n"
            "    x = Variable(images, requires_grad=True)\n"
            "    model(x).sum().backward()\n    return x.grad\n",
            "def saliency(model, images):\n"
            "    x = images.detach().requires_grad_()\n"
            "    model(x).sum().backward()\n    return x.grad\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        if call.shape.requires_grad.value is not True:
            return
        reasons = list(self._reasons(call))
        if reasons:
            yield Sign.INPUT_FLAG.found()
            yield from reasons

    @staticmethod
    def _reasons(call: CallView) -> Iterator[Evidence]:
        for item in call.passed_to(RoleKind.GRAD):
            if item.use.position == 1 or item.use.detail == "inputs":
                yield Sign.DIFFERENTIATED.found()
                break
        fed = call.fed
        if fed is not None and fed.role is not None:
            if call.gradient_read:
                yield Sign.GRADIENT_READ.found(name=fed.role.name)
            else:
                yield Sign.INPUT_FED.found(name=fed.role.name)
            if call.trains:
                yield Sign.INPUT_BACKWARD.found()
        if call.making is not None and call.making.kind is MadeFrom.DATA:
            yield Sign.INPUT_DATA.found(name=call.making.words)
        if _FUNCTION.search(call.function):
            yield Sign.INPUT_FUNCTION.found(name=call.function)
        word = call.named(_WORDS)
        if word:
            yield Sign.INPUT_NAME.found(name=word)
