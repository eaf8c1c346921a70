"""A call that cuts a value off its history: `Variable(h.data)`.

What it does: finds calls whose argument goes through `.data` or `.detach()`.

Why: this is what `.detach()` is for.

Example:

    hidden = Variable(hidden.data)

Use instead:

    hidden = hidden.data.detach()

Fix safety: safe. Where `hidden` is known to be a tensor, `hidden.data` alone is left. Writing
`hidden.detach()` instead is shorter, but an in-place write through it is seen by autograd where one
through `.data` was not, and `.data` of a packed sequence is something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.making import MadeFrom
from varmigrate.rules.view import CallView
from varmigrate.rules.weights import Sign

_CUTS = frozenset({"data", "detach"})


class HistoryCut(IntentRule):
    """Evidence: `.data` or `.detach()` on the way, and the same name on both sides."""

    code = "VM109"
    name = "history-cut"
    intent = Intent.HISTORY_CUT
    message = "cutting history needs no Variable"
    priority = 7
    valid = ("hidden = hidden.detach()\n",)
    invalid = (
        Invalid(
            "from torch.autograd import Variable\n\n\ndef cut(hidden):\n"
            "    hidden = Variable(hidden.data)\n    return hidden\n",
            "def cut(hidden):\n    hidden = hidden.data.detach()\n    return hidden\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        if not call.plain_flag or call.shape.data is None:
            return
        wrapper = call.site.wrapper
        if wrapper is not None and call.wrapped and _CUTS.intersection(wrapper.summary.before):
            yield Sign.CUT_INSIDE.found(name=wrapper.name)
        making = call.making
        if making is None:
            return
        if making.kind is MadeFrom.COPY:
            yield Sign.COPIED.found(name=making.words)
        elif making.kind is MadeFrom.CUT:
            yield Sign.CUT.found(name=making.words)
            name = "" if call.root_name is None else call.root_name.value
            # A loop variable holds another value each time: nothing is carried on.
            if name in call.targets and not call.loop:
                yield Sign.CARRIED.found(name=name)
