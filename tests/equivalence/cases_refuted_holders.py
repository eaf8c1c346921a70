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
}
