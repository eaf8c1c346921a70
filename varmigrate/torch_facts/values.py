"""What makes tensors of values that are written or drawn on the spot, and not of data."""

from __future__ import annotations

VALUE_FACTORIES: frozenset[str] = frozenset(
    {
        "torch.arange",
        "torch.empty",
        "torch.empty_like",
        "torch.eye",
        "torch.full",
        "torch.full_like",
        "torch.linspace",
        "torch.logspace",
        "torch.normal",
        "torch.ones",
        "torch.ones_like",
        "torch.rand",
        "torch.rand_like",
        "torch.randint",
        "torch.randint_like",
        "torch.randn",
        "torch.randn_like",
        "torch.randperm",
        "torch.range",
        "torch.zeros",
        "torch.zeros_like",
    }
)
"""Functions whose result depends on no data but on sizes, numbers and chance."""

ARRAY_FACTORIES: frozenset[str] = frozenset(
    {
        "numpy.arange",
        "numpy.empty",
        "numpy.eye",
        "numpy.full",
        "numpy.identity",
        "numpy.linspace",
        "numpy.ones",
        "numpy.ones_like",
        "numpy.random.normal",
        "numpy.random.rand",
        "numpy.random.randn",
        "numpy.random.uniform",
        "numpy.zeros",
        "numpy.zeros_like",
    }
)
"""The same for arrays."""

FILLING_METHODS: frozenset[str] = frozenset(
    {
        "bernoulli_",
        "cauchy_",
        "exponential_",
        "fill_",
        "geometric_",
        "log_normal_",
        "normal_",
        "random_",
        "uniform_",
        "zero_",
    }
)
"""Methods that overwrite all a tensor holds with numbers or by chance."""

NEW_METHODS: frozenset[str] = frozenset(
    {"new", "new_empty", "new_full", "new_ones", "new_tensor", "new_zeros"}
)
"""Methods that make another tensor of the receiver's type."""
