"""What the rules for renamed functions and classes of torch share."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.guards import guarded
from varmigrate.analysis.scopes import Binding
from varmigrate.model import Edit, Fix
from varmigrate.rewrite.expressions import add_keyword
from varmigrate.rewrite.renaming import imported, names_for, public, rename
from varmigrate.rewrite.tidy import removable, removal
from varmigrate.rules.base import Proposal, safe, unsafe
from varmigrate.torch_facts.renamed import RENAMED

_REPLACING = re.compile(r"\b(?:setattr|patch(?:\.object)?)\s*\([^()\n]*")
# A file that looks names up by texts it is given may be asked for any of its imports.
_DYNAMIC = re.compile(r"\b(?:globals|locals|vars|eval|exec)\s*\(|__dict__|sys\.modules")
VALUE = "nothing asks which function or class it is"


def uses(
    analysis: FileAnalysis, olds: Collection[str]
) -> Iterator[tuple[cst.Name | cst.Attribute, str]]:
    """Every expression that surely stands for one of the dotted names, with that name.

    Expressions that are assigned to, and those of which an attribute is taken, are left out.
    """
    lasts = frozenset(old.rpartition(".")[2] for old in olds)
    names = analysis.names
    found: list[cst.Name | cst.Attribute] = [
        node for node in analysis.scopes.all(cst.Attribute) if node.attr.value in lasts
    ]
    for name in sorted(names_for(analysis, lasts)):
        found += [load.node for load in analysis.scopes.loads.get(name, ())]
    for node in found:
        parent = analysis.tree.parent(node)
        if isinstance(parent, (cst.Attribute, cst.AssignTarget, cst.Del)):
            continue
        if isinstance(parent, (cst.AnnAssign, cst.AugAssign, cst.For)) and parent.target is node:
            continue
        origin = public(names.origin(node))
        if origin in olds:
            yield node, origin


def is_called(analysis: FileAnalysis, node: cst.CSTNode) -> cst.Call | None:
    """The call of which a node is the function; None when it is used in another way."""
    parent = analysis.tree.parent(node)
    return parent if isinstance(parent, cst.Call) and parent.func is node else None


def replaced(analysis: FileAnalysis, *dotted: str) -> bool:
    """Whether the file puts something of its own in the place of one of the names."""
    lasts = [name.rpartition(".")[2] for name in dotted]
    if any(last in analysis.scopes.replaced for last in lasts):
        return True
    return any(
        re.search(rf"\b{last}\b", match[0])
        for match in _REPLACING.finditer(analysis.text)
        for last in lasts
    )


def renames(
    analysis: FileAnalysis, code: str, olds: Collection[str], assumption: str = ""
) -> Iterator[Proposal]:
    """Proposals that write the new name for each use of an old one.

    olds: keys of RENAMED. assumption: what even a plain call takes for granted.
    """
    for node, origin in uses(analysis, olds):
        row = RENAMED[origin]
        last, new_last = origin.rpartition(".")[2], row.now.rpartition(".")[2]
        if replaced(analysis, origin, row.now) or guarded(analysis, node, new_last):
            continue
        if _changed_at_import(analysis, node, origin):
            continue
        call = is_called(analysis, node)
        message = f"`{last}` is deprecated; it is `{_short(row.now)}` today"
        edits = rename(analysis, node, origin, row.now)
        more = _keywords(analysis, call, row.adds) if row.adds else ()
        if edits is None or more is None:
            advice = f"write `{row.now}`" + (f" with {row.adds}" if row.adds else "")
            yield Proposal(code, None, node, message, advice=advice, quiet=True)
            continue
        title = f"write `{new_last}`" if last != new_last else f"write `{_short(row.now)}`"
        fix = _fix(title, (*edits, *more), assumption or ("" if call else VALUE))
        yield Proposal(code, None, node, message, fix=fix)
    yield from _imports(analysis, code, olds, assumption)


def _short(dotted: str) -> str:
    return dotted if dotted.count(".") == 1 else dotted.rpartition(".")[2]


def _fix(title: str, edits: tuple[Edit, ...], assumption: str) -> Fix:
    return unsafe(title, edits, assumption) if assumption else safe(title, edits)


def _keywords(
    analysis: FileAnalysis, call: cst.Call | None, keywords: str
) -> tuple[Edit, ...] | None:
    """The edit that adds keywords to a call; None when that is not possible."""
    if call is None or any(argument.star for argument in call.args):
        return None
    return (add_keyword(analysis.tree, call, keywords),)


def _changed_at_import(analysis: FileAnalysis, node: cst.CSTNode, origin: str) -> bool:
    """Whether a use goes by a name of the file's own, and the import behind it is changed."""
    row, last = RENAMED[origin], origin.rpartition(".")[2]
    if not isinstance(node, cst.Name) or node.value == last or not _same_place(origin):
        return False
    meaning = analysis.names.name(node)
    bindings = meaning.bindings if meaning is not None else ()
    return not row.adds and all(public(f"{b.module}.{b.imported}") == origin for b in bindings)


def _same_place(origin: str) -> bool:
    return origin.rpartition(".")[0] == RENAMED[origin].now.rpartition(".")[0]


def _imports(
    analysis: FileAnalysis, code: str, olds: Collection[str], assumption: str
) -> Iterator[Proposal]:
    """Imports of an old name under another one, and those that nothing reads any more."""
    for binding in imported(analysis):
        origin = public(f"{binding.module}.{binding.imported}") if binding.imported else ""
        if origin not in olds or not isinstance(binding.node, cst.ImportAlias):
            continue
        row = RENAMED[origin]
        last, new_last = origin.rpartition(".")[2], row.now.rpartition(".")[2]
        if replaced(analysis, origin, row.now) or guarded(analysis, binding.node, new_last):
            continue
        if binding.name != last:
            if not _same_place(origin) or row.adds:
                continue
            alias = binding.node
            edit = Edit(analysis.tree.start(alias.name), analysis.tree.end(alias.name), new_last)
            message = f"`{last}` is deprecated; it is `{_short(row.now)}` today"
            doubt = assumption or ("" if _only_called(analysis, binding) else VALUE)
            fix = _fix(f"import `{new_last}`", (edit,), doubt)
            yield Proposal(code, None, alias, message, fix=fix)
        elif (
            _uses_new(analysis, row.now)
            and _DYNAMIC.search(analysis.text) is None
            and removable(analysis, binding, frozenset())
        ):
            message = f"`{last}` is deprecated, and imported without a use"
            fix = safe("remove the import", removal(analysis, [binding]))
            yield Proposal(code, None, binding.node, message, fix=fix)


def _only_called(analysis: FileAnalysis, binding: Binding) -> bool:
    """Whether all that is done with what is imported is calling it, in this file alone."""
    if binding.name in analysis.context.exported:
        return False
    return all(
        is_called(analysis, load.node) is not None
        for load in analysis.scopes.loads.get(binding.name, ())
    )


def _uses_new(analysis: FileAnalysis, new: str) -> bool:
    """Whether the file reads the new name somewhere."""
    last = new.rpartition(".")[2]
    loads = [load.node for load in analysis.scopes.loads.get(last, ())]
    attributes = [n for n in analysis.scopes.all(cst.Attribute) if n.attr.value == last]
    return any(public(analysis.names.origin(node)) == new for node in (*loads, *attributes))
