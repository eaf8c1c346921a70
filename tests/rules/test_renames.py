"""Rules for old names: what they say, to whom, and what the project around a file changes."""

from __future__ import annotations

import pytest

from tests.support import check, codes, fix
from varmigrate.analysis.context import ModuleContext

_HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"


def found(body: str, *select: str) -> list[tuple[str, str]]:
    """Code and safety of what is found."""
    return [(f.code, f.safety) for f in check(_HEAD + body, select=select).findings]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("def f(x):\n    return F.softmax(x)\n", "VM507"),
        ("m = nn.LogSoftmax()\n", "VM507"),
        ("a = torch.range(0, n)\n", "VM509"),
        ("q, r = torch.qr(a)\n", "VM509"),
        ("up = nn.Upsample(scale_factor=2, mode='bilinear')\n", "VM511"),
        ("y = F.interpolate(x, size=8, mode='bilinear')\n", "VM511"),
        ("if torch.__version__ < '0.4':\n    old = 1\n", "VM513"),
        ("x = torch.LongTensor([3]) / 2\n", "VM514"),
        ("z = F.mse_loss(x, y, size_average=False, reduction='sum')\n", "VM503"),
        ("z = F.mse_loss(x, y, size_average=False, **more)\n", "VM503"),
    ],
)
def test_what_works_is_explained_to_those_who_ask(body: str, code: str) -> None:
    assert found(body) == []
    for select in (code, "renames", "all"):
        assert found(body, select) == [(code, "manual")]
    assert found(body, "data") == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("import torch.legacy.nn as legacy\n", "VM509"),
        ("from torch import legacy\n", "VM509"),
        ("from torch.utils.ffi import create_extension\n", "VM509"),
        ("from torch.utils import trainer\n", "VM509"),
        ("m = torch.legacy.nn.Sequential()\n", "VM509"),
        ("e, v = torch.symeig(a)\n", "VM509"),
        ("e = torch.ones(2, 2).symeig()\n", "VM509"),
        ("x, lu = torch.gesv(b, a)\n", "VM509"),
        ("y = torch.rfft(x, 1)\n", "VM509"),
        ("y = torch.fft(x, 1)\n", "VM509"),
        ("v = torch.autograd.variable(x)\n", "VM509"),
        ("from torch.autograd import variable\nv = variable(x)\n", "VM509"),
        ("a = torch.multinomial(p, 1)\na.reinforce(r)\n", "VM509"),
        ("def f(probs):\n    return probs.multinomial()\n", "VM509"),
        ("x = torch.LongTensor([3])\nx /= 2\n", "VM514"),
    ],
)
def test_what_raises_is_explained_to_all(body: str, code: str) -> None:
    assert found(body) == [(code, "manual")]
    (finding,) = check(_HEAD + body).findings
    assert finding.advice


def test_the_advice_for_a_policy_gradient_names_log_prob() -> None:
    (finding,) = check(_HEAD + "a = torch.multinomial(p, 1)\na.reinforce(r)\n").findings
    assert "log_prob" in (finding.advice or "")


def test_one_finding_for_an_import_and_its_uses() -> None:
    body = "import torch.legacy.nn\nm = torch.legacy.nn.Sequential()\n"
    assert found(body) == [("VM509", "manual")]


@pytest.mark.parametrize(
    "body",
    [
        "use(nn.utils.clip_grad_norm)\n",
        "from functools import partial\nf = partial(nn.init.normal, std=0.1)\n",
        "from torch.nn.init import normal as n\nuse(n)\n",
        "class Net:\n    fill = nn.init.normal\n",
        "loss = nn.NLLLoss2d()\n",
        "def f(loss):\n    loss.backward(retain_variables=True)\n",
        "z = F.mse_loss(x, y, size_average=options())\n",
        "z = keep(1 - (torch.ones(2) > 0))\n",
    ],
)
def test_what_rests_on_an_assumption_is_unsafe(body: str) -> None:
    assert [safety for _, safety in found(body)] == ["unsafe"]
    (finding,) = check(_HEAD + body).findings
    assert finding.fix is not None
    assert finding.fix.assumption
    assert fix(_HEAD + body).after is None


def test_a_layer_on_self_is_assumed_to_stay() -> None:
    source = (
        _HEAD
        + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)

    def forward(self, x):
        return F.log_softmax(self.fc(x.view(-1, 3)))
"""
    )
    (finding,) = check(source).findings
    assert finding.fix is not None
    assert finding.fix.assumption == "`self.fc` is the module that this file makes it"
    assert "self.fc(x.view(-1, 3)), dim=1)" in (fix(source, unsafe=True).after or "")
    private = source.replace("fc", "_fc")
    assert "self._fc(x.view(-1, 3)), dim=1)" in (fix(private).after or "")


def test_a_private_layer_that_is_given_another_class_is_no_proof() -> None:
    source = (
        _HEAD
        + """
class Net(nn.Module):
    def __init__(self, flat):
        super().__init__()
        self._fc = nn.Linear(3, 2)
        if flat:
            self._fc = nn.Flatten(0)

    def forward(self, x):
        return F.log_softmax(self._fc(x.view(-1, 3)))
"""
    )
    assert check(source).findings == ()


def test_a_name_that_another_file_takes_stays_imported() -> None:
    source = "import torch\nfrom torch.nn.init import normal\nnormal(w)\n"
    assert "import normal_\n" in (fix(source).after or "")
    context = ModuleContext(exported=frozenset({"normal"}))
    assert "import normal, normal_\n" in (fix(source, context=context).after or "")


def test_a_name_that_another_file_replaces_is_not_followed() -> None:
    source = "import torch\nfrom torch.nn.init import normal\nnormal(w)\n"
    context = ModuleContext(patched=frozenset({"normal"}))
    assert check(source, context=context).findings == ()


def test_names_through_the_project() -> None:
    context = ModuleContext(
        imports={(".common", "fill"): "torch.nn.init.constant"},
        stars={"common": {"F": "torch.nn.functional", "nn": "torch.nn"}},
    )
    source = "from .common import fill\nimport torch\nfill(w, 1)\n"
    assert "torch.nn.init.constant_(w, 1)" in (fix(source, context=context).after or "")
    source = "import numpy  # no torch\nfrom common import *\nz = F.mse_loss(x, y, False)\n"
    assert "F.mse_loss(x, y, reduction='sum')" in (fix(source, context=context).after or "")


def test_a_silenced_use_keeps_its_name() -> None:
    source = (
        "import torch\nfrom torch.nn.init import normal\nnormal(v)\n"
        "normal(w)  # varmigrate: ignore[VM505]\n"
    )
    after = fix(source).after or ""
    assert "import normal, normal_\n" in after
    assert "normal_(v)\nnormal(w)" in after


def test_a_ladder_is_seen_when_its_test_is_rewritten_in_the_same_run() -> None:
    source = (
        "import torch\nfrom torch.autograd import Variable\n\n\ndef f(x):\n"
        "    if torch.is_tensor(x):\n        return 1\n"
        "    elif isinstance(x, Variable):\n        return 2\n"
    )
    result = fix(source)
    assert "isinstance(x, torch.Tensor)" in (result.after or "")
    assert "VM515" in [finding.code for finding in result.findings]
    assert codes(result.after or "") == []


@pytest.mark.parametrize(
    "body",
    [
        "    if isinstance(x, Variable):\n        return 1\n    elif torch.is_tensor(x):\n"
        "        return 2\n",
        "    if torch.is_tensor(x):\n        return 1\n    elif isinstance(y, Variable):\n"
        "        return 2\n",
        "    if torch.is_tensor(x) and y:\n        return 1\n    elif isinstance(x, Variable):\n"
        "        return 2\n",
        "    if torch.is_tensor(x):\n        y = 1\n    if isinstance(x, Variable):\n"
        "        return 2\n",
        "    if not torch.is_tensor(x):\n        return 1\n    if isinstance(x, Variable):\n"
        "        return 2\n",
        "    if torch.is_tensor(x):\n        return 1\n    x = other()\n"
        "    if isinstance(x, Variable):\n        return 2\n",
    ],
)
def test_ladders_that_are_none(body: str) -> None:
    source = f"import torch\nfrom torch.autograd import Variable\n\n\ndef f(x, y):\n{body}"
    assert "VM515" not in codes(source)


def test_nothing_is_said_without_torch() -> None:
    source = "from keras.layers import Softmax\nm = Softmax()\nF.softmax(x)\nnn.init.normal(w)\n"
    assert check(source, select=("renames",)).findings == ()
