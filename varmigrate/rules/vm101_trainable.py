"""A call that makes a trainable leaf: `requires_grad=True`.

What it does: finds calls of Variable that ask for a gradient, where the result is a value that is
learned (passed to an optimizer, updated from its `.grad`, held by a model).

Why: Variable has been a plain tensor since PyTorch 0.4; the flag belongs in the factory that makes
the tensor, or on a detached tensor.

Example:

    w = Variable(torch.randn(3, 4), requires_grad=True)
    v = Variable(start, requires_grad=True)

Use instead:

    w = torch.randn(3, 4, requires_grad=True)
    v = start.detach().requires_grad_()

Fix safety: safe. `start` itself stays untrainable and the new leaf shares its storage, exactly as
before. A trainable tensor stored on an nn.Module is in no optimizer until it is an nn.Parameter;
that advice is given, never applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from varmigrate.analysis.uses import RoleKind, UseKind
from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.view import CallView
from varmigrate.rules.weights import Sign

_WORDS = frozenset("w weight weights b bias theta param params parameter alpha beta gamma".split())
_LOOP_WORD = re.compile(r"param|weight", re.I)


class Trainable(IntentRule):
    """Evidence: the flag, an optimizer that is given the result, how it is updated, names."""

    code = "VM101"
    name = "trainable"
    intent = Intent.TRAINABLE
    message = "a trainable leaf needs no Variable"
    priority = 2
    valid = (
        "import torch\nw = torch.randn(3, requires_grad=True)\n",
        "from chainer import Variable\nw = Variable(x, requires_grad=True)\n",
    )
    invalid = (
        Invalid(
            "import torch\nfrom torch.autograd import Variable\n"
            "w = Variable(torch.randn(3), requires_grad=True)\n",
            "import torch\nw = torch.randn(3, requires_grad=True)\n",
        ),
        Invalid(
            "from torch.autograd import Variable\n\n\ndef leaf(start):\n"
            "    return [Variable(start, requires_grad=True)]\n",
            "def leaf(start):\n    return [start.detach().requires_grad_()]\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        if call.shape.requires_grad.value is not True:
            return
        yield Sign.TRAINABLE_FLAG.found()
        for item in call.passed_to(RoleKind.OPTIMIZER)[:1]:
            if item.role is not None:
                yield Sign.OPTIMIZED.found(name=item.role.name)
        if call.fed is None:
            if call.gradient_read and any(i.use.kind is UseKind.UPDATED for i in call.uses):
                yield Sign.UPDATED.found()
            if any(i.use.kind is UseKind.OPERAND for i in call.uses) and call.trains:
                yield Sign.TRAINS.found()
        if call.module_class is not None and call.attribute_target:
            yield Sign.HELD.found(name=call.attribute_target)
        word = call.named(_WORDS)
        if word:
            yield Sign.TRAINABLE_NAME.found(name=word)
        loop = call.loop
        if _LOOP_WORD.search(loop):
            yield Sign.TRAINABLE_LOOP.found(name=loop)

    def advice(self, call: CallView) -> str | None:
        if call.module_class is not None and call.attribute_target:
            return (
                f"{call.attribute_target} is in no optimizer that is given parameters(): make it "
                "an nn.Parameter if it is to be learned"
            )
        return None
