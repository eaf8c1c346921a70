"""What a file does with the results of the functions it calls, by their bare names.

Read from the syntax tree of Python itself: this is asked of every file of a project.
"""

from __future__ import annotations

import ast

from varmigrate.analysis.callers import is_mode, last_name

PLAIN_READS = frozenset("data size shape item detach numpy dtype device dim numel".split())
"""Attributes and methods of a tensor that give nothing that is part of a graph."""

_SHOWING = frozenset("print float int bool str repr len isinstance type format id round".split())
_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def computed_with(tree: ast.AST, imported: bool = False) -> frozenset[str]:
    """The last parts of the names of functions whose results may go into a computation.

    tree: a module. imported: whether another file may use what is bound at its top. A result that
    is only shown, asked for its data, or used under a gradient mode does not count; one that is
    handed on does. What is imported under another name has both.
    """
    parents: dict[ast.AST, ast.AST] = {}
    under: set[ast.AST] = set()
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    calls: list[ast.Call] = []
    reads: dict[str, list[ast.Name]] = {}
    # Names that are bound outside of the function that binds them.
    shared: set[str] = set()
    renamed: dict[str, set[str]] = {}
    while waiting:
        node, inside = waiting.pop()
        if isinstance(node, ast.With | ast.AsyncWith):
            inside = inside or any(is_mode(item.context_expr) for item in node.items)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = any(is_mode(decorator) for decorator in node.decorator_list)
        if inside:
            under.add(node)
        for child in ast.iter_child_nodes(node):
            parents[child] = node
            waiting.append((child, inside))
        if isinstance(node, ast.Call):
            calls.append(node)
        elif isinstance(node, ast.alias) and node.asname:
            renamed.setdefault(node.asname, set()).add(node.name)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            shared.update(node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            reads.setdefault(node.id, []).append(node)
    found: set[str] = set()
    for call in calls:
        name = last_name(call.func)
        if not name or name in found or call in under or _is_plain(call, parents):
            continue
        names = _bound_to(parents.get(call))
        around = _function(call, parents)
        outside = around is tree and imported
        if (
            names is None
            or isinstance(around, ast.ClassDef)
            or outside
            or not shared.isdisjoint(names)
            or any(
                read not in under and not _is_plain(read, parents)
                for bound in names
                for read in reads.get(bound, ())
                if around is tree or _is_inside(read, around, parents)
            )
        ):
            found.add(name)
    return frozenset(found.union(*(renamed.get(name, set()) for name in found)))


def handed_on(tree: ast.AST) -> frozenset[str]:
    """The attributes that are read without being called, as a method that is given to something."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and id(node) not in called
    )


def _is_inside(node: ast.AST, around: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    while node is not around and node in parents:
        node = parents[node]
    return node is around


def _bound_to(statement: ast.AST | None) -> list[str] | None:
    """The names a call's result is bound to; None when it goes somewhere else."""
    if not isinstance(statement, ast.Assign):
        return None
    names: list[str] = []
    for target in statement.targets:
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        if not all(isinstance(part, ast.Name) for part in parts):
            return None
        names += [part.id for part in parts if isinstance(part, ast.Name)]
    return names


def _function(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> ast.AST:
    """The function (or the file) that a node is written in."""
    while node in parents:
        node = parents[node]
        if isinstance(node, _LATER):
            return node
    return node


def _is_plain(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether a value is dropped, shown, or asked for something that is part of no graph.

    What methods without operands make of a value without a graph has none either.
    """
    above = parents.get(node)
    if isinstance(above, ast.Attribute):
        call = parents.get(above)
        asks = isinstance(call, ast.Call) and call.func is above
        alone = isinstance(call, ast.Call) and all(map(_is_literal, _arguments(call)))
        return above.attr in PLAIN_READS or (
            asks and alone and call is not None and _is_plain(call, parents)
        )
    if isinstance(above, ast.Subscript) and above.value is node and _is_literal(above.slice):
        return _is_plain(above, parents)
    if isinstance(above, ast.Call):
        return isinstance(above.func, ast.Name) and above.func.id in _SHOWING
    return isinstance(above, ast.Expr | ast.FormattedValue | ast.Compare | ast.If)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _is_literal(node: ast.AST) -> bool:
    """Whether an expression is a number, a text, or one with a sign."""
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, ast.Constant)
