"""`.data` that is only read: `x.data`.

What it does: finds `.data` of tensors where the value is used up at once: by a method, a function,
an operator or a comparison that makes something new of it, by `print`, as an array.

Why: `.detach()` says the same, and autograd notices what is changed through it.

Example:

    print(output.data.sum())
    correct = (output.data.max(1)[1] == target.data).sum()

Use instead:

    print(output.detach().sum())
    correct = (output.max(1)[1] == target.detach()).sum()

Fix safety: safe where the value is used up where it stands, so that nothing can be changed in place
through it, and what is made of it is no part of a graph, so that autograd keeps nothing of it. What
never has history (indices, sizes, `.new(...)`) needs neither. Elsewhere `.data` and `.detach()`
differ when one of the names is changed in place (an optimiser's step does that, too) while autograd
still needs the value: through `.data` the gradient is silently wrong, through `.detach()` the
backward pass raises. There the fix is unsafe, and offered only to those who select VM302.

The rule speaks by default in files that used Variable, and there only of what it can prove; a file
that never did keeps its `.data`. The receiver has to be known as a tensor: a packed sequence, a
data set or an array has a `.data` of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.facts import GraphFact, Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.flow import step_of
from varmigrate.analysis.scalars import Scalars
from varmigrate.analysis.tree import statement_of
from varmigrate.model import Edit
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Invalid, Proposal, Rule, safe, unsafe
from varmigrate.torch_facts.functions import FUNCTIONS, NON_TENSOR_FUNCTIONS, TUPLE_FUNCTIONS
from varmigrate.torch_facts.kinds import Identity
from varmigrate.torch_facts.methods import METHODS, TUPLE_METHODS
from varmigrate.torch_facts.values import NEW_METHODS

_READING_METHODS = frozenset(
    "allclose dim element_size equal is_contiguous is_same_size item ndimension nelement numel "
    "numpy size storage_offset stride tolist".split()
)
_READING_ATTRIBUTES = frozenset("device dtype is_cuda itemsize layout nbytes ndim shape".split())
# The same for a tensor with history and for one without.
_WITHOUT_HISTORY = _READING_METHODS - {"numpy", "equal", "allclose"} | _READING_ATTRIBUTES
_READING_BUILTINS = frozenset("abs bool float int len print repr round str".split())
# What is below one of these need not be evaluated where it stands.
_NOT_ALWAYS = (cst.IfExp, cst.BooleanOperation, cst.Lambda, cst.BaseComp, cst.Comparison)
_COPYING = frozenset({"numpy.array", "numpy.asarray"})
_TITLE = "use .detach()"
_ASSUMPTION = (
    "neither tensor is changed in place (by an optimiser either) while autograd needs the value"
)


class DataRead(Rule):
    """`.data` where it is read."""

    code = "VM302"
    name = "data-read"
    triggers = (b".data",)
    select = ("VM302",)
    valid = (
        "import torch\nx = torch.ones(2)\nprint(x.detach().sum())\n",
        "import torch\nprint(dataset.data)  # not known to be a tensor\n",
        "from torch.nn.utils.rnn import pack_sequence\npacked = pack_sequence(xs)\n"
        "print(packed.data.sum())\n",
        "import torch\nx = torch.ones(2)\nx.data.fill_(0)\n",
    )
    invalid = (
        Invalid(
            "import torch\nx = torch.ones(2, requires_grad=True)\nprint(x.data.sum())\n",
            "import torch\nx = torch.ones(2, requires_grad=True)\nprint(x.detach().sum())\n",
        ),
        Invalid(
            "import torch\nx = torch.ones(2, 2) * w\nbest = x.data.max(1)[1]\n",
            "import torch\nx = torch.ones(2, 2) * w\nbest = x.max(1)[1]\n",
        ),
        Invalid(
            "import torch\nx = torch.ones(2, requires_grad=True)\nkept = x.data\n",
            "import torch\nx = torch.ones(2, requires_grad=True)\nkept = x.detach()\n",
            unsafe=True,
        ),
    )

    def on(self, analysis: FileAnalysis) -> bool:
        return analysis.legacy

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        scalars = Scalars(analysis)
        for node in analysis.scopes.all(cst.Attribute):
            if node.attr.value != "data" or analysis.facts.attributes.written(node):
                continue
            if analysis.names.origin(node) or not _is_tensor(analysis, scalars, node.value):
                continue
            parent = analysis.tree.parent(node)
            index = isinstance(parent, cst.Subscript) and step_of(parent) == 0
            if index and scalars.is_scalar(node.value):
                # Its number is meant, see VM301.
                continue
            use = _use(analysis, node)
            edit = _edit(analysis, node, "" if use == "none" else ".detach()")
            if edit is None or use == "write":
                continue
            message = "`.data` hides from autograd what `.detach()` does not"
            if use == "kept":
                fix = unsafe(_TITLE, (edit,), _ASSUMPTION)
                yield Proposal(self.code, None, node, message, fix=fix, quiet=True)
                continue
            title = "take .data away" if use == "none" else _TITLE
            yield Proposal(self.code, None, node, message, fix=safe(title, (edit,)))


def _is_tensor(analysis: FileAnalysis, scalars: Scalars, node: cst.BaseExpression) -> bool:
    """Whether a value is a tensor: by the facts, or because a loss was made of it before."""
    kind = analysis.facts.of(node).kind
    if kind is not Kind.UNKNOWN or not isinstance(node, cst.Name):
        return kind is Kind.TENSOR
    here, definitions = analysis.names.load(node), analysis.flow.definitions(node)
    if here is None or not definitions or not analysis.flow.in_step(node):
        return False
    bound = analysis.names.owner(node.value, here.scope).bindings[node.value]
    for load in analysis.scopes.loads_in.get((id(here.scope), node.value), ()):
        if load.order >= here.order:
            return False
        argument = analysis.tree.parent(load.node)
        call = None if argument is None else analysis.tree.parent(argument)
        if (
            isinstance(argument, cst.Arg)
            and isinstance(call, cst.Call)
            and call.args[0] is argument
            and not argument.star
            and analysis.flow.definitions(load.node) == definitions
            and not any(load.order < binding.order < here.order for binding in bound)
            and _always_before(analysis, call, node)
            and scalars.is_loss(call)
        ):
            return True
    return False


def _always_before(analysis: FileAnalysis, call: cst.Call, node: cst.Name) -> bool:
    """Whether a call has surely been made when `node` is read: in a block around it, above it."""
    tree = analysis.tree
    statement = statement_of(tree, call)
    current: cst.CSTNode | None = tree.parent(call)
    while current is not None and current is not statement:
        if isinstance(current, _NOT_ALWAYS):
            return False
        current = tree.parent(current)
    line = tree.parent(statement)
    if not isinstance(line, cst.SimpleStatementLine):
        return False
    block = tree.parent(line)
    below: cst.CSTNode | None = statement_of(tree, node)
    if below is statement:
        return False
    while below is not None and not isinstance(below, (cst.FunctionDef, cst.Lambda)):
        if tree.parent(below) is block:
            return True
        below = tree.parent(below)
    return False


def _use(analysis: FileAnalysis, data: cst.Attribute) -> str:
    """What becomes of `x.data`.

    "none": what is made of it is the same without `.data`. "read": it is used up where it stands,
    and what is made of it has no history. "write": it is changed in place, or its shape is. "kept":
    anything else.
    """
    tree = analysis.tree
    node: cst.BaseExpression = data
    while True:
        parent = tree.parent(node)
        direct = node is data
        if isinstance(parent, cst.Attribute):
            name = parent.attr.value
            call = tree.parent(parent)
            if not isinstance(call, cst.Call) or call.func is not parent:
                if name in _READING_ATTRIBUTES:
                    return "none"
                if name != "T":
                    return "kept"
                node = parent
                continue
            use = _of_method(analysis, call, name, data, direct)
            if use:
                return use
            node = call
        elif isinstance(parent, cst.Subscript) and parent.value is node:
            if analysis.facts.attributes.written(parent):  # type: ignore[arg-type]
                return "write"
            node = parent
        elif isinstance(parent, cst.Arg):
            return _of_argument(analysis, parent, data)
        elif isinstance(parent, cst.AugAssign) and parent.target is node:
            return "write"
        elif isinstance(parent, (cst.BinaryOperation, cst.UnaryOperation)):
            return "read" if _is_free(analysis, parent, data) else "kept"
        elif isinstance(parent, (cst.Comparison, cst.ComparisonTarget)):
            whole = tree.parent(parent) if isinstance(parent, cst.ComparisonTarget) else parent
            plain = isinstance(whole, cst.Comparison) and _is_free(analysis, whole, data)
            return "read" if plain else "kept"
        elif isinstance(parent, cst.FormattedStringExpression):
            return "read"
        else:
            return "kept"


def _of_method(
    analysis: FileAnalysis, call: cst.Call, name: str, data: cst.Attribute, direct: bool
) -> str:
    """What a method does with `.data`; empty where it hands on the same memory.

    direct: nothing stands between `.data` and the method.
    """
    if name in _READING_METHODS:
        return "none" if direct and name in _WITHOUT_HISTORY else "read"
    if name in NEW_METHODS:
        return "none" if direct and _is_free(analysis, call, data) else "kept"
    if name.endswith("_") and not name.endswith("__"):
        return "write"
    several = TUPLE_METHODS.get(name)
    if several is not None and several.identity is Identity.NEW:
        element = analysis.tree.parent(call)
        if isinstance(element, cst.Subscript) and element.value is call:
            if direct and step_of(element) in several.free:
                # Indices have no history, whatever they are indices into.
                return "none"
            return "read" if _is_free(analysis, call, data) else "kept"
    method = METHODS.get(name)
    if method is None:
        return "kept"
    if method.identity is Identity.NEW:
        return "read" if _is_free(analysis, call, data) else "kept"
    if any(argument.star or argument.keyword is not None for argument in call.args):
        return "kept"
    return ""


def _of_argument(analysis: FileAnalysis, argument: cst.Arg, data: cst.Attribute) -> str:
    call = analysis.tree.parent(argument)
    if not isinstance(call, cst.Call) or argument.star:
        return "kept"
    if argument.keyword is not None and argument.keyword.value == "out":
        return "write"
    func = call.func
    if isinstance(func, cst.Name) and func.value in _READING_BUILTINS:
        return "read" if analysis.names.is_builtin(func) else "kept"
    origin = analysis.names.origin(func)
    if origin in NON_TENSOR_FUNCTIONS or origin in _COPYING:
        return "read"
    row = FUNCTIONS.get(origin)
    if row is not None and row.identity is Identity.NEW:
        return "read" if _is_free(analysis, call, data) else "kept"
    several = TUPLE_FUNCTIONS.get(origin)
    if several is not None and several.identity is Identity.NEW:
        return "read" if _is_free(analysis, call, data) else "kept"
    if isinstance(func, cst.Attribute) and not origin:
        if func.attr.value == "format" and isinstance(func.value, cst.BaseString):
            return "read"
        method = METHODS.get(func.attr.value)
        if (
            method is not None
            and method.identity is Identity.NEW
            and analysis.facts.of(func.value).kind is Kind.TENSOR
        ):
            return "read" if _is_free(analysis, call, data) else "kept"
    return "kept"


def _is_free(analysis: FileAnalysis, node: cst.BaseExpression, data: cst.Attribute) -> bool:
    """Whether a result has no history, so that autograd keeps none of the operands.

    data: the `.data` it is made of, which is a tensor without history.
    """
    fact = analysis.facts.of(node)
    if fact.kind is Kind.TENSOR and fact.graph is GraphFact.FREE:
        return True
    if node is data:
        return True
    if isinstance(node, cst.BinaryOperation):
        sides = (node.left, node.right)
        return all(_is_harmless(analysis, side, data) for side in sides)
    if isinstance(node, cst.UnaryOperation):
        return _is_free(analysis, node.expression, data)
    if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
        plain = not isinstance(node.comparisons[0].operator, (cst.Is, cst.IsNot, cst.In, cst.NotIn))
        sides = (node.left, node.comparisons[0].comparator)
        return plain and all(_is_harmless(analysis, side, data) for side in sides)
    if isinstance(node, cst.Subscript):
        return _is_free(analysis, node.value, data)
    if isinstance(node, cst.Call):
        values = [argument.value for argument in node.args]
        if any(argument.star for argument in node.args):
            return False
        origin = analysis.names.origin(node.func)
        if origin:
            known = origin in FUNCTIONS or origin in TUPLE_FUNCTIONS
        elif isinstance(node.func, cst.Attribute):
            name = node.func.attr.value
            known = name in METHODS or name in TUPLE_METHODS
            values.append(node.func.value)
        else:
            return False
        return known and all(_is_harmless(analysis, value, data) for value in values)
    return False


def _is_harmless(analysis: FileAnalysis, node: cst.BaseExpression, data: cst.Attribute) -> bool:
    """Whether an operand cannot give a result a history."""
    return analysis.facts.of(node).harmless_operand or _is_free(analysis, node, data)


def _edit(analysis: FileAnalysis, node: cst.Attribute, text: str) -> Edit | None:
    start, end = analysis.tree.end(node.value), analysis.tree.end(node.attr)
    return None if comments(analysis.text[start:end]) else Edit(start, end, text)
