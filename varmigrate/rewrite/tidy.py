"""Imports and other names of Variable whose last use is gone."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.names import VARIABLE
from varmigrate.analysis.scopes import Binding, BindingKind, ScopeKind, dotted_name
from varmigrate.model import Edit
from varmigrate.rewrite.imports import remove_aliases, remove_statement, statement_end
from varmigrate.rewrite.tokens import comments, scan

_MODULES = frozenset({"torch.autograd", "torch.autograd.variable"})
_DYNAMIC = re.compile(r"(?:(?<![\w.])|\bbuiltins\.)(?:eval|exec|globals|locals|vars)\s*\(")


def tidy(
    analysis: FileAnalysis,
    gone: frozenset[int],
    leftovers: tuple[Binding, ...] = (),
    new_imports: Sequence[Edit] = (),
    unsafe: bool = False,
) -> tuple[tuple[Edit, ...], frozenset[Edit]]:
    """Edits that remove every import (or alias) of Variable that is read no more.

    gone: ids of the name nodes that the fixes take away. leftovers: bindings that were unused
    from the start and are to be removed as well. new_imports: the insertions of `import torch`
    the fixes ask for. unsafe: whether importing a module of the project may be taken to have no
    other effect. Returns the edits, and those of `new_imports` that they stand in for: a new
    import takes the place of a statement that goes.
    """
    removed = list(leftovers)
    read = set(gone)
    while True:
        more = [
            binding
            for binding in _bindings(analysis)
            if binding not in removed
            and _was_read(analysis, binding, read)
            and removable(analysis, binding, frozenset(read))
            and (unsafe or of_torch(binding))
        ]
        if not more:
            break
        removed.extend(more)
        for binding in more:
            if binding.value is not None:
                node: cst.CSTNode = binding.value
                while isinstance(node, cst.Attribute):
                    node = node.value
                read.add(id(node))
    taken: dict[int, Edit] = {edit.start: edit for edit in new_imports}
    return removal(analysis, removed, taken), frozenset(
        edit
        for edit in new_imports
        if any(
            binding.statement is not None
            and analysis.tree.start(binding.statement) == edit.start
            and _whole(binding, removed)
            for binding in removed
        )
    )


def _whole(binding: Binding, removed: list[Binding]) -> bool:
    """Whether all that a statement binds is removed, so that the statement goes."""
    statement = binding.statement
    if isinstance(statement, (cst.Import, cst.ImportFrom)) and not isinstance(
        statement.names, cst.ImportStar
    ):
        return len(statement.names) == sum(b.statement is statement for b in removed)
    return True


def _bindings(analysis: FileAnalysis) -> list[Binding]:
    """Bindings that stand for Variable or for the module that holds it."""
    found: list[Binding] = []
    for scope in dict.fromkeys((analysis.scopes.module, *analysis.scopes.scope_of.values())):
        for bindings in scope.bindings.values():
            for binding in bindings:
                if binding.kind is BindingKind.IMPORT:
                    if binding.imported is None and not _renamed(binding):
                        continue
                elif binding.kind is not BindingKind.ASSIGN or not isinstance(
                    binding.value, (cst.Name, cst.Attribute)
                ):
                    continue
                meaning = analysis.names.of_binding(binding)
                if meaning is None:
                    continue
                if meaning.origin == VARIABLE or (
                    binding.kind is BindingKind.IMPORT and meaning.origin in _MODULES
                ):
                    found.append(binding)
    return found


def _renamed(binding: Binding) -> bool:
    return isinstance(binding.node, cst.ImportAlias) and binding.node.asname is not None


def _was_read(analysis: FileAnalysis, binding: Binding, gone: set[int]) -> bool:
    return any(
        id(load.node) in gone
        for load in analysis.scopes.loads.get(binding.name, ())
        if analysis.names.owner(binding.name, load.scope) is binding.scope
    )


def of_torch(binding: Binding) -> bool:
    """Whether a binding brings nothing but torch; another module may do more when imported."""
    return binding.kind is not BindingKind.IMPORT or binding.module.split(".")[0] == "torch"


def removable(analysis: FileAnalysis, binding: Binding, gone: frozenset[int]) -> bool:
    """Whether nothing needs a binding any more once the reads in `gone` are taken away."""
    scope, name = binding.scope, binding.name
    if binding.foreign or binding.maybe or scope.kind is ScopeKind.CLASS:
        return False
    if binding.statement is None or not _simple(binding):
        return False
    for other in scope.bindings.get(name, []):
        if other is binding:
            continue
        meaning = analysis.names.of_binding(other)
        if other.kind is not BindingKind.IMPORT or meaning is None:
            return False
    for load in analysis.scopes.loads.get(name, ()):
        if id(load.node) in gone:
            continue
        owner = analysis.names.owner(name, load.scope)
        if owner is scope or load.scope.kind is ScopeKind.CLASS:
            return False
    if _mentioned(analysis, name, gone):
        return False
    if _probes(analysis, binding) and not _may_import_torch(analysis, binding):
        return False
    if scope.kind is ScopeKind.MODULE:
        if os.path.basename(analysis.path) == "__init__.py":
            return False
        if name in analysis.context.exported:
            return False
    return True


def _probes(analysis: FileAnalysis, binding: Binding) -> bool:
    """Whether the import stands in a `try` that asks whether torch is there.

    That is so when something else depends on its success: a handler that does something, an
    `else`, or statements behind it; and when no other import of torch in the body asks the same.
    """
    tree = analysis.tree
    line = None if binding.statement is None else tree.parent(binding.statement)
    block = None if line is None else tree.parent(line)
    body: Sequence[cst.CSTNode] = ()
    if isinstance(line, cst.SimpleStatementSuite):
        block, body = line, (line,)
    elif isinstance(block, cst.IndentedBlock):
        body = block.body
    outer = None if block is None else tree.parent(block)
    if not isinstance(outer, cst.Try) or outer.body is not block or not outer.handlers:
        return False
    others = [
        statement
        for item in body
        for statement in getattr(item, "body", (item,))
        if statement is not binding.statement
    ]
    if any(_imports_torch(statement) for statement in others):
        return False
    idle = all(_does_nothing(handler.body) for handler in outer.handlers)
    imports = all(isinstance(s, (cst.Import, cst.ImportFrom)) for s in others)
    return not (idle and imports and outer.orelse is None)


def _imports_torch(statement: cst.CSTNode) -> bool:
    if isinstance(statement, cst.Import):
        return any(dotted_name(alias.name).split(".")[0] == "torch" for alias in statement.names)
    return (
        isinstance(statement, cst.ImportFrom)
        and statement.module is not None
        and dotted_name(statement.module).split(".")[0] == "torch"
    )


def _does_nothing(body: cst.BaseSuite) -> bool:
    parts = [part for item in body.body for part in getattr(item, "body", (item,))]
    return all(isinstance(part, cst.Pass) for part in parts)


def _may_import_torch(analysis: FileAnalysis, binding: Binding) -> bool:
    """Whether `import torch` can stand in for the import without binding the name anew."""
    known = binding.scope.bindings.get("torch", [])
    meanings = [analysis.names.of_binding(other) for other in known]
    return bool(known) and all(m is not None and m.origin == "torch" for m in meanings)


def _simple(binding: Binding) -> bool:
    if isinstance(binding.statement, (cst.Import, cst.ImportFrom)):
        return True
    return isinstance(binding.statement, cst.Assign) and len(binding.statement.targets) == 1


def _mentioned(analysis: FileAnalysis, name: str, gone: frozenset[int]) -> bool:
    """Whether text that the program or a type checker may read names it: strings, type comments."""
    spans = [site.span for site in analysis.sites if site.span is not None and id(site) in gone]
    text = analysis.text
    word = re.compile(rf"\b{re.escape(name)}\b")
    dynamic = _DYNAMIC.search(text) is not None
    strings = {id(item.node): item.node for item in analysis.scopes.strings}
    for item in strings.values():
        start = analysis.tree.start(item)
        for match in word.finditer(item.value):
            place = start + match.start()
            if not any(first <= place < last for first, last in spans):
                return True
    for kind, start, end in scan(text):
        if kind == "string":
            literal = text[start:end].lstrip("rRbBuUfF").strip("\"'")
            if literal == name and not any(first >= start and last <= end for first, last in spans):
                return True
            if dynamic and word.search(literal):
                return True
    return any(
        re.match(r"#\s*type:", comment) and word.search(comment) for _, comment in comments(text)
    )


def removal(
    analysis: FileAnalysis, bindings: list[Binding], new_imports: Mapping[int, Edit] | None = None
) -> tuple[Edit, ...]:
    """The edits that take bindings away, statement by statement.

    new_imports: insertions by offset; one at a statement that goes is written in its place.
    """
    new_imports = new_imports or {}
    tree = analysis.tree
    by_statement: dict[int, list[Binding]] = {}
    for binding in bindings:
        by_statement.setdefault(id(binding.statement), []).append(binding)
    replaced: dict[int, str] = {}
    whole: set[int] = set()
    for key, group in by_statement.items():
        statement = group[0].statement
        if statement is None or not _whole(group[0], bindings):
            continue
        new = new_imports.get(tree.start(statement))
        if new is None and _probes(analysis, group[0]):
            new = Edit(0, 0, "import torch")
        if new is None or comments(tree.code(statement)):
            whole.add(key)
        else:
            replaced[key] = new.text.strip().rstrip(";").rstrip()
    gone = frozenset(whole)
    edits: list[Edit] = []
    for key, group in by_statement.items():
        statement = group[0].statement
        if statement is None:
            continue
        if key in replaced:
            edits.append(Edit(tree.start(statement), statement_end(tree, statement), replaced[key]))
        elif isinstance(statement, (cst.Import, cst.ImportFrom)):
            aliases = [b.node for b in group if isinstance(b.node, cst.ImportAlias)]
            edits.extend(remove_aliases(tree, statement, aliases, gone))
        else:
            edits.extend(remove_statement(tree, statement, gone))
    return tuple(edits)
