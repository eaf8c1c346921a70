"""No check that keeps a region from being put wrongly is idle: without it, a program goes wrong.

Each check is made to give the same answer always; then what the tool does, asked for safe fixes
alone, to one of the programs is wrong, and it is not with the check in place.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from harness import MAIN, Case, fix_project
from test_volatile import CASES, check_texts, runs, sources, words
from volatility import losses, run

from varmigrate.analysis import tree, volatile
from varmigrate.rules import conditions, region_calls, region_plans, regions

MODULES = (volatile, conditions, region_calls, region_plans, regions)
_BY_NAME = {case.name.removeprefix("volatile/"): case for case in CASES}


@dataclass(frozen=True)
class Idle:
    """A check that always gives one answer, and a program that goes wrong then.

    check: the function, or class and method, by name. case: without the `volatile/` in front.
    """

    check: str
    answer: Any
    case: str

    @property
    def program(self) -> Case:
        return _BY_NAME[self.case]


_MODEL = "local/the test function of the tutorials"
_GIVEN = "found/a function writes into its other argument"
_FORWARD = "found/forward puts into a list of the module"
_ROUND = "conditions/a flag that is found anew in each round"
_STATE = "conditions/a state that goes through the phases"
_WAY_OUT = "conditions/the way out is for training"
_SET = "conditions/an attribute changes before the way out"
_FILLED = "conditions/a list that another function fills"
_RESET = "checks/an attribute that a method sets anew in between"
_STREAM = "checks/a generator that is made before the loop keeps its codes"
_ROWS = "found/rows of a trainable tensor are kept in a loop"
_YIELDING = "found/a generator that is given trains on its way"
_STOPPED = "refused/one statement holds both"
_FILES = "files/returned from the third file and trained here"

IDLE = [
    # What depends on a volatile value.
    Idle("Contamination.untracked", False, "trap/exec beside it"),
    Idle("Contamination.read_later", [], "checks/a closure computes with a leaf"),
    Idle("Contamination._later", False, "later/a closure that is called later"),
    Idle("Contamination.consumed", True, "later/a generator expression used elsewhere"),
    Idle("Contamination.free", True, "expression/not self.training"),
    Idle("Contamination._from_leaves", True, _MODEL),
    Idle("Contamination._from_leaves", False, "producer/to_var in another file"),
    Idle("Contamination._only_computes", True, _MODEL),
    Idle("Contamination.holds_leaf", False, "producer/to_var in another file"),
    Idle("Contamination._is_leaf", False, "producer/to_var in another file"),
    Idle("Contamination._computed", True, "programs/word language model"),
    Idle("Contamination._site_of", True, _MODEL),
    Idle("Contamination._hands_on", True, _MODEL),
    Idle("Contamination._gives_back", False, "checks/the larger of two, one volatile"),
    Idle("Contamination._gives_back", False, "checks/a function picks one of two, one volatile"),
    Idle("Contamination.may_be_rebound", False, _RESET),
    Idle("Contamination._calls", False, _RESET),
    Idle("Contamination._share_loop", False, "checks/an attribute of the round before"),
    Idle("Contamination.above", True, "found/a module keeps what others compute with"),
    Idle("Contamination.holds", False, _STATE),
    Idle(
        "Contamination._is_container",
        True,
        "checks/a list of its own computes with what it is given",
    ),
    Idle(
        "Contamination._carries",
        False,
        "checks/a model of another file reads an attribute of what it is given",
    ),
    Idle("writes", False, "checks/a buffer is written into with it"),
    Idle(
        "Callees._is_known",
        True,
        "checks/an object of another file has a method with a quiet name",
    ),
    Idle("is_target", False, "checks/a forward keeps one of several"),
    Idle("Callees._hands_out_views", False, "checks/a helper keeps the rows of a weight"),
    Idle(
        "Callees._is_attached",
        False,
        "checks/a forward gives something of the weights alone besides",
    ),
    Idle("Contamination.shared", False, _GIVEN),
    Idle("Contamination.is_own", True, "found/forward puts into a global list"),
    Idle(
        "Contamination.is_parameter",
        False,
        "checks/a list is given and what was put into it computed with",
    ),
    Idle("covered", True, _MODEL),
    # What a condition says.
    Idle("Meaning.excludes", True, _WAY_OUT),
    Idle("always_leaves", True, "conditions/a way out that is not always taken"),
    # What is called.
    Idle("Callees._trusted", True, "trap/a callee in another file that trains"),
    Idle("Callees._some_class_trains", False, "leaves/a hook keeps the output"),
    Idle(
        "Callees._is_handed_on",
        False,
        "checks/a function in the place of a model adapts itself",
    ),
    Idle("Callees.trains", False, "trap/a model that differentiates itself"),
    Idle("Callees.fed_only", True, _GIVEN),
    Idle("Callees._only_feeds", True, _GIVEN),
    Idle("Callees.inert", True, "leaves/a helper called in between keeps a graph"),
    Idle("Callees.quiet", True, _STOPPED),
    Idle("Callees._quiet_call", True, _STOPPED),
    Idle("Callees._sets_mode", True, "checks/a trainer of another file trains in each round"),
    Idle("Callees._is_iterated", True, "checks/a list of rows between two evaluations"),
    Idle("Callees._is_quiet_module", True, "trap/a callee that trains"),
    Idle(
        "Callees._is_quiet_module",
        True,
        "checks/a module of the project with the name of a quiet one",
    ),
    Idle(
        "Callees._quiet_value",
        True,
        "checks/a function that is handed on keeps what it computes",
    ),
    Idle(
        "Callees._quiet_value",
        True,
        "checks/a model is scored by a lambda between two evaluations",
    ),
    Idle("Callees._quiet_origin", True, "leaves/set_grad_enabled leaks out on purpose"),
    Idle("Callees.plain_iterable", True, _STREAM),
    Idle("Callees.plain_iterable", True, "checks/a list of a generator that keeps its codes"),
    Idle("Callees._attached_tensor", False, "checks/rows of a leaf of the function"),
    Idle("Callees.no_training_generator", True, _YIELDING),
    Idle("Callees.callee", None, "trap/a callee that trains"),
    Idle("Callees._goes_on_with", "", "found/a module keeps what others compute with"),
    Idle("_keeps", False, _FORWARD),
    Idle("_is_own_list", True, _FORWARD),
    Idle("is_setter", False, "found/a property that is set trains"),
    Idle("compares", False, "conditions/objects that compare as they like"),
    Idle("_yields", False, _YIELDING),
    # Where regions begin and end.
    Idle("is_source", True, "expression/wrapped in either branch"),
    Idle("passes_on", True, _MODEL),
    Idle("Planner._changes", False, _SET),
    Idle("Planner._fills", False, _FILLED),
    Idle("Planner._steady", True, "expression/the flag changes in between"),
    Idle("Planner._is_filled", False, "conditions/a list of words that grows"),
    Idle("Planner._assigned", False, "flags/flag attribute changes between"),
    Idle("_assigns", False, _SET),
    Idle("Planner._only_wrapped", True, _ROWS),
    Idle("Planner._used_up", True, _ROWS),
    Idle(
        "Planner._changed_view",
        False,
        "found/a row between two computations is written afterwards",
    ),
    Idle("Planner._guarded", True, _MODEL),
    Idle("Planner._is_guarded", True, "expression/not train"),
    Idle("Planner._sends_away", True, _WAY_OUT),
    Idle("Planner._feeds", True, "leaves/uncontaminated returned"),
    Idle("Planner._is_volatile", False, "states/is_leaf read"),
    Idle("Planner._decorates", True, "mixed/validation behind training"),
    Idle("Planner._in_round", True, _ROUND),
    Idle("Planner._in_this_round", True, _ROUND),
    # Who else may go on with the values.
    Idle("Planner._check_steady", None, _SET),
    Idle("Planner._check_round", None, _STATE),
    Idle("Planner._refuse_gradients", None, "refused/differentiated all the same"),
    Idle("Planner._attribute", None, "states/is_leaf read"),
    Idle(
        "Planner._assignment",
        None,
        "found/an item of what is volatile from the second round on",
    ),
    Idle(
        "Planner._changed_in_place",
        frozenset(),
        "found/a view between two computations is written afterwards",
    ),
    Idle("_FilePlans._mentioned", 0, "checks/a function under another name is computed with"),
    Idle(
        "_FilePlans._holds_volatile",
        True,
        "checks/an attribute that is set by two methods, volatile by one",
    ),
    Idle("_FilePlans._accounted", True, "found/a method found by its name is differentiated"),
    Idle("_FilePlans._asked_by_text", False, "found/a method found by its name is differentiated"),
    Idle(
        "_FilePlans._computed_elsewhere",
        False,
        "found/another file computes with what a method gives",
    ),
    Idle(
        "_FilePlans._is_accounted_for",
        True,
        "files/an attribute that another file reads, and a third trains",
    ),
    Idle("_FilePlans._is_run_unnamed", False, "files/another file calls the object"),
    Idle("_FilePlans.is_settled", True, _FILES),
    Idle("Contamination.covers_itself", True, _STOPPED),
]

_BUILT = "checks/a model of another file, and a function that trains it"
_HELPER = "checks/a function that computes with what it is given"
_LOG = "checks/a function that writes a line in between"
_SEEN = "checks/a result whose readers are all seen"
_OWN = "checks/a helper that appends to its own list decides nothing"

# Checks that always refuse, and a program for which less is done then.
REFUSING = [
    Idle("Callees._trusted", False, _BUILT),
    Idle("Callees._some_class_trains", True, _BUILT),
    Idle("Callees._is_handed_on", True, _BUILT),
    Idle("Callees.fed_only", False, _HELPER),
    Idle("Callees._only_feeds", False, _HELPER),
    Idle("Callees.inert", False, _LOG),
    Idle("Callees.quiet", False, _LOG),
    Idle("Callees._sets_mode", False, "checks/the mode of a model is set in between"),
    Idle("Callees._is_iterated", False, "checks/batches are listed and counted"),
    Idle("Callees.plain_iterable", False, "checks/batches are listed and counted"),
    Idle("Callees._is_quiet_module", False, "checks/numpy and json in between"),
    Idle("_FilePlans._accounted", False, _SEEN),
    Idle("_FilePlans._asked_by_text", True, _SEEN),
    Idle("Planner._fills", True, _OWN),
    Idle("Planner._changes", True, _OWN),
    Idle("Planner._guarded", False, _OWN),
    Idle("Planner._decorates", False, _LOG),
]

# They say that something was changed, or what is shown of a finding, and check nothing.
NO_CHECKS = {"Contamination._raise", "Contamination._put", "has_sources"}


def named(check: str) -> tuple[object, str]:
    """What holds a check, a class or a module, and its name in there."""
    first, _, method = check.partition(".")
    for module in (*MODULES, tree):
        found = vars(module).get(first)
        if getattr(found, "__module__", "") == module.__name__:
            return (found, method) if method else (module, first)
    raise LookupError(check)


def take_away(patch: pytest.MonkeyPatch, check: str, answer: Any) -> None:
    """Let a check give the same answer always, wherever it is asked."""
    holder, name = named(check)
    real = vars(holder)[name]

    def always(*_: object, **__: object) -> Any:
        return answer

    ours = [module for path, module in sys.modules.items() if path.startswith("varmigrate.")]
    for place in ours if isinstance(holder, ModuleType) else (holder,):
        if vars(place).get(name) is real:
            patch.setattr(place, name, always)


def wrong(case: Case) -> list[str]:
    """In words, what safe fixes do wrong with a program; a region may be left out."""
    fixed = dict(fix_project(sources(case)))
    today, meant = runs(case)
    meant = today if words(fixed) == words(sources(case)) else meant
    main = fixed.pop(MAIN)
    return losses(today, meant, run(main, fixed))


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as context:
        yield context


@pytest.mark.parametrize("idle", IDLE, ids=lambda idle: f"{idle.check}: {idle.case}")
def test_every_check_is_needed(idle: Idle, patch: pytest.MonkeyPatch) -> None:
    assert wrong(idle.program) == []
    take_away(patch, idle.check, idle.answer)
    assert wrong(idle.program)


@pytest.mark.parametrize("idle", REFUSING, ids=lambda idle: f"{idle.check}: {idle.case}")
def test_no_check_refuses_all(idle: Idle, patch: pytest.MonkeyPatch) -> None:
    case = idle.program
    check_texts(case, dict(fix_project(sources(case))))
    take_away(patch, idle.check, idle.answer)
    with pytest.raises(AssertionError, match=r"is not in|is in|nothing was rewritten"):
        check_texts(case, dict(fix_project(sources(case))))


def _functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., object]]]:
    """The functions and methods that a module defines, by name."""
    for name, value in vars(module).items():
        if getattr(value, "__module__", "") != module.__name__:
            continue
        if inspect.isfunction(value):
            yield name, value
        elif inspect.isclass(value) and not getattr(value, "_is_protocol", False):
            for method, function in vars(value).items():
                if inspect.isfunction(function):
                    yield f"{name}.{method}", function


def test_every_yes_or_no_is_among_them() -> None:
    asked = {
        name
        for module in MODULES
        for name, function in _functions(module)
        if function.__annotations__.get("return") == "bool"
    }
    assert asked - {idle.check for idle in IDLE} == NO_CHECKS
