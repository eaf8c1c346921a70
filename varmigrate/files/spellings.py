"""Old spellings that no parser of today takes, made readable without moving a character.

`async` was a name until Python 3.7, and a script saved from a notebook may hold lines of IPython.
Both are masked: something of the same length stands in their place while the text is parsed, so
offsets are those of the file. What stands there occurs nowhere else in the text, and never leaves
the parsers: see `varmigrate.analysis.tree.parse` and `python_tree`.
"""

from __future__ import annotations

import ast
import itertools
import re
import string
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

KEYWORD: Final = "async"
"""The word that is a name in old code and a keyword today."""

_TOKEN = re.compile(
    r"""
    (?P<space>   [ \t\f]++ | \\(?:\r\n|\r|\n) | \#[^\r\n]*+ )
  | (?P<newline> \r\n? | \n )
  | (?P<string>  (?i:[rbuft]{0,2})(?:
        \"{3} [^"\\]*+ (?:(?:\\.?|"(?!"")) [^"\\]*+)*+ (?:\"{3}|\Z)
    |   '{3}  [^'\\]*+ (?:(?:\\.?|'(?!'')) [^'\\]*+)*+ (?:'{3}|\Z)
    |   "     [^"\\\r\n]*+ (?:\\(?:\r\n|.)? [^"\\\r\n]*+)*+ "?
    |   '     [^'\\\r\n]*+ (?:\\(?:\r\n|.)? [^'\\\r\n]*+)*+ '? ) )
  | (?P<number>  \.?\d(?:[eE][-+]\d|[\w.])*+ )
  | (?P<word>    \w++ )
  | (?P<open>    [(\[{] )
  | (?P<close>   [)\]}] )
  | (?P<symbol>  <> | >> | . )
    """,
    re.VERBOSE | re.DOTALL,
)

# Before these words an operand is missing, so that `async` behind one is an operand itself.
_WANTING = frozenset(
    "and as assert await del elif else for from if import in is lambda not or print raise return "
    "while with yield".split()
)

# Lines of IPython that bind no Python name and run no code of the file.
_QUIET = frozenset(
    "alias autoreload autosave bookmark cd colors conda config debug dirs doctest_mode env gui "
    "load_ext logstart logstop ls lsmagic mamba man matplotlib micromamba mkdir mv notebook page "
    "pdb pinfo pip popd precision pushd pwd pycat quickref reload_ext rm rmdir set_env sx system "
    "tensorboard unload_ext uv watermark who whos xmode".split()
)
# Those that speak of a whole cell, which is run as it stands.
_QUIET_FOR_CELLS = frozenset({"capture", "time"})
_LINE_OF_IPYTHON = re.compile(
    r"(?P<marks>%%?|!!?)[ \t]*(?P<name>\w*)(?P<rest>(?:[^\r\n\\]|\\(?:\r\n|\r|\n)?)*+)"
    r"|\?[^\r\n]+|[\w.*]+\?\??(?=[ \t]*(?:[\r\n]|\Z))"
)
_JOINED = re.compile(r"\\(?:\r\n|\r|\n)")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text: its kind, and the offsets of its first character and behind its last one.

    depth: the brackets around it, those it opens or closes itself not included. begins: whether a
    logical line begins with it.
    """

    kind: str
    text: str
    start: int
    end: int
    depth: int
    begins: bool


@dataclass(frozen=True, slots=True)
class Mask:
    """A text with masks in it.

    text: of the same length. word: what stands for `async`; letter: for the beginning of a line of
    IPython; each is empty where nothing stands for it. refused: the line of the first line of
    IPython that may change what names mean, and why it is not masked.
    """

    text: str
    word: str = ""
    letter: str = ""
    refused: tuple[int, str] | None = None


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text in order, blanks, comments and continuations left out.

    A line of IPython is one token. Takes any text, in time that grows with it.
    """
    depth = position = 0
    begins, before = True, ""
    while position < len(text):
        match = (
            _LINE_OF_IPYTHON.match(text, position)
            if depth == 0 and (begins or before == "=")
            else None
        )
        if match is not None and (begins or match["marks"]):
            yield Token("ipython", match.group(), position, match.end(), 0, begins)
            position, begins, before = match.end(), False, ""
            continue
        match = _TOKEN.match(text, position)
        assert match is not None
        kind, position = str(match.lastgroup), match.end()
        if kind == "space":
            continue
        if kind == "newline":
            begins = begins or depth == 0
            before = "" if begins else before
            continue
        before = match.group()
        if kind == "close":
            depth = max(0, depth - 1)
        yield Token(kind, before, match.start(), position, depth, begins and depth == 0)
        if kind == "open":
            depth += 1
        begins = False


def mask(text: str) -> Mask | None:
    """Hide what only an older Python, or IPython, reads.

    text: decoded source that does not parse as it is. Returns None when there is nothing to hide.
    """
    if not any(sign in text for sign in (KEYWORD, "%", "!", "?")):
        return None
    words: list[int] = []
    lines: list[Token] = []
    refused: tuple[int, str] | None = None
    before: Token | None = None
    for token in tokens(text):
        if token.kind == "ipython":
            lines.append(token)
            reason = _refusal(token.text)
            if reason is not None and refused is None:
                refused = (_line(text, token.start), reason)
        elif token.text == KEYWORD and not _is_keyword(text, token, before):
            words.append(token.start)
        before = token
    if not words and not lines:
        return None
    characters = list(text)
    word = _unused_word(text) if words else ""
    letter = _unused_letter(text) if lines else ""
    for start in words:
        characters[start : start + len(word)] = word
    for token in lines:
        characters[token.start] = letter
        # A name, and the rest is its comment; so are the lines that a backslash joins to it.
        for start in (token.start + 1, *(m.end() for m in _JOINED.finditer(text, *_span(token)))):
            if start < token.end:
                characters[start] = "#"
    return Mask("".join(characters), word, letter, refused)


def python_tree(text: str) -> ast.Module:
    """Parse a decoded source text with Python's own parser, old spellings included.

    In the tree `async` is a name like any other. Raises what `ast.parse` raises.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except SyntaxError:
            masked = mask(text)
            if masked is None:
                raise
            module = ast.parse(masked.text)
    for node in ast.walk(module):
        if not isinstance(node, ast.Constant):
            _unmask(node, masked)
    return module


def _unmask(node: ast.AST, masked: Mask) -> None:
    """Write the names of a node as they stand in the file."""
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, str):
            if masked.word and masked.word in value:
                setattr(node, field, value.replace(masked.word, KEYWORD))
            elif masked.letter and value == masked.letter:
                setattr(node, field, "%")
        elif isinstance(value, list) and masked.word in value:
            setattr(node, field, [KEYWORD if item == masked.word else item for item in value])


# -- `async` -------------------------------------------------------------------------------------


def _is_keyword(text: str, token: Token, before: Token | None) -> bool:
    """Whether `async` begins an asynchronous function, loop, block or comprehension."""
    found = tokens(text[token.start : token.start + 200])
    next(found)
    after = next(found, None)
    if after is None or after.text not in ("def", "for", "with"):
        return False
    if token.depth == 0:
        return token.begins and not after.begins
    # In brackets only a comprehension has one, and it comes behind the end of an operand.
    if after.text != "for" or before is None:
        return False
    if before.kind == "word":
        return before.text not in _WANTING
    return before.kind in ("close", "number", "string")


def _unused_word(text: str) -> str:
    """An identifier as long as `async` that is nowhere in the text, be it as a part of a word."""
    letters = string.ascii_lowercase
    words = map("".join, itertools.product(letters, repeat=len(KEYWORD) - 1))
    return next(f"z{word}" for word in words if f"z{word}" not in text)


# -- lines of IPython ----------------------------------------------------------------------------


def _span(token: Token) -> tuple[int, int]:
    return token.start, token.end


def _refusal(line: str) -> str | None:
    """Why a line of IPython cannot be passed over; None when it can."""
    match = _LINE_OF_IPYTHON.match(line)
    if match is None or not (match["marks"] or "").startswith("%"):
        return None
    name = match["name"]
    shown = match["marks"] + name
    if match["marks"] == "%%":
        quiet = name in _QUIET_FOR_CELLS and not match["rest"].strip()
        return None if quiet else f"`{shown}` says what becomes of the lines below it"
    return None if name in _QUIET else f"`{shown}` may run code or bind names"


def _unused_letter(text: str) -> str:
    """An identifier of one character that is no word of the text."""
    words = set(re.findall(r"\w+", text))
    letters = itertools.chain("Z", string.ascii_letters, map(chr, range(0x100, 0x3000)))
    return next(
        letter
        for letter in letters
        if letter.isidentifier()
        and letter not in words
        and unicodedata.normalize("NFKC", letter) == letter
    )


def _line(text: str, offset: int) -> int:
    """The 1-based line of an offset."""
    return len(re.findall(r"\r\n?|\n", text[:offset])) + 1
