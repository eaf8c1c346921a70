"""The words in which the tables speak of a result: its graph, and which object it is."""

from __future__ import annotations

import enum


class Graph(enum.Enum):
    """Does the result carry history or require grad? ("Free" means neither.)

    Raising an exception is allowed under every claim: it makes no result.
    """

    FREE = "free"
    """Never requires grad, whatever the operands are."""
    SELF = "self"
    """Free if and only if the receiver is (for a function: its first argument); no other
    argument can attach the result."""
    OPERANDS = "operands"
    """Free if every tensor among receiver and arguments is; any of them may attach the result."""
    UNKNOWN = "unknown"
    """Not decided by the operands' own state, but by a flag argument (`requires_grad_`) or by
    what the receiver holds (`.grad` after `backward(create_graph=True)`)."""


class Identity(enum.Enum):
    """Which object the result is, seen from the operands (the receiver and the arguments).

    Only tensors count: `torch.from_numpy(a)` is NEW though it shares its memory with the array.
    """

    NEW = "new"
    """Always a new tensor that shares no storage with an operand and is no view of anything. (One
    without elements may be a view of an intermediate without elements.)"""
    VIEW = "view"
    """A new object that is, or can be, a view: of an operand in most rows, here and there of an
    intermediate that nothing else can reach. It is never an operand itself. Where torch decides
    between view and copy (`ravel`, `reshape`) the claim is VIEW."""
    SAME = "same"
    """May be an object that exists already: an operand itself (a cast that has nothing to do,
    every in-place method) or one that it holds (`.grad`). Else a new, unrelated tensor."""
    DETACHED = "detached"
    """A new object that can share storage with an operand, but is not a view to autograd."""
    VIEW_OR_SAME = "view-or-same"
    """May be an operand itself, and may be a new object that shares storage with one."""
