"""Programs that use `volatile`: those whose regions are restored, and those that must be let be.

Written from what PyTorch 0.3 did with a volatile value. `test_volatile.py` runs each of them three
times: as it stands, as it was meant, and as it was rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness import Case, program

HEAD = """import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.autograd import Variable

net = nn.Linear(2, 2)
head = nn.Linear(2, 2)
batches = [(torch.randn(3, 2), torch.randn(3, 2)) for _ in range(3)]
criterion = nn.MSELoss()

"""

NO_GRAD = ("torch.no_grad()",)


def case(
    name: str,
    body: str,
    *,
    expect: str = "rewritten",
    contains: tuple[str, ...] = NO_GRAD,
    lacks: tuple[str, ...] = ("volatile",),
    files: Mapping[str, str] | None = None,
    unsafe: bool = False,
    note: str = "",
) -> Case:
    """A case whose program begins with a model and some data; texts are looked for in all files."""
    settled = expect == "rewritten"
    return Case(
        name=f"volatile/{name}",
        source=HEAD + program(body),
        expect=expect,
        contains=contains if settled else (),
        lacks=lacks if settled else (),
        files={path: program(text) for path, text in (files or {}).items()},
        unsafe=unsafe,
        note=note,
    )


def kept(name: str, body: str, *, note: str, files: Mapping[str, str] | None = None) -> Case:
    """A program that must not be changed, and why."""
    return case(name, body, expect="untouched", note=note, files=files)


def either(name: str, body: str, *, note: str = "", files: Mapping[str, str] | None = None) -> Case:
    """A program that is left alone or changed as it was meant."""
    return case(name, body, expect="either", note=note, files=files)


# --------------------------------------------------------------------------------------------
# Evaluation in one function
# --------------------------------------------------------------------------------------------

LOCAL = [
    case(
        "local/the test function of the tutorials",
        """
        def test(model, loader):
            model.eval()
            total = 0
            correct = 0
            for data, target in loader:
                data, target = Variable(data, volatile=True), Variable(target)
                output = model(data)
                total += criterion(output, target).item()
                pred = output.data.max(1)[1]
                correct += pred.eq(target.data.max(1)[1]).sum().item()
            return total / len(loader), correct

        result = test(net, batches)
        net.train()
        criterion(net(batches[0][0]), batches[0][1]).backward()
        """,
        contains=("@torch.no_grad()\ndef test(model, loader):\n",),
    ),
    case(
        "local/a function of three lines",
        """
        def predict(x):
            x = Variable(x, volatile=True)
            out = net(x)
            return out.data

        p = predict(torch.ones(1, 2))
        """,
        contains=("@torch.no_grad()\ndef predict(x):\n",),
    ),
    case(
        "local/passed on in the call",
        """
        def predict(x):
            return net(Variable(x, volatile=True)).data.numpy()

        p = predict(torch.ones(1, 2))
        """,
    ),
    case(
        "local/passed on in a call within a call",
        """
        def predict(x):
            return head(F.relu(net(Variable(x, volatile=True)))).max(1)[1].item()

        p = predict(torch.ones(1, 2))
        """,
    ),
    case(
        "local/two volatile inputs",
        """
        def compare(a, b):
            a = Variable(a, volatile=True)
            b = Variable(b, volatile=True)
            return F.mse_loss(net(a), head(b)).item()

        d = compare(torch.ones(1, 2), torch.zeros(1, 2))
        """,
    ),
    case(
        "local/one volatile in a tuple",
        """
        def loss_of(x, y):
            x, y = Variable(x, volatile=True), Variable(y)
            return criterion(net(x), y).item()

        l = loss_of(*batches[0])
        """,
    ),
    case(
        "local/the second of a tuple",
        """
        def loss_of(x, y):
            y, x = Variable(y), Variable(x, volatile=True)
            return criterion(net(x), y).item()

        l = loss_of(*batches[0])
        """,
    ),
    case(
        "local/a chain behind the call",
        """
        def predict(x):
            x = Variable(x, volatile=True).unsqueeze(0).float()
            return net(x).data.sum().item()

        p = predict(torch.ones(2))
        """,
    ),
    case(
        "local/outputs gathered in a list",
        """
        def outputs(loader):
            outs = []
            for x, y in loader:
                outs.append(net(Variable(x, volatile=True)))
            return torch.cat(outs).data

        o = outputs(batches)
        """,
    ),
    case(
        "local/outputs gathered in a dictionary",
        """
        def outputs(loader):
            outs = {}
            for i, (x, y) in enumerate(loader):
                outs[i] = net(Variable(x, volatile=True))
            return [outs[i].sum().item() for i in sorted(outs)]

        o = outputs(batches)
        """,
    ),
    case(
        "local/a comprehension of inputs",
        """
        def outputs(loader):
            xs = [Variable(x, volatile=True) for x, y in loader]
            return [net(x).data for x in xs]

        o = outputs(batches)
        """,
    ),
    case(
        "local/a comprehension of outputs",
        """
        def outputs(loader):
            return torch.stack([net(Variable(x, volatile=True)) for x, y in loader]).data

        o = outputs(batches)
        """,
    ),
    case(
        "local/a generator that is used up on the spot",
        """
        def total(loader):
            return sum(net(Variable(x, volatile=True)).sum().item() for x, y in loader)

        t = total(batches)
        """,
    ),
    either(
        "local/map used up on the spot",
        """
        def outputs(loader):
            xs = [Variable(x, volatile=True) for x, y in loader]
            outs = list(map(net, xs))
            return torch.cat(outs).data

        o = outputs(batches)
        """,
    ),
    case(
        "local/an accumulator",
        """
        def total(loader):
            loss = 0
            for x, y in loader:
                loss += criterion(net(Variable(x, volatile=True)), Variable(y))
            return loss.item()

        t = total(batches)
        """,
    ),
    case(
        "local/a state carried through a loop",
        """
        def unroll(x, n):
            h = Variable(torch.zeros(1, 2), volatile=True)
            for i in range(n):
                h = torch.tanh(head(net(h)))
            return h.data

        u = unroll(torch.ones(1, 2), 3)
        """,
    ),
    either(
        "local/a state carried through a loop, with something else",
        """
        def unroll(x, n):
            h = Variable(torch.zeros(1, 2), volatile=True)
            for i in range(n):
                h = torch.tanh(net(h) + head(x))
            return h.data

        u = unroll(torch.ones(1, 2), 3)
        """,
        note="head(x) by itself is not volatile, but nothing is done with it",
    ),
    either(
        "local/a state that becomes volatile in the second round",
        """
        def unroll(x, n):
            h = torch.zeros(1, 2)
            for i in range(n):
                h = net(h)
                h = h + Variable(x, volatile=True)
            return h.data

        u = unroll(torch.ones(1, 2), 3)
        """,
    ),
    case(
        "local/a loop with while, break and continue",
        """
        def decode(start, most):
            prev = Variable(start, volatile=True)
            found = []
            while True:
                prev = torch.tanh(net(prev))
                best = prev.max(1)[1].item()
                if best == 7:
                    continue
                found.append(best)
                if len(found) == most:
                    break
            return found

        d = decode(torch.ones(1, 2), 4)
        """,
    ),
    case(
        "local/an early return",
        """
        def first_large(loader):
            for x, y in loader:
                out = net(Variable(x, volatile=True))
                if out.max().item() > 100:
                    return out.data
            return None

        f = first_large(batches)
        """,
    ),
    case(
        "local/try and finally",
        """
        log = []

        def predict(x):
            try:
                x = Variable(x, volatile=True)
                return net(x).data
            finally:
                log.append("done")

        p = predict(torch.ones(1, 2))
        """,
    ),
    case(
        "local/an exception goes through",
        """
        def predict(x):
            x = Variable(x, volatile=True)
            out = net(x)
            if out.size(0) > 1:
                raise ValueError("one at a time")
            return out.data

        p = predict(torch.ones(1, 2))
        try:
            predict(torch.ones(2, 2))
        except ValueError:
            failed = torch.is_grad_enabled()
        """,
    ),
    case(
        "local/in a method",
        """
        class Tester:
            def __init__(self, model):
                self.model = model

            def run(self, loader):
                self.model.eval()
                total = 0
                for x, y in loader:
                    x = Variable(x, volatile=True)
                    y = Variable(y, volatile=True)
                    total += criterion(self.model(x), y).item()
                return total

        t = Tester(net).run(batches)
        """,
        contains=("    @torch.no_grad()\n    def run(self, loader):\n",),
    ),
    case(
        "local/through attributes of self within a method",
        """
        class Runner:
            def run(self, x):
                self.input = Variable(x, volatile=True)
                self.output = net(self.input)
                return self.output.sum().item()

        r = Runner().run(torch.ones(1, 2))
        """,
    ),
    case(
        "local/in a static method with a decorator",
        """
        class Runner:
            @staticmethod
            def run(x):
                return net(Variable(x, volatile=True)).data

        r = Runner.run(torch.ones(1, 2))
        """,
    ),
    case(
        "local/in a property",
        """
        class Runner:
            x = torch.ones(1, 2)

            @property
            def value(self):
                out = net(Variable(self.x, volatile=True))
                return out.sum().item()

        r = Runner().value
        """,
    ),
    case(
        "local/in a nested function",
        """
        def outer(x):
            def inner(t):
                t = Variable(t, volatile=True)
                return net(t).data
            return inner(x) + 1

        o = outer(torch.ones(1, 2))
        """,
    ),
    case(
        "local/a result that nothing is computed from",
        """
        def shape_of(x):
            return net(Variable(x, volatile=True)).size()

        s = tuple(shape_of(torch.ones(1, 2)))
        """,
    ),
    case(
        "local/the flag in third position",
        """
        def predict(x):
            x = Variable(x, False, True)
            return net(x).data

        p = predict(torch.ones(1, 2))
        """,
        lacks=("Variable",),
    ),
    case(
        "local/both flags",
        """
        def predict(x):
            x = Variable(x, requires_grad=False, volatile=True)
            return net(x).data

        p = predict(torch.ones(1, 2))
        """,
        lacks=("volatile", "requires_grad"),
    ),
    case(
        "local/both flags the other way round",
        """
        def predict(x):
            x = Variable(x, volatile=True, requires_grad=False)
            return net(x).data

        p = predict(torch.ones(1, 2))
        """,
        lacks=("volatile", "requires_grad"),
    ),
    case(
        "local/a new tensor",
        """
        def sample(n):
            z = Variable(torch.ones(n, 2), volatile=True)
            return net(z).data

        s = sample(3)
        """,
    ),
    case(
        "local/a view that is changed in place",
        """
        def clipped(x):
            out = net(Variable(x, volatile=True))
            flat = out.view(-1)
            flat.clamp_(0, 1)
            return out.data

        c = clipped(torch.ones(1, 2))
        """,
    ),
    case(
        "local/in-place on the volatile value",
        """
        def shifted(x):
            v = Variable(x.clone(), volatile=True)
            v += 1
            return net(v).data

        s = shifted(torch.ones(1, 2))
        """,
    ),
    case(
        "local/a buffer is filled",
        """
        def table(loader):
            out = torch.zeros(len(loader), 2)
            for i, (x, y) in enumerate(loader):
                out[i] = net(Variable(x, volatile=True)).data.mean(0)
            return out

        t = table(batches)
        """,
    ),
    case(
        "local/strings of several lines stay",
        '''
        def report(loader):
            """Says how it went.

              Indented.
            """
            total = 0
            for x, y in loader:
                total += net(Variable(x, volatile=True)).sum().item()
            text = """total
              %.3f
            """ % total
            return text

        r = report(batches)
        ''',
    ),
    case(
        "local/with comments and odd layout",
        """
        def report(loader):
            # before
            total = 0

            for x, y in loader:   # each batch

                # to the model
                x = Variable(x,
                             volatile=True)  # no graph
                out = net(
                    x  # the batch
                )
                total += out.sum() \\
                    .item()
                # end of the loop
            return total

        r = report(batches)
        """,
        contains=("no_grad()", "# each batch", "# no graph", "# the batch", "# end of the loop"),
    ),
    case(
        "local/star arguments",
        """
        def run(*xs):
            xs = [Variable(x, volatile=True) for x in xs]
            return torch.cat([net(x) for x in xs], 0).data

        r = run(torch.ones(1, 2), torch.zeros(1, 2))
        """,
    ),
    case(
        "local/the class by its full name",
        """
        def predict(x):
            x = torch.autograd.Variable(x, volatile=True)
            return net(x).data

        p = predict(torch.ones(1, 2))
        """,
    ),
    case(
        "local/a context manager around it",
        """
        import contextlib

        def predict(x):
            with contextlib.suppress(ValueError):
                x = Variable(x, volatile=True)
                out = net(x)
                return out.data

        p = predict(torch.ones(1, 2))
        """,
    ),
    case(
        "local/an assertion on the result",
        """
        def check(x):
            out = net(Variable(x, volatile=True))
            assert out.sum().item() == out.sum().item()
            return True

        c = check(torch.ones(1, 2))
        """,
    ),
    case(
        "local/one-line suite",
        """
        def run(x, n):
            x = Variable(x, volatile=True)
            for i in range(n): x = net(x)
            if n: x = head(x)
            return x.data

        r = run(torch.ones(1, 2), 2)
        """,
    ),
    case(
        "local/two statements on one line",
        """
        def run(x):
            x = Variable(x, volatile=True); out = net(x)
            return out.data

        r = run(torch.ones(1, 2))
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Evaluation beside training
# --------------------------------------------------------------------------------------------

MIXED = [
    case(
        "mixed/validation behind training",
        """
        def epoch(loader):
            opt = optim.SGD(net.parameters(), lr=0.1)
            for x, y in loader:
                opt.zero_grad()
                loss = criterion(net(Variable(x)), Variable(y))
                loss.backward()
                opt.step()
            total = 0
            for x, y in loader:
                x = Variable(x, volatile=True)
                total += criterion(net(x), Variable(y)).item()
            return total

        e = epoch(batches)
        """,
        contains=("with torch.no_grad():\n",),
    ),
    case(
        "mixed/validation before training",
        """
        def epoch(x, y):
            before = criterion(net(Variable(x, volatile=True)), Variable(y)).item()
            loss = criterion(net(Variable(x)), Variable(y))
            loss.backward()
            return before

        e = epoch(*batches[0])
        """,
        contains=("    with torch.no_grad():\n        before = ",),
    ),
    case(
        "mixed/validation within the training loop",
        """
        def train(loader):
            opt = optim.SGD(net.parameters(), lr=0.1)
            losses = []
            for i, (x, y) in enumerate(loader):
                loss = criterion(net(Variable(x)), Variable(y))
                opt.zero_grad()
                loss.backward()
                opt.step()
                if i % 2 == 0:
                    v = Variable(x, volatile=True)
                    out = net(v)
                    losses.append(criterion(out, Variable(y)).item())
            return losses

        t = train(batches)
        """,
        contains=("        with torch.no_grad():\n",),
    ),
    case(
        "mixed/two regions with training between",
        """
        def steps(x, y):
            first = net(Variable(x, volatile=True)).sum().item()
            criterion(net(Variable(x)), Variable(y)).backward()
            last = net(Variable(x, volatile=True)).sum().item()
            return first, last

        s = steps(*batches[0])
        """,
    ),
    case(
        "mixed/a pair of noise and fake",
        """
        def step(noise, real):
            noise_v = Variable(noise, volatile=True)
            fake = Variable(net(noise_v).data)
            loss = head(fake).mean() - head(Variable(real)).mean()
            loss.backward()
            return loss.item()

        s = step(torch.ones(1, 2), torch.zeros(1, 2))
        """,
        contains=("    with torch.no_grad():\n",),
    ),
    case(
        "mixed/a pair of noise and fake, with gradients for both nets later",
        """
        def step(noise, real):
            for p in head.parameters():
                p.requires_grad = True
            noisev = Variable(noise, volatile=True)
            fake = Variable(net(noisev).data)
            head(fake).mean().backward()
            for p in head.parameters():
                p.requires_grad = False
            noisev = Variable(noise)
            head(net(noisev)).mean().backward()

        step(torch.ones(1, 2), torch.zeros(1, 2))
        grads = [p.grad for p in net.parameters()]
        """,
    ),
    case(
        "mixed/targets cut with data",
        """
        def learn(state, following, reward):
            q = net(Variable(state)).gather(1, Variable(torch.zeros(1, 1).long()))
            next_q = head(Variable(following, volatile=True)).max(1)[0]
            target = Variable(next_q.data * 0.9 + reward)
            loss = F.mse_loss(q.squeeze(1), target)
            loss.backward()
            return loss.item()

        l = learn(torch.ones(1, 2), torch.zeros(1, 2), 1.0)
        """,
    ),
    case(
        "mixed/targets detached",
        """
        def learn(state, following):
            q = net(Variable(state)).max(1)[0]
            next_q = head(Variable(following, volatile=True)).max(1)[0].detach()
            loss = (q - next_q.data).pow(2).mean()
            loss.backward()
            return loss.item()

        l = learn(torch.ones(1, 2), torch.zeros(1, 2))
        """,
    ),
    case(
        "mixed/in one branch of two",
        """
        def run(x, y, train):
            if train:
                out = net(Variable(x))
                loss = criterion(out, Variable(y))
                loss.backward()
            else:
                out = net(Variable(x, volatile=True))
                loss = criterion(out, Variable(y))
            return loss.item()

        a = run(*batches[0], False)
        b = run(*batches[0], True)
        """,
        contains=("        with torch.no_grad():\n",),
    ),
    case(
        "mixed/a guard that returns early",
        """
        def run(x, y, train):
            if not train:
                x = Variable(x, volatile=True)
                return criterion(net(x), Variable(y)).item()
            loss = criterion(net(Variable(x)), Variable(y))
            loss.backward()
            return loss.item()

        a = run(*batches[0], False)
        b = run(*batches[0], True)
        """,
        contains=("with torch.no_grad():\n",),
    ),
    case(
        "mixed/gradients asked for by name",
        """
        def penalty(x, noise):
            fake = net(Variable(noise, volatile=True)).data
            mixed = Variable(x + fake, requires_grad=True)
            g = torch.autograd.grad(head(mixed).sum(), mixed)[0]
            return g

        p = penalty(torch.ones(1, 2), torch.zeros(1, 2))
        """,
    ),
    case(
        "mixed/a method that trains and tests",
        """
        class Trainer:
            def __init__(self):
                self.opt = optim.SGD(net.parameters(), lr=0.1)

            def fit(self, loader):
                for x, y in loader:
                    loss = criterion(net(Variable(x)), Variable(y))
                    self.opt.zero_grad()
                    loss.backward()
                    self.opt.step()
                    with open("/dev/null") as f:
                        v = net(Variable(x, volatile=True))
                        self.last = v.sum().item()

        t = Trainer()
        t.fit(batches)
        """,
        contains=("with torch.no_grad():\n",),
    ),
    case(
        "mixed/names stay bound behind the region",
        """
        def run(x, y):
            v = Variable(x, volatile=True)
            out = net(v)
            best = out.data.max(1)[1]
            loss = F.cross_entropy(net(Variable(x)), best)
            loss.backward()
            return best, loss.item()

        r = run(*batches[0])
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# At module level
# --------------------------------------------------------------------------------------------

MODULE = [
    case(
        "module/a script",
        """
        net.eval()
        x = Variable(torch.ones(1, 2), volatile=True)
        out = net(x)
        best = out.data.max(1)[1]
        """,
        contains=("with torch.no_grad():\n",),
    ),
    case(
        "module/a loop",
        """
        total = 0
        for a, b in batches:
            out = net(Variable(a, volatile=True))
            total += criterion(out, Variable(b)).item()
        """,
        contains=("with torch.no_grad():\n    for a, b in batches:\n        out = net(a",),
    ),
    case(
        "module/training first",
        """
        opt = optim.SGD(net.parameters(), lr=0.1)
        for a, b in batches:
            loss = criterion(net(Variable(a)), Variable(b))
            opt.zero_grad()
            loss.backward()
            opt.step()
        v = Variable(batches[0][0], volatile=True)
        result = net(v).data
        """,
        contains=("with torch.no_grad():\n",),
    ),
    case(
        "module/training behind it",
        """
        v = Variable(batches[0][0], volatile=True)
        result = net(v).data
        criterion(net(Variable(batches[0][0])), Variable(batches[0][1])).backward()
        """,
        contains=("with torch.no_grad():\n",),
    ),
    case(
        "module/below the main guard",
        """
        if __name__ == "__main__":
            result = net(Variable(batches[0][0], volatile=True)).data
            criterion(net(Variable(batches[0][0])), Variable(batches[0][1])).backward()
        """,
        contains=("    with torch.no_grad():\n",),
    ),
    case(
        "module/in a comprehension",
        """
        outs = [net(Variable(a, volatile=True)).data for a, b in batches]
        """,
        contains=("with torch.no_grad():\n",),
    ),
    case(
        "module/in an argument",
        """
        print(net(Variable(torch.ones(1, 2), volatile=True)).size())
        """,
        contains=("with torch.no_grad():\n    print(",),
    ),
]

# --------------------------------------------------------------------------------------------
# The flag as an expression
# --------------------------------------------------------------------------------------------

EXPRESSIONS = [
    case(
        "expression/not train",
        """
        def run(x, y, train):
            x = Variable(x, volatile=not train)
            loss = criterion(net(x), Variable(y))
            if train:
                loss.backward()
            return loss.item()

        a = run(*batches[0], False)
        b = run(*batches[0], True)
        """,
        contains=("torch.set_grad_enabled(",),
    ),
    case(
        "expression/a default that is a bool",
        """
        def run(x, y, train=True):
            x = Variable(x, volatile=not train)
            return criterion(net(x), Variable(y)).item()

        a = run(*batches[0], train=False)
        b = run(*batches[0])
        """,
        contains=("torch.set_grad_enabled(",),
    ),
    case(
        "expression/a name",
        """
        def run(x, evaluation):
            x = Variable(x, volatile=evaluation)
            return net(x).sum().item()

        a = run(torch.ones(1, 2), True)
        b = run(torch.ones(1, 2), False)
        """,
        contains=("torch.set_grad_enabled(", "not evaluation)"),
    ),
    case(
        "expression/not self.training",
        """
        class Model(nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = nn.Linear(2, 2)

            def score(self, x):
                h = Variable(torch.zeros(1, 2), volatile=not self.training)
                out = self.inner(x + h)
                return out.sum().item()

        m = Model()
        a = m.score(torch.ones(1, 2))
        m.eval()
        b = m.score(torch.ones(1, 2))
        """,
        contains=("torch.set_grad_enabled(",),
    ),
    case(
        "expression/a comparison",
        """
        def run(x, mode):
            x = Variable(x, volatile=mode == "TEST")
            return net(x).sum().item()

        a = run(torch.ones(1, 2), "TEST")
        b = run(torch.ones(1, 2), "TRAIN")
        """,
        contains=("torch.set_grad_enabled(",),
    ),
    case(
        "expression/an or",
        """
        def run(x, test, frozen):
            x = Variable(x, volatile=test or frozen)
            return net(x).sum().item()

        a = run(torch.ones(1, 2), True, False)
        b = run(torch.ones(1, 2), False, False)
        """,
        contains=("torch.set_grad_enabled(",),
    ),
    case(
        "expression/not a bool",
        """
        def run(x, epochs):
            x = Variable(x, volatile=not epochs)
            return net(x).sum().item()

        a = run(torch.ones(1, 2), 3)
        b = run(torch.ones(1, 2), 0)
        """,
        contains=("torch.set_grad_enabled(", "bool(epochs))"),
    ),
    either(
        "expression/a call",
        """
        asked = []

        def testing():
            asked.append(len(asked))
            return len(asked) % 2 == 1

        def run(x):
            x = Variable(x, volatile=testing())
            return net(x).sum().item()

        a = run(torch.ones(1, 2))
        b = run(torch.ones(1, 2))
        """,
        note="evaluated once, where it was",
    ),
    either(
        "expression/effects before the flag",
        """
        order = []

        def note(name, value):
            order.append(name)
            return value

        def run():
            out = net(Variable(note("data", torch.ones(1, 2)), volatile=note("flag", True)))
            return out.sum().item()

        a = run()
        """,
    ),
    either(
        "expression/the flag changes in between",
        """
        def run(xs):
            train = True
            found = []
            for x in xs:
                v = Variable(x, volatile=not train)
                train = not train
                found.append(net(v).sum().item())
            return found

        a = run([b[0] for b in batches])
        """,
    ),
    either(
        "expression/a caller holds no_grad",
        """
        def run(x, train):
            x = Variable(x, volatile=not train)
            return net(x).sum().item()

        with torch.no_grad():
            a = run(torch.ones(1, 2), True)
        b = run(torch.ones(1, 2), True)
        """,
        note="set_grad_enabled(True) must not switch recording on again",
    ),
    either(
        "expression/a caller holds no_grad, two calls away",
        """
        def run(x, train):
            x = Variable(x, volatile=not train)
            return net(x).sum().item()

        def middle(x):
            return run(x, True) + run(x, False)

        @torch.no_grad()
        def outer(x):
            return middle(x)

        a = outer(torch.ones(1, 2))
        b = middle(torch.ones(1, 2))
        """,
    ),
    either(
        "expression/an unseen caller may hold no_grad",
        """
        from helper import run

        with torch.no_grad():
            a = run(net, torch.ones(1, 2), True)
        b = run(net, torch.ones(1, 2), False)
        """,
        files={
            "helper.py": """
            import torch
            from torch.autograd import Variable

            def run(net, x, train):
                x = Variable(x, volatile=not train)
                return net(x).sum().item()
            """
        },
    ),
    case(
        "expression/literally False",
        """
        def run(x, y):
            x = Variable(x, volatile=False)
            loss = criterion(net(x), Variable(y, volatile=False))
            loss.backward()
            return loss.item()

        a = run(*batches[0])
        """,
        contains=(),
        lacks=("volatile", "Variable", "grad_enabled", "no_grad"),
    ),
    case(
        "expression/literally zero",
        """
        def run(x, y):
            loss = criterion(net(Variable(x, volatile=0)), Variable(y, volatile=False))
            loss.backward()
            return loss.item()

        a = run(*batches[0])
        """,
        contains=(),
        lacks=("no_grad",),
    ),
    either(
        "expression/trains when it may be volatile",
        """
        def run(x, y, test):
            x = Variable(x, volatile=test)
            y = Variable(y, volatile=test)
            loss = criterion(net(x), y)
            if not test:
                net.zero_grad()
                loss.backward()
            return loss.item()

        a = run(*batches[0], True)
        b = run(*batches[0], False)
        """,
        note="backward stands in a branch that is only taken when recording",
    ),
    either(
        "expression/in both flags",
        """
        def run(x, train):
            x = Variable(x, requires_grad=train, volatile=not train)
            out = net(x).sum()
            if train:
                out.backward()
            return out.item()

        a = run(torch.ones(1, 2), True)
        b = run(torch.ones(1, 2), False)
        """,
    ),
    either(
        "expression/wrapped in either branch",
        """
        def run(x, y, train):
            if train:
                x, y = Variable(x), Variable(y)
            else:
                x, y = Variable(x, volatile=True), Variable(y, volatile=True)
            loss = criterion(net(x), y)
            return loss.item()

        a = run(*batches[0], True)
        b = run(*batches[0], False)
        """,
    ),
    either(
        "expression/wrapped in either branch, and trained",
        """
        def run(x, y, train):
            if train:
                x = Variable(x)
            else:
                x = Variable(x, volatile=True)
            loss = criterion(net(x), Variable(y))
            if train:
                net.zero_grad()
                loss.backward()
            return loss.item()

        a = run(*batches[0], False)
        b = run(*batches[0], True)
        """,
    ),
    either(
        "expression/volatile when a name is set",
        """
        def run(x, y=None):
            v = Variable(x, volatile=y is None)
            out = net(v)
            if y is not None:
                criterion(out, Variable(y)).backward()
            return out.data

        a = run(batches[0][0])
        b = run(*batches[0])
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Values that leave the function that makes them
# --------------------------------------------------------------------------------------------

_TO_VAR = """
import torch
from torch.autograd import Variable

def to_var(x, volatile=False):
    return Variable(x, volatile=volatile)
"""

PRODUCERS = [
    case(
        "producer/to_var in the same file",
        """
        def to_var(x, volatile=False):
            return Variable(x, volatile=volatile)

        def test(loader):
            total = 0
            for x, y in loader:
                total += criterion(net(to_var(x, volatile=True)), to_var(y)).item()
            return total

        def train(x, y):
            criterion(net(to_var(x)), to_var(y)).backward()

        t = test(batches)
        train(*batches[0])
        """,
        contains=("@torch.no_grad()\ndef test(loader):\n",),
        lacks=("volatile=True",),
    ),
    case(
        "producer/to_var in another file",
        """
        from helper import to_var

        def test(x):
            return net(to_var(x, volatile=True)).data

        def train(x, y):
            criterion(net(to_var(x)), to_var(y)).backward()

        t = test(torch.ones(1, 2))
        train(*batches[0])
        """,
        files={"helper.py": _TO_VAR},
        contains=("@torch.no_grad()\ndef test(x):\n",),
        lacks=("volatile=True",),
    ),
    case(
        "producer/to_var by position",
        """
        from helper import to_var

        def test(x):
            return net(to_var(x, True)).data

        t = test(torch.ones(1, 2))
        """,
        files={"helper.py": _TO_VAR},
        contains=("@torch.no_grad()\ndef test(x):\n",),
        lacks=("to_var(x, True)",),
    ),
    case(
        "producer/a helper that is always volatile",
        """
        def frozen(x):
            return Variable(x, volatile=True)

        def test(x):
            out = net(frozen(x))
            return out.data

        t = test(torch.ones(1, 2))
        criterion(net(batches[0][0]), batches[0][1]).backward()
        """,
        contains=("@torch.no_grad()\ndef test(x):\n",),
        lacks=(),
    ),
    case(
        "producer/a wrapper of a wrapper",
        """
        from helper import to_var

        def wrap(x, evaluation):
            return to_var(x, volatile=evaluation)

        def test(x):
            return net(wrap(x, True)).data

        def train(x):
            net(wrap(x, False)).sum().backward()

        t = test(torch.ones(1, 2))
        train(torch.ones(1, 2))
        """,
        files={"helper.py": _TO_VAR},
    ),
    either(
        "producer/a batch as a tuple",
        """
        def get_batch(source, i, evaluation=False):
            x = Variable(source[i][0], volatile=evaluation)
            y = Variable(source[i][1])
            return x, y

        def evaluate(source):
            total = 0
            for i in range(len(source)):
                x, y = get_batch(source, i, evaluation=True)
                total += criterion(net(x), y).item()
            return total

        def train(source):
            for i in range(len(source)):
                x, y = get_batch(source, i)
                criterion(net(x), y).backward()

        e = evaluate(batches)
        train(batches)
        """,
    ),
    either(
        "producer/a batch as a dictionary",
        """
        def get_batch(pair, evaluation=False):
            return {
                "x": Variable(pair[0], volatile=evaluation),
                "y": Variable(pair[1], volatile=evaluation),
            }

        def evaluate(source):
            total = 0
            for pair in source:
                batch = get_batch(pair, evaluation=True)
                total += criterion(net(batch["x"]), batch["y"]).item()
            return total

        def train(pair):
            batch = get_batch(pair)
            criterion(net(batch["x"]), batch["y"]).backward()

        e = evaluate(batches)
        train(batches[0])
        """,
    ),
    either(
        "producer/a class of batches",
        """
        class Batches:
            def __init__(self, data, evaluation=False):
                self.data = data
                self.evaluation = evaluation

            def __getitem__(self, i):
                x, y = self.data[i]
                return Variable(x, volatile=self.evaluation), Variable(y)

        def evaluate(source):
            x, y = source[0]
            return criterion(net(x), y).item()

        e = evaluate(Batches(batches, True))
        x, y = Batches(batches)[1]
        criterion(net(x), y).backward()
        """,
    ),
    either(
        "producer/a method of the same class",
        """
        class Agent:
            def prepare(self, x):
                return Variable(x, volatile=True)

            def act(self, x):
                return net(self.prepare(x)).max(1)[1].item()

        a = Agent().act(torch.ones(1, 2))
        """,
    ),
    either(
        "producer/set in one method, used in another",
        """
        class Runner:
            def load(self, x):
                self.x = Variable(x, volatile=True)

            def score(self):
                return net(self.x).sum().item()

        r = Runner()
        r.load(torch.ones(1, 2))
        s = r.score()
        """,
    ),
    either(
        "producer/set in one method or the other",
        """
        class Runner:
            def load(self, x):
                self.x = Variable(x, volatile=True)

            def load_for_training(self, x):
                self.x = Variable(x)

            def score(self):
                self.out = net(self.x).sum()
                return self.out.item()

        r = Runner()
        r.load(torch.ones(1, 2))
        a = r.score()
        r.load_for_training(torch.ones(1, 2))
        b = r.score()
        r.out.backward()
        """,
        note="whether score records depends on who was called before",
    ),
    either(
        "producer/the model's output is returned",
        """
        def infer(x):
            return net(Variable(x, volatile=True))

        def test(x):
            return head(infer(x)).sum().item()

        t = test(torch.ones(1, 2))
        """,
    ),
    either(
        "producer/the model's output is returned, and trained on",
        """
        def infer(x):
            return net(Variable(x, volatile=True))

        def train(x):
            head(infer(x).data).sum().backward()

        train(torch.ones(1, 2))
        """,
    ),
    either(
        "producer/a default that asks for it",
        """
        def to_var(x, volatile=True):
            return Variable(x, volatile=volatile)

        def test(x):
            return net(to_var(x)).data

        def train(x):
            net(to_var(x, volatile=False)).sum().backward()

        t = test(torch.ones(1, 2))
        train(torch.ones(1, 2))
        """,
    ),
    either(
        "producer/through keywords",
        """
        def to_var(x, **kwargs):
            return Variable(x, **kwargs)

        def test(x):
            return net(to_var(x, volatile=True)).data

        t = test(torch.ones(1, 2))
        net(to_var(torch.ones(1, 2))).sum().backward()
        """,
    ),
    either(
        "producer/a helper with a branch",
        """
        def to_var(x, volatile=False):
            if torch.cuda.is_available():
                x = x.cuda()
            return Variable(x, volatile=volatile)

        def test(x):
            x = to_var(x, volatile=True)
            return net(x).data

        t = test(torch.ones(1, 2))
        net(to_var(torch.ones(1, 2))).sum().backward()
        """,
    ),
    either(
        "producer/a list of batches made beforehand",
        """
        def prepare(source):
            return [(Variable(x, volatile=True), Variable(y)) for x, y in source]

        def test(pairs):
            return sum(criterion(net(x), y).item() for x, y in pairs)

        t = test(prepare(batches))
        """,
    ),
    either(
        "producer/a caller holds no_grad already",
        """
        def to_var(x, volatile=False):
            return Variable(x, volatile=volatile)

        def test(x):
            with torch.no_grad():
                return net(to_var(x, volatile=True)).data

        t = test(torch.ones(1, 2))
        """,
        note="nothing is nested in the block that is there",
    ),
    either(
        "producer/tested and trained by one function",
        """
        def to_var(x, volatile=False):
            return Variable(x, volatile=volatile)

        def run(x, train):
            out = net(to_var(x, volatile=not train)).sum()
            if train:
                out.backward()
            return out.item()

        a = run(torch.ones(1, 2), True)
        b = run(torch.ones(1, 2), False)
        """,
    ),
    either(
        "producer/a generator of volatile batches",
        """
        def stream(source):
            for x, y in source:
                yield Variable(x, volatile=True), Variable(y)

        def test(source):
            return sum(criterion(net(x), y).item() for x, y in stream(source))

        t = test(batches)
        on = torch.is_grad_enabled()
        """,
    ),
    either(
        "producer/a lambda that wraps",
        """
        to_var = lambda x, volatile=False: Variable(x, volatile=volatile)

        def test(x):
            return net(to_var(x, volatile=True)).data

        t = test(torch.ones(1, 2))
        net(to_var(torch.ones(1, 2))).sum().backward()
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# What runs at another time, or hands control away
# --------------------------------------------------------------------------------------------

LATER = [
    case(
        "later/a generator that yields plain values",
        """
        def stream(source):
            for x, y in source:
                out = net(Variable(x, volatile=True))
                yield out.data

        outs = []
        for out in stream(batches):
            outs.append(out)
            head(out).sum().backward()
        on = torch.is_grad_enabled()
        """,
        contains=("@torch.no_grad()\ndef stream(source):\n",),
        note="a with would leak the mode to the loop that consumes it",
    ),
    either(
        "later/a generator that trains in between",
        """
        def stream(source):
            for x, y in source:
                net.zero_grad()
                criterion(net(Variable(x)), Variable(y)).backward()
                yield net(Variable(x, volatile=True)).data

        for out in stream(batches):
            head(out).sum().backward()
        on = torch.is_grad_enabled()
        """,
    ),
    either(
        "later/a region before a yield",
        """
        def stream(source):
            for x, y in source:
                best = net(Variable(x, volatile=True)).data.max(1)[1]
                yield net(Variable(x)), best

        for out, best in stream(batches):
            F.cross_entropy(out, best).backward()
        on = torch.is_grad_enabled()
        """,
        note="what is yielded second is differentiated by the consumer",
    ),
    either(
        "later/async def",
        """
        import asyncio

        async def predict(x):
            x = Variable(x, volatile=True)
            out = net(x)
            return out.data

        p = asyncio.run(predict(torch.ones(1, 2)))
        """,
        note="a decorator does nothing for a coroutine",
    ),
    either(
        "later/async def that waits in between",
        """
        import asyncio

        async def predict(x):
            x = Variable(x, volatile=True)
            await asyncio.sleep(0)
            out = net(x)
            return out.data

        async def train(x):
            await asyncio.sleep(0)
            net(x).sum().backward()

        async def both():
            return await asyncio.gather(predict(torch.ones(1, 2)), train(torch.ones(1, 2)))

        p = asyncio.run(both())
        """,
    ),
    either(
        "later/an asynchronous generator",
        """
        import asyncio

        async def stream(source):
            for x, y in source:
                yield net(Variable(x, volatile=True)).data

        async def main():
            return [out async for out in stream(batches)]

        p = asyncio.run(main())
        """,
    ),
    either(
        "later/a context manager",
        """
        import contextlib

        @contextlib.contextmanager
        def predicted(x):
            out = net(Variable(x, volatile=True))
            yield out.data

        with predicted(torch.ones(1, 2)) as p:
            head(p).sum().backward()
        on = torch.is_grad_enabled()
        """,
        note="a decorator below it does nothing; above it, it is wrong",
    ),
    either(
        "later/a closure that is called later",
        """
        def later(x):
            v = Variable(x, volatile=True)

            def run():
                return net(v).data

            return run

        p = later(torch.ones(1, 2))()
        """,
    ),
    either(
        "later/a lambda that is called later",
        """
        def later(x):
            v = Variable(x, volatile=True)
            return lambda: net(v).data

        p = later(torch.ones(1, 2))()
        """,
    ),
    either(
        "later/a generator expression used elsewhere",
        """
        def outputs(source):
            return (net(Variable(x, volatile=True)).data for x, y in source)

        p = list(outputs(batches))
        """,
    ),
    either(
        "later/a map object used elsewhere",
        """
        def outputs(source):
            xs = [Variable(x, volatile=True) for x, y in source]
            return map(net, xs)

        p = [out.data for out in outputs(batches)]
        """,
    ),
    either(
        "later/a generator expression used behind the loop",
        """
        def total(source):
            outs = (net(Variable(x, volatile=True)) for x, y in source)
            loss = net(Variable(source[0][0])).sum()
            loss.backward()
            return sum(out.sum().item() for out in outs)

        t = total(batches)
        """,
    ),
    either(
        "later/a thread",
        """
        import threading

        def predict(x, found):
            v = Variable(x, volatile=True)

            def work():
                found.append(net(v).data)

            thread = threading.Thread(target=work)
            thread.start()
            thread.join()

        found = []
        predict(torch.ones(1, 2), found)
        """,
    ),
    either(
        "later/a local function called on the spot",
        """
        def predict(x):
            v = Variable(x, volatile=True)

            def run(t):
                return head(net(t))

            return run(v).data

        p = predict(torch.ones(1, 2))
        """,
    ),
    either(
        "later/a lambda as a transform",
        """
        transform = lambda x: net(Variable(x, volatile=True)).data

        p = [transform(x) for x, y in batches]
        """,
    ),
    either(
        "later/a lambda in a call",
        """
        def apply(f, xs):
            return [f(x) for x in xs]

        p = apply(lambda x: net(Variable(x, volatile=True)).sum().item(), [b[0] for b in batches])
        """,
    ),
    either(
        "later/a lambda that computes nothing",
        """
        def apply(f, xs):
            return [f(x) for x in xs]

        p = apply(lambda x: Variable(x, volatile=True).mul(2).data, [b[0] for b in batches])
        """,
    ),
    either(
        "later/a hook of the forward pass",
        """
        kept = []
        handle = net.register_forward_hook(lambda m, i, o: kept.append(o.sum().item()))

        def predict(x):
            return net(Variable(x, volatile=True)).data

        p = predict(torch.ones(1, 2))
        handle.remove()
        """,
    ),
    either(
        "later/a default argument",
        """
        def score(x=Variable(torch.ones(1, 2), volatile=True)):
            return net(x).sum().item()

        s = score()
        """,
    ),
    either(
        "later/a class attribute",
        """
        class Probe:
            x = Variable(torch.ones(1, 2), volatile=True)

            def score(self):
                return net(self.x).sum().item()

        s = Probe().score()
        """,
    ),
    either(
        "later/a global read by a function",
        """
        probe = Variable(torch.ones(1, 2), volatile=True)

        def score():
            return net(probe).sum().item()

        s = score()
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# `.volatile` read and written
# --------------------------------------------------------------------------------------------

ATTRIBUTE = [
    case(
        "attribute/next state values of another net",
        """
        def learn(state, following, reward):
            q = net(Variable(state)).max(1)[0]
            next_q = head(Variable(following, volatile=True)).max(1)[0]
            next_q.volatile = False
            loss = F.smooth_l1_loss(q, next_q * 0.9 + reward)
            net.zero_grad()
            loss.backward()
            return loss.item()

        l = learn(torch.ones(1, 2), torch.zeros(1, 2), 1.0)
        """,
        unsafe=True,
        note="today the target net gets gradients; it was meant not to",
    ),
    case(
        "attribute/next state values of the same net",
        """
        def learn(state, following, reward):
            following = Variable(following, volatile=True)
            q = net(Variable(state)).max(1)[0]
            next_q = Variable(torch.zeros(1))
            next_q = net(following).max(1)[0]
            next_q.volatile = False
            loss = F.smooth_l1_loss(q, next_q * 0.9 + reward)
            loss.backward()
            return loss.item()

        l = learn(torch.ones(1, 2), torch.zeros(1, 2), 1.0)
        """,
        unsafe=True,
    ),
    either(
        "attribute/switched off without a use",
        """
        def run(x):
            out = net(Variable(x, volatile=True))
            out.volatile = False
            return out.data

        r = run(torch.ones(1, 2))
        """,
    ),
    either(
        "attribute/switched on for an intermediate",
        """
        def act(x):
            h = net(Variable(x))
            h.volatile = True
            return head(h).data

        r = act(torch.ones(1, 2))
        """,
    ),
    either(
        "attribute/passed through",
        """
        def masked(v):
            mask = Variable(torch.ones(1, 2), volatile=v.volatile)
            return net(v * mask).sum()

        a = masked(Variable(torch.ones(1, 2)))
        a.backward()
        """,
    ),
    either(
        "attribute/asked",
        """
        def run(v):
            out = net(v)
            if not v.volatile:
                out.sum().backward()
            return out.data

        r = run(Variable(torch.ones(1, 2)))
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# What must not be touched
# --------------------------------------------------------------------------------------------

REFUSED = [
    kept(
        "refused/differentiated all the same",
        """
        def saliency(x):
            x = Variable(x, volatile=True)
            out = net(x).sum()
            out.backward()
            return out.item()

        s = saliency(torch.ones(1, 2))
        g = net.weight.grad
        """,
        note="today it works, and the gradients are used",
    ),
    kept(
        "refused/differentiated through a sum",
        """
        def step(x, y):
            a = net(Variable(x, volatile=True))
            b = net(Variable(y))
            loss = (a - b).pow(2).sum()
            loss.backward()
            return loss.item()

        s = step(*batches[0])
        """,
        note="a and b meet in what is differentiated",
    ),
    kept(
        "refused/differentiated by autograd.grad",
        """
        def slope(x):
            out = net(Variable(x, volatile=True)).sum()
            return torch.autograd.grad(out, list(net.parameters()))

        s = slope(torch.ones(1, 2))
        """,
        note="the gradient of a volatile value is asked for",
    ),
    kept(
        "refused/differentiated by the caller",
        """
        def infer(x):
            return net(Variable(x, volatile=True)).sum()

        loss = infer(torch.ones(1, 2))
        loss.backward()
        """,
        note="what is returned is differentiated",
    ),
    kept(
        "refused/one statement holds both",
        """
        def step(x, y):
            loss = F.mse_loss(net(Variable(y)), net(Variable(x, volatile=True)).data)
            loss.backward()
            return loss.item()

        s = step(*batches[0])
        """,
        note="no run of whole statements tells them apart",
    ),
    kept(
        "refused/gathered with what is trained",
        """
        def step(x, y):
            outs = []
            outs.append(net(Variable(x, volatile=True)))
            outs.append(net(Variable(y)))
            torch.cat(outs).sum().backward()

        step(*batches[0])
        """,
        note="the list is differentiated as a whole",
    ),
    kept(
        "refused/in the accumulated loss",
        """
        def step(source):
            loss = 0
            for i, (x, y) in enumerate(source):
                v = Variable(x, volatile=True) if i else Variable(x)
                loss = loss + net(v).sum()
            loss.backward()

        step(batches)
        """,
        note="the sum is differentiated",
    ),
    kept(
        "refused/kept on self and differentiated in another method",
        """
        class Runner:
            def load(self, x):
                self.out = net(Variable(x, volatile=True)).sum()

            def train(self):
                self.out.backward()

        r = Runner()
        r.load(torch.ones(1, 2))
        r.train()
        """,
        note="the other method differentiates",
    ),
    kept(
        "refused/in a global and differentiated elsewhere",
        """
        def load(x):
            global out
            out = net(Variable(x, volatile=True)).sum()

        load(torch.ones(1, 2))
        out.backward()
        """,
        note="the module differentiates",
    ),
    kept(
        "refused/differentiated in a closure",
        """
        def step(x):
            opt = optim.LBFGS(net.parameters(), max_iter=2)

            def closure():
                opt.zero_grad()
                loss = net(Variable(x, volatile=True)).pow(2).sum()
                loss.backward()
                return loss

            opt.step(closure)

        step(torch.ones(1, 2))
        """,
        note="the closure differentiates",
    ),
    kept(
        "refused/a name of another library",
        """
        class Variable:
            def __init__(self, data, volatile=False):
                self.data = data

        v = Variable(torch.ones(1, 2), volatile=True)
        out = net(v.data).sum()
        out.backward()
        """,
        note="not the Variable of torch",
    ),
    kept(
        "refused/another volatile",
        """
        def load(path, volatile=False):
            return torch.ones(1, 2)

        out = net(load("x", volatile=True)).sum()
        out.backward()
        """,
        note="a parameter of that name and nothing else",
    ),
    kept(
        "refused/an attribute of another object",
        """
        class Config:
            volatile = False

        config = Config()
        config.volatile = True
        if config.volatile:
            out = net(torch.ones(1, 2)).sum()
            out.backward()
        """,
        note="no tensor",
    ),
    kept(
        "refused/text",
        '''
        doc = """
        x = Variable(x, volatile=True)
        """
        # y = Variable(y, volatile=True)
        out = net(torch.ones(1, 2)).sum()
        out.backward()
        ''',
        note="strings and comments",
    ),
    kept(
        "refused/differentiated through a view of it",
        """
        def step(x):
            out = net(Variable(x, volatile=True))
            flat = out.view(-1)
            flat[0].backward()

        step(torch.ones(1, 2))
        """,
        note="a view of it is differentiated",
    ),
    kept(
        "refused/a hook on the gradient",
        """
        seen = []

        def step(x):
            out = net(Variable(x, volatile=True))
            out.register_hook(seen.append)
            out.sum().backward()

        step(torch.ones(1, 2))
        """,
        note="a hook needs a gradient",
    ),
    kept(
        "refused/asked whether it has a graph",
        """
        def step(x):
            out = net(Variable(x, volatile=True))
            if out.requires_grad:
                out.sum().backward()
            return out.data

        s = step(torch.ones(1, 2))
        g = net.weight.grad
        """,
        note="the flag of the result decides",
    ),
    kept(
        "refused/handed to code that differentiates",
        """
        def minimise(loss):
            net.zero_grad()
            loss.backward()

        def step(x):
            minimise(net(Variable(x, volatile=True)).sum())

        step(torch.ones(1, 2))
        """,
        note="the callee differentiates",
    ),
    kept(
        "refused/both flags set",
        """
        def step(x):
            try:
                return Variable(x, requires_grad=True, volatile=True)
            except ValueError:
                return None

        s = step(torch.ones(1, 2))
        """,
        note="the call itself raises",
    ),
]

# --------------------------------------------------------------------------------------------
# Odd ones, in which a rewrite goes wrong easily
# --------------------------------------------------------------------------------------------

TRAPS = [
    either(
        "trap/a leaf is changed in place beside it",
        """
        def step(x):
            out = net(Variable(x, volatile=True))
            try:
                net.weight.add_(1)
                changed = True
            except RuntimeError:
                changed = False
            return out.data, changed

        s = step(torch.ones(1, 2))
        """,
        note="inside a region the write succeeds",
    ),
    either(
        "trap/a leaf is changed in place within the loop",
        """
        def step(source):
            failed = 0
            for x, y in source:
                try:
                    net.weight.mul_(net(Variable(x, volatile=True)).sum().item())
                except RuntimeError:
                    failed += 1
            return failed

        s = step(batches)
        """,
    ),
    either(
        "trap/a view of an outside tensor is changed later",
        """
        def step(x, buffer):
            v = Variable(x, volatile=True)
            row = buffer[0]
            out = net(v).data
            row.add_(head(out)[0])
            return buffer.sum()

        b = step(torch.ones(1, 2), torch.zeros(2, 2))
        b.backward()
        """,
        note="a view made inside a region cannot be changed in place outside",
    ),
    either(
        "trap/a parameter is made beside it",
        """
        def step(x):
            out = net(Variable(x, volatile=True))
            extra = nn.Linear(2, 2)
            return out.data, extra

        out, extra = step(torch.ones(1, 2))
        extra(torch.ones(1, 2)).sum().backward()
        """,
    ),
    either(
        "trap/a trainable leaf is made between",
        """
        def step(x):
            v = Variable(x, volatile=True)
            w = Variable(torch.ones(1, 2), requires_grad=True)
            out = net(v).data
            (w * out).sum().backward()
            return w.grad

        g = step(torch.ones(1, 2))
        """,
    ),
    either(
        "trap/plain computations between volatile ones",
        """
        def step(x, y):
            a = net(Variable(x, volatile=True))
            b = net(Variable(y))
            c = head(a)
            loss = b.sum()
            d = c.data.sum().item()
            loss.backward()
            return d

        s = step(*batches[0])
        """,
        note="b stands between a and c, and is differentiated",
    ),
    either(
        "trap/training and testing in one loop",
        """
        def step(source):
            found = []
            for x, y in source:
                v = Variable(x, volatile=True)
                loss = criterion(net(Variable(x)), Variable(y))
                out = net(v)
                net.zero_grad()
                loss.backward()
                found.append(out.sum().item())
            return found

        s = step(batches)
        """,
    ),
    either(
        "trap/the loop's own iterable is recorded",
        """
        def step(source):
            found = []
            weights = [net(x) for x, y in source]
            for w in weights:
                found.append(head(Variable(w.data, volatile=True)).sum().item())
            sum(w.sum() for w in weights).backward()
            return found

        s = step(batches)
        """,
    ),
    either(
        "trap/the iterable computes as it goes",
        """
        def step(source):
            found = []
            for out in (net(x) for x, y in source):
                found.append(head(Variable(out.data, volatile=True)).sum().item())
                out.sum().backward()
            return found

        s = step(batches)
        """,
        note="the loop's iterable must not fall into a region",
    ),
    either(
        "trap/a model that enables gradients itself",
        """
        class Inner(nn.Module):
            def forward(self, x):
                with torch.enable_grad():
                    x = x.detach().requires_grad_()
                    return torch.autograd.grad(x.pow(2).sum(), x)[0]

        inner = Inner()

        def step(x):
            return inner(Variable(x, volatile=True)).data

        s = step(torch.ones(1, 2))
        """,
    ),
    either(
        "trap/a model that differentiates itself",
        """
        class Inner(nn.Module):
            def forward(self, x):
                w = torch.ones(1, 2, requires_grad=True)
                return torch.autograd.grad((w * w).sum(), w)[0] + x

        inner = Inner()

        def step(x):
            return inner(Variable(x, volatile=True)).data

        s = step(torch.ones(1, 2))
        """,
        note="inside a region the gradient cannot be taken",
    ),
    either(
        "trap/a callee that trains",
        """
        def callee(v):
            net.zero_grad()
            net(torch.ones(1, 2)).sum().backward()
            return v + 1

        def step(x):
            return callee(Variable(x, volatile=True)).data

        s = step(torch.ones(1, 2))
        g = net.weight.grad
        """,
        note="the function that is called differentiates something else",
    ),
    either(
        "trap/a callee in another file that trains",
        """
        import helper

        def step(x):
            return helper.callee(net, Variable(x, volatile=True)).data

        s = step(torch.ones(1, 2))
        g = net.weight.grad
        """,
        files={
            "helper.py": """
            import torch

            def callee(net, v):
                net.zero_grad()
                net(torch.ones(1, 2)).sum().backward()
                return v + 1
            """
        },
    ),
    either(
        "trap/checks the mode itself",
        """
        def step(x):
            out = net(Variable(x, volatile=True))
            on = torch.is_grad_enabled()
            return out.data, on

        s = step(torch.ones(1, 2))
        """,
        note="the program asks for the mode",
    ),
    either(
        "trap/a decorator that keeps the function",
        """
        known = {}

        def register(f):
            known[f.__name__] = f
            return f

        @register
        def step(x):
            return net(Variable(x, volatile=True)).data

        s = known["step"](torch.ones(1, 2))
        """,
    ),
    either(
        "trap/recursion",
        """
        def deep(x, n):
            v = Variable(x, volatile=True)
            out = net(v).data
            return deep(out, n - 1) if n else out

        s = deep(torch.ones(1, 2), 2)
        """,
    ),
    either(
        "trap/the name is plain again",
        """
        def step(x, y):
            v = Variable(x, volatile=True)
            first = net(v).sum().item()
            v = Variable(y)
            loss = net(v).sum()
            loss.backward()
            return first

        s = step(*batches[0])
        """,
    ),
    either(
        "trap/deleted in between",
        """
        def step(x):
            v = Variable(x, volatile=True)
            out = net(v)
            del v
            return out.data

        s = step(torch.ones(1, 2))
        """,
    ),
    either(
        "trap/another name for the list",
        """
        def step(source):
            outs = []
            same = outs
            for x, y in source:
                same.append(net(Variable(x, volatile=True)))
            return head(torch.cat(outs)).data

        s = step(batches)
        """,
    ),
    either(
        "trap/an attribute of another object in the function",
        """
        class Box:
            pass

        def step(x):
            box = Box()
            box.v = Variable(x, volatile=True)
            return net(box.v).data

        s = step(torch.ones(1, 2))
        """,
    ),
    either(
        "trap/unpacked from a tuple",
        """
        def step(x, y):
            pair = (Variable(x, volatile=True), Variable(y))
            v, w = pair
            out = net(v).data
            net(w).sum().backward()
            return out

        s = step(*batches[0])
        """,
    ),
    either(
        "trap/a conditional expression",
        """
        def step(x, test):
            out = net(Variable(x, volatile=True)) if test else net(Variable(x))
            if not test:
                out.sum().backward()
            return out.data

        a = step(torch.ones(1, 2), True)
        b = step(torch.ones(1, 2), False)
        """,
    ),
    either(
        "trap/the walrus",
        """
        def step(x):
            if (out := net(Variable(x, volatile=True))).sum().item() > 100:
                return None
            return head(out).data

        s = step(torch.ones(1, 2))
        """,
    ),
    either(
        "trap/match",
        """
        def step(x, kind):
            match kind:
                case "test":
                    out = net(Variable(x, volatile=True))
                case _:
                    out = net(Variable(x))
                    out.sum().backward()
            return out.data

        a = step(torch.ones(1, 2), "test")
        b = step(torch.ones(1, 2), "train")
        """,
    ),
    either(
        "trap/an else behind the loop",
        """
        def step(source):
            for x, y in source:
                out = net(Variable(x, volatile=True))
                if out.max().item() > 100:
                    break
            else:
                net(Variable(source[0][0])).sum().backward()
            return out.data

        s = step(batches)
        """,
    ),
    either(
        "trap/no torch by that name",
        """
        import torch as th
        from torch import autograd

        def step(torch):
            return net(autograd.Variable(torch, volatile=True)).data

        s = step(th.ones(1, 2))
        """,
        note="the name torch is taken in the function",
    ),
    either(
        "trap/exec beside it",
        """
        def step(x):
            v = Variable(x, volatile=True)
            exec("kept = 1")
            return net(v).data

        s = step(torch.ones(1, 2))
        """,
    ),
]

CASES = [
    *LOCAL,
    *MIXED,
    *MODULE,
    *EXPRESSIONS,
    *PRODUCERS,
    *LATER,
    *ATTRIBUTE,
    *REFUSED,
    *TRAPS,
]
