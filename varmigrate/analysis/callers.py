"""Which functions a file calls where gradient recording is switched, by their bare names.

Read from the syntax tree of Python itself: this is asked of every file of a project.
"""

from __future__ import annotations

import ast

MODES = frozenset({"no_grad", "set_grad_enabled", "inference_mode"})
"""The functions of torch that switch the recording of gradients, by their last names."""


def covered_calls(tree: ast.AST) -> frozenset[str]:
    """The last parts of the names that are called under a gradient mode.

    tree: a module. Calls count in `with torch.no_grad():` and in functions decorated with it.
    """
    found: set[str] = set()
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, inside = waiting.pop()
        if isinstance(node, ast.With | ast.AsyncWith):
            inside = inside or any(is_mode(item.context_expr) for item in node.items)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = any(is_mode(decorator) for decorator in node.decorator_list)
        elif isinstance(node, ast.Call) and inside:
            name = last_name(node.func)
            if name:
                found.add(name)
        waiting += [(child, inside) for child in ast.iter_child_nodes(node)]
    return frozenset(found)


def is_mode(node: ast.AST) -> bool:
    """Whether an expression is a call that switches the recording of gradients."""
    return isinstance(node, ast.Call) and last_name(node.func) in MODES


def last_name(node: ast.AST) -> str:
    """The last part of a dotted name; empty for any other expression."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
