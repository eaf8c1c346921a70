"""Each row of `torch_facts.distributions` against the installed torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.distributions as distributions
from torch import Tensor

from varmigrate.torch_facts.distributions import (
    ATTACHED_SAMPLE_METHODS,
    DISTRIBUTIONS,
    SAMPLE_METHODS,
)
from varmigrate.torch_facts.kinds import Graph, Identity

from .measure import identity_of


def _p(*shape: int) -> Tensor:
    return torch.full(shape or (2,), 0.5, requires_grad=True) * 1


def _number() -> Tensor:
    return torch.tensor(3.0, requires_grad=True) * 1


PARAMETERS: dict[str, Callable[[], tuple[Any, ...]]] = {
    **dict.fromkeys(
        (
            "Bernoulli",
            "Categorical",
            "Chi2",
            "ContinuousBernoulli",
            "Dirichlet",
            "Exponential",
            "Geometric",
            "HalfCauchy",
            "HalfNormal",
            "OneHotCategorical",
            "OneHotCategoricalStraightThrough",
            "Poisson",
        ),
        lambda: (_p(),),
    ),
    **dict.fromkeys(
        (
            "Beta",
            "Cauchy",
            "FisherSnedecor",
            "Gamma",
            "Gumbel",
            "InverseGamma",
            "Kumaraswamy",
            "Laplace",
            "LogNormal",
            "LogisticNormal",
            "Normal",
            "Pareto",
            "VonMises",
            "Weibull",
        ),
        lambda: (_p(), _p()),
    ),
    **dict.fromkeys(("GeneralizedPareto", "StudentT"), lambda: (_p(), _p(), _p())),
    **dict.fromkeys(("Binomial", "Multinomial", "NegativeBinomial"), lambda: (3, _p())),
    **dict.fromkeys(("RelaxedBernoulli", "RelaxedOneHotCategorical"), lambda: (0.5, _p())),
    "LKJCholesky": lambda: (2, _number()),
    "LowRankMultivariateNormal": lambda: (_p(), torch.ones(2, 1), _p()),
    "MultivariateNormal": lambda: (_p(), torch.eye(2)),
    "Uniform": lambda: (_p(), _p() + 1),
    "Wishart": lambda: (_number(), torch.eye(2)),
}


def _distribution(name: str) -> tuple[Any, list[Tensor]]:
    parameters = PARAMETERS[name.removeprefix("torch.distributions.")]()
    kind = getattr(distributions, name.removeprefix("torch.distributions."))
    made = kind(*parameters)
    held = [*parameters, *vars(made).values()]
    return made, [value for value in held if isinstance(value, Tensor)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("shape", [(), (3,)])
@pytest.mark.parametrize("name", sorted(DISTRIBUTIONS))
def test_draws(name: str, shape: tuple[int, ...]) -> None:
    made, held = _distribution(name)
    for method, (graph, identity) in SAMPLE_METHODS.items():
        drawn = getattr(made, method)(shape)
        assert graph is Graph.FREE
        assert identity is Identity.VIEW
        assert not drawn.requires_grad
        assert identity_of(drawn, held) in ("new", "view")
        assert not any(drawn._base is tensor for tensor in held)
    if made.has_rsample:
        for method in ATTACHED_SAMPLE_METHODS:
            assert getattr(made, method)(shape).requires_grad


def test_some_draw_is_a_view() -> None:
    assert distributions.Categorical(torch.ones(2)).sample()._is_view()
