"""Variable in an annotation.

What it does: finds annotations that name Variable, inside `Optional[...]`, `Union[...]` and string
annotations too.

Why: what is passed is a torch.Tensor.

Example:

    def forward(self, x: Variable) -> "Variable":

Use instead:

    def forward(self, x: torch.Tensor) -> "torch.Tensor":

Fix safety: safe; unsafe where the annotation chooses the implementation of a singledispatch
function. Text in comments (`# type: ...`) is not touched.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.model import Edit, Intent
from varmigrate.rewrite.expressions import replace
from varmigrate.rewrite.spelling import spell_tensor
from varmigrate.rules.base import Invalid, Proposal, Rule
from varmigrate.rules.type_fix import NO_NAME, decided, propose

_DISPATCH = "the registered function is meant for tensors, although it is never chosen today"


class Annotation(Rule):
    """Annotations, string annotations, typing expressions."""

    code = "VM203"
    name = "annotation"
    intent = Intent.TYPE_USE
    valid = ("import torch\n\n\ndef f(x: torch.Tensor) -> torch.Tensor:\n    return x\n",)
    invalid = (
        Invalid(
            "import torch\nfrom torch.autograd import Variable\n\n\n"
            'def f(x: Variable) -> "Variable":\n    return x\n',
            'import torch\n\n\ndef f(x: torch.Tensor) -> "torch.Tensor":\n    return x\n',
        ),
        Invalid(
            "from typing import Optional\nfrom torch.autograd import Variable\n\n\n"
            "def f(x: Optional[Variable] = None):\n    return x\n",
            "from typing import Optional\nimport torch\n\n\n"
            "def f(x: Optional[torch.Tensor] = None):\n    return x\n",
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        for site in analysis.sites:
            if site.kind not in (SiteKind.ANNOTATION, SiteKind.STRING_ANNOTATION):
                continue
            message = "the annotation names Variable, the value is a torch.Tensor"
            edits = _edits(analysis, site)
            if edits is None:
                proposal = propose(Annotation, site, message, advice=NO_NAME)
            else:
                assumption = _DISPATCH if _dispatches(analysis, site) else ""
                fix, advice = decided(analysis, site, "annotate torch.Tensor", edits, assumption)
                proposal = propose(Annotation, site, message, fix=fix, advice=advice)
            proposal.span = site.span
            yield proposal


def _dispatches(analysis: FileAnalysis, site: Site) -> bool:
    """Whether the annotation chooses an implementation: `@f.register` without arguments."""
    node = analysis.tree.parent(site.node)
    while node is not None and not isinstance(node, (cst.FunctionDef, cst.ClassDef)):
        node = analysis.tree.parent(node)
    return isinstance(node, cst.FunctionDef) and any(
        isinstance(item.decorator, cst.Attribute) and item.decorator.attr.value == "register"
        for item in node.decorators
    )


def _edits(analysis: FileAnalysis, site: Site) -> tuple[Edit, ...] | None:
    spelling = spell_tensor(analysis, site)
    if spelling is None:
        return None
    if site.span is not None:
        return (*spelling.edits, Edit(*site.span, spelling.text))
    if not isinstance(site.name, cst.BaseExpression):
        return None
    return (*spelling.edits, replace(analysis.tree, site.name, spelling.text))
