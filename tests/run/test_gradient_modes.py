"""What other files of a project do under a gradient mode, or differentiate, is known in each."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from varmigrate.analysis.callers import covered_calls
from varmigrate.analysis.results import computed_with
from varmigrate.model import Finding
from varmigrate.run.engine import RunOptions, run

EVALUATE = (
    "import torch\nfrom torch.autograd import Variable\n\n\ndef evaluate(model, loader):\n"
    "    model.eval()\n    return [model(Variable(x)).data for x in loader]\n"
)
PREDICT = (
    "import torch\nfrom torch.autograd import Variable\n\n\ndef predict(net, x):\n"
    "    return net(Variable(x, volatile=True))\n"
)


def findings(folder: Path, files: dict[str, str], code: str) -> list[Finding]:
    for name, text in files.items():
        (folder / name).write_text(text)
    report = run([str(folder)], RunOptions(jobs=1))
    return [found for found in report.findings() if found.code == code]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("with torch.no_grad():\n    f(x)\n    a.g(x)\n", {"f", "g"}),
        ("with no_grad(), open(p):\n    f(x)\n", {"f"}),
        ("@torch.no_grad()\ndef h():\n    f(x)\n", {"f"}),
        ("with torch.no_grad():\n    def h():\n        f(x)\n", set()),
        ("with open(p):\n    f(x)\n", set()),
        ("f(torch.no_grad())\n", set()),
        ("with torch.set_grad_enabled(False):\n    f(g(x))\n", {"f", "g"}),
    ],
)
def test_calls_under_a_mode(source: str, names: set[str]) -> None:
    assert covered_calls(ast.parse(source)) - {"no_grad", "open", "set_grad_enabled"} == names


def test_an_evaluation_that_nobody_covers(tmp_path: Path) -> None:
    assert findings(tmp_path, {"e.py": EVALUATE}, "VM402")


@pytest.mark.parametrize(
    "caller",
    [
        "import torch\nfrom e import evaluate\n\nwith torch.no_grad():\n    evaluate(m, l)\n",
        "import torch\nimport e\n\n\n@torch.no_grad()\ndef f():\n    return e.evaluate(m, l)\n",
    ],
)
def test_an_evaluation_that_a_caller_in_another_file_covers(tmp_path: Path, caller: str) -> None:
    assert not findings(tmp_path, {"e.py": EVALUATE, "main.py": caller}, "VM402")


def test_a_result_that_nobody_differentiates_is_safe(tmp_path: Path) -> None:
    user = "from p import predict\n\nprint(predict(net, x))\n"
    (found,) = findings(tmp_path, {"p.py": PREDICT, "user.py": user}, "VM110")
    assert found.safety == "safe"


@pytest.mark.parametrize(
    "user",
    [
        "from p import predict\n\npredict(net, x).sum().backward()\n",
        "import p, torch\n\ntorch.autograd.grad(p.predict(net, x).sum(), w)\n",
    ],
)
def test_a_result_that_another_file_may_differentiate_is_not(tmp_path: Path, user: str) -> None:
    found, used = findings(tmp_path, {"p.py": PREDICT, "user.py": user}, "VM110")
    assert found.safety == "unsafe"
    assert found.fix is not None
    assert "predict" in (found.fix.assumption or "")
    assert used.path.endswith("user.py")
    assert used.fix is None


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("f(x)\n", set()),
        ("print(f(x))\n", set()),
        ("print(f'{f(x)}')\n", set()),
        ("n = f(x).sum(1).item()\n", set()),
        ("n = f(x)[0].data * 2\n", set()),
        ("y = f(x)\nprint(y)\nn = y.item()\n", set()),
        ("a, b = f(x)\nprint(a, b.size(0))\n", set()),
        ("if f(x) > 3:\n    pass\n", set()),
        ("def g():\n    y = f(x)\n    return y.data\n\ny = 1\nnet(y)\n", set()),
        ("with torch.no_grad():\n    y = f(x)\n    net(y)\n", set()),
        ("with torch.no_grad():\n    y = f(x)\nnet(y)\n", set()),
        ("y = f(x)\nwith torch.no_grad():\n    net(y)\n", set()),
        ("net(f(x))\n", {"f"}),
        ("y = a.f(x)\nnet(y)\n", {"f"}),
        ("y = f(x)\nnet(y.sum())\n", {"f", "sum"}),
        ("y = f(x)\n\n\ndef g():\n    return net(y)\n", {"f", "net"}),
        ("def g():\n    return f(x)\n", {"f"}),
        ("self.y = f(x)\n", {"f"}),
        ("y = f(x) + w\n", {"f"}),
        ("y = f(x).matmul(w)\n", {"f"}),
        ("for y in f(x):\n    net(y)\n", {"f"}),
        ("y = [f(x)]\n", {"f"}),
        ("a, b = f(x)\nnet(b)\n", {"f"}),
        ("y = f(x)\nbackward = y.backward\n", {"f"}),
    ],
)
def test_results_that_are_computed_with(source: str, names: set[str]) -> None:
    assert computed_with(ast.parse(source)) == names
