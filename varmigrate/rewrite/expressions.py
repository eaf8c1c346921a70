"""Edits on expressions: taking a call off its argument, adding a suffix or a keyword.

An argument that stays is never copied: only the text around it is replaced, so comments, layout
and nested rewrites inside it survive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.tree import Tree
from varmigrate.model import Edit
from varmigrate.rewrite.tokens import breaks_line, comments, scan

_ATOMS = (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.List, cst.Dict, cst.Set)
_COMPREHENSIONS = (cst.ListComp, cst.DictComp, cst.SetComp)
_SELF_CONTAINED_PARENTS = (
    cst.Assign,
    cst.AnnAssign,
    cst.AugAssign,
    cst.Return,
    cst.Expr,
    cst.Element,
    cst.Param,
)
_LOOSE = (cst.NamedExpr, cst.Yield, cst.Lambda, cst.GeneratorExp, cst.Tuple, cst.IfExp)
_WORD = re.compile(r"\w")
_INDENT = re.compile(r"[ \t\f]*")


@dataclass(frozen=True, slots=True)
class Suffix:
    """What is put behind an expression: `before` + a kept flag expression + `after`.

    flag: an expression of the same call that is kept where it stands, None when there is none.
    flag_text: the same as text, for layouts in which it has to move.
    """

    before: str
    flag: cst.BaseExpression | None = None
    after: str = ""
    flag_text: str = ""

    @property
    def text(self) -> str:
        """The whole suffix as text."""
        return f"{self.before}{self.flag_text}{self.after}"


def inner_span(tree: Tree, node: cst.BaseExpression) -> tuple[int, int]:
    """The span of an expression without its own parentheses."""
    start = tree.end(node.lpar[-1]) if node.lpar else tree.start(node)
    end = tree.start(node.rpar[0]) if node.rpar else tree.end(node)
    return start, end


def is_atom(node: cst.BaseExpression) -> bool:
    """Whether `.method()` can be put behind the expression as it stands."""
    return bool(node.lpar) or isinstance(node, (*_ATOMS, *_COMPREHENSIONS))


def fits_bare(tree: Tree, call: cst.BaseExpression, data: cst.BaseExpression) -> bool:
    """Whether `data` can stand in the place of `call` without parentheses."""
    if is_atom(data) or call.lpar:
        return not (isinstance(data, cst.GeneratorExp) and not data.lpar)
    if isinstance(data, _LOOSE):
        return False
    parent = tree.parent(call)
    if isinstance(parent, cst.Arg):
        return not parent.star
    return isinstance(parent, _SELF_CONTAINED_PARENTS)


def unwrap(
    tree: Tree, call: cst.Call, data: cst.BaseExpression, suffix: Suffix, held: bool = False
) -> tuple[Edit, ...]:
    """Edits that turn `f(data, ...)` into `data` followed by `suffix`.

    held: the call is itself what stands alone once another such call around it is unwrapped.
    Comments inside the call are kept: the call's parentheses then stay, with the comments in them.
    """
    start, end = inner_span(tree, call)
    data_start, data_end = tree.start(data), tree.end(data)
    text = tree.text
    lead, trail = text[start:data_start], text[data_end:end]
    wrapped = bool(suffix.text) and not is_atom(data)
    if comments(lead) or comments(trail):
        return _keep_comments(tree, call, data, suffix, wrapped)
    if not suffix.text:
        wrapped = not fits_bare(tree, call, data) or (held and not is_atom(data))
    around = breaks_line(text[data_start:data_end])
    opening = ("(" if around else "") + ("(" if wrapped and not around else "")
    closing = ")" if wrapped or around else ""
    if around and wrapped and not suffix.text:
        closing = ")"
    if not opening and _glued(text[start - 1 : start], text[data_start : data_start + 1]):
        opening = " "
    if not opening and text[start - 1 : start] == "{" == text[data_start : data_start + 1]:
        # In an f-string two braces would be one that is meant literally.
        opening = " "
    if suffix.flag is not None:
        flag_start, flag_end = tree.start(suffix.flag), tree.end(suffix.flag)
        return (
            Edit(start, data_start, opening),
            Edit(data_end, flag_start, closing + suffix.before),
            Edit(flag_end, end, suffix.after),
        )
    closing += suffix.text
    if not closing and _glued(text[data_end - 1 : data_end], text[end : end + 1]):
        closing = " "
    return Edit(start, data_start, opening), Edit(data_end, end, closing)


def _glued(left: str, right: str) -> bool:
    """Whether two characters would run together into one word."""
    return bool(left and right and _WORD.match(left) and _WORD.match(right))


def _keep_comments(
    tree: Tree, call: cst.Call, data: cst.BaseExpression, suffix: Suffix, wrapped: bool
) -> tuple[Edit, ...]:
    """Keep the call's parentheses around data, suffix and every comment, one line each."""
    text = tree.text
    start, end = inner_span(tree, call)
    data_start, data_end = tree.start(data), tree.end(data)
    argument = tree.parent(data)
    argument_start = data_start if argument is None else tree.start(argument)
    trail = text[data_end:end]
    newline = tree.module.default_newline
    pieces = [")" if wrapped else "", suffix.text]
    found = comments(trail)
    for offset, comment in found:
        before = trail[:offset]
        if "\n" in before or "\r" in before:
            line = text.rfind("\n", 0, data_end + offset) + 1
            pieces.append(newline + _indent(text, line) + comment)
        else:
            pieces.append("  " + comment)
    closing_line = text.rfind("\n", 0, end) + 1
    if found or "\n" in trail:
        pieces.append(newline + _indent(text, closing_line))
    pieces.append(")")
    opening = tree.start(call.args[0])
    func_end = tree.end(call.func)
    paren = next(func_end + at for kind, at, _ in scan(text[func_end:end]) if kind == "open")
    # A comment between the name and its parenthesis stays where it is.
    edits = [Edit(start, func_end if comments(text[func_end:paren]) else paren, "")]
    inner = "(" if wrapped else ""
    if argument_start == opening or not comments(text[opening:argument_start]):
        edits.append(Edit(opening, data_start, inner))
    else:
        kept = "".join(
            comment + newline + _indent(text, text.rfind("\n", 0, data_start) + 1)
            for _, comment in comments(text[opening:data_start])
        )
        edits.append(Edit(opening, data_start, kept + inner))
    edits.append(Edit(data_end, end, "".join(pieces)))
    return tuple(edits)


def _indent(text: str, line_start: int) -> str:
    match = _INDENT.match(text, line_start)
    return match.group() if match else ""


def add_keyword(tree: Tree, call: cst.Call, keyword: str) -> Edit:
    """The edit that adds `name=value` as the last argument of a call."""
    if call.args:
        place = tree.end(call.args[-1].value)
        return Edit(place, place, f", {keyword}")
    _, end = inner_span(tree, call)
    return Edit(end - 1, end - 1, keyword)


def replace(tree: Tree, node: cst.BaseExpression, text: str) -> Edit:
    """The edit that puts `text` in the place of an expression, its own parentheses kept."""
    start, end = inner_span(tree, node)
    left = tree.text[start - 1 : start]
    right = tree.text[end : end + 1]
    text = (" " if _glued(left, text[:1]) else "") + text
    return Edit(start, end, text + (" " if _glued(text[-1:], right) else ""))
