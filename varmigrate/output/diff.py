"""Unified diffs that `patch -p0` and `git apply` both accept, byte for byte.

The names in the header start with `./`: `patch -p0` takes them as they are, and `git apply`, which
drops one leading component unless it is told otherwise, drops the dot. Names that hold white space
end in a tab, and names that hold quotes, backslashes or control characters are written as C
strings, which is what both programs expect.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from varmigrate.output.visible import visible_lines

if TYPE_CHECKING:
    from rich.text import Text

_CONTEXT = 3
# How many differing lines are weighed against each other before the best start is settled. Only
# moves of more lines than this can make a diff longer than need be; time is linear in it.
_HORIZON = 100
_NO_NEWLINE = b"\n\\ No newline at end of file\n"


class _Change(NamedTuple):
    """Lines `old_start:old_end` became lines `new_start:new_end` (from 0, ends exclusive)."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def unified_diff_bytes(path: str, before: bytes, after: bytes) -> bytes:
    """Return the diff that turns the file content `before` into `after`; empty when they agree.

    path: the file, relative to the folder in which the diff will be applied.
    """
    hunks = b"".join(_hunks(_split(before), _split(after)))
    return os.fsencode(_header(path)) + hunks if hunks else b""


def unified_diff(path: str, before: str, after: str) -> str:
    """Return the diff between two decoded texts, with lines ending at \\n only; empty if none."""
    old, new = (text.encode("utf-8", "surrogatepass") for text in (before, after))
    hunks = b"".join(_hunks(_split(old), _split(new)))
    return _header(path) + hunks.decode("utf-8", "surrogatepass") if hunks else ""


def colored(diff_text: str) -> Iterator[Text]:
    """Yield the lines of a diff for display: styled, and with nothing that acts on a terminal.

    The carriage return of a CRLF line end is left out.
    """
    from rich.text import Text

    for line in diff_text.removesuffix("\n").split("\n") if diff_text else ():
        yield Text(visible_lines(line), style=_style(line))


def _style(line: str) -> str:
    if line.startswith(("--- ", "+++ ")):
        return "bold"
    return {"@": "cyan", "-": "red", "+": "green", "\\": "dim"}.get(line[:1], "")


def _header(path: str) -> str:
    name = path.replace(os.sep, "/")
    if not os.path.isabs(path):
        name = "./" + name.removeprefix("./")
    if any(character in '"\\' or character < " " or character == "\x7f" for character in name):
        name = '"' + "".join(map(_quoted, name)) + '"'
    elif any(character.isspace() for character in name):
        name += "\t"
    return f"--- {name}\n+++ {name}\n"


def _quoted(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character < " " or character == "\x7f":
        return f"\\{ord(character):03o}"
    return character


def _split(data: bytes) -> list[bytes]:
    """Split at \\n alone, as diff and patch do, keeping it; str.splitlines knows ten more."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _hunks(old: list[bytes], new: list[bytes]) -> Iterator[bytes]:
    for group in _grouped(_changes(old, new)):
        first, last = group[0], group[-1]
        lead = min(_CONTEXT, first.old_start)
        tail = min(_CONTEXT, len(old) - last.old_end)
        before = _range(first.old_start - lead, last.old_end + tail)
        after = _range(first.new_start - lead, last.new_end + tail)
        yield f"@@ -{before} +{after} @@\n".encode()
        at = first.old_start - lead
        for change in group:
            yield from _marked(b" ", old[at : change.old_start])
            yield from _marked(b"-", old[change.old_start : change.old_end])
            yield from _marked(b"+", new[change.new_start : change.new_end])
            at = change.old_end
        yield from _marked(b" ", old[at : at + tail])


def _marked(mark: bytes, lines: Sequence[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield mark + line if line.endswith(b"\n") else mark + line + _NO_NEWLINE


def _range(start: int, end: int) -> str:
    length = end - start
    if length == 1:
        return str(start + 1)
    # An empty range is named by the line before it.
    return f"{start + 1 if length else start},{length}"


def _grouped(changes: Sequence[_Change]) -> Iterator[list[_Change]]:
    """Gather changes whose context would touch or overlap."""
    group: list[_Change] = []
    for change in changes:
        if group and change.old_start - group[-1].old_end > 2 * _CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _changes(old: list[bytes], new: list[bytes]) -> list[_Change]:
    """Return the changes that turn `old` into `new`, in order, with equal lines between them.

    Myers' greedy search in stretches of `_HORIZON` differing lines: difflib is quadratic in files
    that repeat their lines, or gives up on them. Here the time is linear in the lines and in the
    changes.
    """
    old_end, new_end = len(old), len(new)
    while old_end and new_end and old[old_end - 1] == new[new_end - 1]:
        old_end -= 1
        new_end -= 1
    changes: list[_Change] = []
    x = y = 0
    while True:
        while x < old_end and y < new_end and old[x] == new[y]:
            x += 1
            y += 1
        if x == old_end and y == new_end:
            return changes
        for step in _stretch(old, new, x, y, old_end, new_end):
            last = changes[-1] if changes else None
            if last and last.old_end == step.old_start and last.new_end == step.new_start:
                changes[-1] = _Change(last.old_start, step.old_end, last.new_start, step.new_end)
            else:
                changes.append(step)
            x, y = step.old_end, step.new_end


def _stretch(
    old: list[bytes], new: list[bytes], x0: int, y0: int, old_end: int, new_end: int
) -> list[_Change]:
    """Return the single-line steps of a shortest way from (x0, y0) towards the end.

    A step drops one old line or adds one new one; equal lines lie between them. When the end is
    further than `_HORIZON` steps away, the way that got furthest is taken.
    """
    # reached[k] is the furthest old line on the diagonal k = x - y; trail keeps its past.
    diagonal = x0 - y0
    reached = {diagonal: x0}
    trail: list[dict[int, int]] = []
    best = diagonal
    for distance in range(1, _HORIZON + 1):
        trail.append(reached)
        previous, reached = reached, {}
        score = -1
        for k in range(diagonal - distance, diagonal + distance + 1, 2):
            x = max(previous.get(k - 1, -2) + 1, previous.get(k + 1, -1))
            if x < 0 or x > old_end or x - k > new_end:
                continue
            y = x - k
            while x < old_end and y < new_end and old[x] == new[y]:
                x += 1
                y += 1
            reached[k] = x
            # Of equally long ways, the one that keeps old and new in step.
            rank = 2 * (_HORIZON + 1) * (x + y) - abs(k - diagonal)
            if rank > score:
                score, best = rank, k
        if reached[best] == old_end and reached[best] - best == new_end:
            break
    return _way_back(trail, best)


def _way_back(trail: list[dict[int, int]], k: int) -> list[_Change]:
    """Return the steps that led to diagonal `k`, first step first."""
    steps: list[_Change] = []
    for previous in reversed(trail):
        dropped, added = previous.get(k - 1, -2) + 1, previous.get(k + 1, -1)
        if dropped > added:
            steps.append(_Change(dropped - 1, dropped, dropped - k, dropped - k))
            k -= 1
        else:
            steps.append(_Change(added, added, added - k - 1, added - k))
            k += 1
    return steps[::-1]
