"""The attribute `volatile` of a tensor, written or read.

What it does: finds `x.volatile = True`, `x.volatile = False` and reads of `x.volatile`, where `x`
is a tensor. An attribute of that name on something else (`self.volatile`, `opt.volatile`) is not
meant.

Why: writing it only warns, reading it always gives False. Before PyTorch 0.4 `= False` meant
"differentiate from here on", and a read asked whether the graph was off.

Example:

    next_q = target(Variable(states, volatile=True))
    next_q.volatile = False

Use instead:

    with torch.no_grad():
        next_q = target(states)

Fix safety: safe where the value provably has no history: the statement goes (the region comes from
the call that made it volatile). Unsafe where it may have one: `= False` becomes `x = x.detach()`,
which is what the author wanted and not what the program does today. A test such as
`if not x.volatile` becomes `if torch.is_grad_enabled()`, which is unsafe as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import BindingKind, dotted_name
from varmigrate.analysis.tree import statement_of
from varmigrate.analysis.uses import RoleKind
from varmigrate.analysis.volatile import covered
from varmigrate.model import Edit
from varmigrate.rewrite.imports import remove_statement
from varmigrate.rules.base import Invalid, Proposal, Rule, safe, unsafe
from varmigrate.rules.region_plans import has_sources
from varmigrate.rules.volatile_fix import is_bound, used_as_tensor
from varmigrate.torch_facts.functions import FUNCTIONS
from varmigrate.torch_facts.losses import LOSS_FUNCTIONS
from varmigrate.torch_facts.methods import METHODS, TUPLE_METHODS


class VolatileAttribute(Rule):
    """Writes and reads of `.volatile`."""

    code = "VM401"
    name = "volatile-attribute"
    triggers = (b"volatile",)
    valid = (
        "import torch\n\n\nclass Fold:\n    def __init__(self, volatile):\n"
        "        self.volatile = volatile\n",
        "import torch\n\nopt.volatile = True\n",
        "import torch\n\nif args.volatile:\n    print(1)\n",
    )
    invalid = (
        Invalid(
            "import torch\n\nx = torch.zeros(3)\nx.volatile = False\ny = x * 2\n",
            "import torch\n\nx = torch.zeros(3)\ny = x * 2\n",
        ),
        Invalid(
            "import torch\n\n\ndef f(x, net):\n    y = net(x.cuda().view(-1))\n"
            "    y.volatile = False\n    return y.size(), y.view(-1)\n",
            "import torch\n\n\ndef f(x, net):\n    y = net(x.cuda().view(-1))\n"
            "    y = y.detach()\n    return y.size(), y.view(-1)\n",
            unsafe=True,
        ),
        Invalid(
            "import torch\n\n\ndef f(x):\n    if not x.volatile:\n"
            "        return x.view(-1), x.size()\n",
            "import torch\n\n\ndef f(x):\n    if torch.is_grad_enabled():\n"
            "        return x.view(-1), x.size()\n",
            unsafe=True,
        ),
        Invalid(
            "import torch\n\n\ndef f(net, x):\n    with torch.no_grad():\n        y = net(x)\n"
            "        y.volatile = True\n        return net(y)\n",
            "import torch\n\n\ndef f(net, x):\n    with torch.no_grad():\n        y = net(x)\n"
            "        return net(y)\n",
        ),
        Invalid("import torch\n\n\ndef f(x):\n    g(x.view(-1), x.size(), x.volatile)\n"),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        for node in analysis.scopes.all(cst.Attribute):
            if node.attr.value != "volatile" or not _of_tensor(analysis, node.value):
                continue
            above = analysis.tree.parent(node)
            if isinstance(above, cst.AssignTarget):
                yield _written(analysis, node)
            elif not _is_flag(analysis, node):
                yield _read(analysis, node)


def _of_tensor(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Name) and node.value in ("self", "cls"):
        return False
    if analysis.facts.of(node).kind is Kind.TENSOR or used_as_tensor(analysis, node):
        return True
    definitions = analysis.flow.definitions(node) if isinstance(node, cst.Name) else None
    made = [analysis.flow.made(binding) for binding in definitions or ()]
    return bool(made) and all(value is not None and _computed(analysis, value) for value in made)


def _computed(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    """Whether an expression is what a model, a loss or a method of tensors gives."""
    while isinstance(node, cst.Subscript):
        node = node.value
    if isinstance(node, cst.BinaryOperation):
        return _computed(analysis, node.left) or _computed(analysis, node.right)
    if not isinstance(node, cst.Call):
        return False
    origin = analysis.names.origin(node.func)
    if origin:
        return origin in FUNCTIONS or origin in LOSS_FUNCTIONS
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in {*METHODS, *TUPLE_METHODS}:
        return True
    kinds = (RoleKind.MODULE, RoleKind.LOSS, RoleKind.RNN)
    return analysis.uses.role(node.func).kind in kinds


def _is_flag(analysis: FileAnalysis, node: cst.Attribute) -> bool:
    """Whether it is the flag of a call of Variable, which is another rule's."""
    argument = analysis.tree.parent(node)
    call = None if argument is None else analysis.tree.parent(argument)
    site = analysis.calls.get(id(call))
    return site is not None and site.shape.volatile.expression is node


def _written(analysis: FileAnalysis, node: cst.Attribute) -> Proposal:
    tree = analysis.tree
    statement = statement_of(tree, node)
    shown = tree.code(node)
    proposal = Proposal(
        code=VolatileAttribute.code,
        site=None,
        node=statement,
        message=f"setting `{shown}` does nothing since PyTorch 0.4",
        advice="delete it once the value is computed under `torch.no_grad()`",
    )
    if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
        return proposal
    value = statement.value
    switch = value.value if isinstance(value, cst.Name) else ""
    plain = isinstance(node.value, cst.Name) or dotted_name(node.value)
    free = analysis.facts.of(node.value).free or _computed_without_graph(analysis, node.value)
    bound = not isinstance(node.value, cst.Name) or is_bound(analysis, node.value)
    if plain and free and bound and switch in ("True", "False"):
        proposal.fix = safe("delete the statement", remove_statement(tree, statement))
        proposal.evidence = (f"`{tree.code(node.value)}` has no history",)
        proposal.deletes = statement
    elif has_sources(analysis, node):
        # The region of the volatile call comes first; then it can be told what has no history.
        proposal.evidence = ("a volatile call in the same function decides first",)
    elif switch == "False" and _local(analysis, node.value):
        name = tree.code(node.value)
        assumption = f"`{name}` was not to be differentiated"
        edit = Edit(tree.start(statement), tree.end(statement), f"{name} = {name}.detach()")
        proposal.fix = unsafe("detach it", (edit,), assumption)
    elif switch == "True":
        proposal.advice = (
            "put everything that depends on it from here on under `with torch.no_grad():`"
        )
    return proposal


def _computed_without_graph(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    """Whether every value a name may hold is computed under `torch.no_grad()`, to be seen there."""
    definitions = analysis.flow.definitions(node) if isinstance(node, cst.Name) else None
    made = [analysis.flow.made(binding) for binding in definitions or ()]
    return bool(made) and all(
        isinstance(value, cst.Call) and covered(analysis, value, modes=frozenset({"torch.no_grad"}))
        for value in made
    )


def _local(analysis: FileAnalysis, node: cst.BaseExpression) -> bool:
    """Whether the name can be bound anew where it is read."""
    if not isinstance(node, cst.Name):
        return False
    load = analysis.names.load(node)
    definitions = analysis.flow.definitions(node)
    return (
        load is not None
        and definitions is not None
        and all(
            binding.scope is load.scope
            and binding.kind in (BindingKind.ASSIGN, BindingKind.PARAMETER, BindingKind.LOOP)
            for binding in definitions
        )
    )


def _read(analysis: FileAnalysis, node: cst.Attribute) -> Proposal:
    tree = analysis.tree
    shown = tree.code(node)
    proposal = Proposal(
        code=VolatileAttribute.code,
        site=None,
        node=node,
        message=f"`{shown}` is False for every tensor since PyTorch 0.4",
        advice="ask `torch.is_grad_enabled()` instead, if that is what was meant",
    )
    above = tree.parent(node)
    negated = isinstance(above, cst.UnaryOperation) and isinstance(above.operator, cst.Not)
    asked: cst.CSTNode = above if negated and above is not None else node
    test = tree.parent(asked)
    if not isinstance(test, (cst.If, cst.While, cst.IfExp, cst.Assert)):
        return proposal
    if getattr(test, "test", None) is not asked:
        return proposal
    load = analysis.names.load(node.value) if isinstance(node.value, cst.Name) else None
    if load is None or not analysis.names.certainly("torch", "torch", load.scope, load.order):
        return proposal
    text = "torch.is_grad_enabled()" if negated else "not torch.is_grad_enabled()"
    edit = Edit(tree.start(asked), tree.end(asked), text)
    assumption = f"`{tree.code(node.value)}` was volatile exactly where recording is off now"
    proposal.fix = unsafe("ask for the gradient mode", (edit,), assumption)
    return proposal
