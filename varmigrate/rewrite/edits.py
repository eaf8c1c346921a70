"""Applying edits: one pass over the text, refusing anything that overlaps."""

from __future__ import annotations

from collections.abc import Iterable

from varmigrate.model import Edit


class Conflict(Exception):
    """Two edits claim the same text."""


def merge(edits: Iterable[Edit]) -> list[Edit]:
    """Sort edits and drop repeated ones. Raises Conflict when two of them overlap."""
    ordered = sorted(dict.fromkeys(edits), key=lambda edit: (edit.start, edit.end))
    last = 0
    for edit in ordered:
        if edit.start < last or edit.end < edit.start:
            raise Conflict(f"two rewrites claim the text at offset {edit.start}")
        last = edit.end
    return ordered


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made. Raises Conflict when two of them overlap."""
    pieces: list[str] = []
    position = 0
    for edit in merge(edits):
        pieces.append(text[position : edit.start])
        pieces.append(edit.text)
        position = edit.end
    pieces.append(text[position:])
    return "".join(pieces)
