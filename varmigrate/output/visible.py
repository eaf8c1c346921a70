"""Text that others wrote (source, file names), made safe to show on a terminal."""

from __future__ import annotations

_NAMED = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
# Joiners are invisible, but scripts and emoji need them, and they move nothing.
_JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    """Return `text` with each character that would act instead of show written as an escape.

    Those are control characters (ESC, C1, newlines, tabs), bidirectional overrides and other
    invisible format characters, line separators and lone surrogates: `\\x1b`, `\\u202e`, `\\n`.
    """
    if text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def visible_lines(text: str) -> str:
    """Return `text` as `visible` makes it, but with its lines (at \\n or \\r\\n) and tabs."""
    lines = (line.removesuffix("\r").split("\t") for line in text.split("\n"))
    return "\n".join("\t".join(map(visible, parts)) for parts in lines)


def _visible_character(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    if character in _NAMED:
        return _NAMED[character]
    # Of the separators, the spaces (no-break, ideographic, ...) are harmless.
    if character.isspace() and ord(character) >= 0xA0 and character not in "\u2028\u2029":
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
