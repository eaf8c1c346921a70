"""The closing lines of the text form: what was looked at, found, done and left."""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.model import Finding, Report
from varmigrate.output.counts import FileCounts, count, count_files, ranked
from varmigrate.output.options import Options


def summary(report: Report, options: Options) -> Iterator[str]:
    """Yield the lines of the summary, without newlines."""
    files = count_files(report)
    left = list(report.findings())
    if options.command == "fix":
        yield _fix_headline(files, sum(1 for _ in report.fixed()), len(left), diff=options.diff)
        yield from _indented(_why_left(left, options))
    else:
        yield _check_headline(files, len(left))
        yield from _indented(_how_to_fix(left, options))
    if files.failed:
        yield f"{_number(files.failed, 'path')} could not be finished, see the errors"


def _check_headline(files: FileCounts, found: int) -> str:
    result = f"{_number(found, 'finding')} in {_number(files.with_findings, 'file')}"
    return f"Checked {_number(files.checked, 'file')}: {result if found else _nothing(files)}"


def _nothing(files: FileCounts) -> str:
    return "nothing found in the others" if files.failed else "nothing found"


def _fix_headline(files: FileCounts, fixed: int, left: int, *, diff: bool) -> str:
    checked = f"Checked {_number(files.checked, 'file')}"
    if not fixed and not left:
        return f"{checked}: {_nothing(files)}"
    verb = "would fix" if diff else "fixed"
    done = f"{verb} {_number(fixed, 'finding')} in {_number(files.fixed, 'file')}"
    return f"{checked}: {done if fixed else f'{verb} nothing'}, {left or 'nothing'} left"


def _how_to_fix(left: list[Finding], options: Options) -> Iterator[tuple[int, str]]:
    counts = count(left)
    yield counts.by_safety.get("safe", 0), "can be fixed safely"
    yield counts.by_safety.get("unsafe", 0), "can be fixed with --unsafe-fixes"
    yield from _following(left, options)
    by_hand = sum(1 for _ in _for_hands(left))
    yield by_hand, _by_hand(by_hand)


def _following(left: list[Finding], options: Options) -> Iterator[tuple[int, str]]:
    follow = sum(finding.follows for finding in left)
    more = "" if options.verbose else f" (--verbose shows {'it' if follow == 1 else 'them'})"
    yield follow, f"{'follows' if follow == 1 else 'follow'} from another fix{more}"
    unsafe = sum(finding.follows_unsafe for finding in left)
    yield unsafe, f"{'follows' if unsafe == 1 else 'follow'} from an unsafe fix"


def _for_hands(left: list[Finding]) -> Iterator[Finding]:
    return (f for f in left if f.fix is None and not f.follows and not f.follows_unsafe)


def _why_left(left: list[Finding], options: Options) -> Iterator[tuple[int, str]]:
    by_safety = count(left).by_safety
    safe, unsafe = by_safety.get("safe", 0), by_safety.get("unsafe", 0)
    if not options.unsafe_fixes:
        verb = "has" if unsafe == 1 else "have"
        yield unsafe, f"{verb} an unsafe fix, which was not asked for (--unsafe-fixes)"
        unsafe = 0
    yield safe + unsafe, "could be fixed, but the fix was not applied"
    yield from _following(left, options)
    by_hand = ranked(finding.code for finding in _for_hands(left))
    codes = ", ".join(f"{number} {code}" for code, number in by_hand.items())
    total = sum(by_hand.values())
    yield total, f"{_by_hand(total)}: {codes}"


def _by_hand(number: int) -> str:
    return "needs a hand" if number == 1 else "need a hand"


def _indented(reasons: Iterator[tuple[int, str]]) -> Iterator[str]:
    shown = [(number, words) for number, words in reasons if number]
    width = max((len(str(number)) for number, _ in shown), default=0)
    for number, words in shown:
        yield f"  {number:>{width}} {words}"


def _number(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
