"""Each row of `torch_facts.functions` against the installed torch."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from varmigrate.torch_facts.factories import FACTORIES
from varmigrate.torch_facts.functions import (
    FUNCTIONS,
    NON_TENSOR_FUNCTIONS,
    TUPLE_FUNCTIONS,
)
from varmigrate.torch_facts.methods import METHODS, NON_TENSOR_METHODS, TUPLE_METHODS

from .measure import check, check_elements, runs_of
from .recipes import function_recipes, is_torch_function

pytestmark = pytest.mark.filterwarnings("ignore")

RECIPES = function_recipes()
TUPLE_RECIPES = {
    **{name: calls for name, calls in RECIPES.items() if name in TUPLE_FUNCTIONS},
    **{
        name: [f"{name}(x, 0)", f"{name}(x, -1, True)", f"{name}(x, dim=0)"]
        for name in ("torch.max", "torch.min", "torch.median", "torch.nanmedian")
    },
}
OTHER_NON_TENSOR_RECIPES = {
    "torch.can_cast": ["torch.can_cast(torch.float32, torch.int64)"],
    "torch.is_grad_enabled": ["torch.is_grad_enabled()"],
    "torch.is_storage": ["torch.is_storage(x)"],
    "torch.is_tensor": ["torch.is_tensor(x)"],
    "torch.result_type": ["torch.result_type(x, p)"],
    "torch.typename": ["torch.typename(x)"],
}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_function(name: str) -> None:
    row = FUNCTIONS[name]
    check(RECIPES.get(name, []), row.graph, row.identity)


@pytest.mark.parametrize("name", sorted(TUPLE_FUNCTIONS))
def test_tuple_function(name: str) -> None:
    row = TUPLE_FUNCTIONS[name]
    runs = check(
        TUPLE_RECIPES.get(name, []), row.graph, row.identity, single=False, attacked=row.always
    )
    check_elements(runs, row.graph, row.free)
    assert row.always is (name not in FUNCTIONS)
    method = TUPLE_METHODS.get(name.removeprefix("torch."))
    assert row.locked is (method is not None and method.locked)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: torch.chunk(x, 2),
        lambda x: torch.split(x, 1),
        lambda x: torch.split_with_sizes(x, [1, 1]),
        lambda x: torch.unbind(x),
    ],
    ids=sorted(name for name, row in TUPLE_FUNCTIONS.items() if row.locked),
)
def test_locked_elements(call) -> None:  # type: ignore[no-untyped-def]
    first = call(torch.rand(2, 2, requires_grad=True) * 1)[0]
    with pytest.raises(RuntimeError, match="multiple views"):
        first.mul_(2)


@pytest.mark.parametrize("name", sorted(NON_TENSOR_FUNCTIONS))
def test_non_tensor_function(name: str) -> None:
    runs = runs_of(RECIPES.get(name, OTHER_NON_TENSOR_RECIPES.get(name, [])))
    assert not any(run.results for run in runs)


def test_every_method_that_is_a_function_too_has_a_row() -> None:
    known = FUNCTIONS.keys() | TUPLE_FUNCTIONS.keys() | NON_TENSOR_FUNCTIONS | FACTORIES.keys()
    methods = METHODS.keys() | TUPLE_METHODS.keys() | NON_TENSOR_METHODS
    wanted = {f"torch.{name}" for name in methods if is_torch_function(name)}
    assert wanted - known == set()


def test_every_recipe_has_a_row() -> None:
    known = FUNCTIONS.keys() | TUPLE_FUNCTIONS.keys() | NON_TENSOR_FUNCTIONS | FACTORIES.keys()
    assert RECIPES.keys() - known == set()


def test_no_name_is_in_two_tables() -> None:
    assert not FUNCTIONS.keys() & FACTORIES.keys()
    assert not FUNCTIONS.keys() & NON_TENSOR_FUNCTIONS
    assert not TUPLE_FUNCTIONS.keys() & FACTORIES.keys()


def test_inplace_and_training_flags() -> None:
    x = torch.rand(2)
    assert F.relu(x) is not x
    assert F.relu(x, inplace=True) is x
    assert F.relu(x, True) is x
    assert F.dropout(x, training=False) is x
    assert F.dropout(x, p=0.0) is x
    assert F.dropout(x) is not x
