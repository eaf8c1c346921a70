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

CASES = [*ORDER, *SCALARS, *READS]
