"""A parsed file: the syntax tree, where each node stands in the text, and who its parent is.

Offsets come from one pass of libcst's own code generator that counts what it emits. The same pass
is the round-trip check: the file is trusted only when what was emitted is what was read.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_right
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields

import libcst as cst
from libcst._nodes.internal import CodegenState

_NEWLINE = re.compile(r"\r\n|\r|\n")

_PAGE_BREAK = re.compile(r"^[ \t]*\f[ \t\f]*(?=\r?$)", re.MULTILINE)

# Fields that never hold an expression or a statement; everything else is walked.
_TRIVIA = re.compile(
    r"whitespace|lpar|rpar|leading_lines|lines_after|header|footer|comma|semicolon|trailing|"
    r"equal|dot|indent|asynchronous|newline|comment|lbra|rbra|colon|star$|conversion|separator|"
    r"first_|second_|posonly_ind|relative|encoding|default_indent|default_newline|has_trailing|"
    r"start|end$"
)
_CHILD_FIELDS: dict[type, tuple[str, ...]] = {}


class NotParsed(Exception):
    """The text is not a program that can be read and reproduced exactly.

    line: 1-based line of the trouble. message: plain words.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def child_fields(kind: type) -> tuple[str, ...]:
    """The names of the fields of a libcst node class that hold expressions or statements."""
    names = _CHILD_FIELDS.get(kind)
    if names is None:
        names = tuple(f.name for f in fields(kind) if not _TRIVIA.match(f.name))
        if kind in (cst.BinaryOperation, cst.BooleanOperation, cst.UnaryOperation, cst.AugAssign):
            names = tuple(name for name in names if name != "operator")
        _CHILD_FIELDS[kind] = names
    return names


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The expressions and statements directly below `node`, in field order."""
    found: list[cst.CSTNode] = []
    for name in child_fields(node.__class__):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            found.append(value)
        elif isinstance(value, (tuple, list)):
            found.extend(item for item in value if isinstance(item, cst.CSTNode))
    return found


_NO_CONTEXT = nullcontext()


class _Positions(CodegenState):
    """Code generation that notes the offset at which every node begins and ends."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(
            default_indent=module.default_indent, default_newline=module.default_newline
        )
        self.offset = 0
        self.starts: dict[int, int] = {}
        self.ends: dict[int, int] = {}

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.tokens.append(token)
            self.offset += len(token)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def pop_trailing_newline(self) -> None:
        if self.tokens:
            self.offset -= len(self.tokens.pop())

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, **bounds: object
    ) -> AbstractContextManager[None]:
        # The one of the base class makes a generator for every statement, for nothing.
        return _NO_CONTEXT

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.starts[id(node)] = self.offset

    def after_codegen(self, node: cst.CSTNode) -> None:
        self.ends[id(node)] = self.offset


class Tree:
    """A module with the offsets of its nodes.

    text: the decoded source. module: its libcst tree. `parents` is filled by the scope walk.
    """

    def __init__(self, text: str, module: cst.Module, starts: dict[int, int], ends: dict[int, int]):
        self.text = text
        self.module = module
        self.parents: dict[int, cst.CSTNode] = {}
        self._starts = starts
        self._ends = ends
        self._lines: list[int] | None = None

    def start(self, node: cst.CSTNode) -> int:
        """Offset of the first character of `node`, its own parentheses included."""
        return self._starts[id(node)]

    def end(self, node: cst.CSTNode) -> int:
        """Offset just behind `node`, its own parentheses included."""
        return self._ends[id(node)]

    def code(self, node: cst.CSTNode) -> str:
        """The text of `node` as it stands in the file; of one from elsewhere, its code."""
        if id(node) not in self._starts:
            return self.module.code_for_node(node)
        return self.text[self._starts[id(node)] : self._ends[id(node)]]

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node directly above, or None for the module."""
        return self.parents.get(id(node))

    def line_starts(self) -> list[int]:
        """Offsets at which the lines begin (LF, CRLF and lone CR end a line)."""
        if self._lines is None:
            self._lines = [0, *(match.end() for match in _NEWLINE.finditer(self.text))]
        return self._lines

    def place(self, offset: int) -> tuple[int, int]:
        """1-based line and column of an offset."""
        lines = self.line_starts()
        line = bisect_right(lines, offset)
        return line, offset - lines[line - 1] + 1

    def line(self, node: cst.CSTNode) -> int:
        """1-based line on which `node` begins, blank and comment lines above it not counted."""
        above = getattr(node, "leading_lines", ())
        return self.place(self.end(above[-1]) if above else self.start(node))[0]

    def line_text(self, line: int) -> str:
        """The text of a 1-based line, without its newline."""
        lines = self.line_starts()
        end = lines[line] if line < len(lines) else len(self.text)
        return self.text[lines[line - 1] : end].rstrip("\r\n")


def parse(text: str) -> Tree:
    """Parse a decoded source text.

    Returns its `Tree`. Raises NotParsed when libcst refuses the text, or does not reproduce it.
    """
    # The parser loses a form feed on a line of its own; a blank of the same width stands in for it.
    masked = _PAGE_BREAK.sub(lambda match: " " * len(match.group()), text) if "\f" in text else text
    try:
        module = cst.parse_module(masked)
    except cst.ParserSyntaxError as error:
        raise NotParsed(*_plain(text, error)) from None
    except RecursionError:
        raise NotParsed(1, "the code is nested too deeply to be analysed") from None
    except Exception as error:
        raise NotParsed(1, f"the parser failed on it ({type(error).__name__})") from None
    state = _Positions(module)
    try:
        module._codegen(state)
    except RecursionError:
        raise NotParsed(1, "the code is nested too deeply to be analysed") from None
    written = "".join(state.tokens)
    if written != masked:
        raise NotParsed(*_difference(masked, written))
    return Tree(text, module, state.starts, state.ends)


def _plain(text: str, error: cst.ParserSyntaxError) -> tuple[int, str]:
    """Line and plain words for a syntax error; Python's own parser is better at both."""
    line, reason = max(1, error.raw_line), "not valid syntax"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as own:
        line, reason = own.lineno or line, own.msg
    except (ValueError, RecursionError, MemoryError):
        pass
    lines = text.split("\n", line)
    shown = lines[line - 1].strip()[:80] if len(lines) >= line else ""
    return line, f"not valid Python 3 ({reason})" + (f": `{shown}`" if shown else "")


def _difference(text: str, written: str) -> tuple[int, str]:
    shared = next(
        (i for i, (a, b) in enumerate(zip(text, written, strict=False)) if a != b),
        min(len(text), len(written)),
    )
    line = len(_NEWLINE.findall(text, 0, shared)) + 1
    return line, (
        "the parser does not reproduce this file exactly (a form feed or a stray carriage return "
        "does this), so it is left alone"
    )


def statement_of(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    """The small statement or the compound statement whose header holds `node`."""
    current: cst.CSTNode = node
    while True:
        parent = tree.parent(current)
        if parent is None or isinstance(current, (cst.BaseSmallStatement, cst.BaseStatement)):
            return current
        current = parent
