"""The unit of work of a run: one file, in this process or in a worker."""

from __future__ import annotations

from dataclasses import dataclass

from varmigrate.analysis.context import ModuleContext
from varmigrate.files.depth import with_deep_stack
from varmigrate.model import FileResult
from varmigrate.run.judge import FileOptions, judge_file


@dataclass(frozen=True, slots=True)
class Task:
    """One file to judge: its name as shown, its bytes, what the project says, what is asked."""

    path: str
    raw: bytes
    context: ModuleContext
    options: FileOptions


def work(task: Task) -> FileResult:
    """Judge one file; an error in this program costs that file alone and is named."""
    try:
        return with_deep_stack(lambda: judge_file(task.path, task.raw, task.context, task.options))
    except Exception as error:
        message = f"{task.path}: internal error, please report it: {type(error).__name__}: {error}"
        return FileResult(task.path, errors=(message,))
