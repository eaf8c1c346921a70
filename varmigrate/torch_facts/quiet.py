"""Calls that record no graph and differentiate nothing, whatever they are given.

They may stand inside a `torch.no_grad()` block without anything being lost. A call that is in none
of the tables is not known to be harmless.
"""

from __future__ import annotations

QUIET_BUILTINS = frozenset(
    "print len int float bool str repr range enumerate zip isinstance issubclass type hasattr id "
    "dict set open format input callable super iter vars globals locals".split()
)
"""They never compute with a tensor in a way that records."""

CONTAINER_BUILTINS = frozenset(
    "list tuple sorted reversed set dict zip enumerate iter next".split()
)
"""They hand on what they are given, in a container or out of one."""

ADDING_METHODS = frozenset("append insert add extend update setdefault put".split())
"""Methods of containers that put something in."""

TAKING_METHODS = frozenset("items values get pop copy".split())
"""Methods of containers that give what is in them."""

QUIET_MODULES = frozenset(
    "time os sys logging math random json re datetime argparse pickle string itertools shutil glob "
    "collections warnings csv pathlib numpy np tqdm matplotlib PIL cv2 tensorboardX".split()
)
"""Modules whose functions know nothing of autograd. Arrays are no part of a graph."""

HANDING_ON = frozenset("random itertools collections copy".split())
"""Those of them whose functions give back elements of what they are given."""

DERIVATIVE_WORDS = (
    r"\.backward\b|[\"']backward[\"']|\bautograd\.grad\b|\bgrad\s*\(|\bgrad\s+as\b|jacobian|hessian"
    r"|\bvjp\b|\bjvp\b|functorch|torch\.func\b|gradcheck"
)
"""A regular expression for text that may differentiate."""

QUIET_TORCH = frozenset(
    "torch.manual_seed torch.save torch.load torch.is_tensor torch.no_grad torch.get_rng_state "
    "torch.set_rng_state torch.from_numpy".split()
)
"""Functions of torch that record nothing, whatever they are given."""

QUIET_TORCH_MODULES = (
    "torch.cuda.",
    "torch.utils.data.",
    "torch.optim.",
    "torch.backends.",
    "torchvision.transforms.",
    "torchvision.datasets.",
    "torchvision.utils.",
)
"""Modules whose classes record nothing when they are made. Their functions may compute with what
they are given (`default_collate`, `make_grid`)."""

QUIET_METHODS = frozenset(
    "append extend insert keys items format join strip startswith endswith lower "
    "upper replace encode decode write writelines read readline readlines close flush eval train "
    "parameters named_parameters modules named_modules children named_children state_dict "
    "load_state_dict zero_grad size dim numel nelement item tolist numpy data_ptr is_contiguous "
    "info debug warning warn error critical exception add_scalar add_scalars set_description "
    "set_postfix count clear isdisjoint".split()
)
"""Methods that record nothing, whatever they are called on (as far as torch, Python and the
usual loggers name their methods)."""

DIFFERENTIATING = frozenset(
    {
        "torch.Tensor.backward",
        "torch.autograd.grad",
        "torch.autograd.backward",
        "torch.autograd.gradcheck",
        "torch.autograd.gradgradcheck",
    }
)
"""Functions that walk the graph backwards."""

GRADIENT_METHODS = frozenset({"backward", "requires_grad_", "register_hook", "retain_grad"})
"""Methods that only make sense on a tensor with a graph, or that begin one."""

OPTIMIZER_METHODS = frozenset({"step"})
"""Methods by which parameters are changed."""
