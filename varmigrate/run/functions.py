"""Old-style Functions whose instances are called in other files: rewritten everywhere, or nowhere.

Before anything is judged, each class is followed through the files of its project that name it.
What is found travels to the rules: the calls with the class, or the reason why both stay.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import libcst as cst

from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.function_plans import FunctionPlan
from varmigrate.analysis.function_uses import InstanceCall, own_uses, uses
from varmigrate.analysis.old_functions import OldFunction, Refused, functions_of
from varmigrate.analysis.scopes import ScopeKind
from varmigrate.analysis.wrappers import Key
from varmigrate.files.depth import with_deep_stack
from varmigrate.rules.vm508_old_function import edits_of, instances, old_function
from varmigrate.run.index import Index
from varmigrate.run.naming import Named, Reader
from varmigrate.run.suppress import Suppressions


@dataclass(slots=True)
class FunctionContexts:
    """What the rules have to know of Functions in other files, by absolute path.

    own: the classes of a file that others name. used: those a file names, by dotted origin. files:
    of each class, all files that are rewritten together.
    """

    own: dict[str, dict[str, FunctionPlan]] = field(default_factory=dict)
    used: dict[str, dict[str, FunctionPlan]] = field(default_factory=dict)
    files: dict[Key, tuple[str, ...]] = field(default_factory=dict)

    def add(self, path: str, context: ModuleContext) -> ModuleContext:
        """The context of a file, with what is known of Functions."""
        if path not in self.own and path not in self.used:
            return context
        return replace(
            context,
            functions=self.used.get(path, {}),
            own_functions=self.own.get(path, {}),
        )


def follow(
    index: Index,
    defining: Iterable[str],
    run: Mapping[str, bytes | None],
    asked: Callable[[str], bool],
    broken: Collection[Key] = (),
) -> FunctionContexts:
    """Follow the Functions of the files `defining` through their project.

    run: the files that may be changed, by absolute path, with their bytes where they are known.
    asked: whether findings about Functions are wanted in a file. broken: classes for which the
    rewrite failed in one of their files.
    """
    found = FunctionContexts()
    reader = Reader(index, run)
    for path in sorted(defining):
        with_deep_stack(partial(_follow_file, found, reader, path, asked, broken))
    return found


def _follow_file(
    found: FunctionContexts,
    reader: Reader,
    path: str,
    asked: Callable[[str], bool],
    broken: Collection[Key],
) -> None:
    try:
        analysis = reader.analysis(path)
    except Refused:
        return
    for function in functions_of(analysis):
        if not isinstance(function, OldFunction):
            continue
        if analysis.scopes.scope_at(function.node).kind is not ScopeKind.MODULE:
            continue
        follower = _Follower(reader, path, analysis, function, asked)
        plan = follower.run((path, function.name) in broken)
        if not follower.users and not plan.refused:
            continue
        found.own.setdefault(path, {})[function.name] = plan
        for user, origins in follower.users.items():
            found.used.setdefault(user, {}).update(dict.fromkeys(origins, plan))
        if not plan.refused:
            found.files[path, function.name] = (path, *follower.users)


class _Follower:
    """Follows one class; `users` are the files that name it, with the origins it has there."""

    def __init__(
        self,
        reader: Reader,
        path: str,
        analysis: FileAnalysis,
        function: OldFunction,
        asked: Callable[[str], bool],
    ) -> None:
        self.reader = reader
        self.named = Named(reader, path, function.name)
        self.path = path
        self.name = function.name
        self.analysis = analysis
        self.function = function
        self.asked = asked
        self.users: dict[str, set[str]] = {}
        self.places: list[str] = []

    def run(self, broken: bool) -> FunctionPlan:
        plan = replace(self.function.plan, path=self.path)
        refused = ""
        try:
            self._own()
        except Refused as why:
            refused = str(why)
        try:
            self._others(plan)
        except Refused as why:
            refused = refused or str(why)
        if broken:
            refused = "the rewrite failed in one of the files"
        return replace(plan, refused=refused, elsewhere=tuple(self.places))

    def _own(self) -> None:
        """Raise Refused unless the class is rewritten in its own file."""
        if not self.asked(self.path):
            raise Refused("the class is not to be rewritten")
        edits_of(self.analysis, self.function)
        self._check_kept(self.path, self.analysis, own_uses(self.analysis, self.function))
        proposal = old_function(self.analysis, self.function)
        if Suppressions(self.analysis).silences(proposal):
            raise Refused("the class is not to be rewritten")

    def _check_kept(self, path: str, analysis: FileAnalysis, found: list[InstanceCall]) -> None:
        """Raise Refused when another file may use an instance that is kept."""
        for use in found:
            statement = analysis.tree.parent(use.made)
            if not use.kept or not isinstance(statement, cst.Assign):
                continue
            target = statement.targets[0].target
            if isinstance(target, cst.Attribute) and use.calls:
                name = target.attr.value
                told = rb"\." + re.escape(name.encode()) + rb"\b"
                self._check_set(path, analysis, use)
            elif (
                isinstance(target, cst.Name)
                and analysis.scopes.scope_at(use.made).kind is ScopeKind.MODULE
            ):
                name = target.value
                folder, base = os.path.split(path)
                stem = os.path.basename(folder) if base == "__init__.py" else base[:-3]
                told = rb"\b" + re.escape(stem.encode()) + rb"\b"
            else:
                continue
            for other in self.reader.naming(path, {name}):
                if re.search(told, self.reader.bytes(other)):
                    raise Refused(f"{os.path.basename(other)} may use the instance `{name}`")

    def _check_set(self, path: str, analysis: FileAnalysis, use: InstanceCall) -> None:
        """Raise Refused when another file may set what a kept instance was made with."""
        above: cst.CSTNode | None = use.made
        while above is not None and not isinstance(above, cst.ClassDef):
            above = analysis.tree.parent(above)
        if above is None:
            return
        first, last = analysis.tree.start(use.made), analysis.tree.end(use.made)
        for node in analysis.scopes.all(cst.Attribute):
            if not first < analysis.tree.start(node) < last:
                continue
            name = node.attr.value
            setting = rb"\." + re.escape(name.encode()) + rb"\s*[-+*/]?=(?!=)"
            for other in self.reader.naming(path, {above.name.value}):
                if re.search(setting, self.reader.bytes(other)):
                    raise Refused(f"{os.path.basename(other)} may set `{name}`")

    def _others(self, plan: FunctionPlan) -> None:
        """Find the users among the other files. Raises Refused, after all were looked at."""
        words = {self.name}
        seen: set[str] = set()
        refused = ""
        while True:
            more: set[str] = set()
            for path in self.reader.naming(self.path, words):
                if path in seen:
                    continue
                seen.add(path)
                try:
                    more |= self._user(path, plan, words)
                except Refused as why:
                    refused = refused or str(why)
            if more <= words:
                break
            # Under another name it may be used where the first one is not written.
            words |= more
            seen -= set(seen) - set(self.users)
        if refused:
            raise Refused(refused)

    def _user(self, path: str, plan: FunctionPlan, words: set[str]) -> set[str]:
        """Look at one file; returns the other names it gives to the class."""
        shown = os.path.basename(path)
        raw = self.reader.bytes(path)
        if not raw.strip():
            return set()
        analysis = self.reader.analysis(path)
        aliases = {name for name, _ in self.named.imports(analysis, path)}
        heads, origins = self.named.heads(analysis, path, words | aliases)
        if not heads:
            return aliases
        self.users[path] = origins
        self.places += [f"{shown}:{analysis.tree.line(head)}" for head in heads]
        if path not in self.reader.run:
            raise Refused(f"{shown} uses it, which is not in this run")
        if not self.asked(path):
            raise Refused(f"{shown} is not to be rewritten")
        try:
            found = uses(analysis, plan, heads)
        except Refused as why:
            raise Refused(f"in {shown}, {why}") from None
        self._check_kept(path, analysis, found)
        suppressions = Suppressions(analysis)
        if any(suppressions.silences(p) for p in instances(analysis, plan, heads)):
            raise Refused(f"{shown} is not to be rewritten")
        return aliases
