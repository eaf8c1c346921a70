"""Units of legacy releases that are run before and after a fix.

usage: python -m benchmarks.units DEST [--with FOLDER] [--markdown]

DEST holds one folder per release, NAME-VERSION, as `benchmarks.corpus` takes it. Every unit is
copied to a folder of its own three times: as it is, after `varmigrate fix`, and after `varmigrate
fix --unsafe-fixes`. Its test suite, or a few calls with tiny data written here, are run in each of
them by a process of its own, on the CPU. This runs code of the releases, which `check` and `fix`
never do. FOLDER holds packages that units need beside torch and numpy (`pip install --target`).

A unit is not run where a package it needs is missing. `same` counts the calls that succeed before
and after, and give the same numbers.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import grid
from varmigrate.run.engine import RunOptions, run

_SECONDS = 300
_STAGES = ("before", "after", "unsafe")

# What the calls of a script are made with. A call is a function; its result is turned to numbers.
_PRELUDE = """
import importlib, json, sys, types, warnings
warnings.simplefilter("ignore")
import numpy as np
import torch

def package(name, folder):
    # Without its __init__, which would bring in much more than the unit.
    module = types.ModuleType(name)
    module.__path__ = [folder]
    sys.modules[name] = module

def numbers(value):
    if isinstance(value, torch.Tensor):
        return numbers(value.detach().cpu().numpy())
    if isinstance(value, np.ndarray):
        return [float(f"{x:.5g}") for x in value.astype("float64").ravel()]
    if isinstance(value, (list, tuple)):
        return [numbers(item) for item in value]
    return float(value)

outcomes = {}

def call(function):
    torch.manual_seed(0)
    try:
        outcomes[function.__name__] = numbers(function())
    except Exception as error:
        outcomes[function.__name__] = f"{type(error).__name__}: {error}"
    return function
"""

_FOOLBOX = """
package("foolbox", "foolbox")
package("foolbox.models", "foolbox/models")
kind = importlib.import_module("foolbox.models.pytorch").PyTorchModel
recorded = []

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(12, 3)

    def forward(self, x):
        recorded.append(torch.is_grad_enabled())
        return self.linear(x.reshape(len(x), -1))

def model():
    return kind(Net().eval(), bounds=(0, 1), num_classes=3, cuda=False)

image = np.linspace(0, 1, 12).reshape(3, 2, 2).astype("float32")

@call
def batch_predictions():
    return model().batch_predictions(np.stack([image, image / 2]))

@call
def predictions_and_gradient():
    return model().predictions_and_gradient(image, 1)

@call
def loss():
    return model()._loss_fn(image, 2)

@call
def backward():
    return model().backward(np.array([1.0, -1.0, 2.0], dtype="float32"), image)

@call
def predictions_record_no_graph():
    recorded.clear()
    model().batch_predictions(np.stack([image]))
    assert recorded == [False], "a graph is recorded"
    return 0

@call
def loss_records_no_graph():
    recorded.clear()
    model()._loss_fn(image, 2)
    assert recorded == [False], "a graph is recorded"
    return 0
"""

_LOVASZ = """
package("pywick", "pywick")
lovasz = importlib.import_module("pywick.lovasz_losses")

def scores(*shape):
    return torch.randn(*shape).requires_grad_()

def with_gradient(loss, leaf):
    loss.backward()
    return loss, leaf.grad

labels = torch.tensor([[[0, 1, 1], [1, 0, 0]], [[1, 1, 0], [0, 1, 0]]])
classes = torch.tensor([[[0, 1, 2], [1, 0, 2]], [[2, 1, 0], [0, 1, 1]]])

@call
def hinge():
    x = scores(2, 2, 3)
    return with_gradient(lovasz.lovasz_hinge(x, labels), x)

@call
def hinge_per_batch_ignoring():
    x = scores(2, 2, 3)
    return with_gradient(lovasz.lovasz_hinge(x, labels, per_image=False, ignore=255), x)

@call
def hinge_of_floats():
    x = scores(2, 2, 3)
    return with_gradient(lovasz.LovaszBinaryLoss()(x, labels.float()), x)

@call
def softmax():
    x = scores(2, 3, 2, 3)
    return with_gradient(lovasz.lovasz_softmax(torch.softmax(x, 1), classes), x)

@call
def softmax_only_present():
    x = scores(2, 3, 2, 3)
    loss = lovasz.lovasz_softmax(torch.softmax(x, 1), classes, only_present=True, per_image=True)
    return with_gradient(loss, x)

@call
def softmax_ignoring():
    x = scores(2, 3, 2, 3)
    return with_gradient(lovasz.lovasz_softmax(torch.softmax(x, 1), classes, ignore=2), x)

@call
def cross_entropy():
    x = scores(2, 2, 3)
    return with_gradient(lovasz.binary_xloss(x, labels), x)

@call
def cross_entropy_of_classes():
    x = scores(2, 3, 2, 3)
    return with_gradient(lovasz.xloss(x, classes), x)

@call
def stable_cross_entropy():
    x = scores(2, 2, 3)
    return with_gradient(lovasz.StableBCELoss()(x, labels.float()), x)

@call
def intersection_over_union():
    return lovasz.iou_binary(labels, labels.flip(0))

@call
def intersections_over_union():
    return lovasz.iou(classes, classes.flip(0), 3)
"""

_SSIM = """
ssim = importlib.import_module("pytorch_ssim")

def images():
    return torch.rand(1, 1, 16, 16).requires_grad_(), torch.rand(1, 1, 16, 16)

@call
def window():
    return ssim.create_window(5, 2)

@call
def of_two_images():
    a, b = images()
    value = ssim.ssim(a, b)
    value.backward()
    return value, a.grad

@call
def as_a_module():
    a, b = images()
    return ssim.SSIM(window_size=7)(a, b)

@call
def of_the_same_image():
    a, _ = images()
    return ssim.ssim(a, a, size_average=False)
"""


@dataclass(frozen=True)
class Unit:
    """A part of a release that is run.

    release: the name of its folder. place: of the unit in it, on the import path. script: calls
    with tiny data; the test suite in `tests` where it is empty. needs: packages beside torch.
    """

    name: str
    release: str
    place: str
    script: str = ""
    tests: str = ""
    needs: tuple[str, ...] = ()


UNITS = (
    Unit("foolbox: PyTorchModel", "foolbox-1.0.0", "foolbox-1.0.0", _FOOLBOX),
    Unit("pywick: lovasz_losses", "pywick-0.5.3", "pywick-0.5.3", _LOVASZ),
    Unit("pytorch-ssim", "pytorch-ssim-0.1", "pytorch_ssim-0.1", _SSIM),
    Unit("aorun: tests", "aorun-0.1", "aorun-0.1", tests="tests", needs=("tqdm", "requests")),
    Unit(
        "pytorch-extras: tests",
        "pytorch-extras-0.1.3",
        "pytorch-extras-0.1.3",
        tests="test",
        needs=("six",),
    ),
)


@dataclass
class Ran:
    """What came of a unit: at each stage, call or test -> what it gave, an error being a text."""

    unit: Unit
    stages: dict[str, dict[str, object]]
    reason: str = ""

    def passed(self, stage: str) -> int:
        """How many calls or tests succeed at a stage."""
        return sum(not isinstance(value, str) for value in self.stages[stage].values())

    def same(self) -> int:
        """How many succeed before and after the safe fixes, with the same numbers."""
        before, after = self.stages["before"], self.stages["after"]
        return sum(
            not isinstance(value, str) and value == after.get(name)
            for name, value in before.items()
        )

    def row(self) -> list[str]:
        """The line of the table."""
        if self.reason:
            return [self.unit.name, self.reason, "", "", "", ""]
        total = len({name for outcomes in self.stages.values() for name in outcomes})
        counts = [str(self.passed(stage)) for stage in _STAGES]
        return [self.unit.name, str(total), *counts, str(self.same())]


def measure(unit: Unit, corpus: Path, more: Path | None) -> Ran:
    """Run a unit at every stage."""
    source = corpus / unit.release / unit.place
    if not source.is_dir():
        return Ran(unit, {}, "not there")
    missing = [name for name in unit.needs if not _is_there(name, more)]
    if missing:
        return Ran(unit, {}, f"needs {', '.join(missing)}")
    stages: dict[str, dict[str, object]] = {}
    for stage in _STAGES:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / unit.place
            shutil.copytree(source, folder, symlinks=True)
            if stage != "before":
                run([str(folder)], RunOptions(fix=True, write=True, unsafe=stage == "unsafe"))
            stages[stage] = _outcomes(unit, folder, more)
    return Ran(unit, stages)


def _is_there(name: str, more: Path | None) -> bool:
    if more is not None and ((more / name).is_dir() or (more / f"{name}.py").is_file()):
        return True
    return importlib.util.find_spec(name) is not None


def _outcomes(unit: Unit, folder: Path, more: Path | None) -> dict[str, object]:
    paths = [str(folder), *([str(more)] if more is not None else [])]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "HOME": str(folder.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
    }
    if unit.script:
        script = f"{_PRELUDE}{unit.script}\nprint('\\n' + json.dumps(outcomes))\n"
        written = _process([sys.executable, "-c", script], folder, environment)
        try:
            found = json.loads(written.strip().rpartition("\n")[2])
        except ValueError:
            return {"import": written.strip().rpartition("\n")[2] or "nothing came back"}
        return dict(found)
    report = folder.parent / "report.xml"
    options = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={folder}"]
    command = [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", unit.tests]
    _process(command, folder, environment)
    return _tests(report)


def _process(command: list[str], folder: Path, environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "timed out"
    return done.stdout if done.returncode == 0 else done.stdout + done.stderr


def _tests(report: Path) -> dict[str, object]:
    """Test -> True, or the first line of its failure."""
    if not report.is_file():
        return {}
    found: dict[str, object] = {}
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        bad = [child for child in case if child.tag in ("failure", "error", "skipped")]
        found[name] = (bad[0].get("message") or bad[0].tag).split("\n")[0] if bad else True
    return found


def main() -> int:
    """Print the table, and what fails after the fix; exit with 1 when something got worse."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("dest", type=Path)
    parser.add_argument("--with", dest="more", type=Path)
    parser.add_argument("--markdown", action="store_true")
    arguments = parser.parse_args()
    more = arguments.more.absolute() if arguments.more else None
    ran = [measure(unit, arguments.dest, more) for unit in UNITS]
    head = ["unit", "calls or tests", "before", "after", "after, unsafe fixes too", "same"]
    print("\n".join(grid([head, *(one.row() for one in ran)], arguments.markdown)))
    worse = False
    for one in ran:
        for name, value in one.stages.get("after", {}).items():
            before = one.stages["before"].get(name)
            if isinstance(value, str):
                print(f"fails after the fix: {one.unit.name}: {name}: {value[:120]}")
            if not isinstance(before, str) and before is not None and value != before:
                worse = True
                print(f"differs: {one.unit.name}: {name}: {before} -> {value}", file=sys.stderr)
    return int(worse)


if __name__ == "__main__":
    sys.exit(main())
