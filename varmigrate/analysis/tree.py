"""A parsed file: the syntax tree, where each node stands in the text, and who its parent is.

Offsets come from writing the tree out again. That is the round-trip check as well: no place is told
in a text that is not what was written.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cached_property

import libcst as cst
from libcst._nodes.internal import CodegenState

from varmigrate.analysis.places import Places, written, written_by_libcst
from varmigrate.files.spellings import KEYWORD, Mask, mask

_NEWLINE = re.compile(r"\r\n|\r|\n")

# Where the parser is known to lose characters.
_STRAY = re.compile(r"\f|\r(?!\n)")
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


def nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all below it."""
    yield node
    for child in children(node):
        yield from nodes(child)


def own_nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """All nodes of a function's body, not those of functions and classes inside it."""
    body = node.body if isinstance(node, cst.FunctionDef) else node
    for child in children(body):
        if isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            continue
        yield child
        yield from own_nodes(child)


class _Unmasking(CodegenState):
    """Code generation that writes what stands in the file back into the tree of a masked text."""

    def __init__(self, module: cst.Module, text: str, masked: Mask) -> None:
        super().__init__(
            default_indent=module.default_indent, default_newline=module.default_newline
        )
        self.text = text
        self.masked = masked
        self.offset = 0
        self.keywords: list[cst.Name] = []

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.add_token(token)

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        self.offset += len(value)

    def pop_trailing_newline(self) -> None:
        if self.tokens:
            self.offset -= len(self.tokens.pop())

    def before_codegen(self, node: cst.CSTNode) -> None:
        # Nodes are frozen for those who have seen them; nobody has yet.
        if isinstance(node, cst.Name) and node.value == self.masked.word:
            object.__setattr__(node, "value", KEYWORD)
            self.keywords.append(node)
        elif isinstance(node, cst.Comment) or (
            isinstance(node, cst.Name) and node.value == self.masked.letter
        ):
            value = self.text[self.offset : self.offset + len(node.value)]
            object.__setattr__(node, "value", value)


class Tree:
    """A module with the offsets of its nodes.

    text: the decoded source. module: its libcst tree. `parents` is filled by the scope walk.
    keywords: the names that are a keyword today (`async`), in the order of the text.
    Where nodes stand is found out when it is first asked; that raises NotParsed when the text is
    not reproduced.
    """

    def __init__(
        self, text: str, module: cst.Module, masked: str, keywords: tuple[cst.Name, ...] = ()
    ) -> None:
        self.text = text
        self.module = module
        self.keywords = keywords
        self.parents: dict[int, cst.CSTNode] = {}
        self._masked = masked
        self._lines: list[int] | None = None

    @cached_property
    def _places(self) -> Places:
        """Where the nodes stand."""
        try:
            state = written(self.module)
            code = "".join(state.tokens)
            if code != self._masked:
                state = written_by_libcst(self.module)
                code = "".join(state.tokens)
        except RecursionError:
            raise NotParsed(1, "the code is nested too deeply to be analysed") from None
        if code != self._masked:
            raise NotParsed(*_difference(self._masked, code))
        return state.places()

    def ensure_reproduced(self) -> None:
        """Raise NotParsed when the text is not what the tree says."""
        assert self._places

    def start(self, node: cst.CSTNode) -> int:
        """Offset of the first character of `node`, its own parentheses included."""
        starts, _, offsets = self._places
        return offsets[starts[id(node)]]

    def end(self, node: cst.CSTNode) -> int:
        """Offset just behind `node`, its own parentheses included."""
        _, ends, offsets = self._places
        return offsets[ends[id(node)]]

    def code(self, node: cst.CSTNode) -> str:
        """The text of `node` as it stands in the file; of one from elsewhere, its code."""
        starts, ends, offsets = self._places
        if id(node) not in starts:
            return self.module.code_for_node(node)
        return self.text[offsets[starts[id(node)]] : offsets[ends[id(node)]]]

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
    """Parse a decoded source text, old spellings included (see `varmigrate.files.spellings`).

    Returns its `Tree`. Raises NotParsed when libcst refuses the text, or does not reproduce it.
    """
    try:
        return _parse(text, Mask(text))
    except NotParsed:
        masked = mask(text)
        if masked is None:
            raise
    if masked.refused is not None:
        raise NotParsed(masked.refused[0], f"not read past this line: {masked.refused[1]}")
    return _parse(text, masked)


def reparse(before: Tree, text: str, edits: Sequence[tuple[int, int, str]]) -> Tree:
    """Parse a text that was made from another by a few edits.

    edits: the start and the end of what is replaced, and what stands there now, in order and apart
    from each other. Only the top-level statements that hold one are parsed again; nodes of the
    others are in both trees. Returns and raises what `parse` of the text does.
    """
    try:
        body = None if before.keywords or "\f" in text else _spliced(before, text, edits)
    except Exception:
        # Whatever is wrong is told by the parser of the whole text.
        body = None
    if body is None:
        return parse(text)
    tree = Tree(text, before.module.with_changes(body=body), text)
    try:
        tree.ensure_reproduced()
    except NotParsed:
        # Where kinds of newlines are mixed the parts may differ in what is the usual one.
        return parse(text)
    return tree


def _spliced(
    before: Tree, text: str, edits: Sequence[tuple[int, int, str]]
) -> list[cst.SimpleStatementLine | cst.BaseCompoundStatement] | None:
    """The statements of a text made by edits; None when they cannot be told one by one."""
    module = before.module
    starts = [before.start(statement) for statement in module.body]
    end = before.end(module.body[-1]) if module.body else 0
    if not edits or not starts or edits[0][0] < starts[0] or edits[-1][1] >= end:
        return None
    # Of every run of statements that change: its first one, the one behind it, the growth in it.
    runs: list[list[int]] = []
    for first, last, new in edits:
        # What is put where a statement begins may as well end the one above.
        low = max(0, bisect_left(starts, first) - 1)
        high = bisect_right(starts, last)
        if runs and low <= runs[-1][1]:
            runs[-1][1] = max(runs[-1][1], high)
            runs[-1][2] += len(new) - (last - first)
        else:
            runs.append([low, high, len(new) - (last - first)])
    body: list[cst.SimpleStatementLine | cst.BaseCompoundStatement] = []
    position = shift = 0
    config = cst.PartialParserConfig(
        default_newline=module.default_newline, default_indent=module.default_indent
    )
    for low, high, growth in runs:
        body += module.body[position:low]
        begin, stop = starts[low] + shift, (starts[high] if high < len(starts) else end)
        shift += growth
        part = cst.parse_module(text[begin : stop + shift], config)
        if not part.body or part.footer or not part.has_trailing_newline:
            return None
        first_line = part.body[0]
        above = (*part.header, *first_line.leading_lines)
        body += [first_line.with_changes(leading_lines=above), *part.body[1:]]
        position = high
    return [*body, *module.body[position:]]


def _parse(text: str, masked: Mask) -> Tree:
    try:
        module = cst.parse_module(_without_page_breaks(masked.text))
    except cst.ParserSyntaxError as error:
        raise NotParsed(*_plain(text, masked.text, error)) from None
    except RecursionError:
        raise NotParsed(1, "the code is nested too deeply to be analysed") from None
    except Exception as error:
        raise NotParsed(1, f"the parser failed on it ({type(error).__name__})") from None
    keywords = _unmask(module, text, masked) if masked.text != text else ()
    tree = Tree(text, module, _without_page_breaks(text), keywords)
    if masked.text != text or _STRAY.search(text):
        tree.ensure_reproduced()
    return tree


def _without_page_breaks(text: str) -> str:
    # The parser loses a form feed on a line of its own; a blank of the same width stands in for it.
    if "\f" not in text:
        return text
    return _PAGE_BREAK.sub(lambda match: " " * len(match.group()), text)


def _unmask(module: cst.Module, text: str, masked: Mask) -> tuple[cst.Name, ...]:
    """Write the text into the tree of its masked form; gives the names that are keywords today."""
    state = _Unmasking(module, text, masked)
    try:
        module._codegen(state)
    except RecursionError:
        raise NotParsed(1, "the code is nested too deeply to be analysed") from None
    return tuple(state.keywords)


def _plain(text: str, readable: str, error: cst.ParserSyntaxError) -> tuple[int, str]:
    """Line and plain words for a syntax error; Python's own parser is better at both.

    readable: the text as it was parsed.
    """
    line, reason = max(1, error.raw_line), "not valid syntax"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(readable)
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


def is_target(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether an attribute or an item is bound (or deleted) where it stands, also among others."""
    current = node
    while True:
        above = tree.parent(current)
        if isinstance(above, (cst.AssignTarget, cst.AsName, cst.Del)):
            return True
        if isinstance(above, (cst.AnnAssign, cst.AugAssign, cst.For, cst.CompFor)):
            return above.target is current
        if above is None or not isinstance(
            above, (cst.Tuple, cst.List, cst.Element, cst.StarredElement)
        ):
            return False
        current = above


def statement_of(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    """The small statement or the compound statement whose header holds `node`."""
    current: cst.CSTNode = node
    while True:
        parent = tree.parent(current)
        if parent is None or isinstance(current, (cst.BaseSmallStatement, cst.BaseStatement)):
            return current
        current = parent
