"""Signs that a text was written for Python 2, and what helps.

Most of them are errors of syntax today. A few are not: `except A, b:` is taken by grammars that
allow exceptions without parentheses, and then means something else.
"""

from __future__ import annotations

import ast
import builtins
import re
import shlex
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from varmigrate.files.spellings import Token, mask, tokens

_NEWLINE = re.compile(r"\r\n?|\n")
# One by one: a search for a fixed beginning costs a fraction of one for several.
_UNUSUAL = (
    re.compile(r"except(?!\w)[ \t]*(?!\([^()\n]*\)[ \t]*(?:as\b|:))[^#\n:]*,"),
    re.compile(r"print[ \t]*>>"),
    re.compile(r"exec(?!\w)"),
)
_OLD_NUMBER = re.compile(r"0[0-7]*[1-7][0-7]*[lL]?|(?:\d+|0[xXoObB][\da-fA-F]+)[lL]")
_UNICODE_RAW = re.compile(r"[uU][rR][\"']")
# Words that may follow a name in an expression.
_OPERATORS = frozenset(("and", "else", "if", "in", "is", "or"))


@dataclass(frozen=True, slots=True)
class Sign:
    """The first line that only Python 2 reads as it was meant.

    line: 1-based. what: in words. tabs: whether it is the indentation.
    """

    line: int
    what: str
    tabs: bool = False

    def advice(self, path: str) -> str:
        """The one command that helps. path: of the file, as the user knows it."""
        name = shlex.quote(path)
        if self.tabs:
            return f"turn its tabs into blanks, `expand -i -t 8 {name}` writes it to the output"
        return (
            f"convert it with `python -m fissix -w -n {name}` (after `pip install fissix`; 2to3 is "
            "not part of Python any more)"
        )


def broken_sign(text: str) -> Sign | None:
    """The first sign of Python 2 in a text that does not parse; None when there is none."""
    found = _first(text, parsed=False)
    if found is not None:
        return found
    masked = mask(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text if masked is None else masked.text)
    except TabError as error:
        return Sign(error.lineno or 1, "tabs and blanks mixed in the indentation", tabs=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    return None


def hidden_sign(text: str) -> Sign | None:
    """The first sign of Python 2 that a parser of today takes for something else.

    text: any source, also one that parses. Quick where there is nothing of the kind.
    """
    if not any(unusual.search(text) for unusual in _UNUSUAL):
        return None
    return _first(text, parsed=True)


def _first(text: str, parsed: bool) -> Sign | None:
    for statement in _statements(text):
        found = _clause(statement, text) or _in_statement(statement, parsed)
        if found is None and not parsed:
            found = _in_expression(statement) or _tuple_parameter(statement)
        if found is not None:
            token, what = found
            return Sign(len(_NEWLINE.findall(text, 0, token.start)) + 1, what)
    return None


def _statements(text: str) -> Iterator[list[Token]]:
    """The tokens of each statement; the header of a compound one is a statement of its own."""
    found: list[Token] = []
    for token in tokens(text):
        if token.begins and found:
            yield found
            found = []
        found.append(token)
        if token.depth == 0 and token.text in (":", ";"):
            yield found
            found = []
    if found:
        yield found


_Found = tuple[Token, str]


def _in_statement(statement: list[Token], parsed: bool) -> _Found | None:
    """Statements that are functions now, and `raise` with a comma."""
    first = statement[0]
    if first.text not in ("print", "exec", "raise") or len(statement) < 2:
        return None
    if first.text == "raise":
        comma = any(token.text == "," and token.depth == 0 for token in statement)
        return (first, "`raise` with a comma") if comma and not parsed else None
    second = statement[1]
    what = f"`{first.text}` as a statement"
    if first.text == "print" and second.text == ">>":
        return first, what
    if first.text == "exec" and second.text == "(":
        close = next((i for i, t in enumerate(statement) if t.kind == "close" and not t.depth), 0)
        after = statement[close + 1 : close + 2]
        return (first, what) if close and after and after[0].text == "in" else None
    if parsed:
        return None
    word = second.kind == "word" and second.text not in _OPERATORS
    return (first, what) if word or second.kind in ("string", "number") else None


def _clause(statement: list[Token], text: str) -> _Found | None:
    """`except A, b:`, unless it names two exceptions, as it may from Python 3.14 on."""
    commas = [i for i, token in enumerate(statement) if token.text == "," and token.depth == 0]
    if statement[0].text != "except" or len(commas) != 1 or statement[1].text == "*":
        return None
    second = [token for token in statement[commas[0] + 1 :] if token.text != ":"]
    if not second or (second[0].text != "(" and len(second) > 1):
        return None
    name = second[0].text
    known = getattr(builtins, name, None)
    if isinstance(known, type) and issubclass(known, BaseException):
        return None
    if second[0].kind == "word" and re.search(
        rf"^[ \t]*(?:(?:from|import)\b[^\n]*\b|class[ \t]+){name}\b", text, re.M
    ):
        return None
    return statement[0], "`except` with a comma before the name"


def _in_expression(statement: list[Token]) -> _Found | None:
    for token in statement:
        if token.text == "`":
            return token, "an expression in backticks"
        if token.text == "<>":
            return token, "`<>` for `!=`"
        if token.kind == "number" and _OLD_NUMBER.fullmatch(token.text):
            return token, f"the number `{token.text}`"
        if token.kind == "string" and _UNICODE_RAW.match(token.text):
            return token, f"a string with the prefix `{token.text[:2]}`"
    return None


def _tuple_parameter(statement: list[Token]) -> _Found | None:
    """A parenthesis in the place of a parameter."""
    for index, token in enumerate(statement):
        if token.kind != "word" or token.text not in ("def", "lambda"):
            continue
        inside = token.depth + (token.text == "def")
        for before, after in pairwise(statement[index:]):
            if after.depth == token.depth and (after.text == ":" or after.kind == "close"):
                break
            opens = before.text in (",", "lambda") or (before.text == "(" and inside > token.depth)
            if after.text == "(" and after.depth == inside and opens:
                return after, "a tuple in the place of a parameter"
    return None
