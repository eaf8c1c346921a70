"""Programs that refuted a proof by what other files, or other roads, do with a tensor or a module."""

from __future__ import annotations

REFUTED: dict[str, str] = {
    "elsewhere: loader batch sampler pos": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, Dataset
class D(Dataset):
    def __init__(self): self.x = torch.ones(2)
    def __len__(self): return 2
    def __getitem__(self, i): return self.x
d = D()
bs = None
def f():
    out = []
    for x in DataLoader(d, batch_size=bs):
        x = Variable(x, requires_grad=True)
        out.append(x)
    return out
r = f()
see('d', d.x.requires_grad)
""",
    "elsewhere: loader bs expr": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, Dataset
import sys
class D(Dataset):
    def __init__(self): self.x = torch.ones(2)
    def __len__(self): return 2
    def __getitem__(self, i): return self.x
d = D()
def f(n=None):
    out = []
    for x in DataLoader(d, batch_size=n):
        x = Variable(x, requires_grad=True)
        out.append(x)
    return out
r = f()
see('d', d.x.requires_grad)
""",
    "elsewhere: pkg script exported": """\
import torch
import pkg
w = torch.ones(2, requires_grad=True)
out = pkg.train.fit([(w * 2, 1)])
out.sum().backward()
see('w', w.grad)
## file pkg/__init__.py
from . import train
## file pkg/train.py
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
k = torch.ones(2, requires_grad=True)
def fit(loader):
    out = 0
    for x, y in loader:
        x = Variable(x)
        out = out + x * k
    return out
if __name__ == '__main__':
    fit(DataLoader(TensorDataset(torch.ones(4, 2), torch.ones(4)), batch_size=2))
""",
    "elsewhere: pkg script global": """\
import torch
import pkg
w = torch.ones(2, requires_grad=True)
out = pkg.train.cut(w * 2)
out.sum().backward()
see('w', w.grad)
## file pkg/__init__.py
from . import train
## file pkg/train.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
def cut(x):
    return Variable(x) * k
if __name__ == '__main__':
    print(cut(torch.ones(2)))
""",
    "elsewhere: script via util": """\
import torch
import util
w = torch.ones(2, requires_grad=True)
out = util.train.cut(w * 2)
out.sum().backward()
see('w', w.grad)
## file util.py
import train
## file train.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
def cut(x):
    return Variable(x) * k
if __name__ == '__main__':
    print(cut(torch.ones(2)))
""",
    "elsewhere: script via util star": """\
import torch
from util import *
w = torch.ones(2, requires_grad=True)
out = train.cut(w * 2)
out.sum().backward()
see('w', w.grad)
## file util.py
import train
## file train.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
def cut(x):
    return Variable(x) * k
if __name__ == '__main__':
    print(cut(torch.ones(2)))
""",
    "elsewhere: script importlib": """\
import torch
import importlib
w = torch.ones(2, requires_grad=True)
train = importlib.import_module('train')
out = train.cut(w * 2)
out.sum().backward()
see('w', w.grad)
## file train.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
def cut(x):
    return Variable(x) * k
if __name__ == '__main__':
    print(cut(torch.ones(2)))
""",
    "elsewhere: private pkg": """\
import torch
import pkg
w = torch.ones(2, requires_grad=True)
out = pkg.train._cut(w * 2)
out.sum().backward()
see('w', w.grad)
## file pkg/__init__.py
from . import train
## file pkg/train.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
def _cut(x):
    return Variable(x) * k
def go():
    return _cut(torch.ones(2))
""",
    "elsewhere: pkg private state": """\
import torch
import pkg
w = torch.ones(2, requires_grad=True)
pkg.state._h.add_(w)
out = pkg.state.step()
out.sum().backward()
see('w', w.grad)
## file pkg/__init__.py
from . import state
## file pkg/state.py
import torch
from torch.autograd import Variable
_h = torch.zeros(2)
def step():
    return Variable(_h) * torch.ones(2, requires_grad=True)
""",
    "elsewhere: transformer layer": """\
import torch
from torch import nn
from torch.autograd import Variable
class Layer(nn.Module):
    def __init__(self):
        super(Layer, self).__init__()
        self.self_attn = nn.MultiheadAttention(2, 1)
    def forward(self, src, *a, **k):
        src.requires_grad = True
        return src * 2
def run():
    x = torch.ones(3, 1, 2)
    net = nn.TransformerDecoder(Layer(), 1)
    y = net(Variable(x), x.clone())
    return x.requires_grad
r = run()
""",
    "elsewhere: triplet fn": """\
import torch
from torch import nn
from torch.autograd import Variable
def dist(a, b):
    a.requires_grad = True
    return (a - b).abs().sum()
def run():
    x = torch.ones(3, 2)
    crit = nn.TripletMarginWithDistanceLoss(distance_function=dist)
    y = crit(Variable(x), torch.zeros(3, 2), torch.ones(3, 2))
    return x.requires_grad
r = run()
""",
    "elsewhere: self dict update": """\
import torch
from torch import nn
from torch.autograd import Variable
class T(object):
    def __init__(self, **kw):
        self.loss = nn.MSELoss()
        self.__dict__.update(kw)
    def run(self):
        x = torch.ones(2)
        self.loss(Variable(x), torch.zeros(2))
        return x.requires_grad
def gp(a, b):
    a.requires_grad = True
    return (a - b).sum()
r = T(loss=gp).run()
""",
    "elsewhere: setattr loop": """\
import torch
from torch import nn
from torch.autograd import Variable
class T(object):
    def __init__(self, **kw):
        self.loss = nn.MSELoss()
        for k, v in kw.items():
            setattr(self, k, v)
    def run(self):
        x = torch.ones(2)
        self.loss(Variable(x), torch.zeros(2))
        return x.requires_grad
def gp(a, b):
    a.requires_grad = True
    return (a - b).sum()
r = T(loss=gp).run()
""",
    "elsewhere: subclass method": """\
import torch
from torch import nn
from torch.autograd import Variable
class T(object):
    def __init__(self):
        self.build()
    def build(self):
        self.loss = nn.MSELoss()
    def run(self):
        x = torch.ones(2)
        self.loss(Variable(x), torch.zeros(2))
        return x.requires_grad
class GP(T):
    def build(self):
        pass
    def loss(self, a, b):
        a.requires_grad = True
        return (a - b).sum()
r = GP().run()
""",
    "elsewhere: subclass method other file": """\
import torch
from torch import nn
from torch.autograd import Variable
from base import T
class GP(T):
    def build(self):
        pass
    def loss(self, a, b):
        a.requires_grad = True
        return (a - b).sum()
r = GP().run()
## file base.py
import torch
from torch import nn
from torch.autograd import Variable
class T(object):
    def __init__(self):
        self.build()
    def build(self):
        self.loss = nn.MSELoss()
    def run(self):
        x = torch.ones(2)
        self.loss(Variable(x), torch.zeros(2))
        return x.requires_grad
""",
    "elsewhere: class attr sub": """\
import torch
from torch import nn
from torch.autograd import Variable
def gp(a, b):
    a.requires_grad = True
    return (a - b).sum()
class T(object):
    def __init__(self):
        self.build()
    def build(self):
        self.loss = nn.MSELoss()
    def run(self):
        x = torch.ones(2)
        self.loss(Variable(x), torch.zeros(2))
        return x.requires_grad
class GP(T):
    loss = staticmethod(gp)
    def build(self):
        pass
r = GP().run()
""",
    "elsewhere: aug modulelist": """\
import torch
from torch import nn
from torch.autograd import Variable
KEPT = []
class Keep(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return x * 2
class N(nn.Module):
    def __init__(self):
        super(N, self).__init__()
        self.layers = nn.ModuleList([nn.Linear(2, 2)])
        self.layers += [Keep()]
    def go(self):
        x = torch.ones(2)
        self.layers[1](Variable(x))
        return x.requires_grad
r = N().go()
""",
    "elsewhere: index nested": """\
import torch
from torch import nn
from torch.autograd import Variable
KEPT = []
class Keep(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return x * 2
def run():
    seq = nn.Sequential(nn.Linear(2, 2))
    order = [0]
    seq[order[0]] = Keep()
    x = torch.ones(2)
    seq(Variable(x))
    return x.requires_grad
r = run()
""",
    "elsewhere: alias add module": """\
import torch
from torch import nn
from torch.autograd import Variable
KEPT = []
class Keep(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return x * 2
def run():
    seq = nn.Sequential()
    s = seq
    s.add_module('k', Keep())
    x = torch.ones(2)
    seq(Variable(x))
    return x.requires_grad
r = run()
""",
    "elsewhere: helper add module": """\
import torch
from torch import nn
from torch.autograd import Variable
KEPT = []
class Keep(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return x * 2
def build(main):
    main.add_module('k', Keep())
def run():
    seq = nn.Sequential()
    build(seq)
    x = torch.ones(2)
    seq(Variable(x))
    return x.requires_grad
r = run()
""",
    "elsewhere: helper setattr": """\
import torch
from torch import nn
from torch.autograd import Variable
KEPT = []
class Keep(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return x * 2
def convert(module):
    for n, c in module.named_children():
        setattr(module, n, Keep())
def run():
    net = nn.Sequential(nn.ReLU())
    convert(net)
    x = torch.ones(2)
    net(Variable(x))
    return x.requires_grad
r = run()
""",
    "elsewhere: self layer helper": """\
import torch
from torch import nn
from torch.autograd import Variable
KEPT = []
class Keep(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return x * 2
class N(nn.Module):
    def __init__(self):
        super(N, self).__init__()
        self.features = nn.Sequential()
        self._make(self.features)
    def _make(self, seq):
        seq.add_module('k', Keep())
    def go(self):
        x = torch.ones(2)
        self.features(Variable(x))
        return x.requires_grad
r = N().go()
""",
    "elsewhere: scale global": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
class D(Dataset):
    def __init__(self, f=None): self.f = f
    def __len__(self): return 2
    def __getitem__(self, i): return self.f(torch.ones(2))
W = torch.ones(2, requires_grad=True)
def scale(t):
    return t * W
def run():
    k = torch.ones(2, requires_grad=True)
    out = 0
    for x in DataLoader(D(scale), batch_size=2):
        out = out + (Variable(x) * k).sum()
    out.backward()
run()
see('w', W.grad)
""",
    "elsewhere: method transform": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
class D(Dataset):
    def __init__(self, f=None): self.f = f
    def __len__(self): return 2
    def __getitem__(self, i): return self.f(torch.ones(2))
class Tr(object):
    def __init__(self):
        self.net = nn.Linear(2, 2)
    def embed(self, t):
        return self.net(t)
    def run(self):
        k = torch.ones(2, requires_grad=True)
        out = 0
        for x in DataLoader(D(self.embed), batch_size=2):
            out = out + (Variable(x) * k).sum()
        out.backward()
t = Tr()
t.run()
see('w', t.net.weight.grad)
""",
    "elsewhere: ds yield": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
from torch.utils.data import IterableDataset
class It(IterableDataset):
    def __init__(self, g): self.g = g
    def __iter__(self): return self.g()
def run(net):
    k = torch.ones(2, requires_grad=True)
    out = 0
    def g():
        for i in range(2):
            yield net(torch.ones(2))
    for x in DataLoader(It(g), batch_size=2):
        out = out + (Variable(x) * k).sum()
    out.backward()
net = nn.Linear(2, 2)
run(net)
see('w', net.weight.grad)
""",
    "elsewhere: ds fn calls fn": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
class D(Dataset):
    def __init__(self, f=None): self.f = f
    def __len__(self): return 2
    def __getitem__(self, i): return self.f(torch.ones(2))
net = nn.Linear(2, 2)
def inner(t):
    return net(t)
def emb(t):
    return inner(t)
def run():
    k = torch.ones(2, requires_grad=True)
    out = 0
    for x in DataLoader(D(emb), batch_size=2):
        out = out + (Variable(x) * k).sum()
    out.backward()
run()
see('w', net.weight.grad)
""",
    "elsewhere: base alias": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
import base
Base = base.A
class C(Base):
    def go(self):
        self._h.add_(w)
c = C()
c.go()
out = c.step()
out.sum().backward()
see('w', w.grad)
## file base.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
class A(object):
    def __init__(self):
        self._h = torch.zeros(2)
    def step(self):
        return Variable(self._h) * k
""",
    "elsewhere: method patched": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
import base
def go(self):
    self._h.add_(w)
base.A.go = go
c = base.A()
c.go()
out = c.step()
out.sum().backward()
see('w', w.grad)
## file base.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
class A(object):
    def __init__(self):
        self._h = torch.zeros(2)
    def step(self):
        return Variable(self._h) * k
""",
    "elsewhere: function self param": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
import base
def go(self):
    self._h.add_(w)
c = base.A()
go(c)
out = c.step()
out.sum().backward()
see('w', w.grad)
## file base.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
class A(object):
    def __init__(self):
        self._h = torch.zeros(2)
    def step(self):
        return Variable(self._h) * k
""",
    "elsewhere: vars other": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
import base
c = base.A()
for v in vars(c).values():
    v.add_(w)
out = c.step()
out.sum().backward()
see('w', w.grad)
## file base.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
class A(object):
    def __init__(self):
        self._h = torch.zeros(2)
    def step(self):
        return Variable(self._h) * k
""",
    "elsewhere: dict other": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
import base
c = base.A()
for n, v in c.__dict__.items():
    if torch.is_tensor(v):
        v.add_(w)
out = c.step()
out.sum().backward()
see('w', w.grad)
## file base.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
class A(object):
    def __init__(self):
        self._h = torch.zeros(2)
    def step(self):
        return Variable(self._h) * k
""",
    "elsewhere: getattr fstring": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
import base
c = base.A()
for n in ['h', 'c']:
    if hasattr(c, '_%s' % n):
        getattr(c, '_%s' % n).add_(w)
out = c.step()
out.sum().backward()
see('w', w.grad)
## file base.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
class A(object):
    def __init__(self):
        self._h = torch.zeros(2)
    def step(self):
        return Variable(self._h) * k
""",
    "elsewhere: setattr fstring": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
import base
c = base.A()
for n in ['h']:
    setattr(c, '_' + n, w * 2)
out = c.step()
out.sum().backward()
see('w', w.grad)
## file base.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
class A(object):
    def __init__(self):
        self._h = torch.zeros(2)
    def step(self):
        return Variable(self._h) * k
""",
    "elsewhere: type call": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
import base
C = type('C', (base.A,), {'go': lambda self: self._h.add_(w)})
c = C()
c.go()
out = c.step()
out.sum().backward()
see('w', w.grad)
## file base.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
class A(object):
    def __init__(self):
        self._h = torch.zeros(2)
    def step(self):
        return Variable(self._h) * k
""",
    "elsewhere: class deco": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
import base
def mixed(b):
    class M(b):
        def go(self):
            self._h.add_(w)
    return M
c = mixed(base.A)()
c.go()
out = c.step()
out.sum().backward()
see('w', w.grad)
## file base.py
import torch
from torch.autograd import Variable
k = torch.ones(2, requires_grad=True)
class A(object):
    def __init__(self):
        self._h = torch.zeros(2)
    def step(self):
        return Variable(self._h) * k
""",
    "elsewhere: view paused callee": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
from util import make
def run():
    v = Variable(make())
    v += w
    return v
out = run()
out.sum().backward()
see('w', w.grad)
## file util.py
import torch
def make():
    with torch.no_grad():
        return torch.zeros(4).view(2, 2)[0]
""",
    "elsewhere: view paused callee matmul": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
import util
def run():
    v = Variable(util.make())
    v += w
    return v
out = run()
out.sum().backward()
see('w', w.grad)
## file util.py
import torch
def make():
    with torch.no_grad():
        x = torch.zeros(2, 2)
        return x[0]
""",
    "elsewhere: namedtuple data size": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
from packs import P
def run(p):
    n = p.size()
    return Variable(p.data) * torch.ones(2, requires_grad=True)
out = run(P(w * 2, 2))
out.sum().backward()
see('w', w.grad)
## file packs.py
import collections
class P(collections.namedtuple('P', 'data n')):
    def size(self):
        return self.n
""",
    "elsewhere: slots data size": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
from packs import P
def run(p):
    n = p.size()
    return Variable(p.data) * torch.ones(2, requires_grad=True)
out = run(P(w * 2, 2))
out.sum().backward()
see('w', w.grad)
## file packs.py
class P(object):
    def __init__(self, data, n):
        self.data, self.n = data, n
    def size(self):
        return self.n
""",
    "elsewhere: prop data size": """\
import torch
from torch import nn
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
from packs import P
def run(p):
    n = p.size()
    return Variable(p.data) * torch.ones(2, requires_grad=True)
out = run(P(w * 2, 2))
out.sum().backward()
see('w', w.grad)
## file packs.py
class P(object):
    def __init__(self, d, n):
        self.d = d
        self.n = n
    data = property(lambda self: self.d)
    def size(self):
        return self.n
""",
    "elsewhere: method own self other": """\
import torch
from torch import nn
from torch.autograd import Variable
from train import Trainer
w = torch.ones(2, requires_grad=True)
def more(self):
    self.fit([(w * 2, 1)])
t = Trainer()
more(t)
see('w', w.grad)
## file train.py
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
k = torch.ones(2, requires_grad=True)
class Trainer(object):
    def fit(self, loader):
        for x, y in loader:
            (Variable(x) * k).sum().backward()
    def main(self):
        self.fit(DataLoader(TensorDataset(torch.ones(4, 2), torch.ones(4)), batch_size=2))
""",
    "elsewhere: method subclass alias": """\
import torch
from torch import nn
from torch.autograd import Variable
import train
w = torch.ones(2, requires_grad=True)
Base = train.Trainer
class T(Base):
    def more(self):
        self.fit([(w * 2, 1)])
T().more()
see('w', w.grad)
## file train.py
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
k = torch.ones(2, requires_grad=True)
class Trainer(object):
    def fit(self, loader):
        for x, y in loader:
            (Variable(x) * k).sum().backward()
    def main(self):
        self.fit(DataLoader(TensorDataset(torch.ones(4, 2), torch.ones(4)), batch_size=2))
""",
    "elsewhere: attaching flag": """\
import torch
from torch import nn
from torch.autograd import Variable
from nets import Net
def test(model):
    model.eval()
    x = torch.ones(2)
    model(Variable(x))
    return x.requires_grad
r = test(Net())
## file nets.py
import torch
from torch import nn
class Net(nn.Module):
    def forward(self, x):
        x.requires_grad = not self.training
        return x * 2
""",
    "elsewhere: attaching setattr": """\
import torch
from torch import nn
from torch.autograd import Variable
from nets import Net
def test(model):
    model.eval()
    x = torch.ones(2)
    model(Variable(x))
    return x.requires_grad
r = test(Net())
## file nets.py
import torch
from torch import nn
class Net(nn.Module):
    def forward(self, x):
        setattr(x, 'requires_grad', True)
        return x * 2
""",
    "elsewhere: agent other file names": """\
import torch
from torch import nn
from torch.autograd import Variable
from agent import make
def test(model):
    model.eval()
    x = torch.ones(2)
    model(Variable(x))
    return x.requires_grad
r = test(make())
## file agent.py
class Base(object):
    def eval(self):
        pass
class Keep(Base):
    def act(self, x):
        x.requires_grad = True
    __call__ = act
def make():
    return Keep()
""",
    "elsewhere: method dispatch": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
k = torch.ones(2, requires_grad=True)
w = torch.ones(2, requires_grad=True)
class T(object):
    def fit_all(self, loader):
        for x, y in loader:
            (Variable(x) * k).sum().backward()
    def go(self):
        self.fit_all(DataLoader(TensorDataset(torch.ones(4, 2), torch.ones(4)), batch_size=2))
    def run(self, mode):
        getattr(self, 'fit_%s' % mode)([(w * 2, 1)])
t = T()
t.go()
t.run('all')
see('w', w.grad)
""",
    "elsewhere: method dict class": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
k = torch.ones(2, requires_grad=True)
w = torch.ones(2, requires_grad=True)
class T(object):
    def fit(self, loader):
        for x, y in loader:
            (Variable(x) * k).sum().backward()
    table = {0: fit}
    def go(self):
        self.fit(DataLoader(TensorDataset(torch.ones(4, 2), torch.ones(4)), batch_size=2))
    def run(self):
        self.table[0](self, [(w * 2, 1)])
t = T()
t.go()
t.run()
see('w', w.grad)
""",
    "elsewhere: method alias in class": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
k = torch.ones(2, requires_grad=True)
w = torch.ones(2, requires_grad=True)
class T(object):
    def fit(self, loader):
        for x, y in loader:
            (Variable(x) * k).sum().backward()
    train = fit
    def go(self):
        self.fit(DataLoader(TensorDataset(torch.ones(4, 2), torch.ones(4)), batch_size=2))
t = T()
t.go()
t.train([(w * 2, 1)])
see('w', w.grad)
""",
    "elsewhere: hook other file": """\
import torch
from torch import nn
from torch.autograd import Variable
import hooks
def run():
    net = nn.Linear(2, 2)
    hooks.add(net)
    x = torch.ones(2)
    net(Variable(x))
    return x.requires_grad
r = run()
## file hooks.py
def pre(m, i):
    i[0].requires_grad = True
def add(net):
    net.register_forward_pre_hook(pre)
""",
    "elsewhere: hook other file save": """\
import torch
from torch import nn
from torch.autograd import Variable
import hooks
def run():
    net = nn.Linear(2, 2)
    hooks.add(net)
    x = torch.ones(2)
    net(Variable(x))
    hooks.KEPT[0].requires_grad_()
    return x.requires_grad
r = run()
## file hooks.py
KEPT = []
def pre(m, i):
    KEPT.append(i[0])
def add(net):
    net.register_forward_pre_hook(pre)
""",
    "elsewhere: helper forward other file": """\
import torch
from torch import nn
from torch.autograd import Variable
import surgery
def run():
    net = nn.Linear(2, 2)
    surgery.wrap(net)
    x = torch.ones(2)
    net(Variable(x))
    return x.requires_grad
r = run()
## file surgery.py
import types
def fwd(self, x):
    x.requires_grad = True
    return x * 2
def wrap(net):
    net.forward = types.MethodType(fwd, net)
""",
    "elsewhere: apply changes": """\
import torch
from torch import nn
from torch.autograd import Variable
class Keep(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return x * 2
def run():
    net = nn.Sequential(nn.Sequential(nn.ReLU()))
    def init(m):
        if isinstance(m, nn.Sequential):
            m._modules['0'] = Keep()
    net.apply(init)
    x = torch.ones(2)
    net(Variable(x))
    return x.requires_grad
r = run()
""",
    "elsewhere: with any no": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
class Keep(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return x * 2
class Agent(object):
    def eval(self):
        pass
    def __call__(self, x):
        return x
def run():
    seq = nn.Sequential()
    s = seq
    s.add_module('k', Keep())
    x = torch.ones(2)
    seq(Variable(x))
    return x.requires_grad
r = run()
""",
    "elsewhere: with any decorated": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
class Keep(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return x * 2
class Deco(nn.Module):
    @torch.no_grad()
    def forward(self, x):
        return x
def build(main):
    main.add_module('k', Keep())
def run():
    seq = nn.Sequential()
    build(seq)
    x = torch.ones(2)
    seq(Variable(x))
    return x.requires_grad
r = run()
""",
    "elsewhere: configure helper": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
def configure(obj, kw):
    for k, v in kw.items():
        setattr(obj, k, v)
class T(object):
    def __init__(self, **kw):
        self.loss = nn.MSELoss()
        configure(self, kw)
    def run(self):
        x = torch.ones(2)
        self.loss(Variable(x), torch.zeros(2))
        return x.requires_grad
def gp(a, b):
    a.requires_grad = True
    return (a - b).sum()
r = T(loss=gp).run()
""",
    "elsewhere: dunder setattr": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
class T(object):
    def __init__(self, **kw):
        self.loss = nn.MSELoss()
        [self.__setattr__(k, v) for k, v in kw.items()]
    def run(self):
        x = torch.ones(2)
        self.loss(Variable(x), torch.zeros(2))
        return x.requires_grad
def gp(a, b):
    a.requires_grad = True
    return (a - b).sum()
r = T(loss=gp).run()
""",
    "elsewhere: object setattr": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
class T(object):
    def __init__(self, **kw):
        self.loss = nn.MSELoss()
        [object.__setattr__(self, k, v) for k, v in kw.items()]
    def run(self):
        x = torch.ones(2)
        self.loss(Variable(x), torch.zeros(2))
        return x.requires_grad
def gp(a, b):
    a.requires_grad = True
    return (a - b).sum()
r = T(loss=gp).run()
""",
    "elsewhere: dict assign": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
class T(object):
    def __init__(self, **kw):
        self.loss = nn.MSELoss()
        self.__dict__ = kw
    def run(self):
        x = torch.ones(2)
        self.loss(Variable(x), torch.zeros(2))
        return x.requires_grad
def gp(a, b):
    a.requires_grad = True
    return (a - b).sum()
r = T(loss=gp).run()
""",
    "elsewhere: alias self": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
class T(object):
    def __init__(self, **kw):
        self.loss = nn.MSELoss()
        me = self; me.__dict__.update(kw)
    def run(self):
        x = torch.ones(2)
        self.loss(Variable(x), torch.zeros(2))
        return x.requires_grad
def gp(a, b):
    a.requires_grad = True
    return (a - b).sum()
r = T(loss=gp).run()
""",
    "elsewhere: from outside": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
class T(object):
    def __init__(self):
        self.loss = nn.MSELoss()
    def run(self):
        x = torch.ones(2)
        self.loss(Variable(x), torch.zeros(2))
        return x.requires_grad
def gp(a, b):
    a.requires_grad = True
    return (a - b).sum()
t = T()
for k, v in {'loss': gp}.items():
    setattr(t, k, v)
r = t.run()
""",
    "elsewhere: closed transform attr": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
class D(Dataset):
    def __init__(self, f): self.f = f
    def __len__(self): return 2
    def __getitem__(self, i): return self.f(torch.ones(2))
class N(object):
    w = torch.ones(2, requires_grad=True)
def scale(t):
    return t * N.w
def run():
    k = torch.ones(2, requires_grad=True)
    out = 0
    for x in DataLoader(D(scale), batch_size=2):
        out = out + (Variable(x) * k).sum()
    out.backward()
run()
see('w', N.w.grad)
""",
    "elsewhere: closed class own net": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
NETS = {}
class E(object):
    def __init__(self):
        self.net = nn.Linear(2, 2)
    def __call__(self, t):
        return self.net(t)
class D(Dataset):
    def __init__(self, f): self.f = f
    def __len__(self): return 2
    def __getitem__(self, i): return self.f(torch.ones(2))
def run():
    e = E()
    k = torch.ones(2, requires_grad=True)
    out = 0
    for x in DataLoader(D(e), batch_size=2):
        out = out + (Variable(x) * k).sum()
    out.backward()
    return e.net.weight.grad
r = run()
""",
    "elsewhere: closed ds own net": """\
import torch
from torch import nn
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, Dataset
class D(Dataset):
    def __init__(self): self.net = nn.Linear(2, 2)
    def __len__(self): return 2
    def __getitem__(self, i): return self.net(torch.ones(2))
def run():
    d = D()
    k = torch.ones(2, requires_grad=True)
    out = 0
    for x in DataLoader(d, batch_size=2):
        out = out + (Variable(x) * k).sum()
    out.backward()
    return d.net.weight.grad
r = run()
""",
    "elsewhere: gather self lambda": """\
import torch
from torch import nn
from torch.autograd import Variable
class C(object):
    def __init__(self):
        self.ts = []
        self.gather = self.ts.append
    def flip(self):
        self.ts[0].requires_grad = True
def run(c):
    x = torch.ones(2)
    c.gather(Variable(x))
    c.flip()
    return x.requires_grad
r = run(C())
""",
}
