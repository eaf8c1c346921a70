"""Programs that refuted what was said of values once: what an expression gives, and of whom."""

from __future__ import annotations

REFUTED: dict[str, str] = {
    "a buffer has a method of that name": """\
import torch
from torch.autograd import Variable
from buf import remember
class Memory(object):
    def __init__(self):
        self.items = []
    def add(self, x):
        self.items.append(x)
memory = Memory()
def f():
    x = torch.ones(2)
    remember(memory, x)
    w = Variable(x, requires_grad=True)
    return (w * 2).sum()
f().backward()
flags = [t.requires_grad for t in memory.items]
## file buf.py
def remember(memory, x):
    memory.add(x)
    return x.size(0)
""",
    "a queue has a method of that name": """\
import torch
from torch.autograd import Variable
import queue
from buf import send
q = queue.Queue()
def f():
    x = torch.ones(2)
    n = send(q, x)
    w = Variable(x, requires_grad=True)
    (w * 2).sum().backward()
    return n
f()
got = q.get()
## file buf.py
def send(q, x):
    q.put(x)
    return x.size(0)
""",
    "the buffer stands in a list": """\
import torch
from torch.autograd import Variable
from util import make
a = make()
b = make()
## file util.py
import torch
from torch.autograd import Variable
class Log(object):
    def __init__(self):
        self.xs = []
    def add(self, x):
        self.xs.append(x)
LOGS = [Log()]
def fresh():
    t = torch.zeros(2)
    LOGS[0].add(t)
    return t
def make():
    w = Variable(fresh(), requires_grad=True)
    return [t.requires_grad for t in LOGS[0].xs]
""",
    "the buffer stands in a dictionary": """\
import torch
from torch.autograd import Variable
class Log(object):
    def __init__(self):
        self.xs = []
    def add(self, x):
        self.xs.append(x)
LOGS = {'a': Log()}
def fresh():
    t = torch.zeros(2)
    log = LOGS['a']
    log.add(t)
    return t
def make():
    w = Variable(fresh(), requires_grad=True)
    return [t.requires_grad for t in LOGS['a'].xs]
r = make()
""",
    "the size was that of another object": """\
import torch
from torch.autograd import Variable
from torch.nn.utils.rnn import pack_padded_sequence
def f(x, w):
    for i in range(2):
        n = x.size(0)
        if i == 1:
            x = pack_padded_sequence(x * w, [n])
        v = Variable(x.data)
    return v
w = torch.ones(1, requires_grad=True)
r = f(torch.ones(3, 1, 1), w)
""",
    "the size is asked for at the end of a chain": """\
import torch
from torch.autograd import Variable
from torch.nn.utils.rnn import pack_padded_sequence
def f(x, n):
    ok = 0 < n <= x.size(0)
    v = Variable(x.data)
    return v, ok
w = torch.ones(1, requires_grad=True)
a = f(torch.ones(3, 1, 1), 1)
r = f(pack_padded_sequence(torch.ones(3, 1, 1) * w, [3]), 0)
""",
    "a class of the file has slices with data": """\
import torch
from torch.autograd import Variable
class Chunk(object):
    def __init__(self, data):
        self.data = data
    def __getitem__(self, i):
        return Chunk(self.data[i])
w = torch.ones(4, requires_grad=True)
def f(chunk):
    return Variable(chunk[0:2].data)
r = f(Chunk(w * 2))
""",
    "a view that going through a tensor gives": """\
import torch
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
def f(w):
    v = Variable(next(iter(torch.zeros(3, 2))))
    v += w
    return v
r = f(w)
""",
    "a view that a list of a tensor gives": """\
import torch
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
def f(w):
    v = Variable(list(torch.zeros(3, 2))[0])
    v += w
    return v
r = f(w)
""",
    "an array of objects": """\
import torch
from torch.autograd import Variable
import numpy as np
from util import pack
def f():
    x = torch.ones(2)
    arr = pack(x)
    w = Variable(x, requires_grad=True)
    return arr[0].requires_grad
r = f()
## file util.py
import numpy as np
def pack(x):
    arr = np.empty(2, object)
    arr[0] = x
    return arr
""",
    "an array of objects by another name": """\
import torch
from torch.autograd import Variable
import numpy as np
def f(w):
    kind = object
    arr = np.empty(2, dtype=kind)
    arr[0] = w * 2
    v = Variable(torch.zeros(2) + arr[0])
    return (v * 2).sum()
r = f(torch.ones(2, requires_grad=True))
""",
    "random numbers around a tensor": """\
import torch
from torch.autograd import Variable
import random
def f(mu, std):
    noise = torch.ones(2) * random.gauss(mu, std)
    v = Variable(noise)
    return (v * 2).sum()
r = f(torch.tensor(1.0, requires_grad=True), torch.tensor(2.0, requires_grad=True))
""",
    "random numbers up to a tensor": """\
import torch
from torch.autograd import Variable
import random
def f(lo, hi):
    x = torch.zeros(2)
    x.fill_(random.uniform(lo, hi))
    v = Variable(torch.ones(2) * random.uniform(lo, hi))
    return (v * 2).sum()
r = f(torch.tensor(1.0, requires_grad=True), 2.0)
""",
    "a product of tensors": """\
import torch
from torch.autograd import Variable
import math
def f(ws):
    v = Variable(torch.ones(2) * math.prod(ws))
    return (v * 2).sum()
r = f([torch.tensor(1.0, requires_grad=True), torch.tensor(2.0, requires_grad=True)])
""",
    "a later star import overrides": """\
import torch
from torch.autograd import Variable
from pkg import fresh
def f():
    x = torch.ones(2)
    y = fresh(x)
    w = Variable(y, requires_grad=True)
    return (x * 2).requires_grad
r = f()
## file pkg/__init__.py
from .util import fresh
from .fast import *
## file pkg/util.py
def fresh(x):
    return x.clone()
## file pkg/fast.py
def fresh(x):
    return x
""",
    "a function replaced by update": """\
import torch
from torch.autograd import Variable
import setup_
import util
def f():
    x = torch.ones(2)
    y = util.fresh(x)
    w = Variable(y, requires_grad=True)
    return (x * 2).requires_grad
r = f()
## file util.py
def fresh(x):
    return x.clone()
## file setup_.py
import util
def _same(x):
    return x
util.__dict__.update(fresh=_same)
""",
    "a function replaced by patch.multiple": """\
import torch
from torch.autograd import Variable
from unittest import mock
import util
def f():
    x = torch.ones(2)
    with mock.patch.multiple('util', fresh=lambda x: x):
        y = util.fresh(x)
        w = Variable(y, requires_grad=True)
    return (x * 2).requires_grad
r = f()
## file util.py
def fresh(x):
    return x.clone()
""",
    "a class of another file has size and data": """\
import torch
from torch.autograd import Variable
from batch import Batch
def f(b):
    n = b.size(0)
    return Variable(b.data), n
r = f(Batch(torch.ones(2, requires_grad=True) * 2))
## file batch.py
class Batch(object):
    def __init__(self, data):
        self.data = data
    def size(self, d):
        return self.data.size(d)
""",
    "a class of another file compares": """\
import torch
from torch.autograd import Variable
from soft import Soft
def f(a, b):
    return Variable((a > b).float())
r = f(Soft(torch.ones(2, requires_grad=True)), 0)
## file soft.py
import torch
class Soft(object):
    def __init__(self, t):
        self.t = t
    def __gt__(self, other):
        return torch.sigmoid(self.t - other)
""",
    "a class of another file gathers": """\
import torch
from torch.autograd import Variable
from col import Collector
def f(c):
    x = torch.ones(2)
    c.gather(Variable(x))
    c.make_trainable()
    return (x * 2).requires_grad
r = f(Collector())
## file col.py
class Collector(object):
    def __init__(self):
        self.xs = []
    def gather(self, x):
        self.xs.append(x)
    def make_trainable(self):
        for x in self.xs:
            x.requires_grad = True
""",
    "a stream takes it in another file": """\
import torch
from torch.autograd import Variable
from util import keep
from log import LOG
def f():
    x = torch.ones(2)
    keep(x)
    w = Variable(x, requires_grad=True)
    return LOG.x.requires_grad
r = f()
## file util.py
from log import LOG
def keep(x):
    LOG << x
    return x.size(0)
## file log.py
class Log(object):
    def __lshift__(self, x):
        self.x = x
        return self
LOG = Log()
""",
    "a parameter is a stream": """\
import torch
from torch.autograd import Variable
from util import keep
from log import Log
def f():
    log = Log()
    x = torch.ones(2)
    keep(log, x)
    w = Variable(x, requires_grad=True)
    return log.x.requires_grad
r = f()
## file util.py
def keep(log, x):
    log << x
    return x.size(0)
## file log.py
class Log(object):
    def __lshift__(self, x):
        self.x = x
        return self
""",
    "a class compares itself in another file": """\
import torch
from torch.autograd import Variable
from util import keep
from log import Log
def f():
    log = Log()
    x = torch.ones(2)
    keep(log, x)
    w = Variable(x, requires_grad=True)
    return log.x.requires_grad
r = f()
## file util.py
def keep(log, x):
    ok = log > x
    return x.size(0)
## file log.py
class Log(object):
    def __gt__(self, x):
        self.x = x
        return True
""",
    "a view made under the pause of another file": """\
import torch
from helper import make
w = torch.ones(2, 2, requires_grad=True)
with torch.no_grad():
    v = make()
v += w
## file helper.py
import torch
from torch.autograd import Variable
def make():
    return Variable(torch.zeros(4).view(2, 2))
""",
}
