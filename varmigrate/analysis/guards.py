"""Code that knows two releases of torch: version switches, and `try` with another way to go.

What is old there is meant for an old release; the new form stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.tree import children

_VERSION = re.compile(
    r"__version__|LooseVersion|StrictVersion|parse_version|version\.parse|version_info|"
    r"(?i:torch\w*ver|torch_?(?:0|1|2|pre|post|lt|ge|old|new)|(?:old|new)_?torch)|"
    r"getargspec|getfullargspec|signature\("
)
_ASKS = re.compile(
    r"hasattr\(|getattr\(|try\s*:|version|torch_?\d|old_?torch|new_?torch|spec\(", re.I
)
_MISSING = frozenset(
    {"AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "TypeError"}
)
_LEAVING = (cst.Return, cst.Raise, cst.Continue, cst.Break)


def is_version_test(analysis: FileAnalysis, test: cst.BaseExpression) -> bool:
    """Whether a condition asks which torch there is: by its version, or by what it has."""
    if _VERSION.search(analysis.tree.code(test)):
        return True
    for node in _inside(test):
        if isinstance(node, cst.Call):
            asks = isinstance(node.func, cst.Name) and node.func.value in ("hasattr", "getattr")
            if asks and node.args and _is_torch(analysis, node.args[0].value):
                return True
        elif isinstance(node, cst.Name):
            binding = analysis.names.only_binding(node)
            if binding is None or binding.value is None or binding.value is test:
                continue
            text = analysis.tree.code(binding.value)
            if _VERSION.search(text) or re.search(r"hasattr\(\s*torch\b", text):
                return True
    return False


def asks_for_torch(analysis: FileAnalysis, test: cst.BaseExpression) -> bool:
    """Whether a condition asks for the version of torch, or for a part of it, and no other's."""
    if not is_version_test(analysis, test):
        return False
    texts = [analysis.tree.code(test)]
    for node in _inside(test):
        binding = analysis.names.only_binding(node) if isinstance(node, cst.Name) else None
        if binding is not None and binding.value is not None:
            texts.append(analysis.tree.code(binding.value))
    return any("torch" in text for text in texts)


def _is_torch(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    return analysis.names.origin(node).split(".")[0] == "torch"


def guarded(analysis: FileAnalysis, node: cst.CSTNode, new: str) -> bool:
    """Whether an old form stands where another release is spoken of.

    new: what the new form is recognised by. In a branch of a version switch, behind one that
    leaves; in a `try` (or its handlers) that expects a name to be missing, or that has the new
    form in another part.
    """
    tree = analysis.tree
    if not _ASKS.search(tree.text):
        return False
    below, current = node, tree.parent(node)
    while current is not None:
        if isinstance(current, (cst.If, cst.IfExp, cst.While)):
            if is_version_test(analysis, current.test):
                return True
        elif isinstance(current, cst.BooleanOperation):
            if current.right is below and is_version_test(analysis, current.left):
                return True
        elif isinstance(current, (cst.Try, cst.TryStar)):
            if _falls_back(analysis, current, below, new):
                return True
        elif isinstance(current, (cst.IndentedBlock, cst.Module)):
            for statement in current.body:
                if statement is below:
                    break
                if isinstance(statement, cst.If) and _leaves(statement, analysis):
                    return True
        below, current = current, tree.parent(current)
    return False


def _falls_back(
    analysis: FileAnalysis, node: cst.Try | cst.TryStar, below: cst.CSTNode, new: str
) -> bool:
    """Whether the parts of a `try` are two ways to do one thing."""
    handlers = node.handlers
    if below is not node.body and below not in handlers:
        return False
    for handler in handlers:
        kinds = handler.type
        if kinds is not None and any(
            isinstance(part, cst.Name) and part.value in _MISSING for part in _inside(kinds)
        ):
            return True
    others = [part for part in (node.body, *handlers) if part is not below]
    return any(new in analysis.tree.code(part) for part in others)


def _leaves(statement: cst.If, analysis: FileAnalysis) -> bool:
    """Whether a version switch ends its block, so that what follows is for the other release."""
    body = statement.body.body
    last = body[-1] if body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, _LEAVING) and is_version_test(analysis, statement.test)


def _inside(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in children(node):
        yield from _inside(child)
