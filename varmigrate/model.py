"""The types that travel between the rooms.

All are frozen dataclasses of plain data (no syntax nodes), so that a worker process can send them
back and an output format can be written without knowing how the analysis works.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field


class Safety(enum.StrEnum):
    """How far a rewrite may be trusted: SAFE is proved, UNSAFE rests on the stated assumption."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Intent(enum.StrEnum):
    """What the author of a legacy call wanted from it."""

    TRAINABLE = "trainable"
    INPUT_GRADIENT = "input-gradient"
    FREEZE = "freeze"
    NO_GRAD_PREPROCESSING = "no-grad-preprocessing"
    BATCH = "batch"
    TARGET = "target"
    CONSTANT = "constant"
    STATE = "state"
    HISTORY_CUT = "history-cut"
    INFERENCE = "inference"
    DYNAMIC = "dynamic"
    PLAIN = "plain"
    TYPE_USE = "type-use"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the text from offset `start` up to `end` by `text`.

    Offsets count code points of the decoded file (byte order mark excluded, newlines as they are
    in the file), from 0. An insertion has `start == end`.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A rewrite: what it is called, how far it may be trusted, and the edits that make it.

    `assumption` says what an unsafe fix takes for granted; a safe fix has none.
    """

    safety: Safety
    title: str
    edits: tuple[Edit, ...]
    assumption: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where the legacy API is used, what was meant there, and what to do about it.

    Lines and columns are 1-based; columns count code points; the end is exclusive in columns.
    `evidence` lists in words what decided the intent. A finding without a fix carries `advice`.
    `source_line` is the text of the first line, without its newline, for display. `follows`: there
    is nothing to do here, because the fix of another finding takes care of it (a call of a wrapper
    whose body is rewritten). `follows_unsafe`: the same, but that fix is an unsafe one.
    `waits_for`: the wrapper, by file and name, whose rewrite takes care of this finding without a
    fix.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    message: str
    intent: Intent | None = None
    evidence: tuple[str, ...] = ()
    fix: Fix | None = None
    advice: str | None = None
    cell: int | None = None
    source_line: str = ""
    follows: bool = False
    follows_unsafe: bool = False
    waits_for: tuple[str, str] | None = None

    @property
    def safety(self) -> str:
        """The safety of the fix: "safe" or "unsafe", or "manual" when there is none."""
        return self.fix.safety.value if self.fix else "manual"

    def sort_key(self) -> tuple[str, int, int, int, str]:
        """Order of reports: by file, then by place, then by code."""
        return (self.path, self.cell or 0, self.line, self.column, self.code)


@dataclass(frozen=True, slots=True)
class FileResult:
    """What one file came to.

    path: as shown to the user.
    findings: what was found (`check`), or what is left after the fixes (`fix`).
    fixed: the findings whose fix was applied (`fix` only).
    before, after: the decoded text and its rewritten form; both None when nothing changes.
    raw, new_bytes: the same as bytes of the file; None when nothing changes.
    errors: plain words for what kept the file from being read, written or finished.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    fixed: tuple[Finding, ...] = ()
    before: str | None = None
    after: str | None = None
    raw: bytes | None = None
    new_bytes: bytes | None = None
    errors: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the fixes change the file."""
        return self.new_bytes is not None


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a run: results of files with something to say (sorted by path), and counts.

    checked: how many files were looked at, silent ones included.
    problems: messages that belong to no analysed file (a folder without permission, ...).
    """

    results: tuple[FileResult, ...] = ()
    checked: int = 0
    problems: tuple[str, ...] = field(default=())

    def findings(self) -> Iterator[Finding]:
        """All findings, file by file, in order of place."""
        for result in self.results:
            yield from result.findings

    def fixed(self) -> Iterator[Finding]:
        """All findings whose fix was applied, file by file."""
        for result in self.results:
            yield from result.fixed

    def errors(self) -> Iterator[str]:
        """All error messages, those of files last."""
        yield from self.problems
        for result in self.results:
            yield from result.errors
