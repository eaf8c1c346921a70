"""A number in front of the tensors: `x.add_(2, y)`.

What it does: finds calls of `add`, `sub`, `addcmul`, `addcdiv`, `addmm`, `addmv`, `addr`, `addbmm`,
`baddbmm` and `sspaddmm`, as functions of torch and as methods, in place or not, that take their
numbers before the tensors.

Why: this order is deprecated. It still works and warns; the tensors come first today, and the
numbers follow by keyword.

Example:

    exp_avg.mul_(beta).add_(1 - beta, grad)
    torch.addmm(0.5, bias, 2, x, w)

Use instead:

    exp_avg.mul_(beta).add_(grad, alpha=1 - beta)
    torch.addmm(bias, x, w, beta=0.5, alpha=2)

Fix safety: safe for functions of torch, for receivers known to be tensors, and for methods whose
name only tensors have (`add_`, `addcmul`, ...; not where a class of the file has one). What `add`,
`sub` and `addr` are called on may be something else: they are reported where other signs speak of a
tensor, and rewritten unsafely. Where the order of evaluation could be noticed, every argument stays
in its place and gets its name: `x.add_(alpha=f(), other=g())`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.tensors import chain, defines, imports_torch, is_pure
from varmigrate.model import Edit, Safety
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Invalid, Proposal, Rule, safe, unsafe
from varmigrate.torch_facts.argument_order import (
    OLD_ORDERS,
    RECEIVER,
    SCALARS,
    WORDS_OF_OTHERS,
)

_TENSOR_PARTS = frozenset({"data", "grad"})


class ArgumentOrder(Rule):
    """The old order of the arguments."""

    code = "VM510"
    name = "argument-order"
    triggers = (b".add", b".sub", b"addbmm", b"sspaddmm")
    valid = (
        "import torch\nx = torch.ones(2)\nx.add_(x, alpha=2)\n",
        "import torch\nx = torch.ones(2)\ny = torch.add(x, 2)\n",
        "import torch\nx = torch.ones(2)\nz = x.addcmul(x, x, value=2)\n",
        "import torch\nx = torch.ones(2, 2)\nz = torch.addmm(x, x, x, beta=2)\n",
        "import torch\nseen = Counter()\nseen.add(1, name)  # no tensor\n",
        "import re\nimport torch\ntext = re.sub('a', 'b', text)\n",
        "import torch\nx.add_(*both)\n",
    )
    invalid = (
        Invalid(
            "import torch\n\n\ndef step(p, lr, grad):\n    p.data.add_(-lr, grad)\n",
            "import torch\n\n\ndef step(p, lr, grad):\n    p.data.add_(grad, alpha=-lr)\n",
        ),
        Invalid(
            "import torch\ny = torch.addmm(0.5, bias, 2, x, w)\n",
            "import torch\ny = torch.addmm(bias, x, w, beta=0.5, alpha=2)\n",
        ),
        Invalid(
            "import torch\nx.addcdiv_(rate(), step(), root())\n",
            "import torch\nx.addcdiv_(value=rate(), tensor1=step(), tensor2=root())\n",
        ),
        Invalid(
            "import torch\ny = p.data.add(-0.1, old.data)\n",
            "import torch\ny = p.data.add(old.data, alpha=-0.1)\n",
            unsafe=True,
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        for call in analysis.scopes.all(cst.Call):
            func = call.func
            name = (
                func.attr.value
                if isinstance(func, cst.Attribute)
                else func.value
                if isinstance(func, cst.Name)
                else ""
            )
            orders = OLD_ORDERS.get(name.removesuffix("_"))
            if orders is None or len(call.args) < 2:
                continue
            origin = analysis.names.origin(func)
            if origin:
                safety = Safety.SAFE if origin == f"torch.{name}" else None
            else:
                orders = tuple(tuple(p for p in order if p != RECEIVER) for order in orders)
                safety = _safety(analysis, call)
            if safety is None:
                continue
            named = next((p for p in (_named(call, order) for order in orders) if p), None)
            if named is None:
                continue
            edits = _edits(analysis, call, named)
            title = "put the tensors first"
            fix = safe(title, edits)
            if safety is Safety.UNSAFE:
                shown = analysis.tree.code(func.value) if isinstance(func, cst.Attribute) else name
                fix = unsafe(title, edits, f"`{' '.join(shown.split())[:40]}` is a tensor")
            message = f"`{name}` with a number in front of the tensors is deprecated"
            yield Proposal(self.code, None, call, message, fix=fix)


def _safety(analysis: FileAnalysis, call: cst.Call) -> Safety | None:
    """How surely a method is one of a tensor; None when nothing speaks for it."""
    func = call.func
    if not isinstance(func, cst.Attribute):
        return None
    name = func.attr.value
    kind = analysis.facts.of(func.value).kind
    if kind is Kind.TENSOR:
        return Safety.SAFE
    if kind is not Kind.UNKNOWN or not imports_torch(analysis) or defines(analysis, name):
        return None
    if analysis.names.origin(func.value):
        # Something that is imported; a module has functions of its own.
        return None
    if name not in WORDS_OF_OTHERS:
        return Safety.SAFE
    speaks = any(
        isinstance(part, cst.Attribute) and part.attr.value in _TENSOR_PARTS
        for node in (func.value, call.args[-1].value)
        for part in chain(node)
    )
    return Safety.UNSAFE if speaks else None


def _named(call: cst.Call, order: Sequence[str]) -> list[tuple[str, cst.Arg]] | None:
    """The arguments with their parameters, when a call gives exactly those of an old order."""
    found: list[tuple[str, cst.Arg]] = []
    expected = list(order)
    for argument in call.args:
        if argument.star:
            return None
        if argument.keyword is None:
            if len(found) >= len(order):
                return None
            name = order[len(found)]
        else:
            name = argument.keyword.value
            if name == "out":
                continue
        if name not in expected:
            return None
        expected.remove(name)
        found.append((name, argument))
    positional = [name for name, argument in found if argument.keyword is None]
    # By keyword alone, numbers may stand where they like.
    return found if not expected and SCALARS.intersection(positional) else None


def _edits(
    analysis: FileAnalysis, call: cst.Call, named: Sequence[tuple[str, cst.Arg]]
) -> tuple[Edit, ...]:
    """The tensors first, when nobody can notice; else every argument by its name."""
    tree = analysis.tree
    by_place = [(name, argument) for name, argument in named if argument.keyword is None]
    values = [argument.value for _, argument in named]
    effects = [value for value in values if not is_pure(analysis, value)]
    numbers = [(name, argument.value) for name, argument in by_place if name in SCALARS]
    constant = all(_is_constant(value) for _, value in numbers)
    start, end = tree.start(call.args[0]), tree.end(call.args[-1].value)
    if len(by_place) < len(named) or (effects and not constant) or comments(tree.text[start:end]):
        return _by_name(analysis, by_place)
    edits = []
    for (name, argument), (_, following) in itertools.pairwise(named):
        if name in SCALARS:
            edits.append(Edit(tree.start(argument.value), tree.start(following.value), ""))
    last = tree.end(named[-1][1].value)
    text = "".join(f", {name}={tree.code(value)}" for name, value in numbers)
    return (*edits, Edit(last, last, text))


def _by_name(analysis: FileAnalysis, by_place: Sequence[tuple[str, cst.Arg]]) -> tuple[Edit, ...]:
    """Names in front of the arguments, from the first number on."""
    tree = analysis.tree
    first = next(i for i, (name, _) in enumerate(by_place) if name in SCALARS)
    edits: list[Edit] = []
    for name, argument in by_place[first:]:
        place = tree.start(argument.value)
        loose = isinstance(argument.value, cst.NamedExpr) and not argument.value.lpar
        edits.append(Edit(place, place, f"{name}=" + "(" * loose))
        if loose:
            end = tree.end(argument.value)
            edits.append(Edit(end, end, ")"))
    return tuple(edits)


def _is_constant(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.UnaryOperation):
        node = node.expression
    return isinstance(node, (cst.Integer, cst.Float))
