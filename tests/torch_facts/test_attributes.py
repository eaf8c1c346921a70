"""Each row of `torch_facts.attributes` against the installed torch."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn.utils import rnn

from varmigrate.torch_facts.attributes import (
    ATTRIBUTES,
    HOLDER_FUNCTIONS,
    HOLDERS,
    NON_TENSOR_ATTRIBUTES,
)
from varmigrate.torch_facts.kinds import Graph, Identity

from .measure import check, measure

pytestmark = pytest.mark.filterwarnings("ignore")

# Public attributes of torch.Tensor without a row: other devices.
LEFT_OUT = frozenset(
    {"grad_dtype", "is_ipu", "is_maia", "is_mtia", "is_vulkan", "is_xla", "is_xpu"}
)


@pytest.mark.parametrize("name", sorted(ATTRIBUTES.keys() - {"grad"}))
def test_attribute(name: str) -> None:
    check([f"x.{name}"], ATTRIBUTES[name].graph, ATTRIBUTES[name].identity)


@pytest.mark.parametrize("name", sorted(NON_TENSOR_ATTRIBUTES))
def test_non_tensor_attribute(name: str) -> None:
    runs = measure(f"x.{name}")
    assert runs
    assert not any(run.results for run in runs)


def test_grad() -> None:
    assert ATTRIBUTES["grad"].graph is Graph.UNKNOWN
    assert ATTRIBUTES["grad"].identity is Identity.SAME
    x = torch.rand(2, requires_grad=True)
    assert x.grad is None
    (x**3).sum().backward(create_graph=True)
    assert x.grad is not None
    assert x.grad.requires_grad
    assert x.grad is x.grad
    y = torch.rand(2, requires_grad=True)
    (y**3).sum().backward()
    assert y.grad is not None
    assert not y.grad.requires_grad


@pytest.mark.parametrize("name", sorted(HOLDER_FUNCTIONS))
def test_holders(name: str) -> None:
    attached = torch.rand(2, 1, 3, requires_grad=True) * 1
    packed = {
        "torch.nn.utils.rnn.pack_padded_sequence": lambda: rnn.pack_padded_sequence(attached, [2]),
        "torch.nn.utils.rnn.pack_sequence": lambda: rnn.pack_sequence([attached[:, 0]]),
    }[name]()
    kind = type(packed)
    assert f"torch.nn.utils.rnn.{kind.__name__}" in HOLDERS
    assert not isinstance(packed, Tensor)
    assert packed.data.requires_grad
    out, _ = torch.nn.GRU(3, 2)(packed)
    assert type(out) is kind
    assert out.data.requires_grad


def test_every_attribute_of_torch_is_known_or_left_out() -> None:
    known = ATTRIBUTES.keys() | NON_TENSOR_ATTRIBUTES | LEFT_OUT
    public = {name for name in dir(Tensor) if name[0] != "_" and not _is_method(name)}
    assert public - known == set()


def _is_method(name: str) -> bool:
    return callable(getattr(Tensor, name))
