"""What the benchmarks count is what there is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.corpus import compiling
from benchmarks.importing import modules
from benchmarks.units import UNITS, Ran, _tests

ROOT = Path(__file__).parent.parent


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_compiling(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "x = 1\n", "b/c.py": "x.cuda(async=True)\n", "d.txt": "("})
    assert compiling(tmp_path) == {"a.py": True, "b/c.py": False}


def test_modules_are_tried_by_their_dotted_names(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "old-1.0/setup.py": "# torch\n",
            "old-1.0/script.py": "import torch\n",
            "old-1.0/other.py": "x = 1\n",
            "old-1.0/not-a-name.py": "import torch\n",
            "old-1.0/pkg/__init__.py": "import torch\n",
            "old-1.0/pkg/sub/__init__.py": "",
            "old-1.0/pkg/sub/mod.py": "import torch\n",
        },
    )
    root = tmp_path / "old-1.0"
    assert [(folder, name) for _, folder, name in modules(tmp_path)] == [
        (root, "pkg"),
        (root, "pkg.sub.mod"),
        (root, "script"),
    ]


def test_what_comes_of_an_import(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "fine.py": "import torch, helper\n",
            "helper.py": "print('noise')\n",
            "needs.py": "import torch\nimport no_such_package.part\n",
            "wrong.py": "import torch\ntorch.no_such_name\n",
            "syntax.py": "import torch\nx.cuda(async=True)\n",
            "ends.py": "import torch, os\nos._exit(0)\n",
        },
    )
    command = [sys.executable, "-m", "benchmarks.importing", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["fine.py"] == ""
    assert found["needs.py"] == "needs no_such_package"
    assert found["wrong.py"].startswith("AttributeError")
    assert found["syntax.py"].startswith("SyntaxError")
    assert found["ends.py"] == "ended, or took too long"
    assert "helper.py" not in found


def test_counts_of_a_unit() -> None:
    ran = Ran(
        UNITS[0],
        {
            "before": {"a": 1.0, "b": "raises", "c": [2.0]},
            "after": {"a": 1.0, "b": 3.0, "c": [2.5]},
            "unsafe": {"a": 1.0, "b": 3.0, "c": "raises"},
        },
    )
    assert ran.row()[1:] == ["3", "2", "3", "2", "1"]


def test_outcomes_of_a_test_suite(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite>"
        '<testcase classname="t" name="one"/>'
        '<testcase classname="t" name="two"><failure message="wrong&#10;more"/></testcase>'
        '<testcase classname="t" name="three"><error message="worse"/></testcase>'
        "</testsuite></testsuites>"
    )
    assert _tests(report) == {"t.one": True, "t.two": "wrong", "t.three": "worse"}
    assert _tests(tmp_path / "none.xml") == {}
