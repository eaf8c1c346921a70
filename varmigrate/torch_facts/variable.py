"""Facts about `torch.autograd.Variable` itself.

For a plain tensor `t` and a bool `r`, `Variable(t, requires_grad=r)` gives what
`t.detach().requires_grad_(r)` gives.
"""

from __future__ import annotations

VARIABLE_NAMES: frozenset[str] = frozenset(
    {
        "torch.autograd.Variable",
        "torch.autograd.variable.Variable",
        # Imported there for torch's own use.
        "torch.autograd.graph.Variable",
        "torch.nn.parallel.distributed.Variable",
    }
)
"""The dotted names under which the class can be reached."""

VARIABLE_PARAMETERS: tuple[str, ...] = ("data", "requires_grad", "volatile")
"""The parameters one meets, in positional order. (In 0.1 it was data, creator, volatile,
requires_grad.) All are optional; all may be given by keyword."""

VARIABLE_OTHER_PARAMETERS: tuple[str, ...] = ("_grad_fn", "name")
"""The parameters after these, in positional order. Nothing replaces them."""

VARIABLE_ONLY_ATTRIBUTES: frozenset[str] = frozenset({"_execution_engine"})
"""Attributes of the class that torch.Tensor has not."""
