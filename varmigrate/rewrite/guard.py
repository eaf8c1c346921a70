"""No fix is believed: what must hold between a text and its rewritten form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from varmigrate.model import Edit
from varmigrate.rewrite.imports import PRAGMA
from varmigrate.rewrite.tokens import comments

_WORD = re.compile(r"\w")


class Rejected(Exception):
    """A rewritten text failed its verification; the message says in which way."""


def verify(before: str, after: str, edits: Sequence[Edit]) -> None:
    """Check what can be checked without parsing. Raises Rejected.

    Nothing outside the edits may differ, no two words may run together at the border of an edit,
    and every comment must survive (a lint pragma may go with the import it speaks of).
    """
    shift = position = 0
    for edit in edits:
        kept = before[position : edit.start]
        if after[position + shift : edit.start + shift] != kept:
            raise Rejected("the text outside the edits changed")
        start = edit.start + shift
        end = start + len(edit.text)
        if after[start:end] != edit.text:
            raise Rejected("an edit was not made as planned")
        for border in (start, end):
            if border and _joined(after, border) and not _inside_word(before, edit):
                raise Rejected("two words ran together")
        shift += len(edit.text) - (edit.end - edit.start)
        position = edit.end
    if after[position + shift :] != before[position:]:
        raise Rejected("the text outside the edits changed")
    lost = Counter(_lasting(before)) - Counter(_lasting(after))
    if lost:
        raise Rejected(f"the comment `{next(iter(lost))}` would be lost")


def _lasting(text: str) -> list[str]:
    return [comment.rstrip() for _, comment in comments(text) if not PRAGMA.match(comment)]


def _joined(text: str, offset: int) -> bool:
    left, right = text[offset - 1 : offset], text[offset : offset + 1]
    return bool(left and right and _WORD.match(left) and _WORD.match(right))


def _inside_word(before: str, edit: Edit) -> bool:
    """Whether the edit itself begins or ends inside a word of the original text."""
    return any(border and _joined(before, border) for border in (edit.start, edit.end))
