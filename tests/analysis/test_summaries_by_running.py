"""Random functions are run: what is said of their results and their arguments has to hold."""

from __future__ import annotations

import random
import warnings
from dataclasses import dataclass
from typing import Any

import libcst as cst
import pytest
import torch

from varmigrate.analysis.file import FileAnalysis

_IMPORTS = "import torch\nimport torch.nn.functional as F\nfrom torch.autograd import Variable\n\n"
_WEIGHT = "w = torch.ones(2, requires_grad=True)\nKEPT = []\n\n"
_NAMES = ("a", "b", "c", "d")
_EXPRESSIONS = (
    *("{0} * {1}", "{0} + {1}", "{0} - 1", "1. - {0}", "-{0}", "{0} * w", "{0}.clone()"),
    *("{0}.view(-1)", "{0}.float()", "{0}[:1].expand(2)", "{0}.detach()", "{0}.data"),
    *("Variable({0})", "Variable({0}.data)", "torch.zeros(2)", "torch.zeros_like({0})"),
    *("{0}.new(2).zero_()", "torch.cat([{0}, {1}])[:2]", "F.relu({0})", "({0} > 0).float()"),
    *("torch.FloatTensor({0})", "{0}.new({1})", "{0} if {1}.sum() > 0 else {1}", "w", "{0}"),
    *("helper({0})", "helper({0}, {1})", "cut({0})", "{0}.t()", "note({0})", "[{0}] * 2"),
    *("Variable({0}, requires_grad=flag)", "{0}.detach().requires_grad_(flag)", "pair({0})[0]"),
    *("pair({0}, {1})[1]", "[{0}, {1}][0]", "({0}, {1})[1]", "([{0}] + [{1}])[1]"),
    *("torch.stack([v * 2 for v in [{0}, {1}]])[0]", "{0}.to(torch.float32)", "{0}.contiguous()"),
)
_WRITES = (
    *("{0}[0] = {1}[0]", "{0} += {1}", "{0}.add_({1})", "{0}.mul_(2)", "{0}[:1] *= {1}[:1]"),
    *("KEPT.append({0})", "see({0})", "{0}.requires_grad = True", "{0}.extra = 1"),
    *("{0}.unsqueeze_(0)", "print({0}.shape)", "assert {0} is not None"),
)
_HELPERS = """
def helper(x, y=None):
    if y is not None:
        x = x + y
    return x


def note(x):
    if x.sum() < -100:
        KEPT.append(x)
    return x


def cut(x):
    return Variable(x)


def pair(x, y=None):
    return x, x if y is None else y


"""


@dataclass
class _Writer:
    """Writes one function."""

    random: random.Random

    def name(self) -> str:
        return self.random.choice(_NAMES)

    def expression(self) -> str:
        return self.random.choice(_EXPRESSIONS).format(self.name(), self.name())

    def block(self, indent: str, depth: int) -> list[str]:
        return [
            line for _ in range(self.random.randint(1, 3)) for line in self.statement(indent, depth)
        ]

    def statement(self, indent: str, depth: int) -> list[str]:
        kind = self.random.random()
        inner = indent + "    "
        if kind < 0.5 or depth == 0:
            if self.random.random() < 0.93:
                return [f"{indent}{self.name()} = {self.expression()}"]
            return [f"{indent}{self.random.choice(_WRITES).format(self.name(), self.name())}"]
        if kind < 0.65:
            test = self.random.choice(
                ("flag", "not flag", "torch.is_tensor(a)", "b.sum() > 0", "len(c) == 2")
            )
            lines = [f"{indent}if {test}:", *self.block(inner, depth - 1)]
            if self.random.random() < 0.5:
                lines += [f"{indent}else:", *self.block(inner, depth - 1)]
            return lines
        if kind < 0.8:
            lines = [f"{indent}for i in range(3):", *self.block(inner, depth - 1)]
            if self.random.random() < 0.5:
                word = self.random.choice(("break", "continue"))
                lines += [f"{inner}if i == 1:", f"{inner}    {self.name()} = {self.expression()}"]
                lines += [f"{inner}    {word}", *self.block(inner, 0)]
            return lines
        if kind < 0.88:
            return [
                f"{indent}try:",
                *self.block(inner, depth - 1),
                f"{inner}stop(flag)",
                *self.block(inner, 0),
                f"{indent}except ValueError:",
                *self.block(inner, depth - 1),
            ]
        if kind < 0.94:
            return [f"{indent}{self.name()}, {self.name()} = {self.name()}, {self.expression()}"]
        return [f"{indent}if flag:", f"{inner}return {self.expression()}"]

    def function(self) -> str:
        lines = ["def f(a, b, flag=False):", "    c, d = a, torch.ones(2)"]
        lines += self.block("    ", 2) + self.block("    ", 1)
        result = self.random.choice(("{0}", "{0}", "{0}, {1}", "{0} * 2"))
        lines.append(f"    return {result.format(self.name(), self.name())}")
        return "\n".join(lines) + "\n\n\n"


_CALLS = "def g(p, q, r, s):\n    return f({0}, {1}{2})\n"
_ARGUMENTS = {"torch.ones(2)": False, "r * 1.0": True, "p": True}


def _storage(value: torch.Tensor) -> int:
    return value.untyped_storage().data_ptr()


def _stop(flag: bool) -> None:
    if flag:
        raise ValueError


def _run(source: str, values: dict[str, torch.Tensor], flag: bool) -> tuple[Any, list[Any]]:
    kept: list[Any] = []
    namespace: dict[str, Any] = {"see": kept.append, "stop": _stop}
    exec(compile(source, "program", "exec"), namespace)
    result = namespace["f"](values["a"], values["b"], flag)
    return result, [*namespace["KEPT"], *kept]


def _state(value: torch.Tensor) -> tuple[object, ...]:
    return (
        *(value.tolist(), value.requires_grad, value.shape, value._version, value.grad_fn),
        *(tuple(vars(value)), value.is_leaf),
    )


def _argument(attached: bool) -> torch.Tensor:
    value = torch.tensor([1.0, 2.0])
    return value.requires_grad_() * 1 if attached else value


class _Tally:
    """How often something was said."""

    known = free = apart = 0


@pytest.mark.parametrize("part", range(10))
def test_what_is_said_holds(part: int) -> None:
    tally = _Tally()
    for number in range(60):
        seed = part * 1000 + number
        source = _IMPORTS + _WEIGHT + _HELPERS + _Writer(random.Random(seed)).function()
        for attached in ((False, False), (True, False), (False, True)):
            for flag in (False, True):
                _check(seed, source, attached, flag, tally)
    assert tally.known > 30
    assert tally.free > 5
    assert tally.apart > 30


def _check(seed: int, source: str, attached: tuple[bool, bool], flag: bool, tally: _Tally) -> None:
    # What is passed is a name that others hold as well, of which it is known where it comes from.
    made = ["x = torch.tensor([1., 2.])", "y = torch.tensor([1., 2.])"]
    made = [line + (" * w" if a else "") for line, a in zip(made, attached, strict=True)]
    program = source + "\n".join(made) + f"\nresult = f(x, y, {flag})\nx, y\n"
    analysis = FileAnalysis("main.py", program)
    call = next(
        node
        for node in analysis.scopes.all(cst.Call)
        if isinstance(node.func, cst.Name) and node.func.value == "f"
    )
    calls = analysis.facts.holders.calls
    assert calls is not None
    called = calls.of(call)
    if called is None:
        return
    values = {"a": _argument(attached[0]), "b": _argument(attached[1])}
    before = {name: _state(value) for name, value in values.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result, kept = _run(source, values, flag)
        except (RuntimeError, ValueError, TypeError, IndexError, AttributeError):
            return
    tally.known += 1
    where = f"seed {seed}, {attached}, {flag}:\n{source}"
    assert {name: _state(value) for name, value in values.items()} == before, where
    shared = {name for name in ("a", "b") if name in called.summary.shares}
    parts = result if isinstance(result, tuple) else (result,)
    for value in kept:
        tensor = value[0] if isinstance(value, tuple) else value
        assert _storage(tensor) not in [_storage(v) for v in values.values()], where
    for index, value in enumerate(parts):
        if not isinstance(value, torch.Tensor):
            continue
        path = (index,) if isinstance(result, tuple) else ()
        fact = analysis.facts.at(call, path)
        if fact.free:
            tally.free += 1
            assert not value.requires_grad, where
        if fact.fresh:
            assert _storage(value) not in [_storage(v) for v in values.values()], where
            assert not any(v is value for v in kept), where
        for name in {"a", "b"} - shared:
            tally.apart += 1
            assert _storage(value) != _storage(values[name]), where
