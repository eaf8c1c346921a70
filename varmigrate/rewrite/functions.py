"""Edits that make an old-style `autograd.Function` static, and its calls calls of `apply`."""

from __future__ import annotations

import re

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.function_uses import InstanceCall
from varmigrate.analysis.old_functions import OldFunction, Refused
from varmigrate.analysis.scopes import Binding
from varmigrate.analysis.tree import Tree, children
from varmigrate.model import Edit
from varmigrate.rewrite.edits import apply
from varmigrate.rewrite.imports import insert_import, remove_statement
from varmigrate.torch_facts.old_functions import ONCE_DIFFERENTIABLE, SAVED_VARIABLES

_ONCE = ONCE_DIFFERENTIABLE.rpartition(".")[2]
_NEWLINE = re.compile(r"\r\n|\r|\n")


def call_edits(tree: Tree, use: InstanceCall) -> tuple[Edit, ...]:
    """The edits that turn `F(a)(x)` into `F.apply(x, a)`, or the same across a kept name."""
    made, head = use.made, use.head
    start, end = tree.start(made), tree.end(made)
    edits = [Edit(tree.end(head), end, ".apply")]
    if start != tree.start(head):
        edits.append(Edit(start, tree.start(head), ""))
    for call, missing in zip(use.calls, use.missing, strict=True):
        texts = (*missing, *use.arguments)
        if texts:
            edits.append(_added(tree, call, ", ".join(texts)))
    return tuple(edits)


def _added(tree: Tree, call: cst.Call, text: str) -> Edit:
    """Put arguments behind those of a call."""
    if call.args:
        place = tree.end(call.args[-1].value)
        return Edit(place, place, f", {text}")
    place = tree.end(call)
    place = tree.start(call.rpar[0]) if call.rpar else place
    place = tree.text.rindex(")", 0, place)
    return Edit(place, place, text)


def saved_edits(tree: Tree, attributes: list[cst.Attribute]) -> tuple[Edit, ...]:
    """The edits that turn `saved_variables` into `saved_tensors`."""
    return tuple(
        Edit(tree.end(node) - len(SAVED_VARIABLES), tree.end(node), "saved_tensors")
        for node in attributes
    )


def class_edits(analysis: FileAnalysis, function: OldFunction) -> tuple[Edit, ...]:
    """The edits that make the methods of a class static. Raises Refused when there is no way."""
    tree = analysis.tree
    edits = list(saved_edits(tree, function.saved))
    first = last = 0
    if function.init is not None:
        edits.extend(_moved(analysis, function, function.init))
        first, last = tree.start(function.init), tree.end(function.init)
    names = [(node, "ctx") for node in function.own]
    names += [(node, function.name) for node in function.of_class]
    edits.extend(
        Edit(tree.start(node), tree.end(node), text)
        for node, text in names
        if not first <= tree.start(node) < last and node.value != text
    )
    edits.extend(_marked(tree, function.forward, ""))
    if function.backward is not None:
        mark, imports = _once(analysis, function)
        edits.extend(_marked(tree, function.backward, mark))
        edits.extend(imports)
        nones = ["None"] * len(function.plan.parameters)
        for value, kind in function.returns:
            edits.extend(_with_nones(tree, value, kind, nones))
    return tuple(edits)


def _marked(tree: Tree, method: cst.FunctionDef, more: str) -> list[Edit]:
    """Decorate a method, and name its first parameter `ctx`."""
    start = tree.text.rindex("def", 0, tree.start(method.name))
    line = _line_start(tree.text, start)
    between = f"{tree.module.default_newline}{tree.text[line:start]}"
    text = f"@staticmethod{between}" + (f"@{more}{between}" if more else "")
    name = (*method.params.posonly_params, *method.params.params)[0].name
    edits = [Edit(start, start, text)]
    if name.value != "ctx":
        edits.append(Edit(tree.start(name), tree.end(name), "ctx"))
    return edits


# -- the constructor ---------------------------------------------------------------------------


def _moved(analysis: FileAnalysis, function: OldFunction, init: cst.FunctionDef) -> list[Edit]:
    """Move parameters and body of the constructor to `forward`."""
    tree = analysis.tree
    edits = [_removed(tree, function, init)]
    parameters = [*init.params.posonly_params, *init.params.params][1:]
    if parameters:
        edits.extend(
            Edit(tree.end(p.annotation or p.name), tree.end(p.default), "")
            for p in (*function.forward.params.posonly_params, *function.forward.params.params)
            if p.default is not None
        )
        last = [*function.forward.params.posonly_params, *function.forward.params.params][-1]
        written = [_parameter_text(tree, p, function.renamed) for p in parameters]
        place = _parameter_end(tree, last)
        edits.append(Edit(place, place, "".join(f", {text}" for text in written)))
    body = _body_text(analysis, function, init)
    if body:
        place = _body_start(tree, function.forward)
        edits.append(Edit(place, place, body))
    return edits


def _parameter_end(tree: Tree, node: cst.Param) -> int:
    return tree.end(node.default or node.annotation or node.name)


def _parameter_text(tree: Tree, node: cst.Param, renamed: dict[str, str]) -> str:
    name = node.name.value
    rest = tree.text[tree.end(node.name) : _parameter_end(tree, node)]
    return f"{renamed.get(name, name)}{rest}"


def _body_start(tree: Tree, method: cst.FunctionDef) -> int:
    """Where the first statement of a method begins, behind its docstring."""
    first = method.body.body[0]
    if isinstance(first, cst.SimpleStatementLine) and _is_text(first.body[0]):
        if len(first.body) > 1:
            raise Refused("the docstring of its forward shares a line")
        return _line_end(tree.text, tree.end(first.body[0]))
    return _line_end(tree.text, tree.start(method.body))


def _is_text(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.Expr) and isinstance(
        statement.value, (cst.SimpleString, cst.ConcatenatedString)
    )


def _body_text(analysis: FileAnalysis, function: OldFunction, init: cst.FunctionDef) -> str:
    """The body of the constructor as it stands in `forward`: whole lines."""
    tree = analysis.tree
    text = tree.text
    start, end = _line_end(text, tree.start(init.body)), tree.end(init)
    if _indent(tree, init) != _indent(tree, function.forward):
        raise Refused("its constructor is indented in another way than its forward")
    edits = [edit for statement in function.supers for edit in _dropped(tree, statement)]
    for item in init.body.body:
        if isinstance(item, cst.SimpleStatementLine) and isinstance(item.body[0], cst.Pass):
            edits.extend(_dropped(tree, item.body[0]))
    names = {id(node): "ctx" for node in function.own}
    names |= {id(node): function.name for node in function.of_class}
    scope = analysis.scopes.scope_of[id(init)]
    for old, new in function.renamed.items():
        for load in analysis.scopes.loads.get(old, ()):
            if analysis.names.owner(old, load.scope) is scope:
                names[id(load.node)] = new
    edits += [
        Edit(tree.start(node), tree.end(node), names[id(node)])
        for node in _names(init.body)
        if id(node) in names and names[id(node)] != node.value
    ]
    saved = [a for a in function.saved if start <= tree.start(a) < end]
    if saved:
        raise Refused("its constructor reads saved tensors")
    moved = apply(text[start:end], [Edit(e.start - start, e.end - start, e.text) for e in edits])
    lines = moved.splitlines(keepends=True)
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += tree.module.default_newline
    comment = text[tree.start(init.body) : start].strip()
    if comment:
        lines.insert(0, f"{_indent(tree, init)}{comment}{tree.module.default_newline}")
    return "".join(lines)


def _dropped(tree: Tree, statement: cst.BaseSmallStatement) -> tuple[Edit, ...]:
    """Take a statement out of lines that are moved, its comment staying on a line of its own."""
    line = tree.parent(statement)
    if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
        text = tree.text
        start, end = tree.start(statement), tree.end(statement)
        below = _line_end(text, end)
        comment = text.find("#", end, below)
        if comment < 0:
            return (Edit(_line_start(text, start), below, ""),)
        return (Edit(start, comment, ""),)
    return remove_statement(tree, statement)


def _names(node: cst.CSTNode) -> list[cst.Name]:
    found: list[cst.Name] = []
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, cst.Name):
            found.append(current)
        waiting.extend(children(current))
    return found


def _indent(tree: Tree, method: cst.FunctionDef) -> str:
    block = method.body
    own = block.indent if isinstance(block, cst.IndentedBlock) else None
    start = tree.text.rindex("def", 0, tree.start(method.name))
    line = tree.text[_line_start(tree.text, start) : start]
    return line + (tree.module.default_indent if own is None else own)


def _removed(tree: Tree, function: OldFunction, init: cst.FunctionDef) -> Edit:
    """Take the constructor out; comments above it stay."""
    text = tree.text
    block = function.node.body
    following = block.body[next(i for i, s in enumerate(block.body) if s is init) + 1 :]
    begin = _line_start(text, text.rindex("def", 0, tree.start(init.name)))
    end = tree.end(init)
    if following:
        while (line := re.compile(r"[ \t]*(?:\r\n|\r|\n)").match(text, end)) is not None:
            end = line.end()
    elif not any(line.comment for line in init.leading_lines):
        begin = tree.start(init)
    return Edit(begin, end, "")


# -- backward ----------------------------------------------------------------------------------


def _with_nones(tree: Tree, value: cst.BaseExpression, kind: str, nones: list[str]) -> list[Edit]:
    """Return a None more for every argument of the constructor."""
    more = ", ".join(nones)
    if kind == "tuple" and isinstance(value, cst.Tuple):
        place = tree.end(value.elements[-1].value)
        edits = [Edit(place, place, f", {more}")]
        comma = value.elements[-1].comma
        if len(value.elements) == 1 and isinstance(comma, cst.Comma):
            # What was `(grad,)` needs its last comma no more.
            at = tree.text.index(",", place)
            if "#" not in tree.text[place:at]:
                edits.append(Edit(at, at + 1, ""))
        return edits
    place = tree.end(value)
    if kind == "sum":
        return [Edit(place, place, f" + ({more},)" if len(nones) == 1 else f" + ({more})")]
    if "\n" in tree.code(value) and not value.lpar and isinstance(value, cst.IfExp):
        raise Refused("what its backward returns cannot be extended")
    return [Edit(place, place, f", {more}")]


def _once(analysis: FileAnalysis, function: OldFunction) -> tuple[str, list[Edit]]:
    """How `once_differentiable` is written, and the import it needs."""
    names, scopes = analysis.names, analysis.scopes
    scope = scopes.scope_of[id(function.node)]
    order = scope.order
    if names.certainly(_ONCE, ONCE_DIFFERENTIABLE, scope, order):
        return _ONCE, []
    base: cst.BaseExpression = function.base
    while isinstance(base, cst.Attribute):
        base = base.value
        if names.origin(base) == "torch":
            return f"{analysis.tree.code(base)}.{ONCE_DIFFERENTIABLE.partition('.')[2]}", []
    meaning = names.dotted(function.base)
    bindings = () if meaning is None else meaning.bindings
    free = names.unbound(_ONCE, scope) and not _is_bound(analysis, _ONCE)
    if free and bindings and all(_can_follow(binding) for binding in bindings):
        text = f"from {ONCE_DIFFERENTIABLE.rpartition('.')[0]} import {_ONCE}"
        return _ONCE, [_import_edit(analysis.tree, binding, text) for binding in bindings]
    if names.certainly("torch", "torch", scope, order):
        return ONCE_DIFFERENTIABLE, []
    raise Refused(f"there is no name for `{_ONCE}`")


def _is_bound(analysis: FileAnalysis, name: str) -> bool:
    scopes = (analysis.scopes.module, *analysis.scopes.scope_of.values())
    return any(name in scope.bindings for scope in scopes)


def _can_follow(binding: Binding) -> bool:
    return isinstance(binding.statement, (cst.Import, cst.ImportFrom))


def _import_edit(tree: Tree, binding: Binding, text: str) -> Edit:
    """Put an import behind the one that brought the base, on a line of its own."""
    statement = binding.statement
    line = None if statement is None else tree.parent(statement)
    if statement is None:
        raise Refused("its base is not imported")
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return insert_import(tree, statement, text)
    start = tree.start(statement)
    indent = tree.text[_line_start(tree.text, start) : start]
    place = _line_end(tree.text, tree.end(statement))
    newline = tree.module.default_newline
    if not tree.text[:place].endswith(("\n", "\r")):
        return Edit(place, place, f"{newline}{indent}{text}")
    return Edit(place, place, f"{indent}{text}{newline}")


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _line_end(text: str, offset: int) -> int:
    """The offset behind the newline that ends the line at `offset`."""
    found = _NEWLINE.search(text, offset)
    return len(text) if found is None else found.end()
