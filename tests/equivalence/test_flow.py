"""Proofs that follow values: what they allow does the same, and none of their parts is idle.

Every obligation of the proof is taken away once; then a program goes wrong that did not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import cases_flow
import pytest
from cases_flow import CLEAN, KEPT, Kept
from harness import Case, assert_equivalent, differences, fix, observe

from varmigrate.analysis import (
    call_facts,
    changes,
    climbing,
    evaluation,
    evidence,
    expressions,
    flow,
    holders,
    knowledge,
    loaders,
    modules,
    operation_facts,
    ownership,
    parameters,
    reaching,
    sharing,
    solving,
)
from varmigrate.analysis.elements import Elements
from varmigrate.analysis.events import Event, EventKind, Group
from varmigrate.analysis.facts import Fact, GraphFact, IdentityFact
from varmigrate.torch_facts import constructors, methods
from varmigrate.torch_facts.kinds import Graph, Identity

Patch = Callable[[pytest.MonkeyPatch], None]
_FREE = Fact(graph=GraphFact.FREE)


def _sole(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ownership.Ownership, "sole", lambda self, node, definitions: True)


def _no_loops(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(flow.Flow, "loops", lambda self, node: iter(()))


def _stays(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(holders.Holders, "spread", lambda self, bindings: Group(dict.fromkeys(bindings)))


def _other_names(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(holders.Holders, "_unite", lambda self, first, second, unwrapped: None)
    _stays(patch)


def _first_branch(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(solving, "join", lambda first, second: first)


def _no_back_edge(patch: pytest.MonkeyPatch) -> None:
    def once(self, node, first, last, state):  # type: ignore[no-untyped-def]
        self._between(first, self._body_start(node.body, last), state)
        self._suite(node.body, state)

    patch.setattr(reaching.Reaching, "_loop", once)


def _harmless(*kinds: EventKind) -> Patch:
    def apply(patch: pytest.MonkeyPatch) -> None:
        real = changes.Changes.seen

        def seen(self: changes.Changes, event: Event) -> Fact:
            return _FREE if event.kind in kinds else real(self, event)

        patch.setattr(changes.Changes, "seen", seen)

    return apply


def _returned(patch: pytest.MonkeyPatch) -> None:
    real = climbing.Climbing._returned

    def quiet(self, node, parent):  # type: ignore[no-untyped-def]
        return (item for item in real(self, node, parent) if item.event is None)

    patch.setattr(climbing.Climbing, "_returned", quiet)


def _method(name: str, identity: Identity) -> Patch:
    def apply(patch: pytest.MonkeyPatch) -> None:
        patch.setitem(methods.METHODS, name, methods.Method(Graph.SELF, identity))

    return apply


def _no_subscripts(patch: pytest.MonkeyPatch) -> None:
    def read(self, parent):  # type: ignore[no-untyped-def]
        return None
        yield

    patch.setattr(climbing.Climbing, "_subscript", read)


def _closed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(parameters.Parameters, "closed", lambda self, function: True)
    real = holders.Holders.calls_of
    patch.setattr(holders.Holders, "calls_of", lambda self, f: real(self, f) or _calls(self, f))


def _calls(self: holders.Holders, function: object) -> list[object]:
    """The direct calls alone, as if the function were not used in any other way."""
    import libcst as cst

    found = []
    for loads in self.scopes.loads.values():
        for load in loads:
            parent = self.tree.parent(load.node)
            if isinstance(parent, cst.Call) and self.sharing.function(parent.func) is function:
                found.append(parent)
    return found


def _first_caller(patch: pytest.MonkeyPatch) -> None:
    real = holders.Holders.calls_of
    patch.setattr(holders.Holders, "calls_of", lambda self, f: (real(self, f) or [])[:1])


def _private(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(flow.Flow, "private", lambda self, name: True)


def _first_binding(patch: pytest.MonkeyPatch) -> None:
    real = flow.Flow.definitions
    patch.setattr(flow.Flow, "definitions", lambda self, node: (real(self, node) or ())[:1] or None)


def _attributes(patch: pytest.MonkeyPatch) -> None:
    from varmigrate.analysis.attributes import Attributes

    patch.setattr(Attributes, "closed", lambda self, holder: True)


def _unchanged(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes.Changes, "unless_changed", lambda self, fact, holders: fact)
    patch.setattr(knowledge.Facts, "_tells", lambda self, event, contract: False)


def _invisible(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(knowledge.Facts, "_visible", lambda self, binding: False)


def _no_puts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Elements, "_puts", lambda self, definitions: iter(()))


def _no_parameters(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(climbing.Climbing, "_passed", lambda self, *a, **k: iter(()))


def _own_group(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(holders.Holders, "reachable", lambda self, groups: list(groups))


def _datasets(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(loaders.Batches, "_harmless_dataset", lambda self, node, depth=4: True)


def _always_paused(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(evidence.Evidence, "paused", lambda self, node: True)


def _no_exceptions(patch: pytest.MonkeyPatch) -> None:
    def plain(self, node, state):  # type: ignore[no-untyped-def]
        outer = reaching._State(state)
        self._suite(node.body, outer)

    patch.setattr(reaching.Reaching, "_try", plain)


def _no_closures(patch: pytest.MonkeyPatch) -> None:
    real = flow.Flow.definitions

    def own(self, node):  # type: ignore[no-untyped-def]
        load = self.names.load(node)
        if load is not None and self.names.owner(node.value, load.scope) is not load.scope:
            return None
        return real(self, node)

    patch.setattr(flow.Flow, "definitions", own)


def _type_tests(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(evidence.Evidence, "_tests_tensor", lambda self, test, node: True)


def _modules(patch: pytest.MonkeyPatch) -> None:
    real = modules.Modules.callees
    patch.setattr(modules.Modules, "callees", lambda self, node: real(self, node) or [])


def _kept_data(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(climbing, "_narrows_dataset", lambda node, target, statement: True)


def _integers(patch: pytest.MonkeyPatch) -> None:
    for module in (call_facts, sharing):
        patch.setattr(module, "INTEGER_TENSOR_TYPES", frozenset(constructors.TENSOR_TYPES))


def _sizes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sharing, "_is_sized", lambda node: True)


def _numbers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(call_facts.CallFacts, "_names_numbers", lambda self, arguments: True)


def _computed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(call_facts, "UFUNCS", frozenset({"numpy.squeeze"}))


def _nothing_hidden(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(flow.Flow, "_reads", lambda self, names: False)


def _all_seen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(climbing.Climbing, "_unseen", lambda self, binding, node: iter(()))


def _plain_views(patch: pytest.MonkeyPatch) -> None:
    held = (IdentityFact.FRESH, IdentityFact.VIEW)
    patch.setattr(
        knowledge.Facts, "as_good_as_fresh", lambda self, fact: fact.free and fact.identity in held
    )


def _first_given(patch: pytest.MonkeyPatch) -> None:
    given = parameters.Parameters.given
    patch.setattr(parameters.Parameters, "given", lambda self, binding: given(self, binding)[:1])


def _any_method(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        parameters.Parameters,
        "_sole_method",
        lambda self, name, scope: scope.bindings[name][0].node,
    )


def _any_data(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(evidence.Evidence, "looks_like_tensor", lambda self, node: True)


def _asked_anywhere(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(evidence.Evidence, "_runs_before", lambda self, first, node: True)


def _no_own_comparisons(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(call_facts, "_OWN_COMPARISONS", frozenset())


def _no_own_methods(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(modules.Modules, "own_methods", frozenset())


def _new_batches(patch: pytest.MonkeyPatch) -> None:
    real = loaders.Batches.batch

    def fresh(self, loader):  # type: ignore[no-untyped-def]
        return replace(real(self, loader), identity=IdentityFact.FRESH)

    patch.setattr(loaders.Batches, "batch", fresh)


def _all_exclude(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ownership.Ownership, "_exclude", lambda self, first, second: True)


def _first_loss(patch: pytest.MonkeyPatch) -> None:
    real = modules.Modules._given
    patch.setattr(modules.Modules, "_given", lambda self, binding: real(self, binding)[:1])


def _constructors_own(patch: pytest.MonkeyPatch) -> None:
    for module in (call_facts, evaluation, expressions, operation_facts):
        patch.setattr(module, "identity_of", lambda identity, tensors: IdentityFact.VIEW)


MUTATIONS: dict[str, Patch] = {
    "shared constructors": _constructors_own,
    "own methods": _no_own_methods,
    "plain views": _plain_views,
    "loaders: all callers": _first_given,
    "new batches": _new_batches,
    "branches that exclude each other": _all_exclude,
    "where a new object goes": _stays,
    "modules: all callers": _first_loss,
    "loaders: one method": _any_method,
    "data of a tensor": _any_data,
    "data of a tensor: always asked": _asked_anywhere,
    "own comparisons": _no_own_comparisons,
    "unseen holders": _all_seen,
    "hidden names": _nothing_hidden,
    "sole holder": _sole,
    "sole holder: loops": _no_loops,
    "sole holder: other names": _other_names,
    "join over branches": _first_branch,
    "back edge": _no_back_edge,
    "metadata change": _harmless(EventKind.OBJECT, EventKind.SEEN),
    "write": _harmless(EventKind.WRITE),
    "changes to what a name holds": _unchanged,
    "names that others see": _invisible,
    "escape": _harmless(EventKind.ESCAPE),
    "returned": _returned,
    "aliasing cast": _method("float", Identity.NEW),
    "view": _no_subscripts,
    "callers": _closed,
    "callers: arguments": _first_caller,
    "globals": _private,
    "globals: written elsewhere": _first_binding,
    "attributes: written elsewhere": _attributes,
    "puts": _no_puts,
    "containers": _harmless(EventKind.ESCAPE),
    "callee's use": _no_parameters,
    "caller's use": _own_group,
    "module's use": _no_parameters,
    "datasets": _datasets,
    "recording": _always_paused,
    "later code": _no_closures,
    "nonlocal": _first_binding,
    "exceptions": _no_exceptions,
    "type test": _type_tests,
    "modules": _modules,
    "dataset: what it keeps": _kept_data,
    "integers": _integers,
    "sizes": _sizes,
    "numbers": _numbers,
    "computed by numpy": _computed,
}


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as context:
        yield context


def check(case: Case) -> None:
    before = observe(case.source)
    assert before.raised is None
    fixed = fix(case.source)
    for text in case.contains:
        assert text in fixed, fixed
    for text in case.lacks:
        assert text not in fixed, fixed
    assert_equivalent(before, observe(fixed))
    assert fix(fixed) == fixed


@pytest.mark.parametrize("case", CLEAN, ids=lambda case: case.name)
def test_what_is_proved_goes(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("item", KEPT, ids=lambda item: item.case.name)
def test_what_is_not_proved_stays(item: Kept) -> None:
    check(item.case)


@pytest.mark.parametrize("item", KEPT, ids=lambda item: f"{item.obligation}: {item.case.name}")
def test_every_obligation_is_needed(item: Kept, patch: pytest.MonkeyPatch) -> None:
    before = observe(item.case.source)
    MUTATIONS[item.obligation](patch)
    fixed = fix(item.case.source)
    assert differences(before, observe(fixed)), fixed


def test_every_mutation_has_a_case() -> None:
    assert {item.obligation for item in KEPT} == MUTATIONS.keys()
    assert len(cases_flow.KEPT) > len(cases_flow.CLEAN)
