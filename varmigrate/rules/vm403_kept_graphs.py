"""A sum of losses that keeps every graph: `total += loss`.

What it does: finds, in a loop that calls `loss.backward()`, the sum of the very losses in a name
that starts as a number.

Why: the sum is a tensor with history. It holds the graph of every step until it goes away, and the
memory grows with each. Only the number is wanted, for the graph was used up by `backward()`.

Example:

    total = 0
    for x, y in loader:
        loss = criterion(model(x), y)
        loss.backward()
        total += loss

Use instead:

    total = 0
    for x, y in loader:
        loss = criterion(model(x), y)
        loss.backward()
        total += loss.item()

Fix safety: unsafe. The sum becomes a number of Python, which has no methods of a tensor, is added
up in double precision, and waits for the device in every step. There is no fix where something is
asked of the sum that only a tensor has, or where it is handed on; a sum that `backward()` is called
on is not found at all.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scalars import ScalarFact, Scalars
from varmigrate.analysis.scopes import Binding
from varmigrate.analysis.tensors import imports_torch
from varmigrate.model import Edit
from varmigrate.rules.base import Invalid, Proposal, Rule, unsafe

_MESSAGE = "the sum keeps the graph of every `{}` alive"
_ADVICE = "add up {}.item(), or {}.detach(), and take the sum for a number from there on"
_READING = frozenset("abs float format int len print round str".split())


class KeptGraphs(Rule):
    """Sums of losses in loops."""

    code = "VM403"
    name = "kept-graphs"
    triggers = (b".backward(",)
    valid = (
        "import torch\ntotal = 0\nfor x in xs:\n    loss = f(x)\n    total += loss\n"
        "total.backward()\n",
        "import torch\ntotal = 0\nfor x in xs:\n    loss = f(x)\n    loss.backward()\n"
        "    total += loss.item()\n",
        "import torch\ntotal = 0\nfor x in xs:\n    loss = f(x)\n    total += loss\n",
        "import torch\nfor x in xs:\n    loss = f(x)\n    loss += g(x)\n    loss.backward()\n",
    )
    invalid = (
        Invalid(
            "import torch\ntotal = 0.0\nfor x in xs:\n    loss = f(x)\n    loss.backward()\n"
            "    total += loss\nprint(total / 3)\n",
            "import torch\ntotal = 0.0\nfor x in xs:\n    loss = f(x)\n    loss.backward()\n"
            "    total += loss.item()\nprint(total / 3)\n",
            unsafe=True,
        ),
        Invalid(
            "import torch\ntotal = 0.0\nfor x in xs:\n    loss = f(x)\n    loss.backward()\n"
            "    total += loss\nprint(total.data[0])\n"
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        scalars: Scalars | None = None
        for call in analysis.scopes.all(cst.Call):
            func = call.func
            if not isinstance(func, cst.Attribute) or func.attr.value != "backward":
                continue
            if not isinstance(func.value, cst.Name) or call.args:
                # With arguments it may be one of several calls on the same graph.
                continue
            if not (analysis.legacy or imports_torch(analysis)):
                return
            scalars = scalars or Scalars(analysis)
            for target, value in _sums(analysis, func.value):
                proposal = _proposal(analysis, scalars, target, value)
                if proposal is not None:
                    yield proposal


def _sums(analysis: FileAnalysis, loss: cst.Name) -> Iterator[tuple[cst.Name, cst.Name]]:
    """Sums of the value of `loss` in the innermost loop around it: the sum and what is added."""
    loop = next(analysis.flow.loops(loss), None)
    here = analysis.names.load(loss)
    definitions = analysis.flow.definitions(loss)
    if not isinstance(loop, (cst.For, cst.While)) or here is None or definitions is None:
        return
    # One that is bound outside is the same in every round.
    if not all(_is_in(analysis, loop, binding.node) for binding in definitions):
        return
    for load in analysis.scopes.loads_in.get((id(here.scope), loss.value), ()):
        if not _is_in(analysis, loop, load.node):
            continue
        if analysis.flow.definitions(load.node) != definitions:
            continue
        added: cst.CSTNode = load.node
        parent = analysis.tree.parent(added)
        while isinstance(parent, cst.BinaryOperation) and isinstance(
            parent.operator, (cst.Multiply, cst.Divide)
        ):
            added, parent = parent, analysis.tree.parent(parent)
        if (
            isinstance(parent, cst.AugAssign)
            and isinstance(parent.operator, cst.AddAssign)
            and parent.value is added
            and isinstance(parent.target, cst.Name)
        ):
            yield parent.target, load.node
        elif isinstance(parent, cst.BinaryOperation) and isinstance(parent.operator, cst.Add):
            statement = analysis.tree.parent(parent)
            other = parent.left if parent.right is added else parent.right
            if (
                isinstance(statement, cst.Assign)
                and len(statement.targets) == 1
                and isinstance(other, cst.Name)
                and isinstance(statement.targets[0].target, cst.Name)
                and statement.targets[0].target.value == other.value != loss.value
            ):
                yield other, load.node


def _is_in(analysis: FileAnalysis, loop: cst.CSTNode, node: cst.CSTNode) -> bool:
    current: cst.CSTNode | None = node
    while current is not None:
        if current is loop:
            return True
        current = analysis.tree.parent(current)
    return False


def _proposal(
    analysis: FileAnalysis, scalars: Scalars, target: cst.Name, value: cst.Name
) -> Proposal | None:
    definitions = analysis.flow.definitions(target) or ()
    starts = [analysis.flow.made(binding) for binding in definitions]
    loop = next(analysis.flow.loops(value), None)
    if loop is None or any(
        _is_in(analysis, loop, binding.node) and not _adds(analysis, binding, target)
        for binding in definitions
    ):
        # It is bound anew in every round.
        return None
    if not any(scalars.of(start) == ScalarFact.NUMBER for start in starts if start is not None):
        return None
    if analysis.uses.reaches_backward(value) and _differentiated(analysis, target):
        return None
    uses = list(_uses(analysis, target))
    if "backward" in uses:
        return None
    name = value.value
    proposal = Proposal("VM403", None, value, _MESSAGE.format(name))
    if uses:
        proposal.advice = _ADVICE.format(name, name)
        return proposal
    end = analysis.tree.end(value)
    assumption = f"`{target.value}` is wanted as a number alone"
    proposal.fix = unsafe("add the number", (Edit(end, end, ".item()"),), assumption)
    return proposal


def _adds(analysis: FileAnalysis, binding: Binding, target: cst.Name) -> bool:
    """Whether a binding goes on with the old value of the name."""
    if isinstance(binding.statement, cst.AugAssign):
        return True
    value = binding.value
    return isinstance(value, cst.BinaryOperation) and any(
        isinstance(side, cst.Name) and side.value == target.value
        for side in (value.left, value.right)
    )


def _differentiated(analysis: FileAnalysis, target: cst.Name) -> bool:
    """Whether something computed from the sum has `backward` called on it."""
    load = analysis.names.load(target)
    if load is None:
        return True
    return any(
        analysis.uses.reaches_backward(other.node)
        for other in analysis.scopes.loads.get(target.value, ())
        if other.scope is load.scope
    )


def _uses(analysis: FileAnalysis, target: cst.Name) -> Iterator[str]:
    """What is asked of the sum that a number may not answer: the names of attributes."""
    owner = analysis.names.load(target)
    if owner is None:
        return
    for load in analysis.scopes.loads.get(target.value, ()):
        parent = analysis.tree.parent(load.node)
        if isinstance(parent, cst.Attribute):
            yield parent.attr.value
        elif isinstance(parent, cst.Subscript) and parent.value is load.node:
            yield "[]"
        elif isinstance(parent, cst.Return):
            yield "return"
        elif isinstance(parent, cst.Arg):
            call = analysis.tree.parent(parent)
            func = call.func if isinstance(call, cst.Call) else None
            last = func.attr if isinstance(func, cst.Attribute) else func
            if not isinstance(last, cst.Name) or last.value not in _READING:
                yield "argument"
