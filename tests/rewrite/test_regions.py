"""Statements under a `with`, decorators above a function: what the text becomes, and that only the
structure changes: for any run of statements of real files, and of files made of nasty ones.
"""

from __future__ import annotations

import ast
import random
import textwrap
import warnings
from collections import Counter
from pathlib import Path
from typing import TypeGuard

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from varmigrate.analysis.scopes import Scopes
from varmigrate.analysis.tree import Tree, children, parse
from varmigrate.model import Edit
from varmigrate.rewrite.edits import Conflict, apply
from varmigrate.rewrite.guard import verify
from varmigrate.rewrite.imports import remove_statement
from varmigrate.rewrite.regions import decorate, indent_unit, wrap, wrap_small
from varmigrate.rewrite.tokens import comments

HEADER = "mode()"
Block = cst.IndentedBlock | cst.Module


def tree_of(text: str) -> Tree:
    tree = parse(text)
    Scopes(tree)
    return tree


def blocks(tree: Tree) -> list[Block]:
    """The module and every indented block, outer ones first."""
    found: list[Block] = []
    pending: list[cst.CSTNode] = [tree.module]
    while pending:
        node = pending.pop()
        if isinstance(node, (cst.IndentedBlock, cst.Module)):
            found.append(node)
        pending.extend(children(node))
    return found


def runs_of(tree: Tree) -> list[list[cst.CSTNode]]:
    """Every run of statements of every block."""
    return [
        list(block.body[first:last])
        for block in blocks(tree)
        for first in range(len(block.body))
        for last in range(first + 1, len(block.body) + 1)
    ]


def marked(tree: Tree, prefix: str = "r") -> list[cst.BaseSmallStatement]:
    """The small statements that assign to a name with the prefix, in order."""
    found: list[cst.BaseSmallStatement] = []
    pending: list[cst.CSTNode] = [tree.module]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Assign) and tree.code(node).startswith(prefix):
            found.append(node)
        pending.extend(children(node))
    return sorted(found, key=tree.start)


def run_of(tree: Tree, after: str) -> list[cst.CSTNode]:
    """The statements of which `after` shows that they were wrapped."""
    region = next(node for node in ast.walk(ast.parse(after)) if is_region(node))
    line = _first_line(region.body[0]) - 1
    for block in blocks(tree):
        for first, statement in enumerate(block.body):
            if tree.line(statement) == line:
                size, last = 0, first
                while size < len(region.body):
                    size += _size(block.body[last])
                    last += 1
                return list(block.body[first:last])
    raise AssertionError("no statement begins there")


def is_region(node: ast.AST) -> TypeGuard[ast.With]:
    return isinstance(node, ast.With) and ast.unparse(node.items[0]) == HEADER


def _size(statement: cst.CSTNode) -> int:
    return len(statement.body) if isinstance(statement, cst.SimpleStatementLine) else 1


def _first_line(statement: ast.stmt) -> int:
    lines = [node.lineno for node in getattr(statement, "decorator_list", ())]
    return min([statement.lineno, *lines])


def wrapped(text: str, expected: str) -> str:
    """The text with the run wrapped that is wrapped in the expected one."""
    tree = tree_of(text)
    edits = wrap(tree, run_of(tree, expected), HEADER)
    after = apply(text, edits)
    verify(text, after, sorted(edits))
    return after


WRAPPED = {
    "one statement": ("a = 1\nr = 2\nb = 3\n", "a = 1\nwith mode():\n    r = 2\nb = 3\n"),
    "whole module": ("r1 = 1\nr2 = 2\n", "with mode():\n    r1 = 1\n    r2 = 2\n"),
    "in a function": (
        "def f():\n    a = 1\n    r1 = 2\n    r2 = 3\n    return r2\n",
        "def f():\n    a = 1\n    with mode():\n        r1 = 2\n        r2 = 3\n    return r2\n",
    ),
    "compound": (
        "def f():\n    for x in y:\n        r = x\n    else:\n        r = 1\n    z = 2\n",
        "def f():\n    with mode():\n        for x in y:\n            r = x\n        else:\n"
        "            r = 1\n    z = 2\n",
    ),
    "blank lines get nothing": (
        "def f():\n    r1 = 1\n\n    \n\n    r2 = 2\n",
        "def f():\n    with mode():\n        r1 = 1\n\n    \n\n        r2 = 2\n",
    ),
    "comments between": (
        "r1 = 1\n# between\n  # odd\nr2 = 2  # behind\n# after\nx = 1\n",
        "with mode():\n    r1 = 1\n    # between\n      # odd\n    r2 = 2  # behind\n# after\nx = 1\n",
    ),
    "comments above move along": (
        "def f():\n    a = 1\n\n    # far\n\n    # near\n    # nearer\n    r = 1\n",
        "def f():\n    a = 1\n\n    # far\n\n    with mode():\n        # near\n        # nearer\n"
        "        r = 1\n",
    ),
    "a comment further left": (
        "def f():\n    a = 1\n  # left\n    r1 = 1\n# most left\n    r2 = 2\n",
        "def f():\n    a = 1\n    with mode():\n      # left\n        r1 = 1\n    # most left\n"
        "        r2 = 2\n",
    ),
    "the comment of the file stays at its top": (
        "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\nr = 1\n",
        "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\nwith mode():\n    r = 1\n",
    ),
    "a comment at the top of the file": (
        "# about\nr = 1\n",
        "# about\nwith mode():\n    r = 1\n",
    ),
    "comments at the end of a block": (
        "def f():\n    r = 1\n    # end\n\n\nx = 1\n",
        "def f():\n    with mode():\n        r = 1\n    # end\n\n\nx = 1\n",
    ),
    "comments at the end of a nested block": (
        "for x in y:\n    r = 1\n    # end\nz = 1\n",
        "with mode():\n    for x in y:\n        r = 1\n        # end\nz = 1\n",
    ),
    "triple quotes": (
        'def f():\n    r1 = """a\n  b\n    """ + g(\n        1)\n    r2 = 1\n',
        'def f():\n    with mode():\n        r1 = """a\n  b\n    """ + g(\n            1)\n'
        "        r2 = 1\n",
    ),
    "triple quotes in parentheses": (
        'r = (\n    """a\n  b"""\n    "c"\n  # note\n)\n',
        'with mode():\n    r = (\n        """a\n  b"""\n        "c"\n      # note\n    )\n',
    ),
    "triple quotes at the beginning of a line": (
        'r = (\n"""a\nb""")\n',
        'with mode():\n    r = (\n    """a\nb""")\n',
    ),
    "f-strings": (
        "r = f'''a\n{b +\n  f\"{c}\"}\n d {e:{w}\n}''' 'x' f'''\n{b=}\n'''\n",
        "with mode():\n    r = f'''a\n{b +\n  f\"{c}\"}\n d {e:{w}\n}''' 'x' f'''\n{b=}\n'''\n",
    ),
    "a string over a backslash": (
        "r = 'a\\\n  b' + \\\n  'c'\n",
        "with mode():\n    r = 'a\\\n  b' + \\\n      'c'\n",
    ),
    "a docstring": (
        'def f():\n    class r:\n        """a\n        b"""\n        r = 1\n',
        'def f():\n    with mode():\n        class r:\n            """a\n        b"""\n'
        "            r = 1\n",
    ),
    "bytes": ("r = b'''\n x'''\n", "with mode():\n    r = b'''\n x'''\n"),
    "brackets": (
        "r = f(a,\n      # why\n      b=[\n  c],\n\n)\n",
        "with mode():\n    r = f(a,\n          # why\n          b=[\n      c],\n\n    )\n",
    ),
    "backslash": (
        "def f():\n    r = a + \\\n        b\n",
        "def f():\n    with mode():\n        r = a + \\\n            b\n",
    ),
    "several on one line": (
        "a = 1\nr = 1; s = 2; t = 3\nb = 1\n",
        "a = 1\nwith mode():\n    r = 1; s = 2; t = 3\nb = 1\n",
    ),
    "a suite on one line": (
        "if a: r = 1; s = 2\nelse: s = 3\n",
        "with mode():\n    if a: r = 1; s = 2\n    else: s = 3\n",
    ),
    "decorated": (
        "q = 1\n# above\n@a\n# c\n@b\ndef r():\n    r = 1\n",
        "q = 1\nwith mode():\n    # above\n    @a\n    # c\n    @b\n    def r():\n        r = 1\n",
    ),
    "tabs": (
        "def f():\n\ta = 1\n\tfor x in y:\n\t\tr = g(x,\n\t\t      2)\n",
        "def f():\n\ta = 1\n\twith mode():\n\t\tfor x in y:\n\t\t\tr = g(x,\n\t\t\t      2)\n",
    ),
    "two spaces": (
        "def f():\n  r = 1\n",
        "def f():\n  with mode():\n    r = 1\n",
    ),
    "three spaces at module level": (
        "for x in y:\n   a = 1\nr = 1\n",
        "for x in y:\n   a = 1\nwith mode():\n   r = 1\n",
    ),
    "the step of the nearest block": (
        "def f():\n    if a:\n      r = 1\n    if b:\n        c = 1\n    d = 1\n",
        "def f():\n    if a:\n      with mode():\n        r = 1\n    if b:\n        c = 1\n    d = 1\n",
    ),
    "the step of a block inside": (
        "def f():\n    a = 1\n    if a:\n      if b:\n       c = 1\n      r = 1\n      r = 2\n",
        "def f():\n    a = 1\n    if a:\n      if b:\n       c = 1\n      with mode():\n       r = 1\n"
        "       r = 2\n",
    ),
    "the step of a sibling's clause": (
        "if a: pass\nelif b:\n  c = 1\nr = 1\ndef f():\n    x = 1\n    y = 1\n",
        "if a: pass\nelif b:\n  c = 1\nwith mode():\n  r = 1\ndef f():\n    x = 1\n    y = 1\n",
    ),
    "spaces below tabs": (
        "def f():\n\tif a:\n\t  b = 1\n\tr = 1\n",
        "def f():\n\tif a:\n\t  b = 1\n\twith mode():\n\t  r = 1\n",
    ),
    "tabs in a comment among spaces": (
        "def f():\n    r1 = 1\n\t# tab\n    r2 = 2\n",
        "def f():\n    with mode():\n        r1 = 1\n    \t# tab\n        r2 = 2\n",
    ),
    "CRLF": (
        "def f():\r\n    # c\r\n    r = '''a\r\n b'''\r\n\r\n    r = 2\r\n",
        "def f():\r\n    with mode():\r\n        # c\r\n        r = '''a\r\n b'''\r\n\r\n"
        "        r = 2\r\n",
    ),
    "a string over a backslash, CRLF": (
        "r = 'a\\\r\n  b'\r\n",
        "with mode():\r\n    r = 'a\\\r\n  b'\r\n",
    ),
    "no newline at the end": ("def f():\n    r = 1", "def f():\n    with mode():\n        r = 1"),
    "a comment without a newline at the end": (
        "def f():\n    r = 1  # c",
        "def f():\n    with mode():\n        r = 1  # c",
    ),
    "form feeds": (
        "def f():\n    r1 = 1\n\f\n    r2 = g(\n\f  2)\n\f\n\nx = 1\n",
        "def f():\n    with mode():\n        r1 = 1\n\f\n        r2 = g(\n    \f  2)\n\f\n\nx = 1\n",
    ),
    "match": (
        "match a:\n    case 1:\n        r = 1\n    case _:\n        r = 2\n",
        "with mode():\n    match a:\n        case 1:\n            r = 1\n        case _:\n"
        "            r = 2\n",
    ),
    "try": (
        "try:\n    r = 1\n# c\nexcept E:\n    r = 2\nfinally:\n    r = 3\n",
        "with mode():\n    try:\n        r = 1\n    # c\n    except E:\n        r = 2\n    finally:\n"
        "        r = 3\n",
    ),
    "in an else": (
        "if a:\n    b = 1\nelse:\n    r = 1\n",
        "if a:\n    b = 1\nelse:\n    with mode():\n        r = 1\n",
    ),
    "in an elif": (
        "if a:\n    b = 1\nelif c:\n    # d\n    r = 1\nelse:\n    d = 1\n",
        "if a:\n    b = 1\nelif c:\n    with mode():\n        # d\n        r = 1\nelse:\n    d = 1\n",
    ),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_wrapped(name: str) -> None:
    before, after = WRAPPED[name]
    assert wrapped(before, after) == after
    assert_only_structure(before, after)


def test_nothing_to_wrap() -> None:
    tree = tree_of("r = 1\n")
    with pytest.raises(ValueError, match="no statement"):
        wrap(tree, [], HEADER)


# --------------------------------------------------------------------------------------------
# Statements that the same fix deletes
# --------------------------------------------------------------------------------------------


def deleted(text: str) -> str:
    """The run wrapped, and each statement that assigns to `g...` deleted."""
    tree = tree_of(text)
    going = marked(tree, "g")
    gone = frozenset(map(id, going))
    run = list(tree.module.body)
    edits = wrap(tree, run, HEADER, gone)
    places = [(edit.start, edit.end) for edit in edits]
    unit = indent_unit(tree, run)
    for statement in going:
        inside = places and places[0][0] < tree.start(statement) < places[-1][1]
        edits += remove_statement(tree, statement, gone, unit if inside else "")
    after = apply(text, edits)
    verify(text, after, sorted(edits))
    return after


DELETED = {
    "first": ("r1 = g = 1\n", "with mode():\n    r1 = g = 1\n"),
    "before the run": ("g = 1\nr = 1\n", "with mode():\n    r = 1\n"),
    "between": ("r = 1\ng = 1\nr = 2\n", "with mode():\n    r = 1\n    r = 2\n"),
    "over several lines": (
        "r = 1\ng = f(\n    1,\n)\nr = 2\n",
        "with mode():\n    r = 1\n    r = 2\n",
    ),
    "a comment above it stays": (
        "r = 1\n# c\ng = 1\nr = 2\n",
        "with mode():\n    r = 1\n    # c\n    r = 2\n",
    ),
    "its own comments stay": (
        "r = 1\ng = f(  # a\n    1)  # b\nr = 2\n",
        "with mode():\n    r = 1\n    # a\n    # b\n    r = 2\n",
    ),
    "one of a line": (
        "r = 1\ng = 1; r = 2\nr = 3; g = 4\n",
        "with mode():\n    r = 1\n    r = 2\n    r = 3\n",
    ),
    "all of a line between": (
        "r = 1\nif a:\n    g = 1\n    b = 2\nr = 3\n",
        "with mode():\n    r = 1\n    if a:\n        b = 2\n    r = 3\n",
    ),
    "a block left empty": (
        "r = 1\nif a:\n    g = 1\nr = 3\n",
        "with mode():\n    r = 1\n    if a:\n        pass\n    r = 3\n",
    ),
    "a block left with comments": (
        "r = 1\nif a:\n    # x\n    g = f(  # y\n        1)  # z\nr = 3\n",
        "with mode():\n    r = 1\n    if a:\n        # x\n        # y\n        pass  # z\n    r = 3\n",
    ),
    "a suite on one line": (
        "r = 1\nif a: g = 1\nr = 3\n",
        "with mode():\n    r = 1\n    if a: pass\n    r = 3\n",
    ),
    "strings in it": (
        'r = 1\ng = """\n"""\nr = """\n"""\n',
        'with mode():\n    r = 1\n    r = """\n"""\n',
    ),
    "with tabs": (
        "if a:\n\tr = 1\n\tg = 2\n\tr = 3\n",
        "with mode():\n\tif a:\n\t\tr = 1\n\t\tr = 3\n",
    ),
    "the first of a line over several": (
        "g = f(\n  1); r = f(\n  2)\n",
        "with mode():\n    r = f(\n      2)\n",
    ),
    "the last of a line over several": (
        "r = f(\n  1); g = f(\n  2)  # c\n",
        "with mode():\n    r = f(\n      1)  # c\n",
    ),
    "behind a backslash": ("r = 1; \\\n  g = 2\nr = 3\n", "with mode():\n    r = 1\n    r = 3\n"),
    "before a docstring": (
        "r = 1\ndef f():\n    g = 1\n    'no docstring'\n",
        "with mode():\n    r = 1\n    def f():\n        pass\n        'no docstring'\n",
    ),
}


@pytest.mark.parametrize("name", DELETED)
def test_deleted(name: str) -> None:
    before, after = DELETED[name]
    assert deleted(before) == after
    ast.parse(after)


def test_deleted_at_both_ends() -> None:
    before = "def f():\n    # c\n    g = 1\n    r = 1\n    # d\n    g = 2\n"
    tree = tree_of(before)
    function = tree.module.body[0]
    assert isinstance(function, cst.FunctionDef)
    gone = frozenset(map(id, marked(tree, "g")))
    edits = wrap(tree, list(function.body.body), HEADER, gone)
    for statement in marked(tree, "g"):
        edits += remove_statement(tree, statement, gone)
    after = apply(before, edits)
    assert after == "def f():\n    # c\n    with mode():\n        r = 1\n    # d\n"


def test_everything_goes() -> None:
    tree = tree_of("if a:\n    g1 = 1\n    g2 = 2; g3 = 3\n")
    body = tree.module.body[0]
    assert isinstance(body, cst.If)
    gone = frozenset(map(id, marked(tree, "g")))
    assert wrap(tree, list(body.body.body), HEADER, gone) == ()


def test_a_deletion_that_is_not_told_conflicts_in_a_block() -> None:
    text = "def f():\n    r = 1\n    g = 2\n    r = 3\n"
    tree = tree_of(text)
    run = list(blocks(tree)[1].body)
    edits = [*wrap(tree, run, HEADER), *remove_statement(tree, marked(tree, "g")[0])]
    with pytest.raises(Conflict):
        apply(text, edits)


# --------------------------------------------------------------------------------------------
# Statements that share a line
# --------------------------------------------------------------------------------------------

SMALL = {
    "the whole line": ("r1 = 1; r2 = 2\n", "with mode():\n    r1 = 1; r2 = 2\n"),
    "first": ("r = 1; a = 2\n", "with mode():\n    r = 1\na = 2\n"),
    "last": ("a = 1; r = 2  # c\n", "a = 1\nwith mode():\n    r = 2  # c\n"),
    "between": ("a = 1; r = 2 ; b = 3;\n", "a = 1\nwith mode():\n    r = 2\nb = 3;\n"),
    "two": (
        "def f():\n\ta = 1; r1 = 2; r2 = 3\n",
        "def f():\n\ta = 1\n\twith mode():\n\t\tr1 = 2; r2 = 3\n",
    ),
    "a suite": ("if a: r = 1\n", "if a:\n    with mode():\n        r = 1\n"),
    "part of a suite": (
        "def f():\r\n  for a in b : c = a; r = 1; d = 1\r\n",
        "def f():\r\n  for a in b :\r\n    c = a\r\n    with mode():\r\n      r = 1\r\n    d = 1\r\n",
    ),
    "an elif": (
        "if a: b = 1\nelif c: r = 1; d = 2  # e\nelse: f = 1\n",
        "if a: b = 1\nelif c:\n    with mode():\n        r = 1\n    d = 2  # e\nelse: f = 1\n",
    ),
    "a header of several lines": (
        "if x:\n    # c\n    if (a and\n b): r = f(\n  1)\n",
        "if x:\n    # c\n    if (a and\n b):\n        with mode():\n            r = f(\n  1)\n",
    ),
    "a string of several lines": (
        "a = '''\n  '''; r = '''\n '''; b = 1\n",
        "a = '''\n  '''\nwith mode():\n    r = '''\n '''\nb = 1\n",
    ),
    "no newline at the end": ("a = 1; r = 2", "a = 1\nwith mode():\n    r = 2"),
}


@pytest.mark.parametrize("name", SMALL)
def test_small(name: str) -> None:
    before, after = SMALL[name]
    tree = tree_of(before)
    edits = wrap_small(tree, marked(tree), HEADER)
    assert edits is not None
    assert apply(before, edits) == after
    verify(before, after, sorted(edits))
    assert unwrapped(ast.parse(after)) == ast.dump(ast.parse(before))


@pytest.mark.parametrize(
    "text", ["a = 1; \\\nr = 1\n", "if a: \\\n  r = 1\n", "r = 1; \\\n  a = 1\n"]
)
def test_small_over_a_backslash_is_refused(text: str) -> None:
    tree = tree_of(text)
    assert wrap_small(tree, marked(tree), HEADER) is None


# --------------------------------------------------------------------------------------------
# Decorators
# --------------------------------------------------------------------------------------------

DECORATED = {
    "plain": ("def r(): pass\n", "@d()\ndef r(): pass\n"),
    "behind other code": (
        "a = 1\n\n\ndef r():\n    pass\n",
        "a = 1\n\n\n@d()\ndef r():\n    pass\n",
    ),
    "comments above": (
        "# c\n\n# d\ndef r():\n    pass\n",
        "# c\n\n# d\n@d()\ndef r():\n    pass\n",
    ),
    "below others": (
        "class A:\n    # c\n    @a\n    @b(\n        1)\n    def r(self):\n        pass\n",
        "class A:\n    # c\n    @a\n    @b(\n        1)\n    @d()\n    def r(self):\n        pass\n",
    ),
    "below comments between": (
        "class A:\n    @a  # c\n    # d\n\n    # e\n    def r(self): return 1\n",
        "class A:\n    @a  # c\n    # d\n\n    # e\n    @d()\n    def r(self): return 1\n",
    ),
    "async": ("@a\nasync def r():\n    pass\n", "@a\n@d()\nasync def r():\n    pass\n"),
    "tabs and CRLF": (
        "class A:\r\n\tx = 1\r\n\tdef r(self):\r\n\t\tpass",
        "class A:\r\n\tx = 1\r\n\t@d()\r\n\tdef r(self):\r\n\t\tpass",
    ),
    "first in a block": (
        "if a:\n  def r(): pass\nelse:\n  pass\n",
        "if a:\n  @d()\n  def r(): pass\nelse:\n  pass\n",
    ),
    "below a page break": ("a = 1\n\f\ndef r(): pass\n", "a = 1\n\f\n@d()\ndef r(): pass\n"),
    "type parameters": ("def r[T](x: T): pass\n", "@d()\ndef r[T](x: T): pass\n"),
}


@pytest.mark.parametrize("name", DECORATED)
def test_decorated(name: str) -> None:
    before, after = DECORATED[name]
    tree = tree_of(before)
    function = next(
        node
        for block in blocks(tree)
        for node in block.body
        if isinstance(node, cst.FunctionDef) and node.name.value == "r"
    )
    edits = decorate(tree, function, "@d()")
    assert apply(before, edits) == after
    verify(before, after, edits)


# --------------------------------------------------------------------------------------------
# Any run of any file
# --------------------------------------------------------------------------------------------


def unwrapped(module: ast.Module) -> str:
    """The dump of a module with the statements of its one `with mode():` put in its place."""
    found = 0
    for node in ast.walk(module):
        for _, value in ast.iter_fields(node):
            if not isinstance(value, list):
                continue
            for number, item in enumerate(value):
                if is_region(item):
                    value[number : number + 1] = item.body
                    found += 1
                    break
    assert found == 1
    return ast.dump(module)


def assert_only_structure(before: str, after: str) -> None:
    """The result is the original with one run put under the header, and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one, other = ast.parse(before), ast.parse(after)
    assert unwrapped(other) == ast.dump(one)
    assert Counter(c for _, c in comments(before)) == Counter(c for _, c in comments(after))


def taken_back(text: str, edits: tuple[Edit, ...]) -> str:
    """The text with what the insertions put in taken out again, found by their place alone."""
    shift, position, pieces = 0, 0, []
    for edit in sorted(edits):
        start = edit.start + shift
        pieces.append(text[position:start])
        position = start + len(edit.text)
        assert text[start:position] == edit.text
        shift += len(edit.text)
    return "".join([*pieces, text[position:]])


def check_run(tree: Tree, run: list[cst.CSTNode]) -> None:
    text = tree.text
    edits = wrap(tree, run, HEADER)
    after = apply(text, edits)
    verify(text, after, sorted(edits))
    assert_only_structure(text, after)
    assert all(edit.start == edit.end for edit in edits)
    assert taken_back(after, edits) == text
    # What stands outside the run is the same, byte for byte.
    first, last = tree.start(run[0]), tree.end(run[-1])
    assert after.startswith(text[:first])
    assert after.endswith(text[last:])
    assert all(first <= edit.start <= last for edit in edits)
    # It is this run, and no other one, that went under the header.
    (region,) = (node for node in ast.walk(ast.parse(after)) if is_region(node))
    assert len(region.body) == sum(map(_size, run))
    assert _first_line(region.body[0]) - 1 == tree.line(run[0])


ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("varmigrate/**/*.py"), *ROOT.glob("tests/**/*.py")])


# Those that are not too long to be parsed for each of many runs.
SHORT = [path for path in FILES if path.stat().st_size < 12_000 and path.stat().st_size]


@pytest.mark.parametrize("path", SHORT, ids=lambda path: str(path.relative_to(ROOT)))
def test_any_run_of_real_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for variant in (text, text.replace("\n", "\r\n").replace("    ", "\t")):
        tree = tree_of(variant)
        check_run(tree, random.Random(len(variant)).choice(runs_of(tree)))


NASTY = [
    "a = 1",
    "a = 1; b = 2;",
    "a = 1  # c ' \"",
    'a = """x\n  y\n"""',
    "a = \"\"\"x\n  y\n\"\"\", '''\n# not a comment\n    '''  # d",
    "a = 'x\\\n  y' \\\n  'z'",
    "a = rb'''\\\n '''",
    "a = f'''{b\n+ c}\n# no\n  {d!r:>{e}\n}'''",
    "a = (f'{b}' 'c'\n  f'''\n''' # e\n)",
    "a = {\n'k': [1,\n\n  2],  # f\n}",
    "a = b + \\\n\\\n  c",
    "a = b if c \\\n    else d",
    "def f(x='''\n'''):\n  '''doc\n  '''\n  return x",
    "class A: pass",
    "for a in b:\n  # g\n\n  c = 1\n    # h\n  # i\nelse:\n  pass\n  # j",
    "if a: b = 1; c = 2\nelif d:\n    e = '''\n'''\nelse: f = 1",
    "try:\n\ta = 1\nexcept E: pass\n# k\nfinally:\n\tb = 1",
    "while a:\n    if b: break\n    with c: d = (1,\n2)",
    "@d(\n 1)\n# l\n@e\nasync def f(): await g",
    "x = lambda: '''\n'''",
    "print(a, '''\n  ''' if b else\nc)",
]
ABOVE = ["", "\n", "# m\n", "\n# n\n\n", "# o\n  # p\n\n# q\n", "  \n", "\f\n"]


@st.composite
def nasty(draw: st.DrawFn, depth: int = 2) -> str:
    """The text of a block, at column 0."""
    pieces = []
    for _ in range(draw(st.integers(1, 4))):
        pieces.append(draw(st.sampled_from(ABOVE)))
        if depth and draw(st.booleans()):
            head = draw(st.sampled_from(["if a:", "def f():  # r", "for a in b :", "class B(C):"]))
            unit = draw(st.sampled_from(["    ", "  ", "\t", "   "]))
            pieces.append(f"{head}\n{_indented(draw(nasty(depth - 1)), unit)}")
        else:
            pieces.append(draw(st.sampled_from(NASTY)) + "\n")
    return "".join(pieces)


def _indented(text: str, unit: str) -> str:
    """The block one step further in: lines inside strings as well, which only makes other ones."""
    return textwrap.indent(text, unit)


@settings(max_examples=150, deadline=None)
@given(nasty(), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.data())
def test_any_run_of_nasty_files(text: str, newline: str, last: bool, data: st.DataObject) -> None:
    text = text.replace("\n", newline)
    tree = tree_of(text if last else text.rstrip("\r\n"))
    check_run(tree, data.draw(st.sampled_from(runs_of(tree))))


@settings(max_examples=100, deadline=None)
@given(nasty(), st.data())
def test_any_part_of_a_line(text: str, data: st.DataObject) -> None:
    tree = tree_of(text)
    lines = [
        node
        for block in blocks(tree)
        for statement in block.body
        for node in [statement, *children(statement)]
        if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite))
    ]
    if not lines:
        return
    small = list(data.draw(st.sampled_from(lines)).body)
    first = data.draw(st.integers(0, len(small) - 1))
    edits = wrap_small(tree, small[first : data.draw(st.integers(first + 1, len(small)))], HEADER)
    if edits is not None:
        after = apply(text, edits)
        verify(text, after, sorted(edits))
        assert_only_structure(text, after)
