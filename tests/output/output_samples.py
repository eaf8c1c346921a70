"""Findings and reports made by hand."""

from __future__ import annotations

from typing import Any

from varmigrate.model import Edit, FileResult, Finding, Fix, Intent, Report, Safety
from varmigrate.output import get
from varmigrate.output.options import Options

SAFE = Fix(Safety.SAFE, "drop the Variable call", (Edit(0, 9, ""), Edit(13, 14, "")))
UNSAFE = Fix(Safety.UNSAFE, "use x itself", (Edit(3, 3, "é"),), "x is not used again")
ESC = "\x1b"


def finding(
    source: str = "x = Variable(data)", piece: str = "Variable(data)", **kw: Any
) -> Finding:
    """A finding on `piece` of the line `source`, with whatever fields `kw` sets otherwise."""
    start = source.index(piece)
    fields: dict[str, Any] = {
        "path": "src/train.py",
        "line": 12,
        "column": start + 1,
        "end_line": kw.get("line", 12),
        "end_column": start + 1 + len(piece),
        "code": "VM105",
        "message": "a batch needs no Variable",
        "intent": Intent.BATCH,
        "fix": SAFE,
        "source_line": source,
    }
    return Finding(**(fields | kw))


def manual(**kw: Any) -> Finding:
    """A finding without a fix."""
    fields: dict[str, Any] = {
        "code": "VM206",
        "message": "leftover import",
        "intent": None,
        "fix": None,
        "advice": "remove it",
    }
    return finding(**(fields | kw))


def report(
    *findings: Finding, fixed: tuple[Finding, ...] = (), checked: int = 7, **kw: Any
) -> Report:
    """A report of the files in which `findings` and `fixed` lie; `kw` goes into each file."""
    paths = sorted({item.path for item in (*findings, *fixed)})
    results = tuple(
        FileResult(
            path,
            tuple(item for item in findings if item.path == path),
            tuple(item for item in fixed if item.path == path),
            **kw,
        )
        for path in paths
    )
    return Report(results, checked)


def shown(made: Report, name: str = "text", **kw: Any) -> str:
    """The whole output of a format."""
    return "".join(get(name)(made, Options("1.2.3", **kw)))
