"""What check and fix make of a folder of unpacked legacy releases.

usage: python -m benchmarks.corpus DEST [--releases FILE] [--markdown] [--imports]

DEST holds one folder per release, NAME-VERSION. FILE lists them, one a line: `NAME==VERSION file
sha256 CALLS`, CALLS being the number of calls of torch's Variable; with it, found calls are held
against that number.
Files are compiled before and after the fix of a copy. Nothing of a release is run, except with
`--imports`: then the modules that name torch are imported before and after, see
`benchmarks.importing`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from varmigrate.model import FileResult, Finding
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
    files: int = 0
    compiled: tuple[int, int] = (0, 0)
    tried: int = 0
    imported: tuple[int, int] = (0, 0)
    problems: list[str] = field(default_factory=list)


def is_wrapper_call(finding: Finding) -> bool:
    """Whether a finding is a call of a wrapper and not of Variable itself."""
    return "(through `" in finding.message


def form_of(finding: Finding) -> str:
    """The form a call is rewritten to, or why it is not."""
    if finding.code == "VM110":
        # Which region it gets is told by the finding; here it is one form.
        return f"volatile, {finding.safety}"
    if finding.fix is None:
        return "by hand"
    return finding.fix.title.removeprefix("replace the wrapper by ")


def measure(folder: Path, expected: int | None, imports: bool = False) -> Release:
    """Check, fix (in memory) and check again one release; import its modules if asked to."""
    release = Release(folder.name, expected)
    checked = run([str(folder)], RunOptions())
    for finding in checked.findings():
        if finding.code in ("VM001", "VM002"):
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
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / folder.name
        shutil.copytree(folder, copy, symlinks=True)
        before = compiling(copy), importable(copy) if imports else {}
        for result in fixed.results:
            if result.new_bytes is not None:
                (copy / Path(result.path).relative_to(folder)).write_bytes(result.new_bytes)
        again = run([str(copy)], RunOptions(fix=True))
        release.problems += [
            f"{r.path}: a second run changes it" for r in again.results if r.changed
        ]
        after = compiling(copy), importable(copy) if imports else {}
    _compare(release, before, after)
    return release


_State = tuple[dict[str, bool], dict[str, str]]


def _compare(release: Release, before: _State, after: _State) -> None:
    """Count what compiles and what can be imported; what no longer does is a problem."""
    release.files = len(before[0])
    release.compiled = sum(before[0].values()), sum(after[0].values())
    possible = {
        path
        for state in (before, after)
        for path, error in state[1].items()
        if not error.startswith("needs ")
    }
    release.tried = len(possible)
    release.imported = (
        sum(before[1].get(path) == "" for path in possible),
        sum(after[1].get(path) == "" for path in possible),
    )
    for path, error in after[1].items():
        if before[1].get(path) == "" and error:
            release.problems.append(f"{path}: cannot be imported after the fix: {error}")
    for path, compiles in after[0].items():
        if before[0][path] and not compiles:
            release.problems.append(f"{path}: does not compile after the fix")


def compiling(folder: Path) -> dict[str, bool]:
    """Every Python file below a folder, and whether it compiles."""
    found: dict[str, bool] = {}
    for path in sorted(folder.rglob("*.py")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                compile(path.read_bytes(), str(path), "exec")
                compiles = True
            except (SyntaxError, ValueError):
                compiles = False
        found[str(path.relative_to(folder))] = compiles
    return found


def importable(folder: Path) -> dict[str, str]:
    """The modules below a folder that name torch, and what is said when they are imported."""
    command = [sys.executable, "-m", "benchmarks.importing", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


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


def _counts(releases: list[Release], imports: bool) -> list[str]:
    """Files, and how many compile and can be imported, before and after."""
    counts = [
        sum(r.files for r in releases),
        *map(sum, zip(*(r.compiled for r in releases), strict=True)),
    ]
    if imports:
        counts += [
            sum(r.tried for r in releases),
            *map(sum, zip(*(r.imported for r in releases), strict=True)),
        ]
    return [str(count) for count in counts]


def table(releases: list[Release], markdown: bool, imports: bool = False) -> str:
    """The figures, release by release, and the totals."""
    head = [
        "release",
        "calls",
        "found",
        "in files not read",
        "wrapper calls",
        "files changed",
        "files",
        "compile before",
        "after",
        *(["imports tried", "before", "after"] if imports else []),
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
            *_counts([r], imports),
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
        *_counts(releases, imports),
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
    rest = sum(count for form, count in forms.items() if not form.startswith("volatile"))
    clean = sum(
        count
        for form, count in forms.items()
        if not form.startswith(("volatile", "by hand")) and ".detach()" not in form
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
    parser.add_argument("--imports", action="store_true", help="import modules, which runs them")
    arguments = parser.parse_args()
    expected = expected_calls(arguments.releases)
    folders = sorted(Path(entry.path) for entry in os.scandir(arguments.dest) if entry.is_dir())
    releases = [measure(folder, expected.get(folder.name), arguments.imports) for folder in folders]
    print(table(releases, arguments.markdown, arguments.imports))
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
