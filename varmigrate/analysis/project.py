"""What the files of a project give each other: re-exported names and star imports.

Phase one of a run. Each file is summarised from its imports and from what may wrap in it (with
the standard library's parser, a tenth of the cost of a full syntax tree); a `Project` then follows
names from file to file and says, for one file, what its imports from project modules really are,
and which of them wrap their argument in Variable.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

from varmigrate.analysis.callables import digest_of, parts_of, read_callables
from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.summaries import Summaries
from varmigrate.analysis.terms import Body, Summary
from varmigrate.analysis.volatile_results import VolatileResult
from varmigrate.analysis.wrappers import (
    FileCallables,
    Key,
    Ref,
    WrapperSummary,
    members,
    solve,
)
from varmigrate.files.spellings import python_tree
from varmigrate.torch_facts.stars import STAR_EXPORTS_VARIABLE
from varmigrate.torch_facts.variable import VARIABLE_NAMES

T = TypeVar("T")
_ELSEWHERE = "project:"
# In a file that names one of them any name may be bound anew.
_NAMESPACES = frozenset({"__dict__", "f_locals"})
# Never taken for a file of the project, whatever its folders are called.
_EXTERNAL = frozenset({"torch", "numpy"})


@dataclass(frozen=True, slots=True)
class ModuleSummary:
    """The imports and top-level names of one file.

    bound: top-level name -> (module, imported name or None) of the import that binds it, or None
    for another kind of binding and for several that disagree. stars: modules star-imported at the
    top level, in order.
    taken: every (module, name) imported from anywhere in the file; "*" for star imports.
    modules: every module imported whole. exported: the literal `__all__`, None without one.
    words: identifiers that occur in the file at all, strings included. patched: attributes that
    are assigned to, and last parts of dotted strings (`mock.patch("a.b")`). readable: False for a
    file that cannot be parsed, of which only what it takes is guessed from its lines.
    callables: what may wrap its argument, and the classes. digest: of the text.
    later: top-level name -> the modules that are star-imported behind what binds it.
    """

    bound: Mapping[str, tuple[str, str | None] | None] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    taken: frozenset[tuple[str, str]] = frozenset()
    modules: frozenset[str] = frozenset()
    exported: frozenset[str] | None = None
    words: frozenset[str] = frozenset()
    patched: frozenset[str] = frozenset()
    readable: bool = True
    callables: FileCallables = field(default_factory=FileCallables)
    digest: str = ""
    later: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_FROM = re.compile(r"^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import\b[ \t]*(\([^)]*\)|[^\n#;]*)", re.M)
_WORD = re.compile(r"\w+")
_DOTTED = re.compile(r"\w+(?:\.\w+)+")
_IMPORT = re.compile(r"^[ \t]*import[ \t]+([\w., \t]+)", re.M)


def guess(text: str, words: frozenset[str] | None = None) -> ModuleSummary:
    """What a file takes from others by the look of its lines, or of its import statements alone.

    words: all that occur in the file, where the text is but a part of it.
    """
    taken = {
        (match[1], name.split()[0])
        for match in _FROM.finditer(text)
        for name in match[2].strip("() \t\r\n").split(",")
        if name.split()
    }
    modules = {
        part.split()[0]
        for match in _IMPORT.finditer(text)
        for part in match[1].split(",")
        if part.split()
    }
    if words is None:
        words = frozenset(_WORD.findall(text))
    return ModuleSummary(
        taken=frozenset(taken), modules=frozenset(modules), words=words, readable=False
    )


def summarise(text: str) -> ModuleSummary:
    """The summary of a decoded source text; a guess when it cannot be parsed."""
    try:
        return _summary(text, python_tree(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return guess(text)


def _summary(text: str, module: ast.Module) -> ModuleSummary:
    bound = _Bound()
    stars: list[str] = []
    exported: set[str] | None = None
    for statement in _top_level(module.body):
        if isinstance(statement, ast.ImportFrom):
            source = "." * statement.level + (statement.module or "")
            for alias in statement.names:
                if alias.name == "*":
                    stars.append(source)
                    bound.starred(source)
                else:
                    _bind(bound, alias.asname or alias.name, (source, alias.name))
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                name = alias.asname or alias.name.split(".")[0]
                _bind(bound, name, (alias.name if alias.asname else name, None))
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            _bind(bound, statement.name, None)
        else:
            _other(statement, bound)
            exported = _literal_all(statement, exported)
    taken: set[tuple[str, str]] = set()
    modules: set[str] = set()
    words: set[str] = set()
    patched: set[str] = set()
    sets = "setattr" in text
    # Every node of the file comes by here: the commonest first, and nothing is asked twice.
    waiting: list[object] = [module]
    while waiting:
        node = waiting.pop()
        kind = node.__class__
        if kind is ast.Name:
            words.add(node.id)  # type: ignore[attr-defined]
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
            if node.ctx.__class__ is not ast.Load:
                patched.add(node.attr)
            waiting.append(node.value)
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                words.update(_WORD.findall(node.value[:200]))
                if _DOTTED.fullmatch(node.value) or (sets and node.value.isidentifier()):
                    patched.add(node.value.rpartition(".")[2])
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            taken.update((source, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        else:
            waiting += parts_of(node)
    try:
        callables, digest = read_callables(module), digest_of(text)
    except RecursionError:
        # The second phase has a deeper stack.
        callables, digest = FileCallables(), ""
    return ModuleSummary(
        bound,
        tuple(stars),
        frozenset(taken),
        frozenset(modules),
        None if exported is None else frozenset(exported),
        frozenset(words),
        frozenset(patched),
        callables=callables,
        digest=digest,
        later=bound.later,
    )


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run at import, those inside `if`, `try`, `with` and loops included."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for name in ("body", "orelse", "finalbody"):
            yield from _top_level(getattr(statement, name, []))
        for handler in getattr(statement, "handlers", []):
            yield from _top_level(handler.body)


class _Bound(dict[str, "tuple[str, str | None] | None"]):
    """What binds the names at the top of a file; `later`: the star imports behind the last one."""

    def __init__(self) -> None:
        super().__init__()
        self.later: dict[str, tuple[str, ...]] = {}

    def starred(self, module: str) -> None:
        """Note a star import: it may bind all of the names anew."""
        self.later.update((name, (*self.later.get(name, ()), module)) for name in self)


def _bind(bound: _Bound, name: str, source: tuple[str, str | None] | None) -> None:
    """Note a binding; two that disagree leave a name that is not followed."""
    bound[name] = source if bound.get(name, source) == source else None
    bound.later.pop(name, None)


def _other(statement: ast.stmt, bound: _Bound) -> None:
    """Note names bound by assignments, loops and the like."""
    if (
        isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and statement.value.value is None
        and all(isinstance(t, ast.Name) and t.id in bound for t in statement.targets)
    ):
        # `Variable = None` where an import failed: whoever calls that gets an error anyway.
        return
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
        dotted = _dotted(value)
        if isinstance(target, ast.Name) and dotted:
            head, _, tail = dotted.partition(".")
            source = bound.get(head)
            if source is not None:
                origin = source[0] if source[1] is None else f"{source[0]}.{source[1]}"
                module, _, name = f"{origin}.{tail}".rstrip(".").rpartition(".")
                _bind(bound, target.id, (module, name) if module else (name, None))
                return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            _bind(bound, node.id, None)


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _literal_all(statement: ast.stmt, known: set[str] | None) -> set[str] | None:
    """The names of `__all__ = [...]` and `__all__ += [...]`."""
    target: ast.expr | None = None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AugAssign):
        target = statement.target
    if not isinstance(target, ast.Name) or target.id != "__all__":
        return known
    assert isinstance(statement, (ast.Assign, ast.AugAssign))
    words = {
        node.value
        for node in ast.walk(statement.value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return (known or set()) | words


class Project:
    """Follows names between the files of a project.

    summary: gives the summary of a file by absolute path, or None where there is no such readable
    file. exists: whether there is such a file. root: the folder imports are looked up in, upwards
    from a file. All paths are absolute.
    """

    def __init__(
        self,
        summary: Callable[[str], ModuleSummary | None],
        exists: Callable[[str], bool],
        root: str,
    ) -> None:
        self._summary = summary
        self._exists = exists
        self._root = root
        self._following: set[tuple[str, str]] = set()
        self._finds: dict[tuple[str, str], str | None] = {}
        self._publics: dict[str, frozenset[str]] = {}
        self._sources_of: dict[str, set[str]] = {}
        self._definitions: dict[tuple[str, Ref], Key | None] = {}
        self._variables: dict[tuple[str, Ref], bool] = {}
        self._resolved: dict[tuple[str, Ref], Key | None] = {}
        self._closed: dict[str, bool] = {}
        self._folders: dict[tuple[str, str], bool] = {}

    def context(
        self,
        path: str,
        wrappers: Mapping[Key, WrapperSummary] = MappingProxyType({}),
        summaries: Summaries | None = None,
    ) -> ModuleContext:
        """What the imports of `path` are. wrappers, summaries: those of the project."""
        summary = self._summary(path)
        if summary is None:
            return ModuleContext()
        imports: dict[tuple[str, str], str] = {}
        stars: dict[str, Mapping[str, str]] = {}
        for module, name in sorted(summary.taken):
            target = self.find(path, module)
            if name == "*":
                if target is not None and self._summary_of(target).readable:
                    stars[module] = self.star(target)
                continue
            if target is not None:
                origin = self.origin(target, name)
                if origin:
                    imports[module, name] = origin
                    continue
            submodule = self.find(path, _join(module, name))
            if submodule is not None:
                imports[module, name] = _ELSEWHERE + submodule
            elif target is not None:
                imports[module, name] = f"{_ELSEWHERE}{target}.{name}"
        reached = _Reach(self, path, summary, wrappers).run(imports, stars) if wrappers else {}
        computing: dict[str, Summary] = {}
        if summaries is not None:
            computing = _Placed(self, path, summary, summaries.of).reached(imports, stars)
        return ModuleContext(imports, stars, wrappers=reached, summaries=computing)

    def results(
        self, path: str, context: ModuleContext, known: Mapping[Key, VolatileResult]
    ) -> dict[str, VolatileResult]:
        """What the functions that a file can reach give back that is volatile, by origin.

        context: what the imports of the file are. known: the results, by file and name.
        """
        summary = self._summary(path)
        if summary is None:
            return {}
        return _Placed(self, path, summary, known.get).reached(context.imports, context.stars)

    # -- functions that only compute -----------------------------------------------------------

    def body(self, path: str, name: str) -> Body | None:
        """A function of a file that only computes, as far as that file says."""
        summary = self._summary_of(path)
        if not summary.words.isdisjoint(_NAMESPACES):
            return None
        return summary.callables.bodies.get(name)

    def outside(self, path: str, ref: Ref) -> str:
        """The dotted name of what a reference leads to outside of the project; empty if unsure."""
        head, _, rest = ref.name.partition(".")
        origin = ""
        if ref.module == "*":
            origin = self._star_origin(path, head) if self.closed(path) else ""
        elif ref.module:
            origin = self._import(path, (ref.module, head or None))
        if not origin or origin.startswith(_ELSEWHERE):
            return ""
        return f"{origin}.{rest}" if rest else origin

    def unbound(self, path: str, ref: Ref) -> bool:
        """Whether nothing binds a name that only a star import could bind."""
        stars = (self.find(path, module) for module in self._summary_of(path).stars)
        names = (self.public(target) for target in stars if target is not None)
        return ref.module == "*" and self.closed(path) and not any(ref.name in n for n in names)

    def closed(self, path: str) -> bool:
        """Whether all that the star imports of a file bind is seen."""
        if path not in self._closed:
            reached = self._star_reaches(path, set())
            self._closed[path] = all(self._sees_stars(file, path) for file in reached)
        return self._closed[path]

    def _sees_stars(self, path: str, user: str) -> bool:
        summary = self._summary_of(path)
        seen = (
            self.find(path, module) is not None or module in STAR_EXPORTS_VARIABLE
            for module in summary.stars
        )
        return (summary.readable or path == user) and all(seen)

    # -- wrappers ------------------------------------------------------------------------------

    def wrappers(
        self, paths: Iterable[str], verdicts: Mapping[Key, bool] = MappingProxyType({})
    ) -> dict[Key, WrapperSummary]:
        """The wrappers that some files define or import, and those that these call in turn.

        verdicts: whether the calls of Variable inside one are rewritten, as far as that is known.
        """
        files: dict[str, FileCallables] = {}
        waiting = sorted({file for path in paths for file in (path, *self._sources(path))})
        while waiting:
            path = waiting.pop()
            if path in files:
                continue
            callables = files[path] = self._summary_of(path).callables
            for candidate in callables.candidates.values():
                for call in candidate.inner:
                    found = self.definition(path, call.ref)
                    if found is not None and found[0] not in files:
                        waiting.append(found[0])
        return solve(files, self.definition, self._is_variable, verdicts)

    def _sources(self, path: str) -> set[str]:
        """The files in which what a file imports is defined."""
        if path not in self._sources_of:
            summary = self._summary_of(path)
            refs = [Ref(module, name) for module, name in summary.taken if name != "*"]
            whole = {module for module, name in summary.taken if name == "*"} | summary.modules
            places = [self.place(path, ref) for ref in refs]
            for module in whole:
                target = self.find(path, module)
                if target is not None:
                    names = self.bound(target) & summary.words
                    places += [self.place(target, self.attribute(target, name)) for name in names]
            self._sources_of[path] = {place[0] for place in places if place is not None}
        return self._sources_of[path]

    def definition(self, path: str, ref: Ref) -> Key | None:
        """The callable a reference in a file leads to, wherever in the project it is defined."""
        if (path, ref) not in self._definitions:
            self._definitions[path, ref] = self._definition(path, ref, set())
        return self._definitions[path, ref]

    def _definition(self, path: str, ref: Ref, seen: set[tuple[str, Ref]]) -> Key | None:
        place = self.place(path, ref)
        if place is None or (path, ref) in seen:
            return None
        seen.add((path, ref))
        file, name = place
        for found in members(self._summary_of(file).callables, name):
            if isinstance(found, str):
                return (file, found)
            return self._definition(file, found, seen)
        return None

    def attribute(self, path: str, name: str) -> Ref:
        """A reference, from within a file, to a name at its top."""
        source = self._summary_of(path).bound.get(name, ("*", name))
        if source is None:
            return Ref(None, name)
        return Ref(source[0], source[1] or "")

    def place(self, path: str, ref: Ref) -> Key | None:
        """The file and the dotted name a reference leads to, imports followed."""
        if ref.module is None:
            return (path, ref.name)
        if (path, ref) not in self._resolved:
            self._resolved[path, ref] = self._place(path, ref, set())
        return self._resolved[path, ref]

    def _place(self, path: str, ref: Ref, seen: set[tuple[str, Ref]]) -> Key | None:
        if (path, ref) in seen:
            return None
        seen.add((path, ref))
        if ref.module == "*":
            return self._starred(path, ref.name, seen)
        target = self.find(path, ref.module or "")
        head, _, rest = ref.name.partition(".")
        if target is not None:
            found = self._inside(target, ref.name, seen)
            if found is not None:
                return found
        submodule = self.find(path, _join(ref.module or "", head)) if rest else None
        return None if submodule is None else self._inside(submodule, rest, seen)

    def _inside(self, path: str, name: str, seen: set[tuple[str, Ref]]) -> Key | None:
        """What a dotted name is in the namespace of a file."""
        if (path, Ref(None, name)) in seen:
            return None
        seen.add((path, Ref(None, name)))
        summary = self._summary_of(path)
        head, _, rest = name.partition(".")
        for module in reversed(summary.later.get(head, ())):
            target = self.find(path, module)
            if target is not None and head in self.public(target):
                return self._inside(target, name, seen)
        if head in summary.bound:
            source = summary.bound[head]
            if source is None:
                return (path, name)
            module, imported = source
            further = ".".join(part for part in (imported, rest) if part)
            return self._place(path, Ref(module, further), seen) if further else None
        return self._starred(path, name, seen)

    def _starred(self, path: str, name: str, seen: set[tuple[str, Ref]]) -> Key | None:
        head = name.partition(".")[0]
        for module in reversed(self._summary_of(path).stars):
            target = self.find(path, module)
            if target is None:
                continue
            if head in self.public(target):
                return self._inside(target, name, seen)
        return None

    def _is_variable(self, path: str, ref: Ref) -> bool:
        if (path, ref) not in self._variables:
            head, _, rest = ref.name.partition(".")
            origin = ""
            if ref.module == "*":
                origin = self._star_origin(path, head)
            elif ref.module is not None:
                origin = self._import(path, (ref.module, head))
            dotted = f"{origin}.{rest}" if rest else origin
            self._variables[path, ref] = dotted in VARIABLE_NAMES
        return self._variables[path, ref]

    def _star_origin(self, path: str, name: str) -> str:
        """The origin of a name that one of the star imports of a file binds."""
        for module in reversed(self._summary_of(path).stars):
            target = self.find(path, module)
            if target is not None and name in self.public(target):
                return self.origin(target, name)
            if module in ("torch.autograd", "torch.autograd.variable") and name == "Variable":
                return "torch.autograd.Variable"
        return ""

    def overridden(self, paths: Iterable[str]) -> dict[str, frozenset[str]]:
        """For every file, what classes of other files bind that inherit from one of its own."""
        found: dict[str, set[str]] = {}
        for path in paths:
            for item in self._summary_of(path).callables.classes.values():
                for base in item.bases:
                    place = None if base is None else self.place(path, base)
                    if place is not None and place[0] != path:
                        found.setdefault(place[0], set()).update(item.names)
        return {path: frozenset(names) for path, names in found.items()}

    def exports(
        self, users: Iterable[str], guessed: Mapping[str, ModuleSummary]
    ) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        """For every file, the top-level names the files `users` take from it, and replace in it.

        guessed: further files that take names, with what they take by the look of them.
        """
        taken: dict[str, set[str]] = {}
        patched: dict[str, set[str]] = {}
        known = {user: self._summary(user) for user in users} | dict(guessed)
        for user, summary in known.items():
            if summary is None:
                continue
            for target, names in self._taken_by(user, summary):
                if target != user:
                    taken.setdefault(target, set()).update(names)
                    patched.setdefault(target, set()).update(summary.patched)
        return {path: (frozenset(taken[path]), frozenset(patched[path])) for path in taken}

    def _taken_by(self, user: str, summary: ModuleSummary) -> Iterator[tuple[str, set[str]]]:
        for module, name in sorted(summary.taken):
            target = self.find(user, module)
            if name == "*":
                for reached in self._star_reaches(target, set()):
                    yield reached, self._used(summary, reached)
                continue
            if target is not None:
                yield target, {name}
                for star in self._summary_of(target).stars:
                    for reached in self._star_reaches(self.find(target, star), set()):
                        yield reached, {name}
            submodule = self.find(user, _join(module, name))
            if submodule is not None:
                yield submodule, self._used(summary, submodule)
        for module in sorted(summary.modules):
            target = self.find(user, module)
            if target is not None:
                yield target, self._used(summary, target)

    def _used(self, summary: ModuleSummary, target: str) -> set[str]:
        """The names bound at the top of `target` that occur as words in another file."""
        return set(summary.words & self._summary_of(target).bound.keys())

    def _summary_of(self, path: str) -> ModuleSummary:
        return self._summary(path) or ModuleSummary()

    def _star_reaches(self, target: str | None, seen: set[str]) -> Iterator[str]:
        """The files a star import draws from, star imports inside them included."""
        if target is None or target in seen:
            return
        seen.add(target)
        yield target
        for star in self._summary_of(target).stars:
            yield from self._star_reaches(self.find(target, star), seen)

    def find(self, path: str, module: str) -> str | None:
        """The project file that `import module` in `path` would bring, or None."""
        key = (path, module)
        if key not in self._finds:
            self._finds[key] = self._find(path, module)
        return self._finds[key]

    def _find(self, path: str, module: str) -> str | None:
        level = len(module) - len(module.lstrip("."))
        parts = [part for part in module.lstrip(".").split(".") if part]
        folder = os.path.dirname(path)
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            return self._module_file(folder, parts)
        if not parts:
            return None
        if parts[0] in _EXTERNAL:
            return None
        for place in self._places(folder):
            found = self._module_file(place, parts)
            if found is not None and found != path:
                return found
        return None

    def is_folder(self, path: str, module: str) -> bool:
        """Whether `module`, imported in `path`, is a folder without an `__init__.py`."""
        key = (path, module)
        if key not in self._folders:
            parts = [part for part in module.split(".") if part]
            places = self._places(os.path.dirname(path)) if parts else ()
            known = bool(parts) and parts[0] not in _EXTERNAL
            self._folders[key] = known and any(
                os.path.isdir(os.path.join(place, *parts)) for place in places
            )
        return self._folders[key]

    def _places(self, folder: str) -> Iterator[str]:
        """Where an absolute import may be found: beside the file, and upwards to the root."""
        inside = folder == self._root or folder.startswith(self._root.rstrip(os.sep) + os.sep)
        while True:
            yield folder
            if not inside or folder == self._root:
                break
            folder = os.path.dirname(folder)
        if inside:
            yield os.path.join(self._root, "src")

    def _module_file(self, folder: str, parts: list[str]) -> str | None:
        base = os.path.join(folder, *parts)
        for candidate in ((base + ".py") if parts else "", os.path.join(base, "__init__.py")):
            if candidate and self._exists(candidate):
                return candidate
        return None

    def origin(self, path: str, name: str) -> str:
        """The dotted origin of a top-level name of a project file; empty when it has none."""
        summary = self._summary(path)
        key = (path, name)
        if summary is None or key in self._following:
            return ""
        self._following.add(key)
        try:
            if name in summary.bound:
                source = summary.bound[name]
                return (
                    f"{_ELSEWHERE}{path}.{name}" if source is None else self._import(path, source)
                )
            for module in reversed(summary.stars):
                target = self.find(path, module)
                if target is not None:
                    origin = self.origin(target, name)
                    if origin:
                        return origin
                elif module in ("torch.autograd", "torch.autograd.variable") and name == "Variable":
                    return "torch.autograd.Variable"
            return ""
        finally:
            self._following.discard(key)

    def _import(self, path: str, source: tuple[str, str | None]) -> str:
        module, imported = source
        target = self.find(path, module)
        if imported is None:
            return module if target is None else _ELSEWHERE + target
        origin = "" if target is None else self.origin(target, imported)
        if origin:
            return origin
        # `from . import module` in a package asks the package, and then its folder.
        submodule = self.find(path, _join(module, imported))
        if submodule is not None:
            return _ELSEWHERE + submodule
        return "" if target is not None or module.startswith(".") else f"{module}.{imported}"

    def star(self, path: str) -> dict[str, str]:
        """What `from <path> import *` binds: name -> dotted origin."""
        names: dict[str, str] = {}
        for name in self._public(path, set()):
            origin = self.origin(path, name)
            if origin:
                names[name] = origin
        return names

    def public(self, path: str) -> frozenset[str]:
        """The names a star import of a file would bind."""
        if path not in self._publics:
            self._publics[path] = frozenset(self._public(path, set()))
        return self._publics[path]

    def bound(self, path: str) -> set[str]:
        """The names at the top of a file, those of its star imports included."""
        summary = self._summary_of(path)
        names = set(summary.bound)
        for module in summary.stars:
            target = self.find(path, module)
            if target is not None:
                names.update(self.public(target))
        return names

    def callables(self, path: str) -> FileCallables:
        """What may wrap in a file, and its classes."""
        return self._summary_of(path).callables

    def exists(self, path: str) -> bool:
        """Whether a path is a file of the project."""
        return self._exists(path)

    def _public(self, path: str, seen: set[str]) -> list[str]:
        summary = self._summary(path)
        if summary is None or path in seen:
            return []
        seen.add(path)
        if summary.exported is not None:
            return sorted(summary.exported)
        names = set(summary.bound)
        for module in summary.stars:
            target = self.find(path, module)
            if target is not None:
                names.update(self._public(target, seen))
            elif module in ("torch.autograd", "torch.autograd.variable"):
                names.add("Variable")
        return sorted(name for name in names if not name.startswith("_"))


class _Reach:
    """The wrappers that the imports of one file can reach, by the origin its names have."""

    def __init__(
        self,
        project: Project,
        path: str,
        summary: ModuleSummary,
        wrappers: Mapping[Key, WrapperSummary],
    ) -> None:
        self.project = project
        self.path = path
        self.words = summary.words
        self.modules = summary.modules
        self.wrappers = {key: w for key, w in wrappers.items() if "<locals>" not in key[1]}
        self.methods = {
            name.rpartition(".")[2] for _, name in self.wrappers if "." in name
        } & summary.words
        self.found: dict[str, WrapperSummary] = {}

    def run(
        self, imports: Mapping[tuple[str, str], str], stars: Mapping[str, Mapping[str, str]]
    ) -> dict[str, WrapperSummary]:
        """The reachable wrappers."""
        for (module, name), origin in sorted(imports.items()):
            self.name(origin, Ref(module, name))
        for module in sorted(stars):
            for name, origin in sorted(stars[module].items()):
                if name in self.words:
                    self.name(origin, Ref(module, name))
        for module in sorted(self.modules):
            parts = module.split(".")
            for length in range(1, len(parts) + 1):
                prefix = ".".join(parts[:length])
                target = self.project.find(self.path, prefix)
                if target is not None:
                    self.module(prefix, target, 0)
        return self.found

    def name(self, origin: str, ref: Ref) -> None:
        """Note what an imported name is, or holds: a wrapper, a class, a module."""
        self.value(origin, self.path, ref)
        module = origin.removeprefix(_ELSEWHERE)
        if module != origin and self.project.exists(module):
            self.module(origin, module, 0)

    def value(self, origin: str, path: str, ref: Ref) -> None:
        key = self.project.definition(path, ref)
        if key in self.wrappers:
            self.found[origin] = self.wrappers[key]
            return
        place = self.project.place(path, ref)
        if place is None or place[1] not in self.project.callables(place[0]).classes:
            return
        for method in sorted(self.methods):
            key = self.project.definition(place[0], Ref(None, f"{place[1]}.{method}"))
            if key in self.wrappers:
                self.found[f"{origin}.{method}"] = self.wrappers[key]

    def module(self, origin: str, path: str, depth: int) -> None:
        """Note what the attributes of a module are."""
        if depth > 3:
            return
        for name in sorted(self.project.bound(path) & self.words):
            self.value(f"{origin}.{name}", path, self.project.attribute(path, name))
            module = self.project.origin(path, name).removeprefix(_ELSEWHERE)
            if self.project.exists(module):
                self.module(f"{origin}.{name}", module, depth + 1)


class _Placed(_Reach, Generic[T]):
    """What is known of the functions that the imports of one file can reach, likewise.

    known: says what is known of the name at the top of a file; None when nothing is.
    """

    def __init__(
        self,
        project: Project,
        path: str,
        summary: ModuleSummary,
        known: Callable[[Key], T | None],
    ) -> None:
        super().__init__(project, path, summary, {})
        self.known = known
        self.placed: dict[str, T] = {}

    def reached(
        self, imports: Mapping[tuple[str, str], str], stars: Mapping[str, Mapping[str, str]]
    ) -> dict[str, T]:
        """What is known, by the origin the names have here."""
        self.run(imports, stars)
        return self.placed

    def value(self, origin: str, path: str, ref: Ref) -> None:
        place = self.project.place(path, ref)
        if place is not None and place[0] != self.path:
            found = self.known(place)
            if found is not None:
                self.placed[origin] = found


class Links:
    """How the functions of a project call each other, for `Summaries`.

    replaced: names that some file of the project gives something else to from outside.
    """

    def __init__(self, project: Project, replaced: frozenset[str]) -> None:
        self.project = project
        self.replaced = replaced

    def known(self, path: str, ref: Ref) -> Summary | None:
        """Nothing is known before its body is looked into."""
        return None

    def body(self, key: Key) -> Body | None:
        """The body of a function that nothing replaces."""
        return None if key[1] in self.replaced else self.project.body(*key)

    def target(self, path: str, ref: Ref) -> Key | None:
        """The function of the project that a reference in a file leads to."""
        if ref.module == "*" and not self.project.closed(path):
            return None
        return self.project.place(path, ref)

    def outside(self, path: str, ref: Ref) -> str:
        """The dotted name of what a reference leads to outside of the project; empty if unsure."""
        return self.project.outside(path, ref)

    def unbound(self, path: str, ref: Ref) -> bool:
        """Whether nothing binds the name, so that it can only be a built-in."""
        return self.project.unbound(path, ref)


def _join(module: str, name: str) -> str:
    return f"{module}{name}" if module.endswith(".") or not module else f"{module}.{name}"
