"""Where the value of an expression goes inside its function, and what the receivers are.

This is evidence for an intent, not proof for a rewrite: a name is followed to its reads up to the
next time it is bound, in order of the text, one step deep.
"""

from __future__ import annotations

import enum
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.names import Names
from varmigrate.analysis.scopes import Binding, BindingKind, Load, Scope, ScopeKind, Scopes
from varmigrate.analysis.tree import Tree
from varmigrate.torch_facts.losses import LOSS_FUNCTIONS, LOSS_MODULES, OPTIMIZERS, RNN_MODULES

_FOLLOWED_METHODS = frozenset(
    "cuda cpu to float double half long int byte type type_as contiguous view reshape unsqueeze "
    "squeeze expand expand_as clone detach requires_grad_ t transpose permute repeat".split()
)
_MOST_USES = 60
_MOST_BINDINGS = 8


def _order(item: Load | Binding) -> int:
    return item.order


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


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a value.

    node: the call, attribute, operation or statement that uses it. detail: method or attribute
    name, keyword of an argument, or the dotted target it is stored in. position: 0-based place of
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

    def __init__(self, scopes: Scopes, names: Names) -> None:
        self.scopes = scopes
        self.tree: Tree = scopes.tree
        self.names = names
        self._places: dict[tuple[int, str], dict[int, tuple[int, int | None]]] = {}

    # -- where a value goes --------------------------------------------------------------------

    def targets(self, node: cst.CSTNode) -> list[str]:
        """The names or dotted attributes the value of `node` is assigned to."""
        found: list[str] = []
        for kind, place, _ in self._climb(node):
            if kind == "assign":
                found.append(_written(place))
        return found

    def of(self, node: cst.CSTNode) -> list[Use]:
        """The uses of the value of `node`, directly and through the names it is bound to."""
        uses: list[Use] = []
        for kind, place, use in self._climb(node):
            if use is not None:
                uses.append(use)
            elif kind == "assign" and isinstance(place, cst.Name):
                for load in self._reads_after(place):
                    for _, _, inner in self._climb(load):
                        if inner is not None:
                            uses.append(inner)
                    if len(uses) > _MOST_USES:
                        return uses
        return uses

    def _reads_after(self, target: cst.Name) -> Iterator[cst.Name]:
        """Reads of the name between this binding of it and the next one in the same scope."""
        scope = self.scopes.scope_at(target)
        mine, last = self._place(scope, target)
        if mine is None:
            return
        loads = self.scopes.loads.get(target.value, [])
        for load in loads[bisect_right(loads, mine, key=_order) :]:
            if last is not None and load.order >= last:
                return
            if self.names.owner(target.value, load.scope) is scope:
                yield load.node

    def _place(self, scope: Scope, target: cst.Name) -> tuple[int | None, int | None]:
        """The position of a binding, and that of the next one of the same name."""
        key = (id(scope), target.value)
        if key not in self._places:
            orders = sorted((b.order, id(b.node)) for b in scope.bindings.get(target.value, []))
            self._places[key] = {
                node: (order, orders[index + 1][0] if index + 1 < len(orders) else None)
                for index, (order, node) in enumerate(orders)
            }
        return self._places[key].get(id(target), (None, None))

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
                    return
                yield "use", parent, Use(UseKind.ATTRIBUTE, parent, method)
                if method == "data":
                    node = parent
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
                yield "use", parent, Use(UseKind.OPERAND, parent)
                return
            if isinstance(parent, cst.Subscript) and parent.value is node:
                yield "use", parent, Use(UseKind.INDEXED, parent)
                return
            if isinstance(parent, (cst.ListComp, cst.GeneratorExp, cst.DictElement)):
                yield "use", parent, Use(UseKind.COLLECTED, parent)
                return
            if isinstance(parent, cst.IfExp) and parent.test is not node:
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
                for b in self.assigned(func)
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
        if origin.startswith("torch.nn.") and origin.rsplit(".", 1)[-1][:1].isupper():
            return Role(RoleKind.MODULE, shown)
        if isinstance(value.func, cst.Name) and self.is_module_class(value.func):
            return Role(RoleKind.MODULE, f"{shown} ({value.func.value})")
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
        last = func.attr.value if isinstance(func, cst.Attribute) else ""
        if isinstance(func, cst.Name):
            last = func.value
        if last == "self" or (isinstance(func, cst.Attribute) and last == "forward"):
            return Role(RoleKind.MODULE, shown)
        word = last.lower().lstrip("_")
        if any(part in word for part in ("criterion", "loss", "cross_entropy", "mse", "bce")):
            return Role(RoleKind.LOSS, shown, by_name=True)
        if any(part in word for part in ("lstm", "gru", "rnn", "cell")):
            return Role(RoleKind.RNN, shown, by_name=True)
        if word in _MODEL_WORDS or word.startswith(("net", "model")) or word.endswith(_MODEL_ENDS):
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
        before = [b for b in self.assigned(name) if b.kind is BindingKind.LOOP]
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
    "feature_extractor features backbone g d forward".split()
)
_MODEL_ENDS = ("net", "_model", "model", "encoder", "decoder", "_g", "_d")


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
