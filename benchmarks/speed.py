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
from functools import partial
from pathlib import Path

import libcst as cst

from varmigrate.run.engine import RunOptions, run, run_text
from varmigrate.run.prefilter import is_candidate, mentions_trigger

HEAD = "import torch\nfrom torch.autograd import Variable\n\n\n"

# How a file can be full of findings: what there is once, and what there is of each.
SHAPES = {
    "in one function": ("def f(t):\n", "    x{} = Variable(t, requires_grad=True)\n"),
    "of one name": ("def f(x):\n", "    x = Variable(x * 2)\n"),
    "a function each": ("", "def f{}(t):\n    x = Variable(t)\n    return g(x)\n\n\n"),
    "a method each": (
        "class A:\n",
        "    def f{0}(self, t):\n        self.w{0} = Variable(t)\n        return self.w{0} * 2\n\n",
    ),
    "a wrapper each": ("", "def f{0}(t):\n    return Variable(t)\n\n\ng(f{0}(t))\n\n\n"),
}


def ratio_of(
    ours: Callable[[], object],
    peer: Callable[[], object],
    times: int = 5,
    clock: Callable[[], float] = time.process_time,
) -> float:
    """The shortest time of `ours` against the shortest of `peer`.

    They take turns, and processor time is what counts by default: what else the machine does
    should not show.
    """

    def taken(function: Callable[[], object]) -> float:
        start = clock()
        function()
        return clock() - start

    pairs = [(taken(ours), taken(peer)) for _ in range(times)]
    return min(a for a, _ in pairs) / min(b for _, b in pairs)


def start_up() -> float:
    """`varmigrate check` of one file without a trigger against `import click` alone."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clean.py"
        path.write_text("import os\n\n\ndef f(x):\n    return x\n")
        ours = [sys.executable, "-m", "varmigrate", "check", "--isolated", str(path)]
        peer = [sys.executable, "-c", "import click"]
        # Compiled once, as an installed package is.
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = os.path.join(folder, "compiled")

        def started(command: list[str]) -> None:
            subprocess.run(command, check=True, capture_output=True, env=environment)

        started(ours)
        return ratio_of(partial(started, ours), partial(started, peer), 25, time.perf_counter)


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

        return ratio_of(lambda: run([folder], RunOptions()), lambda: bare(folder))


def legacy_files(dest: Path) -> list[bytes]:
    """The files of the corpus that are parsed by a run, and that libcst can parse as they are."""
    found = []
    for path in sorted(dest.rglob("*.py")):
        raw = path.read_bytes()
        if mentions_trigger(raw) and is_candidate(raw) and b"torch" in raw:
            try:
                cst.parse_module(raw.decode())
            except (cst.ParserSyntaxError, UnicodeDecodeError):
                continue
            found.append(raw)
    return found


def judging(dest: Path, files: list[bytes], fix: bool) -> float:
    """A whole run in one process over legacy releases against parsing their files with libcst."""

    def peer() -> None:
        for raw in files:
            cst.parse_module(raw.decode())

    return ratio_of(lambda: run([str(dest)], RunOptions(fix=fix, jobs=1)), peer, 3)


def growth(shape: str, fix: bool) -> float:
    """2,000 findings in a file against 1,000."""
    head, each = SHAPES[shape]

    def measured(count: int, folder: str) -> None:
        text = HEAD + head + "".join(each.format(i) for i in range(count))
        run_text(os.path.join(folder, "a.py"), text.encode(), RunOptions(fix=fix))

    # In a folder of its own: no project around it is read.
    with tempfile.TemporaryDirectory() as folder:
        return ratio_of(partial(measured, 2000, folder), partial(measured, 1000, folder), 3)


def long_function(fix: bool) -> float:
    """A function of 3,000 statements that depend on each other against one of 1,500."""

    def measured(count: int, folder: str) -> None:
        lines = [
            f"    if y{i}.sum() > {i}:\n        y{i + 1} = y{i} * 2\n"
            f"    else:\n        y{i + 1} = y{i // 2} + 1\n"
            for i in range(count // 3)
        ]
        text = f"{HEAD}def f(x):\n    y0 = torch.rand(x)\n{''.join(lines)}"
        text += f"    return net(Variable(y{count // 3}))\n"
        run_text(os.path.join(folder, "a.py"), text.encode(), RunOptions(fix=fix))

    with tempfile.TemporaryDirectory() as folder:
        return ratio_of(partial(measured, 3000, folder), partial(measured, 1500, folder), 3)


def main() -> int:
    """Print all ratios."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    dest = Path(sys.argv[1])
    files = legacy_files(dest)
    legacy = f"of {len(files)} legacy files / parsing them"
    rows: list[tuple[Callable[[], float], float, str]] = [
        (start_up, 1.6, "one clean file / import click"),
        (walking, 2.0, "a large clean tree / a bare walk that reads it"),
        (partial(judging, dest, files, fix=False), 2.5, f"check {legacy}"),
        (partial(judging, dest, files, fix=True), 4.0, f"fix {legacy}"),
    ]
    for shape in SHAPES:
        for name, fix in (("check", False), ("fix", True)):
            what = f"{name}: 2,000 findings in a file / 1,000, {shape}"
            rows.append((partial(growth, shape, fix), 2.3, what))
    for name, fix in (("check", False), ("fix", True)):
        what = f"{name}: a function of 3,000 statements / of 1,500"
        rows.append((partial(long_function, fix), 2.3, what))
    over = False
    for measure, budget, what in rows:
        ratio = measure()
        over = over or ratio > budget
        told = f"{ratio:6.2f}  (budget {budget})  {what}{'' if ratio <= budget else '  OVER'}"
        print(told, flush=True)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
