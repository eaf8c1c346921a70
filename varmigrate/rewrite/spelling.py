"""How to write `torch` and `torch.Tensor` at a place: with a name bound there, or a new import."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import Binding, BindingKind, Scope, ScopeKind
from varmigrate.analysis.sites import Site
from varmigrate.model import Edit
from varmigrate.rewrite.imports import insert_import


@dataclass(frozen=True, slots=True)
class Spelling:
    """The text that stands for torch.Tensor at a site, and the import it needs, if any."""

    text: str
    edits: tuple[Edit, ...] = ()


def spell_tensor(analysis: FileAnalysis, site: Site) -> Spelling | None:
    """`torch.Tensor` as it can be written at `site`; None when `torch` means something else."""
    names = analysis.names
    node = site.name
    while isinstance(node, cst.Attribute):
        # `torch.autograd.Variable` brings its own `torch`.
        node = node.value
        if names.origin(node) == "torch":
            return Spelling(f"{analysis.tree.code(node)}.Tensor")
    local = _local_names(analysis)
    for name, origin in local:
        if names.certainly(name, origin, site.scope, site.order):
            return Spelling(name if origin == "torch.Tensor" else f"{name}.Tensor")
    # Any of the imports may be the one that ran, so each needs its companion.
    edits = [_new_import(analysis, site, anchor) for anchor in site.meaning.bindings]
    made = tuple(edit for edit in edits if edit is not None)
    return Spelling("torch.Tensor", made) if made and len(made) == len(edits) else None


def spell_torch(analysis: FileAnalysis, site: Site, scope: Scope, order: int) -> Spelling | None:
    """The module torch as it can be written in `scope` at position `order`.

    None when `torch` means something else there. A new import goes beside that of Variable.
    """
    for name, origin in _local_names(analysis):
        if origin == "torch" and analysis.names.certainly(name, origin, scope, order):
            return Spelling(name)
    edits = [_new_import(analysis, site, anchor) for anchor in site.meaning.bindings]
    made = tuple(edit for edit in edits if edit is not None)
    anchored = all(
        anchor.scope is scope or anchor.scope in scope.enclosing()
        for anchor in site.meaning.bindings
    )
    return Spelling("torch", made) if made and anchored and len(made) == len(edits) else None


def _local_names(analysis: FileAnalysis) -> list[tuple[str, str]]:
    """Names of the file that are bound to torch or torch.Tensor; `torch` itself first."""
    found: dict[str, str] = {}
    for scope in dict.fromkeys((analysis.scopes.module, *analysis.scopes.scope_of.values())):
        for name, bindings in scope.bindings.items():
            for binding in bindings:
                if binding.kind is not BindingKind.IMPORT:
                    continue
                meaning = analysis.names.of_binding(binding)
                if meaning is not None and meaning.origin in ("torch", "torch.Tensor"):
                    found[name] = meaning.origin
        for star in scope.stars:
            known = analysis.context.stars.get(star.module, {})
            found.update((name, origin) for name, origin in known.items() if origin == "torch")
    return sorted(found.items(), key=lambda item: (item[1] != "torch", item[0] != "torch", item[0]))


def _new_import(analysis: FileAnalysis, site: Site, anchor: Binding) -> Edit | None:
    """`import torch` in front of the import that brings Variable, if the name is free there."""
    scope = anchor.scope
    if anchor.statement is None or anchor.kind not in (BindingKind.IMPORT, BindingKind.STAR):
        return None
    if anchor.foreign or scope.kind is ScopeKind.CLASS:
        return None
    names = analysis.names
    for star in scope.stars:
        known = analysis.context.stars.get(star.module, {})
        if known.get("torch", "torch") != "torch":
            return None
    for binding in scope.bindings.get("torch", []):
        meaning = names.of_binding(binding)
        if meaning is None or meaning.origin != "torch":
            return None
    if _between(site, anchor, "torch"):
        return None
    loads = analysis.scopes.loads.get("torch", [])
    if scope.kind is not ScopeKind.MODULE and any(
        names.owner("torch", load.scope) is not scope and _inside(load.scope, scope)
        for load in loads
    ):
        return None
    return insert_import(analysis.tree, anchor.statement, "import torch")


def _between(site: Site, anchor: Binding, name: str) -> bool:
    """Whether a scope between the site and the import binds the name."""
    scope = site.scope
    while scope is not anchor.scope:
        if name in scope.bindings or name in scope.global_names or name in scope.nonlocal_names:
            return True
        if scope.parent is None:
            return False
        scope = scope.parent
    return False


def _inside(scope: object, outer: object) -> bool:
    current = scope
    while current is not None:
        if current is outer:
            return True
        current = getattr(current, "parent", None)
    return False
