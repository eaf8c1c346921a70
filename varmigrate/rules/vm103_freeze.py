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
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.view import CallView, first_with
from varmigrate.rules.weights import Sign

_WORDS = frozenset(
    "pretrained frozen freeze weight weights bias embedding embeddings param params parameter "
    "parameters state_dict glove word2vec".split()
)
# What may stand between a parameter and the call without making it something else.
_PASSING = frozenset("data detach clone cuda cpu to float half double t contiguous view".split())


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
            "def mix(pretrained, w):\n    return pretrained.detach() * w\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        if not call.plain_flag or call.shape.data is None:
            return
        # Names inside the argument of a function do not tell what the function gives.
        word = first_with(call.words(inside=False), _WORDS)
        found = [] if call.of_values else list(self._argument(call))
        other = self._trainable_partner(call)
        if other and (call.asked_not_to_train or word):
            found.append(Sign.WITH_TRAINABLE.found(name=other))
        elif other and not call.of_values:
            found.append(Sign.NEAR_TRAINABLE.found(name=other))
        if call.asked_not_to_train and (found or word):
            found.append(Sign.FREEZE_WRITTEN.found())
        if word and not call.of_values:
            found.append(Sign.FREEZE_NAME.found(name=word))
        yield from found

    @staticmethod
    def _argument(call: CallView) -> Iterator[Evidence]:
        """What the argument itself says."""
        if call.shape.data is None:
            return
        if call.loop.endswith("parameters()"):
            yield Sign.PARAMETER_LOOP.found(name=call.loop)
        text = call.text(call.shape.data)
        if "state_dict" in text or "torch.load" in text:
            yield Sign.STORED_WEIGHT.found(name=text)
        elif next((n for n in call.attributes if n not in _PASSING), "") in ("weight", "bias"):
            yield Sign.IS_PARAMETER.found(name=text)

    def _trainable_partner(self, call: CallView) -> str:
        """A trainable leaf the result is combined with; empty if there is none."""
        partners = (
            self._other(call, item.use.node)
            for item in call.uses
            if item.use.kind is UseKind.OPERAND
        )
        return next((partner for partner in partners if partner), "")

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
