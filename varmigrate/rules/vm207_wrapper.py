"""A function of the project that wraps its argument in Variable.

What it does: finds functions, methods, lambdas and partials that hand back their argument wrapped,
such as `to_var(x)`, wherever in the project they are defined. Every call of one is a finding with
an intent of its own, also in files that never name Variable.

Why: what the function does to its callers' tensors is decided in one place, and that place should
be read before its body is rewritten.

Example:

    def legacy(t, requires_grad):
        return Variable(t, requires_grad=requires_grad)

Use instead:

    def legacy(t, requires_grad):
        return t.detach().requires_grad_(bool(requires_grad))

Fix safety: the call inside is reported and rewritten on its own; nothing is done to the definition
or its callers. With `--inline-wrappers`, a function of which only `return x` or `return x.detach()`
is left is taken out, with its calls and imports, if every use in the project is a plain call.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import SiteKind
from varmigrate.analysis.wrapper_calls import Wrapper, only_return
from varmigrate.analysis.wrappers import LEFT_OUT, CallableKind, Source, SourceKind
from varmigrate.model import Edit, Intent
from varmigrate.rewrite.edits import apply
from varmigrate.rules.base import Invalid, Proposal, Rule
from varmigrate.rules.deciding import fix_inside, is_settled, key_of, place_of


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
            "def to_var(x):\n    return x.detach().cuda()\n",
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
            summary = wrapper.summary
            name_node = wrapper.name_node
            if summary.kind is CallableKind.ALIAS or name_node is None:
                continue
            follows = is_settled(analysis, wrapper)
            tree = analysis.tree
            yield Proposal(
                code=self.code,
                site=site,
                node=site.node,
                message=_message(wrapper),
                intent=self.intent,
                evidence=tuple(_evidence(analysis, wrapper, calls.get(id(wrapper), 0))),
                advice=_advice(analysis, wrapper, follows),
                follows=follows,
                waits_for=None if follows else key_of(analysis, wrapper),
                span=(tree.start(name_node), tree.end(name_node)),
            )


def _message(wrapper: Wrapper) -> str:
    data = wrapper.summary.data
    if data is None:
        return f"`{wrapper.name}` returns what it makes wrapped in Variable"
    if data.kind is SourceKind.PASSED:
        return f"`{wrapper.name}` passes its arguments on to Variable"
    if any("(" in step for step in wrapper.summary.before):
        return f"`{wrapper.name}` wraps what it makes of its argument `{data.name}` in Variable"
    return f"`{wrapper.name}` wraps its argument `{data.name}` in Variable"


def _evidence(analysis: FileAnalysis, wrapper: Wrapper, count: int) -> Iterator[str]:
    summary = wrapper.summary
    tree = analysis.tree
    inside = "" if summary.returns == "value" else f" in a {summary.returns}"
    if wrapper.calls:
        lines = " and ".join(dict.fromkeys(str(tree.line(c.node)) for c in wrapper.calls))
        plural = "lines" if " and " in lines else "line"
        yield f"returns Variable(...){inside} on {plural} {lines}"
    for other in wrapper.through:
        yield f"returns{inside} what `{other.name}` on {place_of(analysis, other)} wraps"
    if summary.recursive:
        yield "calls itself for what is nested"
    if not summary.always:
        yield "on some paths it returns something else"
    before, after = "".join(map(_step, summary.before)), "".join(map(_step, summary.after))
    if before:
        yield f"before wrapping: `{before}`"
    if after:
        yield f"after wrapping: `{after}`"
    yield _flag("requires_grad", summary.requires_grad)
    if summary.volatile != LEFT_OUT:
        yield _flag("volatile", summary.volatile)
    times = "once" if count == 1 else f"{count} times"
    yield f"called {times} in this file"


def _step(name: str) -> str:
    if name == "[]":
        return "[...]"
    return (
        f".{name}()" if name.isidentifier() and name not in ("data", "arithmetic") else f".{name}"
    )


def _advice(analysis: FileAnalysis, wrapper: Wrapper, follows: bool) -> str:
    if not wrapper.calls and wrapper.through:
        where = f"`{wrapper.through[0].name}` on {place_of(analysis, wrapper.through[0])}"
        if follows:
            return f"nothing to change here: {where} does the wrapping"
        return f"{where} does the wrapping and comes first"
    nodes: list[cst.CSTNode | None] = [call.node for call in wrapper.calls]
    nodes = nodes or [wrapper.name_node]
    lines = list(dict.fromkeys(analysis.tree.line(n) for n in nodes if n is not None))
    inside = f"the call inside (line {lines[0] if lines else 0})"
    if lines[1:]:
        inside = f"the calls inside (lines {', '.join(map(str, lines))})"
    if follows:
        idle = _becomes(analysis, wrapper)
        then = f"; what is left is `{idle}`, which `--inline-wrappers` takes out" if idle else ""
        done = "are rewritten" if lines[1:] else "is rewritten"
        return f"{inside} {done}; its callers need no change{then}"
    return f"{inside} {'have' if lines[1:] else 'has'} to be changed by hand"


def _becomes(analysis: FileAnalysis, wrapper: Wrapper) -> str:
    """The body that the fix leaves, when that does nothing worth a function; else empty."""
    tree, summary = analysis.tree, wrapper.summary
    plain = summary.kind is CallableKind.FUNCTION and "." not in summary.name
    if not plain or len(wrapper.calls) != 1 or summary.data is None:
        return ""
    if not isinstance(wrapper.node, cst.FunctionDef) or only_return(wrapper.node) is None:
        return ""
    call = wrapper.calls[0]
    statement = tree.parent(call.node)
    fix = fix_inside(analysis, call)
    if fix is None or not isinstance(statement, cst.Return):
        return ""
    start, end = tree.start(statement), tree.end(statement)
    if any(edit.start < start or edit.end > end for edit in fix.edits):
        return ""
    edits = [Edit(edit.start - start, edit.end - start, edit.text) for edit in fix.edits]
    left = apply(tree.code(statement), edits)
    name = summary.data.name
    return left if left in (f"return {name}", f"return {name}.detach()") else ""


def _flag(name: str, source: Source) -> str:
    if source.kind is SourceKind.PASSED:
        return f"{name} is passed on"
    if not source.text:
        return f"{name} is left out"
    return f"`{name}={source.text}`"
