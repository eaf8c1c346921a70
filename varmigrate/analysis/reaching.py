"""Reaching definitions: which bindings of a name can be in force where it is read.

One forward pass over the statements of a scope, for one name or for all of them at once. A state
maps a name to a set of bindings, None standing for "not bound"; a branch keeps only what it binds
itself on top of the state around it, so that straight code costs nothing per branch.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from varmigrate.analysis.scopes import Binding, BindingKind, Scope, Scopes, dotted_name

Reached = frozenset[Binding | None]

_UNBOUND: Reached = frozenset({None})
_NOTHING: Reached = frozenset()
# Loops nested deeper than this are not run to their fixpoint: all they bind may reach all of them.
_MOST_NESTED = 5
# Context managers that pass every exception on.
_TRANSPARENT = frozenset(
    f"{module}.{name}"
    for module in ("torch", "torch.autograd")
    for name in ("no_grad", "enable_grad", "set_grad_enabled")
)


class _State:
    """What each name may be bound to; what is not in `own` is as in `outer`."""

    __slots__ = ("dead", "outer", "own")

    def __init__(self, outer: _State | None = None) -> None:
        self.own: dict[str, Reached] = {}
        self.outer = outer
        self.dead: bool = outer.dead if outer is not None else False

    def get(self, name: str) -> Reached:
        state: _State | None = self
        while state is not None:
            found = state.own.get(name)
            if found is not None:
                return found
            if state.dead:
                return _NOTHING
            state = state.outer
        return _UNBOUND

    def keys(self, above: _State) -> set[str]:
        """The names bound on the way up to `above`."""
        found: set[str] = set()
        state: _State | None = self
        while state is not None and state is not above:
            found.update(state.own)
            state = state.outer
        return found

    def end(self) -> None:
        """Nothing behind this point is reached."""
        self.own.clear()
        self.outer = None
        self.dead = True


def _merge(state: _State, branches: Sequence[_State]) -> None:
    """Make `state` what holds after one of the branches that left from it."""
    alive = [branch for branch in branches if not branch.dead]
    if not alive:
        state.end()
        return
    for name in set().union(*(branch.keys(state) for branch in branches)):
        state.own[name] = _NOTHING.union(*(branch.get(name) for branch in alive))


class Reaching:
    """The bindings that reach each read of some names in one scope.

    names: the names to follow (None: all that the scope binds). stars: star imports that may bind
    the one name followed; `unknown` are those of which that is not known. The answer is `record`:
    id of a read, or of a scope inside, -> the bindings that can be in force there.
    """

    def __init__(
        self,
        scopes: Scopes,
        owner: Scope,
        names: Iterable[str] | None = None,
        stars: Sequence[Binding] = (),
        unknown: Iterable[Binding] = (),
    ) -> None:
        self.scopes = scopes
        self.owner = owner
        self.record: dict[int, Reached] = {}
        self._unknown = frozenset(unknown)
        self._exits: list[dict[str, Reached]] = []
        self._entries: list[_State] = []
        self._seen: list[dict[str, set[Binding | None]]] = []
        # The `finally` bodies around, as spans of positions, and the loops that were around them.
        self._finals: list[tuple[int, int, int]] = []
        self._state = _State()
        single = names is not None
        chosen = list(owner.bindings) if names is None else list(names)
        events: list[tuple[int, str, object]] = []
        for name in chosen:
            bound = [b for b in owner.bindings.get(name, []) if not b.foreign]
            parameters = [b for b in bound if b.kind is BindingKind.PARAMETER]
            if parameters:
                self._state.own[name] = frozenset(parameters)
            events += [(b.order, name, b) for b in bound if b.kind is not BindingKind.PARAMETER]
            events += [(star.order, name, star) for star in stars]
            key = (id(owner), name)
            loads = [*scopes.loads_in.get(key, ()), *scopes.loads_at_once.get(key, ())]
            if single:
                loads = scopes.loads_in.get(key, [])
                inner = scopes.inside.get(id(owner), ())
                events += [(scope.order, name, scope) for scope in inner]
            events += [(load.order, name, load.node) for load in loads]
        self._events = sorted(events, key=lambda event: event[0])
        self._orders = [event[0] for event in self._events]

    def run(self) -> dict[int, Reached]:
        """Compute and return `record`."""
        node = self.owner.node
        if isinstance(node, cst.Module):
            self._block(node.body, self._state)
        elif isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            self._block(node.body.body, self._state)
        else:
            self._between(0, self._orders[-1] + 1 if self._orders else 0, self._state)
        return self.record

    def _bind(self, name: str, binding: Binding, state: _State) -> None:
        new: Reached
        if binding.kind is BindingKind.DECLARATION:
            return
        if binding.kind is BindingKind.DELETE:
            new = _UNBOUND
        elif binding.maybe or binding in self._unknown:
            new = state.get(name) | {binding}
        else:
            new = frozenset({binding})
        state.own[name] = new
        for seen in self._seen:
            seen.setdefault(name, set()).update(new)

    def _between(self, first: int, last: int, state: _State) -> None:
        """Apply the events from position `first` up to `last`."""
        place = bisect_left(self._orders, first)
        while place < len(self._events) and self._orders[place] < last:
            _, name, event = self._events[place]
            if isinstance(event, Binding):
                self._bind(name, event, state)
            else:
                key = id(event)
                self.record[key] = self.record.get(key, _NOTHING) | state.get(name)
            place += 1

    def _block(self, body: Iterable[cst.CSTNode], state: _State) -> None:
        for statement in body:
            self._statement(statement, state)

    def _suite(self, node: cst.CSTNode | None, state: _State) -> None:
        """Run the body of a clause (`if`, `else`, `except`, ...)."""
        if isinstance(node, (cst.IndentedBlock, cst.SimpleStatementSuite)):
            self._block(node.body, state)
        elif isinstance(node, (cst.Else, cst.Finally)):
            self._suite(node.body, state)
        elif node is not None:
            self._statement(node, state)

    def _statement(self, node: cst.CSTNode, state: _State) -> None:
        if isinstance(node, cst.SimpleStatementLine):
            self._block(node.body, state)
            return
        if isinstance(node, (cst.Break, cst.Continue)):
            self._leave_loop(state)
            return
        orders = self.scopes.orders.get(id(node))
        if orders is None:
            return
        first, last = orders
        if isinstance(node, cst.If):
            self._between(first, self._body_start(node.body, last), state)
            branches = [_State(state), _State(state)]
            self._suite(node.body, branches[0])
            self._suite(node.orelse, branches[1])
            _merge(state, branches)
        elif isinstance(node, (cst.While, cst.For)):
            self._loop(node, first, last, state)
        elif isinstance(node, (cst.Try, cst.TryStar)):
            self._try(node, state)
        elif isinstance(node, cst.With):
            self._with(node, first, last, state)
        elif isinstance(node, cst.Match):
            self._match(node, first, last, state)
        else:
            self._between(first, last, state)
            if isinstance(node, (cst.Return, cst.Raise)):
                state.end()

    def _leave_loop(self, state: _State) -> None:
        if self._exits:
            exits = self._exits[-1]
            for name in state.keys(self._entries[-1]):
                exits[name] = exits.get(name, _NOTHING) | state.get(name)
            for first, last, loops in self._finals:
                if loops < len(self._entries):
                    continue
                for name, bound in self._bound_between(first, last):
                    exits[name] = exits.get(name, _NOTHING) | state.get(name) | {bound}
        state.end()

    def _bound_between(self, first: int, last: int) -> Iterator[tuple[str, Binding | None]]:
        """What is bound (or deleted: None) from position `first` up to `last`."""
        start, stop = bisect_left(self._orders, first), bisect_left(self._orders, last)
        for _, name, event in self._events[start:stop]:
            if isinstance(event, Binding) and event.kind is not BindingKind.DECLARATION:
                yield name, None if event.kind is BindingKind.DELETE else event

    def _loop(self, node: cst.While | cst.For, first: int, last: int, state: _State) -> None:
        body_start = self._body_start(node.body, last)
        entry = _State(state)
        if len(self._entries) >= _MOST_NESTED:
            for name, bound in self._bound_between(first, last):
                entry.own[name] = entry.get(name) | {bound}
        self._entries.append(entry)
        changed = True
        while changed:
            inner = _State(entry)
            self._exits.append({})
            self._between(first, body_start, inner)
            self._suite(node.body, inner)
            exits = self._exits.pop()
            changed = False
            for name in exits.keys() | inner.own.keys():
                new = entry.get(name) | exits.get(name, _NOTHING)
                if not inner.dead:
                    new |= inner.get(name)
                if new != entry.get(name):
                    entry.own[name] = new
                    changed = True
        self._entries.pop()
        state.own.update(entry.own)
        after = _State(state)
        self._suite(node.orelse, after)
        for name in after.own:
            state.own[name] = state.get(name) | after.get(name)

    def _try(self, node: cst.Try | cst.TryStar, state: _State) -> None:
        anywhere: dict[str, set[Binding | None]] = {}
        if node.finalbody is not None:
            self._seen.append(anywhere)
            self._finals.append((*self._span(node.finalbody.body), len(self._entries)))
        self._seen.append({})
        body = _State(state)
        self._suite(node.body, body)
        raised = _State(state)
        for name, bound in self._seen.pop().items():
            raised.own[name] = state.get(name) | bound
        self._suite(node.orelse, body)
        branches = [body]
        for handler in node.handlers:
            first, last = self.scopes.orders[id(handler)]
            inner = _State(raised)
            self._between(first, self._body_start(handler.body, last), inner)
            self._suite(handler.body, inner)
            branches.append(inner)
        if node.finalbody is not None:
            self._seen.pop()
            self._finals.pop()
            anything = _State(state)
            for name, found in anywhere.items():
                anything.own[name] = state.get(name) | found
            self._suite(node.finalbody, anything)
        _merge(state, branches)
        self._suite(node.finalbody, state)

    def _with(self, node: cst.With, first: int, last: int, state: _State) -> None:
        self._between(first, self._body_start(node.body, last), state)
        if all(_transparent(item) for item in node.items):
            self._suite(node.body, state)
            return
        # Another context manager may swallow an exception from anywhere in the body.
        self._seen.append({})
        body = _State(state)
        self._suite(node.body, body)
        for name, bound in self._seen.pop().items():
            state.own[name] = state.get(name) | bound

    def _match(self, node: cst.Match, first: int, last: int, state: _State) -> None:
        start = self.scopes.orders[id(node.cases[0])][0] if node.cases else last
        self._between(first, start, state)
        branches = [_State(state)]
        for case in node.cases:
            start, stop = self.scopes.orders[id(case)]
            inner = _State(state)
            self._between(start, self._body_start(case.body, stop), inner)
            self._suite(case.body, inner)
            branches.append(inner)
        _merge(state, branches)

    def _span(self, body: cst.BaseSuite) -> tuple[int, int]:
        """The positions from the first statement of a suite to behind its last one."""
        found: list[tuple[int, int]] = []
        for statement in body.body:
            parts = (
                statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement]
            )
            found += [self.scopes.orders[id(p)] for p in parts if id(p) in self.scopes.orders]
        return (found[0][0], found[-1][1]) if found else (0, 0)

    def _body_start(self, body: cst.BaseSuite, default: int) -> int:
        """The position at which a suite begins: that of its first statement that has one."""
        for statement in body.body:
            parts = (
                statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement]
            )
            for part in parts:
                orders = self.scopes.orders.get(id(part))
                if orders is not None:
                    return orders[0]
        return default


def _transparent(item: cst.WithItem) -> bool:
    node = item.item
    if not isinstance(node, cst.Call):
        return False
    return dotted_name(node.func) in _TRANSPARENT
