"""What the files of a project give each other: re-exported names and star imports.

Phase one of a run. Each file is summarised from its import statements alone (with the standard
library's parser, a tenth of the cost of a full syntax tree); a `Project` then follows names from
file to file and says, for one file, what its imports from project modules really are.
"""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from varmigrate.analysis.context import ModuleContext

_ELSEWHERE = "project:"
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
    """

    bound: Mapping[str, tuple[str, str | None] | None] = field(default_factory=dict)
    stars: tuple[str, ...] = ()
    taken: frozenset[tuple[str, str]] = frozenset()
    modules: frozenset[str] = frozenset()
    exported: frozenset[str] | None = None
    words: frozenset[str] = frozenset()
    patched: frozenset[str] = frozenset()
    readable: bool = True


_FROM = re.compile(r"^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import\b[ \t]*(\([^)]*\)|[^\n#;]*)", re.M)
_WORD = re.compile(r"\w+")
_DOTTED = re.compile(r"\w+(?:\.\w+)+")
_IMPORT = re.compile(r"^[ \t]*import[ \t]+([\w., \t]+)", re.M)


def _guess(text: str) -> ModuleSummary:
    """What a file that cannot be parsed takes from others, by the look of its lines."""
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
    words = frozenset(re.findall(r"\w+", text))
    return ModuleSummary(
        taken=frozenset(taken), modules=frozenset(modules), words=words, readable=False
    )


def summarise(text: str) -> ModuleSummary:
    """The summary of a decoded source text; a guess when it cannot be parsed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _guess(text)
    bound: _Bound = {}
    stars: list[str] = []
    exported: set[str] | None = None
    for statement in _top_level(module.body):
        if isinstance(statement, ast.ImportFrom):
            source = "." * statement.level + (statement.module or "")
            for alias in statement.names:
                if alias.name == "*":
                    stars.append(source)
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
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            taken.update((source, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.Name):
            words.add(node.id)
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
            if not isinstance(node.ctx, ast.Load):
                patched.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.update(_WORD.findall(node.value[:200]))
            if _DOTTED.fullmatch(node.value) or ("setattr" in text and node.value.isidentifier()):
                patched.add(node.value.rpartition(".")[2])
    return ModuleSummary(
        bound,
        tuple(stars),
        frozenset(taken),
        frozenset(modules),
        None if exported is None else frozenset(exported),
        frozenset(words),
        frozenset(patched),
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


_Bound = dict[str, "tuple[str, str | None] | None"]


def _bind(bound: _Bound, name: str, source: tuple[str, str | None] | None) -> None:
    """Note a binding; two that disagree leave a name that is not followed."""
    bound[name] = source if bound.get(name, source) == source else None


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
    file. root: the folder imports are looked up in, upwards from a file. All paths are absolute.
    """

    def __init__(self, summary: Callable[[str], ModuleSummary | None], root: str) -> None:
        self._summary = summary
        self._root = root
        self._following: set[tuple[str, str]] = set()

    def context(self, path: str) -> ModuleContext:
        """What the imports of `path` are."""
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
        return ModuleContext(imports, stars)

    def exports(self, users: Iterable[str]) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        """For every file, the top-level names the files `users` take from it, and replace in it."""
        taken: dict[str, set[str]] = {}
        patched: dict[str, set[str]] = {}
        for user in users:
            summary = self._summary(user)
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
            if candidate and self._summary(candidate) is not None:
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
        if target is not None:
            return self.origin(target, imported)
        submodule = self.find(path, _join(module, imported))
        if submodule is not None:
            return _ELSEWHERE + submodule
        return "" if module.startswith(".") else f"{module}.{imported}"

    def star(self, path: str) -> dict[str, str]:
        """What `from <path> import *` binds: name -> dotted origin."""
        names: dict[str, str] = {}
        for name in self._public(path, set()):
            origin = self.origin(path, name)
            if origin:
                names[name] = origin
        return names

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


def _join(module: str, name: str) -> str:
    return f"{module}{name}" if module.endswith(".") or not module else f"{module}.{name}"
