"""Phase one of a run: what the files of the project give each other."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.project import ModuleSummary, Project, summarise
from varmigrate.files.discovery import Candidate, discover
from varmigrate.files.source import Unreadable, decode, read_bytes

_ROOT_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg", "varmigrate.toml")
_IMPORTS = re.compile(
    rb"^[ \t]*(?:from[ \t]+(?P<source>\.*[\w.]*)[ \t]+import\b|import[ \t]+(?P<plain>[\w., \t]+))",
    re.MULTILINE,
)
_RENAMED = re.compile(rb"\bVariable[ \t]+as[ \t]+(\w+)")
_ASSIGNED = re.compile(rb"^(\w+)[ \t]*=[ \t]*(?:[\w.]+\.)?Variable[ \t]*(?:#.*)?\r?$", re.MULTILINE)


class Index:
    """The contexts of the candidate files.

    files: absolute path -> bytes of the files that mention a trigger. dismissed: absolute paths of
    other files of the run, which do not.
    """

    def __init__(self, files: Mapping[str, bytes], dismissed: Iterable[str]) -> None:
        self._files = dict(files)
        self._summaries: dict[str, ModuleSummary | None] = {}
        self._dismissed = set(dismissed)
        self._projects: dict[str, Project] = {}
        self._exports: dict[str, dict[str, tuple[frozenset[str], frozenset[str]]]] = {}
        self._roots: dict[str, str] = {}
        # Roots that are no project: a folder of scripts, which may lie in a large tree.
        self._loose: set[str] = set()

    def context(self, path: str) -> ModuleContext:
        """What the project says about one file."""
        root = self._root(os.path.dirname(path))
        project = self._project(root)
        if root not in self._exports:
            self._exports[root] = project.exports(self._users(root, project))
        exported, patched = self._exports[root].get(path, (frozenset(), frozenset()))
        context = project.context(path) if self._has_edges(path, project) else ModuleContext()
        return replace(context, exported=exported, patched=patched)

    def _project(self, root: str) -> Project:
        if root not in self._projects:
            self._projects[root] = Project(self._summary, root)
        return self._projects[root]

    def _root(self, folder: str) -> str:
        """The nearest folder that looks like a project, else the folder around the package."""
        if folder in self._roots:
            return self._roots[folder]
        current = folder
        while True:
            if any(os.path.exists(os.path.join(current, mark)) for mark in _ROOT_MARKS):
                break
            parent = os.path.dirname(current)
            if parent == current:
                current = folder
                while os.path.exists(os.path.join(current, "__init__.py")):
                    current = os.path.dirname(current)
                self._loose.add(current)
                break
            current = parent
        self._roots[folder] = current
        return current

    def _users(self, root: str, project: Project) -> list[str]:
        """Files of the project that may take a name of Variable from another of its files."""
        words = {b"Variable"}
        for raw in self._files.values():
            words.update(_RENAMED.findall(raw))
            words.update(_ASSIGNED.findall(raw))
        pattern = re.compile(rb"\b(?:" + b"|".join(sorted(map(re.escape, words))) + rb")\b")
        found = [path for path in self._files if path.startswith(root.rstrip(os.sep) + os.sep)]
        only_default = words == {b"Variable"}
        for path in self._neighbours(root):
            if path in self._files or (only_default and path in self._dismissed):
                continue
            try:
                raw = read_bytes(path)
            except OSError:
                continue
            if pattern.search(raw):
                self._files[path] = raw
                found.append(path)
        return sorted(path for path in set(found) if self._has_edges(path, project))

    def _neighbours(self, root: str) -> Iterator[str]:
        """The files that may take names from each other below a root."""
        folders = [root]
        if root in self._loose:
            # Only what lies beside the scripts, and the packages among it.
            try:
                with os.scandir(root) as entries:
                    beside = sorted(entry.path for entry in entries)
            except OSError:
                return
            yield from (path for path in beside if path.endswith(".py") and os.path.isfile(path))
            folders = [p for p in beside if os.path.isfile(os.path.join(p, "__init__.py"))]
        if folders:
            for item in discover(folders):
                if isinstance(item, Candidate):
                    yield os.path.abspath(item.path)

    def _has_edges(self, path: str, project: Project) -> bool:
        """Whether a file imports another file of its project, by the look of its lines."""
        raw = self._files.get(path)
        if raw is None:
            return False
        for match in _IMPORTS.finditer(raw):
            source = match["source"]
            if source is not None:
                if source.startswith(b"."):
                    return True
                modules = [source]
            else:
                modules = [part.split()[0] for part in match["plain"].split(b",") if part.split()]
            for module in modules:
                if project.find(path, module.decode("ascii", "replace")) is not None:
                    return True
        return False

    def _summary(self, path: str) -> ModuleSummary | None:
        """The summary of a file of the project, read when it is first asked for."""
        if path not in self._summaries:
            self._summaries[path] = self._read(path)
        return self._summaries[path]

    def _read(self, path: str) -> ModuleSummary | None:
        raw = self._files.get(path)
        if raw is None:
            if not os.path.isfile(path):
                return None
            try:
                raw = read_bytes(path)
            except OSError:
                return None
        try:
            text = decode(path, raw).text
        except Unreadable:
            return ModuleSummary(readable=False)
        return summarise(text)
