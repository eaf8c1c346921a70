"""The rules about `.data`, scalars and the order of arguments, by running programs."""

from __future__ import annotations

import ast
from collections import Counter

import pytest
from cases_data import CASES, DataCase
from harness import assert_equivalent, differences, observe

from varmigrate.analysis.context import ModuleContext
from varmigrate.run.judge import FileOptions, judge_file
from varmigrate.run.selection import Selection


def fixed(case: DataCase, source: str | None = None) -> str:
    """What the tool makes of the program."""
    text = case.source if source is None else source
    options = FileOptions(True, case.unsafe, Selection(case.select))
    result = judge_file("main.py", text.encode(), ModuleContext(), options)
    assert not result.errors
    return text if result.after is None else result.after


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case: DataCase) -> None:
    after = fixed(case)
    ast.parse(after)
    if case.untouched:
        assert after == case.source
        before = observe(case.source)
        assert before.raised is None, "the program has to run, or it shows nothing"
        return
    assert after != case.source
    assert all(text in after for text in case.contains), after
    assert not any(text in after for text in case.lacks), after
    assert fixed(case, after) == after
    was, is_now = observe(case.stands_for or case.source), observe(after)
    if case.stands_for:
        assert observe(case.source).raised is not None
    if case.changes:
        assert case.unsafe
        assert differences(was, is_now)
    else:
        assert is_now.raised is None or was.raised is not None
        assert_equivalent(was, is_now)


def test_names_are_unique() -> None:
    assert max(Counter(case.name for case in CASES).values()) == 1
