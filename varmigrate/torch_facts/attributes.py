"""Attributes of tensors, as they are read."""

from __future__ import annotations

from dataclasses import dataclass

from varmigrate.torch_facts.kinds import Graph, Identity


@dataclass(frozen=True, slots=True)
class Attribute:
    """What an attribute that gives a tensor gives."""

    graph: Graph
    identity: Identity


ATTRIBUTES: dict[str, Attribute] = {
    # Of a tensor. That of a PackedSequence is its tensor, history and all (see HOLDERS).
    "data": Attribute(Graph.FREE, Identity.DETACHED),
    # None, or the object that the tensor holds; attached after `backward(create_graph=True)`.
    "grad": Attribute(Graph.UNKNOWN, Identity.SAME),
    # A view, also where there is nothing to turn.
    "T": Attribute(Graph.SELF, Identity.VIEW),
    # The tensor itself when it has no dimensions.
    "H": Attribute(Graph.SELF, Identity.VIEW_OR_SAME),
    "mT": Attribute(Graph.SELF, Identity.VIEW_OR_SAME),
    "mH": Attribute(Graph.SELF, Identity.VIEW_OR_SAME),
    # The tensor itself when it is not complex.
    "real": Attribute(Graph.SELF, Identity.VIEW_OR_SAME),
    "imag": Attribute(Graph.SELF, Identity.VIEW),
}
"""The attributes that give a tensor."""

VIEW_ATTRIBUTES: frozenset[str] = frozenset(
    name
    for name, row in ATTRIBUTES.items()
    if row.identity in (Identity.VIEW, Identity.VIEW_OR_SAME)
)
"""Those that give a view, which is part of the graph of the tensor."""

NON_TENSOR_ATTRIBUTES: frozenset[str] = frozenset(
    {
        "device",
        "dtype",
        "grad_fn",
        "is_cpu",
        "is_cuda",
        "is_leaf",
        "is_meta",
        "is_mkldnn",
        "is_mps",
        "is_nested",
        "is_quantized",
        "is_sparse",
        "is_sparse_csr",
        "itemsize",
        "layout",
        "name",
        "nbytes",
        "ndim",
        "output_nr",
        "requires_grad",
        "retains_grad",
        "shape",
        "volatile",
    }
)
"""Give no tensor. `volatile` is always False today, and warns."""

HOLDERS: frozenset[str] = frozenset({"torch.nn.utils.rnn.PackedSequence"})
"""Types that are no tensors and whose `.data` is an attached tensor when they were made of one."""

HOLDER_FUNCTIONS: frozenset[str] = frozenset(
    {
        "torch.nn.utils.rnn.pack_padded_sequence",
        "torch.nn.utils.rnn.pack_sequence",
    }
)
"""Functions that give one of the HOLDERS. A recurrent module called with one gives one first."""
