"""Each row of `torch_facts.constructors` against the installed torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from varmigrate.torch_facts.constructors import (
    CUDA_TENSOR_TYPES,
    FROM_INDICES_AND_VALUES,
    FROM_NUMBERS,
    FROM_STORAGE,
    FROM_TENSOR,
    INTEGER_TENSOR_TYPES,
    SPARSE_TENSOR_TYPES,
    TENSOR_TYPES,
    Construction,
)
from varmigrate.torch_facts.kinds import Graph, Identity

DENSE = sorted(TENSOR_TYPES.keys() - SPARSE_TENSOR_TYPES - CUDA_TENSOR_TYPES)
SPARSE = sorted(SPARSE_TENSOR_TYPES - CUDA_TENSOR_TYPES)


def tensor_type(name: str) -> Any:
    found: Any = torch
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


def dtype_of(name: str) -> torch.dtype:
    wanted = TENSOR_TYPES[name]
    dtype = torch.get_default_dtype() if wanted is None else eval(wanted)
    assert isinstance(dtype, torch.dtype)
    return dtype


def test_the_claims() -> None:
    assert Construction(Graph.FREE, Identity.NEW) == FROM_NUMBERS
    assert Construction(Graph.OPERANDS, Identity.VIEW) == FROM_TENSOR
    assert Construction(Graph.FREE, Identity.DETACHED) == FROM_STORAGE
    assert Construction(Graph.OPERANDS, Identity.DETACHED) == FROM_INDICES_AND_VALUES


@pytest.mark.parametrize("name", DENSE)
def test_from_numbers(name: str) -> None:
    make = tensor_type(name)
    attached = torch.rand(2, 2, requires_grad=True)
    wanted = dtype_of(name)
    numbers = np.zeros(3, dtype=str(wanted).removeprefix("torch.")) if _numpy(wanted) else [1]
    for made, shape in (
        (make(), (0,)),
        (make(3), (3,)),
        (make(2, 3), (2, 3)),
        (make(torch.Size([2, 3])), (2, 3)),
        (make(attached.size()), (2, 2)),
        (make([1, 2]), (2,)),
        (make((1, 2)), (2,)),
        (make([[1, 0], [0, 1]]), (2, 2)),
        (make(torch.tensor(2), torch.tensor(3)), (2, 3)),
        (make(numbers), (len(numbers),)),
    ):
        assert made.shape == shape
        assert made.dtype is wanted
        assert not made.requires_grad
        assert made.is_leaf
        assert not made._is_view()


def _numpy(dtype: torch.dtype) -> bool:
    return dtype is not torch.bfloat16


@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad")
def test_the_history_of_a_number_in_a_list_is_cut() -> None:
    attached = torch.rand((), requires_grad=True)
    assert not torch.Tensor([attached, 1]).requires_grad
    assert not torch.FloatTensor([attached]).requires_grad


@pytest.mark.parametrize("name", DENSE)
def test_from_tensor(name: str) -> None:
    make = tensor_type(name)
    base = torch.ones(2, 2).to(dtype_of(name))
    if base.is_floating_point():
        base.requires_grad_()
    made = make(base)
    assert made is not base
    assert made.requires_grad is base.requires_grad
    assert made._is_view()
    assert made._base is base
    number = torch.tensor(3).to(dtype_of(name))
    assert make(number).shape == ()
    free = base.detach()
    assert not make(free).requires_grad
    with pytest.raises(TypeError):
        make(free, free)


@pytest.mark.parametrize("name", DENSE)
def test_from_storage(name: str) -> None:
    base = torch.ones(2).to(dtype_of(name))
    made = tensor_type(name)(base.storage())
    assert not made.requires_grad
    assert not made._is_view()
    assert made.untyped_storage().data_ptr() == base.untyped_storage().data_ptr()


@pytest.mark.parametrize("name", DENSE)
def test_of_another_dtype(name: str) -> None:
    other = torch.ones(2, dtype=torch.complex64)
    if name == "torch.Tensor":
        assert torch.Tensor(other).dtype is torch.complex64
    else:
        with pytest.raises(TypeError):
            tensor_type(name)(other)


@pytest.mark.parametrize("name", [*DENSE, *SPARSE])
def test_no_keyword(name: str) -> None:
    with pytest.raises(TypeError):
        tensor_type(name)(2, requires_grad=True)


@pytest.mark.parametrize("name", SPARSE)
def test_sparse(name: str) -> None:
    make = tensor_type(name)
    wanted = dtype_of(name)
    for made in (make(), make(2, 3), make(torch.Size([2, 3]))):
        assert made.dtype is wanted
        assert made.layout is torch.sparse_coo
        assert not made.requires_grad
    values = torch.ones(2).to(wanted)
    if values.is_floating_point():
        values.requires_grad_()
    indices = torch.tensor([[0, 1]])
    for made in (make(indices, values), make(indices, values, torch.Size([2]))):
        assert made.requires_grad is values.requires_grad
        assert not made._is_view()
        assert made._values().untyped_storage().data_ptr() == values.untyped_storage().data_ptr()
    with pytest.raises(TypeError):
        make(made)


@pytest.mark.parametrize("name", sorted(CUDA_TENSOR_TYPES))
def test_cuda_type_exists(name: str) -> None:
    assert isinstance(tensor_type(name), type)
    assert dtype_of(name) is tensor_type(name).dtype


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("name", sorted(CUDA_TENSOR_TYPES))
def test_cuda_type(name: str) -> None:
    made = tensor_type(name)(2, 3)
    assert isinstance(made, Tensor)
    assert made.dtype is dtype_of(name)
    assert made.is_cuda
    assert not made.requires_grad


@pytest.mark.parametrize("name", sorted(TENSOR_TYPES))
def test_flags_and_dtype(name: str) -> None:
    found = tensor_type(name)
    assert (name in SPARSE_TENSOR_TYPES) is ("sparse" in found.__module__)
    assert (name in CUDA_TENSOR_TYPES) is ("cuda" in found.__module__)


def test_every_tensor_type_of_torch_has_a_row() -> None:
    for module, prefix in (
        (torch, "torch"),
        (torch.cuda, "torch.cuda"),
        (torch.sparse, "torch.sparse"),
        (torch.cuda.sparse, "torch.cuda.sparse"),
    ):
        for name, found in vars(module).items():
            if name.endswith("Tensor") and type(found) is type(torch.FloatTensor):
                assert f"{prefix}.{name}" in TENSOR_TYPES


@pytest.mark.parametrize("name", sorted(TENSOR_TYPES))
def test_only_integers_are_never_part_of_a_graph(name: str) -> None:
    dtype = TENSOR_TYPES[name]
    if dtype is None:
        assert name not in INTEGER_TENSOR_TYPES
        return
    number = getattr(torch, dtype.removeprefix("torch."))
    floating = number.is_floating_point or number.is_complex
    assert (name in INTEGER_TENSOR_TYPES) is not floating


def test_a_tensor_of_integers_stays_out_of_a_graph_whoever_writes_it() -> None:
    base = torch.arange(2)
    other = torch.LongTensor(base)
    assert other is not base
    attached = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError):
        base += attached
    base.copy_(attached)
    assert not base.requires_grad
    assert not other.requires_grad


def test_astype_is_no_method_of_tensors() -> None:
    assert not hasattr(torch.Tensor, "astype")
