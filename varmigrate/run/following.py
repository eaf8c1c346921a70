"""What takes care of the findings that have no fix of their own: the rewrite of a wrapper.

A file knows what becomes of the wrappers in it. What becomes of those of other files, and of a flag
that goes once all its callers are under a gradient mode, is known when all files are judged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace

from varmigrate.analysis.wrappers import CallableKind, Key, WrapperSummary
from varmigrate.model import FileResult, Finding, Fix, Safety
from varmigrate.run.index import Index


def follow_up(
    results: dict[str, FileResult],
    index: Index,
    own: Mapping[Key, Safety | None],
    run: Mapping[str, bytes | None],
    wanted: Callable[[str], bool],
) -> None:
    """Mark the findings that `fix` settles together with a wrapper, and the flags it drops.

    results: by path as shown; changed in place. own: how far the fixes of the calls of Variable in
    each wrapper may be trusted. run: the files of the run by absolute path, with their bytes where
    they are not those on disk. wanted: whether calls with a volatile flag are wanted in a file.
    """
    wrappers = index.wrappers()
    known = dict(own)
    waiting = {
        key
        for result in results.values()
        for finding in result.findings
        for key in _below(finding.waits_for, wrappers)
        if known.get(key) is None and wrappers[key].carries_volatile
    }
    if any(wrappers[key].kind is CallableKind.FUNCTION for key in waiting):
        from varmigrate.run.flags import would_drop

        carried = {key: w for key, w in wrappers.items() if w.carries_volatile}
        known.update(would_drop(index, carried, run, wanted))
    for path, result in results.items():
        if any(finding.waits_for for finding in result.findings):
            findings = tuple(_told(finding, known, wrappers) for finding in result.findings)
            results[path] = replace(result, findings=findings)


def _told(
    finding: Finding, known: Mapping[Key, Safety | None], wrappers: Mapping[Key, WrapperSummary]
) -> Finding:
    """The finding, with what takes care of it."""
    keys = _below(finding.waits_for, wrappers)
    if finding.waits_for is None or not keys:
        return finding
    worst = Safety.SAFE
    for key in keys:
        safety = known.get(key) if wrappers[key].own else Safety.SAFE
        if safety is None:
            return finding
        worst = Safety.UNSAFE if safety is Safety.UNSAFE else worst
    name = finding.waits_for[1].rpartition(".")[2]
    if worst is Safety.SAFE and _stands_inside(finding, wrappers[finding.waits_for]):
        # The edits are right only together with those of the callers, which stand elsewhere.
        fix = Fix(worst, f"drop the flag of `{name}`, which no caller needs once it is fixed", ())
        return replace(finding, fix=fix, advice=None)
    together = f"settles this together with `{name}` and its calls"
    if worst is Safety.SAFE:
        advice = f"nothing to change here: `fix` {together}"
        return replace(finding, follows=True, advice=advice)
    if finding.code == "VM110":
        advice = f"{finding.advice}; `fix --unsafe-fixes` drops the flag and leaves that to you"
    else:
        advice = f"`fix --unsafe-fixes` {together}"
    return replace(finding, follows_unsafe=True, advice=advice)


def _stands_inside(finding: Finding, wrapper: WrapperSummary) -> bool:
    """Whether a finding is about a call of Variable in a wrapper, and not about a call of it."""
    before = len(finding.source_line[: finding.column - 1].encode("utf-8", "surrogatepass"))
    here = os.path.abspath(finding.path) == wrapper.path
    return here and (finding.line, before) in wrapper.own


def _below(key: Key | None, wrappers: Mapping[Key, WrapperSummary]) -> list[Key]:
    """A wrapper and those it calls, theirs included; nothing where one of them is not known."""
    found = [] if key is None else [key]
    for item in found:
        if item not in wrappers:
            return []
        found += [other for other in wrappers[item].through if other not in found]
    return found
