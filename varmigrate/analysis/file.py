"""Everything that is known about one file, in one place for the rules and the rewriter."""

from __future__ import annotations

import re
from functools import cached_property

from varmigrate.analysis.assumptions import Assumptions
from varmigrate.analysis.attributes import Attributes
from varmigrate.analysis.called import Calls
from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.flow import Flow
from varmigrate.analysis.holders import Holders
from varmigrate.analysis.knowledge import Facts
from varmigrate.analysis.modules import Modules
from varmigrate.analysis.names import Names
from varmigrate.analysis.scopes import Scopes
from varmigrate.analysis.sites import Site, find_sites
from varmigrate.analysis.tree import Tree, parse
from varmigrate.analysis.uses import Uses

_REPLACING_CALL = re.compile(r"\b(?:setattr|patch(?:\.object)?)\s*\([^()\n]*\bVariable\b")


class FileAnalysis:
    """One parsed file: its tree, scopes, names, facts, and the sites of the legacy API.

    path: as shown to the user. text: the decoded source. context: what the project says of it.
    assumptions: what may be taken for granted. tree: the text, parsed, when somebody has done so.
    `legacy`: whether the file used Variable, before it was fixed perhaps.
    Raises NotParsed when the text cannot be parsed or reproduced.
    """

    def __init__(
        self,
        path: str,
        text: str,
        context: ModuleContext | None = None,
        assumptions: Assumptions | None = None,
        tree: Tree | None = None,
    ) -> None:
        self.path = path
        self.legacy = False
        self.text = text
        self.context = context or ModuleContext()
        self.tree: Tree = tree or parse(text)
        self.scopes = Scopes(self.tree)
        self.names = Names(self.scopes, self.context)
        assumptions = assumptions or Assumptions()
        self.flow = Flow(self.scopes, self.names, assumptions)
        attributes = Attributes(self.scopes, self.names, self.flow)
        modules = Modules(self.scopes, self.names, self.flow, attributes)
        calls = Calls(self.scopes, self.names)
        holders = Holders(self.scopes, self.names, self.flow, attributes, modules, calls)
        self.facts = Facts(self.names, self.flow, holders, assumptions)
        self.uses = Uses(self.scopes, self.names, self.flow)
        self.sites: list[Site] = find_sites(self.scopes, self.names)
        self.calls: dict[int, Site] = {id(s.call): s for s in self.sites if s.call is not None}

    @property
    def modules(self) -> Modules:
        """What is known of the modules of the file."""
        return self.facts.holders.modules

    @cached_property
    def replaces_variable(self) -> bool:
        """Whether the file puts something else in the place of a Variable it does not bind itself.

        `module.Variable = ...`, `vars(module)["Variable"] = ...`, `setattr`, `mock.patch`.
        """
        if "Variable" in self.scopes.replaced:
            return True
        return _REPLACING_CALL.search(self.text) is not None
