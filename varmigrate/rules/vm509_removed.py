"""Names that are gone.

What it does: finds what torch has no more: `torch.legacy`, `torch.utils.ffi`,
`torch.utils.trainer`; `potrf`, `gesv`, `trtrs`, `gels`, `symeig`, `eig`, `btrifact`, `rfft` and
kin; `.reinforce(...)` of sampled actions, and `multinomial()` that draws them;
`torch.autograd.variable(...)` in lower case; `.creator` of a tensor; `torch.range`;
`nn.NLLLoss2d`. When it is asked for it also names linear algebra that still runs and warns
(`torch.qr`, `torch.cholesky`, ...).

Why: most of these raise today. What replaces them often has other arguments or another result, so
they are explained and not rewritten.

Example:

    factor = torch.potrf(a)
    steps = torch.range(0, 9)

Use instead:

    factor = torch.cholesky(a, upper=True)
    steps = torch.arange(0., 10.)

Fix safety: safe for `torch.potrf`, whose factor was upper unless told otherwise, for `torch.range`
of written integers (the end is included, the numbers are floats), and for `.creator` of what is
known to be a tensor, which is `.grad_fn`. `nn.NLLLoss` for `nn.NLLLoss2d` is unsafe, since the
class is another one, by name. Everything else is advice. Imports in a `try` are left alone, and so
are version switches.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.guards import guarded
from varmigrate.analysis.scopes import dotted_name
from varmigrate.analysis.tensors import defines
from varmigrate.model import Edit
from varmigrate.rewrite.expressions import add_keyword, inner_span
from varmigrate.rewrite.renaming import imported, names_for
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Invalid, Proposal, Rule, safe
from varmigrate.rules.renaming import renames
from varmigrate.torch_facts.renamed import (
    FADING,
    GONE,
    GONE_METHODS,
    GONE_MODULES,
    POTRF,
    RANGE,
    SAMPLERS,
)

_CLASSES = ("torch.nn.NLLLoss2d",)
_POTRF = "torch.potrf"
_RANGE = "torch.range"
_CALLED = frozenset(name.rpartition(".")[2] for name in (*GONE, *FADING, _POTRF, _RANGE))
# As methods of tensors; `fft` and its kin take other shapes there, and say so when they raise.
_METHODS = frozenset(name.rpartition(".")[2] for name in (*GONE, _POTRF)) - {"variable"}


class Removed(Rule):
    """What torch has no more."""

    code = "VM509"
    name = "removed-names"
    select = ("VM509",)
    triggers = (
        b"NLLLoss2d",
        b"torch.legacy",
        b"import legacy",
        b"utils.ffi",
        b"utils.trainer",
        b".reinforce(",
        b".multinomial(",
        b".creator",
        b"autograd.variable(",
        b"import variable",
        b".range(",
        *(f".{name}(".encode() for name in sorted(_CALLED - {"variable", "range"})),
    )
    valid = (
        "import torch\na = torch.arange(0, 3)\n",
        "import torch\nfor i in range(3):\n    pass\n",
        "import torch\n\n\nclass Agent:\n    def reinforce(self, r):\n        return r\n\n\n"
        "Agent().reinforce(torch.multinomial(p, 1))\n",
        "import torch\nname = issue.creator\n",
        "import torch\nfrom torch.autograd.variable import Variable as V  # the class\n",
        "import torch\nimport scipy.linalg as la\nx = la.solve(a, b)\ny = solve(1)\n",
        "import torch.fft\ny = torch.fft.fft(x)\n",
        "try:\n    import torch.legacy.nn as nnl\nexcept ImportError:\n    nnl = None\n",
    )
    invalid = (
        Invalid(
            "import torch\na = torch.potrf(m)\nb = torch.potrf(m, False)\n",
            "import torch\na = torch.cholesky(m, upper=True)\nb = torch.cholesky(m, False)\n",
        ),
        Invalid(
            "import torch\na = torch.range(0, 9)\nb = torch.range(1, -5, -2)\n",
            "import torch\na = torch.arange(0., 10.)\nb = torch.arange(1., -6., -2.)\n",
        ),
        Invalid(
            "import torch\nf = torch.ones(2).creator\n",
            "import torch\nf = torch.ones(2).grad_fn\n",
        ),
        Invalid(
            "from torch import nn\nloss = nn.NLLLoss2d(weight)\n",
            "from torch import nn\nloss = nn.NLLLoss(weight)\n",
            unsafe=True,
        ),
        Invalid("import torch.legacy.nn as legacy\n"),
        Invalid("import torch\ne, v = torch.symeig(a, eigenvectors=True)\n"),
        Invalid("import torch\naction = p.multinomial(1)\naction.reinforce(reward)\n"),
        Invalid("import torch\naction = p.multinomial()\n"),
        Invalid("import torch\nx = torch.autograd.variable(y)\n"),
        Invalid("import torch\nx = torch.range(0, n)\n"),
        Invalid("import torch\nq, r = torch.qr(a)\n"),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        yield from renames(analysis, self.code, _CLASSES, "nothing asks for the class by its name")
        gone = list(self._imports(analysis))
        yield from gone
        local = names_for(analysis, _CALLED)
        for call in analysis.scopes.all(cst.Call):
            last = getattr(call.func, "attr", call.func)
            if not isinstance(last, cst.Name):
                continue
            if last.value in local:
                yield from self._call(analysis, call, last.value)
            elif last.value == "reinforce":
                yield from self._reinforce(analysis, call)
            elif last.value == "multinomial" and not call.args:
                yield from self._draw(analysis, call)
        for node in analysis.scopes.all(cst.Attribute):
            if node.attr.value == "creator":
                yield from self._creator(analysis, node)
            elif not gone and node.attr.value in ("legacy", "ffi", "trainer"):
                yield from self._module(analysis, node)

    # -- modules -------------------------------------------------------------------------------

    def _imports(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        seen: set[int] = set()
        for binding in imported(analysis):
            module = binding.module
            if isinstance(binding.statement, cst.Import) and isinstance(
                binding.node, cst.ImportAlias
            ):
                module = dotted_name(binding.node.name)
            elif binding.imported is not None:
                module = f"{module}.{binding.imported}"
            name = _gone_module(module)
            if not name or id(binding.statement) in seen or binding.statement is None:
                continue
            if guarded(analysis, binding.statement, "import"):
                continue
            seen.add(id(binding.statement))
            message = f"`{name}` is gone, and the import fails"
            advice = GONE_MODULES[name].advice
            yield Proposal(self.code, None, binding.statement, message, advice=advice)

    def _module(self, analysis: FileAnalysis, node: cst.Attribute) -> Iterator[Proposal]:
        """`torch.legacy` reached through `import torch` alone."""
        name = analysis.names.origin(node)
        if name not in GONE_MODULES or guarded(analysis, node, "import"):
            return
        message = f"`{name}` is gone"
        yield Proposal(self.code, None, node, message, advice=GONE_MODULES[name].advice)

    # -- functions -----------------------------------------------------------------------------

    def _call(self, analysis: FileAnalysis, call: cst.Call, last: str) -> Iterator[Proposal]:
        origin = analysis.names.origin(call.func)
        if not origin and last in _METHODS and isinstance(call.func, cst.Attribute):
            if analysis.facts.of(call.func.value).kind is not Kind.TENSOR:
                return
            origin = f"torch.{last}"
        if origin == _POTRF:
            yield from self._potrf(analysis, call)
        elif origin == _RANGE:
            yield from self._range(analysis, call)
        elif origin in GONE or origin in FADING:
            row = GONE.get(origin) or FADING[origin]
            if guarded(analysis, call, row.now):
                return
            message = f"`{last}` is gone, and the call raises"
            if origin in FADING:
                message = f"`{last}` is deprecated"
            quiet = origin in FADING
            yield Proposal(self.code, None, call, message, advice=row.advice, quiet=quiet)

    def _potrf(self, analysis: FileAnalysis, call: cst.Call) -> Iterator[Proposal]:
        last = getattr(call.func, "attr", call.func)
        if guarded(analysis, call, "cholesky"):
            return
        message = f"`potrf` is gone, and the call raises; it is `{POTRF.now}` today"
        advice = "its factor was upper unless told otherwise: `torch.cholesky(a, upper=True)`"
        if any(a.star for a in call.args) or not isinstance(call.func, cst.Attribute):
            yield Proposal(self.code, None, call, message, advice=advice)
            return
        by_place = [a for a in call.args if a.keyword is None]
        before = 1 if analysis.names.origin(call.func) else 0
        told = len(by_place) > before or any(
            a.keyword is not None and a.keyword.value == "upper" for a in call.args
        )
        edits = [Edit(analysis.tree.start(last), analysis.tree.end(last), "cholesky")]
        if not told:
            edits.append(add_keyword(analysis.tree, call, "upper=True"))
        fix = safe(f"write `{POTRF.now}`", tuple(edits))
        yield Proposal(self.code, None, call, message, fix=fix)

    def _range(self, analysis: FileAnalysis, call: cst.Call) -> Iterator[Proposal]:
        if guarded(analysis, call, "arange"):
            return
        message = "`torch.range` is deprecated; the end is part of it"
        edits = _as_arange(analysis, call)
        if edits is None:
            yield Proposal(self.code, None, call, message, advice=RANGE.advice, quiet=True)
            return
        yield Proposal(self.code, None, call, message, fix=safe("write `torch.arange`", edits))

    # -- methods and attributes ----------------------------------------------------------------

    def _reinforce(self, analysis: FileAnalysis, call: cst.Call) -> Iterator[Proposal]:
        if not isinstance(call.func, cst.Attribute) or analysis.names.origin(call.func):
            return
        known = analysis.facts.of(call.func.value).kind is Kind.TENSOR
        draws = any(
            isinstance(other.func, cst.Attribute) and other.func.attr.value in SAMPLERS
            for other in analysis.scopes.all(cst.Call)
        )
        if defines(analysis, "reinforce") or not (known or draws):
            return
        message = "`reinforce` is gone, and the call raises"
        advice = GONE_METHODS["reinforce"].advice
        yield Proposal(self.code, None, call, message, advice=advice)

    def _draw(self, analysis: FileAnalysis, call: cst.Call) -> Iterator[Proposal]:
        """`probs.multinomial()`, which drew one."""
        if not isinstance(call.func, cst.Attribute) or analysis.names.origin(call.func):
            return
        if defines(analysis, "multinomial") or guarded(analysis, call, "multinomial(1"):
            return
        message = "`multinomial()` without a number of samples raises"
        advice = f"write `multinomial(1)`; {GONE_METHODS['reinforce'].advice}"
        yield Proposal(self.code, None, call, message, advice=advice)

    def _creator(self, analysis: FileAnalysis, node: cst.Attribute) -> Iterator[Proposal]:
        if analysis.facts.of(node.value).kind is not Kind.TENSOR or defines(analysis, "creator"):
            return
        if isinstance(analysis.tree.parent(node), (cst.AssignTarget, cst.Del)):
            return
        if guarded(analysis, node, "grad_fn"):
            return
        new = GONE_METHODS["creator"].now
        edit = Edit(analysis.tree.start(node.attr), analysis.tree.end(node.attr), new)
        message = f"`creator` is gone; it is `{new}` today"
        yield Proposal(self.code, None, node, message, fix=safe(f"write `{new}`", (edit,)))


def _gone_module(module: str) -> str:
    """The module of the table that a dotted name is, or is in."""
    return next((n for n in GONE_MODULES if f"{module}.".startswith(f"{n}.")), "")


def _as_arange(analysis: FileAnalysis, call: cst.Call) -> tuple[Edit, ...] | None:
    """The edits for written integers; None for anything else."""
    tree = analysis.tree
    if not isinstance(call.func, cst.Attribute) or not 2 <= len(call.args) <= 3:
        return None
    numbers: list[int] = []
    for argument in call.args:
        number = _integer(argument.value)
        if argument.star or argument.keyword is not None or number is None:
            return None
        numbers.append(number)
    start, end, step = (*numbers, 1)[:3]
    if step == 0 or (end - start) * step < 0 or max(map(abs, numbers)) > 2**20:
        return None
    _, close = inner_span(tree, call)
    first = tree.start(call.args[0])
    if comments(tree.text[first:close]):
        return None
    name = call.func.attr
    beyond = end + (1 if step > 0 else -1)
    values = [start, beyond, *numbers[2:]]
    return (
        Edit(tree.start(name), tree.end(name), "arange"),
        Edit(first, tree.end(call.args[-1].value), ", ".join(f"{value}." for value in values)),
    )


def _integer(node: cst.BaseExpression) -> int | None:
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        inner = _integer(node.expression)
        return None if inner is None else -inner
    return int(node.value, 0) if isinstance(node, cst.Integer) else None
