"""A line of source and the marks under a range of it."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from varmigrate.output.snippet import snippet


def _marked(line: str, piece: str, room: int = 100) -> tuple[str, str, str]:
    """What is shown, the marks, and the part of the shown line above the marks."""
    start = line.index(piece)
    shown, marks = snippet(line, start, start + len(piece), room)
    left = len(marks) - len(marks.lstrip())
    above, cell = "", 0
    for character in shown:
        if left <= cell < len(marks):
            above += character
        cell += cell_len(character)
    return shown, marks, above


def test_plain() -> None:
    assert snippet("x = V(y)", 4, 8, 100) == ("x = V(y)", "    ^^^^")


def test_indentation_is_left_out() -> None:
    assert snippet("\t    x = V(y)  ", 9, 13, 100) == ("x = V(y)", "    ^^^^")


def test_a_range_in_the_indentation_is_kept() -> None:
    assert snippet("    x", 2, 5, 100) == ("  x", "^^^")


@pytest.mark.parametrize(
    ("line", "piece"),
    [
        ("x =\tV(y)\t# c", "V(y)"),
        ("変数 = V(日本語)  # 変数", "V(日本語)"),
        ("s = 'e\u0301e\u0301'; V(e\u0301)", "V(e\u0301)"),
        ("\t\tx,\ty = V(\ta)", "y = "),
    ],
)
def test_marks_stand_under_the_range(line: str, piece: str) -> None:
    shown, marks, above = _marked(line, piece)
    assert above == piece.replace("\t", "    ")
    assert "\t" not in shown + marks


def test_tabs_and_wide_characters_by_hand() -> None:
    assert snippet("\tx\t= 変数(日)", 5, 7, 100) == ("x    = 変数(日)", "       ^^^^")


def test_escapes_count_as_shown() -> None:
    assert snippet("'\x1b[0m' + V(\x1b)", 9, 13, 100) == (
        "'\\x1b[0m' + V(\\x1b)",
        "            ^^^^^^^",
    )


def test_markup_is_text() -> None:
    assert snippet("a[0] = '[/]'", 7, 12, 100) == ("a[0] = '[/]'", "       ^^^^^")


@pytest.mark.parametrize(("start", "end"), [(1, 1), (9, 12), (0, 0)])
def test_at_least_one_mark(start: int, end: int) -> None:
    shown, marks = snippet("ab", start, end, 100)
    assert shown == "ab"
    assert marks.count("^") == 1


def test_an_end_beyond_the_line_marks_its_rest() -> None:
    assert snippet("  f(V(", 4, 999, 100) == ("f(V(", "  ^^")


def test_an_empty_line() -> None:
    assert snippet("", 0, 1, 100) == ("", "^")


@pytest.mark.parametrize("unit", ["a+", "日+", "\x1b", "\t"])
@pytest.mark.parametrize("before", [0, 10, 3000])
@pytest.mark.parametrize("after", [0, 10, 3000])
def test_long_lines_become_a_window(unit: str, before: int, after: int) -> None:
    line = "x" + unit * before + "V(q)" + unit * after + ";"
    shown, marks, above = _marked(line, "V(q)", room=60)
    assert above == "V(q)"
    assert cell_len(shown) <= 60
    assert cell_len(marks) <= 60
    assert shown.startswith("…") == (not shown.startswith("x"))
    assert shown.endswith("…") == (not shown.endswith(";"))
    if before == after == 3000:
        assert shown[0] == shown[-1] == "…"
        assert cell_len(shown) > 40


def test_a_line_that_fits_is_not_cut() -> None:
    line = "x" * 50 + "V(q)"
    assert snippet(line, 50, 54, 60)[0] == line


def test_a_range_wider_than_the_window() -> None:
    shown, marks = snippet("x = V(" + "a+" * 3000 + "a)", 4, 6008, 60)
    assert cell_len(shown) <= 60
    assert shown.endswith("…")
    assert len(marks) == len(shown) - 1
