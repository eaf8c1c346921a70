"""What a function makes of its arguments, in symbols: plain data that can travel and be compared.

A `Body` is read from one file (`bodies`), with the calls of other functions left open; a `Summary`
is what the files of a project make of it (`summaries`), without open calls. Both speak of the
parameters by name, so that a caller puts in what is known of its own arguments.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from varmigrate.analysis.wrappers import Parameter, Ref
from varmigrate.torch_facts.kinds import Graph, Identity


class TermKind(enum.Enum):
    """How a value comes about.

    GIVEN: a parameter. LITERAL: a constant. NUMBER: no tensor, and nothing that holds one. CUT:
    `Variable(x)` or `x.detach()`, which may become one another, or go. LEAF: the same with a flag,
    the second part. FLAG: `bool(x)`; NOT: its opposite. METHOD, FUNCTION: an operation of the
    tables. NUMBERS: a method that gives no tensor when it is called on one. CONSTRUCTED: a tensor
    type or `.new`. ARITHMETIC, COMPARED: operators. WRITTEN: the first part after the others were
    written into it. PART: an element. TUPLE, LIST: displays. MANY: a list of values like its
    part. EITHER: one of several. TESTED: known to be a tensor. CALLED: a function that is still to
    be found. UNSEEN: anything, made of its parts.
    """

    GIVEN = "given"
    LITERAL = "literal"
    NUMBER = "number"
    CUT = "cut"
    LEAF = "leaf"
    FLAG = "flag"
    NOT = "not"
    METHOD = "method"
    FUNCTION = "function"
    NUMBERS = "numbers"
    CONSTRUCTED = "constructed"
    ARITHMETIC = "arithmetic"
    COMPARED = "compared"
    WRITTEN = "written"
    PART = "part"
    TUPLE = "tuple"
    LIST = "list"
    MANY = "many"
    EITHER = "either"
    TESTED = "tested"
    CALLED = "called"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Term:
    """A value, and the values it is made of.

    name: of a parameter, a method, a function. value: of a literal, None for any but True and
    False. graph, identity: what the tables say. step: of a PART. ref, names: of a CALLED, and the
    keywords of its arguments. sure: of a CONSTRUCTED, whether its type has integers; of
    ARITHMETIC, whether the result may be a view; of an UNSEEN, whether it may hold a tensor that
    was given or made.
    """

    kind: TermKind
    parts: tuple[Term, ...] = ()
    name: str = ""
    value: bool | None = None
    graph: Graph | None = None
    identity: Identity | None = None
    step: int = 0
    ref: Ref | None = None
    names: tuple[str, ...] = ()
    sure: bool = False


NUMBER = Term(TermKind.NUMBER)
UNSEEN = Term(TermKind.UNSEEN)


@dataclass(frozen=True, slots=True)
class Body:
    """A function of one file that changes and keeps nothing it is given, as far as the file says.

    line: of its name. result: what it gives back. calls: all calls it makes that are still to be
    found, as CALLED terms.
    """

    name: str
    line: int
    parameters: tuple[Parameter, ...]
    result: Term
    calls: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A function that changes and keeps nothing it is given; what it gives back.

    path, name: where it is defined. shares: the parameters of which the result may be a view, or
    hold the tensor itself.
    """

    path: str
    name: str
    parameters: tuple[Parameter, ...]
    result: Term
    shares: frozenset[str] = field(default_factory=frozenset)


def operands(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The operands of an operator: each once, and those of operators inside it for their results.

    Which of them there are is all that counts.
    """
    found: dict[Term, None] = {}
    for term in terms:
        single = term.kind is TermKind.METHOD and term.graph is Graph.SELF
        if single and term.identity is Identity.NEW and term.parts:
            found.update(dict.fromkeys(operands(term.parts[:1])))
        elif term.kind is TermKind.ARITHMETIC and not may_be_list(term):
            found.update(dict.fromkeys(term.parts))
        else:
            found[term] = None
    return tuple(found)


def given_in(term: Term) -> Iterator[Term]:
    """The parameters a term is made of, again and again where it names them so."""
    if term.kind is TermKind.GIVEN:
        yield term
    for part in term.parts:
        yield from given_in(part)


def size_of(term: Term) -> int:
    """The number of terms in a term."""
    return 1 + sum(size_of(part) for part in term.parts)


def either(terms: Iterable[Term]) -> Term:
    """One of several values."""
    found: dict[Term, None] = {}
    for term in terms:
        found.update(dict.fromkeys(term.parts if term.kind is TermKind.EITHER else (term,)))
    if len(found) == 1:
        return next(iter(found))
    return Term(TermKind.EITHER, tuple(found)) if found else UNSEEN


def put_in(term: Term, values: Mapping[str, Term]) -> Term:
    """A term with other terms in the place of the parameters."""
    return rebuilt(term, lambda t: values.get(t.name, UNSEEN) if t.kind is TermKind.GIVEN else t)


def rebuilt(term: Term, change: Callable[[Term], Term]) -> Term:
    """A term with `change` applied to all of its parts, innermost first, and to itself."""
    parts = tuple(rebuilt(part, change) for part in term.parts)
    if term.kind is TermKind.EITHER:
        made = either(parts)
        # What is left of it has been changed already.
        return change(made) if made.kind is TermKind.EITHER else made
    return change(term if parts == term.parts else replace(term, parts=parts))


def shared_by(term: Term) -> frozenset[str]:
    """The parameters whose tensor the value may be, be a view of, or hold."""
    kind = term.kind
    if kind is TermKind.GIVEN:
        return frozenset({term.name})
    if kind in (TermKind.LITERAL, TermKind.NUMBER, TermKind.NUMBERS, TermKind.COMPARED):
        return frozenset()
    if kind in (TermKind.FLAG, TermKind.NOT):
        return frozenset()
    if kind in (TermKind.METHOD, TermKind.FUNCTION) and term.identity is Identity.NEW:
        return frozenset()
    if kind is TermKind.ARITHMETIC and not may_be_list(term):
        return frozenset()
    if kind is TermKind.CONSTRUCTED and len(term.parts) > 1:
        return frozenset()
    return frozenset().union(*(shared_by(part) for part in term.parts))


def may_be_list(term: Term) -> bool:
    """Whether operators may have put lists together: then the result holds what they held."""
    if term.name in ("+", "|"):
        return not any(is_tensor(part) or part.kind in _NO_LISTS for part in term.parts)
    return term.name == "*" and not any(is_tensor(part) for part in term.parts)


_NO_LISTS = (TermKind.LITERAL, TermKind.NUMBER, TermKind.NUMBERS)
_TENSORS = (
    *(TermKind.CUT, TermKind.LEAF, TermKind.METHOD, TermKind.FUNCTION, TermKind.CONSTRUCTED),
    TermKind.TESTED,
)


def is_tensor(term: Term) -> bool:
    """Whether a value is a tensor wherever the methods of tensors are those of tensors."""
    if term.kind is TermKind.EITHER:
        return all(is_tensor(part) for part in term.parts)
    if term.kind is TermKind.WRITTEN:
        return is_tensor(term.parts[0])
    if term.kind is TermKind.ARITHMETIC:
        return any(is_tensor(part) for part in term.parts)
    return term.kind in _TENSORS


def surely_tensor(term: Term) -> bool:
    """Whether a value is a tensor whatever the classes of the program have for methods."""
    if term.kind is TermKind.METHOD:
        return surely_tensor(term.parts[0])
    if term.kind is TermKind.EITHER:
        return all(surely_tensor(part) for part in term.parts)
    if term.kind in (TermKind.WRITTEN, TermKind.LEAF):
        return surely_tensor(term.parts[0])
    if term.kind is TermKind.ARITHMETIC:
        return any(surely_tensor(part) for part in term.parts)
    return term.kind in _TENSORS
