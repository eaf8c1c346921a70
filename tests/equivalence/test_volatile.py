"""Regions without gradient: what `volatile` meant comes back, and nothing else is lost.

First the measure is put to the proof, then the programs, then the tool.
"""

from __future__ import annotations

import functools
import re
from collections import Counter

import cases_volatile
import cases_volatile_checks
import cases_volatile_conditions
import cases_volatile_files
import cases_volatile_grid
import cases_volatile_odd
import cases_volatile_roads
import pytest
from harness import MAIN, Case, fix_project
from volatility import Run, everywhere, losses, run

CASES = [
    *cases_volatile.CASES,
    *cases_volatile_conditions.CASES,
    *cases_volatile_odd.CASES,
    *cases_volatile_files.CASES,
    *cases_volatile_roads.CASES,
    *cases_volatile_grid.CASES,
    *cases_volatile_checks.CASES,
]
REWRITTEN = [case for case in CASES if case.expect == "rewritten"]
# The flag asks for a graph, so that there is none to be lost.
ASKS_FOR_NONE = [case for case in REWRITTEN if "literally" not in case.name]

each = functools.partial(pytest.mark.parametrize, "case", ids=lambda case: case.name)


@functools.cache
def _runs(number: int) -> tuple[Run, Run]:
    case = CASES[number]
    return run(case.source, case.files), run(case.source, case.files, honours=everywhere)


_NUMBERS = {case.name: number for number, case in enumerate(CASES)}


def runs(case: Case) -> tuple[Run, Run]:
    """The program as it stands, and with `volatile` as it was meant."""
    return _runs(_NUMBERS[case.name])


def sources(case: Case) -> dict[str, str]:
    return {MAIN: case.source, **case.files}


def rewritten(case: Case, unsafe: bool = False) -> dict[str, str]:
    """All files after the tool went over them; once more would change nothing."""
    fixed = dict(fix_project(sources(case), unsafe))
    assert fix_project(fixed, unsafe) == fixed
    return fixed


def lost(case: Case, fixed: dict[str, str], unsafe: bool = False) -> list[str]:
    today, meant = runs(case)
    others = {path: text for path, text in fixed.items() if path != MAIN}
    return losses(today, meant, run(fixed[MAIN], others), unsafe)


# --------------------------------------------------------------------------------------------
# The measure
# --------------------------------------------------------------------------------------------

_FUNCTION = """
def test(x):
    v = Variable(x, volatile=True)
    out = net(v)
    return out.sum().item()

t = test(torch.ones(1, 2))
loss = net(torch.ones(1, 2)).sum()
loss.backward()
"""
_ASKED = _FUNCTION.replace("volatile=True", "volatile=False")

WRONG = {
    "nothing": ("", ""),
    "the flag alone": ("Variable(x, volatile=True)", "x"),
    "a block around the constructor": (
        "    v = Variable(x, volatile=True)",
        "    with torch.no_grad():\n        v = x",
    ),
    "a block that is too short": (
        "    v = Variable(x, volatile=True)\n    out = net(v)",
        "    v = x\n    with torch.no_grad():\n        out = v + 0\n    out = net(v)",
    ),
    "for good": ("v = Variable(x, volatile=True)", "torch.set_grad_enabled(False)\n    v = x"),
    "a value": ("Variable(x, volatile=True)\n    out = net(v)", "x\n    out = net(v).detach() * 2"),
    "detached afterwards": ("return out.sum()", "return out.detach().sum()"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_rewrites_are_noticed(name: str) -> None:
    source = cases_volatile.HEAD + _FUNCTION
    today, meant = run(source), run(source, honours=everywhere)
    old, new = WRONG[name]
    assert old in source
    assert losses(today, meant, run(source.replace(old, new)))


RIGHT = {
    "a decorator": (
        "def test(x):\n    v = Variable(x, volatile=True)",
        "@torch.no_grad()\ndef test(x):\n    v = x",
    ),
    "a block": (
        "    v = Variable(x, volatile=True)\n    out = net(v)\n    return out.sum().item()",
        "    with torch.no_grad():\n        out = net(x)\n        return out.sum().item()",
    ),
    "a block with detach": (
        "    v = Variable(x, volatile=True)\n    out = net(v)",
        "    with torch.no_grad():\n        v = x.detach()\n        out = net(v)",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_rewrites_are_not(name: str) -> None:
    source = cases_volatile.HEAD + _FUNCTION
    today, meant = run(source), run(source, honours=everywhere)
    old, new = RIGHT[name]
    assert old in source
    assert losses(today, meant, run(source.replace(old, new))) == []


def test_what_was_not_volatile_must_record() -> None:
    source = cases_volatile.HEAD + _ASKED
    today, meant = run(source), run(source, honours=everywhere)
    assert losses(today, meant, today) == []
    quiet = source.replace("def test", "@torch.no_grad()\ndef test")
    assert "recorded True, now not so" in " ".join(losses(today, meant, run(quiet)))


def test_live_nodes_are_counted() -> None:
    head = "import torch\np = torch.ones(1, requires_grad=True)\n"
    assert run(head).peak == 0
    assert run(head + "q = p * 2\nr = q * 2\n").peak == 3  # and the one that gathers the gradient
    assert run(head + "q = p * 2\ndel q\nr = p * 2\n").peak == 2
    assert run(head + "with torch.no_grad():\n    q = p * 2\n").peak == 0


# --------------------------------------------------------------------------------------------
# The programs
# --------------------------------------------------------------------------------------------


@each(CASES)
def test_program_runs(case: Case) -> None:
    today, meant = runs(case)
    assert today.seen.raised is None
    if case.expect == "rewritten":
        assert meant.seen.raised is None


@each(ASKS_FOR_NONE)
def test_program_records_what_it_should_not(case: Case) -> None:
    today, meant = runs(case)
    assert losses(today, meant, today, case.unsafe)
    assert any(operation.contaminated for operation in meant.operations)


@each([case for case in REWRITTEN if case.name.startswith("volatile/mixed")])
def test_program_records_something_as_well(case: Case) -> None:
    quiet = "import torch\ntorch.set_grad_enabled(False)\n" + case.source
    assert lost(case, {**sources(case), MAIN: quiet})


def test_counts() -> None:
    assert len(CASES) >= 80
    assert len(REWRITTEN) >= 60
    assert max(Counter(case.name for case in CASES).values()) == 1
    assert max(Counter((c.source, *sorted(c.files.items())) for c in CASES).values()) == 1


# --------------------------------------------------------------------------------------------
# The tool
# --------------------------------------------------------------------------------------------

_OURS = re.compile(
    r"Variable|volatile|no_grad|set_grad_enabled|^import torch$|^$|\.detach\(\)|\.data\b|wrap\(|^pass$"
)


def tabbed(text: str) -> str:
    """The text with tabs for its indentation."""
    return re.sub(r"^(?: {4})+", lambda m: "\t" * (len(m.group()) // 4), text, flags=re.MULTILINE)


def check_lines(before: str, after: str) -> None:
    """Lines that are no business of the tool stay as they are, but for indentation in front."""
    left = [line for line in after.split("\n") if not _OURS.search(line.strip())]
    for line in before.split("\n"):
        if _OURS.search(line.strip()):
            continue
        while left and not left[0].endswith(line):
            left.pop(0)
        assert left, f"{line!r} is gone from\n{after}"
        assert not left.pop(0).removesuffix(line).strip(" \t")


def check_texts(case: Case, fixed: dict[str, str]) -> None:
    everything = "\n".join(fixed.values())
    assert fixed != sources(case), "nothing was rewritten"
    for text in case.contains:
        assert text in everything, f"{text!r} is not in\n{everything}"
    for text in case.lacks:
        assert text not in everything, f"{text!r} is in\n{everything}"


@each([case for case in REWRITTEN if not case.unsafe])
def test_fix_restores(case: Case) -> None:
    fixed = rewritten(case)
    check_texts(case, fixed)
    assert lost(case, fixed) == []
    for path, text in sources(case).items():
        check_lines(text, fixed[path])


@each([case for case in REWRITTEN if case.unsafe])
def test_fix_restores_when_asked(case: Case) -> None:
    today, _ = runs(case)
    safe = rewritten(case)
    assert losses(today, today, run(safe.pop(MAIN), safe)) == []
    fixed = rewritten(case, unsafe=True)
    check_texts(case, fixed)
    assert lost(case, fixed, unsafe=True) == []


def words(files: dict[str, str]) -> Counter[str]:
    """How often the files speak of the flag and of the mode."""
    return Counter(re.findall(r"volatile|no_grad|grad_enabled", "\n".join(files.values())))


def check_left_alone(case: Case, fixed: dict[str, str]) -> None:
    """Other calls may be rewritten; no region came, and all is as it is today."""
    today, _ = runs(case)
    assert words(fixed) == words(sources(case)), fixed[MAIN]
    others = {path: text for path, text in fixed.items() if path != MAIN}
    assert losses(today, today, run(fixed[MAIN], others)) == []


@each([case for case in CASES if case.expect == "untouched"])
def test_fix_leaves_alone(case: Case) -> None:
    check_left_alone(case, rewritten(case))


@each([case for case in CASES if case.expect == "either"])
def test_fix_may_decide(case: Case) -> None:
    fixed = rewritten(case)
    if words(fixed) == words(sources(case)):
        check_left_alone(case, fixed)
    else:
        assert lost(case, fixed) == []


@each([case for case in CASES if not case.files and "\n    " in case.source])
def test_fix_of_tabs(case: Case) -> None:
    fixed = rewritten(case)[MAIN]
    assert fix_project({MAIN: tabbed(case.source)}) == {MAIN: tabbed(fixed)}
