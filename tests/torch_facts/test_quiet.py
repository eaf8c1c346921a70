"""What is called quiet records no graph, and what is said to differentiate does."""

from __future__ import annotations

import builtins
import re

import pytest
import torch
from torch import nn

from varmigrate.torch_facts import quiet


def _found(origin: str) -> object:
    value: object = torch
    for part in origin.split(".")[1:]:
        value = getattr(value, part)
    return value


def test_the_builtins_are_there() -> None:
    assert all(hasattr(builtins, n) for n in quiet.QUIET_BUILTINS | quiet.CONTAINER_BUILTINS)


@pytest.mark.parametrize("origin", sorted(quiet.QUIET_TORCH | quiet.DIFFERENTIATING))
def test_the_functions_are_there(origin: str) -> None:
    assert callable(_found(origin))


@pytest.mark.parametrize("name", sorted(quiet.QUIET_METHODS))
def test_a_quiet_method_of_a_tensor_records_nothing(name: str) -> None:
    if not hasattr(torch.Tensor, name):
        return
    leaf = torch.ones(1, requires_grad=True)
    tensor = leaf.detach() if name == "numpy" else leaf
    result = getattr(tensor, name)()
    assert not isinstance(result, torch.Tensor)


@pytest.mark.parametrize("name", ["eval", "train", "zero_grad", "parameters", "state_dict"])
def test_a_quiet_method_of_a_module_records_nothing(name: str) -> None:
    assert name in quiet.QUIET_METHODS
    module = nn.Linear(1, 1)
    result = getattr(module, name)()
    made = [result] if isinstance(result, torch.Tensor) else []
    assert all(tensor.grad_fn is None for tensor in (*made, *module.parameters()))


def test_a_function_of_a_quiet_module_may_record() -> None:
    leaf = torch.ones(1, requires_grad=True)
    assert torch.utils.data.default_collate([leaf, leaf]).grad_fn is not None


@pytest.mark.parametrize("name", sorted(quiet.GRADIENT_METHODS - {"requires_grad_"}))
def test_a_gradient_method_needs_a_graph(name: str) -> None:
    arguments = (lambda grad: grad,) if name == "register_hook" else ()
    with pytest.raises(RuntimeError):
        getattr(torch.ones(1), name)(*arguments)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("loss.backward()", True),
        ("getattr(loss, 'backward')()", True),
        ("torch.autograd.grad(y, x)", True),
        ("from torch.autograd import grad as g", True),
        ("torch.func.jacrev(f)", True),
        ("opt.zero_grad()", False),
        ("x.requires_grad", False),
        ("torch.no_grad()", False),
    ],
)
def test_text_that_may_differentiate(text: str, found: bool) -> None:
    assert bool(re.search(quiet.DERIVATIVE_WORDS, text)) is found
