"""Programs for the rules about `.data`, scalars and the old order of arguments.

A program is run as it is and as the tool leaves it. Where it raises today, `stands_for` is the same
program in the words of today, with what the old form meant written out as arithmetic.
"""

from __future__ import annotations

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


def _scalar(
    name: str, body: str, new: str = "", *, old: str = "", unsafe: bool = False
) -> DataCase:
    """new: what the expression `old` (or `loss.data[0]`) becomes; empty: nothing changes."""
    if not new:
        return _case(name, _LOSSES + _text(body), "VM301", unsafe=unsafe)
    # What the old form meant: the only element of a tensor, as a number.
    old = old or "loss.data[0]"
    root = new.removesuffix(".item()")
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

CASES = [*ORDER, *SCALARS]
