"""Programs in which a wrapper can go only by a proof, and programs in which the proof must fail.

`CLEAN`: names are followed, and the wrapper goes. `KEPT`: each stands on one obligation of the
proof; `test_flow.py` takes the obligation away and then sees the program go wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness import Case, legacy

CLEAN = [
    legacy(
        "flow/a name bound to something fresh",
        """
        def f():
            x = torch.ones(3)
            v = Variable(x)
            v += 1
            return v

        out = f()
        """,
        contains=("    v = x\n",),
    ),
    legacy(
        "flow/onto itself, and the statement goes",
        """
        def f():
            x = torch.ones(3)
            x = Variable(x)
            x.unsqueeze_(0)
            return x

        out = f()
        """,
        contains=("    x = torch.ones(3)\n    x.unsqueeze_(0)\n",),
    ),
    legacy(
        "flow/through branches that agree",
        """
        def f(flag):
            if flag:
                x = torch.ones(3)
            else:
                x = torch.zeros(3)
            x = Variable(x)
            return x * 2

        out = f(True)
        """,
        contains=("        x = torch.zeros(3)\n    return",),
    ),
    legacy(
        "flow/an accumulator in a loop",
        """
        def f(n):
            total = torch.zeros(2)
            for i in range(n):
                total = total + torch.ones(2)
            v = Variable(total)
            return v.sum()

        out = f(3)
        """,
        contains=("    v = total\n",),
    ),
    legacy(
        "flow/alone in a block",
        """
        def f(cuda):
            x = torch.ones(2)
            if cuda:
                x = x.cuda()
            else:
                x = Variable(x)
            return x + 1

        out = f(False)
        """,
        contains=("        x = x.cuda()\n    return x + 1\n",),
    ),
    legacy(
        "flow/two statements of one block go",
        """
        def f(flag):
            x, y = torch.ones(2), torch.ones(2)
            if flag:
                x = Variable(x)
                y = Variable(y)
            return x + y

        out = f(True)
        """,
        contains=("    if flag:\n        pass\n    return",),
    ),
    legacy(
        "flow/a list of fresh tensors",
        """
        def f():
            xs = []
            for i in range(3):
                xs.append(torch.ones(2) * i)
            return Variable(torch.cat(xs)), Variable(torch.stack(xs)).sum()

        out = f()
        """,
        contains=("return torch.cat(xs), torch.stack(xs).sum()",),
    ),
    legacy(
        "flow/an array in a name",
        """
        import numpy as np

        def f():
            a = np.ones((2, 2))
            return Variable(torch.FloatTensor(a)) + Variable(torch.from_numpy(a)).float()

        out = f()
        """,
        contains=("return torch.FloatTensor(a) + torch.from_numpy(a).float()",),
    ),
    legacy(
        "flow/a tensor type in a name",
        """
        cuda = False
        Tensor = torch.cuda.FloatTensor if cuda else torch.FloatTensor

        def f(n):
            return Variable(Tensor(n, 2).fill_(1.0)) * 2

        out = f(2)
        """,
        contains=("return Tensor(n, 2).fill_(1.0) * 2",),
    ),
    legacy(
        "flow/what a function of the file gives back",
        """
        def noise(n):
            z = torch.ones(n)
            return z * 2

        def f():
            v = Variable(noise(3))
            v.mul_(2)
            return v

        out = f()
        """,
        contains=("    v = noise(3)\n",),
    ),
    legacy(
        "flow/the parameter of a nested function",
        """
        def f():
            def double(t):
                return Variable(t) * 2
            return double(torch.ones(2)) + double(torch.zeros(2))

        out = f()
        """,
        contains=("        return t * 2\n",),
    ),
    legacy(
        "flow/a private attribute",
        """
        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = torch.nn.Linear(2, 2)
                self._shift = torch.ones(2)

            def forward(self, x):
                return self.fc(x) + Variable(self._shift)

        torch.manual_seed(0)
        out = Net()(torch.ones(1, 2))
        """,
        contains=("return self.fc(x) + self._shift\n",),
    ),
    legacy(
        "flow/batches of a loader",
        """
        from torch.utils.data import DataLoader

        def train(data):
            net = torch.nn.Linear(2, 1)
            loss = torch.nn.MSELoss()
            total = 0
            for i, (x, y) in enumerate(DataLoader(data, batch_size=2)):
                x, y = Variable(x), Variable(y)
                out = loss(net(x), y)
                out.backward()
                total += out.item()
            return total, net.weight.grad

        torch.manual_seed(0)
        out = train([(torch.ones(2), torch.ones(1)), (torch.zeros(2), torch.ones(1))])
        """,
        contains=("batch_size=2)):\n        out = loss(net(x), y)\n",),
    ),
    legacy(
        "flow/a batch moved and cast",
        """
        from torch.utils.data import DataLoader

        def run(data):
            loader = DataLoader(data, batch_size=2)
            found = []
            for batch in loader:
                x, y = batch
                x = Variable(x.float().cpu())
                found.append((x * 2).sum().item())
            return found

        out = run([(torch.ones(2), torch.ones(1))])
        """,
        contains=("    x = x.float().cpu()\n",),
    ),
    legacy(
        "flow/a batch that is taken by hand",
        """
        from torch.utils.data import DataLoader

        def run(data):
            it = iter(DataLoader(data, batch_size=2))
            x, y = next(it)
            return (Variable(x) * 2).sum() + Variable(y).sum()

        out = run([(torch.ones(2), torch.ones(1))])
        """,
        contains=("return (x * 2).sum() + y.sum()",),
    ),
    legacy(
        "flow/a batch that is a dictionary",
        """
        from torch.utils.data import DataLoader

        def run(data):
            total = 0
            for batch in DataLoader(data, batch_size=2):
                total += Variable(batch["x"]).sum()
            return total

        out = run([{"x": torch.ones(2)}, {"x": torch.zeros(2)}])
        """,
        contains=('total += batch["x"].sum()',),
    ),
    legacy(
        "flow/a loader that is passed in from where it is made",
        """
        from torch.utils.data import DataLoader

        def _run(loader):
            total = 0
            for x in loader:
                x = Variable(x)
                total += x.sum()
            return total

        out = _run(DataLoader([torch.ones(2), torch.zeros(2)], batch_size=2))
        """,
        contains=("    for x in loader:\n        total += x.sum()\n",),
    ),
    legacy(
        "flow/under no_grad",
        """
        def f(net, x):
            with torch.no_grad():
                y = x * net.weight
                z = Variable(y)
            return z.sum()

        net = torch.nn.Linear(2, 2)
        torch.nn.init.ones_(net.weight)
        out = f(net, torch.ones(2, requires_grad=True) * 2)
        """,
        contains=(".detach()",),
        note="what `x` and `net.weight` are is not seen, not even that they are tensors",
    ),
    legacy(
        "flow/a tensor, by isinstance",
        """
        def repackage(h):
            if isinstance(h, Variable):
                return Variable(h.data)
            return tuple(repackage(v) for v in h)

        p = torch.ones(2, requires_grad=True)
        out = repackage((p * 2, p))
        """,
        contains=("        return h.data\n",),
    ),
    legacy(
        "flow/a trainable leaf from a name",
        """
        def f():
            w = torch.ones(2)
            w = Variable(w, requires_grad=True)
            (w * 2).sum().backward()
            return w.grad

        out = f()
        """,
        contains=("    w = w.requires_grad_()\n",),
    ),
    legacy(
        "flow/walrus, comprehension, conditional expression",
        """
        def f(flag):
            xs = [torch.ones(2) for _ in range(2)]
            vs = [Variable(x).sum() for x in xs]
            y = torch.ones(2) if flag else torch.zeros(2)
            return sum(vs) + Variable(y).sum()

        out = f(True)
        """,
        contains=("[x.sum() for x in xs]", "sum(vs) + y.sum()"),
    ),
    legacy(
        "flow/try, with, match",
        """
        def f(kind):
            try:
                x = torch.ones(2)
            except ValueError:
                x = torch.zeros(2)
            with open(__file__ if False else "/dev/null") as file:
                y = torch.ones(2)
            match kind:
                case 1:
                    z = torch.ones(2)
                case _:
                    z = torch.zeros(2)
            return (Variable(x) + Variable(y) + Variable(z)).sum()

        out = f(1)
        """,
        contains=("(x + y + z).sum()",),
    ),
    legacy(
        "flow/the indices of a maximum",
        """
        def f(scores):
            best = torch.max(scores * 1, 1)[1]
            values, places = torch.sort(torch.ones(2, 2), 1)
            return Variable(best).sum() + Variable(places).sum() + Variable(values).sum()

        out = f(torch.eye(2))
        """,
        contains=("return best.sum() + places.sum() + values.sum()",),
    ),
    legacy(
        "flow/integers are never part of a graph",
        """
        def f(labels):
            return (Variable(torch.LongTensor(labels)) + 1).sum()

        out = f([1, 2])
        """,
        contains=("(torch.LongTensor(labels) + 1).sum()",),
    ),
    legacy(
        "flow/sizes in a name",
        """
        def f(x):
            size = (2, x.size(0))
            return Variable(x.data.new(*size).zero_())

        out = f(torch.ones(3))
        """,
        contains=("return x.data.new(*size).zero_()",),
    ),
    legacy(
        "flow/a test of the very type",
        """
        def repackage(h):
            if type(h) == torch.Tensor:
                return Variable(h.data)
            return tuple(repackage(v) for v in h)

        h = torch.ones(2, requires_grad=True) * 2
        out = repackage((h, h))
        """,
        contains=("        return h.data\n",),
    ),
    legacy(
        "flow/a branch for Variable alone, which never runs",
        """
        def repackage(h):
            return Variable(h.data) if type(h) is Variable else h

        out = repackage(torch.ones(2, requires_grad=True) * 2)
        """,
        contains=("return h.data if",),
        lacks=(),
    ),
    legacy(
        "flow/given to an object that is a module by its eval",
        """
        from torch.utils.data import DataLoader

        def f(model):
            model.eval()
            return [model(Variable(x)).sum() for x in DataLoader(torch.ones(2, 2))]

        out = f(torch.nn.Linear(2, 1))
        """,
        contains=("[model(x).sum() for x in",),
    ),
    legacy(
        "flow/a text that speaks of a built-in, and names like one",
        """
        def f(dir, vars=2):
            \"\"\"Call eval() before, or globals().\"\"\"
            x = torch.ones(len(dir))
            v = Variable(x)
            v += vars
            return v

        out = f("ab")
        """,
        contains=("    v = x\n",),
    ),
    legacy(
        "flow/a script that reads its arguments",
        """
        class Parser:
            def parse_args(self):
                return 3

        args = Parser().parse_args()
        x = torch.ones(2)

        def f():
            return (Variable(x) * args).sum()

        out = f()
        """,
        contains=("return (x * args).sum()",),
    ),
    legacy(
        "flow/a dataset that keeps a part of what it had",
        """
        from torch.utils.data import DataLoader, Dataset

        class Numbers(Dataset):
            def __init__(self):
                self.data = [1.0, 2.0, 3.0]
            def __len__(self):
                return len(self.data)
            def __getitem__(self, i):
                return torch.ones(2) * self.data[i]

        def f():
            loader = DataLoader(Numbers())
            loader.dataset.data = loader.dataset.data[:2]
            return [(Variable(x) * 2).sum() for x in loader]

        out = f()
        """,
        contains=("[(x * 2).sum() for x in loader]",),
    ),
    legacy(
        "flow/integers, whoever holds what they are made from",
        """
        def f(tags, keep):
            keep(tags)
            v = Variable(torch.LongTensor(tags))
            tags *= 2
            return torch.nn.functional.one_hot(v, 4).sum(0), v.view(-1, 1) * 2

        kept = []
        out = f(torch.arange(2), lambda x: kept.append(x)), f([0, 1], len), kept
        """,
        contains=("v = torch.LongTensor(tags)\n",),
    ),
    legacy(
        "flow/sizes that others get as well",
        """
        def f(x, n, keep):
            keep(n)
            data = x.data.new(n, 2).zero_()
            v = Variable(data)
            v += 1
            return v

        out = f(torch.ones(1), 2, str)
        """,
        contains=("    v = data\n",),
    ),
    legacy(
        "flow/numbers of an array of which only the method tells",
        """
        import numpy as np

        def f(a):
            return Variable(torch.FloatTensor(a.astype(np.float32))), Variable(
                torch.FloatTensor(a.astype("float32"))
            )

        out = f(np.ones(2))
        """,
        contains=("return torch.FloatTensor(a.astype(np.float32)),",),
    ),
    legacy(
        "flow/filled with what numpy computes",
        """
        import numpy as np

        def f(i, decay):
            return Variable(torch.FloatTensor(1).fill_(np.exp(-i / decay)))

        out = f(3, 2.0)
        """,
        contains=("return torch.FloatTensor(1).fill_(",),
    ),
    legacy(
        "flow/a view of something new goes where it may",
        """
        def f(use):
            v = Variable(torch.zeros(4).view(2, 2))
            return use(v), v

        out = f(lambda t: t.sum())
        """,
        contains=("    v = torch.zeros(4).view(2, 2)\n",),
        lacks=(".detach()", "Variable"),
    ),
    legacy(
        "flow/a name for integers that may share goes where it may",
        """
        def f(numbers, use):
            made = torch.LongTensor(numbers)
            target = Variable(made)
            return use(target)

        out = f([1, 2], lambda t: t + 1)
        """,
        contains=("    target = made\n",),
    ),
    legacy(
        "flow/a loader that a method makes and another is given",
        """
        from torch import nn
        from torch.utils.data import DataLoader, TensorDataset

        class Trainer:
            def __init__(self, model):
                self.model = model
                self.criterion = nn.MSELoss()

            def loader(self, data):
                made = DataLoader(data, 2)
                return made

            def epoch(self, loader):
                total = 0.0
                self.model.zero_grad()
                for data, target in loader:
                    data, target = Variable(data), Variable(target)
                    loss = self.criterion(self.model(data), target)
                    loss.backward()
                    total += loss.item()
                return total

            def fit(self, dataset):
                return self.epoch(self.loader(dataset))

        torch.manual_seed(0)
        net = nn.Linear(2, 1)
        out = Trainer(net).fit(TensorDataset(torch.ones(4, 2), torch.zeros(4, 1)))
        grad = net.weight.grad
        """,
        contains=("        for data, target in loader:\n            loss = ",),
    ),
    legacy(
        "flow/new batches that go to code that is not seen",
        """
        from torch.utils.data import DataLoader, TensorDataset

        def marking(out, target):
            target.requires_grad_()
            return ((out - target) ** 2).mean()

        class Trainer:
            def __init__(self, model, criterion, cuda):
                self.model = model
                self.criterion = criterion
                self.cuda = cuda

            def epoch(self, loader):
                total = 0.0
                self.model.zero_grad()
                for data, target in loader:
                    if self.cuda:
                        data, target = Variable(data.cpu()), Variable(target.cpu().squeeze(1))
                    else:
                        data, target = Variable(data), Variable(target)
                    loss = self.criterion(self.model(data), target)
                    loss.backward()
                    total += loss.item()
                return total

            def fit(self, dataset):
                loader = DataLoader(dataset, 2)
                return self.epoch(loader) + self.epoch(loader)

        torch.manual_seed(0)
        net = torch.nn.Linear(2, 1)
        data = TensorDataset(torch.ones(4, 2), torch.zeros(4, 1))
        out = Trainer(net, {"loss": marking}["loss"], False).fit(data)
        other = Trainer(net, {"loss": marking}["loss"], True).fit(data)
        grad = net.weight.grad
        left = data.tensors[1].requires_grad
        """,
        contains=(
            "                data, target = data.cpu(), target.cpu().squeeze(1)\n            loss",
        ),
    ),
    legacy(
        "flow/a loss that a script gives the function",
        """
        import torch.nn.functional as F
        from torch.utils.data import DataLoader, TensorDataset

        def train(loader, model, criterion):
            total = 0.0
            model.train()
            for data, target in loader:
                target_var = Variable(target)
                loss = criterion(model(data), target_var)
                loss.backward()
                total += loss.item() + target.size(0)
            return total

        def main():
            torch.manual_seed(0)
            model = torch.nn.Linear(2, 1)
            loader = DataLoader(TensorDataset(torch.ones(4, 2), torch.zeros(4, 1)), 2)
            criterion = F.mse_loss
            return train(loader, model, criterion), model.weight.grad

        if __name__ == "__main__":
            out = main()
        """,
        contains=("        target_var = target\n",),
    ),
    legacy(
        "flow/the number of a round is no batch",
        """
        from torch.utils.data import DataLoader

        def f(net, show):
            net.train()
            for number, (data, target) in enumerate(DataLoader([(torch.ones(2), 1.0)], 1)):
                data, target = Variable(data), Variable(target)
                made = (net(data).sum() - target).sum()
                made.backward()
                show(number)
            return made.item()

        net = torch.nn.Linear(2, 1)
        torch.nn.init.ones_(net.weight)
        torch.nn.init.zeros_(net.bias)
        out = f(net, print)
        grad = net.weight.grad
        """,
        contains=("(torch.ones(2), 1.0)], 1)):\n        made = (net",),
    ),
    legacy(
        "flow/a method of tensors only reads what it is given",
        """
        def f(scores, numbers):
            chosen = torch.LongTensor(numbers)
            index = Variable(chosen)
            return scores.gather(0, index) + chosen.sum()

        out = f(torch.ones(2, requires_grad=True), [1, 0])
        """,
        contains=("    index = chosen\n",),
    ),
    legacy(
        "flow/what has a size is no packed sequence",
        """
        def f(x):
            n = x.size(0)
            v = Variable(x.data)
            v += n
            return v * 2

        w = torch.ones(2, requires_grad=True)
        out = f(w * 3)
        """,
        contains=("    v = x.data\n",),
    ),
    legacy(
        "flow/a slice is no packed sequence",
        """
        def f(x):
            return Variable(x[0:1].data), Variable(x[:, 0].data)

        w = torch.ones(2, 2, requires_grad=True)
        out = f(w * 3)
        """,
        contains=("return x[0:1].data, x[:, 0].data",),
    ),
    legacy(
        "flow/a comparison that is cast",
        """
        def f(labels, c):
            mask = Variable((labels == c).float())
            places = Variable(labels.float().nonzero().squeeze(1))
            return mask, places

        out = f(torch.tensor([1, 0, 1]), 1)
        """,
        contains=("mask = (labels == c).float()", "places = labels.float().nonzero().squeeze(1)"),
    ),
    legacy(
        "flow/switching off what is off",
        """
        def f():
            labels = torch.zeros(2)
            labels = Variable(labels)
            labels.requires_grad = False
            labels.data.fill_(1)
            return labels

        out = f()
        """,
        contains=("    labels = torch.zeros(2)\n    labels.requires_grad = False\n",),
    ),
    legacy(
        "flow/a hidden attribute in a comment hides nothing",
        """
        def make():
            return torch.zeros(2)
            # return models.__dict__["zeros"](2)

        def f():
            return Variable(make())

        out = f()
        """,
        contains=("return make()\n",),
    ),
]


@dataclass(frozen=True)
class Kept:
    """A case whose wrapper has to stay, and the obligation of the proof that keeps it."""

    obligation: str
    case: Case


def kept(obligation: str, name: str, body: str, contains: str = ".detach()") -> Kept:
    """A program that goes wrong when the obligation is dropped."""
    return Kept(obligation, legacy(f"flow kept/{name}", body, contains=(contains,), lacks=()))


KEPT = [
    kept(
        "shared constructors",
        "a constructor shares with a tensor that is held",
        """
        def f(w):
            x = torch.zeros(2)
            v = Variable(torch.FloatTensor(x))
            v[0] = w
            return x.requires_grad

        out = f(torch.ones(1, requires_grad=True).sum())
        """,
    ),
    kept(
        "shared constructors",
        "a constructor, then a view, of a tensor that is held",
        """
        def f(w):
            x = torch.zeros(4)
            v = Variable(torch.Tensor(x).view(2, 2))
            v[0] = w
            return x.requires_grad

        out = f(torch.ones(1, requires_grad=True).sum())
        """,
    ),
    kept(
        "plain views",
        "a view that is detached in place",
        """
        def f(use):
            v = Variable(torch.zeros(4).view(2, 2))
            use(v)
            return v

        out = f(lambda t: t.detach_())
        """,
    ),
    kept(
        "plain views",
        "a view made while nothing is recorded, and written later",
        """
        def f():
            return Variable(torch.zeros(4).view(2, 2))

        with torch.no_grad():
            v = f()
        w = torch.ones(2, requires_grad=True)
        v[0] = w * 2
        v.sum().backward()
        grad = w.grad
        """,
    ),
    kept(
        "loaders: all callers",
        "another call gives batches of its own",
        """
        from torch.utils.data import DataLoader

        class Trainer:
            def epoch(self, loader):
                found = []
                for data, _ in loader:
                    data = Variable(data)
                    found.append(data * 2)
                return found

            def fit(self, dataset):
                return self.epoch(DataLoader(dataset, 2))

            def replay(self, batches):
                return self.epoch(batches)

        w = torch.ones(2, requires_grad=True)
        trainer = Trainer()
        one = trainer.fit([(torch.ones(2), 0), (torch.ones(2), 1)])
        out = trainer.replay([(w * 2, 0)])
        """,
    ),
    kept(
        "new batches",
        "without a batch size the dataset gives its own tensors",
        """
        from torch.utils.data import DataLoader

        def marking(target):
            target.requires_grad_()
            return target.sum()

        def run(loader, criterion):
            found = []
            for target in loader:
                target = Variable(target)
                found.append(criterion(target).item())
            return found

        data = [torch.ones(2), torch.zeros(2)]
        loader = DataLoader(data, batch_size=None)
        out = run(loader, {"loss": marking}["loss"])
        left = [t.requires_grad for t in data]
        """,
    ),
    kept(
        "branches that exclude each other",
        "one read is behind the branches",
        """
        from torch.utils.data import DataLoader

        def marking(target):
            target.requires_grad_()
            return target.sum()

        def run(loader, criterion, flag):
            found = []
            for target in loader:
                if flag:
                    seen = Variable(target)
                else:
                    seen = Variable(target.cpu())
                found.append(criterion(seen).item())
                found.append((target * 2).requires_grad)
            return found

        loader = DataLoader([torch.ones(2), torch.zeros(2)], 1)
        out = run(loader, {"loss": marking}["loss"], True)
        """,
    ),
    kept(
        "where a new object goes",
        "another name holds the batch",
        """
        from torch.utils.data import DataLoader

        def marking(target):
            target.requires_grad_()
            return target.sum()

        def run(loader, criterion):
            found = []
            for target in loader:
                other = target
                seen = Variable(target)
                criterion(seen)
                found.append((other * 2).requires_grad)
            return found

        loader = DataLoader([torch.ones(2), torch.zeros(2)], 1)
        out = run(loader, {"loss": marking}["loss"])
        """,
    ),
    kept(
        "modules: all callers",
        "another call gives a loss that is not seen",
        """
        import torch.nn.functional as F

        def marking(out, target):
            target.requires_grad_()
            return ((out - target) ** 2).mean()

        def train(criterion, target):
            target_var = Variable(target)
            loss = criterion(torch.ones(2), target_var)
            return loss.item(), (target * 2).requires_grad

        def main():
            first = train(F.mse_loss, torch.zeros(2))
            return first, train({"loss": marking}["loss"], torch.zeros(2))

        if __name__ == "__main__":
            out = main()
        """,
    ),
    kept(
        "loaders: one method",
        "a subclass has batches of its own",
        """
        from torch.utils.data import DataLoader

        class Trainer:
            def loader(self):
                return DataLoader([(torch.ones(2), 0)], 1)

            def run(self):
                found = []
                for data, _ in self.loader():
                    data = Variable(data)
                    found.append(data * 2)
                return found

        class Other(Trainer):
            def loader(self):
                return [(w * 2, 0)]

        w = torch.ones(2, requires_grad=True)
        out = Other().run()
        """,
    ),
    kept(
        "data of a tensor",
        "the data of a packed sequence has a graph",
        """
        from torch.nn.utils.rnn import pack_padded_sequence

        def f(x):
            return Variable(x.data)

        w = torch.ones(2, 1, 3, requires_grad=True)
        out = f(pack_padded_sequence(w * 2, [2]))
        """,
    ),
    kept(
        "data of a tensor: always asked",
        "the size is asked on one way only",
        """
        from torch.nn.utils.rnn import pack_padded_sequence

        def f(x, plain):
            n = 0
            if plain: n = x.size(0)
            else: return Variable(x.data)
            return n

        w = torch.ones(2, 1, 3, requires_grad=True)
        out = f(pack_padded_sequence(w * 2, [2]), False)
        """,
    ),
    kept(
        "data of a tensor: always asked",
        "the size is asked if at all",
        """
        from torch.nn.utils.rnn import pack_padded_sequence

        def f(x, plain):
            n = plain and x.size(0)
            return n, Variable(x.data)

        w = torch.ones(2, 1, 3, requires_grad=True)
        out = f(pack_padded_sequence(w * 2, [2]), False)
        """,
    ),
    kept(
        "own methods",
        "a class whose gather keeps what it is given",
        """
        class Bag:
            def gather(self, _, index):
                self.index = index

        def f(bag):
            x = torch.ones(2)
            v = Variable(x)
            bag.gather(0, v)
            bag.index.requires_grad_()
            return x.requires_grad

        out = f(Bag())
        """,
    ),
    kept(
        "escape",
        "a loss that is given asks for the gradient of its input",
        """
        def f(loss):
            x = torch.zeros(2)
            v = Variable(x)
            made = loss(v)
            made.backward()
            return x.requires_grad

        out = f(lambda x: (x.requires_grad_() * 2).sum())
        """,
    ),
    kept(
        "escape",
        "a method of the class asks for the gradient of its input",
        """
        class Run:
            def loss(self, x):
                x.requires_grad_()
                return (x * 2).sum()

            def run(self):
                x = torch.zeros(2)
                v = Variable(x)
                made = self.loss(v)
                made.backward()
                return x.requires_grad

        out = Run().run()
        """,
    ),
    kept(
        "own comparisons",
        "a class whose comparison gives a graph",
        """
        class Soft:
            def __init__(self, value):
                self.value = value

            def __eq__(self, other):
                return torch.sigmoid(self.value - other)

        def f(labels, c):
            return Variable((labels == c).float())

        out = f(Soft(torch.ones(2, requires_grad=True)), 1)
        """,
    ),
    kept(
        "sole holder",
        "a name holds what is seen as a view",
        """
        def f(numbers):
            made = torch.LongTensor(numbers)
            target = Variable(made)
            target.resize_(1)
            return made, target

        out = f([1, 2])
        """,
    ),
    kept(
        "sole holder",
        "the source is read afterwards",
        """
        def f():
            x = torch.ones(2)
            v = Variable(x, requires_grad=True)
            (v * 2).sum().backward()
            return x, v

        out = f()
        """,
    ),
    kept(
        "sole holder: loops",
        "wrapped anew in every round",
        """
        def f():
            x = torch.ones(2)
            found = []
            for _ in range(2):
                v = Variable(x, requires_grad=True)
                (v * 2).sum().backward()
                found.append(v.grad)
            return found

        out = f()
        """,
    ),
    kept(
        "sole holder: other names",
        "another name holds it",
        """
        def f():
            x = torch.ones(2)
            y = x
            v = Variable(x, requires_grad=True)
            (v * 2).sum().backward()
            return y

        out = f()
        """,
    ),
    kept(
        "join over branches",
        "attached in one branch",
        """
        def f(flag, p):
            x = torch.ones(2)
            if flag:
                x = p * 2
            return (Variable(x) * 3).sum()

        p = torch.ones(2, requires_grad=True)
        out = f(True, p)
        """,
    ),
    kept(
        "back edge",
        "attached from the second round on",
        """
        def f(w):
            h = torch.ones(2)
            for _ in range(3):
                h = Variable(h)
                h = h * w
            return h.sum()

        w = torch.ones(2, requires_grad=True)
        f(w).backward()
        """,
    ),
    kept(
        "metadata change",
        "the result changes its shape",
        """
        from torch.utils.data import DataLoader

        def f():
            data = [torch.ones(2)]
            for x in DataLoader(data, batch_size=None):
                v = Variable(x)
                v.unsqueeze_(0)
            return data[0].size()

        out = f()
        """,
    ),
    kept(
        "metadata change",
        "late requires_grad",
        """
        from torch.utils.data import DataLoader

        def f():
            data = [torch.ones(2)]
            for x in DataLoader(data, batch_size=None):
                v = Variable(x)
                v.requires_grad = True
                (v * 2).sum().backward()
            return data[0].requires_grad

        out = f()
        """,
    ),
    kept(
        "metadata change",
        "identity is compared",
        """
        def f():
            x = torch.ones(2)
            v = Variable(x)
            return v is x

        out = f()
        """,
    ),
    kept(
        "write",
        "an attached tensor is added in place",
        """
        def f(p):
            buffer = torch.zeros(2)
            total = Variable(buffer)
            total += p * 2
            return buffer.requires_grad, total.sum()

        p = torch.ones(2, requires_grad=True)
        flag, out = f(p)
        """,
    ),
    kept(
        "write",
        "an attached tensor is written into a part",
        """
        def f(p):
            buffer = torch.zeros(2)
            total = Variable(buffer)
            total[0] = p[0]
            return buffer.requires_grad, total.sum()

        p = torch.ones(2, requires_grad=True)
        flag, out = f(p)
        """,
    ),
    kept(
        "write",
        "attached through a view",
        """
        def f(p):
            buffer = torch.zeros(4)
            view = buffer.view(2, 2)
            view.add_(p)
            return (Variable(buffer) * 2).sum()

        p = torch.ones(2, requires_grad=True)
        out = f(p)
        """,
    ),
    kept(
        "changes to what a name holds",
        "attached after it was bound",
        """
        def f(p):
            x = torch.zeros(2)
            x.add_(p)
            y = x.view(1, 2)
            return (Variable(y) * 2).sum()

        p = torch.ones(2, requires_grad=True)
        out = f(p)
        """,
    ),
    kept(
        "names that others see",
        "a global and a name of the module hold it",
        """
        x = torch.ones(2)

        def wrap():
            global v
            v = Variable(x)

        y = x
        z = Variable(y)
        """,
    ),
    kept(
        "escape",
        "a function that is not seen gets it",
        """
        def f(act):
            x = torch.ones(2)
            act(x)
            return (Variable(x) * 2).sum()

        out = f(lambda t: t.requires_grad_())
        """,
    ),
    kept(
        "returned",
        "source and result are both given back",
        """
        from torch.utils.data import DataLoader

        def f(data):
            for x in DataLoader(data, batch_size=None):
                return Variable(x)

        data = [torch.ones(2)]
        g = [f][0]
        g(data).requires_grad_()
        """,
    ),
    kept(
        "aliasing cast",
        "a cast that has nothing to do",
        """
        def f():
            x = torch.ones(2)
            v = Variable(x.float(), requires_grad=True)
            (v * 2).sum().backward()
            return x

        out = f()
        """,
    ),
    kept(
        "view",
        "a view of something held",
        """
        def f(p):
            x = torch.zeros(2, 2)
            row = x[0]
            v = Variable(x)
            v[0] = p
            return row.requires_grad, v.sum()

        p = torch.ones(2, requires_grad=True)
        out = f(p)
        """,
    ),
    kept(
        "callers",
        "a function that others call",
        """
        def double(t):
            return Variable(t) * 2

        out = double(torch.ones(2))
        p = torch.ones(2, requires_grad=True)
        functions = {"double": double}
        out = functions["double"](p * 2)
        """,
    ),
    kept(
        "callers: arguments",
        "one caller gives an attached tensor",
        """
        def f(p):
            def double(t):
                return Variable(t) * 2
            return double(torch.ones(2)) + double(p * 3)

        p = torch.ones(2, requires_grad=True)
        out = f(p)
        """,
    ),
    kept(
        "globals",
        "two names of the module",
        """
        x = torch.ones(2)
        v = Variable(x)
        """,
    ),
    kept(
        "globals: written elsewhere",
        "a global that another function rebinds",
        """
        _state = torch.ones(2)

        def train(p):
            global _state
            _state = p * 2

        def f():
            return (Variable(_state) * 2).sum()

        p = torch.ones(2, requires_grad=True)
        train(p)
        out = f()
        """,
    ),
    kept(
        "attributes: written elsewhere",
        "an attribute that is set from outside",
        """
        class Box:
            def __init__(self):
                self.x = torch.ones(2)

            def read(self):
                return (Variable(self.x) * 2).sum()

        p = torch.ones(2, requires_grad=True)
        box = Box()
        box.x = p * 2
        out = box.read()
        """,
    ),
    kept(
        "puts",
        "an attached tensor is put into the list",
        """
        def f(p):
            xs = [torch.ones(2)]
            xs.append(p * 2)
            return (Variable(xs[1]) * 2).sum() + Variable(torch.cat(xs)).sum()

        p = torch.ones(2, requires_grad=True)
        out = f(p)
        """,
    ),
    kept(
        "containers",
        "it is held by a list that is not seen",
        """
        def f(store, touch):
            x = torch.ones(2)
            store.append(x)
            touch()
            return (Variable(x) * 2).sum()

        store = []
        g = [f][0]
        out = g(store, lambda: store[0].requires_grad_())
        """,
    ),
    kept(
        "callee's use",
        "a function of the file changes what it is given",
        """
        def touch(t):
            t.requires_grad_()

        def f():
            x = torch.ones(2)
            touch(x)
            return (Variable(x) * 2).sum()

        out = f()
        """,
    ),
    kept(
        "caller's use",
        "the caller goes on with what it gave",
        """
        def f():
            found = []
            def keep(t):
                found.append(Variable(t))
            x = torch.ones(2, 3)
            keep(x)
            x.t_()
            return found[0].size()

        out = f()
        """,
    ),
    kept(
        "module's use",
        "a module of the file changes its input",
        """
        class Touch(torch.nn.Module):
            def forward(self, x):
                x.requires_grad_()
                return x * 2

        from torch.utils.data import DataLoader

        def f(data):
            net = Touch()
            for x in DataLoader(data, batch_size=None):
                net(Variable(x)).sum().backward()

        data = [torch.ones(2)]
        f(data)
        """,
    ),
    kept(
        "datasets",
        "a dataset built from attached tensors",
        """
        from torch.utils.data import DataLoader, TensorDataset

        def f(p):
            total = 0
            for (x,) in DataLoader(TensorDataset(p), batch_size=None):
                total = total + (Variable(x) * 2).sum()
            return total

        p = torch.ones(2, 2, requires_grad=True) * 2
        out = f(p)
        """,
    ),
    kept(
        "recording",
        "no_grad is switched off again",
        """
        def f():
            p = torch.ones(2, requires_grad=True)
            with torch.no_grad():
                with torch.enable_grad():
                    y = torch.ones(2) * p
            return Variable(y).sum()

        out = f()
        """,
    ),
    kept(
        "later code",
        "a closure runs between",
        """
        def f():
            x = torch.ones(2)
            def touch():
                x.requires_grad_()
            touch()
            return (Variable(x) * 2).sum()

        out = f()
        """,
    ),
    kept(
        "nonlocal",
        "a nested function rebinds the name",
        """
        def f(p):
            x = torch.ones(2)
            def change():
                nonlocal x
                x = p * 2
            change()
            return (Variable(x) * 2).sum()

        p = torch.ones(2, requires_grad=True)
        out = f(p)
        """,
    ),
    kept(
        "exceptions",
        "bound before the exception",
        """
        def f(p):
            x = torch.ones(2)
            try:
                x = p * 2
                raise ValueError
                x = torch.zeros(2)
            except ValueError:
                pass
            return (Variable(x) * 2).sum()

        p = torch.ones(2, requires_grad=True)
        out = f(p)
        """,
    ),
    kept(
        "type test",
        "the type is tested, and is another",
        """
        from torch.nn.utils.rnn import pack_sequence

        def f(h):
            if type(h) != torch.Tensor:
                return (Variable(h.data) * 2).sum()

        w = torch.ones(2, requires_grad=True)
        out = f(pack_sequence([w * 2]))
        """,
    ),
    kept(
        "type test",
        "the type of another is tested",
        """
        from torch.nn.utils.rnn import pack_sequence

        def f(h, other):
            if type(other) == torch.Tensor:
                return (Variable(h.data) * 2).sum()

        w = torch.ones(2, requires_grad=True)
        out = f(pack_sequence([w * 2]), w)
        """,
    ),
    kept(
        "type test",
        "the name is bound anew behind the test",
        """
        from torch.nn.utils.rnn import pack_sequence

        def f(h):
            if type(h) == torch.Tensor:
                h = pack_sequence([h * 2])
                return (Variable(h.data) * 2).sum()

        out = f(torch.ones(2, requires_grad=True).detach().requires_grad_())
        """,
    ),
    kept(
        "modules",
        "a class of the file has the method",
        """
        class Keeper:
            eval = dict

            def __call__(self, x):
                x.unsqueeze_(0)

        def f(keeper):
            x = torch.ones(2)
            keeper.eval()
            keeper(Variable(x))
            return list(x.shape)

        out = f(Keeper())
        """,
    ),
    kept(
        "modules",
        "the method is given an expression",
        """
        import types

        def f(keeper):
            x = torch.ones(2)
            keeper.eval("a + b")
            keeper.take(Variable(x))
            return list(x.shape)

        out = f(types.SimpleNamespace(eval=str, take=lambda t: t.unsqueeze_(0)))
        """,
    ),
    kept(
        "globals",
        "arguments are read by a function alone",
        """
        class Parser:
            def parse_args(self):
                return 3

        def main():
            return Parser().parse_args()

        x = torch.ones(2)
        v = Variable(x)
        """,
    ),
    kept(
        "globals",
        "arguments are given to what reads them",
        """
        class Parser:
            def parse_args(self, given):
                return given

        args = Parser().parse_args([])
        x = torch.ones(2)
        v = Variable(x)
        """,
    ),
    kept(
        "dataset: what it keeps",
        "a dataset is given something else",
        """
        from torch.utils.data import DataLoader, Dataset

        class Numbers(Dataset):
            def __init__(self):
                self.data = [1.0, 2.0, 3.0]
            def __len__(self):
                return len(self.data)
            def __getitem__(self, i):
                return self.data[i]

        def f(w):
            loader = DataLoader(Numbers())
            loader.dataset.data = [w * 2][:1]
            return [(Variable(x) * 2).sum() for x in loader]

        out = f(torch.ones(2, requires_grad=True))
        """,
    ),
    kept(
        "dataset: what it keeps",
        "a dataset is given a part of another",
        """
        from torch.utils.data import DataLoader, Dataset

        class Numbers(Dataset):
            def __init__(self, data):
                self.data = data
            def __len__(self):
                return len(self.data)
            def __getitem__(self, i):
                return self.data[i]

        def f(other):
            loader = DataLoader(Numbers([1.0, 2.0]))
            loader.dataset.data = other.dataset.data[:1]
            return [(Variable(x) * 2).sum() for x in loader]

        out = f(DataLoader(Numbers([torch.ones(2, requires_grad=True) * 2])))
        """,
    ),
    kept(
        "integers",
        "a tensor of another type shares what it is given",
        """
        def f(x):
            return (Variable(torch.FloatTensor(x)) * 2).sum()

        p = torch.ones(2, requires_grad=True)
        out = f(p * 2)
        """,
    ),
    kept(
        "sizes",
        "one tensor is no size",
        """
        def f(p):
            x = torch.ones(2)
            v = torch.Tensor(x)
            v += p
            return (Variable(x) * 2).sum()

        out = f(torch.ones(2, requires_grad=True))
        """,
    ),
    kept(
        "hidden names",
        "a built-in under another name",
        """
        def f(p):
            x = torch.ones(2)
            look = locals
            look()["x"].add_(p)
            return (Variable(x) * 2).sum()

        out = f(torch.ones(2, requires_grad=True))
        """,
    ),
    kept(
        "hidden names",
        "a built-in from its module",
        """
        import builtins

        _x = torch.ones(2)

        def f(p):
            getattr(builtins, "glo" + "bals")()["_x"].add_(p)
            return (Variable(_x) * 2).sum()

        globals
        out = f(torch.ones(2, requires_grad=True))
        """,
    ),
    kept(
        "unseen holders",
        "a local name of a file that looks at its frames",
        """
        class A:
            def __init__(self):
                self._buffer = torch.zeros(2)
            def f(self, p):
                locals()
                v = Variable(self._buffer)
                v += p
                return (self._buffer * 2).sum()

        out = A().f(torch.ones(2, requires_grad=True))
        """,
    ),
    kept(
        "unseen holders",
        "a parameter of a file that looks at its frames",
        """
        import sys

        def change(v, p):
            v += p

        class A:
            def __init__(self):
                self._buffer = torch.zeros(2)
            def f(self, p):
                sys._getframe()
                change(Variable(self._buffer), p)
                return (self._buffer * 2).sum()

        out = A().f(torch.ones(2, requires_grad=True))
        """,
    ),
    kept(
        "numbers",
        "an array of objects",
        """
        import numpy as np

        def f(a):
            return (Variable(a.astype(object)[0] * torch.ones(2)) * 3).sum()

        a = np.empty(1, dtype=object)
        a[0] = torch.ones((), requires_grad=True)
        out = f(a)
        """,
    ),
    kept(
        "numbers",
        "an array of a type that is not seen",
        """
        import numpy as np

        def f(a, kind):
            return (Variable(a.astype(kind)[0] * torch.ones(2)) * 3).sum()

        a = np.empty(1, dtype=object)
        a[0] = torch.ones((), requires_grad=True)
        out = f(a, "O")
        """,
    ),
    kept(
        "numbers",
        "an array of records that hold objects",
        """
        import numpy as np

        def f(a):
            return (Variable(a.astype("f4,O")["f1"][0] * torch.ones(2)) * 3).sum()

        a = np.empty(1, dtype="f4,O")
        a["f1"][0] = torch.ones((), requires_grad=True)
        out = f(a)
        """,
    ),
    kept(
        "computed by numpy",
        "a function that asks the tensor",
        """
        import numpy as np

        def f(w):
            return (Variable(torch.ones(2) * np.squeeze(w)) * 3).sum()

        out = f(torch.ones(1, 2, requires_grad=True))
        """,
    ),
]
