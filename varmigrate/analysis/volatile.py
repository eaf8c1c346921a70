"""What depends on a volatile value in a function: the computations PyTorch 0.3 kept no graph of.

One volatile input made every result computed from it volatile. A value is followed here through
names, attributes, containers, loops and comprehensions of one function. What may be volatile on one
way and part of a graph on another is told apart from what surely is volatile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.flow import ANY, Path
from varmigrate.analysis.scopes import Binding, BindingKind, Scope, ScopeKind, dotted_name
from varmigrate.analysis.sites import SiteKind
from varmigrate.analysis.tree import children, statement_of
from varmigrate.torch_facts.attributes import NON_TENSOR_ATTRIBUTES
from varmigrate.torch_facts.functions import FUNCTIONS, NON_TENSOR_FUNCTIONS
from varmigrate.torch_facts.kinds import Graph
from varmigrate.torch_facts.losses import LOSS_FUNCTIONS
from varmigrate.torch_facts.methods import METHODS, NON_TENSOR_METHODS, TUPLE_METHODS
from varmigrate.torch_facts.quiet import (
    ADDING_METHODS,
    CONTAINER_BUILTINS,
    QUIET_BUILTINS,
    TAKING_METHODS,
)

if TYPE_CHECKING:
    from varmigrate.analysis.file import FileAnalysis

PLAIN = 0
"""Neither: a number, a text, an empty container."""
VOLATILE = 1
OTHER = 2
"""May be part of a graph, and is not volatile."""
FREE = 8
"""A tensor that is provably no part of a graph, and is not volatile."""
_NOT_YET = 4
"""Not computed so far; stands alone."""

OPERATIONS = (cst.Call, cst.BinaryOperation, cst.UnaryOperation, cst.Subscript, cst.AugAssign)
"""Nodes that compute something when they are evaluated."""

_DATA_ATTRIBUTES = frozenset({"data", "volatile", "requires_grad", "is_leaf", "grad_fn"})
GRAD_MODES = frozenset(
    {
        "torch.no_grad",
        "torch.set_grad_enabled",
        "torch.inference_mode",
        "torch.autograd.no_grad",
        "torch.autograd.set_grad_enabled",
        "torch.autograd.grad_mode.no_grad",
    }
)
_DEEPEST = 3
_NO_PRODUCERS: Mapping[int, Producer] = MappingProxyType({})
_CONSUMERS = frozenset("list tuple set dict sum any all max min sorted len".split())


class Producer(Protocol):
    """What a call runs that gives back what depends on a volatile value."""

    @property
    def function(self) -> cst.CSTNode | None:
        """The node of what is run; None when it stands in another file."""

    @property
    def covered(self) -> bool:
        """Whether it stands in another file, and all it computes may go without a graph."""

    def returned(self, path: Path = ()) -> int:
        """The bits of what it gives back, or of the element at `path`."""


class Contamination:
    """The volatile values of one function, or of the top of a file.

    function: the node that opens the scope. sources: the calls that make volatile values in it, and
    reads of what holds nothing else. producers: id of a call -> the function it runs, whose result
    depends on volatile values. depth: how many calls of wrappers lead here.
    """

    covered = False

    def __init__(
        self,
        analysis: FileAnalysis,
        function: cst.CSTNode,
        sources: Iterable[cst.CSTNode],
        producers: Mapping[int, Producer] = _NO_PRODUCERS,
        depth: int = 0,
    ) -> None:
        self._depth = depth
        self._producers = producers
        self.analysis = analysis
        self.tree = analysis.tree
        self.names = analysis.names
        self.flow = analysis.flow
        self.function = function
        self.scope: Scope = analysis.scopes.scope_of[id(function)]
        self.sources = {id(node) for node in sources}
        self._bindings: dict[int, int] = {}
        self._known: dict[int, Binding] = {}
        self._stores: dict[str, list[tuple[cst.BaseExpression, cst.BaseExpression]]] = {}
        self._stored_bits: dict[int, int] = {}
        # What containers behind attributes were given.
        self._held: dict[str, int] = {}
        self._puts: list[tuple[cst.BaseExpression, cst.BaseExpression]] = []
        self._switches: list[tuple[cst.Name, bool, cst.CSTNode]] = []
        self._memo: dict[int, int] = {}
        # Methods of classes of the project, which a container has as well.
        self._own_methods = analysis.modules.own_methods
        self._nodes = list(evaluated(function))
        self._collect()
        self._solve()

    # -- questions -----------------------------------------------------------------------------

    def bits(self, node: cst.CSTNode) -> int:
        """PLAIN, VOLATILE, OTHER, or both of the latter where the ways to `node` differ."""
        return self._of(node) & (VOLATILE | OTHER | FREE)

    def _of(self, node: cst.CSTNode) -> int:
        key = id(node)
        if key not in self._memo:
            self._memo[key] = self._bits(node)
        return self._memo[key]

    def computes(self, node: cst.CSTNode) -> int:
        """The bits of what an operation computes from volatile operands; PLAIN if it does not.

        Operations that cannot record a graph (results without history, containers), or that are
        written under a gradient mode already, count as PLAIN.
        """
        if not isinstance(node, OPERATIONS):
            return PLAIN
        if isinstance(node, cst.Call) and not covered(self.analysis, node):
            besides = self._computed_besides(node)
            if besides & VOLATILE:
                return besides
        if id(node) in self.sources:
            return PLAIN
        if id(node) in self._producers:
            # What it runs has a region of its own.
            return PLAIN
        if isinstance(node, cst.AugAssign):
            found = self._operation([self.bits(node.target), self.bits(node.value)])
        else:
            found = self.bits(node)
        if not found & VOLATILE or covered(self.analysis, node):
            return PLAIN
        if isinstance(node, cst.Call) and (self._hands_on(node) or self._site_of(node)):
            return PLAIN
        if isinstance(node, cst.Subscript) and isinstance(
            self.tree.parent(node), (cst.AssignTarget, cst.Del)
        ):
            return PLAIN
        if isinstance(node, cst.BaseExpression) and (
            (self.free(node) and self._only_computes(node)) or self._from_leaves(node, set())
        ):
            # What a function computes besides its result is not told by the result.
            return PLAIN
        if found == VOLATILE | FREE and self._only_computes(node):
            # Where its operand is free and not volatile it records nothing either.
            return VOLATILE
        return found

    def _computed_besides(self, node: cst.Call) -> int:
        """The bits of what a function of this file computes with what it is given.

        Asked of wrappers, and of functions that make volatile values and cover them themselves. Of
        one in another file, everything.
        """
        site = self.analysis.calls.get(id(node))
        made = self._producers.get(id(node))
        function: cst.CSTNode | None = None
        if made is not None:
            function = made.function
        elif site is not None and site.kind is SiteKind.WRAPPER_CALL and site.wrapper is not None:
            function = site.wrapper.node
        given = self._operation(self.bits(argument.value) for argument in node.args)
        if made is not None and function is None:
            # It stands in another file.
            return given if given & VOLATILE and not made.covered else PLAIN
        if not given & VOLATILE or not isinstance(function, cst.FunctionDef):
            return PLAIN
        if self._depth >= _DEEPEST:
            return given
        scope = self.analysis.scopes.scope_of[id(function)]
        reads = [
            load.node
            for name, bindings in scope.bindings.items()
            if any(binding.kind is BindingKind.PARAMETER for binding in bindings)
            for load in self.analysis.scopes.loads_in.get((id(scope), name), ())
        ]
        inner = Contamination(self.analysis, function, reads, depth=self._depth + 1)
        more = [part for part in inner._nodes if inner.computes(part)]
        if isinstance(made, Contamination):
            more = [part for part in more if not made.computes(part)]
        return given if more else PLAIN

    def covers_itself(self, node: cst.CSTNode) -> bool:
        """Whether a call runs a function of another file that records no graph at all."""
        made = self._producers.get(id(node))
        return made is not None and made.covered

    def _from_leaves(self, node: cst.BaseExpression, seen: set[int]) -> bool:
        """Whether a value is made of volatile leaves and free tensors by known operations alone.

        Nothing is recorded for it, with or without a region.
        """
        if id(node) in self.sources or id(node) in seen:
            return True
        seen.add(id(node))
        if isinstance(node, cst.Call):
            operands = [argument.value for argument in node.args]
            if isinstance(node.func, cst.Attribute) and not self.names.origin(node.func):
                operands.append(node.func.value)
            return self._only_computes(node) and all(
                self._from_leaves(operand, seen) for operand in operands
            )
        if isinstance(node, cst.BinaryOperation):
            return self._from_leaves(node.left, seen) and self._from_leaves(node.right, seen)
        if isinstance(node, (cst.Tuple, cst.List)):
            return all(self._from_leaves(element.value, seen) for element in node.elements)
        if isinstance(node, (cst.UnaryOperation, cst.Subscript)):
            inner = node.expression if isinstance(node, cst.UnaryOperation) else node.value
            return self._from_leaves(inner, seen)
        if isinstance(node, cst.Name) and self.bits(node) & VOLATILE:
            for binding in self.flow.definitions(node) or ():
                made = self.flow.made(binding) if id(binding) in self._known else None
                if made is None or not self._from_leaves(made, seen):
                    return False
            return True
        return not self.bits(node) & (VOLATILE | OTHER)

    def _only_computes(self, node: cst.CSTNode) -> bool:
        """Whether an operation has no operands but those that are written."""
        if not isinstance(node, cst.Call):
            return True
        origin = self.names.origin(node.func)
        if origin:
            return origin in FUNCTIONS or origin in LOSS_FUNCTIONS
        func = node.func
        return isinstance(func, cst.Attribute) and (
            func.attr.value in METHODS or func.attr.value in TUPLE_METHODS
        )

    def stores(self, node: cst.CSTNode) -> int:
        """The bits of what an assignment to an item records: one side volatile, one attached."""
        if not isinstance(node, cst.Assign) or covered(self.analysis, node):
            return PLAIN
        value = self.bits(node.value)
        for target in node.targets:
            head = target.target
            if not isinstance(head, cst.Subscript):
                continue
            place = self.bits(head.value)
            if value & VOLATILE and place & OTHER:
                return value
            if place & VOLATILE and value & OTHER:
                return place
        return PLAIN

    def free(self, node: cst.BaseExpression) -> bool:
        """Whether a value is provably no part of a graph, or no tensor at all."""
        fact = self.analysis.facts.of(node)
        if fact.kind is Kind.SEQUENCE:
            return fact.free
        return fact.kind is Kind.OTHER or fact.free

    def switched(self) -> Iterator[tuple[cst.Name, bool]]:
        """The names whose attribute `volatile` is set to another state, and to which."""
        for name, value, _ in self._switches:
            found = self.bits(name)
            if found != VOLATILE if value else found & VOLATILE:
                yield name, value

    def read_later(self) -> list[cst.Name]:
        """Reads of volatile values in code that runs later than where it is written."""
        found: list[cst.Name] = []
        for binding in self._known.values():
            if not self._bindings.get(id(binding), PLAIN) & VOLATILE:
                continue
            for load in self.analysis.scopes.loads.get(binding.name, ()):
                if load.scope is binding.scope or not self._later(load.scope):
                    continue
                if self.names.owner(binding.name, load.scope) is binding.scope:
                    found.append(load.node)
        return found

    def defaults(self) -> Iterator[cst.BaseExpression]:
        """The defaults of parameters, of functions and lambdas inside, that hold a volatile one."""
        for node in self._nodes:
            if isinstance(node, (cst.FunctionDef, cst.Lambda)):
                params = node.params
                for parameter in (*params.posonly_params, *params.params, *params.kwonly_params):
                    if parameter.default is not None and self.bits(parameter.default) & VOLATILE:
                        yield parameter.default

    def untracked(self) -> bool:
        """Whether a volatile value is bound to a name that cannot be followed."""
        for binding in self._known.values():
            if not self._bindings.get(id(binding), PLAIN) & VOLATILE:
                continue
            if binding.foreign or self.flow.uncertain(binding.name, binding.scope):
                return True
        return False

    def outlives(self) -> list[tuple[cst.CSTNode, str]]:
        """Where a volatile value itself leaves the function: the node, and how in words."""
        found: list[tuple[cst.CSTNode, str]] = []
        for node in self._nodes:
            if not isinstance(node, (cst.Return, cst.Yield)):
                continue
            if isinstance(node.value, cst.BaseExpression) and self.holds_leaf(node.value):
                how = "returned" if isinstance(node, cst.Return) else "yielded"
                found.append((node, how))
        for head, held, path in self._assigned():
            if not self._element(held, path) & VOLATILE or not self.holds_leaf(_at(held, path)):
                continue
            if isinstance(head, cst.Attribute):
                found.append((head, f"stored in `{dotted_name(head) or 'an attribute'}`"))
            elif isinstance(head, cst.Name) and head.value in (
                self.scope.global_names | self.scope.nonlocal_names
            ):
                found.append((head, f"stored in `{head.value}`, which is bound outside"))
        for place, value in self._puts:
            root: cst.BaseExpression = place
            while isinstance(root, (cst.Subscript, cst.Call)):
                root = root.value if isinstance(root, cst.Subscript) else root.func
            own = isinstance(root, cst.Name) and self.is_own(root)
            if not own and self.holds_leaf(value):
                found.append((place, f"put into `{self.tree.code(place)}`"))
        return found

    def holds_leaf(self, node: cst.BaseExpression) -> bool:
        """Whether a value is a volatile leaf, or a container with one.

        What was computed from one keeps no graph once its computation is covered.
        """
        if isinstance(node, (cst.Tuple, cst.List, cst.Set, cst.Dict)):
            return any(self.holds_leaf(element.value) for element in node.elements)
        if isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp)):
            return self.holds_leaf(node.elt)
        if isinstance(node, cst.DictComp):
            return self.holds_leaf(node.value)
        if isinstance(node, cst.IfExp):
            return self.holds_leaf(node.body) or self.holds_leaf(node.orelse)
        if not self.bits(node) & VOLATILE:
            return False
        if isinstance(node, (cst.Name, cst.Attribute)):
            return not self._computed(node)
        return self._is_leaf(node)

    def _is_leaf(self, node: cst.BaseExpression) -> bool:
        """Whether nothing is recorded for a value, so that no region has to be around it."""
        if isinstance(node, cst.Call) and self._hands_on(node):
            return True
        return self._from_leaves(node, set()) or (self.free(node) and self._only_computes(node))

    def _computed(self, node: cst.Name | cst.Attribute) -> bool:
        """Whether a name holds nothing but results of computations."""
        if not isinstance(node, cst.Name):
            return False
        definitions = self.flow.definitions(node) or ()
        made = [self.flow.made(b) for b in definitions if id(b) in self._known]
        return len(made) == len(definitions) > 0 and all(
            isinstance(value, (cst.Call, cst.BinaryOperation)) and not self._is_leaf(value)
            for value in made
        )

    # -- what binds and stores -----------------------------------------------------------------

    def _collect(self) -> None:
        for scope in self._scopes_inside(self.scope):
            for bindings in scope.bindings.values():
                self._known.update((id(binding), binding) for binding in bindings)
        for node in self._nodes:
            if isinstance(node, cst.Assign):
                for target in node.targets:
                    self._store(target.target, node.value)
            elif isinstance(node, cst.AugAssign):
                self._store(node.target, node.value)
                if isinstance(node.target, cst.Name):
                    self._puts.append((node.target, node.value))
            elif (
                isinstance(node, cst.Call)
                and isinstance(node.func, cst.Attribute)
                and node.func.attr.value in ADDING_METHODS
                and self._hands_on(node)
            ):
                self._puts += [(node.func.value, argument.value) for argument in node.args]
            elif (
                isinstance(node, cst.Call)
                and isinstance(node.func, cst.Attribute)
                and writes(node.func.attr.value)
            ):
                # What is written into with something volatile was volatile from then on.
                self._puts += [(node.func.value, argument.value) for argument in node.args]

    def _store(self, target: cst.BaseExpression, value: cst.BaseExpression) -> None:
        if isinstance(target, (cst.Tuple, cst.List)):
            parts: list[cst.BaseExpression] = [value] * len(target.elements)
            if isinstance(value, (cst.Tuple, cst.List)) and len(value.elements) == len(parts):
                parts = [element.value for element in value.elements]
            for element, part in zip(target.elements, parts, strict=True):
                self._store(element.value, part)
            return
        if isinstance(target, cst.Attribute):
            if target.attr.value == "volatile":
                if isinstance(target.value, cst.Name) and isinstance(value, cst.Name):
                    switch = value.value == "True"
                    self._switches.append((target.value, switch, target))
                return
            path = written_path(target)
            if path:
                self._stores.setdefault(path, []).append((target, value))
        elif isinstance(target, cst.Subscript):
            path = written_path(target)
            if path:
                self._stores.setdefault(path, []).append((target, value))
            self._puts.append((target.value, value))

    def _scopes_inside(self, scope: Scope) -> list[Scope]:
        """The scope and the comprehensions in it that run where they stand."""
        found = [scope]
        for inner in self.analysis.scopes.inside.get(id(scope), ()):
            if inner.kind is ScopeKind.COMPREHENSION:
                found += self._scopes_inside(inner)
        return found

    def _later(self, scope: Scope | None) -> bool:
        """Whether code of a scope inside the function runs later than where it stands."""
        while scope is not None and scope is not self.scope:
            if scope.kind is not ScopeKind.COMPREHENSION:
                return True
            if isinstance(scope.node, cst.GeneratorExp) and not self.consumed(scope.node):
                return True
            scope = scope.parent
        return False

    def consumed(self, node: cst.GeneratorExp) -> bool:
        """Whether a generator expression is run at once by what it is given to."""
        argument = self.tree.parent(node)
        call = self.tree.parent(argument) if isinstance(argument, cst.Arg) else None
        if not isinstance(call, cst.Call):
            return False
        if isinstance(call.func, cst.Name):
            return call.func.value in _CONSUMERS and self.names.is_builtin(call.func)
        return isinstance(call.func, cst.Attribute) and call.func.attr.value == "join"

    # -- the fixpoint --------------------------------------------------------------------------

    def _solve(self) -> None:
        in_order = sorted(self._known.values(), key=lambda binding: binding.order)
        stores = [store for found in self._stores.values() for store in found]
        changed = True
        while changed:
            self._memo.clear()
            changed = False
            for binding in in_order:
                changed = self._raise(self._bindings, binding, self._bound(binding)) or changed
            for place, value in stores:
                changed = self._raise(self._stored_bits, place, self._of(value)) or changed
            for place, value in self._puts:
                changed = self._put(place, self.bits(value)) or changed
        self._memo.clear()

    def _raise(self, table: dict[int, int], what: Binding | cst.CSTNode, bits: int) -> bool:
        """Add bits to what is known of a binding or a store; returns whether that is new."""
        before = table.get(id(what), _NOT_YET)
        after = self._union((before, bits))
        if after == before:
            return False
        table[id(what)] = after
        self._memo.clear()
        return True

    def _put(self, place: cst.BaseExpression, bits: int) -> bool:
        """Add to what a container holds; returns whether that is new."""
        if not bits & VOLATILE:
            return False
        while isinstance(place, (cst.Subscript, cst.Call)):
            place = place.value if isinstance(place, cst.Subscript) else place.func
            if isinstance(place, cst.Attribute) and place.attr.value in TAKING_METHODS:
                place = place.value
        changed = False
        if isinstance(place, cst.Name):
            for binding in self._aliases(place):
                changed = self._raise(self._bindings, binding, bits) or changed
        elif isinstance(place, cst.Attribute):
            path = written_path(place)
            if path and self._held.get(path, PLAIN) | bits != self._held.get(path, PLAIN):
                self._held[path] = self._held.get(path, PLAIN) | bits
                self._memo.clear()
                changed = True
        return changed

    def _aliases(self, name: cst.Name) -> list[Binding]:
        """The bindings whose object a name may stand for: its own, and those it was copied to."""
        found = [b for b in self.flow.definitions(name) or () if id(b) in self._known]
        for binding in found:
            made = self.flow.made(binding)
            if isinstance(made, cst.Name):
                found += [
                    other
                    for other in self.flow.definitions(made) or ()
                    if id(other) in self._known and other not in found
                ]
            for other in self._known.values():
                copied = self.flow.made(other) if other not in found else None
                if isinstance(copied, cst.Name) and binding in (
                    self.flow.definitions(copied) or ()
                ):
                    found.append(other)
        return found

    def _bound(self, binding: Binding) -> int:
        source = self.flow.source(binding)
        if source is not None:
            return self._element(source.expression, source.path)
        if binding.kind in (BindingKind.FUNCTION, BindingKind.CLASS, BindingKind.IMPORT):
            return PLAIN
        statement = binding.statement
        if isinstance(statement, cst.AugAssign) and binding.node is statement.target:
            return self._operation([self._of(statement.target), self._of(statement.value)])
        return OTHER

    def _element(self, node: cst.BaseExpression, path: Path) -> int:
        """The bits of an element of a value."""
        for at, step in enumerate(path):
            rest = path[at + 1 :]
            if id(node) in self._producers:
                return self._producers[id(node)].returned(path[at:])
            if isinstance(node, cst.Call) and id(node) in self.sources:
                return self._made(node, path[at:])
            if isinstance(node, (cst.Tuple, cst.List)) and all(
                isinstance(element, cst.Element) for element in node.elements
            ):
                if step == ANY:
                    return self._union(self._element(e.value, rest) for e in node.elements)
                if 0 <= step < len(node.elements):
                    node = node.elements[step].value
                    continue
            if isinstance(node, cst.Call) and step == ANY and isinstance(node.func, cst.Name):
                name, values = node.func.value, [argument.value for argument in node.args]
                if name == "range":
                    return PLAIN
                if name == "enumerate" and values and rest:
                    return PLAIN if rest[0] == 0 else self._element(values[0], (ANY, *rest[1:]))
                if name == "zip" and rest and 0 <= rest[0] < len(values):
                    return self._element(values[rest[0]], (ANY, *rest[1:]))
            if (
                isinstance(node, cst.Call)
                and step == ANY
                and isinstance(node.func, cst.Attribute)
                and node.func.attr.value == "items"
                and rest[:1] == (0,)
            ):
                return PLAIN
            break
        return self._of(node)

    # -- expressions ---------------------------------------------------------------------------

    def _made(self, call: cst.Call, path: Path) -> int:
        """The bits of what a call that makes volatile values gives, or of an element of it."""
        site = self.analysis.calls.get(id(call))
        wrapper = None if site is None else site.wrapper
        if wrapper is None or wrapper.summary.uniform:
            return VOLATILE
        function = wrapper.node
        if not isinstance(function, cst.FunctionDef) or self._depth >= _DEEPEST:
            return VOLATILE | OTHER
        calls = [
            other.call
            for other in self.analysis.sites
            if other.call is not None
            and other.kind in (SiteKind.CALL, SiteKind.WRAPPER_CALL)
            and other.shape.volatile.value is not False
            and function_around(self.analysis, other.call) is function
        ]
        inner = Contamination(self.analysis, function, calls, depth=self._depth + 1)
        return inner.returned(path)

    def returned(self, path: Path = ()) -> int:
        """The bits of what the function gives back, or of an element of it."""
        found = [
            self._element(node.value, path)
            for node in self._nodes
            if isinstance(node, cst.Return) and node.value is not None
        ]
        given = [
            node.value.item if isinstance(node.value, cst.From) else node.value
            for node in self._nodes
            if isinstance(node, cst.Yield) and node.value is not None
        ]
        inner = path[1:] if path[:1] == (ANY,) else ()
        found += [self._element(value, inner) for value in given]
        return self._union(found) & (VOLATILE | OTHER | FREE)

    def stored(self) -> Iterator[tuple[cst.BaseExpression, int]]:
        """The attributes and names the function assigns, with the bits of the values."""
        for target, value, path in self._assigned():
            yield target, self._element(value, path) & (VOLATILE | OTHER | FREE)

    def _assigned(self) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression, Path]]:
        """What is bound to what: attributes and names, to an element of an expression."""
        for node in self._nodes:
            if isinstance(node, cst.Assign):
                for target in node.targets:
                    yield from self._taken(target.target, node.value, ())
            elif isinstance(node, (cst.AnnAssign, cst.NamedExpr)) and node.value is not None:
                yield from self._taken(node.target, node.value, ())
            elif isinstance(node, (cst.For, cst.CompFor)):
                yield from self._taken(node.target, node.iter, (ANY,))
            elif isinstance(node, cst.WithItem) and node.asname is not None:
                yield from self._taken(node.asname.name, node.item, ())

    def _taken(
        self, target: cst.BaseExpression, value: cst.BaseExpression, path: Path
    ) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression, Path]]:
        if isinstance(target, (cst.Tuple, cst.List)):
            for index, element in enumerate(target.elements):
                step = ANY if isinstance(element, cst.StarredElement) else index
                yield from self._taken(element.value, value, (*path, step))
        elif isinstance(target, (cst.Attribute, cst.Name)):
            yield target, value, path

    def holds(self, binding: Binding) -> bool:
        """Whether a binding of the scope may be to something volatile."""
        return bool(self._bindings.get(id(binding), PLAIN) & VOLATILE)

    def volatile_bindings(self) -> list[Binding]:
        """The bindings of the function that may be to something volatile."""
        return [binding for binding in self._known.values() if self.holds(binding)]

    def is_parameter(self, name: str) -> bool:
        """Whether a name is a parameter of the function."""
        return any(
            binding.kind is BindingKind.PARAMETER for binding in self.scope.bindings.get(name, ())
        )

    def written_into(self) -> Iterator[cst.CSTNode]:
        """In-place writes of volatile values into tensors that others may hold, or view."""
        for node in self._nodes:
            place: cst.BaseExpression | None = None
            if isinstance(node, cst.AugAssign) and self.bits(node.value) & VOLATILE:
                place = node.target
            elif isinstance(node, cst.Assign) and self.bits(node.value) & VOLATILE:
                for target in node.targets:
                    if isinstance(target.target, cst.Subscript):
                        place = target.target.value
            elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
                method = node.func.attr.value
                if writes(method) and any(self.bits(a.value) & VOLATILE for a in node.args):
                    place = node.func.value
            if place is not None and self.shared(place):
                yield node

    def shared(self, place: cst.BaseExpression) -> bool:
        """Whether something else than the name may hold what is written into."""
        while isinstance(place, cst.Subscript):
            place = place.value
        if not isinstance(place, cst.Name):
            return True
        for binding in self.flow.definitions(place) or (None,):
            made = None if binding is None else self.flow.made(binding)
            if binding is not None and isinstance(binding.statement, cst.AugAssign):
                continue
            if made is None:
                return True
            fact = self.analysis.facts.of(made)
            plain = fact.kind in (Kind.OTHER, Kind.SEQUENCE) or isinstance(
                made, (cst.List, cst.Dict, cst.Tuple, cst.ListComp, cst.BaseNumber)
            )
            if not (plain or fact.fresh or self.bits(made) == VOLATILE):
                return True
        return False

    def held_outside(self) -> set[str]:
        """The names under which others can find what depends on a volatile value.

        Attributes, global names, and containers that the function did not make.
        """
        found: set[str] = set()
        changed = [(place, self.bits(value), False) for place, value in self._puts]
        stored = [(place, value, True) for place, value in self.stored()]
        for place, value, bound in (*stored, *changed):
            if not value & VOLATILE:
                continue
            root: cst.BaseExpression = place
            while isinstance(root, (cst.Subscript, cst.Call)):
                root = root.value if isinstance(root, cst.Subscript) else root.func
            if isinstance(root, cst.Attribute):
                found.add(root.attr.value)
            elif isinstance(root, cst.Name) and not self.is_own(root, bound):
                found.add(root.value)
        return found

    def is_own(self, name: cst.Name, bound: bool = False) -> bool:
        """Whether a name is the function's own, and what it holds not given as a parameter.

        bound: the name is bound to something else here.
        """
        scope = self.analysis.scopes.scope_at(name)
        owner = self.names.owner(name.value, scope)
        bindings = owner.bindings.get(name.value, [])
        return owner in self._scopes_inside(self.scope) and not any(
            binding.foreign or (binding.kind is BindingKind.PARAMETER and not bound)
            for binding in bindings
        )

    def _bits(self, node: cst.CSTNode) -> int:
        if id(node) in self._producers:
            return self._producers[id(node)].returned()
        if id(node) in self.sources:
            return self._made(node, ()) if isinstance(node, cst.Call) else VOLATILE
        if isinstance(node, cst.Name):
            return self._name(node)
        if isinstance(node, cst.Attribute):
            return self._attribute(node)
        if isinstance(node, cst.Subscript):
            stored = self._stored(node)
            if stored is not None:
                return stored
            return self._unless_free(node, self._operation([self._of(node.value)]))
        if isinstance(node, cst.Call):
            return self._call(node)
        if isinstance(node, cst.BinaryOperation):
            operands = [self._of(node.left), self._of(node.right)]
            return self._unless_free(node, self._operation(operands))
        if isinstance(node, cst.UnaryOperation):
            if isinstance(node.operator, cst.Not):
                return PLAIN
            return self._unless_free(node, self._of(node.expression))
        if isinstance(node, (cst.Comparison, cst.BaseString, cst.BaseNumber, cst.Lambda)):
            return PLAIN
        if isinstance(node, cst.IfExp):
            return self._of(node.body) | self._of(node.orelse)
        if isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp)):
            return self._of(node.elt)
        if isinstance(node, cst.DictComp):
            return self._of(node.value)
        if isinstance(node, (cst.Tuple, cst.List, cst.Set, cst.Dict)):
            # An empty display holds nothing yet.
            return self._union(self._of(element) for element in node.elements)
        if isinstance(node, (cst.Element, cst.DictElement, cst.StarredElement)):
            return self._of(node.value)
        if isinstance(node, cst.Await):
            return self._of(node.expression)
        if isinstance(node, (cst.BooleanOperation, cst.NamedExpr, cst.StarredDictElement)):
            return self._union(self._of(child) for child in children(node))
        return OTHER

    @staticmethod
    def _union(parts: Iterable[int]) -> int:
        found, waiting = PLAIN, True
        nothing = True
        for part in parts:
            nothing = False
            if part != _NOT_YET:
                found, waiting = found | part, False
        return _NOT_YET if waiting and not nothing else found

    @staticmethod
    def _operation(operands: Iterable[int]) -> int:
        """One operand that surely is volatile makes the result volatile."""
        found = PLAIN
        for operand in operands:
            if operand == VOLATILE:
                return VOLATILE
            found |= operand
        return _NOT_YET if found & _NOT_YET else found

    def _unless_free(self, node: cst.BaseExpression, bits: int) -> int:
        if bits & (VOLATILE | _NOT_YET) or not bits & OTHER:
            return bits
        fact = self.analysis.facts.of(node)
        if fact.kind is Kind.OTHER:
            return PLAIN
        return FREE if fact.free else OTHER

    def _name(self, node: cst.Name) -> int:
        if node.value in ("True", "False", "None"):
            return PLAIN
        definitions = self.flow.definitions(node)
        if definitions is None:
            return PLAIN if self.names.is_builtin(node) else self._unless_free(node, OTHER)
        switched = self._switched(node, definitions)
        if switched is not None:
            return VOLATILE if switched else FREE
        found: list[int] = []
        for binding in definitions:
            if id(binding) in self._known:
                found.append(self._bindings.get(id(binding), _NOT_YET))
            elif binding.kind not in (BindingKind.FUNCTION, BindingKind.CLASS, BindingKind.IMPORT):
                found.append(OTHER)
        return self._unless_free(node, self._union(found))

    def _switched(self, node: cst.Name, definitions: tuple[Binding, ...]) -> bool | None:
        """What `x.volatile = ...` above a read says of it; None if nothing does."""
        load = self.names.load(node)
        found: bool | None = None
        last = -1
        for name, value, place in self._switches:
            at = self.names.load(name)
            if name is node or at is None or load is None or name.value != node.value:
                continue
            if (
                last < at.order < load.order
                and self.flow.definitions(name) == definitions
                and self.above(place, node)
            ):
                found, last = value, at.order
        return found

    def above(self, first: cst.CSTNode, second: cst.CSTNode) -> bool:
        """Whether the block of the first statement is around the second."""
        block = self._block(first)
        current: cst.CSTNode | None = second
        while current is not None:
            if current is block:
                return True
            current = self.tree.parent(current)
        return False

    def _block(self, node: cst.CSTNode) -> cst.CSTNode | None:
        current = self.tree.parent(node)
        while current is not None and not isinstance(
            current, (cst.IndentedBlock, cst.SimpleStatementSuite, cst.Module)
        ):
            current = self.tree.parent(current)
        return current

    def _attribute(self, node: cst.Attribute) -> int:
        name = node.attr.value
        if name == "data":
            return FREE
        if name in _DATA_ATTRIBUTES or name in NON_TENSOR_ATTRIBUTES:
            return PLAIN
        stored = self._stored(node)
        if stored is not None:
            return stored
        held = self._of(node.value)
        return held if held & (VOLATILE | _NOT_YET) else self._unless_free(node, OTHER)

    def _stored(self, node: cst.Attribute | cst.Subscript) -> int | None:
        """What was stored in this function under an attribute or a written key."""
        path = written_path(node)
        stores = self._stores.get(path, []) if path else []
        if any(place is node for place, _ in stores):
            return None
        if path in self._held:
            # There may be others in the container already.
            return self._held[path] | OTHER
        if not stores:
            return None
        position = self._position(node)
        found: list[int] = []
        sure = False
        for place, _ in reversed(stores):
            before = self._position(place) < position
            if before or self._share_loop(place, node):
                found.append(self._stored_bits.get(id(place), _NOT_YET))
            if before and self.above(place, node):
                sure = True
                break
        if not sure or self.may_be_rebound(node):
            found.append(OTHER)
        return self._union(found)

    def may_be_rebound(self, node: cst.Attribute | cst.Subscript) -> bool:
        """Whether a method that is called here assigns the attribute, too."""
        if not isinstance(node, cst.Attribute) or not isinstance(node.value, cst.Name):
            return True
        here = self.function
        for value in self.analysis.scopes.attributes.get(node.attr.value, []):
            owner: cst.CSTNode | None = value
            while owner is not None and not isinstance(owner, cst.FunctionDef):
                owner = self.tree.parent(owner)
            if owner is not here and owner is not None and self._calls(owner.name.value):
                return True
        return False

    def _calls(self, name: str) -> bool:
        return any(
            isinstance(node, cst.Call)
            and isinstance(node.func, cst.Attribute)
            and node.func.attr.value == name
            for node in self._nodes
        )

    def _position(self, node: cst.CSTNode) -> int:
        return self.tree.start(node)

    def _share_loop(self, first: cst.CSTNode, second: cst.CSTNode) -> bool:
        around = {id(loop) for loop in self.flow.loops(first)}
        return any(id(loop) in around for loop in self.flow.loops(second))

    def _site_of(self, node: cst.Call) -> bool:
        site = self.analysis.calls.get(id(node))
        return site is not None and site.kind is SiteKind.CALL

    def _call(self, node: cst.Call) -> int:
        site = self.analysis.calls.get(id(node))
        if site is not None:
            # Wrapped anew: without history, and not volatile.
            return FREE if site.shape.requires_grad.value is False else OTHER
        func = node.func
        operands = [self._of(argument.value) for argument in node.args]
        operands += [VOLATILE | OTHER for a in node.args if self._carries(a.value)]
        if isinstance(func, cst.Attribute):
            method = func.attr.value
            if not self.names.origin(func):
                if method in NON_TENSOR_METHODS or (
                    method in ADDING_METHODS and self._hands_on(node)
                ):
                    return PLAIN
                row = METHODS.get(method)
                if row is not None and row.graph is Graph.FREE:
                    return FREE
                operands.append(self._of(func.value))
        elif isinstance(func, cst.Name) and self.names.is_builtin(func):
            if func.value in QUIET_BUILTINS - CONTAINER_BUILTINS:
                return PLAIN
        elif isinstance(func, (cst.Call, cst.Subscript)):
            operands.append(self._of(func))
        origin = self.names.origin(func)
        if origin in NON_TENSOR_FUNCTIONS:
            return PLAIN
        known = FUNCTIONS.get(origin)
        if known is not None and known.graph is Graph.FREE:
            return FREE
        found = self._operation(operands)
        if self._gives_back(node):
            # It may hand back any of its arguments, as it is.
            found = self._union(operands)
        if found & (VOLATILE | _NOT_YET) or (not found & OTHER and self._only_computes(node)):
            return found
        return self._unless_free(node, OTHER)

    def _carries(self, node: cst.BaseExpression) -> bool:
        """Whether an object that is handed on as a whole was given volatile attributes here."""
        if not isinstance(node, cst.Name) or node.value == "self" or not self._stores:
            return False
        head = f"{node.value}."
        return any(
            self._stored_bits.get(id(place), PLAIN) & VOLATILE
            for path, stores in self._stores.items()
            if path.startswith(head)
            for place, _ in stores
        )

    def _gives_back(self, node: cst.Call) -> bool:
        """Whether what is called may hand back one of its arguments, as `max` does."""
        if not isinstance(node.func, cst.Name):
            return False
        if self.names.is_builtin(node.func):
            return node.func.value in ("max", "min", "next", "getattr")
        definitions = self.flow.definitions(node.func)
        function = definitions[0].node if definitions and len(definitions) == 1 else None
        if not isinstance(function, cst.FunctionDef):
            return False
        parameters = {
            parameter.name.value
            for parameter in (*function.params.params, *function.params.kwonly_params)
        }
        return any(
            isinstance(part, cst.Name) and part.value in parameters
            for inner in evaluated(function)
            if isinstance(inner, cst.Return) and inner.value is not None
            for part in _parts(inner.value)
        )

    def _hands_on(self, node: cst.Call) -> bool:
        """Whether a call only puts what it is given into a container, or takes it out."""
        func = node.func
        if isinstance(func, cst.Name):
            return func.value in CONTAINER_BUILTINS and self.names.is_builtin(func)
        if not isinstance(func, cst.Attribute) or self.names.origin(func):
            return False
        method = func.attr.value
        if method not in TAKING_METHODS | ADDING_METHODS:
            return False
        return method not in self._own_methods or self._is_container(func.value)

    def _is_container(self, node: cst.BaseExpression) -> bool:
        """Whether a value surely is a list, a dictionary or a set that is made here."""
        if isinstance(node, cst.Name):
            definitions = self.flow.definitions(node) or ()
            made = [self.flow.made(binding) for binding in definitions]
            return bool(made) and all(m is not None and self._is_container(m) for m in made)
        if isinstance(node, cst.Call):
            func = node.func
            return (
                isinstance(func, cst.Name)
                and func.value in ("list", "dict", "set")
                and self.names.is_builtin(func)
            )
        displays = (cst.List, cst.Dict, cst.Set, cst.ListComp, cst.DictComp, cst.SetComp)
        return isinstance(node, displays)


def _at(node: cst.BaseExpression, path: Path) -> cst.BaseExpression:
    """The element of a tuple or list that is written out; what holds it for any other."""
    for step in path:
        if not isinstance(node, (cst.Tuple, cst.List)) or not 0 <= step < len(node.elements):
            break
        node = node.elements[step].value
    return node


def writes(method: str) -> bool:
    """Whether a method changes its tensor in place, as `add_` does."""
    return method.endswith("_") and not method.endswith("__")


def _parts(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """What an expression may give as it is: itself, branches, elements."""
    if isinstance(node, (cst.Tuple, cst.List)):
        for element in node.elements:
            yield from _parts(element.value)
    elif isinstance(node, cst.IfExp):
        yield from _parts(node.body)
        yield from _parts(node.orelse)
    elif isinstance(node, cst.BooleanOperation):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield node


def evaluated(function: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes that run when the code of a function (or a file) runs, those inside no other.

    Decorators, defaults and bases of definitions inside belong to it, their bodies do not.
    """
    if isinstance(function, cst.FunctionDef):
        roots: Iterable[cst.CSTNode] = function.body.body
    elif isinstance(function, cst.Lambda):
        roots = (function.body,)
    else:
        roots = getattr(function, "body", ())
    for root in roots:
        yield from below(root)


def below(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and what is evaluated with it: not the bodies of functions, classes and lambdas."""
    yield node
    if isinstance(node, cst.Lambda):
        return
    if isinstance(node, cst.FunctionDef):
        for decorator in node.decorators:
            yield from below(decorator)
        parameters = node.params
        for parameter in (
            *parameters.posonly_params,
            *parameters.params,
            *parameters.kwonly_params,
        ):
            if parameter.default is not None:
                yield from below(parameter.default)
        return
    if isinstance(node, cst.ClassDef):
        for part in (*node.decorators, *node.bases, *node.keywords, *children(node.body)):
            yield from below(part)
        return
    for child in children(node):
        yield from below(child)


def covered(analysis: FileAnalysis, node: cst.CSTNode, modes: frozenset[str] = GRAD_MODES) -> bool:
    """Whether a node is written under a gradient mode: in a `with` block, or a decorated function.

    modes: the origins that count. A function inside such a block runs later, and is not covered.
    """
    below_, current = node, analysis.tree.parent(node)
    while current is not None:
        if isinstance(current, cst.With) and current.body is below_:
            if any(
                isinstance(item.item, cst.Call) and analysis.names.origin(item.item.func) in modes
                for item in current.items
            ):
                return True
        elif isinstance(current, cst.FunctionDef):
            return current.asynchronous is None and any(
                isinstance(decorator.decorator, cst.Call)
                and analysis.names.origin(decorator.decorator.func) in modes
                for decorator in current.decorators
            )
        elif isinstance(current, cst.Lambda):
            argument = analysis.tree.parent(current)
            call = analysis.tree.parent(argument) if isinstance(argument, cst.Arg) else None
            mode = call.func if isinstance(call, cst.Call) else None
            return isinstance(mode, cst.Call) and analysis.names.origin(mode.func) in modes
        elif isinstance(current, cst.ClassDef):
            return False
        below_, current = current, analysis.tree.parent(current)
    return False


def written_path(node: cst.BaseExpression) -> str:
    """`self.a.b` or `batch["x"]` as text; empty unless names, attributes and literal keys."""
    parts: list[str] = []
    while True:
        if isinstance(node, cst.Attribute):
            parts.append(f".{node.attr.value}")
            node = node.value
        elif isinstance(node, cst.Subscript) and len(node.slice) == 1:
            index = node.slice[0].slice
            if not isinstance(index, cst.Index) or not isinstance(index.value, cst.SimpleString):
                return ""
            parts.append(f"[{index.value.raw_value}]")
            node = node.value
        elif isinstance(node, cst.Name):
            return node.value + "".join(reversed(parts)) if parts else ""
        else:
            return ""


def function_around(analysis: FileAnalysis, node: cst.CSTNode) -> cst.CSTNode:
    """The function, lambda or module in whose code a node runs.

    Defaults and decorators of a function run in the code around it.
    """
    below_, current = node, analysis.tree.parent(node)
    while current is not None:
        if isinstance(current, cst.FunctionDef) and below_ is current.body:
            return current
        if isinstance(current, cst.Lambda) and below_ is current.body:
            return current
        below_, current = current, analysis.tree.parent(current)
    return analysis.tree.module


def line_of(analysis: FileAnalysis, node: cst.CSTNode) -> int:
    """The line of the statement a node stands in."""
    return analysis.tree.line(statement_of(analysis.tree, node))
