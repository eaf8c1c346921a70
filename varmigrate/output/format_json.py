"""The JSON form: one document, a finding per line, as in `docs/findings.schema.json`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from varmigrate.model import Finding, Report
from varmigrate.output.options import Options
from varmigrate.output.records import closing_record, encoded, finding_record


def render(report: Report, options: Options) -> Iterator[str]:
    """Yield the document in pieces; `fix` adds what was fixed, beside the findings left."""
    yield f'{{"version": {encoded(options.version)},\n"findings": '
    yield from _array(report.findings())
    if options.command == "fix":
        yield ',\n"fixed": '
        yield from _array(report.fixed())
    for name, value in closing_record(report).items():
        yield f',\n"{name}": {encoded(value)}'
    yield "}\n"


def _array(findings: Iterable[Finding]) -> Iterator[str]:
    separator = "["
    for finding in findings:
        yield f"{separator}\n{encoded(finding_record(finding))}"
        separator = ","
    yield "[]" if separator == "[" else "\n]"
