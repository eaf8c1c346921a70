"""From rich texts to the characters that are written."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text


def painted(texts: Iterable[Text], *, color: bool) -> Iterator[str]:
    """Yield each text followed by a newline, with colour codes if `color`; nothing is wrapped."""
    if not color:
        for text in texts:
            yield text.plain + "\n"
        return
    file = io.StringIO()
    # The sixteen colours of the user's own theme; the environment has had its say in `color`.
    console = Console(
        file=file,
        force_terminal=True,
        color_system="standard",
        no_color=False,
        legacy_windows=False,
        force_jupyter=False,
        width=80,
    )
    for text in texts:
        console.print(text, soft_wrap=True, highlight=False, markup=False, emoji=False)
        yield file.getvalue()
        file.seek(0)
        file.truncate()
