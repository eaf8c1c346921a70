"""Programs that refuted what was said of modules once: which functions of the file a call runs."""

from __future__ import annotations

REFUTED: dict[str, str] = {
    "a method of the class calls self, a subclass computes otherwise": """\
import torch
from torch.autograd import Variable
from torch import nn
class Base(nn.Module):
    def forward(self, x):
        return torch.sigmoid(x)
    def predict(self):
        x = torch.ones(1, 2)
        y = self(Variable(x)).sum().item()
        return y, (x * 2).requires_grad
class Saliency(Base):
    def forward(self, x):
        x.requires_grad = True
        return torch.sigmoid(x)
r = Saliency().predict()
""",
    "a subclass in another file computes otherwise": """\
import torch
from torch.autograd import Variable
from base import Base
class Saliency(Base):
    def forward(self, x):
        x.requires_grad = True
        return torch.sigmoid(x)
r = Saliency().predict()
## file base.py
import torch
from torch import nn
from torch.autograd import Variable
class Base(nn.Module):
    def forward(self, x):
        return torch.sigmoid(x)
    def predict(self):
        x = torch.ones(1, 2)
        y = self.forward(Variable(x)).sum().item()
        return y, (x * 2).requires_grad
""",
    "a subclass puts another loss into the attribute": """\
import torch
from torch.autograd import Variable
from torch import nn
def gp(x, y):
    x.requires_grad = True
    return ((x - y) ** 2).sum()
class Trainer(object):
    def __init__(self):
        self.loss = nn.MSELoss()
    def step(self):
        x = torch.ones(2)
        l = self.loss(Variable(x), torch.zeros(2)).item()
        return (x * 2).requires_grad, l
class GP(Trainer):
    def __init__(self):
        self.loss = gp
r = GP().step()
""",
    "a model given as argument is of a class of the file": """\
import torch
from torch.autograd import Variable
from torch import nn
import torch.nn.functional as F
class Net(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return F.log_softmax(x, 1)
def test(model):
    model.eval()
    x = torch.ones(3, 2)
    out = model(Variable(x))
    return x.numpy().sum() + float(out.sum())
r = test(Net())
""",
    "a model given as argument changes its input in place": """\
import torch
from torch.autograd import Variable
from torch import nn
import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.bias = nn.Parameter(torch.ones(2))
    def forward(self, x):
        x *= self.bias
        return F.log_softmax(x, 1)
def train(model):
    model.train()
    x = torch.ones(3, 2)
    for epoch in range(2):
        loss = model(Variable(x))[:, 0].sum()
        loss.backward()
    return float(loss)
net = Net()
r = train(net)
""",
    "a model loaded, or else made here": """\
import torch
from torch.autograd import Variable
from torch import nn
import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.bias = nn.Parameter(torch.ones(2))
    def forward(self, x):
        x += self.bias
        return F.log_softmax(x, 1)
def main(resume=None):
    if resume:
        net = torch.load(resume)
    else:
        net = Net()
    net.train()
    x = torch.ones(3, 2)
    for epoch in range(2):
        net(Variable(x))[:, 0].sum().backward()
main()
""",
    "another forward for the class": """\
import torch
from torch.autograd import Variable
from torch import nn
class Net(nn.Module):
    def forward(self, x):
        return torch.sigmoid(x)
def forward(self, x):
    x.requires_grad = True
    return torch.sigmoid(x)
Net.forward = forward
def f():
    net = Net()
    x = torch.ones(2)
    y = net(Variable(x))
    return (x * 2).requires_grad
r = f()
""",
    "another layer for the instance": """\
import torch
from torch.autograd import Variable
from torch import nn
class Keep(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return torch.sigmoid(x)
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.first = nn.Sigmoid()
    def forward(self, x):
        return self.first(x).sum()
def f():
    net = Net()
    net.first = Keep()
    x = torch.ones(2)
    y = net(Variable(x))
    return (x * 2).requires_grad
r = f()
""",
    "what has parameters and is called, but is no module": """\
import torch
from torch.autograd import Variable
from torch import nn
class Agent(object):
    def __init__(self):
        self.net = nn.Linear(2, 2)
        self.seen = []
    def parameters(self):
        return self.net.parameters()
    def __call__(self, x):
        x.requires_grad = True
        return self.net(x).sum()
def run(agent):
    opt = torch.optim.SGD(agent.parameters(), lr=0.1)
    x = torch.ones(2)
    agent(Variable(x)).backward()
    opt.step()
    return (x * 2).requires_grad
r = run(Agent())
""",
    "another layer by setattr": """\
import torch
from torch.autograd import Variable
from torch import nn
class Keep(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return x * 2
def f():
    net = nn.Sequential()
    net.add = 1
    net2 = nn.ModuleDict({'a': nn.ReLU()})
    seq = nn.Sequential(nn.Linear(2, 2))
    setattr(seq, '0', Keep())
    x = torch.ones(2)
    y = seq(Variable(x))
    return (x * 2).requires_grad
r = f()
""",
    "another layer in the dictionary of modules": """\
import torch
from torch.autograd import Variable
from torch import nn
class Keep(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return x * 2
def f():
    seq = nn.Sequential(nn.Linear(2, 2))
    seq._modules['0'] = Keep()
    x = torch.ones(2)
    y = seq(Variable(x))
    return (x * 2).requires_grad
r = f()
""",
    "a base method runs the forward of the file's class": """\
import torch
from torch.autograd import Variable
from torch import nn
import torch.nn.functional as F
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.bias = nn.Parameter(torch.ones(2))
    def forward(self, x):
        x += self.bias
        return F.log_softmax(x, 1)
def train(model):
    model.train()
    x = torch.ones(3, 2)
    for epoch in range(2):
        loss = model(Variable(x))[:, 0].sum()
        loss.backward()
    return float(loss)
r = train(Net())
""",
    "an agent that inherits its parameters is called": """\
import torch
from torch.autograd import Variable
from torch import nn
class Base(object):
    def __init__(self):
        self.net = nn.Linear(2, 2)
    def parameters(self):
        return self.net.parameters()
class Agent(Base):
    def __call__(self, x):
        x.requires_grad = True
        return self.net(x).sum()
def run(agent):
    opt = torch.optim.SGD(agent.parameters(), lr=0.1)
    x = torch.ones(2)
    agent(Variable(x)).backward()
    return (x * 2).requires_grad
r = run(Agent())
""",
    "an agent that hands its parameters on is called": """\
import torch
from torch.autograd import Variable
from torch import nn
class Wrapper(object):
    def __init__(self, net):
        self.net = net
    def __getattr__(self, name):
        return getattr(self.net, name)
    def __call__(self, x):
        x.requires_grad = True
        return self.net(x).sum()
def run(agent):
    opt = torch.optim.SGD(agent.parameters(), lr=0.1)
    x = torch.ones(2)
    agent(Variable(x)).backward()
    return (x * 2).requires_grad
r = run(Wrapper(nn.Linear(2, 2)))
""",
    "a module of another file makes its input a leaf": """\
import torch
from torch.autograd import Variable
from nets import Net
def go():
    net = Net()
    net.eval()
    x = torch.ones(2)
    s = net(Variable(x)).sum().item()
    return (x * 2).requires_grad, s
r = go()
## file nets.py
import torch
from torch import nn
class Net(nn.Module):
    def forward(self, x):
        x.requires_grad = True
        return torch.sigmoid(x)
""",
    "an agent of another file keeps its input": """\
import torch
from torch.autograd import Variable
from agent import Agent
def go():
    agent = Agent()
    agent.train()
    x = torch.ones(2)
    agent(Variable(x))
    agent.learn()
    return (x * 2).requires_grad
r = go()
## file agent.py
import torch
class Agent(object):
    def __init__(self):
        self.states = []
        self.training = False
    def train(self):
        self.training = True
    def __call__(self, s):
        self.states.append(s)
        return 0
    def learn(self):
        for s in self.states:
            s.requires_grad = True
            (s ** 2).sum().backward()
""",
}
