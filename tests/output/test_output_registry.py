"""The registry of formats, and what a run pays for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from varmigrate import output
from varmigrate.model import Report
from varmigrate.output.options import Options


def test_every_format_file_is_a_format() -> None:
    folder = Path(output.__file__).parent
    files = {path.stem.removeprefix("format_") for path in folder.glob("format_*.py")}
    assert set(output.formats()) == files
    assert {"text", "json", "jsonl"} <= files


def test_a_new_file_is_a_new_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "format_shout.py").write_text(
        "def render(report, options):\n    yield f'{report.checked}!'\n"
    )
    monkeypatch.setattr(output, "__path__", [*output.__path__, str(tmp_path)])
    assert "shout" in output.formats()
    render = output.get("shout")
    assert list(render(Report(checked=3), Options("1"))) == ["3!"]


@pytest.mark.parametrize("name", ["", "sarifx", "../json", "diff"])
def test_unknown_format(name: str) -> None:
    with pytest.raises(KeyError):
        output.get(name)


def _modules_after(program: str) -> set[str]:
    """The modules a fresh interpreter holds after `program`."""
    program += "\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


_RENDER = """
from varmigrate.model import FileResult, Finding, Report
from varmigrate.output import formats, get
from varmigrate.output.options import Options
formats()
found = Finding("a.py", 1, 1, 1, 2, "VM105", "m", source_line="x")
dirty = Report((FileResult("a.py", (found,)),), 1)
clean = Report((), 1)
output = "".join(get("{name}")({report}, Options("1")))
"""


def test_a_clean_run_imports_neither_rich_nor_json() -> None:
    modules = _modules_after(_RENDER.format(name="text", report="clean"))
    assert "rich" not in modules
    assert "json" not in modules


def test_a_run_with_findings_imports_rich() -> None:
    assert "rich" in _modules_after(_RENDER.format(name="text", report="dirty"))


def test_the_machine_formats_do_without_rich() -> None:
    for name in ("json", "jsonl"):
        assert "rich" not in _modules_after(_RENDER.format(name=name, report="dirty"))


def test_the_diff_itself_does_without_rich() -> None:
    program = "from varmigrate.output.diff import unified_diff_bytes as d; d('a', b'1', b'2')"
    assert "rich" not in _modules_after(program)
