"""One line of source and the marks under a range of it, as they fit on a screen."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len

from varmigrate.output.visible import visible

_BLANK = " \t\f\r\n"
_TAB = "    "
_CUT = "…"


def snippet(line: str, start: int, end: int, room: int) -> tuple[str, str]:
    """Return what to show of `line`, and a line with `^` under the characters `start:end`.

    line: source text without its newline.
    start, end: code points from 0, the end exclusive; beyond the text it means the last character.
    room: how many terminal cells to use; a longer line is cut to a window around `start`.
    Indentation is left out, tabs become spaces, and characters that a terminal would obey are
    written as escapes.
    """
    last = len(line.rstrip(_BLANK))
    start = min(start, last)
    first = min(start, len(line) - len(line.lstrip(_BLANK)))
    room -= 2 * cell_len(_CUT)
    # Only characters that may be shown are looked at, so that a line of a megabyte costs no more
    # than a short one.
    ahead = line[start : min(last, start + room)]
    behind = line[max(first, start - room) : start][::-1]
    left = _fitting(behind, max(room - _cells(_fitting(ahead, room)), room // 3))
    right = _fitting(ahead, room - _cells(left))
    before = _CUT if start - len(left) > first else ""
    after = _CUT if start + len(right) < last else ""
    shown = "".join([before, *reversed(left), *right, after])
    marks = max(_cells(right[: end - start]), 1)
    return shown, " " * (cell_len(before) + _cells(left)) + "^" * marks


def _fitting(characters: str, room: int) -> list[str]:
    """Return how the first of `characters` are shown, as many as fit into `room` cells."""
    pieces: list[str] = []
    for character in characters:
        piece = _TAB if character == "\t" else visible(character)
        room -= cell_len(piece)
        if room < 0:
            break
        pieces.append(piece)
    return pieces


def _cells(pieces: Iterable[str]) -> int:
    return sum(map(cell_len, pieces))
