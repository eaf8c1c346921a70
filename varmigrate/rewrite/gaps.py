"""Blank lines around statements that go: what stood on both sides of one is not left twice."""

from __future__ import annotations

import re
from collections.abc import Sequence

from varmigrate.model import Edit

_BLANKS = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))*")
_NEWLINE = re.compile(r"\r\n|\r|\n")


def close_gaps(text: str, edits: Sequence[Edit]) -> list[Edit]:
    """Widen the edits that delete whole lines by the blank lines that would be too many.

    text: what the edits are made in. edits: sorted, without overlaps. Of the blank lines above and
    below, as many stay as there were on the side that has more of them; none at the start of the
    file or of a block, nor at the end of the file. Nothing else is touched, and blank lines that
    another edit needs stay.
    """
    found: list[Edit] = []
    for edit in edits:
        if not _deletes_lines(text, edit):
            found.append(edit)
        elif found and _deletes_lines(text, found[-1]) and _blank(text, found[-1].end, edit.start):
            found[-1] = Edit(found[-1].start, edit.end, "")
        else:
            found.append(edit)
    for index, edit in enumerate(found):
        if _deletes_lines(text, edit):
            least = found[index - 1].end if index else 0
            most = found[index + 1].start if index + 1 < len(found) else len(text)
            found[index] = _widened(text, edit, least, most)
    return found


def _deletes_lines(text: str, edit: Edit) -> bool:
    """Whether an edit takes away whole lines that say something."""
    if edit.text or not text[edit.start : edit.end].strip():
        return False
    starts = edit.start == 0 or text[edit.start - 1] in "\r\n"
    return starts and (edit.end == len(text) or text[edit.end - 1] in "\r\n")


def _blank(text: str, start: int, end: int) -> bool:
    return _BLANKS.fullmatch(text, start, end) is not None


def _widened(text: str, edit: Edit, least: int, most: int) -> Edit:
    """The edit with the blank lines that go; they lie between the offsets `least` and `most`."""
    start = edit.start
    while True:
        line = _line_start(text, start)
        if line == start or not _blank(text, line, start):
            break
        start = line
    after = _BLANKS.match(text, edit.end)
    end = edit.end if after is None else after.end()
    above = len(_NEWLINE.findall(text, start, edit.start))
    below = len(_NEWLINE.findall(text, edit.end, end))
    if start == 0:
        wider = Edit(start, end, "")
    elif end == len(text):
        wider = Edit(start, edit.end, "")
    elif not above and _opens_block(text, edit):
        wider = Edit(edit.start, end, "")
    elif above <= below:
        wider = Edit(start, edit.end, "")
    else:
        wider = Edit(edit.start, end, "")
    return wider if least <= wider.start and wider.end <= most else edit


def _line_start(text: str, offset: int) -> int:
    """Where the line begins that ends at an offset behind its newline."""
    end = max(offset - 1, 0)
    if text[max(end - 1, 0) : end + 1] == "\r\n":
        end -= 1
    newline = text.rfind("\n", 0, end)
    return max(newline, text.rfind("\r", newline + 1, end)) + 1


def _opens_block(text: str, edit: Edit) -> bool:
    """Whether the first line that goes stands right below the header of its block."""
    header = text[_line_start(text, edit.start) : edit.start]
    deeper = _indentation(text[edit.start : edit.end]) > _indentation(header)
    return deeper and header.split("#")[0].rstrip().endswith(":")


def _indentation(text: str) -> int:
    return len(text.expandtabs()) - len(text.expandtabs().lstrip(" "))
