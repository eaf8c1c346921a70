"""Decides the intent of every call once per file, and writes the proposal for it.

Every intent rule may offer evidence; the evidence is compared strongest piece first, so that no
number of names outweighs one flag. What the runner-up had to say is kept in the evidence.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.analysis.wrapper_calls import Wrapper
from varmigrate.analysis.wrappers import Key
from varmigrate.model import Fix, Safety
from varmigrate.rules.base import Evidence, IntentRule, Proposal, Weight
from varmigrate.rules.call_fix import CallFix, call_fix, doubt
from varmigrate.rules.registry import all_rules, by_code
from varmigrate.rules.view import CallView
from varmigrate.rules.volatile_fix import volatile_fix

_VALUE = "VM205"
_SETTLED: WeakKeyDictionary[FileAnalysis, dict[int, bool]] = WeakKeyDictionary()
_INSIDE: WeakKeyDictionary[FileAnalysis, dict[int, Key]] = WeakKeyDictionary()
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
        # The flag of a leaf speaks for both and decides nothing between them.
        weights = (Weight.NONE, Weight.FLAG)
        told = next((e.text for e in against if e.weight not in weights), None)
        if told is not None and other.intent is not None:
            texts.append(f"{_compared(evidence, against)} {other.intent.value}: {told}")
    clear = view.wrapped and not view.shape.problem
    follows = site.wrapper is not None and clear and is_settled(analysis, site.wrapper)
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
        follows=follows or result.follows,
        alone=result.alone,
        keeps=result.keeps,
        deletes=result.deletes,
        calls=result.calls,
        instead=result.instead,
        bolder=result.bolder,
        waits_for=_awaited(analysis, site) if result.fix is None and not follows else None,
    )


def _compared(evidence: list[Evidence], against: list[Evidence]) -> str:
    """How the evidence for the runner-up stands beside that of the intent that was chosen."""
    if against[0].weight < evidence[0].weight:
        return "weaker evidence for"
    if [item.weight for item in against] == [item.weight for item in evidence]:
        return "as much evidence for"
    return "as strong, but less evidence for"


def is_settled(analysis: FileAnalysis, wrapper: Wrapper) -> bool:
    """Whether the calls inside a wrapper have a safe fix, so that its callers need no change."""
    known = _SETTLED.setdefault(analysis, {})
    if id(wrapper) not in known:
        known[id(wrapper)] = _is_settled(analysis, wrapper, set(), known)
    return known[id(wrapper)]


def _is_settled(
    analysis: FileAnalysis, wrapper: Wrapper, seen: set[int], known: dict[int, bool]
) -> bool:
    """The answer for one wrapper; within a cycle each counts once."""
    if wrapper.node is None:
        return wrapper.summary.settled is True
    if id(wrapper) in known or id(wrapper) in seen:
        return known.get(id(wrapper), True)
    seen.add(id(wrapper))
    return own_calls_are_fixed(analysis, wrapper) and all(
        _is_settled(analysis, other, seen, known) for other in wrapper.through
    )


def own_calls_are_fixed(analysis: FileAnalysis, wrapper: Wrapper) -> bool:
    """Whether every call of Variable in a wrapper of this file has a safe fix."""
    return own_safety(analysis, wrapper) is Safety.SAFE


def own_safety(analysis: FileAnalysis, wrapper: Wrapper) -> Safety | None:
    """How far the fixes of the calls of Variable in a wrapper of this file may be trusted.

    None when one of them has no fix.
    """
    if len(wrapper.calls) < len(wrapper.summary.own):
        return None
    worst = Safety.SAFE
    for site in wrapper.calls:
        fix = fix_inside(analysis, site)
        if fix is None:
            return None
        worst = Safety.UNSAFE if fix.safety is Safety.UNSAFE else worst
    return worst


def key_of(analysis: FileAnalysis, wrapper: Wrapper) -> Key:
    """The file of a wrapper, absolute, and its name."""
    return (wrapper.summary.path or os.path.abspath(analysis.path), wrapper.summary.name)


def _awaited(analysis: FileAnalysis, site: Site) -> Key | None:
    """The wrapper a call stands in or is one of: once that is rewritten, there is no finding."""
    if site.wrapper is not None:
        return key_of(analysis, site.wrapper)
    known = _INSIDE.get(analysis)
    if known is None:
        known = _INSIDE[analysis] = {
            id(call): key_of(analysis, other.wrapper)
            for other in analysis.sites
            if other.kind is SiteKind.WRAPPER and other.wrapper is not None
            for call in other.wrapper.calls
        }
    return known.get(id(site))


def fix_inside(analysis: FileAnalysis, site: Site) -> Fix | None:
    """The fix of a call of Variable, or of Variable given to `map`."""
    if site.kind is SiteKind.CALL:
        return _fix(CallView(analysis, site)).fix
    proposals = by_code()[_VALUE].check(analysis)
    return next((p.fix for p in proposals if p.site is site), None)


def place_of(analysis: FileAnalysis, wrapper: Wrapper) -> str:
    """Where a wrapper is defined, in words."""
    summary = wrapper.summary
    if wrapper.node is not None and wrapper.name_node is not None:
        return f"line {analysis.tree.line(wrapper.name_node)}"
    return f"line {summary.line} of {os.path.basename(summary.path)}"


def _wrapped_fix(view: CallView, follows: bool) -> CallFix:
    wrapper = view.site.wrapper
    if wrapper is None:
        return CallFix(advice="its wrapper is not known")
    if view.shape.problem:
        return CallFix(advice=f"{view.shape.problem}: see `{wrapper.name}`")
    where = f"`{wrapper.name}` on {place_of(view.analysis, wrapper)}"
    if view.shape.volatile.value is not False:
        return volatile_fix(view.analysis, view.site)
    if follows:
        return CallFix(advice=f"nothing to change here: {where} does the wrapping")
    if wrapper.node is None and wrapper.summary.settled is None:
        return CallFix(advice=f"{where} does the wrapping; it is not among the files of this run")
    return CallFix(advice=f"{where} does the wrapping and has to be changed by hand")


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
        return volatile_fix(view.analysis, site)
    return call_fix(view.analysis, site, view.fact)
