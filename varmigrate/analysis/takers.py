"""Which functions and classes of a file take the flag that was called `async` as an argument.

They are known by their short names. Nobody outside the project has a parameter of the old name,
which is a keyword since Python 3.7; only what takes any keyword can be mistaken for one of them.
"""

from __future__ import annotations

import ast

from varmigrate.torch_facts.non_blocking import NEW_NAME, NON_BLOCKING, OLD_NAME

_FLAGS = frozenset({OLD_NAME, NEW_NAME})
_Definition = ast.FunctionDef | ast.AsyncFunctionDef


def takers(module: ast.Module) -> dict[str, bool]:
    """The short names of what takes the flag, under its old name or its new one.

    A name leads to False when something else of that name takes any keyword. A function that hands
    all its keywords on to a method of a tensor which takes the flag, and looks at them in no other
    way, takes it as well. A class stands for its `__init__`, be it that of its only base class.
    """
    taking: set[str] = set()
    others: set[str] = set()
    classes: list[ast.ClassDef] = []
    waiting: list[tuple[ast.AST, str]] = [(module, "")]
    while waiting:
        node, within = waiting.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef):
                classes.append(child)
                waiting.append((child, child.name))
                continue
            waiting.append((child, ""))
            if isinstance(child, _Definition):
                names = [within if child.name == "__init__" and within else child.name]
                takes, loose = _takes(child), child.args.kwarg is not None
            elif isinstance(child, ast.Assign) and isinstance(child.value, ast.Lambda):
                names = [target.id for target in child.targets if isinstance(target, ast.Name)]
                takes, loose = _named(child.value.args), child.value.args.kwarg is not None
            else:
                continue
            if takes:
                taking.update(names)
            elif loose:
                others.update(names)
    heirs = [c for c in classes if len(c.bases) == 1 and not any(map(_is_init, c.body))]
    while new := {c.name for c in heirs if _short(c.bases[0]) in taking} - taking:
        taking |= new
    return {name: name not in others for name in taking}


def _is_init(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "__init__"


def _short(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _takes(node: _Definition) -> bool:
    return _named(node.args) or (node.args.kwarg is not None and _hands_on(node))


def _named(arguments: ast.arguments) -> bool:
    return any(argument.arg in _FLAGS for argument in (*arguments.args, *arguments.kwonlyargs))


def _hands_on(node: _Definition) -> bool:
    """Whether the keywords of a function go to methods that take the flag, and nowhere else."""
    rest = node.args.kwarg
    handed = read = 0
    for child in ast.walk(node):
        if isinstance(child, ast.Name) and rest is not None and child.id == rest.arg:
            read += 1
        if (
            isinstance(child, ast.Call)
            and isinstance(child.func, ast.Attribute)
            and child.func.attr in NON_BLOCKING
        ):
            handed += sum(
                keyword.arg is None
                and isinstance(keyword.value, ast.Name)
                and rest is not None
                and keyword.value.id == rest.arg
                for keyword in child.keywords
            )
    return 0 < handed == read
