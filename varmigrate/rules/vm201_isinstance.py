"""`isinstance(x, Variable)`.

What it does: finds isinstance tests against Variable, alone or in a tuple of types.

Why: the test is true for every tensor today, and torch.Tensor is the type that says so.

Example:

    if isinstance(x, (Variable, list)):

Use instead:

    if isinstance(x, (torch.Tensor, list)):

Fix safety: safe; `isinstance(x, Variable)` is `isinstance(x, torch.Tensor)` for every object. Code
that tests for a tensor first and for a Variable afterwards never reaches the second branch; that
is so before and after.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import Site, SiteKind
from varmigrate.model import Edit, Intent
from varmigrate.rewrite.expressions import replace
from varmigrate.rewrite.spelling import spell_tensor
from varmigrate.rewrite.tokens import comments
from varmigrate.rules.base import Invalid, Proposal, Rule
from varmigrate.rules.type_fix import NO_NAME, decided, propose


class IsInstance(Rule):
    """isinstance tests."""

    code = "VM201"
    name = "isinstance"
    intent = Intent.TYPE_USE
    valid = (
        "import torch\nok = isinstance(x, torch.Tensor)\n",
        "from tensorflow import Variable\nok = isinstance(x, Variable)  # not torch's\n",
    )
    invalid = (
        Invalid(
            "import torch\nfrom torch.autograd import Variable\nok = isinstance(x, Variable)\n",
            "import torch\nok = isinstance(x, torch.Tensor)\n",
        ),
        Invalid(
            "from torch.autograd import Variable\nok = isinstance(x, (list, Variable))\n",
            "import torch\nok = isinstance(x, (list, torch.Tensor))\n",
        ),
        Invalid(
            "import torch\nfrom torch.autograd import Variable\n"
            "ok = isinstance(x, (torch.Tensor, Variable))\n",
            "import torch\nok = isinstance(x, torch.Tensor)\n",
        ),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        for site in analysis.sites:
            if site.kind is not SiteKind.ISINSTANCE:
                continue
            message = "isinstance against Variable is true for every tensor"
            edits = _edits(analysis, site)
            if edits is None:
                yield propose(IsInstance, site, message, advice=NO_NAME)
                continue
            fix, advice = decided(analysis, site, "test for torch.Tensor", edits)
            yield propose(IsInstance, site, message, fix=fix, advice=advice)


def _edits(analysis: FileAnalysis, site: Site) -> tuple[Edit, ...] | None:
    """Replace the name, or drop it where the tuple holds torch.Tensor already."""
    dropped = _dropped(analysis, site)
    if dropped and not any(comments(analysis.text[e.start : e.end]) for e in dropped):
        return dropped
    spelling = spell_tensor(analysis, site)
    if spelling is None or not isinstance(site.name, cst.BaseExpression):
        return None
    return (*spelling.edits, replace(analysis.tree, site.name, spelling.text))


def _dropped(analysis: FileAnalysis, site: Site) -> tuple[Edit, ...]:
    """The edits that drop the name from a tuple; empty where it has to be replaced."""
    tree = analysis.tree
    element = tree.parent(site.name)
    outer = tree.parent(element) if isinstance(element, cst.Element) else None
    if isinstance(outer, cst.Tuple) and isinstance(element, cst.Element):
        others = [e for e in outer.elements if e is not element]
        known = [e for e in others if analysis.names.origin(e.value) == "torch.Tensor"]
        if known and len(others) == 1:
            return (
                Edit(tree.start(outer), tree.start(known[0].value), ""),
                Edit(tree.end(known[0].value), tree.end(outer), ""),
            )
        if known:
            index = next(i for i, e in enumerate(outer.elements) if e is element)
            if index + 1 < len(outer.elements):
                following = outer.elements[index + 1]
                return (Edit(tree.start(element), tree.start(following), ""),)
            previous = outer.elements[index - 1]
            return (Edit(tree.end(previous.value), tree.end(element.value), ""),)
    return ()
