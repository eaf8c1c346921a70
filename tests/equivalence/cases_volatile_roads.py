"""Programs whose volatile values leave a function, or a file, by a road that was not seen once.

Left alone or restored: no gradient of today is lost, and nothing else changes.
"""

from __future__ import annotations

from cases_volatile import either

CASES = [
    either(
        "roads/aa01 tuple swap",
        """
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                self.n, self.out = 1, net3(v)
            def train(self):
                self.out.sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
    either(
        "roads/aa02 list target",
        """
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                [self.out, self.n] = [net3(v), 1]
            def train(self):
                self.out.sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
    either(
        "roads/aa04 tuple name",
        """
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                o = net3(v)
                self.out, self.n = o, 1
            def train(self):
                self.out.sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
    either(
        "roads/aa05 tuple call",
        """
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                self.out, self.n = net3(v).max(1)
            def train(self):
                self.out.sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
    either(
        "roads/aa06 tuple parens",
        """
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                (self.out, self.n) = (net3(v), 1)
            def train(self):
                self.out.sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
    either(
        "roads/aa08 annassign",
        """
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                self.out: object = net3(v)
            def train(self):
                self.out.sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
    either(
        "roads/aa09 for target",
        """
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                for self.out in [net3(v)]:
                    pass
            def train(self):
                self.out.sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
    either(
        "roads/aa19 tuple other class reads",
        """
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                self.out, self.n = net3(v), 1
            def train(self):
                self.out.sum().backward()
        m = M()
        m.test()
        import bw; bw.go(m.out.sum())
        """,
        files={
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.backward()
            """,
        },
    ),
    either(
        "roads/ab17 ac values",
        """
        net3 = nn.Linear(2, 2)
        critic = nn.Linear(2, 1)
        class A(object):
            def act(self, s):
                s = Variable(s, volatile=True)
                self.probs, self.value = net3(s), critic(s)
                return self.probs.max(1)[1].item()
            def update(self, r):
                loss = (r - self.value).pow(2).sum()
                loss.backward()
        a = A()
        a.act(torch.ones(1, 2))
        a.update(1.0)
        """,
    ),
    either(
        "roads/ab21 return loss train elsewhere",
        """
        from agent import act
        import learn
        learn.update(act(torch.ones(1, 2)))
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
            net3 = nn.Linear(2, 2)
            def act(s):
                s = Variable(s, volatile=True)
                return net3(s)
            """,
        },
    ),
    either(
        "roads/ab22 two hops",
        """
        import agent, learn
        out = agent.act(torch.ones(1, 2))
        learn.update(out)
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
            net3 = nn.Linear(2, 2)
            def act(s):
                s = Variable(s, volatile=True)
                return net3(s)
            """,
        },
    ),
    either(
        "roads/ab24 if result",
        """
        import agent, learn
        def go():
            out = agent.act(torch.ones(1, 2))
            if out is not None:
                fs = [lambda: learn.update(out)]
                fs[0]()
        go()
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
            net3 = nn.Linear(2, 2)
            def act(s):
                s = Variable(s, volatile=True)
                return net3(s)
            """,
        },
    ),
    either(
        "roads/ab24 if result ren",
        """
        import agent, learn
        def go():
            out = agent.act(torch.ones(1, 2))
            if out is not None:
                fs = [lambda: learn.train_on(out)]
                fs[0]()
        go()
        """,
        files={
            "learn.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def train_on(l):
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
        "roads/ac02 loop handed",
        """
        import agent, learn

        for x in [torch.ones(1, 2)]:
            out = agent.act(x)
            learn.update(out)
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
            net3 = nn.Linear(2, 2)
            def act(s):
                s = Variable(s, volatile=True)
                return net3(s)
            """,
        },
    ),
    either(
        "roads/ac11 queue put",
        """
        import agent, learn
        import queue
        q = queue.Queue()
        q.put(agent.act(torch.ones(1, 2)))
        learn.update(q)
        """,
        files={
            "learn.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def update(q):
                q.get().sum().backward()
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
        "roads/ac12 print then update",
        """
        import agent, learn
        out = agent.act(torch.ones(1, 2))
        print(out.data)
        learn.update(out)
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
            net3 = nn.Linear(2, 2)
            def act(s):
                s = Variable(s, volatile=True)
                return net3(s)
            """,
        },
    ),
    either(
        "roads/ac13 return from function",
        """
        import agent, learn
        def get(x):
            return agent.act(x)
        learn.update(get(torch.ones(1, 2)))
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
            net3 = nn.Linear(2, 2)
            def act(s):
                s = Variable(s, volatile=True)
                return net3(s)
            """,
        },
    ),
    either(
        "roads/ac15 star args",
        """
        import agent, learn
        args = (agent.act(torch.ones(1, 2)),)
        learn.update(*args)
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
            net3 = nn.Linear(2, 2)
            def act(s):
                s = Variable(s, volatile=True)
                return net3(s)
            """,
        },
    ),
    either(
        "roads/ac16 conditional import",
        """
        import agent
        try:
            import learn
        except ImportError:
            learn = None
        out = agent.act(torch.ones(1, 2))
        learn.update(out)
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
            net3 = nn.Linear(2, 2)
            def act(s):
                s = Variable(s, volatile=True)
                return net3(s)
            """,
        },
    ),
    either(
        "roads/ad11 quiet train method",
        """
        import crit
        net3 = nn.Linear(2, 2)
        def run(s, tr):
            s = Variable(s, volatile=True)
            out = net3(s)
            tr.train()
            out2 = net3(out)
            return out2.sum().item()
        see('r', run(torch.ones(1, 2), crit.Tr()))
        see('g', crit.w.grad)
        """,
        files={
            "crit.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            w = torch.ones(2, requires_grad=True)
            class Tr(object):
                def train(self):
                    (w * 2).sum().backward()
            """,
        },
    ),
    either(
        "roads/ad12 quiet eval method",
        """
        import crit
        net3 = nn.Linear(2, 2)
        def run(s, tr):
            s = Variable(s, volatile=True)
            out = net3(s)
            tr.eval()
            out2 = net3(out)
            return out2.sum().item()
        t = crit.Tr()
        see('r', run(torch.ones(1, 2), t))
        t.l.backward()
        """,
        files={
            "crit.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            w = torch.ones(2, requires_grad=True)
            class Tr(object):
                def eval(self):
                    self.l = (w * 2).sum()
            """,
        },
    ),
    either(
        "roads/ae02 trainer train seq",
        """
        from trainer import Trainer
        def main():
            t = Trainer()
            out = t.net(Variable(torch.ones(1, 2), volatile=True))
            print(out.sum().item())
            t.train()
            out = t.net(Variable(torch.ones(1, 2), volatile=True))
            print(out.sum().item())
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
                def train(self):
                    self.net(torch.ones(1, 2)).sum().backward()
            """,
        },
    ),
    either(
        "roads/ae03 trainer eval keeps",
        """
        from trainer import Trainer
        def main():
            t = Trainer()
            for i in range(2):
                v = Variable(torch.ones(1, 2), volatile=True)
                t.eval()
                print(t.net(v).sum().item())
            return t
        t = main()
        t.loss.backward()
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
                def eval(self):
                    self.loss = self.net(torch.ones(1, 2)).sum()
            """,
        },
    ),
    either(
        "roads/ae07 add scalar",
        """
        from trainer import Trainer
        def main():
            t = Trainer()
            for i in range(2):
                t.add_scalar()
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
                def add_scalar(self):
                    self.net(torch.ones(1, 2)).sum().backward()
            """,
        },
    ),
    either(
        "roads/ae07 clear",
        """
        from trainer import Trainer
        def main():
            t = Trainer()
            for i in range(2):
                t.clear()
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
                def clear(self):
                    self.net(torch.ones(1, 2)).sum().backward()
            """,
        },
    ),
    either(
        "roads/ae08 trainer module subclass",
        """
        from trainer import Trainer
        def main():
            t = Trainer()
            for i in range(2):
                t.train()
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
            class Trainer(nn.Module):
                def __init__(self):
                    super(Trainer, self).__init__()
                    self.net = nn.Linear(2, 2)
                def train(self, mode=True):
                    super(Trainer, self).train(mode)
                    self.net(torch.ones(1, 2)).sum().backward()
            """,
        },
    ),
    either(
        "roads/ae09 trainer toplevel script",
        """
        from trainer import Trainer
        t = Trainer()
        for i in range(2):
            t.train()
            v = Variable(torch.ones(1, 2), volatile=True)
            print(t.net(v).sum().item())
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
        "roads/ae10 trainer train between",
        """
        from trainer import Trainer
        def main(t, x):
            v = Variable(x, volatile=True)
            a = t.net(v)
            t.train()
            b = t.net(v)
            return (a - b).sum().item()
        t = Trainer()
        main(t, torch.ones(1, 2))
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
        "roads/af05 base train",
        """
        from lib import Base
        class M(Base):
            def test(self, x):
                self.train()
                a = self.net(Variable(x, volatile=True))
                return a.sum().item()
        m = M()
        m.test(torch.ones(1, 2))
        see('g', m.net.weight.grad)
        """,
        files={
            "lib.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            class Base(object):
                def __init__(self):
                    self.net = nn.Linear(2, 2)
                def train(self):
                    self.net(torch.ones(1, 2)).sum().backward()
            """,
        },
    ),
    either(
        "roads/af06 base train module",
        """
        from lib import Base
        class M(Base):
            def test(self, x):
                for i in range(2):
                    self.model.train()
                    a = self.net(Variable(x, volatile=True))
                return a.sum().item()
        m = M()
        m.test(torch.ones(1, 2))
        see('g', m.net.weight.grad)
        """,
        files={
            "lib.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            class Tr(object):
                def __init__(self, net): self.net = net
                def train(self):
                    self.net(torch.ones(1, 2)).sum().backward()
            class Base(object):
                def __init__(self):
                    self.net = nn.Linear(2, 2)
                    self.model = Tr(self.net)
            """,
        },
    ),
    either(
        "roads/af09 model forward cached weight",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.w = nn.Parameter(torch.ones(2))
                self.eff = None
            def forward(self, x):
                if self.eff is None:
                    self.eff = self.w * 2
                return x * self.eff
        def test(net, x):
            v = Variable(x, volatile=True)
            return net(v).sum().item()
        net = Net()
        test(net, torch.ones(1, 2))
        net(torch.ones(1, 2)).sum().backward()
        see('g', net.w.grad)
        """,
    ),
    either(
        "roads/af11 rnn hidden on model",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.rnn = nn.RNN(2, 2)
                self.h = None
            def forward(self, x):
                o, self.h = self.rnn(x, self.h)
                return o
        def test(net, x):
            v = Variable(x, volatile=True)
            return net(v).sum().item()
        net = Net()
        test(net, torch.ones(1, 1, 2))
        net.h.sum().backward()
        see('g', net.rnn.weight_ih_l0.grad)
        """,
    ),
    either(
        "roads/af12 rnn hidden single",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.rnn = nn.RNN(2, 2)
                self.h = None
            def forward(self, x):
                o = self.rnn(x, self.h)
                self.h = o[1]
                return o[0]
        def test(net, x):
            v = Variable(x, volatile=True)
            return net(v).sum().item()
        net = Net()
        test(net, torch.ones(1, 1, 2))
        net(torch.ones(1, 1, 2)).sum().backward()
        see('g', net.rnn.weight_ih_l0.grad)
        """,
    ),
    either(
        "roads/af13 rnn hidden tuple",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.rnn = nn.RNN(2, 2)
                self.h = None
            def forward(self, x):
                o, self.h = self.rnn(x, self.h)
                return o
        def test(net, x):
            v = Variable(x, volatile=True)
            return net(v).sum().item()
        net = Net()
        test(net, torch.ones(1, 1, 2))
        net(torch.ones(1, 1, 2)).sum().backward()
        see('g', net.rnn.weight_ih_l0.grad)
        """,
    ),
    either(
        "roads/af14 capsule append",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.w = nn.Parameter(torch.ones(2))
                self.kl = []
            def forward(self, x):
                self.kl.append((self.w ** 2).sum())
                return x * self.w
        def test(net, x):
            v = Variable(x, volatile=True)
            return net(v).sum().item()
        net = Net()
        test(net, torch.ones(1, 2))
        sum(net.kl).backward()
        see('g', net.w.grad)
        """,
    ),
    either(
        "roads/af15 reg tuple",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.w = nn.Parameter(torch.ones(2))
            def forward(self, x):
                self.reg, self.n = (self.w ** 2).sum(), 1
                return x * self.w
        def test(net, x):
            v = Variable(x, volatile=True)
            return net(v).sum().item()
        net = Net()
        test(net, torch.ones(1, 2))
        net.reg.backward()
        see('g', net.w.grad)
        """,
    ),
    either(
        "roads/ag05 eval setattr",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.w = nn.Parameter(torch.ones(2))
            def forward(self, x):
                setattr(self, "reg", (self.w ** 2).sum())
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
        "roads/ag07 eval fn",
        """
        REG = []
        def keep(v):
            REG.append(v)
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.w = nn.Parameter(torch.ones(2))
            def forward(self, x):
                keep((self.w ** 2).sum())
                return x * self.w
        def test(net, x):
            net.eval()
            v = Variable(x, volatile=True)
            return net(v).sum().item()
        net = Net()
        test(net, torch.ones(1, 2))
        REG[0].backward()
        see('g', net.w.grad)
        """,
    ),
    either(
        "roads/ag14 eval ann",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.w = nn.Parameter(torch.ones(2))
            def forward(self, x):
                self.reg: object = (self.w ** 2).sum()
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
        "roads/ag17 eval for",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.w = nn.Parameter(torch.ones(2))
            def forward(self, x):
                for self.reg in [(self.w ** 2).sum()]: pass
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
        "roads/ag19 train mode other file tuple",
        """
        import bw
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
        bw.go(net.reg)
        see('g', net.w.grad)
        """,
        files={
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.backward()
            """,
        },
    ),
    either(
        "roads/ag20 global net",
        """
        class Net(nn.Module):
            def __init__(self):
                super(Net, self).__init__()
                self.w = nn.Parameter(torch.ones(2))
            def forward(self, x):
                self.reg, self.n = (self.w ** 2).sum(), 1
                return x * self.w
        def test(x):
            v = Variable(x, volatile=True)
            return net(v).sum().item()
        net = Net()
        test(torch.ones(1, 2))
        net.reg.backward()
        see('g', net.w.grad)
        """,
    ),
    either(
        "roads/ah02 nonlocal tuple",
        """
        net3 = nn.Linear(2, 2)
        def main():
            out = n = None
            def test(x):
                nonlocal out, n
                v = Variable(x, volatile=True)
                out, n = net3(v), 1
            test(torch.ones(1, 2))
            out.sum().backward()
        main()
        """,
    ),
    either(
        "roads/ah03 nonlocal for",
        """
        net3 = nn.Linear(2, 2)
        def main():
            out = None
            def test(x):
                nonlocal out
                v = Variable(x, volatile=True)
                for out in [net3(v)]:
                    pass
            test(torch.ones(1, 2))
            out.sum().backward()
        main()
        """,
    ),
    either(
        "roads/ah04 global for",
        """
        net3 = nn.Linear(2, 2)
        out = None
        def test(x):
            global out
            v = Variable(x, volatile=True)
            for out in [net3(v)]:
                pass
        test(torch.ones(1, 2))
        out.sum().backward()
        """,
    ),
    either(
        "roads/ah07 global walrus",
        """
        net3 = nn.Linear(2, 2)
        out = 0
        def test(x):
            global out
            v = Variable(x, volatile=True)
            print((out := net3(v)).size())
        test(torch.ones(1, 2))
        out.sum().backward()
        """,
    ),
    either(
        "roads/ah12 global attr tuple",
        """
        net3 = nn.Linear(2, 2)
        class S(object):
            out = 0
        s = S()
        def test(x):
            v = Variable(x, volatile=True)
            s.out, s.n = net3(v), 1
        test(torch.ones(1, 2))
        s.out.sum().backward()
        """,
    ),
    either(
        "roads/ah21 model saved tuple",
        """
        class Policy(nn.Module):
            def __init__(self):
                super(Policy, self).__init__()
                self.l = nn.Linear(2, 2)
            def forward(self, x):
                return self.l(x)
        model = Policy()
        def act(x):
            v = Variable(x, volatile=True)
            model.p, model.v = model(v).max(1)
            return 1
        def finish():
            model.p.sum().backward()
        act(torch.ones(1, 2))
        finish()
        """,
    ),
    either(
        "roads/ai20 helper update name",
        """
        from util import to_var
        net3 = nn.Linear(2, 2)
        import learn
        def ev(x):
            out = net3(to_var(x, volatile=True))
            learn.update(out)
        ev(torch.ones(1, 2))
        see('g', net3.weight.grad)
        """,
        files={
            "util.py": """
            import torch
            from torch.autograd import Variable
            def to_var(x, volatile=False):
                if torch.cuda.is_available():
                    x = x.cuda()
                return Variable(x, volatile=volatile)
            """,
            "learn.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def update(l):
                l.sum().backward()
            """,
        },
    ),
    either(
        "roads/aj01 method global in fn",
        """
        import mid, bw
        mid.prepare(torch.ones(1, 2))
        bw.go(mid.F)
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import Ex
            F = None
            def prepare(x):
                global F
                F = Ex().features(x)
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class Ex(object):
                def features(self, x):
                    v = Variable(x, volatile=True)
                    return body(v)
            """,
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.sum().backward()
            """,
        },
    ),
    either(
        "roads/aj07 dunder factory same file",
        """
        import feats, bw
        bw.go(feats.make()(torch.ones(1, 2)))
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class _Ex(object):
                def __call__(self, x):
                    v = Variable(x, volatile=True)
                    return body(v)
            def make():
                return _Ex()
            """,
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.sum().backward()
            """,
        },
    ),
    either(
        "roads/aj08 iter factory same file",
        """
        import feats, bw
        for o in feats.make():
            bw.go(o)
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class _Ex(object):
                def __iter__(self):
                    for i in range(2):
                        v = Variable(torch.ones(1, 2), volatile=True)
                        yield body(v)
            def make():
                return _Ex()
            """,
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.sum().backward()
            """,
        },
    ),
    either(
        "roads/aj09 getitem instance",
        """
        import feats, bw
        bw.go(feats.DATA[0])
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class _Ex(object):
                def __getitem__(self, i):
                    v = Variable(torch.ones(1, 2), volatile=True)
                    return body(v)
            DATA = _Ex()
            """,
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.sum().backward()
            """,
        },
    ),
    either(
        "roads/aj10 module forward instance",
        """
        import feats, bw
        bw.go(feats.net(torch.ones(1, 2)))
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            class _Ex(nn.Module):
                def __init__(self):
                    super(_Ex, self).__init__()
                    self.body = nn.Linear(2, 2)
                def forward(self, x):
                    v = Variable(x, volatile=True)
                    return self.body(v)
            net = _Ex()
            """,
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.sum().backward()
            """,
        },
    ),
    either(
        "roads/aj14 attr get dict",
        """
        import feats, bw
        a = feats.A()
        a.prep(torch.ones(1, 2))
        bw.go(a.get()['o'])
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class A(object):
                def prep(self, x):
                    v = Variable(x, volatile=True)
                    self.o = body(v)
                def get(self):
                    return self.__dict__
            """,
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.sum().backward()
            """,
        },
    ),
    either(
        "roads/aj18 from dot import as",
        """
        import pkg, bw
        bw.go(pkg.F.features(torch.ones(1, 2)))
        """,
        files={
            "pkg/__init__.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from . import feats as F
            """,
            "pkg/feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.sum().backward()
            """,
        },
    ),
    either(
        "roads/aj20 entry points",
        """
        import registry, bw, feats
        bw.go(registry.get('f')(torch.ones(1, 2)))
        """,
        files={
            "registry.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            R = {}
            def register(n):
                def d(fn):
                    R[n] = fn
                    return fn
                return d
            def get(n):
                return R[n]
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from registry import register
            body = nn.Linear(2, 2)
            @register('f')
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.sum().backward()
            """,
        },
    ),
    either(
        "roads/aj26 subclass hook attr bw",
        """
        import feats
        feats.Mine().run()
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from loop import Loop
            body = nn.Linear(2, 2)
            class Mine(Loop):
                def prep(self, x):
                    v = Variable(x, volatile=True)
                    self.o = body(v)
            """,
            "loop.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            import bw
            class Loop(object):
                def run(self):
                    self.prep(torch.ones(1, 2))
                    bw.go(self.o)
            """,
            "bw.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            def go(l):
                l.sum().backward()
            """,
        },
    ),
    either(
        "roads/ca02 caller tuple attr2",
        """
        from feats import features, pair
        net2 = nn.Linear(2, 2)
        w = torch.ones(2, requires_grad=True)
        class M(object):
            def prep(self, x):
                f, n = pair(x)
                self.g, self.n = net2(f), n
            def train(self):
                self.g.sum().backward()
        m = M()
        m.prep(torch.ones(1, 2))
        m.train()
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            def pair(x):
                v = Variable(x, volatile=True)
                return body(v), 2
            """,
        },
    ),
    either(
        "roads/da05 forward super",
        """
        class Base(nn.Module):
            def __init__(self):
                super(Base, self).__init__()
                self.w = nn.Parameter(torch.ones(2))
            def keep(self):
                self.reg = (self.w ** 2).sum()
        class Net(Base):
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
        "roads/da10 v8 with tuple",
        """
        import contextlib
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                for i, self.out in enumerate([net3(v)]):
                    pass
            def train(self):
                self.out.sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
    either(
        "roads/da11 v8 nested tuple",
        """
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                (self.out, self.a), self.b = (net3(v), 1), 2
            def train(self):
                self.out.sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
    either(
        "roads/da12 v8 zip unpack",
        """
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                outs = [net3(v), net3(v)]
                self.a, self.b = outs
                self.c, self.d = zip(*[(net3(v), 1)])
            def train(self):
                self.c[0].sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
    either(
        "roads/da15 v8 call helper",
        """
        net3 = nn.Linear(2, 2)
        def two(t):
            return net3(t), 1
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                self.c, self.d = two(v)
            def train(self):
                self.c.sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
    either(
        "roads/da16 v8 cond index",
        """
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                out = {'a': net3(v), 'n': 1}
                self.c, self.d = out['a'], out['n']
            def train(self):
                self.c.sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
    either(
        "roads/v04 alias function",
        """
        import feats
        fx = feats.features
        head = nn.Linear(2, 1)
        def train(x):
            f = fx(x)
            loss = head(f).sum()
            loss.backward()
            return loss.item()
        r = train(torch.ones(1, 2))
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/v05 dict of functions",
        """
        import feats
        FS = {'a': feats.features}
        head = nn.Linear(2, 1)
        def train(x):
            f = FS['a'](x)
            loss = head(f).sum()
            loss.backward()
            return loss.item()
        r = train(torch.ones(1, 2))
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/w01 class attribute",
        """
        from feats import features
        head = nn.Linear(2, 1)
        class T(object):
            f = features(torch.ones(1, 2))
            def step(self):
                loss = head(self.f).sum()
                loss.backward()
                return loss.item()
        r = T().step()
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/w02 class attribute by class",
        """
        from feats import features
        head = nn.Linear(2, 1)
        class T(object):
            f = features(torch.ones(1, 2))
        def step():
            loss = head(T.f).sum()
            loss.backward()
            return loss.item()
        r = step()
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/w03 kwonly default",
        """
        from feats import features
        head = nn.Linear(2, 1)
        class T(object):
            def step(self, *, f=features(torch.ones(1, 2))):
                loss = head(f).sum()
                loss.backward()
                return loss.item()
        r = T().step()
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/w05 default name",
        """
        from feats import features
        head = nn.Linear(2, 1)
        FEATS = features(torch.ones(1, 2))
        def train(x, f=FEATS):
            loss = head(f).sum()
            loss.backward()
            return loss.item()
        r = train(torch.ones(1, 2))
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/w08 lambda caller",
        """
        from feats import features
        head = nn.Linear(2, 1)
        get = lambda x: features(x)
        def train(x):
            loss = head(get(x)).sum()
            loss.backward()
            return loss.item()
        r = train(torch.ones(1, 2))
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/w12 map result",
        """
        import feats
        head = nn.Linear(2, 1)
        def train(xs):
            fs = list(map(feats.features, xs))
            loss = head(torch.cat(fs)).sum()
            loss.backward()
        r = train([torch.ones(1, 2)])
        """,
        files={
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/x01 global stmt",
        """
        import mid
        head = nn.Linear(2, 1)
        mid.prepare(torch.ones(1, 2))
        loss = head(mid.F).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import features
            F = None
            def prepare(x):
                global F
                F = features(x)
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/x02 global stmt used in mid",
        """
        import mid
        head = nn.Linear(2, 1)
        mid.prepare(torch.ones(1, 2))
        loss = mid.use(head).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import features
            F = None
            def prepare(x):
                global F
                F = features(x)
            def use(head):
                return head(F)
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/x03 self attr",
        """
        import mid
        head = nn.Linear(2, 1)
        t = mid.T()
        t.prepare(torch.ones(1, 2))
        loss = head(t.f).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import features
            class T(object):
                def prepare(self, x):
                    self.f = features(x)
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/x04 class attr",
        """
        import mid
        head = nn.Linear(2, 1)
        loss = head(mid.T.f).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import features
            class T(object):
                f = features(torch.ones(1, 2))
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/x06 alias attr",
        """
        import mid
        head = nn.Linear(2, 1)
        loss = head(mid.embed(torch.ones(1, 2))).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            import feats
            fx = feats.features
            def embed(x):
                return fx(x)
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/x07 self fx",
        """
        import mid
        head = nn.Linear(2, 1)
        t = mid.T()
        loss = head(t.embed(torch.ones(1, 2))).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import features
            class T(object):
                def __init__(self):
                    self.fx = features
                def embed(self, x):
                    return self.fx(x)
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/x08 dict registry",
        """
        import mid
        head = nn.Linear(2, 1)
        loss = head(mid.embed('f', torch.ones(1, 2))).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import features
            REG = {'f': features}
            def embed(k, x):
                return REG[k](x)
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            def features(x):
                v = Variable(x, volatile=True)
                return body(v)
            """,
        },
    ),
    either(
        "roads/y02 method closure",
        """
        import mid
        head = nn.Linear(2, 1)
        loss = mid.make(torch.ones(1, 2))(head).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import Ex
            def make(x):
                f = Ex().features(x)
                def go(head):
                    return head(f)
                return go
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class Ex(object):
                def features(self, x):
                    v = Variable(x, volatile=True)
                    return body(v)
            """,
        },
    ),
    either(
        "roads/y03 method global",
        """
        import mid
        head = nn.Linear(2, 1)
        loss = head(mid.F).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import Ex
            F = Ex().features(torch.ones(1, 2))
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class Ex(object):
                def features(self, x):
                    v = Variable(x, volatile=True)
                    return body(v)
            """,
        },
    ),
    either(
        "roads/y04 method passed",
        """
        import mid
        import lossmod
        mid.run(lossmod.go, torch.ones(1, 2))
        """,
        files={
            "lossmod.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            head = nn.Linear(2, 1)
            def go(fn, x):
                head(fn(x)).sum().backward()
            """,
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import Ex
            def run(go, x):
                e = Ex()
                go(e.features, x)
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class Ex(object):
                def features(self, x):
                    v = Variable(x, volatile=True)
                    return body(v)
            """,
        },
    ),
    either(
        "roads/y05 method subclass renames",
        """
        import mid
        head = nn.Linear(2, 1)
        loss = head(mid.Sub().embed(torch.ones(1, 2))).sum()
        loss.backward()
        """,
        files={
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import Ex
            class Sub(Ex):
                embed = Ex.features
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class Ex(object):
                def features(self, x):
                    v = Variable(x, volatile=True)
                    return body(v)
            """,
        },
    ),
    either(
        "roads/y08 getitem elsewhere",
        """
        import mid
        import lossmod
        lossmod.go(mid.make())
        """,
        files={
            "lossmod.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            head = nn.Linear(2, 1)
            def go(e):
                for x in e:
                    head(x).sum().backward()
            """,
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import Ex
            def make():
                return Ex()
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class Ex(object):
                def __len__(self):
                    return 1
                def __getitem__(self, i):
                    if i > 0:
                        raise IndexError
                    v = Variable(torch.ones(1, 2), volatile=True)
                    return body(v)
            """,
        },
    ),
    either(
        "roads/y10 iter elsewhere",
        """
        import mid
        import lossmod
        lossmod.go(mid.make())
        """,
        files={
            "lossmod.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            head = nn.Linear(2, 1)
            def go(e):
                for x in e:
                    head(x).sum().backward()
            """,
            "mid.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            from feats import Ex
            def make():
                return Ex()
            """,
            "feats.py": """
            import torch
            from torch import nn
            from torch.autograd import Variable

            net = nn.Linear(2, 2)
            body = nn.Linear(2, 2)
            class Ex(object):
                def __iter__(self):
                    for i in range(2):
                        v = Variable(torch.ones(1, 2), volatile=True)
                        yield body(v)
            """,
        },
    ),
    either(
        "roads/z02 attr tuple",
        """
        net3 = nn.Linear(2, 2)
        class M(object):
            def test(self):
                v = Variable(torch.ones(1, 2), volatile=True)
                self.out, self.n = net3(v), 1
            def train(self):
                self.out.sum().backward()
        m = M()
        m.test()
        m.train()
        """,
    ),
]
