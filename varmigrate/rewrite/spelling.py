"""How to write `torch` and `torch.Tensor` at a place: with a name bound there, or a new import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.names import Meaning
from varmigrate.analysis.scopes import Binding, BindingKind, Scope, ScopeKind
from varmigrate.analysis.sites import Site
from varmigrate.model import Edit
from varmigrate.rewrite.imports import insert_import


class Anchor(Protocol):
    """A use of something imported, beside whose import that of torch may go."""

    @property
    def scope(self) -> Scope:
        """Where it is used."""

    @property
    def meaning(self) -> Meaning:
        """What is used, with the bindings that import it."""


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


def spell_torch(
    analysis: FileAnalysis, anchor: Anchor, scope: Scope, order: int
) -> Spelling | None:
    """The module torch as it can be written in `scope` at position `order`.

    None when `torch` means something else there. A new import goes beside that of the anchor.
    """
    for name, origin in _local_names(analysis):
        if origin == "torch" and analysis.names.certainly(name, origin, scope, order):
            return Spelling(name)
    bindings = anchor.meaning.bindings
    edits = [_new_import(analysis, anchor, binding) for binding in bindings]
    made = tuple(edit for edit in edits if edit is not None)
    anchored = all(b.scope is scope or b.scope in scope.enclosing() for b in bindings)
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


def _new_import(analysis: FileAnalysis, use: Anchor, binding: Binding) -> Edit | None:
    """`import torch` in front of the import of what is used, if the name is free there."""
    scope = binding.scope
    if binding.statement is None or binding.kind not in (BindingKind.IMPORT, BindingKind.STAR):
        return None
    if binding.foreign or scope.kind is ScopeKind.CLASS:
        return None
    names = analysis.names
    for star in scope.stars:
        known = analysis.context.stars.get(star.module, {})
        if known.get("torch", "torch") != "torch":
            return None
    for other in scope.bindings.get("torch", []):
        meaning = names.of_binding(other)
        if meaning is None or meaning.origin != "torch":
            return None
    if _between(use, binding, "torch"):
        return None
    loads = analysis.scopes.loads.get("torch", [])
    if scope.kind is not ScopeKind.MODULE and any(
        names.owner("torch", load.scope) is not scope and _inside(load.scope, scope)
        for load in loads
    ):
        return None
    return insert_import(analysis.tree, binding.statement, "import torch")


def _between(use: Anchor, binding: Binding, name: str) -> bool:
    """Whether a scope between the use and the import binds the name."""
    scope = use.scope
    while scope is not binding.scope:
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
