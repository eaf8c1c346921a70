"""Wrappers that are defined in one file of a project and called in others."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from varmigrate.analysis.project import summarise
from varmigrate.model import Finding
from varmigrate.run.engine import RunOptions, run

UTILS = "from torch.autograd import Variable\n\n\ndef to_var(x):\n    return Variable(x).cuda()\n"


def found(folder: Path, files: dict[str, str], **options: object) -> list[Finding]:
    """The findings in a project that is written to a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    settings = RunOptions(jobs=1, **options)  # type: ignore[arg-type]
    return list(run([str(folder)], settings).findings())


def calls(folder: Path, files: dict[str, str]) -> dict[str, list[int]]:
    """The lines with calls through a wrapper, by file."""
    lines: dict[str, list[int]] = {}
    for finding in found(folder, files):
        if "(through `" in finding.message:
            name = os.path.relpath(finding.path, folder)
            lines.setdefault(name, []).append(finding.line)
    return lines


USES = {
    "from import": "from utils import to_var\nsee(to_var(t))\n",
    "from import with another name": "from utils import to_var as v\nsee(v(t))\n",
    "module": "import utils\nsee(utils.to_var(t))\n",
    "module with another name": "import utils as u\nsee(u.to_var(t))\n",
    "star": "from utils import *\nsee(to_var(t))\n",
    "another name here": "from utils import to_var\nwrap = to_var\nsee(wrap(t))\n"[:-1] + "\n",
    "import in a function": "def f():\n    from utils import to_var; see(to_var(t))\n",
    "map": "from utils import to_var\nsee(list(map(to_var, ts)))\n",
}


@pytest.mark.parametrize("name", USES)
def test_a_call_in_a_file_that_never_says_variable(tmp_path: Path, name: str) -> None:
    line = USES[name].count("\n")
    assert calls(tmp_path, {"utils.py": UTILS, "main.py": USES[name]}) == {"main.py": [line]}


REEXPORTS = {
    "package": (
        {"pkg/__init__.py": "from .utils import to_var\n", "pkg/utils.py": UTILS},
        "from pkg import to_var\nsee(to_var(t))\n",
    ),
    "package by star": (
        {"pkg/__init__.py": "from .utils import *\n", "pkg/utils.py": UTILS},
        "import pkg\nsee(pkg.to_var(t))\n",
    ),
    "two steps and another name": (
        {"utils.py": UTILS, "compat.py": "from utils import to_var as V\n"},
        "from compat import V\nsee(V(t))\n",
    ),
    "another name by assignment": (
        {"utils.py": UTILS, "compat.py": "import utils\nV = utils.to_var\n"},
        "from compat import V\nsee(V(t))\n",
    ),
    "submodule": (
        {"pkg/__init__.py": "", "pkg/utils.py": UTILS},
        "from pkg import utils\nsee(utils.to_var(t))\n",
    ),
    "module taken in by its package": (
        {"pkg/__init__.py": "from . import utils\n", "pkg/utils.py": UTILS},
        "import pkg\nsee(pkg.utils.to_var(t))\n",
    ),
    "dotted module": (
        {"pkg/__init__.py": "", "pkg/utils.py": UTILS},
        "import pkg.utils\nsee(pkg.utils.to_var(t))\n",
    ),
    "src layout": (
        {"setup.py": "", "src/pkg/__init__.py": "", "src/pkg/utils.py": UTILS},
        "from pkg.utils import to_var\nsee(to_var(t))\n",
    ),
    "shared imports": (
        {"imports.py": "from utils import *\n", "utils.py": UTILS},
        "from imports import *\nsee(to_var(t))\n",
    ),
    "a folder that is no package": (
        {"pkg/utils.py": UTILS},
        "from pkg.utils import to_var\nsee(to_var(t))\n",
    ),
    "import cycle": (
        {"a.py": "from b import *\n", "b.py": "from a import *\nfrom utils import *\n"}
        | {"utils.py": UTILS},
        "from a import to_var\nsee(to_var(t))\n",
    ),
    "Variable by a star of the project": (
        {
            "names.py": "from torch.autograd import Variable\n",
            "utils.py": "from names import *\n\n\ndef to_var(x):\n    return Variable(x)\n",
        },
        "from utils import to_var\nsee(to_var(t))\n",
    ),
    "static method": (
        {"utils.py": "from torch.autograd import Variable\n\n\nclass U:\n    @staticmethod\n"
         "    def wrap(x):\n        return Variable(x)\n"},
        "from utils import U\nsee(U.wrap(t))\n",
    ),
    "static method through a module": (
        {"utils.py": "from torch.autograd import Variable\n\n\nclass U:\n    @staticmethod\n"
         "    def wrap(x):\n        return Variable(x)\n"},
        "import utils\nsee(utils.U.wrap(t))\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REEXPORTS)
def test_a_call_through_another_file(tmp_path: Path, name: str) -> None:
    files, main = REEXPORTS[name]
    assert calls(tmp_path, {**files, "main.py": main}) == {"main.py": [2]}


def test_a_relative_star_inside_a_package(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/utils.py": UTILS,
        "pkg/deep/__init__.py": "",
        "pkg/deep/train.py": "from ..utils import *\nsee(to_var(t))\n",
    }
    assert calls(tmp_path, files) == {"pkg/deep/train.py": [2]}


def test_inherited_from_a_class_of_another_file(tmp_path: Path) -> None:
    base = (
        "from torch.autograd import Variable\n\n\nclass Base:\n"
        "    def to_var(self, x):\n        return Variable(x)\n"
    )
    user = "from base import Base\n\n\nclass T(Base):\n    def f(self):\n        {}self.to_var(t)\n"
    assert calls(tmp_path, {"base.py": base, "t.py": user.format("x = ")}) == {"t.py": [6]}
    own = user.format("x = ") + "\n    def to_var(self, x):\n        return x\n"
    inside = base + "\n    def g(self):\n        return [self.to_var(1), 2]\n"
    assert calls(tmp_path, {"base.py": inside, "t.py": own}) == {}


def test_a_wrapper_of_a_wrapper_in_a_third_file(tmp_path: Path) -> None:
    files = {
        "utils.py": UTILS,
        "batches.py": "from utils import to_var\n\n\ndef batch(b):\n    return to_var(b[0])\n",
        "main.py": "from batches import batch\nsee(batch(t))\n",
    }
    assert calls(tmp_path, files) == {"batches.py": [5], "main.py": [2]}
    findings = found(tmp_path, files)
    definitions = [(os.path.basename(f.path), f.line) for f in findings if f.code == "VM207"]
    assert definitions == [("batches.py", 4), ("utils.py", 4)]
    assert all(f.follows for f in findings if f.code == "VM207" or "(through" in f.message)


def test_wrappers_in_a_cycle_of_files(tmp_path: Path) -> None:
    files = {
        "a.py": "import b\nfrom torch.autograd import Variable\n\n\ndef one(x):\n"
        "    return Variable(x) if x.dim() else b.two(x)\n",
        "b.py": "import a\n\n\ndef two(x):\n    return a.one(x)\n",
        "main.py": "from b import two\nsee(two(t))\n",
    }
    assert calls(tmp_path, files) == {"a.py": [6], "b.py": [5], "main.py": [2]}


NOT_FOLLOWED = {
    "bound twice": (
        UTILS + "\n\ndef to_var(x):\n    return x\n",
        "from utils import to_var\nsee(to_var(t))\n",
    ),
    "another function under that name": (
        UTILS,
        "from utils import to_var\n\n\ndef to_var(x):\n    return x\n\n\nsee(to_var(t))\n",
    ),
    "a parameter": (UTILS, "from utils import to_var\n\n\ndef f(to_var):\n    see(to_var(t))\n"),
    "a loop variable": (UTILS, "from utils import to_var\nfor to_var in fs:\n    see(to_var(t))\n"),
    "imported from elsewhere": (UTILS, "from others import to_var\nsee(to_var(t))\n"),
    "one of two": (
        UTILS,
        "try:\n    from utils import to_var\nexcept ImportError:\n    from others import to_var\n"
        "see(to_var(t))\n",
    ),
    "a later star": (UTILS, "from utils import to_var\nfrom others import *\nsee(to_var(t))\n"),
    "decorated": (
        UTILS.replace("def to_var", "@cached\ndef to_var"),
        "from utils import to_var\nsee(to_var(t))\n",
    ),
    "replaced from here": (
        UTILS, "import utils\nutils.to_var = other\nsee(utils.to_var(t))\n",
    ),
    "a generator": (
        UTILS.replace("return", "yield"), "from utils import to_var\nsee(to_var(t))\n"
    ),
    "a coroutine": (
        UTILS.replace("def to_var", "async def to_var"),
        "from utils import to_var\nsee(to_var(t))\n",
    ),
    "another library's Variable": (
        UTILS.replace("torch.autograd", "chainer"),
        "from utils import to_var\nsee(to_var(t))\n",
    ),
    "kept out of the star by __all__": (
        "__all__ = []\n" + UTILS, "from utils import *\nsee(to_var(t))\n"
    ),
    "given too much": (UTILS, "from utils import to_var\nsee(to_var(t, 1, 2))\n"),
    "a word in a string": (UTILS, "import utils\nsee('to_var(t)')\n"),
    "a method of an unknown object": (UTILS, "import utils\nsee(o.to_var(t))\n"),
    "an instance method on the class": (
        "from torch.autograd import Variable\n\n\nclass U:\n    def to_var(self, x):\n"
        "        return Variable(x)\n",
        "from utils import U\nsee(U.to_var(t, u))\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_FOLLOWED)
def test_not_followed(tmp_path: Path, name: str) -> None:
    utils, main = NOT_FOLLOWED[name]
    assert calls(tmp_path, {"utils.py": utils, "main.py": main}) == {}


def test_replaced_by_a_third_file(tmp_path: Path) -> None:
    files = {
        "utils.py": UTILS,
        "main.py": "from utils import to_var\nsee(to_var(t))\n",
        "patch.py": "import utils\nutils.to_var = None\n",
    }
    assert calls(tmp_path, files) == {}


def test_stars_in_a_call_hide_what_is_passed(tmp_path: Path) -> None:
    main = "from utils import to_var\nsee(to_var(*ts))\n"
    (finding,) = [
        f for f in found(tmp_path, {"utils.py": UTILS, "main.py": main}) if "main" in f.path
    ]
    assert finding.fix is None
    # The definition is rewritten, whatever it is given.
    assert finding.follows
    assert "together with `to_var`" in (finding.advice or "")


@pytest.mark.parametrize(
    ("utils", "call", "code", "follows"),
    [
        ("def w(x, volatile=False):\n    return Variable(x, volatile=volatile)", "w(t)", "VM112", 1),
        ("def w(x, volatile=False):\n    return Variable(x, volatile=volatile)", "w(t, True)",
         "VM110", 0),
        ("def w(x, train=True):\n    return Variable(x, volatile=not train)", "w(t, train=False)",
         "VM110", 0),
        ("def w(x, **k):\n    return Variable(x, **k)", "w(t, volatile=True)", "VM110", 0),
        ("def w(x, r=True):\n    return Variable(x, requires_grad=r)", "w(t)", "VM101", 1),
        ("def w(x, r=True):\n    return Variable(x, requires_grad=r)", "w(t, flag)", "VM111", 1),
        ("def w(x):\n    return Variable(x)", "w(t)", "VM112", 1),
        ("w = functools.partial(Variable, volatile=True)", "w(t)", "VM110", 0),
        ("w = lambda *a, **k: Variable(*a, **k).cuda()", "w(t, requires_grad=True)", "VM101", 0),
    ],
)  # fmt: skip
def test_the_flags_of_a_call_in_another_file(
    tmp_path: Path, utils: str, call: str, code: str, follows: int
) -> None:
    files = {
        "utils.py": f"import functools\nfrom torch.autograd import Variable\n{utils}\n",
        "main.py": f"from utils import w\nsee({call})\n",
    }
    (finding,) = [f for f in found(tmp_path, files) if f.path.endswith("main.py")]
    assert finding.code == code
    assert finding.follows == bool(follows)
    assert finding.fix is None
    assert finding.advice


def test_a_wrapper_that_is_not_among_the_files_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "utils.py").write_text(UTILS)
    main = tmp_path / "main.py"
    main.write_text("# Variable\nimport torch\nfrom utils import to_var\nsee(to_var(t))\n")
    (finding,) = run([str(main)], RunOptions(jobs=1)).findings()
    assert not finding.follows
    assert "not among the files of this run" in (finding.advice or "")


def test_a_call_inside_that_is_silenced_stays(tmp_path: Path) -> None:
    files = {
        "utils.py": UTILS.replace(".cuda()", "  # varmigrate: ignore"),
        "main.py": "from utils import to_var\nsee(to_var(t))\n",
    }
    (finding,) = [f for f in found(tmp_path, files) if f.path.endswith("main.py")]
    assert not finding.follows
    assert "has to be changed by hand" in (finding.advice or "")


def test_after_the_fix_nothing_wraps(tmp_path: Path) -> None:
    files = {
        "utils.py": UTILS,
        "main.py": "from utils import to_var\nsee(to_var(t))\n",
        "both.py": "import torch\nfrom torch.autograd import Variable\nfrom utils import to_var\n"
        "see(to_var(t), Variable(u))\n",
    }
    assert found(tmp_path, files, fix=True, write=True) == []
    assert (tmp_path / "main.py").read_text() == files["main.py"]
    assert (tmp_path / "utils.py").read_text().endswith("    return x.detach().cuda()\n")
    assert (tmp_path / "both.py").read_text().endswith("see(to_var(t), u.detach())\n")
    again = run([str(tmp_path)], RunOptions(fix=True, write=True, jobs=1))
    assert again.results == ()


def test_files_that_name_no_wrapper_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from varmigrate.run import index

    asked: list[str] = []
    real = index.summarise

    def counted(text: str) -> object:
        asked.append(text)
        return real(text)

    monkeypatch.setattr(index, "summarise", counted)
    others = {f"other{n}.py": f"import utils\nprint({n})\n" for n in range(5)}
    found(tmp_path, {"utils.py": UTILS, **others})
    assert asked == [UTILS]


_PROGRAM = """
import json, random, sys
from varmigrate.run import engine
from varmigrate.run.engine import RunOptions, run
order = random.Random(int(sys.argv[2]))
real = engine.discover
def shuffled(*arguments):
    found = list(real(*arguments))
    order.shuffle(found)
    return iter(found)
if int(sys.argv[2]):
    engine.discover = shuffled
engine._POOL_FROM = 2
if __name__ == "__main__":
    report = run([sys.argv[1]], RunOptions(jobs=int(sys.argv[3])))
    print(json.dumps([[f.path, f.line, f.column, f.code, f.message, f.evidence, f.advice, f.follows]
                      for f in report.findings()]))
"""


def test_the_result_does_not_depend_on_order_seed_or_workers(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    rng = random.Random(7)
    files = {
        "pkg/__init__.py": "from .a import *\nfrom .b import two as TWO\n",
        "pkg/a.py": "from torch.autograd import Variable\nfrom . import b\n\n\n"
        "def one(x, v=False):\n    return b.two(x) if v else Variable(x, volatile=v)\n",
        "pkg/b.py": "from . import a\nfrom .c import three\n\n\ndef two(x):\n"
        "    return a.one(x) if x else three(x)\n",
        "pkg/c.py": "from torch.autograd import Variable\nthree = lambda x: Variable(x).cuda()\n",
    }
    for number in range(6):
        name = rng.choice(["one", "TWO"])
        files[f"use{number}.py"] = f"from pkg import {name}\nsee({name}(t))\n"
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    script = tmp_path / "script.py"
    script.write_text(_PROGRAM)
    answers = set()
    for seed, shuffle, jobs in [("0", "0", "1"), ("1", "3", "1"), ("2", "4", "2")]:
        done = subprocess.run(
            [sys.executable, str(script), str(folder), shuffle, jobs],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        answers.add(done.stdout)
    (answer,) = answers
    assert sum("(through" in item[4] for item in json.loads(answer)) >= 9


# -- taking wrappers out ---------------------------------------------------------------------------

PLAIN = "from torch.autograd import Variable\n\n\ndef to_var(x):\n    return Variable(x)\n"


def taken_out(folder: Path, files: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """The texts after a fix that takes wrappers out, and the advice on those that stay."""
    left = found(folder, files, fix=True, write=True, inline=True)
    texts = {name: (folder / name).read_text() for name in files}
    return texts, [f.advice or "" for f in left if f.code == "VM207"]


def test_taken_out_of_all_files_in_one_run(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/utils.py": PLAIN + "\n\ndef other(x):\n    return x\n",
        "pkg/train.py": "from .utils import other, to_var\nsee(other(to_var(t)))\n",
        "main.py": "from pkg import utils\nsee(utils.to_var(t + u))\n",
        "star.py": "from pkg.utils import *\nsee(to_var(t))\n",
    }
    texts, left = taken_out(tmp_path, files)
    assert left == []
    assert texts == {
        "pkg/__init__.py": "",
        "pkg/utils.py": "def other(x):\n    return x\n",
        "pkg/train.py": "from .utils import other\nsee(other(t.detach()))\n",
        "main.py": "from pkg import utils\nsee((t + u).detach())\n",
        "star.py": "from pkg.utils import *\nsee(t.detach())\n",
    }
    again = run([str(tmp_path)], RunOptions(fix=True, write=True, inline=True, jobs=1))
    assert again.results == ()


@pytest.mark.parametrize(
    ("reason", "files"),
    [
        ("hands it out by a star", {"pkg/__init__.py": "from .utils import *\n"}),
        ("part of a package's names", {"pkg/__init__.py": "from .utils import to_var\n"}),
        ("names it in a string", {"main.py": "import pkg.utils\n__all__ = ['to_var']\n"}),
        ("uses it as a value", {"main.py": "from pkg.utils import to_var\nf = to_var\n"}),
        ("cannot be analysed", {"main.py": "from pkg.utils import to_var\nprint to_var(x)\n"}),
        ("which is not rewritten", {"a.ipynb": '{"cells": [{"source": ["to_var(x)"]}]}'}),
        ("attribute of that name", {"main.py": "see(other.to_var(x))\n"}),
        ("through a star import", {"main.py": "from others import *\nsee(to_var(x))\n"}),
    ],
)
def test_it_stays_in_all_files(tmp_path: Path, reason: str, files: dict[str, str]) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/utils.py": PLAIN,
        "use.py": "from pkg.utils import to_var\nsee(to_var(t))\n",
        **files,
    }
    texts, left = taken_out(tmp_path, files)
    (advice,) = left
    assert reason in advice
    assert texts["pkg/utils.py"] == "def to_var(x):\n    return x.detach()\n"
    assert all(texts[name] == files[name] for name in files if name != "pkg/utils.py")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("    return Variable(x)\n", True),
        ('    """Doc."""\n    return Variable(x)\n', True),
        ("    x = x.cuda()\n    return Variable(x)\n", False),
        ("    return Variable(x).cuda()\n", False),
        ("    return Variable(x, True)\n", False),
    ],
)
def test_what_is_left_is_told_before_the_fix(tmp_path: Path, body: str, told: bool) -> None:
    text = f"from torch.autograd import Variable\n\n\ndef w(x):\n{body}"
    (advice,) = [f.advice for f in found(tmp_path, {"a.py": text}) if f.code == "VM207"]
    assert ("`return x.detach()`, which `--inline-wrappers` takes out" in (advice or "")) == told


def test_it_stays_when_a_file_of_the_project_is_not_in_the_run(tmp_path: Path) -> None:
    for name, text in {"utils.py": PLAIN, "a.py": "from utils import to_var\n"}.items():
        (tmp_path / name).write_text(text)
    options = RunOptions(fix=True, write=True, inline=True, jobs=1)
    (finding,) = run([str(tmp_path / "utils.py")], options).findings()
    assert "not in this run" in (finding.advice or "")
    assert "def to_var" in (tmp_path / "utils.py").read_text()


def test_a_wrapper_that_does_more_is_not_taken_out(tmp_path: Path) -> None:
    files = {"utils.py": UTILS, "main.py": "from utils import to_var\nsee(to_var(t))\n"}
    texts, left = taken_out(tmp_path, files)
    assert left == []
    assert texts["utils.py"].endswith("def to_var(x):\n    return x.detach().cuda()\n")
    assert texts["main.py"] == files["main.py"]


def test_deep_code_is_followed_in_time() -> None:
    head = "from torch.autograd import Variable\n"
    loops = "".join("    " * depth + "    for i in x:\n" for depth in range(40))
    text = f"{head}def f(x):\n{loops}{'    ' * 41}x = Variable(x)\n    return x\n"
    assert list(summarise(text).callables.candidates) == ["f"]
    deep = f"{head}def f(x):\n    return {'+'.join(['x'] * 500)}\n"
    assert summarise(deep).bound == {"Variable": ("torch.autograd", "Variable"), "f": None}


def test_the_option(tmp_path: Path) -> None:
    for name, text in {"u.py": PLAIN, "m.py": "from u import to_var\nsee(to_var(t))\n"}.items():
        (tmp_path / name).write_text(text)

    def fix(*options: str) -> int:
        command = [sys.executable, "-m", "varmigrate", "fix", "-q", "--isolated", *options, "."]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode

    assert fix("--inline-wrappers", "--diff") == 1
    assert "to_var" in (tmp_path / "m.py").read_text()
    assert fix("--inline-wrappers", "--ignore", "VM207") == 0
    assert "to_var" in (tmp_path / "m.py").read_text()
    (tmp_path / "u.py").write_text(PLAIN)
    assert fix("--inline-wrappers") == 0
    assert (tmp_path / "m.py").read_text() == "see(t.detach())\n"
    assert "to_var" not in (tmp_path / "u.py").read_text()
