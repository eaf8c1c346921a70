"""Old spellings are read as if they were in order, and nothing that stands for them gets out."""

from __future__ import annotations

import ast
import io
import keyword
import random
import sysconfig
import tokenize
import warnings
from pathlib import Path

import libcst as cst
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import check, fix
from varmigrate.analysis.tree import NotParsed, Tree, children, parse
from varmigrate.files.spellings import KEYWORD, mask, python_tree, tokens

LIBRARY = Path(sysconfig.get_path("stdlib"))


def names(tree: Tree) -> list[str]:
    """The text of every name in a tree."""
    found: list[str] = []
    waiting: list[cst.CSTNode] = [tree.module]
    while waiting:
        node = waiting.pop()
        waiting.extend(children(node))
        if isinstance(node, cst.Name):
            found.append(node.value)
    return found


def readable(text: str) -> bool:
    """Whether Python reads a text as it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


# -- what is a name and what is the keyword ----------------------------------------------------

NAMES = [
    ("f(async=True)\n", 1),
    ("x.cuda(0, async = not a)\n", 1),
    ("def f(self, async=False): return async\n", 2),
    ("f = lambda async: async\n", 2),
    ("self.async = async\n", 2),
    ("async\n", 1),
    ("async\ndef f(): pass\n", 1),
    ("async = 1; async += 1\n", 2),
    ("x = [o.async for o in y]\n", 1),
    ("x = [async, (async)]\n", 2),
    ("x = ~((async)) + (async).async\n", 3),
    ("x = {async: 1}\n", 1),
    ("x = [y for y in z if async]\n", 1),
    ("with async as x: pass\n", 1),
    ("for async in async: pass\n", 2),
    ("global async\n", 1),
    ("import async\n", 1),
    ("from .async import async as b\n", 2),
    ("def async(): pass\n", 1),
    ("class async(async): pass\n", 2),
    ("f(a if async else b)\n", 1),
    ("x = (1,\n     async)\n", 1),
    ("x = 1 + \\\n  async\n", 1),
    ("async  # async\n'async'\n'''\nasync = 1\n'''\n", 1),
    ("print(async, 'é', \"async\")\n", 1),
    ("zaaaa = async\n", 1),
    ("async def g():\n    async with a: pass\n    return f(async=1)\n", 1),
    ("async def g():\n    return [x async for x in f(async=1)]\n", 1),
    ("async \\\n def g(): return async\n", 1),
    ("try: pass\nexcept async: pass\n", 1),
    ("del async\n", 1),
    ("\f\nf(async=1)\n\f\n", 1),
    ("\tasync_ = f(async=1)".lstrip() + "\r\nasynchronous = 3\r\n", 1),
]


@pytest.mark.parametrize(("text", "count"), NAMES)
def test_async_as_a_name_is_read(text: str, count: int) -> None:
    assert not readable(text)
    tree = parse(text)
    assert len(tree.keywords) == names(tree).count(KEYWORD) == count
    for node in tree.keywords:
        assert text[tree.start(node) : tree.end(node)].strip("()") == KEYWORD
    assert set(names(tree)) <= set(tokenized(text))
    masked = mask(text)
    assert masked is not None
    assert ast.dump(python_tree(text)) == ast.dump(ast.parse(masked.text)).replace(
        masked.word, KEYWORD
    )


def tokenized(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


MODERN = [
    "async def f(): pass\n",
    "async def f():\n    async with a as b: pass\n    async for x in y: pass\n",
    "async def f():\n    return [x async for x in y], {x: 1 async for x in y}\n",
    "async def f():\n    return [x() async for x in y], f(x[0] async for x in y)\n",
    "async def f():\n    return [1 async for x in y], ['a' async for x in y]\n",
    "async def f():\n    return [x\n        # why\n        async for x in y]\n",
    "@a\nasync def f(): pass\n",
    "if x:\n    async  def f(): pass\n",
    "async\\\n def f(): pass\n",
    "asynchronous = 1\nx = 'async'  # async\n",
    "x = a % b\ny = (a\n% b)\nz = a \\\n  % b\nw = a != b\n'''\n%time x\n!ls\n'''\n",
    "x = '?'\n# %matplotlib inline\n",
]


@pytest.mark.parametrize("text", MODERN)
def test_what_python_reads_needs_no_mask(text: str) -> None:
    assert readable(text)
    assert mask(text) is None
    assert parse(text).keywords == ()


@pytest.mark.parametrize(
    "text",
    [
        "f(async for x in y)\n",
        "async def f(:\n    pass\n",
        "async x\n",
        "x = async def\n",
        "async async\n",
        "f'{async}'\n",
        "x = f(async=1\n",
        "y = async\nx = = 3\n",
    ],
)
def test_what_is_wrong_in_other_ways_is_told(text: str) -> None:
    assert not readable(text)
    if text == "f(async for x in y)\n":
        # A generator over a name: there is no comprehension without an operand.
        assert len(parse(text).keywords) == 1
        return
    with pytest.raises(NotParsed) as caught:
        parse(text)
    assert "zaaa" not in caught.value.message
    with pytest.raises(SyntaxError):
        python_tree(text)


def test_the_line_that_is_told_is_that_of_the_other_error() -> None:
    with pytest.raises(NotParsed) as caught:
        parse("f(async=1)\ny = 2\nx = = 3\n")
    assert caught.value.line == 3
    assert "x = = 3" in caught.value.message


# -- lines of IPython --------------------------------------------------------------------------

QUIET = [
    "%matplotlib inline\nx = 1\n",
    "  %matplotlib inline\n".lstrip() + "x = 1",
    "%%time\nx = 1\n",
    "!pip install 'a\nx = 1  # it's\n",
    "!\nx = 1\n",
    "!!ls\nx = 1\n",
    "if x:\n    !ls\nelse:\n\t%cd ..\n",
    "files = !ls *.py\nx = 1\n",
    "where = %pwd\n",
    "?print\nprint?\nx.y??\nx = 1\n",
    "!echo \\\n  'a' \\\n\n  \nx = 1\n".replace("\n\n  \n", "\n  b\n"),
    "%matplotlib inline\r\n%load_ext autoreload\r\n%autoreload 2\r\nx = 1\r\n",
    "% matplotlib inline\nf(async=1)\n",
    "!async\nx = async\n",
    "!ls ((([[[ ''' \"\"\"\nx = 1\n",
    "def f():\n    x = 1\n    !ls\n# end\n",
    "class A:\n    %config x = 'y'\n",
    "Z = 1\n%matplotlib inline\n",
    "x = '''\n%time\n'''\n%cd é\n",
    "from __future__ import print_function\n%matplotlib inline\n",
]


@pytest.mark.parametrize("text", QUIET)
def test_lines_of_ipython_are_passed_over(text: str) -> None:
    assert not readable(text)
    tree = parse(text)
    assert tree.module.code == text
    masked = mask(text)
    assert masked is not None
    assert len(masked.text) == len(text)
    assert readable(masked.text)
    shown = ast.dump(python_tree(text))
    assert f"'{masked.letter}'" not in shown
    # Only lines of IPython differ, and `async`.
    for before, after in zip(text.splitlines(), masked.text.splitlines(), strict=True):
        assert (
            before == after
            or before.lstrip()[:1] in "%!?'b"
            or "?" in before
            or ("= !" in before or "= %" in before or KEYWORD in before)
        )


REFUSED = [
    ("x = 1\n%time y = f(x)\n", 2, "%time"),
    ("%run other.py\n", 1, "%run"),
    ("%pylab inline\n", 1, "%pylab"),
    ("x = %timeit -o f()\n", 1, "%timeit"),
    ("%%capture out\nx = 1\n", 1, "%%capture"),
    ("%%bash\nls\n", 1, "%%bash"),
    ("%%writefile a.py\nx = 1\n", 1, "%%writefile"),
    ("%%timeit\nx = 1\n", 1, "%%timeit"),
    ("%matplotlib inline\n%aimport a\n", 2, "%aimport"),
    ("%store -r x\n", 1, "%store"),
    ("%reset -f\n", 1, "%reset"),
    ("%\n", 1, "%"),
    ("f(async=1)\n%prun f()\n", 2, "%prun"),
]


@pytest.mark.parametrize(("text", "line", "name"), REFUSED)
def test_lines_that_may_change_what_names_mean_are_not(text: str, line: int, name: str) -> None:
    with pytest.raises(NotParsed) as caught:
        parse(text)
    assert caught.value.line == line
    assert f"`{name}`" in caught.value.message


def test_what_a_line_of_ipython_may_bind_is_not_taken_for_known() -> None:
    """The value after the line may be attached: dropping the wrapper would be wrong."""
    head = "import torch\nfrom torch.autograd import Variable\nx = torch.zeros(3)\n"
    for line in ("%time x = model(y)", "%run train.py", "%store -r x"):
        result = fix(f"{head}{line}\nz = Variable(x)\n")
        assert result.after is None
        assert [finding.code for finding in result.findings] == ["VM001"]
    shown = fix(f"{head}x = !ls\nz = Variable(x)\n")
    assert "Variable(x)" in (shown.after or "Variable(x)") or ".detach()" in (shown.after or "")


def test_the_lines_stay_and_the_rest_is_fixed() -> None:
    text = (
        "# %%\n%matplotlib inline\n!pip install 'torch\nimport torch\n"
        "from torch.autograd import Variable\n# %%\n%%time\nx = Variable(torch.ones(3))\n!ls\n"
    )
    after = fix(text).after
    assert after == text.replace("from torch.autograd import Variable\n", "").replace(
        "Variable(torch.ones(3))", "torch.ones(3)"
    )
    assert fix(after).after is None


# -- properties --------------------------------------------------------------------------------


def with_keyword(text: str, name: str) -> str:
    """A program in which a name is called `async`, by Python's own tokens."""
    lines = text.splitlines(keepends=True)
    found = [
        token
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline)
        if token.type == tokenize.NAME and token.string == name
    ]
    for token in reversed(found):
        row, column = token.start[0] - 1, token.start[1]
        lines[row] = lines[row][:column] + KEYWORD + lines[row][column + len(name) :]
    return "".join(lines)


class Renamed(ast.NodeTransformer):
    """The same renaming in a tree."""

    def __init__(self, name: str) -> None:
        self.name = name

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for field, value in ast.iter_fields(node):
            if isinstance(node, ast.Constant):
                continue
            if isinstance(value, str):
                parts = [KEYWORD if part == self.name else part for part in value.split(".")]
                setattr(node, field, ".".join(parts))
            elif isinstance(value, list):
                setattr(node, field, [KEYWORD if item == self.name else item for item in value])
        return super().generic_visit(node)


FILES = sorted(
    [*LIBRARY.glob("*.py"), *LIBRARY.glob("asyncio/*.py"), *LIBRARY.glob("unittest/*.py")]
)


@pytest.mark.parametrize("path", random.Random(5).sample(FILES, 40), ids=lambda path: path.name)
def test_a_name_in_a_real_file_may_be_async(path: Path) -> None:
    """The trees are those of the file with another name; real `async` stays what it is."""
    text = path.read_text(encoding="utf-8")
    used = {
        node.id
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Name) and not keyword.iskeyword(node.id)
    }
    # A name inside the fields of an f-string is not told apart from the text around it.
    formatted = {
        value
        for string in ast.walk(ast.parse(text))
        if isinstance(string, ast.JoinedStr)
        for node in ast.walk(string)
        for _, value in ast.iter_fields(node)
        if isinstance(value, str)
    }
    choice = sorted(used - formatted)
    name = random.Random(path.name).choice(choice) if choice else "nothing"
    old = with_keyword(text, name)
    if old == text:
        return
    tree = parse(old)
    assert tree.module.code == old
    expected = ast.dump(Renamed(name).visit(ast.parse(text)))
    assert ast.dump(python_tree(old)) == expected
    written = [old[tree.start(node) : tree.end(node)].strip("()") for node in tree.keywords]
    assert written == [KEYWORD] * len(tree.keywords)


PIECES = st.sampled_from(
    [
        "async", "def f(", "(", ")", "[", "]", ":", "=", ",", ".", " ", "\n", "\n    ", "\r\n", "\\\n",
        "for", " in ", "with ", "x", "zaaaa", "'", '"""', "#", "%", "%matplotlib", "!", "?", "!ls",
        "%time", "f'", "{", "}", "\f", "\t", "return ", "lambda ", "await ", "é", "1", "async=True",
        "async def g():\n    ", "async for x in y", "self.async", "%%time\n", "`", "0777", "Z", ";",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=25).map("".join)
COMMON = settings(
    max_examples=600, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@COMMON
@given(TEXTS | st.text())
def test_a_mask_has_the_length_and_the_lines_of_the_text(text: str) -> None:
    masked = mask(text)
    if masked is None:
        return
    assert len(masked.text) == len(text)
    breaks = [(i, c) for i, c in enumerate(text) if c in "\r\n"]
    assert [(i, c) for i, c in enumerate(masked.text) if c in "\r\n"] == breaks
    assert not masked.word or masked.word not in text
    if masked.word:
        assert masked.text.replace(masked.word, KEYWORD) == text or masked.letter
    if masked.refused is not None:
        assert 1 <= masked.refused[0] <= text.count("\n") + text.count("\r") + 1


@COMMON
@given(TEXTS)
def test_what_is_read_is_what_is_written(text: str) -> None:
    masked = mask(text)
    hidden = (masked.word, masked.letter) if masked is not None else ("", "")
    refused = ""
    try:
        tree = parse(text)
        tree.ensure_reproduced()
    except NotParsed as error:
        refused = error.message
    if refused:
        assert not hidden[0] or hidden[0] not in refused
        return
    if "\f" not in text:
        assert tree.module.code == text
    assert all(not word or word in tokenized(text) for word in hidden if word in set(names(tree)))


@COMMON
@given(TEXTS)
def test_tokens_cover_the_text(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert token.start >= end
        assert text[token.start : token.end] == token.text
        end = token.end
    assert end <= len(text)


def test_long_texts_take_time_that_grows_with_them() -> None:
    """No place is looked at again and again: many unfinished strings and lines are no trouble."""
    for piece in ("'''\\'''", '"""', "'", "%\\\n", "async ", "!", "(", "x?", "\\"):
        list(tokens(piece * 30_000))


# -- no mask gets out --------------------------------------------------------------------------


def test_nothing_of_a_mask_is_seen_in_what_is_reported() -> None:
    text = (
        "import torch\nfrom torch.autograd import Variable\n%matplotlib inline\n"
        "def f(x, async=False, flag=None):\n"
        "    y = Variable(x.async, requires_grad=async)\n"
        "    return Variable(async(x), volatile=async), loss(y, Variable(self.async))\n"
    )
    masked = mask(text)
    assert masked is not None
    for result in (check(text), fix(text)):
        assert result.findings
        assert masked.word not in repr(result)
        assert f"`{masked.letter}`" not in repr(result)
    after = fix(text).after
    assert after is not None
    assert "%matplotlib inline\n" in after
