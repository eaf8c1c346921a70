"""What the project says about one file; plain data, so that it can travel to a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from varmigrate.analysis.function_plans import FunctionPlan
from varmigrate.analysis.terms import Summary
from varmigrate.analysis.volatile_results import VolatileResult
from varmigrate.analysis.wrappers import FileCallables, WrapperSummary


@dataclass(frozen=True, slots=True)
class ModuleContext:
    """What the project says about the imports of one file.

    imports: (module as written, name) -> dotted origin, for names taken from project modules.
    stars: module as written -> what its star import binds (name -> dotted origin).
    exported: names of this file that other files of the project take from it. patched: names of
    this file that another file replaces from outside (`module.name = ...`, `mock.patch`).
    wrappers: dotted origin -> the wrapper it is, for those the imports of this file can reach.
    overridden: methods that classes of other files bind anew, inheriting from one of this file.
    subclassed: classes of this file that classes of other files derive from. foreign: attributes
    that other files use on anything but `self`, and on that where they derive from such a class.
    callables: what may wrap in this file, with the digest of the text it was read from.
    takers: functions and classes the imports of this file lead to, by short name, that take the
    flag `async` was. namesakes: those of the whole project.
    differentiated: names that other files of the project use where they differentiate.
    computed: names of functions whose results other files may compute with.
    detaching: whether some file of the project may call `detach_`.
    pausing: whether another file may switch recording off. methods: methods of other files named
    like one of a tensor or of a container. attaching: whether a module of another file may make
    leaves. opened: whether a file that may call this one goes over attributes by their names.
    hooked: whether one that calls it, or is called, runs code of its own where a module is called.
    own_modules: modules of the project that are named like one of the standard library or numpy.
    covered: functions, by bare name, that other files call under a gradient mode.
    functions: dotted origin -> old-style Function of another file; own_functions: those of this
    file that others name, by name.
    summaries: dotted origin -> what a function of another file makes of its arguments. replaced:
    functions of this file in whose place some file of the project may put another.
    produced: dotted origin -> what a function of another file gives back that is volatile.
    accounted: functions of this file all whose results other files are seen to use without a graph.
    """

    imports: Mapping[tuple[str, str], str] = field(default_factory=dict)
    stars: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    exported: frozenset[str] = frozenset()
    patched: frozenset[str] = frozenset()
    wrappers: Mapping[str, WrapperSummary] = field(default_factory=dict)
    overridden: frozenset[str] = frozenset()
    subclassed: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    callables: tuple[str, FileCallables] | None = field(default=None, compare=False)
    takers: frozenset[str] = frozenset()
    namesakes: frozenset[str] = frozenset()
    covered: frozenset[str] = frozenset()
    differentiated: frozenset[str] = frozenset()
    computed: frozenset[str] = frozenset()
    detaching: bool = True
    pausing: bool = False
    methods: frozenset[str] = frozenset()
    attaching: bool = False
    opened: bool = False
    hooked: bool = False
    own_modules: frozenset[str] = frozenset()
    functions: Mapping[str, FunctionPlan] = field(default_factory=dict)
    own_functions: Mapping[str, FunctionPlan] = field(default_factory=dict)
    summaries: Mapping[str, Summary] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()
    produced: Mapping[str, VolatileResult] = field(default_factory=dict)
    accounted: frozenset[str] = frozenset()
