"""The words in which is told who may hold a tensor, and what is done to it.

A holder is a binding, an attribute of `self`, or what a function gives back; holders that may hold
the same tensor are one group. What is done to a member of a group is an event, and what goes into
a container is a put.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

import libcst as cst

from varmigrate.analysis.flow import Path
from varmigrate.analysis.scopes import Binding, BindingKind

Holder = Binding | tuple[str, int, str]
"""A binding, or ("attribute", id of the class, name), or ("return", id of the function, "")."""


class EventKind(enum.Enum):
    """What is done to a held tensor.

    WRITE: changed in place with operands, harmless when none of them is part of a graph. SEEN:
    something that belongs to the object alone is looked at or given another shape (identity, hash,
    gradient, strides), which attaches nothing. OBJECT: something of the object is changed that may
    attach it. USED: given to a module that is not seen, harmless for a tensor. ESCAPE: given to
    code that is not seen. RETURNED: given back to the caller.
    """

    WRITE = "write"
    SEEN = "seen"
    USED = "used"
    OBJECT = "object"
    ESCAPE = "escape"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing done to a held tensor: where, in words, and the operands that decide (WRITE).

    receiver: for ESCAPE as an argument of a method, the object whose method it is; no escape when
    that is a number, an array or a tensor (whose methods are known). For SEEN, the object that has
    to be of a kind in `fine` for the event to be harmless. contents: for ESCAPE into a container,
    the container, no escape when it is a list of this file. keeps: a set or a dictionary holds the
    object from then on, which is no holder of the group.
    """

    kind: EventKind
    node: cst.CSTNode
    text: str
    operands: tuple[cst.BaseExpression, ...] = ()
    receiver: cst.BaseExpression | None = None
    contents: cst.BaseExpression | None = None
    fine: frozenset[str] = frozenset()
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Put:
    """Something put into a container: the element is at `path` in `expression`."""

    expression: cst.BaseExpression
    path: Path = ()


@dataclass(eq=False, slots=True)
class Group:
    """Holders that may hold the same tensor, all events on them, and what is put into them.

    lasting: one of them outlives a call (a global, an attribute, a name of an outer function).
    into: parameters that are given what the group holds; given: the holders that a parameter in the
    group is given. An argument of one call is not what another call gives. wraps: the reads whose
    value goes on through a Variable, and stays the same tensor when that is dropped.
    """

    members: dict[Holder, None] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    puts: list[Put] = field(default_factory=list)
    lasting: bool = False
    into: list[Holder] = field(default_factory=list)
    given: list[Holder] = field(default_factory=list)
    wraps: list[cst.Name] = field(default_factory=list)

    @property
    def mixes(self) -> bool:
        """Whether it holds two parameters: what one argument holds may end up in another."""
        parameters = (
            isinstance(member, Binding) and member.kind is BindingKind.PARAMETER
            for member in self.members
        )
        return sum(parameters) > 1


@dataclass(frozen=True, slots=True)
class Found:
    """What climbing from a value found: an event, a holder or parameter it flows to, or a put.

    unwrapped: it was found behind a Variable, which makes another tensor as long as it is there.
    """

    event: Event | None = None
    holder: Holder | None = None
    parameter: Binding | None = None
    put: Put | None = None
    unwrapped: bool = False


UNWRAPPED = Found(unwrapped=True)
"""From here on what is found stands behind a Variable."""


def event(kind: EventKind, node: cst.CSTNode, text: str) -> Found:
    """An event, as it is found in climbing: what it is, where, and in words."""
    return Found(Event(kind, node, text))
