"""For any text: either the file is left alone and that is reported, or the result is valid.

Texts are made from programs that use the legacy API by cutting, repeating and splicing.
"""

from __future__ import annotations

import ast
import warnings

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from varmigrate.analysis.context import ModuleContext
from varmigrate.model import FileResult
from varmigrate.rewrite.tokens import comments
from varmigrate.run.judge import FileOptions
from varmigrate.run.work import Task, work

HEADS = [
    "import torch\nfrom torch.autograd import Variable\n",
    "from torch.autograd import Function, Variable  # old\n",
    "import torch as t\nimport torch.autograd as ag\nVariable = ag.Variable\n",
    "try:\n    from torch.autograd import Variable\nexcept ImportError:\n    Variable = None\n",
    "from torch.autograd import (\n    Variable,  # the wrapper\n    grad,\n)\n",
]
ARGUMENTS = [
    "x",
    "x + y",
    "torch.randn(3)",
    "torch.Tensor([1, 2.0])",
    "x.data",
    "x if y else z",
    "Variable(x)",
    "torch.zeros(2).view(1, 2)",
    "lambda: x",
    "(x)",
    "*x",
    "[1]",
    "x[0]",
    "await x",
    "(y := x)",
    "",
]
FLAGS = [
    "",
    ", requires_grad=True",
    ", requires_grad=r",
    ", True",
    ", volatile=True",
    ", requires_grad=not r, volatile=False",
    ",\n        requires_grad=False,  # frozen\n    ",
    ", **kw",
]
SHAPES = [
    "a = {}\n",
    "a, b = {}, {}\n",
    "def f(x):\n    return {}\n",
    "class A:\n    def g(self, x):\n        self.w = {}\n",
    "for x in loader:\n    x = {}\n",
    "f({}, k={})  # use\n",
    "a = -{} ** 2\n",
    "b = [{} for x in xs]; c = {}\n",
    "if isinstance(x, Variable): y = {}\n",
    "d = f'{{{}}}'\n",
    "with {} as h: pass\n",
    "x: Variable = {}\n",
    "a = (  # open\n    {}\n    # inner\n    .cuda()\n)\n",
    "def deco(x={}): pass\n",
    "assert type(a) is Variable, {}\n",
]

call = st.builds("Variable({}{})".format, st.sampled_from(ARGUMENTS), st.sampled_from(FLAGS))


@st.composite
def program(draw: st.DrawFn) -> str:
    """A program that mostly parses."""
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=5))
    body = [shape.format(*[draw(call) for _ in range(shape.count("{}"))]) for shape in shapes]
    return draw(st.sampled_from(HEADS)) + "".join(body)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A program in which stretches were cut out, repeated, or replaced."""
    text = draw(program())
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        piece = draw(
            st.sampled_from(["", text[start:end] * 2, "(", ")", "\n", "    ", "#", "'", ",", "\t"])
            | st.text(max_size=3)
        )
        text = text[:start] + piece + text[end:]
    return text


def holds(text: str, unsafe: bool) -> None:
    """The promise, for one text."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return
    result = fix(raw, unsafe)
    assert not any("internal error" in error for error in result.errors)
    codes = [finding.code for finding in result.findings]
    assert "VM009" not in codes
    if result.after is None:
        return
    assert "VM001" not in codes
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            # The parser takes some texts that Python does not; what is made of them may be neither.
            return
        ast.parse(result.after)
    kept = [c for _, c in comments(result.after)]
    assert all(c in kept for _, c in comments(text) if "noqa" not in c)
    again = fix(result.new_bytes or b"", unsafe)
    assert again.after is None
    assert [f.code for f in again.findings] == codes


def fix(raw: bytes, unsafe: bool) -> FileResult:
    """Fix a file as a run does."""
    return work(Task("a.py", raw, ModuleContext(), FileOptions(fix=True, unsafe=unsafe))).result


COMMON = settings(
    max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@COMMON
@given(program(), st.booleans())
def test_programs(text: str, unsafe: bool) -> None:
    holds(text, unsafe)


@COMMON
@given(mutated(), st.booleans())
def test_mutated_programs(text: str, unsafe: bool) -> None:
    holds(text, unsafe)


@COMMON
@given(st.text())
def test_any_text(text: str) -> None:
    holds("import torch\n" + text, False)


@COMMON
@given(st.binary())
def test_any_bytes(raw: bytes) -> None:
    result = fix(b"import torch  # Variable\n" + raw, False)
    assert not any("internal error" in error for error in result.errors)
