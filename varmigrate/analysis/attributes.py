"""Attributes of `self`: one holder per class and name, and all that is assigned to it."""

from __future__ import annotations

import re

import libcst as cst

from varmigrate.analysis.flow import ANY, Flow, Path, quotes
from varmigrate.analysis.names import Names
from varmigrate.analysis.scopes import Scope, ScopeKind, Scopes
from varmigrate.analysis.tree import is_target

_BASES = frozenset({"object", "torch.nn.Module", "torch.nn.modules.module.Module"})
# Methods through which a class can answer for its attributes itself.
_OWN_ACCESS = frozenset({"__getattr__", "__getattribute__", "__setattr__", "__delattr__"})
_HIDDEN = re.compile(
    r"(?:\b|__)(?:setattr|getattr|delattr|vars)(?:__)?\s*\(|\b__dict__\b|\b__class__\b"
)

AttributeHolder = tuple[str, int, str]
"""("attribute", id of the class node, name)."""

Sources = list[tuple[cst.BaseExpression, Path]]


class Attributes:
    """The attributes that methods of this file's classes read and write through `self`."""

    def __init__(self, scopes: Scopes, names: Names, flow: Flow) -> None:
        self.scopes = scopes
        self.flow = flow
        self.tree = scopes.tree
        self.names = names
        self._nodes: dict[AttributeHolder, list[cst.Attribute]] | None = None
        self._closed: dict[AttributeHolder, bool] = {}
        self._classes = {
            id(scope.node): scope
            for scope in scopes.scope_of.values()
            if isinstance(scope.node, cst.ClassDef)
        }
        self._hidden = names.context.opened or _HIDDEN.search(scopes.tree.text) is not None
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

    def closed(self, holder: AttributeHolder) -> bool:
        """Whether nothing but the methods of its class can use an attribute.

        It is private, its class is only called (never handed on, never a base), and nothing of its
        name is used on any other object, in any file of the project.
        """
        if holder not in self._closed:
            self._closed[holder] = self._is_closed(holder)
        return self._closed[holder]

    def _is_closed(self, holder: AttributeHolder) -> bool:
        self.nodes()
        _, owner, name = holder
        scope = self._classes.get(owner)
        if scope is None or self._hidden or not isinstance(scope.node, cst.ClassDef):
            return False
        node = scope.node
        if name in self._elsewhere or name in self.scopes.deep or name in scope.bindings:
            return False
        context = self.names.context
        if name in context.patched or name in context.foreign or node.decorators or node.keywords:
            return False
        if scope.bindings.keys() & _OWN_ACCESS:
            return False
        if quotes(self.tree.text, name):
            return False
        for base in node.bases:
            plain = isinstance(base.value, cst.Name) and base.value.value == "object"
            if not plain and self.names.origin(base.value) not in _BASES:
                return False
        class_name = node.name.value
        reads = self.scopes.loads.get(class_name, [])
        if not all(self._is_made_or_named(load.node) for load in reads):
            return False
        private = name.startswith("_") and not name.endswith("__")
        return private or self.flow.assumptions.closed_world

    def _is_made_or_named(self, node: cst.CSTNode) -> bool:
        """Whether a class is only called, or named as a type, where it is read."""
        parent = self.tree.parent(node)
        if isinstance(parent, (cst.Annotation, cst.Attribute)):
            return True
        if isinstance(parent, cst.Call):
            return parent.func is node
        call = self.tree.parent(parent) if isinstance(parent, cst.Arg) else None
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Name):
            return False
        return call.func.value in ("super", "isinstance")

    def assigned(self, holder: AttributeHolder) -> list[cst.BaseExpression]:
        """The expressions whose values (or elements of them) the class assigns to an attribute."""
        nodes = self.nodes().get(holder, ())
        sources = (self.source(node) for node in nodes if self.written(node))
        return [source[0] for source in sources if source is not None]

    def sources(self, holder: AttributeHolder) -> Sources | None:
        """All that a holder is given; None when it may be given something else."""
        nodes = self.nodes().get(holder, [])
        if not self.closed(holder):
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
        return is_target(self.tree, node)

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
