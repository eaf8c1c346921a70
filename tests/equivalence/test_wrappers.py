"""Projects with helpers that wrap do the same before and after the tool went over them."""

from __future__ import annotations

import cases_wrappers
import pytest
from harness import MAIN, Case, assert_equivalent, fix_project, observe

from varmigrate.run import api


@pytest.mark.parametrize("case", cases_wrappers.CASES, ids=lambda case: case.name)
def test_the_project_does_the_same(case: Case) -> None:
    fixed = dict(fix_project({MAIN: case.source, **case.files}))
    assert fix_project(fixed) == fixed
    main = fixed.pop(MAIN)
    assert main == case.source
    before = observe(case.source, case.files)
    assert before.raised is None
    assert before.tensors
    assert_equivalent(before, observe(main, fixed))


def inlined(case: Case) -> tuple[dict[str, str], str]:
    """The files of a case with the wrappers taken out, and what is said about those that stay."""
    files = {MAIN: case.source, **case.files}
    results = api.fix_project(files, inline=True)
    assert not [e for result in results.values() for e in result.errors]
    left = [f for result in results.values() for f in result.findings if f.code == "VM207"]
    after = {path: r.after for path, r in results.items() if r.after is not None}
    return {**files, **after}, " ".join(f.advice or "" for f in left)


@pytest.mark.parametrize("case", cases_wrappers.INLINED, ids=lambda case: case.name)
def test_the_project_does_the_same_without_its_wrappers(case: Case) -> None:
    fixed, left = inlined(case)
    assert left == ""
    assert not [path for path, text in fixed.items() if "_w" in text or "_v" in text]
    assert fix_project(fixed) == fixed
    # That a module is no longer imported where its only name went is no difference.
    imports = "".join(f"\nimport {path[:-3]} as _{path[:-3]}" for path in case.files)
    before = observe(case.source + imports, case.files)
    assert before.raised is None
    main = fixed.pop(MAIN)
    assert_equivalent(before, observe(main + imports, fixed))


@pytest.mark.parametrize(
    ("reason", "case"), cases_wrappers.KEPT, ids=[case.name for _, case in cases_wrappers.KEPT]
)
def test_the_wrapper_stays(reason: str, case: Case) -> None:
    fixed, left = inlined(case)
    assert reason in left
    assert "it stays" in left
    assert fixed.pop(MAIN) == case.source
    assert "def _w" in fixed["utils.py"]
    before = observe(case.source, case.files)
    assert before.raised is None
    assert_equivalent(before, observe(case.source, fixed))
