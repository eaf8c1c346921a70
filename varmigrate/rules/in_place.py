"""What VM303 and VM304 share: statements that write through `.data`, and their modern form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import BindingKind, Scope
from varmigrate.analysis.tensors import defines, imports_torch
from varmigrate.analysis.tree import statement_of
from varmigrate.model import Edit
from varmigrate.rewrite.regions import wrap, wrap_small
from varmigrate.rewrite.tokens import comments
from varmigrate.torch_facts.methods import METHODS, RESHAPE_IN_PLACE_METHODS

_PARAMETER_NAME = re.compile(r"(?:weight|bias)(?:_\w+)?\Z")
_PARAMETERS = frozenset({"torch.nn.Parameter", "torch.nn.parameter.Parameter"})
_LISTS_OF_PARAMETERS = frozenset({"parameters", "named_parameters"})
_PASSING = frozenset({"enumerate", "filter", "list", "reversed", "zip"})
ASSUMPTION = "`{}` is a tensor whose old value autograd needs no more"
NO_PLACE = "put it under `with torch.no_grad():` by hand, and leave `.data` out"


@dataclass(slots=True)
class Write:
    """A statement that writes through `tensor.data`.

    data: the `.data` written through. tensor: what it belongs to. statement: the small statement.
    edits: what makes the statement do the same without this `.data`. operands: what is computed
    with. method: the one in-place method, when nothing else is called. call: its call. fresh: the
    tensor is new, and no graph can hold it.
    """

    data: cst.Attribute
    tensor: cst.BaseExpression
    statement: cst.BaseSmallStatement
    edits: tuple[Edit, ...]
    operands: tuple[cst.BaseExpression, ...] = ()
    method: str = ""
    call: cst.Call | None = None
    fresh: bool = False

    def all_edits(self, analysis: FileAnalysis) -> tuple[Edit, ...]:
        """The edits, with those that take `.data` off the operands."""
        return (*self.edits, *operands_without_data(analysis, self.operands, self.fresh))


def shown(analysis: FileAnalysis, node: cst.BaseExpression) -> str:
    """An expression as it is written, shortened."""
    text = " ".join(analysis.tree.code(node).split())
    return text if len(text) <= 40 else text[:37] + "..."


def is_tensor(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    """Whether a value is a tensor, or a parameter or gradient by all that is seen of it."""
    kind = analysis.facts.of(node).kind
    if kind is not Kind.UNKNOWN:
        return kind is Kind.TENSOR
    if isinstance(node, cst.Attribute) and node.attr.value == "grad":
        return imports_torch(analysis)
    return is_parameter(analysis, node)


def is_parameter(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    """Whether a value is named like a parameter, or seen to be one."""
    if isinstance(node, cst.Name):
        return _is_loop_parameter(analysis, node)
    if not isinstance(node, cst.Attribute) or node.attr.value == "grad":
        return False
    if _PARAMETER_NAME.match(node.attr.value):
        return imports_torch(analysis)
    return any(
        isinstance(value, cst.Call) and analysis.names.origin(value.func) in _PARAMETERS
        for value in analysis.scopes.attributes.get(node.attr.value, ())
    )


def _is_loop_parameter(analysis: FileAnalysis, node: cst.Name) -> bool:
    """Whether a name runs over the parameters of a module or of an optimiser's group."""
    definitions = analysis.flow.definitions(node)
    if not definitions or not imports_torch(analysis):
        return False
    for binding in definitions:
        source = analysis.flow.source(binding)
        if binding.kind is not BindingKind.LOOP or source is None:
            return False
        if not any(_lists_parameters(part) for part in _inner(source.expression)):
            return False
    return True


def _inner(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """An iterable and what built-ins that pass it on are given."""
    yield node
    if (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Name)
        and node.func.value in _PASSING
    ):
        for argument in node.args:
            yield from _inner(argument.value)


def _lists_parameters(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        return node.func.attr.value in _LISTS_OF_PARAMETERS
    if isinstance(node, cst.Subscript) and len(node.slice) == 1:
        index = node.slice[0].slice
        return (
            isinstance(index, cst.Index)
            and isinstance(index.value, cst.SimpleString)
            and index.value.value.strip("'\"") == "params"
        )
    return False


def only_tensors_have(analysis: FileAnalysis, name: str) -> bool:
    """Whether a method is in place, of tensors alone, and leaves the shape as it is."""
    return (
        name.endswith("_")
        and not name.endswith("__")
        and name in METHODS
        and name not in RESHAPE_IN_PLACE_METHODS
        and name not in ("requires_grad_", "detach_", "share_memory_", "data_")
        and imports_torch(analysis)
        and not defines(analysis, name)
    )


def without_data(analysis: FileAnalysis, node: cst.Attribute) -> tuple[Edit, ...] | None:
    """The edit that takes `.data` off; None when a comment would go with it."""
    start, end = analysis.tree.end(node.value), analysis.tree.end(node.attr)
    if node.lpar or comments(analysis.text[start:end]):
        return None
    return (Edit(start, end, ""),)


def operands_without_data(
    analysis: FileAnalysis, nodes: Sequence[cst.BaseExpression], proved: bool
) -> Iterator[Edit]:
    """The edits that take `.data` off operands that are only computed with.

    proved: only where the operand is known to be a tensor, and not merely named like one.
    """
    for node in nodes:
        inner: Sequence[cst.BaseExpression] = ()
        if isinstance(node, cst.BinaryOperation):
            inner = (node.left, node.right)
        elif isinstance(node, cst.UnaryOperation):
            inner = (node.expression,)
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            name = node.func.attr.value
            if name in METHODS and not name.endswith("_") and not analysis.names.origin(node.func):
                inner = (node.func.value, *(a.value for a in node.args if not a.star))
        elif isinstance(node, cst.Attribute) and node.attr.value == "data":
            known = analysis.facts.of(node.value).kind is Kind.TENSOR
            if known or (not proved and is_tensor(analysis, node.value)):
                yield from without_data(analysis, node) or ()
        yield from operands_without_data(analysis, inner, proved)


def is_paused(analysis: FileAnalysis, node: cst.CSTNode) -> bool:
    """Whether `torch.no_grad()` holds around a statement, as it is written there."""
    current: cst.CSTNode | None = node
    while current is not None:
        if isinstance(current, cst.With):
            items = [item.item for item in current.items]
            if any(_turns_off(analysis, item) for item in items):
                return True
        if isinstance(current, cst.FunctionDef):
            return any(_turns_off(analysis, item.decorator) for item in current.decorators)
        if isinstance(current, (cst.ClassDef, cst.Lambda)):
            return False
        current = analysis.tree.parent(current)
    return False


def _turns_off(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Call) and analysis.names.origin(node.func) == "torch.no_grad"


def spelled(analysis: FileAnalysis, origin: str, node: cst.CSTNode) -> str | None:
    """How a module of torch can be written at a statement; None when no name is bound to one."""
    statement = statement_of(analysis.tree, node)
    scope = analysis.scopes.scope_at(node)
    order = analysis.scopes.orders.get(id(statement), (0, 0))[0]
    parts = origin.split(".")
    for length in range(len(parts), 0, -1):
        head = ".".join(parts[:length])
        for name in _names_of(analysis, head):
            if analysis.names.certainly(name, head, scope, order):
                return ".".join((name, *parts[length:]))
    return None


def _names_of(analysis: FileAnalysis, origin: str) -> list[str]:
    found: dict[str, None] = {}
    scopes: list[Scope] = [analysis.scopes.module, *analysis.scopes.scope_of.values()]
    for scope in scopes:
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                if binding.kind is BindingKind.IMPORT:
                    meaning = analysis.names.of_binding(binding)
                    if meaning is not None and meaning.origin == origin:
                        found[name] = None
    return sorted(found)


def regions(analysis: FileAnalysis, writes: Sequence[Write]) -> dict[int, tuple[Edit, ...] | None]:
    """Id of each write's statement -> the edits that put it, and its neighbours, under `no_grad`.

    None where there is no place for a `with`, or no name for torch.
    """
    tree = analysis.tree
    lines: dict[int, Write] = {}
    found: dict[int, tuple[Edit, ...] | None] = {}
    for write in writes:
        line = tree.parent(write.statement)
        if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
            lines[id(line)] = write
            continue
        torch = spelled(analysis, "torch", write.statement)
        found[id(write.statement)] = (
            None if torch is None else wrap_small(tree, (write.statement,), f"{torch}.no_grad()")
        )
    for write in writes:
        if id(write.statement) in found:
            continue
        line = tree.parent(write.statement)
        block = None if line is None else tree.parent(line)
        if line is None or not isinstance(block, (cst.IndentedBlock, cst.Module)):
            found[id(write.statement)] = None
            continue
        start = next(i for i, item in enumerate(block.body) if item is line)
        run: list[cst.CSTNode] = []
        for item in block.body[start:]:
            other = lines.get(id(item))
            if other is None or other.fresh is not write.fresh:
                break
            run.append(item)
        torch = spelled(analysis, "torch", write.statement)
        edits = None if torch is None else wrap(tree, run, f"{torch}.no_grad()")
        for member in run:
            found[id(lines[id(member)].statement)] = edits
    return found
