"""A call that asked for inference: `volatile=True`, or `volatile=` an expression.

What it does: finds calls with the volatile flag.

Why: one volatile input turned the graph off for everything computed from it. Since PyTorch 0.4 the
flag only warns: evaluation builds graphs and memory grows.

Example:

    x = Variable(images, volatile=True)
    out = model(x)

Use instead:

    with torch.no_grad():
        x = images
        out = model(x)

Fix safety: no fix yet. The region has to cover everything that depends on the value; a block around
the constructor alone turns nothing off.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.view import CallView
from varmigrate.rules.weights import Sign


class Inference(IntentRule):
    """Evidence: the volatile flag alone."""

    code = "VM110"
    name = "inference"
    intent = Intent.INFERENCE
    message = "volatile has done nothing since PyTorch 0.4: this builds a graph"
    priority = 9
    valid = (
        "import torch\nwith torch.no_grad():\n    out = model(x)\n",
        "from torch.autograd import Variable\nx = Variable(images, volatile=False)\n",
    )
    invalid = (
        Invalid("from torch.autograd import Variable\nx = Variable(images, volatile=True)\n"),
        Invalid("from torch.autograd import Variable\nx = Variable(i, volatile=not train)\n"),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        flag = call.shape.volatile
        if flag.value is True:
            yield Sign.VOLATILE.found(name="True")
        elif flag.dynamic and flag.expression is not None:
            yield Sign.VOLATILE.found(name=call.text(flag.expression))
