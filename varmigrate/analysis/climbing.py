"""Climbing from a value to what is done with it: the events on it, and the holders it flows to.

From an expression the way goes up the tree as long as the value above may be, be a view of, or
contain the value below.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import libcst as cst

from varmigrate.analysis.arguments import parameter_for
from varmigrate.analysis.attributes import Attributes
from varmigrate.analysis.calls import read_call
from varmigrate.analysis.events import UNWRAPPED, Event, EventKind, Found, Put, event
from varmigrate.analysis.flow import ANY, Flow
from varmigrate.analysis.modules import Modules
from varmigrate.analysis.names import VARIABLE, Names
from varmigrate.analysis.scopes import Binding, BindingKind, Scope, ScopeKind, Scopes
from varmigrate.analysis.sharing import CONTAINERS, HARMLESS_BUILTINS, Sharing
from varmigrate.torch_facts.attributes import (
    ATTRIBUTES,
    HOLDER_FUNCTIONS,
    NON_TENSOR_ATTRIBUTES,
)
from varmigrate.torch_facts.functions import FUNCTIONS
from varmigrate.torch_facts.kinds import Identity
from varmigrate.torch_facts.methods import (
    METHODS,
    READING_METHODS,
    RESHAPE_IN_PLACE_METHODS,
    TUPLE_METHODS,
)

_PASSING_BUILTINS = frozenset(
    "list tuple enumerate zip iter next reversed sorted min max sum".split()
)
_PUTS = {"append": (), "add": (), "insert": (), "appendleft": (), "extend": (ANY,)}
_READ_OF_CONTAINERS = frozenset("pop keys values items get copy index count sort reverse".split())
_OF_THE_OBJECT = frozenset(
    "requires_grad_ detach_ register_hook retain_grad register_post_accumulate_grad_hook".split()
)
_NEW_OBJECTS = frozenset(
    {"torch.nn.Parameter", "torch.nn.parameter.Parameter", "torch.autograd.backward"}
)
_OPERATORS = frozenset(
    f"{prefix}{name}"
    for prefix in ("", "r", "i")
    for name in "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
)
_NO_TENSORS = frozenset({"other", "sequence", "opaque"})
_BY_VALUE = frozenset({"tensor", "other"})
_OPENING = (cst.WithItem, cst.Decorator, cst.Raise, cst.Param, cst.Await, cst.Yield, cst.From)
_Climb = Generator[Found, None, cst.CSTNode | None]


class Climbing:
    """The ways up from the values of one file."""

    def __init__(
        self,
        scopes: Scopes,
        names: Names,
        flow: Flow,
        attributes: Attributes,
        modules: Modules,
        sharing: Sharing,
    ) -> None:
        self.scopes = scopes
        self.tree = scopes.tree
        self.names = names
        self.flow = flow
        self.attributes = attributes
        self.modules = modules
        self.sharing = sharing
        self.binding_at: dict[int, Binding] = {
            id(binding.node): binding
            for scope in (scopes.module, *scopes.scope_of.values())
            for bindings in scope.bindings.values()
            for binding in bindings
        }
        # Operators that the file's own classes define may hand an operand through.
        self._own_operators = any(
            name.startswith("__") and name.strip("_") in _OPERATORS
            for scope in scopes.scope_of.values()
            if scope.kind is ScopeKind.CLASS
            for name in scope.bindings
        )

    def climb(self, node: cst.CSTNode) -> Iterator[Found]:
        """What happens to the value of `node`: events, and the holders it flows to."""
        unwrapped = False
        for item in self._rise(node):
            if item is UNWRAPPED:
                unwrapped = True
            else:
                yield replace(item, unwrapped=True) if unwrapped else item

    def _rise(self, node: cst.CSTNode) -> Iterator[Found]:
        came: list[tuple[cst.Tuple | cst.List, cst.CSTNode]] = []
        while True:
            parent = self.tree.parent(node)
            if parent is None:
                return
            if isinstance(parent, cst.Attribute):
                above = yield from self._attribute(node, parent)
            elif isinstance(parent, cst.Arg):
                above = yield from self._argument(node, parent)
            elif isinstance(parent, cst.Subscript) and parent.value is node:
                above = yield from self._subscript(parent)
            elif isinstance(parent, (cst.Assign, cst.AnnAssign)):
                if parent.value is node:
                    targets: list[cst.CSTNode] = (
                        [parent.target]
                        if isinstance(parent, cst.AnnAssign)
                        else [target.target for target in parent.targets]
                    )
                    for target in targets:
                        yield from self.bound(_narrow(target, came), parent.value)
                return
            elif isinstance(parent, cst.NamedExpr):
                yield from self.bound(parent.target, parent.value)
                above = parent
            elif isinstance(parent, cst.AugAssign):
                yield from self._augmented(node, parent)
                return
            elif isinstance(parent, (cst.For, cst.CompFor)):
                if parent.iter is node:
                    for target in self._taking(parent):
                        yield from self.bound(target, parent.iter)
                return
            elif isinstance(parent, (cst.Return, cst.Lambda)):
                yield from self._returned(node, parent)
                return
            elif isinstance(parent, (cst.Tuple, cst.List)):
                above = parent
            elif isinstance(parent, (cst.Element, cst.StarredElement)):
                outer = self.tree.parent(parent)
                if isinstance(outer, (cst.Tuple, cst.List)):
                    came.append((outer, parent))
                    above = outer
                elif isinstance(outer, cst.Set):
                    yield _kept(outer, "it is put into a set")
                    return
                else:
                    above = outer
            elif isinstance(parent, (cst.DictElement, cst.StarredDictElement)):
                if isinstance(parent, cst.DictElement) and parent.key is node:
                    yield _kept(parent, "it is a key of a dictionary")
                    return
                above = self.tree.parent(parent)
            elif (isinstance(parent, (cst.ListComp, cst.GeneratorExp)) and parent.elt is node) or (
                isinstance(parent, cst.DictComp) and parent.value is node
            ):
                above = parent
            elif isinstance(parent, (cst.SetComp, cst.DictComp)):
                yield _kept(parent, "it is hashed")
                return
            elif isinstance(parent, cst.IfExp):
                above = None if parent.test is node else parent
            elif isinstance(parent, cst.BooleanOperation):
                above = parent
            elif isinstance(parent, cst.UnaryOperation):
                above = parent if isinstance(parent.operator, cst.Plus) else None
            elif isinstance(parent, cst.BinaryOperation):
                lists = isinstance(parent.operator, (cst.Add, cst.Multiply, cst.BitOr))
                above = parent if lists and self.sharing.may_be_list(node) else None
                if self._own_operators:
                    text = "an operator of a class of this file may get it"
                    yield event(EventKind.ESCAPE, parent, text)
            elif isinstance(parent, (cst.Comparison, cst.ComparisonTarget)):
                yield from self._compared(node, parent)
                return
            elif isinstance(parent, _OPENING):
                yield event(EventKind.ESCAPE, parent, "it goes into code that is not seen")
                return
            elif isinstance(parent, cst.Del):
                yield event(EventKind.OBJECT, parent, "a part of it is deleted")
                return
            elif isinstance(parent, cst.Match):
                yield event(EventKind.ESCAPE, parent, "it is matched against patterns")
                return
            elif isinstance(parent, cst.Index):
                yield from self._index(parent)
                return
            else:
                # Tests, slices, format strings, expression statements: the value is only read.
                return
            if above is None:
                return
            node = above

    def _attribute(self, node: cst.CSTNode, parent: cst.Attribute) -> _Climb:
        """An attribute or a method of the value."""
        name = parent.attr.value
        if self.attributes.holder(parent) is not None:
            return None
        if name == "volatile":
            # Setting it only warns.
            return None
        call = self.tree.parent(parent)
        if isinstance(call, cst.Call) and call.func is parent:
            return (yield from self._method(node, name, call))
        if isinstance(call, (cst.AssignTarget, cst.Del)) or (
            isinstance(call, (cst.AugAssign, cst.AnnAssign, cst.For)) and call.target is parent
        ):
            statement = self.tree.parent(call)
            if not _narrows_dataset(node, parent, statement) and not _switches_off(name, statement):
                yield event(EventKind.OBJECT, parent, f"its attribute `{name}` is set")
            return None
        if name in NON_TENSOR_ATTRIBUTES or name == "data":
            # What is done through `.data` is done to another object.
            return None
        if (name in ATTRIBUTES and name != "grad") or name in ("dataset", "tensors"):
            return parent
        if name in METHODS or name in TUPLE_METHODS or name in _PUTS or name.endswith("_"):
            yield event(EventKind.ESCAPE, parent, f"its method `{name}` is taken as a value")
        elif isinstance(node, cst.BaseExpression):
            text = f"its attribute `{name}` is read"
            yield Found(Event(EventKind.SEEN, parent, text, receiver=node, fine=_NO_TENSORS))
        return None

    def _method(self, node: cst.CSTNode, name: str, call: cst.Call) -> _Climb:
        """A method of the value is called."""
        if name in RESHAPE_IN_PLACE_METHODS or name in _OF_THE_OBJECT:
            shape = name in RESHAPE_IN_PLACE_METHODS and name != "set_"
            kind = EventKind.SEEN if shape else EventKind.OBJECT
            yield event(kind, call, f"`.{name}(...)` changes it")
            return call
        arguments = tuple(argument.value for argument in call.args)
        if name.endswith("_") and not name.endswith("__"):
            text = f"`.{name}(...)` writes into it"
            yield Found(Event(EventKind.WRITE, call, text, operands=arguments))
            return call
        if name in _PUTS:
            for argument in call.args[-1:]:
                yield Found(put=Put(argument.value, _PUTS[name]))
            return None
        if name in _READ_OF_CONTAINERS and name not in METHODS and name not in TUPLE_METHODS:
            return call
        identity = self.sharing.identity(call)
        if identity in (Identity.NEW, Identity.DETACHED):
            return None
        if identity is not None:
            return call
        if isinstance(node, cst.BaseExpression) and self.modules.callees(node) is None:
            text = f"`.{name}(...)` is called on it"
            yield Found(Event(EventKind.ESCAPE, call, text, receiver=node))
        return None

    def _argument(self, node: cst.CSTNode, argument: cst.Arg) -> _Climb:
        """The value is an argument of a call."""
        call = self.tree.parent(argument)
        if not isinstance(call, cst.Call):
            return None
        func = call.func
        if argument.keyword is not None and argument.keyword.value == "out":
            yield event(EventKind.OBJECT, call, "it is given as `out=`")
            return call
        origin = self.names.origin(func)
        if origin:
            return (yield from self._given(origin, call, argument))
        if self.sharing.tensor_types(func):
            return None if self.sharing.identity(call) is Identity.NEW else call
        callees = self.modules.callees(func)
        if callees is not None:
            if not self.modules.is_of_torch(func) and isinstance(node, cst.BaseExpression):
                # A module that is not seen leaves a tensor alone, but may fill a list.
                text = f"it is passed to `{self._text(func)}`, which is not seen"
                yield Found(Event(EventKind.USED, call, text, receiver=node))
            for callee in callees:
                yield from self._passed(callee, call, argument, skip=1)
            return call
        if isinstance(func, cst.Name) and self.names.is_builtin(func):
            if func.value in HARMLESS_BUILTINS:
                return None
            if func.value in _PASSING_BUILTINS:
                return call
            yield event(EventKind.OBJECT, call, f"`{func.value}(...)` gets it")
            return None
        function = self.sharing.function(func)
        if function is not None:
            yield from self._passed(function, call, argument)
            return None
        text = f"it is passed to `{self._text(func)}`, which is not seen"
        if not isinstance(func, cst.Attribute):
            yield event(EventKind.ESCAPE, call, text)
            return None
        name = func.attr.value
        if name in _PUTS:
            yield from self._put(func.value, call)
            return None
        if name in READING_METHODS and name not in self.modules.own_methods:
            return None
        yield Found(Event(EventKind.ESCAPE, call, text, receiver=func.value))
        kept = self.sharing.identity(call) not in (Identity.NEW, Identity.DETACHED, None)
        return call if kept else None

    def _given(self, origin: str, call: cst.Call, argument: cst.Arg) -> _Climb:
        """The value is given to something imported."""
        computing = self.sharing.computing(call)
        if computing is not None:
            return call if any(node is argument.value for node in computing.shared) else None
        last = origin.rpartition(".")[2]
        others = tuple(a.value for a in call.args if a is not argument)
        if origin in FUNCTIONS and (last in RESHAPE_IN_PLACE_METHODS or last in _OF_THE_OBJECT):
            yield event(EventKind.OBJECT, call, f"`{last}(...)` changes it")
            return call
        if origin.startswith("torch.nn.init.") or (origin in FUNCTIONS and last.endswith("_")):
            text = f"`{last}(...)` writes into it"
            yield Found(Event(EventKind.WRITE, call, text, operands=others))
            return call
        if origin == VARIABLE:
            data = read_call(call).data_argument
            if data is not argument or self.sharing.variable(call) is not Identity.SAME:
                return None
            yield UNWRAPPED
            return call
        identity = self.sharing.identity(call)
        inplace = any(a.keyword is not None and a.keyword.value == "inplace" for a in call.args)
        if identity in (Identity.NEW, Identity.DETACHED):
            return call if inplace else None
        if identity is not None or origin in HOLDER_FUNCTIONS:
            return call
        if origin in _NEW_OBJECTS:
            return None
        if origin == "torch.autograd.grad":
            # What is given as `grad_outputs` may come back itself.
            return call
        if origin == "copy.deepcopy":
            yield event(EventKind.SEEN, call, "it is copied, with what is the same object")
            return None
        if origin.startswith(CONTAINERS):
            return call
        text = f"it is passed to `{self._text(call.func)}`, which is not known"
        yield event(EventKind.ESCAPE, call, text)
        return None

    def _passed(
        self, function: cst.FunctionDef, call: cst.Call, argument: cst.Arg, skip: int = 0
    ) -> Iterator[Found]:
        """The value becomes a parameter of a function of this file, `skip` parameters on."""
        parameter = parameter_for(function, call, argument, skip)
        scope = self.scopes.scope_of.get(id(function))
        if parameter is None or scope is None:
            text = f"which parameter of `{function.name.value}` gets it is not seen"
            yield event(EventKind.ESCAPE, call, text)
            return
        for binding in scope.bindings.get(parameter, ()):
            if binding.kind is BindingKind.PARAMETER:
                yield Found(parameter=binding)
                yield from self._unseen(binding, call)

    def _subscript(self, parent: cst.Subscript) -> _Climb:
        """A part of the value is read or written."""
        above = self.tree.parent(parent)
        if isinstance(above, cst.AugAssign) and above.target is parent:
            text = f"`{self._text(parent)}` is written"
            yield Found(Event(EventKind.WRITE, above, text, operands=(above.value,)))
            yield Found(put=Put(above.value, (ANY,)))
            return None
        if isinstance(above, cst.Del):
            return None
        target: cst.CSTNode = parent
        while isinstance(above, (cst.Element, cst.Tuple, cst.List, cst.StarredElement)):
            target, above = above, self.tree.parent(above)
        statement = self.tree.parent(above) if isinstance(above, cst.AssignTarget) else above
        if isinstance(statement, cst.Assign) and isinstance(above, cst.AssignTarget):
            written = statement.value
        elif isinstance(statement, (cst.AnnAssign, cst.For)) and statement.target is target:
            if not isinstance(statement, cst.AnnAssign) or statement.value is None:
                yield event(EventKind.ESCAPE, parent, "a part of it is a loop variable")
                return None
            written = statement.value
        else:
            return parent
        text = f"`{self._text(parent)}` is written"
        yield Found(Event(EventKind.WRITE, parent, text, operands=(written,)))
        yield Found(put=Put(written, () if target is parent else (ANY,)))
        return None

    def _augmented(self, node: cst.CSTNode, parent: cst.AugAssign) -> Iterator[Found]:
        """`value op= ...`, or `... op= value`."""
        target = parent.target
        if target is node:
            text = f"`{self._text(parent)}` writes into it"
            yield Found(Event(EventKind.WRITE, parent, text, operands=(parent.value,)))
            yield Found(put=Put(parent.value, (ANY,)))
        if isinstance(target, cst.Name) or target is not node:
            yield from self.bound(target, parent.value)

    def _returned(self, node: cst.CSTNode, parent: cst.CSTNode) -> Iterator[Found]:
        """The value is given back by a function or a lambda."""
        if isinstance(parent, cst.Lambda):
            if parent.body is node:
                yield event(EventKind.ESCAPE, parent, "a lambda gives it back")
            return
        yield event(EventKind.RETURNED, parent, "it is returned")
        scope: Scope | None = self.scopes.scope_at(parent)
        while scope is not None and scope.kind is not ScopeKind.FUNCTION:
            scope = scope.parent
        if scope is not None:
            yield Found(holder=("return", id(scope.node), ""))

    def _compared(self, node: cst.CSTNode, parent: cst.CSTNode) -> Iterator[Found]:
        comparison = parent if isinstance(parent, cst.Comparison) else self.tree.parent(parent)
        if not isinstance(comparison, cst.Comparison):
            return
        sides = [comparison.left, *(target.comparator for target in comparison.comparisons)]
        others = [side for side in sides if side is not node]
        for target in comparison.comparisons:
            if isinstance(target.operator, (cst.In, cst.NotIn)):
                yield event(EventKind.SEEN, comparison, "it is looked for by `in`")
                return
            if isinstance(target.operator, (cst.Is, cst.IsNot)) and not all(
                isinstance(other, cst.Name) and other.value == "None" for other in others
            ):
                yield event(EventKind.SEEN, comparison, "its identity is compared")
                return
        equal = (cst.Equal, cst.NotEqual)
        if isinstance(node, cst.BaseExpression) and any(
            isinstance(target.operator, equal) for target in comparison.comparisons
        ):
            # Lists compare what they hold by identity first.
            text = "it is compared"
            yield Found(Event(EventKind.SEEN, comparison, text, receiver=node, fine=_BY_VALUE))

    def _index(self, node: cst.Index) -> Iterator[Found]:
        """The value is an index, or a key: which of two tensors it is matters to a dictionary."""
        element = self.tree.parent(node)
        subscript = None if element is None else self.tree.parent(element)
        if isinstance(subscript, cst.Subscript):
            text = f"it is a key in `{self._text(subscript)}`"
            yield Found(
                Event(
                    EventKind.SEEN,
                    subscript,
                    text,
                    receiver=subscript.value,
                    fine=_BY_VALUE,
                    keeps=True,
                )
            )

    def bound(self, target: cst.CSTNode, value: cst.BaseExpression) -> Iterator[Found]:
        """The holders a value goes to by an assignment."""
        if isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                yield from self.bound(element.value, value)
        elif isinstance(target, cst.Name):
            binding = self.binding_at.get(id(target))
            if binding is not None:
                yield Found(holder=binding)
                yield from self._unseen(binding, target)
                if binding.scope.kind is ScopeKind.CLASS:
                    yield event(EventKind.ESCAPE, target, "it is an attribute of a class")
        elif isinstance(target, cst.Attribute):
            holder = self.attributes.holder(target)
            if holder is not None:
                yield Found(holder=holder)
            if holder is None or not self.attributes.closed(holder):
                text = f"it is stored in `{self._text(target)}`"
                yield event(EventKind.ESCAPE, target, text)
        elif isinstance(target, cst.Subscript):
            yield from self._put(target.value, target)

    def _taking(self, loop: cst.For | cst.CompFor) -> list[cst.CSTNode]:
        """The targets of a loop that take what is gone through: not the number of the round."""
        target, iterated = loop.target, loop.iter
        if (
            isinstance(iterated, cst.Call)
            and isinstance(iterated.func, cst.Name)
            and iterated.func.value == "enumerate"
            and self.names.is_builtin(iterated.func)
            and isinstance(target, (cst.Tuple, cst.List))
            and all(isinstance(element, cst.Element) for element in target.elements)
        ):
            return [element.value for element in target.elements[1:]]
        return [target]

    def _unseen(self, binding: Binding, node: cst.CSTNode) -> Iterator[Found]:
        """An event where what is done to a holder through its name is not followed."""
        if self.flow.may_be_other(binding.name, binding.scope):
            yield event(EventKind.ESCAPE, node, f"what is done to `{binding.name}` is not followed")

    def _put(self, container: cst.BaseExpression, node: cst.CSTNode) -> Iterator[Found]:
        """A value is put into a container: it is as safe there as the container is."""
        holders = list(self.sharing.behind(container))
        text = f"it is put into `{self._text(container)}`"
        if not holders or not isinstance(container, (cst.Name, cst.Attribute)):
            yield event(EventKind.ESCAPE, node, text)
            return
        for holder in holders:
            yield Found(holder=holder)
        yield Found(Event(EventKind.ESCAPE, node, text, contents=container))

    def _text(self, node: cst.CSTNode) -> str:
        text = " ".join(self.tree.code(node).split())
        return text if len(text) <= 40 else text[:37] + "..."


def _narrows_dataset(
    node: cst.CSTNode, target: cst.Attribute, statement: cst.CSTNode | None
) -> bool:
    """Whether `loader.dataset.x = loader.dataset.x[...]` is set: a part of what it held."""
    if not isinstance(node, cst.Attribute) or node.attr.value != "dataset":
        return False
    if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
        return False
    value = statement.value
    while isinstance(value, cst.Subscript):
        value = value.value
    return value is not statement.value and value.deep_equals(target)


def _switches_off(name: str, statement: cst.CSTNode | None) -> bool:
    """Whether `tensor.requires_grad = False` is set: what is part of no graph stays as it is."""
    if name != "requires_grad" or not isinstance(statement, cst.Assign):
        return False
    return isinstance(statement.value, cst.Name) and statement.value.value == "False"


def _kept(node: cst.CSTNode, text: str) -> Found:
    """An event by which something holds the object from then on."""
    return Found(Event(EventKind.SEEN, node, text, keeps=True))


def _narrow(
    target: cst.CSTNode, came: list[tuple[cst.Tuple | cst.List, cst.CSTNode]]
) -> cst.CSTNode:
    """The part of a target that takes the element the value came up from."""
    for outer, element in reversed(came):
        if not isinstance(target, (cst.Tuple, cst.List)) or any(
            isinstance(e, cst.StarredElement) for e in (*target.elements, *outer.elements)
        ):
            break
        position = next(i for i, e in enumerate(outer.elements) if e is element)
        if position >= len(target.elements):
            break
        target = target.elements[position].value
    return target
