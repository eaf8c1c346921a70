"""A call that keeps a weight out of training.

What it does: finds calls that wrap a pretrained weight or a parameter so that it gets no gradient,
for instance to multiply it with trainable weights.

Why: a tensor without `requires_grad` gets no gradient on its own. What is needed depends on where
the tensor comes from: a plain tensor needs nothing, a parameter needs `.detach()`.

Example:

    frozen = Variable(pretrained, requires_grad=False)
    trained = Variable(torch.randn(3, 4), requires_grad=True)
    out = frozen * trained

Use instead:

    frozen = pretrained.detach()
    trained = torch.randn(3, 4, requires_grad=True)

Fix safety: safe. `.detach()` keeps the weight frozen even when `pretrained` is a parameter. A loop
`for p in net.parameters(): p = Variable(p, requires_grad=False)` freezes nothing, before and
after; write `p.requires_grad_(False)`.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.uses import UseKind
from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid, Weight
from varmigrate.rules.view import CallView

_WORDS = frozenset(
    "pretrained frozen freeze weight weights bias embedding embeddings param params parameter "
    "parameters state_dict glove word2vec".split()
)


class Freeze(IntentRule):
    """Evidence: the argument is a weight, or the result is combined with a trainable leaf."""

    code = "VM103"
    name = "freeze"
    intent = Intent.FREEZE
    message = "a frozen weight needs no Variable"
    priority = 5
    valid = ("frozen = pretrained.detach()\n",)
    invalid = (
        Invalid(
            "from torch.autograd import Variable\n\n\ndef mix(pretrained, w):\n"
            "    return Variable(pretrained, requires_grad=False) * w\n",
            "\n\ndef mix(pretrained, w):\n    return pretrained.detach() * w\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        if not call.plain_flag or call.shape.data is None:
            return
        strong = False
        for item in call.uses:
            if item.use.kind is UseKind.OPERAND:
                other = self._other(call, item.use.node)
                if other:
                    strong = True
                    yield Evidence(
                        Weight.FLOW, f"result is combined with `{other}`, which is trainable"
                    )
                    break
        loop = call.loop
        if loop.endswith("parameters()"):
            strong = True
            yield Evidence(Weight.FLOW, f"argument comes from {loop}")
        text = call.text(call.shape.data)
        if "state_dict" in text or "torch.load" in text:
            strong = True
            yield Evidence(Weight.ARGUMENT, f"argument is `{text}`, a stored weight")
        elif call.attributes and call.attributes[-1] in ("weight", "bias"):
            strong = True
            yield Evidence(Weight.FLOW, f"argument is `{text}`, a parameter")
        word = call.named(_WORDS)
        if call.asked_not_to_train and (strong or word):
            yield Evidence(Weight.CONTEXT, "`requires_grad=False` is written out")
        if word:
            yield Evidence(Weight.NAME, f"the name says '{word}'")

    @staticmethod
    def _other(call: CallView, node: cst.CSTNode) -> str:
        """The other side of an operation, when it is a trainable leaf of this file."""
        if isinstance(node, cst.BinaryOperation):
            for side in (node.left, node.right):
                if call.trainable_name(side):
                    return call.text(side)
        return ""

    def advice(self, call: CallView) -> str | None:
        if call.loop.endswith("parameters()"):
            return "rebinding a loop variable freezes nothing: use `p.requires_grad_(False)`"
        return None
