"""How many dimensions a tensor has, where the text of the program proves it."""

from __future__ import annotations

import re

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.names import VARIABLE
from varmigrate.analysis.scopes import BindingKind, ScopeKind
from varmigrate.analysis.tensors import defines
from varmigrate.torch_facts.constructors import SPARSE_TENSOR_TYPES, TENSOR_TYPES
from varmigrate.torch_facts.ranks import (
    CONTAINER_MODULES,
    FIXED_RANK,
    FIXED_RANK_METHODS,
    LIKE_METHODS,
    RANK_CHANGING,
    SAME_RANK_FUNCTIONS,
    SAME_RANK_METHODS,
    SAME_RANK_MODULES,
    SHAPED_METHODS,
    SIZED_FACTORIES,
)

_CHANGES = re.compile(
    rf"\b(?:{'|'.join(sorted(RANK_CHANGING))})\b|\.data\s*=(?!=)|"
    r"__dict__|f_locals|\b(?:locals|globals|vars|exec|eval)\s*\("
)
# A module that is told to do something else than its class does.
_HOOKS = re.compile(r"register_\w*hook|\bforward\s*=(?!=)|parametri[sz]|_norm\(|setattr\(")
_NUMBERS = (cst.Integer, cst.Float)
_READING = (
    cst.Attribute,
    cst.BinaryOperation,
    cst.ComparisonTarget,
    cst.Comparison,
    cst.FormattedStringExpression,
    cst.Index,
    cst.Return,
    cst.Subscript,
    cst.UnaryOperation,
)
_DEEPEST = 30


class Ranks:
    """Answers for the expressions of one file. An answer holds, or its evaluation raises.

    assumed: what the answers since it was emptied take for granted, in words.
    """

    def __init__(self, analysis: FileAnalysis) -> None:
        self.analysis = analysis
        self.assumed: list[str] = []
        self.names = analysis.names
        # In a file that changes tensors' shapes in place, what a name held is no proof.
        self._changes = _CHANGES.search(analysis.text) is not None
        self._hooks = _HOOKS.search(analysis.text) is not None
        self._asked: set[int] = set()

    def of(self, node: cst.BaseExpression) -> int | None:
        """The number of dimensions of a tensor; None when it is not known."""
        if id(node) in self._asked or len(self._asked) > _DEEPEST:
            return None
        self._asked.add(id(node))
        try:
            return self._of(node)
        finally:
            self._asked.discard(id(node))

    def _of(self, node: cst.BaseExpression) -> int | None:
        if isinstance(node, cst.Call):
            return self._call(node)
        if isinstance(node, cst.Name):
            return self._name(node)
        if isinstance(node, cst.Attribute):
            if node.attr.value == "data":
                return self.of(node.value)
            return None
        if isinstance(node, cst.UnaryOperation) and not isinstance(node.operator, cst.Not):
            return self.of(node.expression)
        if isinstance(node, cst.BinaryOperation):
            return self._arithmetic(node)
        if isinstance(node, cst.IfExp):
            body, orelse = self.of(node.body), self.of(node.orelse)
            return body if body == orelse else None
        if isinstance(node, cst.Subscript):
            return self._subscript(node)
        return None

    # -- calls ---------------------------------------------------------------------------------

    def _call(self, node: cst.Call) -> int | None:
        if any(argument.star for argument in node.args):
            return None
        if any(a.keyword is not None and a.keyword.value == "out" for a in node.args):
            return None
        origin = self.names.origin(node.func)
        if origin:
            return self._function(node, origin)
        if isinstance(node.func, cst.Attribute):
            found = self._method(node, node.func)
            return self._module(node) if found is None else found
        return self._module(node)

    def _function(self, node: cst.Call, origin: str) -> int | None:
        if origin in FIXED_RANK:
            return FIXED_RANK[origin]
        first = node.args[0] if node.args and node.args[0].keyword is None else None
        if origin in SIZED_FACTORIES:
            return self._count(node)
        if origin in TENSOR_TYPES and origin not in SPARSE_TENSOR_TYPES:
            if len(node.args) == 1 and first is not None:
                depth = _depth(first.value)
                return 1 if isinstance(first.value, cst.Integer) else depth
            sizes = [argument for argument in node.args if argument.keyword is None]
            return len(sizes) if len(sizes) > 1 else None
        if origin == "torch.tensor" and first is not None:
            return _depth(first.value)
        if origin in SAME_RANK_FUNCTIONS or origin == VARIABLE:
            named = [a for a in node.args if a.keyword is not None and a.keyword.value == "input"]
            given = first or (named[0] if named else None)
            return None if given is None else self.of(given.value)
        return None

    def _count(self, node: cst.Call) -> int | None:
        """How many sizes a call gives by place."""
        sizes = [argument for argument in node.args if argument.keyword is None]
        if any(a.keyword is not None and a.keyword.value == "size" for a in node.args):
            return None
        if len(sizes) > 1:
            grouped = any(isinstance(size.value, (cst.Tuple, cst.List)) for size in sizes)
            return None if grouped else len(sizes)
        if len(sizes) == 1:
            value = sizes[0].value
            if isinstance(value, cst.Integer):
                return 1
            if isinstance(value, cst.UnaryOperation) and isinstance(value.expression, cst.Integer):
                return 1
            if isinstance(value, (cst.Tuple, cst.List)):
                plain = all(isinstance(element, cst.Element) for element in value.elements)
                return len(value.elements) if plain else None
        return None

    def _method(self, node: cst.Call, func: cst.Attribute) -> int | None:
        name = func.attr.value
        if defines(self.analysis, name):
            return None
        if name in SHAPED_METHODS:
            return self._count(node)
        if name in FIXED_RANK_METHODS:
            return FIXED_RANK_METHODS[name]
        if name in SAME_RANK_METHODS:
            return self.of(func.value)
        if name in LIKE_METHODS and len(node.args) == 1:
            return self.of(node.args[0].value)
        if name == "unsqueeze":
            rank = self.of(func.value)
            return None if rank is None else rank + 1
        if name in ("sum", "mean"):
            return self._reduced(node, func)
        return None

    def _reduced(self, node: cst.Call, func: cst.Attribute) -> int | None:
        if not node.args:
            return 0 if self.of(func.value) is not None else None
        rank = self.of(func.value)
        given = {a.keyword.value if a.keyword else "dim": a.value for a in node.args}
        if rank is None or len(given) < len(node.args) or not given.keys() <= {"dim", "keepdim"}:
            return None
        number, kept = given.get("dim"), given.get("keepdim")
        if isinstance(number, cst.UnaryOperation):
            number = number.expression
        if not isinstance(number, cst.Integer) or rank == 0:
            return None
        if kept is None:
            return rank - 1
        return rank if isinstance(kept, cst.Name) and kept.value == "True" else None

    def _module(self, node: cst.Call) -> int | None:
        """The result of a module that was made of a class which keeps the number."""
        if len(node.args) != 1 or node.args[0].keyword is not None:
            return None
        func = node.func
        made = self._made(func)
        if not made or not all(origin in SAME_RANK_MODULES for origin in made):
            return None
        rank = self.of(node.args[0].value)
        if rank is not None and isinstance(func, cst.Attribute) and not self._is_closed(func):
            text = self.analysis.tree.code(func)
            self.assumed.append(f"`{text}` is the module that this file makes it")
        return rank

    def _made(self, func: cst.BaseExpression) -> list[str] | None:
        """The classes, as dotted names, whose instance a module is; None when not all are known."""
        made: list[cst.BaseExpression | None]
        if self._hooks or (isinstance(func, cst.Name) and not self._only_called(func)):
            return None
        if isinstance(func, cst.Call):
            made = [func]
        elif isinstance(func, cst.Attribute):
            made = list(self._held(func) or ())
        elif isinstance(func, cst.Name):
            definitions = self.analysis.flow.definitions(func)
            made = [self.analysis.flow.made(binding) for binding in definitions or ()]
        else:
            return None
        found = [self.names.origin(v.func) if isinstance(v, cst.Call) else "" for v in made]
        return found if found and all(found) else None

    def _is_closed(self, node: cst.Attribute) -> bool:
        """Whether an attribute is only seen by its class, which hands it to nobody."""
        attributes = self.analysis.facts.attributes
        holder = attributes.holder(node)
        if holder is None or not attributes.closed(holder):
            return False
        places = attributes.nodes().get(holder, [])
        return all(attributes.written(place) or self._is_used_as_module(place) for place in places)

    def _only_called(self, node: cst.Name) -> bool:
        """Whether a name is a function's own, and what it holds is handed to nobody."""
        load = self.names.load(node)
        if load is None or load.scope.kind is ScopeKind.CLASS:
            return False
        return all(
            self._is_used_as_module(other.node)
            for other in self.analysis.scopes.loads.get(node.value, ())
        )

    def _is_used_as_module(self, node: cst.CSTNode) -> bool:
        parent = self.analysis.tree.parent(node)
        called = isinstance(parent, cst.Call) and parent.func is node
        return called or isinstance(parent, cst.Attribute)

    def _held(self, node: cst.Attribute) -> list[cst.BaseExpression] | None:
        """All that a class of this file assigns to an attribute; None when others may do so."""
        attributes = self.analysis.facts.attributes
        holder = attributes.holder(node)
        name = node.attr.value
        if holder is None or name in self.analysis.scopes.replaced:
            return None
        for scope in self.analysis.scopes.scope_of.values():
            if scope.kind is ScopeKind.CLASS and name in scope.bindings:
                return None
        return attributes.assigned(holder)

    # -- the rest ------------------------------------------------------------------------------

    def _name(self, node: cst.Name) -> int | None:
        flow = self.analysis.flow
        definitions = flow.definitions(node)
        if self._changes or not definitions or not flow.surely_bound(node):
            return None
        if any(
            b.kind is not BindingKind.ASSIGN or self._escapes(b.name, node) for b in definitions
        ):
            return None
        ranks = []
        for binding in definitions:
            made = flow.made(binding)
            ranks.append(None if made is None else self.of(made))
        return ranks[0] if len(set(ranks)) == 1 else None

    def _escapes(self, name: str, node: cst.Name) -> bool:
        """Whether a name is handed to code that is not torch's, which may change the shape."""
        load = self.names.load(node)
        if load is None or load.scope.kind not in (ScopeKind.FUNCTION, ScopeKind.MODULE):
            return True
        return any(
            load.scope in other.scope.enclosing()
            if other.scope is not load.scope
            else not self._is_harmless(other.node)
            for other in self.analysis.scopes.loads.get(name, ())
        )

    def _is_harmless(self, node: cst.Name) -> bool:
        """Whether a use of a tensor leaves it as it is and makes no second name for it."""
        parent = self.analysis.tree.parent(node)
        if isinstance(parent, cst.Arg):
            call = self.analysis.tree.parent(parent)
            if not isinstance(call, cst.Call):
                return False
            if parent.keyword is not None and parent.keyword.value == "out":
                return False
            if self.names.origin(call.func).startswith("torch."):
                return True
            return self._is_module(call.func) or self._of_tensor(call)
        return isinstance(parent, _READING)

    def _is_module(self, func: cst.BaseExpression) -> bool:
        """Whether a call runs nothing but a module of torch."""
        made = self._made(func)
        return made is not None and all(
            origin.startswith("torch.nn.") and origin not in CONTAINER_MODULES for origin in made
        )

    def _of_tensor(self, call: cst.Call) -> bool:
        """Whether a call is a method of a tensor."""
        func = call.func
        return (
            isinstance(func, cst.Attribute)
            and self.analysis.facts.of(func.value).kind is Kind.TENSOR
        )

    def _arithmetic(self, node: cst.BinaryOperation) -> int | None:
        if isinstance(node.operator, cst.MatrixMultiply):
            return None
        left, right = self.of(node.left), self.of(node.right)
        if left is not None and right is not None:
            return max(left, right)
        if left is not None and self._is_number(node.right):
            return left
        return right if right is not None and self._is_number(node.left) else None

    def _is_number(self, node: cst.BaseExpression) -> bool:
        return isinstance(node, _NUMBERS)

    def _subscript(self, node: cst.Subscript) -> int | None:
        rank = self.of(node.value)
        for element in node.slice:
            if rank is None:
                return None
            if isinstance(element.slice, cst.Slice):
                continue
            if not isinstance(element.slice, cst.Index):
                return None
            index = element.slice.value
            if isinstance(index, cst.UnaryOperation) and isinstance(index.operator, cst.Minus):
                index = index.expression
            rank = rank - 1 if isinstance(index, cst.Integer) else None
        return rank if rank is not None and rank >= 0 else None


def _depth(node: cst.BaseExpression) -> int | None:
    """How deep a list of numbers is nested; None when its elements are anything else."""
    if isinstance(node, cst.UnaryOperation):
        node = node.expression
    if isinstance(node, _NUMBERS):
        return 0
    if not isinstance(node, (cst.List, cst.Tuple)) or not node.elements:
        return None
    depths = {
        _depth(element.value) if isinstance(element, cst.Element) else None
        for element in node.elements
    }
    (depth,) = depths if len(depths) == 1 else (None,)
    return None if depth is None else depth + 1
