"""What check and fix make of a folder of unpacked legacy releases.

usage: python -m benchmarks.corpus DEST [--releases FILE] [--markdown]

DEST holds one folder per release, NAME-VERSION. FILE lists them, one a line: `NAME==VERSION file
sha256 CALLS`, CALLS being the number of calls of torch's Variable; with it, found calls are held
against that number.
Nothing of a release is run; the fixed text is compiled, not executed.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from varmigrate.model import FileResult, Finding, Report
from varmigrate.run.engine import RunOptions, run

CALL_CODES = re.compile(r"VM1\d\d\Z")
_CALL_TEXT = re.compile(r"\b(?:Variable|var)\(")


@dataclass
class Release:
    """What came of one release."""

    name: str
    expected: int | None = None
    calls: int = 0
    through_wrappers: int = 0
    unparsed: int = 0
    unparsed_calls: int = 0
    intents: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    safety: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    changed: int = 0
    problems: list[str] = field(default_factory=list)


def is_wrapper_call(finding: Finding) -> bool:
    """Whether a finding is a call of a wrapper and not of Variable itself."""
    return "(through `" in finding.message


def form_of(finding: Finding) -> str:
    """The form a call is rewritten to, or why it is not."""
    if finding.fix is None:
        return "volatile" if finding.code == "VM110" else "by hand"
    return finding.fix.title.removeprefix("replace the wrapper by ")


def measure(folder: Path, expected: int | None) -> Release:
    """Check, fix (in memory) and check again one release."""
    release = Release(folder.name, expected)
    checked = run([str(folder)], RunOptions())
    for finding in checked.findings():
        if finding.code == "VM001":
            release.unparsed += 1
            text = Path(finding.path).read_bytes().decode("latin-1")
            release.unparsed_calls += len(_CALL_TEXT.findall(text))
        elif not CALL_CODES.match(finding.code):
            release.types[finding.code] += 1
        elif is_wrapper_call(finding):
            release.through_wrappers += 1
        else:
            release.calls += 1
            release.intents[str(finding.intent)] += 1
            release.forms[form_of(finding)] += 1
            release.safety[finding.safety] += 1
    fixed = run([str(folder)], RunOptions(fix=True))
    release.problems += [*checked.errors(), *fixed.errors()]
    for result in fixed.results:
        _verify(result, release)
    release.problems += _second_run(folder, fixed)
    return release


def _verify(result: FileResult, release: Release) -> None:
    release.problems += [f"{f.path}: {f.message}" for f in result.findings if f.code == "VM009"]
    if result.after is None:
        return
    release.changed += 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(result.after, result.path, "exec")
        except SyntaxError as error:
            release.problems.append(f"{result.path}: does not compile: {error}")


def _second_run(folder: Path, fixed: Report) -> list[str]:
    """Problems of a second run over a copy of the release in which the fixes were written."""
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / folder.name
        shutil.copytree(folder, copy, symlinks=True)
        for result in fixed.results:
            if result.new_bytes is not None:
                (copy / Path(result.path).relative_to(folder)).write_bytes(result.new_bytes)
        again = run([str(copy)], RunOptions(fix=True))
        return [f"{r.path}: a second run changes it" for r in again.results if r.changed]


def expected_calls(path: Path | None) -> dict[str, int]:
    """Release folder name -> number of calls, from a list of releases."""
    if path is None:
        return {}
    found: dict[str, int] = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, _, calls = line.split()
            found[name.replace("==", "-")] = int(calls)
    return found


def table(releases: list[Release], markdown: bool) -> str:
    """The figures, release by release, and the totals."""
    head = [
        "release",
        "calls",
        "found",
        "in VM001 files",
        "wrapper calls",
        "files changed",
        "problems",
    ]
    rows = [
        [
            r.name,
            "?" if r.expected is None else str(r.expected),
            str(r.calls),
            f"{r.unparsed_calls} in {r.unparsed}" if r.unparsed else "",
            str(r.through_wrappers or ""),
            str(r.changed or ""),
            str(len(r.problems) or ""),
        ]
        for r in releases
    ]
    total = [
        "all",
        str(sum(r.expected or 0 for r in releases)),
        str(sum(r.calls for r in releases)),
        f"{sum(r.unparsed_calls for r in releases)} in {sum(r.unparsed for r in releases)}",
        str(sum(r.through_wrappers for r in releases)),
        str(sum(r.changed for r in releases)),
        str(sum(len(r.problems) for r in releases)),
    ]
    lines = grid([head, *rows, total], markdown)
    for name in ("intents", "forms", "safety", "types"):
        counts: Counter[str] = Counter()
        for release in releases:
            counts.update(getattr(release, name))
        what = {"types": "other findings, by code"}.get(name, f"calls, by {name.rstrip('s')}")
        lines += [
            "",
            *grid([[what, "count"], *([k, str(v)] for k, v in counts.most_common())], markdown),
        ]
    return "\n".join([*lines, "", clean_share(releases)])


def clean_share(releases: list[Release]) -> str:
    """How many of the calls that are not volatile lose the wrapper and gain no `.detach()`."""
    forms: Counter[str] = Counter()
    for release in releases:
        forms.update(release.forms)
    rest = sum(count for form, count in forms.items() if form != "volatile")
    clean = sum(
        count
        for form, count in forms.items()
        if form not in ("volatile", "by hand") and ".detach()" not in form
    )
    share = 100 * clean / rest if rest else 0.0
    return f"clean: {clean} of {rest} calls that are not volatile ({share:.0f} %)"


def grid(rows: list[list[str]], markdown: bool) -> list[str]:
    """The lines of a table; the first row is its head."""
    if markdown:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def main() -> int:
    """Print the table; exit with 1 when anything went wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("dest", type=Path)
    parser.add_argument("--releases", type=Path)
    parser.add_argument("--markdown", action="store_true")
    arguments = parser.parse_args()
    expected = expected_calls(arguments.releases)
    folders = sorted(Path(entry.path) for entry in os.scandir(arguments.dest) if entry.is_dir())
    releases = [measure(folder, expected.get(folder.name)) for folder in folders]
    print(table(releases, arguments.markdown))
    problems = [problem for release in releases for problem in release.problems]
    for release in releases:
        if (
            release.expected is not None
            and release.calls + release.unparsed_calls < release.expected
        ):
            problems.append(f"{release.name}: calls are missing")
        if release.expected is not None and release.calls > release.expected:
            problems.append(f"{release.name}: more calls than there are")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
