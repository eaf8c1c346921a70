"""Volatile results are followed to other files: what is told, and what makes a function stay."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from varmigrate.analysis.old_functions import Refused
from varmigrate.model import FileResult, Finding
from varmigrate.run import volatile_results
from varmigrate.run.engine import RunOptions, run
from varmigrate.run.naming import Named
from varmigrate.run.settings import Settings

FEATS = """import torch
from torch.autograd import Variable

body = torch.nn.Linear(2, 2)


def features(x):
    return body(Variable(x, volatile=True))
"""
USER = """from feats import features


def score(model, x):
    return model(features(x)).sum().item()
"""
STEP = """from feats import features


def step(model, x):
    model(features(x)).sum().backward()
"""
BATCH = """from feats import features


def scores(model, xs):
    return [model(f).sum().backward() for f in map(features, xs)]
"""


def put(folder: Path, files: dict[str, str]) -> None:
    (folder / "setup.py").write_text("")
    for name, text in files.items():
        (folder / name).write_text(text)


def check(folder: Path, files: dict[str, str], *paths: str) -> list[Finding]:
    put(folder, files)
    asked = [str(folder / path) for path in paths] or [str(folder)]
    report = run(asked, RunOptions(jobs=1))
    return [found for found in report.findings() if found.code == "VM110"]


def of(found: list[Finding], name: str) -> Finding:
    (finding,) = (f for f in found if Path(f.path).name == name)
    return finding


def fixed(folder: Path, options: RunOptions) -> dict[str, FileResult]:
    report = run([str(folder)], options)
    return {Path(result.path).name: result for result in report.results}


def test_both_files_are_told_and_both_are_safe(tmp_path: Path) -> None:
    found = check(tmp_path, {"feats.py": FEATS, "use.py": USER})
    assert [(Path(f.path).name, f.line, f.safety) for f in found] == [
        ("feats.py", 8, "safe"),
        ("use.py", 5, "safe"),
    ]
    assert "`features` of feats.py gives back a volatile value" in of(found, "use.py").evidence


def test_both_files_are_fixed_in_one_run_and_stay(tmp_path: Path) -> None:
    put(tmp_path, {"feats.py": FEATS, "use.py": USER})
    options = RunOptions(jobs=1, fix=True, write=True)
    results = fixed(tmp_path, options)
    assert set(results) == {"feats.py", "use.py"}
    assert not any(result.findings for result in results.values())
    text = (tmp_path / "use.py").read_text()
    assert text.startswith("import torch\nfrom feats import features\n\n\n@torch.no_grad()\n")
    assert fixed(tmp_path, options) == {}


@pytest.mark.parametrize("names", list(itertools.permutations(["feats.py", "use.py", "step.py"])))
def test_the_order_of_the_files_makes_no_difference(tmp_path: Path, names: list[str]) -> None:
    texts = {"feats.py": FEATS, "use.py": USER, "step.py": STEP}
    found = check(tmp_path, {name: texts[name] for name in names}, *names)
    assert [(Path(f.path).name, f.safety) for f in found] == [
        ("feats.py", "unsafe"),
        ("step.py", "manual"),
        ("use.py", "safe"),
    ]


@pytest.mark.parametrize(
    "user",
    [
        STEP,
        BATCH,
        "import feats\n\nnet(getattr(feats, 'features')(x)).sum().backward()\n",
        "import feats\n\nfeats.features = other\ny = net(feats.features(x))\n",
        USER.replace("item()", "item()  # varmigrate: ignore[VM110]"),
        USER + "\n\ndef more(f=features):\n    return net(f(x))\n",
    ],
)
def test_a_use_that_is_not_settled_is_an_assumption(tmp_path: Path, user: str) -> None:
    found = check(tmp_path, {"feats.py": FEATS, "use.py": user})
    assert of([f for f in found if "feats" in f.path], "feats.py").safety == "unsafe"


def test_a_file_outside_of_the_run_is_not_touched(tmp_path: Path) -> None:
    found = check(tmp_path, {"feats.py": FEATS, "use.py": USER}, "feats.py")
    assert [(Path(f.path).name, f.safety) for f in found] == [("feats.py", "unsafe")]


def test_a_file_in_which_the_code_is_not_wanted(tmp_path: Path) -> None:
    put(tmp_path, {"feats.py": FEATS, "use.py": USER})
    settings = Settings(folder=str(tmp_path), per_file_ignores={"use.py": ("VM110",)})
    report = run([str(tmp_path)], RunOptions(jobs=1, settings=settings))
    found = [f for f in report.findings() if f.code == "VM110"]
    assert [(Path(f.path).name, f.safety) for f in found] == [("feats.py", "unsafe")]


def test_a_notebook_that_names_it_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "play.ipynb").write_text('{"cells": ["from feats import features"]}')
    found = check(tmp_path, {"feats.py": FEATS, "use.py": USER})
    assert of(found, "feats.py").safety == "unsafe"


def test_a_circle_of_results_ends(tmp_path: Path) -> None:
    one = FEATS + "\n\ndef a(x, n):\n    from two import b\n    return b(features(x), n - 1)\n"
    two = "from feats import a\n\n\ndef b(x, n):\n    return a(x, n) if n else x * 2\n"
    found = check(tmp_path, {"feats.py": one, "two.py": two})
    assert {Path(f.path).name for f in found} >= {"feats.py"}


def test_what_is_not_a_call_has_to_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def heads(self: Named, analysis: object, path: str, words: set[str]) -> tuple[list[str], set]:
        return [], set()

    monkeypatch.setattr(Named, "heads", heads)
    found = check(tmp_path, {"feats.py": FEATS, "use.py": BATCH})
    assert of(found, "feats.py").safety == "safe", "nothing else looks at it"


def test_what_a_caller_does_has_to_be_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volatile_results._Follower, "_check_user", lambda *_: None)
    found = check(tmp_path, {"feats.py": FEATS, "use.py": STEP})
    assert of(found, "feats.py").safety == "safe", "nothing else looks at it"


def test_refusal_is_not_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Refused("why")

    monkeypatch.setattr(volatile_results._Follower, "_check_user", refuse)
    found = check(tmp_path, {"feats.py": FEATS, "use.py": USER})
    assert of(found, "feats.py").safety == "unsafe"
