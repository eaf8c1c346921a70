"""Edits that put whole statements under a `with`, or a decorator above a function.

All of them are insertions: one for the header, and one of indentation for each physical line, so
that other rewrites inside the statements still compose. An insertion meets a deletion that begins
at the very same offset without a conflict (see `rewrite.edits`), so a statement that is deleted by
the same fix has to be named in `gone`, and one that is deleted by another fix waits for another
round. For the same reason nothing else may be inserted in front of a statement of the run.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import libcst as cst

from varmigrate.analysis.tree import Tree, children
from varmigrate.model import Edit
from varmigrate.rewrite.imports import becomes_pass, statement_end

_BLANK = re.compile(r"[ \t\f]*")
_CLAUSES = (
    cst.If,
    cst.Else,
    cst.ExceptHandler,
    cst.ExceptStarHandler,
    cst.Finally,
    cst.MatchCase,
)


def indent_unit(tree: Tree, statements: Sequence[cst.CSTNode]) -> str:
    """One step of indentation as it is written around a run of statements of one block.

    That of the nearest nested block: in the run, among its siblings, the block itself; else the
    one most common in the file.
    """
    block = tree.parent(statements[0])
    siblings = block.body if isinstance(block, (cst.IndentedBlock, cst.Module)) else ()
    nested = (found for item in (*statements, *siblings) for found in _blocks(item))
    own = block if isinstance(block, cst.IndentedBlock) else None
    nearest = next(nested, own)
    return (nearest.indent if nearest is not None else None) or tree.module.default_indent


def _blocks(statement: cst.CSTNode) -> Iterator[cst.IndentedBlock]:
    """The indented blocks directly below a compound statement."""
    for child in children(statement):
        if isinstance(child, cst.IndentedBlock):
            yield child
        elif isinstance(child, _CLAUSES):
            yield from _blocks(child)


def wrap(
    tree: Tree, statements: Sequence[cst.CSTNode], header: str, gone: frozenset[int] = frozenset()
) -> tuple[Edit, ...]:
    """Put a run of statements under `with <header>:`.

    statements: consecutive whole statements of one block, as they stand in `IndentedBlock.body` or
    `Module.body`. gone: ids of all statements (small ones, as `remove_statement` takes them) that
    are deleted by the same fix; their lines are not touched, and those at either end of the run
    stay outside. A deleted statement whose comments are kept wants `remove_statement` to be told
    of the step it is indented by (`indent_unit`), which is so for those inside what is wrapped.

    Comments directly above the first statement move along; what is above a blank line stays.
    Every line is indented, those in brackets and behind a backslash too; never a line that begins
    inside a string, and no blank one. Returns the edits; none when every statement goes. Raises
    ValueError when there is no statement.
    """
    if not statements:
        raise ValueError("no statement to wrap")
    first, last = 0, len(statements)
    while first < last and _goes(statements[first], gone):
        first += 1
    while first < last and _goes(statements[last - 1], gone):
        last -= 1
    run = statements[first:last]
    if not run:
        return ()
    text, lines = tree.text, tree.line_starts()
    unit, newline = indent_unit(tree, run), tree.module.default_newline
    indent = _indent(text, _line(tree, _begin(tree, run[0])))
    begin, end = _with_comments(tree, run[0]), tree.end(run[-1])
    still = {line for statement in run for line in _still(tree, statement, gone)}
    edits: list[Edit] = []
    for number in range(bisect_right(lines, begin) - 1, bisect_left(lines, end)):
        line = lines[number]
        code = line + len(_indent(text, line))
        if line in still or code == len(text) or text[code] in "\r\n":
            continue
        # The step comes behind the block's own indentation, in case tabs and spaces are mixed.
        place = line + _shared(text[line:code], indent)
        lead = ""
        if not edits:
            lead = f"{indent[place - line :]}with {header}:{newline}{text[line:place]}"
        edits.append(Edit(place, place, lead + unit))
    return tuple(edits)


def wrap_small(
    tree: Tree, statements: Sequence[cst.BaseSmallStatement], header: str
) -> tuple[Edit, ...] | None:
    """Put consecutive small statements of one line under `with <header>:`.

    A run that is a whole line is wrapped as such. Otherwise the line is broken: what stands before
    and behind the run gets lines of its own, and so does a suite on the line of its header
    (`if x: a; b`). Lines that a broken statement goes on with keep their indentation. None when
    there is no place to break, which is so when a backslash stands between the statements.
    """
    line = tree.parent(statements[0])
    if not isinstance(line, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        return None
    if len(statements) == len(line.body) and isinstance(line, cst.SimpleStatementLine):
        return wrap(tree, (line,), header)
    owner: cst.CSTNode = line
    while not isinstance(tree.parent(owner), (cst.IndentedBlock, cst.Module)):
        above = tree.parent(owner)
        if above is None:
            return None
        owner = above
    text, newline = tree.text, tree.module.default_newline
    unit = indent_unit(tree, (owner,))
    indent = _indent(text, _line(tree, _begin(tree, owner)))
    edits: list[Edit] = []
    if isinstance(line, cst.SimpleStatementSuite):
        indent += unit
        edits.append(Edit(tree.start(line), tree.start(line.body[0]), newline + indent))
    small = list(line.body)
    first = next(i for i, item in enumerate(small) if item is statements[0])
    behind = first + len(statements)
    opening = f"with {header}:{newline}{indent}{unit}"
    if first:
        before = statement_end(tree, small[first - 1])
        edits.append(Edit(before, tree.start(statements[0]), newline + indent + opening))
    elif edits:
        edits[0] = Edit(edits[0].start, edits[0].end, newline + indent + opening)
    else:
        edits.append(Edit(tree.start(statements[0]), tree.start(statements[0]), opening))
    if behind < len(small):
        end = statement_end(tree, statements[-1])
        edits.append(Edit(end, tree.start(small[behind]), newline + indent))
    if any("\\" in text[edit.start : edit.end] for edit in edits):
        return None
    return tuple(edits)


def decorate(tree: Tree, function: cst.FunctionDef, text: str) -> tuple[Edit, ...]:
    """Put the decorator `text` (its `@` included) directly above `def`: the innermost one.

    Comments between other decorators and `def` stay above it. Returns the one edit.
    """
    above = (*function.leading_lines, *function.decorators, *function.lines_after_decorators)
    line = _line(tree, tree.end(above[-1]) if above else tree.start(function))
    indent = _indent(tree.text, line)
    place = line + len(indent)
    return (Edit(place, place, f"{text}{tree.module.default_newline}{indent}"),)


def _goes(statement: cst.CSTNode, gone: frozenset[int]) -> bool:
    """Whether a statement of a block is deleted altogether."""
    return isinstance(statement, cst.SimpleStatementLine) and all(
        id(item) in gone for item in statement.body
    )


def _begin(tree: Tree, statement: cst.CSTNode) -> int:
    """Where the first line of a statement begins, lines above it not counted."""
    above = getattr(statement, "leading_lines", ())
    return tree.end(above[-1]) if above else tree.start(statement)


def _with_comments(tree: Tree, statement: cst.CSTNode) -> int:
    """The same with the comments directly above it, but for those at the top of the file."""
    begin = _begin(tree, statement)
    for line in reversed(getattr(statement, "leading_lines", ())):
        if line.comment is None:
            break
        begin = tree.start(line)
    return begin


def _line(tree: Tree, offset: int) -> int:
    """Where the physical line of an offset begins."""
    lines = tree.line_starts()
    return lines[bisect_right(lines, offset) - 1]


def _indent(text: str, line: int) -> str:
    """The indentation of a line."""
    match = _BLANK.match(text, line)
    return match.group() if match else ""


def _shared(one: str, other: str) -> int:
    """The length of the beginning that two texts have in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _still(tree: Tree, statement: cst.CSTNode, gone: frozenset[int]) -> Iterator[int]:
    """The beginnings of the lines that are not indented: inside strings, or deleted."""
    if not gone and not _may_hold_lines(tree.code(statement)):
        return
    pending = [statement]
    lines = tree.line_starts()
    while pending:
        node = pending.pop()
        if isinstance(node, cst.BaseString) and not isinstance(node, cst.ConcatenatedString):
            start = tree.end(node.lpar[-1]) if node.lpar else tree.start(node)
            end = tree.start(node.rpar[0]) if node.rpar else tree.end(node)
            yield from lines[bisect_right(lines, start) : bisect_left(lines, end)]
            continue
        if gone and isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
            for before, small, behind in _with_neighbours(node.body):
                if id(small) in gone:
                    start = statement_end(tree, before) if before else tree.start(small)
                    end = tree.start(behind) if behind else tree.end(small)
                    yield from lines[bisect_right(lines, start) : bisect_left(lines, end)]
            if _goes(node, gone) and not becomes_pass(tree, node, gone):
                yield _line(tree, _begin(tree, node))
        pending.extend(children(node))


def _with_neighbours(
    line: Sequence[cst.BaseSmallStatement],
) -> Iterator[
    tuple[cst.BaseSmallStatement | None, cst.BaseSmallStatement, cst.BaseSmallStatement | None]
]:
    """Each statement of a line, between the one before it and the one behind it."""
    return zip([None, *line[:-1]], line, [*line[1:], None], strict=True)


def _may_hold_lines(code: str) -> bool:
    """Whether a text can hold a string of several lines."""
    return '"""' in code or "'''" in code or "\\\n" in code or "\\\r" in code
