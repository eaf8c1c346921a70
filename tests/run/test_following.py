"""What `check` says of findings without a fix of their own is what `fix` does with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from varmigrate.model import Finding, Safety
from varmigrate.run.engine import RunOptions, run

IMPORT = "from torch.autograd import Variable\n\n\n"
TO_VAR = IMPORT + "def to_var(x, volatile=False):\n    return Variable(x, volatile=volatile)\n"
HEAD = "import torch\nfrom util import to_var\n\n\n"
EVALUATE = (
    "def evaluate(x, model):\n    return model(to_var(x, volatile=True)).max(1)[1].tolist()\n\n\n"
)
COVERED = (
    "def evaluate(x, model):\n    with torch.no_grad():\n"
    "        return model(to_var(x, volatile=True)).max(1)[1].tolist()\n\n\n"
)
TRAIN = "def train(x, model):\n    model(to_var(x)).sum().backward()\n"
COLLIDES = (
    "def step(x, model, y):\n    out = model(to_var(x, volatile=True))\n"
    "    (out * y).sum().backward()\n\n\n"
)

# files, and how many findings follow, follow from an unsafe fix, and need a hand
PROJECTS: dict[str, tuple[dict[str, str], tuple[int, int, int]]] = {
    "a fix covers the caller": (
        {"util.py": TO_VAR, "main.py": HEAD + EVALUATE + TRAIN},
        (2, 0, 0),
    ),
    "the caller is covered": (
        {"util.py": TO_VAR, "main.py": HEAD + COVERED + TRAIN},
        (3, 0, 0),
    ),
    "all in one file": (
        {"util.py": "import torch\n" + TO_VAR + "\n\n" + EVALUATE + TRAIN},
        (2, 0, 0),
    ),
    "a wrapper of the wrapper": (
        {
            "util.py": TO_VAR,
            "more.py": "from util import to_var\n\n\ndef gpu(t, volatile=False):\n"
            "    return to_var(t.cuda(), volatile=volatile)\n",
            "main.py": (HEAD + EVALUATE + TRAIN).replace("util", "more").replace("to_var", "gpu"),
        },
        (4, 0, 0),
    ),
    "one caller collides": (
        {"util.py": TO_VAR, "main.py": HEAD + EVALUATE + COLLIDES + TRAIN},
        (0, 0, 4),
    ),
    "a caller is silenced": (
        {
            "util.py": TO_VAR,
            "main.py": HEAD
            + EVALUATE.replace("tolist()", "tolist()  # varmigrate: ignore")
            + TRAIN,
        },
        (0, 0, 3),
    ),
    "the wrapper is handed on": (
        {"util.py": TO_VAR, "main.py": HEAD + EVALUATE + TRAIN + "\n\nready = [to_var]\n"},
        (0, 0, 3),
    ),
    "nobody asks for it": (
        {"util.py": TO_VAR, "main.py": HEAD + TRAIN},
        (2, 0, 0),
    ),
    "the flag is somebody's attribute": (
        {
            "util.py": IMPORT
            + "class Data:\n    def get(self, x):\n"
            + "        return Variable(x, volatile=self.evaluation)\n\n"
            + "    def both(self, x):\n        return [self.get(x), self.get(x)]\n",
        },
        (0, 4, 0),
    ),
    "the call inside is for hands": (
        {
            "util.py": IMPORT + "def to_var(x, **flags):\n    return Variable(x, **flags)\n",
            "main.py": HEAD + TRAIN,
        },
        (0, 0, 3),
    ),
    "no flag at all": (
        {"util.py": IMPORT + "def to_var(x):\n    return Variable(x)\n", "main.py": HEAD + TRAIN},
        (2, 0, 0),
    ),
}


def _written(folder: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (folder / name).write_text(text)
    return str(folder)


def _for_hands(findings: list[Finding]) -> list[Finding]:
    return [f for f in findings if f.fix is None and not f.follows and not f.follows_unsafe]


@pytest.mark.parametrize("name", PROJECTS)
def test_check_foretells_fix(name: str, tmp_path: Path) -> None:
    files, told = PROJECTS[name]
    path = _written(tmp_path, files)
    found = list(run([path], RunOptions()).findings())
    follow = sum(f.follows for f in found)
    unsafe = sum(f.follows_unsafe for f in found)
    assert (follow, unsafe, len(_for_hands(found))) == told
    left = list(run([path], RunOptions(fix=True)).findings())
    assert len(_for_hands(left)) == len(_for_hands(found))
    assert sum(f.follows_unsafe for f in left) == unsafe
    assert not any(f.follows for f in left) or _for_hands(left)
    still = run([path], RunOptions(fix=True, unsafe=True)).findings()
    assert sum(not f.follows for f in still) == len(_for_hands(found))


@pytest.mark.parametrize("name", PROJECTS)
def test_where_all_follows_there_is_something_to_follow(name: str, tmp_path: Path) -> None:
    files, _ = PROJECTS[name]
    found = list(run([_written(tmp_path, files)], RunOptions()).findings())
    assert any(not f.follows for f in found)


@pytest.mark.parametrize(
    "definition",
    [
        "def to_var(x, volatile=False):\n    return Variable(x, volatile=volatile)\n",
        "def to_var(x, volatile=False):\n    return torch.autograd.Variable(x, False, volatile)\n",
        "def to_var(é, volatile=False): return V(é, volatile=volatile)\n",
    ],
)
def test_the_flag_that_goes_is_a_fix(definition: str, tmp_path: Path) -> None:
    util = f"import torch\nfrom torch.autograd import Variable\nV = Variable\n\n\n{definition}"
    path = _written(tmp_path, {"util.py": util, "main.py": HEAD + EVALUATE + TRAIN})
    found = list(run([path], RunOptions()).findings())
    (flag,) = (f for f in found if f.code == "VM110" and f.path.endswith("util.py"))
    assert flag.fix is not None
    assert flag.fix.safety is Safety.SAFE
    assert "drop the flag of `to_var`" in flag.fix.title


def test_what_follows_says_from_what(tmp_path: Path) -> None:
    files, _ = PROJECTS["a fix covers the caller"]
    findings = list(run([_written(tmp_path, files)], RunOptions()).findings())
    advice = {f.advice for f in findings if f.follows}
    assert advice == {
        "nothing to change here: `fix` settles this together with `to_var` and its calls"
    }


def test_what_follows_from_an_unsafe_fix_keeps_its_advice(tmp_path: Path) -> None:
    files, _ = PROJECTS["the flag is somebody's attribute"]
    findings = list(run([_written(tmp_path, files)], RunOptions()).findings())
    (definition,) = (f.advice for f in findings if f.message.startswith("`get` wraps"))
    assert definition == "`fix --unsafe-fixes` settles this together with `get` and its calls"
    calls = [f.advice or "" for f in findings if f.follows_unsafe and "(through" in f.message]
    assert all("under `with torch.no_grad():`" in advice for advice in calls)
    assert all("`fix --unsafe-fixes` drops the flag" in advice for advice in calls)


def test_a_caller_outside_the_run_is_asked_too(tmp_path: Path) -> None:
    files, _ = PROJECTS["a fix covers the caller"]
    _written(tmp_path, files)
    found = list(run([str(tmp_path / "util.py")], RunOptions()).findings())
    left = list(run([str(tmp_path / "util.py")], RunOptions(fix=True)).findings())
    assert len(_for_hands(found)) == len(_for_hands(left)) == 2


def test_files_in_which_the_flag_is_not_asked_for_stay(tmp_path: Path) -> None:
    files, _ = PROJECTS["a fix covers the caller"]
    path = _written(tmp_path, files)
    for options in ({"ignore": ("VM110",)}, {"select": ("VM105", "VM207")}):
        found = list(run([path], RunOptions(**options)).findings())
        left = list(run([path], RunOptions(fix=True, **options)).findings())
        assert len(_for_hands(found)) == len(_for_hands(left)) > 0


def test_all_calls_inside_are_named(tmp_path: Path) -> None:
    util = (
        IMPORT + "def pick(x, y, **k):\n    if y:\n        return Variable(x, **k)\n"
        "    return Variable(x * y, **k)\n"
    )
    (definition,) = (
        f
        for f in run([_written(tmp_path, {"util.py": util})], RunOptions()).findings()
        if f.code == "VM207"
    )
    assert definition.advice == "the calls inside (lines 6, 7) have to be changed by hand"
