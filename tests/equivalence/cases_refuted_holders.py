"""Programs that refuted what was said of holders once: who may still find a tensor, and change it."""

from __future__ import annotations

REFUTED: dict[str, str] = {
    "a subclass in another file writes into a private attribute": """\
import torch
from torch.autograd import Variable
from base import Base
w = torch.ones(2, requires_grad=True)
class Sub(Base):
    def boost(self, w):
        self._state.add_(w)
s = Sub()
s.boost(w)
r = s.step()
## file base.py
import torch
from torch.autograd import Variable
class Base(object):
    def __init__(self):
        self._state = torch.zeros(2)
    def step(self):
        h = Variable(self._state)
        return (h * 2).sum()
""",
    "a subclass in another file writes into an element": """\
import torch
from torch.autograd import Variable
from base import Base
w = torch.ones(2, requires_grad=True)
class Sub(Base):
    def boost(self, w):
        self._state[0] = w[0]
s = Sub()
s.boost(w)
r = s.step()
## file base.py
import torch
from torch.autograd import Variable
class Base(object):
    def __init__(self):
        self._state = torch.zeros(2)
    def step(self):
        h = Variable(self._state)
        return (h * 2).sum()
""",
    "a subclass in another file makes a private attribute a leaf": """\
import torch
from torch.autograd import Variable
from base import Base
class Sub(Base):
    def look(self):
        return self._state.requires_grad_()
s = Sub()
s.look()
r = s.step()
## file base.py
import torch
from torch.autograd import Variable
class Base(object):
    def __init__(self):
        self._state = torch.zeros(2)
    def step(self):
        h = Variable(self._state)
        return (h * 2).sum()
""",
    "a subclass in another file fills a private list": """\
import torch
from torch.autograd import Variable
from base import Base
w = torch.ones(2, requires_grad=True)
class Sub(Base):
    def remember(self, w):
        self._hs.append(w * 2)
s = Sub()
s.remember(w)
r = s.step()
## file base.py
import torch
from torch.autograd import Variable
class Base(object):
    def __init__(self):
        self._hs = [torch.zeros(2)]
    def step(self):
        h = Variable(self._hs[-1])
        return (h * 2).sum()
""",
    "another file fills a private list": """\
import torch
from torch.autograd import Variable
import base
w = torch.ones(2, requires_grad=True)
agents = [cls() for cls in (base.Base,)]
agents[0]._hs.append(w * 2)
r = agents[0].step()
## file base.py
import torch
from torch.autograd import Variable
class Base(object):
    def __init__(self):
        self._hs = [torch.zeros(2)]
    def step(self):
        h = Variable(self._hs[-1])
        return (h * 2).sum()
""",
    "another file goes through a private list": """\
import torch
from torch.autograd import Variable
from base import Base
s = Base()
for h in s._hs:
    h.requires_grad_()
r = s.step()
## file base.py
import torch
from torch.autograd import Variable
class Base(object):
    def __init__(self):
        self._hs = [torch.zeros(2)]
    def step(self):
        h = Variable(self._hs[-1])
        return (h * 2).sum()
""",
    "another file writes into a private attribute": """\
import torch
from torch.autograd import Variable
import base
w = torch.ones(2, requires_grad=True)
s = base.Base()
s._state.add_(w)
r = s.step()
## file base.py
import torch
from torch.autograd import Variable
class Base(object):
    def __init__(self):
        self._state = torch.zeros(2)
    def step(self):
        h = Variable(self._state)
        return (h * 2).sum()
""",
    "a list under a key is added to": """\
import torch
from torch.autograd import Variable
from collections import defaultdict
def f():
    kept = defaultdict(list)
    x = torch.ones(2)
    kept['a'] += [x]
    w = Variable(x, requires_grad=True)
    (w * 2).sum().backward()
    return kept['a'][0].requires_grad
r = f()
""",
    "a list in an attribute is added to": """\
import torch
from torch.autograd import Variable
class Store(object):
    xs = []
store = Store()
def f():
    x = torch.ones(2)
    store.xs += [x]
    w = Variable(x, requires_grad=True)
    (w * 2).sum().backward()
f()
r = store.xs[0].requires_grad
""",
    "a list under a key is added to, and made leaves": """\
import torch
from torch.autograd import Variable
def f():
    groups = {'a': []}
    x = torch.ones(2)
    groups['a'] += [Variable(x)]
    for t in groups['a']:
        t.requires_grad = True
    return (x * 2).requires_grad
r = f()
""",
    "a list in an attribute is added to, and made leaves": """\
import torch
from torch.autograd import Variable
class Store(object):
    def __init__(self):
        self.xs = []
def f(store):
    x = torch.ones(2)
    store.xs += [Variable(x)]
    for t in store.xs:
        t.requires_grad = True
    return (x * 2).requires_grad
r = f(Store())
""",
    "a set holds it": """\
import torch
from torch.autograd import Variable
def f():
    x = torch.ones(2)
    seen = {x}
    x = Variable(x, requires_grad=True)
    (x * 2).sum().backward()
    return [t.requires_grad for t in seen], x
r = f()
""",
    "a dictionary holds it as a key": """\
import torch
from torch.autograd import Variable
def f():
    x = torch.ones(2)
    names = {x: 'x'}
    w = Variable(x, requires_grad=True)
    (w * 2).sum().backward()
    return [t.requires_grad for t in names], w
r = f()
""",
    "a counter holds it as a key": """\
import torch
from torch.autograd import Variable
from collections import Counter
def f():
    state = Counter()
    x = torch.ones(2)
    state[x] += 1
    x = Variable(x, requires_grad=True)
    return [t.requires_grad for t in state]
r = f()
""",
    "a defaultdict holds it as a key": """\
import torch
from torch.autograd import Variable
from collections import defaultdict
def f():
    state = defaultdict(dict)
    x = torch.ones(2)
    state[x]['m'] = 1
    x = Variable(x, requires_grad=True)
    return [t.requires_grad for t in state]
r = f()
""",
    "a public global of a private one": """\
import torch
from torch.autograd import Variable
import base
base.G.requires_grad_()
r = base.f()
## file base.py
import torch
from torch.autograd import Variable
_x = torch.ones(2)
G = Variable(_x)
def f():
    return (_x * 2).requires_grad
""",
    "a global set in a function": """\
import torch
from torch.autograd import Variable
import base
base.load()
base.G.requires_grad_()
r = base.f()
## file base.py
import torch
from torch.autograd import Variable
_x = torch.ones(2)
G = None
def load():
    global G
    G = Variable(_x)
def f():
    return (_x * 2).requires_grad
""",
    "a global and a closure": """\
import torch
from torch.autograd import Variable
import base
look = base.make()
base.G.requires_grad_()
r = look()
## file base.py
import torch
from torch.autograd import Variable
G = None
def make():
    global G
    x = torch.ones(2)
    def look():
        return (x * 2).requires_grad
    G = Variable(x)
    return look
""",
    "a class two files down writes into a private attribute": """\
import torch
from torch.autograd import Variable
from mid import Mid
class Leaf(Mid):
    def boost(self, w):
        self._state.add_(w)
s = Leaf()
s.boost(torch.ones(2, requires_grad=True))
r = s.step()
## file mid.py
from base import Base
class Mid(Base):
    pass
## file base.py
import torch
from torch.autograd import Variable
class Base(object):
    def __init__(self):
        self._state = torch.zeros(2)
    def step(self):
        h = Variable(self._state)
        return (h * 2).sum()
""",
    "a class beside it writes into a private attribute": """\
import torch
from torch.autograd import Variable
from base import Base
from boost import Boost
class Agent(Boost, Base):
    pass
s = Agent()
s.boost(torch.ones(2, requires_grad=True))
r = s.step()
## file boost.py
class Boost(object):
    def boost(self, w):
        self._state.add_(w)
## file base.py
import torch
from torch.autograd import Variable
class Base(object):
    def __init__(self):
        self._state = torch.zeros(2)
    def step(self):
        h = Variable(self._state)
        return (h * 2).sum()
""",
    "an attribute found by a text": """\
import torch
from torch.autograd import Variable
import operator
class A(object):
    def __init__(self):
        self._h = torch.zeros(2)
    def go(self):
        return (Variable(self._h) * 2).sum()
a = A()
operator.attrgetter('_h')(a).requires_grad_()
r = a.go()
""",
}
