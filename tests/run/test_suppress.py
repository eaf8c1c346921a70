"""Suppression comments: what they name, and when they are told to be of no use."""

from __future__ import annotations

import pytest

from varmigrate.analysis.context import ModuleContext
from varmigrate.model import Finding
from varmigrate.run.judge import FileOptions, judge_file
from varmigrate.run.prefilter import is_candidate, mentions_trigger

LINE = "from torch.autograd import Variable\n\n\ndef f(t):\n    handle([Variable(t)]){}\n"


def findings(source: str) -> list[Finding]:
    """What a run over one file reports."""
    raw = source.encode()
    if not (mentions_trigger(raw) and is_candidate(raw)):
        return []
    return list(judge_file("a.py", raw, ModuleContext(), FileOptions()).findings)


def codes(source: str) -> list[str]:
    return [finding.code for finding in findings(source)]


@pytest.mark.parametrize(
    "items", ["VM112", "vm112", "VM1", "plain", "Plain", "VM105 , plain", " VM112 "]
)
def test_brackets_name_what_a_selection_names(items: str) -> None:
    assert "VM112" not in codes(LINE.format(f"  # varmigrate: ignore[{items}] why"))


@pytest.mark.parametrize(
    ("items", "idle"),
    [
        ("batch", "batch"),
        ("VM105", "VM105"),
        ("VM2", "VM2"),
        ("VM1120", "VM1120"),
        ("plane", "plane"),
        ("112", "112"),
        ("VM-112", "vm-112"),
        ("", ""),
        (" ", ""),
    ],
)
def test_brackets_that_name_nothing_silence_nothing(items: str, idle: str) -> None:
    """A slip in the brackets must not silence everything."""
    found = findings(LINE.format(f"  # varmigrate: ignore[{items}]"))
    assert sorted(f.code for f in found) == ["VM008", "VM112"]
    assert found[-1].message.endswith(f"suppresses nothing for {idle}" if idle else "nothing")


def test_only_the_idle_items_are_told() -> None:
    (told,) = findings(LINE.format("  # varmigrate: ignore[batch, VM1, VM112]"))
    assert told.message.endswith("suppresses nothing for batch")


def test_a_bracket_left_open() -> None:
    assert codes(LINE.format("  # varmigrate: ignore[VM112")) == []
    assert "VM112" in codes(LINE.format("  # varmigrate: ignore[VM105"))


@pytest.mark.parametrize(
    "comment",
    [
        "# varmigrate: ignore",
        "# varmigrate: ignore-file",
        "# varmigrate: ignore[batch]",
        "# varmigrate: ignore-file[VM1]",
        "# noqa: VM105",
    ],
)
def test_what_outlived_all_uses_is_told(comment: str) -> None:
    assert codes(f"import torch\nx = torch.ones(1)  {comment}\n") == ["VM008"]


@pytest.mark.parametrize(
    ("first", "left"),
    [
        ("# varmigrate: ignore-file", []),
        ("  # Varmigrate: ignore-file[VM001] old", []),
        ("# varmigrate: ignore-file[VM0]", []),
        ("# varmigrate: ignore-file[VM105]", ["VM001"]),
        ("# varmigrate: ignore", ["VM001"]),
        ("x = '# varmigrate: ignore-file'", ["VM001"]),
    ],
)
def test_a_file_that_cannot_be_parsed_can_be_left_out(first: str, left: list[str]) -> None:
    assert codes(f"{first}\nimport torch\nx = Variable(\n") == left
    assert codes(f"{first}\nimport torch\nx = {'(' * 999}Variable{')' * 999}\n") == left
