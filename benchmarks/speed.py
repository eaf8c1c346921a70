"""What the tool costs, as ratios against a peer measured in the same run.

usage: python -m benchmarks.speed DEST      (DEST: a folder of unpacked legacy releases)

Prints one line per measurement: ratio, its budget, and what is compared. Exits with 1 when a ratio
is over its budget.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import libcst as cst

from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.tree import NotParsed, parse
from varmigrate.run.engine import RunOptions, run
from varmigrate.run.judge import FileOptions, judge_file
from varmigrate.run.prefilter import is_candidate, mentions_trigger

HEAD = b"import torch\nfrom torch.autograd import Variable\n\n\ndef f(t):\n"


def best(function: Callable[[], object], times: int = 5) -> float:
    """The shortest of several runs, in seconds."""
    shortest = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        function()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def start_up() -> float:
    """`varmigrate check` of one file without a trigger against `import click` alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clean.py"
        path.write_text("import os\n\n\ndef f(x):\n    return x\n")
        ours = [sys.executable, "-m", "varmigrate", "check", "--isolated", str(path)]
        peer = [sys.executable, "-c", "import click"]
        subprocess.run(ours, check=True, capture_output=True)
        pairs = [
            (
                best(lambda: subprocess.run(ours, check=True, capture_output=True), 1),
                best(lambda: subprocess.run(peer, check=True, capture_output=True), 1),
            )
            for _ in range(25)
        ]
        return min(a for a, _ in pairs) / min(b for _, b in pairs)


def walking() -> float:
    """A run over a large clean tree against a bare walk that reads every `.py`."""
    with tempfile.TemporaryDirectory() as folder:
        text = "def f(x):\n    return x\n" * 100
        for package in range(60):
            inner = Path(folder) / f"package{package}" / "inner"
            inner.mkdir(parents=True)
            for number in range(40):
                (inner.parent / f"module{number}.py").write_text(text)
                (inner / f"module{number}.py").write_text(text)

        def bare(path: str) -> int:
            total = 0
            for entry in os.scandir(path):
                if entry.is_dir(follow_symlinks=False):
                    total += bare(entry.path)
                elif entry.name.endswith(".py"):
                    with open(entry.path, "rb") as file:
                        total += len(file.read())
            return total

        return best(lambda: run([folder], RunOptions())) / best(lambda: bare(folder))


def legacy_files(dest: Path) -> list[bytes]:
    """The files of the corpus that are parsed by a run, and can be."""
    found = []
    for path in sorted(dest.rglob("*.py")):
        raw = path.read_bytes()
        if mentions_trigger(raw) and is_candidate(raw) and b"torch" in raw:
            try:
                parse(raw.decode())
            except (NotParsed, UnicodeDecodeError):
                continue
            found.append(raw)
    return found


def judging(files: list[bytes], fix: bool) -> float:
    """`check` or `fix` of legacy files against parsing them with libcst."""
    options = FileOptions(fix=fix)

    def ours() -> None:
        for raw in files:
            judge_file("a.py", raw, ModuleContext(), options)

    def peer() -> None:
        for raw in files:
            cst.parse_module(raw.decode())

    return best(ours, 3) / best(peer, 3)


def growth(fix: bool) -> float:
    """2,000 findings in a file against 1,000."""

    def source(count: int) -> bytes:
        return HEAD + b"".join(
            b"    x%d = Variable(t, requires_grad=True)\n" % i for i in range(count)
        )

    one, two = source(1000), source(2000)
    options = FileOptions(fix=fix)
    return best(lambda: judge_file("a.py", two, ModuleContext(), options), 3) / best(
        lambda: judge_file("a.py", one, ModuleContext(), options), 3
    )


def main() -> int:
    """Print all ratios."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    files = legacy_files(Path(sys.argv[1]))
    rows = [
        (start_up(), 1.6, "one clean file / import click"),
        (walking(), 2.0, "a large clean tree / a bare walk that reads it"),
        (judging(files, fix=False), 2.5, f"check of {len(files)} legacy files / parsing them"),
        (judging(files, fix=True), 4.0, f"fix of {len(files)} legacy files / parsing them"),
        (growth(fix=False), 2.3, "check: 2,000 findings in a file / 1,000"),
        (growth(fix=True), 2.3, "fix: 2,000 findings in a file / 1,000"),
    ]
    for ratio, budget, what in rows:
        print(f"{ratio:6.2f}  (budget {budget})  {what}{'' if ratio <= budget else '  OVER'}")
    return 1 if any(ratio > budget for ratio, budget, _ in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
