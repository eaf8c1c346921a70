"""What the functions of a project make of their arguments: bodies, with the calls in them followed.

A function that is part of a circle of calls, or calls into one, has no summary; so the answers do
not depend on where one begins.
"""

from __future__ import annotations

import ast
import builtins
from typing import Protocol

from varmigrate.analysis.operations import Unclear, of_builtin, of_function, unknown
from varmigrate.analysis.terms import (
    UNSEEN,
    Body,
    Summary,
    Term,
    TermKind,
    put_in,
    rebuilt,
    shared_by,
    size_of,
)
from varmigrate.analysis.wrappers import Key, Parameter, ParameterKind, Ref, Source, bind

_MOST_TERMS = 200
_BUILTINS = frozenset(vars(builtins))


class Links(Protocol):
    """How the files of a project hang together."""

    def known(self, path: str, ref: Ref) -> Summary | None:
        """What is known already of the function that a reference in a file leads to."""

    def body(self, key: Key) -> Body | None:
        """The body of a function that nothing replaces."""

    def target(self, path: str, ref: Ref) -> Key | None:
        """The function of the project that a reference in a file leads to."""

    def outside(self, path: str, ref: Ref) -> str:
        """The dotted name of what a reference leads to outside of the project; empty if unsure."""

    def unbound(self, path: str, ref: Ref) -> bool:
        """Whether nothing binds the name, so that it can only be a built-in."""


class Summaries:
    """The summaries of functions, made when they are first asked for, and kept."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self._known: dict[Key, Summary | None] = {}

    def of(self, key: Key) -> Summary | None:
        """What a function makes of its arguments; None when it may do more than that."""
        if key not in self._known:
            self._solve(key)
        return self._known[key]

    def _solve(self, start: Key) -> None:
        bodies: dict[Key, Body] = {}
        callees: dict[Key, set[Key]] = {}
        waiting = [start]
        while waiting:
            key = waiting.pop()
            if key in self._known or key in bodies:
                continue
            body = self.links.body(key)
            if body is None:
                self._known[key] = None
                continue
            bodies[key] = body
            found = (self.links.target(key[0], call.ref) for call in body.calls if call.ref)
            callees[key] = {target for target in found if target is not None}
            waiting += sorted(callees[key])
        while True:
            ready = [k for k in bodies if k not in self._known and callees[k] <= self._known.keys()]
            if not ready:
                break
            for key in ready:
                self._known[key] = self._made(key, bodies[key])
        for key in bodies:
            self._known.setdefault(key, None)

    def _made(self, key: Key, body: Body) -> Summary | None:
        def change(term: Term) -> Term:
            return self._called(key[0], term) if term.kind is TermKind.CALLED else simpler(term)

        try:
            for call in body.calls:
                rebuilt(call, change)
            result = rebuilt(body.result, change)
        except Unclear:
            return None
        if size_of(result) > _MOST_TERMS:
            return None
        return Summary(key[0], body.name, body.parameters, result, shared_by(result))

    def _called(self, path: str, term: Term) -> Term:
        """What a call gives; raises Unclear where it may change or keep what it is given."""
        if term.ref is None:
            return unknown(term.parts)
        arguments = list(zip(term.names, term.parts, strict=True))
        summary = self.links.known(path, term.ref)
        target = self.links.target(path, term.ref)
        if summary is not None or target is not None:
            if summary is None and target is not None:
                summary = self._known.get(target)
            values = None if summary is None else arguments_of(summary.parameters, arguments)
            if summary is None or values is None:
                return unknown(term.parts)
            made = put_in(summary.result, values)
            if size_of(made) > _MOST_TERMS:
                raise Unclear
            return made
        origin = self.links.outside(path, term.ref)
        if origin:
            found = of_function(origin, arguments)
            return unknown(term.parts) if found is None else found
        name = term.ref.name
        if name in _BUILTINS and self.links.unbound(path, term.ref):
            return of_builtin(name, arguments)
        return unknown(term.parts)


def simpler(term: Term) -> Term:
    """An element of a tuple that is seen is that value."""
    if term.kind is TermKind.PART:
        (whole,) = term.parts
        if whole.kind is TermKind.TUPLE and 0 <= term.step < len(whole.parts):
            return whole.parts[term.step]
        if whole.kind is TermKind.MANY:
            return whole.parts[0]
    return term


def arguments_of(
    parameters: tuple[Parameter, ...], arguments: list[tuple[str, Term]]
) -> dict[str, Term] | None:
    """What each parameter is given by a call; None when that cannot be told."""
    bound = bind(arguments, parameters)
    if bound.unclear or bound.wrong or bound.rest or bound.extra:
        return None
    values: dict[str, Term] = {}
    for parameter in parameters:
        given = bound.given.get(parameter.name)
        values[parameter.name] = default_term(parameter) if given is None else given
    return values


def default_term(parameter: Parameter) -> Term:
    """What a parameter is that a call leaves out."""
    spare = (ParameterKind.REST, ParameterKind.KEYWORDS)
    if parameter.kind in spare or parameter.default is None:
        return UNSEEN
    return _written(parameter.default)


def _written(default: Source) -> Term:
    if default.value is not None:
        return Term(TermKind.LITERAL, value=default.value)
    try:
        constant = ast.literal_eval(default.text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return UNSEEN
    return UNSEEN if isinstance(constant, (list, dict, set)) else Term(TermKind.LITERAL)
