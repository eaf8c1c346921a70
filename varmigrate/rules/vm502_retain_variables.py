"""`retain_variables=` in `backward` and `autograd.grad`.

What it does: finds the keyword `retain_variables` in calls of `.backward(...)`,
`torch.autograd.backward` and `torch.autograd.grad`.

Why: it was renamed to `retain_graph` in PyTorch 0.2 and taken away in 0.4; the call raises today.

Example:

    loss.backward(retain_variables=True)

Use instead:

    loss.backward(retain_graph=True)

Fix safety: safe for the functions of torch.autograd, for tensors, and for what the file computes
with its own and torch's functions. Unsafe for the `backward` of a parameter, of an attribute of
`self`, or of what another module made: it may be an object of the project. A file that defines a
`backward` with this parameter is left alone where the receiver is not known to be a tensor.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.facts import Kind
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.guards import guarded
from varmigrate.analysis.scopes import BindingKind
from varmigrate.model import Edit
from varmigrate.rules.base import Invalid, Proposal, Rule, safe, unsafe
from varmigrate.torch_facts.renamed import RETAIN

_KEYWORD = "retain_variables"
_NEW = "retain_graph"
_NAMES = frozenset(name.rpartition(".")[2] for name in RETAIN)


class RetainVariables(Rule):
    """The old name of retain_graph."""

    code = "VM502"
    name = "retain-variables"
    triggers = (b"retain_variables",)
    valid = (
        "import torch\nloss.backward(retain_graph=True)\n",
        "import torch\n\n\nclass Node:\n    def backward(self, retain_variables=False):\n"
        "        pass\n\n\nNode().backward(retain_variables=True)\n",
        "import torch\nsave(retain_variables=True)  # not torch's\n",
        "import torch\ny.backward(g, **{'retain_variables': True})\n",
    )
    invalid = (
        Invalid(
            "import torch\nx = torch.ones(1)\nx.sum().backward(retain_variables=True)\n",
            "import torch\nx = torch.ones(1)\nx.sum().backward(retain_graph=True)\n",
        ),
        Invalid(
            "import torch\n\n\ndef f(criterion, x, y):\n    loss = criterion(x, y)\n"
            "    loss.backward(retain_variables=True)\n",
            "import torch\n\n\ndef f(criterion, x, y):\n    loss = criterion(x, y)\n"
            "    loss.backward(retain_graph=True)\n",
        ),
        Invalid(
            "import torch\n\n\ndef f(loss):\n    loss.backward(retain_variables=True)\n",
            "import torch\n\n\ndef f(loss):\n    loss.backward(retain_graph=True)\n",
            unsafe=True,
        ),
        Invalid(
            "from torch import autograd\ng = autograd.grad(y, x, retain_variables=True)\n",
            "from torch import autograd\ng = autograd.grad(y, x, retain_graph=True)\n",
        ),
        Invalid(
            "import torch\n\n\nclass Step:\n    def run(self):\n"
            "        self.loss.backward(retain_variables=True)\n",
            "import torch\n\n\nclass Step:\n    def run(self):\n"
            "        self.loss.backward(retain_graph=True)\n",
            unsafe=True,
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        if _KEYWORD not in analysis.text:
            return
        own = _own(analysis)
        for call in analysis.scopes.all(cst.Call):
            keywords = [a.keyword for a in call.args if a.keyword is not None]
            found = [keyword for keyword in keywords if keyword.value == _KEYWORD]
            func = call.func
            name = getattr(func, "attr", func)
            if not found or not isinstance(name, cst.Name):
                continue
            origin = analysis.names.origin(func)
            if origin not in RETAIN and (name.value != "backward" or origin):
                continue
            if guarded(analysis, call, _NEW):
                continue
            message = f"`{_KEYWORD}` is gone, and the call raises; it is `{_NEW}` today"
            if any(keyword.value == _NEW for keyword in keywords):
                advice = f"the call gives `{_NEW}` as well: drop `{_KEYWORD}`"
                yield Proposal(self.code, None, call, message, advice=advice)
                continue
            if own and origin not in RETAIN and not _is_tensor(analysis, func):
                continue
            assumption = "" if origin in RETAIN else _doubt(analysis, func)
            keyword = found[0]
            start, end = analysis.tree.start(keyword), analysis.tree.end(keyword)
            edits = (Edit(start, end, _NEW),)
            title = f"write `{_NEW}`"
            fix = unsafe(title, edits, assumption) if assumption else safe(title, edits)
            yield Proposal(self.code, None, call, message, fix=fix)


def _own(analysis: FileAnalysis) -> bool:
    """Whether the file has a function `backward` of its own that may take the keyword."""
    return any(
        function.name.value == "backward"
        and (
            function.params.star_kwarg is not None
            or any(
                p.name.value == _KEYWORD
                for p in (*function.params.params, *function.params.kwonly_params)
            )
        )
        for function in analysis.scopes.all(cst.FunctionDef)
    )


def _is_tensor(analysis: FileAnalysis, func: cst.BaseExpression) -> bool:
    return isinstance(func, cst.Attribute) and analysis.facts.of(func.value).kind is Kind.TENSOR


def _doubt(analysis: FileAnalysis, func: cst.BaseExpression) -> str:
    """What is assumed of the receiver of `backward`; empty when it can only be a tensor."""
    if not isinstance(func, cst.Attribute):
        return "the function is torch.autograd.backward"
    if _is_tensor(analysis, func):
        return ""
    root: cst.BaseExpression = func.value
    while isinstance(root, (cst.Attribute, cst.Subscript)):
        root = root.value
    shown = " ".join(analysis.tree.code(func.value).split())[:40]
    known = not (isinstance(root, cst.Call) and _foreign(analysis, root.func))
    if isinstance(root, cst.Name):
        known = _is_computed(analysis, root)
    return "" if known else f"`{shown}` is a tensor"


def _is_computed(analysis: FileAnalysis, name: cst.Name) -> bool:
    """Whether a name holds what this file computes, and no object that another one made."""
    definitions = analysis.flow.definitions(name)
    made = [analysis.flow.made(binding) for binding in definitions or ()]
    return bool(made) and all(
        value is not None and not (isinstance(value, cst.Call) and _foreign(analysis, value.func))
        for value in made
    )


def _foreign(analysis: FileAnalysis, func: cst.BaseExpression) -> bool:
    """Whether a function comes from a module that is not torch's."""
    while isinstance(func, cst.Attribute):
        func = func.value
    if not isinstance(func, cst.Name):
        return False
    meaning = analysis.names.name(func)
    if meaning is not None:
        return meaning.origin.split(".")[0] != "torch"
    binding = analysis.names.only_binding(func)
    return binding is None or binding.kind is BindingKind.IMPORT
