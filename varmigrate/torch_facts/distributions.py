"""Distributions: which draws carry a graph."""

from __future__ import annotations

from varmigrate.torch_facts.kinds import Graph, Identity

DISTRIBUTIONS: frozenset[str] = frozenset(
    {
        "torch.distributions.Bernoulli",
        "torch.distributions.Beta",
        "torch.distributions.Binomial",
        "torch.distributions.Categorical",
        "torch.distributions.Cauchy",
        "torch.distributions.Chi2",
        "torch.distributions.ContinuousBernoulli",
        "torch.distributions.Dirichlet",
        "torch.distributions.Exponential",
        "torch.distributions.FisherSnedecor",
        "torch.distributions.Gamma",
        "torch.distributions.GeneralizedPareto",
        "torch.distributions.Geometric",
        "torch.distributions.Gumbel",
        "torch.distributions.HalfCauchy",
        "torch.distributions.HalfNormal",
        "torch.distributions.InverseGamma",
        "torch.distributions.Kumaraswamy",
        "torch.distributions.LKJCholesky",
        "torch.distributions.Laplace",
        "torch.distributions.LogNormal",
        "torch.distributions.LogisticNormal",
        "torch.distributions.LowRankMultivariateNormal",
        "torch.distributions.Multinomial",
        "torch.distributions.MultivariateNormal",
        "torch.distributions.NegativeBinomial",
        "torch.distributions.Normal",
        "torch.distributions.OneHotCategorical",
        "torch.distributions.OneHotCategoricalStraightThrough",
        "torch.distributions.Pareto",
        "torch.distributions.Poisson",
        "torch.distributions.RelaxedBernoulli",
        "torch.distributions.RelaxedOneHotCategorical",
        "torch.distributions.StudentT",
        "torch.distributions.Uniform",
        "torch.distributions.VonMises",
        "torch.distributions.Weibull",
        "torch.distributions.Wishart",
    }
)
"""Distributions that are built from tensors of parameters, or from numbers."""

SAMPLE_METHODS: dict[str, tuple[Graph, Identity]] = {
    "sample": (Graph.FREE, Identity.VIEW),
}
"""Methods of a distribution that draw without a graph, whatever its parameters are. No draw is a
tensor of the distribution itself; some (`Categorical`) are views of a tensor nobody else has."""

ATTACHED_SAMPLE_METHODS: frozenset[str] = frozenset({"rsample"})
"""Methods of a distribution that draw with a graph when its parameters are attached."""
