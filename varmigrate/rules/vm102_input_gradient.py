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

from collections.abc import Iterator

from varmigrate.analysis.uses import RoleKind, UseKind
from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid, Weight
from varmigrate.rules.view import CallView

_WORDS = frozenset(
    "adv adversarial interpolate interpolates interpolated interpolation hat saliency perturbed "
    "perturbation delta image images img input inputs".split()
)


class InputGradient(IntentRule):
    """Evidence: `.grad` is read after the result went into a model; autograd.grad asks for it."""

    code = "VM102"
    name = "input-gradient"
    intent = Intent.INPUT_GRADIENT
    message = "a leaf for the gradient of an input needs no Variable"
    priority = 2
    valid = ("import torch\nx = images.detach().requires_grad_()\n",)
    invalid = (
        Invalid(
            "from torch.autograd import Variable\n\n\ndef saliency(model, images):\n"
            "    x = Variable(images, requires_grad=True)\n"
            "    model(x).sum().backward()\n    return x.grad\n",
            "\n\ndef saliency(model, images):\n"
            "    x = images.detach().requires_grad_()\n"
            "    model(x).sum().backward()\n    return x.grad\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        if call.shape.requires_grad.value is not True:
            return
        asked = [
            item
            for item in call.passed_to(RoleKind.GRAD)
            if item.use.position == 1 or item.use.detail == "inputs"
        ]
        fed = call.passed_to(RoleKind.MODULE) + call.passed_to(RoleKind.RNN)
        read = any(
            item.use.kind is UseKind.ATTRIBUTE and item.use.detail == "grad" for item in call.uses
        )
        word = call.named(_WORDS)
        if asked:
            yield Evidence(Weight.FLAG, "`requires_grad=True`")
            yield Evidence(Weight.FLOW, "result is the input autograd.grad differentiates for")
        elif fed and fed[0].role is not None:
            yield Evidence(Weight.FLAG, "`requires_grad=True`")
            into = f"result goes into {fed[0].role.name}"
            if read:
                yield Evidence(Weight.FLOW, f"{into} and its `.grad` is read")
            else:
                yield Evidence(Weight.CONTEXT, into)
        elif word:
            yield Evidence(Weight.FLAG, "`requires_grad=True`")
        if word:
            yield Evidence(Weight.NAME, f"the name says '{word}'")
