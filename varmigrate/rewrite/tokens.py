"""A light scan of Python text for strings, comments, brackets and newlines."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\r\n]*)
  | (?P<string>(?i:\b[rbuft]{1,2})?(?:
        \"\"\"(?:\\.|[^\\])*?\"\"\" | '''(?:\\.|[^\\])*?'''
      | "(?:\\.|[^"\\\r\n])*" | '(?:\\.|[^'\\\r\n])*'))
  | (?P<open>[(\[{])
  | (?P<close>[)\]}])
  | (?P<joined>\\(?:\r\n|\r|\n))
  | (?P<newline>\r\n|\r|\n)
    """,
    re.VERBOSE | re.DOTALL,
)


def scan(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (kind, start, end): comment, string, open, close, joined (backslash), newline."""
    for match in _TOKEN.finditer(text):
        yield str(match.lastgroup), match.start(), match.end()


def comments(text: str) -> list[tuple[int, str]]:
    """The comments of a text with their offsets, strings not mistaken for them."""
    if "#" not in text:
        return []
    return [(start, text[start:end]) for kind, start, end in scan(text) if kind == "comment"]


def breaks_line(text: str) -> bool:
    """Whether a line of `text` ends outside all of its brackets and strings."""
    depth = 0
    for kind, _, _ in scan(text):
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "newline" and depth == 0:
            return True
    return False
