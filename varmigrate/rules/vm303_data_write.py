"""A change in place through `.data`: `p.data.add_(-lr, p.grad.data)`.

What it does: finds statements that change a tensor in place through its `.data`: by a method, by an
operator (`p.data -= step`), or part of it (`p.data[0] = 0`).

Why: autograd does not notice such a change. Where it still needs the old value, the gradient is
silently wrong. Under `torch.no_grad()` the change is as free of history, and it is noticed.

Example:

    for p in model.parameters():
        p.data.add_(-lr, p.grad.data)
    self.weight.data.uniform_(-r, r)

Use instead:

    for p in model.parameters():
        with torch.no_grad():
            p.add_(p.grad, alpha=-lr)
    nn.init.uniform_(self.weight, -r, r)

Fix safety: safe for a parameter, layer or tensor that was made a few statements before in the same
block, and not used since: no graph can hold it. Otherwise unsafe: where a graph is alive that needs
the old value, the backward pass raises after the fix. The initialisers of `nn.init` are a matter of
style, and offered as unsafe fixes alone. Statements whose result is used are left, and so is what
changes the shape (`.data.resize_()`).

The rule is off unless it is selected (`--select VM303`, or `data`): the old form still does what it
did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.facts import GraphFact, Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import ScopeKind
from varmigrate.analysis.tensors import defines, is_pure
from varmigrate.analysis.tree import statement_of
from varmigrate.model import Edit
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Invalid, Proposal, Rewrite, Rule, safe, unsafe
from varmigrate.rules.in_place import (
    ASSUMPTION,
    NO_PLACE,
    Write,
    is_parameter,
    is_paused,
    is_tensor,
    only_tensors_have,
    regions,
    shown,
    spelled,
    without_data,
)
from varmigrate.torch_facts.constructors import SPARSE_TENSOR_TYPES, TENSOR_TYPES
from varmigrate.torch_facts.factories import FACTORIES
from varmigrate.torch_facts.kinds import Identity
from varmigrate.torch_facts.methods import RESHAPE_IN_PLACE_METHODS

_OPERATORS: dict[type, str] = {
    cst.AddAssign: "add_",
    cst.SubtractAssign: "sub_",
    cst.MultiplyAssign: "mul_",
    cst.DivideAssign: "div_",
}
# Name of a method -> the initialiser that does the same, and how many arguments it may be given.
_INITIALISERS = {
    "uniform_": ("uniform_", (0, 2)),
    "normal_": ("normal_", (0, 1, 2)),
    "fill_": ("constant_", (1,)),
    "zero_": ("zeros_", (0,)),
}
_LAYER = re.compile(
    r"torch\.nn\.(?:Linear|Bilinear|Conv(?:Transpose)?[123]d|BatchNorm[123]d|LayerNorm|GroupNorm|"
    r"Embedding|LSTM|GRU|RNN|LSTMCell|GRUCell|RNNCell)\Z"
)
_PARAMETERS = ("torch.nn.Parameter", "torch.nn.parameter.Parameter")
_TITLE = "change it under torch.no_grad()"


class DataWrite(Rule):
    """Statements that change a tensor in place through `.data`."""

    code = "VM303"
    name = "data-write"
    triggers = (b".data",)
    select = ("VM303",)
    valid = (
        "import torch\nwith torch.no_grad():\n    p.add_(1)\n",
        "import torch\nold = p.data.add_(1)  # the result is used\n",
        "import torch\nreal.data.resize_(3)  # another shape\n",
        "import numpy\nmatrix.data[0] = 1  # no tensor\n",
    )
    invalid = (
        Invalid(
            "import torch\n\n\ndef step(model, lr):\n    for p in model.parameters():\n"
            "        p.data.add_(p.grad.data, alpha=-lr)\n",
            "import torch\n\n\ndef step(model, lr):\n    for p in model.parameters():\n"
            "        with torch.no_grad():\n            p.add_(p.grad, alpha=-lr)\n",
            unsafe=True,
        ),
        Invalid(
            "import torch\nfrom torch import nn\nfc = nn.Linear(2, 2)\nfc.weight.data.mul_(2)\n",
            "import torch\nfrom torch import nn\nfc = nn.Linear(2, 2)\n"
            "with torch.no_grad():\n    fc.weight.mul_(2)\n",
        ),
        Invalid(
            "from torch import nn\n\n\ndef reset(m, r):\n    m.weight.data.uniform_(-r, r)\n",
            "from torch import nn\n\n\ndef reset(m, r):\n    nn.init.uniform_(m.weight, -r, r)\n",
            unsafe=True,
        ),
    )

    def on(self, analysis: FileAnalysis) -> bool:
        return False

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        writes = list(_writes(analysis))
        lines = {id(analysis.tree.parent(write.statement)) for write in writes}
        for write in writes:
            write.fresh = _is_fresh(analysis, write, lines)
        # A region without gradient is not put around these while others still have to be made.
        waiting = "volatile" in analysis.text
        plain = [w for w in writes if not is_paused(analysis, w.statement)]
        wrapped = [w for w in plain if w.fresh or _initialised(analysis, w) is None]
        places = regions(analysis, wrapped)
        for write in writes:
            message = "autograd does not notice a change through `.data`"
            proposal = Proposal(self.code, None, write.statement, message)
            assumption = ASSUMPTION.format(shown(analysis, write.tensor))
            initialised = _initialised(analysis, write)
            if all(write is not other for other in plain):
                proposal.fix = unsafe("leave .data out", write.all_edits(analysis), assumption)
            elif initialised is not None and not write.fresh:
                proposal.fix = unsafe("initialise it with nn.init", initialised, assumption)
            else:
                place = places[id(write.statement)]
                if initialised is not None and place is None:
                    proposal.fix = unsafe("initialise it with nn.init", initialised, assumption)
                elif place is None or waiting:
                    proposal.advice = NO_PLACE
                elif write.fresh:
                    proposal.fix = safe(_TITLE, (*place, *write.all_edits(analysis)))
                    proposal.alone = True
                else:
                    proposal.fix = unsafe(_TITLE, (*place, *write.all_edits(analysis)), assumption)
                    proposal.alone = True
                if initialised is not None and proposal.fix is not None:
                    fix = unsafe("initialise it with nn.init", initialised, assumption)
                    proposal.bolder = Rewrite(fix)
            yield proposal


def _writes(analysis: FileAnalysis) -> Iterator[Write]:
    """The statements of a file that change something in place through `.data`."""
    seen: set[int] = set()
    for node in analysis.scopes.all(cst.Attribute):
        if node.attr.value != "data" or analysis.names.origin(node):
            continue
        statement = statement_of(analysis.tree, node)
        if not isinstance(statement, cst.BaseSmallStatement) or id(statement) in seen:
            continue
        write = _of_statement(analysis, node, statement)
        if write is not None:
            seen.add(id(statement))
            yield write


def _of_statement(
    analysis: FileAnalysis, node: cst.Attribute, statement: cst.BaseSmallStatement
) -> Write | None:
    plain = without_data(analysis, node)
    if plain is None:
        return None
    if isinstance(statement, cst.Expr):
        return _by_method(analysis, node, statement, plain)
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
        target = statement.targets[0].target
    elif isinstance(statement, cst.AugAssign):
        target = statement.target
    else:
        return None
    if target is node and isinstance(statement, cst.AugAssign):
        return _by_operator(analysis, node, statement)
    if not isinstance(target, cst.Subscript) or target.value is not node:
        return None
    if not is_tensor(analysis, node.value):
        return None
    return Write(node, node.value, statement, plain, (statement.value,))


def _by_method(
    analysis: FileAnalysis, node: cst.Attribute, statement: cst.Expr, plain: tuple[Edit, ...]
) -> Write | None:
    """`x.data.add_(y)`, `x.data[0].mul_(2).add_(y)`: methods in place, one behind the other."""
    current: cst.BaseExpression = node
    calls: list[tuple[str, cst.Call]] = []
    tree = analysis.tree
    while current is not statement.value:
        parent = tree.parent(current)
        if isinstance(parent, cst.Subscript) and parent.value is current and not calls:
            current = parent
            continue
        if not isinstance(parent, cst.Attribute):
            return None
        call = tree.parent(parent)
        if not isinstance(call, cst.Call) or call.func is not parent:
            return None
        name = parent.attr.value
        if name in RESHAPE_IN_PLACE_METHODS or not only_tensors_have(analysis, name):
            return None
        calls.append((name, call))
        current = call
    kind = analysis.facts.of(node.value).kind
    if not calls or kind not in (Kind.TENSOR, Kind.UNKNOWN):
        return None
    arguments = (argument.value for _, call in calls for argument in call.args if not argument.star)
    single = len(calls) == 1 and tree.parent(tree.parent(node) or node) is calls[0][1]
    method, call = calls[0] if single else ("", None)
    return Write(node, node.value, statement, plain, tuple(arguments), method, call)


def _by_operator(
    analysis: FileAnalysis, node: cst.Attribute, statement: cst.AugAssign
) -> Write | None:
    """`x.data += y` as `x.add_(y)`: an operator would bind the name `x` anew."""
    method = _OPERATORS.get(type(statement.operator))
    if method is None or not is_tensor(analysis, node.value):
        return None
    tree, value = analysis.tree, statement.value
    start, end = tree.end(node.value), tree.start(value)
    if comments(tree.text[start:end]) or isinstance(value, (cst.Tuple, cst.Yield)):
        return None
    edits = (
        Edit(start, end, f".{method}("),
        Edit(tree.end(value), tree.end(value), ")"),
    )
    return Write(node, node.value, statement, edits, (value,))


def _initialised(analysis: FileAnalysis, write: Write) -> tuple[Edit, ...] | None:
    """`nn.init.uniform_(w, -r, r)` for `w.data.uniform_(-r, r)`."""
    known = _INITIALISERS.get(write.method)
    if not is_parameter(analysis, write.tensor):
        return None
    if known is None or write.call is None or len(write.call.args) not in known[1]:
        return None
    arguments = write.call.args
    for argument in arguments:
        named = argument.keyword is not None and argument.keyword.value not in ("mean", "std")
        if argument.star or named:
            return None
    init = spelled(analysis, "torch.nn.init", write.statement)
    tree = analysis.tree
    start, end = tree.start(write.call), tree.end(write.call)
    tensor_end = tree.end(write.tensor)
    opened = tree.start(arguments[0]) if arguments else end - 1
    if init is None or write.call.lpar or comments(tree.text[start:end]):
        return None
    name = known[0]
    if name == "constant_" and tree.code(arguments[0].value) in ("1", "1.0", "1."):
        return (
            Edit(start, tree.start(write.tensor), f"{init}.ones_("),
            Edit(tensor_end, end, ")"),
        )
    return (
        Edit(start, tree.start(write.tensor), f"{init}.{name}("),
        Edit(tensor_end, opened, ", " if arguments else ""),
    )


def _is_fresh(analysis: FileAnalysis, write: Write, lines: set[int]) -> bool:
    """Whether a tensor was made above in the same block, and nothing else was done with it."""
    tree = analysis.tree
    line = tree.parent(write.statement)
    block = None if line is None else tree.parent(line)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return False
    if not isinstance(block, (cst.IndentedBlock, cst.Module)) or not _pure(analysis, write):
        return False
    own = tree.code(write.tensor)
    before = block.body[: next(i for i, item in enumerate(block.body) if item is line)]
    for item in reversed(before):
        if id(item) in lines:
            continue
        if not isinstance(item, cst.SimpleStatementLine) or len(item.body) != 1:
            return False
        small = item.body[0]
        if not isinstance(small, cst.Assign) or len(small.targets) != 1:
            return False
        target, value = small.targets[0].target, small.value
        if not isinstance(target, (cst.Name, cst.Attribute)):
            return False
        root = tree.code(target)
        if own == root or own.startswith(root + "."):
            if isinstance(target, cst.Attribute) and not _is_self(analysis, target):
                return False
            return _makes(analysis, value, own == root)
        made = isinstance(value, cst.Call) and (
            _LAYER.match(analysis.names.origin(value.func)) is not None
            or analysis.names.origin(value.func) in _PARAMETERS
        )
        mentioned = re.search(rf"(?<![\w.]){re.escape(own.split('.')[0])}(?!\w)", tree.code(value))
        if mentioned or not (made or is_pure(analysis, value)):
            return False
    return False


def _is_self(analysis: FileAnalysis, target: cst.Attribute) -> bool:
    """Whether an attribute is one of the instance itself, which no property answers for."""
    if analysis.facts.attributes.holder(target) is None or defines(analysis, "__setattr__"):
        return False
    return not any(
        scope.kind is ScopeKind.CLASS and target.attr.value in scope.bindings
        for scope in analysis.scopes.scope_of.values()
    )


def _pure(analysis: FileAnalysis, write: Write) -> bool:
    """Whether a statement does nothing but change the tensor."""
    statement = write.statement
    if isinstance(statement, cst.Expr):
        current: cst.BaseExpression = statement.value
        while isinstance(current, (cst.Call, cst.Attribute, cst.Subscript)):
            if isinstance(current, cst.Call):
                for argument in current.args:
                    if argument.star or not is_pure(analysis, argument.value):
                        return False
                current = current.func
            elif isinstance(current, cst.Subscript):
                if not is_pure(analysis, current):
                    return False
                current = current.value
            else:
                current = current.value
        return isinstance(current, cst.Name)
    if isinstance(statement, (cst.Assign, cst.AugAssign)):
        target = (
            statement.target
            if isinstance(statement, cst.AugAssign)
            else statement.targets[0].target
        )
        return is_pure(analysis, target) and is_pure(analysis, statement.value)
    return False


def _makes(analysis: FileAnalysis, value: cst.BaseExpression, itself: bool) -> bool:
    """Whether an expression makes a leaf (`itself`), or a layer with leaves of its own."""
    if not isinstance(value, cst.Call):
        return False
    origin = analysis.names.origin(value.func)
    if not itself:
        weights = any(a.keyword is not None and a.keyword.value == "_weight" for a in value.args)
        return _LAYER.match(origin) is not None and not weights and len(value.args) < 7
    if origin in _PARAMETERS:
        given = value.args[0].value if value.args and not value.args[0].star else None
        return (
            given is not None and analysis.facts.of(given).fresh and (analysis.facts.of(given).free)
        )
    if origin in SPARSE_TENSOR_TYPES:
        return False
    factory = FACTORIES.get(origin)
    new = factory is not None and factory.identity is Identity.NEW
    fact = analysis.facts.of(value)
    return (new or origin in TENSOR_TYPES) and fact.fresh and fact.graph is not GraphFact.UNKNOWN
