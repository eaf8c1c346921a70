"""The intent of a call, and the evidence in words that decided it."""

from __future__ import annotations

import inspect
import re

import pytest

from tests.support import check
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import SiteKind
from varmigrate.model import Finding
from varmigrate.rules.base import IntentRule, Weight
from varmigrate.rules.registry import all_rules
from varmigrate.rules.view import CallView
from varmigrate.rules.weights import Sign

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


@pytest.mark.parametrize(
    ("body", "code", "told"),
    [
        (
            "def f(weight_batch):\n    return Variable(weight_batch)\n",
            "VM103",
            "as much evidence for batch: the name says 'weight_batch'",
        ),
        (
            "def f(batch, target_model):\n    return target_model(Variable(batch))\n",
            "VM105",
            None,
        ),
        ("def f(net, t):\n    return net(Variable(t, True))\n", "VM102", None),
        (
            "def f(net, w):\n    return net(Variable(w, True))\n",
            "VM102",
            "as strong, but less evidence for trainable: the name says 'w'",
        ),
        (
            "def f(net, target):\n    return net(Variable(target))\n",
            "VM106",
            "as much evidence for batch: result goes into net, a model by its name",
        ),
        (
            "def f(net, batch_target):\n    return net(Variable(batch_target))\n",
            "VM105",
            "as strong, but less evidence for target: the name says 'batch_target'",
        ),
    ],
    ids=[
        "a tie",
        "nothing against",
        "the flag speaks for both",
        "a flag and a name",
        "a tie of different kinds",
        "the longer list",
    ],
)
def test_what_spoke_against_is_told(body: str, code: str, told: str | None) -> None:
    (finding,) = calls(body)
    assert finding.code == code
    said = [text for text in finding.evidence if "evidence for" in text]
    assert said == ([] if told is None else [told])


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


def offered(body: str) -> set[Sign]:
    """All evidence the rules offer for the calls in a body of code, whether it wins or not."""
    analysis = FileAnalysis("example.py", HEAD + body)
    found: set[Sign] = set()
    for site in analysis.sites:
        if site.kind not in (SiteKind.CALL, SiteKind.WRAPPER_CALL):
            continue
        view = CallView(analysis, site)
        for rule in all_rules():
            if isinstance(rule, IntentRule):
                for evidence in rule.evidence(view):
                    found |= {
                        sign
                        for sign in Sign
                        if sign.value.intent is rule.intent
                        and sign.value.weight is evidence.weight
                        and _words(sign).fullmatch(evidence.text)
                    }
    return found


def _words(sign: Sign) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", sign.value.words)
    return re.compile(".+".join(re.escape(part) for part in parts))


MODULE = "class M(nn.Module):\n    def f(self, t):\n"
# Evidence -> code that offers it, and code close to it that does not.
SIGNS = {
    Sign.TRAINABLE_FLAG: (
        "def f(t):\n    return Variable(t, requires_grad=True)\n",
        "def f(t):\n    return Variable(t, requires_grad=False)\n",
    ),
    Sign.OPTIMIZED: (
        "def f(t):\n    k = Variable(t, requires_grad=True)\n    ks = []\n    ks.append(k)\n"
        "    return torch.optim.Adam(ks)\n",
        "def f(t, q):\n    k = Variable(t, requires_grad=True)\n    k = q\n"
        "    return torch.optim.Adam([k])\n",
    ),
    Sign.UPDATED: (
        "def f(t, q):\n    k = Variable(t, requires_grad=True)\n    (k * q).sum().backward()\n"
        "    k.data -= 0.1 * k.grad.data\n",
        "def f(t, q):\n    k = Variable(t, requires_grad=True)\n    (k * q).sum().backward()\n"
        "    return k.data - k.grad.data\n",
    ),
    Sign.HELD: (
        MODULE + "        self.q = Variable(t, requires_grad=True)\n",
        "class A:\n    def f(self, t):\n        self.q = Variable(t, requires_grad=True)\n",
    ),
    Sign.TRAINS: (
        "def f(t, q):\n    k = Variable(t, requires_grad=True)\n    loss = ((k * q) ** 2).sum()\n"
        "    loss.backward()\n",
        "def f(t, q):\n    k = Variable(t, requires_grad=True)\n    loss = ((k * q) ** 2).sum()\n"
        "    q.backward()\n",
    ),
    Sign.TRAINABLE_LOOP: (
        "def f(params):\n    for k, v in params.items():\n        d[k] = Variable(v, True)\n",
        "def f(things):\n    for k, v in things.items():\n        d[k] = Variable(v, True)\n",
    ),
    Sign.TRAINABLE_NAME: (
        "def f(t):\n    w1 = Variable(t, requires_grad=True)\n    return w1\n",
        "def f(t):\n    wolf = Variable(t, requires_grad=True)\n    return wolf\n",
    ),
    Sign.INPUT_FLAG: (
        "def f(net, t):\n    return net(Variable(t, requires_grad=True))\n",
        "def f(h, t):\n    return h(Variable(t, requires_grad=True))\n",
    ),
    Sign.DIFFERENTIATED: (
        "def f(t):\n    v = Variable(t, requires_grad=True)\n    return grad(h(v), inputs=[v])\n",
        "def f(t, q):\n    v = Variable(t, requires_grad=True)\n    return grad(v, q)\n",
    ),
    Sign.GRADIENT_READ: (
        "def f(net, t):\n    d = {}\n    d['k'] = Variable(t, requires_grad=True)\n"
        "    net(d['k']).sum().backward()\n    return d['k'].grad\n",
        "def f(net, t):\n    d = {}\n    d['k'] = Variable(t, requires_grad=True)\n"
        "    net(d['k']).sum().backward()\n    return d['q'].grad\n",
    ),
    Sign.INPUT_BACKWARD: (
        "def f(net, t):\n    v = Variable(t, True)\n    out = net(v)\n    out[0].backward()\n",
        "def f(net, t):\n    v = Variable(t, True)\n    out = net(v)\n    return out[0]\n",
    ),
    Sign.INPUT_FED: (
        "def f(net, t):\n    v = Variable(t, True)\n    if c:\n        v = v.cuda()\n"
        "    return net(v)\n",
        "def f(net, t):\n    v = Variable(t, True)\n    v = h(v)\n    return net(v)\n",
    ),
    Sign.INPUT_DATA: (
        "def f(a):\n    t = torch.from_numpy(a)\n    return Variable(t.float(), True)\n",
        "def f(a):\n    t = torch.zeros(3)\n    return Variable(t.float(), True)\n",
    ),
    Sign.INPUT_FUNCTION: (
        "def saliency(t):\n    return Variable(t, True)\n",
        "def sail(t):\n    return Variable(t, True)\n",
    ),
    Sign.INPUT_NAME: (
        "def f(image):\n    return Variable(image, True)\n",
        "def f(imagine):\n    return Variable(imagine, True)\n",
    ),
    Sign.PARAMETER_LOOP: (
        "def f(net):\n    return [Variable(p) for p in net.parameters()]\n",
        "def f(net):\n    return [Variable(p) for p in net.buffers()]\n",
    ),
    Sign.IS_PARAMETER: (
        "def f(net):\n    return Variable(net.fc.weight.data)\n",
        "def f(net):\n    return Variable(net.fc.weight.data.new(3).zero_())\n",
    ),
    Sign.WITH_TRAINABLE: (
        "def f(t):\n    k = Variable(torch.randn(3), True)\n    return k * Variable(t, False)\n",
        "def f(t):\n    k = Variable(torch.randn(3), True)\n    return k * Variable(t)\n",
    ),
    Sign.NEAR_TRAINABLE: (
        "def f(t):\n    k = Variable(torch.randn(3), True)\n    return k * Variable(t)\n",
        "def f(t):\n    k = Variable(torch.randn(3), True)\n"
        "    return k * Variable(torch.rand(3))\n",
    ),
    Sign.STORED_WEIGHT: (
        "def f(p):\n    return Variable(torch.load(p)['k'])\n",
        "def f(p):\n    return Variable(h(p)['k'])\n",
    ),
    Sign.FREEZE_WRITTEN: (
        "def f(weight):\n    return Variable(weight, requires_grad=False)\n",
        "def f(t):\n    return Variable(t, requires_grad=False)\n",
    ),
    Sign.FREEZE_NAME: (
        "def f(glove):\n    return Variable(glove)\n",
        "def f(net):\n    return Variable(mask_of(net.weight))\n",
    ),
    Sign.COMPUTED_INTO_MODEL: (
        "def f(net, t, m):\n    k = t - m\n    k = Variable(k)\n    return net(k)\n",
        "def f(net, t, m):\n    k = t.sub(m)\n    k = Variable(k)\n    return net(k)\n",
    ),
    Sign.PREPARED: (
        "def f(net, t, m):\n    return net((Variable(t) - m) / 2)\n",
        "def f(net, t, m):\n    return h((Variable(t) - m) / 2)\n",
    ),
    Sign.COMPUTED: (
        "def f(t, m):\n    return Variable(t - m, requires_grad=False)\n",
        "def f(t, m):\n    return Variable(t - m)\n",
    ),
    Sign.PREPARED_FED: (
        "def f(net, t, m):\n    return net(Variable(t - m))\n",
        "def f(net, t, m):\n    return net(Variable(t))\n",
    ),
    Sign.PREPARED_WRITTEN: (
        "def f(net, t, m):\n    return net(Variable(t - m, requires_grad=False))\n",
        "def f(net, t, m):\n    return net(Variable(t - m))\n",
    ),
    Sign.LOADER: (
        "def f(ds):\n    them = DataLoader(ds)\n    for i, b in enumerate(them):\n"
        "        k = b['k']\n        g(Variable(k))\n",
        "def f(ds):\n    them = list(ds)\n    for i, b in enumerate(them):\n"
        "        k = b['k']\n        g(Variable(k))\n",
    ),
    Sign.LOADER_NAME: (
        "def f(loader):\n    for a, b in loader:\n        g(Variable(a))\n",
        "def f(loader):\n    for a, b in loader:\n        g(Variable(b))\n",
    ),
    Sign.NEXT_ITEM: (
        "def f(it):\n    return Variable(next(it))\n",
        "def f(it):\n    return Variable(it.after())\n",
    ),
    Sign.BATCH_FED: (
        "def f(t):\n    fc = nn.Linear(3, 3)\n    return fc(Variable(torch.FloatTensor(t)))\n",
        "def f(t):\n    fc = nn.Linear(3, 3)\n    return fc(Variable(torch.ones(3)))\n",
    ),
    Sign.BATCH_LATER: (
        "def f(loader):\n    for a, b in loader:\n        g(Variable(b))\n",
        "def f(net, loader):\n    for a, b in loader:\n        net(Variable(b))\n",
    ),
    Sign.BATCH_FED_NAME: (
        "def f(self, t):\n    v = Variable(t)\n    return self.critic.predict(v)\n",
        "def f(self, t):\n    v = Variable(t)\n    return self.critic.load_state_dict(v)\n",
    ),
    Sign.BATCH_NAME: (
        "def f(img):\n    return Variable(img)\n",
        "def f(t):\n    return Variable(t.data)\n",
    ),
    Sign.LOSS_TARGET: (
        "def f(o, t):\n    return F.nll_loss(o, Variable(t))\n",
        "def f(o, t):\n    return F.nll_loss(Variable(t), o)\n",
    ),
    Sign.LOSS_TARGET_NAME: (
        "def f(my_loss, o, labels):\n    return my_loss(Variable(labels), o)\n",
        "def f(my_loss, o, t):\n    return my_loss(Variable(t), o)\n",
    ),
    Sign.PAIR: (
        "def f(loader):\n    for i, (a, b) in enumerate(loader):\n        q(Variable(b))\n",
        "def f(loader):\n    for a, b, c in loader:\n        q(Variable(b), Variable(c))\n",
    ),
    Sign.COMPARED: (
        "def f(o, t):\n    t = Variable(t)\n    return (o.max(1)[1] == t).sum()\n",
        "def f(o, t):\n    t = Variable(t)\n    return (o.max(1)[1] > t).sum()\n",
    ),
    Sign.TARGET_SOURCE: (
        "def f(labels, c):\n    k = (labels == c).float()\n    return Variable(k)\n",
        "def f(things, c):\n    k = (things == c).float()\n    return Variable(k)\n",
    ),
    Sign.TARGET_NAME: (
        "def f(y):\n    return Variable(y)\n",
        "def f(yard):\n    return Variable(yard)\n",
    ),
    Sign.CONSTANT_LABEL: (
        "def f(o):\n    return F.mse_loss(o, Variable(torch.zeros(3)))\n",
        "def f(o):\n    return F.mse_loss(o, Variable(torch.rand(3)))\n",
    ),
    Sign.MADE: (
        "def f(t):\n    k = torch.zeros(3)\n    k[0] = 1\n    return Variable(k)\n",
        "def f(t):\n    k = torch.zeros(3)\n    k[0] = t\n    return Variable(k)\n",
    ),
    Sign.WRITTEN: (
        "def f(a):\n    return Variable(torch.FloatTensor([a, 1.0]))\n",
        "def f(a):\n    return Variable(torch.FloatTensor(a))\n",
    ),
    Sign.CONSTANT_NAME: (
        "def f(t):\n    return Variable(dropout_mask(t))\n",
        "def f(t):\n    return Variable(unmasked(t))\n",
    ),
    Sign.START_STATE: (
        "def f(t, x):\n    cell = nn.GRUCell(3, 3)\n    return cell(x, Variable(t))\n",
        "def f(t, x):\n    cell = nn.GRUCell(3, 3)\n    return cell(Variable(t), x)\n",
    ),
    Sign.START_STATE_NAME: (
        "def f(net, t, x):\n    return net(x, hidden=Variable(t))\n",
        "def f(net, t, x):\n    return net(x, lengths=Variable(t))\n",
    ),
    Sign.NEW_STATE: (
        "def f(w):\n    c = Variable(w.new(3).zero_())\n    return c\n",
        "def f(w):\n    next_state = Variable(w.new(3).zero_())\n    return next_state\n",
    ),
    Sign.STATE_FUNCTION: (
        "def init_state(t):\n    return Variable(t)\n",
        "def true_state_values(t):\n    return Variable(t)\n",
    ),
    Sign.STATE_NAME: (
        "def f(hidden):\n    return Variable(hidden)\n",
        "def f(state):\n    return Variable(state)\n",
    ),
    Sign.CARRIED: (
        "def f(h):\n    h = Variable(h.data)\n    return h\n",
        "def f(h):\n    k = Variable(h.data)\n    return k\n",
    ),
    Sign.CUT: (
        "def f(h):\n    k = h[0].data.cpu()\n    return Variable(k)\n",
        "def f(h):\n    k = h[0].data.new(3)\n    return Variable(k)\n",
    ),
    Sign.CUT_INSIDE: (
        "def cut(h):\n    h = h.data\n    return Variable(h)\n\n\ndef f(t):\n    return cut(t)\n",
        "def own(h):\n    h = h.cpu()\n    return Variable(h)\n\n\ndef f(t):\n    return own(t)\n",
    ),
    Sign.COPIED: (
        "def f(h):\n    return Variable(h.data.new(3).copy_(h.data))\n",
        "def f(h):\n    return Variable(h.data.new(3).fill_(0))\n",
    ),
    Sign.VOLATILE: (
        "def f(t):\n    return Variable(t, volatile=q)\n",
        "def f(t):\n    return Variable(t, volatile=False)\n",
    ),
    Sign.DYNAMIC_FLAG: (
        "def f(t, q):\n    return Variable(t, q)\n",
        "def f(t, q):\n    return Variable(t, 1)\n",
    ),
    Sign.NEVER: (
        "def f():\n    return Variable(3)\n",
        "def f():\n    return Variable(torch.zeros(3))\n",
    ),
}


def test_every_kind_of_evidence_has_its_cases() -> None:
    assert set(SIGNS) | {Sign.NOTHING} == set(Sign)


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: sign.name.lower())
def test_evidence(sign: Sign) -> None:
    yes, no = SIGNS[sign]
    assert sign in offered(yes)
    assert sign not in offered(no)


def test_names_come_last() -> None:
    lowest = sorted(weight for weight in Weight if weight is not Weight.NONE)[:2]
    assert lowest == [Weight.HINT, Weight.NAME]
    for sign in Sign:
        if "the name says" in sign.value.words or "is named" in sign.value.words:
            assert sign.value.weight is Weight.NAME


INTENTS = {
    "data times a weight is no frozen weight": (
        "def f():\n    x = Variable(torch.rand(5, 3))\n"
        "    w = Variable(torch.rand(3), requires_grad=True)\n    return x @ w\n",
        ["VM107", "VM101"],
    ),
    "an array handed to a model is a batch": (
        "def f(a):\n    net = nn.Linear(3, 3)\n    v = Variable(torch.FloatTensor(a))\n"
        "    return net(v)\n",
        ["VM105"],
    ),
    "the state of an environment is a batch": (
        "def f(self, state):\n    v = Variable(state)\n    return self.actor(v)\n",
        ["VM105"],
    ),
    "both branches go to the model and to the loss": (
        "def f(net, crit, loader):\n    for a, b in loader:\n        if c:\n"
        "            a, b = Variable(a.cuda()), Variable(b.cuda())\n        else:\n"
        "            a, b = Variable(a), Variable(b)\n        crit(net(a), b)\n",
        ["VM105", "VM106", "VM105", "VM106"],
    ),
    "a mask made above": (
        "def f(x):\n    m = x.data.new(3).bernoulli_(0.5)\n"
        "    return Variable(m, requires_grad=False) * x\n",
        ["VM107"],
    ),
    "loaded parameters are trained": (
        "def f(params):\n    for k, v in params.items():\n"
        "        params[k] = Variable(torch.from_numpy(v), requires_grad=True)\n",
        ["VM101"],
    ),
    "an image that is optimised is trained": (
        "def f(net, image):\n    v = Variable(image, requires_grad=True)\n"
        "    opt = torch.optim.LBFGS([v])\n    net(v).sum().backward()\n    opt.step()\n",
        ["VM101"],
    ),
    "a buffer into which a batch is copied": (
        "def f(net, loader, buf):\n    buf = torch.FloatTensor(3, 3)\n    for a, _ in loader:\n"
        "        buf.resize_as_(a).copy_(a)\n        net(Variable(buf))\n",
        ["VM105"],
    ),
    "a target is a target item by item": (
        "def f(criterion, out, t):\n    t = Variable(t)\n    return sum(criterion(out[i], t[i]) for i in q)\n",
        ["VM106"],
    ),
    "a loop over parameters carries nothing": (
        "def f(net):\n    for p in net.parameters():\n        p = Variable(p.data)\n",
        ["VM103"],
    ),
    "data times a weight": (
        "def f(x_data, t):\n    x = Variable(torch.Tensor(x_data))\n"
        "    w = Variable(t, requires_grad=True)\n    return x * w\n",
        ["VM105", "VM101"],
    ),
    "the third of a loader's items": (
        "def f(loader):\n    for a, b, lengths in loader:\n        q(Variable(lengths))\n",
        ["VM105"],
    ),
    "a perturbation is no parameter": (
        "def f(x):\n    delta = Variable(torch.zeros_like(x), requires_grad=True)\n"
        "    return delta\n",
        ["VM102"],
    ),
    "a cut value that goes into a model": (
        "def f(net, x):\n    k = Variable(x.data)\n    return net(k)\n",
        ["VM109"],
    ),
    "the hidden state for the next batch": (
        "def f(net, x, h):\n    return net(x, Variable(h.data))\n",
        ["VM109"],
    ),
}


@pytest.mark.parametrize(("body", "codes"), INTENTS.values(), ids=INTENTS.keys())
def test_the_stronger_evidence_wins(body: str, codes: list[str]) -> None:
    assert [finding.code for finding in calls(body)] == codes


def test_a_rule_takes_its_evidence_from_the_table() -> None:
    for rule in all_rules():
        if isinstance(rule, IntentRule):
            source = inspect.getsource(type(rule))
            assert "Evidence(" not in source
            assert "Weight." not in source
