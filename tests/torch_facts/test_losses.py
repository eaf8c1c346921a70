"""Each row of `torch_facts.losses` against the installed torch."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn, optim

from varmigrate.torch_facts.losses import (
    LOSS_FUNCTIONS,
    LOSS_MODULES,
    LOSS_TARGET_KEYWORDS,
    LOSSES_WITHOUT_TARGET,
    OPTIMIZERS,
    RNN_MODULES,
)


def _scores() -> Tensor:
    return torch.rand(2, 3, requires_grad=True)


LABELS = torch.tensor([0, 1])
LIKE = torch.full((2, 3), 0.5)
SIGNS = torch.tensor([1.0, -1.0])
CTC = (torch.tensor([[1], [1]]), torch.tensor([2, 2]), torch.tensor([1, 1]))


def _ctc_scores() -> Tensor:
    return torch.rand(2, 2, 3, requires_grad=True)


# Arguments of a call, the target in its place.
FUNCTION_ARGUMENTS: dict[str, list[Any]] = {
    "binary_cross_entropy": [_scores().sigmoid(), LIKE],
    "binary_cross_entropy_with_logits": [_scores(), LIKE],
    "cosine_embedding_loss": [_scores(), _scores(), SIGNS],
    "cross_entropy": [_scores(), LABELS],
    "ctc_loss": [_ctc_scores(), *CTC],
    "gaussian_nll_loss": [_scores(), LIKE, LIKE],
    "hinge_embedding_loss": [_scores(), LIKE],
    "huber_loss": [_scores(), LIKE],
    "kl_div": [_scores(), LIKE],
    "l1_loss": [_scores(), LIKE],
    "linear_cross_entropy": [_scores(), torch.rand(4, 3), LABELS],
    "margin_ranking_loss": [_scores()[:, 0], _scores()[:, 0], SIGNS],
    "mse_loss": [_scores(), LIKE],
    "multi_margin_loss": [_scores(), LABELS],
    "multilabel_margin_loss": [_scores(), torch.tensor([[0, -1, -1], [1, -1, -1]])],
    "multilabel_soft_margin_loss": [_scores(), LIKE],
    "nll_loss": [_scores(), LABELS],
    "poisson_nll_loss": [_scores(), LIKE],
    "smooth_l1_loss": [_scores(), LIKE],
    "soft_margin_loss": [_scores(), LIKE],
}
MODULES: dict[str, tuple[Any, list[Any]]] = {
    "AdaptiveLogSoftmaxWithLoss": (
        lambda: nn.AdaptiveLogSoftmaxWithLoss(3, 4, [2]),
        [_scores(), LABELS],
    ),
    "BCELoss": (nn.BCELoss, [_scores().sigmoid(), LIKE]),
    "BCEWithLogitsLoss": (nn.BCEWithLogitsLoss, [_scores(), LIKE]),
    "CTCLoss": (nn.CTCLoss, [_ctc_scores(), *CTC]),
    "CosineEmbeddingLoss": (nn.CosineEmbeddingLoss, [_scores(), _scores(), SIGNS]),
    "CrossEntropyLoss": (nn.CrossEntropyLoss, [_scores(), LABELS]),
    "GaussianNLLLoss": (nn.GaussianNLLLoss, [_scores(), LIKE, LIKE]),
    "HingeEmbeddingLoss": (nn.HingeEmbeddingLoss, [_scores(), LIKE]),
    "HuberLoss": (nn.HuberLoss, [_scores(), LIKE]),
    "KLDivLoss": (nn.KLDivLoss, [_scores(), LIKE]),
    "L1Loss": (nn.L1Loss, [_scores(), LIKE]),
    "LinearCrossEntropyLoss": (lambda: nn.LinearCrossEntropyLoss(3, 4), [_scores(), LABELS]),
    "MSELoss": (nn.MSELoss, [_scores(), LIKE]),
    "MarginRankingLoss": (nn.MarginRankingLoss, [_scores()[:, 0], _scores()[:, 0], SIGNS]),
    "MultiLabelMarginLoss": (
        nn.MultiLabelMarginLoss,
        [_scores(), torch.tensor([[0, -1, -1], [1, -1, -1]])],
    ),
    "MultiLabelSoftMarginLoss": (nn.MultiLabelSoftMarginLoss, [_scores(), LIKE]),
    "MultiMarginLoss": (nn.MultiMarginLoss, [_scores(), LABELS]),
    "NLLLoss": (nn.NLLLoss, [_scores(), LABELS]),
    "NLLLoss2d": (
        nn.NLLLoss2d,
        [torch.rand(1, 3, 2, 2, requires_grad=True), torch.zeros(1, 2, 2, dtype=torch.int64)],
    ),
    "PoissonNLLLoss": (nn.PoissonNLLLoss, [_scores(), LIKE]),
    "SmoothL1Loss": (nn.SmoothL1Loss, [_scores(), LIKE]),
    "SoftMarginLoss": (nn.SoftMarginLoss, [_scores(), LIKE]),
}


def _target_position(parameters: list[str]) -> int:
    positions = [n for n, name in enumerate(parameters) if name in LOSS_TARGET_KEYWORDS]
    assert len(positions) == 1, parameters
    return positions[0]


def _named_target_gives_the_same(call: Any, arguments: list[Any], position: int, name: str) -> None:
    """The argument at `position` is the one called `name`."""
    before, after = arguments[:position], arguments[position + 1 :]
    parameters = list(inspect.signature(call).parameters)
    named = dict(zip(parameters[position + 1 :], after, strict=False))
    by_place = _value(call(*arguments))
    by_name = _value(call(*before, **{name: arguments[position]}, **named))
    assert by_place.requires_grad
    assert torch.equal(by_place, by_name)


def _value(result: Any) -> Tensor:
    loss = result if isinstance(result, Tensor) else result.loss
    assert isinstance(loss, Tensor)
    return loss


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(LOSS_FUNCTIONS))
def test_loss_function(name: str) -> None:
    short = name.removeprefix("torch.nn.functional.")
    function = getattr(F, short)
    parameters = list(inspect.signature(function).parameters)
    position = _target_position(parameters)
    assert position == LOSS_FUNCTIONS[name]
    arguments = FUNCTION_ARGUMENTS[short]
    _named_target_gives_the_same(function, arguments, position, parameters[position])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(LOSS_MODULES))
def test_loss_module(name: str) -> None:
    make, arguments = MODULES[name.removeprefix("torch.nn.")]
    loss = make()
    assert type(loss) is getattr(nn, name.removeprefix("torch.nn."))
    parameters = list(inspect.signature(loss.forward).parameters)
    position = _target_position(parameters)
    assert position == LOSS_MODULES[name]
    _named_target_gives_the_same(loss.forward, arguments, position, parameters[position])


@pytest.mark.parametrize("name", sorted(LOSSES_WITHOUT_TARGET))
def test_loss_without_target(name: str) -> None:
    parent, _, short = name.rpartition(".")
    call: Any = getattr(F, short) if parent.endswith("functional") else getattr(nn, short).forward
    assert not LOSS_TARGET_KEYWORDS & inspect.signature(call).parameters.keys()


def test_every_loss_of_torch_has_a_row() -> None:
    modules = {f"torch.nn.{name}" for name in dir(nn) if name.endswith(("Loss", "Loss2d"))}
    assert modules == LOSS_MODULES.keys() | {n for n in LOSSES_WITHOUT_TARGET if "nn.T" in n}
    functions = {
        f"torch.nn.functional.{name}"
        for name in dir(F)
        if name.endswith(("_loss", "entropy", "entropy_with_logits", "kl_div"))
    }
    assert functions == LOSS_FUNCTIONS.keys() | {n for n in LOSSES_WITHOUT_TARGET if "nal" in n}


@pytest.mark.parametrize("name", sorted(RNN_MODULES))
def test_rnn_module_takes_a_start_state_second(name: str) -> None:
    module = getattr(nn, name.removeprefix("torch.nn."))(3, 2)
    cell = name.endswith("Cell")
    sequence = torch.rand(1, 3) if cell else torch.rand(4, 1, 3)
    state = torch.zeros(1, 2) if cell else torch.zeros(1, 1, 2)
    start: Any = (state, state) if "LSTM" in name else state
    assert list(inspect.signature(module.forward).parameters)[:2] == ["input", "hx"]
    plain, given = module(sequence), module(sequence, start)
    first, second = (plain, given) if isinstance(plain, Tensor) else (plain[0], given[0])
    assert torch.allclose(first, second)
    other: Any = (state + 1, state + 1) if "LSTM" in name else state + 1
    changed = module(sequence, other)
    assert not torch.allclose(first, changed if isinstance(changed, Tensor) else changed[0])


def test_every_recurrent_module_of_torch_has_a_row() -> None:
    found = {
        f"torch.nn.{name}"
        for name in dir(nn)
        if name.endswith(("RNN", "LSTM", "GRU", "Cell")) and name != "RNNCellBase"
    }
    assert found == RNN_MODULES


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_optimizer_takes_parameters_first(name: str) -> None:
    optimizer = getattr(optim, name.removeprefix("torch.optim."))
    assert issubclass(optimizer, optim.Optimizer)
    assert next(iter(inspect.signature(optimizer).parameters)) == "params"
    if optimizer is not optim.Optimizer:
        weights = nn.Parameter(torch.rand(2, 2))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = optimizer([weights], lr=0.1)
        assert made.param_groups[0]["params"] == [weights]


def test_every_optimizer_of_torch_has_a_row() -> None:
    found = {
        f"torch.optim.{name}"
        for name, value in vars(optim).items()
        if isinstance(value, type) and issubclass(value, optim.Optimizer)
    }
    assert found == OPTIMIZERS
