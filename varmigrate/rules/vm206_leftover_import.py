"""An import of Variable that nothing in the file reads.

What it does: finds imports of Variable without a use, unless the module passes the name on (through
`__all__`, as a package's `__init__.py`, or to another file of the project).

Why: it is dead, and it keeps the name alive for the next reader.

Example:

    from torch.autograd import Function, Variable

Use instead:

    from torch.autograd import Function

Fix safety: safe; unsafe where the name comes from a module of the project, whose import may have
other effects. `fix` also takes the import away in the run that rewrites its last use. A `# noqa`
on a leftover import keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import SiteKind
from varmigrate.model import Intent
from varmigrate.rewrite.tidy import of_torch, removable, removal
from varmigrate.rules.base import Invalid, Proposal, Rule, safe, unsafe


class LeftoverImport(Rule):
    """Unused imports of Variable."""

    code = "VM206"
    name = "leftover-import"
    intent = Intent.TYPE_USE
    valid = (
        "from torch.autograd import Function\n",
        "from torch.autograd import Variable\n\n__all__ = ['Variable']\n",
        "from tensorflow import Variable  # torch is imported elsewhere\n",
    )
    invalid = (
        Invalid(
            "from torch.autograd import Function, Variable\n",
            "from torch.autograd import Function\n",
        ),
        Invalid("import torch\nfrom torch.autograd import Variable\n", "import torch\n"),
    )

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        for site in analysis.sites:
            if site.kind is not SiteKind.IMPORT:
                continue
            (binding,) = site.meaning.bindings
            if not removable(analysis, binding, frozenset()):
                continue
            edits = removal(analysis, [binding])
            fix = safe("remove the import", edits)
            if not of_torch(binding):
                assumption = f"importing `{binding.module}` has no other effect"
                fix = unsafe("remove the import", edits, assumption)
            yield Proposal(
                code=self.code,
                site=site,
                node=site.node,
                message="Variable is imported and not used",
                intent=self.intent,
                fix=fix,
                removes=(binding,),
            )
