"""An evaluation function that builds graphs nobody needs.

What it does: finds functions that put a model into evaluation mode, call one in a loop,
differentiate nothing, and run under no gradient mode: neither their own nor that of a caller in the
project.

Why: the flag `volatile=True` once kept such a function from building graphs. Migrations by hand
often dropped the flag with the wrapper, and put nothing in its place: evaluation then needs as much
memory as training, and more when losses are summed up.

Example:

    def evaluate(model, loader):
        model.eval()
        return sum(criterion(model(x), y).item() for x, y in loader)

Use instead:

    @torch.no_grad()
    def evaluate(model, loader):
        model.eval()
        return sum(criterion(model(x), y).item() for x, y in loader)

Fix safety: unsafe; it rests on nobody differentiating what the function gives back. Reported by
default only in files that use Variable, and elsewhere when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import ScopeKind
from varmigrate.analysis.uses import RoleKind
from varmigrate.analysis.volatile import GRAD_MODES, covered, evaluated
from varmigrate.model import Fix
from varmigrate.rewrite.regions import decorate
from varmigrate.rules.base import Invalid, Proposal, Rule, unsafe
from varmigrate.torch_facts.quiet import DIFFERENTIATING, GRADIENT_METHODS, OPTIMIZER_METHODS

_LOOPS = (cst.For, cst.While, cst.ListComp, cst.GeneratorExp)
_CODE = "import torch\n\n\ndef evaluate(model, loader):\n    model.eval()\n"


class Evaluation(Rule):
    """Evaluation without a gradient mode."""

    code = "VM402"
    name = "evaluation-without-no-grad"
    triggers = (b".eval()",)
    select = ("VM402",)
    valid = (
        "import torch\n\n\n@torch.no_grad()\ndef evaluate(model, loader):\n    model.eval()\n"
        "    return [model(x) for x in loader]\n",
        _CODE + "    with torch.no_grad():\n        return [model(x) for x in loader]\n",
        _CODE + "    for x in loader:\n        model(x).sum().backward()\n",
        _CODE + "    return model(loader)\n",
        _CODE + "    return [model(x) for x in loader]\n\n\n"
        "with torch.no_grad():\n    evaluate(net, batches)\n",
        "import torch\n\n\ndef show(frame, rows):\n    frame.eval()\n"
        "    return [paint(x) for x in rows]\n",
    )
    invalid = (
        Invalid(
            _CODE + "    return [model(x) for x in loader]\n",
            "import torch\n\n\n@torch.no_grad()\ndef evaluate(model, loader):\n    model.eval()\n"
            "    return [model(x) for x in loader]\n",
            unsafe=True,
        ),
    )

    def on(self, analysis: FileAnalysis) -> bool:
        """By default only where a file used Variable."""
        return analysis.legacy

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        if ".eval()" not in analysis.text:
            return
        for function in analysis.scopes.all(cst.FunctionDef):
            if function.asynchronous is None and _evaluates(analysis, function):
                name = function.name.value
                if _called_without_graph(analysis, name):
                    continue
                fix = _decorated(analysis, function)
                advice = "put what it computes under `with torch.no_grad():`"
                yield Proposal(
                    code=self.code,
                    site=None,
                    node=function.name,
                    message=f"`{name}` evaluates a model and builds graphs",
                    fix=fix,
                    advice=advice if fix is None else None,
                )


def _evaluates(analysis: FileAnalysis, function: cst.FunctionDef) -> bool:
    """Whether a function sets a model to evaluation, runs one in a loop, and trains nothing."""
    evaluating = running = False
    for node in evaluated(function):
        if not isinstance(node, cst.Call):
            continue
        func = node.func
        origin = analysis.names.origin(func)
        if origin in DIFFERENTIATING or origin in GRAD_MODES:
            return False
        if isinstance(func, cst.Attribute):
            method = func.attr.value
            if method in GRADIENT_METHODS or method in OPTIMIZER_METHODS:
                return False
            if method == "train" and not (node.args and _is_false(node.args[0].value)):
                return False
            evaluating = evaluating or (method == "eval" and not node.args)
        site = analysis.calls.get(id(node))
        if site is not None and site.shape.volatile.value is not False:
            # The flag is still there, and another rule's.
            return False
        if not running and any(isinstance(loop, _LOOPS) for loop in analysis.flow.loops(node)):
            running = _is_model(analysis, node) and not covered(analysis, node)
    return evaluating and running


def _is_false(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "False"


def _is_model(analysis: FileAnalysis, call: cst.Call) -> bool:
    if analysis.names.origin(call.func):
        return False
    kinds = (RoleKind.MODULE, RoleKind.RNN)
    return analysis.uses.role(call.func).kind in kinds


def _called_without_graph(analysis: FileAnalysis, name: str) -> bool:
    """Whether a caller, in this file or another of the project, holds a gradient mode."""
    if name in analysis.context.covered:
        return True
    for call in analysis.scopes.all(cst.Call):
        func = call.func
        last = func.attr if isinstance(func, cst.Attribute) else func
        if isinstance(last, cst.Name) and last.value == name and covered(analysis, call):
            return True
    return False


def _decorated(analysis: FileAnalysis, function: cst.FunctionDef) -> Fix | None:
    """The decorator as a fix, where torch has a name and nothing else decorates."""
    scope = analysis.scopes.scope_of[id(function)]
    outer = scope.parent
    if outer is None or function.decorators or not isinstance(function.body, cst.IndentedBlock):
        return None
    if outer.kind is ScopeKind.CLASS:
        outer = outer.parent or outer
    if not analysis.names.certainly("torch", "torch", outer, scope.order):
        return None
    edits = decorate(analysis.tree, function, "@torch.no_grad()")
    assumption = f"nobody differentiates what `{function.name.value}` gives back"
    return unsafe("decorate it with @torch.no_grad()", edits, assumption)
