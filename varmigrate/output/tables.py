"""The statistics of the text form: findings by code, by intent and by safety."""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.model import Report
from varmigrate.output.counts import count
from varmigrate.output.options import Options


def tables(report: Report, options: Options) -> Iterator[str]:
    """Yield the lines of three tables, without newlines, an empty line after each.

    Under `check` a row holds how many were found; under `fix` how many were fixed and are left.
    """
    left, fixed = count(report.findings()), count(report.fixed())
    for title, still, done in (
        ("by code", left.by_code, fixed.by_code),
        ("by intent", left.by_intent, fixed.by_intent),
        ("by safety", left.by_safety, fixed.by_safety),
    ):
        columns = {"found": still}
        if options.command == "fix":
            columns = {"fixed": done, "left": still}
        yield from _table(title, columns)
        yield ""


def _table(title: str, columns: dict[str, dict[str, int]]) -> Iterator[str]:
    totals: dict[str, int] = {}
    for numbers in columns.values():
        for name, number in numbers.items():
            totals[name] = totals.get(name, 0) + number
    yield " ".join([*(f"{heading:>6}" for heading in columns), f" {title}"])
    for name in sorted(totals, key=lambda name: (-totals[name], name)):
        cells = (f"{numbers.get(name, 0):>6}" for numbers in columns.values())
        yield " ".join([*cells, f" {name}"])
