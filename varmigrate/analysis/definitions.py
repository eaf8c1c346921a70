"""What definitions bind: names, parameters, what functions give back, attributes of self.

A parameter is followed to the calls where all are seen, an attribute to its assignments.
"""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from varmigrate.analysis.arguments import parameter_for
from varmigrate.analysis.changes import Changes
from varmigrate.analysis.elements import Elements
from varmigrate.analysis.events import Group, Put
from varmigrate.analysis.facts import (
    MOST_REASONS,
    OPAQUE,
    UNKNOWN,
    Fact,
    GraphFact,
    IdentityFact,
    Kind,
    part_of,
    shared,
    unique,
)
from varmigrate.analysis.flow import ANY, Flow, Path
from varmigrate.analysis.holders import Holders
from varmigrate.analysis.parameters import Parameters
from varmigrate.analysis.scopes import Binding, BindingKind
from varmigrate.analysis.solving import Key, Solver
from varmigrate.analysis.tree import own_nodes


class Definitions:
    """The definitions of one file, by the keys of the solver."""

    def __init__(
        self,
        solver: Solver,
        flow: Flow,
        holders: Holders,
        parameters: Parameters,
        changes: Changes,
        elements: Elements,
    ) -> None:
        self.solver = solver
        self.flow = flow
        self.tree = holders.tree
        self.holders = holders
        self.attributes = holders.attributes
        self.parameters = parameters
        self.changes = changes
        self.elements = elements

    def compute(self, key: Key) -> Fact:
        """The fact for a key, from what others are known to be so far."""
        kind, what, path = key
        if kind == "definition" and isinstance(what, Binding):
            return self._definition(what, path)
        if kind == "return" and isinstance(what, cst.FunctionDef):
            return self._return(what, path)
        if kind == "attribute" and isinstance(what, tuple):
            return self._held(what, path)
        if kind == "put" and isinstance(what, Put):
            return self.elements.item(what.expression, (*what.path, *path[1:]))
        if kind == "group" and isinstance(what, Group):
            return self.changes.group(what)
        raise ValueError(f"nothing is known about a {kind}")

    def _definition(self, binding: Binding, path: Path) -> Fact:
        """What a binding binds (the element at `path` of it)."""
        if binding.kind in (BindingKind.FUNCTION, BindingKind.CLASS):
            return OPAQUE if not path else UNKNOWN
        if binding.kind is BindingKind.PARAMETER:
            return self._parameter(binding, path)
        statement = binding.statement
        if isinstance(statement, cst.AugAssign) and statement.target is binding.node:
            return self._augmented(statement, path)
        source = self.flow.source(binding)
        if source is None:
            return UNKNOWN
        fact = self.elements.item(source.expression, (*source.path, *path))
        if fact.kind is Kind.OTHER or not fact.reasons:
            return fact
        line = self.tree.line(binding.node)
        reason = f"`{binding.name}` is bound on line {line}"
        return replace(fact, reasons=unique((*fact.reasons, reason))[:MOST_REASONS])

    def _augmented(self, statement: cst.AugAssign, path: Path) -> Fact:
        """The value of a name after `name op= value`."""
        target = statement.target
        if not isinstance(target, cst.Name):
            return UNKNOWN
        old, value = self.solver.of(target), self.solver.of(statement.value)
        if path:
            if old.kind is Kind.SEQUENCE:
                parts = ((target, path), (statement.value, (ANY, *path[1:])))
                return self.solver.joined(lambda part: self.elements.item(*part), parts)
            return part_of(old)
        if old.kind in (Kind.SEQUENCE, Kind.OTHER) and value.kind is not Kind.TENSOR:
            same = old.kind is Kind.SEQUENCE or value.kind is Kind.OTHER
            return old if same else UNKNOWN
        free = old.harmless_operand and value.harmless_operand
        if old.kind is Kind.TENSOR and free:
            return shared(old)
        if old.kind is Kind.OTHER and value.kind is Kind.TENSOR and free:
            return Fact(Kind.TENSOR, GraphFact.FREE, IdentityFact.FRESH, value.reasons)
        known = Kind.TENSOR in (old.kind, value.kind)
        return Fact(Kind.TENSOR if known else Kind.UNKNOWN)

    def _parameter(self, binding: Binding, path: Path) -> Fact:
        """A parameter of a function all of whose calls are seen: what they agree on."""
        function = binding.scope.node
        if not isinstance(function, cst.FunctionDef) or not self.parameters.closed(function):
            return UNKNOWN
        calls = self.holders.calls_of(function)
        parameter = binding.node
        plain = (*function.params.posonly_params, *function.params.params)
        named = (*plain, *function.params.kwonly_params)
        if not calls or not isinstance(parameter, cst.Param) or parameter not in named:
            return UNKNOWN
        given: list[cst.BaseExpression] = []
        for call in calls:
            if any(argument.star for argument in call.args):
                return UNKNOWN
            found = [
                argument.value
                for argument in call.args
                if parameter_for(function, call, argument) == binding.name
            ]
            if not found:
                if parameter.default is None:
                    continue
                found = [parameter.default]
            given += found
        fact = self.elements.joined_items(given, path)
        if fact.kind is Kind.OTHER or not fact.reasons:
            return fact
        name = function.name.value
        reason = f"every call of `{name}` gives such a `{binding.name}`"
        return replace(fact, reasons=unique((*fact.reasons, reason))[:MOST_REASONS])

    def _return(self, function: cst.FunctionDef, path: Path) -> Fact:
        """What a function of this file gives back."""
        returned: list[cst.BaseExpression] = []
        for node in own_nodes(function):
            if isinstance(node, (cst.Yield, cst.From)):
                return UNKNOWN
            if isinstance(node, cst.Return) and node.value is not None:
                returned.append(node.value)
        if not returned:
            return UNKNOWN
        fact = self.elements.joined_items(returned, path)
        if fact.kind is Kind.OTHER or not fact.reasons:
            return fact
        reason = f"`{function.name.value}` on line {self.tree.line(function.name)} gives it back"
        return replace(fact, reasons=unique((*fact.reasons, reason))[:MOST_REASONS])

    def _held(self, holder: tuple[object, ...], path: Path) -> Fact:
        """What an attribute of self holds, when this class alone writes it."""
        _, owner, name = holder
        if not isinstance(owner, int) or not isinstance(name, str):
            return UNKNOWN
        sources = self.attributes.sources(("attribute", owner, name))
        if sources is None:
            return UNKNOWN
        return self.solver.joined(
            lambda source: self.elements.item(source[0], (*source[1], *path)), sources
        )
