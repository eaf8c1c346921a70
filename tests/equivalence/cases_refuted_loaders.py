"""Programs that refuted what was said of DataLoaders and of what they give once."""

from __future__ import annotations

REFUTED: dict[str, str] = {
    "another file gives the method another loader": """\
import torch
from torch.autograd import Variable
from trainer import Trainer
w = torch.ones(2, requires_grad=True)
t = Trainer()
r = t.fit([(w * 2, 1)])
t.main()
## file trainer.py
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
class Trainer(object):
    def fit(self, loader):
        total = 0
        for x, y in loader:
            total = total + (Variable(x) * 2).sum()
        return total
    def main(self):
        ds = TensorDataset(torch.ones(2, 2), torch.ones(2))
        return self.fit(DataLoader(ds))
""",
    "the method is taken as a value": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
class Trainer(object):
    def fit(self, loader):
        total = 0
        for x, y in loader:
            total = total + (Variable(x) * 2).sum()
        return total
w = torch.ones(2, requires_grad=True)
t = Trainer()
t.fit(DataLoader(TensorDataset(torch.ones(2, 2), torch.ones(2))))
fit = t.fit
r = fit([(w * 2, 1)])
""",
    "the method is mapped": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
class Trainer(object):
    def fit(self, loader):
        total = 0
        for x, y in loader:
            total = total + (Variable(x) * 2).sum()
        return total
w = torch.ones(2, requires_grad=True)
t = Trainer()
t.fit(DataLoader(TensorDataset(torch.ones(2, 2), torch.ones(2))))
r = list(map(t.fit, [[(w * 2, 1)]]))
""",
    "the constructor is called again": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
class Trainer(object):
    def __init__(self, loader):
        self.total = 0
        for x, y in loader:
            self.total = self.total + (Variable(x) * 2).sum()
    def again(self):
        self.__init__(DataLoader(TensorDataset(torch.ones(2, 2), torch.ones(2))))
w = torch.ones(2, requires_grad=True)
t = Trainer([(w * 2, 1)])
r = t.total
t.again()
""",
    "the seventh argument collates": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader
emb = torch.nn.Embedding(4, 2)
def collate(items):
    return emb(torch.LongTensor(items))
def f():
    total = 0
    for x in DataLoader([0, 1, 2, 3], 2, False, None, None, 0, collate):
        total = total + (Variable(x) * 2).sum()
    return total
r = f()
""",
    "a part of a list is the dataset": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader
enc = torch.nn.Linear(2, 2)
def f():
    data = []
    for i in range(4):
        data.append((enc(torch.ones(2)), i))
    total = 0
    for x, y in DataLoader(data[1:], batch_size=2):
        total = total + (Variable(x) * 2).sum()
    return total
r = f()
""",
    "an attribute is the dataset": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader
enc = torch.nn.Linear(2, 2)
class T(object):
    def __init__(self):
        self._data = []
        for i in range(4):
            self._data.append((enc(torch.ones(2)), i))
    def run(self):
        total = 0
        for x, y in DataLoader(self._data, batch_size=2):
            total = total + (Variable(x) * 2).sum()
        return total
r = T().run()
""",
    "a zip is the dataset": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader
enc = torch.nn.Linear(2, 2)
def f():
    feats = enc(torch.ones(4, 2))
    total = 0
    for x, y in DataLoader(list(zip(feats, range(4))), batch_size=2):
        total = total + (Variable(x) * 2).sum()
    return total
r = f()
""",
    "one of two parts is the dataset": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset, random_split
enc = torch.nn.Linear(2, 2)
def f():
    a, b = random_split(TensorDataset(enc(torch.ones(4, 2)), torch.ones(4)), [2, 2])
    total = 0
    for x, y in DataLoader(a, batch_size=2):
        total = total + (Variable(x) * 2).sum()
    return total
r = f()
""",
    "a list or another is the dataset": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
enc = torch.nn.Linear(2, 2)
def f(small=False):
    train = TensorDataset(enc(torch.ones(4, 2)), torch.ones(4))
    total = 0
    for x, y in DataLoader(train if not small else [], batch_size=2):
        total = total + (Variable(x) * 2).sum()
    return total
r = f()
""",
    "the dataset runs a net": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, Dataset
class Feats(Dataset):
    def __init__(self, net, n):
        self.net = net
        self.n = n
    def __getitem__(self, i):
        return self.net(torch.ones(2) * i)
    def __len__(self):
        return self.n
def f():
    total = 0
    for x in DataLoader(Feats(torch.nn.Linear(2, 2), 4), batch_size=2):
        total = total + (Variable(x) * 2).sum()
    return total
r = f()
""",
    "a lambda of the dataset multiplies by a weight": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, Dataset
class Feats(Dataset):
    def __init__(self, xs, transform):
        self.xs = xs
        self.transform = transform
    def __getitem__(self, i):
        return self.transform(self.xs[i])
    def __len__(self):
        return len(self.xs)
def f(w):
    total = 0
    for x in DataLoader(Feats(torch.ones(4, 2), transform=lambda t: t * w), batch_size=2):
        total = total + (Variable(x) * 2).sum()
    return total
r = f(torch.ones(2, requires_grad=True))
""",
    "a helper makes the dataset": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
enc = torch.nn.Linear(2, 2)
def dataset():
    return TensorDataset(enc(torch.ones(2, 2)), torch.ones(2))
def fit():
    total = 0
    for x, y in DataLoader(dataset()):
        total = total + (Variable(x) * 2).sum()
    return total
r = fit()
""",
    "the tensor is the dataset": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader
enc = torch.nn.Linear(2, 2)
def fit():
    feats = enc(torch.ones(4, 2))
    total = 0
    for x in DataLoader(feats, batch_size=2):
        total = total + (Variable(x) * 2).sum()
    return total
r = fit()
""",
    "a method makes the dataset": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
class T(object):
    def __init__(self):
        self.enc = torch.nn.Linear(2, 2)
    def data(self):
        return TensorDataset(self.enc(torch.ones(2, 2)), torch.ones(2))
    def fit(self):
        total = 0
        for x, y in DataLoader(self.data()):
            total = total + (Variable(x) * 2).sum()
        return total
r = T().fit()
""",
    "a class before it in the order of bases makes the loader": """\
import torch
from torch.autograd import Variable
from mixin import Fake
from torch.utils.data import DataLoader, TensorDataset
class Trainer(object):
    def loader(self):
        return DataLoader(TensorDataset(torch.ones(2, 2), torch.ones(2)))
    def fit(self):
        total = 0
        for x, y in self.loader():
            total = total + (Variable(x) * 2).sum()
        return total
class T2(Fake, Trainer):
    pass
r = T2().fit()
## file mixin.py
import torch
w = torch.ones(2, requires_grad=True)
class Fake(object):
    def loader(self):
        return [(w * 2, 1)]
""",
    "the method is put into the dictionary of the object": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader, TensorDataset
w = torch.ones(2, requires_grad=True)
class Trainer(object):
    def __init__(self, **kw):
        self.__dict__.update(kw)
    def loader(self):
        return DataLoader(TensorDataset(torch.ones(2, 2), torch.ones(2)))
    def fit(self):
        total = 0
        for x, y in self.loader():
            total = total + (Variable(x) * 2).sum()
        return total
r = Trainer(loader=lambda: [(w * 2, 1)]).fit()
""",
    "the default of next": """\
import torch
from torch.autograd import Variable
w = torch.ones(2, requires_grad=True)
def f(w):
    pairs = iter([(torch.zeros(2), 1)])
    total = 0
    for i in range(2):
        x, y = next(pairs, (w * 2, 0))
        total = total + (Variable(x) * 2).sum()
    return total
r = f(w)
""",
    "texts in a batch": """\
import torch
from torch.autograd import Variable
from torch.utils.data import DataLoader
def f():
    out = []
    for name, x in DataLoader([('a', torch.ones(2)), ('b', torch.ones(2))], batch_size=2):
        try:
            name = Variable(name)
        except TypeError:
            name = None
        out.append((name, Variable(x).sum().item()))
    return out
r = f()
""",
}
