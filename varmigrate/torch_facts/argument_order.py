"""Calls that take a number in front of the tensors: an order that is deprecated since PyTorch 0.4.

The modern form takes the tensors first and the number by keyword. Both orders still work.
"""

from __future__ import annotations

SCALARS: frozenset[str] = frozenset({"alpha", "beta", "value"})
"""The parameters that are numbers; the modern form takes them by keyword alone."""

RECEIVER = "input"
"""The parameter that a method takes from its receiver."""

OLD_ORDERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "add": (("input", "alpha", "other"),),
    "addbmm": (
        ("beta", "input", "alpha", "batch1", "batch2"),
        ("beta", "input", "batch1", "batch2"),
    ),
    "addcdiv": (("input", "value", "tensor1", "tensor2"),),
    "addcmul": (("input", "value", "tensor1", "tensor2"),),
    "addmm": (("beta", "input", "alpha", "mat1", "mat2"), ("beta", "input", "mat1", "mat2")),
    "addmv": (("beta", "input", "alpha", "mat", "vec"), ("beta", "input", "mat", "vec")),
    "addr": (("beta", "input", "alpha", "vec1", "vec2"), ("beta", "input", "vec1", "vec2")),
    "baddbmm": (
        ("beta", "input", "alpha", "batch1", "batch2"),
        ("beta", "input", "batch1", "batch2"),
    ),
    "sspaddmm": (("beta", "input", "alpha", "mat1", "mat2"), ("beta", "input", "mat1", "mat2")),
    "sub": (("input", "alpha", "other"),),
}
"""Name of a function of `torch` -> the old orders of its parameters. The methods of the same name,
and those with an underscore (all but `sspaddmm_`), take the same without the receiver."""

WORDS_OF_OTHERS: frozenset[str] = frozenset({"add", "addr", "sub"})
"""Names of methods that many classes have which are no tensors."""
