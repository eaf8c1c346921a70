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
from varmigrate.rules.base import Evidence, IntentRule, Invalid
from varmigrate.rules.making import assigned
from varmigrate.rules.view import CallView
from varmigrate.rules.weights import Sign


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
            "def run(model, raw, mean):\n    return model((raw - mean).detach())\n",
        ),
    )

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        data = call.shape.data
        if not call.plain_flag or data is None or call.of_values:
            return
        arithmetic = self._arithmetic(call, data)
        prepared = self._prepared(call)
        if arithmetic and call.fed is not None:
            yield Sign.COMPUTED_INTO_MODEL.found(name=arithmetic)
        elif arithmetic and call.asked_not_to_train:
            yield Sign.COMPUTED.found(name=arithmetic)
        elif prepared is not None:
            yield prepared
        else:
            return
        if call.fed is not None and call.fed.role is not None:
            yield Sign.PREPARED_FED.found(name=call.fed.role.name)
        if call.asked_not_to_train:
            yield Sign.PREPARED_WRITTEN.found()

    @staticmethod
    def _arithmetic(call: CallView, data: cst.BaseExpression) -> str:
        """The arithmetic the argument is the result of, here or where its name was assigned."""
        if isinstance(data, cst.BinaryOperation):
            return call.text(data)
        if isinstance(data, cst.Name):
            for value in assigned(call.analysis, data):
                if isinstance(value, cst.BinaryOperation):
                    return call.text(value)
        return ""

    @staticmethod
    def _prepared(call: CallView) -> Evidence | None:
        """How the result is computed with before a model gets it; None when it is not."""
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
                    return Sign.PREPARED.found(name=call.text(node), model=after.role.name)
        return None
