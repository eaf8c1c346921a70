"""A file that was written for Python 2.

What it does: reports files with a sign of Python 2: `print` or `exec` as a statement,
`raise E, "m"`, `except E, name`, a tuple in the place of a parameter, backticks, `<>`, numbers like
`0777` and `10L`, strings with the prefix `ur`, and tabs mixed with blanks. The first line that
shows it is named, with the command that converts the file.

Why: most of these are errors of syntax, but `except E, name:` is taken by grammars of today, and
then means two exceptions. Nothing is rewritten in a file that is understood by half.

Example:

    print "loss", loss.data[0]

Use instead:

    python -m fissix -w -n FILE

Fix safety: no fix; the file is left alone and all others go on.
"""

from __future__ import annotations

from typing import ClassVar

from varmigrate.rules.base import Rule


class NeedsPython2(Rule):
    """Reported by the run itself."""

    code: ClassVar[str] = "VM002"
    name: ClassVar[str] = "python2"
