"""Where the nodes of a syntax tree stand, found in less time than libcst's own generator takes.

The commonest nodes are written by the tables below: in a tree that comes from the parser each is
its fields in order, with fixed text between them, and what is left open is not in the text. All
others are written by libcst. Whether the result is the text is for the caller to see: a row that
was wrong would show there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from itertools import accumulate
from operator import attrgetter
from typing import Any, Final

import libcst as cst
from libcst._nodes.internal import CodegenState

_NO_CONTEXT = nullcontext()
_INDENT: Final = "\0"

# Class -> its fields in order; words in quotes are text, ^ is the indentation.
ROWS: Final = {
    cst.Name: "lpar value rpar",
    cst.Attribute: "lpar value dot attr rpar",
    cst.Integer: "lpar value rpar",
    cst.Float: "lpar value rpar",
    cst.SimpleString: "lpar value rpar",
    cst.Call: "lpar func whitespace_after_func '(' whitespace_before_args args ')' rpar",
    cst.Arg: "star whitespace_after_star keyword equal value comma whitespace_after_arg",
    cst.Subscript: "lpar value whitespace_after_value lbracket slice rbracket rpar",
    cst.SubscriptElement: "slice comma",
    cst.Index: "star whitespace_after_star value",
    cst.Slice: "lower first_colon upper second_colon step",
    cst.BinaryOperation: "lpar left operator right rpar",
    cst.BooleanOperation: "lpar left operator right rpar",
    cst.UnaryOperation: "lpar operator expression rpar",
    cst.Comparison: "lpar left comparisons rpar",
    cst.ComparisonTarget: "operator comparator",
    cst.Tuple: "lpar elements rpar",
    cst.List: "lpar lbracket elements rbracket rpar",
    cst.Dict: "lpar lbrace elements rbrace rpar",
    cst.Element: "value comma",
    cst.DictElement: "key whitespace_before_colon ':' whitespace_after_colon value comma",
    cst.Assign: "targets value semicolon",
    cst.AssignTarget: "target whitespace_before_equal '=' whitespace_after_equal",
    cst.AugAssign: "target operator value semicolon",
    cst.Expr: "value semicolon",
    cst.Return: "'return' whitespace_after_return value semicolon",
    cst.Import: "'import' whitespace_after_import names semicolon",
    cst.ImportAlias: "name asname comma",
    cst.SimpleStatementLine: "leading_lines ^ body trailing_whitespace",
    cst.For: (
        "leading_lines ^ asynchronous 'for' whitespace_after_for target whitespace_before_in 'in' "
        "whitespace_after_in iter whitespace_before_colon ':' body orelse"
    ),
    cst.Else: "leading_lines ^ 'else' whitespace_before_colon ':' body",
    cst.ClassDef: (
        "leading_lines decorators lines_after_decorators ^ 'class' whitespace_after_class name "
        "whitespace_after_name type_parameters whitespace_after_type_parameters lpar bases "
        "keywords rpar whitespace_before_colon ':' body"
    ),
    cst.Parameters: "posonly_params posonly_ind params star_arg kwonly_params star_kwarg",
    cst.TrailingWhitespace: "whitespace comment newline",
    cst.Comment: "value",
    cst.LeftParen: "'(' whitespace_after",
    cst.RightParen: "whitespace_before ')'",
    cst.LeftSquareBracket: "'[' whitespace_after",
    cst.RightSquareBracket: "whitespace_before ']'",
    cst.Comma: "whitespace_before ',' whitespace_after",
    cst.Dot: "whitespace_before '.' whitespace_after",
    cst.AssignEqual: "whitespace_before '=' whitespace_after",
    cst.Colon: "whitespace_before ':' whitespace_after",
    cst.Add: "whitespace_before '+' whitespace_after",
    cst.Subtract: "whitespace_before '-' whitespace_after",
    cst.Multiply: "whitespace_before '*' whitespace_after",
    cst.Divide: "whitespace_before '/' whitespace_after",
    cst.Equal: "whitespace_before '==' whitespace_after",
}

_FUNCTION: Final = (
    "leading_lines decorators lines_after_decorators ^ asynchronous 'def' whitespace_after_def "
    "name whitespace_after_name type_parameters whitespace_after_type_parameters '(' "
    "whitespace_before_params params ')' whitespace_before_colon ':' body"
)
_PARAMETER: Final = "star whitespace_after_star name equal default comma whitespace_after_param"
_IF: Final = "leading_lines ^ '{}' whitespace_before_test test whitespace_after_test ':' body"
_LINE: Final = "whitespace comment newline"

Places = tuple[dict[int, int], dict[int, int], list[int]]
"""The first token of each node and the one behind it, by its id; where each token begins."""


class Positions(CodegenState):
    """Code generation that notes, in tokens, where every node begins and ends."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(
            default_indent=module.default_indent, default_newline=module.default_newline
        )
        self.starts: dict[int, int] = {}
        self.ends: dict[int, int] = {}

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, **bounds: object
    ) -> AbstractContextManager[None]:
        # The one of the base class makes a generator for every statement, for nothing.
        return _NO_CONTEXT

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.starts[id(node)] = len(self.tokens)

    def after_codegen(self, node: cst.CSTNode) -> None:
        self.ends[id(node)] = len(self.tokens)

    def places(self) -> Places:
        """What was noted."""
        offsets = list(accumulate(map(len, self.tokens), initial=0))
        # The last line may have ended with a token that was taken back.
        return self.starts, self.ends, [*offsets, offsets[-1]]


def written_by_libcst(module: cst.Module) -> Positions:
    """The code of a module as libcst writes it."""
    state = Positions(module)
    module._codegen(state)
    return state


def written(module: cst.Module) -> Positions:
    """The code of a module from the parser. Blanks and line ends are not noted, all else is."""
    state = Positions(module)
    _Writer(state).module(module)
    return state


def _compiled(row: str) -> tuple[str, Callable[[Any], Any], tuple[str, ...]]:
    """What comes before the first field, how to get the fields, and what follows each.

    Behind a field there is text, at the beginning of which "\\0" stands for the indentation.
    """
    fields: list[str] = []
    behind: list[str] = [""]
    for part in row.split():
        if part == "^" or part.startswith("'"):
            behind[-1] += _INDENT if part == "^" else part.strip("'")
        else:
            fields.append(part)
            behind.append("")
    # One field alone would come without its tuple.
    get = attrgetter(*fields) if len(fields) > 1 else lambda node: (getattr(node, fields[0]),)
    return behind[0], get, tuple(behind[1:])


_Layout = tuple[str, Callable[[Any], Any], tuple[str, ...]]
_LAYOUTS: Final = {kind: _compiled(row) for kind, row in ROWS.items()}
_FUNCTION_LAYOUT: Final = _compiled(_FUNCTION)
_PARAMETER_LAYOUT: Final = _compiled(_PARAMETER)
_IF_LAYOUTS: Final = {test: _compiled(_IF.format(test)) for test in ("if", "elif")}
_LINE_LAYOUT: Final = _compiled(_LINE)
_BLANK: Final = cst.SimpleWhitespace
_NAME: Final = cst.Name
_OPEN: Final = cst.MaybeSentinel


class _Writer:
    """Writes the nodes of the tables, and hands the others to libcst."""

    def __init__(self, state: Positions) -> None:
        self.state = state
        self.starts = state.starts
        self.ends = state.ends
        self.tokens = state.tokens
        self.indent = ""
        self.special: dict[type, Callable[[Any], None]] = {
            cst.EmptyLine: self.empty_line,
            cst.FunctionDef: self.function,
            cst.If: self.if_,
            cst.IndentedBlock: self.block,
            cst.Newline: self.line_end,
            cst.Param: self.parameter,
            cst.ParenthesizedWhitespace: self.between_brackets,
        }

    def module(self, node: cst.Module) -> None:
        self.starts[id(node)] = 0
        self.all((*node.header, *node.body, *node.footer))
        if not node.has_trailing_newline:
            self.state.pop_trailing_newline()
        elif not self.tokens:
            self.tokens.append(node.default_newline)
        self.ends[id(node)] = len(self.tokens)

    def all(self, nodes: Iterable[cst.CSTNode]) -> None:
        for node in nodes:
            self.write(node)

    def write(self, node: Any) -> None:
        layout = _LAYOUTS.get(node.__class__)
        if layout is not None:
            self.noted(node, layout)
        else:
            self.special.get(node.__class__, self.other)(node)

    def noted(self, node: Any, layout: _Layout) -> None:
        """Write a node by its layout, and note where it stands."""
        starts, ends, tokens = self.starts, self.ends, self.tokens
        starts[id(node)] = len(tokens)
        text, values, behind = layout
        if text:
            tokens.append(text)
        for value, text in zip(values(node), behind, strict=False):
            kind = value.__class__
            if kind is _BLANK:
                if value.value:
                    tokens.append(value.value)
            elif kind is _NAME and not value.lpar:
                starts[id(value)] = len(tokens)
                tokens.append(value.value)
                ends[id(value)] = len(tokens)
            elif kind is tuple or kind is list:
                for item in value:
                    inner = _LAYOUTS.get(item.__class__)
                    if inner is not None:
                        self.noted(item, inner)
                    else:
                        self.write(item)
            elif kind is str:
                tokens.append(value)
            elif value is not None and kind is not _OPEN:
                inner = _LAYOUTS.get(kind)
                if inner is not None:
                    self.noted(value, inner)
                else:
                    self.write(value)
            if text:
                if text[0] == _INDENT:
                    tokens.append(self.indent)
                    text = text[1:]
                tokens.append(text)
        ends[id(node)] = len(tokens)

    def other(self, node: cst.CSTNode) -> None:
        """Have libcst write a node."""
        node._codegen(self.state)

    # -- nodes that are not always their fields in order ---------------------------------------

    def parameter(self, node: cst.Param) -> None:
        if node.annotation is None:
            self.noted(node, _PARAMETER_LAYOUT)
        else:
            node._codegen(self.state, default_star="")

    def function(self, node: cst.FunctionDef) -> None:
        if node.returns is None:
            self.noted(node, _FUNCTION_LAYOUT)
        else:
            self.other(node)

    def if_(self, node: cst.If, test: str = "if") -> None:
        self.noted(node, _IF_LAYOUTS[test])
        if isinstance(node.orelse, cst.If):
            self.if_(node.orelse, "elif")
        elif node.orelse is not None:
            self.write(node.orelse)
        self.ends[id(node)] = len(self.tokens)

    def block(self, node: cst.IndentedBlock) -> None:
        self.starts[id(node)] = len(self.tokens)
        self.write(node.header)
        outer, more = self.indent, node.indent
        more = self.state.default_indent if more is None else more
        self.indent += more
        self.state.increase_indent(more)
        self.all(node.body)
        self.all(node.footer)
        self.state.decrease_indent()
        self.indent = outer
        self.ends[id(node)] = len(self.tokens)

    def empty_line(self, node: cst.EmptyLine) -> None:
        first = len(self.tokens)
        if node.indent:
            self.tokens.append(self.indent)
        self.noted(node, _LINE_LAYOUT)
        self.starts[id(node)] = first

    def between_brackets(self, node: cst.ParenthesizedWhitespace) -> None:
        self.starts[id(node)] = len(self.tokens)
        self.write(node.first_line)
        self.all(node.empty_lines)
        if node.indent:
            self.tokens.append(self.indent)
        self.tokens.append(node.last_line.value)
        self.ends[id(node)] = len(self.tokens)

    def line_end(self, node: cst.Newline) -> None:
        self.tokens.append(node.value or self.state.default_newline)
