"""Trees: places of nodes, and texts that are parsed again after a few edits."""

from __future__ import annotations

import libcst as cst
import pytest

from varmigrate.analysis.tree import NotParsed, parse, reparse

TEXT = """\
#!/usr/bin/env python
# About the file.

import os  # why

# About f.
@decorated
def f(a):
    if a:
        return (a +
                1)
    # The end of f.

# About x.
x = f(1); y = 2


class A:
    def m(self):
        '''Text
# in a string.
'''
        return self
        # After the return.
if x:
    pass
else:
    y = 3
# The end.
"""


def edited(text: str, *changes: tuple[str, str]) -> tuple[str, list[tuple[int, int, str]]]:
    edits = sorted(
        (text.index(old), text.index(old) + len(old), new)
        for old, new in changes
        if text.count(old) == 1
    )
    assert len(edits) == len(changes)
    for start, end, new in reversed(edits):
        text = text[:start] + new + text[end:]
    return text, edits


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([("a +", "a * 2 +")], id="inside a function"),
        pytest.param([("return self\n", "return None\n")], id="before a comment in a block"),
        pytest.param([("y = 2", "y = 4"), ("y = 3", "y = 5")], id="first and last of several"),
        pytest.param([("x = f(1)", "x = g(1)"), ("class A", "class B")], id="neighbours"),
        pytest.param([("# About x.\n", "# About x and y.\n")], id="a comment above"),
        pytest.param([("# About x.\nx = f(1); y = 2\n", "")], id="a statement and its comment go"),
        pytest.param([("x = f(1); y = 2\n", "")], id="a statement goes, its comment stays"),
        pytest.param([("class A", "import re\n\n\nclass A")], id="a statement before another"),
        pytest.param([("@decorated\n", "")], id="a decorator goes"),
        pytest.param([("@decorated\n", "@one\n@two\n")], id="a decorator comes"),
        pytest.param([("import os  # why\n", "import re  # why\n")], id="the first statement"),
        pytest.param([("# About the file.", "# On the file.")], id="the header"),
        pytest.param([("# The end.\n", "# The very end.\n")], id="the footer"),
        pytest.param([("    # The end of f.\n", "")], id="the last line of a block"),
        pytest.param([("    # The end of f.\n", "# The end of f.\n")], id="it leaves the block"),
        pytest.param([("if x:\n    pass\nelse:\n    y = 3\n", "")], id="the last statement goes"),
        pytest.param([("'''Text", "'''Other")], id="in a text of several lines"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_reparse_gives_what_parse_gives(changes: list[tuple[str, str]], newline: str) -> None:
    before = TEXT.replace("\n", newline)
    changes = [(old.replace("\n", newline), new.replace("\n", newline)) for old, new in changes]
    after, edits = edited(before, *changes)
    tree, wanted = reparse(parse(before), after, edits), parse(after)
    assert tree.text == after
    assert tree.module.deep_equals(wanted.module)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([("1)\n", "1\n")], id="a bracket is left open"),
        pytest.param([("else:\n", "elif:\n")], id="no condition"),
        pytest.param([("x = f(1); y = 2\n", "x = f(1); y = \\\n")], id="a line is continued"),
        pytest.param([("y = 2\n", "y = '''\n")], id="a string is left open"),
        pytest.param([("    y = 3\n", "")], id="an empty block"),
    ],
)
def test_reparse_refuses_what_parse_refuses(changes: list[tuple[str, str]]) -> None:
    after, edits = edited(TEXT, *changes)
    with pytest.raises(NotParsed) as wanted:
        parse(after).ensure_reproduced()
    with pytest.raises(NotParsed) as found:
        reparse(parse(TEXT), after, edits)
    assert (found.value.line, found.value.message) == (wanted.value.line, wanted.value.message)


def test_reparse_keeps_the_nodes_that_do_not_change() -> None:
    before = parse(TEXT)
    after, edits = edited(TEXT, ("a +", "b +"))
    tree = reparse(before, after, edits)
    assert tree.module.body[0] is not tree.module.body[1]
    assert [a is b for a, b in zip(before.module.body, tree.module.body, strict=True)] == [
        True,
        False,
        True,
        True,
        True,
    ]


def test_a_tree_knows_where_its_nodes_stand() -> None:
    tree = parse("\ufeffé = (1 +\n     'ü')\nf(é)\n".lstrip("\ufeff"))
    (first, second) = tree.module.body
    assert isinstance(first, cst.SimpleStatementLine)
    assert isinstance(first.body[0], cst.Assign)
    assert tree.code(first.body[0].value) == "(1 +\n     'ü')"
    assert tree.place(tree.start(second)) == (3, 1)
    assert tree.line_text(2) == "     'ü')"


@pytest.mark.parametrize("text", ["x = 1\r\r\ny = 2\n", "x = 1\n\f\x0c y = 2\n", "x = \f1\rz\n"])
def test_a_text_that_is_not_reproduced_is_refused_or_told_exactly(text: str) -> None:
    try:
        tree = parse(text)
    except NotParsed:
        return
    assert tree.code(tree.module) == text
