"""Taking out wrappers of which the fix left nothing: calls, imports and definition, in all files.

A function that was a wrapper and whose body is now `return x` or `return x.detach()` goes when
every place of the project that names it is a plain call or an import that can be followed; else it
stays, with the reason. Either all files of the project are changed for it, or none.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.names import Meaning
from varmigrate.analysis.scopes import Binding, BindingKind, ScopeKind, dotted_name
from varmigrate.analysis.tree import NotParsed, Tree, children
from varmigrate.analysis.wrapper_calls import only_return
from varmigrate.analysis.wrappers import (
    CallableKind,
    Key,
    ParameterKind,
    Ref,
    WrapperSummary,
    bind,
)
from varmigrate.files.depth import too_deep, with_deep_stack
from varmigrate.files.source import Unreadable, decode, read_bytes
from varmigrate.files.spellings import python_tree
from varmigrate.model import Edit
from varmigrate.rewrite.edits import Conflict, apply, merge
from varmigrate.rewrite.expressions import Suffix, unwrap
from varmigrate.rewrite.gaps import close_gaps
from varmigrate.rewrite.guard import Rejected, verify
from varmigrate.rewrite.imports import remove_aliases, remove_statement
from varmigrate.rewrite.tokens import comments
from varmigrate.run.index import Index

_BLANK = re.compile(r"[ \t]*(?:\r\n?|\n)")
_HARMLESS = frozenset({"torch", "numpy"}) | sys.stdlib_module_names


class Stays(Exception):
    """Why a wrapper has to stay."""


@dataclass(frozen=True, slots=True)
class Inlined:
    """What became of one wrapper.

    key: its file and name. line: of its definition. left: what its body was, as written. reason:
    why it stays; empty when it is gone. texts: the changed files, by absolute path.
    """

    key: Key
    line: int
    left: str
    reason: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)


def inline(
    index: Index, wrappers: Mapping[Key, WrapperSummary], run: Mapping[str, bytes | None]
) -> Iterator[Inlined]:
    """Take out, one by one, the wrappers that have become the identity or `.detach()`.

    index: of the fixed files. wrappers: what wrapped before the fix. run: the files that may be
    changed, by absolute path, with their bytes where they are not those on disk.
    """
    files = Files(index, run)
    for key in sorted(wrappers):
        summary = wrappers[key]
        if summary.kind is not CallableKind.FUNCTION or "." in summary.name:
            continue
        outcome = with_deep_stack(partial(_inline, files, summary))
        if outcome is not None:
            files.texts.update(outcome.texts)
            yield outcome


class Files:
    """The files of the run and of the project around them, as they are by now.

    index: what the project says of them. run: the files that may be changed, by absolute path, with
    their bytes where they are not those on disk.
    """

    def __init__(self, index: Index, run: Mapping[str, bytes | None]) -> None:
        self.index = index
        self.run = run
        self.texts: dict[str, str] = {}

    def bytes(self, path: str) -> bytes:
        """The bytes of a file; raises OSError."""
        raw = self.run.get(path)
        return read_bytes(path) if raw is None else raw

    def text(self, path: str) -> str:
        """The decoded text of a file; raises OSError and Unreadable."""
        if path not in self.texts:
            self.texts[path] = decode(path, self.bytes(path)).text
        return self.texts[path]

    def analysis(self, path: str) -> FileAnalysis:
        """The analysis of a file; raises Stays when there is none."""
        shown = os.path.basename(path)
        try:
            text = self.text(path)
            if too_deep(text) is not None:
                raise Stays(f"{shown} names it and is nested too deeply")
            return FileAnalysis(path, text, self.index.context(path))
        except (OSError, Unreadable, NotParsed, RecursionError):
            raise Stays(f"{shown} names it and cannot be analysed") from None

    def naming(self, path: str, words: Iterable[str]) -> list[str]:
        """All files of the project around `path` in which one of the words occurs."""
        pattern = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, words)))})\b")
        found: list[str] = []
        for other in sorted({path, *self.index.neighbours(path), *self.run}):
            try:
                text = self.texts.get(other)
                raw = self.bytes(other) if text is None else b""
            except OSError:
                continue
            if pattern.search(raw.decode("latin-1") if text is None else text):
                found.append(other)
                self.index.look_into(other, raw or None)
        for other in self.index.notebooks(path):
            try:
                raw = read_bytes(other)
            except OSError:
                continue
            if pattern.search(raw.decode("latin-1")):
                raise Stays(f"{os.path.basename(other)} names it, which is not rewritten")
        return found


def _inline(files: Files, summary: WrapperSummary) -> Inlined | None:
    key = (summary.path, summary.name)
    try:
        definition = _definition(files, summary)
    except Stays:
        return None
    if definition is None:
        return None
    try:
        texts = _taken_out(files, summary, definition)
    except Stays as why:
        return Inlined(key, definition.line, definition.left, str(why))
    return Inlined(key, definition.line, definition.left, texts=texts)


@dataclass(slots=True)
class _Definition:
    """What is left of a wrapper: its node, and what its calls become."""

    analysis: FileAnalysis
    node: cst.FunctionDef
    data: str
    suffix: Suffix
    line: int
    left: str


def _definition(files: Files, summary: WrapperSummary) -> _Definition | None:
    """The definition, when its body does nothing but hand back its argument or detach it."""
    if summary.path not in files.run:
        return None
    analysis = files.analysis(summary.path)
    bindings = analysis.scopes.module.bindings.get(summary.name, [])
    node = bindings[0].node if len(bindings) == 1 else None
    if not isinstance(node, cst.FunctionDef) or node.decorators or node.asynchronous:
        return None
    value = only_return(node)
    data = value
    suffix = Suffix("")
    if (
        isinstance(value, cst.Call)
        and isinstance(value.func, cst.Attribute)
        and value.func.attr.value == "detach"
        and not value.args
    ):
        data, suffix = value.func.value, Suffix(".detach()")
    names = {p.name.value for p in (*node.params.posonly_params, *node.params.params)}
    names |= {p.name.value for p in node.params.kwonly_params}
    if not isinstance(data, cst.Name) or data.value not in names or value is None:
        return None
    if summary.data is None or summary.data.name != data.value:
        return None
    left = f"return {analysis.tree.code(value)}"
    line = analysis.tree.line(node.name)
    return _Definition(analysis, node, data.value, suffix, line, left)


def _taken_out(files: Files, summary: WrapperSummary, definition: _Definition) -> dict[str, str]:
    """The texts without the wrapper; raises Stays when not every use can be followed."""
    _check_definition(definition, summary)
    check_packages(files, summary)
    words = {summary.name}
    done: dict[str, _Taking] = {}
    while True:
        again = [path for path in files.naming(summary.path, words) if path not in done]
        if not again:
            break
        for path in again:
            if path not in files.run:
                raise Stays(f"{os.path.basename(path)} names it, which is not in this run")
            analysis = definition.analysis if path == summary.path else files.analysis(path)
            done[path] = _Taking(files, path, summary, analysis)
            done[path].definition = definition
        more = {alias for use in done.values() for alias in use.aliases} - words
        if more:
            # Another name may be used where the first one is not.
            words |= more
            done.clear()
    texts: dict[str, str] = {}
    for path, use in done.items():
        edits = use.edits(words)
        if path == summary.path:
            edits.append(_removal(definition))
        if edits:
            texts[path] = rewritten(files.text(path), edits, os.path.basename(path))
    return texts


def _check_definition(definition: _Definition, summary: WrapperSummary) -> None:
    tree, node = definition.analysis.tree, definition.node
    if not isinstance(tree.parent(node), cst.Module):
        raise Stays("its definition stands under a condition")
    if comments(tree.code(node)):
        raise Stays("its definition carries a comment")
    if summary.name in definition.analysis.context.patched:
        raise Stays("another file replaces it")
    parameters = node.params
    if isinstance(parameters.star_arg, cst.Param) or parameters.star_kwarg is not None:
        raise Stays("it takes any number of arguments")
    for parameter in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params):
        if parameter.default is not None and not is_idle(parameter.default):
            raise Stays(f"the default of `{parameter.name.value}` is computed")


def check_packages(files: Files, summary: WrapperSummary) -> None:
    """Raise Stays when a package hands the wrapper out as one of its own names."""
    if os.path.basename(summary.path) == "__init__.py":
        raise Stays("it is one of a package's own names")
    for path in files.index.neighbours(summary.path):
        if os.path.basename(path) != "__init__.py":
            continue
        try:
            raw = files.bytes(path)
        except OSError:
            continue
        if b"*" not in raw:
            continue
        files.index.look_into(path, raw)
        if files.index.place(path, Ref("*", summary.name)) == (summary.path, summary.name):
            raise Stays(f"{os.path.basename(os.path.dirname(path))} hands it out by a star import")


def is_idle(node: cst.BaseExpression) -> bool:
    """Whether evaluating an argument that is dropped does nothing: a literal or a name."""
    if isinstance(node, cst.UnaryOperation):
        return isinstance(node.expression, (cst.Integer, cst.Float))
    return isinstance(node, (cst.Integer, cst.Float, cst.SimpleString, cst.Name))


def _removal(definition: _Definition) -> Edit:
    tree, node = definition.analysis.tree, definition.node
    end = tree.end(node)
    if tree.module.body[0] is node:
        # The blank lines above belong to the file, so those below go.
        while (line := _BLANK.match(tree.text, end)) is not None:
            end = line.end()
    return Edit(tree.start(node), end, "")


def rewritten(text: str, edits: list[Edit], shown: str) -> str:
    """The text with the edits made; raises Stays when the result does not verify."""
    try:
        edits = close_gaps(text, merge(edits))
        after = apply(text, edits)
        verify(text, after, edits)
        python_tree(after)
    except (Conflict, Rejected, SyntaxError, ValueError, RecursionError) as error:
        raise Stays(f"the result in {shown} failed its verification ({error})") from None
    return after


class Use:
    """What one file does with the wrapper; raises Stays when that cannot be followed."""

    def __init__(
        self, files: Files, path: str, summary: WrapperSummary, analysis: FileAnalysis
    ) -> None:
        self.files = files
        self.path = path
        self.key = (summary.path, summary.name)
        self.summary = summary
        self.analysis = analysis
        self.tree: Tree = self.analysis.tree
        self.imports: list[Binding] = []
        self.aliases: set[str] = set()
        self._find_imports()

    def stays(self, node: cst.CSTNode, why: str) -> Stays:
        """The reason that a place of this file gives."""
        return Stays(f"line {self.tree.line(node)} of {os.path.basename(self.path)} {why}")

    # -- imports -------------------------------------------------------------------------------

    def _find_imports(self) -> None:
        scopes = self.analysis.scopes
        for scope in dict.fromkeys((scopes.module, *scopes.scope_of.values())):
            for name, bindings in scope.bindings.items():
                for binding in bindings:
                    if binding.kind is not BindingKind.IMPORT or binding.imported is None:
                        continue
                    place = self.files.index.place(self.path, Ref(binding.module, binding.imported))
                    if place == self.key:
                        if os.path.basename(self.path) == "__init__.py":
                            raise self.stays(binding.node, "makes it part of a package's names")
                        self.imports.append(binding)
                        self.aliases.add(name)

    def import_edits(self) -> list[Edit]:
        """The edits of the imports of the wrapper."""
        return []

    # -- uses ----------------------------------------------------------------------------------

    def edits(self, words: set[str]) -> list[Edit]:
        """The edits of all places that name the wrapper, in one of the given words."""
        name = self.summary.name
        found = self.import_edits()
        pattern = re.compile(rf"\b{re.escape(name)}\b")
        for word in sorted(words):
            for load in self.analysis.scopes.loads.get(word, ()):
                if self._is_ours(load.node):
                    found.extend(self.call_edits(load.node))
        for node in _walk(self.tree.module):
            if isinstance(node, cst.Attribute) and node.attr.value == name:
                found.extend(self._attribute(node))
            elif isinstance(node, (cst.SimpleString, cst.FormattedStringText)):
                statement = self.tree.parent(node)
                if pattern.search(node.value) and not isinstance(statement, cst.Expr):
                    raise self.stays(node, "names it in a string")
            elif isinstance(node, (cst.Global, cst.Nonlocal)) and any(
                item.name.value in words for item in node.names
            ):
                raise self.stays(node, "declares it")
        return found

    def _is_ours(self, node: cst.Name) -> bool:
        names = self.analysis.names
        load = names.load(node)
        if load is None:
            return False
        owner = names.owner(node.value, load.scope)
        bindings = owner.bindings.get(node.value, [])
        here = owner is self.analysis.scopes.module and self.path == self.key[0]
        if here and node.value == self.key[1]:
            return True
        ours = [binding for binding in bindings if binding in self.imports]
        if not ours:
            if bindings:
                return False
            meaning = names.name(node)
            if meaning is not None and self._leads_here(meaning):
                return True
            if node.value == self.key[1] and not names.unbound(node.value, load.scope):
                raise self.stays(node, "may name it through a star import")
            if node.value == self.key[1]:
                raise self.stays(node, "names it without an import")
            return False
        meaning = names.name(node)
        if len(bindings) > 1 or meaning is None or not meaning.sure:
            raise self.stays(node, "may mean something else")
        return True

    def _leads_here(self, meaning: Meaning) -> bool:
        """Whether a followed name or chain of attributes is the wrapper."""
        path, name = self.key
        if meaning.origin == f"project:{path}.{name}":
            return meaning.sure
        for binding in meaning.bindings:
            whole = binding.module
            if binding.kind is BindingKind.IMPORT and binding.imported is None:
                rest = meaning.origin.removeprefix(f"{whole}.")
                if rest != meaning.origin:
                    place = self.files.index.place(self.path, Ref(whole, rest))
                    return place == self.key and meaning.sure
        return False

    def _attribute(self, node: cst.Attribute) -> list[Edit]:
        meaning = self.analysis.names.dotted(node)
        if meaning is not None and self._leads_here(meaning):
            return self.call_edits(node)
        base: cst.BaseExpression = node.value
        while isinstance(base, cst.Attribute):
            base = base.value
        known = meaning is not None and meaning.sure and not meaning.origin.startswith("project:")
        if known or dotted_name(base) in ("self", "cls"):
            return []
        raise self.stays(node, "has an attribute of that name")

    def call_edits(self, node: cst.Name | cst.Attribute) -> list[Edit]:
        """The edits of one place that names the wrapper; raises Stays if it is no clear call."""
        raise NotImplementedError


class _Taking(Use):
    """Takes the calls and the imports of a wrapper away."""

    definition: _Definition

    def import_edits(self) -> list[Edit]:
        by_statement: dict[int, list[Binding]] = {}
        for binding in self.imports:
            by_statement.setdefault(id(binding.statement), []).append(binding)
        gone: list[tuple[cst.ImportFrom, list[cst.ImportAlias]]] = []
        whole: set[int] = set()
        for group in by_statement.values():
            statement = group[0].statement
            aliases = [b.node for b in group if isinstance(b.node, cst.ImportAlias)]
            if not isinstance(statement, cst.ImportFrom) or isinstance(
                statement.names, cst.ImportStar
            ):
                raise self.stays(group[0].node, "imports it in another way")
            if len(aliases) == len(list(statement.names)):
                _check_quiet(self.files, self.path, group[0].module, set())
                whole.add(id(statement))
            gone.append((statement, aliases))
        return [
            edit
            for statement, aliases in gone
            for edit in remove_aliases(self.tree, statement, aliases, frozenset(whole))
        ]

    def call_edits(self, node: cst.Name | cst.Attribute) -> list[Edit]:
        call = self.tree.parent(node)
        if not isinstance(call, cst.Call) or call.func is not node:
            raise self.stays(node, "uses it as a value")
        bound = bind(
            [(a.keyword.value if a.keyword is not None else a.star, a) for a in call.args],
            self.summary.parameters,
        )
        data = bound.given.get(self.definition.data)
        needed = [
            p.name
            for p in self.summary.parameters
            if p.default is None and p.kind not in (ParameterKind.REST, ParameterKind.KEYWORDS)
        ]
        if bound.unclear or bound.wrong or data is None or set(needed) - bound.given.keys():
            raise self.stays(node, "calls it with arguments that are not clear")
        for name, argument in bound.given.items():
            if name != self.definition.data and not is_idle(argument.value):
                raise self.stays(node, f"computes the argument `{name}`")
        above: cst.CSTNode | None = call
        while above is not None and not isinstance(above, cst.BaseStatement):
            if isinstance(above, cst.FormattedStringExpression) and above.equal is not None:
                raise self.stays(node, "prints the call itself")
            above = self.tree.parent(above)
        if len(comments(self.tree.code(call))) > len(comments(self.tree.code(data.value))):
            raise self.stays(node, "has a comment in the call")
        statement = self._idle_statement(call, data.value)
        if statement is not None:
            return list(remove_statement(self.tree, statement))
        return list(unwrap(self.tree, call, data.value, self.definition.suffix))

    def _idle_statement(
        self, call: cst.Call, data: cst.BaseExpression
    ) -> cst.BaseSmallStatement | None:
        """The statement `x = f(x)`, where that becomes `x = x` and can go."""
        statement = self.tree.parent(call)
        if self.definition.suffix.text or not isinstance(statement, cst.Assign):
            return None
        targets = [target.target for target in statement.targets]
        if len(targets) != 1 or not isinstance(data, cst.Name):
            return None
        target = targets[0]
        if not isinstance(target, cst.Name) or target.value != data.value:
            return None
        scope = self.analysis.scopes.scope_at(statement)
        bound = scope.bindings.get(data.value, [])
        if scope.kind is ScopeKind.CLASS or len(bound) < 2 or any(b.foreign for b in bound):
            return None
        return statement


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(children(current))


def _check_quiet(files: Files, path: str, module: str, seen: set[str]) -> None:
    """Raise Stays unless importing a project module does nothing but define things."""
    target = files.index.find(path, module)
    if target is None or target in seen:
        return
    seen.add(target)
    shown = os.path.basename(target)
    try:
        body = python_tree(files.text(target)).body
    except (OSError, Unreadable, SyntaxError, ValueError, RecursionError):
        raise Stays(f"{shown} cannot be read") from None
    for statement in body:
        if isinstance(statement, ast.Import):
            imported = [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            source = "." * statement.level + (statement.module or "")
            imported = [source]
        elif _defines(statement):
            continue
        else:
            raise Stays(f"importing {shown} does more than define functions")
        for name in imported:
            if name.startswith(".") or files.index.find(target, name) is not None:
                _check_quiet(files, target, name, seen)
            elif name.split(".")[0] not in _HARMLESS:
                raise Stays(f"importing {shown} imports {name} as well")


def _defines(statement: ast.stmt) -> bool:
    """Whether a statement at the top of a module only defines something."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return not statement.decorator_list
    if isinstance(statement, ast.ClassDef):
        plain = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Pass)
        return (
            not statement.decorator_list
            and not statement.keywords
            and all(isinstance(s, plain) or _is_text(s) for s in statement.body)
        )
    if isinstance(statement, ast.Assign):
        return isinstance(statement.value, ast.Constant)
    return _is_text(statement)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
