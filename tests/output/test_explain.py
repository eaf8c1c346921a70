"""The list of rules, and what is said of one."""

from __future__ import annotations

import re

import pytest

from varmigrate.output.explain import explanation, rule_lines
from varmigrate.rules.registry import all_rules


def _rows(width: int | None) -> tuple[list[str], list[str]]:
    """The lines about rules, and those below them."""
    lines = list(rule_lines(width))
    end = lines.index("")
    return lines[:end], lines[end + 1 :]


def test_a_line_per_rule_where_there_is_no_terminal() -> None:
    rows, _ = _rows(None)
    assert [row[:5] for row in rows] == [rule.code for rule in all_rules()]


@pytest.mark.parametrize("width", [80, 100, 120])
def test_lines_fit_the_terminal_in_columns(width: int) -> None:
    rows, _ = _rows(width)
    assert max(map(len, rows)) <= width
    columns = {re.match(r"VM\d{3}  \S+ +\S+ +|  +", row).end() for row in rows}  # type: ignore[union-attr]
    assert len(columns) == 1
    assert " ".join(" ".join(rows).split()) == " ".join(" ".join(_rows(None)[0]).split())


def test_a_narrow_terminal_is_no_error() -> None:
    rows, _ = _rows(20)
    assert len(rows) > len(all_rules())


@pytest.mark.parametrize(("code", "word"), [("VM105", "on"), ("VM302", "legacy"), ("VM506", "off")])
def test_what_is_on_is_told(code: str, word: str) -> None:
    rows, legend = _rows(None)
    (row,) = (row for row in rows if row.startswith(code))
    assert row.split()[1] == word
    assert any(line.startswith(f"{word} ") for line in legend)


@pytest.mark.parametrize(
    ("code", "heading"),
    [
        ("VM105", "VM105 batch (on by default, intent batch)"),
        ("VM302", "VM302 data-read (on by default in files that use Variable)"),
        ("VM506", "VM506 functional-activations (off by default)"),
    ],
)
def test_an_explanation_tells_it_too(code: str, heading: str) -> None:
    assert explanation(code).startswith(heading + "\n\n")
