"""Blank lines around what is deleted."""

from __future__ import annotations

import pytest

from tests.support import fixed
from varmigrate.model import Edit
from varmigrate.rewrite.edits import apply
from varmigrate.rewrite.gaps import close_gaps

# X and Y are lines that are deleted. What is between bars is the whole text.
CASES = {
    # Of what stood above and below, the larger number stays.
    "a\n\nX\n\n\nb\n": "a\n\n\nb\n",
    "a\n\n\nX\n\nb\n": "a\n\n\nb\n",
    "a\n\nX\n\nb\n": "a\n\nb\n",
    "a\n\nX\nY\n\nb\n": "a\n\nb\n",
    "a\n\nX\n\nY\n\n\nb\n": "a\n\n\nb\n",
    "a\n\nX\nb\n\nY\n\nc\n": "a\n\nb\n\nc\n",
    # One side says what it said.
    "a\nX\n\n\nb\n": "a\n\n\nb\n",
    "a\n\n\nX\nb\n": "a\n\n\nb\n",
    "a\nX\nb\n": "a\nb\n",
    # Nothing at the start and at the end of a file.
    "X\n\n\nb\n": "b\n",
    "\n\nX\n\nb\n": "b\n",
    "X\nY\n\nb\n": "b\n",
    "a\n\n\nX\n": "a\n",
    "a\n\n\nX": "a\n",
    "a\n\nX\n\n": "a\n\n",
    "X\n": "",
    # Nothing below the head of a block.
    "def f():\n    X\n\n    b\n": "def f():\n    b\n",
    "def f():  # c:\n    X\n\n    b\n": "def f():  # c:\n    b\n",
    "def f():\n\n    X\n\n    b\n": "def f():\n\n    b\n",
    "def f():\n    'a'\n    X\n\n    b\n": "def f():\n    'a'\n\n    b\n",
    "a  # b:\nX\n\nb\n": "a  # b:\n\nb\n",
    "def f():\n    a\n\n    X\n\n\nb\n": "def f():\n    a\n\n\nb\n",
    # Comments, form feeds and other newlines are no blank lines, or are.
    "# a\nX\n\n# b\n": "# a\n\n# b\n",
    "a\n\n\f\nX\n\nb\n": "a\n\n\f\n\nb\n",
    "a\r\n\r\nX\r\n\r\n\r\nb\r\n": "a\r\n\r\n\r\nb\r\n",
    "a\r\rX\r\rb\r": "a\r\rb\r",
    "a\n \t\nX\n\nb\n": "a\n\nb\n",
}


def _deletions(text: str) -> list[Edit]:
    edits: list[Edit] = []
    start = 0
    for line in text.splitlines(keepends=True) if "\f" not in text else text.split("\n"):
        whole = line if line.endswith(("\n", "\r")) or "\f" not in text else line + "\n"
        if line.strip() in ("X", "Y"):
            edits.append(Edit(start, start + len(whole), ""))
        start += len(whole)
    return edits


@pytest.mark.parametrize("text", CASES)
def test_gaps(text: str) -> None:
    assert apply(text, close_gaps(text, _deletions(text))) == CASES[text]


def test_no_gap_is_closed_that_another_edit_needs() -> None:
    text = "a\n\nX\n\nb\n"
    above = Edit(2, 3, "new\n")
    assert apply(text, close_gaps(text, [above, Edit(3, 5, "")])) == "a\nnew\n\nb\n"
    at_next = Edit(6, 6, "@new\n")
    assert apply(text, close_gaps(text, [Edit(3, 5, ""), at_next])) == "a\n\n@new\nb\n"


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(3, 4, "")],
        [Edit(3, 5, "pass\n")],
        [Edit(3, 3, "y\n")],
        [Edit(2, 3, "")],
    ],
    ids=["part of a line", "replaced", "inserted", "a blank line"],
)
def test_other_edits_stay_as_they_are(edits: list[Edit]) -> None:
    assert close_gaps("a\n\nX\n\nb\n", edits) == edits


USE = "\n\ndef f(t):\n    return [Variable(t)]\n"
FIXED = "\n\ndef f(t):\n    return [t.detach()]\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from torch.autograd import Variable\n", ""),
        ("import torch\n\nfrom torch.autograd import Variable\n", "import torch\n"),
        ("'''doc'''\n\nfrom torch.autograd import Variable\n", "'''doc'''\n"),
        ("# first\n\nfrom torch.autograd import Variable\n\nimport b\n", "# first\n\nimport b\n"),
    ],
)
def test_imports_leave_no_gap(before: str, after: str) -> None:
    assert fixed(before + USE) == (after + FIXED if after else FIXED.lstrip())


def test_a_needless_statement_leaves_no_gap() -> None:
    head = (
        "import torch\nfrom torch.autograd import Variable\n\n\ndef f():\n    x = torch.ones(2)\n"
    )
    after = "import torch\n\n\ndef f():\n    x = torch.ones(2)\n\n    return x + 1\n"
    assert fixed(head + "\n    x = Variable(x)\n\n    return x + 1\n") == after


# An `else` of which nothing is left

ELSE = (
    "import torch\nfrom torch.autograd import Variable\n\n\ndef f(a):\n    x = torch.ones(2)\n{}"
    "    return x + 1\n"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "    if a:\n        x = x.cuda()\n    else:\n        x = Variable(x)\n",
            "    if a:\n        x = x.cuda()\n",
        ),
        (
            "    if a:\n        x = x.cuda()\n    else:\n        x = Variable(x)\n\n"
            "        x = Variable(x)\n\n",
            "    if a:\n        x = x.cuda()\n\n",
        ),
        (
            "    if a:\n        x = x.cuda()\n    elif x:\n        x = Variable(x)\n",
            "    if a:\n        x = x.cuda()\n    elif x:\n        pass\n",
        ),
        (
            "    if a:\n        x = x.cuda()\n    else:  # why\n        x = Variable(x)\n",
            "    if a:\n        x = x.cuda()\n    else:  # why\n        pass\n",
        ),
        (
            "    if a:\n        x = x.cuda()\n    else:\n        # why\n        x = Variable(x)\n",
            "    if a:\n        x = x.cuda()\n    else:\n        # why\n        pass\n",
        ),
        (
            "    if a:\n        x = x.cuda()\n    else:\n        x = Variable(x)\n        a = x\n",
            "    if a:\n        x = x.cuda()\n    else:\n        a = x\n",
        ),
        (
            "    if a: x = x.cuda()\n    else: x = Variable(x)\n",
            "    if a: x = x.cuda()\n    else: pass\n",
        ),
        (
            "    while a:\n        a = a - 1\n    else:\n        x = Variable(x)\n",
            "    while a:\n        a = a - 1\n    else:\n        pass\n",
        ),
    ],
)
def test_an_else_that_says_nothing_goes(before: str, after: str) -> None:
    head = "import torch\n\n\ndef f(a):\n    x = torch.ones(2)\n"
    assert fixed(ELSE.format(before)) == f"{head}{after}    return x + 1\n"


def test_an_else_goes_whatever_the_newlines_are() -> None:
    source = ELSE.format("    if a:\n        x = x.cuda()\n    else:\n        x = Variable(x)\n")
    after = fixed(source.replace("\n", "\r\n"))
    assert "else" not in after
    assert after.count("\r\n") == after.count("\n")
