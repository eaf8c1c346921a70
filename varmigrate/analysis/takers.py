"""Which functions and classes of a file take the flag that was called `async` as an argument.

They are known by their short names alone. A name in a call is enough of a proof: nobody else can
have a parameter of that name, which is a keyword since Python 3.7.
"""

from __future__ import annotations

import ast
import re

from varmigrate.torch_facts.non_blocking import NEW_NAME, NON_BLOCKING, OLD_NAME

_FLAGS = frozenset({OLD_NAME, NEW_NAME})
_HANDED_ON = re.compile(rf"\.(?:{'|'.join(sorted(NON_BLOCKING))})\([^()]*\*\*")
_Definition = ast.FunctionDef | ast.AsyncFunctionDef


def may_take(text: str) -> bool:
    """Whether it is worth asking `takers` about a source text."""
    if OLD_NAME in text or NEW_NAME in text:
        return True
    return "**" in text and _HANDED_ON.search(text) is not None


def takers(module: ast.Module) -> frozenset[str]:
    """The short names of what takes the flag, under its old name or its new one.

    A function also takes it that hands all its keywords on to a method of a tensor that does, and
    looks at them in no other way. A class stands for its `__init__`, be it that of a base class in
    the same file.
    """
    found: set[str] = set()
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
            if isinstance(child, _Definition) and _takes(child):
                found.add(within if child.name == "__init__" and within else child.name)
            elif (
                isinstance(child, ast.Assign)
                and isinstance(child.value, ast.Lambda)
                and _named(child.value.args)
            ):
                found.update(t.id for t in child.targets if isinstance(t, ast.Name))
    heirs = [c for c in classes if not any(_is_init(statement) for statement in c.body)]
    while new := {c.name for c in heirs if found.intersection(map(_short, c.bases))} - found:
        found |= new
    return frozenset(found)


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
