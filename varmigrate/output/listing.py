"""Findings as people read them: a line that leads to the place, the source, and what to do."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterable, Iterator
from itertools import islice

from rich.console import Console
from rich.text import Text

from varmigrate.model import FileResult, Finding, Fix, Report, Safety
from varmigrate.output.options import Options
from varmigrate.output.snippet import snippet
from varmigrate.output.visible import visible

# From this many findings on, those of a file that say the same are shown once.
_MANY = 30
_MOST_LINES_NAMED = 12
_ROOM_WITHOUT_TERMINAL = 100
_LEAST_ROOM = 40


def listing(report: Report, options: Options) -> Iterator[Text]:
    """Yield the findings of `report`, file by file, an empty line after each; bare if quiet.

    Those that ask for nothing, since another fix takes care of them, are left to the summary.
    Under verbose every finding is shown in full, and those that were fixed come first.
    """
    shown = [
        [finding for finding in result.findings if options.verbose or not finding.follows]
        for result in report.results
    ]
    if options.quiet:
        yield from (_headline(finding) for findings in shown for finding in findings)
        return
    together = sum(map(len, shown)) >= _MANY and not options.verbose
    repeated = False
    for result, findings in zip(report.results, shown, strict=True):
        if options.verbose:
            yield from _fixed(result)
        gutter = max((len(str(finding.line)) for finding in findings), default=1)
        for alike in _gathered(findings, together=together):
            yield Text("\n").join([*_block(alike, gutter, options), Text()])
            repeated = repeated or len(alike) > 1
    if repeated:
        yield Text("Findings that say the same are shown once per file; --quiet lists each.\n")


def _fixed(result: FileResult) -> Iterator[Text]:
    for finding in result.fixed:
        title = finding.fix.title if finding.fix else finding.message
        yield _headline(finding, Text.assemble(("fixed: ", "green"), visible(title)))
    if result.fixed:
        yield Text()


def _gathered(findings: Iterable[Finding], *, together: bool) -> Iterable[list[Finding]]:
    """Return `findings` one by one, or with those that say the same in one list."""
    if not together:
        return [[finding] for finding in findings]
    groups: dict[Hashable, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_what_it_says(finding), []).append(finding)
    return groups.values()


def _what_it_says(finding: Finding) -> Hashable:
    fix = finding.fix
    return (
        finding.cell,
        finding.code,
        finding.intent,
        finding.message,
        finding.advice,
        fix and (fix.safety, fix.assumption),
    )


def _block(alike: list[Finding], gutter: int, options: Options) -> Iterator[Text]:
    """Yield the lines for the first of `alike`, and where the others are."""
    finding = alike[0]
    yield _headline(finding)
    if finding.source_line.strip():
        yield from _source(finding, gutter, options.width)
    details = _details(finding, verbose=options.verbose)
    if len(alike) > 1:
        details = [*details, Text(_elsewhere(alike), style="dim")]
    for detail in details:
        yield from _detail(detail, gutter, options.width)


def _headline(finding: Finding, says: Text | None = None) -> Text:
    """Return `path:line:column: CODE [intent] message`, or with `says` for the message."""
    cell = f":cell {finding.cell}" if finding.cell is not None else ""
    text = Text()
    text.append(visible(finding.path) + cell, style="bold")
    text.append(f":{finding.line}:{finding.column}: ", style="dim")
    text.append(finding.code, style="bold yellow")
    if finding.intent:
        text.append(f" [{finding.intent.value}]", style="cyan")
    return text.append(" ").append(says if says else visible(finding.message))


def _source(finding: Finding, gutter: int, width: int | None) -> Iterator[Text]:
    room = max((width - gutter - 5) if width else _ROOM_WITHOUT_TERMINAL, _LEAST_ROOM)
    start = finding.column - 1
    one_line = finding.end_line == finding.line
    end = finding.end_column - 1 if one_line else len(finding.source_line)
    shown, marks = snippet(finding.source_line, start, end, room)
    yield Text.assemble((f"  {finding.line:>{gutter}} | ", "dim"), shown)
    yield Text.assemble((f"  {'':>{gutter}} | ", "dim"), (marks, "yellow"))


def _details(finding: Finding, *, verbose: bool) -> list[Text]:
    details = []
    if verbose:
        details += [Text(f"evidence: {visible(reason)}") for reason in finding.evidence]
    if finding.fix is not None:
        details.append(_fix(finding.fix))
    if finding.advice:
        title = "note: " if finding.follows else "advice: "
        details.append(Text.assemble((title, "blue"), visible(finding.advice)))
    return details


def _fix(fix: Fix) -> Text:
    title = visible(fix.title)
    if fix.safety is Safety.SAFE:
        return Text.assemble(("safe fix: ", "green"), title)
    if fix.assumption:
        title += f", assuming {visible(fix.assumption)}"
    return Text.assemble(("unsafe fix (--unsafe-fixes): ", "magenta"), title)


def _elsewhere(alike: list[Finding]) -> str:
    first = alike[0].line
    lines = list(dict.fromkeys(finding.line for finding in alike[1:] if finding.line != first))
    if not lines:
        return "also further on in this line"
    named = ", ".join(str(line) for line in islice(lines, _MOST_LINES_NAMED))
    more = len(lines) - _MOST_LINES_NAMED
    rest = f" ... ({more} more)" if more > 0 else ""
    return f"also at {'line' if len(lines) == 1 else 'lines'} {named}{rest}"


@functools.cache
def _console() -> Console:
    """Return a console with rich's usual ways of breaking lines; nothing is written to it."""
    return Console(color_system=None)


def _detail(text: Text, gutter: int, width: int | None) -> Iterator[Text]:
    """Yield `text` under the source; on a terminal its lines are broken at spaces."""
    lead = f"  {'':>{gutter}} = "
    parts: Iterable[Text] = [text]
    if width:
        room = max(width - len(lead), _LEAST_ROOM)
        parts = text.wrap(_console(), room)
    for part in parts:
        part.rstrip()
        yield Text.assemble((lead, "dim"), part)
        lead = " " * len(lead)
