"""Programs for which one check alone keeps a region from being put wrongly.

`test_volatile_checks.py` takes each check away; then one of these (or of the other cases) goes
wrong.
"""

from __future__ import annotations

from cases_volatile import case, either, kept

# All of a function goes without a graph.
_WHOLE = ("@torch.no_grad()\ndef test(",)

# Another file of a program, in which something differentiates that does not look like it.
_TRAINER = {
    "trainer.py": """
    import torch

    class Trainer:
        def __init__(self, net):
            self.net = net

        def train(self, loader):
            for x, y in loader:
                loss = self.net(x).sum()
                loss.backward()
    """
}

CALLS = [
    either(
        "checks/a function in the place of a model adapts itself",
        """
        def adapted(x):
            loss = criterion(net(batches[0][0]), batches[0][1])
            loss.backward()
            return net(x)

        def evaluate(model, x):
            out = model(Variable(x, volatile=True))
            return out.max(1)[1]

        best = evaluate(adapted, torch.ones(1, 2))
        grad = net.weight.grad
        """,
        note="`model` stands for a function of the file that differentiates",
    ),
    case(
        "checks/a trainer of another file trains in each round",
        """
        from trainer import Trainer

        def run(solver, x, loader):
            right = 0
            for epoch in range(3):
                solver.train(loader)
                out = net(Variable(x, volatile=True))
                right += out.max(1)[1].item()
            return right

        right = run(Trainer(net), torch.ones(1, 2), batches)
        """,
        files=_TRAINER,
        note="`train` of a trainer is a run of training, no mode",
    ),
    case(
        "checks/a function that is handed on keeps what it computes",
        """
        kept = []

        def score(i):
            loss = criterion(net(batches[i][0]), batches[i][1])
            kept.append(loss)
            return loss.item()

        def rank(x):
            v = Variable(x, volatile=True)
            before = net(v)
            best = max(range(3), key=score)
            after = net(v)
            return best, (after - before).abs().max().item()

        best = rank(torch.ones(1, 2))
        sum(kept).backward()
        """,
        note="`max` calls `score`, whose losses are differentiated",
    ),
    case(
        "checks/a model is scored by a lambda between two evaluations",
        """
        kept = []

        def rank(x):
            v = Variable(x, volatile=True)
            before = net(v)
            best = min(range(3), key=lambda i: kept.append(net(batches[i][0]).sum()) or i)
            after = net(v)
            return best, (after - before).abs().max().item()

        best = rank(torch.ones(1, 2))
        sum(kept).backward()
        """,
        note="`min` calls the lambda, whose losses are differentiated",
    ),
]

ITERATIONS = [
    case(
        "checks/a generator that is made before the loop keeps its codes",
        """
        codes = []

        def encoded():
            for x, _ in batches:
                code = net(x)
                codes.append(code)
                yield code.data

        def test():
            n = 0
            stream = encoded()
            for code in stream:
                out = head(Variable(code, volatile=True))
                n += out.size(0)
            return n

        n = test()
        sum(code.sum() for code in codes).backward()
        """,
        note="each round of the loop runs a piece of the generator, which records",
    ),
    case(
        "checks/a list of a generator that keeps its codes",
        """
        codes = []

        def encoded():
            for x, _ in batches:
                code = net(x)
                codes.append(code)
                yield code.data

        def test():
            n = 0
            stream = encoded()
            for i, code in enumerate(list(stream)):
                out = head(Variable(code, volatile=True))
                n += out.size(0) * i
            return n

        n = test()
        sum(code.sum() for code in codes).backward()
        """,
        note="`list` runs the generator, which records",
    ),
    case(
        "checks/rows of a leaf of the function",
        """
        def test():
            n = 0
            w = torch.ones(2, 2, requires_grad=True)
            for row in w:
                out = head(Variable(row.data, volatile=True))
                n += out.size(0)
            return n

        n = test()
        """,
        note="the rows of a trainable tensor are views of it",
    ),
    case(
        "checks/a list of rows between two evaluations",
        """
        def test(x):
            w = net.weight * 2
            before = head(Variable(x, volatile=True))
            rows = list(w)
            after = head(Variable(x, volatile=True))
            return rows, (after - before).abs().max().item()

        rows, n = test(torch.ones(1, 2))
        rows[0].sum().backward()
        """,
        note="`list` takes a tensor apart, and the rows are differentiated",
    ),
]

HOLDERS = [
    case(
        "checks/a leaf that is declared before it is bound",
        """
        def test(x):
            v: Variable
            v = Variable(x, volatile=True)
            out = net(v)
            return out.max(1)[1]

        best = test(torch.ones(1, 2))
        """,
        note="a declaration binds nothing",
    ),
    either(
        "checks/a function under another name is computed with",
        """
        def features(x):
            return net(Variable(x, volatile=True))

        steps = [features]
        for step in steps:
            y = head(step(torch.ones(1, 2)))
        """,
        note="what is computed with the result is not seen to depend on it",
    ),
    either(
        "checks/a list is given and what was put into it computed with",
        """
        def test(x, outs):
            outs.append(net(Variable(x, volatile=True)))

        results = []
        test(torch.ones(1, 2), results)
        y = head(results[0])
        """,
        note="the list has another name where it is read",
    ),
    either(
        "checks/an attribute that is set by two methods, volatile by one",
        """
        class Box:
            def test(self, x):
                self.h = net(Variable(x, volatile=True))

            def train(self, x):
                self.h = net(x)

            def use(self):
                y = head(self.h)
                self.y = y

        box = Box()
        box.test(torch.ones(1, 2))
        box.train(torch.ones(1, 2))
        box.use()
        """,
        note="what `use` computes was not volatile when it came from `train`",
    ),
    kept(
        "checks/an attribute that a method sets anew in between",
        """
        class Runner:
            def __init__(self):
                self.inputs = None
                self.out = None

            def reset(self, x):
                self.inputs = x * 2

            def go(self, x):
                self.inputs = Variable(x, volatile=True)
                self.reset(x)
                self.out = net(self.inputs)

        runner = Runner()
        runner.go(torch.ones(1, 2))
        """,
        note="what goes into the model is not volatile any more",
    ),
    kept(
        "checks/an attribute of the round before",
        """
        class Rounds:
            def go(self, x):
                for t in range(3):
                    if t:
                        self.y = head(self.h)
                    self.h = net(Variable(x, volatile=True))

        rounds = Rounds()
        rounds.go(torch.ones(1, 2))
        """,
        note="what stands above in the text is read after what stands below",
    ),
    kept(
        "checks/what was kept in a round of another phase",
        """
        def phases():
            memory = {}
            for phase in ("train", "test", "train"):
                x = Variable(torch.ones(1, 2), volatile=phase == "test")
                for out in memory.values():
                    y = head(out)
                memory["out"] = net(x)
            return y

        y = phases()
        """,
        note="in the last round `memory` holds what is volatile, and the round is not",
    ),
    kept(
        "checks/a closure computes with a leaf",
        """
        def make(x):
            v = Variable(x, volatile=True)

            def later():
                return net(v)

            out = net(v)
            return later

        y = make(torch.ones(1, 2))()
        """,
        note="`later` runs outside of any block",
    ),
    kept(
        "checks/the larger of two, one volatile",
        """
        def test(x):
            a = net(Variable(x, volatile=True)).sum()
            b = net(x * 2).sum()
            best = max(a, b)
            doubled = best * 2
            return doubled

        y = test(torch.ones(1, 2))
        z = test(-torch.ones(1, 2))
        """,
        note="`max` of Python gives one of the two back, and only one of them is volatile",
    ),
    kept(
        "checks/a function picks one of two, one volatile",
        """
        def better(a, b):
            return a if a.item() > b.item() else b

        def test(x):
            a = net(Variable(x, volatile=True)).sum()
            b = net(x * 2).sum()
            best = better(a, b)
            doubled = best * 2
            return doubled

        y = test(torch.ones(1, 2))
        z = test(-torch.ones(1, 2))
        """,
        note="`better` gives one of the two back, and only one of them is volatile",
    ),
]

FILES = [
    either(
        "checks/a class whose objects are called by another file",
        """
        from model import Model

        model = Model(net)
        model(torch.ones(1, 2)).sum().backward()
        grad = net.weight.grad
        """,
        files={
            "model.py": """
            from torch.autograd import Variable

            class Model:
                def __init__(self, net):
                    self.net = net

                def __call__(self, x):
                    return self.net(Variable(x, volatile=True))
            """
        },
        note="nobody speaks of `__call__`, and it is differentiated",
    ),
    case(
        "checks/a module of the project with the name of a quiet one",
        """
        import tensorboardX

        def test(x):
            v = Variable(x, volatile=True)
            before = net(v)
            tensorboardX.watch(net)
            after = net(v)
            return (after - before).sum().item()

        n = test(torch.ones(1, 2))
        grad = net.weight.grad
        """,
        files={
            "tensorboardX.py": """
            import torch

            def watch(net):
                net(torch.ones(1, 2)).sum().backward()
            """
        },
        note="a namesake of what knows nothing of autograd differentiates",
    ),
]

# Programs in which a check that always refuses would leave something undone.
ALLOWED = [
    case(
        "checks/a model of another file, and a function that trains it",
        """
        from models import build

        model = build()

        def train(x, y):
            loss = criterion(model(Variable(x)), Variable(y))
            loss.backward()

        def test(x):
            out = model(Variable(x, volatile=True))
            return out.max(1)[1]

        train(*batches[0])
        best = test(torch.ones(1, 2))
        """,
        contains=_WHOLE,
        files={
            "models.py": """
            from torch import nn

            def build():
                return nn.Linear(2, 2)
            """
        },
        note="`train` is called by its name and is no model",
    ),
    case(
        "checks/a function that computes with what it is given",
        """
        def features(x, model):
            h = F.relu(model(x))
            return head(h)

        def test(x):
            out = features(Variable(x, volatile=True), net)
            return out.max(1)[1]

        best = test(torch.ones(1, 2))
        """,
        contains=_WHOLE,
        note="it keeps nothing and differentiates nothing",
    ),
    case(
        "checks/a function that writes a line in between",
        """
        def log(step, text):
            print(step, text.strip())

        def test(x):
            v = Variable(x, volatile=True)
            before = net(v)
            log(1, " in between ")
            after = net(v)
            return (after - before).abs().max().item()

        n = test(torch.ones(1, 2))
        """,
        contains=_WHOLE,
        note="it knows nothing of tensors",
    ),
    case(
        "checks/the mode of a model is set in between",
        """
        def test(model, x):
            v = Variable(x, volatile=True)
            model.eval()
            out = model(v)
            model.train()
            again = model(v)
            return (out - again).abs().max().item()

        n = test(net, torch.ones(1, 2))
        """,
        contains=_WHOLE,
        note="`train` and `eval` without anything are modes",
    ),
    case(
        "checks/batches are listed and counted",
        """
        def test(loader):
            right = 0
            for i, (x, y) in enumerate(list(loader)):
                out = net(Variable(x, volatile=True))
                right += out.max(1)[1].sum().item() * i
            return right

        right = test(batches)
        """,
        contains=_WHOLE,
        note="what a loop goes over is asked for what it runs, and nothing else",
    ),
    case(
        "checks/numpy and json in between",
        """
        import json
        import numpy as np

        def test(x):
            v = Variable(x, volatile=True)
            before = net(v)
            text = json.dumps({"mean": float(np.mean([1.0, 2.0]))})
            after = net(v)
            return text, (after - before).abs().max().item()

        n = test(torch.ones(1, 2))
        """,
        contains=_WHOLE,
        note="they know nothing of autograd",
    ),
    case(
        "checks/a result whose readers are all seen",
        """
        def predict(x):
            return net(Variable(x, volatile=True))

        def show(x):
            out = predict(x)
            best = out.max(1)[1]
            print(best.sum().item())

        show(torch.ones(1, 2))
        name = getattr(criterion, "reduction")
        criterion(net(batches[0][0]), batches[0][1]).backward()
        """,
        contains=("@torch.no_grad()\ndef predict(",),
        note="what is differentiated is something else",
    ),
    case(
        "checks/a helper that appends to its own list decides nothing",
        """
        def note(value):
            lines = []
            lines.append(str(value))
            print(lines[0])

        def test(x, train):
            v = Variable(x, volatile=not train)
            note(1)
            out = net(v)
            if train:
                out.sum().backward()
            print(out.sum().item())

        test(torch.ones(1, 2), False)
        test(torch.ones(1, 2), True)
        """,
        contains=("torch.set_grad_enabled(",),
        note="the list is its own, so that the condition stays what it is",
    ),
]

REPAIRED = [
    either(
        "checks/a list of its own computes with what it is given",
        """
        class Store(list):
            def append(self, x):
                super().append(head(x))
        s = Store()
        def f(x):
            out = net(Variable(x, volatile=True))
            s.append(out)
        f(torch.ones(1, 2))
        """,
    ),
    either(
        "checks/a model of another file reads an attribute of what it is given",
        """
        from model import Model
        class Batch:
            pass

        model = Model()
        def test(x):
            b = Batch()
            b.hidden = net(Variable(x, volatile=True))
            out = model(b)
            return out
        y = test(torch.ones(1, 2))
        """,
        files={
            "model.py": """
            import torch
            from torch.autograd import Variable
            from torch import nn
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.lin = nn.Linear(2, 2)
                def forward(self, b):
                    return self.lin(b.hidden)
            """,
        },
    ),
    either(
        "checks/a buffer is written into with it",
        """
        def test(x):
            buf = torch.zeros(1, 2)
            buf.copy_(Variable(x, volatile=True))
            y = net(buf)
            return y
        y = test(torch.ones(1, 2))
        """,
    ),
    either(
        "checks/a helper keeps the rows of a weight",
        """
        kept = []
        def keep(w):
            for row in w:
                kept.append(row)
        def f(x):
            v = Variable(x, volatile=True)
            a = net(v)
            keep(net.weight)
            b = net(v)
            return (a - b).abs().max().item()
        n = f(torch.ones(1, 2))
        sum(row.sum() for row in kept).backward()
        g = net.weight.grad
        """,
    ),
    either(
        "checks/a forward gives something of the weights alone besides",
        """
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.lin = nn.Linear(2, 2)
            def forward(self, x):
                return self.lin(x), self.lin.weight.norm()
        model = Model()
        class T:
            def test(self, x):
                out, kl = model(Variable(x, volatile=True))
                self.n = out.sum().item()
                self.kl = kl
        t = T()
        t.test(torch.ones(1, 2))
        """,
    ),
    either(
        "checks/a model that is told by its name gives something of the weights alone besides",
        """
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.lin = nn.Linear(2, 2)

            def forward(self, x):
                return self.lin(x), self.lin.weight.norm()

        def test(model, x):
            out, kl = model(Variable(x, volatile=True))
            print(out.sum().item())
            return kl * 2

        last = test(Model(), torch.ones(1, 2))
        """,
    ),
    either(
        "checks/a leaf is made of it",
        """
        def f(x):
            v = Variable(x, volatile=True)
            a = net(v)
            w = Variable(v, requires_grad=True)
            return a.sum().item(), net(w).sum()
        n, loss = f(torch.ones(1, 2))
        """,
    ),
    either(
        "checks/a trainer that is given is told to train",
        """
        from trainer import Trainer
        def compare(trainer, x):
            v = Variable(x, volatile=True)
            before = net(v)
            trainer.train()
            after = net(v)
            return (after - before).abs().max().item()
        n = compare(Trainer(net), torch.ones(1, 2))
        """,
        files={
            "trainer.py": """
            import torch
            from torch.autograd import Variable
            class Trainer:
                def __init__(self, net):
                    self.net = net
                def train(self):
                    loss = self.net(torch.ones(3, 2)).sum()
                    loss.backward()
            """,
        },
    ),
    either(
        "checks/a trainer in an attribute is told to train in each round",
        """
        import trainer
        class Main:
            def __init__(self):
                self.trainer = trainer.Trainer(net)
            def run(self, x):
                accuracy = 0
                for epoch in range(3):
                    self.trainer.train()
                    out = net(Variable(x, volatile=True))
                    accuracy += out.max(1)[1].item()
                return accuracy
        Main().run(torch.ones(1, 2))
        """,
        files={
            "trainer.py": """
            import torch
            from torch.autograd import Variable
            class Trainer:
                def __init__(self, net):
                    self.net = net
                def train(self):
                    loss = self.net(torch.ones(3, 2)).sum()
                    loss.backward()
            """,
        },
    ),
    either(
        "checks/an agent of another file updates itself",
        """
        from agent import Agent
        agent = Agent()
        def f(x):
            out = net(Variable(x, volatile=True))
            agent.update(out)
        f(torch.ones(1, 2))
        g = net.weight.grad
        """,
        files={
            "agent.py": """
            import torch
            from torch.autograd import Variable
            class Agent:
                def update(self, out):
                    out.sum().backward()
            """,
        },
    ),
    either(
        "checks/a function gives something not computed from it besides",
        """
        def features(x, y):
            h = net(x)
            scale = head(y).mean()
            return h, scale
        class T:
            def test(self, x):
                h, scale = features(Variable(x, volatile=True), x)
                self.n = h.sum().item()
                self.doubled = scale * 2
        t = T()
        t.test(torch.ones(1, 2))
        """,
    ),
    either(
        "checks/a loop binds an attribute to the rows",
        """
        class T:
            def test(self):
                w = net.weight * 2
                n = 0
                for self.row in w:
                    out = head(Variable(torch.ones(2), volatile=True))
                    n += out.size(0)
                return n
        t = T()
        n = t.test()
        """,
    ),
    either(
        "checks/a dictionary with it goes to a model",
        """
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.lin = nn.Linear(2, 2)
            def forward(self, b):
                return self.lin(b["x"])
        model = Model()
        def test(x):
            b = {}
            b["x"] = Variable(x, volatile=True)
            out = model(b)
            return out
        y = test(torch.ones(1, 2))
        """,
    ),
    either(
        "checks/a dictionary with it is given back and differentiated",
        """
        def fill(x):
            d = {}
            d["a"] = net(Variable(x, volatile=True))
            return d
        fill(torch.ones(1, 2))["a"].sum().backward()
        g = net.weight.grad
        """,
    ),
    either(
        "checks/the values of a dictionary are gone through",
        """
        def f(x):
            d = {}
            d["out"] = net(Variable(x, volatile=True))
            for o in d.values():
                see("o", head(o))
        f(torch.ones(1, 2))
        """,
    ),
    either(
        "checks/an object of another file has a method with a quiet name",
        """
        from trainer import Trainer
        def main():
            t = Trainer()
            for i in range(2):
                t.count()
                v = Variable(torch.ones(1, 2), volatile=True)
                print(t.net(v).sum().item())
            return t
        t = main()
        see('g', t.net.weight.grad)
        """,
        files={
            "trainer.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            class Trainer(object):
                def __init__(self):
                    self.net = nn.Linear(2, 2)
                def count(self):
                    self.net(torch.ones(1, 2)).sum().backward()
            """,
        },
    ),
    either(
        "checks/a forward keeps one of several",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.w = nn.Parameter(torch.ones(2))
            def forward(self, x):
                self.reg, self.n = (self.w ** 2).sum(), 1
                return x * self.w
        def test(net, x):
            net.eval()
            v = Variable(x, volatile=True)
            return net(v).sum().item()
        net = Net()
        test(net, torch.ones(1, 2))
        net.reg.backward()
        see('g', net.w.grad)
        """,
    ),
    either(
        "checks/a forward keeps by a method of its class",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.w = nn.Parameter(torch.ones(2))
            def keep(self):
                self.reg = (self.w ** 2).sum()
            def forward(self, x):
                self.keep()
                return x * self.w
        def test(net, x):
            net.eval()
            v = Variable(x, volatile=True)
            return net(v).sum().item()
        net = Net()
        test(net, torch.ones(1, 2))
        net.reg.backward()
        see('g', net.w.grad)
        """,
    ),
    either(
        "checks/a forward writes into a buffer",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.buf = torch.zeros(2)
                self.w = nn.Parameter(torch.ones(2))
            def forward(self, x):
                self.buf.mul_(0.9).add_(self.w)
                return x * self.w
        def test(net, x):
            net.eval()
            v = Variable(x, volatile=True)
            return net(v).sum().item()
        net = Net()
        test(net, torch.ones(1, 2))
        net.buf.sum().backward()
        see('g', net.w.grad)
        """,
    ),
    either(
        "checks/a model that is told by its name keeps something",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.w = nn.Parameter(torch.ones(2))
            def forward(self, x):
                self.reg = (self.w ** 2).sum()
                return x * self.w
        def test(net, x):
            v = Variable(x, volatile=True)
            out = net(v)
            return out.sum().item()
        net = Net()
        test(net, torch.ones(1, 2))
        net.reg.backward()
        see('g', net.w.grad)
        """,
    ),
    either(
        "checks/a hidden state is one of several targets",
        """
        net3 = nn.Linear(2, 2)
        lstm = nn.LSTM(2, 2)
        class M(object):
            def step(self, x):
                v = Variable(x, volatile=True)
                out, self.hidden = lstm(v)
                return out.sum().item()
            def learn(self, x):
                out, self.hidden = lstm(x, self.hidden)
                out.sum().backward()
        m = M()
        m.step(torch.ones(1, 1, 2))
        m.learn(torch.ones(1, 1, 2))
        see('g', lstm.weight_ih_l0.grad)
        """,
    ),
    either(
        "checks/a function of another file is named like a method of containers",
        """
        import agent
        agent.run(torch.ones(1, 2))
        """,
        files={
            "learn.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def update(l):
                l.sum().backward()
            """,
            "agent.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            import learn
            net3 = nn.Linear(2, 2)
            def run(s):
                s = Variable(s, volatile=True)
                out = net3(s)
                learn.update(out)
            """,
        },
    ),
    either(
        "checks/an object of another file has a method of containers",
        """
        import agent
        from learn import T
        t = T()
        out = agent.act(torch.ones(1, 2))
        t.update(out)
        """,
        files={
            "learn.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            class T(object):
                def update(self, l):
                    l.sum().backward()
            """,
            "agent.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            net3 = nn.Linear(2, 2)
            def act(s):
                s = Variable(s, volatile=True)
                return net3(s)
            """,
        },
    ),
    either(
        "checks/a trainer of another file is told to train, and has a net",
        """
        from trainer import Trainer
        def run(trainer, x):
            for epoch in range(2):
                trainer.train()
                out = trainer.net(Variable(x, volatile=True))
                print(out.sum().item())
        t = Trainer()
        run(t, torch.ones(1, 2))
        see('g', t.net.weight.grad)
        """,
        files={
            "trainer.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            class Trainer(object):
                def __init__(self):
                    self.net = nn.Linear(2, 2)
                def train(self):
                    self.net(torch.ones(1, 2)).sum().backward()
            """,
        },
    ),
    either(
        "checks/a global is one of several targets",
        """
        net3 = nn.Linear(2, 2)
        OUT = N = None
        def test():
            global OUT, N
            v = Variable(torch.ones(1, 2), volatile=True)
            OUT, N = net3(v), 1
        def train():
            OUT.sum().backward()
        test()
        train()
        """,
    ),
]

CASES = [*CALLS, *ITERATIONS, *HOLDERS, *FILES, *ALLOWED, *REPAIRED]
