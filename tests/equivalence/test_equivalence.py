"""What a program does before and after the tool went over it is the same.

First the harness is put to the proof (a harness that cannot fail proves nothing), then the cases
(each runs, and together they notice every wrong way to replace the wrapper), then the tool.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterator

import cases_noop
import cases_rewrite
import pytest
import torch
from harness import (
    MAIN,
    Case,
    Observation,
    assert_equivalent,
    differences,
    fix,
    fix_project,
    observe,
    program,
)

REWRITTEN = cases_rewrite.CASES
UNSETTLED = cases_rewrite.UNSETTLED
UNTOUCHED = cases_noop.CASES
EVERY = [*REWRITTEN, *UNSETTLED, *UNTOUCHED]


def each(cases: list[Case]) -> pytest.MarkDecorator:
    """Run a test for each of these cases, under the case's name."""
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


@functools.cache
def _before(number: int) -> Observation:
    return observe(EVERY[number].source, EVERY[number].files)


_NUMBERS = {id(case): number for number, case in enumerate(EVERY)}


def before(case: Case) -> Observation:
    """What the program does as it stands; found out once."""
    return _before(_NUMBERS[id(case)])


# --------------------------------------------------------------------------------------------
# The harness can tell programs apart
# --------------------------------------------------------------------------------------------

_PROLOGUE = "import torch\nx = torch.ones(2)\np = torch.ones(2, requires_grad=True)\n"

TOLD_APART = {
    "value": ("v = x + 1", "v = x + 2"),
    "sign of zero": ("v = x * 0", "v = x * -0.0"),
    "nan": ("v = x * float('nan')", "v = x * 0"),
    "dtype": ("v = x.double()", "v = x.float()"),
    "shape": ("v = x.view(1, 2)", "v = x.view(2, 1)"),
    "strides": ("v = torch.ones(2, 2).t()", "v = torch.ones(2, 2)"),
    "requires_grad": ("v = torch.ones(2)", "v = torch.ones(2, requires_grad=True)"),
    "is_leaf": ("v = p.double().detach().requires_grad_()", "v = p.double()"),
    "history": ("v = (p * 1).detach()", "v = p * 1"),
    "view or copy": ("v = x.detach()", "v = x.detach().clone()"),
    "alias or view": ("v = x", "v = x.detach()"),
    "which memory": ("y = x.clone()\nv = x.detach()", "y = x.clone()\nv = y.detach()"),
    "memory of an array": ("a = x.numpy()", "a = x.numpy().copy()"),
    "identity in a list": ("v = [x, x]", "v = [x, x.detach()]"),
    "identity in a dictionary": ("v = {'a': x}", "v = {'a': x.view(2)}"),
    "gradient once or twice": (
        "a, b = x.detach().requires_grad_(), x.detach().requires_grad_()\n(a + b).sum().backward()",
        "a = b = x.requires_grad_()\n(a + b).sum().backward()",
    ),
    "gradient or none": ("(p * 2).sum().backward()", "(p.detach() * 2).sum()"),
    "gradient of a hidden leaf": (
        "def f():\n    w = torch.ones(1, requires_grad=True)\n    w.sum().backward()\n"
        "    see('w', w)\nf()",
        "def f():\n    w = torch.ones(1, requires_grad=True)\n    w.sum()\n    see('w', w)\nf()",
    ),
    "type": ("v = torch.nn.Parameter(x)", "v = x.detach().requires_grad_()"),
    "registered Parameter": (
        "m = torch.nn.Module()\nm.w = p",
        "m = torch.nn.Module()\nm.w = torch.nn.Parameter(p)",
    ),
    "buffer or attribute": (
        "m = torch.nn.Module()\nm.register_buffer('b', x)",
        "m = torch.nn.Module()\nm.b = x",
    ),
    "attribute deep in a module": (
        "m = torch.nn.Sequential(torch.nn.ReLU())\nm[0].t = x",
        "m = torch.nn.Sequential(torch.nn.ReLU())\nm[0].t = p",
    ),
    "effect of a hook": (
        "p.register_hook(lambda g: g * 2)\np.sum().backward()",
        "p.register_hook(lambda g: g * 1)\np.sum().backward()",
    ),
    "hooks that are there": ("p.register_hook(print)", "p.requires_grad_()"),
    "attribute of a tensor": ("x.tag = 1", "x.tag = 2"),
    "retains its gradient": ("v = p * 2\nv.retain_grad()", "v = p * 2"),
    "printed text": ("print(x)", "print(p)"),
    "exception": ("x.view(3)", "x.no_such_method()"),
    "exception or none": ("x.add_(1)", "p.add_(1)"),
    "where the exception came": ("see('a', 1)\nx.view(3)\nsee('b', 2)", "x.view(3)\nsee('a', 1)"),
    "version counters": (
        "y = p.exp()\ny.detach().mul_(2)\ny.sum().backward()",
        "y = p.exp()\ny.data.mul_(2)\ny.sum().backward()",
    ),
    "seen early": ("see('x', x)\nx.add_(1)", "x.add_(1)\nsee('x', x)"),
    "seen and changed later": (
        "def f():\n    y = x.clone()\n    see('y', y)\n    y.add_(1)\nf()",
        "def f():\n    y = x.clone()\n    see('y', y)\nf()",
    ),
    "default argument": ("def f(a=x):\n    pass", "def f(a=x.detach()):\n    pass"),
    "closure": (
        "def f():\n    a = x\n    return lambda: a\ng = f()",
        "def f():\n    a = p\n    return lambda: a\ng = f()",
    ),
    "class attribute": ("class A:\n    t = x", "class A:\n    t = p"),
    "object attribute": (
        "class A:\n    pass\na = A()\na.t = [x]",
        "class A:\n    pass\na = A()\na.t = [p]",
    ),
    "optimised tensors": (
        "o = torch.optim.SGD([p], lr=1.0)",
        "o = torch.optim.SGD([p.detach().requires_grad_()], lr=1.0)",
    ),
    "random numbers drawn": ("torch.randn(1)", "torch.ones(1)"),
    "order of random numbers": ("a, b = torch.rand(2)", "b, a = torch.rand(2)"),
    "gradient mode left behind": ("torch.set_grad_enabled(False)", "torch.is_grad_enabled()"),
    "default dtype left behind": ("torch.set_default_dtype(torch.float64)", "pass"),
    "inference tensors": ("with torch.inference_mode():\n    v = x * 1", "v = x * 1"),
    "result of is": ("v = x.detach()\nsee('is', v is x)", "v = x\nsee('is', v is x)"),
    "a name that is gone": ("v = 1", "w = 1"),
    "length of a container": ("v = [x]", "v = [x, x]"),
    "keys of a dictionary": ("v = {x: 1, p: 2}", "v = {x: 1, x.detach(): 2}"),
}

THE_SAME = {
    "an import more": ("v = 1", "import math\nfrom torch.autograd import Variable\nv = 1"),
    "an alias of a class": ("v = 1", "V = torch.autograd.Variable\nv = 1"),
    "layout": ("v = x+1", "v = (x\n     + 1)  # so"),
    "the wrapper by its identity": (
        "v = torch.autograd.Variable(p, requires_grad=True)",
        "v = p.detach().requires_grad_()",
    ),
    "the wrapper of something fresh": (
        "v = torch.autograd.Variable(torch.randn(2))",
        "v = torch.randn(2)",
    ),
    "a private name": ("_v = x", "_v = p"),
    "not a number": ("v = x * float('nan')", "v = torch.tensor([float('nan')] * 2)"),
}


@pytest.mark.parametrize("name", TOLD_APART)
def test_different_programs_are_told_apart(name: str) -> None:
    one, other = (observe(_PROLOGUE + text) for text in TOLD_APART[name])
    with pytest.raises(AssertionError, match="the programs can be told apart"):
        assert_equivalent(one, other)


@pytest.mark.parametrize("name", [*THE_SAME, *TOLD_APART])
def test_the_same_is_the_same(name: str) -> None:
    one, other = THE_SAME.get(name) or [TOLD_APART[name][0]] * 2
    assert_equivalent(observe(_PROLOGUE + one), observe(_PROLOGUE + other))


def test_differences_are_named() -> None:
    one, other = (
        observe("import torch\nu = torch.ones(2)\nv = u"),
        observe("import torch\nu = torch.ones(2)\nv = u.clone()\nw = 1"),
    )
    found = differences(one, other)
    assert "at the end, v: object: tensor 0 before, tensor 1 after" in found
    assert "at the end, v: memory: memory 0 before, memory 1 after" in found
    assert "at the end, w: (absent) before, 1 after" in found
    assert differences(one, one) == []


def test_a_run_leaves_nothing_behind() -> None:
    state = torch.get_rng_state()
    observe("import torch\ntorch.set_grad_enabled(False)\ntorch.set_default_dtype(torch.float64)")
    observe("import torch\ntorch.set_default_device('meta')\ntorch.rand(3)")
    observe("import little\nlittle.x = 1", {"little.py": "x = 0\n"})
    assert torch.is_grad_enabled()
    assert torch.ones(1).dtype is torch.float32
    assert torch.ones(1).device.type == "cpu"
    assert torch.equal(torch.get_rng_state(), state)
    again = observe("import little\nsee('x', little.x)", {"little.py": "x = 0\n"})
    assert again.facts["see 1 'x'"] == "0"
    assert observe("import little").raised == "ModuleNotFoundError"
    assert observe("see").raised is None
    with pytest.raises(NameError):
        eval("see")


def test_a_program_cannot_take_the_harness_down() -> None:
    assert observe("raise SystemExit(3)").raised == "SystemExit"
    assert observe("x = (").raised == "SyntaxError"
    assert observe("v = []\nv.append(v)\nw = {}\nw['w'] = [w]").raised is None


# --------------------------------------------------------------------------------------------
# The cases notice every wrong form
# --------------------------------------------------------------------------------------------

Form = Callable[[torch.Tensor, bool], torch.Tensor]


def stand_in(form: Form) -> type:
    """A class that can take the place of Variable, with this in place of the wrapper."""
    real = torch.autograd.Variable

    class StandIn(real):  # type: ignore[misc, valid-type]
        def __new__(cls, *args: object, **keywords: object) -> object:
            named = dict(zip(("data", "requires_grad"), args, strict=False), **keywords)
            data, flag = named.pop("data", None), named.pop("requires_grad", False)
            checked = real(*args, **keywords)  # raises where Variable does
            if named or len(args) > 2 or not isinstance(data, torch.Tensor):
                return checked
            return form(data, bool(flag))

    StandIn.__module__ = real.__module__
    return StandIn


def _noticed(form: Form) -> Iterator[str]:
    replacement = stand_in(form)
    for case in [*REWRITTEN, *UNSETTLED]:
        if differences(before(case), observe(case.source, case.files, variable=replacement)):
            yield case.name


def test_the_identity_holds_in_every_case() -> None:
    assert list(_noticed(lambda t, r: t.detach().requires_grad_(r))) == []


WRONG_FORMS: dict[str, tuple[int, Form]] = {
    "dropped": (100, lambda t, r: t.requires_grad_() if r else t),
    "dropped without a flag": (100, lambda t, r: t.detach().requires_grad_() if r else t),
    "flagged in place": (80, lambda t, r: t.requires_grad_() if r else t.detach()),
    "flag forgotten": (100, lambda t, r: t.detach()),
    "data for detach": (3, lambda t, r: t.data.requires_grad_(r)),
    "copied": (100, lambda t, r: t.detach().clone().requires_grad_(r)),
    "attached": (100, lambda t, r: t.clone()),
    "detached in place": (100, lambda t, r: t.detach_().requires_grad_(r)),
    "a view": (100, lambda t, r: t.view_as(t)),
    "a Parameter": (100, lambda t, r: torch.nn.Parameter(t, r) if t.is_floating_point() else t),
}


@pytest.mark.parametrize("name", WRONG_FORMS)
def test_wrong_forms_are_noticed(name: str) -> None:
    at_least, form = WRONG_FORMS[name]
    assert len(list(itertools.islice(_noticed(form), at_least))) == at_least


# --------------------------------------------------------------------------------------------
# The cases themselves
# --------------------------------------------------------------------------------------------


@each(EVERY)
def test_program_runs_as_expected(case: Case) -> None:
    assert before(case).raised == case.raises


def test_expectations_fit_the_suites() -> None:
    assert {case.expect for case in REWRITTEN} == {"rewritten", "partial"}
    assert {case.expect for case in UNSETTLED} == {"either"}
    assert {case.expect for case in UNTOUCHED} == {"untouched"}


def test_counts() -> None:
    assert sum(case.expect == "rewritten" for case in REWRITTEN) >= 150
    assert len(UNTOUCHED) > len(REWRITTEN)
    names = Counter(case.name for case in EVERY)
    assert [name for name, count in names.items() if count > 1] == []
    programs = Counter((case.source, *sorted(case.files.items())) for case in EVERY)
    assert [source for source, count in programs.items() if count > 1] == []


def test_program_text_is_what_stands_in_a_file() -> None:
    assert program("\n    if x:\n        y\n    ") == "if x:\n    y\n"


# --------------------------------------------------------------------------------------------
# The tool: these pass when it keeps its promise
# --------------------------------------------------------------------------------------------


def _check_text(case: Case, fixed: str) -> None:
    assert fixed != case.source, "nothing was rewritten"
    for text in case.contains:
        assert text in fixed, f"{text!r} is not in\n{fixed}"
    for text in case.lacks:
        assert text not in fixed, f"{text!r} is in\n{fixed}"


@each([case for case in REWRITTEN if not case.unsafe])
def test_fix_rewrites(case: Case) -> None:
    fixed = fix(case.source, case.files)
    _check_text(case, fixed)
    assert_equivalent(before(case), observe(fixed, case.files))
    assert fix(fixed, case.files) == fixed


@each([case for case in REWRITTEN if case.unsafe])
def test_fix_unsafe_only_when_asked(case: Case) -> None:
    safe = fix(case.source, case.files)
    assert_equivalent(before(case), observe(safe, case.files))
    fixed = fix(case.source, case.files, unsafe=True)
    _check_text(case, fixed)
    assert observe(fixed, case.files).raised == case.raises
    assert fix(fixed, case.files, unsafe=True) == fixed


@each(UNTOUCHED)
def test_fix_leaves_alone(case: Case) -> None:
    assert fix(case.source, case.files) == case.source


@each(UNSETTLED)
def test_fix_may_decide(case: Case) -> None:
    fixed = fix(case.source, case.files)
    for text in case.lacks:
        assert text not in fixed, f"{text!r} is in\n{fixed}"
    assert_equivalent(before(case), observe(fixed, case.files))
    assert fix(fixed, case.files) == fixed


@each([case for case in EVERY if case.files])
def test_fix_project_as_a_whole(case: Case) -> None:
    fixed = dict(fix_project({MAIN: case.source, **case.files}))
    again = fix_project(fixed)
    main = fixed.pop(MAIN)
    assert_equivalent(before(case), observe(main, fixed))
    if case.expect == "untouched":
        assert main == case.source
    elif case.expect != "either":
        _check_text(case, main)
    assert again == {MAIN: main, **fixed}
