"""A call on data that is prepared by arithmetic on its way to the model.

What it does: finds calls whose argument is computed (scaled, normalised, combined), or whose result
is, before it goes into a model, and that ask for no gradient.

Why: arithmetic on tensors that do not require grad records nothing, so no wrapper and no flag is
needed. Where the data may be part of a graph, `.detach()` says so.

Example:

    x = Variable(raw, requires_grad=False)
    x = (x - mean) / std
    out = model(x)

Use instead:

    x = raw.detach()
    x = (x - mean) / std
    out = model(x)

Fix safety: safe. If a computation with trainable tensors has to stay out of the graph as well, put
it under `with torch.no_grad():`; that is a decision about the program and is not made here.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.uses import RoleKind, UseKind
from varmigrate.model import Intent
from varmigrate.rules.base import Evidence, IntentRule, Invalid, Weight
from varmigrate.rules.view import CallView


class NoGradPreprocessing(IntentRule):
    """Evidence: arithmetic in the argument, or on the result before it goes into a model."""

    code = "VM104"
    name = "no-grad-preprocessing"
    intent = Intent.NO_GRAD_PREPROCESSING
    message = "data that is only prepared for the model needs no Variable"
    priority = 4
    valid = ("x = (raw - mean) / std\nout = model(x)\n",)
    invalid = (
        Invalid(
            "from torch.autograd import Variable\n\n\ndef run(model, raw, mean):\n"
            "    return model(Variable(raw - mean, requires_grad=False))\n",
            "\n\ndef run(model, raw, mean):\n    return model((raw - mean).detach())\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        data = call.shape.data
        if not call.plain_flag or data is None or call.made_by:
            return
        fed = call.passed_to(RoleKind.MODULE) + call.passed_to(RoleKind.RNN)
        arithmetic = isinstance(data, cst.BinaryOperation)
        prepared = self._prepared(call)
        if arithmetic and fed:
            yield Evidence(Weight.FLOW, f"argument is computed (`{call.text(data)}`)")
        elif arithmetic and call.asked_not_to_train:
            yield Evidence(Weight.ARGUMENT, f"argument is computed (`{call.text(data)}`)")
        elif prepared:
            yield Evidence(Weight.FLOW, prepared)
        else:
            return
        if fed and fed[0].role is not None:
            yield Evidence(Weight.CONTEXT, f"result goes into {fed[0].role.name}")
        if call.asked_not_to_train:
            yield Evidence(Weight.CONTEXT, "`requires_grad=False` is written out")

    @staticmethod
    def _prepared(call: CallView) -> str:
        """How the result is computed with before a model gets it; empty when it is not."""
        tree = call.analysis.tree
        for item in call.uses:
            if item.use.kind is not UseKind.OPERAND:
                continue
            node: cst.CSTNode = item.use.node
            parent = tree.parent(node)
            while isinstance(parent, (cst.BinaryOperation, cst.UnaryOperation)):
                node, parent = parent, tree.parent(parent)
            if isinstance(node, cst.AugAssign):
                continue
            for after in call.uses_of(node):
                if after.role is not None and after.role.kind in (RoleKind.MODULE, RoleKind.RNN):
                    return (
                        f"result is prepared by arithmetic (`{call.text(node)}`) and then goes "
                        f"into {after.role.name}"
                    )
        return ""
