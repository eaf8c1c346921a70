"""An old-style `autograd.Function`.

What it does: finds subclasses of `torch.autograd.Function` whose `forward` and `backward` are
methods of an instance, with the calls of their instances; also those where only one of the two is
static, and reads of `saved_variables` in new ones.

Why: calling an instance of a Function raises since torch 1.5. Today both methods are static, get a
context where they got the instance, and are called through `apply`.

Example:

    class Scale(Function):
        def __init__(self, factor):
            super().__init__()
            self.factor = factor

        def forward(self, x):
            return x * self.factor

        def backward(self, grad):
            return grad * self.factor

    y = Scale(2.0)(x)

Use instead:

    class Scale(Function):
        @staticmethod
        def forward(ctx, x, factor):
            ctx.factor = factor
            return x * ctx.factor

        @staticmethod
        @once_differentiable
        def backward(ctx, grad):
            return grad * ctx.factor, None

    y = Scale.apply(x, 2.0)

Fix safety: unsafe, and all or nothing for a class and its calls in all files of the run. The
arguments of the constructor become arguments of `forward`, for which `backward` returns None; its
body runs at the beginning of `forward`. An old Function was differentiable once: its `backward` was
not recorded, and a second derivative raised. `once_differentiable` keeps that; without it a second
derivative would come out wrong wherever `backward` uses what `forward` left on the instance. Take
it off where `backward` is made of saved tensors and differentiable operations alone. It is assumed
that no call of an instance hides where it cannot be seen, and that no argument of the constructor
is trained. `saved_variables` gives the saved tensors and a warning; `saved_tensors` gives the same
(safe). A class whose state is shared in other ways stays as it is, and the reason is given.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.function_plans import FunctionPlan
from varmigrate.analysis.function_uses import imported, own_uses, uses
from varmigrate.analysis.old_functions import (
    MixedFunction,
    NewFunction,
    OldFunction,
    Refused,
    functions_of,
)
from varmigrate.model import Edit
from varmigrate.rewrite.functions import call_edits, class_edits, saved_edits
from varmigrate.rules.base import Invalid, Proposal, Rule, safe, unsafe

_CODE = "VM508"


class OldFunctionRule(Rule):
    """Functions with methods of an instance."""

    code = _CODE
    name = "old-function"
    triggers = (b"Function",)
    valid = (
        "import torch\n\n\nclass Double(torch.autograd.Function):\n"
        "    @staticmethod\n    def forward(ctx, x):\n        return x * 2\n\n"
        "    @staticmethod\n    def backward(ctx, grad):\n        return grad * 2\n",
        "import torch\nfrom chainer import Function\n\n\nclass Double(Function):\n"
        "    def forward(self, x):\n        return x * 2\n",
    )
    invalid = (
        Invalid(
            "from torch.autograd import Function\n\n\nclass Double(Function):\n"
            "    def forward(self, x):\n        return x * 2\n\n"
            "    def backward(self, grad):\n        return grad * 2\n\n\n"
            "def double(x):\n    return Double()(x)\n",
            "from torch.autograd import Function\n"
            "from torch.autograd.function import once_differentiable\n\n\n"
            "class Double(Function):\n"
            "    @staticmethod\n    def forward(ctx, x):\n        return x * 2\n\n"
            "    @staticmethod\n    @once_differentiable\n"
            "    def backward(ctx, grad):\n        return grad * 2\n\n\n"
            "def double(x):\n    return Double.apply(x)\n",
            unsafe=True,
        ),
        Invalid(
            "import torch\n\n\nclass Double(torch.autograd.Function):\n"
            "    def forward(self, *xs):\n        return xs[0] * 2\n"
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        for function in functions_of(analysis):
            if isinstance(function, OldFunction):
                yield old_function(analysis, function)
            elif isinstance(function, MixedFunction):
                yield _mixed(analysis, function)
            else:
                yield from _new(analysis, function)
        for plan, heads in imported(analysis).items():
            yield from instances(analysis, plan, heads)


def old_function(analysis: FileAnalysis, function: OldFunction) -> Proposal:
    """The finding about one class, with the fix of the class and of its calls in the file."""
    name = function.name
    elsewhere = analysis.context.own_functions.get(name)
    proposal = Proposal(
        _CODE,
        None,
        function.node,
        f"`{name}` is an old-style Function: calling an instance raises",
        span=(analysis.tree.start(function.node.name), analysis.tree.end(function.node.name)),
    )
    try:
        edits = edits_of(analysis, function)
        if elsewhere is not None and elsewhere.refused:
            raise Refused(elsewhere.refused)
    except Refused as why:
        proposal.advice = (
            f"make forward and backward static and call {name}.apply; not rewritten: {why}"
        )
        if elsewhere is not None and elsewhere.elsewhere:
            proposal.advice += f"; it is called in {', '.join(elsewhere.elsewhere)} as well"
        return proposal
    proposal.fix = unsafe(
        f"make it static, and call {name}.apply", edits, _assumption(function.plan)
    )
    return proposal


def edits_of(analysis: FileAnalysis, function: OldFunction) -> tuple[Edit, ...]:
    """The edits for a class and its calls in the file that defines it. Raises Refused."""
    if function.plan.refused:
        raise Refused(function.plan.refused)
    found = own_uses(analysis, function)
    first = function.forward.params.params[:1]
    if not found and not function.init and first and first[0].name.value == "ctx":
        raise Refused("it may be meant for `apply`, and then @staticmethod is all it lacks")
    applied = [edit for use in found for edit in call_edits(analysis.tree, use)]
    return tuple(dict.fromkeys((*class_edits(analysis, function), *applied)))


def instances(
    analysis: FileAnalysis, plan: FunctionPlan, heads: list[cst.BaseExpression]
) -> Iterator[Proposal]:
    """The findings about instances of a class that another file defines."""
    message = f"an instance of the old-style Function `{plan.name}` is called, which raises"
    try:
        found = uses(analysis, plan, heads, settled=True)
        why = plan.refused
    except Refused as refused:
        found = []
        why = str(refused)
    if why:
        advice = f"call {plan.name}.apply once the class is static; not rewritten: {why}"
        yield Proposal(_CODE, None, heads[0], message, advice=advice)
        return
    for use in found:
        fix = unsafe(f"call {plan.name}.apply", call_edits(analysis.tree, use), _assumption(plan))
        yield Proposal(_CODE, None, use.made, message, fix=fix)


def _assumption(plan: FunctionPlan) -> str:
    said = (
        f"every call of an instance of `{plan.name}` is in a file of this run, none is of `apply`"
    )
    if plan.parameters:
        said += ", and no argument of its constructor is trained"
    return said


def _mixed(analysis: FileAnalysis, function: MixedFunction) -> Proposal:
    name = function.plain.name
    return Proposal(
        _CODE,
        None,
        function.plain,
        f"`{name.value}` of `{function.node.name.value}` is not static as its counterpart is",
        advice="mark it with @staticmethod; its first parameter is the context",
        span=(analysis.tree.start(name), analysis.tree.end(name)),
    )


def _new(analysis: FileAnalysis, function: NewFunction) -> Iterator[Proposal]:
    for attribute in function.saved:
        fix = safe("read saved_tensors", saved_edits(analysis.tree, [attribute]))
        message = "`saved_variables` warns and gives the saved tensors"
        yield Proposal(_CODE, None, attribute, message, fix=fix)
