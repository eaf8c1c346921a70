"""What `torch.autograd.Variable` does: section 1 of the semantics, statement by statement."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from varmigrate.torch_facts.variable import (
    VARIABLE_NAMES,
    VARIABLE_ONLY_ATTRIBUTES,
    VARIABLE_OTHER_PARAMETERS,
    VARIABLE_PARAMETERS,
)

Variable: Any = torch.autograd.Variable


@pytest.mark.parametrize("name", sorted(VARIABLE_NAMES))
def test_names(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    assert getattr(importlib.import_module(module), attribute) is Variable


def test_positional_order() -> None:
    t = torch.rand(2)
    names = [*VARIABLE_PARAMETERS, *VARIABLE_OTHER_PARAMETERS]
    values = [t, True, False, None, "who"]
    by_place, by_name = Variable(*values), Variable(**dict(zip(names, values, strict=True)))
    for v in (by_place, by_name):
        assert v.requires_grad
        assert v.name == "who"
        assert v.data_ptr() == t.data_ptr()
    with pytest.raises(TypeError):
        Variable(*values, None)


@pytest.mark.parametrize("name", [*VARIABLE_PARAMETERS, *VARIABLE_OTHER_PARAMETERS])
def test_every_parameter_is_a_keyword(name: str) -> None:
    keywords = {"data": torch.rand(2), name: None}
    if name == "data":
        keywords = {"data": torch.rand(2)}
    elif name in ("requires_grad", "volatile"):
        keywords[name] = False  # type: ignore[assignment]
    assert isinstance(Variable(**keywords), Tensor)


@pytest.mark.parametrize("name", ["creator", "grad_fn", "tensor", "dtype"])
def test_no_other_keyword(name: str) -> None:
    with pytest.raises(TypeError, match="invalid keyword"):
        Variable(torch.rand(2), **{name: None})


def test_attributes_without_counterpart() -> None:
    assert set(dir(Variable)) - set(dir(Tensor)) == VARIABLE_ONLY_ATTRIBUTES


SOURCES: dict[str, Callable[[], Tensor]] = {
    "plain": lambda: torch.rand(2, 2),
    "leaf": lambda: torch.rand(2, 2, requires_grad=True),
    "with history": lambda: torch.rand(2, 2, requires_grad=True) * 2,
    "parameter": lambda: nn.Parameter(torch.rand(2, 2)),
    "frozen parameter": lambda: nn.Parameter(torch.rand(2, 2), requires_grad=False),
    "buffer": lambda: nn.Buffer(torch.rand(2, 2)),
    "view": lambda: torch.rand(2, 3).t()[1:],
    "attached view": lambda: torch.rand(2, 3, requires_grad=True)[1:],
    "expanded": lambda: torch.rand(2, 1).expand(2, 2),
    "number": lambda: torch.rand(()),
    "empty": lambda: torch.rand(0),
    "double": lambda: torch.rand(2, dtype=torch.float64),
    "half": lambda: torch.rand(2).half(),
    "complex": lambda: torch.rand(2, dtype=torch.complex64),
    "sparse": lambda: torch.rand(2, 2).to_sparse(),
}
FLAGS: dict[str, tuple[Callable[[Tensor], Tensor], bool]] = {
    "no flag": (lambda t: Variable(t), False),
    "keyword False": (lambda t: Variable(t, requires_grad=False), False),
    "keyword True": (lambda t: Variable(t, requires_grad=True), True),
    "place False": (lambda t: Variable(t, False), False),
    "place True": (lambda t: Variable(t, True), True),
    "data by keyword": (lambda t: Variable(data=t, requires_grad=True), True),
    "volatile False": (lambda t: Variable(t, volatile=False), False),
    "volatile False by place": (lambda t: Variable(t, True, False), True),
    "integer 1": (lambda t: Variable(t, requires_grad=1), True),
    "integer 0": (lambda t: Variable(t, requires_grad=0), False),
    "integer 2": (lambda t: Variable(t, requires_grad=2), True),
    "numpy integer": (lambda t: Variable(t, requires_grad=np.int64(1)), True),
    "integer tensor": (lambda t: Variable(t, requires_grad=torch.tensor(1)), True),
    "tensor of one": (lambda t: Variable(t, requires_grad=torch.tensor([[0]])), False),
    "bool tensor": (lambda t: Variable(t, requires_grad=torch.tensor([True])), True),
}


@pytest.mark.filterwarnings("ignore:The .grad attribute")
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("form", FLAGS)
def test_identity(source: str, form: str) -> None:
    t = SOURCES[source]()
    before = t.requires_grad, t.is_leaf, t.size(), t.grad
    call, r = FLAGS[form]
    v, d = call(t), t.detach().requires_grad_(r)
    assert v is not t
    assert v is not d
    assert type(v) is Tensor
    for made in (v, d):
        assert made.requires_grad is r
        assert made.is_leaf
        assert made.grad_fn is None
        assert made.grad is None
        assert not made._is_view()
        assert made.size() == t.size()
        assert made.dtype is t.dtype
        assert made.layout is t.layout
        assert made._version == t._version
        if t.layout is torch.strided:
            assert made.stride() == t.stride()
            assert made.storage_offset() == t.storage_offset()
            assert made.untyped_storage().data_ptr() == t.untyped_storage().data_ptr()
    assert torch.equal(v.detach().to_dense(), d.detach().to_dense())
    assert (t.requires_grad, t.is_leaf, t.size(), t.grad) == before


@pytest.mark.parametrize("r", [False, True])
def test_storage_and_version_counter_are_shared(r: bool) -> None:
    t = torch.zeros(2)
    v = Variable(t, requires_grad=r)
    v.data[0] = 1
    t[1] = 2
    assert v.tolist() == t.tolist() == [1, 2]
    assert v._version == t._version == 1
    t.add_(1)
    assert v._version == t._version == 2


def test_own_gradient_hooks_flag_and_shape() -> None:
    t = torch.ones(2, requires_grad=True)
    v = Variable(t, requires_grad=True)
    seen: list[Tensor] = []
    v.register_hook(seen.append)
    (v * 3).sum().backward()
    assert v.grad.tolist() == [3, 3]
    assert t.grad is None
    assert len(seen) == 1
    t.sum().backward()
    assert len(seen) == 1
    assert v.grad.tolist() == [3, 3]
    plain = torch.ones(2)
    w = Variable(plain)
    w.requires_grad = True
    assert not plain.requires_grad
    u = Variable(plain)
    u.unsqueeze_(0)
    assert u.shape == (1, 2)
    assert plain.shape == (2,)
    u.resize_(1)
    assert plain.shape == (2,)
    u.note = "mine"
    assert not hasattr(plain, "note")
    u.data = torch.zeros(5)
    assert plain.tolist() == [1, 1]


@pytest.mark.parametrize("flag", [None, "a", 1.0, np.bool_(True), torch.tensor(1.0), bool])
def test_flags_that_raise(flag: object) -> None:
    with pytest.raises(TypeError):
        Variable(torch.rand(2), requires_grad=flag)


def test_a_tensor_of_several_is_no_flag() -> None:
    with pytest.raises(TypeError):
        Variable(torch.rand(2), requires_grad=torch.tensor([1, 1]))


@pytest.mark.parametrize("flag", [1, 0, np.bool_(True), np.int64(1), None, 1.0, torch.tensor(True)])
def test_the_new_forms_take_a_bool_alone(flag: Any) -> None:
    with pytest.raises(TypeError):
        torch.rand(2).requires_grad_(flag)
    with pytest.raises(TypeError):
        torch.set_grad_enabled(flag)
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("call", [lambda: Variable(), lambda: Variable(None)])
def test_without_data(call: Callable[[], Tensor]) -> None:
    v = call()
    assert type(v) is Tensor
    assert v.shape == (0,)
    assert not v.requires_grad
    assert Variable(None, requires_grad=True).requires_grad


@pytest.mark.parametrize("data", [[1.0], (1.0,), np.zeros(2), 1.0, 3, True, "a", {}])
def test_data_that_is_no_tensor(data: object) -> None:
    with pytest.raises(TypeError, match="has to be a tensor"):
        Variable(data)


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.uint8, torch.bool])
def test_integer_tensors(dtype: torch.dtype) -> None:
    t = torch.ones(2, dtype=dtype)
    assert torch.equal(Variable(t), t)
    with pytest.raises(RuntimeError):
        Variable(t, requires_grad=True)
    with pytest.raises(RuntimeError):
        t.detach().requires_grad_(True)


@pytest.mark.parametrize(
    "call",
    [
        lambda t: Variable(t, volatile=True),
        lambda t: Variable(t, False, True),
        lambda t: Variable(t, volatile=1),
    ],
)
def test_volatile_warns_and_does_nothing(call: Callable[[Tensor], Tensor]) -> None:
    with pytest.warns(UserWarning, match="volatile was removed and now has no effect"):
        v = call(torch.rand(2))
    assert not v.requires_grad
    assert (v * torch.rand(2, requires_grad=True)).requires_grad


def test_volatile_attribute_is_false() -> None:
    with pytest.warns(UserWarning, match="always False"):
        assert torch.rand(2).volatile is False  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore:volatile was removed")
def test_both_flags_raise() -> None:
    with pytest.raises(ValueError, match="volatile and require_grad"):
        Variable(torch.rand(2), requires_grad=True, volatile=True)
    with pytest.raises(ValueError, match="volatile and require_grad"):
        Variable(torch.rand(2), True, True)


def test_isinstance_is_that_of_tensor() -> None:
    t = torch.rand(2)
    values = [t, Variable(t), nn.Parameter(t), t.to_sparse(), 1, None, [t], np.zeros(2), Tensor]
    for value in values:
        assert isinstance(value, Variable) is isinstance(value, Tensor)


def test_other_type_tests_never_match() -> None:
    v = Variable(torch.rand(2))
    assert type(v) is not Variable
    assert not issubclass(Tensor, Variable)
    assert not issubclass(type(v), Variable)
    assert not issubclass(Variable, Tensor)

    @functools.singledispatch
    def which(value: object) -> str:
        return "object"

    which.register(Variable, lambda value: "variable")
    assert which(v) == "object"


def test_subclasses_make_plain_tensors() -> None:
    class Sub(Variable):  # type: ignore[misc]
        def __init__(self, *args: object) -> None:
            raise AssertionError("never called")

    made = Sub(torch.rand(2), True)
    assert type(made) is Tensor
    assert made.requires_grad
    assert isinstance(torch.rand(2), Sub)


def test_outside_the_promise_subclasses_of_tensor() -> None:
    class Mine(Tensor):
        pass

    mine = torch.rand(2).as_subclass(Mine)
    assert type(Variable(mine)) is Tensor
    assert type(mine.detach()) is Mine


def test_a_parameter_is_stripped_by_both() -> None:
    parameter = nn.Parameter(torch.rand(2))
    assert type(Variable(parameter)) is Tensor
    assert type(parameter.detach()) is Tensor


def test_two_wraps_are_two_leaves_but_in_place_they_are_one() -> None:
    x = torch.ones(1)
    a, b = Variable(x, requires_grad=True), Variable(x, requires_grad=True)
    (2 * a + 3 * b).backward()
    assert (a.grad.item(), b.grad.item()) == (2, 3)
    c, d = x.requires_grad_(), x.requires_grad_()
    (2 * c + 3 * d).backward()
    assert c is d
    assert c.grad is not None
    assert c.grad.item() == 5


def test_the_wrapper_cuts_history() -> None:
    w = torch.rand(2, requires_grad=True)
    v = Variable(w * 2, requires_grad=True)
    v.sum().backward()
    assert w.grad is None
