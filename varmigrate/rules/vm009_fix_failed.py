"""The fixes of a file failed their own verification.

What it does: reports files whose rewritten text would not parse, would lose a comment, would change
something outside the edits, or would leave something to fix. The file is left as it was.

Why: no fix is believed until it is checked.

Example:

    (a file this tool rewrites wrongly)

Use instead:

    (report it, with the file)

Fix safety: no fix; nothing was written.
"""

from __future__ import annotations

from typing import ClassVar

from varmigrate.rules.base import Rule


class FixFailed(Rule):
    """Reported by the run itself."""

    code: ClassVar[str] = "VM009"
    name: ClassVar[str] = "fix-failed"
