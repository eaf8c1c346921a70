"""Plans of a whole file: regions in functions with volatile calls, and in those that go on.

A value that a function gives back, or keeps in an attribute, is followed to the functions of the
file that use it. What functions of other files give back comes with the context of the file.
Whoever is not seen to use it, and might differentiate it, is an assumption.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.flow import ANY
from varmigrate.analysis.names import Meaning
from varmigrate.analysis.results import PLAIN_READS
from varmigrate.analysis.scopes import Scope, ScopeKind
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.analysis.tree import statement_of
from varmigrate.analysis.volatile import (
    OTHER,
    VOLATILE,
    Contamination,
    Producer,
    function_around,
    line_of,
)
from varmigrate.analysis.volatile_results import VolatileResult
from varmigrate.rewrite.spelling import Anchor
from varmigrate.rules.region_calls import function_called
from varmigrate.rules.regions import Plan, Planner, is_source, passes_on
from varmigrate.torch_facts.quiet import DERIVATIVE_WORDS

# Methods that are called without being named.
_IMPLICIT = frozenset({"forward", "__call__", "the lambda"})
_MOST_ROUNDS = 40
# The elements of a result that are told to other files: of a tuple, of a list, of pairs in one.
_PARTS = ((ANY,), *((i,) for i in range(8)), *((ANY, i) for i in range(4)))
_PLANS: WeakKeyDictionary[FileAnalysis, _FilePlans] = WeakKeyDictionary()


def plan_for(analysis: FileAnalysis, site: Site) -> Plan:
    """The plan of the function (or the file) in which a call stands; made once.

    Its edits hold those of the functions of the file that go on computing with the values.
    """
    if site.call is None:
        raise ValueError("a site without a call")
    return _plans_of(analysis).of(function_around(analysis, site.call))


@dataclass(eq=False, slots=True)
class ResultCall:
    """A call of a function of another file that gives back what is volatile.

    meaning: of the name that is called. scope: where it stands.
    """

    call: cst.Call
    meaning: Meaning
    scope: Scope
    result: VolatileResult


def result_calls(analysis: FileAnalysis) -> list[tuple[ResultCall, Plan]]:
    """The calls that bring volatile values from other files, with the plans of their functions."""
    if not analysis.context.produced:
        return []
    plans = _plans_of(analysis)
    return [(found, plans.of(function_around(analysis, found.call))) for found in plans.brought]


def settles(analysis: FileAnalysis) -> set[int]:
    """The ids of the calls that bring volatile values from other files, and record no graph here.

    With the regions that are planned nothing computes with the values outside of one; nothing that
    depends on them is handed to code that is not seen, and nothing rests on an assumption.
    """
    plans = _plans_of(analysis)
    return {id(found.call) for found in plans.brought if plans.is_settled(found)}


def volatile_results(analysis: FileAnalysis) -> dict[str, VolatileResult]:
    """What the functions at the top of a file give back that surely is volatile, by name."""
    return _plans_of(analysis).results()


def _plans_of(analysis: FileAnalysis) -> _FilePlans:
    known = _PLANS.get(analysis)
    if known is None:
        known = _PLANS[analysis] = _FilePlans(analysis)
    return known


def _result_calls(analysis: FileAnalysis) -> list[ResultCall]:
    names = frozenset(origin.rpartition(".")[2] for origin in analysis.context.produced)
    found: list[ResultCall] = []
    for call in analysis.scopes.all(cst.Call) if names else ():
        meaning = analysis.names.imported(call.func)
        if meaning is None or id(call) in analysis.calls:
            continue
        result = analysis.context.produced.get(meaning.origin)
        if result is not None:
            scope = analysis.scopes.scope_of[id(function_around(analysis, call))]
            found.append(ResultCall(call, meaning, scope, result))
    return found


class _FilePlans:
    """The plans of all functions of a file: of those with volatile calls, and their callers."""

    def __init__(self, analysis: FileAnalysis) -> None:
        self.analysis = analysis
        self._functions: dict[int, cst.CSTNode] = {}
        self._sites: dict[int, list[Site]] = {}
        self._producers: dict[int, dict[int, Producer]] = {}
        self._reads: dict[int, list[cst.CSTNode]] = {}
        self._planners: dict[int, Planner] = {}
        self._plans: dict[int, Plan] = {}
        # Function -> those that go on with its values.
        self._after: dict[int, set[int]] = {}
        for site in analysis.sites:
            if is_source(site) and site.call is not None and not passes_on(analysis, site):
                function = function_around(analysis, site.call)
                self._functions[id(function)] = function
                self._sites.setdefault(id(function), []).append(site)
        self.brought = _result_calls(analysis)
        for found in self.brought:
            function = function_around(analysis, found.call)
            self._functions[id(function)] = function
            self._producers.setdefault(id(function), {})[id(found.call)] = found.result
        waiting = list(self._functions)
        for _ in range(_MOST_ROUNDS):
            for key in waiting:
                self._make(key)
            waiting = self._spread()
            if not waiting:
                break
        self._unfinished = bool(waiting)

    def of(self, function: cst.CSTNode) -> Plan:
        """The plan of a function, with the edits in those that go on with its values."""
        own = self._plans[id(function)]
        if own.problem:
            return own
        if self._unfinished:
            return Plan(problem="its values go through too many functions", needed=True)
        edits, reasons, assumptions = list(own.edits), list(own.reasons), [own.assumption]
        needed, title = own.needed, own.title
        reached = self._reached(id(function))
        for after in reached[1:]:
            plan = self._plans[after]
            if plan.gradient:
                return Plan(problem=plan.problem, needed=True)
            if plan.problem:
                assumptions.append(
                    f"{self._called(after)} may go on with it as it does ({plan.problem})"
                )
                needed = needed or plan.needed
            else:
                edits += plan.edits
                reasons += plan.reasons
                assumptions.append(plan.assumption)
                title = title if needed or not plan.needed else plan.title
                needed = needed or plan.needed
        if needed:
            assumptions += [text for key in reached for text in self._outside(key)]
        return replace(
            own,
            title=title,
            edits=tuple(dict.fromkeys(edits)),
            reasons=tuple(dict.fromkeys(reasons)),
            assumption="; ".join(dict.fromkeys(text for text in assumptions if text)),
            needed=needed,
        )

    def _reached(self, key: int) -> list[int]:
        """A function, and those that go on with its values, theirs included."""
        found = [key]
        for item in found:
            for after in sorted(self._after.get(item, ()), key=self._place):
                if after not in found:
                    found.append(after)
        return found

    def is_settled(self, found: ResultCall) -> bool:
        """Whether no graph is recorded of what a call of another file's function brings."""
        function = function_around(self.analysis, found.call)
        plan = self.of(function)
        if plan.problem or (plan.needed and plan.assumption):
            return False
        return not any(True for key in self._reached(id(function)) for _ in self._outside(key))

    def results(self) -> dict[str, VolatileResult]:
        """What functions at the top of the file give back that surely is volatile, by name."""
        found: dict[str, VolatileResult] = {}
        context = self.analysis.context
        module = self.analysis.scopes.module
        for key, planner in self._planners.items():
            function, plan = self._functions[key], self._plans[key]
            if not isinstance(function, cst.FunctionDef) or function.decorators:
                continue
            name = function.name.value
            bindings = module.bindings.get(name, ())
            alone = len(bindings) == 1 and bindings[0].node is function
            if not alone or name in context.patched or name in context.replaced:
                continue
            whole = planner.values.returned()
            if plan.problem or plan.conditional or self._unfinished or not whole & VOLATILE:
                continue
            found[name] = VolatileResult(
                path=self.analysis.path,
                name=name,
                whole=whole,
                unknown=VOLATILE | OTHER,
                parts={path: planner.values.returned(path) for path in _PARTS},
                covered=plan.whole,
            )
        return found

    def _outside(self, key: int) -> Iterator[str]:
        """What has to be assumed of those who may be given what depends on the values."""
        planner, function = self._planners[key], self._functions[key]
        names = planner.values.held_outside()
        written = next(planner.values.written_into(), None)
        if written is not None and re.search(DERIVATIVE_WORDS, self.analysis.text):
            line = line_of(self.analysis, written)
            yield f"what is written in place on line {line} is not differentiated"
        if isinstance(function, cst.Module):
            names |= {
                name
                for name in self.analysis.context.exported
                if any(
                    planner.values.holds(binding)
                    for binding in self.analysis.scopes.module.bindings.get(name, ())
                )
            }
        if isinstance(function, cst.FunctionDef) and planner.values.returned() & VOLATILE:
            names.add(function.name.value)
            if self._computed_elsewhere(function):
                yield (
                    f"what other files compute with the result of `{function.name.value}` may keep "
                    "its graph, or is under `torch.no_grad()`"
                )
        if not isinstance(function, cst.Module) and not isinstance(function, cst.FunctionDef):
            names.add("the lambda")
        here = re.search(DERIVATIVE_WORDS, self.analysis.text) is not None
        elsewhere = self.analysis.context.differentiated
        # What others use and hand to a file that differentiates, which need not name it.
        outside = self.analysis.context.foreign | self.analysis.context.exported
        for name in sorted(names):
            words = {name}
            if self._is_run_unnamed(name, function):
                words |= elsewhere
            line = self._mentioned(name, key)
            if planner.values.is_parameter(name):
                yield f"whoever gave `{name}` computes nothing with what is put into it"
            elif line:
                yield f"line {line} may go on with what depends on `{name}` as it does"
            elif here and not self._accounted(name, key):
                yield f"nothing that depends on `{name}` is differentiated"
            elif self._is_accounted_for(name, function):
                continue
            elif words & elsewhere or (elsewhere and name in outside):
                yield f"no other file differentiates what depends on `{name}`"

    def _is_run_unnamed(self, name: str, function: cst.CSTNode) -> bool:
        """Whether another file may run code of this one that it does not name."""
        if isinstance(function, cst.Lambda):
            return name == "the lambda"
        special = name in _IMPLICIT or (name.startswith("__") and name.endswith("__"))
        decorated = isinstance(function, cst.FunctionDef) and bool(function.decorators)
        # An object may leave the file by any name.
        return (special and bool(self.analysis.context.exported)) or decorated

    def _computed_elsewhere(self, function: cst.FunctionDef) -> bool:
        """Whether another file may compute with what a function gives back."""
        context, name = self.analysis.context, function.name.value
        if self.analysis.scopes.scope_at(function).kind is ScopeKind.MODULE:
            return name in context.exported and name not in context.accounted
        return name in context.computed

    def _is_accounted_for(self, name: str, function: cst.CSTNode) -> bool:
        """Whether a name is that of the function, and all its uses in other files are seen."""
        own = isinstance(function, cst.FunctionDef) and function.name.value == name
        return own and name in self.analysis.context.accounted

    def _accounted(self, name: str, key: int) -> bool:
        """Whether all who are given a result are seen, and differentiate nothing of it.

        So it is for a function that is only called by its name, in functions that were planned
        without a problem; not for one that Python or a framework calls.
        """
        function = self._functions[key]
        if not isinstance(function, cst.FunctionDef) or function.name.value != name:
            return False
        if name in _IMPLICIT or name.startswith("__") or function.decorators:
            return False
        if any(self._plans[after].problem for after in self._after.get(key, ())):
            return False
        if self.analysis.flow.uncertain(name, self.analysis.scopes.scope_at(function)):
            return False
        return not self._mentioned(name, key) and not self._asked_by_text(name)

    def _asked_by_text(self, name: str) -> bool:
        """Whether `getattr` may find what has a name."""
        for call in self.analysis.scopes.all(cst.Call):
            if isinstance(call.func, cst.Name) and call.func.value == "getattr" and call.args[1:]:
                asked = call.args[1].value
                if not isinstance(asked, cst.SimpleString) or asked.raw_value == name:
                    return True
        return False

    def _mentioned(self, name: str, key: int) -> int:
        """The line on which a name stands where it was not followed; 0 if there is none."""
        analysis = self.analysis
        told = {id(node) for reads in self._reads.values() for node in reads}
        told |= {call for calls in self._producers.values() for call in calls}
        places: list[cst.CSTNode] = [load.node for load in analysis.scopes.loads.get(name, ())]
        places += [a for a in analysis.scopes.all(cst.Attribute) if a.attr.value == name]
        for place in places:
            above = analysis.tree.parent(place)
            if id(place) in told or id(above) in told or isinstance(above, cst.AssignTarget):
                continue
            if function_around(analysis, place) is self._functions[key]:
                # What the function does with it itself was followed.
                continue
            if isinstance(above, cst.Attribute) and above.attr.value in PLAIN_READS:
                continue
            return line_of(analysis, place)
        return 0

    def _called(self, key: int) -> str:
        function = self._functions[key]
        if isinstance(function, cst.FunctionDef):
            return f"`{function.name.value}`"
        return "the code at the top of the file"

    def _place(self, key: int) -> int:
        function = self._functions[key]
        return -1 if isinstance(function, cst.Module) else self.analysis.tree.start(function)

    def _make(self, key: int) -> None:
        sites = self._sites.get(key, [])
        volatile = (site for found in self._sites.values() for site in found)
        anchors: list[Anchor] = [*sites, *volatile, *self.brought]
        planner = Planner(
            self.analysis,
            self._functions[key],
            sites,
            producers=self._producers.get(key, {}),
            reads=self._reads.get(key, []),
            anchor=anchors[0],
        )
        self._planners[key] = planner
        self._plans[key] = planner.plan()

    def _spread(self) -> list[int]:
        """Tell the functions that go on with volatile values; returns those with news."""
        news: set[int] = set()
        for key, planner in list(self._planners.items()):
            plan = self._plans[key]
            function = self._functions[key]
            if plan.conditional or (plan.problem and not self._sites.get(key)):
                # A caller cannot tell when; who may differentiate is asked for in `_outside`.
                continue
            if isinstance(function, cst.FunctionDef) and planner.values.returned() & VOLATILE:
                for call in self._calls_of(function):
                    news |= self._tell(key, call, planner.values)
            for target, bits in planner.values.stored():
                if bits == VOLATILE:
                    for read in self._reads_of(target, function):
                        news |= self._tell(key, read, None)
        return sorted(news, key=self._place)

    def _tell(self, key: int, node: cst.CSTNode, values: Contamination | None) -> set[int]:
        function = function_around(self.analysis, node)
        after = id(function)
        if after == key:
            return set()
        self._functions[after] = function
        self._after.setdefault(key, set()).add(after)
        if values is None:
            reads = self._reads.setdefault(after, [])
            if any(read is node for read in reads):
                return set()
            reads.append(node)
            return {after}
        known = self._producers.setdefault(after, {})
        if known.get(id(node)) is values:
            return set()
        known[id(node)] = values
        return {after}

    def _calls_of(self, function: cst.FunctionDef) -> list[cst.Call]:
        """The calls of the file that surely run a function; wrappers have sites of their own."""
        analysis = self.analysis
        found: list[cst.Call] = []
        name = function.name.value
        for call in analysis.scopes.all(cst.Call):
            func = call.func
            last = (
                func.attr.value
                if isinstance(func, cst.Attribute)
                else (func.value if isinstance(func, cst.Name) else "")
            )
            if last == name and id(call) not in analysis.calls:
                around = function_around(analysis, call)
                scope = analysis.scopes.scope_of[id(around)]
                if function_called(analysis, func, scope) is function:
                    found.append(call)
        return found

    def _reads_of(self, target: cst.BaseExpression, function: cst.CSTNode) -> list[cst.CSTNode]:
        """Reads elsewhere of an attribute of self, or a global, that holds nothing else."""
        analysis = self.analysis
        if isinstance(target, cst.Attribute):
            holder = analysis.facts.holders.attributes.holder(target)
            if holder is None or target.attr.value in analysis.scopes.replaced:
                return []
            places = analysis.facts.holders.attributes.nodes().get(holder, [])
            stores = [p for p in places if analysis.facts.holders.attributes.written(p)]
            if not all(self._holds_volatile(store) for store in stores):
                return []
            return [p for p in places if not any(p is store for store in stores)]
        if not isinstance(target, cst.Name) or isinstance(function, cst.Module):
            return []
        module = analysis.scopes.module
        bindings = [b for b in module.bindings.get(target.value, []) if b.node is target]
        if not bindings or len(module.bindings[target.value]) != len(bindings):
            return []
        return [
            load.node
            for load in analysis.scopes.loads.get(target.value, ())
            if analysis.names.owner(target.value, load.scope) is module
        ]

    def _holds_volatile(self, store: cst.CSTNode) -> bool:
        """Whether a store surely stores a volatile value, or none at all."""
        statement = statement_of(self.analysis.tree, store)
        planner = self._planners.get(id(function_around(self.analysis, store)))
        value = statement.value if isinstance(statement, cst.Assign) else None
        if isinstance(value, cst.Name) and value.value == "None":
            return True
        stored = () if planner is None else planner.values.stored()
        return any(target is store and bits == VOLATILE for target, bits in stored)


def has_sources(analysis: FileAnalysis, node: cst.CSTNode) -> bool:
    """Whether a call in the function around a node makes a volatile value."""
    function = function_around(analysis, node)
    return any(
        is_source(site)
        and site.kind is SiteKind.CALL
        and site.call is not None
        and not passes_on(analysis, site)
        and function_around(analysis, site.call) is function
        for site in analysis.sites
    )
