"""What several test modules need: checking and fixing a text in memory."""

from __future__ import annotations

from varmigrate.analysis.context import ModuleContext
from varmigrate.model import FileResult
from varmigrate.run.judge import FileOptions, judge_file
from varmigrate.run.selection import Selection


def check(
    source: str,
    *,
    path: str = "a.py",
    context: ModuleContext | None = None,
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
) -> FileResult:
    """The findings of a source text."""
    options = FileOptions(selection=Selection(select, ignore))
    return judge_file(path, source.encode(), context or ModuleContext(), options)


def fix(
    source: str,
    *,
    path: str = "a.py",
    unsafe: bool = False,
    context: ModuleContext | None = None,
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
) -> FileResult:
    """The result of fixing a source text."""
    options = FileOptions(True, unsafe, Selection(select, ignore))
    return judge_file(path, source.encode(), context or ModuleContext(), options)


def fixed(source: str, **how: bool) -> str:
    """The text a source is rewritten to; the source itself when nothing changes."""
    result = fix(source, unsafe=how.get("unsafe", False))
    assert not result.errors
    return source if result.after is None else result.after


def codes(source: str) -> list[str]:
    """The codes of all findings, in order of place."""
    return [finding.code for finding in check(source).findings]
