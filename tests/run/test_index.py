"""When the files around one are looked into."""

from __future__ import annotations

from pathlib import Path

import pytest

from varmigrate.run import index
from varmigrate.run.engine import RunOptions, run_text
from varmigrate.run.engine import run as index_run

USE = "from torch.autograd import Variable\n"


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[object]:
    """What was walked; the current folder is a project with another file."""
    calls: list[object] = []
    walk = index.discover

    def spy(*arguments: object) -> object:
        calls.append(arguments)
        return walk(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(index, "discover", spy)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "other.py").write_text(USE + "def wrap(t):\n    return Variable(t)\n")
    return calls


def findings(path: str, text: str) -> list[str]:
    report = run_text(path, text.encode(), RunOptions())
    return [finding.code for result in report.results for finding in result.findings]


def test_a_text_that_is_no_file_and_imports_none_stands_alone(looked: list[object]) -> None:
    assert findings("new.py", USE + "v = Variable(t)\n")
    assert not looked


def test_a_text_that_imports_a_file_of_the_project_is_told_of_it(looked: list[object]) -> None:
    assert findings("new.py", "import torch\nfrom other import wrap\nv = wrap(t)  # Variable\n")
    assert looked


def test_a_text_in_the_place_of_a_file_may_be_imported(
    looked: list[object], tmp_path: Path
) -> None:
    (tmp_path / "here.py").touch()
    assert findings("here.py", USE + "v = Variable(t)\n")
    assert looked


def test_an_import_nobody_takes_goes_from_a_file_that_others_import(tmp_path: Path) -> None:
    (tmp_path / "setup.py").touch()
    (tmp_path / "net.py").write_text("import torch\n" + USE + "\n\ndef net(x):\n    return x\n")
    user = "import torch\nimport net\n\ny = net.net(torch.autograd.Variable(torch.ones(2)))\n"
    (tmp_path / "main.py").write_text(user)
    report = index_run([str(tmp_path)], RunOptions(jobs=1, fix=True, write=True))
    assert not report.problems
    assert "Variable" not in (tmp_path / "net.py").read_text()
