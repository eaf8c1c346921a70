"""Which expressions are tensors without dimensions, as far as the file itself shows.

A name is followed to all definitions that reach it, an attribute of `self` to everything this file
assigns to an attribute of that name, a function of the file to what it returns. What other files
assign is not seen, and taken not to be of another kind.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Sequence

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


class ScalarFact(enum.Flag):
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


_NOTHING = ScalarFact(0)
_NUMBER_BUILTINS = frozenset({"float", "int", "len", "ord", "round"})
_NUMBER_METHODS = frozenset({"dim", "item", "nelement", "numel", "size"})
_WIDENING = frozenset({"expand", "repeat", "reshape", "unsqueeze", "view"})
_MOVES = frozenset({"cpu", "cuda", "double", "eval", "float", "half", "to", "train"})
_CLIPS = frozenset(
    f"torch.nn.utils.{inner}clip_grad_norm{end}"
    for inner in ("", "clip_grad.")
    for end in ("", "_")
)
# Methods that objects other than tensors are likely to have.
_OF_OTHERS = frozenset("all any count_nonzero max mean median min prod std sum var".split())
# Ways to give an attribute, or what a module gives, that are in no assignment.
_HIDDEN = re.compile(r"setattr|__dict__|\bvars\(|register_forward|f_locals")
# Ways to give a tensor other data that are no assignment.
_EXCHANGES = re.compile(r"swap_tensors|setattr(?:__)?\s*\([^()\n]*[\"']data[\"']")
_REPLACED = frozenset({"size_average", "reduce", "reduction", "forward", "__call__"})
_FLAGS = ("size_average", "reduce", "reduction")
_Key = tuple[str, object, Path]


class Scalars:
    """The dimensions of the values of one file; every answer is kept."""

    def __init__(self, analysis: FileAnalysis) -> None:
        self.analysis = analysis
        self.names = analysis.names
        self.flow = analysis.flow
        self.tree = analysis.tree
        self.holders = analysis.facts.holders
        self.attributes = analysis.facts.attributes
        self._values: dict[_Key, ScalarFact] = {}
        self._final: set[_Key] = set()
        self._seen: set[_Key] = set()
        self._changed = False
        self._modules: dict[int, ScalarFact] = {}
        self._written: dict[str, list[cst.Attribute]] | None = None
        self._reshaped: list[cst.BaseExpression] | None = None
        self._hidden = _HIDDEN.search(analysis.text) is not None

    def of(self, node: cst.BaseExpression) -> ScalarFact:
        """What the value of `node` may be."""
        while True:
            self._seen, self._changed = set(), False
            found = self._of(node, ())
            if not self._changed:
                self._final |= self._seen
                return found or ScalarFact.UNKNOWN

    def is_scalar(self, node: cst.BaseExpression) -> bool:
        """Whether a tensor in the place of `node` has no dimensions.

        It may be a number or None as well: what is asked of a tensor fails on these.
        """
        found = self.of(node)
        if (
            ScalarFact.SCALAR not in found
            or ScalarFact.SHAPED in found
            or ScalarFact.UNKNOWN in found
        ):
            return False
        return not self._is_reshaped(node)

    def is_loss(self, call: cst.Call) -> bool:
        """Whether a call is surely one of a loss of torch, which takes nothing but tensors."""
        origin = self.names.origin(call.func)
        if origin:
            functional = origin.startswith("torch.nn.functional.")
            return functional and origin in LOSS_REDUCTIONS and not self._is_replaced(origin)
        return bool(self._called(call.func))

    def _is_replaced(self, origin: str) -> bool:
        """Whether the file puts something of its own in the place of a function of torch."""
        short = origin.rpartition(".")[2]
        return any(
            store.attr.value == short and self.names.origin(store.value).startswith("torch")
            for store in self.analysis.scopes.stores
        )

    def _is_reshaped(self, node: cst.BaseExpression) -> bool:
        """Whether something in the file may change the shape of what `node` holds in place."""
        if self._reshaped is None:
            self._reshaped = list(self._reshaped_here())
        if _EXCHANGES.search(self.analysis.text):
            return True
        if not self._reshaped:
            return False
        own = self._groups(node)
        return any(own & self._groups(other) for other in self._reshaped)

    def _reshaped_here(self) -> Iterator[cst.BaseExpression]:
        """What the file changes the shape or the data of in place."""
        for call in self.analysis.scopes.all(cst.Call):
            for argument in call.args:
                if argument.keyword is not None and argument.keyword.value == "out":
                    yield argument.value
            func = call.func
            if not isinstance(func, cst.Attribute):
                continue
            if func.attr.value in RESHAPE_IN_PLACE_METHODS:
                yield func.value
                if call.args:
                    # Or a function of torch of that name.
                    yield call.args[0].value
        for store in self.analysis.scopes.stores:
            if store.attr.value == "data":
                yield store.value

    def _groups(self, node: cst.BaseExpression) -> set[int]:
        """What may be the same tensor as the value of `node`, or share its `.data`."""
        while isinstance(node, cst.Attribute) and node.attr.value == "data":
            node = node.value
        groups = self.holders.groups_of(node)
        return {id(group) for group in self.holders.reachable(groups)}

    # -- keys ----------------------------------------------------------------------------------

    def _ask(self, kind: str, what: object, path: Path) -> ScalarFact:
        key = (kind, what, path)
        if key in self._final or key in self._seen or len(path) > 3:
            return ScalarFact.UNKNOWN if len(path) > 3 else self._values.get(key, _NOTHING)
        self._seen.add(key)
        before = self._values.get(key, _NOTHING)
        if kind == "definition" and isinstance(what, Binding):
            found = self._definition(what, path)
        elif kind == "return" and isinstance(what, cst.FunctionDef):
            found = self._return(what, path)
        elif kind == "attribute" and isinstance(what, str):
            found = self._held(what, path)
        else:
            found = ScalarFact.UNKNOWN
        found |= before
        if found is not before:
            self._values[key] = found
            self._changed = True
        return found

    def _definition(self, binding: Binding, path: Path) -> ScalarFact:
        statement = binding.statement
        if isinstance(statement, cst.AugAssign) and statement.target is binding.node:
            if path or not isinstance(statement.target, cst.Name):
                return ScalarFact.UNKNOWN
            return self._augmented(self._of(statement.target, ()), statement)
        source = self.flow.source(binding)
        if source is None:
            return ScalarFact.UNKNOWN
        if not path and source.path:
            return self._unpacked(source.expression, source.path)
        return self._of(source.expression, (*source.path, *path))

    def _unpacked(self, node: cst.BaseExpression, path: Path) -> ScalarFact:
        """An element of a list that is written where it is taken apart, or of anything else.

        Something else may be put into a list that has a name.
        """
        if isinstance(node, cst.List):
            return self._element(node, path)
        if isinstance(node, (cst.ListComp, cst.GeneratorExp)):
            return self._of(node.elt, path[1:])
        return self._of(node, path)

    def _augmented(self, old: ScalarFact, statement: cst.AugAssign) -> ScalarFact:
        """What a target holds after `target op= value`: a tensor changes in place."""
        kept = old & (ScalarFact.SCALAR | ScalarFact.SHAPED | ScalarFact.UNKNOWN)
        if ScalarFact.NUMBER not in old:
            return kept
        return kept | _broadcast((ScalarFact.NUMBER, self._of(statement.value, ())))

    def _return(self, function: cst.FunctionDef, path: Path) -> ScalarFact:
        found = _NOTHING
        for node in _own_nodes(function):
            if isinstance(node, (cst.Yield, cst.From)):
                return ScalarFact.UNKNOWN
            if isinstance(node, cst.Return):
                found |= ScalarFact.NONE if node.value is None else self._of(node.value, path)
        return found

    def _held(self, name: str, path: Path) -> ScalarFact:
        """What an attribute of this name may hold, on any object."""
        if self._hidden:
            return ScalarFact.UNKNOWN
        found = _NOTHING
        for node in self._writes(name):
            statement = self.tree.parent(node)
            if isinstance(statement, cst.AugAssign):
                if path:
                    return ScalarFact.UNKNOWN
                found |= self._augmented(self._ask("attribute", name, path), statement)
                continue
            source = self.attributes.source(node)
            if source is None:
                return ScalarFact.UNKNOWN
            found |= self._of(source[0], (*source[1], *path))
        for scope in self.analysis.scopes.scope_of.values():
            if scope.kind is ScopeKind.CLASS:
                for binding in scope.bindings.get(name, ()):
                    found |= self._definition(binding, path)
        return found or ScalarFact.UNKNOWN

    def _writes(self, name: str) -> list[cst.Attribute]:
        if self._written is None:
            self._written = {}
            for node in self.analysis.scopes.all(cst.Attribute):
                if self.attributes.written(node):
                    self._written.setdefault(node.attr.value, []).append(node)
        return self._written.get(name, [])

    # -- expressions ---------------------------------------------------------------------------

    def _any(self, nodes: Iterable[cst.BaseExpression], path: Path = ()) -> ScalarFact:
        found = _NOTHING
        for node in nodes:
            found |= self._of(node, path)
        return found

    def _of(self, node: cst.BaseExpression, path: Path) -> ScalarFact:
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
        if isinstance(node, cst.Tuple):
            return self._element(node, path)
        if isinstance(node, cst.Subscript):
            return self._subscript(node, path)
        if path:
            return ScalarFact.UNKNOWN
        if isinstance(node, (cst.Integer, cst.Float)):
            return ScalarFact.NUMBER
        if isinstance(node, cst.BinaryOperation):
            if isinstance(node.operator, cst.MatrixMultiply):
                return ScalarFact.UNKNOWN
            return _broadcast((self._of(node.left, ()), self._of(node.right, ())))
        if isinstance(node, cst.UnaryOperation) and not isinstance(node.operator, cst.Not):
            return _broadcast((self._of(node.expression, ()),))
        return ScalarFact.UNKNOWN

    def _name(self, node: cst.Name, path: Path) -> ScalarFact:
        if node.value == "None":
            return ScalarFact.NONE
        definitions = self.flow.definitions(node)
        if definitions is None:
            return ScalarFact.UNKNOWN
        found = _NOTHING
        for binding in definitions:
            found |= self._ask("definition", binding, path)
        return found

    def _attribute(self, node: cst.Attribute, path: Path) -> ScalarFact:
        if not path and node.attr.value in ("data", "grad"):
            return self._of(node.value, ()) & ~ScalarFact.NUMBER
        if self.attributes.holder(node) is not None:
            return self._ask("attribute", node.attr.value, path)
        if self.names.origin(node).startswith("math."):
            return ScalarFact.NUMBER
        return ScalarFact.UNKNOWN

    def _element(self, node: cst.Tuple | cst.List, path: Path) -> ScalarFact:
        if not path or not all(isinstance(e, cst.Element) for e in node.elements):
            return ScalarFact.UNKNOWN
        index, rest = path[0], path[1:]
        if isinstance(node, cst.Tuple) and 0 <= index < len(node.elements):
            return self._of(node.elements[index].value, rest)
        if index != ANY:
            return ScalarFact.UNKNOWN
        return self._any((element.value for element in node.elements), rest)

    def _subscript(self, node: cst.Subscript, path: Path) -> ScalarFact:
        step = step_of(node)
        inner = node.value
        if not path:
            if isinstance(inner, cst.Attribute) and inner.attr.value == "shape":
                return ScalarFact.NUMBER
            if isinstance(inner, cst.Attribute) and inner.attr.value == "data" and step == 0:
                # What was meant by an index into a tensor without dimensions is its number.
                found = self._of(inner.value, ())
                if found and found in ScalarFact.SCALAR | ScalarFact.NUMBER | ScalarFact.NONE:
                    return ScalarFact.NUMBER
                return ScalarFact.UNKNOWN
            if isinstance(inner, cst.Call) and isinstance(inner.func, cst.Attribute):
                name, given = inner.func.attr.value, bool(inner.args)
                if name == "size" and not given:
                    return ScalarFact.NUMBER
                if name in ("max", "min", "sort", "topk") and given:
                    return ScalarFact.SHAPED
        return self._of(inner, (step, *path)) if step >= 0 else ScalarFact.UNKNOWN

    # -- calls ---------------------------------------------------------------------------------

    def _call(self, node: cst.Call, path: Path) -> ScalarFact:
        func = node.func
        origin = self.names.origin(func)
        if isinstance(func, (cst.Name, cst.Call)) or not origin:
            made = self._called(func)
            if made:
                return ScalarFact.UNKNOWN if path else made
        if origin:
            return ScalarFact.UNKNOWN if path else self._of_torch(node, origin)
        if isinstance(func, cst.Name):
            if self.names.is_builtin(func):
                return ScalarFact.UNKNOWN if path else self._builtin(node, func.value)
            function = self.holders.sharing.function(func)
            return ScalarFact.UNKNOWN if function is None else self._ask("return", function, path)
        if isinstance(func, cst.Attribute) and not path:
            return self._method(node, func)
        return ScalarFact.UNKNOWN

    def _of_torch(self, node: cst.Call, origin: str) -> ScalarFact:
        """The result of a function or class of an imported module."""
        short = origin.rpartition(".")[2]
        if self._is_replaced(origin):
            return ScalarFact.UNKNOWN
        if origin == VARIABLE:
            data = read_call(node).data
            return ScalarFact.UNKNOWN if data is None else self._of(data, ()) & ~ScalarFact.NUMBER
        if origin in LOSS_REDUCTIONS and origin.startswith("torch.nn.functional."):
            return _reduced(node, origin)
        if origin in _CLIPS:
            return ScalarFact.SCALAR
        if origin.startswith("math."):
            return ScalarFact.NUMBER
        if origin in TENSOR_TYPES or origin in SHAPED_FACTORIES:
            numbers = [a.value for a in node.args if a.keyword is None and not a.star]
            sized = bool(numbers) and all(
                isinstance(value, (cst.Integer, cst.List)) for value in numbers
            )
            return ScalarFact.SHAPED if sized else ScalarFact.UNKNOWN
        if origin == "torch.tensor" and node.args and not node.args[0].star:
            first = self._of(node.args[0].value, ())
            if isinstance(node.args[0].value, cst.List):
                return ScalarFact.SHAPED
            return ScalarFact.SCALAR if first == ScalarFact.NUMBER else ScalarFact.UNKNOWN
        if origin != f"torch.{short}" or not node.args or node.args[0].star:
            return ScalarFact.UNKNOWN
        if node.args[0].keyword is not None:
            return ScalarFact.UNKNOWN
        if short in REDUCING:
            return _without_dimension(node, 1, short)
        if short in PAIRWISE:
            return ScalarFact.SCALAR if len(node.args) == 2 else ScalarFact.UNKNOWN
        if short in KEEPING and len(node.args) == 1:
            return self._of(node.args[0].value, ()) & ~ScalarFact.NUMBER
        return ScalarFact.UNKNOWN

    def _builtin(self, node: cst.Call, name: str) -> ScalarFact:
        if any(argument.star for argument in node.args):
            return ScalarFact.UNKNOWN
        if name in _NUMBER_BUILTINS:
            return ScalarFact.NUMBER
        if name == "sum" and len(node.args) == 1:
            return _broadcast((ScalarFact.NUMBER, self._unpacked(node.args[0].value, (ANY,))))
        return ScalarFact.UNKNOWN

    def _method(self, node: cst.Call, func: cst.Attribute) -> ScalarFact:
        name = func.attr.value
        if name in _NUMBER_METHODS:
            sizes = name == "size" and not node.args
            return (
                ScalarFact.UNKNOWN if sizes or defines(self.analysis, name) else ScalarFact.NUMBER
            )
        arguments = [argument.value for argument in node.args if not argument.star]
        if name in KEEPING:
            return self._of(func.value, ())
        if name in KEEPING_IN_PLACE:
            return self._of(func.value, ()) & ~ScalarFact.NUMBER
        if name in BROADCASTING:
            if len(arguments) < len(node.args):
                return ScalarFact.UNKNOWN
            return _broadcast([self._of(func.value, ()), *(self._of(a, ()) for a in arguments)])
        if name in REDUCING:
            if not self._may_be_tensor(func, name):
                return ScalarFact.UNKNOWN
            return _without_dimension(node, 0, name)
        if name in PAIRWISE and len(arguments) == len(node.args) == 1:
            return ScalarFact.SCALAR if self._may_be_tensor(func, name) else ScalarFact.UNKNOWN
        return ScalarFact.SHAPED if name in _WIDENING and node.args else ScalarFact.UNKNOWN

    def _may_be_tensor(self, func: cst.Attribute, name: str) -> bool:
        """Whether a method is one of a tensor, as far as is seen."""
        if self._is_replaced(name):
            return False
        kind = self.analysis.facts.of(func.value).kind
        if kind is Kind.UNKNOWN:
            other = name in _OF_OTHERS and self._is_object(func.value)
            return not other and not defines(self.analysis, name)
        return kind is Kind.TENSOR

    def _is_object(self, node: cst.BaseExpression) -> bool:
        """Whether a value may be an object of a class that is not seen, by how it is made."""
        sources: list[cst.BaseExpression | None] = []
        if isinstance(node, cst.Name):
            sources += [self.flow.made(b) for b in self.flow.definitions(node) or ()]
        elif isinstance(node, cst.Attribute):
            if node.attr.value in ("data", "grad"):
                return self._is_object(node.value)
            if self.attributes.holder(node) is None:
                return True
            for written in self._writes(node.attr.value):
                source = self.attributes.source(written)
                sources.append(None if source is None else source[0])
            if not sources or None in sources:
                return True
        elif isinstance(node, cst.Call):
            sources.append(node)
        return any(
            isinstance(source, cst.Call) and last_name(source.func)[:1].isupper()
            for source in sources
            if source is not None and self.analysis.facts.of(source).kind is not Kind.TENSOR
        )

    def _called(self, func: cst.BaseExpression) -> ScalarFact:
        """What calling a loss module gives; nothing when it is not seen to be one."""
        key = id(func)
        if key not in self._modules:
            # One that depends on itself is not seen to be one.
            self._modules[key] = _NOTHING
            self._modules[key] = self._calling(func)
        return self._modules[key]

    def _calling(self, func: cst.BaseExpression) -> ScalarFact:
        sources: list[cst.BaseExpression] = []
        if isinstance(func, cst.Call):
            return self._made(func)
        if isinstance(func, cst.IfExp):
            sources = [func.body, func.orelse]
        elif isinstance(func, cst.Name):
            for binding in self.flow.definitions(func) or ():
                made = self.flow.made(binding)
                if made is None or binding.kind is not BindingKind.ASSIGN:
                    return _NOTHING
                sources.append(made)
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
        found = [self._called(source) for source in sources]
        joined = _NOTHING
        for one in found:
            joined |= one
        return joined if all(found) else _NOTHING

    def _made(self, node: cst.Call) -> ScalarFact:
        """What calling the object that a call makes gives."""
        while isinstance(node.func, cst.Attribute) and node.func.attr.value in _MOVES:
            inner = node.func.value
            if not isinstance(inner, cst.Call):
                return self._called(inner)
            node = inner
        origin = self.names.origin(node.func)
        if origin not in LOSS_REDUCTIONS or origin.startswith("torch.nn.functional."):
            return _NOTHING
        if self._is_replaced(origin):
            return ScalarFact.UNKNOWN
        if self._hidden or _REPLACED & self.analysis.scopes.replaced:
            return ScalarFact.UNKNOWN
        return _reduced(node, origin)


def last_name(func: cst.BaseExpression) -> str:
    """The last part of a dotted name; empty for anything else."""
    if isinstance(func, cst.Attribute):
        return func.attr.value
    return func.value if isinstance(func, cst.Name) else ""


def _reduced(node: cst.Call, origin: str) -> ScalarFact:
    """Whether a loss gives one number, from its flags."""
    flags: list[cst.BaseExpression | None] = []
    if any(argument.star for argument in node.args):
        return ScalarFact.UNKNOWN
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
        return ScalarFact.SHAPED
    if reduce is not None and literal not in ("True", "None"):
        return ScalarFact.UNKNOWN
    averaging = flags[0].value if isinstance(flags[0], cst.Name) else ""
    if reduction is None or literal == "True" or averaging in ("True", "False"):
        # The older flags win, where they are given.
        return ScalarFact.SCALAR
    if not isinstance(reduction, cst.SimpleString):
        return ScalarFact.UNKNOWN
    text = reduction.value.strip("'\"")
    if text in REDUCED:
        return ScalarFact.SCALAR
    return ScalarFact.SHAPED if text == "none" else ScalarFact.UNKNOWN


def _without_dimension(node: cst.Call, first: int, name: str) -> ScalarFact:
    """What a reduction gives, from its arguments behind the tensor."""
    arguments = node.args[first:]
    if any(argument.star for argument in arguments):
        return ScalarFact.UNKNOWN
    positional = [argument for argument in arguments if argument.keyword is None]
    keywords = {a.keyword.value for a in arguments if a.keyword is not None}
    if len(positional) > int(name == "norm") or not keywords <= REDUCING_KEYWORDS:
        return ScalarFact.SHAPED
    return ScalarFact.SCALAR


def _broadcast(parts: Sequence[ScalarFact]) -> ScalarFact:
    """What an operation of values gives that are one of these each."""
    if not all(parts):
        return _NOTHING
    if any(ScalarFact.SHAPED in part for part in parts):
        return ScalarFact.SHAPED
    if any(ScalarFact.UNKNOWN in part for part in parts):
        return ScalarFact.UNKNOWN
    numbers = all(ScalarFact.NUMBER in part for part in parts)
    # Something that is None fails.
    tensors = any(ScalarFact.SCALAR in part for part in parts) and all(
        part & (ScalarFact.NUMBER | ScalarFact.SCALAR) for part in parts
    )
    return (ScalarFact.NUMBER if numbers else _NOTHING) | (
        ScalarFact.SCALAR if tensors else _NOTHING
    )


def _own_nodes(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    """All nodes of a function's body, not those of functions and classes inside it."""
    body = node.body if isinstance(node, cst.FunctionDef) else node
    for child in children(body):
        if isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            continue
        yield child
        yield from _own_nodes(child)
