"""Old-style Functions across the files of a project: all of them are rewritten, or none."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from tests.rules.functions_rewritten import SCALE, SQUARE, program
from varmigrate.model import Report
from varmigrate.run.engine import RunOptions, run
from varmigrate.run.settings import Settings

HEAD = "from torch.autograd import Function\n\n\n"
DEFINES = HEAD + program(SCALE)


def lay(folder: Path, files: Mapping[str, str]) -> None:
    (folder / "setup.py").write_text("")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(program(text))


def texts(folder: Path, files: Mapping[str, str]) -> dict[str, str]:
    return {name: (folder / name).read_text() for name in files}


def fix(folder: Path, paths: tuple[str, ...] = ("",), **how: object) -> Report:
    options = RunOptions(fix=True, write=True, unsafe=True, jobs=1, **how)  # type: ignore[arg-type]
    return run([str(folder / path) for path in paths], options)


def advice(report: Report) -> str:
    return "\n".join(str(f.advice) for f in report.findings() if f.code == "VM508")


# The user file, what has to stand in it afterwards, and further files.
USERS = [
    (
        "from functions import Scale\n\n\ndef go(x):\n    return Scale(3.0)(x)\n",
        "Scale.apply(x, 3.0)",
        {},
    ),
    (
        "import functions\n\n\ndef go(x):\n    return functions.Scale(3.0)(x)\n",
        "functions.Scale.apply(x, 3.0)",
        {},
    ),
    (
        "import functions as f\n\n\ndef go(x):\n    return f.Scale(3.0)(x)\n",
        "f.Scale.apply(x, 3.0)",
        {},
    ),
    (
        "from functions import Scale as S\n\n\ndef go(x):\n    return S(3.0)(x)\n",
        "S.apply(x, 3.0)",
        {},
    ),
    (
        "from functions import *\n\n\ndef go(x):\n    return Scale(3.0)(x)\n",
        "Scale.apply(x, 3.0)",
        {},
    ),
    (
        "from functions import Scale\n\n\ndef go(x, k=3.0):\n    f = Scale(k, shift=1.0)\n    return f(x)\n",
        "f = Scale.apply\n    return f(x, k, 1.0)",
        {},
    ),
    (
        "from again import S\n\n\ndef go(x):\n    return S(3.0)(x)\n",
        "S.apply(x, 3.0)",
        {"again.py": "from functions import Scale as S\n"},
    ),
    (
        "import torch\nfrom functions import Scale\nfrom torch.autograd import Variable\n\n\n"
        "def go(x):\n    return Scale(3.0)(Variable(x.data, requires_grad=True)) + Scale(0.0, 0.0)(x) * 0 + x * 3\n",
        "Scale.apply(x, 0.0, 0.0)",
        {},
    ),
]


@pytest.mark.parametrize(("user", "expected", "more"), USERS)
def test_followed_into_other_files(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    user: str,
    expected: str,
    more: dict[str, str],
) -> None:
    files = {"functions.py": DEFINES, "user.py": user, **more}
    lay(tmp_path, files)
    report = fix(tmp_path)
    assert not list(report.errors())
    after = texts(tmp_path, files)
    assert expected in after["user.py"]
    assert "def forward(ctx, x, factor, shift=1.0):" in after["functions.py"]
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("functions", "user", "again"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    x = torch.tensor([2.0], requires_grad=True)
    result = importlib.import_module("user").go(x)
    result.sum().backward()
    for name in ("functions", "user", "again"):
        sys.modules.pop(name, None)
    assert x.grad is not None
    assert x.grad.item() == 3.0
    assert not [f for f in fix(tmp_path).findings() if f.code == "VM508"]
    assert texts(tmp_path, files) == after


def test_a_package(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "from .functions import Scale\n",
        "pkg/functions.py": DEFINES,
        "pkg/net.py": "from . import Scale\nfrom .functions import Scale as Own\n\n\ndef go(x):\n    return Scale(1.0)(Own(2.0)(x))\n",
        "train.py": "import pkg\n\n\ndef go(x):\n    return pkg.Scale(3.0)(x)\n",
        "deep.py": "import pkg.functions\n\n\ndef go(x):\n    return pkg.functions.Scale(3.0)(x)\n",
    }
    lay(tmp_path, files)
    fix(tmp_path)
    after = texts(tmp_path, files)
    assert "return Scale.apply(Own.apply(x, 2.0), 1.0)" in after["pkg/net.py"]
    assert "pkg.Scale.apply(x, 3.0)" in after["train.py"]
    assert "pkg.functions.Scale.apply(x, 3.0)" in after["deep.py"]
    assert "@staticmethod" in after["pkg/functions.py"]


STOPS = [
    (
        "apply",
        "from functions import Scale\n\n\ndef go(x):\n    return Scale.apply(x)\n",
        "calls `apply` already",
    ),
    (
        "a subclass",
        "from functions import Scale\n\n\nclass More(Scale):\n    pass\n",
        "derives from it",
    ),
    (
        "a value",
        "from functions import Scale\n\nFUNCTIONS = {'scale': Scale}\n",
        "uses the class as a value",
    ),
    (
        "a method",
        "from functions import Scale\n\n\ndef go(x):\n    return Scale(2.0).forward(x)\n",
        "hands the instance on",
    ),
    (
        "a string",
        "import functions\n\n\ndef go(x):\n    return getattr(functions, 'Scale')(2.0)(x)\n",
        "names it in a string",
    ),
    (
        "wrong arguments",
        "from functions import Scale\n\n\ndef go(x):\n    return Scale()(x)\n",
        "leaves out `factor`",
    ),
    (
        "silenced",
        "from functions import Scale\n\n\ndef go(x):\n    return Scale(2.0)(x)  # varmigrate: ignore[VM508]\n",
        "user.py is not to be rewritten",
    ),
    (
        "not parsed",
        "from functions import Scale\n\n\ndef go(x):\n    print Scale(2.0)(x)\n",
        "user.py cannot be analysed",
    ),
    (
        "another binding",
        "from functions import Scale\nif fast:\n    Scale = other\n\n\ndef go(x):\n    return Scale(2.0)(x)\n",
        "user.py may",
    ),
    (
        "a star of another library",
        "from functions import *\nfrom unknown import *\n\n\ndef go(x):\n    return Scale(2.0)(x)\n",
        "user.py may",
    ),
]


@pytest.mark.parametrize(("name", "user", "reason"), STOPS, ids=[stop[0] for stop in STOPS])
def test_one_place_that_is_not_followed_stops_all(
    tmp_path: Path, name: str, user: str, reason: str
) -> None:
    files = {
        "functions.py": DEFINES + "\n\ndef scale(x):\n    return Scale(2.0)(x)\n",
        "user.py": user,
        "good.py": "from functions import Scale\n\n\ndef go(x):\n    return Scale(2.0)(x)\n",
    }
    lay(tmp_path, files)
    before = texts(tmp_path, files)
    report = fix(tmp_path)
    assert texts(tmp_path, files) == before
    assert reason in advice(report)


def test_a_user_outside_the_run_stops_all(tmp_path: Path) -> None:
    files = {
        "lib/functions.py": DEFINES,
        "user.py": "from lib.functions import Scale\n\ny = Scale(2.0)(x)\n",
    }
    lay(tmp_path, {**files, "lib/__init__.py": ""})
    before = texts(tmp_path, files)
    report = fix(tmp_path, ("lib",))
    assert texts(tmp_path, files) == before
    assert "user.py uses it, which is not in this run; it is called in user.py:3" in advice(report)
    fix(tmp_path)
    assert "Scale.apply(x, 2.0)" in texts(tmp_path, files)["user.py"]


def test_a_notebook_stops_all(tmp_path: Path) -> None:
    files = {"functions.py": DEFINES}
    lay(tmp_path, files)
    cell = {"cell_type": "code", "source": ["Scale(2.0)(x)"]}
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": [cell]}))
    assert "a.ipynb names it" in advice(fix(tmp_path))
    assert texts(tmp_path, files) == {"functions.py": DEFINES}


def test_a_rule_that_is_off_in_one_file_stops_all(tmp_path: Path) -> None:
    files = {
        "functions.py": DEFINES,
        "user.py": "from functions import Scale\n\ny = Scale(2.0)(x)\n",
    }
    lay(tmp_path, files)
    before = texts(tmp_path, files)
    settings = Settings(folder=str(tmp_path), per_file_ignores={"user.py": ("VM5",)})
    report = fix(tmp_path, settings=settings)
    assert texts(tmp_path, files) == before
    assert "user.py is not to be rewritten" in advice(report)


def test_an_instance_that_another_file_may_use(tmp_path: Path) -> None:
    files = {
        "functions.py": HEAD + program(SQUARE) + "\nsquare = Square()\n",
        "user.py": "from functions import square\n\ny = square.forward(x)\n",
    }
    lay(tmp_path, files)
    before = texts(tmp_path, files)
    report = fix(tmp_path)
    assert texts(tmp_path, files) == before
    assert "keeps the instance as `square` for other files" in advice(report)


def test_an_attribute_that_another_file_may_use(tmp_path: Path) -> None:
    net = """
    from functions import Scale


    class Net:
        def __init__(self):
            self.scale = Scale(2.0)

        def forward(self, x):
            return self.scale(x)
    """
    files = {"functions.py": DEFINES, "net.py": net}
    lay(tmp_path, {**files, "user.py": "from net import Net\n\ny = Net().scale(x)\n"})
    before = texts(tmp_path, files)
    report = fix(tmp_path)
    assert texts(tmp_path, files) == before
    assert "user.py may use the instance `scale`" in advice(report)
    (tmp_path / "user.py").write_text("from net import Net\n\ny = Net().forward(x)\n")
    fix(tmp_path)
    assert "return self.scale(x, 2.0)" in texts(tmp_path, files)["net.py"]


def test_an_argument_that_another_file_may_set(tmp_path: Path) -> None:
    net = """
    from functions import Scale


    class Net:
        def __init__(self):
            self.factor = 2.0
            self.scale = Scale(self.factor)

        def forward(self, x):
            return self.scale(x)
    """
    files = {"functions.py": DEFINES, "net.py": net}
    lay(tmp_path, {**files, "user.py": "from net import Net\n\nn = Net()\nn.factor = 3.0\n"})
    before = texts(tmp_path, files)
    assert "user.py may set `factor`" in advice(fix(tmp_path))
    assert texts(tmp_path, files) == before
    (tmp_path / "user.py").write_text("from net import Net\n\nn = Net()\nok = n.factor == 3.0\n")
    fix(tmp_path)
    assert "return self.scale(x, self.factor)" in texts(tmp_path, files)["net.py"]


def test_a_failure_in_one_file_stops_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from varmigrate.rewrite.guard import Rejected
    from varmigrate.run import judge

    files = {
        "functions.py": DEFINES,
        "user.py": "from functions import Scale\n\ny = Scale(2.0)(x)\n",
    }
    lay(tmp_path, files)
    before = texts(tmp_path, files)
    verify = judge.verify

    def fails(text: str, after: str, edits: object) -> None:
        if "from functions" in text:
            raise Rejected("for the test")
        verify(text, after, edits)  # type: ignore[arg-type]

    monkeypatch.setattr(judge, "verify", fails)
    report = fix(tmp_path)
    assert texts(tmp_path, files) == before
    assert "the rewrite failed in one of the files" in advice(report)


def test_other_classes_of_that_name_are_left_alone(tmp_path: Path) -> None:
    files = {
        "functions.py": DEFINES,
        "own.py": "class Scale:\n    pass\n\n\ny = Scale()\n",
        "other.py": "from library import Scale\n\ny = Scale(1)(x)\n",
        "words.py": "# Scale\ny = torch.Scale\n",
    }
    lay(tmp_path, files)
    fix(tmp_path)
    after = texts(tmp_path, files)
    assert "@staticmethod" in after["functions.py"]
    assert {name: after[name] for name in ("own.py", "other.py", "words.py")} == {
        name: files[name] for name in ("own.py", "other.py", "words.py")
    }


def test_check_tells_of_every_place(tmp_path: Path) -> None:
    files = {
        "functions.py": DEFINES,
        "user.py": "from functions import Scale\n\ny = Scale(2.0)(x)\n",
    }
    lay(tmp_path, files)
    report = run([str(tmp_path)], RunOptions(jobs=1))
    found = [(Path(f.path).name, f.line, f.safety) for f in report.findings() if f.code == "VM508"]
    assert found == [("functions.py", 4, "unsafe"), ("user.py", 3, "unsafe")]


def test_the_files_in_processes_of_their_own(tmp_path: Path) -> None:
    files = {"functions.py": DEFINES}
    files |= {f"u{i}.py": "from functions import Scale\n\ny = Scale(2.0)(x)\n" for i in range(24)}
    lay(tmp_path, files)
    run([str(tmp_path)], RunOptions(fix=True, write=True, unsafe=True, jobs=2))
    after = texts(tmp_path, files)
    assert all("Scale.apply(x, 2.0)" in after[name] for name in files if name != "functions.py")
