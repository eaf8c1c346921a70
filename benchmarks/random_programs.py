"""The long run: random programs, each fixed and run before and after.

usage: python -m benchmarks.random_programs [--count N] [--seed FIRST] [--jobs N] [--write DIR]
           [--no-shrink] [--most N]

The programs of the seeds FIRST to FIRST + N - 1 are fixed in both worlds (`tests/equivalence/
judge.py`). Every program that does something else afterwards is printed, made small first, or
written to DIR. Counted: programs that run to their end, calls of Variable in them, programs that
the fix changes, in which it takes a wrapper off, and takes one off without proof of a new tensor;
programs that notice wrong ways to take wrappers off. Exit code 1 when one can be told apart.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "equivalence"))

from generator import generate
from judge import OPEN, WORLDS, WRONG_FORMS, Late, Verdict, judge, limited, notices, shrunk

_CALL = re.compile(r"\b(?:Variable|V)\(")
_LONGEST = 20.0


@dataclass
class Told:
    """What one seed gave."""

    seed: int
    counts: Counter[str] = field(default_factory=Counter)
    counterexamples: list[str] = field(default_factory=list)


def measure(seed: int, shrinking: bool = True, sabotages: bool = False) -> Told:
    """Judge the program of one seed in both worlds."""
    told = Told(seed)
    counts = told.counts
    counts["programs"] += 1
    program = generate(seed)
    counts["run to their end"] += program.complete
    calls = len(_CALL.findall(program.source))
    counts["lines"] += program.source.count("\n")
    counts["calls of Variable"] += calls
    for world in WORLDS:
        try:
            with limited(_LONGEST):
                verdict = judge(program.source, world, program.closed)
        except Late:
            told.counterexamples.append(f"# seed {seed}, {world}: takes too long\n{program.source}")
            continue
        if not verdict.promised:
            counts["outside the promise"] += world == OPEN
            continue
        counts[f"{world}: changed"] += verdict.fixed != program.source
        added = verdict.fixed.count(".detach()") - program.source.count(".detach()")
        gone = calls - len(_CALL.findall(verdict.fixed))
        counts[f"{world}: calls gone"] += gone
        counts[f"{world}: calls gone without .detach()"] += gone - added
        counts[f"{world}: programs with a wrapper dropped"] += gone > added
        if verdict.wrong:
            counts[f"{world}: wrong"] += 1
            told.counterexamples.append(
                _told(seed, program.source, verdict, program.closed, shrinking)
            )
    if sabotages:
        for name in WRONG_FORMS:
            counts[f"notices: {name}"] += notices(program.source, name)
    return told


def _told(seed: int, source: str, verdict: Verdict, closed: bool, shrinking: bool) -> str:
    """A counterexample as a program text with a comment that says what differs."""
    if shrinking:
        source = shrunk(source, verdict.world, closed)
        verdict = judge(source, verdict.world, closed)
    head = [f"seed {seed}, {verdict.world} world" + (", a script" if closed else "")]
    head += [verdict.trouble] if verdict.trouble else list(verdict.differs[:4])
    comment = "".join(f"# {line}\n" for text in head for line in text.splitlines())
    fixed = "".join(f"#   {line}\n" for line in verdict.fixed.splitlines())
    return f"{comment}# fixed:\n{fixed}\n{source}"


def _job(arguments: tuple[int, bool, bool]) -> Told:
    torch.set_num_threads(1)
    return measure(*arguments)


def main() -> int:
    """Run, print counts and counterexamples."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--write", type=Path)
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--most", type=int, default=20, help="counterexamples, before it ends")
    parser.add_argument("--sabotages", action="store_true", help="count what is noticed, too")
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    found = 0
    start = time.perf_counter()
    work = (
        (seed, not arguments.no_shrink, arguments.sabotages)
        for seed in range(arguments.seed, arguments.seed + arguments.count)
    )
    done = 0
    with multiprocessing.get_context("spawn").Pool(arguments.jobs) as pool:
        for told in pool.imap_unordered(_job, work, chunksize=8):
            counts.update(told.counts)
            done += 1
            if done % 1_000 == 0:
                print(f"{done} programs, {found} counterexamples", file=sys.stderr, flush=True)
            for number, text in enumerate(told.counterexamples):
                found += 1
                if arguments.write is None:
                    print(text, flush=True)
                else:
                    arguments.write.mkdir(parents=True, exist_ok=True)
                    (arguments.write / f"seed{told.seed}_{number}.py").write_text(text)
            if found >= arguments.most:
                pool.terminate()
                break
    for name, count in sorted(counts.items()):
        print(f"{name:45} {count}")
    print(f"{'counterexamples':45} {found}")
    print(f"{'seconds':45} {time.perf_counter() - start:.0f}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
