"""Each row of `torch_facts.methods` against the installed torch."""

from __future__ import annotations

import ast
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from varmigrate.torch_facts.kinds import Graph, Identity
from varmigrate.torch_facts.methods import (
    AUTOGRAD_METHODS,
    METHODS,
    NON_TENSOR_METHODS,
    OPERATORS,
    READING_METHODS,
    RESHAPE_IN_PLACE_METHODS,
    SIZE_METHODS,
    TUPLE_METHODS,
)

from .measure import check, check_elements, identity_of, run_with, runs_of
from .recipes import method_recipes, operator_recipes

pytestmark = pytest.mark.filterwarnings("ignore")

RECIPES = method_recipes()
OPERATOR_RECIPES = operator_recipes()
TUPLE_RECIPES = {
    **{name: calls for name, calls in RECIPES.items() if name in TUPLE_METHODS},
    **{
        name: [f"x.{name}(0)", f"x.{name}(-1, True)", f"x.{name}(dim=0)"]
        for name in ("max", "min", "median", "nanmedian")
    },
}
CUDA_ONLY = {"cuda", "pin_memory"}

# Public methods of torch.Tensor without a row: for quantised, nested, mkldnn or compressed sparse
# tensors, for other devices, for users of torch's own machinery; or they always raise.
LEFT_OUT = frozenset(
    [
        "ccol_indices",
        "col_indices",
        "crow_indices",
        "dequantize",
        "eig",
        "hash_tensor",
        "index",
        "int_repr",
        "ipu",
        "istft",
        "lstsq",
        "lu_solve",
        "module_load",
        "mtia",
        "q_per_channel_axis",
        "q_per_channel_scales",
        "q_per_channel_zero_points",
        "q_scale",
        "q_zero_point",
        "qscheme",
        "record_stream",
        "reinforce",
        "resize",
        "resize_as",
        "resize_as_sparse_",
        "row_indices",
        "slice_inverse",
        "solve",
        "sparse_mask",
        "sparse_resize_",
        "sparse_resize_and_clear_",
        "sspaddmm",
        "symeig",
        "to_mkldnn",
        "to_padded_tensor",
        "to_sparse_bsc",
        "to_sparse_bsr",
        "to_sparse_csc",
        "xpu",
    ]
)


@pytest.mark.parametrize("name", sorted(METHODS.keys() - CUDA_ONLY))
def test_method(name: str) -> None:
    row = METHODS[name]
    check(RECIPES.get(name, []), row.graph, row.identity)


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_operator(name: str) -> None:
    row = OPERATORS[name]
    check(OPERATOR_RECIPES.get(name, []), row.graph, row.identity)


@pytest.mark.parametrize("name", sorted(TUPLE_METHODS))
def test_tuple_method(name: str) -> None:
    row = TUPLE_METHODS[name]
    runs = check(
        TUPLE_RECIPES.get(name, []), row.graph, row.identity, single=False, attacked=row.always
    )
    check_elements(runs, row.graph, row.free)
    assert row.always is (name not in METHODS)


@pytest.mark.parametrize("name", sorted(TUPLE_METHODS))
def test_locked_elements(name: str) -> None:
    calls = {
        **dict.fromkeys(("split_with_sizes", "unsafe_split_with_sizes"), "([1, 1])"),
        **dict.fromkeys(("kthvalue", "topk"), "(1)"),
        **dict.fromkeys(("chunk", "split", "tensor_split", "unsafe_chunk", "unsafe_split"), "(2)"),
        **dict.fromkeys(("hsplit", "vsplit", "dsplit"), "(2)"),
        **dict.fromkeys(("cummax", "cummin", "max", "min", "median", "nanmedian"), "(0)"),
        "triangular_solve": "(torch.eye(2))",
    }
    for shape in ((2, 2), (2, 2, 2), (2,)):
        attached = torch.rand(shape, requires_grad=True).clone()
        try:
            first = eval(f"x.{name}{calls.get(name, '()')}", {"torch": torch, "x": attached})[0]
        except RuntimeError:
            continue
        break
    if TUPLE_METHODS[name].locked:
        with pytest.raises(RuntimeError, match="multiple views"):
            first.mul_(2)
    else:
        first.mul_(2)


def test_iteration_gives_locked_views() -> None:
    first = next(iter(torch.rand(2, 2, requires_grad=True).clone()))
    assert first._is_view()
    assert first.requires_grad
    with pytest.raises(RuntimeError, match="multiple views"):
        first.mul_(2)


@pytest.mark.parametrize("name", sorted(NON_TENSOR_METHODS))
def test_non_tensor_method(name: str) -> None:
    runs = runs_of(RECIPES.get(name, []))
    assert not any(run.results for run in runs)


@pytest.mark.parametrize("name", sorted(METHODS.keys() - CUDA_ONLY))
def test_keyword(name: str) -> None:
    """`requires_grad=True` is taken and gives a new leaf, or is not taken at all."""
    if METHODS[name].graph is Graph.UNKNOWN:
        pytest.skip("the flag is what the method is about")
    taken = 0
    for recipe in RECIPES[name]:
        node = ast.parse(recipe, mode="eval").body
        assert isinstance(node, ast.Call)
        node.keywords.append(ast.keyword("requires_grad", ast.Constant(True)))
        try:
            given, made = run_with(ast.unparse(node), frozenset())
        except (TypeError, RuntimeError):
            continue
        taken += 1
        assert isinstance(made, Tensor)
        assert made.requires_grad
        assert identity_of(made, list(given.values())) == "new"
    assert bool(taken) is METHODS[name].keyword


@pytest.mark.parametrize("attached", [False, True])
@pytest.mark.parametrize("name", sorted(name for name, row in METHODS.items() if row.keyword))
def test_keyword_gives_a_leaf(name: str, attached: bool) -> None:
    x = torch.rand(2, 2, requires_grad=attached) * 1
    arguments = {
        "new_full": ((2,), 1.0),
        "new_tensor": ([1.0],),
        "new_empty_strided": ((2, 2), (2, 1)),
    }
    made = getattr(x, name)(*arguments.get(name, (2,)), requires_grad=True)
    assert made.is_leaf
    assert made.requires_grad


@pytest.mark.parametrize("name", sorted(CUDA_ONLY))
def test_cuda_method_exists(name: str) -> None:
    assert callable(getattr(Tensor, name))
    assert METHODS[name].graph is Graph.SELF
    assert METHODS[name].identity is Identity.SAME


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("attached", [False, True])
def test_cuda_methods(attached: bool) -> None:
    there = torch.rand(2, requires_grad=attached).cuda()
    assert there.requires_grad is attached
    assert there.cuda() is there
    pinned = torch.rand(2).pin_memory()
    assert pinned.pin_memory() is pinned
    assert not pinned.requires_grad


def _layout(tensor: Tensor) -> tuple[object, ...]:
    memory = tensor.untyped_storage().data_ptr()
    return tensor.size(), tensor.stride(), tensor.storage_offset(), memory


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, row in METHODS.items()
        if name.endswith("_") and name not in ("apply_", "map_", "map2_", "requires_grad_")
    ),
)
def test_what_reshapes_in_place(name: str) -> None:
    """A method reshapes when it can tell apart two objects that shared a storage."""
    reshapes = False
    for recipe in RECIPES[name]:
        for shape in ((2, 2), (1, 2), (2,)):
            base = torch.full(shape, 0.5)
            x = base.detach()
            names = {"x": x, "torch": torch, "i": torch.zeros(shape, dtype=torch.int64)}
            names |= {other: torch.ones(shape) for other in "pq"}
            names |= {"s": torch.tensor(0.5), "v": torch.ones(2), "u": torch.ones(2)}
            before = base.size(), base.stride(), base.storage_offset()
            try:
                eval(recipe, {"__builtins__": __builtins__}, names)
            except (NameError, RuntimeError, IndexError, TypeError):
                continue
            assert (base.size(), base.stride(), base.storage_offset()) == before
            reshapes |= _layout(x) != _layout(base)
    assert reshapes is (name in RESHAPE_IN_PLACE_METHODS)


AUTOGRAD_USES: dict[str, Callable[[Tensor], object]] = {
    "backward": lambda x: x.requires_grad_().sum().backward(),
    "detach_": lambda x: x.detach_(),
    "register_hook": lambda x: x.requires_grad_().register_hook(abs),
    "register_post_accumulate_grad_hook": lambda x: (
        x.requires_grad_().register_post_accumulate_grad_hook(abs)
    ),
    "requires_grad_": lambda x: x.requires_grad_(),
    "retain_grad": lambda x: x.requires_grad_().retain_grad(),
}


@pytest.mark.parametrize("name", sorted(AUTOGRAD_METHODS))
def test_autograd_methods_concern_one_object(name: str) -> None:
    base = torch.rand(2)
    AUTOGRAD_USES[name](base.detach())
    assert not base.requires_grad
    assert base.grad is None
    assert base._backward_hooks is None


def test_autograd_method_detach_cuts_only_its_object() -> None:
    base = torch.rand(2, requires_grad=True) * 1
    other = base.view_as(base)
    base.detach_()
    assert not base.requires_grad
    assert other.requires_grad


def test_every_method_of_torch_is_known_or_left_out() -> None:
    known = METHODS.keys() | TUPLE_METHODS.keys() | NON_TENSOR_METHODS | LEFT_OUT
    public = {name for name in dir(Tensor) if name[0] != "_" and callable(getattr(Tensor, name))}
    assert public - known == set()
    assert (METHODS.keys() | NON_TENSOR_METHODS) & LEFT_OUT == set()
    assert not METHODS.keys() & NON_TENSOR_METHODS


def test_every_recipe_has_a_row() -> None:
    known = METHODS.keys() | TUPLE_METHODS.keys() | NON_TENSOR_METHODS
    assert RECIPES.keys() - known == set()
    assert OPERATOR_RECIPES.keys() == OPERATORS.keys()


def test_in_place_is_in_the_name() -> None:
    for name, row in METHODS.items():
        if name.endswith("_"):
            assert row.identity is Identity.SAME, name
    assert all(name.endswith("_") for name in RESHAPE_IN_PLACE_METHODS)


READINGS = {
    **{name: lambda x, y, name=name: getattr(x, name)(y) for name in "eq ne lt le gt ge".split()},
    "gather": lambda x, y: x.gather(0, y.long()),
    "index_select": lambda x, y: x.index_select(0, y.long()),
}


@pytest.mark.parametrize("name", sorted(READING_METHODS))
def test_reading_methods_leave_what_they_are_given_alone(name: str) -> None:
    assert METHODS[name].identity is Identity.NEW
    for own in (list, dict, set, str, np.ndarray):
        assert not hasattr(own, name)
    x, y = torch.ones(2), torch.zeros(2, dtype=torch.long)
    version = y._version
    made = READINGS[name](x, y)
    assert made.data_ptr() not in (x.data_ptr(), y.data_ptr())
    assert y._version == version
    assert y.tolist() == [0, 0]


@pytest.mark.parametrize("name", sorted(SIZE_METHODS))
def test_packed_sequences_have_data_but_no_size(name: str) -> None:
    packed = torch.nn.utils.rnn.pack_sequence([torch.ones(2, 3)])
    assert hasattr(packed, "data")
    assert not hasattr(packed, name)
    assert name in NON_TENSOR_METHODS
    getattr(torch.ones(2), name)()


def test_flags_that_few_have() -> None:
    rows = {**METHODS, **OPERATORS}
    assert {name for name, row in rows.items() if row.of_tensor} == {"new"}
    assert all(name.startswith("new_") for name, row in rows.items() if row.keyword)


def test_new_by_argument() -> None:
    x = torch.rand(2)
    attached = torch.rand(2, 2, requires_grad=True)
    for made in (
        x.new(),
        x.new(2),
        x.new(2, 3),
        x.new(attached.size()),
        x.new([1, 2]),
        x.new([attached[0, 0], 2]),
        x.new(attached.detach().numpy().copy()),
        x.new(torch.tensor(2), torch.tensor(3)),
        attached.new(2),
        attached.new([1.0]),
    ):
        assert not made.requires_grad
        assert not made._is_view()
    assert x.new(attached).requires_grad
    assert x.new(attached)._base is attached
    assert x.new(torch.tensor(3.0)).shape == ()
    assert x.new(x.storage()).untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
    with pytest.raises(TypeError):
        x.new(2, requires_grad=True)  # type: ignore[call-overload]
