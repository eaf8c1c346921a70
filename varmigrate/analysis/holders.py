"""Who may hold the same tensor, and what is done to it through any of them.

Every binding (and every attribute of `self`) is a holder. Holders that may hold the same object, a
view of it, or a container it is in, are one group; the order of statements plays no part. What is
done to a member of a group and could tell two tensors that share storage from one is an event.
A proof that two tensors may become one needs a group without such events.
"""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from varmigrate.analysis.attributes import Attributes
from varmigrate.analysis.called import Calls
from varmigrate.analysis.climbing import Climbing
from varmigrate.analysis.events import Event, Found, Group, Holder
from varmigrate.analysis.flow import Flow
from varmigrate.analysis.modules import Modules
from varmigrate.analysis.names import Names
from varmigrate.analysis.scopes import Binding, BindingKind, ScopeKind, Scopes
from varmigrate.analysis.sharing import Sharing

_NO_VALUES = (BindingKind.IMPORT, BindingKind.FUNCTION, BindingKind.CLASS)


class Holders:
    """The groups of one file, computed once.

    calls: the calls that lead to functions which only compute.
    """

    def __init__(
        self,
        scopes: Scopes,
        names: Names,
        flow: Flow,
        attributes: Attributes,
        modules: Modules,
        calls: Calls,
    ) -> None:
        self.scopes = scopes
        self.tree = scopes.tree
        self.flow = flow
        self.attributes = attributes
        self.modules = modules
        self.calls = calls
        self.sharing = Sharing(names, flow, attributes, calls)
        self.climbing = Climbing(scopes, names, flow, attributes, modules, self.sharing)
        # The first of each pair is for the program as it is, the second for one without Variable.
        self._up: tuple[dict[Holder, Holder], dict[Holder, Holder]] = ({}, {})
        self._groups: tuple[dict[Holder, Group], dict[Holder, Group]] | None = None
        self._found: dict[Holder, list[Found]] = {}
        # Where what a holder holds goes, for the program as it is.
        self._to: dict[Holder, dict[Holder, None]] = {}
        self._loads: dict[Binding, list[cst.Name]] = {}
        self._calls: dict[int, list[cst.Call]] = {}
        self._wraps: dict[Holder, list[cst.Name]] = {}

    # -- questions -----------------------------------------------------------------------------

    def group(self, holder: Holder, unwrapped: bool = False) -> Group:
        """The group of a holder; `unwrapped`: as it would be if every Variable were dropped."""
        groups = self._built()[unwrapped]
        root = self._root(holder, unwrapped)
        group = groups.get(root)
        if group is None:
            group = groups[root] = Group({holder: None})
        return group

    def spread(self, bindings: Iterable[Binding]) -> Group:
        """What may hold an object that was new when it was bound to each of `bindings`.

        As a group, of those alone that the object can have got to from there.
        """
        self._built()
        found = Group(dict.fromkeys(bindings))
        for holder in (members := list(found.members)):
            for other in self._to.get(holder, ()):
                if other not in found.members:
                    found.members[other] = None
                    members.append(other)
            found.wraps += self._wraps.get(holder, ())
            for item in self._found.get(holder, ()):
                if not item.unwrapped:
                    if item.event is not None:
                        found.events.append(item.event)
                    if item.parameter is not None:
                        found.into.append(item.parameter)
        return found

    def groups_of(self, node: cst.BaseExpression) -> list[Group]:
        """The groups, without any Variable, whose tensor the value of `node` may share with."""
        groups = (self.group(holder, unwrapped=True) for holder in self.sharing.behind(node))
        return list({id(group): group for group in groups}.values())

    def reachable(self, groups: Iterable[Group]) -> list[Group]:
        """Groups (without any Variable) that share a tensor with these: callers', then callees'."""
        found: dict[int, Group] = {}
        waiting = list(groups)
        while waiting:
            group = waiting.pop()
            if id(group) not in found:
                found[id(group)] = group
                waiting += [self.group(holder, unwrapped=True) for holder in group.given]
        seen: set[int] = set()
        waiting = list(found.values())
        while waiting:
            group = waiting.pop()
            if id(group) not in seen:
                seen.add(id(group))
                found[id(group)] = group
                waiting += [self.group(holder, unwrapped=True) for holder in group.into]
        return list(found.values())

    def flows(self, node: cst.BaseExpression) -> tuple[list[Event], list[Group]]:
        """Events on the value of `node` itself on its way up, and the groups it flows into."""
        events: list[Event] = []
        groups: dict[int, Group] = {}
        for item in self.climbing.climb(node):
            if item.event is not None:
                events.append(item.event)
            flowing = item.holder or item.parameter
            if flowing is not None:
                group = self.group(flowing, unwrapped=True)
                groups[id(group)] = group
        return events, list(groups.values())

    def loads(self, binding: Binding) -> list[cst.Name]:
        """All reads that can see a binding."""
        self._built()
        return self._loads.get(binding, [])

    def calls_of(self, function: cst.FunctionDef) -> list[cst.Call] | None:
        """All calls of a function of this file; None when it may be called from elsewhere too."""
        self._built()
        return self._calls.get(id(function))

    # -- building the groups -------------------------------------------------------------------

    def _built(self) -> tuple[dict[Holder, Group], dict[Holder, Group]]:
        if self._groups is None:
            self._groups = self._build()
        return self._groups

    def _root(self, holder: Holder, unwrapped: bool) -> Holder:
        up = self._up[unwrapped]
        root = holder
        while (above := up.get(root)) is not None:
            root = above
        while (above := up.get(holder)) is not None:
            up[holder] = root
            holder = above
        return root

    def _unite(self, first: Holder, second: Holder, unwrapped: bool) -> None:
        first, second = self._root(first, unwrapped), self._root(second, unwrapped)
        if first != second:
            self._up[unwrapped][second] = first

    def _build(self) -> tuple[dict[Holder, Group], dict[Holder, Group]]:
        function_loads: dict[int, list[cst.Name]] = {}
        lasting: set[Holder] = set()
        for loads in self.scopes.loads.values():
            for load in loads:
                definitions = self.flow.definitions(load.node)
                if definitions is None:
                    continue
                for binding in definitions:
                    self._loads.setdefault(binding, []).append(load.node)
                    if isinstance(binding.node, cst.FunctionDef):
                        function_loads.setdefault(id(binding.node), []).append(load.node)
                    if binding.scope.kind is ScopeKind.MODULE or load.scope is not binding.scope:
                        lasting.add(binding)
                if all(binding.kind in _NO_VALUES for binding in definitions):
                    continue
                found = list(self.climbing.climb(load.node))
                wraps = any(item.unwrapped for item in found)
                for binding in definitions:
                    for item in found:
                        self._take(binding, item)
                    if wraps:
                        self._wraps.setdefault(binding, []).append(load.node)
        attributes = self.attributes.nodes()
        holder: Holder
        for holder, nodes in attributes.items():
            lasting.add(holder)
            for node in nodes:
                if not self.attributes.written(node) or isinstance(
                    self.tree.parent(node), cst.AugAssign
                ):
                    for item in self.climbing.climb(node):
                        self._take(holder, item)
        self._follow_bindings()
        self._follow_calls(function_loads)
        holders = dict.fromkeys((*self._found, *self._up[1], *self._loads, *attributes))
        return (
            self._grouped(holders, lasting, unwrapped=False),
            self._grouped(holders, lasting, unwrapped=True),
        )

    def _follow_bindings(self) -> None:
        """Tie the targets of one statement together, and what a walrus binds to where it goes."""
        statements: dict[int, cst.Assign] = {}
        for binding in self.climbing.binding_at.values():
            if isinstance(binding.statement, cst.Assign) and len(binding.statement.targets) > 1:
                statements[id(binding.statement)] = binding.statement
            parent = self.tree.parent(binding.node)
            if isinstance(parent, cst.NamedExpr):
                for item in self.climbing.climb(parent):
                    self._take(binding, item)
        for nodes in self.attributes.nodes().values():
            for node in nodes:
                target = self.tree.parent(node)
                statement = None if target is None else self.tree.parent(target)
                if isinstance(statement, cst.Assign) and len(statement.targets) > 1:
                    statements[id(statement)] = statement
        for statement in statements.values():
            found = [
                item
                for target in statement.targets
                for item in self.climbing.bound(target.target, statement.value)
            ]
            held = [item.holder for item in found if item.holder is not None]
            for holder in held:
                for item in found:
                    self._take(holder, item)

    def _grouped(
        self, holders: Iterable[Holder], lasting: set[Holder], unwrapped: bool
    ) -> dict[Holder, Group]:
        groups: dict[Holder, Group] = {}
        for holder in holders:
            group = groups.setdefault(self._root(holder, unwrapped), Group())
            group.members[holder] = None
            group.wraps += self._wraps.get(holder, ())
            group.lasting = group.lasting or holder in lasting
            for item in self._found.get(holder, ()):
                if item.unwrapped and not unwrapped:
                    continue
                if item.event is not None:
                    group.events.append(item.event)
                if item.put is not None:
                    group.puts.append(item.put)
                if item.parameter is not None:
                    group.into.append(item.parameter)
                    root = self._root(item.parameter, unwrapped)
                    groups.setdefault(root, Group()).given.append(holder)
        self._spread_lasting(groups, unwrapped)
        return groups

    def _spread_lasting(self, groups: dict[Holder, Group], unwrapped: bool) -> None:
        """What a lasting group gives to a parameter lasts as well, and the other way round."""
        waiting = [group for group in groups.values() if group.lasting]
        while waiting:
            group = waiting.pop()
            for holder in (*group.into, *group.given):
                other = groups.get(self._root(holder, unwrapped))
                if other is not None and not other.lasting:
                    other.lasting = True
                    waiting.append(other)

    def _take(self, holder: Holder, item: Found) -> None:
        if item.holder is not None:
            self._unite(holder, item.holder, True)
            if not item.unwrapped:
                self._unite(holder, item.holder, False)
                self._to.setdefault(holder, {})[item.holder] = None
        if item.event is not None or item.put is not None or item.parameter is not None:
            self._found.setdefault(holder, []).append(item)

    def _follow_calls(self, function_loads: dict[int, list[cst.Name]]) -> None:
        """Tie arguments to parameters where all calls of a function are seen."""
        for scope in self.scopes.scope_of.values():
            function = scope.node
            if not isinstance(function, cst.FunctionDef):
                continue
            loads = function_loads.get(id(function), [])
            calls: list[cst.Call] = []
            plain = True
            for load in loads:
                parent = self.tree.parent(load)
                if isinstance(parent, cst.Call) and parent.func is load:
                    if self.sharing.function(load) is function:
                        calls.append(parent)
                        holder: Holder = ("return", id(function), "")
                        for item in self.climbing.climb(parent):
                            self._take(holder, item)
                    else:
                        plain = False
                else:
                    plain = False
            if plain and not function.decorators and not function.asynchronous:
                self._calls[id(function)] = calls
