"""Every name in the table of values is there and does what the table says."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

from varmigrate.torch_facts.values import (
    ARRAY_FACTORIES,
    FILLING_METHODS,
    NEW_METHODS,
    VALUE_FACTORIES,
)

ARGUMENTS: dict[str, tuple[object, ...]] = {
    "torch.full": ((2,), 2.0),
    "torch.full_like": (2.0,),
    "torch.linspace": (0, 1, 2),
    "torch.logspace": (0, 1, 2),
    "torch.range": (0, 2),
    "torch.normal": (0.0, 1.0, (2,)),
    "torch.randint": (2, (2,)),
    "torch.randint_like": (2,),
    "numpy.full": ((2,), 1.0),
    "numpy.linspace": (0, 1, 2),
    "numpy.random.normal": (0, 1, 2),
    "numpy.random.uniform": (0, 1, 2),
}


def resolve(name: str) -> object:
    found: object = {"torch": torch, "numpy": np}[name.split(".", 1)[0]]
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("name", sorted(VALUE_FACTORIES))
def test_a_factory_depends_on_no_values(name: str) -> None:
    """Two tensors that differ only in what they hold give the same, chance aside."""
    function = resolve(name)
    assert callable(function)
    results = []
    for held in (0.0, 7.0):
        torch.manual_seed(0)
        arguments = ARGUMENTS.get(name, () if name.endswith("_like") else (2,))
        if name.endswith("_like"):
            arguments = (torch.full((2,), held), *arguments)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results.append(function(*arguments))
    assert isinstance(results[0], torch.Tensor)
    assert results[0].shape == results[1].shape
    if "empty" not in name:
        assert torch.equal(results[0], results[1])


@pytest.mark.parametrize("name", sorted(ARRAY_FACTORIES))
def test_an_array_factory_gives_an_array(name: str) -> None:
    function = resolve(name)
    assert callable(function)
    like = name.endswith("_like")
    made = function(np.array([3.0])) if like else function(*ARGUMENTS.get(name, (2,)))
    assert isinstance(made, np.ndarray)


@pytest.mark.parametrize("name", sorted(FILLING_METHODS))
def test_filling_forgets_what_was_held(name: str) -> None:
    results = []
    for held in (0.0, 7.0):
        torch.manual_seed(0)
        tensor = torch.full((4,), held)
        arguments = {"fill_": (3.0,), "geometric_": (0.5,)}.get(name, ())
        assert getattr(tensor, name)(*arguments) is tensor
        results.append(tensor)
    assert torch.equal(results[0], results[1])


@pytest.mark.parametrize("name", sorted(NEW_METHODS))
def test_new_has_the_type_of_the_receiver(name: str) -> None:
    receiver = torch.zeros(2, dtype=torch.float64)
    arguments: tuple[object, ...] = ([1.0, 2.0],) if name == "new_tensor" else (2,)
    if name == "new_full":
        arguments = ((2,), 1.0)
    made = getattr(receiver, name)(*arguments)
    assert made.dtype is receiver.dtype
    assert made.shape == (2,)
    assert made.data_ptr() != receiver.data_ptr()
