"""A call that has never worked.

What it does: finds calls without a tensor, on a literal, with `requires_grad` and `volatile` both
true, or with a parameter Variable does not have.

Why: these raise an exception whenever they run (or, without any argument, make an empty tensor).

Example:

    x = Variable([1.0, 2.0])

Use instead:

    x = torch.tensor([1.0, 2.0])

Fix safety: no fix; what was meant cannot be told.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.view import CallView
from varmigrate.rules.weights import Sign


class NeverWorked(IntentRule):
    """Evidence: the shape of the call."""

    code = "VM119"
    name = "never-worked"
    intent = Intent.PLAIN
    message = "this call of Variable raises an error or holds nothing"
    priority = 10
    valid = ("import torch\nx = torch.tensor([1.0, 2.0])\n",)
    invalid = (
        Invalid("from torch.autograd import Variable\nx = Variable([1.0, 2.0])\n"),
        Invalid("from torch.autograd import Variable\nx = Variable(t, True, True)\n"),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        if call.shape.never and not call.wrapped:
            yield Sign.NEVER.found(name=call.shape.never)
