"""A call whose flag is an expression: `requires_grad=flag`.

What it does: finds calls in which the program decides when it runs whether a gradient is wanted.

Why: `.requires_grad_(flag)` does the same on a tensor.

Example:

    x = Variable(t, requires_grad=flag)

Use instead:

    x = t.detach().requires_grad_(bool(flag))

Fix safety: safe. `Variable` took integers and one-element tensors as the flag, `requires_grad_`
takes a bool alone; so `bool(...)` is written unless the expression is provably a bool.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.view import CallView
from varmigrate.rules.weights import Sign


class Dynamic(IntentRule):
    """Evidence: the flag is neither a literal nor left out."""

    code = "VM111"
    name = "dynamic"
    intent = Intent.DYNAMIC
    message = "a flag that is decided at run time needs no Variable"
    priority = 8
    valid = ("x = t.detach().requires_grad_(flag)\n",)
    invalid = (
        Invalid(
            "from torch.autograd import Variable\n\n\ndef leaf(t, flag):\n"
            "    x = Variable(t, requires_grad=flag)\n    return [x]\n",
            "def leaf(t, flag):\n    x = t.detach().requires_grad_(bool(flag))\n    return [x]\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        flag = call.shape.requires_grad
        if flag.dynamic and flag.expression is not None and call.shape.volatile.value is False:
            yield Sign.DYNAMIC_FLAG.found(name=call.text(flag.expression))
