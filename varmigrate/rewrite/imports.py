"""Edits on imports: dropping names whose last use is gone, and adding `import torch`."""

from __future__ import annotations

import re

import libcst as cst

from varmigrate.analysis.tree import Tree
from varmigrate.model import Edit
from varmigrate.rewrite.tokens import comments

# A comment that only speaks to a tool about this very import goes with it.
PRAGMA = re.compile(
    r"#\s*(?:noqa|type:|pylint:|pyright:|pragma:|ruff:|flake8:|isort:|yapf:|fmt:|nosec|mypy:)", re.I
)


def insert_import(tree: Tree, statement: cst.CSTNode, text: str) -> Edit:
    """Put an import in front of a small statement: a line of its own where there is room."""
    start = tree.start(statement)
    line_start = _line_start(tree.text, start)
    indent = tree.text[line_start:start]
    if indent.strip(" \t\f") == "":
        return Edit(start, start, f"{text}{_newline(tree)}{indent}")
    return Edit(start, start, f"{text}; ")


def remove_aliases(
    tree: Tree,
    statement: cst.Import | cst.ImportFrom,
    aliases: list[cst.ImportAlias],
    gone: frozenset[int] = frozenset(),
) -> tuple[Edit, ...]:
    """Drop names from an import; the whole statement when none is left.

    gone: ids of all statements that are deleted in the same run, so that no block is left empty.
    """
    names = statement.names
    if isinstance(names, cst.ImportStar):
        return ()
    if len(aliases) == len(names):
        return remove_statement(tree, statement, gone)
    dropped = {id(alias) for alias in aliases}
    if comments(tree.text[tree.start(names[0]) : _list_end(tree, statement)]):
        return tuple(edit for alias in aliases for edit in _cut_line(tree, alias))
    last_kept = max(i for i, alias in enumerate(names) if id(alias) not in dropped)
    edits = [
        Edit(tree.start(alias), tree.start(names[index + 1]), "")
        for index, alias in enumerate(names[:last_kept])
        if id(alias) in dropped
    ]
    if last_kept + 1 < len(names):
        edits.append(_cut_tail(tree, names[last_kept], names[-1]))
    return tuple(edits)


def _list_end(tree: Tree, statement: cst.Import | cst.ImportFrom) -> int:
    """Where the list of names ends, with the comment behind its last one."""
    names = statement.names
    if getattr(statement, "rpar", None) or isinstance(names, cst.ImportStar):
        return tree.end(statement)
    return _alias_end(tree, names[-1])


def _cut_line(tree: Tree, alias: cst.ImportAlias) -> tuple[Edit, ...]:
    """Remove one of several names in parentheses with comments; its own comment stays."""
    text = tree.text
    start, end = tree.start(alias), _alias_end(tree, alias)
    if isinstance(alias.comma, cst.Comma):
        between = tree.text[end : tree.end(alias)]
        if comments(between[: _comma(between)]):
            # The comma stands behind the comment: name and comma go, each on its own.
            comma = end + _comma(between)
            return Edit(start, end, ""), Edit(comma, comma + 1, "")
        end += _comma(between) + 1
    elif text[_line_start(text, start) : start].strip():
        return (Edit(start, end, ""),)
    line_end = _line_end(text, end)
    rest = text[end:line_end].strip()
    if rest.startswith("#") and not PRAGMA.match(rest):
        return (Edit(start, text.index("#", end), ""),)
    line_start = _line_start(text, start)
    if text[line_start:start].strip():
        return (Edit(start, end, ""),)
    return (Edit(line_start, line_end if not rest or rest.startswith("#") else end, ""),)


def _comma(text: str) -> int:
    """The offset of the first comma outside comments."""
    found = 0
    for offset, comment in comments(text):
        comma = text.find(",", found, offset)
        if comma >= 0:
            return comma
        found = offset + len(comment)
    return text.index(",", found)


def _cut_tail(tree: Tree, kept: cst.ImportAlias, last: cst.ImportAlias) -> Edit:
    """Remove everything between the last name that stays and the end of the list of names."""
    start, end = _alias_end(tree, kept), _alias_end(tree, last)
    if isinstance(last.comma, cst.Comma):
        start = tree.text.index(",", start) + 1
        end = tree.text.index(",", end) + 1
    return Edit(start, end, "")


def _alias_end(tree: Tree, alias: cst.ImportAlias) -> int:
    if alias.asname is not None:
        return tree.end(alias.asname.name)
    return tree.end(alias.name)


def remove_statement(
    tree: Tree, statement: cst.CSTNode, gone: frozenset[int] = frozenset(), unit: str = ""
) -> tuple[Edit, ...]:
    """Delete a small statement, keeping comments and leaving every block valid.

    gone: ids of all statements that are deleted in the same run. unit: the step by which its lines
    are indented in the same run (see `rewrite.regions`); comments that get a line move along.
    """
    text = tree.text
    line = tree.parent(statement)
    if not isinstance(line, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        raise ValueError("not a small statement")
    body = list(line.body)
    index = next(i for i, item in enumerate(body) if item is statement)
    start, end = tree.start(statement), tree.end(statement)
    if len(body) > 1:
        if index + 1 < len(body):
            return (Edit(start, tree.start(body[index + 1]), ""),)
        previous = body[index - 1]
        return (Edit(statement_end(tree, previous), statement_end(tree, statement), ""),)
    end = statement_end(tree, statement)
    kept = [c for _, c in comments(text[start:end]) if not PRAGMA.match(c)]
    needed = becomes_pass(tree, line, gone | {id(statement)})
    if needed and not unit:
        clause = _idle_else(tree, line, gone | {id(statement)})
        if clause is not None:
            start = _line_start(text, tree.start(clause))
            return (Edit(start, _line_end(text, end), ""),)
    if isinstance(line, cst.SimpleStatementSuite) or needed:
        lead = f"{_newline(tree)}{_indent_at(text, start)}{unit}".join([*kept, "pass"])
        return (Edit(start, end, lead),)
    line_start = _line_start(text, start)
    line_end = _line_end(text, end)
    rest = text[end:line_end]
    trailing = [c for _, c in comments(rest) if not PRAGMA.match(c)]
    indent = text[line_start:start] + unit
    lines = "".join(f"{indent}{comment}{_newline(tree)}" for comment in (*kept, *trailing))
    if line_end == len(text) and not text.endswith(("\n", "\r")):
        # The last line of a file without a final newline.
        return (Edit(line_start, line_end, lines.removesuffix(_newline(tree))),)
    return (Edit(line_start, line_end, lines),)


def becomes_pass(tree: Tree, line: cst.CSTNode, gone: frozenset[int]) -> bool:
    """Whether a line of which all statements are deleted has to leave a `pass` behind."""
    return _empties_block(tree, line, gone) or _bares_string(tree, line)


def statement_end(tree: Tree, statement: cst.CSTNode) -> int:
    """The end of a small statement, its semicolon not counted."""
    semicolon = getattr(statement, "semicolon", None)
    if isinstance(semicolon, cst.Semicolon):
        before = tree.text[: tree.text.rindex(";", 0, tree.end(semicolon))]
        return len(before.rstrip(" \t"))
    return tree.end(statement)


def _empties_block(tree: Tree, line: cst.CSTNode, gone: frozenset[int]) -> bool:
    """Whether deleting the statements in `gone` empties the block, `line` being its first one."""
    block = tree.parent(line)
    if not isinstance(block, cst.IndentedBlock) or block.body[0] is not line:
        return False
    return all(
        isinstance(other, cst.SimpleStatementLine) and all(id(s) in gone for s in other.body)
        for other in block.body
    )


def _idle_else(tree: Tree, line: cst.CSTNode, gone: frozenset[int]) -> cst.Else | None:
    """The `else` of an `if` that says nothing any more, a comment included; None for others."""
    block = tree.parent(line)
    clause = None if block is None else tree.parent(block)
    if not isinstance(clause, cst.Else) or not isinstance(tree.parent(clause), cst.If):
        return None
    if not isinstance(block, cst.IndentedBlock) or not _empties_block(tree, line, gone):
        return None
    first = _line_start(tree.text, tree.start(clause))
    last = _line_end(tree.text, tree.end(block.body[-1]))
    return None if comments(tree.text[first:last]) else clause


def _bares_string(tree: Tree, line: cst.CSTNode) -> bool:
    """Whether a string right behind the line would become a docstring without it."""
    block = tree.parent(line)
    if not isinstance(block, (cst.IndentedBlock, cst.Module)) or block.body[0] is not line:
        return False
    following = block.body[1] if len(block.body) > 1 else None
    if not isinstance(following, cst.SimpleStatementLine):
        return False
    first = following.body[0]
    return isinstance(first, cst.Expr) and isinstance(first.value, cst.BaseString)


def _newline(tree: Tree) -> str:
    return tree.module.default_newline


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _line_end(text: str, offset: int) -> int:
    """The offset behind the newline that ends the line at `offset`."""
    found = re.compile(r"\r\n|\r|\n").search(text, offset)
    return found.end() if found else len(text)


def _indent_at(text: str, offset: int) -> str:
    line = text[_line_start(text, offset) : offset]
    return line[: len(line) - len(line.lstrip(" \t\f"))]
