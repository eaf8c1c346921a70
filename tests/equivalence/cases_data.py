"""Programs for the rules about `.data`, scalars and the old order of arguments.

A program is run as it is and as the tool leaves it. Where it raises today, `stands_for` is the same
program in the words of today, with what the old form meant written out as arithmetic.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass


@dataclass(frozen=True)
class DataCase:
    """A program, the codes it is fixed with, and what comes of it.

    contains, lacks: texts the fixed source must and must not hold; with neither, it must stay as it
    is. unsafe: whether unsafe fixes are made. stands_for: a program that does what this one meant.
    changes: the fix is unsafe, and what the program does is known to change.
    """

    name: str
    source: str
    select: tuple[str, ...]
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    unsafe: bool = False
    stands_for: str = ""
    changes: bool = False

    @property
    def untouched(self) -> bool:
        """Whether the program has to stay as it is."""
        return not self.contains and not self.lacks


def _case(
    name: str,
    body: str,
    code: str,
    *,
    contains: tuple[str, ...] = (),
    lacks: tuple[str, ...] = (),
    unsafe: bool = False,
    stands_for: str = "",
    changes: bool = False,
) -> DataCase:
    return DataCase(
        name,
        _PROLOGUE + _text(body),
        (code,),
        contains,
        lacks,
        unsafe,
        _PROLOGUE + _text(stands_for) if stands_for else "",
        changes,
    )


_PROLOGUE = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n"


def _text(body: str) -> str:
    return textwrap.dedent(body).lstrip("\n")


_TENSORS = """
x = torch.arange(4.0).view(2, 2)
y = x + 1
z = x + 2
v = torch.ones(2)
"""


def _order(name: str, body: str, *contains: str, unsafe: bool = False) -> DataCase:
    return _case(name, _TENSORS + _text(body), "VM510", contains=contains, unsafe=unsafe)


ORDER = [
    _order("add_", "x.add_(2, y)", "x.add_(y, alpha=2)"),
    _order("add", "r = x.add(2.5, y)", "x.add(y, alpha=2.5)"),
    _order("sub_", "x.sub_(2, y)", "x.sub_(y, alpha=2)"),
    _order("sub", "r = x.sub(-2, y)", "x.sub(y, alpha=-2)"),
    _order("addcmul_", "x.addcmul_(2, y, z)", "x.addcmul_(y, z, value=2)"),
    _order("addcdiv_", "x.addcdiv_(2, y, z)", "x.addcdiv_(y, z, value=2)"),
    _order("addcdiv with a keyword", "r = x.addcdiv(2, y, tensor2=z)", "x.addcdiv(value=2, "),
    _order("addmm with beta", "r = x.addmm(2, y, z)", "x.addmm(y, z, beta=2)"),
    _order("addmm with both", "x.addmm_(2, 3, y, z)", "x.addmm_(y, z, beta=2, alpha=3)"),
    _order("addmv", "r = v.addmv(2, 3, y, v)", "v.addmv(y, v, beta=2, alpha=3)"),
    _order("addr_", "x.addr_(2, v, v)", "x.addr_(v, v, beta=2)"),
    _order("torch.add", "r = torch.add(x, 2, y)", "torch.add(x, y, alpha=2)"),
    _order("torch.sub of a number", "r = torch.sub(5, 2, y)", "torch.sub(5, y, alpha=2)"),
    _order(
        "torch.add with out",
        "o = torch.empty(2, 2)\nr = torch.add(x, 2, y, out=o)",
        "torch.add(x, y, alpha=2, out=o)",
    ),
    _order("torch.addcmul", "r = torch.addcmul(x, 2, y, z)", "torch.addcmul(x, y, z, value=2)"),
    _order("torch.addmm with beta", "r = torch.addmm(2, x, y, z)", "torch.addmm(x, y, z, beta=2)"),
    _order(
        "torch.addmm with both",
        "r = torch.addmm(2, x, 3, y, z)",
        "torch.addmm(x, y, z, beta=2, alpha=3)",
    ),
    _order(
        "torch.baddbmm",
        "b = torch.ones(3, 2, 2)\nr = torch.baddbmm(2, b, 3, b, b)",
        "torch.baddbmm(b, b, b, beta=2, alpha=3)",
    ),
    _order("a tensor without dimensions", "s = x.sum()\nx.add_(s, y)", "x.add_(y, alpha=s)"),
    _order(
        "effects keep their order",
        """
        def say(value):
            print(value)
            return value
        x.addcmul_(say(2), say(y), say(z))
        """,
        "x.addcmul_(value=say(2), tensor1=say(y), tensor2=say(z))",
    ),
    _order(
        "one effect, and what it changes",
        """
        rate = [1]
        def grow():
            rate[0] += 1
            return y
        x.add_(rate[0], grow())
        """,
        "x.add_(alpha=rate[0], other=grow())",
    ),
    _order("random numbers", "r = x.add(torch.rand(1).item(), torch.rand(2, 2))", "alpha=torch"),
    _order("a comment inside", "x.add_(2,  # twice\n       y)", "# twice", "alpha=2"),
    _order("several lines", "x.addcmul_(\n    2,\n    y,\n    z,\n)", "z, value=2,"),
    _order("in a chain", "x.mul_(0.5).add_(0.5, y).sub_(2, z)", "add_(y, alpha=0.5).sub_(z, al"),
    _order("one in the other", "r = x.add(2, y.add(3, z))", "x.add(y.add(z, alpha=3), alpha=2)"),
    _order(
        "an optimiser of one's own",
        """
        class Momentum(torch.optim.Optimizer):
            def __init__(self, params, lr=0.1, momentum=0.9):
                super().__init__(params, dict(lr=lr, momentum=momentum))
            def step(self):
                for group in self.param_groups:
                    for p in group['params']:
                        d_p = p.grad.data
                        state = self.state[p]
                        if 'buf' not in state:
                            state['buf'] = torch.zeros_like(p.data)
                        buf = state['buf']
                        buf.mul_(group['momentum']).add_(1 - group['momentum'], d_p)
                        p.data.add_(-group['lr'], buf)
        w = torch.ones(3, requires_grad=True)
        o = Momentum([w])
        for _ in range(3):
            o.zero_grad()
            (w * w).sum().backward()
            o.step()
        """,
        "add_(d_p, alpha=1 - group['momentum'])",
        "p.data.add_(buf, alpha=-group['lr'])",
    ),
    _order(
        "a receiver that is only likely a tensor",
        """
        def later(p, old):
            return p.data.add(-2, old.data)
        r = later(x, y)
        """,
        "p.data.add(old.data, alpha=-2)",
        unsafe=True,
    ),
    _order("the modern form", "x.add_(y, alpha=2)"),
    _order("the modern form by names", "x.add_(alpha=2, other=y)"),
    _order("a number alone", "x.add_(2)\nr = torch.add(x, 2)"),
    _order("addcmul without a number", "r = x.addcmul(y, z)"),
    _order("addcmul with a tensor by name", "r = x.addcmul(y, tensor2=z)"),
    _order("addmm without numbers", "r = torch.addmm(x, y, z)\nq = x.addmm(y, z)"),
    _order("addmm with beta by name", "r = torch.addmm(x, y, z, beta=2)"),
    _order("arguments not seen", "both = (2, y)\nx.add_(*both)"),
    _order("keywords not seen", "more = {'other': y}\nx.add_(2, **more)"),
    _order("a set, and a text", "s = {1}\ns.add(2)\nimport re\nt = re.sub('a', 'b', 'aa')"),
    _order(
        "a class of its own",
        """
        class Total:
            def add(self, count, tensor):
                return count * 10
            def add_(self, count, tensor):
                return count * 20
        t = Total()
        r = t.add(2, x), t.add_(2, x)
        """,
    ),
    _order(
        "an unknown receiver",
        """
        class Fold:
            def __init__(self):
                self.names = []
        fold = Fold()
        fold.add = lambda name, tensor: fold.names.append(name)
        fold.add('a', x)
        """,
    ),
    _order(
        "what is only likely a tensor, safely",
        """
        def later(p, old):
            return p.data.add(-2, old.data)
        r = later(x, y)
        """,
    ),
    _order("a function of the same name", "def add(a, b, c):\n    return b\nr = add(x, 2, y)"),
]

_LOSSES = """
torch.manual_seed(0)
net = nn.Linear(3, 2)
x, y = torch.rand(4, 3), torch.rand(4, 2)
labels = torch.tensor([0, 1, 1, 0])
"""


_CARRIED = re.compile(r"(?:\.(?:data|detach\(\)|cpu\(\)|numpy\(\)|tolist\(\)))+\[0\]\Z")


def _scalar(
    name: str, body: str, new: str = "", *, old: str = "", unsafe: bool = False
) -> DataCase:
    """new: what the expression `old` (or `loss.data[0]`) becomes; empty: nothing changes."""
    if not new:
        return _case(name, _LOSSES + _text(body), "VM301", unsafe=unsafe)
    # What the old form meant: the only element of a tensor, as a number.
    old = old or "loss.data[0]"
    root = _CARRIED.sub("", old)
    meant = _text(body).replace(old, f"sum({root}.reshape(-1).tolist())")
    return _case(
        name,
        _LOSSES + _text(body),
        "VM301",
        contains=(new,),
        lacks=(old,),
        unsafe=unsafe,
        stands_for=_LOSSES + meant,
    )


SCALARS = [
    _scalar(
        "a loss module",
        "criterion = nn.MSELoss()\nloss = criterion(net(x), y)\nprint(loss.data[0])",
        "loss.item()",
    ),
    _scalar(
        "a loss function",
        "loss = F.cross_entropy(net(x), labels)\nr = loss.data[0]",
        "loss.item()",
    ),
    _scalar(
        "a loss with weights and an average by place",
        "loss = F.nll_loss(net(x), labels, torch.ones(2), False)\nr = loss.data[0]",
        "loss.item()",
    ),
    _scalar(
        "a module moved on its way",
        "criterion = nn.L1Loss(size_average=False).double().float()\n"
        "loss = criterion(net(x), y)\nr = '%f' % loss.data[0]",
        "loss.item()",
    ),
    _scalar(
        "a module called where it is made",
        "r = nn.MSELoss()(net(x), y).data[0]",
        "nn.MSELoss()(net(x), y).item()",
        old="nn.MSELoss()(net(x), y).data[0]",
    ),
    _scalar(
        "a mean", "r = net(x).mean().data[0]", "net(x).mean().item()", old="net(x).mean().data[0]"
    ),
    _scalar("a sum", "loss = (net(x) - y).pow(2).sum()\nr = loss.data[0] * 2", "loss.item()"),
    _scalar("a maximum", "loss = torch.max(net(x))\nr = loss.data[0]", "loss.item()"),
    _scalar("a norm", "loss = net.weight.norm(2)\nr = loss.data[0]", "loss.item()"),
    _scalar("a product", "loss = torch.dot(x[0], x[1])\nr = loss.data[0]", "loss.item()"),
    _scalar(
        "arithmetic with numbers",
        "loss = 0.5 * F.mse_loss(net(x), y) + F.l1_loss(net(x), y) / len(x)\nr = loss.data[0]",
        "loss.item()",
    ),
    _scalar(
        "an accumulator",
        """
        loss = 0
        for i in range(3):
            loss += F.mse_loss(net(x), y)
        r = loss.data[0] / 3
        """,
        "loss.item()",
    ),
    _scalar(
        "an accumulator that is bound anew",
        """
        loss = None
        for i in range(3):
            part = F.mse_loss(net(x), y)
            loss = part if loss is None else loss + part
        r = loss.data[0] / 3
        """,
        "loss.item()",
    ),
    _scalar(
        "branches that agree",
        """
        if len(x) > 3:
            loss = F.mse_loss(net(x), y)
        else:
            loss = F.l1_loss(net(x), y)
        r = loss.data[0]
        """,
        "loss.item()",
    ),
    _scalar(
        "a function of the file",
        """
        def step(scale=2):
            loss = F.mse_loss(net(x), y)
            return loss, scale
        loss, scale = step()
        r = loss.data[0]
        """,
        "loss.item()",
    ),
    _scalar(
        "an attribute",
        """
        class Trainer:
            def __init__(self):
                self.criterion = nn.CrossEntropyLoss()
                self.loss = None
            def step(self):
                self.loss = self.criterion(net(x), labels)
                return self.loss.data[0]
        r = Trainer().step()
        """,
        "self.loss.item()",
        old="self.loss.data[0]",
    ),
    _scalar(
        "an accumulator on self",
        """
        class Trainer:
            def __init__(self):
                self.loss = 0
            def step(self):
                self.loss += F.mse_loss(net(x), y)
            def mean(self):
                return self.loss.data[0] / 2
        t = Trainer()
        t.step()
        t.step()
        r = t.mean()
        """,
        "self.loss.item()",
        old="self.loss.data[0]",
    ),
    _scalar(
        "a meter",
        """
        class Meter:
            total, count = 0., 0
            def update(self, value, n=1):
                self.total += value * n
                self.count += n
        losses = Meter()
        loss = F.mse_loss(net(x), y)
        loss.backward()
        losses.update(loss.data[0], x.size(0))
        r = losses.total, losses.count
        """,
        "loss.item()",
    ),
    _scalar(
        "a sum of numbers",
        """
        total = 0
        for i in range(2):
            loss = F.mse_loss(net(x), y)
            total += loss.data[0]
        r = total / 2
        """,
        "loss.item()",
    ),
    _scalar(
        "through an array",
        "loss = F.mse_loss(net(x), y)\nr = float(loss.data.cpu().numpy()[0])",
        "loss.item()",
        old="loss.data.cpu().numpy()[0]",
    ),
    _scalar(
        "through an array, the short way",
        "loss = F.mse_loss(net(x), y)\nprint('%.3f' % loss.data.numpy()[0])",
        "loss.item()",
        old="loss.data.numpy()[0]",
    ),
    _scalar(
        "detached",
        "loss = F.mse_loss(net(x), y)\nr = float(loss.detach().cpu().numpy()[0])",
        "loss.item()",
        old="loss.detach().cpu().numpy()[0]",
    ),
    _scalar(
        "through a list",
        "loss = F.mse_loss(net(x), y)\nr = loss.data.tolist()[0]",
        "loss.item()",
        old="loss.data.tolist()[0]",
    ),
    _scalar(
        "the norm of the gradients",
        """
        F.mse_loss(net(x), y).backward()
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), 1.)
        print('%.4f' % norm.data[0])
        """,
        "norm.item()",
        old="norm.data[0]",
    ),
    _scalar(
        "in parentheses and over lines",
        "r = (F.mse_loss(net(x), y) +\n     net.weight.norm()\n     ).data[0]",
        ").item()",
        old="(F.mse_loss(net(x), y) +\n     net.weight.norm()\n     ).data[0]",
    ),
    _scalar(
        "a criterion of one's own",
        """
        class Mine(nn.Module):
            def forward(self, a, b):
                return (a - b).abs().mean()
        criterion = Mine()
        loss = criterion(net(x), y)
        r = loss.data[0]
        """,
        "loss.item()",
        unsafe=True,
    ),
    _scalar(
        "a parameter",
        "def log(loss):\n    return loss.data[0]\nr = log(net(x).mean())",
        "loss.item()",
        unsafe=True,
    ),
    _scalar(
        "a criterion that may be another one",
        """
        def train(criterion):
            loss = criterion(net(x), y)
            return loss.data[0]
        r = train(nn.MSELoss())
        """,
        "loss.item()",
        unsafe=True,
    ),
    _scalar("the first of a batch", "output = net(x)\nr = output.data[0]"),
    _scalar("the first of a batch, unsafely", "output = net(x)\nr = output.data[0]", unsafe=True),
    _scalar(
        "a vector of losses", "losses = F.mse_loss(net(x), y, reduction='none')\nr = losses.data[0]"
    ),
    _scalar(
        "a loss without reduction, unsafely",
        "loss = F.mse_loss(net(x), y, reduction='none')\nr = loss.data[0]",
        unsafe=True,
    ),
    _scalar(
        "a loss module with reduce=False, unsafely",
        "criterion = nn.CrossEntropyLoss(reduce=False)\nloss = criterion(net(x), labels)\n"
        "r = loss.data[0]",
        unsafe=True,
    ),
    _scalar(
        "reduce by place, unsafely",
        "loss = F.nll_loss(net(x), labels, None, None, -100, False)\nr = loss.data[0]",
        unsafe=True,
    ),
    _scalar(
        "a reduction set afterwards",
        "criterion = nn.MSELoss()\ncriterion.reduction = 'none'\n"
        "loss = criterion(net(x), y)\nr = loss.data[0]",
    ),
    _scalar(
        "a reduction that is not seen",
        "def f(how):\n    loss = F.mse_loss(net(x), y, reduction=how)\n    return loss.data[0]\n"
        "r = f('none')",
    ),
    _scalar("a mean over one dimension", "r = net(x).mean(1).data[0]"),
    _scalar("a maximum over one dimension", "r = net(x).max(1)[0].data[0]"),
    _scalar("an index", "r = net(x).max(1)[1].data[0]", unsafe=True),
    _scalar("a loss of one element", "loss = torch.zeros(1)\nr = loss.data[0]", unsafe=True),
    _scalar(
        "a sum into a loss of one element",
        "loss = torch.zeros(1)\nloss += F.mse_loss(net(x), y)\nr = loss.data[0]",
        unsafe=True,
    ),
    _scalar(
        "a sum with a loss of one element",
        "loss = torch.zeros(1) + F.mse_loss(net(x), y)\nr = loss.data[0]",
        unsafe=True,
    ),
    _scalar(
        "branches that differ",
        """
        def f(each):
            if each:
                loss = (net(x) - y).abs().sum(1)
            else:
                loss = (net(x) - y).abs().sum()
            return loss.data[0]
        r = f(True)
        """,
        unsafe=True,
    ),
    _scalar(
        "a weight that may be a vector",
        "def f(w):\n    loss = F.mse_loss(net(x), y) * w\n    return loss.data[0]\n"
        "r = f(torch.ones(3))",
    ),
    _scalar(
        "a shape that is changed in place",
        "loss = F.mse_loss(net(x), y).detach()\nloss.unsqueeze_(0)\nr = loss.data[0]",
    ),
    _scalar(
        "a shape that is changed through another name",
        "loss = net(x).mean().detach()\nother = loss\nother.resize_(1)\nr = loss.data[0]",
    ),
    _scalar(
        "data that is exchanged",
        "loss = net(x).mean().detach()\nloss.data = torch.ones(2)\nr = loss.data[0]",
    ),
    _scalar(
        "a loss function that is replaced",
        "real, F.mse_loss = F.mse_loss, lambda a, b: (a - b).abs().sum(1)\n"
        "loss = F.mse_loss(net(x), y)\nr = loss.data[0]\nF.mse_loss = real",
    ),
    _scalar(
        "a method of that name on a class of the file",
        "class Scores:\n    def __init__(self, t):\n        self.t = t\n    def mean(self):\n"
        "        return self.t\ns = Scores(y)\nr = s.mean().data[0]",
    ),
    _scalar(
        "data of something else",
        "class Set:\n    def __init__(self):\n        self.data = [1, 2]\ns = Set()\nr = s.data[0]",
        unsafe=True,
    ),
    _scalar(
        "data of an array",
        "import numpy as np\nerror = np.ones(3)\nr = error.data[0]",
        unsafe=True,
    ),
    _scalar(
        "a list that grows",
        "parts = [F.mse_loss(net(x), y)]\nparts.append(torch.ones(2))\nparts.pop(0)\n"
        "for part in parts:\n    r = part.data[0]",
        unsafe=True,
    ),
    _scalar(
        "a list that grows, summed up",
        "parts = [F.mse_loss(net(x), y)]\nparts.append(torch.ones(2))\ntotal = sum(parts)\n"
        "r = total.data[0]",
        unsafe=True,
    ),
    _scalar(
        "an object with a mean",
        "import types\nNormal = lambda m: types.SimpleNamespace(mean=lambda: m)\n"
        "dist = Normal(y)\nr = dist.mean().data[0]",
    ),
    _scalar(
        "an attribute with a mean",
        "import types\nmade = lambda m: types.SimpleNamespace(mean=lambda: m)\nclass P:\n"
        "    def __init__(self, m):\n        self.dist = m\n    def act(self):\n"
        "        return self.dist.q.mean().data[0]\n"
        "r = P(types.SimpleNamespace(q=made(y))).act()",
    ),
    _scalar(
        "an attribute given by name",
        "class T:\n    def __init__(self):\n        self.criterion = nn.MSELoss()\n"
        "        setattr(self, 'criterion', nn.MSELoss(reduction='none'))\n    def f(self):\n"
        "        out = self.criterion(net(x), y)\n        return out.data[0]\nr = T().f()",
    ),
    _scalar(
        "a module whose forward is replaced",
        "criterion = nn.MSELoss()\ncriterion.forward = lambda a, b: (a - b).abs().sum(1)\n"
        "out = criterion(net(x), y)\nr = out.data[0]",
    ),
    _scalar(
        "a module with a hook",
        "criterion = nn.MSELoss()\n"
        "criterion.register_forward_hook(lambda m, i, o: o.expand(2))\n"
        "out = criterion(net(x), y)\nr = out.data[0]",
    ),
    _scalar(
        "a criterion that is moved later",
        """
        criterion = nn.MSELoss()
        if len(x) > 2:
            criterion = criterion.double()
            criterion = criterion.float()
        def step():
            loss = criterion(net(x), y)
            return loss.data[0]
        r = step()
        """,
        "loss.item()",
    ),
    _scalar(
        "a module that is moved in a loop",
        "for i in range(2):\n    net = net.cpu()\n    r = net(x).data[0]",
    ),
    _scalar(
        "a loss in two names at once",
        "criterion, n = nn.MSELoss(), 2\nloss, m = criterion(net(x), y), 3\nr = loss.data[0]",
        "loss.item()",
    ),
    _scalar(
        "a loop over losses that are written there",
        "for loss in [F.mse_loss(net(x), y), F.l1_loss(net(x), y)]:\n    print(loss.data[0])",
        "loss.item()",
    ),
    _scalar(
        "a sum of losses that are written there",
        "loss = sum([F.mse_loss(net(x), y), F.l1_loss(net(x), y)]) / 2\nr = loss.data[0]",
        "loss.item()",
    ),
    _scalar("an assignment", "loss = torch.ones(2)\nloss.data[0] = 3.", unsafe=True),
    _scalar("another index", "output = net(x)\nr = output.data[1], output.data[0:1]", unsafe=True),
    _scalar("already written so", "loss = F.mse_loss(net(x), y)\nr = loss.item()"),
    _scalar(
        "a loss over some, of attributes set elsewhere",
        """
        class Trainer:
            def __init__(self, criterion):
                self.criterion = nn.MSELoss()
        class Each(Trainer):
            def __init__(self):
                super().__init__(None)
                self.criterion = nn.MSELoss(reduction='none')
            def step(self):
                got = self.criterion(net(x), y)
                return got.data[0]
        r = Each().step()
        """,
    ),
]

UNSEEN_SHAPES = {
    "global rebound": (
        "loss=F.mse_loss(x,y)\ndef g():\n    global loss\n    loss=x.sum(1)\ng()\nr=loss.data[0]\n"
    ),
    "nonlocal": (
        "def f():\n"
        "    loss=F.mse_loss(x,y)\n"
        "    def g():\n"
        "        nonlocal loss\n"
        "        loss=x.sum(1)\n"
        "    g()\n"
        "    return loss.data[0]\n"
        "r=f()\n"
    ),
    "walrus": ("loss=F.mse_loss(x,y)\nif (loss:=x.sum(1)) is not None:\n    r=loss.data[0]\n"),
    "for target": ("loss=F.mse_loss(x,y)\nfor loss in x: pass\nr=loss.data[0]\n"),
    "with as": (
        "import contextlib\n"
        "@contextlib.contextmanager\n"
        "def c():\n"
        "    yield x\n"
        "loss=F.mse_loss(x,y)\n"
        "with c() as loss:\n"
        "    r=loss.data[0]\n"
    ),
    "default arg": ("def f(loss=F.mse_loss(x,y)):\n    return loss.data[0]\nr=f(x)\n"),
    "lambda": ("f=lambda loss: loss.data[0]\nloss=F.mse_loss(x,y)\nr=f(x)\n"),
    "comp": ("loss=F.mse_loss(x,y)\nr=[loss.data[0] for loss in x]\n"),
    "attr other obj": (
        "class T:\n"
        "    def __init__(self):\n"
        "        self.loss=F.mse_loss(x,y)\n"
        "    def f(self):\n"
        "        return self.loss.data[0]\n"
        "t=T()\n"
        "t.loss=x\n"
        "r=t.f()\n"
    ),
    "subclass": (
        "class T:\n"
        "    def __init__(self):\n"
        "        self.crit=nn.MSELoss()\n"
        "    def f(self):\n"
        "        o=self.crit(x,y)\n"
        "        return o.data[0]\n"
        "class S(T):\n"
        "    def __init__(self):\n"
        "        self.crit=nn.MSELoss(reduce=False)\n"
        "r=S().f()\n"
    ),
    "subclass method": (
        "class T:\n"
        "    def __init__(self):\n"
        "        self.crit=nn.MSELoss()\n"
        "    def f(self):\n"
        "        o=self.crit(x,y)\n"
        "        return o.data[0]\n"
        "class S(T):\n"
        "    def __init__(self): pass\n"
        "    def crit(self,a,b): return a\n"
        "r=S().f()\n"
    ),
    "function rebind": (
        "def F2():\n"
        "    return F.mse_loss(x,y)\n"
        "if True:\n"
        "    def F2():\n"
        "        return x\n"
        "r=F2().data[0]\n"
    ),
    "func attr replaced module": (
        "import sys\n"
        "nn.MSELoss=lambda: (lambda a,b: a)\n"
        "c=nn.MSELoss()\n"
        "o=c(x,y)\n"
        "r=o.data[0]\n"
        "import importlib\n"
        "nn.MSELoss=torch.nn.modules.loss.MSELoss\n"
    ),
    "stack": ("loss=torch.stack([F.mse_loss(x,y)])\nr=loss.data[0]\n"),
    "cat": ("l=F.mse_loss(x,y)\nloss=torch.cat([l.view(1),l.view(1)])\nr=loss.data[0]\n"),
    "sum keepdim": ("loss=x.sum(1,keepdim=True)\nr=loss.data[0]\n"),
    "mean dims kw": ("loss=x.mean(dim=0)\nr=loss.data[0]\n"),
    "axis": ("loss=x.mean(axis=0)\nr=loss.data[0]\n"),
    "norm dim": ("loss=x.norm(2,1)\nr=loss.data[0]\n"),
    "torch.norm dim": ("loss=torch.norm(x,2,1)\nr=loss.data[0]\n"),
    "torch.sum dims": ("loss=torch.sum(x,0)\nr=loss.data[0]\n"),
    "torch.max2": ("loss=torch.max(x,y)\nr=loss.data[0]\n"),
    "max tensor": ("r=x.max(y).data[0]\n"),
    "std0": ("r=x.std(0).data[0]\n"),
    "number minus": ("loss=1-x.mean(1)\nr=loss.data[0]\n"),
    "broadcast": ("w=torch.ones(3)\nloss=F.mse_loss(x,y)*w\nr=loss.data[0]\n"),
    "broadcast2": (
        "def f(w):\n    loss=w*F.mse_loss(x,y)\n    return loss.data[0]\nr=f(torch.ones(2))\n"
    ),
    "add method": ("loss=F.mse_loss(x,y).add(x)\nr=loss.data[0]\n"),
    "aug num": ("loss=0\nloss+=F.mse_loss(x,y)*x\nr=loss.data[0]\n"),
    "aug shaped": ("loss=x.sum(1)\nloss+=F.mse_loss(x,y)\nr=loss.data[0]\n"),
    "list aug": ("loss=[F.mse_loss(x,y)]\nloss=torch.stack(loss)\nr=loss.data[0]\n"),
    "dict": ("d={'l':F.mse_loss(x,y)}\nd['l']=x\nr=d['l'].data[0]\n"),
    "exec": ("loss=F.mse_loss(x,y)\nexec('loss=x')\nr=loss.data[0]\n"),
    "globals": ("loss=F.mse_loss(x,y)\nglobals()['loss']=x\nr=loss.data[0]\n"),
    "kwargs reduce": ("kw=dict(reduction='none')\nloss=F.mse_loss(x,y,**kw)\nr=loss.data[0]\n"),
    "args": ("a=(x,y,None,None,'none')\nloss=F.mse_loss(*a)\nr=loss.data[0]\n"),
    "positional none": ("loss=F.mse_loss(x,y,None,None,'none')\nr=loss.data[0]\n"),
    "module pos": ("c=nn.MSELoss(None,None,'none')\nloss=c(x,y)\nr=loss.data[0]\n"),
    "module False pos": ("c=nn.MSELoss(True,False)\nloss=c(x,y)\nr=loss.data[0]\n"),
    "ifexp none": (
        "red='none' if True else 'mean'\nc=nn.MSELoss(reduction=red)\nloss=c(x,y)\nr=loss.data[0]\n"
    ),
    "partial": (
        "import functools\n"
        "c=functools.partial(F.mse_loss,reduction='none')\n"
        "loss=c(x,y)\n"
        "r=loss.data[0]\n"
    ),
    "own sum func": ("def sum(a): return a[0]\nloss=sum([x])\nr=loss.data[0]\n"),
    "alias of torch": (
        "import types\ntorch2=types.SimpleNamespace(sum=lambda a:a)\nr=torch2.sum(x).data[0]\n"
    ),
    "unsq": ("loss=F.mse_loss(x,y).detach()\ndef g(l): l.unsqueeze_(0)\ng(loss)\nr=loss.data[0]\n"),
    "unsq attr": (
        "class T:\n"
        "    def __init__(self):\n"
        "        self.loss=F.mse_loss(x,y).detach()\n"
        "    def g(self):\n"
        "        self.loss.unsqueeze_(0)\n"
        "    def f(self):\n"
        "        return self.loss.data[0]\n"
        "t=T()\n"
        "t.g()\n"
        "r=t.f()\n"
    ),
    "unsq chain": ("loss=F.mse_loss(x,y).detach().unsqueeze_(0)\nr=loss.data[0]\n"),
    "unsq chain2": ("loss=F.mse_loss(x,y).detach()\nloss.mul_(1).unsqueeze_(0)\nr=loss.data[0]\n"),
    "data assign via alias": ("loss=F.mse_loss(x,y).detach()\nk=loss\nk.data=x\nr=loss.data[0]\n"),
    "set_ via list": (
        "loss=F.mse_loss(x,y).detach()\n"
        "L=[loss]\n"
        "for l in L:\n"
        "    l.unsqueeze_(0)\n"
        "r=loss.data[0]\n"
    ),
    "set_data list": ("loss=F.mse_loss(x,y).detach()\nL=[loss]\nL[0].data=x\nr=loss.data[0]\n"),
    "swap": ("loss=F.mse_loss(x,y).detach()\ntorch.utils.swap_tensors(loss,x)\nr=loss.data[0]\n"),
    "out": ("loss=x.sum()\ntorch.add(x,y,out=loss)\nr=loss.data[0]\n"),
    "resize fn": ("loss=x.sum()\ntorch.resize_as_(loss,x)\nr=loss.data[0]\n"),
    "setter": ("loss=x.sum()\nloss.__setattr__('data',x)\nr=loss.data[0]\n"),
    "setattr": ("loss=x.sum()\nsetattr(loss,'data',x)\nr=loss.data[0]\n"),
    "ret none cond": (
        "def f(a):\n    if a: return F.mse_loss(x,y)\n    return x\nloss=f(0)\nr=loss.data[0]\n"
    ),
    "gen": (
        "def f():\n"
        "    yield F.mse_loss(x,y)\n"
        "    yield x\n"
        "for loss in f():\n"
        "    pass\n"
        "r=loss.data[0]\n"
    ),
    "method": ("class A:\n    def loss(self): return x\na=A()\nr=a.loss().data[0]\n"),
    "property": (
        "class A:\n"
        "    @property\n"
        "    def loss(self): return x\n"
        "    def f(self): return self.loss.data[0]\n"
        "r=A().f()\n"
    ),
    "class var": (
        "class A:\n"
        "    loss=F.mse_loss(x,y)\n"
        "    def f(self): return self.loss.data[0]\n"
        "a=A()\n"
        "A.loss=x\n"
        "r=a.f()\n"
    ),
    "try": (
        "try:\n"
        "    loss=F.mse_loss(x,y)\n"
        "    loss=x\n"
        "    raise ValueError\n"
        "except ValueError:\n"
        "    pass\n"
        "r=loss.data[0]\n"
    ),
    "while else": (
        "loss=None\n"
        "while True:\n"
        "    if loss is None:\n"
        "        loss=F.mse_loss(x,y)\n"
        "        loss=x\n"
        "    else:\n"
        "        break\n"
        "r=loss.data[0]\n"
    ),
    "torch.tensor": ("loss=torch.tensor([1.,2.])\nr=loss.data[0]\n"),
    "float": ("n=torch.ones(2)\nloss=F.mse_loss(x,y)/n\nr=loss.data[0]\n"),
    "len shadow": (
        "def len(a): return torch.ones(2)\nloss=F.mse_loss(x,y)/len(x)\nr=loss.data[0]\n"
    ),
    "tuple ret": ("def f(): return (x, F.mse_loss(x,y))\nloss,o=f()\nr=loss.data[0]\n"),
    "star": ("loss,*o=x,F.mse_loss(x,y)\nr=loss.data[0]\n"),
    "star2": ("*o,loss=F.mse_loss(x,y),x\nr=loss.data[0]\n"),
    "nested tuple": ("(a,loss),b=(F.mse_loss(x,y),x),1\nr=loss.data[0]\n"),
    "swap names": ("loss,a=F.mse_loss(x,y),x\nloss,a=a,loss\nr=loss.data[0]\n"),
    "monkey method": (
        "old=torch.Tensor.mean\n"
        "torch.Tensor.mean=lambda s: s\n"
        "loss=x.mean()\n"
        "r=loss.data[0]\n"
        "torch.Tensor.mean=old\n"
    ),
}
"""Programs in which an index works today, though a loss without dimensions is not far."""

SCALARS += [
    _scalar(f"unseen: {name}", "x, y = torch.rand(4, 3), torch.rand(4, 3)\n" + body)
    for name, body in UNSEEN_SHAPES.items()
]

_READ = """
w = torch.tensor([[1., -2.], [3., 0.5]], requires_grad=True)
h = w * 2
t = torch.tensor([[0., 1.], [1., 0.]])
"""


def _read(name: str, body: str, *contains: str, unsafe: bool = False, **more: bool) -> DataCase:
    return _case(name, _READ + _text(body), "VM302", contains=contains, unsafe=unsafe, **more)


READS = [
    _read("a sum of what has history", "r = h.data.sum()", "h.detach().sum()"),
    _read("of a leaf", "r = w.data.mean()\nw.sum().backward()", "w.detach().mean()"),
    _read("printed", "print(h.data)\nprint('%s' % h.data)", "print(h.detach())"),
    _read("formatted", "s = f'{h.data}'\nt = '{}'.format(h.data)", "{h.detach()}", "(h.detach())"),
    _read("as a number", "r = float(h.sum().data)", "float(h.sum().detach())"),
    _read("as an array", "a = h.data.cpu().numpy()\na[0, 0] = 7", "h.detach().cpu().numpy()"),
    _read(
        "as an array of numpy", "import numpy as np\na = np.array(h.data)", "np.array(h.detach())"
    ),
    _read(
        "an array that is changed while the graph is alive",
        "e = h.exp()\na = e.data.numpy()\na *= 2\ne.sum().backward()",
        "e.detach().numpy()",
    ),
    _read("through a view", "r = h.data.view(-1).max()", "h.detach().view(-1).max()"),
    _read("through an index", "r = h.data[0].sum()", "h.detach()[0].sum()"),
    _read("a comparison", "r = h.data > 1", "h.detach() > 1"),
    _read("an equality", "r = h.data.eq(t.data).sum()", "h.detach().eq(t.detach()).sum()"),
    _read("arithmetic", "r = h.data * 2 + t", "h.detach() * 2"),
    _read("arithmetic of two", "r = h.data - w.data", "h.detach() - w.detach()"),
    _read("a function", "r = torch.mean(h.data)", "torch.mean(h.detach())"),
    _read("a maximum in a pair", "v, i = torch.max(h.data, 1)", "torch.max(h.detach(), 1)"),
    _read("the index of a maximum", "i = h.data.max(1)[1]", "i = h.max(1)[1]"),
    _read("the indices of a sort", "i = h.data.sort(1)[1]", "i = h.sort(1)[1]"),
    _read("the value of a maximum", "m = h.data.max(1)[0]", "m = h.detach().max(1)[0]"),
    _read("a size", "n = h.data.size(0), h.data.shape", "h.size(0), h.shape"),
    _read("a new tensor of the kind", "z = h.data.new(3, 2).zero_()", "h.new(3, 2).zero_()"),
    _read("new zeros", "z = h.data.new_zeros(2)", "h.new_zeros(2)"),
    _read("a clone that is changed", "c = h.data.clone()\nc.add_(1)", "h.detach().clone()"),
    _read(
        "a copy, and a step of the optimiser",
        """
        o = torch.optim.SGD([w], lr=0.1)
        before = w.data.clone()
        (w * w).sum().backward()
        o.step()
        moved = (w.data - before).norm()
        """,
        "w.detach().clone()",
        "w.detach() - before",
    ),
    _read(
        "a part of it is read, and the rest kept",
        "k = h.data\nr = h.data.sum()",
        "k = h.data",
        "h.detach().sum()",
    ),
    _read(
        "accuracy",
        """
        from torch.autograd import Variable
        output = Variable(t) * w
        target = Variable(torch.tensor([0, 1]))
        pred = output.data.max(1)[1]
        correct = pred.eq(target.data).cpu().sum()
        """,
        "target.detach()",
    ),
    _read(
        "what a loss was made of",
        """
        torch.manual_seed(0)
        net = nn.Linear(2, 2)
        def test(x, target):
            output = net(x)
            loss = F.cross_entropy(output, target)
            loss.backward()
            pred = output.data.max(1)[1]
            _, again = torch.max(output.data, 1)
            return pred.eq(target).sum(), again, output.data.cpu().numpy(), output.data.sum()
        r = test(t, torch.tensor([0, 1]))
        """,
        "output.max(1)[1]",
        "torch.max(output.detach(), 1)",
        "output.detach().cpu().numpy(), output.detach().sum()",
    ),
    _read(
        "what a loss module was given",
        """
        torch.manual_seed(0)
        net, criterion = nn.Linear(2, 2), nn.MSELoss()
        def test(x):
            for _ in range(2):
                output = net(x)
                loss = criterion(output, x)
                if loss.item() > 0:
                    print((output.data - x.data).abs().sum())
        test(t)
        """,
    ),
    _read(
        "what a loss module was given, alone",
        """
        torch.manual_seed(0)
        net = nn.Linear(2, 2)
        criterion = nn.MSELoss()
        def test(x):
            for _ in range(2):
                output = net(x)
                loss = criterion(output, x)
                if loss.item() > 0:
                    print(output.data.abs().sum())
        test(t)
        """,
        "output.detach().abs().sum()",
    ),
    _read(
        "what a loss may not have been made of",
        """
        from torch.nn.utils.rnn import pack_sequence
        def f(x, packed):
            if not packed:
                loss = F.mse_loss(x, x)
            return x.data.sum()
        r = f(h, False), f(pack_sequence([h, h]), True)
        """,
    ),
    _read(
        "what a loss was made of before it was another",
        """
        from torch.nn.utils.rnn import pack_sequence
        def f(x):
            for i in range(2):
                loss = F.mse_loss(x, x)
                if i:
                    x = pack_sequence([h, h])
                print(x.data.sum())
        f(h)
        """,
    ),
    _read(
        "what another criterion was given",
        """
        from torch.nn.utils.rnn import pack_sequence
        def f(criterion, x):
            loss = criterion(x)
            return x.data.sum()
        r = f(lambda p: p.data.sum(), pack_sequence([h, h]))
        """,
    ),
    _read(
        "an operand that may have history",
        """
        def f(x, v):
            loss = F.mse_loss(x, x)
            out = (x.data * v).sum()
            w.data.add_(1)
            out.backward()
        f(w, torch.ones(2, 2, requires_grad=True))
        """,
    ),
    _read("kept in a name", "k = h.data\nk.mul_(2)\nr = k.sum()"),
    _read(
        "kept while the graph needs it",
        "e = h.exp()\nk = e.data\nk.mul_(2)\ne.sum().backward()",
    ),
    _read(
        "kept while the graph needs it, unsafely",
        "e = h.exp()\nk = e.data\nk.mul_(2)\ne.sum().backward()",
        "e.detach()",
        unsafe=True,
        changes=True,
    ),
    _read(
        "an operand of what is differentiated",
        """
        o = torch.optim.SGD([w], lr=0.1)
        v = torch.ones(2, 2, requires_grad=True)
        loss = (w.data * v).sum()
        (w * w).sum().backward()
        o.step()
        loss.backward()
        """,
    ),
    _read(
        "an operand of what is differentiated, by a method",
        "v = torch.ones(2, 2, requires_grad=True)\nloss = v.mul(w.data).sum()\n"
        "w.data.add_(1)\nloss.backward()",
    ),
    _read(
        "an operand of what is differentiated, by a function",
        "v = torch.ones(2, 2, requires_grad=True)\nloss = torch.mul(w.data, v).sum()\n"
        "w.data.add_(1)\nloss.backward()",
    ),
    _read("changed in place", "w.data.add_(1)\nw.data.zero_()\nw.data.view(-1).add_(1)"),
    _read("changed by an operator", "w.data += 1\nw.data[0] = 2\nw.data[0] += 2"),
    _read("changed as an output", "torch.add(t, t, out=w.data)"),
    _read("assigned", "w.data = t"),
    _read("given away", "def f(a):\n    a.add_(1)\n    return a\nr = f(w.data)"),
    _read("in a list", "r = [p.data for p in (w, t)]"),
    _read("returned", "def f():\n    return w.data\nr = f()\nr.add_(1)"),
    _read("its parts", "for row in w.data:\n    row.add_(1)\na, b = w.data.chunk(2)\na.add_(1)"),
    _read("whose flag is read", "r = w.data.requires_grad, w.data.is_leaf, w.data.grad_fn"),
    _read(
        "a packed sequence",
        "from torch.nn.utils.rnn import pack_sequence\np = pack_sequence([h[0], h[1]])\n"
        "r = p.data.sum()\nr.backward()",
    ),
    _read(
        "a packed sequence that a module gives",
        "from torch.nn.utils.rnn import pack_sequence\ntorch.manual_seed(0)\n"
        "p, _ = nn.GRU(2, 2)(pack_sequence([h, h]))\nr = p.data.sum()\nr.backward()",
    ),
    _read("an array", "import numpy as np\na = np.ones(2)\nr = len(a.data), a.data.nbytes"),
    _read("a data set", "class D:\n    data = t\nd = D()\nr = d.data.sum()"),
    _read(
        "an attribute of one's own",
        "class D:\n    def __init__(self):\n        self.data = h\n    def f(self):\n"
        "        return self.data.sum()\nD().f().backward()",
    ),
    _read("a parameter that may be anything", "def f(x):\n    return x.data.sum()\nr = f(w)"),
    _read("already detached", "r = h.detach().sum()"),
]

_WRITE = """
torch.manual_seed(0)
net = nn.Linear(2, 2)
loss = net(torch.ones(1, 2)).pow(2).sum()
loss.backward()
"""


def _write(
    name: str,
    body: str,
    *contains: str,
    unsafe: bool = True,
    changes: bool = False,
    lacks: tuple[str, ...] = (),
    code: str = "VM303",
) -> DataCase:
    return _case(
        name,
        _WRITE + _text(body),
        code,
        contains=contains,
        lacks=lacks,
        unsafe=unsafe,
        changes=changes,
    )


WRITES = [
    _write(
        "a step by hand",
        "for p in net.parameters():\n    p.data.add_(p.grad.data, alpha=-0.1)",
        "with torch.no_grad():\n        p.add_(p.grad, alpha=-0.1)",
    ),
    _write(
        "a step and what follows in the block",
        "for p in net.parameters():\n    p.data.mul_(0.9)\n    p.data.sub_(0.1 * p.grad.data)\n"
        "    p.grad.data.zero_()",
        "    with torch.no_grad():\n        p.mul_(0.9)\n        p.sub_(0.1 * p.grad)\n"
        "        p.grad.zero_()",
    ),
    _write("an operator", "net.weight.data -= 0.1 * net.weight.grad.data", "net.weight.sub_(0.1"),
    _write(
        "an operator on a name of an outer scope",
        """
        def make():
            w = net.weight
            def step():
                for q in [1, 2]:
                    w.data.mul_(q)
            step()
        make()
        for p in net.parameters():
            def step():
                p.data += 1
            step()
        """,
        "p.add_(1)",
        "w.mul_(q)",
    ),
    _write("a part", "net.weight.data[0] = 3.", "net.weight[0] = 3."),
    _write(
        "a part and an operator", "net.weight.data[0] += net.bias.data", "weight[0] += net.bias"
    ),
    _write(
        "a part by a method", "net.weight.data[:, 1].zero_().add_(2)", "net.weight[:, 1].zero_()"
    ),
    _write("a mask", "net.weight.data[net.weight.data > 0] = 0", "net.weight[net.weight"),
    _write(
        "polyak averaging",
        """
        other = nn.Linear(2, 2)
        for a, b in zip(net.parameters(), other.parameters()):
            a.data.copy_(0.9 * a.data + 0.1 * b.data)
        """,
        "a.copy_(0.9 * a + 0.1 * b)",
    ),
    _write(
        "an initialiser",
        "net.weight.data.uniform_(-1, 1)",
        "nn.init.uniform_(net.weight, -1, 1)",
    ),
    _write(
        "initialisers",
        "def init(m):\n    m.weight.data.normal_(0, 0.5)\n    m.bias.data.zero_()\nnet.apply(init)",
        "nn.init.normal_(m.weight, 0, 0.5)",
        "nn.init.zeros_(m.bias)",
    ),
    _write(
        "an initialiser with names", "net.weight.data.normal_(mean=1., std=2.)", "mean=1., std=2."
    ),
    _write("ones", "net.weight.data.fill_(1)", "nn.init.ones_(net.weight)"),
    _write("a number", "net.bias.data.fill_(0.5)", "nn.init.constant_(net.bias, 0.5)"),
    _write(
        "clipping", "for p in net.parameters():\n    p.grad.data.clamp_(-1, 1)", "p.grad.clamp_("
    ),
    _write(
        "already under no_grad",
        "with torch.no_grad():\n    net.weight.data.mul_(2)",
        "    net.weight.mul_(2)",
        lacks=("no_grad():\n    with",),
    ),
    _write(
        "one line",
        "for p in net.parameters(): p.data.mul_(2)",
        "with torch.no_grad():",
    ),
    _write("two on a line", "a = 1; net.weight.data.mul_(2); b = 2", "with torch.no_grad():"),
    _write(
        "a new layer",
        "fc = nn.Linear(2, 2)\nfc.weight.data.mul_(2)\nfc.bias.data.fill_(1)\n"
        "fc(torch.ones(2)).sum().backward()",
        "with torch.no_grad():\n    fc.weight.mul_(2)\n    fc.bias.fill_(1)",
        unsafe=False,
    ),
    _write(
        "a new parameter of a module",
        """
        class M(nn.Module):
            def __init__(self, r):
                super(M, self).__init__()
                self.w = nn.Parameter(torch.Tensor(3, 2))
                self.w.data.uniform_(-r, r)
        m = M(0.5)
        """,
        "with torch.no_grad():",
        "self.w.uniform_(-r, r)",
        unsafe=False,
    ),
    _write(
        "a new parameter of a module, in style",
        """
        class M(nn.Module):
            def __init__(self, r):
                super(M, self).__init__()
                self.w = nn.Parameter(torch.Tensor(3, 2))
                self.w.data.uniform_(-r, r)
        m = M(0.5)
        """,
        "nn.init.uniform_(self.w, -r, r)",
        lacks=("no_grad",),
    ),
    _write(
        "a new leaf",
        "v = torch.ones(2, requires_grad=True)\nv.data.mul_(3)\n(v * v).sum().backward()",
        "with torch.no_grad():\n    v.mul_(3)",
        unsafe=False,
    ),
    _write(
        "while a graph needs it, unsafely",
        "out = net(torch.ones(1, 2)) * net.bias\nnet.bias.data.add_(1)\nout.sum().backward()",
        "net.bias.add_(1)",
        changes=True,
    ),
    _write(
        "while a graph needs it",
        "out = net(torch.ones(1, 2)) * net.bias\nnet.bias.data.add_(1)\nout.sum().backward()",
        unsafe=False,
    ),
    _write(
        "a leaf that was used",
        "v = torch.ones(2, requires_grad=True)\nout = v * v\nv.data.mul_(3)\nout.sum().backward()",
        unsafe=False,
    ),
    _write(
        "a leaf that was used under another name",
        "v = torch.ones(2, requires_grad=True)\nu = v\nout = u * u\nv.data.mul_(3)\n"
        "out.sum().backward()",
        unsafe=False,
    ),
    _write(
        "a parameter made of what a graph holds",
        "v = torch.ones(2, requires_grad=True)\nh = v * 1\nout = h * h\np = nn.Parameter(h)\n"
        "p.data.mul_(3)\nout.sum().backward()",
        unsafe=False,
    ),
    _write(
        "a layer that was called",
        "fc = nn.Linear(2, 2)\nout = fc(fc(torch.ones(2)))\nfc.weight.data.mul_(2)\n"
        "out.sum().backward()",
        unsafe=False,
    ),
    _write(
        "no leaf, but a result",
        "v = torch.ones(2, requires_grad=True)\nh = v.exp()\nh.data.mul_(2)\nh.sum().backward()",
        unsafe=False,
    ),
    _write(
        "an effect in the argument",
        "fc = nn.Linear(2, 2)\nfc.weight.data.copy_(net(net.weight))",
        unsafe=False,
    ),
    _write("a result that is used", "r = net.weight.data.mul_(2)\nr.add_(1)"),
    _write("a result that is given on", "print(net.weight.data.mul_(2))"),
    _write("a shape", "v = torch.ones(2)\nv.data.unsqueeze_(0)\nv.data.resize_(1)"),
    _write("a copy", "net.weight.data.clone().mul_(2)"),
    _write(
        "something that is no tensor",
        "import numpy as np\nclass M:\n    data = np.ones(3)\nm = M()\nm.data[0] = 2\nm.data += 1",
    ),
    _write(
        "a class of the file with such a method",
        "class D:\n    def add_(self, x):\n        print(x)\nclass H:\n    data = D()\nh = H()\n"
        "h.data.add_(1)",
    ),
    _write(
        "one's own data",
        "class H:\n    def __init__(self):\n        self.data = []\n"
        "        self.data += [1]\nh = H()",
    ),
    _write(
        "an assignment of what is computed from it",
        "for p in net.parameters():\n    p.data = p.data - 0.1 * p.grad.data",
        "with torch.no_grad():\n        p.copy_(p - 0.1 * p.grad)",
        code="VM304",
    ),
    _write(
        "an assignment away from what others hold",
        "old = net.weight.data\nnet.weight.data = net.weight.data * 2",
        "net.weight.copy_(net.weight * 2)",
        code="VM304",
        changes=True,
    ),
    _write(
        "an assignment in a function",
        """
        def shrink():
            w = net.weight
            before = float(w.sum())
            for p in net.parameters():
                p.data = p.data.mul(0.5).clamp(-1, 1)
            return before
        shrink()
        """,
        "p.copy_(p.mul(0.5).clamp(-1, 1))",
        code="VM304",
    ),
    _write(
        "an assignment, safely", "net.weight.data = net.weight.data * 2", code="VM304", unsafe=False
    ),
    _write("another shape", "net.weight.data = net.weight.data[1:]", code="VM304"),
    _write("another tensor", "net.weight.data = torch.zeros(2, 2)", code="VM304"),
    _write("another type", "net.weight.data = net.weight.data.double()", code="VM304"),
    _write(
        "a product of matrices",
        "net.weight.data = net.weight.data @ torch.ones(2, 3)",
        code="VM304",
    ),
    _write("data of an object", "class D:\n    pass\nd = D()\nd.data = [1]", code="VM304"),
]


def _sum(name: str, body: str, *contains: str, changes: bool = False) -> DataCase:
    start = """
    torch.manual_seed(0)
    net = nn.Linear(2, 1)
    o = torch.optim.SGD(net.parameters(), lr=0.1)
    """
    return _case(
        name, _text(start) + _text(body), "VM403", contains=contains, unsafe=True, changes=changes
    )


SUMS = [
    _sum(
        "a running loss",
        """
        def train():
            total = 0.
            for i in range(3):
                o.zero_grad()
                loss = net(torch.ones(4, 2)).pow(2).mean()
                loss.backward()
                o.step()
                total += loss
            print('%.4f' % total)
        train()
        """,
        "total += loss.item()",
    ),
    _sum(
        "a weighted one",
        """
        def train():
            total, n = 0, 0
            for i in range(3):
                loss = net(torch.ones(4, 2)).pow(2).mean()
                loss.backward()
                total = total + loss * 4
                n += 4
            print('%.4f' % (total / n))
        train()
        """,
        "total = total + loss.item() * 4",
    ),
    _sum(
        "a name that is seen afterwards",
        """
        total = 0
        for i in range(3):
            loss = net(torch.ones(4, 2)).pow(2).mean()
            loss.backward()
            total += loss
        """,
        "total += loss.item()",
        changes=True,
    ),
    _sum(
        "a sum that is differentiated",
        """
        total = 0
        for i in range(3):
            loss = net(torch.ones(4, 2)).pow(2).mean()
            total += loss
        total.backward()
        """,
    ),
    _sum(
        "a sum that is differentiated in each round",
        """
        for j in range(2):
            total = 0
            for i in range(3):
                loss = net(torch.ones(4, 2)).pow(2).mean()
                loss.backward(retain_graph=True)
                total += loss
            (total / 3).backward()
        """,
    ),
    _sum(
        "a loss of several parts",
        """
        for i in range(3):
            loss = net(torch.ones(4, 2)).pow(2).mean()
            penalty = 0
            penalty += net.weight.norm()
            loss += penalty
            loss.backward()
        """,
    ),
    _sum(
        "a sum that stays in the file as a tensor",
        """
        total = 0
        for i in range(3):
            loss = net(torch.ones(4, 2)).pow(2).mean()
            loss.backward()
            total += loss
        r = total.item()
        """,
    ),
    _sum(
        "a sum that is returned",
        """
        def f():
            total = 0
            for i in range(3):
                loss = net(torch.ones(4, 2)).pow(2).mean()
                loss.backward()
                total += loss
            return total
        r = f()
        """,
    ),
    _sum(
        "numbers",
        """
        total = 0
        for i in range(3):
            loss = net(torch.ones(4, 2)).pow(2).mean()
            loss.backward()
            total += loss.item()
        """,
    ),
    _sum(
        "no loop",
        "total = 0\nloss = net(torch.ones(4, 2)).sum()\nloss.backward()\ntotal += loss",
    ),
    _sum(
        "a loss from outside the loop",
        "total = 0\nloss = net(torch.ones(4, 2)).sum()\nfor i in range(1):\n"
        "    loss.backward()\n    total += loss",
    ),
]

_TRAINING = _text(
    """
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    from torch.autograd import Variable

    torch.manual_seed(0)


    class Net(nn.Module):
        def __init__(self):
            super(Net, self).__init__()
            self.fc = nn.Linear(3, 2)
            self.fc.weight.data.mul_(0.5)

        def forward(self, x):
            return self.fc(x)


    class Meter(object):
        def __init__(self):
            self.sum, self.count = 0., 0

        def update(self, value, n=1):
            self.sum += value * n
            self.count += n


    def train(net, batches, lr=0.1):
        criterion = nn.CrossEntropyLoss(size_average=True)
        losses, total, correct = Meter(), 0., 0
        for x, y in batches:
            x, y = Variable(x), Variable(y)
            output = net(x)
            loss = criterion(output, y)
            net.zero_grad()
            loss.backward()
            for p in net.parameters():
                p.data.add_(-lr, p.grad.data)
            losses.update(ITEM, x.size(0))
            total += loss
            pred = output.data.max(1)[1]
            correct += pred.eq(y.data).cpu().sum()
        print('%.5f %.5f %d' % (losses.sum / losses.count, total / 2, correct))


    data = [(torch.rand(4, 3), torch.LongTensor([0, 1, 1, 0])) for _ in range(2)]
    train(Net(), data)
    """
)
_OLD, _MEANT = "loss.data[0]", "sum(loss.reshape(-1).tolist())"
TOGETHER = [
    DataCase(
        "a training of 2017",
        _TRAINING.replace("ITEM", _OLD),
        (),
        (
            "losses.update(loss.item(), x.size(0))",
            "p.data.add_(p.grad.data, alpha=-lr)",
            "pred = output.max(1)[1]",
            "total += loss\n",
            "self.fc.weight.data.mul_(0.5)",
        ),
        ("Variable", "size_average"),
        stands_for=_TRAINING.replace("ITEM", _MEANT),
    ),
    DataCase(
        "a training of 2017, with all that may be said of .data",
        _TRAINING.replace("ITEM", _OLD),
        ("data", "renames", "variable"),
        (
            "losses.update(loss.item(), x.size(0))",
            "with torch.no_grad():\n                p.add_(p.grad, alpha=-lr)",
            "pred = output.max(1)[1]",
            "total += loss.item()\n",
            "with torch.no_grad():\n            self.fc.weight.mul_(0.5)",
        ),
        ("Variable", ".data"),
        unsafe=True,
        stands_for=_TRAINING.replace("ITEM", _MEANT),
    ),
]

CASES = [*ORDER, *SCALARS, *READS, *WRITES, *SUMS, *TOGETHER]
