"""Which expressions are tensors without dimensions, as far as the file itself shows.

A name is followed to all definitions that reach it, an attribute of `self` to everything this file
assigns to an attribute of that name, a function of the file to what it returns. What other files
assign is not seen, and taken not to be of another kind.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence

import libcst as cst

from varmigrate.analysis.calls import read_call
from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.flow import ANY, Path, step_of
from varmigrate.analysis.names import VARIABLE
from varmigrate.analysis.scopes import Binding, BindingKind, ScopeKind
from varmigrate.analysis.tensors import defines
from varmigrate.analysis.tree import children
from varmigrate.torch_facts.constructors import TENSOR_TYPES
from varmigrate.torch_facts.methods import RESHAPE_IN_PLACE_METHODS
from varmigrate.torch_facts.reductions import (
    BROADCASTING,
    KEEPING,
    KEEPING_IN_PLACE,
    LOSS_REDUCTIONS,
    PAIRWISE,
    REDUCED,
    REDUCING,
    REDUCING_KEYWORDS,
    SHAPED_FACTORIES,
)


class Rank(enum.Flag):
    """What a value may be.

    NUMBER: a number of Python. SCALAR: a tensor without dimensions. SHAPED: a tensor that has, or
    in all likelihood has, dimensions. NONE: None. UNKNOWN: anything. Nothing at all: no value
    arrives, as far as is seen.
    """

    NUMBER = enum.auto()
    SCALAR = enum.auto()
    SHAPED = enum.auto()
    NONE = enum.auto()
    UNKNOWN = enum.auto()


_NOTHING = Rank(0)
_SINGLE = (Rank.NUMBER, Rank.SCALAR, Rank.SHAPED, Rank.NONE, Rank.UNKNOWN)
_NUMBER_BUILTINS = frozenset({"float", "int", "len", "ord", "round"})
_NUMBER_METHODS = frozenset({"dim", "item", "nelement", "numel", "size"})
_WIDENING = frozenset({"expand", "repeat", "reshape", "unsqueeze", "view"})
_MOVES = frozenset({"cpu", "cuda", "double", "eval", "float", "half", "to", "train"})
_CLIPS = frozenset(
    f"torch.nn.utils.{inner}clip_grad_norm{end}"
    for inner in ("", "clip_grad.")
    for end in ("", "_")
)
_FLAGS = ("size_average", "reduce", "reduction")
_Key = tuple[str, object, Path]


class Ranks:
    """The dimensions of the values of one file; every answer is kept."""

    def __init__(self, analysis: FileAnalysis) -> None:
        self.analysis = analysis
        self.names = analysis.names
        self.flow = analysis.flow
        self.tree = analysis.tree
        self.holders = analysis.facts.holders
        self.attributes = analysis.facts.attributes
        self._values: dict[_Key, Rank] = {}
        self._final: set[_Key] = set()
        self._seen: set[_Key] = set()
        self._changed = False
        self._written: dict[str, list[cst.Attribute]] | None = None
        self._reshaped: list[cst.BaseExpression] | None = None
        self._hidden = "setattr" in analysis.text

    def of(self, node: cst.BaseExpression) -> Rank:
        """What the value of `node` may be."""
        while True:
            self._seen, self._changed = set(), False
            found = self._of(node, ())
            if not self._changed:
                self._final |= self._seen
                return found or Rank.UNKNOWN

    def is_scalar(self, node: cst.BaseExpression) -> bool:
        """Whether a tensor in the place of `node` has no dimensions.

        It may be a number or None as well: what is asked of a tensor fails on these.
        """
        found = self.of(node)
        if Rank.SCALAR not in found or Rank.SHAPED in found or Rank.UNKNOWN in found:
            return False
        return not self._is_reshaped(node)

    def _is_reshaped(self, node: cst.BaseExpression) -> bool:
        """Whether something in the file may change the shape of what `node` holds in place."""
        if self._reshaped is None:
            self._reshaped = [
                call.func.value
                for call in self.analysis.scopes.all(cst.Call)
                if isinstance(call.func, cst.Attribute)
                and call.func.attr.value in RESHAPE_IN_PLACE_METHODS
            ]
            self._reshaped += [
                store.value for store in self.analysis.scopes.stores if store.attr.value == "data"
            ]
        if not self._reshaped:
            return False
        own = self._groups(node)
        return any(own & self._groups(other) for other in self._reshaped)

    def _groups(self, node: cst.BaseExpression) -> set[int]:
        """What may be the same tensor as the value of `node`, or share its `.data`."""
        while isinstance(node, cst.Attribute) and node.attr.value == "data":
            node = node.value
        groups = self.holders.groups_of(node)
        return {id(group) for group in self.holders.reachable(groups)}

    # -- keys ----------------------------------------------------------------------------------

    def _ask(self, kind: str, what: object, path: Path) -> Rank:
        key = (kind, what, path)
        if key in self._final or key in self._seen or len(path) > 3:
            return Rank.UNKNOWN if len(path) > 3 else self._values.get(key, _NOTHING)
        self._seen.add(key)
        before = self._values.get(key, _NOTHING)
        if kind == "definition" and isinstance(what, Binding):
            found = self._definition(what, path)
        elif kind == "return" and isinstance(what, cst.FunctionDef):
            found = self._return(what, path)
        elif kind == "attribute" and isinstance(what, str):
            found = self._held(what, path)
        else:
            found = Rank.UNKNOWN
        found |= before
        if found is not before:
            self._values[key] = found
            self._changed = True
        return found

    def _definition(self, binding: Binding, path: Path) -> Rank:
        statement = binding.statement
        if isinstance(statement, cst.AugAssign) and statement.target is binding.node:
            if path or not isinstance(statement.target, cst.Name):
                return Rank.UNKNOWN
            return self._augmented(self._of(statement.target, ()), statement)
        source = self.flow.source(binding)
        if source is None:
            return Rank.UNKNOWN
        return self._of(source.expression, (*source.path, *path))

    def _augmented(self, old: Rank, statement: cst.AugAssign) -> Rank:
        """What a target holds after `target op= value`: a tensor changes in place."""
        kept = old & (Rank.SCALAR | Rank.SHAPED | Rank.UNKNOWN)
        if Rank.NUMBER not in old:
            return kept
        return kept | _broadcast((Rank.NUMBER, self._of(statement.value, ())))

    def _return(self, function: cst.FunctionDef, path: Path) -> Rank:
        found = _NOTHING
        for node in _own_nodes(function):
            if isinstance(node, (cst.Yield, cst.From)):
                return Rank.UNKNOWN
            if isinstance(node, cst.Return):
                found |= Rank.NONE if node.value is None else self._of(node.value, path)
        return found

    def _held(self, name: str, path: Path) -> Rank:
        """What an attribute of this name may hold, on any object."""
        if self._hidden:
            return Rank.UNKNOWN
        found = _NOTHING
        for node in self._writes(name):
            statement = self.tree.parent(node)
            if isinstance(statement, cst.AugAssign):
                if path:
                    return Rank.UNKNOWN
                found |= self._augmented(self._ask("attribute", name, path), statement)
                continue
            source = self.attributes.source(node)
            if source is None:
                return Rank.UNKNOWN
            found |= self._of(source[0], (*source[1], *path))
        for scope in self.analysis.scopes.scope_of.values():
            if scope.kind is ScopeKind.CLASS:
                for binding in scope.bindings.get(name, ()):
                    found |= self._definition(binding, path)
        return found or Rank.UNKNOWN

    def _writes(self, name: str) -> list[cst.Attribute]:
        if self._written is None:
            self._written = {}
            for node in self.analysis.scopes.all(cst.Attribute):
                if self.attributes.written(node):
                    self._written.setdefault(node.attr.value, []).append(node)
        return self._written.get(name, [])

    # -- expressions ---------------------------------------------------------------------------

    def _any(self, nodes: Iterable[cst.BaseExpression], path: Path = ()) -> Rank:
        found = _NOTHING
        for node in nodes:
            found |= self._of(node, path)
        return found

    def _of(self, node: cst.BaseExpression, path: Path) -> Rank:
        if isinstance(node, cst.Name):
            return self._name(node, path)
        if isinstance(node, cst.Call):
            return self._call(node, path)
        if isinstance(node, cst.Attribute):
            return self._attribute(node, path)
        if isinstance(node, cst.IfExp):
            return self._any((node.body, node.orelse), path)
        if isinstance(node, cst.NamedExpr):
            return self._of(node.value, path)
        if isinstance(node, (cst.Tuple, cst.List)):
            return self._element(node, path)
        if isinstance(node, (cst.ListComp, cst.GeneratorExp)) and path:
            return self._of(node.elt, path[1:])
        if isinstance(node, cst.Subscript):
            return self._subscript(node, path)
        if path:
            return Rank.UNKNOWN
        if isinstance(node, (cst.Integer, cst.Float)):
            return Rank.NUMBER
        if isinstance(node, cst.BinaryOperation):
            if isinstance(node.operator, cst.MatrixMultiply):
                return Rank.UNKNOWN
            return _broadcast((self._of(node.left, ()), self._of(node.right, ())))
        if isinstance(node, cst.UnaryOperation) and not isinstance(node.operator, cst.Not):
            return _broadcast((self._of(node.expression, ()),))
        return Rank.UNKNOWN

    def _name(self, node: cst.Name, path: Path) -> Rank:
        if node.value == "None":
            return Rank.NONE
        definitions = self.flow.definitions(node)
        if definitions is None:
            return Rank.UNKNOWN
        found = _NOTHING
        for binding in definitions:
            found |= self._ask("definition", binding, path)
        return found

    def _attribute(self, node: cst.Attribute, path: Path) -> Rank:
        if not path and node.attr.value in ("data", "grad"):
            return self._of(node.value, ()) & ~Rank.NUMBER
        if self.attributes.holder(node) is not None:
            return self._ask("attribute", node.attr.value, path)
        if self.names.origin(node).startswith("math."):
            return Rank.NUMBER
        return Rank.UNKNOWN

    def _element(self, node: cst.Tuple | cst.List, path: Path) -> Rank:
        if not path or not all(isinstance(e, cst.Element) for e in node.elements):
            return Rank.UNKNOWN
        index, rest = path[0], path[1:]
        if isinstance(node, cst.Tuple) and 0 <= index < len(node.elements):
            return self._of(node.elements[index].value, rest)
        if index != ANY:
            return Rank.UNKNOWN
        return self._any((element.value for element in node.elements), rest)

    def _subscript(self, node: cst.Subscript, path: Path) -> Rank:
        step = step_of(node)
        inner = node.value
        if not path:
            if isinstance(inner, cst.Attribute) and inner.attr.value == "shape":
                return Rank.NUMBER
            if isinstance(inner, cst.Attribute) and inner.attr.value == "data" and step == 0:
                # What was meant by an index into a tensor without dimensions is its number.
                found = self._of(inner.value, ())
                if found and found in Rank.SCALAR | Rank.NUMBER | Rank.NONE:
                    return Rank.NUMBER
                return Rank.UNKNOWN
            if isinstance(inner, cst.Call) and isinstance(inner.func, cst.Attribute):
                name, given = inner.func.attr.value, bool(inner.args)
                if name == "size" and not given:
                    return Rank.NUMBER
                if name in ("max", "min", "sort", "topk") and given:
                    return Rank.SHAPED
        return self._of(inner, (step, *path)) if step >= 0 else Rank.UNKNOWN

    # -- calls ---------------------------------------------------------------------------------

    def _call(self, node: cst.Call, path: Path) -> Rank:
        func = node.func
        origin = self.names.origin(func)
        if isinstance(func, (cst.Name, cst.Call)) or not origin:
            made = self._called(func)
            if made:
                return Rank.UNKNOWN if path else made
        if origin:
            return Rank.UNKNOWN if path else self._of_torch(node, origin)
        if isinstance(func, cst.Name):
            if self.names.is_builtin(func):
                return Rank.UNKNOWN if path else self._builtin(node, func.value)
            function = self.holders.function(func)
            return Rank.UNKNOWN if function is None else self._ask("return", function, path)
        if isinstance(func, cst.Attribute) and not path:
            return self._method(node, func)
        return Rank.UNKNOWN

    def _of_torch(self, node: cst.Call, origin: str) -> Rank:
        """The result of a function or class of an imported module."""
        short = origin.rpartition(".")[2]
        if any(
            store.attr.value == short and self.names.origin(store.value).startswith("torch")
            for store in self.analysis.scopes.stores
        ):
            return Rank.UNKNOWN
        if origin == VARIABLE:
            data = read_call(node).data
            return Rank.UNKNOWN if data is None else self._of(data, ()) & ~Rank.NUMBER
        if origin in LOSS_REDUCTIONS and origin.startswith("torch.nn.functional."):
            return _reduced(node, origin)
        if origin in _CLIPS:
            return Rank.SCALAR
        if origin.startswith("math."):
            return Rank.NUMBER
        if origin in TENSOR_TYPES or origin in SHAPED_FACTORIES:
            numbers = [a.value for a in node.args if a.keyword is None and not a.star]
            sized = bool(numbers) and all(
                isinstance(value, (cst.Integer, cst.List)) for value in numbers
            )
            return Rank.SHAPED if sized else Rank.UNKNOWN
        if origin == "torch.tensor" and node.args and not node.args[0].star:
            first = self._of(node.args[0].value, ())
            if isinstance(node.args[0].value, cst.List):
                return Rank.SHAPED
            return Rank.SCALAR if first == Rank.NUMBER else Rank.UNKNOWN
        if origin != f"torch.{short}" or not node.args or node.args[0].star:
            return Rank.UNKNOWN
        if node.args[0].keyword is not None:
            return Rank.UNKNOWN
        if short in REDUCING:
            return _without_dimension(node, 1, short)
        if short in PAIRWISE:
            return Rank.SCALAR if len(node.args) == 2 else Rank.UNKNOWN
        if short in KEEPING and len(node.args) == 1:
            return self._of(node.args[0].value, ()) & ~Rank.NUMBER
        return Rank.UNKNOWN

    def _builtin(self, node: cst.Call, name: str) -> Rank:
        if any(argument.star for argument in node.args):
            return Rank.UNKNOWN
        if name in _NUMBER_BUILTINS:
            return Rank.NUMBER
        if name == "sum" and len(node.args) == 1:
            return _broadcast((Rank.NUMBER, self._of(node.args[0].value, (ANY,))))
        return Rank.UNKNOWN

    def _method(self, node: cst.Call, func: cst.Attribute) -> Rank:
        name = func.attr.value
        if name in _NUMBER_METHODS:
            sizes = name == "size" and not node.args
            return Rank.UNKNOWN if sizes or defines(self.analysis, name) else Rank.NUMBER
        arguments = [argument.value for argument in node.args if not argument.star]
        if name in KEEPING:
            return self._of(func.value, ())
        if name in KEEPING_IN_PLACE:
            return self._of(func.value, ()) & ~Rank.NUMBER
        if name in BROADCASTING:
            if len(arguments) < len(node.args):
                return Rank.UNKNOWN
            return _broadcast([self._of(func.value, ()), *(self._of(a, ()) for a in arguments)])
        if name in REDUCING:
            if not self._may_be_tensor(func, name):
                return Rank.UNKNOWN
            return _without_dimension(node, 0, name)
        if name in PAIRWISE and len(arguments) == len(node.args) == 1:
            return Rank.SCALAR if self._may_be_tensor(func, name) else Rank.UNKNOWN
        return Rank.SHAPED if name in _WIDENING and node.args else Rank.UNKNOWN

    def _may_be_tensor(self, func: cst.Attribute, name: str) -> bool:
        """Whether a method is one of a tensor, as far as is seen."""
        kind = self.analysis.facts.of(func.value).kind
        if kind is Kind.UNKNOWN:
            return not defines(self.analysis, name)
        return kind is Kind.TENSOR

    def _called(self, func: cst.BaseExpression, depth: int = 4) -> Rank:
        """What calling a loss module gives; nothing when it is not seen to be one."""
        if depth == 0:
            return _NOTHING
        sources: list[cst.BaseExpression] = []
        if isinstance(func, cst.Call):
            return self._made(func)
        if isinstance(func, cst.IfExp):
            sources = [func.body, func.orelse]
        elif isinstance(func, cst.Name):
            for binding in self.flow.definitions(func) or ():
                source = self.flow.source(binding)
                if source is None or source.path or binding.kind is not BindingKind.ASSIGN:
                    return _NOTHING
                sources.append(source.expression)
        elif isinstance(func, cst.Attribute) and self.attributes.holder(func) is not None:
            name = func.attr.value
            if self._hidden or any(
                scope.kind is ScopeKind.CLASS and name in scope.bindings
                for scope in self.analysis.scopes.scope_of.values()
            ):
                return _NOTHING
            for node in self._writes(name):
                written = self.attributes.source(node)
                if written is None or written[1]:
                    return _NOTHING
                sources.append(written[0])
        sources = [
            source
            for source in sources
            if not (isinstance(source, cst.Name) and source.value == "None")
        ]
        found = [self._called(source, depth - 1) for source in sources]
        joined = _NOTHING
        for one in found:
            joined |= one
        return joined if all(found) else _NOTHING

    def _made(self, node: cst.Call) -> Rank:
        """What calling the object that a call makes gives."""
        while isinstance(node.func, cst.Attribute) and node.func.attr.value in _MOVES:
            inner = node.func.value
            if not isinstance(inner, cst.Call):
                return self._called(inner, 2)
            node = inner
        origin = self.names.origin(node.func)
        if origin not in LOSS_REDUCTIONS or origin.startswith("torch.nn.functional."):
            return _NOTHING
        if any(store.attr.value in _FLAGS for store in self.analysis.scopes.stores):
            return Rank.UNKNOWN
        return _reduced(node, origin)


def _reduced(node: cst.Call, origin: str) -> Rank:
    """Whether a loss gives one number, from its flags."""
    flags: list[cst.BaseExpression | None] = []
    if any(argument.star for argument in node.args):
        return Rank.UNKNOWN
    for name, place in zip(_FLAGS, LOSS_REDUCTIONS[origin], strict=True):
        given = [
            argument.value
            for index, argument in enumerate(node.args)
            if (argument.keyword is None and index == place)
            or (argument.keyword is not None and argument.keyword.value == name)
        ]
        flags.append(given[0] if given else None)
    _, reduce, reduction = flags
    literal = reduce.value if isinstance(reduce, cst.Name) else ""
    if literal == "False":
        return Rank.SHAPED
    if reduce is not None and literal not in ("True", "None"):
        return Rank.UNKNOWN
    averaging = flags[0].value if isinstance(flags[0], cst.Name) else ""
    if reduction is None or literal == "True" or averaging in ("True", "False"):
        # The older flags win, where they are given.
        return Rank.SCALAR
    if not isinstance(reduction, cst.SimpleString):
        return Rank.UNKNOWN
    text = reduction.value.strip("'\"")
    if text in REDUCED:
        return Rank.SCALAR
    return Rank.SHAPED if text == "none" else Rank.UNKNOWN


def _without_dimension(node: cst.Call, first: int, name: str) -> Rank:
    """What a reduction gives, from its arguments behind the tensor."""
    arguments = node.args[first:]
    if any(argument.star for argument in arguments):
        return Rank.UNKNOWN
    positional = [argument for argument in arguments if argument.keyword is None]
    keywords = {a.keyword.value for a in arguments if a.keyword is not None}
    if len(positional) > int(name == "norm") or not keywords <= REDUCING_KEYWORDS:
        return Rank.SHAPED
    return Rank.SCALAR


def _broadcast(parts: Sequence[Rank]) -> Rank:
    """What an operation of values gives that are one of these each."""
    if not all(parts):
        return _NOTHING
    if any(Rank.SHAPED in part for part in parts):
        return Rank.SHAPED
    if any(Rank.UNKNOWN in part for part in parts):
        return Rank.UNKNOWN
    numbers = all(Rank.NUMBER in part for part in parts)
    # Something that is None fails.
    tensors = any(Rank.SCALAR in part for part in parts) and all(
        part & (Rank.NUMBER | Rank.SCALAR) for part in parts
    )
    return (Rank.NUMBER if numbers else _NOTHING) | (Rank.SCALAR if tensors else _NOTHING)


def _own_nodes(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    """All nodes of a function's body, not those of functions and classes inside it."""
    body = node.body if isinstance(node, cst.FunctionDef) else node
    for child in children(body):
        if isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            continue
        yield child
        yield from _own_nodes(child)
