"""A file that cannot be analysed.

What it does: reports files that mention the legacy API and cannot be decoded, parsed, or reproduced
byte for byte by the parser. `async` as a name (VM501) and quiet lines of IPython, such as
`%matplotlib inline` and `!pip install x`, are no obstacle; a line such as `%run other.py`, which
may give names another meaning, is.

Why: a file nobody can read is a file nobody migrates; silence would look like success.

Example:

    x = Variable(t

Use instead:

    x = Variable(t)

Fix safety: no fix; the file is left alone and all others go on.
"""

from __future__ import annotations

from typing import ClassVar

from varmigrate.rules.base import Rule


class NotParsed(Rule):
    """Reported by the run itself."""

    code: ClassVar[str] = "VM001"
    name: ClassVar[str] = "not-parsed"
