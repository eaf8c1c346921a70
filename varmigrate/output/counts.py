"""Counting findings: the numbers behind summaries and statistics of every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from varmigrate.model import Finding, Report

NO_INTENT = "none"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many findings there are of each code, intent and safety, the most frequent first.

    Findings that carry no intent count under "none", so that each table adds up to the total.
    """

    total: int
    by_code: dict[str, int]
    by_intent: dict[str, int]
    by_safety: dict[str, int]


@dataclass(frozen=True, slots=True)
class FileCounts:
    """How many files were checked, have findings, were fixed, or could not be finished.

    Paths that could not be looked at, such as a folder without permission, are among the last.
    """

    checked: int
    with_findings: int
    fixed: int
    failed: int


def ranked(names: Iterable[str]) -> dict[str, int]:
    """Count equal names; the most frequent first, equals by name."""
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))


def count(findings: Iterable[Finding]) -> Counts:
    """Count `findings` by code, intent and safety."""
    found = list(findings)
    return Counts(
        total=len(found),
        by_code=ranked(finding.code for finding in found),
        by_intent=ranked(
            finding.intent.value if finding.intent else NO_INTENT for finding in found
        ),
        by_safety=ranked(finding.safety for finding in found),
    )


def count_files(report: Report) -> FileCounts:
    """Count the files of `report`."""
    results = report.results
    return FileCounts(
        checked=report.checked,
        with_findings=sum(1 for result in results if result.findings),
        fixed=sum(1 for result in results if result.fixed),
        failed=len(report.problems) + sum(1 for result in results if result.errors),
    )
