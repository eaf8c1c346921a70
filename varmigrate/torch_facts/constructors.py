"""The tensor types that are called like functions: `torch.FloatTensor(2, 3)` and kin."""

from __future__ import annotations

from dataclasses import dataclass

from varmigrate.torch_facts.kinds import Graph, Identity


@dataclass(frozen=True, slots=True)
class Construction:
    """What a call of a tensor type gives."""

    graph: Graph
    identity: Identity


FROM_NUMBERS = Construction(Graph.FREE, Identity.NEW)
"""No argument; a list or tuple of numbers (or of one-element tensors, whose history is cut); an
array; a torch.Size; and two or more positional arguments, which are always sizes."""

FROM_TENSOR = Construction(Graph.OPERANDS, Identity.VIEW)
"""One argument that is a tensor, of no dimensions too (it is no size): a view of it, of its dtype.
`torch.Tensor` takes any dtype, the others raise unless it is their own. Not for sparse types."""

FROM_STORAGE = Construction(Graph.FREE, Identity.DETACHED)
"""One argument that is a storage: the new tensor lives in it."""

FROM_INDICES_AND_VALUES = Construction(Graph.OPERANDS, Identity.DETACHED)
"""Sparse types only: two or three arguments, indices, values and size. The values keep their
history and their memory. (Their only other forms are no argument and sizes.)"""

TENSOR_TYPES: dict[str, str | None] = {
    "torch.Tensor": None,
    "torch.FloatTensor": "torch.float32",
    "torch.DoubleTensor": "torch.float64",
    "torch.HalfTensor": "torch.float16",
    "torch.BFloat16Tensor": "torch.bfloat16",
    "torch.LongTensor": "torch.int64",
    "torch.IntTensor": "torch.int32",
    "torch.ShortTensor": "torch.int16",
    "torch.CharTensor": "torch.int8",
    "torch.ByteTensor": "torch.uint8",
    "torch.BoolTensor": "torch.bool",
    "torch.cuda.FloatTensor": "torch.float32",
    "torch.cuda.DoubleTensor": "torch.float64",
    "torch.cuda.HalfTensor": "torch.float16",
    "torch.cuda.BFloat16Tensor": "torch.bfloat16",
    "torch.cuda.LongTensor": "torch.int64",
    "torch.cuda.IntTensor": "torch.int32",
    "torch.cuda.ShortTensor": "torch.int16",
    "torch.cuda.CharTensor": "torch.int8",
    "torch.cuda.ByteTensor": "torch.uint8",
    "torch.cuda.BoolTensor": "torch.bool",
    "torch.sparse.FloatTensor": "torch.float32",
    "torch.sparse.DoubleTensor": "torch.float64",
    "torch.sparse.HalfTensor": "torch.float16",
    "torch.sparse.BFloat16Tensor": "torch.bfloat16",
    "torch.sparse.LongTensor": "torch.int64",
    "torch.sparse.IntTensor": "torch.int32",
    "torch.sparse.ShortTensor": "torch.int16",
    "torch.sparse.CharTensor": "torch.int8",
    "torch.sparse.ByteTensor": "torch.uint8",
    "torch.cuda.sparse.FloatTensor": "torch.float32",
    "torch.cuda.sparse.DoubleTensor": "torch.float64",
    "torch.cuda.sparse.HalfTensor": "torch.float16",
    "torch.cuda.sparse.BFloat16Tensor": "torch.bfloat16",
    "torch.cuda.sparse.LongTensor": "torch.int64",
    "torch.cuda.sparse.IntTensor": "torch.int32",
    "torch.cuda.sparse.ShortTensor": "torch.int16",
    "torch.cuda.sparse.CharTensor": "torch.int8",
    "torch.cuda.sparse.ByteTensor": "torch.uint8",
}
"""Dotted name -> name of the dtype; None is the default dtype of the moment. None of them takes
`requires_grad=`. `torch.set_default_tensor_type` can put `torch.Tensor` on another device."""

SPARSE_TENSOR_TYPES: frozenset[str] = frozenset(name for name in TENSOR_TYPES if ".sparse." in name)
CUDA_TENSOR_TYPES: frozenset[str] = frozenset(name for name in TENSOR_TYPES if ".cuda." in name)
INTEGER_TENSOR_TYPES: frozenset[str] = frozenset(
    name
    for name, dtype in TENSOR_TYPES.items()
    if dtype is not None and dtype.removeprefix("torch.").startswith(("int", "uint", "bool"))
)
"""No tensor of theirs is ever part of a graph."""
