"""The traps of the semantics that are facts about torch (2, 3, 4, 5 and 11)."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from varmigrate.torch_facts.attributes import ATTRIBUTES
from varmigrate.torch_facts.functions import FUNCTIONS, TUPLE_FUNCTIONS
from varmigrate.torch_facts.kinds import Graph, Identity
from varmigrate.torch_facts.methods import METHODS, OPERATORS, TUPLE_METHODS

from .measure import measure
from .recipes import method_recipes

RECIPES = method_recipes()
MAY_BE_SAME = (Identity.SAME, Identity.VIEW_OR_SAME)


def attached() -> Tensor:
    return torch.rand(2, 2, requires_grad=True) * 1


# -- 2: leaf-ness ------------------------------------------------------------------------------


@pytest.mark.parametrize("convert", [Tensor.double, Tensor.half, lambda x: x.to(torch.float64)])
def test_a_conversion_of_a_leaf_is_no_leaf(convert: Callable[[Tensor], Tensor]) -> None:
    assert not convert(torch.randn(3, requires_grad=True)).is_leaf
    assert convert(torch.randn(3)).requires_grad_().is_leaf


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_a_move_of_a_leaf_is_no_leaf() -> None:
    assert not torch.randn(3, requires_grad=True).cuda().is_leaf


def test_a_conversion_with_nothing_to_do_is_the_leaf() -> None:
    leaf = torch.randn(3, requires_grad=True)
    assert leaf.float() is leaf


# -- 3: the same object, or a new one that shares storage --------------------------------------

SAME = [
    "cpu",
    "to",
    "float",
    "double",
    "half",
    "long",
    "type",
    "type_as",
    "contiguous",
    "flatten",
    "requires_grad_",
    "share_memory_",
    "positive",
    "conj",
    "to_dense",
    "resolve_conj",
    "resolve_neg",
    "sum_to_size",
    "int",
    "short",
    "byte",
    "char",
    "bool",
    "bfloat16",
    "conj_physical",
    "adjoint",
    "diff",
    "to_sparse",
]
SHARED = [
    "view",
    "reshape",
    "ravel",
    "expand",
    "expand_as",
    "view_as",
    "broadcast_to",
    "squeeze",
    "unsqueeze",
    "t",
    "transpose",
    "permute",
    "narrow",
    "select",
    "chunk",
    "split",
    "unbind",
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SAME)
def test_may_be_the_same_object(name: str) -> None:
    assert METHODS[name].identity in MAY_BE_SAME
    runs = [run for recipe in RECIPES[name] for run in measure(recipe)]
    assert any("same" in run.identities for run in runs)


@pytest.mark.parametrize("name", sorted(n for n in METHODS if n.endswith("_")))
def test_in_place_is_the_same_object(name: str) -> None:
    for recipe in RECIPES[name]:
        for run in measure(recipe):
            assert run.identities == ("same",)


@pytest.mark.parametrize("name", SHARED)
def test_a_new_object_that_shares_storage(name: str) -> None:
    row = METHODS.get(name) or TUPLE_METHODS[name]
    assert row.identity is Identity.VIEW
    runs = [run for recipe in RECIPES[name] for run in measure(recipe)]
    assert any("view" in run.identities for run in runs)
    assert not any("same" in run.identities for run in runs)


def test_attributes_and_operators() -> None:
    x = torch.rand(2, 2)
    assert x.real is x
    assert ATTRIBUTES["real"].identity in MAY_BE_SAME
    assert (+x) is x
    assert OPERATORS["__pos__"].identity in MAY_BE_SAME
    for part in (x[0], x[:1], x[None], x[...], x[()], x[0, 0], next(iter(x))):
        assert part is not x
        assert part._base is x
    assert OPERATORS["__getitem__"].identity is Identity.VIEW
    for other in (x.detach(), x.data):
        assert other is not x
        assert other.data_ptr() == x.data_ptr()
        assert not other._is_view()


def test_functions_that_may_give_the_same_object() -> None:
    x = torch.rand(2, 2)
    assert torch.as_tensor(x) is x
    assert torch.asarray(x) is x
    assert torch.atleast_1d(x) is x
    assert torch.broadcast_tensors(x)[0] is x
    assert torch.broadcast_tensors(x, torch.rand(2, 2, 2))[0]._base is x
    assert FUNCTIONS["torch.atleast_1d"].identity in MAY_BE_SAME
    assert TUPLE_FUNCTIONS["torch.broadcast_tensors"].identity in MAY_BE_SAME
    assert F.dropout(x, training=False) is x


def test_modules_that_give_the_same_object() -> None:
    x = torch.rand(2, 2)
    assert nn.Identity()(x) is x
    assert nn.Sequential()(x) is x
    assert nn.Dropout().eval()(x) is x
    assert nn.Dropout(p=0.0)(x) is x
    assert nn.Dropout()(x) is not x
    assert nn.ReLU(inplace=True)(x) is x
    assert nn.ReLU()(x) is not x


def test_out_is_the_result() -> None:
    out = torch.empty(2)
    assert torch.add(torch.ones(2), 1, out=out) is out
    assert torch.zeros(2, out=out) is out


def test_constructors_and_copies_share_storage() -> None:
    x, y = torch.rand(2), torch.rand(2)
    for made in (torch.Tensor(x), torch.FloatTensor(x), y.new(x), copy.copy(x)):
        assert made is not x
        assert made.data_ptr() == x.data_ptr()
    assert copy.deepcopy(x).data_ptr() != x.data_ptr()
    array = np.zeros(2, dtype=np.float32)
    assert torch.from_numpy(array).data_ptr() == array.ctypes.data


def test_setting_the_flag_on_a_cast_may_flip_the_source() -> None:
    x = torch.rand(2)
    x.float().requires_grad_()
    assert x.requires_grad


# -- 4: free of the graph, or not --------------------------------------------------------------

FREE = [
    "detach",
    "argmax",
    "argmin",
    "argsort",
    "eq",
    "ne",
    "gt",
    "lt",
    "ge",
    "le",
    "long",
    "int",
    "byte",
    "bool",
    "nonzero",
    "count_nonzero",
    "multinomial",
    "isnan",
    "all",
    "any",
    "new_zeros",
    "new_ones",
    "new_empty",
    "new_full",
    "new_tensor",
]
NOT_FREE = ["sign", "round", "floor", "ceil", "trunc", "frac", "bernoulli", "clone", "float"]
STAYS_ATTACHED = ["fill_", "zero_", "normal_", "uniform_"]


@pytest.mark.parametrize("name", FREE)
def test_free_whatever_the_operands(name: str) -> None:
    assert METHODS[name].graph is Graph.FREE
    runs = [run for recipe in RECIPES[name] for run in measure(recipe)]
    assert any(run.attached for run in runs)
    assert not any(run.result_attached for run in runs)


@pytest.mark.parametrize("name", NOT_FREE)
def test_not_free(name: str) -> None:
    assert METHODS[name].graph is not Graph.FREE
    assert getattr(attached(), name)().requires_grad


@pytest.mark.parametrize("name", STAYS_ATTACHED)
def test_filling_does_not_cut(name: str) -> None:
    assert METHODS[name].graph is not Graph.FREE
    x = attached()
    getattr(x, name)(*([0.0] if name == "fill_" else []))
    assert x.requires_grad


def test_fill_with_an_attached_number_attaches() -> None:
    x = torch.zeros(2)
    x.fill_(torch.rand((), requires_grad=True))
    assert x.requires_grad


@pytest.mark.parametrize("name", ["normal_", "uniform_", "exponential_", "cauchy_", "geometric_"])
def test_random_fill_with_an_attached_number_raises(name: str) -> None:
    with pytest.raises((TypeError, RuntimeError)):
        getattr(torch.zeros(2), name)(torch.rand((), requires_grad=True))


@pytest.mark.parametrize("name", ["max", "min", "sort", "topk", "median", "kthvalue", "mode"])
def test_indices_are_free(name: str) -> None:
    values, indices = getattr(attached(), name)(*([] if name == "sort" else [1]))
    assert values.requires_grad
    assert not indices.requires_grad
    assert TUPLE_METHODS[name].free == {1}


def test_data_is_free_but_not_of_a_packed_sequence() -> None:
    assert not attached().data.requires_grad
    packed = nn.utils.rnn.pack_padded_sequence(attached().unsqueeze(2), [2, 2])
    assert packed.data.requires_grad


@pytest.mark.filterwarnings("ignore")
def test_tensors_from_attached_ones() -> None:
    x = attached()
    assert not torch.tensor(x).requires_grad
    assert not torch.zeros_like(x).requires_grad
    assert torch.zeros_like(x, requires_grad=True).requires_grad
    assert x.new(x).requires_grad
    assert torch.Tensor(x).requires_grad
    assert not x.new(2, 2).requires_grad
    assert not x.new([1.0]).requires_grad
    assert not torch.Tensor([1.0]).requires_grad


def test_sample_is_free() -> None:
    normal = torch.distributions.Normal(attached(), 1.0)
    assert not normal.sample().requires_grad
    assert normal.rsample().requires_grad


def test_free_is_not_without_gradient() -> None:
    x = torch.ones(1, requires_grad=True)
    x.sum().backward()
    x.requires_grad_(False)
    assert not x.requires_grad
    assert x.grad is not None


# -- 5: constructors and keywords --------------------------------------------------------------


def test_dtypes_of_constructors() -> None:
    assert torch.Tensor([1, 2]).dtype is torch.get_default_dtype()
    assert torch.tensor([1, 2]).dtype is torch.int64
    assert torch.Tensor(3).shape == (3,)
    assert torch.tensor(3).shape == ()


def test_default_device() -> None:
    with torch.device("meta"):
        assert torch.Tensor([1, 2]).device.type == "cpu"
        assert torch.tensor([1, 2]).device.type == "meta"


@pytest.mark.parametrize(
    "call",
    [
        lambda: torch.as_tensor([1.0], requires_grad=True),  # type: ignore[call-arg]
        lambda: torch.from_numpy(np.zeros(2), requires_grad=True),  # type: ignore[call-arg]
        lambda: torch.normal(torch.zeros(2), 1.0, requires_grad=True),  # type: ignore[call-overload]
        lambda: torch.Tensor(2, requires_grad=True),  # type: ignore[call-overload]
        lambda: torch.zeros(2).new(2, requires_grad=True),  # type: ignore[call-overload]
    ],
)
def test_no_keyword(call: Callable[[], Tensor]) -> None:
    with pytest.raises(TypeError):
        call()


@pytest.mark.parametrize("name", ["new_zeros", "new_ones", "new_empty"])
def test_keyword(name: str) -> None:
    made = getattr(attached(), name)(2, requires_grad=True)
    assert made.requires_grad
    assert made.is_leaf


# -- 11: .data and .detach() -------------------------------------------------------------------


def test_a_write_through_detach_is_noticed_and_one_through_data_is_not() -> None:
    def square(cut: Callable[[Tensor], Tensor]) -> Tensor:
        x = torch.tensor([3.0], requires_grad=True)
        y = x * 1
        out = y * y
        cut(y).fill_(100.0)
        out.backward()
        assert x.grad is not None
        return x.grad

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        square(lambda y: y.detach())
    assert square(lambda y: y.data).item() != 6


def test_version_counters() -> None:
    x = torch.zeros(2)
    x.data.add_(1)
    assert x._version == 0
    x.detach().add_(1)
    assert x._version == 1
