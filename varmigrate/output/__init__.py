"""Turning a report into text: one format, one file.

A format called `name` is a module `format_name.py` in this package with a function
`render(report: Report, options: Options) -> Iterator[str]`. Adding that file adds the format.
Formats say what was found and done; messages about files that could not be finished go to the
error stream, which is the command line's business (the machine formats list them all the same).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from varmigrate.model import Report
    from varmigrate.output.options import Options

    Render = Callable[[Report, Options], Iterator[str]]

_PREFIX = "format_"


def formats() -> tuple[str, ...]:
    """The names of all output formats, sorted. No format is imported for it."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX)))


def get(name: str) -> Render:
    """The `render` function of the format `name`; KeyError when there is no such format."""
    if name not in formats():
        raise KeyError(name)
    module = importlib.import_module(f"{__name__}.{_PREFIX}{name}")
    return cast("Render", module.render)
