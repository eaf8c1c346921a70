"""The facts about random expressions are held against torch, which evaluates them.

Expressions are made of the tables' own methods, functions and factories over attached and free
tensors; whatever is called free must be free, whatever is called fresh must be nobody else's and
no view, with and without gradient recording.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator

import libcst as cst
import numpy as np
import pytest
import torch

from varmigrate.analysis.call_facts import UFUNCS
from varmigrate.analysis.facts import Fact
from varmigrate.analysis.file import FileAnalysis
from varmigrate.torch_facts.factories import FACTORIES
from varmigrate.torch_facts.functions import FUNCTIONS
from varmigrate.torch_facts.methods import METHODS

LEAVES = (
    "w v m s torch.zeros(2,2) torch.randn(2,2) torch.ones(2,2) torch.from_numpy(a) "
    "torch.Tensor(2,2) w.new(2,2) w.data w.detach()"
).split()
PLAIN = (
    "w v s i n k m a 1 2 0.5 -1 [1,2] [w,v] (2,2) w.size() w.size(0) v.shape True None w.dtype"
).split()
KEYWORDS = (
    "dtype=torch.float64 out=v out=None device='cpu' dim=0 input=w copy=True requires_grad=False "
    "size=(2,2)"
).split()
OPERATORS = "+ - * / @ ** % // > == &".split()
INDICES = "0 None i 0:1 v>0 ...".split()
CONSTRUCTORS = "torch.Tensor torch.FloatTensor torch.DoubleTensor w.new torch.LongTensor".split()
ATTRIBUTES = "data T grad real H mT".split()
CALLED = [name for name in (*FUNCTIONS, *FACTORIES) if name.count(".") == 1]
EACH = 2500


class Maker:
    """Makes random expressions; `random` decides everything."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def argument(self, depth: int) -> str:
        if depth > 0 and self.random.random() < 0.2:
            return self.expression(depth - 1)
        return self.random.choice(PLAIN)

    def arguments(self, depth: int) -> str:
        count = self.random.choice([0, 1, 1, 1, 2, 2, 3])
        parts = [self.argument(depth) for _ in range(count)]
        if self.random.random() < 0.15:
            parts.append(self.random.choice(KEYWORDS))
        return ", ".join(parts)

    def expression(self, depth: int) -> str:
        pick = self.random.choice
        if depth <= 0:
            return pick(LEAVES)
        inner = self.expression(depth - 1)
        shapes = {
            "method": lambda: f"{inner}.{pick(list(METHODS))}({self.arguments(depth - 1)})",
            "call": lambda: f"{pick(CALLED)}({self.arguments(depth - 1)})",
            "operator": lambda: f"({inner} {pick(OPERATORS)} {self.argument(depth - 1)})",
            "reflected": lambda: f"({self.argument(depth - 1)} {pick(OPERATORS[:4])} {inner})",
            "negative": lambda: f"(-{inner})",
            "index": lambda: f"{inner}[{pick(INDICES)}]",
            "choice": lambda: f"({inner} if n else {self.expression(depth - 1)})",
            "constructor": lambda: f"{pick(CONSTRUCTORS)}({self.arguments(depth - 1)})",
            "attribute": lambda: f"{inner}.{pick(ATTRIBUTES)}",
            "cat": lambda: f"torch.cat([{inner}, {self.argument(depth - 1)}])",
        }
        weights = [12, 8, 3, 2, 1, 1, 1, 1, 1, 1]
        (kind,) = self.random.choices(list(shapes), weights)
        return shapes[kind]()


def names() -> dict[str, object]:
    """What the expressions are evaluated over."""
    torch.manual_seed(0)
    w = torch.randn(2, 2, requires_grad=True)
    return {
        "torch": torch,
        "np": np,
        "w": w,
        "v": torch.randn(2, 2),
        "s": torch.tensor(1.5, requires_grad=True),
        "i": torch.tensor([0, 1]),
        "a": np.ones((2, 2), dtype="float32"),
        "n": 2,
        "k": 3,
        "m": w * 2,
    }


def facts(expressions: list[str]) -> Iterator[tuple[str, Fact]]:
    """The expressions with what is claimed of them."""
    head = "import torch\nimport numpy as np\n"
    analysis = FileAnalysis("a.py", head + "".join(f"z = {e}\n" for e in expressions))
    for line, expression in zip(analysis.tree.module.body[2:], expressions, strict=True):
        assert isinstance(line, cst.SimpleStatementLine)
        statement = line.body[0]
        assert isinstance(statement, cst.Assign)
        yield expression, analysis.facts.of(statement.value)


def compiles(expression: str) -> bool:
    """Whether Python takes the expression (a positional argument may follow a keyword)."""
    try:
        compile(expression, "expression", "eval")
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("recording", [True, False], ids=["recording", "no_grad"])
@pytest.mark.parametrize("seed", [1, 2])
def test_claims_hold(seed: int, recording: bool) -> None:
    maker = Maker(seed)
    made = [maker.expression(maker.random.choice([1, 2, 2, 3])) for _ in range(EACH)]
    held = 0
    for expression, fact in facts([e for e in made if compiles(e)]):
        if not (fact.free or fact.fresh):
            continue
        scope = names()
        try:
            with warnings.catch_warnings(), torch.set_grad_enabled(recording):
                warnings.simplefilter("ignore")
                value = eval(expression, dict(scope))
        except Exception:
            # What raises makes no tensor to be wrong about.
            continue
        if not isinstance(value, torch.Tensor):
            continue
        held += 1
        if fact.free:
            assert not value.requires_grad, expression
            assert value.grad_fn is None, expression
        if fact.fresh:
            assert not value._is_view(), expression
            assert all(value is not other for other in scope.values()), expression
    assert held > 100


@pytest.mark.parametrize("name", sorted(UFUNCS))
def test_numpy_computes_nothing_from_a_tensor_with_a_graph(name: str) -> None:
    function = getattr(np, name.removeprefix("numpy."))
    assert isinstance(function, np.ufunc)
    with pytest.raises(RuntimeError, match="requires grad"):
        function(torch.ones(2, requires_grad=True))
