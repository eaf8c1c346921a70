"""Masks of 2017: numbers 0 and 1 of torch.uint8.

What it does: finds `1 - (a > b)`, where the comparison is one of tensors; and torch.uint8 tensors
as masks, in `masked_fill`, `masked_select`, `masked_scatter` and as an index.

Why: comparisons give bool tensors since PyTorch 1.2, from which nothing can be subtracted; and a
mask must be one: torch.uint8 raises, and as an index it warns.

Example:

    x.masked_fill_(1 - (y > 0), 0)
    z = x.masked_select(mask.byte())

Use instead:

    x.masked_fill_(~(y > 0), 0)
    z = x.masked_select(mask.byte() != 0)

Fix safety: `~` is safe where the operand is surely a comparison of tensors, or must be one because
of what follows, and where the result is only used as a mask, or is cast to numbers; otherwise it is
unsafe, because two masks that are added are no longer counted. `!= 0` is safe where the mask is
surely of torch.uint8; as an index only where a tensor is indexed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.guards import guarded
from varmigrate.analysis.names import VARIABLE
from varmigrate.analysis.scopes import ScopeKind
from varmigrate.analysis.tensors import defines
from varmigrate.model import Edit
from varmigrate.rewrite.expressions import inner_span
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Invalid, Proposal, Rule, safe, unsafe
from varmigrate.torch_facts.constructors import TENSOR_TYPES
from varmigrate.torch_facts.factories import FACTORIES
from varmigrate.torch_facts.renamed import BOOL_METHODS, CASTS, MASK_FUNCTIONS, MASK_METHODS

_READING = frozenset({"sum", "any", "all", "nonzero"})
# Methods whose result is of the same dtype.
_SHAPING = frozenset(
    "clone contiguous cpu cuda detach expand expand_as repeat squeeze t transpose unsqueeze view "
    "view_as".split()
)
_BYTES = "torch.uint8"
_OF_BYTES = re.compile(r"\bbyte\(|ByteTensor|uint8")
_COUNTED = "the result is only used as a mask"
_DEEPEST = 8


class Masks(Rule):
    """Arithmetic on masks, and masks of bytes."""

    code = "VM512"
    name = "masks"
    triggers = (b"1 - ", b"1-", b"masked_", b"byte(", b"ByteTensor", b"uint8")
    valid = (
        "import torch\nx.masked_fill_(~(y > 0), 0)\n",
        "import torch\nn = 1 - (a > b)  # numbers, for all that is seen\n",
        "import torch\nx.masked_fill_(y > 0, 0)\n",
        "import torch\nz = mask.byte() * 2\n",
        "import torch\nz = items[mask.byte()]  # perhaps an array\n",
    )
    invalid = (
        Invalid(
            "import torch\nx.masked_fill_(1 - (y > 0), 0)\n",
            "import torch\nx.masked_fill_(~(y > 0), 0)\n",
        ),
        Invalid(
            "import torch\nz = (1 - (y == 0)).float()\n",
            "import torch\nz = (~(y == 0)).float()\n",
        ),
        Invalid(
            "import torch\nz = x.masked_select(mask.byte())\n",
            "import torch\nz = x.masked_select(mask.byte() != 0)\n",
        ),
        Invalid(
            "import torch\nx = torch.ones(3)\nx[torch.ByteTensor([1, 0, 1])] = 0\n",
            "import torch\nx = torch.ones(3)\nx[torch.ByteTensor([1, 0, 1]) != 0] = 0\n",
        ),
        Invalid(
            "import torch\nz = keep(1 - (torch.ones(3) > 0))\n",
            "import torch\nz = keep(~(torch.ones(3) > 0))\n",
            unsafe=True,
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        for node in analysis.scopes.all(cst.BinaryOperation):
            if isinstance(node.operator, cst.Subtract) and _is_one(node.left):
                yield from self._inverted(analysis, node)
        if _OF_BYTES.search(analysis.text) is None:
            return
        for call in analysis.scopes.all(cst.Call):
            mask = _mask_of(analysis, call)
            if mask is not None and _is_bytes(analysis, mask):
                message = "a mask must be of torch.bool; torch.uint8 raises"
                yield from self._bytes(analysis, mask, message)
        for item in analysis.scopes.all(cst.Subscript):
            yield from self._index(analysis, item)

    def _inverted(self, analysis: FileAnalysis, node: cst.BinaryOperation) -> Iterator[Proposal]:
        right = node.right
        if not _compares(analysis, right) or guarded(analysis, node, "~"):
            return
        use, proves = _use(analysis, node, _DEEPEST)
        if not proves and analysis.facts.of(right).kind is not Kind.TENSOR:
            return
        start, _ = inner_span(analysis.tree, node)
        if comments(analysis.text[start : analysis.tree.start(right)]):
            return
        edits = (Edit(start, analysis.tree.start(right), "~"),)
        message = "a bool tensor cannot be subtracted; this raises"
        title = "write `~`"
        fix = safe(title, edits) if use else unsafe(title, edits, _COUNTED)
        yield Proposal(self.code, None, node, message, fix=fix)

    def _bytes(
        self, analysis: FileAnalysis, mask: cst.BaseExpression, message: str, doubt: str = ""
    ) -> Iterator[Proposal]:
        if guarded(analysis, mask, "bool"):
            return
        end = analysis.tree.end(mask)
        edits = (Edit(end, end, " != 0"),)
        title = "write `!= 0`"
        fix = unsafe(title, edits, doubt) if doubt else safe(title, edits)
        yield Proposal(self.code, None, mask, message, fix=fix)

    def _index(self, analysis: FileAnalysis, node: cst.Subscript) -> Iterator[Proposal]:
        for element in node.slice:
            if not isinstance(element.slice, cst.Index) or element.slice.star:
                continue
            index = element.slice.value
            if not isinstance(index, (cst.Call, cst.Name)) or not _is_bytes(analysis, index):
                continue
            kind = analysis.facts.of(node.value).kind
            if kind is Kind.TENSOR:
                message = "indexing with torch.uint8 is deprecated, and assigning raises"
                yield from self._bytes(analysis, index, message)


def _is_one(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Integer) and node.value == "1"


def _compares(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    """Whether an expression is a comparison, by operator, method or function."""
    if isinstance(node, cst.Comparison):
        kinds = (cst.Is, cst.IsNot, cst.In, cst.NotIn)
        return len(node.comparisons) == 1 and not isinstance(node.comparisons[0].operator, kinds)
    if not isinstance(node, cst.Call):
        return False
    last = getattr(node.func, "attr", node.func)
    if not isinstance(last, cst.Name) or last.value not in BOOL_METHODS:
        return False
    origin = analysis.names.origin(node.func)
    if origin:
        return origin == f"torch.{last.value}"
    return isinstance(node.func, cst.Attribute) and not defines(analysis, last.value)


def _use(analysis: FileAnalysis, node: cst.BaseExpression, depth: int) -> tuple[bool, bool]:
    """(is all that is done with a mask fine with bool, does it prove that it is a tensor)."""
    parent = analysis.tree.parent(node)
    if isinstance(parent, cst.Attribute):
        call = analysis.tree.parent(parent)
        called = isinstance(call, cst.Call) and call.func is parent
        name = parent.attr.value
        if not called or defines(analysis, name):
            return False, False
        return name in CASTS or (name in _READING), name in CASTS
    if isinstance(parent, cst.Arg):
        call = analysis.tree.parent(parent)
        fits = isinstance(call, cst.Call) and _mask_of(analysis, call) is node
        return fits, fits
    if isinstance(parent, cst.Index):
        element = analysis.tree.parent(parent)
        item = None if element is None else analysis.tree.parent(element)
        fits = isinstance(item, cst.Subscript) and (
            analysis.facts.of(item.value).kind is Kind.TENSOR
        )
        return fits, False
    if isinstance(parent, cst.Assign) and depth > 0 and len(parent.targets) == 1:
        return _uses_of_name(analysis, parent, depth)
    return False, False


def _uses_of_name(analysis: FileAnalysis, statement: cst.Assign, depth: int) -> tuple[bool, bool]:
    target = statement.targets[0].target
    if not isinstance(target, cst.Name):
        return False, False
    scope = analysis.scopes.scope_at(statement)
    seen = scope is not analysis.scopes.module or analysis.flow.private(target.value)
    if scope.kind is ScopeKind.CLASS or not seen:
        return False, False
    found = []
    for load in analysis.scopes.loads.get(target.value, ()):
        if analysis.names.owner(target.value, load.scope) is not scope:
            continue
        definitions = analysis.flow.definitions(load.node)
        if not definitions or any(binding.node is not target for binding in definitions):
            if definitions and all(binding.node is not target for binding in definitions):
                continue
            return False, False
        found.append(_use(analysis, load.node, depth - 1))
    return bool(found) and all(fine for fine, _ in found), any(proves for _, proves in found)


def _mask_of(analysis: FileAnalysis, call: cst.Call) -> cst.BaseExpression | None:
    """The argument of a call that is a mask."""
    last = getattr(call.func, "attr", call.func)
    if not isinstance(last, cst.Name) or last.value not in MASK_METHODS:
        return None
    place = 0
    origin = analysis.names.origin(call.func)
    if origin:
        if origin not in MASK_FUNCTIONS:
            return None
        place = MASK_FUNCTIONS[origin]
    elif not isinstance(call.func, cst.Attribute) or defines(analysis, last.value):
        return None
    for index, argument in enumerate(call.args):
        if argument.star:
            return None
        name = argument.keyword.value if argument.keyword is not None else ""
        if name == MASK_METHODS[last.value] or (not name and index == place):
            return argument.value
    return None


def _is_bytes(analysis: FileAnalysis, node: cst.BaseExpression, depth: int = _DEEPEST) -> bool:
    """Whether an expression is surely a tensor of torch.uint8."""
    if depth == 0:
        return False
    if isinstance(node, cst.Name):
        definitions = analysis.flow.definitions(node)
        made = [analysis.flow.made(binding) for binding in definitions or ()]
        return bool(made) and all(
            value is not None and _is_bytes(analysis, value, depth - 1) for value in made
        )
    if isinstance(node, cst.BinaryOperation):
        arithmetic = isinstance(node.operator, (cst.Subtract, cst.Multiply, cst.Add))
        return (
            arithmetic
            and isinstance(node.left, cst.Integer)
            and _is_bytes(analysis, node.right, depth - 1)
        )
    if not isinstance(node, cst.Call):
        return False
    origin = analysis.names.origin(node.func)
    if origin == VARIABLE:
        return bool(node.args) and _is_bytes(analysis, node.args[0].value, depth - 1)
    if origin:
        return TENSOR_TYPES.get(origin) == _BYTES or (
            origin in FACTORIES and _dtype(analysis, node) == _BYTES
        )
    if not isinstance(node.func, cst.Attribute) or defines(analysis, node.func.attr.value):
        return False
    name = node.func.attr.value
    if name == "byte" and not node.args:
        return True
    return name in _SHAPING and _is_bytes(analysis, node.func.value, depth - 1)


def _dtype(analysis: FileAnalysis, call: cst.Call) -> str:
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value == "dtype":
            return analysis.names.origin(argument.value)
    return ""
