"""Attributes of `self`: one holder per class and name, and all that is assigned to it."""

from __future__ import annotations

import libcst as cst

from varmigrate.analysis.flow import ANY, Path
from varmigrate.analysis.names import Names
from varmigrate.analysis.scopes import Scope, ScopeKind, Scopes

AttributeHolder = tuple[str, int, str]
"""("attribute", id of the class node, name)."""

Sources = list[tuple[cst.BaseExpression, Path]]


class Attributes:
    """The attributes that methods of this file's classes read and write through `self`."""

    def __init__(self, scopes: Scopes, names: Names) -> None:
        self.scopes = scopes
        self.tree = scopes.tree
        self.names = names
        self._nodes: dict[AttributeHolder, list[cst.Attribute]] | None = None
        # Names of attributes that are used on anything else than `self`.
        self._elsewhere: set[str] = set()

    def holder(self, node: cst.Attribute) -> AttributeHolder | None:
        """The holder that `self.name` is; None for an attribute of anything else."""
        if not isinstance(node.value, cst.Name):
            return None
        owner = self.owner(node.value)
        return None if owner is None else ("attribute", id(owner), node.attr.value)

    def owner(self, name: cst.Name) -> cst.ClassDef | None:
        """The class whose instance a name is: the first parameter of a method, never rebound."""
        load = self.names.load(name)
        if load is None:
            return None
        scope: Scope | None = load.scope
        while scope is not None and scope.kind is not ScopeKind.FUNCTION:
            scope = scope.parent
        if scope is None or scope.parent is None or scope.parent.kind is not ScopeKind.CLASS:
            return None
        function, owner = scope.node, scope.parent.node
        bindings = scope.bindings.get(name.value, [])
        if len(bindings) != 1 or not isinstance(function, cst.FunctionDef):
            return None
        first = (*function.params.posonly_params, *function.params.params)[:1]
        if not first or bindings[0].node is not first[0] or function.decorators:
            return None
        return owner if isinstance(owner, cst.ClassDef) else None

    def nodes(self) -> dict[AttributeHolder, list[cst.Attribute]]:
        """Every place of every holder."""
        if self._nodes is None:
            self._nodes = {}
            for loads in self.scopes.loads.values():
                for load in loads:
                    parent = self.tree.parent(load.node)
                    if not isinstance(parent, cst.Attribute) or parent.value is not load.node:
                        continue
                    holder = self.holder(parent)
                    if holder is not None:
                        self._nodes.setdefault(holder, []).append(parent)
                    else:
                        self._elsewhere.add(parent.attr.value)
        return self._nodes

    def sources(self, holder: AttributeHolder) -> Sources | None:
        """All that a holder is given; None when it may be given something else."""
        nodes = self.nodes().get(holder, [])
        if holder[2] in self._elsewhere:
            return None
        found: Sources = []
        for node in nodes:
            if not self.written(node):
                continue
            source = self.source(node)
            if source is None:
                return None
            found.append(source)
        return found or None

    def written(self, node: cst.Attribute) -> bool:
        """Whether an attribute is assigned to (or deleted) where it stands."""
        current: cst.CSTNode = node
        while True:
            parent = self.tree.parent(current)
            if isinstance(parent, (cst.AssignTarget, cst.AsName, cst.Del)):
                return True
            if isinstance(parent, (cst.AnnAssign, cst.AugAssign, cst.For, cst.CompFor)):
                return parent.target is current
            if not isinstance(parent, (cst.Tuple, cst.List, cst.Element, cst.StarredElement)):
                return False
            current = parent

    def source(self, node: cst.Attribute) -> tuple[cst.BaseExpression, Path] | None:
        """What is assigned to an attribute at `node`: the element of an expression at a path."""
        path: list[int] = []
        current: cst.CSTNode = node
        while True:
            parent = self.tree.parent(current)
            if isinstance(parent, (cst.Tuple, cst.List)):
                if any(isinstance(e, cst.StarredElement) for e in parent.elements):
                    return None
                index = next(i for i, e in enumerate(parent.elements) if e is current)
                path.insert(0, index)
            elif isinstance(parent, cst.AssignTarget):
                statement = self.tree.parent(parent)
                value = statement.value if isinstance(statement, cst.Assign) else None
                return None if value is None else (value, tuple(path))
            elif isinstance(parent, cst.AnnAssign):
                return None if parent.value is None else (parent.value, tuple(path))
            elif isinstance(parent, (cst.For, cst.CompFor)):
                return parent.iter, (ANY, *path)
            elif not isinstance(parent, cst.Element):
                return None
            current = parent
