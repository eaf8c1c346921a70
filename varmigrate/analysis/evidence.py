"""What the code around an expression tells about it, whatever its value is made of.

A test that it is a tensor, a method asked of it before that only tensors have, `no_grad` around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from varmigrate.analysis.facts import Fact, Kind
from varmigrate.analysis.flow import Flow
from varmigrate.analysis.names import VARIABLE, Names
from varmigrate.analysis.scopes import ScopeKind
from varmigrate.analysis.tree import statement_of
from varmigrate.torch_facts.methods import SIZE_METHODS
from varmigrate.torch_facts.quiet import ADDING_METHODS, QUIET_METHODS, TAKING_METHODS

_TENSOR_TESTS = frozenset({"torch.Tensor", VARIABLE})
_MODE = re.compile(r"enable_grad|set_grad_enabled|inference_mode")
_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
# Methods that objects of all kinds have.
_OF_OTHERS = ADDING_METHODS | TAKING_METHODS | (QUIET_METHODS - SIZE_METHODS)
_NO_GRAD = "torch.no_grad"


class Evidence:
    """What stands around the expressions of one file.

    own_names: the names that classes of the file give to attributes and methods of their own, and
    those of other files to methods that tensors have as well.
    """

    def __init__(self, names: Names, flow: Flow) -> None:
        self.names = names
        self.flow = flow
        self.tree = names.tree
        text = names.tree.text
        self._may_pause = "no_grad" in text and _MODE.search(text) is None
        self.own_names = (
            frozenset(
                name
                for scope in names.scopes.scope_of.values()
                if scope.kind is ScopeKind.CLASS
                for name in scope.bindings
            )
            | names.scopes.attributes.keys()
            | names.scopes.replaced
            | (names.context.methods - _OF_OTHERS)
        )

    def narrowed(self, node: cst.Name, fact: Fact) -> Fact:
        """A tensor where an `isinstance` test around the read says so."""
        if fact.kind is not Kind.UNKNOWN:
            return fact
        below: cst.CSTNode = node
        current = self.tree.parent(node)
        while current is not None and not isinstance(current, (cst.FunctionDef, cst.Lambda)):
            if isinstance(current, (cst.If, cst.IfExp)) and current.body is below:
                for test in _conjuncts(current.test):
                    if self._tests_tensor(test, node):
                        reason = f"`{node.value}` is a tensor, line {self.tree.line(test)} tests it"
                        return replace(fact, kind=Kind.TENSOR, reasons=(*fact.reasons, reason))
            below, current = current, self.tree.parent(current)
        return fact

    def _tests_tensor(self, test: cst.BaseExpression, node: cst.Name) -> bool:
        wanted = None
        if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
            # `type(x) == torch.Tensor`; nothing is of the type Variable, and no such branch runs.
            target = test.comparisons[0]
            wanted = target.comparator
            test = test.left
            if not isinstance(target.operator, (cst.Is, cst.Equal)):
                return False
        if not isinstance(test, cst.Call) or not test.args or test.args[0].star:
            return False
        subject = test.args[0].value
        if not isinstance(subject, cst.Name) or subject.value != node.value:
            return False
        if wanted is not None:
            tests = (
                isinstance(test.func, cst.Name)
                and test.func.value == "type"
                and self.names.is_builtin(test.func)
                and len(test.args) == 1
                and self.names.origin(wanted) in _TENSOR_TESTS
            )
        elif self.names.origin(test.func) == "torch.is_tensor":
            tests = len(test.args) == 1
        else:
            tests = (
                isinstance(test.func, cst.Name)
                and test.func.value == "isinstance"
                and self.names.is_builtin(test.func)
                and len(test.args) == 2
                and self.names.origin(test.args[1].value) in _TENSOR_TESTS
            )
        if not tests or not self.flow.in_step(subject) or not self.flow.in_step(node):
            return False
        return self.flow.definitions(subject) == self.flow.definitions(node)

    def looks_like_tensor(self, node: cst.BaseExpression) -> bool:
        """Whether a value that has `.data` is a tensor and no packed sequence.

        Of those a slice is a plain tuple, and `.size()`, asked on every way to here, is missing.
        """
        if isinstance(node, cst.Subscript):
            if not self.own_names.isdisjoint({"data", "__getitem__"}):
                return False
            return len(node.slice) > 1 or isinstance(node.slice[0].slice, cst.Slice)
        if not isinstance(node, cst.Name) or not self.own_names.isdisjoint({"data", *SIZE_METHODS}):
            return False
        definitions = self.flow.definitions(node)
        load = self.names.load(node)
        if definitions is None or load is None or not self.flow.in_step(node):
            return False
        for other in self.names.scopes.loads.get(node.value, ()):
            method = self.tree.parent(other.node)
            if not isinstance(method, cst.Attribute) or method.attr.value not in SIZE_METHODS:
                continue
            call = self.tree.parent(method)
            if not isinstance(call, cst.Call) or call.func is not method:
                continue
            if any(other.order < binding.order < load.order for binding in definitions):
                # In a loop both may find either of two objects, and not the same.
                continue
            if other.scope is load.scope and self.flow.definitions(other.node) == definitions:
                if other.order < load.order and self._runs_before(call, node):
                    return True
                if statement_of(self.tree, call) is statement_of(self.tree, node):
                    return self._runs_always(call) and self._runs_always(node)
        return False

    def _runs_always(self, node: cst.CSTNode) -> bool:
        """Whether an expression is evaluated whenever its small statement is run to its end."""
        current, parent = node, self.tree.parent(node)
        while parent is not None and not isinstance(current, cst.BaseSmallStatement):
            if isinstance(parent, (cst.Lambda, *_COMPREHENSIONS)):
                return False
            if isinstance(parent, cst.IfExp) and parent.test is not current:
                return False
            if isinstance(parent, cst.BooleanOperation) and parent.left is not current:
                return False
            if isinstance(parent, cst.ComparisonTarget):
                comparison = self.tree.parent(parent)
                if not isinstance(comparison, cst.Comparison):
                    return False
                if comparison.comparisons[0] is not parent:
                    return False
            if isinstance(parent, cst.BaseCompoundStatement):
                return False
            current, parent = parent, self.tree.parent(parent)
        return not isinstance(current, cst.Assert)

    def _runs_before(self, first: cst.CSTNode, node: cst.CSTNode) -> bool:
        """Whether the statement of `first` stands before `node`, in a block that is around both."""
        if not self._runs_always(first):
            return False
        line = self.tree.parent(statement_of(self.tree, first))
        block = line
        if line is not None and not isinstance(line, cst.SimpleStatementSuite):
            block = self.tree.parent(line)
        current = self.tree.parent(node)
        while current is not None and not isinstance(current, (cst.FunctionDef, cst.Lambda)):
            if current is block:
                return True
            current = self.tree.parent(current)
        return isinstance(current, cst.FunctionDef) and current.body is block

    def paused(self, node: cst.CSTNode) -> bool:
        """Whether gradient recording is switched off around an expression, to be seen there."""
        if not self._may_pause:
            return False
        current = self.tree.parent(node)
        below: cst.CSTNode = node
        while current is not None:
            if isinstance(current, (cst.Lambda, cst.GeneratorExp, cst.ClassDef)):
                return False
            if isinstance(current, cst.With) and current.body is below:
                # Another context manager may switch recording on again.
                (item, *more) = current.items
                call = item.item
                return (
                    not more
                    and isinstance(call, cst.Call)
                    and self.names.origin(call.func) == _NO_GRAD
                )
            if isinstance(current, cst.FunctionDef):
                return False
            below, current = current, self.tree.parent(current)
        return False


def _conjuncts(test: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The parts of a test that all hold when it does."""
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        yield from _conjuncts(test.left)
        yield from _conjuncts(test.right)
    else:
        yield test
