"""Each row of `torch_facts.reductions` against the installed torch."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from tests.torch_facts import test_losses
from varmigrate.torch_facts import reductions
from varmigrate.torch_facts.losses import LOSS_FUNCTIONS, LOSS_MODULES, LOSSES_WITHOUT_TARGET

FLAGS = ("size_average", "reduce", "reduction")
# They give several values, or the flags cannot be told by their places.
LEFT_OUT = {
    "torch.nn.AdaptiveLogSoftmaxWithLoss",
    "torch.nn.LinearCrossEntropyLoss",
    "torch.nn.TripletMarginWithDistanceLoss",
    "torch.nn.functional.linear_cross_entropy",
    "torch.nn.functional.triplet_margin_with_distance_loss",
}


def _call(origin: str) -> Any:
    name = origin.rpartition(".")[2]
    return getattr(F if ".functional." in origin else nn, name)


def _arguments(origin: str) -> list[Any]:
    name = origin.rpartition(".")[2]
    if "riplet" in name:
        return [torch.rand(2, 3) for _ in range(3)]
    if ".functional." in origin:
        return test_losses.FUNCTION_ARGUMENTS[name]
    return test_losses.MODULES[name][1]


def _result(origin: str, **flags: object) -> Tensor:
    if ".functional." in origin:
        result = _call(origin)(*_arguments(origin), **flags)
    else:
        result = _call(origin)(**flags)(*_arguments(origin))
    assert isinstance(result, Tensor)
    return result


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("origin", sorted(reductions.LOSS_REDUCTIONS))
def test_a_loss_gives_one_number_unless_it_is_told_not_to(origin: str) -> None:
    call = nn.NLLLoss if origin.endswith("NLLLoss2d") else _call(origin)
    parameters = list(inspect.signature(call).parameters)
    places = reductions.LOSS_REDUCTIONS[origin]
    for flag, place in zip(FLAGS, places, strict=True):
        assert (parameters.index(flag) if flag in parameters else -1) == place
    assert _result(origin).dim() == 0
    for reduction in ("mean", "sum"):
        assert _result(origin, reduction=reduction).dim() == 0
    assert _result(origin, reduction="none").dim() > 0
    if places[1] >= 0:
        assert _result(origin, reduce=False).dim() > 0
        assert _result(origin, size_average=False).dim() == 0
        assert _result(origin, reduce=True, reduction="none").dim() == 0
        assert _result(origin, size_average=True, reduction="none").dim() == 0
        assert _result(origin, size_average=False, reduce=False).dim() > 0


def test_every_loss_has_a_row() -> None:
    every = {*LOSS_FUNCTIONS, *LOSS_MODULES, *LOSSES_WITHOUT_TARGET}
    assert every - reductions.LOSS_REDUCTIONS.keys() == LEFT_OUT


@pytest.mark.filterwarnings("ignore")
def test_reductions_of_losses() -> None:
    scores, target = torch.rand(2, 3), torch.rand(2, 3)
    for reduction in reductions.REDUCED:
        assert F.kl_div(scores, target, reduction=reduction).dim() == 0


@pytest.mark.parametrize("name", sorted(reductions.REDUCING))
def test_reducing(name: str) -> None:
    x = torch.rand(2, 3) + 0.1
    results = [getattr(x, name)(), getattr(torch, name)(x)]
    if name == "norm":
        results += [x.norm(2), torch.norm(x, 1)]
    assert [result.dim() for result in results] == [0] * len(results)
    with_one = getattr(x, name)(dim=1)
    first = with_one if isinstance(with_one, Tensor) else with_one[0]
    assert first.dim() == 1


@pytest.mark.parametrize("name", sorted(reductions.PAIRWISE))
def test_pairwise(name: str) -> None:
    x = torch.rand(3)
    assert getattr(x, name)(x).dim() == 0
    assert getattr(torch, name)(x, x).dim() == 0


def test_keywords_of_reductions() -> None:
    x = torch.rand(2, 3)
    results = [
        x.sum(dtype=torch.float64),
        x.std(unbiased=False),
        x.var(correction=0),
        x.norm(p=1),
    ]
    assert [result.dim() for result in results] == [0, 0, 0, 0]
    assert len(reductions.REDUCING_KEYWORDS) == len(results)


@pytest.mark.parametrize("name", sorted(reductions.KEEPING))
def test_keeping(name: str) -> None:
    arguments = (torch.float64,) if name == "to" else ()
    if name == "cuda" and not torch.cuda.is_available():
        pytest.skip("there is no such device")
    for shape in ((), (1,), (2, 3)):
        assert getattr(torch.rand(shape), name)(*arguments).shape == shape


@pytest.mark.parametrize("name", sorted(reductions.KEEPING_IN_PLACE))
def test_keeping_in_place(name: str) -> None:
    takes = name not in ("neg_", "sqrt_", "zero_")
    assert getattr(torch.ones(()), name)(*[2] * takes).dim() == 0
    if takes:
        with pytest.raises((RuntimeError, TypeError)):
            getattr(torch.ones(()), name)(torch.ones(3))


@pytest.mark.parametrize("name", sorted(reductions.BROADCASTING))
def test_broadcasting(name: str) -> None:
    number, vector = torch.ones(()), torch.ones(3)
    assert getattr(number, name)(2).dim() == 0
    assert getattr(number, name)(number).dim() == 0
    assert getattr(number, name)(vector).dim() == 1


@pytest.mark.parametrize("name", sorted(reductions.SHAPED_FACTORIES))
def test_shaped_factories(name: str) -> None:
    make = getattr(torch, name.removeprefix("torch."))
    assert make(1).dim() == 1
    assert make([1, 2]).dim() == 2
