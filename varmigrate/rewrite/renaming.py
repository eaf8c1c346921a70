"""Edits that write another name of torch where an old one stands, imports included."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.names import Meaning
from varmigrate.analysis.scopes import Binding, BindingKind, Load, Scope, ScopeKind
from varmigrate.model import Edit
from varmigrate.rewrite.expressions import replace
from varmigrate.rewrite.imports import insert_import
from varmigrate.rewrite.spelling import Spelling
from varmigrate.rewrite.tokens import comments
from varmigrate.torch_facts.renamed import SAME_OBJECT_MODULES

_IMPORTED: WeakKeyDictionary[FileAnalysis, list[Binding]] = WeakKeyDictionary()
_RENAMED: WeakKeyDictionary[FileAnalysis, dict[str, set[str]]] = WeakKeyDictionary()


def public(origin: str) -> str:
    """The usual dotted name of what stands in several modules of torch."""
    module, _, last = origin.rpartition(".")
    other = SAME_OBJECT_MODULES.get(module)
    return origin if other is None or last.startswith("_") else f"{other}.{last}"


def imported(analysis: FileAnalysis) -> list[Binding]:
    """The bindings of all imports in a file."""
    if analysis not in _IMPORTED:
        scopes = dict.fromkeys((analysis.scopes.module, *analysis.scopes.scope_of.values()))
        _IMPORTED[analysis] = [
            binding
            for scope in scopes
            for bindings in scope.bindings.values()
            for binding in bindings
            if binding.kind is BindingKind.IMPORT
        ]
    return _IMPORTED[analysis]


def names_for(analysis: FileAnalysis, lasts: frozenset[str]) -> set[str]:
    """The local names under which a file may read something called one of `lasts` in torch."""
    if analysis not in _RENAMED:
        context = analysis.context
        other: dict[str, set[str]] = {}
        for binding in imported(analysis):
            origin = context.imports.get((binding.module, binding.imported or ""), "")
            for last in {binding.imported or "", origin.rpartition(".")[2]} - {binding.name, ""}:
                other.setdefault(last, set()).add(binding.name)
        for names in context.stars.values():
            for name, origin in names.items():
                last = origin.rpartition(".")[2]
                if last != name:
                    other.setdefault(last, set()).add(name)
        _RENAMED[analysis] = other
    others = _RENAMED[analysis]
    return set(lasts).union(*(others[last] for last in lasts if last in others))


def rename(
    analysis: FileAnalysis, node: cst.Name | cst.Attribute, old: str, new: str
) -> tuple[Edit, ...] | None:
    """The edits that make an expression that stands for `old` stand for `new`.

    old, new: dotted names of torch. None when the new name cannot be written there.
    """
    tree = analysis.tree
    old_module, _, old_last = old.rpartition(".")
    new_module, _, new_last = new.rpartition(".")
    if isinstance(node, cst.Attribute) and old_module == new_module:
        if node.attr.value != old_last:
            return None
        return (Edit(tree.start(node.attr), tree.end(node.attr), new_last),)
    if comments(tree.code(node)):
        return None
    meaning = analysis.names.dotted(node)
    if meaning is None:
        return None
    if old_module == new_module and isinstance(node, cst.Name):
        added = _beside(analysis, node, meaning, old_last, new)
        if added is not None:
            return (*added, replace(tree, node, new_last))
    spelling = spell(analysis, node, new, meaning)
    return None if spelling is None else (*spelling.edits, replace(tree, node, spelling.text))


def spell(
    analysis: FileAnalysis, node: cst.Name | cst.Attribute, dotted: str, meaning: Meaning
) -> Spelling | None:
    """How `dotted` is written at `node`, whose own meaning is given; None when it cannot be."""
    names, tree = analysis.names, analysis.tree
    inner: cst.BaseExpression = node
    while isinstance(inner, cst.Attribute):
        inner = inner.value
        origin = names.origin(inner)
        if origin and dotted.startswith(f"{origin}."):
            return Spelling(tree.code(inner) + dotted[len(origin) :])
    load = names.load(inner) if isinstance(inner, cst.Name) else None
    if load is None:
        return None
    known = _bound_to_part(analysis, dotted)
    for name, origin in known:
        if names.certainly(name, origin, load.scope, load.order):
            return Spelling(name + dotted[len(origin) :])
    module, _, last = dotted.rpartition(".")
    text, name = ("import torch", "torch") if module == "torch" else ("", last)
    text = text or f"from {module} import {last}"
    beside = _variable_import(analysis) if name == "torch" else None
    if beside is not None and beside.order < load.order:
        # Where the rules about Variable put it as well.
        edit = _insert(analysis, load, beside, name, text)
        if edit is not None:
            return Spelling(dotted, (edit,))
    edits = [_insert(analysis, load, anchor, name, text) for anchor in meaning.bindings]
    made = tuple(edit for edit in edits if edit is not None)
    if not made or len(made) < len(edits):
        return None
    return Spelling(dotted if name == "torch" else last, made)


def _bound_to_part(analysis: FileAnalysis, dotted: str) -> list[tuple[str, str]]:
    """(name, origin) of what a file imports that leads to `dotted`, the shortest way first."""
    found: dict[str, str] = {}
    for binding in imported(analysis):
        meaning = analysis.names.of_binding(binding)
        if meaning is not None and f"{dotted}.".startswith(f"{meaning.origin}."):
            found[binding.name] = meaning.origin
    for scope in dict.fromkeys((analysis.scopes.module, *analysis.scopes.scope_of.values())):
        for star in scope.stars:
            for name, origin in analysis.context.stars.get(star.module, {}).items():
                if f"{dotted}.".startswith(f"{origin}."):
                    found.setdefault(name, origin)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0] != "torch", item[0]))


def _variable_import(analysis: FileAnalysis) -> Binding | None:
    """The import of Variable, when there is one and it stands at the top of the file."""
    found = {binding for site in analysis.sites for binding in site.meaning.bindings}
    (only,) = found if len(found) == 1 else (None,)
    if only is None or only.kind is not BindingKind.IMPORT or only.statement is None:
        return None
    line = analysis.tree.parent(only.statement)
    top = line is not None and isinstance(analysis.tree.parent(line), cst.Module)
    return only if top else None


def _beside(
    analysis: FileAnalysis, node: cst.Name, meaning: Meaning, old_last: str, new: str
) -> tuple[Edit, ...] | None:
    """Import the new name where the old one is imported; nothing when it is there already."""
    load = analysis.names.load(node)
    new_last = new.rpartition(".")[2]
    if load is None:
        return None
    if analysis.names.certainly(new_last, new, load.scope, load.order):
        return ()
    edits: list[Edit] = []
    for binding in meaning.bindings:
        alias = binding.node
        if (
            binding.imported != old_last
            or binding.name != old_last
            or binding.module.split(".")[0] != "torch"
            or not isinstance(alias, cst.ImportAlias)
            or not _free(analysis, load, binding, new_last, new)
        ):
            return None
        end = analysis.tree.end(alias.name)
        edits.append(Edit(end, end, f", {new_last}"))
    return tuple(edits) or None


def _insert(
    analysis: FileAnalysis, load: Load, anchor: Binding, name: str, text: str
) -> Edit | None:
    """The import `text` in front of the import `anchor`, if the name is free there."""
    if anchor.kind not in (BindingKind.IMPORT, BindingKind.STAR) or anchor.statement is None:
        return None
    origin = "torch" if name == "torch" else f"{text.split()[1]}.{name}"
    if not _free(analysis, load, anchor, name, origin):
        return None
    return insert_import(analysis.tree, anchor.statement, text)


def _free(analysis: FileAnalysis, load: Load, anchor: Binding, name: str, origin: str) -> bool:
    """Whether `name`, bound to `origin` beside `anchor`, is what a read at `load` gets."""
    names, scope = analysis.names, anchor.scope
    if anchor.foreign or anchor.maybe or scope.kind is ScopeKind.CLASS:
        return False
    for binding in scope.bindings.get(name, []):
        meaning = names.of_binding(binding)
        if meaning is None or not meaning.sure or meaning.origin != origin:
            return False
    for star in scope.stars:
        if analysis.context.stars.get(star.module, {}).get(name, origin) != origin:
            return False
        if star is not anchor and star.order > anchor.order and names.starred(name, scope):
            return False
    for inner in _between(load.scope, scope):
        if name in inner.bindings or name in inner.global_names or name in inner.nonlocal_names:
            return False
    if scope.bindings.get(name):
        return True
    # What reads the name today gets it from somewhere else.
    return not any(
        names.owner(name, other.scope) is scope
        or (scope.kind is not ScopeKind.MODULE and scope in (other.scope, *other.scope.enclosing()))
        for other in analysis.scopes.loads.get(name, ())
    )


def _between(scope: Scope, outer: Scope) -> Iterator[Scope]:
    current: Scope | None = scope
    while current is not None and current is not outer:
        yield current
        current = current.parent
