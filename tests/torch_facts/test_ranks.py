"""Each row of `torch_facts.ranks` against the installed torch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from varmigrate.torch_facts.ranks import (
    CONTAINER_MODULES,
    FIXED_RANK,
    FIXED_RANK_METHODS,
    LIKE_METHODS,
    RANK_CHANGING,
    SAME_RANK_FUNCTIONS,
    SAME_RANK_METHODS,
    SAME_RANK_MODULES,
    SHAPED_METHODS,
    SIZED_FACTORIES,
)

M = torch.rand(2, 2)
B = torch.rand(2, 2, 2)
FIXED_ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "arange": (3,),
    "linspace": (0, 1, 3),
    "logspace": (0, 1, 3),
    "randperm": (3,),
    "eye": (2,),
    "mm": (M, M),
    "addmm": (M, M, M),
    "mv": (M, M[0]),
    "bmm": (B, B),
    "baddbmm": (B, B, B),
}


def resolve(dotted: str) -> Any:
    found: Any = torch
    for part in dotted.split(".")[1:]:
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("name", sorted(SIZED_FACTORIES))
def test_sizes(name: str) -> None:
    for rank in range(1, 5):
        assert resolve(name)(*[1] * rank).dim() == rank
        assert resolve(name)([1] * rank).dim() == resolve(name)((1,) * rank).dim() == rank


@pytest.mark.parametrize("name", FIXED_RANK)
def test_fixed_ranks(name: str) -> None:
    result = resolve(name)(*FIXED_ARGUMENTS[name.split(".")[-1]])
    assert result.dim() == FIXED_RANK[name]


@pytest.mark.parametrize("name", FIXED_RANK_METHODS)
def test_fixed_ranks_of_methods(name: str) -> None:
    receiver, *others = FIXED_ARGUMENTS[name]
    assert getattr(receiver, name)(*others).dim() == FIXED_RANK_METHODS[name]


@pytest.mark.parametrize("name", ["mm", "bmm", "mv", "addmm", "baddbmm"])
def test_other_ranks_raise(name: str) -> None:
    arguments = [torch.rand(2, 2, 2, 2) for _ in FIXED_ARGUMENTS[name]]
    with pytest.raises(RuntimeError):
        getattr(torch, name)(*arguments)


@pytest.mark.parametrize("rank", range(1, 5))
@pytest.mark.parametrize("name", sorted(SAME_RANK_FUNCTIONS))
def test_functions_that_keep_the_rank(name: str, rank: int) -> None:
    x = torch.rand([2] * rank)
    more = [0] if "softmax" in name else []
    assert resolve(name)(x, *more).dim() == rank


@pytest.mark.parametrize("rank", range(1, 5))
@pytest.mark.parametrize("name", sorted(SAME_RANK_METHODS - {"cuda"}))
def test_methods_that_keep_the_rank(name: str, rank: int) -> None:
    x = torch.rand([2] * rank)
    more = (0, -1) if name == "transpose" else ()
    assert getattr(x, name)(*more).dim() == rank


@pytest.mark.parametrize("name", sorted(SHAPED_METHODS))
def test_methods_that_are_given_the_shape(name: str) -> None:
    x = torch.rand(2, 3, 4)
    shape = (2, 0, 1) if name == "permute" else (4, 6, 1)
    assert getattr(x, name)(*shape).dim() == getattr(x, name)(shape).dim() == 3
    if name != "permute":
        assert getattr(x, name)(-1).dim() == 1


@pytest.mark.parametrize("name", sorted(LIKE_METHODS))
def test_methods_that_are_given_an_example(name: str) -> None:
    assert getattr(torch.rand(1, 1), name)(torch.rand(1, 1, 1)).dim() == 3


MODULES: dict[str, Any] = {
    "BatchNorm1d": (2,),
    "BatchNorm2d": (2,),
    "Linear": (2, 3),
    "Softmax": (0,),
    "LogSoftmax": (0,),
}


@pytest.mark.parametrize("name", sorted(SAME_RANK_MODULES))
def test_modules_that_keep_the_rank(name: str) -> None:
    last = name.split(".")[-1]
    ranks = {"BatchNorm1d": (2, 3), "BatchNorm2d": (4,)}.get(last, (1, 2, 3, 4))
    for rank in ranks:
        assert resolve(name)(*MODULES.get(last, ()))(torch.rand([2] * rank)).dim() == rank


@pytest.mark.parametrize("name", sorted(RANK_CHANGING - {"swap_tensors", "resize_as_sparse_"}))
def test_what_changes_the_rank_in_place(name: str) -> None:
    x = torch.rand(1, 2)
    more: dict[str, tuple[Any, ...]] = {
        "resize_": (2, 1, 1),
        "resize_as_": (B,),
        "set_": (B,),
        "squeeze_": (0,),
        "unsqueeze_": (0,),
        "as_strided_": ((1,), (1,)),
    }
    getattr(x, name)(*more[name])
    assert x.dim() != 2


def test_reductions() -> None:
    assert B.sum().dim() == B.mean().dim() == 0
    assert B.sum(-1).dim() == B.mean(dim=0).dim() == 2
    x: Tensor = B[0, :, -1]
    assert x.dim() == 1


def test_containers() -> None:
    for name in CONTAINER_MODULES:
        assert issubclass(resolve(name), torch.nn.Module)
        assert not hasattr(resolve(name), "weight")
    assert not CONTAINER_MODULES & SAME_RANK_MODULES
