"""Fixing source texts held in memory: for tests, notebooks and other tools."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping

from varmigrate.model import FileResult
from varmigrate.run.engine import RunOptions, run


def fix_project(
    files: Mapping[str, str], unsafe: bool = False, inline: bool = False
) -> dict[str, FileResult]:
    """Fix a small project given as {relative path: text}; inline: take out idle wrappers too.

    Returns the result of every file that has findings or changed, by relative path.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text)
        report = run([folder], RunOptions(fix=True, unsafe=unsafe, inline=inline, jobs=1))
        return {os.path.relpath(result.path, folder): result for result in report.results}


def fix_text(text: str, files: Mapping[str, str] | None = None, unsafe: bool = False) -> str:
    """The fixed form of one source text; `files` are other files of the same project."""
    name = "main_program.py"
    results = fix_project({**(files or {}), name: text}, unsafe=unsafe)
    result = results.get(name)
    return text if result is None or result.after is None else result.after
