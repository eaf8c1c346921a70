"""Old-style Functions whose instances are called in other files: rewritten everywhere, or nowhere.

Before anything is judged, each class is followed through the files of its project that name it.
What is found travels to the rules: the calls with the class, or the reason why both stay.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import libcst as cst

from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.function_plans import FunctionPlan
from varmigrate.analysis.function_uses import InstanceCall, own_uses, uses
from varmigrate.analysis.names import Meaning
from varmigrate.analysis.old_functions import OldFunction, Refused, functions_of
from varmigrate.analysis.scopes import BindingKind, ScopeKind
from varmigrate.analysis.tree import NotParsed
from varmigrate.analysis.wrappers import Key, Ref
from varmigrate.files.depth import too_deep, with_deep_stack
from varmigrate.files.source import Unreadable, decode, read_bytes
from varmigrate.rules.vm508_old_function import edits_of, instances, old_function
from varmigrate.run.index import Index
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
    reader = _Reader(index, run)
    for path in sorted(defining):
        with_deep_stack(partial(_follow_file, found, reader, path, asked, broken))
    return found


def _follow_file(
    found: FunctionContexts,
    reader: _Reader,
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


class _Reader:
    """The files of the run and of the projects around them."""

    def __init__(self, index: Index, run: Mapping[str, bytes | None]) -> None:
        self.index = index
        self.run = run
        self._known: dict[str, FileAnalysis] = {}

    def bytes(self, path: str) -> bytes:
        raw = self.run.get(path)
        return read_bytes(path) if raw is None else raw

    def analysis(self, path: str) -> FileAnalysis:
        """The analysis of a file; raises Refused when there is none."""
        if path in self._known:
            return self._known[path]
        try:
            raw = self.bytes(path)
            text = decode(path, raw).text
            if too_deep(text) is not None:
                raise Refused(f"{os.path.basename(path)} is nested too deeply")
            self.index.look_into(path, raw)
            analysis = FileAnalysis(path, text, self.index.context(path))
        except (OSError, Unreadable, NotParsed, RecursionError):
            raise Refused(f"{os.path.basename(path)} cannot be analysed") from None
        self._known[path] = analysis
        return analysis

    def naming(self, path: str, words: Collection[str]) -> list[str]:
        """The other files of the project and of the run in which one of the words occurs."""
        pattern = re.compile(
            rb"\b(?:" + b"|".join(sorted(re.escape(word.encode()) for word in words)) + rb")\b"
        )
        found: list[str] = []
        for other in sorted({*self.index.neighbours(path), *self.run} - {path}):
            try:
                raw = self.bytes(other)
            except OSError:
                continue
            if pattern.search(raw):
                found.append(other)
        for other in self.index.notebooks(path):
            try:
                raw = read_bytes(other)
            except OSError:
                continue
            if pattern.search(raw):
                raise Refused(f"{os.path.basename(other)} names it, which is not rewritten")
        return found


class _Follower:
    """Follows one class; `users` are the files that name it, with the origins it has there."""

    def __init__(
        self,
        reader: _Reader,
        path: str,
        analysis: FileAnalysis,
        function: OldFunction,
        asked: Callable[[str], bool],
    ) -> None:
        self.reader = reader
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
        aliases = {name for name, _ in self._imports(analysis, path)}
        heads, origins = self._heads(analysis, path, words | aliases)
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

    def _imports(self, analysis: FileAnalysis, path: str) -> Iterator[tuple[str, object]]:
        """The imports of the class in a file, by the name they bind."""
        scopes = analysis.scopes
        for scope in dict.fromkeys((scopes.module, *scopes.scope_of.values())):
            for name, bindings in scope.bindings.items():
                for binding in bindings:
                    if binding.kind is BindingKind.IMPORT and binding.imported is not None:
                        ref = Ref(binding.module, binding.imported)
                        if self.reader.index.place(path, ref) == (self.path, self.name):
                            yield name, binding

    def _heads(
        self, analysis: FileAnalysis, path: str, words: set[str]
    ) -> tuple[list[cst.BaseExpression], set[str]]:
        """Where a file names the class. Raises Refused where that is not sure."""
        shown = os.path.basename(path)
        heads: list[cst.BaseExpression] = []
        origins: set[str] = set()
        imported = {id(binding) for _, binding in self._imports(analysis, path)}
        nodes: list[cst.BaseExpression] = [
            load.node for word in sorted(words) for load in analysis.scopes.loads.get(word, ())
        ]
        nodes += [n for n in analysis.scopes.all(cst.Attribute) if n.attr.value in words]
        for node in nodes:
            where = f"line {analysis.tree.line(node)} of {shown}"
            meaning = analysis.names.dotted(node)
            if meaning is not None and self._is_it(path, meaning):
                if not meaning.sure or self._may_be_starred(analysis, node):
                    raise Refused(f"{where} may mean something else")
                heads.append(node)
                origins.add(meaning.origin)
            elif isinstance(node, cst.Name):
                if self._may_be(analysis, node, imported):
                    raise Refused(f"{where} may name it")
            elif self._stands_on_import(analysis, node) and (
                meaning is None or not meaning.sure or meaning.origin.startswith("project:")
            ):
                raise Refused(f"{where} may name it")
        for match in re.finditer(rf"""(['"]){re.escape(self.name)}\1""", analysis.text):
            listed = analysis.text.rfind("__all__", 0, match.start())
            if listed < 0 or re.search(r"[\])]", analysis.text[listed : match.start()]):
                line = analysis.tree.place(match.start())[0]
                raise Refused(f"line {line} of {shown} names it in a string")
        return heads, origins

    def _may_be(self, analysis: FileAnalysis, node: cst.Name, imported: set[int]) -> bool:
        """Whether a name that does not lead to the class for sure may do so all the same."""
        load = analysis.names.load(node)
        if load is None:
            return False
        owner = analysis.names.owner(node.value, load.scope)
        bindings = owner.bindings.get(node.value, [])
        if any(id(binding) in imported for binding in bindings):
            return True
        return not bindings and analysis.names.starred(node.value, owner)

    def _may_be_starred(self, analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
        """Whether a star import whose names are not known may bind what a name stands for."""
        load = analysis.names.load(node) if isinstance(node, cst.Name) else None
        if load is None:
            return False
        owner = analysis.names.owner(load.node.value, load.scope)
        known = analysis.context.stars
        return any(s.module not in known and s.module.split(".")[0] != "torch" for s in owner.stars)

    def _stands_on_import(self, analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
        """Whether an attribute is read of something that was imported from the project."""
        while isinstance(node, cst.Attribute):
            node = node.value
        if not isinstance(node, cst.Name):
            return False
        load = analysis.names.load(node)
        if load is None:
            return False
        owner = analysis.names.owner(node.value, load.scope)
        return any(b.kind is BindingKind.IMPORT for b in owner.bindings.get(node.value, ()))

    def _is_it(self, path: str, meaning: Meaning) -> bool:
        """Whether a followed name or chain of attributes is the class."""
        if meaning.origin == f"project:{self.path}.{self.name}":
            return True
        for binding in meaning.bindings:
            if binding.kind is BindingKind.IMPORT and binding.imported is None:
                rest = meaning.origin.removeprefix(f"{binding.module}.")
                if rest != meaning.origin and self.reader.index.place(
                    path, Ref(binding.module, rest)
                ) == (self.path, self.name):
                    return True
        return False
