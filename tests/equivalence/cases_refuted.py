"""Programs that refuted a proof once: each was rewritten wrongly by an earlier form of the analysis.

`REFUTED`: whatever becomes of them, they must go on doing what they did. Several files of one program
follow each other behind lines `## file NAME`.
"""

from __future__ import annotations

REFUTED: dict[str, str] = {
    "one source dropped and trained a": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.ones(2)
    y = Variable(x)
    w = Variable(x, requires_grad=True)
    (w * y).sum().backward()
    return w.grad, (y * 2).requires_grad
out = f()
""",
    "one source dropped and trained b": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.ones(2)
    ys = [Variable(x)]
    w = Variable(x, requires_grad=True)
    return (ys[0] * 2).requires_grad, w
out = f()
""",
    "one source dropped and trained c": """\
import torch
from torch.autograd import Variable

def f(flag):
    x = torch.ones(2)
    y = Variable(x)
    w = Variable(x, requires_grad=flag)
    return (y * 2).requires_grad, w
out = f(True)
""",
    "puts into attribute list a": """\
import torch
from torch.autograd import Variable

class Agent(object):
    def __init__(self):
        self.log_probs = []
    def act(self, w):
        self.log_probs.append(w * 2)
    def finish(self):
        return (Variable(torch.cat(self.log_probs)) * 2).sum()
a = Agent()
a.act(torch.ones(2, requires_grad=True))
out = a.finish()
""",
    "puts into attribute list b": """\
import torch
from torch.autograd import Variable

class Agent(object):
    def __init__(self):
        self.hs = [torch.ones(2)]
    def act(self, w):
        self.hs.append(w * 2)
    def finish(self):
        return (Variable(self.hs[-1]) * 2).sum()
a = Agent()
a.act(torch.ones(2, requires_grad=True))
out = a.finish()
""",
    "puts into attribute list c": """\
import torch
from torch.autograd import Variable

class Agent(object):
    def __init__(self):
        self.rewards = []
    def act(self, w):
        self.rewards.append(w * 2)
    def finish(self):
        R = torch.zeros(2)
        for r in self.rewards:
            R = r + 0.9 * R
        return (Variable(R) * 2).sum()
a = Agent()
a.act(torch.ones(2, requires_grad=True))
out = a.finish()
""",
    "helper appends to the list a": """\
import torch
from torch.autograd import Variable

def collect(out, p):
    out.append(p * 2)
def f(p):
    xs = [torch.ones(2)]
    collect(xs, p)
    return (Variable(torch.cat(xs)) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "helper appends to the list b": """\
import torch
from torch.autograd import Variable

def collect(out, p):
    out.append(p * 2)
def f(p):
    xs = []
    collect(xs, p)
    xs.append(torch.ones(2))
    return (Variable(xs[0]) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "not yet read as free": """\
import torch
from torch.autograd import Variable

def f(fill, p):
    xs = []
    fill(xs, p)
    return (Variable(torch.cat(tuple(xs))) * 2).sum()
out = f(lambda xs, p: xs.append(p * 2), torch.ones(2, requires_grad=True))
""",
    "list positions move a": """\
import torch
from torch.autograd import Variable

def f(p):
    xs = [torch.ones(2), p * 2]
    xs.reverse()
    return (Variable(xs[0]) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "list positions move b": """\
import torch
from torch.autograd import Variable

def f(p):
    xs = [p * 2, torch.ones(2)]
    xs.insert(0, torch.zeros(2))
    return (Variable(xs[1]) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "list positions move c": """\
import torch
from torch.autograd import Variable

def f(p):
    xs = [torch.ones(2), p * 2]
    xs.pop(0)
    return (Variable(xs[0]) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "list positions move d": """\
import torch
from torch.autograd import Variable

def f(p):
    xs = [torch.ones(2), p * 2]
    del xs[0]
    return (Variable(xs[0]) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "reversed sorted positions a": """\
import torch
from torch.autograd import Variable

def f(p):
    a, b = reversed((torch.ones(2), p * 2))
    return (Variable(a) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "reversed sorted positions b": """\
import torch
from torch.autograd import Variable

def f(p):
    a, b = sorted((torch.zeros(2), p * 2), key=lambda t: -float(t.sum()))
    return (Variable(a) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "dict get default a": """\
import torch
from torch.autograd import Variable

def f(p):
    d = {"a": torch.ones(2)}
    x = d.get("b", p * 2)
    return (Variable(x) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "dict get default b": """\
import torch
from torch.autograd import Variable

def f(p):
    d = {"a": torch.ones(2)}
    x = d.pop("b", p * 2)
    return (Variable(x) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "read at top of loop a": """\
import torch
from torch.autograd import Variable

def f():
    found = []
    for i in range(2):
        if i:
            found.append((x * 1).sum().requires_grad)
        x = torch.ones(2)
        v = Variable(x, requires_grad=True)
        (v * 2).sum().backward()
    return found
out = f()
""",
    "read at top of loop b": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.zeros(2)
    seen = []
    while True:
        y = x * 2
        seen.append(y.requires_grad)
        if len(seen) > 2:
            return seen
        x = torch.ones(2)
        v = Variable(x, requires_grad=True)
        (v * 2).sum().backward()
out = f()
""",
    "rebinding statement does not finish a": """\
import torch
from torch.autograd import Variable

def f(net):
    x = torch.ones(2)
    try:
        x = net(Variable(x, requires_grad=True))
    except ValueError:
        pass
    return x * 2
def bad(t):
    raise ValueError
out = f(bad)
""",
    "rebinding statement does not finish b": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.ones(2)
    try:
        x = torch.matmul(Variable(x, requires_grad=True), torch.ones(3, 3))
    except RuntimeError:
        pass
    y = x * 2
    return y
out = f()
""",
    "same name twice in one statement": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.ones(2)
    x = [Variable(x, requires_grad=True), x * 2]
    return x
out = f()
""",
    "finally after leaving handler a": """\
import torch
from torch.autograd import Variable

def f(p):
    x = torch.ones(2)
    try:
        raise ValueError
    except ValueError:
        x = p * 2
        return 1
    finally:
        see("s", (Variable(x) * 2).sum())
f(torch.ones(2, requires_grad=True))
""",
    "finally after leaving handler b": """\
import torch
from torch.autograd import Variable

def f(p):
    x = torch.ones(2)
    try:
        pass
    except ValueError:
        pass
    else:
        x = p * 2
        return 1
    finally:
        see("s", (Variable(x) * 2).sum())
f(torch.ones(2, requires_grad=True))
""",
    "finally after leaving handler c": """\
import torch
from torch.autograd import Variable

def g():
    raise KeyError
def f(p):
    x = torch.ones(2)
    try:
        try:
            raise ValueError
        except ValueError:
            x = p * 2
            g()
            x = torch.zeros(2)
        finally:
            see("s", (Variable(x) * 2).sum())
    except KeyError:
        pass
f(torch.ones(2, requires_grad=True))
""",
    "break continue through finally a": """\
import torch
from torch.autograd import Variable

def f(p):
    x = torch.ones(2)
    for i in range(2):
        try:
            break
        finally:
            x = p * 2
    return (Variable(x) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "break continue through finally b": """\
import torch
from torch.autograd import Variable

def f(p):
    x = torch.ones(2)
    t = 0
    for i in range(2):
        t = t + (Variable(x) * 2).sum()
        try:
            continue
        finally:
            x = p * 2
    return t
out = f(torch.ones(2, requires_grad=True))
""",
    "break continue through finally c": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.ones(2)
    for i in range(1):
        try:
            break
        finally:
            del x
    try:
        x = Variable(x)
    except NameError:
        return "unbound"
    return x
out = f()
""",
    "walrus in comprehension": """\
import torch
from torch.autograd import Variable

def f(p):
    x = torch.ones(2)
    return [((Variable(x) * 2).sum(), (x := x * p))[0] for _ in range(2)]
out = f(torch.ones(2, requires_grad=True))
""",
    "transparent by last name a": """\
import torch
from torch.autograd import Variable

import contextlib
@contextlib.contextmanager
def inference_mode():
    try:
        yield
    except ValueError:
        pass
def f(p):
    x = torch.ones(2)
    with inference_mode():
        x = p * 2
        raise ValueError
        x = torch.zeros(2)
    return (Variable(x) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "transparent by last name b": """\
import torch
from torch.autograd import Variable

import contextlib
@contextlib.contextmanager
def open():
    try:
        yield
    except ValueError:
        pass
def g(n):
    if n: raise ValueError
def f(p):
    x = torch.ones(2)
    with open():
        x = p * 2
        g(1)
        x = torch.zeros(2)
    return (Variable(x) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "no grad is not in force b": """\
import torch
from torch.autograd import Variable

from lib import record
def f():
    p = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        with record():
            y = torch.ones(2) * p
    return Variable(y).sum()
out = f()
## file lib.py
import torch
record = torch.enable_grad
""",
    "narrowing of rebound global or nonlocal a": """\
import torch
from torch.autograd import Variable

def f(h, p):
    def change():
        nonlocal h
        h = torch.nn.utils.rnn.pack_padded_sequence(p * 2, [2])
    if isinstance(h, Variable):
        change()
        return (Variable(h.data) * 2).sum()
out = f(torch.ones(2), torch.ones(2, 1, requires_grad=True))
""",
    "narrowing of rebound global or nonlocal b": """\
import torch
from torch.autograd import Variable

h = torch.ones(2)
def f(p):
    global h
    if isinstance(h, Variable):
        h = torch.nn.utils.rnn.pack_padded_sequence(p * 2, [2])
        return (Variable(h.data) * 2).sum()
out = f(torch.ones(2, 1, requires_grad=True))
h = 1
""",
    "integer parameter": """\
import torch
from torch.autograd import Variable

def f():
    p = torch.nn.Parameter(torch.arange(3), requires_grad=False)
    v = Variable(p.long())
    return isinstance(v, torch.nn.Parameter)
out = f()
""",
    "names any object may have a": """\
import torch
from torch.autograd import Variable

class Body(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.shape = torch.nn.Parameter(torch.ones(2))
    def forward(self):
        y = torch.ones(2) * self.shape
        return Variable(y).sum()
out = Body()()
""",
    "attribute of a loader is no number": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader, TensorDataset
def f(p):
    loader = DataLoader(TensorDataset(p), batch_size=1)
    y = torch.ones(2) * loader.dataset.tensors[0]
    return Variable(y).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "attribute written elsewhere a": """\
import torch
from torch.autograd import Variable

class Box(object):
    def __init__(self):
        self.x = torch.ones(2)
    def read(self):
        return (Variable(self.x) * 2).sum()
class Sub(Box):
    def __init__(self, p):
        self.x = p * 2
out = Sub(torch.ones(2, requires_grad=True)).read()
""",
    "attribute written elsewhere b": """\
import torch
from torch.autograd import Variable

class Box(object):
    def __init__(self):
        self.x = torch.ones(2)
    def read(self):
        return (Variable(self.x) * 2).sum()
def f(p):
    boxes = [Box()]
    boxes[0].x.add_(p)
    return boxes[0].read()
out = f(torch.ones(2, requires_grad=True))
""",
    "attribute written elsewhere c": """\
import torch
from torch.autograd import Variable

class Box(object):
    def __init__(self):
        self.x = torch.ones(2)
    def read(self):
        return (Variable(self.x) * 2).sum()
def f(p):
    b = Box()
    setattr(b, "x", p * 2)
    return b.read()
out = f(torch.ones(2, requires_grad=True))
""",
    "attribute written elsewhere d": """\
import torch
from torch.autograd import Variable

class Box(object):
    def __init__(self):
        self.x = torch.ones(2)
    def read(self):
        return (Variable(self.x) * 2).sum()
def f(p):
    boxes = [Box()]
    boxes[0].x = p * 2
    return boxes[0].read()
out = f(torch.ones(2, requires_grad=True))
""",
    "attribute written elsewhere e": """\
import torch
from torch.autograd import Variable

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.shift = torch.ones(2)
    def forward(self, x):
        return x * Variable(self.shift)
class Outer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Net()
    def train_shift(self):
        self.net.shift.requires_grad_()
    def forward(self, x):
        return self.net(x)
o = Outer()
o.train_shift()
out = o(torch.ones(2))
""",
    "attribute written elsewhere f": """\
import torch
from torch.autograd import Variable

import lib
class Net(object):
    def __init__(self):
        self.shift = torch.ones(2)
    def run(self, x):
        return (x * Variable(self.shift)).sum()
n = Net()
lib.prepare(n)
out = n.run(torch.ones(2))
## file lib.py
def prepare(net):
    net.shift.requires_grad_()
""",
    "attribute written elsewhere g": """\
import torch
from torch.autograd import Variable

class Net(object):
    def __init__(self, p):
        self.__dict__["p"] = p
        self.shift = torch.ones(2)
    def __setattr__(self, name, value):
        self.__dict__[name] = value * self.__dict__["p"]
    def run(self):
        return (Variable(self.shift) * 2).sum()
out = Net(torch.ones(2, requires_grad=True)).run()
""",
    "attribute written elsewhere h": """\
import torch
from torch.autograd import Variable

def wrap(cls):
    class New(cls):
        def __init__(self, p):
            super().__init__()
            self.shift = p * 2
    return New
@wrap
class Net(object):
    def __init__(self):
        self.shift = torch.ones(2)
    def run(self):
        return (Variable(self.shift) * 2).sum()
out = Net(torch.ones(2, requires_grad=True)).run()
""",
    "attribute written elsewhere i": """\
import torch
from torch.autograd import Variable

class Net(object):
    def __init__(self, **kw):
        self.shift = torch.ones(2)
        self.__dict__.update(kw)
    def run(self):
        return (Variable(self.shift) * 2).sum()
out = Net(shift=torch.ones(2, requires_grad=True) * 2).run()
""",
    "attribute written elsewhere j": """\
import torch
from torch.autograd import Variable

class Net(object):
    def __init__(self, **kw):
        self.shift = torch.ones(2)
        for k, v in kw.items():
            setattr(self, k, v)
    def run(self):
        return (Variable(self.shift) * 2).sum()
out = Net(shift=torch.ones(2, requires_grad=True) * 2).run()
""",
    "attribute read elsewhere a": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
class Keep(torch.nn.Module):
    def forward(self, x):
        self.last = x
        return x * 2
def f(data):
    net = Keep()
    for x in DataLoader(data, batch_size=None):
        v = Variable(x)
        net(v)
        net.last.unsqueeze_(0)
data = [torch.ones(2)]
f(data)
""",
    "attribute read elsewhere b": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
class Keep(object):
    def run(self, data):
        for x in DataLoader(data, batch_size=None):
            self.last = Variable(x)
def f(data):
    k = Keep()
    k.run(data)
    k.last.unsqueeze_(0)
data = [torch.ones(2)]
f(data)
""",
    "attribute read elsewhere c": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
class Keep(object):
    def run(self, data):
        for x in DataLoader(data, batch_size=None):
            self.last = Variable(x)
def f(data):
    k = Keep()
    k.run(data)
    k.last.requires_grad = True
    (k.last * 2).sum().backward()
data = [torch.ones(2)]
f(data)
""",
    "attribute read elsewhere d": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
class Base(object):
    def run(self, data):
        for x in DataLoader(data, batch_size=None):
            self.last = Variable(x)
class Sub(Base):
    def flip(self):
        self.last.unsqueeze_(0)
data = [torch.ones(2)]
s = Sub()
s.run(data)
s.flip()
""",
    "modules of this file change input a": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
class Touch(torch.nn.Module):
    def __call__(self, x):
        x.unsqueeze_(0)
        return x * 2
def f(data):
    net = Touch()
    for x in DataLoader(data, batch_size=None):
        net(Variable(x))
data = [torch.ones(2)]
f(data)
""",
    "modules of this file change input b": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
class Base(torch.nn.Module):
    def forward(self, x):
        x.unsqueeze_(0)
        return x * 2
class Net(Base):
    pass
def f(data):
    net = Net()
    for x in DataLoader(data, batch_size=None):
        net(Variable(x))
data = [torch.ones(2)]
f(data)
""",
    "modules of this file change input c": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
class A(torch.nn.Module):
    def forward(self, x):
        x.unsqueeze_(0)
        return x * 2
def f(data, flag):
    net = A() if flag else torch.nn.ReLU()
    for x in DataLoader(data, batch_size=None):
        net(Variable(x))
data = [torch.ones(2)]
f(data, True)
""",
    "modules of this file change input d": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
class A(torch.nn.Module):
    def forward(self, x):
        x.unsqueeze_(0)
        return x * 2
def f(data):
    net = torch.nn.Sequential(A(), torch.nn.ReLU())
    for x in DataLoader(data, batch_size=None):
        net(Variable(x))
data = [torch.ones(2)]
f(data)
""",
    "modules of this file change input e": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
class A(torch.nn.Module):
    def forward(self, x):
        x.unsqueeze_(0)
        return x * 2
def build():
    return A()
def f(data):
    net = build()
    net.train()
    for x in DataLoader(data, batch_size=None):
        net(Variable(x))
data = [torch.ones(2)]
f(data)
""",
    "modules of this file change input f": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
def touch(m, inputs):
    inputs[0].unsqueeze_(0)
def f(data):
    net = torch.nn.ReLU()
    net.register_forward_pre_hook(touch)
    for x in DataLoader(data, batch_size=None):
        net(Variable(x))
data = [torch.ones(2)]
f(data)
""",
    "modules of this file change input g": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
class Agent(object):
    def train(self):
        self.training = True
    def __call__(self, x):
        x.unsqueeze_(0)
        return x * 2
def f(data):
    agent = Agent()
    agent.train()
    for x in DataLoader(data, batch_size=None):
        agent(Variable(x))
data = [torch.ones(2)]
f(data)
""",
    "list addition loses the link a": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
def f(data):
    for x in DataLoader(data, batch_size=None):
        v = Variable(x)
        xs = [x]
        ys = (xs or []) + [1]
        ys[0].unsqueeze_(0)
        return (v * 2).size()
out = f([torch.ones(2)])
""",
    "list addition loses the link b": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
def f(data):
    for x in DataLoader(data, batch_size=None):
        v = Variable(x)
        xs = [x]
        ys = xs.copy() + [1]
        ys[0].unsqueeze_(0)
        return (v * 2).size()
out = f([torch.ones(2)])
""",
    "list addition loses the link c": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
def f(data):
    for x in DataLoader(data, batch_size=None):
        v = Variable(x)
        d = {"x": x}
        e = d | {"b": 1}
        e["x"].unsqueeze_(0)
        return (v * 2).size()
out = f([torch.ones(2)])
""",
    "list addition loses the link d": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
def f(data):
    def flip(ts):
        ts = ts + [1]
        ts[0].unsqueeze_(0)
    for x in DataLoader(data, batch_size=None):
        v = Variable(x)
        flip([x])
        return (v * 2).size()
out = f([torch.ones(2)])
""",
    "list addition loses the link e": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
def f(data):
    for x in DataLoader(data, batch_size=None):
        v = Variable(x)
        d = {"k": [x]}
        for k, xs in d.items():
            ys = xs + [1]
            ys[0].unsqueeze_(0)
        return (v * 2).size()
out = f([torch.ones(2)])
""",
    "dict index is hashing a": """\
import torch
from torch.autograd import Variable

def f(data):
    from torch.utils.data import DataLoader
    n = []
    for x in DataLoader(data, batch_size=None):
        v = Variable(x)
        d = {}
        d[x] = 1
        d[v] = 2
        n.append(len(d))
    return n
out = f([torch.ones(2)])
""",
    "dict index is hashing b": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
def f(data):
    d = {}
    for x in DataLoader(data, batch_size=None):
        v = Variable(x)
        d[x] = 1
        try:
            d[v]
            see("found", 1)
        except KeyError:
            see("missing", 1)
f([torch.ones(2)])
""",
    "named lists compared": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
def f(data):
    for x in DataLoader(data, batch_size=None):
        v = Variable(x)
        a = [x]
        b = [v]
        try:
            see("same", a == b)
        except RuntimeError:
            see("raised", 1)
f([torch.ones(2)])
""",
    "walrus item": """\
import torch
from torch.autograd import Variable

def f():
    v = Variable((xs := [torch.ones(2)])[0], requires_grad=True)
    (v * 2).sum().backward()
    return xs
out = f()
""",
    "loader over visible tensors a": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader, TensorDataset
def f(p):
    t = 0
    for (x,) in DataLoader(batch_size=None, dataset=TensorDataset(p)):
        t = t + (Variable(x) * 2).sum()
    return t
out = f(torch.ones(2, 2, requires_grad=True) * 2)
""",
    "loader over visible tensors b": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader, TensorDataset, Subset
def f(p):
    t = 0
    ds = TensorDataset(p)
    sub = Subset(ds, [0])
    for (x,) in DataLoader(sub, batch_size=None):
        t = t + (Variable(x) * 2).sum()
    return t
out = f(torch.ones(2, 2, requires_grad=True) * 2)
""",
    "loader over visible tensors c": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
def f(p):
    data = [torch.ones(2)]
    data.append(p * 2)
    t = 0
    for x in DataLoader(data, batch_size=None):
        t = t + (Variable(x) * 2).sum()
    return t
out = f(torch.ones(2, requires_grad=True))
""",
    "global given back through a helper": """\
import torch
from torch.autograd import Variable

_x = torch.ones(2)
def _same(t):
    return t
def pub():
    return _same(_x)
def use():
    return Variable(_x * 2).sum()
fns = [pub]
fns[0]().requires_grad_()
out = use()
""",
    "class body name": """\
import torch
from torch.autograd import Variable

class A:
    x = torch.ones(2)
    x = Variable(x)
    y = Variable(x)
out = A.x is A.y
""",
    "monkey patched torch a": """\
import torch
from torch.autograd import Variable

w = torch.ones(2, requires_grad=True)
old = torch.cat
torch.cat = lambda xs: old(xs) * w
def f():
    return (Variable(torch.cat([torch.ones(2)])) * 2).sum()
try:
    out = f()
finally:
    torch.cat = old
""",
    "monkey patched torch b": """\
import torch
from torch.autograd import Variable

w = torch.ones(2, requires_grad=True)
old = torch.Tensor.exp
torch.Tensor.exp = lambda self: old(self) * w
def f():
    return (Variable(torch.ones(2).exp()) * 2).sum()
try:
    out = f()
finally:
    torch.Tensor.exp = old
""",
    "chain assignment a": """\
import torch
from torch.autograd import Variable

def f(p):
    x = y = torch.zeros(2)
    x.add_(p)
    return (Variable(y) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "chain assignment b": """\
import torch
from torch.autograd import Variable

def f(p):
    h = c = torch.zeros(2)
    h += p
    return (Variable(c) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "chain assignment c": """\
import torch
from torch.autograd import Variable

def f(w):
    best = cur = torch.zeros(2)
    for i in range(2):
        cur += w
    v = Variable(best)
    return (v * 3).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "chain assignment d": """\
import torch
from torch.autograd import Variable

class N(object):
    def __init__(self):
        self._h = self._c = torch.zeros(2)
    def go(self, p):
        self._h += p
        return (Variable(self._c) * 2).sum()
out = N().go(torch.ones(2, requires_grad=True))
""",
    "chain assignment e": """\
import torch
from torch.autograd import Variable

class _Rnn(object):
    def __init__(self):
        self.reset()
    def reset(self):
        self.h = self.c = torch.zeros(2)
    def step(self, p):
        self.h += p
        return (Variable(self.c) * 2).sum()
out = _Rnn().step(torch.ones(2, requires_grad=True))
""",
    "chain assignment f": """\
import torch
from torch.autograd import Variable

def f(p):
    xs = ys = []
    xs.append(p * 2)
    return (Variable(torch.cat(ys)) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "chain assignment g": """\
import torch
from torch.autograd import Variable

class N(object):
    def go(self, p):
        self._xs = xs = []
        xs.append(p * 2)
        return (Variable(torch.cat(self._xs)) * 2).sum()
out = N().go(torch.ones(2, requires_grad=True))
""",
    "chain assignment h": """\
import torch
from torch.autograd import Variable

_a = _b = torch.ones(2)
_v = Variable(_b)
_a.requires_grad_()
out = (_v * 3).sum()
""",
    "chain assignment i": """\
import torch
from torch.autograd import Variable

def f():
    a = b = torch.ones(2)
    v = Variable(b)
    a.unsqueeze_(0)
    return v + 1
out = f()
""",
    "chain assignment j": """\
import torch
from torch.autograd import Variable

def f():
    img = orig = torch.ones(2)
    v = Variable(img)
    orig.resize_(4)
    return v.shape
out = f()
""",
    "chain assignment k": """\
import torch
from torch.autograd import Variable

def f():
    xs = ys = [torch.ones(2)]
    v = Variable(ys[0])
    xs[0].requires_grad_()
    return v * 2
out = f()
""",
    "chain assignment l": """\
import torch
from torch.autograd import Variable

def f(p):
    (x, y) = z = (torch.zeros(2), torch.zeros(2))
    z[0].add_(p)
    return (Variable(x) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "chain assignment m": """\
import torch
from torch.autograd import Variable

def f(p):
    y = (x := torch.zeros(2))
    x.add_(p)
    return (Variable(y) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "chain assignment n": """\
import torch
from torch.autograd import Variable

def _put(xs, p):
    xs.append(p)
def f(p):
    _put((xs := []), p * 2)
    return (Variable(torch.cat(xs)) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "attribute changed in another file a": """\
import torch
from torch.autograd import Variable

from other import train
class Agent(object):
    def __init__(self):
        self.rewards = []
        self.h = torch.zeros(2)
    def get(self):
        self.h = Variable(self.h)
        return (self.h * 2).sum()
def main():
    a = Agent()
    train(a, torch.ones(2, requires_grad=True))
    return a.get()
if __name__ == '__main__':
    out = main()
## file other.py
def train(agent, p):
    agent.h = agent.h + p * 2
""",
    "attribute changed in another file b": """\
import torch
from torch.autograd import Variable

from other import train
class _Agent(object):
    def __init__(self):
        self.h = torch.zeros(2)
    def get(self):
        return (Variable(self.h) * 2).sum()
a = _Agent()
train(a, torch.ones(2, requires_grad=True))
out = a.get()
## file other.py
def train(agent, p):
    agent.h.add_(p)
""",
    "attribute changed in another file c": """\
import torch
from torch.autograd import Variable

from other import train
class _Agent(object):
    def __init__(self):
        self.h = torch.zeros(2)
    def get(self):
        return (Variable(self.h) * 2).sum()
a = _Agent()
train(a, torch.ones(2, requires_grad=True))
out = a.get()
## file other.py
def train(agent, p):
    agent.h = p * 2
""",
    "attribute changed in another file d": """\
import torch
from torch.autograd import Variable

from other import train
class _Agent(object):
    def __init__(self):
        self.buf = []
    def get(self):
        return (Variable(torch.cat(self.buf)) * 2).sum()
a = _Agent()
train(a, torch.ones(2, requires_grad=True))
out = a.get()
## file other.py
def train(agent, p):
    agent.buf.append(p * 2)
""",
    "attribute changed in another file e": """\
import torch
from torch.autograd import Variable

class _N(object):
    def __init__(self):
        x = torch.ones(2)
        self.a = x
        self.b = Variable(x)
n = _N()
n2 = n
""",
    "unseen module of the project a": """\
import torch
from torch.autograd import Variable

from other import Net
def f():
    net = Net()
    n = len(list(net.parameters()))
    feats = []
    net(torch.ones(1, 2), feats)
    return (Variable(torch.cat(feats)) * 2).sum()
out = f()
## file other.py
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.l = torch.nn.Linear(2, 1)
    def forward(self, x, feats):
        h = self.l(x)
        feats.append(h)
        return h
""",
    "unseen module of the project b": """\
import torch
from torch.autograd import Variable

from other import Net
def f():
    net = Net()
    x = torch.ones(1, 2)
    n = len(list(net.parameters()))
    net(x)
    x = Variable(x, requires_grad=True)
    return net.last * 2, x
out = f()
## file other.py
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.l = torch.nn.Linear(2, 1)
    def forward(self, x):
        self.last = x
        return self.l(x)
""",
    "module contents replaced a": """\
import torch
from torch.autograd import Variable

import torch.nn as nn
class A(nn.Module):
    def forward(self, x):
        return x.add_(self.w)
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(2))
def f():
    n = nn.Sequential()
    n.add_module('a', A())
    x = torch.zeros(2)
    n(x)
    return (Variable(x) * 2).sum()
out = f()
""",
    "module contents replaced b": """\
import torch
from torch.autograd import Variable

import torch.nn as nn
class A(nn.Module):
    def forward(self, x):
        return x.add_(self.w)
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(2))
def f():
    n = nn.Sequential(nn.ReLU())
    n[0] = A()
    x = torch.zeros(2)
    n(x)
    return (Variable(x) * 2).sum()
out = f()
""",
    "module contents replaced c": """\
import torch
from torch.autograd import Variable

import torch.nn as nn
def f(p):
    n = nn.ReLU()
    n.forward = lambda x: x.add_(p)
    x = torch.zeros(2)
    n(x)
    return (Variable(x) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "module contents replaced d": """\
import torch
from torch.autograd import Variable

from other import hook
import torch.nn as nn
kept = []
def f():
    net = nn.Linear(2, 1)
    hook(net, kept)
    x = torch.ones(1, 2)
    net(x)
    x = Variable(x, requires_grad=True)
    return kept[0][0] * 2, x
out = f()
## file other.py
def hook(net, kept):
    net.register_forward_pre_hook(lambda m, i: kept.append(i))
""",
    "bound method as a value a": """\
import torch
from torch.autograd import Variable

def f(p):
    xs = []
    add = xs.append
    add(p * 2)
    return (Variable(torch.cat(xs)) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "bound method as a value b": """\
import torch
from torch.autograd import Variable

def f(p):
    xs = []
    list(map(xs.append, [p * 2, p * 3]))
    return (Variable(torch.stack(xs)) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "bound method as a value c": """\
import torch
from torch.autograd import Variable

def each(cb, p):
    cb(p * 2)
def f(p):
    feats = []
    each(feats.append, p)
    return (Variable(torch.cat(feats)) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "bound method as a value d": """\
import torch
from torch.autograd import Variable

class M(object):
    def __init__(self):
        self._xs = []
        self._add = self._xs.append
    def go(self, p):
        self._add(p * 2)
        return (Variable(torch.cat(self._xs)) * 2).sum()
out = M().go(torch.ones(2, requires_grad=True))
""",
    "bound method as a value e": """\
import torch
from torch.autograd import Variable

def f(p):
    xs = []
    for fn in (xs.append,):
        fn(p * 2)
    return (Variable(torch.cat(xs)) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "bound method as a value f": """\
import torch
from torch.autograd import Variable

def f(p):
    xs = []
    ops = {'add': xs.append}
    ops['add'](p * 2)
    return (Variable(torch.cat(xs)) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "bound method as a value g": """\
import torch
from torch.autograd import Variable

def f(p):
    x = torch.zeros(2)
    put = x.copy_
    put(p * 2)
    return (Variable(x) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "bound method as a value h": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.ones(2)
    m = x.mul
    v = Variable(x, requires_grad=True)
    return m(3), v
out = f()
""",
    "saved for backward is an owner a": """\
import torch
from torch.autograd import Variable

import torch.nn as nn
def f():
    d = nn.Linear(2, 1)
    x = torch.randn(4, 2)
    loss_real = d(x).pow(2).sum()
    x = Variable(x, requires_grad=True)
    gw = torch.autograd.grad(loss_real, d.weight, create_graph=True)[0]
    pen = gw.pow(2).sum() + d(x).sum()
    pen.backward()
    return x.grad
out = f()
""",
    "saved for backward is an owner b": """\
import torch
from torch.autograd import Variable

def f():
    w = torch.ones(2, requires_grad=True)
    x = torch.ones(2) * 3
    out = (w * x).sum()
    v = Variable(x, requires_grad=True)
    g, = torch.autograd.grad(out, w, create_graph=True)
    ((g * v * w).sum()).backward()
    return g, v, w
out = f()
""",
    "saved for backward is an owner c": """\
import torch
from torch.autograd import Variable

def f():
    w = torch.ones(2, requires_grad=True)
    x = torch.ones(2) * 2
    y = ((w * x) ** 2).sum()
    x = Variable(x, requires_grad=True)
    g, = torch.autograd.grad(y, w, create_graph=True)
    fast = w - 0.1 * g
    (fast * x).sum().backward()
    return x.grad, w.grad
out = f()
""",
    "saved for backward is an owner d": """\
import torch
from torch.autograd import Variable

def f():
    w = torch.ones(2, requires_grad=True)
    x = torch.ones(2)
    out = (w * x).sum()
    x = Variable(x)
    x.data = torch.zeros(2)
    out.backward()
    return w, x
out = f()
""",
    "saved for backward is an owner e": """\
import torch
from torch.autograd import Variable

import torch.nn as nn
def f():
    D = nn.Linear(2, 1)
    x = torch.ones(1, 2)
    y = D(x).sum()
    x = Variable(x)
    x.data = x.data + 1
    D(x).sum().backward()
    y.backward()
    return D.weight.grad
out = f()
""",
    "saved for backward is an owner f": """\
import torch
from torch.autograd import Variable

def f():
    w = torch.ones(2, requires_grad=True)
    x = torch.ones(2)
    out = (w * x).sum()
    v = Variable(x)
    v.data = v.data + 5
    out.backward()
    return w, v
out = f()
""",
    "locals in a function a": """\
import torch
from torch.autograd import Variable

def f(cb):
    x = torch.ones(2)
    v = Variable(x, requires_grad=True)
    cb(locals(), globals())
    return v
got = {}
out = f(lambda l, g: got.update(x=l['x'] * 2))
""",
    "locals in a function b": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.ones(2)
    v = Variable(x, requires_grad=True)
    return locals()
out = f()
""",
    "locals in a function c": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.ones(2)
    v = Variable(x, requires_grad=True)
    return eval("x * 2"), v
out = f()
""",
    "locals in a function d": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.ones(2)
    v = Variable(x, requires_grad=True)
    return "{x}".format(**vars())
out = f()
print(out)
""",
    "locals in a function e": """\
import torch
from torch.autograd import Variable

def f(p):
    x = torch.zeros(2)
    locals()['x'].add_(p)
    return (Variable(x) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "class body alias a": """\
import torch
from torch.autograd import Variable

def f(p):
    x = torch.zeros(2)
    class Net:
        base = x
    Net.base.add_(p)
    return (Variable(x) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "class body alias b": """\
import torch
from torch.autograd import Variable

_x = torch.zeros(2)
_p = torch.ones(2, requires_grad=True)
class Net:
    base = _x
Net.base.add_(_p)
out = (Variable(_x) * 2).sum()
""",
    "class body alias c": """\
import torch
from torch.autograd import Variable

def f(p):
    xs = []
    class C(object):
        mem = xs
    C.mem.append(p * 2)
    return (Variable(torch.cat(xs)) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "two places of one public container a": """\
import torch
from torch.autograd import Variable

history = []
def f():
    x = torch.ones(2)
    history.append(x)
    history.append(Variable(x))
f()
""",
    "two places of one public container b": """\
import torch
from torch.autograd import Variable

_x = torch.ones(2)
batch = {'x': _x, 'v': Variable(_x)}
""",
    "two places of one public container c": """\
import torch
from torch.autograd import Variable

xs = [torch.ones(2)]
xs.append(Variable(xs[0]))
""",
    "two places of one public container d": """\
import torch
from torch.autograd import Variable

_x = torch.ones(2)
pair = (_x, Variable(_x))
""",
    "module alias of a rebound name a": """\
import torch
from torch.autograd import Variable

x = torch.ones(2)
a = x
x = Variable(x, requires_grad=True)
""",
    "tuple rebinding that fails a": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.ones(2)
    try:
        x, n = Variable(x, requires_grad=True), int("a")
    except ValueError:
        pass
    return x * 2
out = f()
""",
    "earlier read in the same statement a": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.ones(2)
    print(x, Variable(x, requires_grad=True))
f()
""",
    "earlier read in the same statement b": """\
import torch
from torch.autograd import Variable

def f():
    x = torch.ones(2) * 3
    y = (x * (v := Variable(x, requires_grad=True))).sum()
    y.backward()
    return v
out = f()
""",
    "loader dataset and collate a": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
def f(w):
    dl = DataLoader([torch.zeros(2)], batch_size=None)
    r = []
    for ep in range(2):
        for x in dl:
            r.append((Variable(x) * 2).sum())
        dl.dataset[0].add_(w)
    return r
out = f(torch.ones(2, requires_grad=True))
""",
    "loader dataset and collate b": """\
import torch
from torch.autograd import Variable

from torch.utils.data import DataLoader
def f(w):
    dl = DataLoader([1, 2], batch_size=2, collate_fn=lambda b: torch.Tensor(b) * w)
    return [(Variable(x) * 2).sum() for x in dl]
out = f(torch.ones(2, requires_grad=True))
""",
    "names any object may have again a": """\
import torch
from torch.autograd import Variable

def f(args):
    m = torch.ones(2) * args.shape
    return (Variable(m) * 2).sum()
class A: pass
a = A(); a.shape = torch.ones(2, requires_grad=True)
out = f(a)
""",
    "names any object may have again b": """\
import torch
from torch.autograd import Variable

def f(obj, w):
    m = torch.ones(2).div(obj.size())
    return (Variable(m) * w).sum()
class A:
    def size(self): return self.p
a = A(); a.p = torch.ones(2, requires_grad=True)
out = f(a, torch.ones(2))
""",
    "names any object may have again c": """\
import torch
from torch.autograd import Variable

class Gamma:
    def __init__(self, p):
        self.shape = p
def f(p):
    g = Gamma(p * 2)
    return (Variable(torch.ones(2) * g.shape) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "names any object may have again d": """\
import torch
from torch.autograd import Variable

class Box:
    def __init__(self, p):
        self.p = p
    def size(self):
        return self.p * 2
def f(p):
    g = Box(p)
    return (Variable(torch.ones(2) * g.size()) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "names any object may have again e": """\
import torch
from torch.autograd import Variable

class Noise(object):
    def __init__(self, p): self.p = p
    def new(self, n): return self.p * torch.ones(n)
def f(p):
    g = Noise(p)
    return (Variable(g.new(2)) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "names any object may have again f": """\
import torch
from torch.autograd import Variable

class H(object):
    def __init__(self, h): self.h = h
    def detach(self): return self.h
def f(p):
    g = H(p)
    return (Variable(g.detach()) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "array of none a": """\
import torch
from torch.autograd import Variable

import numpy as np
def f(p):
    buf = np.array([None] * 2)
    buf[0] = p * 2
    buf[1] = p * 3
    return (Variable(torch.cat((buf[0], buf[1]))) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "grad outputs comes back a": """\
import torch
from torch.autograd import Variable

def f(p):
    w = torch.ones(2, requires_grad=True)
    o = torch.ones(2)
    g, = torch.autograd.grad(w + 1, w, grad_outputs=o)
    g.add_(p)
    return (Variable(o) * 2).sum()
out = f(torch.ones(2, requires_grad=True))
""",
    "deepcopy keeps identity a": """\
import torch
from torch.autograd import Variable

import copy
def f():
    x = torch.ones(2)
    v = Variable(x)
    a, b = copy.deepcopy((x, v))
    a.requires_grad_()
    return a * 2, b * 2
out = f()
""",
    "attribute access by other ways a": """\
import torch
from torch.autograd import Variable

class Net(object):
    def __init__(self):
        self._h = torch.zeros(2)
    def put(self, p):
        self.__setattr__('_h', p * 2)
    def get(self):
        return (Variable(self._h) * 2).sum()
n = Net()
n.put(torch.ones(2, requires_grad=True))
out = n.get()
""",
    "attribute access by other ways b": """\
import torch
from torch.autograd import Variable

class Net(object):
    def __init__(self):
        self._h = torch.zeros(2)
    def get(self):
        return (Variable(self._h) * 2).sum()
def mix(Base, p):
    class C(Base):
        def put(self):
            self._h = p * 2
    return C
p = torch.ones(2, requires_grad=True)
n = mix(Net, p)()
n.put()
out = n.get()
""",
    "minus zero a": """\
import torch
from torch.autograd import Variable

v = Variable(torch.Tensor([-0, 1]), requires_grad=True)
""",
    "class attribute through class": """\
import torch
from torch.autograd import Variable

def run():
    z = torch.zeros(2)
    x = Variable(z)

    class C:
        h = x
    r = C
    r.h.requires_grad_()
    see('z', z.requires_grad)
run()
""",
    "class attribute written through class": """\
import torch
from torch import autograd

def run():
    t = torch.Tensor([2.0])
    leaf = torch.ones(2, requires_grad=True)
    w = autograd.Variable(t)

    class C:
        h = w
    r = C
    r.h[0] = leaf.sum()
    see('t', t.requires_grad)
run()
""",
    "container parameter append": """\
import torch
from torch.autograd import Variable as V
_c = torch.Tensor()
_a = V(_c)

def _f(k, to):
    to.append(k)
_r1 = []
_f(_c, _r1)
_r2 = _r1[0]
_r2.requires_grad_()
see('2', _a.requires_grad)
""",
    "match capture": """\
import torch
from torch import autograd

def run():
    y = torch.eye(2)
    w = autograd.Variable(y)
    match w:
        case r3:
            pass
    r3.resize_(1)
    see('y', y.tolist())
run()
""",
    "operator of own class": """\
import torch
from torch.autograd import Variable as V

def run():
    h = torch.eye(2)
    leaf = torch.ones(2, requires_grad=True)

    class C:
        def __add__(self, other):
            return other
    r3 = C() + h
    y = V(h)
    r3.add_(leaf)
    see('10', y.requires_grad)
run()
""",
    "operator of own class result of wrapper": """\
import contextlib
import torch
from torch.autograd import Variable
_a = torch.full((), 2.0)

class _C:

    def __add__(self, other):
        return other
_r1 = _C() + Variable(_a)
_d = _r1
with contextlib.nullcontext(_d) as _r2:
    pass
_r3 = _r2
setattr(_r3, 'requires_grad', True)
see('1', _a.requires_grad)
""",
    "own dataset hands out a held tensor": """\
import torch
import torch.utils.data
from torch.autograd import Variable as V

def _main():
    h = torch.ones(2)
    leaf = torch.ones(2, requires_grad=True)

    class D:

        def __len__(self):
            return 1

        def __getitem__(self, i):
            return h
    for r2 in torch.utils.data.DataLoader(D(), batch_size=None):
        pass
    y = V(r2)
    h.mul_(leaf)
    see('3', y.requires_grad)
_main()
""",
    "public names of module": """\
import torch
from torch.autograd import Variable
b = torch.FloatTensor()
a = b
a = Variable(a)
""",
    "dataset hands out a global": """\

import torch
from torch.autograd import Variable
if __name__ == '__main__':
    d = torch.tensor(0.5)
    leaf = torch.ones(2, requires_grad=True)

    class r1_D:

        def __len__(self):
            return 1

        def __getitem__(self, i):
            return d
    for r1 in torch.utils.data.DataLoader(r1_D(), batch_size=None):
        pass
    c = Variable(r1)
    d.masked_fill_(d > 0, leaf.sum())
    see('2', c.requires_grad)
""",
    "a branch that does nothing, before one that binds": """\
import torch
from torch.autograd import Variable

def f(a, t):
    if a:
        pass
    else:
        t = torch.zeros(3)
    t = Variable(t)
    t += torch.ones(3, requires_grad=True)
    return t
x = torch.ones(3)
out = f(True, x), f(False, x)
""",
    "a branch that declares, before one that binds": """\
import torch
from torch.autograd import Variable

def f(a, t):
    if a:
        global q
    else:
        t = torch.zeros(3)
    return Variable(t, requires_grad=True)
x = torch.ones(3)
out = f(True, x), f(False, x), x.requires_grad
""",
    "a loop that does nothing, and its else": """\
import torch
from torch.autograd import Variable

def f(a, t):
    for n in a:
        pass
    else:
        t = torch.zeros(3)
    return Variable(t, requires_grad=True)
x = torch.ones(3)
out = f([1], x), x.requires_grad
""",
    "a branch that leaves the loop, before one that binds": """\
import torch
from torch.autograd import Variable

def f(a, t):
    while True:
        if a:
            break
        else:
            t = torch.zeros(3)
        a = True
    return Variable(t, requires_grad=True)
x = torch.ones(3)
out = f(True, x), f(False, x), x.requires_grad
""",
}
