"""What stands behind an expression: the holders whose tensor its value may be, share with, contain.

Asked of calls: what the tables say of the object they give, the tensor type or the function that is
called; of operands: whether they may be lists, which `+` puts together instead of adding.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.attributes import Attributes
from varmigrate.analysis.called import Called, Calls
from varmigrate.analysis.calls import read_call
from varmigrate.analysis.events import Holder
from varmigrate.analysis.flow import Flow
from varmigrate.analysis.names import VARIABLE, Names
from varmigrate.analysis.scopes import Binding
from varmigrate.torch_facts.constructors import (
    INTEGER_TENSOR_TYPES,
    SPARSE_TENSOR_TYPES,
    TENSOR_TYPES,
)
from varmigrate.torch_facts.factories import FACTORIES
from varmigrate.torch_facts.functions import FUNCTIONS, NON_TENSOR_FUNCTIONS, TUPLE_FUNCTIONS
from varmigrate.torch_facts.kinds import Identity
from varmigrate.torch_facts.methods import METHODS, NON_TENSOR_METHODS, TUPLE_METHODS

HARMLESS_BUILTINS = frozenset(
    "print len int float bool str repr isinstance type range round format callable hasattr "
    "issubclass abs divmod pow any all".split()
)
CONTAINERS = ("torch.utils.data.", "numpy.", "math.")


class Sharing:
    """What stands behind the expressions of one file.

    calls: those that lead to functions of other files which only compute.
    """

    def __init__(self, names: Names, flow: Flow, attributes: Attributes, calls: Calls) -> None:
        self.names = names
        self.flow = flow
        self.attributes = attributes
        self.calls = calls

    def behind(self, node: cst.BaseExpression) -> Iterator[Holder]:
        """The holders whose tensor the value of an expression may be, share with, or contain."""
        if isinstance(node, cst.Name):
            yield from self.flow.definitions(node) or ()
        elif isinstance(node, cst.Attribute):
            holder = self.attributes.holder(node)
            if holder is not None:
                yield holder
            elif node.attr.value != "data":
                yield from self.behind(node.value)
        elif isinstance(node, cst.Call):
            yield from self._behind_call(node)
        elif isinstance(node, (cst.Subscript, cst.NamedExpr, cst.Await)):
            inner = node.expression if isinstance(node, cst.Await) else node.value
            yield from self.behind(inner)
        elif isinstance(node, cst.IfExp):
            yield from self.behind(node.body)
            yield from self.behind(node.orelse)
        elif isinstance(node, cst.BooleanOperation):
            yield from self.behind(node.left)
            yield from self.behind(node.right)
        elif isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Plus):
            yield from self.behind(node.expression)
        elif isinstance(node, (cst.Tuple, cst.List, cst.Set)):
            for element in node.elements:
                yield from self.behind(element.value)
        elif isinstance(node, cst.Dict):
            for item in node.elements:
                yield from self.behind(item.value)
        elif isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp)):
            yield from self.behind(node.elt)
        elif isinstance(node, cst.BinaryOperation) and self.may_be_list(node):
            yield from self.behind(node.left)
            yield from self.behind(node.right)

    def _behind_call(self, node: cst.Call) -> Iterator[Holder]:
        identity = self.identity(node)
        if identity in (Identity.NEW, Identity.DETACHED):
            return
        computing = self.computing(node)
        if computing is not None:
            for shared in computing.shared:
                yield from self.behind(shared)
            return
        function = self.function(node.func)
        if function is not None:
            yield ("return", id(function), "")
        if isinstance(node.func, cst.Attribute) and not self.names.origin(node.func):
            yield from self.behind(node.func.value)
        for argument in node.args:
            yield from self.behind(argument.value)

    def computing(self, call: cst.Call) -> Called | None:
        """The call, if it leads to a function of another file that only computes."""
        called = self.calls.of(call)
        return None if called is None or called.here else called

    def identity(self, node: cst.Call) -> Identity | None:
        """What the tables say of the result of a call; None when they say nothing."""
        origin = self.names.origin(node.func)
        if origin:
            if origin in FUNCTIONS:
                return FUNCTIONS[origin].identity
            if origin in FACTORIES:
                return FACTORIES[origin].identity
            if origin in TUPLE_FUNCTIONS:
                return TUPLE_FUNCTIONS[origin].identity
            if origin in NON_TENSOR_FUNCTIONS:
                return Identity.NEW
            if origin in TENSOR_TYPES:
                return self._constructed(node, [origin])
            if origin == VARIABLE:
                return self.variable(node)
            return None
        types = self.tensor_types(node.func)
        if types:
            return self._constructed(node, types)
        if isinstance(node.func, cst.Attribute):
            name = node.func.attr.value
            if name == "new" and _is_sized(node):
                return Identity.NEW
            if name in NON_TENSOR_METHODS:
                return Identity.NEW
            if name in METHODS:
                return METHODS[name].identity
            if name in TUPLE_METHODS:
                return TUPLE_METHODS[name].identity
        return None

    @staticmethod
    def _constructed(node: cst.Call, types: list[str]) -> Identity:
        """What a tensor type makes: a view of a tensor it is given, else something new.

        What is done to a tensor of integers through another object tells nothing.
        """
        if not SPARSE_TENSOR_TYPES.isdisjoint(types):
            return Identity.VIEW
        new = _is_sized(node) or INTEGER_TENSOR_TYPES.issuperset(types)
        return Identity.NEW if new else Identity.VIEW

    @staticmethod
    def variable(node: cst.Call) -> Identity:
        """A Variable may be dropped, and is then its argument; not one that may require grad."""
        shape = read_call(node)
        if shape.problem or shape.never or shape.requires_grad.value is False:
            return Identity.SAME
        return Identity.DETACHED

    def tensor_types(self, func: cst.BaseExpression, steps: int = 4) -> list[str]:
        """The tensor types a called expression is one of, held in a name or chosen by a test."""
        if steps == 0:
            return []
        origin = self.names.origin(func)
        if origin:
            return [origin] if origin in TENSOR_TYPES else []
        parts: list[cst.BaseExpression] = []
        if isinstance(func, cst.IfExp):
            parts = [func.body, func.orelse]
        elif isinstance(func, cst.Name):
            for binding in self.flow.definitions(func) or ():
                source = self.flow.source(binding)
                if source is None or source.path:
                    return []
                parts.append(source.expression)
        elif isinstance(func, cst.Attribute):
            holder = self.attributes.holder(func)
            sources = None if holder is None else self.attributes.sources(holder)
            parts = [value for value, path in sources or () if not path]
            if len(parts) != len(sources or ()):
                return []
        found = [self.tensor_types(part, steps - 1) for part in parts]
        return sorted({name for names in found for name in names}) if all(found) else []

    def function(self, func: cst.BaseExpression) -> cst.FunctionDef | None:
        """The function of this file a name surely is."""
        if not isinstance(func, cst.Name):
            return None
        definitions = self.flow.definitions(func)
        if definitions is None or len(definitions) != 1:
            return None
        node = definitions[0].node
        if not isinstance(node, cst.FunctionDef) or node.decorators or node.asynchronous:
            return None
        return node

    def may_be_list(self, node: cst.CSTNode, depth: int = 3) -> bool:
        """Whether an operand of `+` or `*` may be a list or tuple; true when that is not known."""
        if isinstance(node, (cst.BaseNumber, cst.BaseString, cst.UnaryOperation, cst.Comparison)):
            return False
        if isinstance(node, cst.BinaryOperation):
            lists = isinstance(node.operator, (cst.Add, cst.Multiply, cst.BitOr))
            sides = (node.left, node.right)
            return lists and all(self.may_be_list(side, depth) for side in sides)
        if isinstance(node, cst.IfExp):
            return self.may_be_list(node.body, depth) or self.may_be_list(node.orelse, depth)
        if depth == 0:
            return True
        if isinstance(node, cst.Call):
            return self._gives_list(node)
        if isinstance(node, cst.Name):
            if node.value in ("True", "False", "None"):
                return False
            definitions = self.flow.definitions(node)
            return definitions is None or any(
                self._binds_list(binding, depth - 1) for binding in definitions
            )
        return True

    def _gives_list(self, node: cst.Call) -> bool:
        if self.identity(node) is not None or self.tensor_types(node.func):
            return False
        origin = self.names.origin(node.func)
        if origin:
            return not origin.startswith(CONTAINERS)
        func = node.func
        plain = isinstance(func, cst.Name) and self.names.is_builtin(func)
        return not (plain and isinstance(func, cst.Name) and func.value in HARMLESS_BUILTINS)

    def _binds_list(self, binding: Binding, depth: int) -> bool:
        made = self.flow.made(binding)
        if made is not None:
            return self.may_be_list(made, depth)
        source = self.flow.source(binding)
        return source is None or self._holds_lists(source.expression, depth)

    def _holds_lists(self, node: cst.BaseExpression, depth: int) -> bool:
        """Whether an element of an expression may be a list: not if it is a batch or a number."""
        if isinstance(node, cst.Call):
            origin = self.names.origin(node.func)
            if origin:
                return not origin.startswith(CONTAINERS)
            func = node.func
            if isinstance(func, cst.Name) and self.names.is_builtin(func):
                if func.value == "range":
                    return False
                return any(self._holds_lists(argument.value, depth) for argument in node.args)
            return True
        if isinstance(node, cst.Name) and depth > 0:
            definitions = self.flow.definitions(node) or ()
            made = [self.flow.made(binding) for binding in definitions]
            return not made or any(
                part is None or self._holds_lists(part, depth - 1) for part in made
            )
        return True


def _is_sized(node: cst.Call) -> bool:
    """Whether a constructor is given sizes: several arguments, none of which hides others."""
    return len(node.args) > 1 and not any(a.star or a.keyword for a in node.args)
