"""A call that asked for inference: `volatile=True`, or `volatile=` an expression.

What it does: finds calls with the volatile flag, and everything in the function that depends on the
value: through names, attributes, containers and loops. What a function gives back is followed to
its callers, in other files of the project too.

Why: one volatile input turned the graph off for everything computed from it. Since PyTorch 0.4 the
flag only warns: evaluation builds graphs and memory grows. A block around the constructor alone
turns nothing off.

Example:

    x = Variable(images, volatile=True)
    out = model(x)

Use instead:

    x = images.detach()
    with torch.no_grad():
        out = model(x)

A function that is all inference gets `@torch.no_grad()`; a loop that is, is wrapped whole.
`volatile=not train` becomes `torch.set_grad_enabled(...)`, which never switches recording on inside
a caller's `no_grad`. The rest of the call is left to the other rules.

Fix safety: safe where everything that is covered is known to differentiate nothing: values and
gradients stay the same, and what is computed keeps no graph, which is the point. Models, losses and
torch functions that are given the value are taken to compute and no more. Unsafe where a function
that is not seen is given the value, or the value itself is handed on. Not done, with the statements
that collide, where something that must be recorded cannot be separated, where the value is volatile
on some ways only, or where code that runs later depends on it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from varmigrate.analysis.file import FileAnalysis
from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid, Proposal
from varmigrate.rules.region_plans import result_calls
from varmigrate.rules.view import CallView
from varmigrate.rules.volatile_fix import result_fix
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
        Invalid(
            "import torch\nfrom torch.autograd import Variable\n\n\ndef predict(model, images):\n"
            "    return model(Variable(images, volatile=True))\n",
            "import torch\n\n\n@torch.no_grad()\ndef predict(model, images):\n"
            "    return model(images.detach())\n",
        ),
        Invalid(
            "import torch\nfrom torch.autograd import Variable\n\n\ndef get(images):\n"
            "    return Variable(images, volatile=True)\n",
            "import torch\n\n\ndef get(images):\n    return images\n",
            unsafe=True,
        ),
        Invalid(
            "import torch\nfrom torch.autograd import Variable\n\n\ndef train(model, images):\n"
            "    loss = model(Variable(images, volatile=True)).sum()\n    loss.backward()\n",
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        yield from super().check(analysis)
        for found, plan in result_calls(analysis):
            result = found.result
            fix = result_fix(plan, result.name, os.path.basename(result.path))
            if fix is not None:
                yield Proposal(
                    code=self.code,
                    site=None,
                    node=found.call,
                    message=f"{self.message} (through `{result.name}`)",
                    intent=self.intent,
                    evidence=fix.reasons,
                    fix=fix.fix,
                    advice=fix.advice,
                    alone=fix.alone,
                )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        flag = call.shape.volatile
        if flag.value is True:
            yield Sign.VOLATILE.found(name="True")
        elif flag.dynamic and flag.expression is not None:
            yield Sign.VOLATILE.found(name=call.text(flag.expression))
