"""Each row of `torch_facts.factories` against the installed torch."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from varmigrate.torch_facts.factories import FACTORIES

from .measure import attachable_operands, check, run_with
from .recipes import FACTORY_CALLS, KEYWORD_CALLS

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def double_default() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@pytest.mark.parametrize("name", sorted(FACTORIES))
def test_factory(name: str) -> None:
    row = FACTORIES[name]
    check(list(FACTORY_CALLS.get(name, ())), row.graph, row.identity)


@pytest.mark.parametrize("name", sorted(FACTORIES))
def test_keyword(name: str) -> None:
    """Every form takes `requires_grad=True` and gives a new leaf; or not every form does."""
    good = []
    for call in KEYWORD_CALLS.get(name, FACTORY_CALLS[name]):
        node = ast.parse(call, mode="eval").body
        assert isinstance(node, ast.Call)
        node.keywords.append(ast.keyword("requires_grad", ast.Constant(True)))
        recipe = ast.unparse(node)
        operands = attachable_operands(recipe)
        for attached in {frozenset[str](), frozenset(operands)}:
            if attached and FACTORIES[name].sparse:
                continue
            try:
                given, made = run_with(recipe, attached)
            except (TypeError, RuntimeError):
                good.append(False)
                continue
            assert isinstance(made, Tensor)
            new = not any(made is operand for operand in given.values())
            good.append(made.requires_grad and made.is_leaf and new)
    assert good
    assert all(good) is FACTORIES[name].keyword


@pytest.mark.usefixtures("double_default")
@pytest.mark.parametrize("name", sorted(FACTORIES))
def test_floating_default(name: str) -> None:
    """Without a dtype, on numbers that are integers: is it the default floating dtype?"""
    integers = {
        "torch.eye": "torch.eye(2)",
        "torch.empty_strided": "torch.empty_strided((2, 2), (2, 1))",
        "torch.empty_permuted": "torch.empty_permuted((2, 2), (0, 1))",
        "torch.linspace": "torch.linspace(0, 1, 2)",
        "torch.logspace": "torch.logspace(0, 1, 2)",
        "torch.range": "torch.range(0, 1)",
        "torch.scalar_tensor": "torch.scalar_tensor(1)",
        "torch.arange": "torch.arange(2)",
        "torch.full": "torch.full((2,), 1)",
        "torch.randint": "torch.randint(2, (2,))",
        "torch.randperm": "torch.randperm(2)",
        "torch.tril_indices": "torch.tril_indices(2, 2)",
        "torch.triu_indices": "torch.triu_indices(2, 2)",
        "torch.tensor": "torch.tensor([1, 2])",
        "torch.as_tensor": "torch.as_tensor([1, 2])",
        "torch.asarray": "torch.asarray([1, 2])",
        "torch.from_numpy": "torch.from_numpy(np.zeros(2, dtype=np.int64))",
        "torch.from_dlpack": "torch.from_dlpack(np.zeros(2, dtype=np.int64))",
        "torch.frombuffer": "torch.frombuffer(bytearray(8), dtype=torch.int64)",
        "torch.full_like": "torch.full_like(single, 1)",
        "torch.randint_like": "torch.randint_like(single, 2)",
        "torch.normal": "torch.normal(single)",
        "torch.binomial": "torch.binomial(single, single)",
        "torch.multinomial": "torch.multinomial(single, 1)",
        "torch.sparse_coo_tensor": "torch.sparse_coo_tensor([[0], [0]], [1])",
        "torch.sparse_csr_tensor": "torch.sparse_csr_tensor([0, 1], [0], [1])",
    }
    usual = f"{name}(single)" if name.endswith("_like") else f"{name}(2)"
    if name in ("torch.bernoulli", "torch.poisson"):
        usual = f"{name}(single)"
    single = torch.ones(1, dtype=torch.float32)
    made = eval(integers.get(name, usual), {"torch": torch, "np": np}, {"single": single})
    assert (made.dtype is torch.float64) is FACTORIES[name].floating_default


@pytest.mark.parametrize("name", sorted(FACTORIES))
def test_like_and_sparse(name: str) -> None:
    row = FACTORIES[name]
    assert row.like is name.endswith("_like")
    _, made = run_with(FACTORY_CALLS[name][0], frozenset())
    assert isinstance(made, Tensor)
    assert row.sparse is (made.layout is not torch.strided)


def test_every_recipe_has_a_row() -> None:
    assert FACTORY_CALLS.keys() == FACTORIES.keys()
    assert KEYWORD_CALLS.keys() <= FACTORIES.keys()


def test_full_of_a_tensor_that_requires_grad_raises() -> None:
    attached = torch.rand((), requires_grad=True)
    with pytest.raises(TypeError):
        torch.full((2,), attached)  # type: ignore[call-overload]


def test_normal_takes_the_keyword_only_with_a_size() -> None:
    assert torch.normal(0.0, 1.0, (2,), requires_grad=True).is_leaf
    with pytest.raises(TypeError):
        torch.normal(torch.zeros(2), 1.0, requires_grad=True)  # type: ignore[call-overload]


def test_asarray_sets_the_flag_on_the_tensor_it_was_given() -> None:
    x = torch.rand(2)
    assert torch.asarray(x, requires_grad=True) is x
    assert x.requires_grad


def test_from_numpy_shares_memory_with_the_array() -> None:
    array = np.zeros(2)
    torch.from_numpy(array)[0] = 1
    assert array[0] == 1
