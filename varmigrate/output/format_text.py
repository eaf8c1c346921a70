"""The text form, for people. On a clean run it costs nothing: rich is imported for findings only.

`path:line:col: CODE [intent] message`, the source with the range marked, the fix or the advice,
and a summary at the end. Under `--diff` the diff itself tells what was found (see `diff`), so only
tables and summary come from here.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.model import Report
from varmigrate.output.options import Options


def render(report: Report, options: Options) -> Iterator[str]:
    """Yield the report in pieces of whole lines, to be written one after the other."""
    found = any(result.findings or result.fixed for result in report.results)
    if found and not options.diff:
        from varmigrate.output.listing import listing
        from varmigrate.output.painting import painted

        yield from painted(listing(report, options), color=options.color)
    if found and options.statistics:
        from varmigrate.output.tables import tables

        for line in tables(report, options):
            yield line + "\n"
    if not options.quiet:
        from varmigrate.output.summary import summary

        for line in summary(report, options):
            yield line + "\n"
