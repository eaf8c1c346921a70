"""The start of a recurrent state.

What it does: finds calls whose result is the state a recurrent module starts from, or that a
function like `init_hidden` returns.

Why: the state is a new tensor of zeros or noise, and tensors need no wrapper.

Example:

    h0 = Variable(torch.zeros(1, batch, size))
    out, hn = self.rnn(x, h0)

Use instead:

    h0 = torch.zeros(1, batch, size)
    out, hn = self.rnn(x, h0)

Fix safety: safe.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.analysis.uses import RoleKind
from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid, Weight
from varmigrate.rules.view import CallView

_WORDS = frozenset("h c h0 c0 hx cx hidden hiddens state states hn cn memory carry".split())


class State(IntentRule):
    """Evidence: the second argument of a recurrent module, then names."""

    code = "VM108"
    name = "state"
    intent = Intent.STATE
    message = "a recurrent state needs no Variable"
    priority = 5
    valid = ("import torch\nh0 = torch.zeros(1, 4, 8)\nout, hn = rnn(x, h0)\n",)
    invalid = (
        Invalid(
            "import torch\nfrom torch.autograd import Variable\n\n\n"
            "def init_hidden(n):\n    return (Variable(torch.zeros(1, n, 8)), None)\n",
            "import torch\n\n\ndef init_hidden(n):\n    return (torch.zeros(1, n, 8), None)\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        if not call.plain_flag:
            return
        word = call.named(_WORDS)
        function = call.function.lower()
        init = "hidden" in function or "state" in function or "init_h" in function
        for item in call.passed_to(RoleKind.RNN):
            if item.use.position == 1 or item.use.detail in ("hx", "h0", "hidden"):
                if item.role is not None:
                    weight = Weight.ARGUMENT if item.role.by_name else Weight.FLOW
                    yield Evidence(weight, f"result is the start state of {item.role.name}")
                break
        if call.fact.fresh and (word or init):
            yield Evidence(Weight.ARGUMENT, "argument is a new tensor")
        if init:
            yield Evidence(Weight.NAME, f"the function is named '{call.function}'")
        if word:
            yield Evidence(Weight.NAME, f"the name says '{word}'")
