"""The JSON Lines form: a line per finding and one for the run, each an object with a `type`."""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.model import Report
from varmigrate.output.options import Options
from varmigrate.output.records import closing_record, encoded, finding_record


def render(report: Report, options: Options) -> Iterator[str]:
    """Yield the lines: findings, under `fix` those that were fixed, then the summary."""
    for finding in report.findings():
        yield encoded({"type": "finding", **finding_record(finding)}) + "\n"
    if options.command == "fix":
        for finding in report.fixed():
            yield encoded({"type": "fixed", **finding_record(finding)}) + "\n"
    closing = {"type": "summary", "version": options.version, **closing_record(report)}
    yield encoded(closing) + "\n"
