"""Which expressions are torch modules: called, they use their arguments and keep none."""

from __future__ import annotations

import libcst as cst

from varmigrate.analysis.attributes import Attributes
from varmigrate.analysis.flow import Flow
from varmigrate.analysis.names import Names
from varmigrate.analysis.scopes import Binding, Scopes

# Methods that modules have, and hardly anything else: who calls one says that it is a module.
_MODULE_METHODS = frozenset(
    "parameters named_parameters zero_grad state_dict load_state_dict children named_children "
    "modules named_modules train eval register_forward_hook".split()
)
# Methods of modules that give the module itself.
_CHAINED = frozenset("cuda cpu to float double half eval train share_memory apply".split())
_MODULES = ("torch.nn.", "torchvision.models.")
_NO_MODULES = frozenset({"torch.nn.Parameter", "torch.nn.parameter.Parameter"})
_MOST_STEPS = 6


class Modules:
    """Tells modules from other callables, for one file."""

    def __init__(self, scopes: Scopes, names: Names, flow: Flow, attributes: Attributes) -> None:
        self.scopes = scopes
        self.tree = scopes.tree
        self.names = names
        self.flow = flow
        self.attributes = attributes
        self._used: tuple[set[Binding], set[object]] | None = None

    def is_module(self, node: cst.CSTNode) -> bool:
        """Whether the value of an expression is a module, by what made it or by its methods."""
        return self._is_module(node, _MOST_STEPS)

    def forward(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """The `forward` of this file that a call of the module runs, where it is known."""
        owner = self._class_of(node, _MOST_STEPS)
        if owner is None:
            return None
        scope = self.scopes.scope_of.get(id(owner))
        bindings = scope.bindings.get("forward", []) if scope is not None else []
        found = bindings[0].node if len(bindings) == 1 else None
        return found if isinstance(found, cst.FunctionDef) else None

    def _is_module(self, node: cst.CSTNode, steps: int) -> bool:
        if steps == 0:
            return False
        if isinstance(node, cst.Name):
            owner = self.attributes.owner(node)
            if owner is not None:
                return self.derives(owner)
            definitions = self.flow.definitions(node)
            if definitions is None:
                return False
            return all(self._binds_module(binding, steps) for binding in definitions)
        if isinstance(node, cst.Attribute):
            if node.attr.value == "forward":
                return self._is_module(node.value, steps - 1)
            holder = self.attributes.holder(node)
            if holder is None:
                return False
            if holder in self._used_as_modules()[1]:
                return True
            sources = self.attributes.sources(holder)
            return sources is not None and all(
                not path and self._is_module(value, steps - 1) for value, path in sources
            )
        if isinstance(node, cst.Subscript):
            return self._is_module(node.value, steps - 1)
        if isinstance(node, cst.IfExp):
            return self._is_module(node.body, steps - 1) and self._is_module(node.orelse, steps - 1)
        return isinstance(node, cst.Call) and self._makes_module(node, steps)

    def _makes_module(self, node: cst.Call, steps: int) -> bool:
        origin = self.names.origin(node.func)
        if origin:
            last = origin.rpartition(".")[2]
            return (
                origin.startswith(_MODULES)
                and origin not in _NO_MODULES
                and (last[:1].isupper() or origin.startswith("torchvision."))
            )
        func = node.func
        if isinstance(func, cst.Attribute) and func.attr.value in _CHAINED:
            return self._is_module(func.value, steps - 1)
        owner = self._class_named(func)
        return owner is not None and self.derives(owner)

    def _binds_module(self, binding: Binding, steps: int) -> bool:
        if binding in self._used_as_modules()[0]:
            return True
        source = self.flow.source(binding)
        # What a ModuleList or a Sequential holds is a module as well.
        return source is not None and self._is_module(source.expression, steps - 1)

    def _class_named(self, func: cst.BaseExpression) -> cst.ClassDef | None:
        if not isinstance(func, cst.Name):
            return None
        definitions = self.flow.definitions(func)
        if definitions is None or len(definitions) != 1:
            return None
        node = definitions[0].node
        return node if isinstance(node, cst.ClassDef) else None

    def _class_of(self, node: cst.CSTNode, steps: int) -> cst.ClassDef | None:
        """The class of this file an expression is an instance of, where one alone is possible."""
        if steps == 0:
            return None
        if isinstance(node, cst.Call):
            func = node.func
            if isinstance(func, cst.Attribute) and func.attr.value in _CHAINED:
                return self._class_of(func.value, steps - 1)
            return self._class_named(func)
        if isinstance(node, cst.Attribute) and node.attr.value == "forward":
            return self._class_of(node.value, steps - 1)
        values: list[cst.BaseExpression] = []
        if isinstance(node, cst.Name):
            owner = self.attributes.owner(node)
            if owner is not None:
                return owner
            sources = [self.flow.source(b) for b in self.flow.definitions(node) or ()]
            values = [s.expression for s in sources if s is not None and not s.path]
        elif isinstance(node, cst.Attribute):
            holder = self.attributes.holder(node)
            given = None if holder is None else self.attributes.sources(holder)
            values = [value for value, path in given or () if not path]
        classes = {id(c): c for c in (self._class_of(value, steps - 1) for value in values)}
        return next(iter(classes.values())) if len(classes) == 1 else None

    def derives(self, node: cst.ClassDef, steps: int = _MOST_STEPS) -> bool:
        """Whether a class derives from nn.Module, directly or through classes of this file."""
        for base in node.bases:
            if self.names.origin(base.value).startswith("torch.nn."):
                return True
            above = self._class_named(base.value)
            if above is not None and above is not node and steps > 0:
                return self.derives(above, steps - 1)
        return False

    def _used_as_modules(self) -> tuple[set[Binding], set[object]]:
        """Bindings and attributes of self on which a method of modules is called."""
        if self._used is None:
            bindings: set[Binding] = set()
            holders: set[object] = set()
            self._used = (bindings, holders)
            for loads in self.scopes.loads.values():
                for load in loads:
                    parent = self.tree.parent(load.node)
                    if not isinstance(parent, cst.Attribute) or parent.value is not load.node:
                        continue
                    if self._calls_module_method(parent):
                        bindings.update(self.flow.definitions(load.node) or ())
                    above = self.tree.parent(parent)
                    holder = self.attributes.holder(parent)
                    if (
                        holder is not None
                        and isinstance(above, cst.Attribute)
                        and above.value is parent
                        and self._calls_module_method(above)
                    ):
                        holders.add(holder)
        return self._used

    def _calls_module_method(self, node: cst.Attribute) -> bool:
        call = self.tree.parent(node)
        return (
            node.attr.value in _MODULE_METHODS and isinstance(call, cst.Call) and call.func is node
        )
