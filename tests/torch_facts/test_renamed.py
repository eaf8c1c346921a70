"""Each row of `torch_facts.renamed` against the installed torch.

What still runs is called in its old and its new form; what is gone is compared with arithmetic
that is written out here.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import itertools
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from varmigrate.torch_facts import renamed
from varmigrate.torch_facts.renamed import (
    BOOL_METHODS,
    CASTS,
    DIM_ZERO_RANKS,
    FADING,
    GONE,
    GONE_METHODS,
    GONE_MODULES,
    IMPLICIT_DIM,
    LOSS_PARAMETERS,
    MASK_FUNCTIONS,
    MASK_METHODS,
    POTRF,
    RANGE,
    REDUCTION_FLAGS,
    RENAMED,
    RETAIN,
    SAME_OBJECT_MODULES,
    SAMPLERS,
    SOFTMAX_FUNCTIONS,
    SOFTMAX_MODULES,
    Old,
    Today,
)


def resolve(dotted: str) -> Any:
    """The object behind a dotted name of torch."""
    found: Any = torch
    for part in dotted.split(".")[1:]:
        found = getattr(found, part)
    return found


def warned(call: Callable[[], Any]) -> tuple[Any, list[str]]:
    """The result of a call and the messages of the warnings it gave."""
    # Some warnings are given once in a process, unless all are wanted.
    always = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            torch.manual_seed(0)
            result = call()
    finally:
        torch.set_warn_always(always)
    return result, [str(item.message) for item in caught]


def rows() -> list[tuple[str, Old]]:
    """Every row of the tables, with the name of its table."""
    found: list[tuple[str, Old]] = []
    for table, value in vars(renamed).items():
        if isinstance(value, Old):
            found.append((table, value))
        elif isinstance(value, dict):
            found += [(f"{table}: {k}", v) for k, v in value.items() if isinstance(v, Old)]
    return found


@pytest.mark.parametrize(("name", "row"), rows(), ids=[name for name, _ in rows()])
def test_a_row_says_all(name: str, row: Old) -> None:
    assert row.was
    assert row.now
    assert [int(part) for part in row.since.split(".")] > [0, 1]
    assert bool(row.removed) == (row.today is Today.RAISES)
    if row.removed:
        assert _version(row.since) <= _version(row.removed)


def _version(text: str) -> list[int]:
    return [int(part) for part in text.split(".")]


# -- the same call under a new name ------------------------------------------------------------

X = torch.tensor([[-1.0, 0.5, 2.0], [0.0, 1.0, -3.0]])
IMAGE = torch.arange(4.0).view(1, 1, 2, 2)


def _with_gradients() -> nn.Parameter:
    p = nn.Parameter(torch.ones(2))
    p.grad = torch.tensor([3.0, 4.0])
    return p


RENAMED_CALLS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "torch.nn.utils.clip_grad_norm": lambda f, kw: _clipped(f),
    "torch.nn.init.constant": lambda f, kw: f(torch.empty(2, 3), 0.25),
    "torch.nn.init.dirac": lambda f, kw: f(torch.empty(2, 2, 3)),
    "torch.nn.init.eye": lambda f, kw: f(torch.empty(2, 3)),
    "torch.nn.init.kaiming_normal": lambda f, kw: f(torch.empty(2, 3), a=1, mode="fan_out"),
    "torch.nn.init.kaiming_uniform": lambda f, kw: f(torch.empty(2, 3), a=1),
    "torch.nn.init.normal": lambda f, kw: f(torch.empty(2, 3), mean=1, std=0.1),
    "torch.nn.init.orthogonal": lambda f, kw: f(torch.empty(2, 3), gain=2),
    "torch.nn.init.sparse": lambda f, kw: f(torch.empty(4, 3), sparsity=0.5),
    "torch.nn.init.uniform": lambda f, kw: f(torch.empty(2, 3), -1, 1),
    "torch.nn.init.xavier_normal": lambda f, kw: f(torch.empty(2, 3), gain=2),
    "torch.nn.init.xavier_uniform": lambda f, kw: f(torch.empty(2, 3)),
    "torch.nn.functional.sigmoid": lambda f, kw: f(X),
    "torch.nn.functional.tanh": lambda f, kw: f(input=X),
    "torch.nn.functional.upsample": lambda f, kw: f(IMAGE, None, 2, "bilinear", True),
    "torch.nn.functional.upsample_nearest": lambda f, kw: f(IMAGE, scale_factor=2, **kw),
    "torch.nn.functional.upsample_bilinear": lambda f, kw: f(IMAGE, (3, 3), **kw),
    "torch.nn.NLLLoss2d": lambda f, kw: f(torch.ones(2), None, 1)(
        IMAGE.expand(1, 2, 2, 2), torch.tensor([[[0, 1], [1, 0]]])
    ),
}


def _clipped(function: Any) -> list[Tensor]:
    p = _with_gradients()
    norm = function([p], 2.5)
    assert p.grad is not None
    return [norm, p.grad]


def _same(first: Any, second: Any) -> bool:
    pairs = zip(_flat(first), _flat(second), strict=True)
    return all(torch.equal(a, b) and a.dtype == b.dtype for a, b in pairs)


def _flat(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    return [part for item in value for part in _flat(item)]


def test_every_renamed_row_has_a_call() -> None:
    assert RENAMED_CALLS.keys() == RENAMED.keys()


@pytest.mark.parametrize("name", RENAMED)
def test_the_new_name_does_the_same(name: str) -> None:
    row, call = RENAMED[name], RENAMED_CALLS[name]
    adds: dict[str, Any] = eval(f"dict({row.adds})")
    old, said = warned(lambda: call(resolve(name), {}))
    assert bool(said) is (row.today is Today.WARNS)
    assert not said or "deprecated" in said[0]
    new, quiet = warned(lambda: call(resolve(row.now), adds))
    assert quiet == []
    assert _same(old, new)


def test_clipping_is_what_the_row_says() -> None:
    norm, grad = _clipped(resolve(RENAMED["torch.nn.utils.clip_grad_norm"].now))
    assert norm.item() == 5.0
    assert torch.allclose(grad, torch.tensor([1.5, 2.0]), atol=1e-4)


@pytest.mark.parametrize("name", [name for name in RENAMED if ".init." in name])
def test_initialisers_fill_in_place(name: str) -> None:
    parameters = inspect.signature(resolve(RENAMED[name].now)).parameters
    assert next(iter(parameters)) == "tensor"
    t = torch.empty(2, 2, 3) if "dirac" in name else torch.empty(2, 3)
    more = {"constant": (1.0,), "sparse": (0.5,)}.get(name.split(".")[-1], ())
    assert resolve(RENAMED[name].now)(t, *more) is t


def test_every_old_initialiser_is_in_the_table() -> None:
    known = {name.split(".")[-1] for name in RENAMED if ".init." in name}
    assert known == {name for name in dir(nn.init) if hasattr(nn.init, f"{name}_")}


def test_upsample_leaves_the_corners_to_the_default() -> None:
    """On PyTorch 0.3 corners were aligned; today they are not unless it is asked for."""
    line = torch.tensor([[[0.0, 3.0]]])  # two pixels become four
    today, _ = warned(lambda: F.upsample(line, size=4, mode="linear"))
    assert today.tolist() == [[[0.0, 0.75, 2.25, 3.0]]]
    assert torch.equal(today, F.interpolate(line, size=4, mode="linear", align_corners=False))
    aligned = F.interpolate(line, size=4, mode="linear", align_corners=True)
    assert aligned.tolist() == [[[0.0, 1.0, 2.0, 3.0]]]
    module, said = warned(lambda: nn.Upsample(size=4, mode="linear")(line))
    assert torch.equal(module, today)
    assert said == []


# -- retain_variables --------------------------------------------------------------------------


def _loss() -> tuple[Tensor, Tensor]:
    w = torch.ones(2, requires_grad=True)
    return w, (w.exp() * 2).sum()


def test_retain_variables() -> None:
    calls: dict[str, Callable[..., Any]] = {
        "torch.Tensor.backward": lambda w, y, **kw: y.backward(**kw),
        "torch.autograd.backward": lambda w, y, **kw: torch.autograd.backward([y], **kw),
        "torch.autograd.grad": lambda w, y, **kw: torch.autograd.grad(y, w, **kw),
    }
    assert calls.keys() == RETAIN.keys()
    for name, call in calls.items():
        w, y = _loss()
        with pytest.raises(TypeError, match="retain_variables"):
            call(w, y, retain_variables=True)
        call(w, y, **{RETAIN[name].now: True})
        call(w, y)
        with pytest.raises(RuntimeError, match="second time"):
            call(w, y)
        assert RETAIN[name].now in inspect.signature(resolve(name)).parameters


# -- size_average and reduce -------------------------------------------------------------------

LABELS = torch.tensor([0, 1])
LIKE = torch.full((2, 3), 0.5)
SIGNS = torch.tensor([1.0, -1.0])
SCORES = torch.tensor([[0.2, 0.5, 0.3], [0.1, 0.7, 0.2]])
OTHER = torch.tensor([[0.1, 0.1, 0.8], [0.3, 0.6, 0.1]])

LOSS_INPUTS: dict[str, tuple[Tensor, ...]] = {
    "binary_cross_entropy": (SCORES, LIKE),
    "binary_cross_entropy_with_logits": (SCORES, LIKE),
    "cosine_embedding_loss": (SCORES, OTHER, SIGNS),
    "cross_entropy": (SCORES, LABELS),
    "hinge_embedding_loss": (SCORES, LIKE),
    "kl_div": (SCORES, LIKE),
    "l1_loss": (SCORES, LIKE),
    "margin_ranking_loss": (SCORES[:, 0], OTHER[:, 0], SIGNS),
    "mse_loss": (SCORES, LIKE),
    "multi_margin_loss": (SCORES, LABELS),
    "multilabel_margin_loss": (SCORES, torch.tensor([[0, -1, -1], [1, -1, -1]])),
    "multilabel_soft_margin_loss": (SCORES, LIKE),
    "nll_loss": (SCORES, LABELS),
    "poisson_nll_loss": (SCORES, LIKE),
    "smooth_l1_loss": (SCORES, LIKE),
    "soft_margin_loss": (SCORES, LIKE),
    "triplet_margin_loss": (SCORES, OTHER, LIKE),
}
LOSS_CLASSES: dict[str, str] = {
    "BCELoss": "binary_cross_entropy",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits",
    "CosineEmbeddingLoss": "cosine_embedding_loss",
    "CrossEntropyLoss": "cross_entropy",
    "HingeEmbeddingLoss": "hinge_embedding_loss",
    "KLDivLoss": "kl_div",
    "L1Loss": "l1_loss",
    "MSELoss": "mse_loss",
    "MarginRankingLoss": "margin_ranking_loss",
    "MultiLabelMarginLoss": "multilabel_margin_loss",
    "MultiLabelSoftMarginLoss": "multilabel_soft_margin_loss",
    "MultiMarginLoss": "multi_margin_loss",
    "NLLLoss": "nll_loss",
    "NLLLoss2d": "nll_loss",
    "PoissonNLLLoss": "poisson_nll_loss",
    "SmoothL1Loss": "smooth_l1_loss",
    "SoftMarginLoss": "soft_margin_loss",
    "TripletMarginLoss": "triplet_margin_loss",
}


def _loss_value(name: str, **flags: Any) -> tuple[Tensor, list[str]]:
    last = name.split(".")[-1]
    if last in LOSS_INPUTS:
        return warned(lambda: resolve(name)(*LOSS_INPUTS[last], **flags))
    return warned(lambda: resolve(name)(**flags)(*LOSS_INPUTS[LOSS_CLASSES[last]]))


def _word(size_average: bool | None, reduce: bool | None) -> str:
    """The rule the tool goes by."""
    if reduce is False:
        return "none"
    return "sum" if size_average is False else "mean"


FLAGS = list(itertools.product((None, True, False), repeat=2))


@pytest.mark.parametrize("name", LOSS_PARAMETERS)
def test_the_parameters_of_losses(name: str) -> None:
    parameters = _parameters(resolve(name))
    assert list(parameters) == LOSS_PARAMETERS[name].split()
    assert parameters["size_average"].default is None
    assert parameters["reduce"].default is None
    assert parameters[REDUCTION_FLAGS.now].default == "mean"


def _parameters(function: Any) -> dict[str, inspect.Parameter]:
    """The parameters of a function, or those of a class when it is called."""
    if not isinstance(function, type):
        return dict(inspect.signature(function).parameters)
    found = dict(inspect.signature(function.__init__).parameters)  # type: ignore[misc]
    return {name: parameter for name, parameter in found.items() if name != "self"}


@pytest.mark.parametrize("name", [name for name in LOSS_PARAMETERS if "._" not in name])
@pytest.mark.parametrize(("size_average", "reduce"), FLAGS)
def test_what_the_flags_of_losses_say(
    name: str, size_average: bool | None, reduce: bool | None
) -> None:
    old, said = _loss_value(name, size_average=size_average, reduce=reduce)
    deprecated = [text for text in said if "size_average" in text]
    assert bool(deprecated) is (size_average is not None or reduce is not None)
    new, quiet = _loss_value(name, reduction=_word(size_average, reduce))
    assert not [text for text in quiet if "size_average" in text]
    assert torch.equal(old, new)
    each, _ = _loss_value(name, reduction="none")
    total, _ = _loss_value(name, reduction="sum")
    assert torch.allclose(total, each.sum())
    mean, _ = _loss_value(name, reduction="mean")
    assert torch.allclose(mean, each.sum() / each.numel())


@pytest.mark.parametrize("name", [name for name in LOSS_PARAMETERS if "._" in name])
@pytest.mark.parametrize(("size_average", "reduce"), FLAGS)
def test_the_bases_of_losses(name: str, size_average: bool | None, reduce: bool | None) -> None:
    old, _ = warned(lambda: resolve(name)(size_average=size_average, reduce=reduce))
    assert old.reduction == _word(size_average, reduce)
    assert not hasattr(old, "size_average")


def test_the_flags_win_over_reduction() -> None:
    old, _ = _loss_value("torch.nn.MSELoss", size_average=False, reduction="none")
    assert torch.equal(old, _loss_value("torch.nn.MSELoss", reduction="sum")[0])


def test_no_loss_is_missing() -> None:
    found = set()
    for prefix, module in (("torch.nn.functional", F), ("torch.nn", nn)):
        for name, value in vars(module).items():
            if not inspect.isfunction(value) and not (
                inspect.isclass(value) and issubclass(value, nn.Module)
            ):
                continue
            if "size_average" in _parameters(value):
                found.add(f"{prefix}.{name}")
    assert found == {name for name in LOSS_PARAMETERS if "._" not in name}


# -- softmax without dim -----------------------------------------------------------------------


@pytest.mark.parametrize("rank", range(6))
@pytest.mark.parametrize("name", sorted(SOFTMAX_FUNCTIONS | SOFTMAX_MODULES))
def test_the_implicit_dimension(name: str, rank: int) -> None:
    function = resolve(name)
    x = torch.rand([2] * rank)
    dim = 0 if rank in DIM_ZERO_RANKS else 1
    if isinstance(function, type):
        old, said = warned(lambda: function()(x))
        new, quiet = warned(lambda: function(dim)(x))
    else:
        old, said = warned(lambda: function(x))
        new, quiet = warned(lambda: function(x, **{IMPLICIT_DIM.now: dim}))
    assert "Implicit dimension choice" in said[0]
    assert quiet == []
    assert torch.equal(old, new)
    if rank > 1:
        other = function(1 - dim)(x) if isinstance(function, type) else function(x, dim=1 - dim)
        assert not torch.equal(old, other)


def test_no_softmax_is_missing() -> None:
    implicit = {
        f"torch.nn.functional.{name}"
        for name, value in vars(F).items()
        if inspect.isfunction(value) and "_stacklevel" in inspect.signature(value).parameters
    }
    assert implicit - SOFTMAX_FUNCTIONS == {
        # Its dimension has a default of its own.
        name
        for name in implicit
        if "_dim" in name
    }
    for name in SOFTMAX_FUNCTIONS:
        assert list(inspect.signature(resolve(name)).parameters)[:2] == ["input", "dim"]
    for name in SOFTMAX_MODULES:
        assert list(inspect.signature(resolve(name)).parameters) == ["dim"]


# -- torch.range -------------------------------------------------------------------------------


def test_range() -> None:
    old, said = warned(lambda: torch.range(1, 4))
    assert "deprecated" in said[0]
    assert old.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert old.dtype == torch.get_default_dtype()
    new = resolve(RANGE.now)(1, 4 + 1, dtype=torch.get_default_dtype())
    assert _same(old, new)
    assert "torch.get_default_dtype()" in RANGE.advice
    assert torch.arange(1, 5).dtype == torch.int64
    with torch.no_grad():
        assert _same(warned(lambda: torch.range(0, 9, 3))[0], torch.arange(0.0, 10, 3))


# -- what is gone ------------------------------------------------------------------------------

SYMMETRIC = torch.tensor([[2.0, 1.0], [1.0, 2.0]])  # eigenvalues 1 and 3
TURN = torch.tensor([[0.0, -1.0], [1.0, 0.0]])  # eigenvalues i and -i
UPPER = torch.tensor([[2.0, 1.0], [0.0, 4.0]])
COLUMN = torch.tensor([[4.0], [8.0]])
WAVE = torch.tensor([1.0, 2.0, 3.0, 4.0])
COMPLEX = torch.tensor([[1.0, 0.0], [0.0, 1.0]])  # 1, i

# Name -> (a call of the old form, the new form's result, the old result by arithmetic).
GONE_CALLS: dict[str, tuple[Callable[[], Any], Callable[[], Any], Any]] = {
    "torch.autograd.variable": (
        lambda: torch.autograd.variable([1.0, 2.0]),
        lambda: torch.tensor([1.0, 2.0]),
        [1.0, 2.0],
    ),
    "torch.symeig": (
        lambda: torch.symeig(SYMMETRIC, eigenvectors=True),
        lambda: torch.linalg.eigh(torch.triu(SYMMETRIC), UPLO="U")[0],
        [1.0, 3.0],
    ),
    "torch.eig": (
        lambda: torch.eig(TURN),
        lambda: torch.view_as_real(torch.linalg.eig(TURN)[0]),
        [[0.0, 1.0], [0.0, -1.0]],
    ),
    "torch.lstsq": (
        lambda: torch.lstsq(COLUMN, UPPER),
        lambda: torch.linalg.lstsq(UPPER, COLUMN).solution,
        [[1.0], [2.0]],
    ),
    "torch.gels": (
        lambda: resolve("torch.gels")(COLUMN, UPPER),
        lambda: torch.linalg.lstsq(UPPER, COLUMN).solution,
        [[1.0], [2.0]],
    ),
    "torch.solve": (
        lambda: torch.solve(COLUMN, UPPER),
        lambda: torch.linalg.solve(UPPER, COLUMN),
        [[1.0], [2.0]],
    ),
    "torch.gesv": (
        lambda: resolve("torch.gesv")(COLUMN, UPPER),
        lambda: torch.linalg.solve(UPPER, COLUMN),
        [[1.0], [2.0]],
    ),
    "torch.matrix_rank": (
        lambda: torch.matrix_rank(UPPER),
        lambda: torch.linalg.matrix_rank(UPPER),
        2,
    ),
    "torch.trtrs": (
        lambda: resolve("torch.trtrs")(COLUMN, UPPER),
        lambda: torch.linalg.solve_triangular(UPPER, COLUMN, upper=True),
        [[1.0], [2.0]],
    ),
    # The factor is diagonal here: the matrix is [[4, 0], [0, 16]].
    "torch.potri": (
        lambda: resolve("torch.potri")(torch.diag(torch.tensor([2.0, 4.0]))),
        lambda: torch.cholesky_inverse(torch.diag(torch.tensor([2.0, 4.0])), upper=True),
        [[0.25, 0.0], [0.0, 0.0625]],
    ),
    # u'u = [[4, 2], [2, 17]], and [[4, 2], [2, 17]] (1, 2) = (8, 36).
    "torch.potrs": (
        lambda: resolve("torch.potrs")(torch.tensor([[8.0], [36.0]]), UPPER),
        lambda: torch.cholesky_solve(torch.tensor([[8.0], [36.0]]), UPPER, upper=True),
        [[1.0], [2.0]],
    ),
    "torch.btrifact": (
        lambda: resolve("torch.btrifact")(UPPER[None]),
        lambda: torch.linalg.lu_factor(UPPER[None])[0],
        [[[2.0, 1.0], [0.0, 4.0]]],
    ),
    "torch.btrisolve": (
        lambda: resolve("torch.btrisolve")(COLUMN.t(), UPPER[None], torch.tensor([[1, 2]]).int()),
        lambda: torch.linalg.lu_solve(UPPER[None], torch.tensor([[1, 2]]).int(), COLUMN[None]),
        [[[1.0], [2.0]]],
    ),
    "torch.btriunpack": (
        lambda: resolve("torch.btriunpack")(UPPER[None], torch.tensor([[1, 2]]).int()),
        lambda: torch.lu_unpack(UPPER[None], torch.tensor([[1, 2]]).int())[2],
        [[[2.0, 1.0], [0.0, 4.0]]],
    ),
    # Sums of w^k with the signs and turns of i: 10, -2+2i, -2.
    "torch.rfft": (
        lambda: resolve("torch.rfft")(WAVE, 1),
        lambda: torch.view_as_real(torch.fft.rfft(WAVE)),
        [[10.0, 0.0], [-2.0, 2.0], [-2.0, 0.0]],
    ),
    "torch.irfft": (
        lambda: resolve("torch.irfft")(torch.tensor([[3.0, 0.0], [1.0, 0.0]]), 1),
        lambda: torch.fft.irfft(torch.view_as_complex(torch.tensor([[3.0, 0.0], [1.0, 0.0]]))),
        [2.0, 1.0],
    ),
    # (1 + i) / 2 and (1 - i) / 2.
    "torch.ifft": (
        lambda: resolve("torch.ifft")(COMPLEX, 1),
        lambda: torch.view_as_real(torch.fft.ifft(torch.view_as_complex(COMPLEX))),
        [[0.5, 0.5], [0.5, -0.5]],
    ),
    # 1 + i and 1 - i.
    "torch.fft": (
        lambda: resolve("torch.fft")(COMPLEX, 1),
        lambda: torch.view_as_real(torch.fft.fft(torch.view_as_complex(COMPLEX))),
        [[1.0, 1.0], [1.0, -1.0]],
    ),
}


def test_everything_gone_has_a_call() -> None:
    assert GONE_CALLS.keys() == GONE.keys()


@pytest.mark.parametrize("name", GONE)
def test_what_is_gone_raises_and_is_replaced(name: str) -> None:
    old, new, expected = GONE_CALLS[name]
    with pytest.raises((RuntimeError, AttributeError, TypeError)):
        old()
    assert torch.allclose(new().double(), torch.tensor(expected, dtype=torch.float64), atol=1e-5)
    resolve(GONE[name].now)
    assert GONE[name].now in GONE[name].advice


def test_potrf() -> None:
    with pytest.raises(AttributeError):
        resolve("torch.potrf")
    # u'u for u = [[2, 1], [0, 4]] is [[4, 2], [2, 17]].
    a = torch.tensor([[4.0, 2.0], [2.0, 17.0]])
    new, _ = warned(lambda: resolve(POTRF.now)(a, upper=True))
    assert torch.allclose(new, UPPER)
    lower, _ = warned(lambda: resolve(POTRF.now)(a))
    assert torch.allclose(lower, UPPER.t())


FADING_CALLS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "torch.qr": (lambda: tuple(torch.qr(UPPER)), lambda: tuple(torch.linalg.qr(UPPER))),
    "torch.cholesky": (
        lambda: torch.cholesky(SYMMETRIC, upper=True),
        lambda: torch.linalg.cholesky(SYMMETRIC).mH.contiguous(),
    ),
    "torch.triangular_solve": (
        lambda: torch.triangular_solve(COLUMN, UPPER)[0],
        lambda: torch.linalg.solve_triangular(UPPER, COLUMN, upper=True),
    ),
    "torch.chain_matmul": (
        lambda: torch.chain_matmul(UPPER, UPPER, COLUMN),
        lambda: torch.linalg.multi_dot([UPPER, UPPER, COLUMN]),
    ),
    "torch.lu": (lambda: tuple(torch.lu(UPPER)), lambda: tuple(torch.linalg.lu_factor(UPPER))),
}


@pytest.mark.parametrize("name", FADING)
def test_what_fades_warns_and_is_replaced(name: str) -> None:
    old, new = FADING_CALLS[name]
    result, said = warned(old)
    assert "deprecated" in said[0]
    assert FADING[name].today is Today.WARNS
    assert _same(result, new())
    assert FADING[name].now in FADING[name].advice


@pytest.mark.parametrize("name", GONE_MODULES)
def test_modules_that_are_gone(name: str) -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(name)
    assert not hasattr(torch.utils if ".utils." in name else torch, name.split(".")[-1])
    importlib.import_module(GONE_MODULES[name].now)


def test_reinforce() -> None:
    row = GONE_METHODS["reinforce"]
    probs = torch.tensor([0.25, 0.75], requires_grad=True)
    with pytest.raises(RuntimeError, match="removed"):
        probs.multinomial(1).reinforce(1.0)
    # The old gradient of the drawn entry was -reward / probability, divided out over the sum.
    d = torch.distributions.Categorical(probs)
    (-d.log_prob(torch.tensor(1)) * 2.0).backward()
    assert probs.grad is not None
    assert torch.allclose(probs.grad, torch.tensor([2.0, 2.0 - 2.0 / 0.75]))
    importlib.import_module(row.now)
    for name in SAMPLERS:
        assert callable(getattr(torch, name))
    with pytest.raises(TypeError):
        probs.multinomial()


def test_creator() -> None:
    row = GONE_METHODS["creator"]
    w = torch.ones(1, requires_grad=True)
    with pytest.raises(AttributeError):
        _ = w.creator  # type: ignore[attr-defined]
    assert getattr(w, row.now) is None
    assert getattr(w * 2, row.now) is not None


# -- masks -------------------------------------------------------------------------------------

VALUES = torch.tensor([1.0, 2.0, 3.0])
BYTES = torch.tensor([0, 1, 2], dtype=torch.uint8)


def _masked(name: str, mask: Tensor) -> Tensor:
    more: tuple[Any, ...] = ()
    if "fill" in name:
        more = (0.0,)
    if "scatter" in name:
        more = (torch.tensor([7.0, 8.0, 9.0]),)
    result: Tensor = getattr(VALUES.clone(), name)(mask, *more)
    return result


@pytest.mark.parametrize("name", MASK_METHODS)
def test_masks_of_bytes_raise(name: str) -> None:
    with pytest.raises(RuntimeError):
        warned(lambda: _masked(name, BYTES))
    expected = [2.0, 3.0] if "select" in name else [1.0, 0.0, 0.0]
    if "scatter" in name:
        expected = [1.0, 7.0, 8.0]
    assert _masked(name, BYTES != 0).tolist() == expected
    assert torch.equal(_masked(name, BYTES != 0), _masked(name, BYTES.bool()))


def test_masks_as_arguments_of_functions() -> None:
    for name, place in MASK_FUNCTIONS.items():
        assert f"{MASK_METHODS[name.split('.')[-1]]}" in (resolve(name).__doc__ or "mask")
        arguments: list[Any] = [VALUES]
        arguments.insert(place, BYTES)
        arguments += [[], [0.0], [VALUES]][["select", "fill", "scatter"].index(name.split("_")[-1])]
        with pytest.raises(RuntimeError):
            warned(functools.partial(resolve(name), *arguments))
        arguments[place] = BYTES != 0
        assert isinstance(resolve(name)(*arguments), Tensor)


def test_indexing_with_bytes() -> None:
    result, said = warned(lambda: VALUES[BYTES])
    assert "uint8" in said[0]
    assert torch.equal(result, VALUES[BYTES != 0])
    with pytest.raises(RuntimeError):
        VALUES.clone()[BYTES] = 0.0


@pytest.mark.parametrize("name", BOOL_METHODS)
def test_comparisons_are_bool(name: str) -> None:
    more = () if name == "isnan" else (2,)
    mask = getattr(VALUES, name)(*more)
    assert mask.dtype == torch.bool
    assert torch.equal(mask, getattr(torch, name)(VALUES, *more))
    with pytest.raises(RuntimeError, match="bool tensor"):
        _ = 1 - mask
    with pytest.raises(RuntimeError, match="bool tensor"):
        _ = -mask
    # In the arithmetic of 2017: one minus a 0 or a 1.
    assert [int(v) for v in ~mask] == [1 - int(v) for v in mask]


@pytest.mark.parametrize("name", CASTS)
def test_casts_of_masks(name: str) -> None:
    mask = VALUES > 1
    more = (VALUES,) if name == "type_as" else ()
    assert _same(getattr(mask, name)(*more), getattr(mask.to(torch.uint8), name)(*more))


# -- where the names stand ---------------------------------------------------------------------


def test_modules_that_hold_the_same() -> None:
    known = {*RENAMED, *LOSS_PARAMETERS, *SOFTMAX_MODULES, "torch.nn.Linear", "torch.nn.Upsample"}
    for other, module in SAME_OBJECT_MODULES.items():
        names = [n for n in known if n.rpartition(".")[0] == module]
        shared = [n for n in names if hasattr(resolve(other), n.rpartition(".")[2])]
        assert shared
        for name in shared:
            assert resolve(f"{other}.{name.rpartition('.')[2]}") is resolve(name)
