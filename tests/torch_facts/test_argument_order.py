"""Each row of `torch_facts.argument_order` against the installed torch."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import pytest
import torch
from torch import Tensor

from varmigrate.torch_facts.argument_order import OLD_ORDERS, RECEIVER, SCALARS, WORDS_OF_OTHERS

SHAPES: dict[str, dict[str, tuple[int, ...]]] = {
    "add": {"input": (2, 3), "other": (2, 3)},
    "sub": {"input": (2, 3), "other": (2, 3)},
    "addcdiv": {"input": (2, 3), "tensor1": (2, 3), "tensor2": (2, 3)},
    "addcmul": {"input": (2, 3), "tensor1": (2, 3), "tensor2": (2, 3)},
    "addmm": {"input": (2, 3), "mat1": (2, 4), "mat2": (4, 3)},
    "sspaddmm": {"input": (2, 3), "mat1": (2, 4), "mat2": (4, 3)},
    "addmv": {"input": (2,), "mat": (2, 4), "vec": (4,)},
    "addr": {"input": (2, 3), "vec1": (2,), "vec2": (3,)},
    "addbmm": {"input": (2, 3), "batch1": (5, 2, 4), "batch2": (5, 4, 3)},
    "baddbmm": {"input": (5, 2, 3), "batch1": (5, 2, 4), "batch2": (5, 4, 3)},
}
NUMBERS = {"alpha": 2.5, "beta": 0.5, "value": -1.5}
ROWS = [(name, order) for name, orders in OLD_ORDERS.items() for order in orders]


def _arguments(name: str, order: tuple[str, ...]) -> dict[str, Tensor | float]:
    torch.manual_seed(3)
    made: dict[str, Tensor | float] = {}
    for parameter in order:
        if parameter in SCALARS:
            made[parameter] = NUMBERS[parameter]
        else:
            tensor = torch.rand(SHAPES[name][parameter]) + 0.5
            sparse = name == "sspaddmm" and parameter != "mat2"
            made[parameter] = tensor.to_sparse() if sparse else tensor
    return made


def _dense(result: Tensor) -> Tensor:
    return result.to_dense() if result.is_sparse else result


@pytest.mark.parametrize(("name", "order"), ROWS)
@pytest.mark.parametrize("suffix", ["function", "method", "in place"])
@pytest.mark.filterwarnings("ignore")
def test_every_form_gives_the_same(name: str, order: tuple[str, ...], suffix: str) -> None:
    def called(*, old: bool, by_name: bool = False) -> Tensor:
        made = _arguments(name, order)
        if suffix == "function":
            call = getattr(torch, name)
        else:
            call = getattr(made.pop(RECEIVER), name + "_" * (suffix == "in place"))
        if by_name:
            result = call(**made)
        elif old:
            result = call(*made.values())
        else:
            numbers = {p: v for p, v in made.items() if p in SCALARS}
            result = call(*(v for p, v in made.items() if p not in SCALARS), **numbers)
        assert isinstance(result, Tensor)
        return _dense(result)

    if (name, suffix) == ("sspaddmm", "in place"):
        assert not hasattr(Tensor, "sspaddmm_")
        return
    before = called(old=True)
    assert torch.equal(before, called(old=False))
    assert torch.equal(before, called(old=False, by_name=True))
    assert not torch.equal(before, _dense(_arguments(name, order)[RECEIVER]))  # type: ignore[arg-type]


def test_the_old_order_warns() -> None:
    add: Any = torch.ones(2).add
    torch.set_warn_always(True)
    try:
        with pytest.warns(UserWarning, match="deprecated"):
            add(2, torch.ones(2))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            torch.ones(2).add(torch.ones(2), alpha=2)
    finally:
        torch.set_warn_always(False)


def test_no_other_call_takes_numbers_first() -> None:
    """Found by asking every method and function with the patterns of the rows."""
    three = torch.ones(2, 2)
    found = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in dir(Tensor):
            if name.startswith("_") or not callable(getattr(Tensor, name)):
                continue
            for numbers, tensors in itertools.product((1, 2), (1, 2)):
                arguments = [0.5] * numbers + [three] * tensors
                try:
                    result = getattr(torch.ones(2, 2), name)(*arguments)
                except Exception:
                    continue
                if isinstance(result, Tensor):
                    found.add(name.removesuffix("_"))
    assert found == {"add", "sub", "addcmul", "addcdiv", "addmm"}
    # The others need tensors of other shapes.
    assert OLD_ORDERS.keys() - found == {"addbmm", "addmv", "addr", "baddbmm", "sspaddmm"}


def test_words_of_others() -> None:
    assert OLD_ORDERS.keys() >= WORDS_OF_OTHERS
