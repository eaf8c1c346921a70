"""Whole runs: folders, projects, processes, writing, settings."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from varmigrate.files import write
from varmigrate.model import Report
from varmigrate.run import engine, pool
from varmigrate.run.api import fix_project, fix_text
from varmigrate.run.engine import RunOptions, run, run_text
from varmigrate.run.pool import WorkerDied, map_processes
from varmigrate.run.settings import Settings, SettingsError, find_settings, load_settings

USE = "from torch.autograd import Variable\n\n\ndef f(t):\n    handle([Variable(t)])\n"
FIXED = "def f(t):\n    handle([t.detach()])\n"


def tree(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def seen(report: Report) -> list[tuple[str, int, str]]:
    """What a report found: file name, line, code."""
    return [(os.path.basename(f.path), f.line, f.code) for f in report.findings()]


def test_fix_writes_and_a_second_run_finds_nothing(tmp_path: Path) -> None:
    tree(tmp_path, {"a.py": USE, "b.py": "import torch\n", "sub/c.py": USE})
    report = run([str(tmp_path)], RunOptions(fix=True, write=True))
    assert report.checked == 3
    assert [os.path.basename(r.path) for r in report.results] == ["a.py", "c.py"]
    assert (tmp_path / "a.py").read_text() == FIXED
    assert (tmp_path / "b.py").read_text() == "import torch\n"
    assert run([str(tmp_path)], RunOptions(fix=True, write=True)).results == ()


def test_check_and_diff_write_nothing(tmp_path: Path) -> None:
    tree(tmp_path, {"a.py": USE})
    before = (tmp_path / "a.py").stat()
    run([str(tmp_path)], RunOptions())
    report = run([str(tmp_path)], RunOptions(fix=True))
    assert report.results[0].after == FIXED
    assert (tmp_path / "a.py").stat().st_mtime_ns == before.st_mtime_ns
    assert (tmp_path / "a.py").read_text() == USE


def test_one_bad_file_does_not_end_the_run(tmp_path: Path) -> None:
    tree(tmp_path, {"a.py": "import torch\nVariable 1\n", "b.py": USE})
    (tmp_path / "c.py").write_bytes(b"import torch  # Variable \xff\n")
    (tmp_path / "d.py").symlink_to(tmp_path / "nowhere.py")
    report = run([str(tmp_path)], RunOptions(fix=True, write=True))
    assert seen(report) == [("a.py", 2, "VM001"), ("c.py", 1, "VM001")]
    assert (tmp_path / "b.py").read_text() == FIXED
    (problem,) = report.errors()
    assert "d.py" in problem


def test_a_file_changed_meanwhile_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tree(tmp_path, {"a.py": USE}) / "a.py"
    real = write.replace

    def late(name: str, expected: bytes, new: bytes) -> None:
        path.write_text("someone else was here\n")
        real(name, expected, new)

    monkeypatch.setattr(write, "replace", late)
    report = run([str(path)], RunOptions(fix=True, write=True))
    assert path.read_text() == "someone else was here\n"
    assert len(list(report.errors())) == 1
    assert not list(report.fixed())
    assert "VM112" in [f.code for f in report.findings()]


def test_a_failing_analysis_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from varmigrate.run import work

    tree(tmp_path, {"a.py": USE, "b.py": USE})
    real = work.judge_file

    def broken(path: str, *rest: object) -> object:
        if path.endswith("a.py"):
            raise KeyError("oops")
        return real(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "judge_file", broken)
    report = run([str(tmp_path)], RunOptions(jobs=1))
    assert [os.path.basename(f.path) for f in report.findings()] == ["b.py"]
    (message,) = report.errors()
    assert "internal error" in message


# -- processes ---------------------------------------------------------------------------------


def _square_or_die(number: int) -> int:
    if number == 13:
        os._exit(3)
    return number * number


def _square(number: int) -> int:
    return number * number


def test_a_dying_worker_costs_one_item() -> None:
    results = dict(map_processes(_square_or_die, list(range(40)), 2))
    assert len(results) == 40
    assert isinstance(results[13], WorkerDied)
    assert all(results[n] == n * n for n in range(40) if n != 13)


class _Refusing(ProcessPoolExecutor):
    """A pool on a system that grants a few tasks and then no more processes."""

    granted = 0

    def submit(self, *arguments: Any, **named: Any) -> Future[Any]:
        if self.granted == 0:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        self.granted -= 1
        return super().submit(*arguments, **named)


@pytest.mark.parametrize("granted", [0, 1, 3, 7])
def test_without_processes_the_work_is_done_here(
    granted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Refusing, "granted", granted)
    monkeypatch.setattr(pool, "ProcessPoolExecutor", _Refusing)
    found = list(map_processes(_square, list(range(20)), 2))
    assert sorted(found) == [(n, n * n) for n in range(20)]


@pytest.mark.parametrize("error", [OSError(errno.EROFS, "no"), ImportError(), EOFError()])
def test_without_a_pool_the_work_is_done_here(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(pool, "ProcessPoolExecutor", refuse)
    assert list(map_processes(_square, [2, 3], 2)) == [(0, 4), (1, 9)]
    assert isinstance(pool._alone(_square, 2), WorkerDied)


def test_a_dying_worker_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {f"m{i}.py": USE for i in range(25)})

    def dying(function: object, items: list[object], jobs: int) -> object:
        from varmigrate.run.work import work

        for index, item in enumerate(items):
            yield index, WorkerDied() if index == 3 else work(item)  # type: ignore[arg-type]

    monkeypatch.setattr("varmigrate.run.pool.map_processes", dying)
    report = run([str(tmp_path)], RunOptions(jobs=2))
    (message,) = report.errors()
    assert "died" in message
    assert ".py" in message
    assert len(list(report.findings())) == 24


def test_the_result_does_not_depend_on_workers_order_or_hash_seed(tmp_path: Path) -> None:
    files = {
        f"pkg/m{i}.py": USE.replace("def f", f"def f{i}") for i in range(engine._POOL_FROM + 4)
    }
    files["pkg/__init__.py"] = ""
    files["pkg/names.py"] = "import torch\nfrom torch.autograd import Variable\n"
    files["pkg/uses.py"] = "from .names import *\n\n\ndef g(t):\n    handle([Variable(t)])\n"
    tree(tmp_path, files)
    outputs = set()
    for jobs, seed, paths in (
        ("1", "0", ["pkg"]),
        ("2", "1", ["pkg"]),
        ("2", "7", sorted((f"pkg/{p}" for p in os.listdir(tmp_path / "pkg")), reverse=True)),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "varmigrate", "fix", "--diff", "--isolated", "-j", jobs, *paths],
            cwd=tmp_path,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=False,
        )
        assert done.returncode == 1, done.stderr
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert b"t.detach()" in outputs.pop()


# -- projects ----------------------------------------------------------------------------------


def test_a_name_passed_on_stays_until_nobody_takes_it() -> None:
    files = {
        "names.py": "import torch\nfrom torch.autograd import Variable\n\nx = Variable(torch.ones(1))\n",
        "user.py": "from names import *\n\n\ndef f(t):\n    return Variable(*t)\n",
    }
    results = fix_project(files)
    assert results["names.py"].after == (
        "import torch\nfrom torch.autograd import Variable\n\nx = torch.ones(1)\n"
    )
    files["user.py"] = files["user.py"].replace("*t", "t")
    results = fix_project(files)
    assert results["names.py"].after == "import torch\n\nx = torch.ones(1)\n"
    assert "t.detach()" in (results["user.py"].after or "")


@pytest.mark.parametrize(
    ("user", "kept"),
    [
        ("from .names import Variable\nv = Variable(*t)\n", True),
        ("from .names import *\nv = Variable(*t)\n", True),
        ("from . import names\nv = names.Variable(*t)\n", True),
        ("import pkg.names\nv = pkg.names.Variable(*t)\n", True),
        ("from pkg import names as n\nv = n.Variable(*t)\n", True),
        ("from .names import *\nprint 'cannot be parsed', Variable\n", True),
        ("from .names import x\n", False),
        ("from .other import Variable\nv = Variable(t)\n", False),
    ],
)
def test_who_takes_a_name(user: str, kept: bool) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/names.py": "import torch\nfrom torch.autograd import Variable\n\nx = torch.ones(1)\n",
        "pkg/other.py": "class Variable:\n    pass\n",
        "pkg/user.py": user,
    }
    result = fix_project(files).get("pkg/names.py")
    assert (result is None or result.after is None) is kept


@pytest.mark.parametrize(
    "files",
    [
        {
            "imports.py": "import torch\nfrom torch.autograd import Variable\n",
            "main_program.py": "",
        },
        {"imports.py": "from deeper import *\n", "deeper.py": "from torch.autograd import *\n"},
        {
            "imports.py": "from deeper import Variable\n",
            "deeper.py": "from torch.autograd import Variable\n",
        },
        {"imports.py": "import torch\nVariable = torch.autograd.Variable\n"},
        {
            "imports/__init__.py": "from .deep import *\n",
            "imports/deep.py": "from torch.autograd import Variable\n",
        },
    ],
)
def test_a_project_star_import_is_followed(files: dict[str, str]) -> None:
    source = "from imports import *\n\n\ndef f(t):\n    handle([Variable(t)])\n"
    assert fix_text(source, files) == source.replace("Variable(t)", "t.detach()")


@pytest.mark.parametrize(
    "files",
    [
        {"imports.py": "from chainer import Variable  # no torch\n"},
        {"imports.py": "class Variable:\n    pass\n"},
        {
            "imports.py": "try:\n    from chainer import Variable\nexcept ImportError:\n    from torch.autograd import Variable\n"
        },
        {"imports.py": "from torch.autograd import Variable\n__all__ = ['other']\nother = 1\n"},
        {"imports.py": "from imports import *\n"},
        {},
    ],
)
def test_another_project_star_import_is_not(files: dict[str, str]) -> None:
    source = "import torch\nfrom imports import *\n\n\ndef f(t):\n    handle([Variable(t)])\n"
    assert fix_text(source, files) == source


def test_an_import_cycle_ends() -> None:
    files = {
        "a.py": "from b import *\n\n\ndef f(t):\n    handle([Variable(t)])\n",
        "b.py": "from a import *\nfrom torch.autograd import Variable\n",
    }
    assert "t.detach()" in (fix_project(files)["a.py"].after or "")


def test_stdin_bytes(tmp_path: Path) -> None:
    report = run_text(str(tmp_path / "x.py"), USE.encode(), RunOptions(fix=True))
    assert report.results[0].new_bytes == FIXED.encode()
    assert run_text("x.py", b"x = 1\n", RunOptions(fix=True)).results == ()


# -- settings ----------------------------------------------------------------------------------


def settings(tmp_path: Path, text: str, name: str = "varmigrate.toml") -> Settings:
    path = tmp_path / name
    path.write_text(text)
    return load_settings(str(path))


def test_settings_are_read(tmp_path: Path) -> None:
    text = (
        'select = ["VM1", "type-use"]\nignore = ["VM207"]\nexclude = ["old/"]\nunsafe-fixes = true\n'
        '[per-file-ignores]\n"tests/*" = ["VM107"]\n'
    )
    read = settings(tmp_path, text)
    assert read.select == ("VM1", "type-use")
    assert read.ignore == ("VM207",)
    assert read.exclude == ("old/",)
    assert read.unsafe_fixes is True
    assert read.per_file_ignores == {"tests/*": ("VM107",)}
    project = settings(tmp_path, '[tool.varmigrate]\nignore = ["VM1"]\n', "pyproject.toml")
    assert project.ignore == ("VM1",)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('selct = ["VM1"]\n', "did you mean 'select'"),
        ("unsafe_fixes = true\n", "did you mean 'unsafe-fixes'"),
        ('select = ["VM110x"]\n', "VM110"),
        ('ignore = ["bach"]\n', "did you mean batch"),
        ('select = "VM1"\n', "list of strings"),
        ("unsafe-fixes = 1\n", "true or false"),
        ("per-file-ignores = []\n", "table"),
        ('[per-file-ignores]\n"a.py" = ["nope"]\n', "nope"),
        ("select = [\n", "not valid TOML"),
        ("[tool.varmigrate]\nselect = []\n", "for pyproject.toml"),
    ],
)
def test_wrong_settings_are_refused(tmp_path: Path, text: str, hint: str) -> None:
    with pytest.raises(SettingsError, match=hint.replace("[", r"\[")):
        settings(tmp_path, text)


def test_the_nearest_settings_file_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "varmigrate.toml").write_text("")
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert find_settings(str(inner)) == str(tmp_path / "varmigrate.toml")
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.varmigrate]\n")
    assert find_settings(str(inner)) == str(tmp_path / "a" / "pyproject.toml")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("[tool.varmigrate]\n", True),
        ("[tool]\nvarmigrate = {}\n", True),
        ("[tool.'varmigrate']\n", True),
        ("tool.varmigrate.select = []\n", True),
        ("[tool.varmigrate\n", True),
        ("[project]\nname = 'varmigrate'\n", False),
        ("# [tool.varmigrate]\n", False),
        ("[tool.varmigrate2]\n", False),
        ("tool = 'varmigrate'\n", False),
        ("[project]\ndependencies = ['varmigrate'\n", False),
        ("\n", False),
    ],
)
def test_which_pyproject_is_meant(text: str, meant: bool, tmp_path: Path) -> None:
    (tmp_path / "varmigrate.toml").write_text("")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text(text)
    assert find_settings(str(inner)) == str(
        inner / "pyproject.toml" if meant else tmp_path / "varmigrate.toml"
    )


def test_excluded_and_per_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, {"a.py": USE, "old/b.py": USE, "tests/c.py": USE})
    monkeypatch.chdir(tmp_path)
    read = Settings(
        exclude=("old/",), per_file_ignores={"tests/*": ("VM112",)}, folder=str(tmp_path)
    )
    report = run(["."], RunOptions(settings=read))
    assert seen(report) == [("a.py", 5, "VM112")]
    report = run(["old/b.py"], RunOptions(settings=read))
    assert seen(report) == [("b.py", 5, "VM112")]
