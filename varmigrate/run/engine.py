"""A whole run: find the files, dismiss most of them, judge the rest, write what changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from varmigrate.files.discovery import Candidate, discover
from varmigrate.files.source import read_bytes
from varmigrate.model import FileResult, Finding, Fix, Intent, Report, Safety
from varmigrate.run.prefilter import defines_function, is_candidate, mentions_trigger
from varmigrate.run.settings import Settings

if TYPE_CHECKING:
    # The parser and the rules are imported once there is something to parse.
    from varmigrate.analysis.context import ModuleContext
    from varmigrate.analysis.project import ModuleSummary
    from varmigrate.analysis.wrappers import Key, WrapperSummary
    from varmigrate.run.functions import FunctionContexts
    from varmigrate.run.index import Index
    from varmigrate.run.selection import Selection
    from varmigrate.run.volatile_results import ResultContexts
    from varmigrate.run.work import Outcome, Task

# A fix in one file can free another from keeping a name, and that one the next.
_MOST_PASSES = 10
# Below this many candidate files starting processes costs more than it saves.
_POOL_FROM = 20


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run is asked to do.

    fix: apply fixes. write: put the result on disk (else it is only reported). unsafe: apply
    unsafe fixes too. inline: take out the wrappers of which a fix leaves nothing.
    jobs: worker processes (0: as many as cores). settings: from the project.
    select, ignore: from the command line; `select` replaces that of the settings.
    """

    fix: bool = False
    write: bool = False
    unsafe: bool = False
    inline: bool = False
    jobs: int = 0
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    settings: Settings = field(default_factory=Settings)
    progress: Callable[[int, int], None] | None = None


class _Found:
    """The files of a run, sorted out by their bytes."""

    def __init__(self) -> None:
        self.candidates: list[tuple[str, bytes]] = []
        self.dismissed: list[str] = []
        # What they mention is another library's.
        self.others: list[str] = []
        self.problems: list[str] = []
        self.failed: list[FileResult] = []
        self.checked = 0


def run(paths: Sequence[str], options: RunOptions) -> Report:
    """Check or fix everything under `paths`; never raises for what a file holds."""
    found = _find(paths, options)
    results = list(found.failed)
    if found.candidates:
        results.extend(_judge(found, options))
    if options.write:
        results = [_write(result) for result in results]
    told = [r for r in results if r.findings or r.fixed or r.errors or r.changed]
    return Report(
        results=tuple(sorted(told, key=lambda result: result.path)),
        checked=found.checked,
        problems=tuple(found.problems),
    )


def run_text(path: str, raw: bytes, options: RunOptions) -> Report:
    """Check or fix one source given as bytes (standard input); `path` says where it would lie."""
    found = _Found()
    found.checked = 1
    if mentions_trigger(raw) and is_candidate(raw):
        found.candidates.append((path, raw))
    results = _judge(found, options) if found.candidates else []
    told = tuple(r for r in results if r.findings or r.fixed or r.errors or r.changed)
    return Report(told, found.checked)


def _find(paths: Sequence[str], options: RunOptions) -> _Found:
    found = _Found()
    excluded = _excluded_by(options.settings)
    for item in discover(paths, options.exclude):
        if isinstance(item, Candidate) and not item.explicit and excluded(item.path):
            continue
        if not isinstance(item, Candidate):
            found.problems.append(f"{item.path}: {item.message}")
            continue
        try:
            raw = read_bytes(item.path)
        except OSError as error:
            message = f"{item.path}: {error.strerror or error}"
            found.failed.append(FileResult(item.path, errors=(message,)))
            continue
        found.checked += 1
        if not mentions_trigger(raw):
            found.dismissed.append(item.path)
        elif is_candidate(raw):
            found.candidates.append((item.path, raw))
        else:
            found.others.append(item.path)
    return found


def _judge(
    found: _Found, options: RunOptions, broken: frozenset[Key] = frozenset()
) -> list[FileResult]:
    """Judge the candidates; again where a fix in one file changes what another has to keep.

    Files that define wrappers others call come first: what becomes of the wrapper is told there.
    broken: old-style Functions that stay, because the rewrite failed in one of their files.
    """
    from varmigrate.run.index import Index

    texts = dict(found.candidates)
    silent = {os.path.abspath(path): path for path in found.dismissed}
    shown = {os.path.abspath(path): path for path in (*texts, *found.others)} | silent
    results: dict[str, FileResult] = {}
    asked: dict[str, ModuleContext] = {}
    kept: dict[str, tuple[bytes, ModuleSummary]] = {}
    index: Index | None = None
    verdicts: dict[Key, bool] = {}
    wrappers: dict[Key, WrapperSummary] = {}
    functions: FunctionContexts | None = None
    volatile: ResultContexts | None = None
    inside: dict[str, Mapping[str, Safety | None]] = {}
    flagged = False
    for number in range(_MOST_PASSES):
        if index is None:
            files = {os.path.abspath(path): raw for path, raw in texts.items()}
            index = Index(files, silent, kept, verdicts)
            callers = index.callers()
            texts.update((shown[path], raw) for path, raw in callers.items() if path in shown)
        if number == 0:
            functions = _functions(index, shown, texts, options, broken)
            volatile = _volatile_results(index, shown, texts, options)
        contexts = _contexts(index, texts, functions, volatile)
        for path in results.keys() - contexts.keys():
            # It had to do with torch through a wrapper that is none any more.
            results[path] = replace(results[path], findings=())
        wrappers = wrappers or index.wrappers()
        again = [path for path, context in contexts.items() if asked.get(path) != context]
        now = (_called(contexts, again) or again) if number == 0 else again
        changed = new = False
        for outcome in _work(
            [_task(p, texts[p], contexts[p], options, results.get(p)) for p in now], options
        ):
            result = outcome.result
            merged = results[result.path] = _merged(results.get(result.path), result)
            if result.new_bytes is not None and merged.new_bytes is not None:
                texts[result.path] = merged.new_bytes
                changed = True
            place = os.path.abspath(result.path)
            inside[place] = outcome.settled
            surely = {name: safety is Safety.SAFE for name, safety in outcome.settled.items()}
            new = index.settle(place, surely) or new
        asked.update((path, contexts[path]) for path in now)
        if not changed and not new and len(now) == len(again):
            if flagged or not options.fix:
                break
            flagged = True
            touched = _drop_flags(index, shown, texts, results, options)
            if not touched:
                break
            for path in touched:
                asked.pop(path, None)
            changed = True
        if changed:
            verdicts = index.verdicts
            index = None
    if options.inline and options.fix and wrappers and _wants_wrappers(options):
        files = {os.path.abspath(path): raw for path, raw in texts.items()}
        inlining = _Inlining(shown, texts, results, options)
        inlining.run(wrappers, Index(files, silent, kept))
        if inlining.changed:
            files = {os.path.abspath(path): raw for path, raw in texts.items()}
            contexts = _contexts(Index(files, silent, kept), texts, functions, volatile)
            now = [path for path in inlining.changed if path in contexts]
            for outcome in _work(
                [_task(p, texts[p], contexts[p], options, results.get(p)) for p in now], options
            ):
                path = outcome.result.path
                results[path] = _merged(results.get(path), outcome.result)
        inlining.report()
    if functions is not None and options.fix and options.unsafe and not broken:
        failed = {os.path.abspath(r.path) for r in results.values() if r.errors}
        broken = frozenset(k for k, files in functions.files.items() if failed & set(files))
        if broken:
            return _judge(found, options, broken)
    if index is not None and any(f.waits_for for r in results.values() for f in r.findings):
        from varmigrate.run.following import follow_up

        own = {(path, name): s for path, found in inside.items() for name, s in found.items()}
        run = {path: texts.get(name) for path, name in shown.items()}
        follow_up(results, index, own, run, lambda path: _wants_flags(path, shown, options))
    return list(results.values())


def _wants_flags(path: str, shown: Mapping[str, str], options: RunOptions) -> bool:
    """Whether what has a volatile flag is wanted in a file."""
    return _selection(shown.get(path, path), options).wants("VM110", Intent.INFERENCE)


def _functions(
    index: Index,
    shown: Mapping[str, str],
    texts: dict[str, bytes],
    options: RunOptions,
    broken: frozenset[Key],
) -> FunctionContexts | None:
    """What is known of old-style Functions that several files use; `texts` then holds them all."""
    defining = [os.path.abspath(path) for path, raw in texts.items() if defines_function(raw)]
    if not defining:
        return None
    from varmigrate.run.functions import follow

    known = {path: texts.get(name) for path, name in shown.items()}
    found = follow(
        index,
        defining,
        known,
        lambda path: _selection(shown.get(path, path), options).wants("VM508"),
        broken,
    )
    for path in found.used:
        if path in shown and shown[path] not in texts:
            texts[shown[path]] = read_bytes(path)
    return found


def _volatile_results(
    index: Index, shown: Mapping[str, str], texts: dict[str, bytes], options: RunOptions
) -> ResultContexts | None:
    """What functions with volatile results mean for other files; `texts` then holds them all."""
    producing = [path for path in map(os.path.abspath, texts) if index.hands_out_volatile(path)]
    if not producing:
        return None
    from varmigrate.run.volatile_results import follow

    known = {path: texts.get(name) for path, name in shown.items()}
    found = follow(index, producing, known, lambda path: _wants_flags(path, shown, options))
    texts.update((shown[path], raw) for path, raw in found.users.items())
    return found


def _drop_flags(
    index: Index,
    shown: Mapping[str, str],
    texts: dict[str, bytes],
    results: dict[str, FileResult],
    options: RunOptions,
) -> list[str]:
    """Take the volatile flag out of wrappers that nobody asks for it any more.

    `texts` and `results` then hold it. Returns the files that changed, as they are shown.
    """
    carried = {
        key: wrapper for key, wrapper in index.wrappers().items() if wrapper.carries_volatile
    }
    if not carried:
        return []
    from varmigrate.run.flags import drop_flags

    known = {path: texts.get(name) for path, name in shown.items()}
    dropped, new = drop_flags(
        index,
        carried,
        known,
        options.settings.assumptions.closed_world,
        lambda path: _wants_flags(path, shown, options),
    )
    for path, text in new.items():
        _change(shown[path], text, texts, results)
    for gone in dropped:
        path, name = shown[gone.key[0]], gone.key[1]
        message = f"the volatile flag of `{name}` is not needed any more"
        if gone.parameter and gone.reason:
            message += f"; its parameter `{gone.parameter}` stays: {gone.reason}"
        elif gone.parameter:
            message += f"; its parameter `{gone.parameter}` goes, from {gone.calls} calls too"
        finding = Finding(
            path=path,
            line=gone.line,
            column=1,
            end_line=gone.line,
            end_column=1,
            code="VM110",
            message=message,
            intent=Intent.INFERENCE,
            fix=Fix(Safety.SAFE, "take the flag out of the wrapper", ()),
        )
        if path in results:
            results[path] = replace(results[path], fixed=(*results[path].fixed, finding))
    return [shown[path] for path in new]


def _change(path: str, text: str, texts: dict[str, bytes], results: dict[str, FileResult]) -> None:
    """Give a file another text, after its fixes."""
    from varmigrate.files.source import decode, encode, read_bytes

    raw = texts[path] if path in texts else read_bytes(path)
    source = decode(path, raw)
    new = encode(source, text)
    result = FileResult(path, (), (), source.text, text, raw, new)
    results[path] = _merged(results.get(path), result)
    texts[path] = new


def _wants_wrappers(options: RunOptions) -> bool:
    from varmigrate.run.selection import Selection

    settings = options.settings
    selection = Selection(options.select or settings.select, (*settings.ignore, *options.ignore))
    return selection.wants("VM207", Intent.TYPE_USE)


class _Inlining:
    """Takes wrappers out of the fixed files, and says which ones stay and why."""

    def __init__(
        self,
        shown: Mapping[str, str],
        texts: dict[str, bytes],
        results: dict[str, FileResult],
        options: RunOptions,
    ) -> None:
        self.shown = shown
        self.texts = texts
        self.results = results
        self.options = options
        self.changed: list[str] = []
        self.told: list[tuple[Finding, bool]] = []

    def run(self, wrappers: Mapping[Key, WrapperSummary], index: Index) -> None:
        """Take out what can be; `texts` and `results` then hold it."""
        from varmigrate.run.inline import inline

        known = {path: self.texts.get(shown) for path, shown in self.shown.items()}
        for outcome in inline(index, wrappers, known):
            path, name = outcome.key
            for changed, text in outcome.texts.items():
                self._change(self.shown[changed], text)
            gone = not outcome.reason
            message = f"`{name}` has become `{outcome.left}`"
            finding = Finding(
                path=self.shown[path],
                line=outcome.line,
                column=1,
                end_line=outcome.line,
                end_column=1,
                code="VM207",
                message=message + (" and is taken out" if gone else ""),
                intent=Intent.TYPE_USE,
                fix=Fix(Safety.SAFE, "take the wrapper out", ()) if gone else None,
                advice=None if gone else f"it stays: {outcome.reason}",
            )
            self.told.append((finding, gone))

    def _change(self, path: str, text: str) -> None:
        _change(path, text, self.texts, self.results)
        if path not in self.changed:
            self.changed.append(path)

    def report(self) -> None:
        """Add what became of each wrapper to the result of its file."""
        for finding, gone in self.told:
            result = self.results.get(finding.path, FileResult(finding.path))
            if gone:
                result = replace(result, fixed=(*result.fixed, finding))
            else:
                left = sorted((*result.findings, finding), key=Finding.sort_key)
                result = replace(result, findings=tuple(left))
            self.results[finding.path] = result


def _called(contexts: Mapping[str, ModuleContext], paths: Sequence[str]) -> list[str]:
    """The files among `paths` that define wrappers which others of them call."""
    wanted = {
        wrapper.path
        for path in paths
        for wrapper in contexts[path].wrappers.values()
        if wrapper.path != os.path.abspath(path)
    }
    return [path for path in paths if os.path.abspath(path) in wanted]


def _contexts(
    index: Index,
    texts: Mapping[str, bytes],
    functions: FunctionContexts | None,
    volatile: ResultContexts | None,
) -> dict[str, ModuleContext]:
    """What the project says about every candidate that has to do with torch."""
    if volatile is not None:
        for path, raw in texts.items():
            if os.path.abspath(path) in volatile.users:
                index.include(os.path.abspath(path), raw)
    contexts = {path: index.context(os.path.abspath(path)) for path in texts}
    if functions is not None:
        contexts = {p: functions.add(os.path.abspath(p), c) for p, c in contexts.items()}
    if volatile is not None:
        contexts = {p: volatile.add(index, os.path.abspath(p), c) for p, c in contexts.items()}
    return {
        path: context
        for path, context in contexts.items()
        if b"torch" in texts[path]
        or "torch" in f"{context.imports}{context.stars}"
        or context.wrappers
        or context.functions
        or context.produced
    }


def _task(
    path: str,
    raw: bytes,
    context: ModuleContext,
    options: RunOptions,
    before: FileResult | None = None,
) -> Task:
    from varmigrate.run.judge import FileOptions
    from varmigrate.run.work import Task

    selection = _selection(path, options)
    used = before is not None and any(f.code.startswith(("VM1", "VM2")) for f in before.fixed)
    assumptions = options.settings.assumptions
    asked = FileOptions(options.fix, options.unsafe, selection, assumptions, used)
    return Task(path, raw, context, asked)


def _selection(path: str, options: RunOptions) -> Selection:
    """Which findings are wanted in a file."""
    from varmigrate.run.selection import Selection

    settings = options.settings
    ignore = (*settings.ignore, *options.ignore, *_ignored_in(path, settings))
    return Selection(options.select or settings.select, ignore)


def _merged(before: FileResult | None, after: FileResult) -> FileResult:
    """The result of two passes over one file, as if they had been one."""
    if before is None or before.new_bytes is None:
        return after
    if after.new_bytes is None:
        return replace(before, findings=after.findings, errors=(*before.errors, *after.errors))
    return replace(
        after,
        fixed=(*before.fixed, *after.fixed),
        before=before.before,
        raw=before.raw,
        errors=(*before.errors, *after.errors),
    )


def _work(files: Sequence[Task], options: RunOptions) -> Iterator[Outcome]:
    from varmigrate.run.work import Outcome, work

    jobs = options.jobs or os.cpu_count() or 1
    total = len(files)
    if jobs == 1 or total < _POOL_FROM:
        for count, task in enumerate(files, 1):
            yield work(task)
            if options.progress is not None:
                options.progress(count, total)
        return
    from varmigrate.run.pool import WorkerDied, map_processes

    for count, (index, result) in enumerate(map_processes(work, files, jobs), 1):
        if isinstance(result, WorkerDied):
            path = files[index].path
            message = f"{path}: the process analysing it died; the file is left alone"
            result = Outcome(FileResult(path, errors=(message,)))
        yield result
        if options.progress is not None:
            options.progress(count, total)


def _excluded_by(settings: Settings) -> Callable[[str], bool]:
    """Whether the settings leave a path out; their patterns are relative to the settings file."""
    if not settings.exclude:
        return lambda path: False
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(settings.exclude)
    return lambda path: spec.match_file(_relative(path, settings))


def _relative(path: str, settings: Settings) -> str:
    return os.path.relpath(os.path.abspath(path), settings.folder).replace(os.sep, "/")


def _ignored_in(path: str, settings: Settings) -> tuple[str, ...]:
    """What `per-file-ignores` says about a path."""
    if not settings.per_file_ignores:
        return ()
    from pathspec import GitIgnoreSpec

    relative = _relative(path, settings)
    ignored: list[str] = []
    for pattern, items in settings.per_file_ignores.items():
        if GitIgnoreSpec.from_lines([pattern]).match_file(relative):
            ignored.extend(items)
    return tuple(ignored)


def _write(result: FileResult) -> FileResult:
    """Put a rewritten file on disk; a failure becomes an error and nothing counts as fixed."""
    if result.raw is None or result.new_bytes is None:
        return result
    from varmigrate.files.write import ChangedOnDisk
    from varmigrate.files.write import replace as replace_file

    try:
        replace_file(result.path, result.raw, result.new_bytes)
    except (ChangedOnDisk, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{result.path}: not written: {reason}"
        findings = tuple(sorted((*result.findings, *result.fixed), key=lambda f: f.sort_key()))
        return FileResult(result.path, findings, errors=(*result.errors, message))
    return result
