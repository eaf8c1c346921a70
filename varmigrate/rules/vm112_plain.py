"""A call of Variable with no finer intent that can be told from the code.

What it does: finds every call that no other rule claims.

Why: `torch.autograd.Variable` has returned plain tensors since PyTorch 0.4.

Example:

    y = Variable(t)

Use instead:

    y = t.detach()

Fix safety: safe. `Variable(t)` is a new tensor that shares storage with `t` and has no history,
which is what `t.detach()` is.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.view import CallView
from varmigrate.rules.weights import Sign


class Plain(IntentRule):
    """Claims what nobody else does."""

    code = "VM112"
    name = "plain"
    intent = Intent.PLAIN
    message = "a tensor needs no Variable"
    valid = (
        "from tensorflow import Variable\ny = Variable(t)\n",
        "class Variable:\n    pass\n\n\ny = Variable()  # torch\n",
        "def f(Variable, torch):\n    return Variable(torch)\n",
    )
    invalid = (
        Invalid(
            "from torch.autograd import Variable\n\n\ndef f(t):\n    return [Variable(t)]\n",
            "def f(t):\n    return [t.detach()]\n",
        ),
        Invalid("from torch.autograd import Variable\ny = Variable(*args)\n"),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        yield Sign.NOTHING.found()
