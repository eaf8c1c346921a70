"""Functions that make tensors out of numbers, sizes, arrays or the likes of a tensor."""

from __future__ import annotations

from dataclasses import dataclass

from varmigrate.torch_facts.kinds import Graph, Identity


@dataclass(frozen=True, slots=True)
class Factory:
    """What a factory gives, called without `requires_grad=`.

    keyword: takes `requires_grad=` in every form of the call and gives a leaf with it (where the
        dtype is floating, and the numbers given are not themselves attached tensors).
    like: its first argument is a tensor, whose shape, dtype and device it copies.
    floating_default: without `dtype=` the dtype is torch's default floating one. Where it is
        False the dtype is integral, or depends on the arguments.
    sparse: the result is sparse.
    """

    graph: Graph
    identity: Identity
    keyword: bool = False
    like: bool = False
    floating_default: bool = False
    sparse: bool = False


_FLOATING = Factory(Graph.FREE, Identity.NEW, keyword=True, floating_default=True)
_BY_ARGUMENTS = Factory(Graph.FREE, Identity.NEW, keyword=True)
_LIKE = Factory(Graph.FREE, Identity.NEW, keyword=True, like=True)

FACTORIES: dict[str, Factory] = {
    # Always of the default floating dtype.
    "torch.zeros": _FLOATING,
    "torch.ones": _FLOATING,
    "torch.empty": _FLOATING,
    "torch.rand": _FLOATING,
    "torch.randn": _FLOATING,
    "torch.eye": _FLOATING,
    "torch.empty_strided": _FLOATING,
    "torch.empty_permuted": _FLOATING,
    "torch.linspace": _FLOATING,
    "torch.logspace": _FLOATING,
    "torch.range": _FLOATING,
    "torch.scalar_tensor": _FLOATING,
    "torch.bartlett_window": _FLOATING,
    "torch.blackman_window": _FLOATING,
    "torch.hamming_window": _FLOATING,
    "torch.hann_window": _FLOATING,
    "torch.kaiser_window": _FLOATING,
    # Integral, or as the numbers are.
    "torch.arange": _BY_ARGUMENTS,
    "torch.full": _BY_ARGUMENTS,
    "torch.randint": _BY_ARGUMENTS,
    "torch.randperm": _BY_ARGUMENTS,
    "torch.tril_indices": Factory(Graph.FREE, Identity.NEW),
    "torch.triu_indices": Factory(Graph.FREE, Identity.NEW),
    # From data. `torch.tensor` copies and cuts, whatever it is given.
    "torch.tensor": _BY_ARGUMENTS,
    "torch.from_numpy": Factory(Graph.FREE, Identity.NEW),
    "torch.frombuffer": _BY_ARGUMENTS,
    # Gives back a tensor of the right dtype and device as it is, history and all. `asarray` takes
    # the keyword, but sets the flag on the very tensor it was given, or gives no leaf.
    "torch.as_tensor": Factory(Graph.SELF, Identity.SAME),
    "torch.asarray": Factory(Graph.SELF, Identity.SAME),
    "torch.from_dlpack": Factory(Graph.FREE, Identity.DETACHED),
    # Like a tensor.
    "torch.zeros_like": _LIKE,
    "torch.ones_like": _LIKE,
    "torch.empty_like": _LIKE,
    "torch.full_like": _LIKE,
    "torch.rand_like": _LIKE,
    "torch.randn_like": _LIKE,
    "torch.randint_like": _LIKE,
    # Draws with tensors of parameters: attached when these are, but for `multinomial`.
    # `normal` of a size takes the keyword and is FREE; `normal` of a tensor does not and is not.
    "torch.normal": Factory(Graph.OPERANDS, Identity.NEW),
    "torch.bernoulli": Factory(Graph.SELF, Identity.NEW),
    "torch.poisson": Factory(Graph.SELF, Identity.NEW),
    "torch.binomial": Factory(Graph.OPERANDS, Identity.NEW),
    "torch.multinomial": Factory(Graph.FREE, Identity.NEW),
    # Sparse: the values keep their history and their memory.
    "torch.sparse_coo_tensor": Factory(
        Graph.OPERANDS, Identity.DETACHED, keyword=True, sparse=True
    ),
    "torch.sparse_csr_tensor": Factory(
        Graph.OPERANDS, Identity.DETACHED, keyword=True, sparse=True
    ),
}
"""`out=` is not considered: with it the result is that tensor."""
