"""The intent of a call, and the evidence in words that decided it."""

from __future__ import annotations

import pytest

from tests.support import check
from varmigrate.model import Finding

HEAD = (
    "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
    "from torch.autograd import Variable, grad\nfrom torch.utils.data import DataLoader\n\n\n"
)


def calls(body: str) -> list[Finding]:
    """The findings on calls in a body of code."""
    return [f for f in check(HEAD + body).findings if f.code.startswith("VM1")]


CASES = {
    "trainable: the flag": (
        "def f():\n    k = Variable(torch.randn(3), requires_grad=True)\n    return k\n",
        [("VM101", "`requires_grad=True`")],
    ),
    "trainable: positional flag": (
        "def f():\n    k = Variable(torch.randn(3), True)\n    return k\n",
        [("VM101", "`requires_grad=True`")],
    ),
    "trainable: given to an optimizer": (
        "def f():\n    x = Variable(torch.randn(3), requires_grad=True)\n"
        "    opt = torch.optim.SGD([x], lr=1)\n    return opt\n",
        [("VM101", "result is given to the optimizer torch.optim.SGD")],
    ),
    "trainable: held by a module": (
        "class M(nn.Module):\n    def __init__(self):\n"
        "        self.q = Variable(torch.ones(1), requires_grad=True)\n",
        [("VM101", "result is held by the module as self.q")],
    ),
    "input gradient: saliency": (
        "def f(model, t):\n    v = Variable(t, requires_grad=True)\n"
        "    model(v).sum().backward()\n    return v.grad\n",
        [("VM102", "result goes into model and its `.grad` is read")],
    ),
    "input gradient: autograd.grad": (
        "def f(net, t):\n    v = Variable(t, requires_grad=True)\n    out = h(v)\n"
        "    return grad(out, v)\n",
        [("VM102", "result is the input autograd.grad differentiates for")],
    ),
    "freeze: combined with a trainable leaf": (
        "def f(t):\n    a = Variable(t, requires_grad=False)\n"
        "    b = Variable(torch.randn(3), requires_grad=True)\n    return a * b\n",
        [
            ("VM103", "result is combined with `b`, which is trainable"),
            ("VM101", "`requires_grad=True`"),
        ],
    ),
    "freeze: the name": (
        "def f(pretrained):\n    return Variable(pretrained, requires_grad=False)\n",
        [("VM103", "the name says 'pretrained'")],
    ),
    "freeze: a loop over parameters": (
        "def f(net):\n    for p in net.parameters():\n        p = Variable(p, requires_grad=False)\n",
        [("VM103", "argument comes from net.parameters()")],
    ),
    "freeze: a state dict": (
        "def f(net):\n    return Variable(net.state_dict()['k'])\n",
        [("VM103", "argument is `net.state_dict()['k']`, a stored weight")],
    ),
    "preprocessing: before the model": (
        "def f(model, raw, m):\n    v = Variable(raw, requires_grad=False)\n    v = (v - m) / 2\n"
        "    return model(v)\n",
        [("VM104", "result is prepared by arithmetic (`(v - m) / 2`) and then goes into model")],
    ),
    "preprocessing: in the argument": (
        "def f(model, raw, m):\n    return model(Variable(raw - m))\n",
        [("VM104", "argument is computed (`raw - m`)")],
    ),
    "batch: a DataLoader seen constructed": (
        "def f(model, ds):\n    things = DataLoader(ds)\n    for a in things:\n"
        "        model(Variable(a))\n",
        [("VM105", "loop variable of a DataLoader (`things`)")],
    ),
    "batch: enumerate over a name": (
        "def f(model, train_loader):\n    for i, (a, b) in enumerate(train_loader):\n"
        "        model(Variable(a))\n",
        [("VM105", "loop variable of `enumerate(train_loader)`")],
    ),
    "batch: next of an iterator": (
        "def f(it):\n    return model(Variable(next(it)))\n",
        [("VM105", "argument is the next item of an iterator")],
    ),
    "target: a loss function": (
        "def f(out, t):\n    return F.cross_entropy(out, Variable(t))\n",
        [("VM106", "result is the second argument of cross_entropy")],
    ),
    "target: a loss module": (
        "def f(out, t):\n    crit = nn.MSELoss()\n    v = Variable(t)\n    return crit(out, v)\n",
        [("VM106", "result is the second argument of MSELoss")],
    ),
    "target: a loss module of the class": (
        "class A:\n    def __init__(self):\n        self.c = nn.NLLLoss().cuda()\n"
        "    def f(self, out, t):\n        return self.c(out, Variable(t))\n",
        [("VM106", "result is the second argument of NLLLoss")],
    ),
    "target: by keyword": (
        "def f(out, t):\n    return F.nll_loss(out, target=Variable(t))\n",
        [("VM106", "result is the target argument of nll_loss")],
    ),
    "target and batch of one loop": (
        "def f(model, train_loader):\n    for a, b in train_loader:\n"
        "        a, b = Variable(a), Variable(b)\n        F.nll_loss(model(a), b)\n",
        [
            ("VM105", "loop variable of `train_loader`"),
            ("VM106", "result is the second argument of nll_loss"),
        ],
    ),
    "constant: noise": (
        "def f():\n    k = Variable(torch.randn(3))\n    return k\n",
        [("VM107", "argument is torch.randn(...)")],
    ),
    "constant: .new": (
        "def f(t):\n    k = Variable(t.new(3, 4).fill_(1))\n    return k\n",
        [("VM107", "argument is made by .new(...)")],
    ),
    "constant: a label of ones": (
        "def f(out):\n    return F.binary_cross_entropy(out, Variable(torch.ones(3)))\n",
        [("VM107", "a constant label of a loss")],
    ),
    "state: second argument of a recurrent module": (
        "class M(nn.Module):\n    def __init__(self):\n        self.r = nn.GRU(3, 3)\n"
        "    def forward(self, x):\n        k = Variable(torch.zeros(1, 1, 3))\n"
        "        return self.r(x, k)\n",
        [("VM108", "result is the start state of self.r (GRU)")],
    ),
    "state: init_hidden": (
        "def init_hidden(n):\n    return Variable(torch.zeros(1, n, 8))\n",
        [("VM108", "the function is named 'init_hidden'")],
    ),
    "history cut": (
        "def f(h):\n    h = Variable(h.data)\n    return h\n",
        [("VM109", "`h` is bound to its own value")],
    ),
    "inference": (
        "def f(model, t):\n    return model(Variable(t, volatile=True))\n",
        [("VM110", "`volatile=True`")],
    ),
    "inference: positional": (
        "def f(model, t):\n    return model(Variable(t, False, True))\n",
        [("VM110", "`volatile=True`")],
    ),
    "inference: an expression": (
        "def f(model, t, train):\n    return model(Variable(t, volatile=not train))\n",
        [("VM110", "`volatile=not train`")],
    ),
    "dynamic": (
        "def f(t, r):\n    return Variable(t, requires_grad=r)\n",
        [("VM111", "`requires_grad=r`")],
    ),
    "plain": (
        "def f(t):\n    return Variable(t)\n",
        [("VM112", "no finer intent can be told from the code")],
    ),
    "never worked: a list": (
        "def f():\n    return Variable([1.0])\n",
        [("VM119", "Variable takes a tensor, not a sequence")],
    ),
    "never worked: both flags": (
        "def f(t):\n    return Variable(t, requires_grad=True, volatile=True)\n",
        [("VM119", "requires_grad and volatile together raise ValueError")],
    ),
    "never worked: nothing": (
        "def f():\n    return Variable()\n",
        [("VM119", "there is no tensor to wrap")],
    ),
}


@pytest.mark.parametrize(("body", "expected"), CASES.values(), ids=CASES.keys())
def test_intent(body: str, expected: list[tuple[str, str]]) -> None:
    found = [f for f in calls(body) if f.evidence]
    assert [f.code for f in found if f.line > 0][: len(expected)] == [c for c, _ in expected]
    for finding, (_, evidence) in zip(found, expected, strict=False):
        assert evidence in finding.evidence


def test_a_flag_outweighs_any_number_of_names() -> None:
    body = "def f(pretrained_target_batch):\n    return Variable(pretrained_target_batch, True)\n"
    (finding,) = calls(body)
    assert finding.code == "VM101"


def test_the_weaker_side_is_told() -> None:
    body = "def f(out, batch):\n    return F.cross_entropy(out, Variable(batch))\n"
    (finding,) = calls(body)
    assert finding.code == "VM106"
    assert "weaker evidence for batch: the name says 'batch'" in finding.evidence


HELPER = "def legacy(t, requires_grad):\n    return Variable(t, requires_grad=requires_grad)\n\n\n"


def test_a_helper_is_followed() -> None:
    body = (
        HELPER + "def f(pretrained, w):\n    a = legacy(pretrained, False)\n"
        "    b = legacy(torch.randn(3), requires_grad=True)\n    return a * b\n"
    )
    found = check(HEAD + body).findings
    assert [f.code for f in found] == ["VM207", "VM111", "VM103", "VM101"]
    assert "result is combined with `b`, which is trainable" in found[2].evidence
    assert all(f.fix is None and f.advice for f in (found[0], found[2], found[3]))


@pytest.mark.parametrize(
    ("definition", "call", "code"),
    [
        ("def w(t, r=True):\n    return Variable(t, requires_grad=r)\n", "w(k)", "VM101"),
        ("def w(t, r=True):\n    return Variable(t, requires_grad=r)\n", "w(k, False)", "VM112"),
        ("def w(t):\n    return Variable(t, requires_grad=True).cuda()\n", "w(k)", "VM101"),
        ("def w(t, v=False):\n    return Variable(t, volatile=v)\n", "w(k, v=True)", "VM110"),
        ("def w(t, v=False):\n    return Variable(t, volatile=v)\n", "w(k)", "VM112"),
        ("def w(t, r):\n    return Variable(t, requires_grad=r)\n", "w(k, q)", "VM111"),
        ("def w(t):\n    if c:\n        t = t.cuda()\n    return Variable(t)\n", "w(k)", "VM112"),
        ("def w(*, t):\n    return Variable(t)\n", "w(t=k)", "VM112"),
    ],
)
def test_flags_arrive_through_a_helper(definition: str, call: str, code: str) -> None:
    found = check(f"{HEAD}{definition}\n\ndef f(k, q):\n    return {call}\n").findings
    assert found[-1].code == code
    assert "VM207" in [f.code for f in found]


@pytest.mark.parametrize(
    "definition",
    [
        "def w(t):\n    return F.relu(Variable(t))\n",
        "def w(t):\n    v = Variable(torch.zeros(3))\n    return v\n",
        "def w():\n    return Variable(torch.zeros(3))\n",
    ],
)
def test_is_no_helper(definition: str) -> None:
    found = check(f"{HEAD}{definition}\n\ndef f(k):\n    return w(k)\n").findings
    assert "VM207" not in [f.code for f in found]


def test_advice_on_a_trainable_attribute_of_a_module() -> None:
    body = (
        "class M(nn.Module):\n    def __init__(self):\n"
        "        self.q = Variable(torch.ones(1), requires_grad=True)\n"
    )
    (finding,) = calls(body)
    assert finding.fix is not None
    assert finding.advice is not None
    assert "nn.Parameter" in finding.advice
