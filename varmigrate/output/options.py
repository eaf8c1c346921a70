"""What the user asked of the output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Options:
    """How a report is to be shown.

    version: of varmigrate, for the machine formats.
    verbose: show every finding in full, with its evidence, also those that follow from the fix of
    another one, and what was fixed.
    quiet: one line per finding and nothing else.
    statistics: tables by code, intent and safety.
    command: what ran; under "fix" the findings of a report are those that are left.
    diff: the fixes were only shown, not written (`fix --diff`).
    unsafe_fixes: unsafe fixes were asked for.
    color: write colour codes.
    width: columns of the terminal, None when the output is not a terminal.
    """

    version: str
    verbose: bool = False
    quiet: bool = False
    statistics: bool = False
    command: Literal["check", "fix"] = "check"
    diff: bool = False
    unsafe_fixes: bool = False
    color: bool = False
    width: int | None = None
