"""Small questions that several rules ask about expressions that may be tensors."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import BindingKind, ScopeKind
from varmigrate.torch_facts.functions import FUNCTIONS, NON_TENSOR_FUNCTIONS, TUPLE_FUNCTIONS
from varmigrate.torch_facts.methods import METHODS, NON_TENSOR_METHODS, TUPLE_METHODS

_CONSTANTS = (
    cst.Integer,
    cst.Float,
    cst.Imaginary,
    cst.SimpleString,
)
_PURE_BUILTINS = frozenset({"abs", "bool", "float", "int", "len", "max", "min", "round", "sum"})
# What draws random numbers may not change places with anything else that does.
_DRAWING = re.compile(r"rand|normal|bernoulli|multinomial|binomial|poisson|drop|gumbel|rrelu")


def imports_torch(analysis: FileAnalysis) -> bool:
    """Whether the file itself imports torch, or something out of it."""
    for scope in (analysis.scopes.module, *analysis.scopes.scope_of.values()):
        stars = [star.module for star in scope.stars]
        imported = [
            binding.module
            for bindings in scope.bindings.values()
            for binding in bindings
            if binding.kind is BindingKind.IMPORT
        ]
        if any(module.split(".")[0] == "torch" for module in (*stars, *imported)):
            return True
    return False


def defines(analysis: FileAnalysis, name: str) -> bool:
    """Whether a class of this file has an attribute or method of a name, or one is given it."""
    scopes = analysis.scopes
    if name in scopes.attributes or name in scopes.replaced:
        return True
    return any(
        scope.kind is ScopeKind.CLASS and name in scope.bindings
        for scope in scopes.scope_of.values()
    )


def chain(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """An expression and all that its methods, attributes and indices are applied to, inwards."""
    while True:
        yield node
        if isinstance(node, cst.Call):
            node = node.func
        elif isinstance(node, (cst.Attribute, cst.Subscript)):
            node = node.value
        else:
            return


def is_pure(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    """Whether evaluating an expression has no effect, so that it may be done a little later.

    Reading a name, an attribute or an item counts as having none, and so does an operator.
    """
    if isinstance(node, (cst.Name, *_CONSTANTS)):
        return True
    if isinstance(node, cst.Attribute):
        return is_pure(analysis, node.value)
    if isinstance(node, cst.UnaryOperation):
        return is_pure(analysis, node.expression)
    if isinstance(node, cst.BinaryOperation):
        return is_pure(analysis, node.left) and is_pure(analysis, node.right)
    if isinstance(node, cst.IfExp):
        parts = (node.test, node.body, node.orelse)
        return all(is_pure(analysis, part) for part in parts)
    if isinstance(node, cst.Tuple):
        return all(
            isinstance(element, cst.Element) and is_pure(analysis, element.value)
            for element in node.elements
        )
    if isinstance(node, cst.Subscript):
        return is_pure(analysis, node.value) and all(
            isinstance(element.slice, cst.Index) and is_pure(analysis, element.slice.value)
            for element in node.slice
        )
    if isinstance(node, cst.Call):
        return _is_pure_call(analysis, node)
    return False


def _is_pure_call(analysis: FileAnalysis, node: cst.Call) -> bool:
    for argument in node.args:
        if argument.star or (argument.keyword is not None and argument.keyword.value == "out"):
            return False
    if not all(is_pure(analysis, argument.value) for argument in node.args):
        return False
    func = node.func
    origin = analysis.names.origin(func)
    if origin:
        known = (
            origin.startswith("math.")
            or origin in FUNCTIONS
            or origin in TUPLE_FUNCTIONS
            or origin in NON_TENSOR_FUNCTIONS
        )
        return known and not origin.endswith("_") and _DRAWING.search(origin) is None
    if isinstance(func, cst.Name):
        return func.value in _PURE_BUILTINS and analysis.names.is_builtin(func)
    if not isinstance(func, cst.Attribute):
        return False
    name = func.attr.value
    known = name in METHODS or name in TUPLE_METHODS or name in NON_TENSOR_METHODS
    if not known or name.endswith("_") or _DRAWING.search(name) or name == "backward":
        return False
    return is_pure(analysis, func.value) and not defines(analysis, name)
