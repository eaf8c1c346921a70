"""Who calls the functions and methods of one file, and what the calls give their parameters."""

from __future__ import annotations

import libcst as cst

from varmigrate.analysis.arguments import parameter_for
from varmigrate.analysis.flow import Flow, in_code
from varmigrate.analysis.holders import Holders
from varmigrate.analysis.modules import STORES_BY_NAME, named_by_text
from varmigrate.analysis.names import Names
from varmigrate.analysis.scopes import Binding, BindingKind, Scope, ScopeKind


class Parameters:
    """The functions of one file, as their calls see them."""

    def __init__(self, names: Names, flow: Flow, holders: Holders) -> None:
        self.names = names
        self.flow = flow
        self.holders = holders
        self.attributes = holders.attributes
        self._stores_by_name = in_code(STORES_BY_NAME, names.tree.text)

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
        if named_by_text(self.names.tree.text, name):
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
        if self._stores_by_name or self._mixed(scope.node):
            return None
        node = bound[0].node
        if not isinstance(node, cst.FunctionDef) or node.decorators or node.asynchronous:
            return None
        return node

    def _asks_by_text(self) -> bool:
        """Whether a method may be called by a name that is computed: `getattr(self, name)()`."""
        for call in self.names.scopes.all(cst.Call):
            if isinstance(call.func, cst.Name) and call.func.value == "getattr" and call.args[1:]:
                literal = isinstance(call.args[1].value, cst.SimpleString)
                if not literal and not self.names.origin(call.args[0].value):
                    return True
        return False

    def _mixed(self, owner: cst.CSTNode) -> bool:
        """Whether a class may stand beside another one as a base, whose methods come first."""
        if not isinstance(owner, cst.ClassDef) or owner.name.value in self.names.context.subclassed:
            return True
        name = owner.name.value
        for scope in self.names.scopes.scope_of.values():
            node = scope.node
            bases = [b.value for b in node.bases] if isinstance(node, cst.ClassDef) else []
            if len(bases) > 1 and any(isinstance(b, cst.Name) and b.value == name for b in bases):
                return True
        return False

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
            if self._sole_method(name, parent) is not function:
                return []
            if named_by_text(self.names.tree.text, name) or self._asks_by_text():
                return []
            if any(
                binding.node is function
                for load in self.names.scopes.loads.get(name, ())
                for binding in self.flow.definitions(load.node) or ()
            ):
                # `train = fit` in the body of the class.
                return []
            # Special methods are called without their name.
            if name.startswith("__") or name in self.names.context.foreign:
                return []
            calls = []
            for node in self.names.scopes.all(cst.Attribute):
                if node.attr.value == name:
                    call = self.names.tree.parent(node)
                    if not isinstance(call, cst.Call) or call.func is not node:
                        return []
                    calls.append(call)
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
