"""Facts about `torch.autograd.Function`, its old instances and the context that took their place.

Up to torch 1.4 a Function could be made, `F(arguments)`, and called, `F(arguments)(x)`; its methods
got the instance. It was not differentiable twice: a second derivative raised. Today calling an
instance raises, and the methods of `F.apply(x, arguments)` get a context of another class.
"""

from __future__ import annotations

FUNCTION_NAMES: frozenset[str] = frozenset(
    {"torch.autograd.Function", "torch.autograd.function.Function"}
)
"""The dotted names under which the class can be reached."""

CONTEXT_METHODS: frozenset[str] = frozenset(
    {"save_for_backward", "mark_dirty", "mark_non_differentiable", "set_materialize_grads"}
)
"""Methods that the old instance and the context have with the same meaning."""

CONTEXT_ATTRIBUTES: frozenset[str] = frozenset({"saved_tensors", "needs_input_grad"})
"""Attributes that the old instance and the context have with the same meaning.

`needs_input_grad` has an item for every argument of `apply`.
"""

SAVED_VARIABLES = "saved_variables"
"""The old name of `saved_tensors`: the same tensors, and a warning today."""

CONTEXT_TAKEN: frozenset[str] = frozenset(
    {
        "apply",
        "apply_boxed",
        "apply_jvp",
        "clear_saved_tensors_on_access",
        "dirty_tensors",
        "is_traceable",
        "mark_dirty",
        "mark_non_differentiable",
        "mark_shared_storage",
        "materialize_grads",
        "maybe_clear_saved_tensors",
        "metadata",
        "name",
        "needs_input_grad",
        "next_functions",
        "non_differentiable",
        "previous_functions",
        "register_hook",
        "register_prehook",
        "requires_grad",
        "save_for_backward",
        "save_for_forward",
        "saved_for_forward",
        "saved_tensors",
        "saved_variables",
        "set_materialize_grads",
        "shared_pairs",
        "to_save",
    }
)
"""Public names a context holds itself, in one version of torch or another: none for own values."""

ONCE_DIFFERENTIABLE = "torch.autograd.function.once_differentiable"
"""The decorator under which `backward` records nothing and a second derivative raises."""
