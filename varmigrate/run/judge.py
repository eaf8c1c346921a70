"""What comes of one file: its findings, and its rewritten text if it is to be fixed."""

from __future__ import annotations

import gc
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from varmigrate.analysis.assumptions import Assumptions
from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import Binding
from varmigrate.analysis.sites import SiteKind
from varmigrate.analysis.tree import NotParsed, Tree, reparse
from varmigrate.files.depth import too_deep
from varmigrate.files.python2 import Sign, broken_sign, hidden_sign
from varmigrate.files.source import Source, Unreadable, decode, encode
from varmigrate.model import Edit, FileResult, Finding, Safety
from varmigrate.rewrite.edits import Conflict, apply, merge
from varmigrate.rewrite.gaps import close_gaps
from varmigrate.rewrite.guard import Rejected, verify
from varmigrate.rewrite.imports import remove_statement
from varmigrate.rewrite.tidy import tidy
from varmigrate.rules.base import Proposal
from varmigrate.rules.deciding import own_safety
from varmigrate.rules.registry import all_rules
from varmigrate.run.selection import Selection
from varmigrate.run.suppress import Suppressions, leaves_out

_MOST_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class FileOptions:
    """What a run asks of one file; plain data, so that it can travel to a worker.

    legacy: the file used Variable before this run fixed it.
    """

    fix: bool = False
    unsafe: bool = False
    selection: Selection = field(default_factory=Selection)
    assumptions: Assumptions = field(default_factory=Assumptions)
    legacy: bool = False


@dataclass(slots=True)
class _Judgement:
    analysis: FileAnalysis
    proposals: list[Proposal]
    unused: list[Finding]

    def findings(self) -> list[Finding]:
        """What is reported, in order of place."""
        found = [proposal.finding(self.analysis) for proposal in self.proposals] + self.unused
        return sorted(found, key=Finding.sort_key)


def judge_file(
    path: str,
    raw: bytes,
    context: ModuleContext,
    options: FileOptions,
    settled: dict[str, Safety | None] | None = None,
) -> FileResult:
    """The result of one file.

    path: as shown to the user. raw: its bytes. settled: is filled with the wrappers the file
    defines, by name, and how far the fixes of the calls of Variable inside them may be trusted.

    A file that cannot be decoded, parsed or reproduced
    comes back with the finding VM001; one whose fixes fail verification with VM009 and unchanged.
    """
    # The trees of one file are not garbage while it is judged; looking for some in them costs
    # more the larger they are.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _judge_file(path, raw, context, options, {} if settled is None else settled)
    finally:
        if collecting:
            gc.enable()


def _judge_file(
    path: str,
    raw: bytes,
    context: ModuleContext,
    options: FileOptions,
    settled: dict[str, Safety | None],
) -> FileResult:
    try:
        source = decode(path, raw)
    except Unreadable as error:
        advice = "save it in the encoding it declares (UTF-8 if none)"
        return _refused(path, error.line, error.message, "", options, advice)
    text = source.text
    left_out = tuple(code for code in ("VM001", "VM002") if leaves_out(text, code))
    if left_out:
        selection = options.selection
        without = replace(selection, ignore=(*selection.ignore, *left_out))
        options = replace(options, selection=without)
    deep = too_deep(text)
    if deep is not None:
        line, reason = deep
        advice = "split the expression, or leave the file out"
        return _refused(path, line, reason, _line(text, line), options, advice)
    sign = hidden_sign(text)
    if sign is not None:
        return _needs_python2(path, sign, text, options)
    try:
        judgement = _judge(path, text, context, options)
    except NotParsed as error:
        sign = broken_sign(text)
        if sign is not None:
            return _needs_python2(path, sign, text, options)
        line_text = _line(text, error.line)
        advice = "make it valid for Python 3"
        return _refused(path, error.line, error.message, line_text, options, advice)
    except RecursionError:
        message = "the code is nested too deeply to be analysed"
        advice = "split the deepest expression, or leave the file out"
        return _refused(path, 1, message, _line(text, 1), options, advice)
    # A call that is silenced or not asked for stays as it is.
    fixed = {id(proposal.site) for proposal in judgement.proposals if proposal.fix is not None}
    for site in judgement.analysis.sites:
        if site.kind is SiteKind.WRAPPER and site.wrapper is not None:
            asked = all(id(call) in fixed for call in site.wrapper.calls)
            safety = own_safety(judgement.analysis, site.wrapper) if asked else None
            settled[site.wrapper.summary.name] = safety
    if not options.fix:
        return FileResult(path, tuple(judgement.findings()))
    return _fix(source, judgement, context, options)


def _judge(
    path: str,
    text: str,
    context: ModuleContext,
    options: FileOptions,
    legacy: bool = False,
    tree: Tree | None = None,
) -> _Judgement:
    analysis = FileAnalysis(path, text, context, options.assumptions, tree)
    analysis.legacy = legacy or options.legacy or bool(analysis.sites)
    suppressions = Suppressions(analysis)
    wants = options.selection.wants
    proposals = [
        proposal
        for rule in all_rules()
        if rule.on(analysis) or options.selection.names(rule.code, rule.intent)
        for proposal in rule.check(analysis)
        if not (proposal.quiet and not options.selection.names(proposal.code, proposal.intent))
        and not suppressions.silences(proposal)
        and wants(proposal.code, proposal.intent)
    ]
    if proposals:
        # What is to be said of a text must be about that very text.
        analysis.tree.ensure_reproduced()
    if options.unsafe:
        for proposal in proposals:
            proposal.trust()
    unused = list(suppressions.unused(wants)) if wants("VM008") else []
    return _Judgement(analysis, proposals, unused)


def _fix(
    source: Source, judgement: _Judgement, context: ModuleContext, options: FileOptions
) -> FileResult:
    path = source.path
    original = judgement
    text = source.text
    fixed: list[Finding] = []
    try:
        for _ in range(_MOST_ROUNDS):
            applied, edits = _plan(judgement, options)
            if not edits:
                break
            after = apply(text, edits)
            verify(text, after, edits)
            fixed += [proposal.finding(judgement.analysis) for proposal in applied]
            legacy = original.analysis.legacy
            changes = [(edit.start, edit.end, edit.text) for edit in edits]
            tree = reparse(judgement.analysis.tree, after, changes)
            judgement = _judge(path, after, context, options, legacy, tree)
            text = after
        else:
            raise Rejected("the fixes do not come to an end")
        new_bytes = encode(source, text)
    except (Conflict, Rejected, Unreadable) as error:
        return _failed(path, original, str(error) or getattr(error, "message", ""), options)
    except (NotParsed, RecursionError) as error:
        reason = getattr(error, "message", "nested too deeply")
        return _failed(path, original, f"the result cannot be parsed: {reason}", options)
    left = tuple(judgement.findings())
    if text == source.text:
        return FileResult(path, left)
    ordered = tuple(sorted(fixed, key=Finding.sort_key))
    return FileResult(path, left, ordered, source.text, text, source.raw, new_bytes)


def _plan(judgement: _Judgement, options: FileOptions) -> tuple[list[Proposal], list[Edit]]:
    """The proposals that are applied together, and all their edits, imports tidied."""
    wanted = [
        proposal
        for proposal in judgement.proposals
        if proposal.fix is not None and (options.unsafe or proposal.fix.safety is Safety.SAFE)
    ]
    # A fix that moves lines must not meet one that deletes some of them, and sees more before it.
    wanted = [p for p in wanted if p.alone] or wanted
    _agree_on_statements(judgement.analysis, wanted)
    applied, edits = _compatible(wanted)
    gone: set[int] = set()
    leftovers: list[Binding] = []
    for proposal in applied:
        leftovers.extend(proposal.removes)
        if proposal.site is not None and not proposal.keeps:
            gone.add(id(proposal.site.base or proposal.site))
    tidied, replaced = _tidied(judgement, gone, leftovers, edits, options)
    try:
        merged = merge([*(edit for edit in edits if edit not in replaced), *tidied])
    except Conflict:
        # An import whose removal meets another edit is left for the next round.
        merged = merge(edits)
    return applied, close_gaps(judgement.analysis.text, merged)


def _agree_on_statements(analysis: FileAnalysis, wanted: Iterable[Proposal]) -> None:
    """Delete a statement only when all its calls are fixed, and leave no block empty."""
    deleting: dict[int, list[Proposal]] = {}
    for proposal in wanted:
        if proposal.deletes is not None:
            deleting.setdefault(id(proposal.deletes), []).append(proposal)
    gone = frozenset(key for key, found in deleting.items() if len(found) == found[0].calls)
    for key, found in deleting.items():
        for proposal in found:
            if proposal.fix is None or proposal.deletes is None:
                continue
            if key in gone:
                edits = remove_statement(analysis.tree, proposal.deletes, gone)
            else:
                edits = proposal.instead
            proposal.fix = replace(proposal.fix, edits=edits)


def _tidied(
    judgement: _Judgement,
    gone: set[int],
    leftovers: list[Binding],
    edits: list[Edit],
    options: FileOptions,
) -> tuple[tuple[Edit, ...], frozenset[Edit]]:
    if not gone or "VM206" in (item.upper() for item in options.selection.ignore):
        return (), frozenset()
    new_imports = [edit for edit in edits if edit.text.startswith("import torch")]
    return tidy(judgement.analysis, frozenset(gone), tuple(leftovers), new_imports, options.unsafe)


def _compatible(proposals: Iterable[Proposal]) -> tuple[list[Proposal], list[Edit]]:
    """As many proposals as fit together, first come first served; the rest waits a round."""
    applied: list[Proposal] = []
    taken: list[Edit] = []
    for proposal in proposals:
        if proposal.fix is None:
            continue
        edits = [] if proposal.removes else list(dict.fromkeys(proposal.fix.edits))
        if all(_fits(taken, edit) for edit in edits):
            applied.append(proposal)
            for edit in edits:
                place = bisect_left(taken, edit)
                if taken[place : place + 1] != [edit]:
                    taken.insert(place, edit)
    return applied, taken


def _fits(taken: list[Edit], edit: Edit) -> bool:
    place = bisect_left(taken, edit)
    if taken[place : place + 1] == [edit]:
        return True
    before = taken[place - 1] if place else None
    after = taken[place] if place < len(taken) else None
    if before is not None and before.end > edit.start:
        return False
    return after is None or after.start >= edit.end


def _refused(
    path: str,
    line: int,
    message: str,
    source_line: str,
    options: FileOptions,
    advice: str,
    code: str = "VM001",
) -> FileResult:
    if not options.selection.wants(code):
        return FileResult(path)
    finding = Finding(
        path=path,
        line=line,
        column=1,
        end_line=line,
        end_column=1,
        code=code,
        message=f"not analysed: {message}",
        advice=f"the file is left alone: {advice}, and run again",
        source_line=source_line,
    )
    return FileResult(path, (finding,))


def _needs_python2(path: str, sign: Sign, text: str, options: FileOptions) -> FileResult:
    message = f"written for Python 2 ({sign.what})"
    line_text = _line(text, sign.line)
    return _refused(path, sign.line, message, line_text, options, sign.advice(path), "VM002")


def _failed(path: str, judgement: _Judgement, reason: str, options: FileOptions) -> FileResult:
    finding = Finding(
        path=path,
        line=1,
        column=1,
        end_line=1,
        end_column=1,
        code="VM009",
        message=f"the fixes failed their verification and were dropped: {reason}",
        advice="the file is left as it was; please report it",
        source_line=judgement.analysis.tree.line_text(1),
    )
    findings = [
        replace(found, fix=None, advice=found.advice or "not fixed, see VM009")
        for found in judgement.findings()
    ]
    error = f"{path}: the fixes failed their verification ({reason})"
    return FileResult(path, (finding, *findings), errors=(error,))


def _line(text: str, line: int) -> str:
    lines = text.split("\n", line)
    return lines[line - 1].rstrip("\r") if len(lines) >= line else ""
