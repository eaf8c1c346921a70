"""Projects with helpers that wrap do the same before and after the tool went over them."""

from __future__ import annotations

import cases_wrappers
import pytest
from harness import MAIN, Case, assert_equivalent, fix_project, observe


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
