"""Who may hold the same tensor, and what is done to it through any of them.

Every binding (and every attribute of `self`) is a holder. Holders that may hold the same object, a
view of it, or a container it is in, are one group; the order of statements plays no part. What is
done to a member of a group and could tell two tensors that share storage from one is an event.
A proof that two tensors may become one needs a group without such events.
"""

from __future__ import annotations

import enum
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace

import libcst as cst

from varmigrate.analysis.attributes import Attributes
from varmigrate.analysis.called import Called, Calls
from varmigrate.analysis.calls import read_call
from varmigrate.analysis.flow import ANY, Flow, Path
from varmigrate.analysis.modules import Modules
from varmigrate.analysis.names import VARIABLE, Names
from varmigrate.analysis.scopes import Binding, BindingKind, Scope, ScopeKind, Scopes
from varmigrate.torch_facts.attributes import (
    ATTRIBUTES,
    HOLDER_FUNCTIONS,
    NON_TENSOR_ATTRIBUTES,
)
from varmigrate.torch_facts.constructors import (
    INTEGER_TENSOR_TYPES,
    SPARSE_TENSOR_TYPES,
    TENSOR_TYPES,
)
from varmigrate.torch_facts.factories import FACTORIES
from varmigrate.torch_facts.functions import FUNCTIONS, NON_TENSOR_FUNCTIONS, TUPLE_FUNCTIONS
from varmigrate.torch_facts.kinds import Identity
from varmigrate.torch_facts.methods import (
    METHODS,
    NON_TENSOR_METHODS,
    READING_METHODS,
    RESHAPE_IN_PLACE_METHODS,
    TUPLE_METHODS,
)

Holder = Binding | tuple[str, int, str]
"""A binding, or ("attribute", id of the class, name), or ("return", id of the function, "")."""


class EventKind(enum.Enum):
    """What is done to a held tensor.

    WRITE: changed in place with operands, harmless when none of them is part of a graph. SEEN:
    something that belongs to the object alone is looked at or given another shape (identity, hash,
    gradient, strides), which attaches nothing. OBJECT: something of the object is changed that may
    attach it. USED: given to a module that is not seen, harmless for a tensor. ESCAPE: given to
    code that is not seen. RETURNED: given back to the caller.
    """

    WRITE = "write"
    SEEN = "seen"
    USED = "used"
    OBJECT = "object"
    ESCAPE = "escape"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing done to a held tensor: where, in words, and the operands that decide (WRITE).

    receiver: for ESCAPE as an argument of a method, the object whose method it is; no escape when
    that is a number, an array or a tensor (whose methods are known). For SEEN, the object that has
    to be of a kind in `fine` for the event to be harmless. contents: for ESCAPE into a container,
    the container, no escape when it is a list of this file.
    """

    kind: EventKind
    node: cst.CSTNode
    text: str
    operands: tuple[cst.BaseExpression, ...] = ()
    receiver: cst.BaseExpression | None = None
    contents: cst.BaseExpression | None = None
    fine: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Put:
    """Something put into a container: the element is at `path` in `expression`."""

    expression: cst.BaseExpression
    path: Path = ()


@dataclass(eq=False, slots=True)
class Group:
    """Holders that may hold the same tensor, all events on them, and what is put into them.

    lasting: one of them outlives a call (a global, an attribute, a name of an outer function).
    into: parameters that are given what the group holds; given: the holders that a parameter in the
    group is given. An argument of one call is not what another call gives. wraps: the reads whose
    value goes on through a Variable, and stays the same tensor when that is dropped.
    """

    members: dict[Holder, None] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    puts: list[Put] = field(default_factory=list)
    lasting: bool = False
    into: list[Holder] = field(default_factory=list)
    given: list[Holder] = field(default_factory=list)
    wraps: list[cst.Name] = field(default_factory=list)

    @property
    def mixes(self) -> bool:
        """Whether it holds two parameters: what one argument holds may end up in another."""
        parameters = (
            isinstance(member, Binding) and member.kind is BindingKind.PARAMETER
            for member in self.members
        )
        return sum(parameters) > 1


@dataclass(frozen=True, slots=True)
class _Found:
    """What climbing from a value found: an event, a holder or parameter it flows to, or a put.

    unwrapped: it was found behind a Variable, which makes another tensor as long as it is there.
    """

    event: Event | None = None
    holder: Holder | None = None
    parameter: Binding | None = None
    put: Put | None = None
    unwrapped: bool = False


_UNWRAPPED = _Found(unwrapped=True)


_HARMLESS_BUILTINS = frozenset(
    "print len int float bool str repr isinstance type range round format callable hasattr "
    "issubclass abs divmod pow any all".split()
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
_CONTAINERS = ("torch.utils.data.", "numpy.", "math.")
_OPERATORS = frozenset(
    f"{prefix}{name}"
    for prefix in ("", "r", "i")
    for name in "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
)
_NO_TENSORS = frozenset({"other", "sequence", "opaque"})
_BY_VALUE = frozenset({"tensor", "other"})
_OPENING = (cst.WithItem, cst.Decorator, cst.Raise, cst.Param, cst.Await, cst.Yield, cst.From)
_NO_VALUES = (BindingKind.IMPORT, BindingKind.FUNCTION, BindingKind.CLASS)
_Climb = Generator[_Found, None, cst.CSTNode | None]


class Holders:
    """The groups of one file, computed once."""

    def __init__(
        self,
        scopes: Scopes,
        names: Names,
        flow: Flow,
        attributes: Attributes,
        modules: Modules,
    ) -> None:
        self.scopes = scopes
        self.tree = scopes.tree
        self.names = names
        self.flow = flow
        self.attributes = attributes
        self.modules = modules
        # The calls that lead to functions of other files which only compute.
        self.calls: Calls | None = None
        # The first of each pair is for the program as it is, the second for one without Variable.
        self._up: tuple[dict[Holder, Holder], dict[Holder, Holder]] = ({}, {})
        self._groups: tuple[dict[Holder, Group], dict[Holder, Group]] | None = None
        self._found: dict[Holder, list[_Found]] = {}
        self._loads: dict[Binding, list[cst.Name]] = {}
        self._calls: dict[int, list[cst.Call]] = {}
        self._wraps: dict[Holder, list[cst.Name]] = {}
        # Operators that the file's own classes define may hand an operand through.
        self._own_operators = any(
            name.startswith("__") and name.strip("_") in _OPERATORS
            for scope in scopes.scope_of.values()
            if scope.kind is ScopeKind.CLASS
            for name in scope.bindings
        )
        self._binding_at: dict[int, Binding] = {
            id(binding.node): binding
            for scope in (scopes.module, *scopes.scope_of.values())
            for bindings in scope.bindings.values()
            for binding in bindings
        }

    # -- questions -----------------------------------------------------------------------------

    def group(self, holder: Holder, unwrapped: bool = False) -> Group:
        """The group of a holder; `unwrapped`: as it would be if every Variable were dropped."""
        groups = self._built()[unwrapped]
        root = self._root(holder, unwrapped)
        group = groups.get(root)
        if group is None:
            group = groups[root] = Group({holder: None})
        return group

    def groups_of(self, node: cst.BaseExpression) -> list[Group]:
        """The groups, without any Variable, whose tensor the value of `node` may share with."""
        groups = (self.group(holder, unwrapped=True) for holder in self.behind(node))
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
        for item in self._climb(node):
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

    # -- what stands behind an expression ------------------------------------------------------

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
        elif isinstance(node, cst.BinaryOperation) and self._listish(node):
            yield from self.behind(node.left)
            yield from self.behind(node.right)

    def _behind_call(self, node: cst.Call) -> Iterator[Holder]:
        identity = self._identity(node)
        if identity in (Identity.NEW, Identity.DETACHED):
            return
        computing = self._computing(node)
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

    def _computing(self, call: cst.Call) -> Called | None:
        """The call, if it leads to a function of another file that only computes."""
        called = None if self.calls is None else self.calls.of(call)
        return None if called is None or called.here else called

    def _identity(self, node: cst.Call) -> Identity | None:
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
                return self._variable(node)
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
    def _variable(node: cst.Call) -> Identity:
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
                found = list(self._climb(load.node))
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
                    for item in self._climb(node):
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
        for binding in self._binding_at.values():
            if isinstance(binding.statement, cst.Assign) and len(binding.statement.targets) > 1:
                statements[id(binding.statement)] = binding.statement
            parent = self.tree.parent(binding.node)
            if isinstance(parent, cst.NamedExpr):
                for item in self._climb(parent):
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
                for item in self._bound(target.target, statement.value)
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

    def _take(self, holder: Holder, item: _Found) -> None:
        if item.holder is not None:
            self._unite(holder, item.holder, True)
            if not item.unwrapped:
                self._unite(holder, item.holder, False)
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
                    if self.function(load) is function:
                        calls.append(parent)
                        holder: Holder = ("return", id(function), "")
                        for item in self._climb(parent):
                            self._take(holder, item)
                    else:
                        plain = False
                else:
                    plain = False
            if plain and not function.decorators and not function.asynchronous:
                self._calls[id(function)] = calls

    # -- climbing from a value to what is done with it -----------------------------------------

    def _climb(self, node: cst.CSTNode) -> Iterator[_Found]:
        """What happens to the value of `node`: events, and the holders it flows to."""
        unwrapped = False
        for item in self._rise(node):
            if item is _UNWRAPPED:
                unwrapped = True
            else:
                yield replace(item, unwrapped=True) if unwrapped else item

    def _rise(self, node: cst.CSTNode) -> Iterator[_Found]:
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
                        yield from self._bound(_narrow(target, came), parent.value)
                return
            elif isinstance(parent, cst.NamedExpr):
                yield from self._bound(parent.target, parent.value)
                above = parent
            elif isinstance(parent, cst.AugAssign):
                yield from self._augmented(node, parent)
                return
            elif isinstance(parent, (cst.For, cst.CompFor)):
                if parent.iter is node:
                    for target in self._taking(parent):
                        yield from self._bound(target, parent.iter)
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
                    yield _event(EventKind.SEEN, outer, "it is put into a set")
                    return
                else:
                    above = outer
            elif isinstance(parent, (cst.DictElement, cst.StarredDictElement)):
                if isinstance(parent, cst.DictElement) and parent.key is node:
                    yield _event(EventKind.SEEN, parent, "it is a key of a dictionary")
                    return
                above = self.tree.parent(parent)
            elif (isinstance(parent, (cst.ListComp, cst.GeneratorExp)) and parent.elt is node) or (
                isinstance(parent, cst.DictComp) and parent.value is node
            ):
                above = parent
            elif isinstance(parent, (cst.SetComp, cst.DictComp)):
                yield _event(EventKind.SEEN, parent, "it is hashed")
                return
            elif isinstance(parent, cst.IfExp):
                above = None if parent.test is node else parent
            elif isinstance(parent, cst.BooleanOperation):
                above = parent
            elif isinstance(parent, cst.UnaryOperation):
                above = parent if isinstance(parent.operator, cst.Plus) else None
            elif isinstance(parent, cst.BinaryOperation):
                lists = isinstance(parent.operator, (cst.Add, cst.Multiply, cst.BitOr))
                above = parent if lists and self._listish(node) else None
                if self._own_operators:
                    text = "an operator of a class of this file may get it"
                    yield _event(EventKind.ESCAPE, parent, text)
            elif isinstance(parent, (cst.Comparison, cst.ComparisonTarget)):
                yield from self._compared(node, parent)
                return
            elif isinstance(parent, _OPENING):
                yield _event(EventKind.ESCAPE, parent, "it goes into code that is not seen")
                return
            elif isinstance(parent, cst.Del):
                yield _event(EventKind.OBJECT, parent, "a part of it is deleted")
                return
            elif isinstance(parent, cst.Match):
                yield _event(EventKind.ESCAPE, parent, "it is matched against patterns")
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
                yield _event(EventKind.OBJECT, parent, f"its attribute `{name}` is set")
            return None
        if name in NON_TENSOR_ATTRIBUTES or name == "data":
            # What is done through `.data` is done to another object.
            return None
        if (name in ATTRIBUTES and name != "grad") or name in ("dataset", "tensors"):
            return parent
        if name in METHODS or name in TUPLE_METHODS or name in _PUTS or name.endswith("_"):
            yield _event(EventKind.ESCAPE, parent, f"its method `{name}` is taken as a value")
        elif isinstance(node, cst.BaseExpression):
            text = f"its attribute `{name}` is read"
            yield _Found(Event(EventKind.SEEN, parent, text, receiver=node, fine=_NO_TENSORS))
        return None

    def _method(self, node: cst.CSTNode, name: str, call: cst.Call) -> _Climb:
        """A method of the value is called."""
        if name in RESHAPE_IN_PLACE_METHODS or name in _OF_THE_OBJECT:
            shape = name in RESHAPE_IN_PLACE_METHODS and name != "set_"
            kind = EventKind.SEEN if shape else EventKind.OBJECT
            yield _event(kind, call, f"`.{name}(...)` changes it")
            return call
        arguments = tuple(argument.value for argument in call.args)
        if name.endswith("_") and not name.endswith("__"):
            text = f"`.{name}(...)` writes into it"
            yield _Found(Event(EventKind.WRITE, call, text, operands=arguments))
            return call
        if name in _PUTS:
            for argument in call.args[-1:]:
                yield _Found(put=Put(argument.value, _PUTS[name]))
            return None
        if name in _READ_OF_CONTAINERS and name not in METHODS and name not in TUPLE_METHODS:
            return call
        identity = self._identity(call)
        if identity in (Identity.NEW, Identity.DETACHED):
            return None
        if identity is not None:
            return call
        if isinstance(node, cst.BaseExpression) and self.modules.callees(node) is None:
            text = f"`.{name}(...)` is called on it"
            yield _Found(Event(EventKind.ESCAPE, call, text, receiver=node))
        return None

    def _argument(self, node: cst.CSTNode, argument: cst.Arg) -> _Climb:
        """The value is an argument of a call."""
        call = self.tree.parent(argument)
        if not isinstance(call, cst.Call):
            return None
        func = call.func
        if argument.keyword is not None and argument.keyword.value == "out":
            yield _event(EventKind.OBJECT, call, "it is given as `out=`")
            return call
        origin = self.names.origin(func)
        if origin:
            return (yield from self._given(origin, call, argument))
        if self.tensor_types(func):
            return None if self._identity(call) is Identity.NEW else call
        callees = self.modules.callees(func)
        if callees is not None:
            if not self.modules.is_of_torch(func) and isinstance(node, cst.BaseExpression):
                # A module that is not seen leaves a tensor alone, but may fill a list.
                text = f"it is passed to `{self._text(func)}`, which is not seen"
                yield _Found(Event(EventKind.USED, call, text, receiver=node))
            for callee in callees:
                yield from self._passed(callee, call, argument, skip=1)
            return call
        if isinstance(func, cst.Name) and self.names.is_builtin(func):
            if func.value in _HARMLESS_BUILTINS:
                return None
            if func.value in _PASSING_BUILTINS:
                return call
            yield _event(EventKind.OBJECT, call, f"`{func.value}(...)` gets it")
            return None
        function = self.function(func)
        if function is not None:
            yield from self._passed(function, call, argument)
            return None
        text = f"it is passed to `{self._text(func)}`, which is not seen"
        if not isinstance(func, cst.Attribute):
            yield _event(EventKind.ESCAPE, call, text)
            return None
        name = func.attr.value
        if name in _PUTS:
            yield from self._put(func.value, call)
            return None
        if name in READING_METHODS and name not in self.modules.own_methods:
            return None
        yield _Found(Event(EventKind.ESCAPE, call, text, receiver=func.value))
        kept = self._identity(call) not in (Identity.NEW, Identity.DETACHED, None)
        return call if kept else None

    def _given(self, origin: str, call: cst.Call, argument: cst.Arg) -> _Climb:
        """The value is given to something imported."""
        computing = self._computing(call)
        if computing is not None:
            return call if any(node is argument.value for node in computing.shared) else None
        last = origin.rpartition(".")[2]
        others = tuple(a.value for a in call.args if a is not argument)
        if origin in FUNCTIONS and (last in RESHAPE_IN_PLACE_METHODS or last in _OF_THE_OBJECT):
            yield _event(EventKind.OBJECT, call, f"`{last}(...)` changes it")
            return call
        if origin.startswith("torch.nn.init.") or (origin in FUNCTIONS and last.endswith("_")):
            text = f"`{last}(...)` writes into it"
            yield _Found(Event(EventKind.WRITE, call, text, operands=others))
            return call
        if origin == VARIABLE:
            data = read_call(call).data_argument
            if data is not argument or self._variable(call) is not Identity.SAME:
                return None
            yield _UNWRAPPED
            return call
        identity = self._identity(call)
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
            yield _event(EventKind.SEEN, call, "it is copied, with what is the same object")
            return None
        if origin.startswith(_CONTAINERS):
            return call
        text = f"it is passed to `{self._text(call.func)}`, which is not known"
        yield _event(EventKind.ESCAPE, call, text)
        return None

    def _passed(
        self, function: cst.FunctionDef, call: cst.Call, argument: cst.Arg, skip: int = 0
    ) -> Iterator[_Found]:
        """The value becomes a parameter of a function of this file, `skip` parameters on."""
        parameter = parameter_for(function, call, argument, skip)
        scope = self.scopes.scope_of.get(id(function))
        if parameter is None or scope is None:
            text = f"which parameter of `{function.name.value}` gets it is not seen"
            yield _event(EventKind.ESCAPE, call, text)
            return
        for binding in scope.bindings.get(parameter, ()):
            if binding.kind is BindingKind.PARAMETER:
                yield _Found(parameter=binding)
                yield from self._unseen(binding, call)

    def _subscript(self, parent: cst.Subscript) -> _Climb:
        """A part of the value is read or written."""
        above = self.tree.parent(parent)
        if isinstance(above, cst.AugAssign) and above.target is parent:
            text = f"`{self._text(parent)}` is written"
            yield _Found(Event(EventKind.WRITE, above, text, operands=(above.value,)))
            yield _Found(put=Put(above.value, (ANY,)))
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
                yield _event(EventKind.ESCAPE, parent, "a part of it is a loop variable")
                return None
            written = statement.value
        else:
            return parent
        text = f"`{self._text(parent)}` is written"
        yield _Found(Event(EventKind.WRITE, parent, text, operands=(written,)))
        yield _Found(put=Put(written, () if target is parent else (ANY,)))
        return None

    def _augmented(self, node: cst.CSTNode, parent: cst.AugAssign) -> Iterator[_Found]:
        """`value op= ...`, or `... op= value`."""
        target = parent.target
        if target is node:
            text = f"`{self._text(parent)}` writes into it"
            yield _Found(Event(EventKind.WRITE, parent, text, operands=(parent.value,)))
            yield _Found(put=Put(parent.value, (ANY,)))
        if isinstance(target, cst.Name):
            yield from self._bound(target, parent.value)
        elif isinstance(target, cst.Attribute) and target is not node:
            holder = self.attributes.holder(target)
            if holder is not None:
                yield _Found(holder=holder)

    def _returned(self, node: cst.CSTNode, parent: cst.CSTNode) -> Iterator[_Found]:
        """The value is given back by a function or a lambda."""
        if isinstance(parent, cst.Lambda):
            if parent.body is node:
                yield _event(EventKind.ESCAPE, parent, "a lambda gives it back")
            return
        yield _event(EventKind.RETURNED, parent, "it is returned")
        scope: Scope | None = self.scopes.scope_at(parent)
        while scope is not None and scope.kind is not ScopeKind.FUNCTION:
            scope = scope.parent
        if scope is not None:
            yield _Found(holder=("return", id(scope.node), ""))

    def _compared(self, node: cst.CSTNode, parent: cst.CSTNode) -> Iterator[_Found]:
        comparison = parent if isinstance(parent, cst.Comparison) else self.tree.parent(parent)
        if not isinstance(comparison, cst.Comparison):
            return
        sides = [comparison.left, *(target.comparator for target in comparison.comparisons)]
        others = [side for side in sides if side is not node]
        for target in comparison.comparisons:
            if isinstance(target.operator, (cst.In, cst.NotIn)):
                yield _event(EventKind.SEEN, comparison, "it is looked for by `in`")
                return
            if isinstance(target.operator, (cst.Is, cst.IsNot)) and not all(
                isinstance(other, cst.Name) and other.value == "None" for other in others
            ):
                yield _event(EventKind.SEEN, comparison, "its identity is compared")
                return
        equal = (cst.Equal, cst.NotEqual)
        if isinstance(node, cst.BaseExpression) and any(
            isinstance(target.operator, equal) for target in comparison.comparisons
        ):
            # Lists compare what they hold by identity first.
            text = "it is compared"
            yield _Found(Event(EventKind.SEEN, comparison, text, receiver=node, fine=_BY_VALUE))

    def _index(self, node: cst.Index) -> Iterator[_Found]:
        """The value is an index, or a key: which of two tensors it is matters to a dictionary."""
        element = self.tree.parent(node)
        subscript = None if element is None else self.tree.parent(element)
        if isinstance(subscript, cst.Subscript):
            text = f"it is a key in `{self._text(subscript)}`"
            yield _Found(
                Event(EventKind.SEEN, subscript, text, receiver=subscript.value, fine=_BY_VALUE)
            )

    def _listish(self, node: cst.CSTNode, depth: int = 3) -> bool:
        """Whether an operand of `+` or `*` may be a list or tuple; true when that is not known."""
        if isinstance(node, (cst.BaseNumber, cst.BaseString, cst.UnaryOperation, cst.Comparison)):
            return False
        if isinstance(node, cst.BinaryOperation):
            lists = isinstance(node.operator, (cst.Add, cst.Multiply, cst.BitOr))
            sides = (node.left, node.right)
            return lists and all(self._listish(side, depth) for side in sides)
        if isinstance(node, cst.IfExp):
            return self._listish(node.body, depth) or self._listish(node.orelse, depth)
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
        if self._identity(node) is not None or self.tensor_types(node.func):
            return False
        origin = self.names.origin(node.func)
        if origin:
            return not origin.startswith(_CONTAINERS)
        func = node.func
        plain = isinstance(func, cst.Name) and self.names.is_builtin(func)
        return not (plain and isinstance(func, cst.Name) and func.value in _HARMLESS_BUILTINS)

    def _binds_list(self, binding: Binding, depth: int) -> bool:
        made = self.flow.made(binding)
        if made is not None:
            return self._listish(made, depth)
        source = self.flow.source(binding)
        return source is None or self._holds_lists(source.expression, depth)

    def _holds_lists(self, node: cst.BaseExpression, depth: int) -> bool:
        """Whether an element of an expression may be a list: not if it is a batch or a number."""
        if isinstance(node, cst.Call):
            origin = self.names.origin(node.func)
            if origin:
                return not origin.startswith(_CONTAINERS)
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

    def _bound(self, target: cst.CSTNode, value: cst.BaseExpression) -> Iterator[_Found]:
        """The holders a value goes to by an assignment."""
        if isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                yield from self._bound(element.value, value)
        elif isinstance(target, cst.Name):
            binding = self._binding_at.get(id(target))
            if binding is not None:
                yield _Found(holder=binding)
                yield from self._unseen(binding, target)
                if binding.scope.kind is ScopeKind.CLASS:
                    yield _event(EventKind.ESCAPE, target, "it is an attribute of a class")
        elif isinstance(target, cst.Attribute):
            holder = self.attributes.holder(target)
            if holder is not None:
                yield _Found(holder=holder)
            if holder is None or not self.attributes.closed(holder):
                text = f"it is stored in `{self._text(target)}`"
                yield _event(EventKind.ESCAPE, target, text)
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

    def _unseen(self, binding: Binding, node: cst.CSTNode) -> Iterator[_Found]:
        """An event where what is done to a holder through its name is not followed."""
        if self.flow.may_be_other(binding.name, binding.scope):
            yield _event(
                EventKind.ESCAPE, node, f"what is done to `{binding.name}` is not followed"
            )

    def _put(self, container: cst.BaseExpression, node: cst.CSTNode) -> Iterator[_Found]:
        """A value is put into a container: it is as safe there as the container is."""
        holders = list(self.behind(container))
        text = f"it is put into `{self._text(container)}`"
        if not holders or not isinstance(container, (cst.Name, cst.Attribute)):
            yield _event(EventKind.ESCAPE, node, text)
            return
        for holder in holders:
            yield _Found(holder=holder)
        yield _Found(Event(EventKind.ESCAPE, node, text, contents=container))

    def _text(self, node: cst.CSTNode) -> str:
        text = " ".join(self.tree.code(node).split())
        return text if len(text) <= 40 else text[:37] + "..."


def _event(kind: EventKind, node: cst.CSTNode, text: str) -> _Found:
    return _Found(Event(kind, node, text))


def _is_sized(node: cst.Call) -> bool:
    """Whether a constructor is given sizes: several arguments, none of which hides others."""
    return len(node.args) > 1 and not any(a.star or a.keyword for a in node.args)


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


def parameter_for(
    function: cst.FunctionDef, call: cst.Call, argument: cst.Arg, skip: int = 0
) -> str | None:
    """The name of the parameter that an argument of a call becomes; None when it is not told.

    skip: how many parameters stand before that of the first argument (1 for `self`).
    """
    if argument.star or any(other.star for other in call.args):
        return None
    parameters = function.params
    if argument.keyword is not None:
        known = (*parameters.params, *parameters.kwonly_params)
        names = [parameter.name.value for parameter in known]
        return argument.keyword.value if argument.keyword.value in names else None
    positional = (*parameters.posonly_params, *parameters.params)[skip:]
    index = next((i for i, other in enumerate(call.args) if other is argument), -1)
    return positional[index].name.value if 0 <= index < len(positional) else None
