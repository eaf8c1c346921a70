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
}
