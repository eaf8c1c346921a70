"""`type(x) is Variable` and `issubclass(c, Variable)`.

What it does: finds comparisons of a type with Variable.

Why: no object has the type Variable today, so these are always false; what they guarded is dead.

Example:

    if type(x) is Variable:

Use instead:

    if isinstance(x, torch.Tensor):

Fix safety: unsafe. The test becomes true for tensors, which is what its author meant and not what
the program does now.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import Site, SiteKind, type_operand
from varmigrate.model import Edit, Intent
from varmigrate.rewrite.expressions import inner_span, is_atom, replace
from varmigrate.rewrite.spelling import spell_tensor
from varmigrate.rules.base import Invalid, Proposal, Rule
from varmigrate.rules.type_fix import NO_NAME, decided, propose

_ASSUMPTION = "the test is meant to be true for tensors, although it never is today"


class TypeComparison(Rule):
    """Comparisons of types and issubclass."""

    code = "VM202"
    name = "type-comparison"
    intent = Intent.TYPE_USE
    valid = ("import torch\nok = type(x) is torch.Tensor\n",)
    invalid = (
        Invalid(
            "import torch\nfrom torch.autograd import Variable\nok = type(x) is Variable\n",
            "import torch\nok = isinstance(x, torch.Tensor)\n",
            unsafe=True,
        ),
        Invalid(
            "import torch\nfrom torch.autograd import Variable\nok = type(x) != Variable\n",
            "import torch\nok = not isinstance(x, torch.Tensor)\n",
            unsafe=True,
        ),
        Invalid(
            "import torch\nfrom torch.autograd import Variable\nok = issubclass(c, Variable)\n",
            "import torch\nok = issubclass(c, torch.Tensor)\n",
            unsafe=True,
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        for site in analysis.sites:
            if site.kind not in (SiteKind.TYPE_COMPARISON, SiteKind.ISSUBCLASS):
                continue
            message = "no object has the type Variable: this is always false"
            edits = _edits(analysis, site)
            if edits is None:
                yield propose(TypeComparison, site, message, advice=NO_NAME)
                continue
            fix, advice = decided(analysis, site, "test with isinstance", edits, _ASSUMPTION)
            yield propose(TypeComparison, site, message, fix=fix, advice=advice)


def _edits(analysis: FileAnalysis, site: Site) -> tuple[Edit, ...] | None:
    tree = analysis.tree
    spelling = spell_tensor(analysis, site)
    if spelling is None or not isinstance(site.name, cst.BaseExpression):
        return None
    if site.kind is SiteKind.ISSUBCLASS:
        return (*spelling.edits, replace(tree, site.name, spelling.text))
    comparison = site.node
    if not isinstance(comparison, cst.Comparison):
        return None
    operand = type_operand(comparison, site.name, analysis.names)
    if operand is None:
        return None
    negated = isinstance(comparison.comparisons[0].operator, (cst.IsNot, cst.NotEqual))
    start, end = inner_span(tree, comparison)
    opening, closing = "isinstance(", f", {spelling.text})"
    if negated:
        opening = "not " + opening
        if not comparison.lpar and not _loose(tree.parent(comparison)):
            opening, closing = "(" + opening, closing + ")"
    if not is_atom(operand):
        opening, closing = opening + "(", ")" + closing
    return (
        *spelling.edits,
        Edit(start, tree.start(operand), opening),
        Edit(tree.end(operand), end, closing),
    )


def _loose(parent: cst.CSTNode | None) -> bool:
    """Whether `not x` can stand below this node without parentheses."""
    return isinstance(
        parent,
        (
            cst.If,
            cst.While,
            cst.Assert,
            cst.Assign,
            cst.Return,
            cst.Arg,
            cst.BooleanOperation,
            cst.Expr,
            cst.CompIf,
        ),
    )
