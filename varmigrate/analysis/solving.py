"""Solving facts that depend on each other: definitions in loops, recursion, containers.

A definition, a return value, an attribute, what is put somewhere or a group is asked for by a key.
All keys start from "nothing yet" and are computed anew, upwards, until no answer changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import libcst as cst

from varmigrate.analysis.facts import UNKNOWN, Fact, join, same
from varmigrate.analysis.flow import Path

Part = TypeVar("Part")
Key = tuple[str, object, Path]


class NotYet(Exception):
    """The value depends on definitions of which nothing is known so far."""


class Solver:
    """Keeps the facts of one file and solves those that depend on each other.

    Before the first question it is told how it is done: `evaluate` an expression, `compute` the
    fact for a key from what others are known to be so far; both may raise NotYet.
    """

    evaluate: Callable[[cst.BaseExpression], Fact]
    compute: Callable[[Key], Fact]

    def __init__(self) -> None:
        self._known: dict[int, Fact] = {}
        self._values: dict[Key, Fact | None] = {}
        self._final: set[Key] = set()
        self._dependents: dict[Key, dict[Key, None]] = {}
        self._agenda: list[Key] = []
        self._asking: Key | None = None
        self._tainted = False
        self._solving = False

    def solved(self, evaluate: Callable[[], Fact]) -> Fact:
        """Evaluate when all that it depends on has its final value."""
        if self._solving:
            return evaluate()
        self._solving = True
        try:
            while True:
                self._tainted = False
                try:
                    fact = evaluate()
                except NotYet:
                    fact = UNKNOWN
                if not self._agenda:
                    return fact
                self._solve()
        finally:
            self._solving = False

    def of(self, node: cst.BaseExpression) -> Fact:
        """What is known of the value of `node`; kept when all that it depends on is final."""
        key = id(node)
        fact = self._known.get(key)
        if fact is not None:
            return fact
        outer, self._tainted = self._tainted, False
        try:
            fact = self.evaluate(node)
            if not self._tainted:
                self._known[key] = fact
        finally:
            self._tainted = self._tainted or outer
        return fact

    def ask(self, kind: str, what: object, path: Path = ()) -> Fact:
        """The fact about a definition, a parameter, a return value, an attribute or a group."""
        key = (kind, what, path)
        if key not in self._values:
            self._values[key] = None
            self._agenda.append(key)
        if key not in self._final:
            self._tainted = True
        if self._asking is not None:
            self._dependents.setdefault(key, {})[self._asking] = None
        fact = self._values[key]
        if fact is None:
            raise NotYet
        return fact

    def joined(self, evaluate: Callable[[Part], Fact], parts: Iterable[Part]) -> Fact:
        """What holds whichever part it is; parts of which nothing is known yet are left out."""
        joined: Fact | None = None
        missing = False
        for part in parts:
            try:
                fact = evaluate(part)
            except NotYet:
                missing = True
                continue
            joined = fact if joined is None else join(joined, fact)
        if joined is None:
            if missing:
                raise NotYet
            return UNKNOWN
        return joined

    def _solve(self) -> None:
        touched: set[Key] = set()
        while self._agenda:
            key = self._agenda.pop()
            touched.add(key)
            self._asking = key
            try:
                fact = self.compute(key)
            except NotYet:
                continue
            finally:
                self._asking = None
            before = self._values[key]
            after = fact if before is None else join(before, fact)
            if before is not None and same(before, after):
                continue
            self._values[key] = after
            for dependent in self._dependents.get(key, ()):
                if dependent not in self._agenda:
                    self._agenda.append(dependent)
        self._final |= touched
