"""A function of the project that wraps its argument in Variable.

What it does: finds functions that return their argument wrapped, such as `to_var(x)`. Every call of
one is a finding with an intent of its own.

Why: what the function does to its callers' tensors is decided in one place, and that place should
be read before its body is rewritten.

Example:

    def legacy(t, requires_grad):
        return Variable(t, requires_grad=requires_grad)

Use instead:

    def legacy(t, requires_grad):
        return t.detach().requires_grad_(bool(requires_grad))

Fix safety: the call inside is reported and rewritten on its own; nothing is done to the definition
or its callers.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import SiteKind
from varmigrate.model import Intent
from varmigrate.rules.base import Invalid, Proposal, Rule
from varmigrate.rules.deciding import inner_is_fixed


class WrapperDefinition(Rule):
    """Definitions of wrapper functions."""

    code = "VM207"
    name = "wrapper"
    intent = Intent.TYPE_USE
    valid = ("def to_var(x):\n    return x.cuda()  # torch, no Variable\n",)
    invalid = (
        Invalid(
            "from torch.autograd import Variable\n\n\n"
            "def to_var(x):\n    return Variable(x).cuda()\n",
            "\n\ndef to_var(x):\n    return x.detach().cuda()\n",
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        calls: dict[int, int] = {}
        for site in analysis.sites:
            if site.kind is SiteKind.WRAPPER_CALL and site.wrapper is not None:
                calls[id(site.wrapper)] = calls.get(id(site.wrapper), 0) + 1
        for site in analysis.sites:
            if site.kind is not SiteKind.WRAPPER or site.wrapper is None:
                continue
            wrapper = site.wrapper
            count = calls.get(id(wrapper), 0)
            line = analysis.tree.line(wrapper.call.node)
            follows = inner_is_fixed(analysis, wrapper)
            times = "once" if count == 1 else f"{count} times"
            tree = analysis.tree
            yield Proposal(
                code=self.code,
                site=site,
                node=wrapper.node,
                message=f"`{wrapper.name}` wraps its argument `{wrapper.data}` in Variable",
                intent=self.intent,
                evidence=(
                    f"returns Variable(...) on line {line}",
                    _flag("requires_grad", wrapper.requires_grad.expression, analysis),
                    f"called {times} in this file",
                ),
                advice=(
                    f"the call inside (line {line}) is rewritten; its callers need no change"
                    if follows
                    else f"the call inside (line {line}) has to be changed by hand"
                ),
                follows=follows,
                span=(tree.start(wrapper.node.name), tree.end(wrapper.node.name)),
            )


def _flag(name: str, expression: cst.BaseExpression | None, analysis: FileAnalysis) -> str:
    if expression is None:
        return f"{name} is left out"
    return f"`{name}={analysis.tree.code(expression)}`"
