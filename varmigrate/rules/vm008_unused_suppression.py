"""A suppression comment that suppresses nothing.

What it does: reports `# varmigrate: ignore[...]`, `# varmigrate: ignore-file` and `# noqa: VM...`
comments, or items in them, to which no finding belongs, in files that name torch.

Why: a suppression that outlives its finding hides the next one.

Example:

    x = y.detach()  # varmigrate: ignore[VM105] kept for old checkpoints

Use instead:

    x = y.detach()

Fix safety: no fix; delete the comment.
"""

from __future__ import annotations

from typing import ClassVar

from varmigrate.rules.base import Rule


class UnusedSuppression(Rule):
    """Reported by the run itself, once all other findings are known."""

    code: ClassVar[str] = "VM008"
    name: ClassVar[str] = "unused-suppression"
    triggers: ClassVar[tuple[bytes, ...]] = (b"varmigrate:", b"noqa: VM", b"noqa:VM")
