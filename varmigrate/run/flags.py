"""Taking the volatile flag out of wrappers, once nobody needs it: bodies, signatures and calls.

The flag of `def to_var(x, volatile=False)` goes from its body when every call in the project that
asks for it computes under a gradient mode. The parameter goes, from the signature and from every
call, when each place that names the function is a call or an import that can be followed and no
callers outside the project are possible. Either all files of the project are changed, or none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import BindingKind
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.analysis.wrapper_calls import Wrapper
from varmigrate.analysis.wrappers import CallableKind, Key, SourceKind, WrapperSummary, bind
from varmigrate.files.depth import with_deep_stack
from varmigrate.model import Edit, Intent, Safety
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Proposal
from varmigrate.rules.call_fix import call_fix, doubt
from varmigrate.rules.region_plans import plan_for
from varmigrate.rules.regions import drop_flag, passes_on
from varmigrate.rules.volatile_fix import is_bound, volatile_fix
from varmigrate.run.index import Index
from varmigrate.run.inline import Files, Stays, Use, check_packages, is_idle, rewritten
from varmigrate.run.suppress import Suppressions

# A call in an example of a docstring, which is run as a test.
_EXAMPLE = r"^\s*(?:>>>|\.\.\.) .*\b{}\("

Cover = Callable[[FileAnalysis, str, Site], Safety | None]
"""How sure it is that a call of a wrapper in a file computes without a graph; None if it is not."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A wrapper whose flag is gone.

    key: its file and name. line: of its definition. parameter: what carried the flag; empty when
    the flag was written out. reason: why the parameter stays; empty when it is gone too. calls: how
    many calls gave it.
    """

    key: Key
    line: int
    parameter: str = ""
    reason: str = ""
    calls: int = 0


@dataclass
class _Candidate:
    """A wrapper that hands a volatile flag on, and what is known of those who call it."""

    summary: WrapperSummary
    wrapper: Wrapper
    analysis: FileAnalysis
    paths: list[str] = field(default_factory=list)
    callers: set[Key] = field(default_factory=set)
    waits: bool = False
    unsafe: bool = False
    reason: str = ""

    @property
    def key(self) -> Key:
        return (self.summary.path, self.summary.name)

    @property
    def parameter(self) -> str:
        """The parameter that carries the flag."""
        source = self.summary.volatile
        return source.name if source.kind is SourceKind.PARAMETER else ""


def drop_flags(
    index: Index,
    wrappers: Mapping[Key, WrapperSummary],
    run: Mapping[str, bytes | None],
    closed_world: bool,
    wanted: Callable[[str], bool],
) -> tuple[list[Dropped], dict[str, str]]:
    """Take the flags out.

    index: of the fixed files. wrappers: those they hold. run: the files that may be changed, with
    their bytes where they are not those on disk. closed_world: whether there are no callers outside
    the project. wanted: whether a file is to be fixed in this way. Returns what was dropped, and
    the new texts by absolute path.
    """
    return with_deep_stack(partial(_drop, Files(index, run), wrappers, closed_world, wanted))


def _drop(
    files: Files,
    wrappers: Mapping[Key, WrapperSummary],
    closed_world: bool,
    wanted: Callable[[str], bool],
) -> tuple[list[Dropped], dict[str, str]]:
    analyses: dict[str, FileAnalysis] = {}
    going = _going(files, wrappers, wanted, analyses, _as_it_is)
    edits: dict[str, list[Edit]] = {}
    for key in list(going):
        own = _body_edits(going[key])
        if own is None:
            del going[key]
        else:
            edits.setdefault(key[0], []).extend(own)
    for candidate in going.values():
        candidate.reason = _outside(files, candidate, closed_world)
    calls = _parameters(files, going, analyses, edits)
    try:
        texts = {
            path: rewritten(files.text(path), found, os.path.basename(path))
            for path, found in edits.items()
            if found
        }
    except Stays:
        return [], {}
    dropped = [
        Dropped(
            key,
            candidate.analysis.tree.line(candidate.wrapper.name_node)
            if candidate.wrapper.name_node is not None
            else 1,
            candidate.parameter,
            candidate.reason,
            calls.get(key, 0),
        )
        for key, candidate in going.items()
    ]
    return dropped, texts


def would_drop(
    index: Index,
    wrappers: Mapping[Key, WrapperSummary],
    run: Mapping[str, bytes | None],
    wanted: Callable[[str], bool],
) -> dict[Key, Safety]:
    """Which flags go once the fixes are made, and whether safe fixes are enough for that.

    index: of the files before they are fixed; the rest as for `drop_flags`.
    """
    return with_deep_stack(partial(_would_drop, Files(index, run), wrappers, wanted))


def _would_drop(
    files: Files, wrappers: Mapping[Key, WrapperSummary], wanted: Callable[[str], bool]
) -> dict[Key, Safety]:
    def cover(analysis: FileAnalysis, path: str, site: Site) -> Safety | None:
        """What covers a call: a gradient mode that is there, or the fix that puts one there."""
        if _is_covered(analysis, site):
            return Safety.SAFE
        if path not in files.run or not wanted(path) or _is_silenced(analysis, site):
            return None
        if site.shape.problem or site.shape.never:
            return None
        fix = volatile_fix(analysis, site).fix
        plan = plan_for(analysis, site)
        return None if fix is None or plan.problem or plan.leaves else fix.safety

    found: dict[Key, Safety] = {}
    for key, candidate in _going(files, wrappers, wanted, {}, cover).items():
        after = [_after(candidate.analysis, site) for site in candidate.wrapper.calls]
        if _body_edits(candidate) is not None and None not in after:
            safe = not candidate.unsafe and Safety.UNSAFE not in after
            found[key] = Safety.SAFE if safe else Safety.UNSAFE
    return found


def _after(analysis: FileAnalysis, site: Site) -> Safety | None:
    """How far the fix may be trusted that a call of Variable has once its flag is gone."""
    data = site.shape.data
    fix = None if data is None else call_fix(analysis, site, analysis.facts.of(data)).fix
    return None if fix is None else fix.safety


def _going(
    files: Files,
    wrappers: Mapping[Key, WrapperSummary],
    wanted: Callable[[str], bool],
    analyses: dict[str, FileAnalysis],
    cover: Cover,
) -> dict[Key, _Candidate]:
    """The wrappers all whose callers that ask for the flag are covered; fills in `analyses`."""
    known: dict[Key, _Candidate] = {}
    for key in sorted(wrappers):
        candidate = _candidate(files, wrappers[key], wanted)
        if candidate is not None:
            known[key] = candidate
    analyses.update({c.summary.path: c.analysis for c in known.values()})
    for candidate in known.values():
        _ask_callers(files, candidate, known, analyses, cover)
    while True:
        more = [c for c in known.values() if not c.waits and _waits_for(c, known)]
        if not more:
            break
        for candidate in more:
            candidate.waits = True
    for _ in known:
        for candidate in known.values():
            candidate.unsafe |= any(known[k].unsafe for k in candidate.callers if k in known)
    return {key: candidate for key, candidate in known.items() if not candidate.waits}


def _candidate(
    files: Files, summary: WrapperSummary, wanted: Callable[[str], bool]
) -> _Candidate | None:
    """The wrapper as a candidate: a function whose flag is a parameter, or is written out."""
    if summary.kind is not CallableKind.FUNCTION or "." in summary.name:
        return None
    if not summary.carries_volatile or summary.path not in files.run or not wanted(summary.path):
        return None
    try:
        analysis = files.analysis(summary.path)
    except Stays:
        return None
    for site in analysis.sites:
        wrapper = site.wrapper
        if (
            site.kind is SiteKind.WRAPPER
            and wrapper is not None
            and wrapper.summary.name == summary.name
            and isinstance(wrapper.node, cst.FunctionDef)
        ):
            return _Candidate(summary, wrapper, analysis)
    return None


def _ask_callers(
    files: Files,
    candidate: _Candidate,
    known: Mapping[Key, _Candidate],
    analyses: dict[str, FileAnalysis],
    cover: Cover,
) -> None:
    """Find out whether every call that asks for the flag computes without a graph by now."""
    try:
        candidate.paths = files.naming(candidate.summary.path, {candidate.summary.name})
        for path in candidate.paths:
            if path not in analyses:
                analyses[path] = files.analysis(path)
    except Stays:
        candidate.waits = True
        return
    asked = False
    for path in candidate.paths:
        if _called_otherwise(analyses[path], candidate):
            candidate.waits = True
            return
        for site in analyses[path].sites:
            wrapper = site.wrapper
            if (
                site.kind is not SiteKind.WRAPPER_CALL
                or wrapper is None
                or (wrapper.summary.path or path, wrapper.summary.name) != candidate.key
            ):
                continue
            if site.shape.problem:
                # `*args` and `**kwargs` may hold the flag.
                candidate.waits = True
            if site.shape.volatile.value is False:
                continue
            asked = True
            around = _passing(analyses[path], path, site, known)
            if around is not None:
                candidate.callers.add(around)
            else:
                covered = cover(analyses[path], path, site)
                candidate.waits = candidate.waits or covered is None
                candidate.unsafe = candidate.unsafe or covered is Safety.UNSAFE
    if not asked and not candidate.parameter:
        # It is written out, and whoever wants it is not seen.
        candidate.waits = True


def _called_otherwise(analysis: FileAnalysis, candidate: _Candidate) -> bool:
    """Whether a file uses the wrapper's name for something that is not known for a call of it."""
    name = candidate.summary.name
    if _asked_by_text(analysis) or re.search(_EXAMPLE.format(re.escape(name)), analysis.text, re.M):
        return True
    places: list[cst.CSTNode] = [load.node for load in analysis.scopes.loads.get(name, ())]
    places += [a for a in analysis.scopes.all(cst.Attribute) if a.attr.value == name]
    for place in places:
        call = analysis.tree.parent(place)
        if not (isinstance(call, cst.Call) and call.func is place):
            return True
    for call in analysis.scopes.all(cst.Call):
        func = call.func
        last = func.attr if isinstance(func, cst.Attribute) else func
        if isinstance(last, cst.Name) and last.value == candidate.summary.name:
            site = analysis.calls.get(id(call))
            wrapper = None if site is None else site.wrapper
            if wrapper is None or wrapper.summary.name != candidate.summary.name:
                return True
    return False


def _asked_by_text(analysis: FileAnalysis) -> bool:
    """Whether a file takes something out of a module by a text that is not written out."""
    for call in analysis.scopes.all(cst.Call):
        if isinstance(call.func, cst.Name) and call.func.value == "getattr" and call.args[1:]:
            asked, name = call.args[0].value, call.args[1].value
            binding = analysis.names.only_binding(asked) if isinstance(asked, cst.Name) else None
            of_module = binding is not None and binding.kind is BindingKind.IMPORT
            if of_module and not isinstance(name, cst.SimpleString):
                return True
    return False


def _passing(
    analysis: FileAnalysis, path: str, site: Site, known: Mapping[Key, _Candidate]
) -> Key | None:
    """The candidate whose own flag a call hands on."""
    flag = site.shape.volatile.expression
    if not isinstance(flag, cst.Name):
        return None
    definitions = analysis.flow.definitions(flag)
    if definitions is None or len(definitions) != 1:
        return None
    (binding,) = definitions
    function = binding.scope.node
    if binding.kind is not BindingKind.PARAMETER or not isinstance(function, cst.FunctionDef):
        return None
    key = (path, function.name.value)
    if key in known and known[key].parameter == flag.value:
        return key
    return None


def _is_covered(analysis: FileAnalysis, site: Site) -> bool:
    if site.shape.problem or site.shape.never:
        return False
    if passes_on(analysis, site):
        return True
    plan = plan_for(analysis, site)
    return not plan.problem and not plan.needed and not plan.leaves


def _as_it_is(analysis: FileAnalysis, path: str, site: Site) -> Safety | None:
    """What covers a call by now."""
    return Safety.SAFE if _is_covered(analysis, site) else None


def _waits_for(candidate: _Candidate, known: Mapping[Key, _Candidate]) -> bool:
    return any(key not in known or known[key].waits for key in candidate.callers)


def _body_edits(candidate: _Candidate) -> list[Edit] | None:
    """The edits that take the flag out of the calls of Variable inside; None if they cannot."""
    found: list[Edit] = []
    analysis = candidate.analysis
    for site in candidate.wrapper.calls:
        if site.kind is not SiteKind.CALL:
            return None
        flag = site.shape.volatile
        if flag.value is False and not flag.given:
            continue
        if doubt(analysis, site) or site.shape.problem or site.shape.never:
            return None
        if _is_silenced(analysis, site):
            return None
        if flag.expression is None or not is_idle(flag.expression):
            return None
        plan = plan_for(analysis, site) if flag.value is not False else None
        if plan is not None and (plan.problem or plan.needed):
            return None
        edits = drop_flag(analysis, site)
        if edits is None:
            return None
        found += edits
    return found


def _is_silenced(analysis: FileAnalysis, site: Site) -> bool:
    """Whether a comment asks to leave the call alone."""
    if site.call is None:
        return False
    proposal = Proposal("VM110", site, site.call, "", Intent.INFERENCE)
    return Suppressions(analysis).silences(proposal)


def _outside(files: Files, candidate: _Candidate, closed_world: bool) -> str:
    """Why the parameter has to stay whatever the calls that are seen say; empty if it need not."""
    function = candidate.wrapper.node
    name = candidate.summary.name
    if not candidate.parameter or not isinstance(function, cst.FunctionDef):
        return "the flag was written out" if not candidate.parameter else "it is no plain function"
    if function.decorators:
        return "it is decorated"
    if name in candidate.analysis.context.patched:
        return "another file replaces it"
    if closed_world or candidate.analysis.flow.private(name):
        return ""
    if files.index.packaged(candidate.summary.path):
        return "callers outside this project are possible (`closed-world = true` says no)"
    return ""


class _FlagUse(Use):
    """Takes one argument out of the calls of a wrapper."""

    parameter = ""
    optional = True
    given = 0

    def call_edits(self, node: cst.Name | cst.Attribute) -> list[Edit]:
        call = self.tree.parent(node)
        if not isinstance(call, cst.Call) or call.func is not node:
            raise self.stays(node, "uses it as a value")
        bound = bind(
            [(a.keyword.value if a.keyword is not None else a.star, a) for a in call.args],
            self.summary.parameters,
        )
        if bound.unclear or bound.wrong:
            raise self.stays(node, "calls it with arguments that are not clear")
        argument = bound.given.get(self.parameter)
        if argument is None:
            if not self.optional:
                raise self.stays(node, f"does not give `{self.parameter}`, which it has to")
            return []
        if isinstance(argument.value, cst.Name) and not is_bound(self.analysis, argument.value):
            raise self.stays(node, f"may give `{argument.value.value}` before it is bound")
        if not is_idle(argument.value):
            raise self.stays(node, f"computes the argument `{self.parameter}`")
        self.given += 1
        place = next(i for i, item in enumerate(call.args) if item is argument)
        parts = [(self.tree.start(a), self.tree.end(a.value)) for a in call.args]
        return [_cut(self.tree.text, parts, place)]


def _cut(text: str, parts: list[tuple[int, int]], place: int) -> Edit:
    """The edit that takes one of several parts with its comma out; raises Stays for comments."""
    start, end = parts[place]
    if place:
        start = parts[place - 1][1]
    elif len(parts) > 1:
        end = parts[1][0]
    if comments(text[start:end]):
        raise Stays("there is a comment beside it")
    return Edit(start, end, "")


def _parameters(
    files: Files,
    going: Mapping[Key, _Candidate],
    analyses: Mapping[str, FileAnalysis],
    edits: dict[str, list[Edit]],
) -> dict[Key, int]:
    """Add the edits that take the parameters out; returns how many calls gave each."""
    removals: dict[Key, dict[str, list[Edit]]] = {}
    given: dict[Key, int] = {}
    for key, candidate in going.items():
        if candidate.reason:
            continue
        try:
            check_packages(files, candidate.summary)
            found: dict[str, list[Edit]] = {}
            words = {candidate.summary.name}
            uses: dict[str, _FlagUse] = {}
            for path in candidate.paths:
                if path not in files.run:
                    raise Stays(f"{os.path.basename(path)} names it, which is not in this run")
                use = uses[path] = _FlagUse(files, path, candidate.summary, analyses[path])
                use.parameter = candidate.parameter
                use.optional = any(
                    parameter.name == candidate.parameter and parameter.default is not None
                    for parameter in candidate.summary.parameters
                )
                words |= use.aliases
            for path, use in uses.items():
                found[path] = use.edits(words)
            found.setdefault(key[0], []).append(_signature(candidate))
            removals[key] = found
            given[key] = sum(use.given for use in uses.values())
        except Stays as why:
            candidate.reason = str(why)
    while True:
        kept = [key for key in removals if not _is_dead(going[key], removals, edits)]
        if not kept:
            break
        for key in kept:
            going[key].reason = f"`{going[key].parameter}` is read for something else as well"
            del removals[key]
    for found in removals.values():
        for path, more in found.items():
            edits.setdefault(path, []).extend(more)
    return {key: given[key] for key in removals}


def _is_dead(
    candidate: _Candidate,
    removals: Mapping[Key, Mapping[str, list[Edit]]],
    edits: Mapping[str, list[Edit]],
) -> bool:
    """Whether nothing reads the parameter once the edits are made."""
    path = candidate.summary.path
    gone = [*edits.get(path, ()), *(e for found in removals.values() for e in found.get(path, ()))]
    analysis = candidate.analysis
    function = candidate.wrapper.node
    scope = None if function is None else analysis.scopes.scope_of.get(id(function))
    if scope is None or len(scope.bindings.get(candidate.parameter, [])) != 1:
        return False
    for load in analysis.scopes.loads.get(candidate.parameter, ()):
        if analysis.names.owner(candidate.parameter, load.scope) is scope:
            place = analysis.tree.start(load.node)
            if not any(edit.start <= place < edit.end for edit in gone):
                return False
    return True


def _signature(candidate: _Candidate) -> Edit:
    """The edit that takes the parameter out of the signature; raises Stays."""
    function = candidate.wrapper.node
    if not isinstance(function, cst.FunctionDef):
        raise Stays("it is no plain function")
    tree, params = candidate.analysis.tree, function.params
    if isinstance(params.star_arg, cst.Param) or params.star_kwarg is not None:
        raise Stays("it takes any number of arguments")
    for group in (params.params, params.kwonly_params, params.posonly_params):
        names = [parameter.name.value for parameter in group]
        if candidate.parameter not in names:
            continue
        if group is not params.params and len(group) == 1:
            raise Stays("its signature would need another form")
        parts = [(tree.start(parameter), _end(candidate, parameter)) for parameter in group]
        parameter = group[names.index(candidate.parameter)]
        if parameter.default is not None and not is_idle(parameter.default):
            raise Stays(f"the default of `{candidate.parameter}` is computed")
        return _cut(tree.text, parts, names.index(candidate.parameter))
    raise Stays("its parameter is not found")


def _end(candidate: _Candidate, parameter: cst.Param) -> int:
    """Where a parameter ends, its comma not counted."""
    tree = candidate.analysis.tree
    if parameter.default is not None:
        return tree.end(parameter.default)
    if parameter.annotation is not None:
        return tree.end(parameter.annotation.annotation)
    return tree.end(parameter.name)
