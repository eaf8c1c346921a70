"""What can be known of the value of an expression: is it part of a graph, who else holds it?

A fact has a kind, what is known of the graph and of the object, and its reasons, in words. It is
asked of `knowledge`; here stands what it says, and how facts are put together.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from varmigrate.torch_facts.kinds import Identity

MOST_REASONS = 8


class Kind(enum.Enum):
    """What sort of value: a tensor, a Python sequence, surely neither, or unknown.

    OPAQUE: surely neither, but what it holds may be a tensor (a loader, a function, a class).
    """

    TENSOR = "tensor"
    SEQUENCE = "sequence"
    OTHER = "other"
    OPAQUE = "opaque"
    UNKNOWN = "unknown"


class GraphFact(enum.Enum):
    """FREE: no history and no requires_grad. ATTACHED: provably one of them."""

    FREE = "free"
    ATTACHED = "attached"
    UNKNOWN = "unknown"


class IdentityFact(enum.Enum):
    """FRESH: a new plain tensor nobody else holds and that is no differentiable view.

    VIEW: nobody else holds it or its base, but it is a differentiable view. Under `no_grad` such a
    view refuses a later in-place write, and it refuses `detach_()`; a detached tensor does not. Its
    base may be held where it has integers: they are never part of a graph, whoever writes them.
    """

    FRESH = "fresh"
    VIEW = "view"
    SHARED = "shared"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of the value of an expression, and why (in words).

    plain: a tensor is provably no Parameter or other subclass, as far as this program makes them.
    """

    kind: Kind = Kind.UNKNOWN
    graph: GraphFact = GraphFact.UNKNOWN
    identity: IdentityFact = IdentityFact.UNKNOWN
    reasons: tuple[str, ...] = ()
    plain: bool = False

    @property
    def free(self) -> bool:
        """Provably without history and without requires_grad."""
        return self.graph is GraphFact.FREE

    @property
    def fresh(self) -> bool:
        """Provably a new, plain tensor without a second owner."""
        return self.identity is IdentityFact.FRESH

    @property
    def known_plain(self) -> bool:
        """Provably a plain tensor, not a Parameter or another subclass."""
        return self.plain or self.identity in UNHELD

    @property
    def doubt(self) -> str:
        """Why the value is not known to be free, in words; empty when it is."""
        if self.free:
            return "" if self.kind is Kind.TENSOR else "it is not known to be a tensor"
        return self.reasons[-1] if self.reasons else "where it comes from is not seen"

    @property
    def harmless_operand(self) -> bool:
        """As an operand it cannot attach the result to a graph."""
        return self.kind is Kind.OTHER or self.free


# Of a tensor that nobody else holds.
UNHELD = (IdentityFact.FRESH, IdentityFact.VIEW)
UNKNOWN = Fact()
OTHER = Fact(Kind.OTHER, GraphFact.FREE, IdentityFact.UNKNOWN)
OPAQUE = Fact(Kind.OPAQUE)
# Names whose value is known to be no tensor.
CONSTANTS = frozenset({"True", "False", "None"})


def join(first: Fact, second: Fact) -> Fact:
    """What holds whichever of two expressions was evaluated."""
    kind = first.kind if first.kind is second.kind else Kind.UNKNOWN
    graph = first.graph if first.graph is second.graph else GraphFact.UNKNOWN
    if first.identity is second.identity:
        identity = first.identity
    elif {first.identity, second.identity} == {IdentityFact.FRESH, IdentityFact.VIEW}:
        identity = IdentityFact.VIEW
    else:
        identity = IdentityFact.UNKNOWN
    reasons = unique((*first.reasons, *second.reasons))[:MOST_REASONS]
    return Fact(kind, graph, identity, reasons, first.plain and second.plain)


def same(first: Fact, second: Fact) -> bool:
    """Whether two facts say the same, whatever their reasons."""
    return replace(first, reasons=()) == replace(second, reasons=())


def shared(fact: Fact) -> Fact:
    """The fact about something that others may hold as well."""
    return replace(fact, identity=IdentityFact.SHARED, plain=fact.known_plain)


def part_of(fact: Fact) -> Fact:
    """An element of a tensor is a view of it; one of a number or an array is none of ours."""
    if fact.kind is Kind.OTHER:
        return OTHER
    if fact.kind is not Kind.TENSOR:
        return UNKNOWN
    held = fact.identity in UNHELD
    identity = IdentityFact.VIEW if held else IdentityFact.UNKNOWN
    reasons = (*fact.reasons, "indexing gives a view")
    return Fact(Kind.TENSOR, fact.graph, identity, reasons, plain=True)


def identity_of(identity: Identity, tensors: Sequence[Fact]) -> IdentityFact:
    """The identity of the result of an operation on some tensors."""
    if identity in (Identity.NEW, Identity.DETACHED):
        return IdentityFact.FRESH
    source = tensors[0].identity if len(tensors) == 1 else IdentityFact.UNKNOWN
    if identity is Identity.SAME:
        return tensors[0].identity if tensors else IdentityFact.UNKNOWN
    if source in UNHELD:
        return IdentityFact.VIEW
    return IdentityFact.UNKNOWN


def how_made(what: str, identity: Identity, graph: GraphFact) -> str:
    """The reason that a row of the tables gives: `what` is the operation."""
    history = " without history" if graph is GraphFact.FREE else ""
    if identity in (Identity.NEW, Identity.DETACHED):
        return f"{what} makes a new tensor{history}"
    if identity is Identity.SAME:
        return f"{what} may return the tensor itself"
    return f"{what} gives a view"


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """The items in their order, each once."""
    return tuple(dict.fromkeys(items))
