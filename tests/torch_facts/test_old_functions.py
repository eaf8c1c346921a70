"""What `torch.autograd.Function` and its context do today."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import pytest
import torch

from varmigrate.torch_facts.old_functions import (
    CONTEXT_ATTRIBUTES,
    CONTEXT_METHODS,
    CONTEXT_TAKEN,
    FUNCTION_NAMES,
    ONCE_DIFFERENTIABLE,
    SAVED_VARIABLES,
)


def _look_up(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def _context() -> Any:
    kept = []

    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            kept.append(ctx)
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx: Any, grad: torch.Tensor) -> torch.Tensor:
            return grad * 2

    result = Double.apply(torch.ones(2, requires_grad=True))
    return kept[0], result


@pytest.mark.parametrize("name", sorted(FUNCTION_NAMES))
def test_names(name: str) -> None:
    assert _look_up(name) is torch.autograd.Function


def test_every_public_name_of_a_context_is_taken() -> None:
    context, _ = _context()
    public = {name for name in dir(context) if not name.startswith("_")}
    assert public <= CONTEXT_TAKEN


@pytest.mark.parametrize("name", sorted(CONTEXT_METHODS | CONTEXT_ATTRIBUTES))
def test_what_a_context_offers(name: str) -> None:
    context, _ = _context()
    assert callable(getattr(context, name)) == (name in CONTEXT_METHODS)
    assert name in CONTEXT_TAKEN


def test_saved_variables_warns_and_gives_the_saved_tensors() -> None:
    context, _ = _context()
    with pytest.warns(DeprecationWarning, match="saved_tensors"):
        old = getattr(context, SAVED_VARIABLES)
    assert len(old) == 1
    assert old[0] is context.saved_tensors[0]


def test_an_instance_cannot_be_called() -> None:
    class Old(torch.autograd.Function):
        def forward(self, x: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
            return x

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        instance: Any = Old()
    with pytest.raises(RuntimeError, match="Legacy autograd function"):
        instance(torch.ones(2, requires_grad=True))


def test_a_context_is_no_instance_of_the_class() -> None:
    """So that what stands in the class body is not found on it."""

    class Scaled(torch.autograd.Function):
        scale = 3.0

        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            return x * ctx.scale

    with pytest.raises(AttributeError, match="scale"):
        Scaled.apply(torch.ones(2, requires_grad=True))


class Cube(torch.autograd.Function):
    """Its backward has one gradient more than there are arguments when `scale` is left out."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, scale: float = 1.0) -> torch.Tensor:
        ctx.scale = scale
        ctx.save_for_backward(x)
        return x**3 * scale

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return 3 * x**2 * ctx.scale * grad, None


def test_a_none_too_many_is_accepted() -> None:
    for arguments, gradient in (((), 12.0), ((2.0,), 24.0)):
        x = torch.tensor([2.0], requires_grad=True)
        Cube.apply(x, *arguments).sum().backward()
        assert x.grad is not None
        assert x.grad.item() == gradient


def test_once_differentiable_records_nothing_and_a_second_derivative_raises() -> None:
    once = _look_up(ONCE_DIFFERENTIABLE)
    recorded = []

    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(x)
            return x**2

        @staticmethod
        @once
        def backward(ctx: Any, grad: torch.Tensor) -> torch.Tensor:
            recorded.append(torch.is_grad_enabled())
            (x,) = ctx.saved_tensors
            return 2 * x * grad

    x = torch.tensor([3.0], requires_grad=True)
    result = Once.apply(x)
    (first,) = torch.autograd.grad(result, x, torch.ones(1), create_graph=True)
    assert first.item() == 6.0
    assert not first.requires_grad
    weight = torch.ones(1, requires_grad=True)
    (first,) = torch.autograd.grad(Once.apply(x), x, weight, create_graph=True)
    assert recorded == [False, False]
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()
