"""Decides the intent of every call once per file, and writes the proposal for it.

Every intent rule may offer evidence; the evidence is compared strongest piece first, so that no
number of names outweighs one flag. What the runner-up had to say is kept in the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import Site, SiteKind, Wrapper
from varmigrate.model import Safety
from varmigrate.rules.base import Evidence, IntentRule, Proposal
from varmigrate.rules.call_fix import CallFix, call_fix, doubt
from varmigrate.rules.registry import all_rules
from varmigrate.rules.view import CallView

_DECIDED: WeakKeyDictionary[FileAnalysis, list[Proposal]] = WeakKeyDictionary()


def decisions(analysis: FileAnalysis) -> list[Proposal]:
    """A proposal for every call of Variable and of its wrappers in the file."""
    known = _DECIDED.get(analysis)
    if known is None:
        known = _DECIDED[analysis] = [
            _propose(analysis, site)
            for site in analysis.sites
            if site.kind in (SiteKind.CALL, SiteKind.WRAPPER_CALL)
        ]
    return known


def _candidates(view: CallView) -> Iterator[tuple[IntentRule, list[Evidence]]]:
    for rule in all_rules():
        if isinstance(rule, IntentRule):
            evidence = sorted(rule.evidence(view), key=lambda item: -item.weight)
            if evidence:
                yield rule, evidence


def _propose(analysis: FileAnalysis, site: Site) -> Proposal:
    view = CallView(analysis, site)
    ranked = sorted(
        _candidates(view),
        key=lambda item: ([int(e.weight) for e in item[1]], item[0].priority),
        reverse=True,
    )
    rule, evidence = ranked[0]
    texts = [item.text for item in evidence]
    for other, against in ranked[1:2]:
        if against and against[0].weight > 0 and other.intent is not None:
            texts.append(f"weaker evidence for {other.intent.value}: {against[0].text}")
    follows = site.wrapper is not None and view.wrapped and inner_is_fixed(analysis, site.wrapper)
    result = _wrapped_fix(view, follows) if view.wrapped else _fix(view)
    texts.extend(result.reasons)
    return Proposal(
        code=rule.code,
        site=site,
        node=view.call,
        message=rule.message + (f" (through `{site.wrapper.name}`)" if site.wrapper else ""),
        intent=rule.intent,
        evidence=tuple(dict.fromkeys(texts)),
        fix=result.fix,
        advice=result.advice or rule.advice(view),
        follows=follows,
    )


def inner_is_fixed(analysis: FileAnalysis, wrapper: Wrapper) -> bool:
    """Whether the call inside a wrapper has a safe fix, so that its callers need no change."""
    fix = _fix(CallView(analysis, wrapper.call)).fix
    return fix is not None and fix.safety is Safety.SAFE


def _wrapped_fix(view: CallView, follows: bool) -> CallFix:
    wrapper = view.site.wrapper
    if wrapper is None:
        return CallFix(advice="its wrapper is not known")
    line = view.analysis.tree.line(wrapper.node.name)
    if follows:
        what = f"nothing to change here: `{wrapper.name}` on line {line} does the wrapping"
    else:
        what = f"`{wrapper.name}` on line {line} does the wrapping and has to be changed by hand"
    return CallFix(advice=what)


def _fix(view: CallView) -> CallFix:
    site, shape = view.site, view.shape
    found = doubt(view.analysis, site)
    if found:
        return CallFix(advice=found)
    if shape.problem:
        return CallFix(advice=f"{shape.problem}: write `t.detach().requires_grad_(flag)` by hand")
    if shape.never:
        return CallFix(advice=f"{shape.never}; build the tensor with torch.tensor or from_numpy")
    if shape.volatile.value is not False:
        return CallFix(
            advice=(
                "put everything that depends on this value under `with torch.no_grad():`, the "
                "model call included"
            )
        )
    return call_fix(view.analysis, site, view.fact)
