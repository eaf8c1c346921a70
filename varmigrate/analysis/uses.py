"""Where the value of an expression goes inside its function, and what the receivers are.

This is evidence for an intent, not proof for a rewrite: a value is followed to the reads of the
names it is bound to, of the attribute of `self` or the dictionary key it is stored under, and of
the list it is appended to, a few steps deep.
"""

from __future__ import annotations

import enum
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.flow import Flow
from varmigrate.analysis.names import Names
from varmigrate.analysis.scopes import Binding, BindingKind, Load, Scope, ScopeKind, Scopes
from varmigrate.analysis.tree import Tree
from varmigrate.torch_facts.losses import LOSS_FUNCTIONS, LOSS_MODULES, OPTIMIZERS, RNN_MODULES

_FOLLOWED_METHODS = frozenset(
    "cuda cpu to float double half long int byte type type_as contiguous view reshape unsqueeze "
    "squeeze expand expand_as clone detach requires_grad_ t transpose permute repeat".split()
)
# Functions that only move or convert what they are given, by their names.
_MOVER = re.compile(
    r"(?:(?:to|as|maybe|make)_?)?(?:gpu|cuda|device|tensor|variable|var|float|half)s?\Z", re.I
)
# Methods of a model, besides calling it, that are given its input.
_FED_METHOD = re.compile(
    r"(?:forward|predict|encode|decode|train|fit|generate|act|infer|evaluate|score|classify|embed)"
    r"(?:_|\Z)"
)
_ADDING_METHODS = frozenset({"append", "insert", "add", "extend"})
_MOST_USES = 60
_MOST_STEPS = 200
_MOST_BINDINGS = 8
_DEPTH = 3


def _order(item: Load | Binding) -> int:
    return item.order


def _first(item: tuple[int, cst.BaseExpression]) -> int:
    return item[0]


class UseKind(enum.Enum):
    """What happens to a value."""

    ARGUMENT = "argument"
    METHOD = "method"
    ATTRIBUTE = "attribute"
    OPERAND = "operand"
    RETURNED = "returned"
    STORED = "stored"
    INDEXED = "indexed"
    COLLECTED = "collected"
    COMPARED = "compared"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a value.

    node: the call, attribute, operation or statement that uses it. detail: method or attribute
    name, keyword of an argument, or the dotted target it is stored in. COMPARED is for equality
    alone; UPDATED is a change in place, of the value or its `.data`. position: 0-based place of
    the argument; None for a keyword. listed: it was passed inside a list or tuple.
    """

    kind: UseKind
    node: cst.CSTNode
    detail: str = ""
    position: int | None = None
    listed: bool = False


class RoleKind(enum.Enum):
    """What a called thing is."""

    LOSS = "loss"
    MODULE = "module"
    RNN = "rnn"
    OPTIMIZER = "optimizer"
    GRAD = "grad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Role:
    """What a callee is, how it is shown, and whether its name alone says so.

    target: for losses, the 0-based place of the target argument.
    """

    kind: RoleKind
    name: str
    by_name: bool = False
    target: int = 1


class Uses:
    """Follows values of one file to their uses and tells what the receivers are."""

    def __init__(self, scopes: Scopes, names: Names, flow: Flow) -> None:
        self.scopes = scopes
        self.flow = flow
        self.tree: Tree = scopes.tree
        self.names = names
        self._reads: dict[tuple[int, str], dict[int, list[Load]]] = {}
        self._owners: dict[str, dict[int, list[Load]]] = {}
        self._held: dict[tuple[int, str], list[cst.CSTNode]] | None = None
        self._items: dict[tuple[int, str], dict[str, list[cst.CSTNode]]] = {}
        self._stored: dict[tuple[int, str], list[tuple[int, cst.BaseExpression]]] = {}

    # -- where a value goes --------------------------------------------------------------------

    def targets(self, node: cst.CSTNode) -> list[str]:
        """The names or dotted attributes the value of `node` is assigned to."""
        found: list[str] = []
        for kind, place, _ in self._climb(node):
            if kind == "assign":
                found.append(_written(place))
        return found

    def of(self, node: cst.CSTNode) -> list[Use]:
        """The uses of the value of `node`, directly and through what it is bound to."""
        uses: list[Use] = []
        work = [(node, 0)]
        seen = {id(node)}
        for current, depth in work:
            for _, place, use in self._climb(current):
                if use is not None:
                    uses.append(use)
                elif depth < _DEPTH:
                    for read in self._reads_of(place):
                        if id(read) not in seen:
                            seen.add(id(read))
                            work.append((read, depth + 1))
            if len(uses) > _MOST_USES:
                break
        return uses

    def reaches_backward(self, node: cst.CSTNode) -> bool:
        """Whether something computed from the value of `node` has `.backward()` called on it."""
        work = [node]
        seen = {id(node)}
        for current in work:
            for _, place, use in self._climb(current):
                following: list[cst.CSTNode] = []
                if use is None:
                    following = self._reads_of(place)
                elif use.kind is UseKind.METHOD and use.detail == "backward":
                    return True
                elif isinstance(use.node, cst.AugAssign):
                    following = self._reads_of(use.node.target)
                elif use.kind in _DERIVING and isinstance(use.node, cst.BaseExpression):
                    following = [use.node]
                for after in following:
                    if id(after) not in seen:
                        seen.add(id(after))
                        work.append(after)
            if len(work) > _MOST_STEPS:
                break
        return False

    def _reads_of(self, place: cst.CSTNode) -> list[cst.CSTNode]:
        """The reads of what a value was bound to, stored under, or added to."""
        if isinstance(place, cst.Name):
            load = self.names.load(place)
            if load is None:
                scope = self.scopes.scope_at(place)
                reads = self._reads_by_binding(self.names.owner(place.value, scope), place.value)
                return [read.node for read in reads.get(id(place), [])[:_MOST_USES]]
            found: list[cst.CSTNode] = []
            for binding in self.definitions(place):
                reads = self._reads_by_binding(binding.scope, place.value)
                following = reads.get(id(binding.node), [])
                after = bisect_right(following, load.order, key=_order)
                found += [read.node for read in following[after : after + _MOST_USES]]
            return found
        if isinstance(place, (cst.Attribute, cst.Subscript)):
            return self._reads_of_part(place)
        return []

    def _reads_by_binding(self, scope: Scope, name: str) -> dict[int, list[Load]]:
        """Id of the node that binds a name in a scope -> the reads its value can reach."""
        key = (id(scope), name)
        if key not in self._reads:
            found: dict[int, list[Load]] = {}
            for load in self._owned(scope, name):
                for binding in self.definitions(load.node):
                    found.setdefault(id(binding.node), []).append(load)
            self._reads[key] = found
        return self._reads[key]

    def _owned(self, scope: Scope, name: str) -> list[Load]:
        """The reads of a name that a scope binds, in order."""
        if name not in self._owners:
            owners = self._owners[name] = {}
            for load in self.scopes.loads.get(name, []):
                owners.setdefault(id(self.names.owner(name, load.scope)), []).append(load)
        return self._owners[name].get(id(scope), [])

    def _reads_of_part(self, place: cst.Attribute | cst.Subscript) -> list[cst.CSTNode]:
        """The reads of an attribute of `self`, or of a dictionary's item with a written key."""
        if isinstance(place, cst.Attribute):
            if not (isinstance(place.value, cst.Name) and place.value.value == "self"):
                return []
            owner = self.class_node(self.scopes.scope_at(place))
            return self._self_reads().get((id(owner), place.attr.value), [])[:_MOST_USES]
        head, key = place.value, _written_key(place)
        if not isinstance(head, cst.Name) or key is None:
            return []
        scope = self.names.owner(head.value, self.scopes.scope_at(place))
        items = self._items_of(scope, head.value).get(key, [])
        return [item for item in items[:_MOST_USES] if item is not place]

    def _items_of(self, scope: Scope, name: str) -> dict[str, list[cst.CSTNode]]:
        """Written key -> the places where a name of a scope is subscripted with it."""
        key = (id(scope), name)
        if key not in self._items:
            found: dict[str, list[cst.CSTNode]] = {}
            for load in self._owned(scope, name):
                part = self.tree.parent(load.node)
                if isinstance(part, cst.Subscript):
                    written = _written_key(part)
                    if written is not None:
                        found.setdefault(written, []).append(part)
            self._items[key] = found
        return self._items[key]

    def stored_items(self, name: cst.Name) -> list[cst.BaseExpression]:
        """What was put into a name (`name[i] = ...`, `name.copy_(...)`) above a read of it."""
        here = self.names.load(name)
        if here is None:
            return []
        key = (id(here.scope), name.value)
        if key not in self._stored:
            self._stored[key] = []
            for load in self.scopes.loads_in.get(key, []):
                value = self._put_into(load.node)
                if value is not None:
                    self._stored[key].append((load.order, value))
        stored = self._stored[key]
        return [value for _, value in stored[: bisect_right(stored, here.order, key=_first)]]

    def _put_into(self, node: cst.CSTNode) -> cst.BaseExpression | None:
        """What a statement puts into the tensor `node`, by items or by `copy_`."""
        while True:
            parent = self.tree.parent(node)
            if isinstance(parent, cst.Subscript) and parent.value is node:
                node = parent
            elif isinstance(parent, cst.Attribute):
                call = self.tree.parent(parent)
                if not isinstance(call, cst.Call):
                    node = parent
                    continue
                if parent.attr.value == "copy_" and call.args:
                    return call.args[0].value
                if not parent.attr.value.endswith("_"):
                    return None
                node = call
            elif isinstance(parent, cst.AssignTarget) and isinstance(node, cst.Subscript):
                statement = self.tree.parent(parent)
                return statement.value if isinstance(statement, cst.Assign) else None
            else:
                return None

    def _self_reads(self) -> dict[tuple[int, str], list[cst.CSTNode]]:
        """Class and attribute -> the places where it is read through `self`."""
        if self._held is None:
            self._held = {}
            for load in self.scopes.loads.get("self", []):
                part = self.tree.parent(load.node)
                if isinstance(part, cst.Attribute) and part.value is load.node:
                    key = (id(self.class_node(load.scope)), part.attr.value)
                    self._held.setdefault(key, []).append(part)
        return self._held

    def definitions(self, name: cst.Name) -> list[Binding]:
        """The bindings a read of a name can see; not all, where there are many."""
        load = self.names.load(name)
        if load is None:
            return []
        owner = self.names.owner(name.value, load.scope)
        reached = self.flow.reached(owner).get(id(name))
        if reached is None:
            return self.assigned(name)
        return sorted((b for b in reached if b is not None), key=_order)[-_MOST_BINDINGS:]

    def assigned(self, name: cst.Name) -> list[Binding]:
        """The latest bindings of a name before a read of it; not all, where there are many."""
        load = self.names.load(name)
        if load is None:
            return []
        owner = self.names.owner(name.value, load.scope)
        bindings = owner.bindings.get(name.value, [])
        end = len(bindings)
        if owner is load.scope:
            end = bisect_right(bindings, load.order, key=_order)
        return bindings[max(0, end - _MOST_BINDINGS) : end]

    def _climb(self, node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode, Use | None]]:
        """Follow a value upwards until it is used or bound."""
        path: list[tuple[cst.Tuple | cst.List, cst.CSTNode]] = []
        listed = False
        while True:
            parent = self.tree.parent(node)
            if parent is None:
                return
            if isinstance(parent, cst.Attribute):
                call = self.tree.parent(parent)
                method = parent.attr.value
                if isinstance(call, cst.Call) and call.func is parent:
                    if method in _FOLLOWED_METHODS:
                        node = call
                        continue
                    yield "use", call, Use(UseKind.METHOD, call, method)
                    if method.endswith("_") and not method.endswith("__"):
                        yield "use", call, Use(UseKind.UPDATED, call, method)
                    return
                yield "use", parent, Use(UseKind.ATTRIBUTE, parent, method)
                if method == "data":
                    node = parent
                    if isinstance(call, cst.AssignTarget):
                        yield "use", call, Use(UseKind.UPDATED, call)
                    continue
                return
            if isinstance(parent, cst.Arg):
                call = self.tree.parent(parent)
                if not isinstance(call, cst.Call):
                    return
                keyword = parent.keyword.value if parent.keyword else ""
                position = next((i for i, a in enumerate(call.args) if a is parent), None)
                yield (
                    "use",
                    call,
                    Use(UseKind.ARGUMENT, call, keyword, None if keyword else position, listed),
                )
                func = call.func
                if isinstance(func, cst.Attribute) and func.attr.value in _ADDING_METHODS:
                    yield "add", func.value, None
                elif position == 0 and _MOVER.match(_last_name(func)):
                    node = call
                    continue
                return
            if isinstance(parent, (cst.Element, cst.StarredElement)):
                outer = self.tree.parent(parent)
                if not isinstance(outer, (cst.Tuple, cst.List)):
                    return
                path.append((outer, parent))
                node, listed = outer, True
                continue
            if isinstance(parent, cst.Assign):
                for target in parent.targets:
                    yield from self._bound(target.target, path)
                return
            if isinstance(parent, cst.AnnAssign):
                yield from self._bound(parent.target, path)
                return
            if isinstance(parent, cst.NamedExpr):
                yield from self._bound(parent.target, [])
                node = parent
                continue
            if isinstance(parent, cst.Return):
                yield "use", parent, Use(UseKind.RETURNED, parent, listed=listed)
                return
            if isinstance(parent, cst.BinaryOperation):
                yield "use", parent, Use(UseKind.OPERAND, parent)
                return
            if isinstance(parent, cst.AugAssign):
                updated = parent.target is node
                yield "use", parent, Use(UseKind.UPDATED if updated else UseKind.OPERAND, parent)
                return
            if isinstance(parent, cst.Comparison):
                parent = parent.comparisons[0]
            if isinstance(parent, cst.ComparisonTarget):
                if isinstance(parent.operator, (cst.Equal, cst.NotEqual)):
                    yield "use", parent, Use(UseKind.COMPARED, parent)
                return
            if isinstance(parent, cst.Subscript) and parent.value is node:
                yield "use", parent, Use(UseKind.INDEXED, parent)
                node = parent
                continue
            if isinstance(parent, (cst.ListComp, cst.GeneratorExp, cst.DictElement)):
                yield "use", parent, Use(UseKind.COLLECTED, parent)
                if not isinstance(parent, cst.ListComp) or parent.elt is not node:
                    return
                node, listed = parent, True
                continue
            if (isinstance(parent, cst.IfExp) and parent.test is not node) or isinstance(
                parent, cst.BooleanOperation
            ):
                node = parent
                continue
            return

    def _bound(
        self, target: cst.CSTNode, path: list[tuple[cst.Tuple | cst.List, cst.CSTNode]]
    ) -> Iterator[tuple[str, cst.CSTNode, Use | None]]:
        for outer, element in reversed(path):
            if isinstance(target, (cst.Tuple, cst.List)):
                position = next(i for i, e in enumerate(outer.elements) if e is element)
                if position < len(target.elements):
                    target = target.elements[position].value
        yield "assign", target, None
        if isinstance(target, (cst.Attribute, cst.Subscript)):
            yield "use", target, Use(UseKind.STORED, target, _written(target))

    # -- what a callee is ----------------------------------------------------------------------

    def role(self, func: cst.BaseExpression) -> Role:
        """What a called expression is: from its origin, from what it was bound to, by name."""
        shown = self.shown(func)
        origin = self.names.origin(func)
        if origin:
            role = self._by_origin(origin, shown)
            if role is not None:
                return role
        for value in self._values(func):
            role = self._instance(value, shown)
            if role is not None:
                return role
        return self._by_name(func, shown)

    def shown(self, func: cst.BaseExpression) -> str:
        """A callee as it is written, shortened."""
        text = " ".join(self.tree.code(func).split())
        return text if len(text) <= 40 else text[:37] + "..."

    @staticmethod
    def _by_origin(origin: str, shown: str) -> Role | None:
        if origin in LOSS_FUNCTIONS:
            name = origin.rsplit(".", 1)[-1]
            return Role(RoleKind.LOSS, name, target=LOSS_FUNCTIONS[origin])
        if origin in ("torch.autograd.grad", "torch.autograd.backward"):
            return Role(RoleKind.GRAD, origin)
        if origin in OPTIMIZERS or origin.startswith("torch.optim."):
            return Role(RoleKind.OPTIMIZER, shown)
        return None

    def _values(self, func: cst.BaseExpression) -> list[cst.BaseExpression]:
        """What a name or an attribute of self was assigned in this file."""
        if isinstance(func, cst.Name):
            return [
                b.value
                for b in self.definitions(func)
                if b.value is not None and b.kind is BindingKind.ASSIGN
            ]
        if isinstance(func, cst.Attribute) and _head_name(func) == "self":
            return self.scopes.attributes.get(func.attr.value, [])[-_MOST_BINDINGS:]
        if isinstance(func, cst.Call):
            return [func]
        return []

    def _instance(self, value: cst.BaseExpression, shown: str) -> Role | None:
        """The role of an instance, from the expression that made it."""
        while isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute):
            origin = self.names.origin(value.func)
            if origin:
                break
            value = value.func.value
        if not isinstance(value, cst.Call):
            return None
        origin = self.names.origin(value.func)
        if origin in LOSS_MODULES:
            return Role(RoleKind.LOSS, origin.rsplit(".", 1)[-1], target=LOSS_MODULES[origin])
        if origin in RNN_MODULES:
            return Role(RoleKind.RNN, f"{shown} ({origin.rsplit('.', 1)[-1]})")
        last = _last_name(value.func)
        if origin.startswith("torch.nn.") and origin.rsplit(".", 1)[-1][:1].isupper():
            return Role(RoleKind.MODULE, shown)
        if origin.startswith("torchvision.models."):
            return Role(RoleKind.MODULE, f"{shown} ({last})")
        if last.endswith(("Loss", "Criterion")):
            return Role(RoleKind.LOSS, shown, by_name=True)
        if isinstance(value.func, cst.Name) and self.is_module_class(value.func):
            return Role(RoleKind.MODULE, f"{shown} ({last})")
        if last[:1].isupper() and last.lower().endswith(_MODEL_ENDS):
            return Role(RoleKind.MODULE, f"{shown} ({last})", by_name=True)
        return None

    def is_module_class(self, name: cst.Name) -> bool:
        """Whether a name is bound to a class of this file that derives from nn.Module."""
        binding = self.names.only_binding(name)
        if binding is None or not isinstance(binding.node, cst.ClassDef):
            return False
        return self.derives_from_module(binding.node)

    def derives_from_module(self, node: cst.ClassDef) -> bool:
        """Whether a base of the class is torch.nn.Module, here or one class further up."""
        for base in node.bases:
            if self.names.origin(base.value).startswith("torch.nn."):
                return True
            if isinstance(base.value, cst.Name):
                binding = self.names.only_binding(base.value)
                if (
                    binding is not None
                    and isinstance(binding.node, cst.ClassDef)
                    and binding.node is not node
                    and self.derives_from_module(binding.node)
                ):
                    return True
        return False

    def _by_name(self, func: cst.BaseExpression, shown: str) -> Role:
        last = _last_name(func)
        if last == "self" or (isinstance(func, cst.Attribute) and last == "forward"):
            return Role(RoleKind.MODULE, shown)
        word = last.lower().lstrip("_")
        parts = {part.rstrip("0123456789") for part in word.split("_")}
        if any(part in word for part in ("criterion", "loss", "cross_entropy", "mse", "bce")):
            return Role(RoleKind.LOSS, shown, by_name=True)
        if any(part in word for part in ("lstm", "gru", "rnn")) or "cell" in parts:
            return Role(RoleKind.RNN, shown, by_name=True)
        if (
            last in ("G", "D")
            or parts & _MODEL_WORDS
            or word.startswith(("net", "model"))
            or word.endswith(_MODEL_ENDS)
        ):
            return Role(RoleKind.MODULE, shown, by_name=True)
        if isinstance(func, cst.Attribute) and _FED_METHOD.match(word):
            owner = func.value
            if not (isinstance(owner, cst.Name) and owner.value == "self"):
                role = self.role(owner)
                if role.kind in (RoleKind.MODULE, RoleKind.RNN):
                    return Role(RoleKind.MODULE, shown, by_name=True)
        return Role(RoleKind.UNKNOWN, shown)

    # -- where a function stands ---------------------------------------------------------------

    def function_name(self, scope: Scope) -> str:
        """The name of the function a scope belongs to; empty at module level."""
        current: Scope | None = scope
        while current is not None:
            if isinstance(current.node, cst.FunctionDef):
                return current.node.name.value
            current = current.parent
        return ""

    def class_node(self, scope: Scope) -> cst.ClassDef | None:
        """The class around a scope."""
        current: Scope | None = scope
        while current is not None:
            if isinstance(current.node, cst.ClassDef):
                return current.node
            current = current.parent
        return None

    def loop_source(self, name: cst.Name) -> tuple[str, Binding] | None:
        """The iterable a name is a loop variable of, as written, and the loop's binding."""
        load = self.names.load(name)
        if load is None:
            return None
        owner = self.names.owner(name.value, load.scope)
        before = [b for b in self.definitions(name) if b.kind is BindingKind.LOOP]
        if not before:
            return None
        binding = before[-1]
        statement = binding.statement
        if owner.kind is ScopeKind.COMPREHENSION:
            clause: cst.CSTNode | None = binding.node
            while clause is not None and not isinstance(clause, cst.CompFor):
                clause = self.tree.parent(clause)
            return (self.tree.code(clause.iter), binding) if clause is not None else None
        if isinstance(statement, cst.For):
            return self.tree.code(statement.iter), binding
        return None


_MODEL_WORDS = frozenset(
    "encoder decoder generator discriminator critic actor policy classifier embedding embed "
    "extractor features backbone forward layer".split()
)
_MODEL_ENDS = ("net", "network", "model", "encoder", "decoder", "_g", "_d")
_DERIVING = frozenset({UseKind.ARGUMENT, UseKind.METHOD, UseKind.OPERAND, UseKind.INDEXED})


def _last_name(func: cst.CSTNode) -> str:
    """The last part of a dotted name; empty for anything else."""
    if isinstance(func, cst.Attribute):
        return func.attr.value
    return func.value if isinstance(func, cst.Name) else ""


def _written_key(node: cst.Subscript) -> str | None:
    """The text of a subscript that is one string or number; None for any other."""
    if len(node.slice) == 1:
        index = node.slice[0].slice
        if isinstance(index, cst.Index) and isinstance(
            index.value, (cst.SimpleString, cst.Integer)
        ):
            return index.value.value
    return None


def _head_name(node: cst.CSTNode) -> str:
    while isinstance(node, cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def _written(node: cst.CSTNode) -> str:
    """`a.b[...]` for targets, as far as it has a plain spelling."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return f"{_written(node.value)}.{node.attr.value}"
    if isinstance(node, cst.Subscript):
        return f"{_written(node.value)}[...]"
    return "..."
