"""The volatile flag leaves wrappers, their signatures and their calls, in all files or in none."""

from __future__ import annotations

from pathlib import Path

import pytest

from varmigrate.analysis.assumptions import Assumptions
from varmigrate.run.engine import RunOptions, run
from varmigrate.run.settings import Settings

HELPER = (
    "import torch\nfrom torch.autograd import Variable\n\n\n"
    "def to_var(x, volatile=False):\n    return Variable(x, volatile=volatile)\n"
)
CLEAN = "import torch\n\n\ndef to_var(x):\n    return x.detach()\n"
DEAD = "import torch\n\n\ndef to_var(x, volatile=False):\n    return x.detach()\n"
TEST = "import torch\nfrom helper import to_var\n\n\n"
CALL = TEST + "def test(net, x):\n    return net(to_var(x, {})).data\n"
FIXED = TEST + "@torch.no_grad()\ndef test(net, x):\n    return net(to_var(x)).data\n"


def fixed(folder: Path, files: dict[str, str], **how: object) -> dict[str, str]:
    """The files of a little project after a fix that writes."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    settings = Settings(assumptions=Assumptions(closed_world=bool(how.get("closed"))))
    paths = how.get("paths", [str(folder)])
    assert isinstance(paths, list)
    run(paths, RunOptions(fix=True, write=True, settings=settings, jobs=1))
    again = run(paths, RunOptions(fix=True, settings=settings, jobs=1))
    assert not [result.path for result in again.results if result.changed]
    return {name: (folder / name).read_text() for name in files}


@pytest.mark.parametrize("argument", ["volatile=True", "True", "volatile=1"])
def test_the_parameter_goes_in_all_files(tmp_path: Path, argument: str) -> None:
    train = TEST + "def train(net, x):\n    net(to_var(x)).sum().backward()\n"
    files = {"helper.py": HELPER, "test.py": CALL.format(argument), "train.py": train}
    after = fixed(tmp_path, files)
    assert after == {"helper.py": CLEAN, "test.py": FIXED, "train.py": train}


def test_a_wrapper_of_a_wrapper(tmp_path: Path) -> None:
    wrap = "from helper import to_var\n\n\ndef wrap(x, evaluation):\n    return to_var(x, evaluation)\n"
    test = "import torch\nfrom wrap import wrap\n\n\ndef test(net, x):\n    return net(wrap(x, True)).data\n"
    after = fixed(tmp_path, {"helper.py": HELPER, "wrap.py": wrap, "test.py": test})
    assert after["helper.py"] == CLEAN
    assert after["wrap.py"] == "from helper import to_var\n\n\ndef wrap(x):\n    return to_var(x)\n"
    assert "@torch.no_grad()\ndef test(net, x):\n    return net(wrap(x)).data\n" in after["test.py"]


def test_a_project_that_is_installed_may_have_callers_elsewhere(tmp_path: Path) -> None:
    files = {"setup.py": "", "helper.py": HELPER, "test.py": CALL.format("volatile=True")}
    after = fixed(tmp_path / "open", files)
    assert after["helper.py"] == DEAD
    assert "net(to_var(x, volatile=True))" in after["test.py"]
    assert "@torch.no_grad()" in after["test.py"]
    assert fixed(tmp_path / "closed", files, closed=True)["helper.py"] == CLEAN


@pytest.mark.parametrize(
    "use",
    [
        "from functools import partial\nf = partial(to_var, volatile=False)\n",
        "f = to_var\n",
        "f = [to_var]\n",
        "def f(x, *args):\n    return to_var(x, *args)\n",
        "def f(x, **kw):\n    return to_var(x, **kw)\n",
        "def f(x):\n    return to_var(x, volatile=choose())\n\n\ndef choose():\n    return False\n",
        "NAMES = ['to_var']\n",
        "def f(x):\n    return to_var(x,  # why\n                  volatile=False)\n",
    ],
)
def test_a_use_that_cannot_be_followed_keeps_the_parameter(tmp_path: Path, use: str) -> None:
    files = {"helper.py": HELPER, "test.py": CALL.format("volatile=True"), "use.py": TEST + use}
    after = fixed(tmp_path, files)
    assert "def to_var(x, volatile=False):" in after["helper.py"]
    assert "net(to_var(x, volatile=True))" in after["test.py"]
    assert after["use.py"].count("to_var") == files["use.py"].count("to_var")


@pytest.mark.parametrize(
    "caller",
    [
        # What is asked for here is differentiated, or goes on to somebody else.
        "def f(net, x):\n    net(to_var(x, True)).sum().backward()\n",
        "def f(x):\n    return unknown(to_var(x, True))\n",
        "def f(net, x):\n    y = to_var(x, True)\n    return lambda: net(y)\n",
    ],
)
def test_a_call_that_still_needs_the_flag_keeps_it(tmp_path: Path, caller: str) -> None:
    files = {"helper.py": HELPER, "test.py": CALL.format("volatile=True"), "use.py": TEST + caller}
    after = fixed(tmp_path, files)
    assert after["helper.py"] == HELPER
    assert after["use.py"] == files["use.py"]


def test_a_parameter_that_is_read_for_something_else(tmp_path: Path) -> None:
    helper = HELPER.replace("    return", "    print(volatile)\n    return")
    after = fixed(tmp_path, {"helper.py": helper, "test.py": CALL.format("volatile=True")})
    assert (
        "def to_var(x, volatile=False):\n    print(volatile)\n    return x.detach()"
        in (after["helper.py"])
    )
    assert "to_var(x, volatile=True)" in after["test.py"]


def test_a_file_that_is_not_in_the_run(tmp_path: Path) -> None:
    files = {"helper.py": HELPER, "test.py": CALL.format("volatile=True")}
    other = tmp_path / "other.py"
    tmp_path.mkdir(exist_ok=True)
    other.write_text(TEST + "def g(x):\n    return to_var(x, volatile=False)\n")
    paths = [str(tmp_path / name) for name in files]
    after = fixed(tmp_path, files, paths=paths)
    assert "def to_var(x, volatile=False):" in after["helper.py"]
    assert "volatile=False" in other.read_text()


def test_a_notebook_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text('{"cells": [{"source": ["to_var(x, volatile=True)"]}]}')
    files = {"helper.py": HELPER, "test.py": CALL.format("volatile=True")}
    after = fixed(tmp_path, files)
    assert after["helper.py"] == HELPER


def test_a_silenced_call_keeps_its_flag(tmp_path: Path) -> None:
    helper = HELPER.replace("volatile=volatile)", "volatile=volatile)  # varmigrate: ignore")
    after = fixed(tmp_path, {"helper.py": helper, "test.py": CALL.format("volatile=True")})
    assert after["helper.py"] == helper


def test_a_flag_written_out_goes_only_when_somebody_asks_for_it(tmp_path: Path) -> None:
    frozen = HELPER.replace("(x, volatile=False)", "(x)").replace("=volatile)", "=True)")
    after = fixed(tmp_path / "alone", {"helper.py": frozen})
    assert after["helper.py"] == frozen
    files = {
        "helper.py": frozen,
        "test.py": TEST + "def test(net, x):\n    return net(to_var(x))\n",
    }
    assert fixed(tmp_path / "used", files)["helper.py"] == CLEAN


@pytest.mark.parametrize(
    "caller",
    [
        "def f(net, x):\n    net(to_var(x, True)).sum().backward()\n",
        "def f(x):\n    return unknown(to_var(x, True))\n",
    ],
)
def test_a_call_in_the_same_file_that_still_needs_the_flag(tmp_path: Path, caller: str) -> None:
    files = {"helper.py": HELPER + "\n\n" + caller}
    assert fixed(tmp_path, files) == files


def test_a_wrapper_that_may_give_back_something_else(tmp_path: Path) -> None:
    helper = (
        "import torch\nfrom torch.autograd import Variable\n\n\n"
        "def to_var(x, volatile=False):\n    try:\n        return Variable(x, volatile=volatile)\n"
        "    except TypeError:\n        return x\n\n\n"
        "def test(net, x):\n    return net(to_var(x, volatile=True))\n"
    )
    assert fixed(tmp_path, {"helper.py": helper})["helper.py"] == helper
