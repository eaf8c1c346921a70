"""VM508: what is rewritten computes what was meant, and what is not understood stays."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

import pytest
import torch

from tests.rules.functions_refused import MIXED, REFUSED, UNTOUCHED, Kept
from tests.rules.functions_rewritten import PROGRAMS, SCALE, SQUARE, Program, case, program
from tests.support import check, fix

POINTS = (-1.5, 0.25, 2.0)


def rewritten(source: str) -> str:
    """The fixed form; the source itself where nothing is fixed."""
    result = fix(source, unsafe=True)
    assert not result.errors
    return source if result.after is None else result.after


def execute(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "case"}
    exec(compile(source, "case", "exec"), namespace)
    return namespace


def run(source: str, x: torch.Tensor) -> torch.Tensor:
    """What the program makes of x."""
    result = execute(source)["run"](x)
    assert isinstance(result, torch.Tensor)
    return result


@pytest.mark.parametrize("item", PROGRAMS, ids=lambda item: item.name)
def test_the_old_form_raises_today(item: Program) -> None:
    x = torch.ones(1, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(RuntimeError, match="Legacy autograd function"):
            run(item.source, x)


@pytest.mark.parametrize("item", PROGRAMS, ids=lambda item: item.name)
def test_values_and_gradients(item: Program) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        function = execute(rewritten(item.source))["run"]
        for point in POINTS:
            x = torch.tensor([point], dtype=torch.double, requires_grad=True)
            result = function(x)
            result.sum().backward()
            assert result.item() == pytest.approx(item.expected(point))
            assert x.grad is not None
            assert x.grad.item() == pytest.approx(item.slope(point))
        points = torch.tensor(POINTS, dtype=torch.double, requires_grad=True)
        assert torch.autograd.gradcheck(function, (points,))


@pytest.mark.parametrize("item", PROGRAMS, ids=lambda item: item.name)
def test_the_text(item: Program) -> None:
    after = rewritten(item.source)
    for text in item.contains:
        assert text in after
    for text in item.lacks:
        assert text not in after
    assert rewritten(after) == after
    assert not [f for f in check(after).findings if f.code == "VM508"]


@pytest.mark.parametrize("item", PROGRAMS, ids=lambda item: item.name)
def test_only_when_unsafe_fixes_are_asked_for(item: Program) -> None:
    assert fix(item.source).after is None
    found = [f for f in check(item.source).findings if f.code == "VM508"]
    assert found
    assert all(f.fix is not None and f.fix.assumption for f in found)


@pytest.mark.parametrize("item", REFUSED, ids=lambda item: item.name)
def test_refused(item: Kept) -> None:
    ast.parse(item.source)
    assert rewritten(item.source) == item.source
    found = [f for f in check(item.source).findings if f.code == "VM508"]
    assert len(found) == 1
    assert found[0].fix is None
    said = re.sub(r"line \d+ ", "", str(found[0].advice))
    assert f"not rewritten: {item.reason}" in said


def test_the_reason_names_the_line() -> None:
    source = "from torch.autograd import Function\n\n\n" + program(SQUARE) + "\ny = [Square]\n"
    (finding,) = check(source).findings
    assert source.splitlines()[12] == "y = [Square]"
    assert str(finding.advice).endswith("not rewritten: line 13 uses the class as a value")


@pytest.mark.parametrize("item", UNTOUCHED, ids=lambda item: item.name)
def test_untouched(item: Kept) -> None:
    ast.parse(item.source)
    assert rewritten(item.source) == item.source
    assert "VM508" not in [f.code for f in check(item.source).findings]


@pytest.mark.parametrize("item", MIXED, ids=lambda item: item.name)
def test_half_static_is_reported(item: Kept) -> None:
    assert rewritten(item.source) == item.source
    found = [f for f in check(item.source).findings if f.code == "VM508"]
    assert [f.fix for f in found] == [None]
    assert item.reason in found[0].message


def test_a_second_derivative_raises_as_it_did() -> None:
    """Plain recording would give a wrong one: `kept` is a constant to autograd."""
    source = case(
        "",
        """
        class Exp(Function):
            def forward(self, x):
                self.kept = x.exp()
                return self.kept.clone()

            def backward(self, grad):
                return grad * self.kept


        def run(x):
            return Exp()(x)
        """,
        lambda x: 0.0,
        lambda x: 0.0,
    ).source
    after = rewritten(source)
    x = torch.tensor([0.5], requires_grad=True)
    weight = torch.ones(1, requires_grad=True)
    (first,) = torch.autograd.grad(run(after, x), x, weight, create_graph=True)
    assert first.item() == pytest.approx(x.exp().item())
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()
    unmarked = after.replace("    @once_differentiable\n", "")
    (first,) = torch.autograd.grad(run(unmarked, x), x, weight, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x, allow_unused=True)
    assert second is None


@pytest.mark.parametrize(
    ("head", "base", "mark", "line"),
    [
        ("import torch", "torch.autograd.Function", "torch.autograd.function.", ""),
        ("import torch as th", "th.autograd.Function", "th.autograd.function.", ""),
        ("from torch import autograd", "autograd.Function", "", ""),
        (
            "from torch.autograd import Function as F",
            "F",
            "",
            "from torch.autograd.function import once_differentiable",
        ),
        (
            "from torch.autograd import Function\nfrom torch.autograd.function import *",
            "Function",
            "",
            "",
        ),
        (
            "import torch\nfrom torch.autograd import Function\nonce_differentiable = 1",
            "Function",
            "torch.autograd.function.",
            "",
        ),
        (
            "try:\n    from torch.autograd import Function\nexcept ImportError:\n    raise",
            "Function",
            "",
            "    from torch.autograd.function import once_differentiable",
        ),
    ],
)
def test_how_the_mark_is_written(head: str, base: str, mark: str, line: str) -> None:
    body = program(SQUARE).replace("(Function)", f"({base})")
    source = f"{head}\n\n{body}\n\ndef run(x):\n    return Square()(x)\n"
    after = rewritten(source)
    if after == source:
        (finding,) = (f for f in check(source).findings if f.code == "VM508")
        assert "no name for `once_differentiable`" in str(finding.advice)
        return
    assert f"@{mark}once_differentiable\n" in after
    assert line in after
    x = torch.tensor([3.0], requires_grad=True)
    run(after, x).sum().backward()
    assert x.grad is not None
    assert x.grad.item() == 6.0


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_line_endings_and_indents(newline: str) -> None:
    source = case("", SCALE, abs, abs).source + "\n\ndef run(x):\n    return Scale(2.0)(x)\n"
    source = source.replace("    ", "\t").replace("\n", newline)
    after = rewritten(source)
    assert after.count("\r\n") == (after.count("\n") if newline == "\r\n" else 0)
    assert run(after, torch.tensor([2.0], requires_grad=True)).item() == 5.0


@pytest.mark.parametrize("name", ["self", "ctx", "context"])
def test_saved_variables_of_a_new_function(name: str) -> None:
    source = program(
        f"""
        from torch.autograd import Function


        class Square(Function):
            @staticmethod
            def forward({name}, x):
                {name}.save_for_backward(x)
                return x * x

            @staticmethod
            def backward({name}, grad):
                x, = {name}.saved_variables
                return 2 * x * grad
        """
    )
    result = fix(source)
    assert result.after == source.replace("saved_variables", "saved_tensors")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = torch.tensor([3.0], requires_grad=True)
        execute(result.after)["Square"].apply(x).sum().backward()
    assert x.grad is not None
    assert x.grad.item() == 6.0
