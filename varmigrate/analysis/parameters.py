"""Who calls the functions and methods of one file, and what the calls give their parameters."""

from __future__ import annotations

import re

import libcst as cst

from varmigrate.analysis.arguments import parameter_for
from varmigrate.analysis.flow import Flow
from varmigrate.analysis.holders import Holders
from varmigrate.analysis.names import Names
from varmigrate.analysis.scopes import Binding, BindingKind, Scope, ScopeKind

_QUOTED = re.compile(r"(?=([\"'])(\w+)\1)")


class Parameters:
    """The functions of one file, as their calls see them."""

    def __init__(self, names: Names, flow: Flow, holders: Holders) -> None:
        self.names = names
        self.flow = flow
        self.holders = holders
        self.attributes = holders.attributes
        # A function whose name is a text somewhere may be called by that text.
        self._quoted = frozenset(match[2] for match in _QUOTED.finditer(names.tree.text))

    def closed(self, function: cst.FunctionDef) -> bool:
        """Whether a function can be called from nowhere but the calls seen in this file."""
        scope = self.names.scopes.scope_of.get(id(function))
        if scope is None or scope.parent is None or function.decorators:
            return False
        if self.holders.calls_of(function) is None:
            return False
        name = function.name.value
        if scope.parent.kind is ScopeKind.FUNCTION:
            return True
        if name in self._quoted:
            return False
        return scope.parent.kind is ScopeKind.MODULE and self.flow.private(name)

    def own_method(self, func: cst.BaseExpression) -> cst.FunctionDef | None:
        """The method of this class that `self.name` is, if no other class seen has its own."""
        if not isinstance(func, cst.Attribute) or not isinstance(func.value, cst.Name):
            return None
        owner = self.attributes.owner(func.value)
        scope = None if owner is None else self.names.scopes.scope_of.get(id(owner))
        return None if scope is None else self._sole_method(func.attr.value, scope)

    def _sole_method(self, name: str, scope: Scope) -> cst.FunctionDef | None:
        """The plain method of a class, when nothing of its name is bound by another or stored."""
        scopes = self.names.scopes
        bound = [
            binding
            for other in scopes.scope_of.values()
            if other.kind is ScopeKind.CLASS
            for binding in other.bindings.get(name, ())
        ]
        if len(bound) != 1 or bound[0].scope is not scope:
            return None
        if name in scopes.attributes or name in scopes.replaced:
            return None
        if name in self.names.context.overridden or name in self.names.context.patched:
            return None
        node = bound[0].node
        if not isinstance(node, cst.FunctionDef) or node.decorators or node.asynchronous:
            return None
        return node

    def given(self, binding: Binding) -> list[cst.BaseExpression]:
        """What the calls of this file give a parameter; nothing when one of them is not read."""
        function = binding.scope.node
        parent = binding.scope.parent
        if binding.kind is not BindingKind.PARAMETER or parent is None:
            return []
        if not isinstance(function, cst.FunctionDef):
            return []
        name = function.name.value
        if parent.kind is ScopeKind.CLASS:
            if self._sole_method(name, parent) is not function or name in self._quoted:
                return []
            calls = [
                call
                for call in self.names.scopes.all(cst.Call)
                if isinstance(call.func, cst.Attribute) and call.func.attr.value == name
            ]
            skip = 1
        else:
            if name in self.names.context.exported:
                return []
            calls = self.holders.calls_of(function) or []
            skip = 0
        given: list[cst.BaseExpression] = []
        for call in calls:
            found = [
                argument.value
                for argument in call.args
                if parameter_for(function, call, argument, skip) == binding.name
            ]
            if not found or any(argument.star for argument in call.args):
                return []
            given += found
        return given
