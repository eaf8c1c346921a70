"""Which expressions are torch modules: called, they use their arguments and keep none."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

import libcst as cst

from varmigrate.analysis.arguments import parameter_for
from varmigrate.analysis.attributes import Attributes
from varmigrate.analysis.flow import Flow, in_code, quotes
from varmigrate.analysis.names import Names
from varmigrate.analysis.scopes import Binding, BindingKind, ScopeKind, Scopes
from varmigrate.torch_facts.losses import LOSS_FUNCTIONS

# Methods of which one alone says that the object is a module (or an optimizer, never called).
_MODULE_METHODS = frozenset(
    "parameters named_parameters zero_grad state_dict load_state_dict named_modules".split()
)
# These say it when they are called without an argument.
_BARE_METHODS = frozenset({"eval", "train"})
MODULE_METHODS = _MODULE_METHODS | _BARE_METHODS
"""Methods by which an object passes for a module."""
# Methods of modules that give the module itself.
_CHAINED = frozenset("cuda cpu to float double half eval train share_memory apply".split())
_CONTAINERS = frozenset(
    "Sequential ModuleList ModuleDict DataParallel DistributedDataParallel TransformerEncoder "
    "TransformerDecoder Transformer".split()
)
_NO_MODULES = frozenset({"torch.nn.Parameter", "torch.nn.parameter.Parameter"})
# What is put inside of a module: `net.add_module(...)`, `net._modules[...]`, `net[0] = ...`.
_CHANGES = re.compile(
    r"\b(\w+)\s*\.\s*(?:(?:add_module|register_module|append|insert|extend|__setitem__)\s*\("
    r"|_modules\b)|\b(\w+)\s*\[[^\]\n]*\]\s*=(?!=)|\bsetattr\s*\(\s*(?:\w+\s*\.\s*)*(\w+)\s*,"
)
# Another function in the place of what a call runs.
_OTHER_FORWARD = re.compile(
    r"\.\s*(?:forward|__call__)\s*=(?!=)|\bsetattr\s*\([^()\n]*\b(?:forward|__call__)\b|\bMethodType\b"
)
_BY_TEXT = re.compile(
    r"(?<!\.)\b(?:getattr|globals|locals|vars|eval|exec)\s*\("
    r"|\b(?:attrgetter|methodcaller|import_module)\s*\("
    r"|\b__dict__\b|\bsys\.modules\b|\bpatch\b"
)
STORES_BY_NAME = re.compile(r"\bsetattr\b|__setattr__|\b__dict__\b|\bvars\s*\(")
"""Ways to set attributes by their names as texts."""
_COPYING = frozenset({"copy.deepcopy", "copy.copy"})
_MOST_STEPS = 6


class _Answer(enum.Enum):
    """What stands in for a list of functions: code that is not seen, or surely no module."""

    UNSEEN = "unseen"
    NO = "no"


_Callees = list[cst.FunctionDef] | _Answer


class Modules:
    """Tells modules from other callables, for one file."""

    def __init__(self, scopes: Scopes, names: Names, flow: Flow, attributes: Attributes) -> None:
        self.scopes = scopes
        self.tree = scopes.tree
        self.names = names
        self.flow = flow
        self.attributes = attributes
        self._used: tuple[set[Binding], set[object]] | None = None
        self._relatives: dict[tuple[int, bool], list[cst.ClassDef]] = {}
        text = scopes.tree.text
        self._hooks = "register_forward" in text or _OTHER_FORWARD.search(text) is not None
        self._classes = [
            scope.node for scope in scopes.scope_of.values() if isinstance(scope.node, cst.ClassDef)
        ]

    @cached_property
    def own_methods(self) -> frozenset[str]:
        """What classes of the file bind, and methods of other files that tensors have as well."""
        return (self.names.context.methods | self.scopes.attributes.keys()).union(
            name
            for scope in self.scopes.scope_of.values()
            if isinstance(scope.node, cst.ClassDef)
            for name in scope.bindings
        )

    @cached_property
    def _stores_by_name(self) -> bool:
        """Whether the file sets attributes by names that are texts."""
        return in_code(STORES_BY_NAME, self.tree.text)

    @cached_property
    def _changed_modules(self) -> frozenset[str]:
        """Names of which something else is put inside or on afterwards."""
        found = _CHANGES.finditer(self.tree.text)
        return frozenset(match[1] or match[2] or match[3] for match in found)

    @cached_property
    def _put_inside(self) -> dict[str, list[cst.BaseExpression | None]]:
        """What `net.layer = value` puts inside, by the name (or attribute) of the module."""
        found: dict[str, list[cst.BaseExpression | None]] = {}
        for target in self.scopes.stores:
            above = self.tree.parent(target)
            assign = None if above is None else self.tree.parent(above)
            value = assign.value if isinstance(assign, cst.Assign) else None
            if isinstance(value, (cst.BaseString, cst.BaseNumber)) or (
                isinstance(value, cst.Name) and value.value in ("True", "False", "None")
            ):
                continue
            held = target.value
            name = held.attr if isinstance(held, cst.Attribute) else held
            if isinstance(name, cst.Name):
                found.setdefault(name.value, []).append(value)
        return found

    @cached_property
    def forwards(self) -> list[cst.FunctionDef]:
        """The `forward` functions of all classes of the file."""
        found = [
            binding.node
            for node in self._classes
            for binding in self.scopes.scope_of[id(node)].bindings.get("forward", ())
        ]
        return [node for node in found if isinstance(node, cst.FunctionDef)]

    @cached_property
    def _of_any_class(self) -> _Callees:
        """The functions of this file that a call of a module may run of which nothing is seen."""
        functions: list[cst.FunctionDef] = []
        for node in self._classes:
            bound = self.scopes.scope_of[id(node)].bindings
            names = {name for above in self._bases(node) for name in self._names_in(above)}
            module = self.derives(node) or not self._is_plain(node)
            if not module and not names & (MODULE_METHODS | {"__getattr__"}):
                continue
            if "__call__" in names:
                return _Answer.NO
            function = bound["forward"][0].node if "forward" in bound else None
            if function is None:
                continue
            if not isinstance(function, cst.FunctionDef) or function.decorators:
                return _Answer.NO
            if len(bound["forward"]) != 1:
                return _Answer.NO
            functions.append(function)
        return functions

    def _names_in(self, node: cst.ClassDef) -> Iterable[str]:
        return self.scopes.scope_of[id(node)].bindings

    def _bases(self, node: cst.ClassDef) -> list[cst.ClassDef]:
        """A class and those of this file it derives from."""
        found = [node]
        for item in found:
            above = [self._class_named(base.value) for base in item.bases]
            found += [other for other in above if other is not None and other not in found]
        return found

    def _is_plain(self, node: cst.ClassDef) -> bool:
        """Whether a class surely is no module: all its bases are seen, and none is one."""
        for base in node.bases:
            above = self._class_named(base.value)
            if above is None:
                if not (isinstance(base.value, cst.Name) and base.value.value == "object"):
                    return False
            elif above is not node and not self._is_plain(above):
                return False
        return True

    def _related(self, node: cst.ClassDef, up: bool = True) -> list[cst.ClassDef]:
        """A class and those of this file that derive from it; with `up`, also what it derives from.

        Of an object only its methods' class is known, which may be a base of its own.
        """
        if (id(node), up) not in self._relatives:
            self._relatives[id(node), up] = self._find_related(node, up)
        return self._relatives[id(node), up]

    def _find_related(self, node: cst.ClassDef, up: bool) -> list[cst.ClassDef]:
        found = self._bases(node) if up else [node]
        for item in found:
            for other in self._classes:
                bases = [self._class_named(base.value) for base in other.bases]
                if other not in found and item in bases:
                    found.append(other)
        return found

    def callees(self, node: cst.CSTNode) -> list[cst.FunctionDef] | None:
        """The `forward` functions of this file that a call of a module runs.

        None when the value of `node` is not known to be a module. Modules of torch run none of this
        file; those of which only the methods tell what they are may run the `forward` of any class.
        """
        context = self.names.context
        if self._hooks or context.hooked or context.patched & {"forward", "__call__"}:
            return None
        found = self._resolve(node, _MOST_STEPS)
        if found is _Answer.UNSEEN and self._used_as_module(node):
            found = _Answer.NO if context.attaching else self._of_any_class
        return found if isinstance(found, list) else None

    def is_of_torch(self, node: cst.CSTNode) -> bool:
        """Whether all that a call of a module runs is code of torch or of this file."""
        return isinstance(self._resolve(node, _MOST_STEPS), list)

    def _used_as_module(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Attribute) and node.attr.value == "forward":
            node = node.value
        bindings, holders = self._used_as_modules()
        if isinstance(node, cst.Attribute):
            return self.attributes.holder(node) in holders
        if not isinstance(node, cst.Name):
            return False
        definitions = self.flow.definitions(node)
        return definitions is not None and all(binding in bindings for binding in definitions)

    def _resolve(self, node: cst.CSTNode, steps: int) -> _Callees:
        if steps == 0:
            return _Answer.NO
        if (
            isinstance(node, (cst.Name, cst.Attribute))
            and self.names.origin(node) in LOSS_FUNCTIONS
        ):
            # A loss that is a function is called as the modules are.
            return []
        if isinstance(node, cst.Name):
            owner = self.attributes.owner(node)
            if owner is not None:
                return self._of_self(owner, steps) if self.derives(owner) else _Answer.NO
            definitions = self.flow.definitions(node)
            if definitions is None:
                return _Answer.NO
            return _all(self._bound(binding, steps) for binding in definitions)
        if isinstance(node, cst.Attribute):
            if node.attr.value == "forward":
                return self._resolve(node.value, steps - 1)
            return self._attribute(node, steps)
        if isinstance(node, cst.Subscript):
            return self._resolve(node.value, steps - 1)
        if isinstance(node, cst.IfExp):
            return _all(self._resolve(part, steps - 1) for part in (node.body, node.orelse))
        return self._made(node, steps) if isinstance(node, cst.Call) else _Answer.NO

    def _attribute(self, node: cst.Attribute, steps: int) -> _Callees:
        """What a call of an attribute runs: of `self`, of whatever any related class puts there."""
        name = node.attr.value
        if name in self._changed_modules or name in self.names.context.patched:
            return _Answer.NO
        owner = self.attributes.owner(node.value) if isinstance(node.value, cst.Name) else None
        values: list[cst.BaseExpression | None] = []
        if owner is not None:
            context = self.names.context
            related = self._related(owner)
            if name in context.foreign and any(c.name.value in context.subclassed for c in related):
                return _Answer.NO
            if self._stores_by_name:
                return _Answer.NO
            if any(name in self._names_in(other) for other in related):
                return _Answer.NO
            for other in related:
                values += self.attributes.assigned(("attribute", id(other), name))
        for target in self.scopes.stores:
            if target.attr.value == name:
                above = self.tree.parent(target)
                assign = None if above is None else self.tree.parent(above)
                values.append(assign.value if isinstance(assign, cst.Assign) else None)
        values += self._put_inside.get(name, ())
        # None cannot be called.
        values = [v for v in values if not (isinstance(v, cst.Name) and v.value == "None")]
        return self._any_of(values, steps) if values else _Answer.UNSEEN

    def _any_of(self, values: Iterable[cst.BaseExpression | None], steps: int) -> _Callees:
        return _all(
            _Answer.NO if value is None else self._resolve(value, steps - 1) for value in values
        )

    def _of_self(self, owner: cst.ClassDef, steps: int) -> _Callees:
        """What `self(...)` runs: the `forward` of the class, or of one that derives from it."""
        related = self._related(owner, up=False)
        if any(other.name.value in self.names.context.subclassed for other in related):
            return _Answer.NO
        return self._with_any(_all(self._forwards(other, steps) for other in related))

    def _bound(self, binding: Binding, steps: int) -> _Callees:
        name = binding.name
        inside = self._any_of(self._put_inside.get(name, ()), steps)
        if inside is _Answer.NO or name in self._changed_modules:
            return _Answer.NO
        if binding.kind is BindingKind.PARAMETER:
            given = self._given(binding)
            found = self._any_of(given, steps) if given else _Answer.UNSEEN
            return _Answer.UNSEEN if found is _Answer.NO else _all((found, inside))
        source = self.flow.source(binding)
        # What a ModuleList or a Sequential holds is a module as well.
        found = _Answer.NO if source is None else self._resolve(source.expression, steps - 1)
        return _all((found, inside))

    def _given(self, binding: Binding) -> list[cst.BaseExpression]:
        """What the calls give a parameter of a function that nobody else can call; or nothing."""
        function = binding.scope.node
        parent = binding.scope.parent
        if not isinstance(function, cst.FunctionDef) or function.decorators or parent is None:
            return []
        name = function.name.value
        if parent.kind is not ScopeKind.MODULE or not self.flow.private(name):
            return []
        if named_by_text(self.tree.text, name):
            return []
        given: list[cst.BaseExpression] = []
        for load in self.scopes.loads.get(name, ()):
            call = self.tree.parent(load.node)
            definitions = self.flow.definitions(load.node)
            if not isinstance(call, cst.Call) or call.func is not load.node:
                return []
            if definitions is None or [b.node for b in definitions] != [function]:
                return []
            found = [
                argument.value
                for argument in call.args
                if parameter_for(function, call, argument) == binding.name
            ]
            if not found or any(argument.star for argument in call.args):
                return []
            given += found
        return given

    def _made(self, node: cst.Call, steps: int) -> _Callees:
        origin = self.names.origin(node.func)
        last = origin.rpartition(".")[2]
        if origin.startswith("torch.nn.") and origin not in _NO_MODULES and last[:1].isupper():
            if any(self._is_code(argument.value) for argument in node.args):
                # `distance_function=...`: what it calls may do anything.
                return _Answer.NO
            if last not in _CONTAINERS:
                return []
            held = [part for argument in node.args for part in _elements(argument.value)]
            return self._with_any(_all(self._resolve(part, steps - 1) for part in held))
        if origin.startswith("torchvision.models."):
            return self._with_any([])
        if origin in _COPYING and len(node.args) == 1:
            return self._resolve(node.args[0].value, steps - 1)
        if origin:
            return _Answer.UNSEEN
        func = node.func
        if isinstance(func, cst.Attribute):
            if func.attr.value in _CHAINED:
                return self._resolve(func.value, steps - 1)
            return _Answer.UNSEEN
        owner = self._class_named(func)
        if owner is None or not self.derives(owner):
            return _Answer.NO
        return self._with_any(self._forwards(owner, steps))

    def _with_any(self, found: _Callees) -> _Callees:
        """What a module runs that may have others inside: those of the file, put there anyhow."""
        if not isinstance(found, list):
            return found
        return [*found, *(function for function in self.forwards if function not in found)]

    def _is_code(self, node: cst.BaseExpression) -> bool:
        """Whether a value is a function of this file, or a lambda."""
        if isinstance(node, cst.Lambda):
            return True
        definitions = self.flow.definitions(node) if isinstance(node, cst.Name) else None
        return any(isinstance(b.node, cst.FunctionDef) for b in definitions or ())

    def _forwards(self, owner: cst.ClassDef, steps: int) -> _Callees:
        """What a call of an instance runs: `forward` of the class or of its first base with one."""
        scope = self.scopes.scope_of.get(id(owner))
        if scope is None or steps == 0 or "__call__" in scope.bindings or owner.decorators:
            return _Answer.NO
        bound = scope.bindings.get("forward")
        if bound is not None:
            function = bound[0].node
            plain = len(bound) == 1 and isinstance(function, cst.FunctionDef)
            if not plain or not isinstance(function, cst.FunctionDef) or function.decorators:
                return _Answer.NO
            return [function] if self._calls_plainly(owner, steps) else _Answer.NO
        for base in owner.bases:
            above = self._class_named(base.value)
            if above is None:
                return _Answer.NO
            found = self._forwards(above, steps - 1)
            if isinstance(found, list):
                return found
        return _Answer.NO

    def _calls_plainly(self, owner: cst.ClassDef, steps: int) -> bool:
        """Whether no base of the file defines `__call__`."""
        for base in owner.bases:
            above = self._class_named(base.value)
            if above is None or above is owner:
                continue
            scope = self.scopes.scope_of.get(id(above))
            if scope is None or "__call__" in scope.bindings or steps == 0:
                return False
            if not self._calls_plainly(above, steps - 1):
                return False
        return True

    def _class_named(self, func: cst.BaseExpression) -> cst.ClassDef | None:
        if not isinstance(func, cst.Name):
            return None
        definitions = self.flow.definitions(func)
        if definitions is None or len(definitions) != 1:
            return None
        node = definitions[0].node
        return node if isinstance(node, cst.ClassDef) else None

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
        if not isinstance(call, cst.Call) or call.func is not node:
            return False
        name = node.attr.value
        if name in _BARE_METHODS:
            return not call.args and name not in self.own_methods
        return name in _MODULE_METHODS


def named_by_text(text: str, name: str) -> bool:
    """Whether a file may find what has a name by that name as a text, as `getattr` does."""
    return quotes(text, name) and in_code(_BY_TEXT, text)


def _all(parts: Iterable[_Callees]) -> _Callees:
    """What a call of any of several things runs."""
    functions: list[cst.FunctionDef] = []
    answer: _Answer | None = None
    for part in parts:
        if part is _Answer.NO:
            return _Answer.NO
        if isinstance(part, list):
            functions += part
        else:
            answer = part
    return functions if answer is None else answer


def _elements(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """What a container module is given, lists and dictionaries looked into."""
    if isinstance(node, (cst.List, cst.Tuple)):
        for element in node.elements:
            yield element.value
    elif isinstance(node, cst.Dict):
        for item in node.elements:
            yield item.value
    elif isinstance(node, cst.ListComp):
        yield node.elt
    else:
        yield node
