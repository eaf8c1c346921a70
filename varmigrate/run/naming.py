"""Where other files of a project name what one of them defines at its top."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping

import libcst as cst

from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.names import Meaning
from varmigrate.analysis.old_functions import Refused
from varmigrate.analysis.scopes import BindingKind
from varmigrate.analysis.tree import NotParsed
from varmigrate.analysis.wrappers import Ref
from varmigrate.files.depth import too_deep
from varmigrate.files.source import Unreadable, decode, read_bytes
from varmigrate.run.index import Index


class Reader:
    """The files of the run and of the projects around them."""

    def __init__(self, index: Index, run: Mapping[str, bytes | None]) -> None:
        self.index = index
        self.run = run
        self._known: dict[str, FileAnalysis] = {}

    def bytes(self, path: str) -> bytes:
        """The bytes of a file; raises OSError when it cannot be read."""
        raw = self.run.get(path)
        return read_bytes(path) if raw is None else raw

    def analysis(self, path: str) -> FileAnalysis:
        """The analysis of a file; raises Refused when there is none."""
        if path not in self._known:
            self._known[path] = self.analysed(path, self.context(path))
        return self._known[path]

    def context(self, path: str) -> ModuleContext:
        """What the project says of a file; raises Refused when it cannot be read."""
        try:
            self.index.look_into(path, self.bytes(path))
        except OSError:
            raise Refused(f"{os.path.basename(path)} cannot be read") from None
        return self.index.context(path)

    def analysed(self, path: str, context: ModuleContext) -> FileAnalysis:
        """A new analysis of a file; raises Refused when there is none."""
        try:
            text = decode(path, self.bytes(path)).text
            if too_deep(text) is not None:
                raise Refused(f"{os.path.basename(path)} is nested too deeply")
            return FileAnalysis(path, text, context)
        except (OSError, Unreadable, NotParsed, RecursionError):
            raise Refused(f"{os.path.basename(path)} cannot be analysed") from None

    def naming(self, path: str, words: Collection[str]) -> list[str]:
        """The other files of the project and of the run in which one of the words occurs.

        Raises Refused when a notebook is among them, which is not followed.
        """
        pattern = _pattern(words)
        for other in self.index.notebooks(path):
            try:
                raw = read_bytes(other)
            except OSError:
                continue
            if pattern.search(raw):
                raise Refused(f"{os.path.basename(other)} names it, which is not rewritten")
        return self.files_naming(path, words)

    def files_naming(self, path: str, words: Collection[str]) -> list[str]:
        """The same, whatever notebooks there are."""
        pattern = _pattern(words)
        found: list[str] = []
        for other in sorted({*self.index.neighbours(path), *self.run} - {path}):
            try:
                raw = self.bytes(other)
            except OSError:
                continue
            if pattern.search(raw):
                found.append(other)
        return found


def _pattern(words: Collection[str]) -> re.Pattern[bytes]:
    return re.compile(
        rb"\b(?:" + b"|".join(sorted(re.escape(word.encode()) for word in words)) + rb")\b"
    )


class Named:
    """One definition at the top of a file, and the names other files have for it."""

    def __init__(self, reader: Reader, path: str, name: str) -> None:
        self.reader = reader
        self.path = path
        self.name = name

    def imports(self, analysis: FileAnalysis, path: str) -> Iterator[tuple[str, object]]:
        """The imports of it in a file, by the name they bind."""
        scopes = analysis.scopes
        for scope in dict.fromkeys((scopes.module, *scopes.scope_of.values())):
            for name, bindings in scope.bindings.items():
                for binding in bindings:
                    if binding.kind is BindingKind.IMPORT and binding.imported is not None:
                        ref = Ref(binding.module, binding.imported)
                        if self.reader.index.place(path, ref) == (self.path, self.name):
                            yield name, binding

    def heads(
        self, analysis: FileAnalysis, path: str, words: set[str]
    ) -> tuple[list[cst.BaseExpression], set[str]]:
        """Where a file names it, and its origins there. Raises Refused where that is not sure.

        words: the names it has in the project.
        """
        shown = os.path.basename(path)
        heads: list[cst.BaseExpression] = []
        origins: set[str] = set()
        imported = {id(binding) for _, binding in self.imports(analysis, path)}
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
        """Whether a name that does not surely lead to it may do so all the same."""
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
        """Whether a followed name or chain of attributes is the definition."""
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
