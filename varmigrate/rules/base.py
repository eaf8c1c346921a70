"""What a rule is, and how the intent of a call is decided among the rules that claim it."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import libcst as cst

from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.scopes import Binding
from varmigrate.analysis.sites import Site
from varmigrate.model import Edit, Finding, Fix, Intent, Safety

if TYPE_CHECKING:
    from varmigrate.rules.view import CallView


class Weight(enum.IntEnum):
    """How much a piece of evidence counts; a stronger kind always beats a weaker one."""

    NONE = 0
    HINT = 1
    NAME = 2
    CONTEXT = 3
    ARGUMENT = 6
    FLOW = 10
    FLAG = 30
    CERTAIN = 100


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason, in words, to see an intent in a call."""

    weight: Weight
    text: str


@dataclass(frozen=True, slots=True)
class Invalid:
    """A case a rule must find: the source, what it is rewritten to (None: only reported).

    unsafe: whether the rewrite needs `--unsafe-fixes`.
    """

    source: str
    fixed: str | None = None
    unsafe: bool = False


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A fix, and the statement that goes with the fixes of all the `calls` in it."""

    fix: Fix
    deletes: cst.CSTNode | None = None
    calls: int = 1
    instead: tuple[Edit, ...] = ()


@dataclass(eq=False, slots=True)
class Proposal:
    """A finding before its place is written out: the site, what to say, and what to do.

    site: the use of Variable it is about, None for other old names.
    removes: bindings (imports) the fix takes away. follows: the fix of another place is enough.
    span: the reported place, when it is not `node`. deletes: the statement that goes when the fixes
    of all the `calls` in it are made; `instead` are the edits of this one alone. bolder: a shorter
    rewrite under an assumption, for those who ask for unsafe fixes. quiet: only worth saying to
    those who ask for the code or its group. alone: the fix moves whole lines, and is made before
    all others. keeps: the name that was found is still there after the fix. waits_for: the wrapper
    whose rewrite takes care of this, by file and name, where there is no fix.
    """

    code: str
    site: Site | None
    node: cst.CSTNode
    message: str
    intent: Intent | None = None
    evidence: tuple[str, ...] = ()
    fix: Fix | None = None
    advice: str | None = None
    removes: tuple[Binding, ...] = ()
    follows: bool = False
    span: tuple[int, int] | None = None
    deletes: cst.CSTNode | None = None
    calls: int = 1
    instead: tuple[Edit, ...] = ()
    bolder: Rewrite | None = None
    quiet: bool = False
    alone: bool = False
    keeps: bool = False
    waits_for: tuple[str, str] | None = None

    def trust(self) -> None:
        """Take the bolder rewrite, where there is one."""
        if self.bolder is not None:
            self.fix = self.bolder.fix
            self.deletes = self.bolder.deletes
            self.calls = self.bolder.calls
            self.instead = self.bolder.instead

    def finding(self, analysis: FileAnalysis) -> Finding:
        """The finding as it is reported."""
        tree = analysis.tree
        start, end = self.span or (tree.start(self.node), tree.end(self.node))
        line, column = tree.place(start)
        end_line, end_column = tree.place(end)
        return Finding(
            path=analysis.path,
            line=line,
            column=column,
            end_line=end_line,
            end_column=end_column,
            code=self.code,
            message=self.message,
            intent=self.intent,
            evidence=self.evidence,
            fix=self.fix,
            advice=self.advice,
            source_line=tree.line_text(line),
            follows=self.follows,
            waits_for=self.waits_for,
        )


class Rule:
    """One kind of finding. Subclasses set `code`, `name` and the cases, and define `check`.

    triggers: bytes one of which a file must hold; they stand in `varmigrate.run.prefilter` as well.
    select: what the cases of the rule are run with, for a rule that is off by default.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    intent: ClassVar[Intent | None] = None
    triggers: ClassVar[tuple[bytes, ...]] = (b"Variable",)
    valid: ClassVar[tuple[str, ...]] = ()
    invalid: ClassVar[tuple[Invalid, ...]] = ()
    select: ClassVar[tuple[str, ...]] = ()

    def on(self, analysis: FileAnalysis) -> bool:
        """Whether the rule speaks of a file unless it is asked not to."""
        return True

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        """Yield what the rule finds in a file. Rules about the file itself find nothing here."""
        return iter(())

    @classmethod
    def documentation(cls) -> str:
        """The docstring of the rule's file."""
        module = inspect.getmodule(cls)
        return inspect.cleandoc(module.__doc__ or "") if module else ""


class IntentRule(Rule):
    """A rule for calls of Variable with one intent: it offers evidence, the strongest side wins.

    message: what a finding of this intent says. priority: which rule wins when the evidence for
    two intents weighs the same (the higher one).
    """

    message: ClassVar[str]
    priority: ClassVar[int] = 0

    def evidence(self, call: CallView) -> Iterator[Evidence]:
        """Yield the reasons to see this rule's intent in a call."""
        raise NotImplementedError

    def advice(self, call: CallView) -> str | None:
        """What follows from the intent but is never done silently; None when nothing does."""
        return None

    def check(self, analysis: FileAnalysis) -> Iterator[Proposal]:
        from varmigrate.rules.deciding import decisions

        for decision in decisions(analysis):
            if decision.code == self.code:
                yield decision


def safe(title: str, edits: tuple[Edit, ...]) -> Fix:
    """A fix that is proved."""
    return Fix(Safety.SAFE, title, edits)


def unsafe(title: str, edits: tuple[Edit, ...], assumption: str) -> Fix:
    """A fix that rests on an assumption, which is printed."""
    return Fix(Safety.UNSAFE, title, edits, assumption)
