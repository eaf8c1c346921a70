"""How many dimensions results have, by what they are made from."""

from __future__ import annotations

SIZED_FACTORIES: frozenset[str] = frozenset(
    {"torch.zeros", "torch.ones", "torch.empty", "torch.rand", "torch.randn"}
)
"""Their sizes are several numbers, or one list or tuple: as many dimensions."""

FIXED_RANK: dict[str, int] = {
    "torch.arange": 1,
    "torch.linspace": 1,
    "torch.logspace": 1,
    "torch.randperm": 1,
    "torch.eye": 2,
    "torch.mm": 2,
    "torch.addmm": 2,
    "torch.mv": 1,
    "torch.bmm": 3,
    "torch.baddbmm": 3,
}
"""Functions whose result always has so many."""

FIXED_RANK_METHODS: dict[str, int] = {"mm": 2, "addmm": 2, "mv": 1, "bmm": 3, "baddbmm": 3}
"""The same as methods of tensors."""

SAME_RANK_FUNCTIONS: frozenset[str] = frozenset(
    {
        "torch.abs",
        "torch.exp",
        "torch.log",
        "torch.relu",
        "torch.sigmoid",
        "torch.sqrt",
        "torch.tanh",
        "torch.zeros_like",
        "torch.ones_like",
        "torch.randn_like",
        "torch.rand_like",
        "torch.nn.functional.dropout",
        "torch.nn.functional.elu",
        "torch.nn.functional.leaky_relu",
        "torch.nn.functional.logsigmoid",
        "torch.nn.functional.log_softmax",
        "torch.nn.functional.relu",
        "torch.nn.functional.selu",
        "torch.nn.functional.sigmoid",
        "torch.nn.functional.softmax",
        "torch.nn.functional.softplus",
        "torch.nn.functional.tanh",
    }
)
"""Their result has as many as their first argument."""

SAME_RANK_METHODS: frozenset[str] = frozenset(
    {
        "abs",
        "clone",
        "contiguous",
        "cpu",
        "cuda",
        "detach",
        "double",
        "exp",
        "exp_",
        "float",
        "half",
        "log",
        "long",
        "neg",
        "relu",
        "requires_grad_",
        "sigmoid",
        "sqrt",
        "tanh",
        "transpose",
    }
)
"""Methods whose result has as many dimensions as what they are called on."""

SHAPED_METHODS: frozenset[str] = frozenset({"view", "reshape", "permute"})
"""Their arguments are several numbers, or one list or tuple: as many dimensions. (`view` also takes
one dtype, which keeps the number.)"""

LIKE_METHODS: frozenset[str] = frozenset({"view_as", "reshape_as", "expand_as"})
"""Their result has as many dimensions as their argument."""

SAME_RANK_MODULES: frozenset[str] = frozenset(
    {
        "torch.nn.BatchNorm1d",
        "torch.nn.BatchNorm2d",
        "torch.nn.Dropout",
        "torch.nn.ELU",
        "torch.nn.LeakyReLU",
        "torch.nn.Linear",
        "torch.nn.LogSoftmax",
        "torch.nn.ReLU",
        "torch.nn.SELU",
        "torch.nn.Sigmoid",
        "torch.nn.Softmax",
        "torch.nn.Softplus",
        "torch.nn.Tanh",
    }
)
"""Modules whose result has as many dimensions as their input."""

RANK_CHANGING: frozenset[str] = frozenset(
    {
        "resize_",
        "resize_as_",
        "set_",
        "squeeze_",
        "unsqueeze_",
        "as_strided_",
        "resize_as_sparse_",
        "swap_tensors",
    }
)
"""What gives a tensor another number of dimensions in place; `.data = ...` does so too."""

CONTAINER_MODULES: frozenset[str] = frozenset(
    {"torch.nn.Sequential", "torch.nn.ModuleList", "torch.nn.ModuleDict", "torch.nn.DataParallel"}
)
"""Modules that run others, which may be the project's own."""
