"""Keeping deep code from the parser, and room on the stack for what gets through.

The parser's stack overflows, which kills the process, from about 1,200 nested brackets; its time is
quadratic to cubic in the depth of most constructs, and exponential in that of the targets of `del`
and of `case` patterns. So the depth of a text is bounded from its tokens before it is parsed.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

MOST_BRACKETS: Final = 200
"""How deep brackets may be nested; CPython's own limit."""
MOST_DEPTH: Final = 1000
"""How deep a tree may become, by a bound that counts too much rather than too little."""
MOST_EXPONENTIAL: Final = 8
"""How deep brackets may be nested in a `case` pattern and after `del`."""

_BRACKETS = f"brackets are nested more than {MOST_BRACKETS} deep"
_DEPTH = f"an expression is nested more than {MOST_DEPTH:,} deep"
_CHAIN = f"more than {MOST_DEPTH:,} `elif` hang on one another"
_EXPONENTIAL = f"brackets are nested more than {MOST_EXPONENTIAL} deep in a `{{}}` statement"


def _flat_lines() -> str:
    """The expression for a run of lines that cannot be deep and need no closer look.

    Each is a logical line of its own of at most 400 characters with brackets at most three deep;
    or it is a string in triple quotes.
    """
    # The prefix of an f-string leads to the closer look, and so do triple quotes.
    string = "|".join(
        rf"(?<![fFtT])(?<![fFtT][rR]){q}(?!{q}{q})[^{q}\\\r\n]*+(?:\\[^\r\n][^{q}\\\r\n]*+)*+{q}"
        for q in "\"'"
    )
    flat = rf"""(?:[^\r\n()\[\]{{}}"'#\\]++|{string})*+"""
    content = flat
    for _ in range(3):
        content = rf"{flat}(?:[(\[{{]{content}[)\]}}]{flat})*+"
    line = rf"(?=[^\r\n]{{0,400}}+[\r\n]){content}(?:\#[^\r\n]*+)?(?:\r\n?|\n)"
    documentation = "|".join(
        rf"""[ \t]*+[rR]?{q * 3}[^{q}\\]*+{q * 3}[ \t]*+(?:\r\n?|\n)""" for q in "\"'"
    )
    return rf"(?:{line}|{documentation})*+"


_FLAT_LINES = _flat_lines()

# A token that matters, after what does not. Every alternative must match whatever follows its first
# character, so that no place is looked at twice: an unterminated string ends with the line, or in
# triple quotes with the text.
_ANY_TOKEN = r"""
(?: [ \t\f=!$?`%s]++ | (?!(?: and | or | not | else | for | lambda | del )(?!\w)) [^\W\d]\w*+
    | \d++ | <(?!<) | >(?!>) | \.(?=\d) )*+
(?: (?P<string>
        \"{3} [^"\\]*+ (?:(?:\\(?:\r\n|.)?|"(?!"")) [^"\\]*+)*+ (?:\"{3}|\Z)
    |   '{3}  [^'\\]*+ (?:(?:\\(?:\r\n|.)?|'(?!'')) [^'\\]*+)*+ (?:'{3}|\Z)
    |   "     [^"\\\r\n]*+ (?:\\(?:\r\n|.)? [^"\\\r\n]*+)*+ "?
    |   '     [^'\\\r\n]*+ (?:\\(?:\r\n|.)? [^'\\\r\n]*+)*+ '?
    )
|   (?P<open>  [(\[{] )
|   (?P<close> [)\]}] )
|   (?P<comma> [,;] )
    # A statement never begins in brackets: if one does, the parser comes no further.
|   (?P<statement> (?:\r\n?|\n) (?=[ \t\f]*+ (?: def | class | import | return | raise | while
        | with | try | del | pass | break | continue | global | nonlocal | assert )(?!\w)) )
|   (?P<newline> \r\n? | \n )
    # A lambda whose commas only separate parameters is taken up to its colon.
|   (?P<deeper> \*\*? | //? | << | >> | [-+%%@&|^~.] | (?: and | or | not | else )(?!\w)
    |   lambda(?!\w) (?:(?!lambda)[\w\s,*=.]){0,200}+ : )
|   (?P<lasting> for(?!\w) | lambda(?!\w) )
|   (?P<delete> del(?!\w) )
|   (?P<colon> : )
|   \#[^\r\n]*+
|   \\(?:\r\n|.)?
|   .
|   \Z
)"""
# Colons matter only in the fields of f-strings.
_TOKEN_IN_FIELD = _ANY_TOKEN % ""
_TOKEN = _ANY_TOKEN % ":"
_FLAGS: Final = re.VERBOSE | re.DOTALL

_CASE = r"[ \t\f]*+case(?!\w)(?=[ \t]*+[^\s=.,:)\]])"
_FORMATTED = r"(?:^|\W)(?:[fFtT][rR]?|[rR][fFtT])$"


def _literals() -> dict[str, str]:
    """How the text of an f-string runs up to its next field or its end, by its quotes.

    A key with a colon in front is for the format specification of a field. The group holds what
    ended the text: a brace, the quotes, or nothing where the text is broken off.
    """
    literals = {}
    for quote in ('"', "'", '"""', "'''"):
        one = quote[0]
        more = "" if quote == one else rf"|[\r\n]|{one}(?!{one}{one})"
        text = rf"[^{{}}{one}\\\r\n]++|\\(?:\r\n|[^{{}}])?{more}"
        field = r"\{[\w.]{1,60}+(?:![rsa])?(?::[^{}\"'\\\r\n]{0,40}+)?\}"
        literals[quote] = rf"(?:{text}|\{{\{{|\}}|{field})*+(\{{|{quote}|)"
        literals[":" + quote] = rf"(?:{text})*+(\{{|\}}|{quote}|)"
    return literals


_LITERALS = _literals()


def too_deep(text: str) -> tuple[int, str] | None:
    """Whether a text is too deep to be parsed; takes time in proportion to its length.

    Returns None for a text that may be parsed (with `with_deep_stack`), and otherwise the 1-based
    line of the statement that is too deep and the reason in plain words. What the parser cannot
    accept anyway may pass. Raises nothing, whatever the text.
    """
    # Few `elif` cannot nest deeply. All else that nests blocks is bounded by their indentation,
    # which the parser checks itself.
    chains = _Chains() if text.count("elif") > MOST_DEPTH // 4 else None
    flat_lines = re.compile(_FLAT_LINES)
    position = 0
    while position < len(text):
        start = position
        if chains is None:
            run = flat_lines.match(text, position)
            start = run.end() if run else position
        position, reason = _logical_line(text, start)
        if chains is not None and not reason and chains.add(text, start) > MOST_DEPTH:
            reason = _CHAIN
        if reason:
            return len(re.findall(r"\r\n?|\n", text[:start])) + 1, reason
    return None


class _Chains:
    """How deep `elif` hang on one another, given the logical lines of a text in their order."""

    def __init__(self) -> None:
        # Of each open block the indentation, and the length of the chain its last statement is in.
        self._blocks: list[tuple[int, int]] = []

    def add(self, text: str, start: int) -> int:
        """Take in the line that starts here; returns how many `elif` are above its statement."""
        first = re.compile(r"([ \t\f]*+)(?:(elif)(?!\w)|(else|except|finally)(?!\w)|[^\s#])").match(
            text, start
        )
        if first is None:
            return 0
        # A form feed starts the indentation anew.
        column = len(first[1].rpartition("\f")[2].expandtabs())
        length = 0
        while self._blocks and self._blocks[-1][0] >= column:
            indentation, chain = self._blocks.pop()
            if indentation == column and (first[2] or first[3]):
                length = chain
        self._blocks.append((column, length + bool(first[2])))
        return sum(chain for _, chain in self._blocks)


class _Line:
    """The depth of one logical line, token by token.

    It is a bound from above: every operator, link and bracket between two commas is taken to hang
    below all others there, and the deepest bracket among them below all of these.

    reason: why the line is too deep, empty while it is not. deeper: tokens since the last comma.
    after_string: whether the last of them was a string. lasting: what lies above every part between
    commas, because the commas after it separate no equals.
    """

    def __init__(self) -> None:
        self.reason = ""
        self.deeper = 0
        self.after_string = False
        self.lasting = 0
        # The deepest bracket since the last comma, and the deepest part before it.
        self._inner = 0
        self._best = 0
        # The same of the code around each open bracket, and how an f-string goes on after it.
        self._around: list[tuple[int, int, int, int, str]] = []
        self._most = MOST_BRACKETS
        self._too_many = _BRACKETS

    def explodes(self, word: str) -> None:
        """Allow fewer brackets: the parser's time in them, after this word, is exponential."""
        if not self._around:
            self._most = MOST_EXPONENTIAL
            self._too_many = _EXPONENTIAL.format(word)

    def open(self, literal: str = "") -> None:
        """Go into a bracket; `literal` is the key to how an f-string goes on after this field."""
        if len(self._around) == self._most:
            self.reason = self._too_many
        self._around.append((self.deeper, self._inner, self._best, self.lasting, literal))
        self.deeper = self._inner = self._best = self.lasting = 0
        self.after_string = False

    def close(self) -> str:
        """Leave a bracket; returns the `literal` it was opened with, empty without a bracket."""
        if not self._around:
            return ""
        depth = self._depth()
        self.deeper, inner, self._best, self.lasting, literal = self._around.pop()
        self._inner = max(inner, depth + 2 if literal else depth)
        self.after_string = False
        return literal

    def comma(self) -> None:
        """Begin a new part, beside the one before."""
        self._best = max(self._best, self.deeper + self._inner)
        self.deeper = self._inner = 0
        self.after_string = False

    def verdict(self) -> str:
        """Why the line that ends here is too deep; empty if it is not.

        Brackets that were never closed are not held against it: the parser refuses the line before
        it goes into them, and with a better reason.
        """
        if not self.reason and not self._around and self._depth() > MOST_DEPTH:
            return _DEPTH
        return self.reason

    def _depth(self) -> int:
        """The bound for what the innermost open bracket holds so far, or else for the line."""
        return self.lasting + max(self._best, self.deeper + self._inner)

    def bracket(self) -> str | None:
        """The key of the innermost open bracket: empty if it is no field; None without one."""
        return self._around[-1][4] if self._around else None

    def literal(self, text: str, position: int, key: str) -> int:
        """Go through the text of an f-string from here; returns where code begins again."""
        while key:
            found = re.compile(_LITERALS[key], re.DOTALL).match(text, position)
            position = found.end() if found else position
            end = found[1] if found else ""
            if end == "{":
                self.open(key)
                break
            if end == "}":
                key = self.close()
                continue
            if key.startswith(":"):
                self.close()
            self.after_string = True
            break
        return position


def _logical_line(text: str, start: int) -> tuple[int, str]:
    """Where the logical line that starts here ends, and why it is too deep, if it is."""
    line = _Line()
    if re.compile(_CASE).match(text, start):
        line.explodes("case")
    tokens = re.compile(_TOKEN, _FLAGS)
    position = start
    while position < len(text) and not line.reason:
        for token in tokens.finditer(text, position):
            kind = token.lastgroup
            position = token.end()
            if kind == "deeper":
                line.deeper += 1
                line.after_string = False
            elif kind == "open":
                line.deeper += 1
                line.open()
                if line.reason:
                    break
            elif kind == "close":
                if literal := line.close():
                    position = line.literal(text, position, literal)
                    break
            elif kind == "comma":
                line.comma()
            elif kind == "string":
                # Adjacent strings hang on one another.
                line.deeper += line.after_string
                line.after_string = True
                if quote := _formatted(text, token):
                    position = line.literal(text, token.start("string") + len(quote), quote)
                    tokens = re.compile(_TOKEN_IN_FIELD, _FLAGS)
                    break
            elif kind == "newline":
                if line.bracket() is None:
                    return position, line.verdict()
            elif kind == "statement":
                return position, line.verdict()
            elif kind == "lasting":
                line.lasting += 2
                line.after_string = False
            elif kind == "delete":
                line.explodes("del")
            elif kind == "colon" and (key := line.bracket()):
                position = line.literal(text, position, ":" + key.lstrip(":"))
                break
        else:
            position = len(text)
    return position, line.verdict()


def _formatted(text: str, string: re.Match[str]) -> str:
    """The opening quotes of a string that is an f-string with fields; else nothing."""
    start = string.start("string")
    if text[start - 1 : start] not in "fFtTrR" or "{" not in string["string"]:
        return ""
    if not re.compile(_FORMATTED).search(text[max(0, start - 3) : start]):
        return ""
    return text[start] * (3 if string["string"].startswith(text[start] * 3) else 1)


_STACK_SIZES = tuple(size << 20 for size in (256, 64, 16))
_RECURSION_LIMIT = 50_000

_lock = threading.Lock()
# The threads that run in `with_deep_stack`, and the recursion limit from before the first of them.
_deep: set[int] = set()
_limit_before = 0


def with_deep_stack(function: Callable[[], T]) -> T:
    """Call a function where everything `too_deep` lets through can be parsed and walked.

    It runs in a thread of its own with a large stack and a high recursion limit; inside such a
    thread it is called directly, and likewise, with the stack there is, where the system grants no
    thread. Returns what it returns and raises what it raises. An interrupt ends the waiting, not
    the function, which then goes on until it returns or the program ends.
    """
    if threading.get_ident() in _deep:
        return function()
    results: list[T] = []
    failures: list[BaseException] = []

    def work() -> None:
        _raise_limit()
        try:
            results.append(function())
        except BaseException as error:
            failures.append(error)
        finally:
            _restore_limit()

    thread = _started(work)
    if thread is None:
        return function()
    while thread.is_alive():
        # Not without a time limit: that would keep an interrupt waiting on some systems.
        thread.join(0.1)
    if failures:
        raise failures.pop()
    return results.pop()


def _started(work: Callable[[], None]) -> threading.Thread | None:
    """A started thread with the largest stack the system grants; None if it grants none."""
    for size in _STACK_SIZES:
        thread = threading.Thread(target=work, name="deep stack", daemon=True)
        with _lock:
            try:
                before = threading.stack_size(size)
            except ValueError:
                continue
            try:
                thread.start()
            except (RuntimeError, MemoryError):
                continue
            finally:
                threading.stack_size(before)
        return thread
    return None


def _raise_limit() -> None:
    """Count this thread in and raise the recursion limit, which all threads share."""
    global _limit_before
    with _lock:
        if not _deep:
            _limit_before = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_RECURSION_LIMIT, _limit_before))
        _deep.add(threading.get_ident())


def _restore_limit() -> None:
    """Count this thread out; the last one puts the recursion limit back."""
    with _lock:
        _deep.discard(threading.get_ident())
        if not _deep:
            sys.setrecursionlimit(_limit_before)
