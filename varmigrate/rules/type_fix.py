"""What the rules about Variable as a type share: the proposal, with its doubts."""

from __future__ import annotations

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import Site
from varmigrate.model import Edit, Fix, Intent
from varmigrate.rules.base import Proposal, Rule, safe, unsafe
from varmigrate.rules.call_fix import doubt

NO_NAME = "`torch` stands for something else here: write torch.Tensor by hand"


def propose(
    rule: type[Rule],
    site: Site,
    message: str,
    evidence: tuple[str, ...] = (),
    fix: Fix | None = None,
    advice: str | None = None,
    node: cst.CSTNode | None = None,
) -> Proposal:
    """A proposal of a type-use rule; without a fix there is advice."""
    return Proposal(
        code=rule.code,
        site=site,
        node=node or site.node,
        message=message,
        intent=Intent.TYPE_USE,
        evidence=evidence,
        fix=fix,
        advice=advice,
    )


def decided(
    analysis: FileAnalysis, site: Site, title: str, edits: tuple[Edit, ...], assumption: str = ""
) -> tuple[Fix | None, str | None]:
    """(fix, advice): the fix unless the site is in doubt; unsafe when it assumes something."""
    found = doubt(analysis, site)
    if found:
        return None, found
    assumed = assumption or (site.meaning.doubt if site.meaning.star else "")
    if assumed:
        return unsafe(title, edits, assumed), None
    return safe(title, edits), None
