"""The unit of work of a run: one file, in this process or in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from varmigrate.analysis.context import ModuleContext
from varmigrate.files.depth import with_deep_stack
from varmigrate.model import FileResult, Safety
from varmigrate.run.judge import FileOptions, judge_file


@dataclass(frozen=True, slots=True)
class Task:
    """One file to judge: its name as shown, its bytes, what the project says, what is asked."""

    path: str
    raw: bytes
    context: ModuleContext
    options: FileOptions


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a task.

    settled: for the wrappers the file defines, by name, how far the fixes of the calls of Variable
    inside them may be trusted (None: one has no fix, or is left alone).
    """

    result: FileResult
    settled: Mapping[str, Safety | None] = field(default_factory=dict)


def work(task: Task) -> Outcome:
    """Judge one file; an error in this program costs that file alone and is named."""
    settled: dict[str, Safety | None] = {}
    try:
        result = with_deep_stack(
            lambda: judge_file(task.path, task.raw, task.context, task.options, settled)
        )
    except Exception as error:
        message = f"{task.path}: internal error, please report it: {type(error).__name__}: {error}"
        return Outcome(FileResult(task.path, errors=(message,)))
    return Outcome(result, settled)
