"""The facts about the expressions of a file, and what they allow: is one tensor as good as another?

A name is followed to the definitions that reach it, a parameter to the calls where all are seen, an
attribute of self to its assignments. Definitions may depend on each other (loops, recursion): they
are solved together, from "nothing yet" upwards, until no answer changes. Every answer carries its
reasons, in words. Sources: the tables of `torch_facts`, each row of which is held against torch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst

from varmigrate.analysis.assumptions import Assumptions
from varmigrate.analysis.changes import Changes
from varmigrate.analysis.definitions import Definitions
from varmigrate.analysis.elements import Elements
from varmigrate.analysis.evaluation import Evaluation
from varmigrate.analysis.events import Event, EventKind, Group, Holder
from varmigrate.analysis.evidence import Evidence
from varmigrate.analysis.expressions import Expressions
from varmigrate.analysis.facts import Fact, IdentityFact, Kind
from varmigrate.analysis.flow import Flow, Path
from varmigrate.analysis.holders import Holders
from varmigrate.analysis.loaders import Loaders
from varmigrate.analysis.names import Names
from varmigrate.analysis.operation_facts import OperationFacts
from varmigrate.analysis.parameters import Parameters
from varmigrate.analysis.scopes import Binding, BindingKind, ScopeKind
from varmigrate.analysis.solving import Solver

_PAUSES = re.compile(r"no_grad|set_grad_enabled|inference_mode|volatile")


class Facts:
    """Facts about the expressions of one file; every answer is kept."""

    def __init__(
        self, names: Names, flow: Flow, holders: Holders, assumptions: Assumptions
    ) -> None:
        self.flow = flow
        self.holders = holders
        self.attributes = holders.attributes
        self.names = names
        self.tree = names.tree
        self.solver = Solver()
        evidence = Evidence(names, flow)
        parameters = Parameters(names, flow, holders)
        loaders = Loaders(names, flow, holders, parameters, assumptions)
        self.changes = Changes(self.solver, holders)
        self.elements = Elements(
            self.solver,
            names,
            flow,
            holders,
            self.changes,
            loaders,
            OperationFacts(self.solver, evidence),
        )
        self.elements.computed = Evaluation(self.solver, self.elements, holders.calls).of
        self.solver.evaluate = Expressions(
            self.solver, names, flow, holders, evidence, self.changes, self.elements
        ).evaluate
        self.solver.compute = Definitions(
            self.solver, flow, holders, parameters, self.changes, self.elements
        ).compute
        self._obstacles: dict[tuple[tuple[int, ...], bool], str] = {}
        self._views_are_plain = (
            not (names.context.detaching or names.context.pausing)
            and _PAUSES.search(names.tree.text) is None
        )

    def of(self, node: cst.BaseExpression) -> Fact:
        """What is known of the value of `node`."""
        return self.solver.solved(lambda: self.solver.of(node))

    def at(self, node: cst.BaseExpression, path: Path) -> Fact:
        """What is known of the element of `node` at `path`."""
        return self.solver.solved(lambda: self.elements.item(node, path))

    def as_good_as_fresh(self, fact: Fact) -> bool:
        """Whether nothing tells a free tensor from a detached one: a view, too, in most projects.

        A view differs in two ways: it refuses `detach_()`, which no file of the project calls, and,
        made under `no_grad`, later writes, and the file switches no recording off.
        """
        return fact.free and (
            fact.fresh or (fact.identity is IdentityFact.VIEW and self._views_are_plain)
        )

    def obstacle(self, call: cst.Call, data: cst.BaseExpression, contract: bool = False) -> str:
        """Why `call`, a Variable around `data`, must not become `data` itself; empty if it may.

        To be asked when `data` is a free tensor: nobody may be able to tell the two apart.
        contract: what is not seen is taken to leave both of them alone.
        """
        events, groups = self.holders.flows(call)
        for event in events:
            if self._tells(event, contract):
                return f"{event.text} on line {self.tree.line(event.node)}"
        start = {id(g): g for g in (*self.holders.groups_of(data), *groups)}
        key = (tuple(start), contract)
        if key not in self._obstacles:
            self._obstacles[key] = self._obstacle(tuple(start.values()), contract)
        return self._obstacles[key]

    def _obstacle(self, start: Sequence[Group], contract: bool) -> str:
        """What is done to the members of some groups that could tell a tensor from its copy."""
        merged = self.holders.reachable(start)
        if any(self.holders.group(p, unwrapped=True).mixes for g in merged for p in g.into):
            return "a function gets it and may keep it in another argument"
        for group in merged:
            for event in group.events:
                if self._tells(event, contract):
                    return f"{event.text} on line {self.tree.line(event.node)}"
        if contract:
            return ""
        visible = [
            member
            for group in merged
            for member in group.members
            if isinstance(member, Binding) and self._visible(member)
        ]
        if any(self._kind_of(member) is not Kind.TENSOR for member in visible):
            return "a global that others can see would hold one tensor in two places"
        members = (member for group in merged for member in group.members)
        private = [member for member in members if member not in visible and self._lasts(member)]
        if visible and private:
            return "a global that others can see would be the tensor of something that is not"
        if len({member.name for member in visible}) > 1:
            names = " and ".join(f"`{name}`" for name in sorted({m.name for m in visible})[:3])
            return f"{names} of the module would be one tensor, which others can see"
        return ""

    def _tells(self, event: Event, contract: bool) -> bool:
        if contract and event.kind in (EventKind.RETURNED, EventKind.ESCAPE):
            return False
        if event.kind is EventKind.USED:
            # A module may fill a list it is given, but tells no tensor from its copy.
            return False
        return event.kind is EventKind.RETURNED or not self._harmless(event)

    def _visible(self, binding: Binding) -> bool:
        """Whether other files can reach what a binding holds: a global that is not private."""
        if binding.scope.kind is ScopeKind.MODULE:
            if self.flow.private(binding.name):
                return False
        elif binding.scope.kind is not ScopeKind.CLASS:
            return False
        if binding.kind not in (BindingKind.ASSIGN, BindingKind.LOOP):
            return False
        return self._kind_of(binding) not in (Kind.OTHER, Kind.OPAQUE)

    def _lasts(self, member: Holder) -> bool:
        """Whether what a member holds may outlive its call: global, attribute, or in a closure."""
        if not isinstance(member, Binding):
            return member[0] == "attribute"
        if member.scope.kind is not ScopeKind.MODULE:
            loads = map(self.names.load, self.holders.loads(member))
            if all(load is None or load.scope is member.scope for load in loads):
                return False
        return self._kind_of(member) not in (Kind.OTHER, Kind.OPAQUE)

    def _kind_of(self, binding: Binding) -> Kind:
        return self.solver.solved(lambda: self.solver.ask("definition", binding)).kind

    def _harmless(self, event: Event) -> bool:
        return self.solver.solved(lambda: self.changes.seen(event)).free
