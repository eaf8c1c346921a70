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

import re
from collections.abc import Iterator

from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.view import CallView
from varmigrate.rules.weights import Sign

_WORDS = frozenset("h0 c0 hx cx hidden hiddens hn cn".split())
# These name many things besides what a recurrent module starts from.
_UNSURE = re.compile(r"(?:[hc]\d?|memory|carry|(?!next|new)(?:\w*_)?states?)\Z")
_FUNCTION = re.compile(r"hidden|(?:init|zero|start|initial)\w*_states?|init_h", re.I)


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
        function = call.function if _FUNCTION.search(call.function) else ""
        for item in call.start_states[:1]:
            if item.role is not None:
                sign = Sign.START_STATE_NAME if item.role.by_name else Sign.START_STATE
                yield sign.found(name=item.role.name)
        if call.of_values:
            word = word or next((name for name in call.words() if _UNSURE.match(name)), "")
            if word or function:
                yield Sign.NEW_STATE.found()
        if function:
            yield Sign.STATE_FUNCTION.found(name=function)
        if word:
            yield Sign.STATE_NAME.found(name=word)
