"""Programs the tool has to rewrite, and what they do must not change.

Each group is a list; `CASES` is all of them. Text is pinned (`contains`, `lacks`) only where the
expression itself settles the form. Where a shorter form would need to know what happens elsewhere
in the program, any form goes that does the same.

`UNSETTLED` holds programs for which the design leaves open whether they are rewritten. Whatever
the tool decides, they must go on doing what they did.
"""

from __future__ import annotations

from harness import Case, legacy, program

# --------------------------------------------------------------------------------------------
# Fresh and free of any graph: the wrapper goes, or becomes a flag of the factory
# --------------------------------------------------------------------------------------------

_FACTORIES = (
    "torch.zeros(2, 3)",
    "torch.ones(2)",
    "torch.empty(2).fill_(4)",
    "torch.rand(2)",
    "torch.randn(2, 2)",
    "torch.full((2,), 1.5)",
    "torch.eye(2)",
    "torch.linspace(0, 1, 3)",
    "torch.arange(3.0)",
    "torch.tensor([1.5, 2.5])",
    "torch.randperm(4)",
    "torch.randint(0, 9, (3,))",
)

# Integers have no gradient, and the last call of the chain is no factory.
_WITHOUT_A_FLAG = ("torch.empty(2).fill_(4)", "torch.randperm(4)", "torch.randint(0, 9, (3,))")

FRESH = [
    *(
        legacy(
            f"fresh/{expression}",
            f"""
            v = Variable({expression})
            v += 1
            see("twice", v * 2)
            """,
            contains=(f"v = {expression}\n",),
        )
        for expression in _FACTORIES
    ),
    *(
        legacy(
            f"factory flag/{expression}",
            f"""
            v = Variable({expression}, requires_grad=True)
            (v * v).sum().backward()
            """,
            contains=(f"v = {expression[:-1]}, requires_grad=True)\n",),
        )
        for expression in _FACTORIES
        if expression not in _WITHOUT_A_FLAG
    ),
    legacy(
        "factory flag/randn, as in the books",
        """
        w = Variable(torch.randn(3), requires_grad=True)
        (w ** 2).sum().backward()
        """,
        contains=("w = torch.randn(3, requires_grad=True)\n",),
        lacks=("Variable", "detach"),
    ),
    legacy(
        "factory flag/False is the same as none",
        """
        x = Variable(torch.ones(2), requires_grad=False)
        """,
        contains=("x = torch.ones(2)\n",),
        lacks=("Variable", "requires_grad"),
    ),
    legacy(
        "factory flag/positional True",
        """
        w = Variable(torch.ones(2), True)
        (3 * w).sum().backward()
        """,
        contains=("w = torch.ones(2, requires_grad=True)\n",),
    ),
    legacy(
        "factory flag/positional False",
        """
        w = Variable(torch.ones(2), False)
        """,
        contains=("w = torch.ones(2)\n",),
    ),
    legacy(
        "factory flag/data by keyword",
        """
        w = Variable(data=torch.ones(2), requires_grad=True)
        """,
        contains=("w = torch.ones(2, requires_grad=True)\n",),
    ),
    legacy(
        "factory flag/both by keyword, flag first",
        """
        w = Variable(requires_grad=True, data=torch.ones(2))
        """,
        contains=("w = torch.ones(2, requires_grad=True)\n",),
    ),
    legacy(
        "factory flag/trailing commas",
        """
        w = Variable(torch.ones(2,), requires_grad=True,)
        """,
        contains=("torch.ones(2", "requires_grad=True"),
    ),
    legacy(
        "factory flag/starred sizes",
        """
        sizes = (2, 3)
        w = Variable(torch.zeros(*sizes), requires_grad=True)
        """,
        contains=("w = torch.zeros(*sizes, requires_grad=True)\n",),
    ),
    legacy(
        "factory flag/other keywords stay",
        """
        w = Variable(torch.zeros(2, dtype=torch.float64), requires_grad=True)
        """,
        contains=("w = torch.zeros(2, dtype=torch.float64, requires_grad=True)\n",),
    ),
    legacy(
        "factory flag/new_zeros of anything",
        """
        base = torch.ones(2, dtype=torch.float64, requires_grad=True) * 2
        w = Variable(base.new_zeros(2), requires_grad=True)
        (w * base).sum().backward()
        """,
        lacks=("Variable", "detach"),
    ),
    legacy(
        "factory flag/a module alias",
        """
        import torch as th

        w = Variable(th.zeros(2), requires_grad=True)
        """,
        contains=("w = th.zeros(2, requires_grad=True)\n",),
    ),
    legacy(
        "factory flag/a name imported from torch",
        """
        from torch import randn

        w = Variable(randn(2), requires_grad=True)
        """,
        contains=("w = randn(2, requires_grad=True)\n",),
    ),
    legacy(
        "fresh/from_numpy",
        """
        import numpy as np

        a = np.arange(4.0)
        v = Variable(torch.from_numpy(a))
        a[0] = 9.0
        v[1] = 7.0
        """,
        contains=("v = torch.from_numpy(a)\n",),
    ),
    legacy(
        "fresh/from_numpy takes no keyword",
        """
        import numpy as np

        a = np.ones(3, dtype=np.float32)
        v = Variable(torch.from_numpy(a), requires_grad=True)
        (v * v).sum().backward()
        """,
        contains=("v = torch.from_numpy(a).requires_grad_()\n",),
    ),
    legacy(
        "fresh/from_numpy and a cast",
        """
        import numpy as np

        v = Variable(torch.from_numpy(np.ones((2, 2))).float())
        """,
        contains=("v = torch.from_numpy(np.ones((2, 2))).float()\n",),
    ),
    legacy(
        "fresh/from_numpy, a cast, and the flag last",
        """
        import numpy as np

        v = Variable(torch.from_numpy(np.ones(2)).float(), requires_grad=True)
        (v * 3).sum().backward()
        """,
        contains=("v = torch.from_numpy(np.ones(2)).float().requires_grad_()\n",),
    ),
    legacy(
        "fresh/new with sizes",
        """
        x = torch.ones(2, requires_grad=True)
        h = Variable(x.new(2, 3).zero_())
        h.add_(1)
        """,
        contains=("h = x.new(2, 3).zero_()\n",),
    ),
    legacy(
        "fresh/new with sizes, trainable",
        """
        x = torch.ones(2)
        h = Variable(x.new(2).fill_(3), requires_grad=True)
        (h * x).sum().backward()
        """,
        contains=("h = x.new(2).fill_(3).requires_grad_()\n",),
    ),
    legacy(
        "fresh/normal_ on an empty tensor",
        """
        noise = Variable(torch.Tensor(2, 2).normal_(0, 1))
        see("double", noise + noise)
        """,
        contains=("noise = torch.Tensor(2, 2).normal_(0, 1)\n",),
    ),
    legacy(
        "fresh/FloatTensor with sizes",
        """
        z = Variable(torch.FloatTensor(2, 2).uniform_(-1, 1))
        """,
        contains=("z = torch.FloatTensor(2, 2).uniform_(-1, 1)\n",),
    ),
    legacy(
        "fresh/LongTensor of a list",
        """
        index = Variable(torch.LongTensor([0, 2]))
        see("rows", torch.eye(3)[index])
        """,
        contains=("index = torch.LongTensor([0, 2])\n",),
    ),
    legacy(
        "fresh/a chain of casts",
        """
        v = Variable(torch.arange(4).float().div(2))
        """,
        contains=("torch.arange(4).float().div(2)",),
    ),
    legacy(
        "fresh/a factory in a branch that never runs here",
        """
        if torch.cuda.device_count() > 4096:
            v = Variable(torch.randn(2).cuda(), requires_grad=True)
        else:
            v = Variable(torch.randn(2), requires_grad=True)
        """,
        contains=("torch.randn(2).cuda().requires_grad_()", "torch.randn(2, requires_grad=True)"),
    ),
]

# --------------------------------------------------------------------------------------------
# Tensor constructors: the values and the dtype stay what they were (trap 5)
# --------------------------------------------------------------------------------------------

CONSTRUCTORS = [
    legacy(
        "constructor/floats",
        """
        w = Variable(torch.Tensor([1.0, 2.0]), requires_grad=True)
        (w * w).sum().backward()
        """,
        contains=("w = torch.tensor([1.0, 2.0], requires_grad=True)\n",),
    ),
    legacy(
        "constructor/ints become floats",
        """
        w = Variable(torch.Tensor([1, 2]), requires_grad=True)
        (w * w).sum().backward()
        """,
        contains=("w = torch.tensor([1.0, 2.0], requires_grad=True)\n",),
    ),
    legacy(
        "constructor/nested and negative",
        """
        w = Variable(torch.Tensor([[1, -2], [3.5, 4]]), requires_grad=True)
        w.prod().backward()
        """,
        contains=("w = torch.tensor([[1.0, -2.0], [3.5, 4.0]], requires_grad=True)\n",),
    ),
    legacy(
        "constructor/ints in other spellings",
        """
        w = Variable(torch.Tensor([0x10, 0b11, 0o7, 1_000, 1e2]), requires_grad=True)
        w.sum().backward()
        """,
    ),
    legacy(
        "constructor/truth values are numbers there",
        """
        w = Variable(torch.Tensor([True, 2, False]), requires_grad=True)
        w.sum().backward()
        """,
    ),
    legacy(
        "constructor/huge ints",
        """
        w = Variable(torch.Tensor([9007199254740993, 16777217, 10000000000000000000000]), True)
        """,
    ),
    legacy(
        "constructor/floats out of range",
        """
        w = Variable(torch.Tensor([1e39, -1e400]), requires_grad=True)
        """,
    ),
    legacy(
        "constructor/a tuple",
        """
        w = Variable(torch.Tensor((2, 3)), requires_grad=True)
        w.sum().backward()
        """,
    ),
    legacy(
        "constructor/nothing in it",
        """
        w = Variable(torch.Tensor([]), requires_grad=True)
        z = Variable(torch.Tensor([[]]), requires_grad=True)
        """,
    ),
    legacy(
        "constructor/sizes are not values",
        """
        w = Variable(torch.Tensor(3).fill_(2), requires_grad=True)
        """,
        contains=("w = torch.Tensor(3).fill_(2).requires_grad_()\n",),
        lacks=("Variable", "torch.tensor"),
    ),
    legacy(
        "constructor/FloatTensor stays single",
        """
        torch.set_default_dtype(torch.float64)
        w = Variable(torch.FloatTensor([1, 2]), requires_grad=True)
        (w * 2).sum().backward()
        """,
    ),
    legacy(
        "constructor/DoubleTensor stays double",
        """
        w = Variable(torch.DoubleTensor([[1.5], [2]]), requires_grad=True)
        (w * 2).sum().backward()
        """,
    ),
    legacy(
        "constructor/Tensor follows the default dtype",
        """
        torch.set_default_dtype(torch.float64)
        w = Variable(torch.Tensor([1, 2]), requires_grad=True)
        """,
    ),
    legacy(
        "constructor/without a flag it stays as it is",
        """
        w = Variable(torch.Tensor([1, 2]))
        see("sum", w / 4)
        """,
        contains=("w = torch.Tensor([1, 2])\n",),
    ),
    legacy(
        "constructor/LongTensor cannot require a gradient",
        """
        see("before", 1)
        w = Variable(torch.LongTensor([1, 2]), requires_grad=True)
        see("after", 2)
        """,
        raises="RuntimeError",
        note="the numbers must not become floats, or it would work",
    ),
    legacy(
        "constructor/an integer factory cannot either",
        """
        see("before", 1)
        w = Variable(torch.zeros(2, dtype=torch.long), requires_grad=True)
        see("after", 2)
        """,
        raises="RuntimeError",
    ),
    legacy(
        "constructor/arange of ints cannot either",
        """
        try:
            w = Variable(torch.arange(3), requires_grad=True)
        except RuntimeError:
            w = None
        """,
    ),
    legacy(
        "constructor/ByteTensor mask",
        """
        mask = Variable(torch.ByteTensor([1, 0, 1]))
        see("picked", torch.arange(3)[mask.bool()])
        """,
        contains=("mask = torch.ByteTensor([1, 0, 1])\n",),
    ),
    legacy(
        "constructor/a list that is not all literals",
        """
        first = 3
        w = Variable(torch.Tensor([first, 2]), requires_grad=True)
        (w / 2).sum().backward()
        """,
        lacks=("Variable", "torch.tensor"),
    ),
    legacy(
        "constructor/a comprehension",
        """
        w = Variable(torch.Tensor([i * 2 for i in range(3)]), requires_grad=True)
        (w / 2).sum().backward()
        """,
        lacks=("Variable", "torch.tensor"),
    ),
    legacy(
        "constructor/an array",
        """
        import numpy as np

        a = np.array([1, 2])
        w = Variable(torch.Tensor(a), requires_grad=True)
        a[0] = 5
        (w / 2).sum().backward()
        """,
    ),
    legacy(
        "constructor/modern tensor",
        """
        w = Variable(torch.tensor([1.0, 2.0]), requires_grad=True)
        w.sum().backward()
        """,
        contains=("w = torch.tensor([1.0, 2.0], requires_grad=True)\n",),
    ),
    legacy(
        "constructor/modern tensor of ints",
        """
        try:
            w = Variable(torch.tensor([1, 2]), requires_grad=True)
        except RuntimeError:
            print("ints have no gradient")
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Not the short form, although it looks near
# --------------------------------------------------------------------------------------------

_BY_AN_OPERAND = (
    "torch.zeros(2).copy_(p)",
    "torch.zeros(2).masked_fill_(torch.tensor([True, False]), p[0])",
    "torch.zeros(2).scatter_(0, torch.tensor([0, 1]), p)",
    "torch.zeros(2).lerp_(p, 0.5)",
    "torch.zeros(2).where(torch.tensor([True, False]), p)",
    "torch.zeros(2).max(p)",
    "torch.zeros(2) - p",
    "torch.zeros(2).new(p)",
    "torch.zeros(2).set_(p.detach())",
    "torch.ones(2).requires_grad_()",
    "torch.ones(2).requires_grad_().double()",
    "torch.normal(p, torch.ones(2))",
    "torch.nn.init.ones_(torch.empty(2, requires_grad=True))",
)

NEARLY_FRESH = [
    legacy(
        "nearly fresh/the factory already makes a leaf",
        """
        v = Variable(torch.ones(2, requires_grad=True))
        see("result", v * 2)
        """,
        note="dropping the wrapper would give something that requires a gradient",
    ),
    legacy(
        "nearly fresh/the keyword is there already, True",
        """
        v = Variable(torch.ones(2, requires_grad=True), requires_grad=True)
        v.sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/the keyword is there already, False",
        """
        v = Variable(torch.ones(2, requires_grad=False), requires_grad=True)
        v.sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/the keyword is an expression",
        """
        flags = [True]
        v = Variable(torch.ones(2, requires_grad=flags[0]))
        """,
    ),
    legacy(
        "nearly fresh/unknown keywords hide a flag",
        """
        options = {"requires_grad": True, "dtype": torch.float64}
        v = Variable(torch.ones(2, **options))
        w = Variable(torch.ones(2, **options), requires_grad=True)
        (w * 2).sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/unknown keywords hide an owner",
        """
        buffer = torch.zeros(2)
        options = {"out": buffer}
        v = Variable(torch.ones(2, **options), requires_grad=True)
        (v * 2).sum().backward()
        """,
        note="in place the buffer would become trainable",
    ),
    legacy(
        "nearly fresh/out= has an owner",
        """
        buffer = torch.zeros(2)
        v = Variable(torch.ones(2, out=buffer))
        v.unsqueeze_(0)
        see("same", v is buffer)
        """,
    ),
    legacy(
        "nearly fresh/out= and the flag",
        """
        buffer = torch.zeros(2)
        v = Variable(torch.randn(2, out=buffer), requires_grad=True)
        v.sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/sparse",
        """
        i = torch.tensor([[0, 1], [1, 0]])
        v = Variable(torch.sparse_coo_tensor(i, torch.ones(2), (2, 2)), requires_grad=True)
        """,
    ),
    legacy(
        "nearly fresh/like a Parameter",
        """
        p = torch.nn.Parameter(torch.ones(2))
        v = Variable(torch.zeros_like(p), requires_grad=True)
        (v + p).sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/like something that requires a gradient",
        """
        x = torch.ones(2, requires_grad=True) * 2
        v = Variable(torch.ones_like(x))
        (v * x).sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/a view of a temporary, changed outside no_grad",
        """
        p = torch.ones(2, 2, requires_grad=True)
        with torch.no_grad():
            v = Variable(torch.randn(4).view(2, 2))
        v.mul_(p)
        v.sum().backward()
        """,
        contains=("torch.randn(4).view(2, 2).detach()",),
        note="a view made under no_grad may not be written to outside",
    ),
    legacy(
        "nearly fresh/a view of a temporary, detached in place",
        """
        v = Variable(torch.randn(4).view(2, 2))
        v.detach_()
        """,
        contains=("torch.randn(4).view(2, 2).detach()",),
    ),
    legacy(
        "nearly fresh/a trainable view of a temporary",
        """
        v = Variable(torch.randn(4).view(2, 2), requires_grad=True)
        (v * 2).sum().backward()
        with torch.no_grad():
            v -= v.grad
        v.detach_()
        """,
        contains=("torch.randn(4).view(2, 2).detach().requires_grad_()",),
    ),
    legacy(
        "nearly fresh/transposed temporary",
        """
        p = torch.ones(3, 2, requires_grad=True)
        with torch.no_grad():
            v = Variable(torch.ones(2, 3).t())
        v.add_(p)
        v.sum().backward()
        """,
        contains=("torch.ones(2, 3).t().detach()",),
    ),
    legacy(
        "nearly fresh/an element of a temporary",
        """
        p = torch.ones(3, requires_grad=True)
        with torch.no_grad():
            v = Variable(torch.ones(2, 3)[0])
        v.mul_(p)
        v.sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/a part of a split, which may not be changed in place",
        """
        p = torch.ones(2, requires_grad=True)
        v = Variable(torch.ones(4).split(2)[0])
        v.mul_(p)
        v.sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/unsqueezed temporary",
        """
        p = torch.ones(1, 2, requires_grad=True)
        with torch.no_grad():
            v = Variable(torch.from_numpy(__import__("numpy").ones(2)).unsqueeze(0))
        v.mul_(p)
        v.sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/torch is a parameter here",
        """
        class Fake:
            shared = torch.ones(2, requires_grad=True)

            def randn(self, size):
                return self.shared

        fake = Fake()

        def make(torch):
            return Variable(torch.randn(2)), Variable(torch.randn(2), requires_grad=True)

        plain, leaf = make(fake)
        (leaf * plain).sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/randn is the program's own",
        """
        kept = torch.ones(2, requires_grad=True)

        def randn(size):
            return kept

        v = Variable(randn(2))
        w = Variable(randn(2), requires_grad=True)
        (v * w).sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/fill_ with something attached",
        """
        p = torch.ones(1, requires_grad=True)
        v = Variable(torch.zeros(2).fill_(p.sum()))
        w = torch.ones(2, requires_grad=True)
        (v * w).sum().backward()
        """,
        note="the empty tensor is fresh, but what fills it brings a graph",
    ),
    legacy(
        "nearly fresh/add_ of something attached",
        """
        p = torch.ones(2, requires_grad=True)
        v = Variable(torch.zeros(2).add_(p), requires_grad=True)
        (v * v).sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/arithmetic with something attached",
        """
        p = torch.ones(2, requires_grad=True)
        v = Variable(torch.ones(2).mul(p))
        w = Variable(torch.ones(2) * p, requires_grad=True)
        (v * w).sum().backward()
        """,
    ),
    *(
        legacy(
            f"nearly fresh/attached by an operand, {expression}",
            f"""
            p = torch.ones(2, requires_grad=True)
            w = torch.ones(2, requires_grad=True)
            v = Variable({expression})
            (v * w).sum().backward()
            u = Variable({expression}, requires_grad=True)
            (u * w).sum().backward()
            """,
        )
        for expression in _BY_AN_OPERAND
    ),
    legacy(
        "nearly fresh/cast to what it is already",
        """
        x = torch.ones(2)
        y = torch.ones(2)
        v = Variable(torch.zeros(2).type_as(x).copy_(y), requires_grad=True)
        v.sum().backward()
        """,
    ),
    legacy(
        "nearly fresh/resized under another name",
        """
        x = torch.arange(4.0)
        v = Variable(x.resize_(2, 2))
        v.t_()
        """,
    ),
    legacy(
        "nearly fresh/tensor subclass kept by its own factory",
        """
        class Tagged(torch.Tensor):
            pass

        plain = torch.zeros(2).as_subclass(Tagged).as_subclass(torch.Tensor)
        v = Variable(plain)
        v.mul_(3)
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# The flag in every spelling
# --------------------------------------------------------------------------------------------

FLAGS = [
    legacy(
        "flag/one",
        """
        x = torch.ones(2)
        v = Variable(x, requires_grad=1)
        (v * 2).sum().backward()
        """,
    ),
    legacy(
        "flag/zero",
        """
        x = torch.ones(2, requires_grad=True)
        v = Variable(x, requires_grad=0)
        """,
    ),
    legacy(
        "flag/two is as good as one",
        """
        v = Variable(torch.ones(2), 2)
        """,
    ),
    legacy(
        "flag/an unknown name that holds an int",
        """
        def wrap(t, flag):
            return Variable(t, requires_grad=flag)

        on = wrap(torch.ones(2), 1)
        off = wrap(torch.ones(2), 0)
        (on * off).sum().backward()
        """,
    ),
    legacy(
        "flag/an unknown name that holds a tensor",
        """
        flags = torch.tensor([1, 0])
        both = [Variable(torch.ones(2), requires_grad=flag) for flag in flags]
        """,
    ),
    legacy(
        "flag/positional expression",
        """
        def wrap(t, training):
            return Variable(t, training)

        v = wrap(torch.ones(2), True)
        w = wrap(torch.ones(2), 0)
        """,
    ),
    legacy(
        "flag/not",
        """
        frozen = 0
        v = Variable(torch.ones(2), requires_grad=not frozen)
        """,
        contains=("not frozen",),
        lacks=("Variable", "bool("),
    ),
    legacy(
        "flag/is",
        """
        path = None
        v = Variable(torch.ones(2), requires_grad=path is None)
        """,
        contains=("path is None",),
        lacks=("Variable", "bool("),
    ),
    legacy(
        "flag/isinstance",
        """
        x = torch.ones(2)
        v = Variable(x, requires_grad=isinstance(x, torch.Tensor))
        """,
        lacks=("Variable", "bool("),
    ),
    legacy(
        "flag/bool already",
        """
        n = 3
        v = Variable(torch.ones(2), requires_grad=bool(n))
        """,
        contains=("requires_grad_(bool(n))",),
        lacks=("Variable", "bool(bool("),
    ),
    legacy(
        "flag/conditional of literals",
        """
        n = 3
        v = Variable(torch.ones(2), requires_grad=True if n else False)
        """,
        contains=("True if n else False",),
    ),
    legacy(
        "flag/or of two names",
        """
        a, b = 0, 2
        v = Variable(torch.ones(2), requires_grad=a or b)
        """,
        contains=("bool(a or b)",),
    ),
    legacy(
        "flag/and of two comparisons",
        """
        a, b = 1, 2
        v = Variable(torch.ones(2), requires_grad=a > 0 and b > 0)
        w = Variable(torch.ones(2), requires_grad=a > b)
        """,
    ),
    legacy(
        "flag/comparison of tensors is a tensor",
        """
        a = torch.tensor([1])
        v = Variable(torch.ones(2), requires_grad=a > 0)
        """,
        contains=("bool(a > 0)",),
    ),
    legacy(
        "flag/arithmetic",
        """
        a = 4
        v = Variable(torch.ones(2), requires_grad=a % 2)
        w = Variable(torch.ones(2), requires_grad=a % 3)
        """,
        contains=("bool(a % 2)", "bool(a % 3)"),
    ),
    legacy(
        "flag/length",
        """
        items = [1, 2]
        v = Variable(torch.ones(2), requires_grad=len(items))
        """,
        contains=("bool(len(items))",),
    ),
    legacy(
        "flag/self.training",
        """
        class Net(torch.nn.Module):
            def forward(self, x):
                return Variable(x, requires_grad=self.training)

        net = Net()
        a = net(torch.ones(2))
        b = net.eval()(torch.ones(2))
        """,
    ),
    legacy(
        "flag/an attribute that is an int",
        """
        class Options:
            train = 1

        opt = Options()
        v = Variable(torch.ones(2), requires_grad=opt.train)
        """,
        contains=("bool(opt.train)",),
    ),
    legacy(
        "flag/the flag of another tensor",
        """
        p = torch.ones(2, requires_grad=True)
        v = Variable(torch.zeros(2), requires_grad=p.requires_grad)
        """,
    ),
    legacy(
        "flag/walrus",
        """
        v = Variable(torch.ones(2), requires_grad=(flag := 1))
        """,
    ),
    legacy(
        "flag/a call, evaluated after the argument",
        """
        order = []

        def data():
            order.append("data")
            return torch.ones(2)

        def flag():
            order.append("flag")
            return len(order)

        v = Variable(data(), requires_grad=flag())
        """,
        unsafe=True,
    ),
    legacy(
        "flag/a call that raises, after the argument",
        """
        def data():
            print("data")
            return torch.ones(2)

        def flag():
            print("flag")
            raise KeyError("no flag")

        v = Variable(data(), requires_grad=flag())
        """,
        unsafe=True,
        raises="KeyError",
    ),
    legacy(
        "flag/a default of a helper",
        """
        def var(t, requires_grad=True):
            return Variable(t, requires_grad=requires_grad)

        a = var(torch.ones(2))
        b = var(torch.ones(2), False)
        (a * b).sum().backward()
        """,
    ),
    legacy(
        "flag/lambda parameter",
        """
        var = lambda t, grad=0: Variable(t, requires_grad=grad)
        a, b = var(torch.ones(2)), var(torch.ones(2), 1)
        """,
    ),
    legacy(
        "flag/from a dictionary",
        """
        settings = {"grad": 1}
        v = Variable(torch.ones(2), requires_grad=settings["grad"])
        """,
        contains=('bool(settings["grad"])',),
    ),
    legacy(
        "flag/a reassigned True",
        """
        True_ = True
        True_ = 1
        v = Variable(torch.ones(2), requires_grad=True_)
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Trap 1: one tensor, wrapped more than once
# --------------------------------------------------------------------------------------------

REUSE = [
    legacy(
        "reuse/once trainable, once not",
        """
        x = torch.arange(3.0)
        a = Variable(x, requires_grad=True)
        b = Variable(x)
        (a * b).sum().backward()
        """,
    ),
    legacy(
        "reuse/once not, once trainable",
        """
        x = torch.arange(3.0)
        b = Variable(x)
        a = Variable(x, requires_grad=True)
        (a * b * x).sum().backward()
        """,
    ),
    legacy(
        "reuse/two independent leaves",
        """
        x = torch.ones(3)
        a = Variable(x, requires_grad=True)
        b = Variable(x, requires_grad=True)
        (a * 2 + b * 5).sum().backward()
        """,
        note="in place they would be one leaf and its gradient the sum",
    ),
    legacy(
        "reuse/inside one function",
        """
        def loss(x):
            a = Variable(x, requires_grad=True)
            b = Variable(x, requires_grad=False)
            value = (a * b).sum()
            value.backward()
            return a.grad, b.requires_grad, x.requires_grad

        result = loss(torch.ones(2))
        """,
    ),
    legacy(
        "reuse/two names for one tensor",
        """
        x = torch.ones(3)
        y = x
        a = Variable(x, requires_grad=True)
        b = Variable(y, requires_grad=True)
        (a * b).sum().backward()
        see("x", x.requires_grad)
        """,
    ),
    legacy(
        "reuse/in a list",
        """
        x = torch.ones(2)
        leaves = [Variable(x, requires_grad=True) for _ in range(3)]
        sum(i * leaf for i, leaf in enumerate(leaves, 1)).sum().backward()
        """,
    ),
    legacy(
        "reuse/the same attribute twice",
        """
        class Batch:
            text = torch.ones(2)

        batch = Batch()
        a = Variable(batch.text, requires_grad=True)
        b = Variable(batch.text)
        (a + b).sum().backward()
        see("text", batch.text)
        """,
    ),
    legacy(
        "reuse/the same element twice",
        """
        batch = {"x": torch.ones(2)}
        a = Variable(batch["x"], requires_grad=True)
        b = Variable(batch["x"], requires_grad=True)
        (a * 3 + b).sum().backward()
        """,
    ),
    legacy(
        "reuse/every epoch a new leaf",
        """
        x = torch.ones(2)
        grads = []
        for epoch in range(3):
            v = Variable(x, requires_grad=True)
            (v * (epoch + 1)).sum().backward()
            grads.append(v.grad)
        """,
        note="one leaf for all epochs would add the gradients up",
    ),
    legacy(
        "reuse/both in one call",
        """
        def dot(a, b):
            return (a * b).sum()

        x = torch.ones(2)
        dot(Variable(x, requires_grad=True), Variable(x)).backward()
        see("x", x)
        """,
    ),
    legacy(
        "reuse/a swap",
        """
        x, y = torch.zeros(2), torch.ones(2)
        x, y = Variable(y), Variable(x)
        x.add_(3)
        """,
    ),
    legacy(
        "reuse/a pair onto itself",
        """
        x, y = torch.zeros(2), torch.ones(2, requires_grad=True)
        x, y = Variable(x), Variable(y)
        see("product", x * y)
        """,
    ),
    legacy(
        "reuse/one of the pair is trainable",
        """
        x, y = torch.zeros(2), torch.ones(2)
        x, y = Variable(x, requires_grad=True), Variable(y)
        (x * y).sum().backward()
        """,
    ),
    legacy(
        "reuse/onto itself, while another name keeps the old one",
        """
        x = torch.ones(2)
        keep = x
        x = Variable(x, requires_grad=True)
        (x * keep).sum().backward()
        keep.mul_(3)
        """,
    ),
    legacy(
        "reuse/onto itself, attached",
        """
        w = torch.ones(2, requires_grad=True)
        x = w * 2
        x = Variable(x)
        see("x", x)
        """,
    ),
    legacy(
        "reuse/onto itself, before it is bound",
        """
        x = torch.ones(2)

        def f():
            x = Variable(x)
            return x

        f()
        """,
        raises="UnboundLocalError",
        note="without the statement x would be the global",
    ),
    legacy(
        "reuse/onto itself, never bound",
        """
        see("before", 0)
        x = Variable(x)
        see("after", 1)
        """,
        raises="NameError",
    ),
    legacy(
        "reuse/onto itself, deleted before",
        """
        x = torch.ones(2)
        if x.sum() > 1:
            del x
        x = Variable(x)
        """,
        raises="NameError",
    ),
    legacy(
        "reuse/onto itself and another name",
        """
        p = torch.ones(2, requires_grad=True)
        x = p * 2
        x = y = Variable(x)
        see("one object", x is y)
        """,
    ),
    legacy(
        "reuse/onto itself, one of a pair, the other reads the old one",
        """
        p = torch.ones(2, requires_grad=True)
        x = p * 2
        x, y = Variable(x), x + 1
        """,
    ),
    legacy(
        "reuse/a tuple of one, brackets, and nesting",
        """
        p = torch.ones(2, requires_grad=True)
        x = y = z = p * 2
        (x,) = (Variable(x),)
        [y] = [Variable(y)]
        (x, y), z = (Variable(y), Variable(x)), Variable(z)
        """,
    ),
    legacy(
        "reuse/onto itself with an annotation, and in place",
        """
        p = torch.ones(2, requires_grad=True)
        x = p * 2
        x: torch.Tensor = Variable(x)
        x += Variable(x)
        """,
    ),
    legacy(
        "reuse/onto itself with the flag",
        """
        data = [torch.ones(2)]
        for x in data:
            x = Variable(x, requires_grad=True)
            (x * 2).sum().backward()
        """,
    ),
    legacy(
        "reuse/a chain of names",
        """
        x = torch.ones(2)
        a = b = Variable(x)
        see("one object", a is b)
        see("not x", a is x)
        """,
    ),
    legacy(
        "reuse/wrapped twice over",
        """
        x = torch.ones(2)
        v = Variable(Variable(x, requires_grad=True))
        """,
    ),
    legacy(
        "reuse/wrapped twice over, trainable outside",
        """
        x = torch.ones(2)
        v = Variable(Variable(x), requires_grad=True)
        v.sum().backward()
        """,
    ),
    legacy(
        "reuse/wrapped three times, fresh inside",
        """
        v = Variable(Variable(Variable(torch.ones(2)), requires_grad=True))
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Trap 2: a leaf stays a leaf
# --------------------------------------------------------------------------------------------

LEAVES = [
    legacy(
        "leaf/cast after the factory",
        """
        w = Variable(torch.randn(3).double(), requires_grad=True)
        (w * w).sum().backward()
        """,
        contains=("w = torch.randn(3).double().requires_grad_()\n",),
        lacks=("Variable", "requires_grad=True"),
    ),
    legacy(
        "leaf/type by name",
        """
        w = Variable(torch.ones(3).type(torch.DoubleTensor), requires_grad=True)
        (w * w).sum().backward()
        """,
        lacks=("Variable", "requires_grad=True"),
    ),
    legacy(
        "leaf/moved, at least on paper",
        """
        w = Variable(torch.ones(3).to("cpu"), requires_grad=True)
        (w * w).sum().backward()
        """,
        lacks=("Variable", "requires_grad=True"),
    ),
    legacy(
        "leaf/scaled",
        """
        w = Variable(torch.randn(3).mul(0.1), requires_grad=True)
        (w * w).sum().backward()
        """,
        lacks=("Variable", "requires_grad=True"),
    ),
    legacy(
        "leaf/scaled by an operator",
        """
        w = Variable(torch.randn(3) * 0.1, requires_grad=True)
        (w * w).sum().backward()
        """,
        lacks=("Variable", "requires_grad=True"),
    ),
    legacy(
        "leaf/initialised in place",
        """
        w = Variable(torch.zeros(3).normal_(0, 0.1), requires_grad=True)
        (w * w).sum().backward()
        """,
        lacks=("Variable", "requires_grad=True"),
    ),
    legacy(
        "leaf/cloned",
        """
        x = torch.ones(2)
        w = Variable(x.clone(), requires_grad=True)
        w.sum().backward()
        """,
    ),
    legacy(
        "leaf/after the wrapper",
        """
        w = Variable(torch.ones(3), requires_grad=True).double()
        w.sum().backward()
        see("leaf", w.is_leaf)
        """,
    ),
    legacy(
        "leaf/optimised",
        """
        w = Variable(torch.ones(2).float(), requires_grad=True)
        optimizer = torch.optim.SGD([w], lr=0.5)
        for _ in range(3):
            optimizer.zero_grad()
            (w * w).sum().backward()
            optimizer.step()
        """,
    ),
    legacy(
        "leaf/indices of a maximum",
        """
        x = torch.tensor([[1.0, 5.0], [7.0, 2.0]], requires_grad=True)
        best = Variable(x.max(1)[1])
        see("picked", x.gather(1, best.view(-1, 1)))
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Trap 3: results that may be the same object, or share its memory
# --------------------------------------------------------------------------------------------

_SAME_OBJECT = (
    "x.cpu()",
    "x.to('cpu')",
    "x.to(torch.float32)",
    "x.float()",
    "x.type(torch.FloatTensor)",
    "x.type_as(other)",
    "x.contiguous()",
    "x.flatten()",
    "x.requires_grad_(False)",
    "x.share_memory_()",
    "x.positive()",
    "x.conj()",
    "x.real",
    "x.to_dense()",
    "x.resolve_conj()",
    "x.resolve_neg()",
    "x.sum_to_size(2)",
    "+x",
    "torch.as_tensor(x)",
    "torch.asarray(x)",
    "torch.atleast_1d(x)",
    "torch.broadcast_tensors(x, other)[0]",
    "torch.nn.functional.dropout(x, training=False)",
    "torch.nn.Identity()(x)",
    "torch.nn.Sequential()(x)",
    "torch.nn.ReLU(inplace=True)(x)",
    "torch.nn.functional.relu_(x)",
    "torch.add(x, other, out=x)",
    "x.add_(1)",
    "x.clamp_(0, 5)",
    "x.zero_().fill_(2)",
    "x if flag else other",
    "flag and x",
    "[x, other][0]",
    "(x, other)[-2]",
    "{'x': x}['x']",
    "same(x)",
    "holder.x",
)

_SHARES_MEMORY = (
    "x.view(4)",
    "x.view(torch.int32)",
    "x.reshape(4)",
    "x.ravel()",
    "x.expand(3, 2, 2)",
    "x.expand_as(x)",
    "x.view_as(x)",
    "x.broadcast_to((2, 2, 2))",
    "x.squeeze()",
    "x.unsqueeze(0)",
    "x.t()",
    "x.T",
    "x.transpose(0, 1)",
    "x.permute(1, 0)",
    "x.narrow(0, 0, 1)",
    "x.select(0, 1)",
    "x.chunk(2)[0]",
    "x.split(1)[1]",
    "x.unbind()[0]",
    "list(x)[0]",
    "x[0]",
    "x[:, 1:]",
    "x[...]",
    "x[None]",
    "x.detach()",
    "x.data",
    "torch.Tensor(x)",
    "torch.FloatTensor(x)",
    "x.new(x)",
    "torch.from_numpy(x.numpy())",
    "__import__('copy').copy(x)",
    "x.diagonal()",
)

SAME_OBJECT = [
    legacy(
        f"same object/{expression}",
        f"""
        x, other, flag = torch.ones(2), torch.zeros(2), True
        same = lambda t: t

        class holder:
            pass

        holder.x = x
        v = Variable({expression}, requires_grad=True)
        see("x", x.requires_grad)
        (v * 3).sum().backward()
        see("again", Variable(x) * 2)
        """,
    )
    for expression in _SAME_OBJECT
]

SHARED_MEMORY = [
    legacy(
        f"shared memory/{expression}",
        f"""
        x = torch.ones(2, 2)
        v = Variable({expression})
        x.mul_(5)
        see("v after", v)
        if v.is_contiguous():
            v.zero_()
        w = Variable({expression})
        w.unsqueeze_(0)
        see("same", w is v)
        """,
        note="a copy, the same object, or a reshaped x would show",
    )
    for expression in _SHARES_MEMORY
]

# --------------------------------------------------------------------------------------------
# Trap 4: what is free of the graph, and what only looks so
# --------------------------------------------------------------------------------------------

_FREE = (
    "p.argmax()",
    "p.argmin(0)",
    "p.argsort()",
    "p.eq(2)",
    "p.gt(1)",
    "p.le(p)",
    "(p > 1)",
    "p.long()",
    "p.int()",
    "p.byte()",
    "p.bool()",
    "p.nonzero()",
    "torch.isnan(p)",
    "(p > 0).all()",
    "p.new_zeros(2)",
    "p.new_ones(2, 2)",
    "p.new_full((2,), 7)",
    "p.new_tensor([1.0, 2.0])",
    "torch.zeros_like(p)",
    "torch.tensor(p)",
    "p.max(0)[1]",
    "p.sort()[1]",
    "p.topk(1)[1]",
    "p.multinomial(2)",
    "torch.distributions.Normal(p, 1.0).sample()",
    "p.detach()",
    "p.data",
    "p.new(2).zero_()",
)

_ATTACHED = (
    "p",
    "p * 2",
    "p.sign()",
    "p.round()",
    "p.floor()",
    "p.ceil()",
    "p.trunc()",
    "p.frac()",
    "p.clone()",
    "p.double()",
    "p.float()",
    "p.bernoulli()",
    "torch.Tensor(p)",
    "p.new(p)",
    "(p * 1).fill_(3)",
    "(p * 1).zero_()",
    "(p * 1).normal_()",
    "p.max(0)[0]",
    "p.sort()[0]",
    "p.clamp(min=0)",
    "torch.cat([p, p])",
    "torch.stack([p])",
    "torch.distributions.Normal(p, 1.0).rsample()",
    "torch.nn.functional.softmax(p, 0)",
    "torch.nn.Parameter(torch.ones(2))",
    "p.sum()",
)

GRAPH = [
    *(
        legacy(
            f"free/{expression}",
            f"""
            p = torch.tensor([0.25, 0.75], requires_grad=True)
            v = Variable({expression})
            (v * torch.ones(1, requires_grad=True)).sum().backward()
            see("p", p.grad)
            """,
        )
        for expression in _FREE
    ),
    *(
        legacy(
            f"attached/{expression}",
            f"""
            p = torch.tensor([0.25, 0.75], requires_grad=True)
            w = torch.ones(1, requires_grad=True)
            v = Variable({expression})
            (v * w).sum().backward()
            u = Variable({expression}, requires_grad=True)
            (u * u).sum().backward()
            """,
            note="without the wrapper p would get a gradient too",
        )
        for expression in _ATTACHED
    ),
    legacy(
        "graph/the data of a packed sequence is attached",
        """
        from torch.nn.utils.rnn import pack_padded_sequence

        p = torch.ones(2, 2, 1, requires_grad=True)
        packed = pack_padded_sequence(p * 2, [2, 1], batch_first=True)
        v = Variable(packed.data)
        w = torch.ones(1, requires_grad=True)
        (v * w).sum().backward()
        """,
        lacks=("Variable", "packed.detach"),
    ),
    legacy(
        "graph/data of an unknown object",
        """
        class Box:
            def __init__(self, data):
                self.data = data

        box = Box(torch.ones(2, requires_grad=True) * 2)
        v = Variable(box.data)
        u = Variable(box.data, requires_grad=True)
        (u * v).sum().backward()
        """,
        note="a box has no detach(), and its data is attached",
    ),
    legacy(
        "graph/an old gradient is not taken along",
        """
        x = torch.ones(2, requires_grad=True)
        (x * 3).sum().backward()
        x.requires_grad_(False)
        v = Variable(x)
        w = Variable(x, requires_grad=True)
        (w * 2).sum().backward()
        see("v", v.grad)
        """,
        note="dropped, v would show the old gradient, and w would add to it",
    ),
    legacy(
        "graph/old hooks are not taken along",
        """
        x = torch.ones(2, requires_grad=True)
        x.register_hook(lambda grad: print("hook", grad.tolist()))
        v = Variable(x, requires_grad=True)
        (v * 2).sum().backward()
        (x * 3).sum().backward()
        """,
    ),
    legacy(
        "graph/own hooks stay its own",
        """
        x = torch.ones(2, requires_grad=True)
        v = Variable(x, requires_grad=True)
        v.register_hook(lambda grad: grad * 10)
        (v + x).sum().backward()
        """,
    ),
    legacy(
        "graph/attributes stay on the old object",
        """
        x = torch.ones(2)
        x.tag = "source"
        v = Variable(x)
        v.kind = "wrapped"
        see("has", (hasattr(v, "tag"), hasattr(x, "kind")))
        """,
    ),
    legacy(
        "graph/retain_grad has nothing to do",
        """
        p = torch.ones(2, requires_grad=True)
        h = p * 2
        h.retain_grad()
        v = Variable(h, requires_grad=True)
        (v * h).sum().backward()
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# In-place writes afterwards (traps 1, 3, 11)
# --------------------------------------------------------------------------------------------

IN_PLACE = [
    legacy(
        "in place/accumulating attached terms",
        """
        p = torch.ones(2, requires_grad=True)
        buf = torch.zeros(2)
        first = Variable(buf)
        first += p * 2
        second = Variable(buf)
        second += p * 2
        (first.sum() + second.sum()).backward()
        """,
        note="on the buffer itself the second sum would hold the first one's graph",
    ),
    legacy(
        "in place/into a leaf's wrapper",
        """
        w = torch.ones(2, requires_grad=True)
        Variable(w).add_(1)
        see("w", w)
        """,
        note="in place on the leaf itself raises",
    ),
    legacy(
        "in place/assignment to an element of the call",
        """
        w = torch.ones(3, requires_grad=True)
        Variable(w)[0] = 5
        Variable(w)[1] += 2
        """,
    ),
    legacy(
        "in place/a slice of the data",
        """
        w = torch.ones(3, requires_grad=True)
        v = Variable(w.data)
        v[1:] = 7
        (w * w).sum().backward()
        """,
    ),
    legacy(
        "in place/data written while autograd needs the old value",
        """
        w = torch.ones(2, requires_grad=True)
        y = w.exp()
        v = Variable(y.data)
        v.mul_(3)
        y.sum().backward()
        """,
        note="through .data it is silently wrong, through .detach() it raises: it must stay wrong",
    ),
    legacy(
        "in place/weights stepped while a loss still holds them",
        """
        w = torch.ones(2, requires_grad=True)
        held = Variable(w.data, requires_grad=True)
        loss = (held * held).sum() + (w * w).sum()
        optimizer = torch.optim.SGD([w], lr=0.1)
        w.grad = torch.ones(2)
        try:
            optimizer.step()
            loss.backward()
        except RuntimeError:
            print("too late")
        """,
    ),
    legacy(
        "in place/the version is shared with the wrapper",
        """
        w = torch.ones(2, requires_grad=True)
        y = w.exp()
        v = Variable(y)
        v.mul_(3)
        y.sum().backward()
        """,
        raises="RuntimeError",
    ),
    legacy(
        "in place/an update through the wrapper comes between",
        """
        w = torch.ones(2, requires_grad=True)
        loss = (w * w).sum()
        Variable(w).sub_(0.1)
        try:
            loss.backward()
        except RuntimeError:
            print("the weights have moved")
        """,
    ),
    legacy(
        "in place/an optimizer moves the wrapper in between",
        """
        w = torch.ones(2, requires_grad=True)
        leaf = Variable(w, requires_grad=True)
        optimizer = torch.optim.SGD([leaf], lr=0.1)
        held = (w * w).sum()
        (leaf * 2).sum().backward()
        optimizer.step()
        held.backward()
        """,
        raises="RuntimeError",
    ),
    legacy(
        "in place/running statistics",
        """
        x = torch.ones(3, 2, requires_grad=True)
        mean = torch.zeros(2)
        out = []
        for _ in range(2):
            current = Variable(x * 2).mean(0)
            Variable(mean).mul_(0.9).add_(0.1 * current)
            out.append((x - mean).sum())
        sum(out).backward()
        """,
    ),
    legacy(
        "in place/a temporary has a version of its own",
        """
        p = torch.ones(2, requires_grad=True)
        v = Variable(torch.ones(2))
        y = p * v
        v.mul_(3)
        y.sum().backward()
        """,
        raises="RuntimeError",
    ),
    legacy(
        "in place/shape of the wrapper alone",
        """
        x = torch.ones(2, 3)
        v = Variable(x)
        v.t_()
        v.unsqueeze_(0)
        see("x", x)
        """,
    ),
    legacy(
        "in place/shape of the source alone",
        """
        x = torch.ones(2, 3)
        v = Variable(x)
        x.resize_(3, 2)
        see("v", v)
        """,
    ),
    legacy(
        "in place/data replaced",
        """
        x = torch.ones(2)
        v = Variable(x)
        v.data = torch.zeros(3)
        see("x", x)
        """,
    ),
    legacy(
        "in place/flag set afterwards",
        """
        x = torch.ones(2)
        v = Variable(x)
        v.requires_grad = True
        see("x", x.requires_grad)
        (v * x).sum().backward()
        """,
    ),
    legacy(
        "in place/flag set afterwards on a factory",
        """
        v = Variable(torch.ones(2))
        v.requires_grad_()
        (v * 2).sum().backward()
        """,
        contains=("v = torch.ones(2)\n",),
    ),
    legacy(
        "in place/gradient cleared on the wrapper",
        """
        x = torch.ones(2, requires_grad=True)
        (x * 2).sum().backward()
        v = Variable(x)
        v.grad = None
        see("x", x.grad)
        """,
    ),
    legacy(
        "in place/a trainable leaf under no_grad",
        """
        w = Variable(torch.ones(2), requires_grad=True)
        (w * w).sum().backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
            w.grad.zero_()
        """,
    ),
    legacy(
        "in place/a trainable leaf outside raises",
        """
        w = Variable(torch.ones(2), requires_grad=True)
        see("w", w)
        w.add_(1)
        """,
        raises="RuntimeError",
    ),
    legacy(
        "in place/the old update through data",
        """
        w = Variable(torch.randn(2, 1), requires_grad=True)
        x, y = Variable(torch.ones(3, 2)), Variable(torch.zeros(3, 1), requires_grad=False)
        for _ in range(3):
            loss = (x.mm(w) - y).pow(2).sum()
            loss.backward()
            w.data -= 0.01 * w.grad.data
            w.grad.data.zero_()
        """,
    ),
    legacy(
        "in place/copied into a reused buffer",
        """
        buf = torch.empty(0)
        inputs = Variable(buf)
        for size in (2, 3):
            batch = torch.full((size,), float(size))
            inputs.data.resize_(batch.size()).copy_(batch)
            see("inputs", inputs.clone())
            see("buffer", buf.clone())
        """,
    ),
    legacy(
        "in place/views of the wrapper",
        """
        p = torch.ones(2, requires_grad=True)
        x = torch.zeros(2, 2)
        v = Variable(x)
        v[0].add_(p)
        see("x", x)
        v.sum().backward()
        """,
    ),
    legacy(
        "in place/rows of the wrapper cannot be changed when unbound",
        """
        p = torch.ones(2, requires_grad=True)
        x = torch.zeros(2, 2)
        for row in Variable(x):
            row.add_(p)
        """,
        raises="RuntimeError",
    ),
    legacy(
        "in place/module made trainable afterwards",
        """
        x = torch.ones(2)
        layer = torch.nn.Linear(2, 1)
        layer.inputs = Variable(x)
        layer.requires_grad_(False)
        see("x", x.requires_grad)
        see("sum", layer(layer.inputs))
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Identity of the object
# --------------------------------------------------------------------------------------------

IDENTITY = [
    legacy(
        "identity/is",
        """
        def check(t):
            return Variable(t) is t

        see("same", check(torch.ones(2)))
        """,
    ),
    legacy(
        "identity/as a key",
        """
        x = torch.ones(2)
        marks = {x: "x"}
        marks[Variable(x)] = "v"
        see("marks", len(marks))
        """,
    ),
    legacy(
        "identity/in a set",
        """
        x = torch.ones(2)
        see("objects", len({x, Variable(x), Variable(x)}))
        """,
    ),
    legacy(
        "identity/id",
        """
        x = torch.ones(2)
        v = Variable(x)
        see("ids", id(v) == id(x))
        """,
    ),
    legacy(
        "identity/a Parameter does not become one of the module's",
        """
        class Net(torch.nn.Module):
            def __init__(self, weight):
                super().__init__()
                self.weight = Variable(weight)
                self.bias = Variable(torch.zeros(1), requires_grad=True)

        net = Net(torch.nn.Parameter(torch.ones(2)))
        see("names", [name for name, _ in net.named_parameters()])
        """,
    ),
    legacy(
        "identity/the module's own weight under a second name",
        """
        net = torch.nn.Linear(2, 2)
        net.shadow = Variable(net.weight)
        see("count", len(list(net.parameters())))
        net(torch.ones(1, 2)).sum().backward()
        see("names", sorted(net.state_dict()))
        """,
    ),
    legacy(
        "identity/a Parameter's trainable twin is no Parameter",
        """
        p = torch.nn.Parameter(torch.ones(2))
        net = torch.nn.Module()
        net.p = Variable(p, requires_grad=True)
        (net.p * p).sum().backward()
        see("count", len(list(net.parameters())))
        """,
    ),
    legacy(
        "identity/a weight cannot be replaced by a Variable",
        """
        net = torch.nn.Linear(2, 2)
        see("before", 0)
        net.weight = Variable(torch.ones(2, 2), requires_grad=True)
        """,
        raises="TypeError",
    ),
    legacy(
        "identity/a buffer is replaced in its place",
        """
        net = torch.nn.Module()
        net.register_buffer("mean", torch.zeros(2))
        net.mean = Variable(net.mean + 1)
        see("state", net.state_dict())
        """,
    ),
    legacy(
        "identity/freezing in a loop freezes nothing",
        """
        net = torch.nn.Linear(2, 1)
        for p in net.parameters():
            p = Variable(p, requires_grad=False)
        net(torch.ones(1, 2)).sum().backward()
        """,
    ),
    legacy(
        "identity/a list of parameters",
        """
        net = torch.nn.Linear(2, 1)
        fast = [Variable(p, requires_grad=True) for p in net.parameters()]
        (fast[0].sum() + fast[1].sum()).backward()
        see("slow", [p.grad for p in net.parameters()])
        """,
    ),
    legacy(
        "identity/kept in a cache by a walrus",
        """
        v = Variable(kept := torch.ones(2))
        v.unsqueeze_(0)
        see("same", v is kept)
        """,
        note="the factory's tensor has a second owner",
    ),
    legacy(
        "identity/kept in a cache by a walrus, trainable",
        """
        v = Variable((kept := torch.ones(2)), requires_grad=True)
        (v * kept).sum().backward()
        """,
    ),
    legacy(
        "identity/handed out by a cache",
        """
        import functools

        @functools.lru_cache(None)
        def ones(n):
            return torch.ones(n)

        a = Variable(ones(2), requires_grad=True)
        b = Variable(ones(2))
        (a * b).sum().backward()
        see("cached", ones(2))
        """,
    ),
    legacy(
        "identity/a walrus inside the factory",
        """
        v = Variable(torch.zeros(n := 2), requires_grad=True)
        see("n", n)
        """,
    ),
    legacy(
        "identity/appended and wrapped",
        """
        kept = []

        def keep(t):
            kept.append(t)
            return t

        v = Variable(keep(torch.ones(2)), requires_grad=True)
        v.sum().backward()
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Trap 6: batches of a loader
# --------------------------------------------------------------------------------------------

LOADERS = [
    legacy(
        "loader/the loop of the tutorials",
        """
        from torch.utils.data import DataLoader, TensorDataset

        data = TensorDataset(torch.arange(8.0).view(4, 2), torch.tensor([0, 1, 0, 1]))
        net = torch.nn.Linear(2, 2)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        criterion = torch.nn.CrossEntropyLoss()
        for inputs, labels in DataLoader(data, batch_size=2):
            inputs, labels = Variable(inputs), Variable(labels)
            optimizer.zero_grad()
            loss = criterion(net(inputs), labels)
            loss.backward()
            optimizer.step()
            see("loss", loss)
        """,
    ),
    legacy(
        "loader/the dataset's own tensor comes out",
        """
        from torch.utils.data import DataLoader

        items = [torch.ones(2), torch.zeros(2)]
        for batch in DataLoader(items, batch_size=None):
            v = Variable(batch, requires_grad=True)
            (v * 2).sum().backward()
            see("own", v)
        """,
        note="in place the dataset would become trainable",
    ),
    legacy(
        "loader/the dataset's own tensor, changed in place",
        """
        from torch.utils.data import DataLoader

        items = [torch.ones(2), torch.zeros(2)]
        for epoch in range(2):
            for batch in DataLoader(items, batch_size=None):
                v = Variable(batch)
                v.add_(1)
                v.unsqueeze_(0)
        """,
    ),
    legacy(
        "loader/built from attached tensors",
        """
        from torch.utils.data import DataLoader, TensorDataset

        w = torch.ones(4, 2, requires_grad=True)
        u = torch.ones(2, requires_grad=True)
        for (batch,) in DataLoader(TensorDataset(w * 2), batch_size=2):
            batch = Variable(batch)
            (batch * u).sum().backward()
        """,
        note="the batches carry a graph",
    ),
    legacy(
        "loader/only the name says so",
        """
        w = torch.ones(2, requires_grad=True)

        def train_loader():
            for i in range(2):
                yield w * i, torch.zeros(2)

        u = torch.ones(2, requires_grad=True)
        for imgs, labels in train_loader():
            imgs, labels = Variable(imgs), Variable(labels)
            ((imgs - labels) * u).sum().backward()
        """,
    ),
    legacy(
        "loader/enumerate and one name for both",
        """
        from torch.utils.data import DataLoader, TensorDataset

        loader = DataLoader(TensorDataset(torch.ones(4, 2), torch.zeros(4)), batch_size=2)
        total = 0
        for i, data in enumerate(loader, 0):
            x, y = data
            x, y = Variable(x), Variable(y)
            total += (x.sum(1) - y).pow(2).mean().item()
        """,
    ),
    legacy(
        "loader/wrapped in the call",
        """
        from torch.utils.data import DataLoader, TensorDataset

        net = torch.nn.Linear(2, 1)
        for (x,) in DataLoader(TensorDataset(torch.ones(4, 2)), batch_size=4):
            see("out", net(Variable(x)))
        """,
    ),
    legacy(
        "loader/a dictionary of tensors",
        """
        from torch.utils.data import DataLoader

        items = [{"x": torch.ones(2), "n": 1}, {"x": torch.zeros(2), "n": 2}]
        for batch in DataLoader(items, batch_size=2):
            batch = {k: Variable(v) for k, v in batch.items()}
            see("batch", batch)
        """,
    ),
    legacy(
        "loader/next of iter",
        """
        from torch.utils.data import DataLoader, TensorDataset

        loader = DataLoader(TensorDataset(torch.ones(2, 2)))
        x = Variable(next(iter(loader))[0], requires_grad=True)
        (x * x).sum().backward()
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Trap 7: loops
# --------------------------------------------------------------------------------------------

LOOPS = [
    legacy(
        "loop/a recurrent state is cut every time",
        """
        cell = torch.nn.RNNCell(2, 2)
        h = torch.zeros(1, 2)
        for step in range(3):
            h = Variable(h)
            h = cell(torch.ones(1, 2), h)
            h.sum().backward()
        """,
        note="without the cut the second backward would reach the freed first graph",
    ),
    legacy(
        "loop/a state cut through data",
        """
        cell = torch.nn.RNNCell(2, 2)
        h = Variable(torch.zeros(1, 2))
        for step in range(3):
            h = cell(torch.ones(1, 2), h)
            h.sum().backward()
            h = Variable(h.data)
        """,
    ),
    legacy(
        "loop/repackage_hidden",
        """
        def repackage_hidden(h):
            if isinstance(h, torch.Tensor):
                return Variable(h.data)
            return tuple(repackage_hidden(v) for v in h)

        rnn = torch.nn.LSTM(2, 2)
        hidden = (torch.zeros(1, 1, 2), torch.zeros(1, 1, 2))
        for step in range(2):
            hidden = repackage_hidden(hidden)
            out, hidden = rnn(torch.ones(1, 1, 2), hidden)
            out.sum().backward()
        """,
    ),
    legacy(
        "loop/repackage_hidden with the type of old",
        """
        def repackage_hidden(h):
            if isinstance(h, Variable):
                return Variable(h.data)
            else:
                return tuple(repackage_hidden(v) for v in h)

        w = torch.ones(2, requires_grad=True)
        cut = repackage_hidden((w * 2, (w * 3, w)))
        """,
        contains=("isinstance(h, torch.Tensor)",),
    ),
    legacy(
        "loop/init_hidden from a weight",
        """
        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.rnn = torch.nn.GRU(2, 2)

            def init_hidden(self, bsz):
                weight = next(self.parameters()).data
                return Variable(weight.new(1, bsz, 2).zero_())

        net = Net()
        hidden = net.init_hidden(3)
        hidden.add_(1)
        """,
        contains=("return weight.new(1, bsz, 2).zero_()",),
    ),
    legacy(
        "loop/while, fed back",
        """
        w = torch.ones(1, requires_grad=True)
        x = Variable(torch.ones(1))
        n = 0
        while n < 3:
            x = Variable(x * w)
            n += 1
        see("x", x)
        """,
    ),
    legacy(
        "loop/the fact of the first round is not that of the second",
        """
        w = torch.ones(2, requires_grad=True)
        x = torch.zeros(2)
        outs = []
        for _ in range(2):
            v = Variable(x)
            outs.append(v + w)
            x = v + w
        sum(o.sum() for o in outs).backward()
        """,
    ),
    legacy(
        "loop/attached on one branch",
        """
        w = torch.ones(2, requires_grad=True)
        for attached in (False, True):
            x = torch.ones(2)
            if attached:
                x = x * w
            v = Variable(x)
            see("v", v)
        """,
    ),
    legacy(
        "loop/fed back through try",
        """
        w = torch.ones(2, requires_grad=True)
        x = torch.ones(2)
        for _ in range(2):
            try:
                x = Variable(x)
                see("x", x)
                x = x * w
            finally:
                see("end", x)
        """,
    ),
    legacy(
        "loop/onto itself alone in a branch",
        """
        x = torch.ones(2)
        for flag in (True, False):
            if flag:
                x = Variable(x)
            else:
                x = x + 1
        see("x", x)
        """,
    ),
    legacy(
        "loop/onto itself alone in the loop",
        """
        batches = [torch.ones(2), torch.zeros(2)]
        for x in batches:
            x = Variable(x)  # every batch
        see("last", x)
        """,
        contains=("# every batch",),
    ),
]

# --------------------------------------------------------------------------------------------
# Trap 8: values that come from elsewhere
# --------------------------------------------------------------------------------------------

ELSEWHERE = [
    legacy(
        "elsewhere/a parameter",
        """
        def cut(x):
            return Variable(x)

        p = torch.ones(2, requires_grad=True)
        a = cut(p * 2)
        b = cut(torch.ones(2))
        """,
    ),
    legacy(
        "elsewhere/a global bound later",
        """
        def cut():
            return Variable(state)

        p = torch.ones(2, requires_grad=True)
        state = torch.ones(2)
        a = cut()
        state = p * 3
        b = cut()
        """,
    ),
    legacy(
        "elsewhere/a global that a function rebinds",
        """
        state = torch.ones(2)
        p = torch.ones(2, requires_grad=True)

        def attach():
            global state
            state = state * p

        def onto_itself():
            global state
            state = Variable(state)

        attach()
        onto_itself()
        see("state", state)
        """,
    ),
    legacy(
        "elsewhere/a closure",
        """
        def outer():
            x = torch.ones(2)

            def attach(w):
                nonlocal x
                x = x * w

            attach(torch.ones(2, requires_grad=True))
            return Variable(x), x

        pair = outer()
        """,
    ),
    legacy(
        "elsewhere/an attribute written by another method",
        """
        class Agent:
            def __init__(self):
                self.state = torch.zeros(2)

            def learn(self, w):
                self.state = self.state + w

            def read(self):
                self.state = Variable(self.state)
                return self.state

        agent = Agent()
        agent.learn(torch.ones(2, requires_grad=True))
        out = agent.read()
        """,
    ),
    legacy(
        "elsewhere/an attribute onto itself in a class body",
        """
        class Box:
            x = torch.ones(2, requires_grad=True)
            x = Variable(x)
        """,
    ),
    legacy(
        "elsewhere/a module global onto itself in a class body",
        """
        x = torch.ones(2, requires_grad=True)

        class Box:
            x = Variable(x)

        see("not the same", Box.x is x)
        """,
        note="the statement binds a new name; it cannot go",
    ),
    legacy(
        "elsewhere/a subscript onto itself",
        """
        p = torch.ones(2, requires_grad=True)
        batch = [p * 2, p]
        batch[0] = Variable(batch[0])
        """,
    ),
    legacy(
        "elsewhere/mutable default",
        """
        def f(x, cache=[]):
            cache.append(x)
            return Variable(cache[0])

        p = torch.ones(2, requires_grad=True)
        a = f(p * 2)
        """,
    ),
    legacy(
        "elsewhere/a generator's items",
        """
        p = torch.ones(2, requires_grad=True)
        source = (p * i for i in range(2))
        outs = [Variable(x) for x in source]
        """,
    ),
    legacy(
        "elsewhere/from another module of the project",
        """
        import numbers_here

        v = Variable(numbers_here.get())
        w = Variable(numbers_here.get(), requires_grad=True)
        (v * w).sum().backward()
        """,
        files={
            "numbers_here.py": """
            import torch

            weight = torch.ones(2, requires_grad=True)

            def get():
                return weight
            """
        },
    ),
]

# --------------------------------------------------------------------------------------------
# Trap 9: precedence
# --------------------------------------------------------------------------------------------

_ATTACHED_PAIR = "a, w = torch.ones(2), torch.full((2,), 3.0, requires_grad=True)\n"


def _precedence(name: str, line: str, *contains: str) -> Case:
    return legacy(f"precedence/{name}", f"{_ATTACHED_PAIR}{line}\n", contains=contains)


PRECEDENCE = [
    legacy(
        "precedence/the argument of another that asks for a gradient",
        """
        z = torch.ones(2)
        v = Variable(Variable(-z), True)
        out = (v * z).sum()
        """,
        contains=("v = (-z).requires_grad_()",),
    ),
    legacy(
        "precedence/the argument of another with a flag that is not known",
        """
        def f(z, flag):
            return Variable(Variable(z + z, requires_grad=False), requires_grad=flag)

        out = f(torch.ones(2), True)
        """,
        contains=("(z + z).detach().requires_grad_(bool(flag))",),
    ),
    legacy(
        "precedence/three of them",
        """
        z = torch.ones(2)
        v = Variable(Variable(Variable(-z)), requires_grad=True)
        out = (v * z).sum()
        """,
        contains=("(-z)",),
        lacks=("Variable", "-z."),
    ),
    _precedence("a sum, then times", "v = Variable(a + w) * 3", "(a + w).detach() * 3"),
    _precedence("unary minus outside", "v = -Variable(w)", "-w.detach()"),
    _precedence("unary minus inside", "v = Variable(-w)", "(-w).detach()"),
    _precedence("unary minus inside, power outside", "v = Variable(-w) ** 2", "(-w).detach() ** 2"),
    _precedence("power inside", "v = Variable(w ** 2)", "(w ** 2).detach()"),
    _precedence("power outside, both sides", "v = Variable(w) ** Variable(w)"),
    _precedence(
        "a conditional", "v = Variable(w if w is w else a)", "(w if w is w else a).detach()"
    ),
    _precedence("matrix product", "v = Variable(a @ w)", "(a @ w).detach()"),
    _precedence("comparison inside", "v = Variable(w > 1)"),
    _precedence("comparison outside", "v = Variable(w) > Variable(a)"),
    _precedence("or inside", "v = Variable(None or w)", "(None or w).detach()"),
    _precedence("not around", "v = not Variable(w[0])"),
    _precedence("parentheses around the argument", "v = Variable((a + w))", "(a + w).detach()"),
    _precedence("parentheses around the call", "v = (Variable)(a + w)", "(a + w).detach()"),
    _precedence("a space before the parenthesis", "v = Variable (w)"),
    _precedence("doubled parentheses", "v = ((Variable((w))))"),
    _precedence("subscript after", "v = Variable(a + w)[0]", "(a + w).detach()[0]"),
    _precedence("method after", "v = Variable(a + w).view(2, 1).sum(0)", "(a + w).detach().view"),
    _precedence("attribute after", "v = Variable(a * w).shape", "(a * w).detach().shape"),
    _precedence("shift of ints", "v = Variable(a.long() << 2)"),
    _precedence("lambda body", "f = lambda t: Variable(t * w)\nv = f(a)", "(t * w).detach()"),
    _precedence("walrus inside", "v = Variable(y := a * w)", "(y := a * w).detach()"),
    _precedence("walrus outside", "if (v := Variable(a * w)).sum() > 1:\n    v = v + 1"),
    _precedence("starred around", "v = [*Variable(a * w), a]", "*(a * w).detach()"),
    _precedence("inside an f-string", "v = f'{Variable(w + 1)!r:>60}'"),
    _precedence("an f-string with a format", "v = f'{Variable(w)[0]:.2f} and {Variable(a + w)}'"),
    _precedence("with the flag", "v = Variable(a + w, requires_grad=True) * 2\nv.sum().backward()"),
    _precedence("a string in the argument", "d = {'a)': w}\nv = Variable(d['a)'] * 2)"),
    _precedence("await-free lambda call", "v = Variable((lambda: w)())"),
    _precedence("backslash inside", "v = Variable(a + \\\n    w)"),
    _precedence("backslash before the dot", "v = Variable(w) \\\n    .sum()"),
]

# --------------------------------------------------------------------------------------------
# Every context a call can stand in
# --------------------------------------------------------------------------------------------

CONTEXTS = [
    legacy(
        "context/return",
        """
        def make():
            return Variable(torch.zeros(2))

        v = make()
        """,
        contains=("return torch.zeros(2)\n",),
    ),
    legacy(
        "context/return of two",
        """
        def make(x):
            return Variable(x), Variable(torch.zeros(2))

        pair = make(torch.ones(2, requires_grad=True))
        """,
    ),
    legacy(
        "context/yield",
        """
        def batches():
            for i in range(2):
                yield Variable(torch.full((2,), float(i)))

        out = list(batches())
        """,
    ),
    legacy(
        "context/yield inside the argument",
        """
        def echo():
            v = Variable((yield))
            yield v

        p = torch.ones(2, requires_grad=True)
        g = echo()
        next(g)
        see("v", g.send(p * 2))
        """,
        contains=("(yield).detach()",),
    ),
    legacy(
        "context/yield from",
        """
        def rows(x):
            yield from Variable(x)

        out = list(rows(torch.ones(2, 2, requires_grad=True)))
        """,
    ),
    legacy(
        "context/await",
        """
        import asyncio

        p = torch.ones(2, requires_grad=True)

        async def fetch():
            return p * 2

        async def main():
            return Variable(await fetch())

        v = asyncio.run(main())
        """,
        contains=("(await fetch()).detach()",),
    ),
    legacy(
        "context/async comprehension",
        """
        import asyncio

        async def source():
            for i in range(2):
                yield torch.full((1,), float(i), requires_grad=True)

        async def main():
            return [Variable(x) async for x in source()]

        out = asyncio.run(main())
        """,
    ),
    legacy(
        "context/argument and keyword argument",
        """
        def f(x, *, y):
            return x * y

        p = torch.ones(2, requires_grad=True)
        out = f(Variable(p), y=Variable(torch.ones(2), requires_grad=True))
        out.sum().backward()
        """,
    ),
    legacy(
        "context/subscript",
        """
        table = torch.arange(6).view(3, 2)
        out = table[Variable(torch.LongTensor([0, 2]))]
        """,
        contains=("table[torch.LongTensor([0, 2])]",),
    ),
    legacy(
        "context/slice",
        """
        items = list(range(5))
        out = items[Variable(torch.tensor(1)):Variable(torch.tensor(4))]
        """,
        contains=("items[torch.tensor(1):torch.tensor(4)]",),
    ),
    legacy(
        "context/attribute target",
        """
        class Box:
            pass

        box = Box()
        box.x = Variable(torch.ones(2))
        box.y = Variable(box.x, requires_grad=True)
        (box.x * box.y).sum().backward()
        """,
    ),
    legacy(
        "context/attribute of the call is the target",
        """
        class Holder:
            pass

        p = torch.ones(2, requires_grad=True)
        Variable(p).tag = Holder()
        see("tag", hasattr(p, "tag"))
        """,
    ),
    legacy(
        "context/subscript target",
        """
        store = {}
        store["x"] = Variable(torch.ones(2, requires_grad=True) * 2)
        store["y"] = [Variable(torch.zeros(1))]
        """,
    ),
    legacy(
        "context/subscript index in a target",
        """
        x = torch.zeros(3)
        x[Variable(torch.tensor([0, 2]))] = Variable(torch.ones(2))
        """,
        contains=("x[torch.tensor([0, 2])] = torch.ones(2)",),
    ),
    legacy(
        "context/aug-assign",
        """
        total = torch.zeros(2)
        total += Variable(torch.ones(2, requires_grad=True) * 3)
        """,
    ),
    legacy(
        "context/aug-assign of an attribute",
        """
        class Box:
            total = 0

        p = torch.ones(2, requires_grad=True)
        Box.total += Variable(p)
        Box.total -= Variable(p * 2)
        """,
    ),
    legacy(
        "context/annotated assignment",
        """
        p = torch.ones(2, requires_grad=True)
        x: torch.Tensor = Variable(p)
        """,
    ),
    legacy(
        "context/default argument",
        """
        def f(x=Variable(torch.zeros(2)), *, y=Variable(torch.ones(1), requires_grad=True)):
            x += 1
            return (x * y).sum()

        f().backward()
        f().backward()
        """,
        contains=("x=torch.zeros(2)", "y=torch.ones(1, requires_grad=True)"),
    ),
    legacy(
        "context/default of a lambda",
        """
        p = torch.ones(2, requires_grad=True)
        f = lambda x=Variable(p): x * 2
        out = f()
        """,
    ),
    legacy(
        "context/list comprehension",
        """
        xs = [torch.ones(1, requires_grad=True), torch.zeros(1)]
        out = [Variable(x) for x in xs]
        leaves = [Variable(x, requires_grad=True) for x in xs if Variable(x).sum() > 0]
        """,
    ),
    legacy(
        "context/dict comprehension",
        """
        xs = {"a": torch.ones(1, requires_grad=True)}
        out = {k: Variable(v) for k, v in xs.items()}
        """,
    ),
    legacy(
        "context/generator expression as the only argument",
        """
        xs = [torch.ones(2, requires_grad=True), torch.zeros(2)]
        out = sum(Variable(x) for x in xs)
        """,
    ),
    legacy(
        "context/in the source of a comprehension",
        """
        p = torch.ones(3, requires_grad=True)
        out = [row * 2 for row in Variable(p)]
        """,
    ),
    legacy(
        "context/conditional expression",
        """
        p = torch.ones(2, requires_grad=True)
        out = Variable(p) if p.requires_grad else p
        other = p if Variable(p).requires_grad else None
        """,
    ),
    legacy(
        "context/f-string",
        """
        p = torch.ones(2, requires_grad=True)
        print(f"{Variable(p)} and {p}")
        """,
    ),
    legacy(
        "context/printing shows the flag",
        """
        print(Variable(torch.ones(2), requires_grad=True), Variable(torch.ones(2)))
        print("%s" % Variable(torch.zeros(1)))
        """,
    ),
    legacy(
        "context/decorator arguments",
        """
        def keep(t):
            def wrap(f):
                f.kept = t
                return f
            return wrap

        p = torch.ones(2, requires_grad=True)

        @keep(Variable(p))
        def f():
            pass
        """,
    ),
    legacy(
        "context/class body and base arguments",
        """
        class Meta(type):
            def __new__(cls, name, bases, body, tensor=None):
                made = super().__new__(cls, name, bases, body)
                made.tensor = tensor
                return made

            def __init__(cls, name, bases, body, tensor=None):
                super().__init__(name, bases, body)

        p = torch.ones(2, requires_grad=True)

        class Box(metaclass=Meta, tensor=Variable(p)):
            zero = Variable(torch.zeros(1))
        """,
    ),
    legacy(
        "context/chained assignment",
        """
        a = b = c = Variable(torch.ones(2), requires_grad=True)
        (a * b * c).sum().backward()
        see("one", a is c)
        """,
    ),
    legacy(
        "context/unpacking",
        """
        p = torch.ones(2, 2, requires_grad=True)
        first, second = Variable(p)
        head, *rest = Variable(p * 2)
        """,
    ),
    legacy(
        "context/with item",
        """
        import contextlib

        p = torch.ones(2, requires_grad=True)
        with contextlib.nullcontext(Variable(p)) as v, torch.enable_grad():
            out = v * 2
        """,
    ),
    legacy(
        "context/inside no_grad and enable_grad",
        """
        p = torch.ones(2, requires_grad=True)
        with torch.no_grad():
            a = Variable(p * 2, requires_grad=True)
            b = a * 2
            with torch.enable_grad():
                c = Variable(a) * a
        c.sum().backward()
        """,
    ),
    legacy(
        "context/a factory inside no_grad",
        """
        with torch.no_grad():
            w = Variable(torch.ones(2), requires_grad=True)
            z = Variable(torch.ones(2))
        (w * z).sum().backward()
        """,
    ),
    legacy(
        "context/inside inference mode",
        """
        with torch.inference_mode():
            w = Variable(torch.ones(2))
            z = Variable(w)
        """,
    ),
    legacy(
        "context/assert",
        """
        p = torch.ones(2, requires_grad=True)
        assert not Variable(p).requires_grad, Variable(p)
        assert Variable(p).sum() > 5, f"{Variable(p)}"
        """,
        raises="AssertionError",
    ),
    legacy(
        "context/raise",
        """
        p = torch.ones(2, requires_grad=True)
        try:
            raise ValueError(Variable(p))
        except ValueError as error:
            v = error.args[0]
        """,
    ),
    legacy(
        "context/del of an element chosen by a call",
        """
        items = [1, 2, 3]
        del items[Variable(torch.tensor(1))]
        """,
        contains=("del items[torch.tensor(1)]",),
    ),
    legacy(
        "context/semicolons",
        """
        p = torch.ones(2, requires_grad=True)
        x = Variable(p); y = Variable(p * 2); z = x * y
        """,
        contains=(";",),
    ),
    legacy(
        "context/onto itself between semicolons",
        """
        x = torch.ones(2); x = Variable(x); y = x * 2
        """,
    ),
    legacy(
        "context/one-line if",
        """
        p = torch.ones(2, requires_grad=True)
        y = p
        if p.requires_grad: y = Variable(y)
        else: y = None
        """,
    ),
    legacy(
        "context/one-line loop and def",
        """
        def f(x): return Variable(x)
        for x in [torch.ones(1, requires_grad=True)]: y = Variable(x)
        n = 2
        while n: n -= 1; z = Variable(y * n)
        """,
    ),
    legacy(
        "context/while and match subjects",
        """
        n = torch.zeros((), requires_grad=True)
        k = 0
        while Variable(n).item() < 2 and k < 3:
            k += 1
        match Variable(n * 2).requires_grad:
            case True:
                out = "attached"
            case _:
                out = "cut"
        """,
    ),
    legacy(
        "context/for over the call",
        """
        p = torch.ones(2, requires_grad=True)
        for x in Variable(p):
            see("x", x)
        """,
    ),
    legacy(
        "context/expression statement",
        """
        Variable(torch.randn(2))
        v = torch.randn(1)
        """,
        note="the numbers drawn there must still be drawn",
    ),
    legacy(
        "context/try, except, else, finally",
        """
        p = torch.ones(2, requires_grad=True)
        try:
            a = Variable(p)
        except ValueError:
            a = Variable(p, requires_grad=True)
        else:
            b = Variable(a)
        finally:
            c = Variable(p * 2)
        """,
    ),
    legacy(
        "context/nested functions and lambdas",
        """
        def outer(x):
            def inner(y):
                return (lambda z: Variable(z))(y)
            return inner(x)

        out = outer(torch.ones(2, requires_grad=True))
        """,
    ),
    legacy(
        "context/methods, static and class",
        """
        class Util:
            @staticmethod
            def a(x):
                return Variable(x)

            @classmethod
            def b(cls, x):
                return Variable(x, requires_grad=True)

            @property
            def c(self):
                return Variable(torch.ones(1))

        p = torch.ones(2, requires_grad=True)
        out = Util.a(p), Util.b(p), Util().c
        """,
    ),
    legacy(
        "context/arguments of nested calls",
        """
        p = torch.ones(2, requires_grad=True)
        out = torch.cat([Variable(p), Variable(torch.stack([Variable(p), p]).sum(0))])
        """,
    ),
    legacy(
        "context/print in a docstring's company",
        '''
        def f(x):
            """Wraps it, as Variable(x) did."""
            return Variable(x)

        out = f(torch.ones(2, requires_grad=True))
        ''',
        lacks=("return Variable",),
        contains=("as Variable(x) did",),
    ),
    legacy(
        "context/dict, set, tuple displays and unpacking",
        """
        p = torch.ones(2, requires_grad=True)
        out = {"v": Variable(p), **{"w": Variable(p * 2)}}
        one = Variable(p),
        both = (*[Variable(p)], Variable(torch.zeros(1)))
        """,
    ),
    legacy(
        "context/boolean operators",
        """
        p = torch.ones(1, requires_grad=True)
        out = Variable(p * 0) or Variable(p * 2)
        """,
    ),
    legacy(
        "context/in",
        """
        p = torch.ones(2, requires_grad=True)
        out = Variable(p) in [p]
        """,
        raises="RuntimeError",
    ),
    legacy(
        "context/under if __name__",
        """
        def main():
            w = Variable(torch.ones(2), requires_grad=True)
            w.sum().backward()
            return w

        if __name__ == "__main__":
            w = main()
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Who is Variable: every way to get hold of it
# --------------------------------------------------------------------------------------------


def _import_form(name: str, text: str, **expectations: object) -> Case:
    settings: dict[str, object] = {"lacks": ("Variable",), **expectations}
    return Case(name=f"import/{name}", source=program(text), **settings)  # type: ignore[arg-type]


IMPORTS = [
    _import_form(
        "from torch.autograd",
        """
        import torch
        from torch.autograd import Variable
        v = Variable(torch.ones(2), requires_grad=True)
        """,
        lacks=("Variable", "autograd"),
        contains=("v = torch.ones(2, requires_grad=True)",),
    ),
    _import_form(
        "under another name",
        """
        import torch
        from torch.autograd import Variable as V
        p = torch.ones(2, requires_grad=True)
        v = V(p)
        """,
        lacks=("Variable", "V(", "autograd"),
    ),
    _import_form(
        "under the name of something else",
        """
        import torch
        from torch.autograd import Variable as Tensor
        p = torch.ones(2, requires_grad=True)
        v = Tensor(p)
        """,
    ),
    _import_form(
        "among others, first",
        """
        import torch
        from torch.autograd import Variable, grad
        x = Variable(torch.ones(2), requires_grad=True)
        (g,) = grad((x * x).sum(), x)
        """,
        contains=("from torch.autograd import grad\n",),
    ),
    _import_form(
        "among others, last",
        """
        import torch
        from torch.autograd import grad, Function, Variable
        x = Variable(torch.ones(2), requires_grad=True)
        (g,) = grad((x * x).sum(), x)
        """,
        contains=("from torch.autograd import grad, Function\n",),
    ),
    _import_form(
        "among others, in the middle, with aliases",
        """
        import torch
        from torch.autograd import grad as g, Variable as V, Function as F
        x = V(torch.ones(2), requires_grad=True)
        out = g((x * x).sum(), x)
        """,
        contains=("from torch.autograd import grad as g, Function as F\n",),
    ),
    _import_form(
        "in parentheses",
        """
        import torch
        from torch.autograd import (Variable)
        v = Variable(torch.ones(2))
        """,
        lacks=("Variable", "autograd"),
    ),
    _import_form(
        "in parentheses over lines, with comments",
        """
        import torch
        from torch.autograd import (
            grad,  # to differentiate
            Variable,  # to wrap
            Function,
        )
        x = Variable(torch.ones(2), requires_grad=True)
        out = grad((x * x).sum(), x)
        """,
        contains=("# to differentiate", "# to wrap", "grad,", "Function,"),
        lacks=("Variable",),
    ),
    _import_form(
        "over lines with a backslash",
        """
        import torch
        from torch.autograd import grad, \\
            Variable
        x = Variable(torch.ones(2), requires_grad=True)
        out = grad((x * x).sum(), x)
        """,
        contains=("from torch.autograd import grad",),
    ),
    _import_form(
        "twice",
        """
        import torch
        from torch.autograd import Variable
        from torch.autograd import Variable
        v = Variable(torch.ones(2))
        """,
        lacks=("Variable", "autograd"),
    ),
    _import_form(
        "import torch",
        """
        import torch
        p = torch.ones(2, requires_grad=True)
        v = torch.autograd.Variable(p)
        """,
    ),
    _import_form(
        "import torch as t",
        """
        import torch as t
        v = t.autograd.Variable(t.ones(2), requires_grad=True)
        """,
        contains=("v = t.ones(2, requires_grad=True)\n",),
    ),
    _import_form(
        "import torch.autograd",
        """
        import torch.autograd
        v = torch.autograd.Variable(torch.ones(2))
        """,
    ),
    _import_form(
        "import torch.autograd as ag",
        """
        import torch
        import torch.autograd as ag
        p = torch.ones(2, requires_grad=True)
        v = ag.Variable(p)
        (g,) = ag.grad((p * v).sum(), p)
        """,
    ),
    _import_form(
        "from torch import autograd",
        """
        import torch
        from torch import autograd
        x = autograd.Variable(torch.ones(2), requires_grad=True)
        (g,) = autograd.grad((x * x).sum(), x)
        """,
        contains=("x = torch.ones(2, requires_grad=True)\n",),
    ),
    _import_form(
        "from torch import autograd as ag, nn",
        """
        import torch
        from torch import autograd as ag, nn
        layer = nn.Linear(2, 1)
        out = layer(ag.Variable(torch.ones(1, 2)))
        """,
        contains=("layer(torch.ones(1, 2))",),
    ),
    _import_form(
        "from torch.autograd.variable",
        """
        import torch
        from torch.autograd.variable import Variable
        p = torch.ones(2, requires_grad=True)
        v = Variable(p)
        """,
        lacks=("Variable", "torch.autograd"),
    ),
    _import_form(
        "star import of torch.autograd",
        """
        import torch
        from torch.autograd import *
        x = Variable(torch.ones(2), requires_grad=True)
        out = grad((x * x).sum(), x)
        """,
        contains=("x = torch.ones(2, requires_grad=True)\n", "from torch.autograd import *"),
        lacks=("Variable",),
    ),
    _import_form(
        "inside a function",
        """
        import torch

        def cut(x):
            from torch.autograd import Variable
            return Variable(x)

        v = cut(torch.ones(2, requires_grad=True))
        """,
        lacks=("Variable", "autograd"),
    ),
    _import_form(
        "inside a function, which it leaves empty",
        """
        import torch

        def prepare():
            from torch.autograd import Variable

        prepare()
        x = torch.ones(2)
        """,
        contains=("pass",),
    ),
    _import_form(
        "inside a class body, used there",
        """
        import torch

        class Box:
            from torch.autograd import Variable as V
            zero = V(torch.zeros(2))
        """,
        lacks=("V(",),
    ),
    _import_form(
        "inside if",
        """
        import torch

        if torch.__version__:
            from torch.autograd import Variable
        p = torch.ones(2, requires_grad=True)
        v = Variable(p)
        """,
        lacks=("Variable(",),
    ),
    _import_form(
        "inside try, passed over",
        """
        import torch

        try:
            from torch.autograd import Variable
        except ImportError:
            pass
        p = torch.ones(2, requires_grad=True)
        v = Variable(p)
        """,
        lacks=("Variable(",),
    ),
    _import_form(
        "inside try, raised again",
        """
        try:
            import torch
            from torch.autograd import Variable
        except ImportError:
            raise RuntimeError("torch is needed")
        p = torch.ones(2, requires_grad=True)
        v = Variable(p)
        """,
        lacks=("Variable(",),
    ),
    _import_form(
        "inside try, from the other place",
        """
        import torch

        try:
            from torch.autograd import Variable
        except ImportError:
            from torch.autograd.variable import Variable
        p = torch.ones(2, requires_grad=True)
        v = Variable(p)
        """,
        lacks=("Variable(",),
    ),
    _import_form(
        "only for the type checker",
        """
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from torch.autograd import Variable

        def f(x: "Variable") -> "Variable":
            return x

        out = f(3)
        """,
        lacks=('"Variable"',),
    ),
    _import_form(
        "assigned to a name",
        """
        import torch
        from torch.autograd import Variable
        V = Variable
        p = torch.ones(2, requires_grad=True)
        v = V(p)
        """,
        lacks=("v = V(p)",),
    ),
    _import_form(
        "assigned from the full name",
        """
        import torch
        V = torch.autograd.Variable
        p = torch.ones(2, requires_grad=True)
        v, w = V(p), V(torch.ones(2), requires_grad=True)
        """,
        lacks=("V(p)", "V(torch"),
    ),
    _import_form(
        "assigned inside a function",
        """
        import torch

        def cut(x):
            var = torch.autograd.Variable
            return var(x)

        v = cut(torch.ones(2, requires_grad=True))
        """,
        lacks=("return var(x)",),
    ),
    _import_form(
        "autograd assigned to a name",
        """
        import torch
        from torch import autograd
        ag = autograd
        p = torch.ones(2, requires_grad=True)
        v = autograd.Variable(p)
        """,
        lacks=("autograd.Variable",),
    ),
    _import_form(
        "rebound after its use",
        """
        import torch
        from torch.autograd import Variable

        def cut(x):
            from torch.autograd import Variable
            return Variable(x)

        v = cut(torch.ones(2, requires_grad=True))
        """,
    ),
    _import_form(
        "torch itself is not imported",
        """
        from torch.autograd import Variable

        def f(x):
            return isinstance(x, Variable)

        out = f(3)
        """,
        contains=("import torch\n", "isinstance(x, torch.Tensor)"),
    ),
    _import_form(
        "torch is added after docstring and __future__",
        '''
        """What this is."""
        from __future__ import annotations

        import os
        from torch.autograd import Variable

        def f(x):
            return isinstance(x, (Variable, list))

        out = f([])
        ''',
        contains=("import torch\n", "isinstance(x, (torch.Tensor, list))"),
    ),
    _import_form(
        "torch is not added where a method will do",
        """
        from helpers import ones
        from torch.autograd import Variable

        v = Variable(ones())
        """,
        files={"helpers.py": "import torch\n\ndef ones():\n    return torch.ones(2)\n"},
        lacks=("Variable", "import torch"),
    ),
    _import_form(
        "torch is known by an alias only",
        """
        import torch as T
        from torch.autograd import Variable

        out = isinstance(T.ones(1), Variable)
        """,
    ),
    _import_form(
        "the first statement, with a comment above",
        """
        # Licence: do as you like.
        from torch.autograd import Variable  # noqa
        import torch
        v = Variable(torch.ones(2))
        """,
        contains=("# Licence: do as you like.",),
    ),
    _import_form(
        "beside another import on one line",
        """
        import torch; from torch.autograd import Variable; import math
        v = Variable(torch.full((2,), math.pi))
        """,
        lacks=("Variable", "autograd"),
    ),
    _import_form(
        "never used",
        """
        import torch
        from torch.autograd import Variable

        x = torch.ones(2)
        """,
        lacks=("Variable", "autograd"),
    ),
    _import_form(
        "never used, among others",
        """
        import torch
        from torch.autograd import Function, Variable

        x = torch.ones(2)
        known = Function is not None
        """,
        contains=("from torch.autograd import Function\n",),
    ),
    _import_form(
        "shadowed in one function, real in another",
        """
        import torch
        from torch.autograd import Variable

        def real(x):
            return Variable(x)

        def shadowed(x, Variable):
            return Variable(x)

        p = torch.ones(2, requires_grad=True)
        a, b = real(p), shadowed(p, lambda t: t)
        """,
        expect="partial",
        contains=("def shadowed(x, Variable):\n    return Variable(x)",),
        lacks=("import Variable",),
    ),
    _import_form(
        "a class attribute does not shadow it in methods",
        """
        import torch
        from torch.autograd import Variable

        class Box:
            Variable = staticmethod(lambda t: t)

            def cut(self, x):
                return Variable(x)

        v = Box().cut(torch.ones(2, requires_grad=True))
        """,
        expect="partial",
        contains=("Variable = staticmethod(lambda t: t)",),
        lacks=("return Variable", "import Variable"),
    ),
    _import_form(
        "a comprehension variable shadows it there alone",
        """
        import torch
        from torch.autograd import Variable

        p = torch.ones(2, requires_grad=True)
        same = [Variable(p) for Variable in (lambda t: t,)]
        cut = Variable(p)
        """,
        expect="partial",
        contains=("[Variable(p) for Variable in",),
        lacks=("cut = Variable",),
    ),
    _import_form(
        "the source of a comprehension is outside of it",
        """
        import torch
        from torch.autograd import Variable

        p = torch.ones(2, requires_grad=True)
        out = [Variable * 2 for Variable in Variable(p)]
        """,
        expect="partial",
        contains=("[Variable * 2 for Variable in p.detach()]",),
        lacks=("Variable(",),
    ),
    _import_form(
        "deleted at the end",
        """
        import torch
        from torch.autograd import Variable

        p = torch.ones(2, requires_grad=True)
        v = Variable(p)
        del Variable
        """,
        lacks=("v = Variable(p)",),
    ),
    _import_form(
        "imported twice, both used",
        """
        import torch
        import torch.autograd as ag
        from torch.autograd import Variable as V, Variable

        p = torch.ones(2, requires_grad=True)
        out = V(p), Variable(p), ag.Variable(p), torch.autograd.Variable(p)
        """,
        lacks=("Variable(", "V(p)"),
    ),
]

# --------------------------------------------------------------------------------------------
# What happens to the import: who else needs it
# --------------------------------------------------------------------------------------------

IMPORT_CLEANUP = [
    legacy(
        "cleanup/exported by __all__",
        """
        __all__ = ["Variable", "v"]
        v = Variable(torch.ones(2))
        """,
        contains=("from torch.autograd import Variable", "v = torch.ones(2)"),
        lacks=("v = Variable",),
    ),
    legacy(
        "cleanup/exported by __all__ later",
        """
        __all__ = ["v"]
        __all__ += ["Variable"]
        v = Variable(torch.ones(2))
        """,
        contains=("from torch.autograd import Variable", "v = torch.ones(2)"),
        lacks=("v = Variable",),
    ),
    legacy(
        "cleanup/used by eval",
        """
        x = torch.ones(2, requires_grad=True)
        v = Variable(torch.zeros(2))
        w = eval("Variable(x)")
        """,
        expect="partial",
        contains=("import Variable", "v = torch.zeros(2)", 'eval("Variable(x)")'),
    ),
    legacy(
        "cleanup/used through globals()",
        """
        x = torch.ones(2, requires_grad=True)
        v = Variable(torch.zeros(2))
        w = globals()["Variable"](x)
        """,
        expect="partial",
        contains=("import Variable", "v = torch.zeros(2)"),
    ),
    legacy(
        "cleanup/other uses remain",
        """
        v = Variable(torch.zeros(2))
        kinds = {"legacy": Variable}
        see("known", "legacy" in kinds)
        """,
        expect="partial",
        contains=("import Variable", "v = torch.zeros(2)", '{"legacy": Variable}'),
    ),
    legacy(
        "cleanup/a starred call remains",
        """
        args = (torch.ones(2), True)
        v = Variable(torch.zeros(2))
        w = Variable(*args)
        """,
        expect="partial",
        contains=("import Variable", "v = torch.zeros(2)", "w = Variable(*args)"),
    ),
    legacy(
        "cleanup/a call that cannot be rewritten remains",
        """
        args = (torch.ones(2),)
        v = Variable(torch.zeros(2))
        w = Variable(*args)
        """,
        expect="partial",
        contains=("import Variable", "v = torch.zeros(2)", "Variable(*args)"),
    ),
    legacy(
        "cleanup/a call in one that remains",
        """
        p = torch.ones(2, requires_grad=True)
        w = Variable(*[Variable(torch.zeros(2)) + p])
        """,
        expect="partial",
        contains=("import Variable", "torch.zeros(2) + p"),
        lacks=("Variable(torch.zeros(2))",),
    ),
    legacy(
        "cleanup/one that remains in a call",
        """
        p = torch.ones(2, requires_grad=True)
        w = Variable(p * Variable(*[p]))
        """,
        expect="partial",
        contains=("import Variable", "Variable(*[p])", ".detach()"),
        lacks=("w = Variable",),
    ),
    legacy(
        "cleanup/named in comments and strings only",
        """
        # Variable(x) was the way in 2017.
        v = Variable(torch.zeros(2))
        text = "Variable(x)"
        """,
        contains=("# Variable(x) was the way", 'text = "Variable(x)"', "v = torch.zeros(2)"),
        lacks=("import Variable",),
    ),
    legacy(
        "cleanup/a suppressed call remains",
        """
        v = Variable(torch.zeros(2))
        w = Variable(torch.ones(2))  # varmigrate: ignore
        """,
        expect="partial",
        contains=("import Variable", "v = torch.zeros(2)", "w = Variable(torch.ones(2))"),
    ),
    Case(
        "cleanup/a neighbour hands the name on",
        program("""
            import torch
            import later
            from torch.autograd import Variable

            v = Variable(torch.zeros(2))
            w = later.cut(torch.ones(2, requires_grad=True))
        """),
        files={
            "shared_names.py": "import torch\nfrom torch.autograd import Variable\n",
            "later.py": program("""
                from shared_names import Variable

                def cut(x):
                    return Variable(x)
            """),
        },
        contains=("v = torch.zeros(2)",),
        lacks=("Variable",),
    ),
    Case(
        "cleanup/re-exported by a module of the project",
        program("""
            import torch
            from compat import Variable

            p = torch.ones(2, requires_grad=True)
            v = Variable(p)
        """),
        files={"compat.py": "from torch.autograd import Variable\n"},
        lacks=("v = Variable(p)",),
    ),
    Case(
        "cleanup/re-exported by a package",
        program("""
            import torch
            from legacylib import Variable as V

            p = torch.ones(2, requires_grad=True)
            v = V(p)
        """),
        files={"legacylib/__init__.py": "from torch.autograd import Variable, grad\n"},
        lacks=("v = V(p)",),
    ),
    Case(
        "cleanup/re-exported through two modules",
        program("""
            import torch
            from second import Variable

            v = Variable(torch.ones(2), requires_grad=True)
        """),
        files={
            "first.py": "from torch.autograd import Variable\n",
            "second.py": "from first import Variable\n",
        },
        lacks=("v = Variable",),
    ),
    Case(
        "cleanup/used from elsewhere as an attribute",
        program("""
            import torch
            import names
            from torch.autograd import Variable

            p = torch.ones(2, requires_grad=True)
            v = Variable(p)
            w = names.cut(p)
        """),
        files={
            "names.py": program("""
                import torch
                import wrapped

                def cut(x):
                    return wrapped.Variable(x)
            """),
            "wrapped.py": program("""
                from torch.autograd import Variable

                zero = 0
            """),
        },
        lacks=("v = Variable",),
    ),
    Case(
        "cleanup/handed on by a star import",
        program("""
            import torch
            from everything import *

            p = torch.ones(2, requires_grad=True)
            v = torch.autograd.Variable(p)
            w = Variable(p)
        """),
        files={
            "everything.py": program("""
                import torch
                from torch.autograd import Variable

                one = Variable(torch.ones(1))
            """),
        },
        lacks=("torch.autograd.Variable",),
    ),
    Case(
        "cleanup/wrapped by a function of the project",
        program("""
            import torch
            from torch.autograd import Variable
            from tools import to_var

            p = torch.ones(2, requires_grad=True)
            a = to_var(p)
            b = to_var(torch.ones(2), requires_grad=1)
            c = Variable(a)
        """),
        files={
            "tools.py": program("""
                from torch.autograd import Variable

                def to_var(x, requires_grad=False):
                    return Variable(x, requires_grad=requires_grad)
            """)
        },
        lacks=("c = Variable",),
    ),
]

# --------------------------------------------------------------------------------------------
# Variable as a type, and as a value
# --------------------------------------------------------------------------------------------

TYPES = [
    legacy(
        "type/isinstance",
        """
        def kind(x):
            return isinstance(x, Variable)

        out = kind(torch.ones(1)), kind(3), kind(torch.nn.Parameter(torch.ones(1)))
        """,
        contains=("isinstance(x, torch.Tensor)",),
    ),
    legacy(
        "type/isinstance with the full name",
        """
        out = isinstance(torch.ones(1), torch.autograd.Variable)
        """,
        contains=("isinstance(torch.ones(1), torch.Tensor)",),
    ),
    legacy(
        "type/isinstance of a tuple",
        """
        def kind(x):
            return isinstance(x, (list, Variable, tuple))

        out = kind(torch.ones(1)), kind(3), kind([])
        """,
        contains=("(list, torch.Tensor, tuple)",),
    ),
    legacy(
        "type/isinstance of a tuple that has both",
        """
        out = [isinstance(x, (torch.Tensor, Variable)) for x in (torch.ones(1), 2)]
        """,
    ),
    legacy(
        "type/isinstance of nested tuples",
        """
        out = [isinstance(x, ((list,), (Variable, (dict,)))) for x in (torch.ones(1), {}, 2)]
        """,
    ),
    legacy(
        "type/not isinstance",
        """
        def cut(x):
            if not isinstance(x, Variable):
                x = Variable(torch.tensor(x))
            return x

        p = torch.ones(2, requires_grad=True)
        out = cut(p), cut([1.0])
        """,
    ),
    legacy(
        "type/assert isinstance, over lines",
        """
        x = torch.ones(1)
        assert isinstance(
            x,  # whatever comes
            Variable,
        ), "no tensor"
        """,
        contains=("# whatever comes", "torch.Tensor"),
    ),
    legacy(
        "type/annotations",
        """
        def f(x: Variable, *more: Variable, y: Variable = None, **rest: Variable) -> Variable:
            z: Variable = x * 2
            return z

        out = f(torch.ones(2))
        """,
        contains=("-> torch.Tensor",),
    ),
    legacy(
        "type/annotations inside others",
        """
        from typing import Dict, List, Optional, Tuple, Union

        def f(x: Optional[Variable], y: Union[Variable, List[Variable]]) -> Tuple[Variable, ...]:
            table: Dict[str, Variable] = {}
            return (x, y)

        out = f(torch.ones(2), [])
        """,
    ),
    legacy(
        "type/annotations in strings",
        """
        from typing import Optional

        def f(x: "Variable", y: Optional["Variable"] = None) -> "Optional[Variable]":
            return x

        out = f(torch.ones(2))
        """,
        contains=('"torch.Tensor"',),
    ),
    legacy(
        "type/annotation of a class attribute",
        """
        class Box:
            x: Variable
            y: "Variable" = Variable(torch.ones(1))

            def __init__(self, x):
                self.x: Variable = Variable(x)

        box = Box(torch.ones(2, requires_grad=True))
        """,
    ),
    legacy(
        "type/annotations of a dataclass",
        """
        import dataclasses

        @dataclasses.dataclass
        class Batch:
            text: Variable
            label: Variable = None

        batch = Batch(Variable(torch.ones(2, requires_grad=True)))
        fields = [f.name for f in dataclasses.fields(Batch)]
        """,
    ),
    legacy(
        "type/union with a bar",
        """
        def f(x: Variable | None = None) -> Variable | None:
            return x

        out = f()
        """,
        contains=("torch.Tensor | None",),
    ),
    legacy(
        "value/map",
        """
        xs = [torch.ones(2, requires_grad=True), torch.zeros(1)]
        out = list(map(Variable, xs))
        """,
        contains=("map(torch.Tensor.detach, xs)",),
    ),
    legacy(
        "value/map, unpacked",
        """
        p = torch.nn.Parameter(torch.ones(2))
        a, b = map(Variable, (p, p * 2))
        """,
        contains=("map(torch.Tensor.detach, (p, p * 2))",),
    ),
    legacy(
        "value/map of a nested map",
        """
        xs = [torch.ones(2, requires_grad=True)]
        out = list(map(Variable, map(Variable, xs)))
        """,
    ),
    legacy(
        "value/map of a lambda",
        """
        xs = [torch.ones(2, requires_grad=True)]
        out = list(map(lambda t: Variable(t, requires_grad=True), xs))
        """,
    ),
    legacy(
        "value/map in a loop",
        """
        pairs = [(torch.ones(1, requires_grad=True), torch.zeros(1))]
        for pair in pairs:
            x, y = map(torch.autograd.Variable, pair)
            see("x", x * y)
        """,
    ),
    legacy(
        "type/both branches of a compare",
        """
        def f(x):
            return x.data if isinstance(x, Variable) else Variable(x)

        out = f(torch.ones(2, requires_grad=True))
        """,
    ),
]

UNSAFE = [
    legacy(
        "unsafe/type equals",
        """
        def kind(x):
            return type(x) == Variable

        out = kind(torch.ones(1))
        """,
        contains=("isinstance(x, torch.Tensor)",),
        unsafe=True,
        note="False today, True afterwards: what the author meant",
    ),
    legacy(
        "unsafe/type is",
        """
        x = torch.ones(1)
        if type(x) is Variable:
            x = x * 2
        """,
        contains=("isinstance(x, torch.Tensor)",),
        unsafe=True,
    ),
    legacy(
        "unsafe/type is not",
        """
        x = torch.ones(1)
        out = type(x) is not torch.autograd.Variable
        """,
        contains=("not isinstance(x, torch.Tensor)",),
        unsafe=True,
    ),
]

# --------------------------------------------------------------------------------------------
# Layout: comments, line ends, blanks
# --------------------------------------------------------------------------------------------

LAYOUT = [
    legacy(
        "layout/comments inside the call",
        """
        w = Variable(  # start
            torch.randn(2),  # the numbers
            # above the flag
            requires_grad=True,  # we want its gradient
        )  # end
        """,
        contains=("# start", "# the numbers", "# above the flag", "# we want its", "# end"),
    ),
    legacy(
        "layout/comments inside, unknown argument",
        """
        p = torch.ones(2, requires_grad=True)
        w = Variable(
            p
            # between
            + 1,  # after the sum
            requires_grad=True
            # last
        )
        """,
        contains=("# between", "# after the sum", "# last"),
    ),
    legacy(
        "layout/comments inside the factory",
        """
        w = Variable(torch.zeros(
            2,  # rows
            3,  # columns
        ), requires_grad=True)
        """,
        contains=("# rows", "# columns"),
    ),
    legacy(
        "layout/comments inside the list",
        """
        w = Variable(torch.Tensor([
            [1, 2],  # first
            [3, 4],  # second
        ]), requires_grad=True)
        w.sum().backward()
        """,
        contains=("# first", "# second"),
    ),
    legacy(
        "layout/a comment between the name and its parenthesis",
        """
        p = torch.ones(2, requires_grad=True)
        v = (Variable  # the class
             (p))
        w = Variable(torch.ones(2))
        """,
        contains=("# the class", "w = torch.ones(2)\n"),
    ),
    legacy(
        "layout/no blank before the parenthesis",
        """
        p = torch.ones(2, requires_grad=True)

        def f(c):
            return(Variable)(p)if c else(Variable(p))

        def g():
            yield(Variable)(p)
            yield from(Variable)(p)

        a = not(Variable)(p[0])
        b = [1]and(Variable)(p)
        c = 1 if(Variable)(p[0])else 2
        for d in(Variable)(p): e = d
        h = lambda:(Variable)(p)
        i = [k for k in(Variable)(p)if(Variable)(k)]
        j = h(), f(0), f(1), list(g())
        assert(Variable)(p).sum()
        """,
    ),
    legacy(
        "layout/one argument per line",
        """
        p = torch.ones(2, requires_grad=True)
        v = Variable(
            p,
            False
        )
        w = Variable(
            p * 2
        ).sum()
        """,
    ),
    legacy(
        "layout/a long expression over lines",
        """
        p = torch.ones(2, requires_grad=True)
        v = Variable(p
                     * 2
                     + 1)
        """,
    ),
    legacy(
        "layout/trailing comments stay",
        """
        p = torch.ones(2, requires_grad=True)
        x = Variable(p)  # cut here
        # a comment of its own
        y = Variable(p * 2)  # type: ignore
        """,
        contains=("# cut here", "# a comment of its own"),
    ),
    legacy(
        "layout/the import's own comments",
        """
        from torch.autograd import Variable as V  # the old way

        v = V(torch.ones(2))
        """,
        contains=("# the old way",),
    ),
    legacy(
        "layout/comment above the import",
        """
        # autograd
        from torch.autograd import Variable as V
        # data
        v = V(torch.ones(2))
        """,
        contains=("# autograd\n", "# data\n"),
    ),
    Case(
        "layout/carriage returns",
        "import torch\r\nfrom torch.autograd import Variable\r\n\r\n"
        "w = Variable(torch.ones(2), requires_grad=True)\r\nw.sum().backward()\r\n",
        contains=("w = torch.ones(2, requires_grad=True)\r\nw.sum().backward()\r\n",),
        lacks=("Variable",),
    ),
    Case(
        "layout/carriage returns inside the call",
        "import torch\r\nfrom torch.autograd import Variable\r\n"
        "w = Variable(  # a\r\n    torch.ones(2),\r\n    requires_grad=True,  # b\r\n)\r\n",
        contains=("# a\r\n", "# b\r\n"),
        lacks=("Variable",),
    ),
    Case(
        "layout/mixed line ends",
        "import torch\nfrom torch.autograd import Variable\r\n"
        "p = torch.ones(2, requires_grad=True)\r\nv = Variable(p)\nw = v * 2\r\n",
        contains=("w = v * 2\r\n", "p = torch.ones(2, requires_grad=True)\r\nv = "),
        lacks=("Variable",),
    ),
    Case(
        "layout/no newline at the end",
        "import torch\nfrom torch.autograd import Variable\nv = Variable(torch.ones(2))",
        contains=("v = torch.ones(2)",),
        lacks=("Variable", "torch.ones(2)\n"),
    ),
    Case(
        "layout/the import is the last line",
        "import torch\nx = torch.ones(2)\nfrom torch.autograd import Variable",
        contains=("x = torch.ones(2)",),
        lacks=("Variable",),
    ),
    Case(
        "layout/tabs",
        "import torch\nfrom torch.autograd import Variable\n\ndef f(x):\n\tif x is not None:\n"
        "\t\tv = Variable(x)\n\t\treturn v\n\nv = f(torch.ones(2, requires_grad=True))\n",
        contains=("\tif x is not None:\n\t\t",),
        lacks=("Variable",),
    ),
    Case(
        "layout/tabs and blanks mixed",
        "import torch\nfrom torch.autograd import Variable\n\ndef f(x):\n        y = x\n"
        "        if True:\n        \ty = Variable( x )\n        return y\n\n"
        "v = f(torch.ones(2, requires_grad=True))\n",
        contains=("        \ty = x.detach()",),
        lacks=("Variable",),
    ),
    Case(
        "layout/form feed and a byte order mark",
        "\ufeffimport torch\nfrom torch.autograd import Variable\n\f\n"
        "v = Variable(torch.ones(2))\n",
        contains=("\f\nv = torch.ones(2)\n",),
        lacks=("Variable",),
    ),
    Case(
        "layout/words from elsewhere",
        "# -*- coding: utf-8 -*-\nimport torch\nfrom torch.autograd import Variable\n"
        "größe = 'π≈3 🎲'; v = Variable(torch.ones(2))  # naïve\n",
        contains=("größe = 'π≈3 🎲'; v = torch.ones(2)  # naïve\n",),
        lacks=("Variable",),
    ),
    legacy(
        "layout/blanks everywhere",
        """
        p = torch.ones(2, requires_grad=True)
        v = Variable ( p , requires_grad = True )
        w = Variable( p )
        (v * w).sum().backward()
        """,
    ),
    legacy(
        "layout/the name in parentheses",
        """
        p = torch.ones(2, requires_grad=True)
        v = (Variable)(p)
        w = (torch.autograd.Variable)(p, requires_grad=True)
        u = torch . autograd . Variable (p)
        """,
        lacks=("Variable",),
    ),
    legacy(
        "layout/a dotted name over lines",
        """
        p = torch.ones(2, requires_grad=True)
        v = (torch
             .autograd
             .Variable(p))
        """,
    ),
    legacy(
        "layout/a backslash before the parenthesis",
        """
        p = torch.ones(2, requires_grad=True)
        v = Variable \\
            (p)
        """,
    ),
    legacy(
        "layout/a string over lines in the argument",
        '''
        table = {"""a
        Variable(b)""": torch.ones(2, requires_grad=True)}
        v = Variable(table["""a
        Variable(b)"""])
        ''',
        lacks=("v = Variable(",),
        contains=('Variable(b)"""',),
    ),
    legacy(
        "layout/nested f-string quotes",
        """
        p = {"a": torch.ones(1, requires_grad=True)}
        print(f"{Variable(p['a'])} {Variable(p['a'] * 2).item():>8.3f}")
        """,
    ),
    legacy(
        "layout/a suite of one deleted import",
        """
        if True:
            # why it is here
            from torch.autograd import Variable as V
        v = Variable(torch.ones(1))
        """,
        contains=("# why it is here", "pass"),
    ),
]

# --------------------------------------------------------------------------------------------
# What people wrapped tensors for: small but whole programs
# --------------------------------------------------------------------------------------------

PROGRAMS = [
    legacy(
        "program/a frozen weight and a trained one",
        """
        pretrained = torch.full((2, 2), 0.5)
        w1 = Variable(pretrained, requires_grad=False)
        w2 = Variable(torch.ones(2, 1), requires_grad=True)
        loss = torch.ones(1, 2).mm(w1).mm(w2).sum()
        loss.backward()
        """,
        contains=("torch.ones(2, 1, requires_grad=True)",),
    ),
    legacy(
        "program/a frozen weight, through a helper",
        """
        def legacy(t, requires_grad):
            return Variable(t, requires_grad=requires_grad)

        w1 = legacy(torch.full((2, 2), 0.5), requires_grad=False)
        w2 = legacy(torch.ones(2, 1), requires_grad=True)
        torch.ones(1, 2).mm(w1).mm(w2).sum().backward()
        """,
    ),
    legacy(
        "program/a frozen parameter of a pretrained net",
        """
        pretrained = torch.nn.Linear(2, 2)
        w1 = Variable(pretrained.weight, requires_grad=False)
        w2 = Variable(torch.ones(2, 1), requires_grad=True)
        torch.ones(1, 2).mm(w1).mm(w2).sum().backward()
        see("pretrained", pretrained.weight.grad)
        """,
    ),
    legacy(
        "program/input prepared by arithmetic",
        """
        net = torch.nn.Linear(2, 1)
        x = Variable(torch.arange(4.0).view(2, 2), requires_grad=False)
        x = (x - x.mean()) / (x.std() + 1e-5)
        net(x).sum().backward()
        """,
    ),
    legacy(
        "program/input prepared, through a helper",
        """
        def legacy(t, requires_grad):
            return Variable(t, requires_grad=requires_grad)

        net = torch.nn.Linear(2, 1)
        x = legacy(torch.arange(4.0).view(2, 2), False) * 2 - 1
        net(x).sum().backward()
        """,
    ),
    legacy(
        "program/one tensor used twice",
        """
        t = torch.arange(3.0)
        a = Variable(t, requires_grad=True)
        b = Variable(t, requires_grad=False)
        (a * b).sum().backward()
        see("t", (t.requires_grad, t.grad))
        """,
    ),
    legacy(
        "program/one tensor used twice, through a helper",
        """
        def legacy(t, requires_grad):
            return Variable(t, requires_grad=requires_grad)

        t = torch.arange(3.0)
        a, b = legacy(t, True), legacy(t, False)
        (a * b).sum().backward()
        """,
    ),
    legacy(
        "program/batches, through a helper",
        """
        from torch.utils.data import DataLoader, TensorDataset

        def legacy(t, requires_grad):
            return Variable(t, requires_grad=requires_grad)

        net = torch.nn.Linear(2, 1)
        for (x,) in DataLoader(TensorDataset(torch.ones(4, 2)), batch_size=2):
            net(legacy(x, False)).sum().backward()
        """,
    ),
    legacy(
        "program/linear regression by hand",
        """
        x, y = torch.ones(4, 2), torch.zeros(4, 1)
        w = Variable(torch.randn(2, 1), requires_grad=True)
        b = Variable(torch.zeros(1), requires_grad=True)
        for _ in range(3):
            loss = (Variable(x).mm(w) + b - Variable(y)).pow(2).mean()
            loss.backward()
            for t in (w, b):
                t.data.sub_(0.1 * t.grad.data)
                t.grad.data.zero_()
        """,
    ),
    legacy(
        "program/noise and labels of a GAN",
        """
        torch.manual_seed(1)
        netD = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Sigmoid())
        netG = torch.nn.Linear(3, 2)
        criterion = torch.nn.BCELoss()
        ones, zeros = Variable(torch.ones(4, 1)), Variable(torch.zeros(4, 1))
        noise = Variable(torch.randn(4, 3))
        fake = netG(noise)
        loss = criterion(netD(Variable(fake.data)), zeros) + criterion(netD(fake), ones)
        loss.backward()
        """,
    ),
    legacy(
        "program/gradient penalty",
        """
        netD = torch.nn.Linear(2, 1)
        real, fake = torch.ones(3, 2), torch.zeros(3, 2)
        alpha = torch.rand(3, 1).expand_as(real)
        mixed = Variable(alpha * real + (1 - alpha) * fake, requires_grad=True)
        out = netD(mixed).tanh()
        grads = torch.autograd.grad(
            outputs=out, inputs=mixed, grad_outputs=torch.ones_like(out), create_graph=True
        )[0]
        ((grads.norm(2, dim=1) - 1) ** 2).mean().backward()
        """,
    ),
    legacy(
        "program/gradient penalty between attached images",
        """
        netG, netD = torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)
        fake = netG(torch.ones(3, 2))
        mixed = Variable(0.5 * fake, requires_grad=True)
        out = netD(mixed).sigmoid()
        (grads,) = torch.autograd.grad(out.sum(), mixed, create_graph=True)
        grads.pow(2).sum().backward()
        see("generator", netG.weight.grad)
        """,
    ),
    legacy(
        "program/saliency",
        """
        net = torch.nn.Linear(3, 2)
        image = torch.rand(1, 3)
        x = Variable(image, requires_grad=True)
        score = net(x)[0, 1]
        score.backward()
        saliency = x.grad.data.abs().max(1)[0]
        """,
    ),
    legacy(
        "program/adversarial steps",
        """
        net = torch.nn.Linear(3, 2)
        x = torch.rand(1, 3)
        adv = x
        for _ in range(3):
            adv = Variable(adv, requires_grad=True)
            net(adv)[0, 0].backward()
            adv = adv + 0.1 * adv.grad.sign()
        see("x", x)
        """,
    ),
    legacy(
        "program/adversarial steps through data",
        """
        net = torch.nn.Linear(3, 2)
        x = Variable(torch.rand(1, 3), requires_grad=True)
        start = Variable(x.data)
        for _ in range(2):
            net(x)[0, 0].backward()
            x.data = x.data + 0.1 * x.grad.data.sign()
            x.grad.data.zero_()
        """,
    ),
    legacy(
        "program/policy gradient with saved log probabilities",
        """
        policy = torch.nn.Linear(2, 2)
        state = Variable(torch.ones(1, 2))
        probs = torch.softmax(policy(state), 1)
        action = Variable(probs.multinomial(1).data)
        loss = -(probs.gather(1, action).log() * Variable(torch.tensor([[0.5]]))).sum()
        loss.backward()
        """,
    ),
    legacy(
        "program/a target net's values",
        """
        net, target = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
        state, reward = torch.ones(3, 2), torch.ones(3)
        values = target(Variable(state)).max(1)[0]
        expected = Variable(values.data * 0.9 + reward)
        got = net(Variable(state)).gather(1, Variable(torch.zeros(3, 1).long())).squeeze()
        torch.nn.functional.mse_loss(got, expected).backward()
        see("target", target.weight.grad)
        """,
    ),
    legacy(
        "program/DeepDream",
        """
        net = torch.nn.Linear(4, 4)
        image = Variable(torch.ones(1, 4), requires_grad=True)
        for _ in range(2):
            net.zero_grad()
            net(image).norm().backward()
            image.data = image.data + 0.1 * image.grad.data
        """,
    ),
    legacy(
        "program/style transfer optimises the picture",
        """
        content = torch.rand(1, 4)
        picture = Variable(content.clone(), requires_grad=True)
        optimizer = torch.optim.Adam([picture], lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            (picture - 1).pow(2).sum().backward()
            optimizer.step()
        """,
    ),
    legacy(
        "program/optimising the source's wrapper moves the source",
        """
        source = torch.zeros(2)
        leaf = Variable(source, requires_grad=True)
        optimizer = torch.optim.SGD([leaf], lr=1.0)
        (leaf - 1).pow(2).sum().backward()
        optimizer.step()
        see("source", source)
        """,
        note="they share memory: a copy would leave the source at zero",
    ),
    legacy(
        "program/masks and positions",
        """
        lengths = torch.tensor([3, 1])
        mask = Variable(torch.arange(3).expand(2, 3) < lengths.unsqueeze(1))
        position = Variable(torch.arange(0, 3).unsqueeze(1).float(), requires_grad=False)
        out = position.t().expand(2, 3) * mask.float()
        """,
    ),
    legacy(
        "program/a positional table as a buffer",
        """
        class Positions(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.register_buffer("pe", torch.arange(6.0).view(1, 3, 2))

            def forward(self, x):
                return x + Variable(self.pe[:, : x.size(1)], requires_grad=False)

        out = Positions()(torch.ones(1, 2, 2, requires_grad=True))
        out.sum().backward()
        """,
    ),
    legacy(
        "program/reparametrisation",
        """
        mu = torch.zeros(2, requires_grad=True)
        logvar = torch.zeros(2, requires_grad=True)
        std = logvar.mul(0.5).exp_()
        eps = Variable(std.data.new(std.size()).normal_())
        z = eps.mul(std).add_(mu)
        z.sum().backward()
        """,
    ),
    legacy(
        "program/to_var with a cuda branch",
        """
        def to_var(x, requires_grad=False):
            if torch.cuda.device_count() > 4096:
                x = x.cuda()
            return Variable(x, requires_grad=requires_grad)

        a = to_var(torch.ones(2, requires_grad=True))
        b = to_var(torch.ones(2), True)
        (a * b).sum().backward()
        """,
    ),
    legacy(
        "program/double use of a wrapper in a lambda and a partial",
        """
        import functools

        def wrap(t, grad=False):
            return Variable(t, grad)

        leaf = functools.partial(wrap, grad=True)
        x = torch.ones(2)
        a, b = leaf(x), wrap(x)
        (a * b).sum().backward()
        """,
    ),
    legacy(
        "program/backward with a Variable of ones",
        """
        x = Variable(torch.ones(2), requires_grad=True)
        y = x * 2
        y.backward(Variable(torch.ones(2)))
        z = x ** 2
        z.backward(gradient=Variable(torch.tensor([1.0, 0.5]), requires_grad=True))
        """,
    ),
    legacy(
        "program/second derivative",
        """
        x = Variable(torch.tensor([2.0]), requires_grad=True)
        (g,) = torch.autograd.grad(x ** 3, x, create_graph=True)
        h = Variable(g)
        (gg,) = torch.autograd.grad(g * h, x)
        """,
    ),
    legacy(
        "program/clipping and a hook",
        """
        w = Variable(torch.ones(2), requires_grad=True)
        w.register_hook(lambda g: g.clamp(max=0.5))
        (w * torch.tensor([1.0, 0.25])).sum().backward()
        """,
    ),
    legacy(
        "program/a custom Function gets plain inputs",
        """
        class Double(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2

            @staticmethod
            def backward(ctx, g):
                print("needs", ctx.needs_input_grad)
                return g * 2

        x = Variable(torch.ones(2), requires_grad=True)
        y = Double.apply(Variable(x))
        z = Double.apply(x)
        z.sum().backward()
        see("y", y)
        """,
    ),
    legacy(
        "program/embedding and index",
        """
        table = torch.nn.Embedding(4, 2)
        words = Variable(torch.LongTensor([[1, 2], [3, 0]]))
        table(words).sum().backward()
        """,
        contains=("words = torch.LongTensor([[1, 2], [3, 0]])\n",),
    ),
    legacy(
        "program/ParameterList stays empty",
        """
        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.ws = [Variable(torch.ones(1), requires_grad=True) for _ in range(2)]

            def forward(self, x):
                return sum(w * x for w in self.ws)

        net = Net()
        net(torch.ones(1)).backward()
        see("parameters", list(net.parameters()))
        """,
    ),
    legacy(
        "program/checkpoint of tensors",
        """
        import io

        w = Variable(torch.ones(2), requires_grad=True)
        stream = io.BytesIO()
        torch.save({"w": w, "v": Variable(w)}, stream)
        stream.seek(0)
        loaded = torch.load(stream, weights_only=True)
        """,
    ),
    legacy(
        "program/copies for a committee",
        """
        import copy

        w = Variable(torch.ones(2), requires_grad=True)
        twin = copy.deepcopy(w)
        (w * 2 + twin * 3).sum().backward()
        """,
    ),
    legacy(
        "program/asyncio workers",
        """
        import asyncio

        async def work(t):
            await asyncio.sleep(0)
            v = Variable(t, requires_grad=True)
            (v * 2).sum().backward()
            return v

        async def main():
            x = torch.ones(2)
            return await asyncio.gather(work(x), work(x))

        out = asyncio.run(main())
        """,
    ),
    legacy(
        "program/a thread",
        """
        import threading

        out = []
        x = torch.ones(2, requires_grad=True)
        thread = threading.Thread(target=lambda: out.append(Variable(x)))
        thread.start()
        thread.join()
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Any argument, used in every way that could show a difference
# --------------------------------------------------------------------------------------------

_EXPRESSIONS = (
    "torch.linspace(p[0], 1, 2)",
    "torch.linspace(0, p[0], 2)",
    "torch.logspace(p[0], 1, 2)",
    "torch.tensor([p[0], 1.])",
    "torch.zeros(2).new_tensor(p)",
    "torch.zeros(2).fill_(p[0])",
    "torch.zeros(2).add(p)",
    "torch.zeros(2).addcmul(p, x)",
    "torch.zeros(2).index_fill(0, torch.tensor([0]), p[0])",
    "torch.ones(2).pow(p)",
    "torch.ones(2).__add__(p)",
    "torch.ones(2).mul_(p)",
    "2 * p",
    "torch.ones(2) @ p",
    "torch.ones(2).dot(p)",
    "torch.ones(2).to(p)",
    "torch.ones(2).type_as(p)",
    "torch.ones(2).expand_as(p)",
    "torch.ones(2).copy_(p, False)",
    "torch.ones(2).index_add(0, torch.tensor([0,1]), p)",
    "torch.ones(2).index_copy_(0, torch.tensor([0,1]), p)",
    "torch.ones(2).put_(torch.tensor([0]), p[:1])",
    "torch.ones(2).masked_scatter_(torch.tensor([True,True]), p)",
    "torch.ones(2).clamp(max=p)",
    "torch.ones(2).clamp_(min=p)",
    "torch.ones(2).sub_(other=p)",
    "torch.ones(2).div_(p)",
    "torch.ones(2).atan2(p)",
    "torch.ones(2).apply_(lambda v: v + 1)",
    "torch.ones(2).map_(x, lambda a, b: a + b)",
    "torch.ones(2).new(p.size()).zero_()",
    "torch.ones(2).new(2).copy_(p)",
    "x.new(2).fill_(p[0])",
    "x.new(*p.shape).fill_(1)",
    "x.new(x.size()).fill_(1)",
    "x.new([1,2])",
    "x.new(p.tolist())",
    "torch.Tensor(p.tolist())",
    "torch.Tensor(p.size()).fill_(1)",
    "torch.Tensor(*p.size()).fill_(1)",
    "torch.stack([torch.ones(2), p])",
    "torch.cat((torch.ones(2), p))",
    "torch.where(x > 0, torch.ones(2), p)",
    "torch.lerp(torch.ones(2), p, 0.5)",
    "torch.ones(2).where(x > 0, p)",
    "torch.bernoulli(p * 0.5)",
    "torch.bernoulli(torch.rand(2))",
    "torch.poisson(p)",
    "torch.multinomial(p, 1)",
    "torch.normal(p, 1.)",
    "torch.normal(0., p)",
    "torch.normal(torch.zeros(2), torch.ones(2))",
    "torch.normal(0., 1., (2,))",
    "torch.rand_like(p)",
    "torch.randn_like(p)",
    "torch.empty_like(p).fill_(1)",
    "torch.zeros_like(p).add_(p)",
    "torch.ones_like(p).mul(p)",
    "torch.zeros(p.size())",
    "torch.zeros(2, dtype=p.dtype)",
    "torch.as_tensor(p)",
    "torch.as_tensor([1., 2.])",
    "torch.as_tensor(p.detach().numpy())",
    "torch.clone(p)",
    "torch.sign(p)",
    "torch.round(p)",
    "torch.max(p)",
    "torch.max(p, 0)[1]",
    "torch.max(p, 0)[0]",
    "torch.argmax(p)",
    "torch.eq(p, 1)",
    "p == 1",
    "p != x",
    "p.ge(1).float()",
    "p.gt(0).type_as(p)",
    "(p > 0).float()",
    "(p > 0).float() * p",
    "p.long().float()",
    "p.detach().mul(p)",
    "p.data.mul(2)",
    "p.data * p",
    "p.data.clone()",
    "p.data.view(2)",
    "p.new_zeros(2).add(p)",
    "torch.eye(2)[0]",
    "torch.eye(2).mm(torch.eye(2)).mv(p)",
    "torch.tril(torch.ones(2,2))",
    "torch.triu(torch.ones(2,2), 1)",
    "torch.diag(torch.ones(2))",
    "torch.diag(torch.ones(2,2))",
    "torch.diagonal(torch.ones(2,2))",
    "torch.meshgrid(torch.arange(2.), indexing='ij')[0]",
    "torch.meshgrid(torch.arange(2.), torch.arange(2.), indexing='ij')[0]",
    "torch.ones(2,2).flatten()",
    "torch.flatten(torch.ones(2,1))",
    "torch.ravel(torch.ones(2,1))",
    "torch.squeeze(torch.ones(1,2))",
    "torch.atleast_2d(torch.ones(2))",
    "torch.broadcast_to(torch.ones(1), (2,))",
    "torch.nn.Flatten()(torch.ones(1,2))",
    "torch.ones(2).expand(2,2)",
    "torch.ones(4)[::2]",
    "torch.ones(2,2).unbind()[0]",
    "torch.ones(4).chunk(2)[0]",
    "torch.ones(4).split(2)[0]",
    "torch.ones(2,2).T",
    "torch.ones(2,2).mT",
    "torch.ones(2).real",
    "torch.ones(2).contiguous()",
    "torch.ones(2,2).diag()",
    "torch.ones(4).unfold(0,2,2)",
    "torch.ones(2,2).movedim(0,1)",
    "torch.ones(2,2).swapaxes(0,1)",
    "torch.ones(4).tensor_split(2)[0]",
    "torch.ones(4).as_strided((2,),(1,))",
    "torch.ones(2).view(2)",
    "torch.ones(2).view_as(x)",
    "torch.ones(2).reshape(2,1)",
    "torch.ones(2).reshape(2)",
    "torch.ones(2).squeeze(0)",
    "torch.ones(1,2).squeeze()",
    "torch.ones(2).unsqueeze_(0)",
    "torch.ones(2,1).t_()",
    "torch.ones(2,1).transpose_(0,1)",
    "torch.ones(2,1).squeeze_()",
    "torch.ones(2).resize_(1,2)",
    "torch.ones(2).data",
    "torch.ones(2).detach()",
    "torch.ones(2).detach_()",
    "torch.ones(2).index_select(0, torch.tensor([0,1]))",
    "torch.ones(2)[torch.tensor([0,1])]",
    "torch.ones(2)[...]",
    "torch.ones(2)[None]",
    "torch.ones(3)[1:]",
    "torch.ones(4).max(0)[0]",
    "torch.rand(4).sort()[0]",
    "torch.rand(4).sort().values",
    "torch.rand(4).sort().indices",
    "torch.rand(4).topk(2)[1]",
    "torch.ones(2).narrow(0,0,1)",
    "torch.ones(2,2).select(0,0)",
    "torch.ones(2,2).permute(1,0)",
    "torch.ones(2,2).sum(0)",
    "torch.ones(2).float()",
    "torch.ones(2).double()",
    "torch.ones(2).to('cpu')",
    "torch.ones(2).cpu()",
    "torch.ones(2).type('torch.DoubleTensor')",
    "torch.ones(2).type(torch.FloatTensor)",
    "torch.ones(2).clone()",
    "torch.ones(2).repeat(2)",
    "torch.ones(2).half().float()",
    "torch.ones(2).long()",
    "torch.ones(2).requires_grad_(False)",
    "torch.ones(2).share_memory_()",
    "torch.ones(2).conj()",
    "torch.ones(2).abs_().sqrt().neg()",
    "torch.ones(2).set_(p.detach())",
    "torch.ones(2).set_(x)",
    "torch.Tensor().set_(x)",
    "torch.Tensor(x.storage())",
    "torch.FloatTensor(x.storage())",
    "torch.Tensor(torch.ones(2))",
    "torch.FloatTensor(p)",
    "torch.tensor(p)",
    "torch.tensor(torch.ones(2))",
    "torch.tensor(p.tolist())",
    "torch.from_numpy(x.numpy())",
    "torch.from_numpy(x.numpy()).view(1,2)",
    "torch.from_numpy(x.numpy())[0:1]",
    "torch.from_dlpack(x)",
    "torch.frombuffer(bytearray(8), dtype=torch.float32)",
    "torch.nn.init.normal_(torch.empty(2))",
    "torch.nn.init.normal_(x)",
    "torch.nn.functional.one_hot(torch.tensor([0,1])).float()",
    "torch.nn.functional.dropout(torch.ones(2), 0.5)",
    "torch.nn.functional.relu(torch.ones(2))",
    "torch.nn.functional.pad(torch.ones(2),(0,0))",
    "torch.relu_(x)",
    "torch.sigmoid(torch.zeros(2))",
    "torch.abs(torch.ones(2), out=x)",
    "torch.rand(2, out=x)",
    "torch.arange(2., out=x)",
    "torch.randn(2, generator=torch.Generator().manual_seed(1))",
    "torch.zeros(2, device='cpu')",
    "torch.zeros((2,))",
    "torch.zeros(size=(2,))",
    "torch.zeros(2).to(torch.complex64)",
    "torch.complex(torch.ones(2), torch.zeros(2))",
    "torch.view_as_real(torch.ones(2, dtype=torch.complex64))",
    "torch.polar(torch.ones(2), p)",
    "torch.hann_window(2)",
    "torch.bartlett_window(2)",
    "torch.vander(x)",
    "torch.cartesian_prod(x, x)",
    "torch.empty(2).uniform_(0, 1).log_()",
    "torch.empty(2).normal_(mean=p[0].item())",
    "torch.empty(2).exponential_()",
    "torch.empty(2).bernoulli_(p * 0.5)",
    "torch.empty(2).bernoulli_(0.5)",
    "torch.empty(2).random_(3)",
    "torch.sparse_coo_tensor(torch.tensor([[0]]), [1.0], (2,)).to_dense()",
    "torch.eye(2).to_sparse().to_dense()",
    "torch.zeros(2).index_put_((torch.tensor([0]),), p[:1])",
    "torch.zeros(2).scatter_add_(0, torch.tensor([0,1]), src=p)",
    "torch.zeros(2).scatter_(0, torch.tensor([0,1]), 1.0)",
    "torch.zeros(2).scatter_(dim=0, index=torch.tensor([0,1]), value=1.0)",
    "torch.zeros(1,2).expand(2,2).contiguous()",
    "torch.ones(2,2).t().contiguous()",
    "torch.ones(2,1).t().contiguous()",
    "torch.ones(2).view(1,2).clone()",
    "torch.ones(2).view(1,2).float()",
    "torch.ones(2).view(1,2).double()",
    "torch.ones(2).view(1,2) + 1",
    "torch.ones(2).view(1,2).add_(1)",
    "torch.ones(2)[:1].fill_(3)",
    "torch.ones(2).flatten().add(1)",
    "torch.ones(2).real.add(1)",
    "x.clone().view(1,2)",
    "x.clone()",
    "x.clone().detach()",
    "p.clone().detach()",
    "p.detach().clone()",
    "p.detach().clone().view(1,2)",
    "p.clone().data",
    "p.data.new(2).zero_()",
    "x.add(1)",
    "x + 1",
    "x.float() + 0",
    "-x",
    "+x",
    "~(x>0)",
    "x.neg()",
    "abs(x)",
    "abs(p)",
    "x // 1",
    "x.__abs__()",
    "torch.Tensor.clone(x)",
    "torch.Tensor.add(x, p)",
    "torch.ones(2).sum().item() * p",
    "(torch.ones(2), p)[1]",
    "[torch.ones(2)][0]",
    "{0: torch.ones(2)}[0]",
    "torch.ones(2) if p is x else p",
    "(lambda: torch.ones(2))()",
    "(lambda t=torch.ones(2): t)()",
    "next(iter([torch.ones(2)]))",
    "torch.ones(2).__class__([1., 2.])",
    "torch.ones(2).new_ones(2).new_zeros(2)",
    "p.new_ones(2)",
    "p.new_empty(2).fill_(1)",
    "p.new_tensor(p)",
    "p.new_tensor([1.])",
    "p.new_full((2,), 3.)",
    "p.new(2).normal_()",
    "p.new([1., 2.])",
    "p.new(p)",
    "x.new(p)",
    "x.new(x)",
    "x.new(2, 2).fill_(1)",
    "x.new(torch.Size([2])).fill_(1)",
    "x.new(x.shape).fill_(1)",
    "x.new()",
    "torch.randint(3, (2,)).float()",
    "torch.randint(0, 3, (2,))",
    "torch.randperm(3)[:2]",
    "torch.randperm(3).float()",
    "torch.arange(4).view(2,2)",
    "torch.arange(4).view(2,2).float()",
    "torch.arange(4.).reshape(2,2)",
    "torch.rand(2) * 2 - 1",
    "torch.rand(2) < 0.5",
    "(torch.rand(2) < 0.5).float()",
    "torch.rand(2).lt(0.5).float()",
    "torch.rand(2) ** 2",
    "2 ** torch.rand(2)",
    "-torch.rand(2)",
    "+torch.rand(2)",
    "1 - torch.rand(2)",
    "torch.rand(2) * p",
    "p * torch.rand(2)",
    "torch.rand(2) + x",
    "torch.rand(2).add(x)",
    "torch.rand(2).add_(x)",
    "torch.rand(2).add_(1)",
    "torch.rand(2).mul_(x.sum())",
)

FORMS = [
    legacy(
        f"form/{expression}",
        f"""
        x, p = torch.ones(2), torch.ones(2, requires_grad=True)
        w = torch.ones(1, requires_grad=True)

        def tried(f):
            try:
                f()
            except RuntimeError:
                print("no")

        def use(v):
            see("made", v)
            if v.requires_grad:
                tried(lambda: (v * w).sum().backward())
            tried(lambda: v.mul_(w))
            tried(lambda: v.unsqueeze_(0))
            tried(lambda: v.detach_())

        def plain():
            v = Variable({expression})
            use(v)

        def plain_without_recording():
            with torch.no_grad():
                v = Variable({expression})
            use(v)

        def leaf():
            v = Variable({expression}, requires_grad=True)
            use(v)

        def leaf_without_recording():
            with torch.no_grad():
                v = Variable({expression}, requires_grad=True)
            use(v)

        tried(plain)
        tried(plain_without_recording)
        tried(leaf)
        tried(leaf_without_recording)
        """,
        expect="either",
        lacks=("Variable",),
    )
    for expression in _EXPRESSIONS
]

# --------------------------------------------------------------------------------------------
# Left open
# --------------------------------------------------------------------------------------------

OPEN_QUESTIONS = [
    legacy(
        "unsettled/the flag's call changes the shape of the argument",
        """
        x = torch.ones(2, 3)

        def flag():
            x.t_()
            return False

        v = Variable(x, requires_grad=flag())
        """,
        expect="either",
        note="the wrapper is made after the flag is known; .detach() before it",
    ),
    legacy(
        "unsettled/the flag's call replaces the data of the argument",
        """
        x = torch.ones(2)

        def flag():
            x.data = torch.zeros(3)
            return 1

        v = Variable(x, requires_grad=flag())
        """,
        expect="either",
    ),
    legacy(
        "unsettled/the flag is a walrus over the argument's name",
        """
        x = torch.ones(2)
        v = Variable(x, requires_grad=(x := 1))
        """,
        expect="either",
    ),
    legacy(
        "unsettled/the legacy constructor ignores the default device",
        """
        torch.set_default_device("meta")
        w = Variable(torch.Tensor([1.0, 2.0]), requires_grad=True)
        see("where", w.device.type)
        """,
        expect="either",
        note="torch.tensor([...]) goes to the default device",
    ),
    legacy(
        "unsettled/the legacy constructor inside a device block",
        """
        with torch.device("meta"):
            w = Variable(torch.Tensor([1, 2]), requires_grad=True)
        """,
        expect="either",
    ),
    legacy(
        "unsettled/volatile=False",
        """
        p = torch.ones(2, requires_grad=True)
        v = Variable(p, volatile=False)
        w = Variable(p, True, False)
        """,
        expect="either",
    ),
    legacy(
        "unsettled/Variable of nothing",
        """
        v = Variable()
        """,
        expect="either",
    ),
    Case(
        "unsettled/the import asks whether torch is there",
        program("""
            import sys

            kept = sys.modules["torch.autograd"]
            sys.modules["torch.autograd"] = None
            try:
                from torch.autograd import Variable
                HAS_TORCH = True
            except ImportError:
                HAS_TORCH = False
            finally:
                sys.modules["torch.autograd"] = kept

            def wrap(x):
                return Variable(x) if HAS_TORCH else x

            out = wrap(3)
        """),
        expect="either",
        note="without torch the import fails, and what it leaves behind is read",
    ),
    legacy(
        "unsettled/an import that falls back to None",
        """
        try:
            from torch.autograd import Variable as V
        except ImportError:
            V = None

        p = torch.ones(2, requires_grad=True)
        v = V(p) if V is not None else p
        """,
        expect="either",
    ),
    legacy(
        "unsettled/passed to a function that calls it",
        """
        def apply(f, x):
            return f(x)

        p = torch.ones(2, requires_grad=True)
        v = apply(Variable, p)
        """,
        expect="either",
    ),
    *(
        legacy(
            f"unsettled/{name}",
            f"x = torch.ones(2, requires_grad=True)\n{line}\n",
            expect="either",
        )
        for name, line in {
            "unpacked literal": "v = Variable(x, **{'requires_grad': True})",
            "unpacked nothing": "v = Variable(x, requires_grad=True, **{})",
            "passed by keyword": "def f(make):\n    return make(x)\n\nv = f(make=Variable)",
            "passed to a decorator": (
                "def use(make):\n    return lambda f: make(x)\n\n@use(Variable)\ndef v():\n    pass"
            ),
            "a sum of types": "out = isinstance(x, (list,) + (Variable,))",
            "an alias by walrus": "v = (make := Variable)(x)\nw = make(x)",
            "an alias by unpacking": "make, other = Variable, 1\nv = make(x)",
            "an alias of an alias": "A = Variable\nB = A\nv = B(x)",
            "a version test in a name": (
                "OLD = torch.__version__ < '0.4'\nif OLD:\n    x = Variable(x)"
            ),
            "a version test that returns early": (
                "def wrap(t):\n    if torch.__version__ >= '0.4':\n        return t\n"
                "    return Variable(t)\n\nv = wrap(x)"
            ),
            "rebound after the call, at the top": (
                "v = Variable(x)\nVariable = list\nw = Variable(x)"
            ),
            "another library's import below": (
                "from fractions import Fraction as Variable\nv = Variable(3)"
            ),
            "the accepted sign of a re-export": "from torch.autograd import Variable as Variable",
            "asked for in the namespace": "known = 'Variable' in globals()",
            "the flag is a sum": "v = Variable(x, requires_grad=0 + 0)",
            "a call that stands for its value only": "Variable(x)",
            "the call is the value of an annotation": "v: 'torch.Tensor' = Variable(x)",
        }.items()
    ),
    *(
        Case(f"unsettled/{name}", program(text), expect="either", note="`torch` is not there yet")
        for name, text in {
            "torch is imported below the call of a function": """
                from torch.autograd import Variable

                def f(x):
                    return isinstance(x, Variable)

                ok = f(3)
                import torch
            """,
            "torch is imported below": """
                from torch.autograd import Variable

                ok = isinstance(3, Variable)
                import torch
            """,
            "torch is imported in a branch not taken": """
                from torch.autograd import Variable

                if not Variable:
                    import torch
                ok = isinstance(3, Variable)
            """,
            "torch is imported in another function": """
                from torch.autograd import Variable

                def g():
                    import torch
                    return torch

                ok = isinstance(3, Variable)
            """,
            "torch is imported for the type checker": """
                from typing import TYPE_CHECKING
                from torch.autograd import Variable

                if TYPE_CHECKING:
                    import torch
                ok = isinstance(3, Variable)
            """,
            "torch is a name of some package only": """
                import torch.nn as nn
                from torch.autograd import Variable

                ok = isinstance(nn.Linear(1, 1).weight, Variable)
            """,
            "torch is deleted": """
                import torch
                from torch.autograd import Variable

                x = torch.ones(1)
                del torch
                ok = isinstance(x, Variable), list(map(Variable, [x]))
            """,
            "torch is rebound later": """
                import torch
                from torch.autograd import Variable

                x = torch.ones(1)

                def f(x):
                    return isinstance(x, Variable)

                torch = None
                ok = f(x)
            """,
            "torch is rebound by a function": """
                import torch
                from torch.autograd import Variable

                x = torch.ones(1)

                def f(x):
                    return isinstance(x, Variable)

                def g():
                    global torch
                    torch = None

                g()
                ok = f(x)
            """,
            "torch is re-exported by a star import": """
                from math import *
                from torch.autograd import Variable

                ok = isinstance(pi, Variable)
            """,
        }.items()
    ),
    *(
        legacy(f"unsettled/{name}", text, expect="either")
        for name, text in {
            "bool is a parameter": """
                def f(t, bool):
                    return Variable(t, requires_grad=bool)

                out = f(torch.ones(2), 1), f(torch.ones(2), 0)
            """,
            "bool is a name of the module": """
                bool = 1
                v = Variable(torch.ones(2), requires_grad=bool)
                w = Variable(torch.ones(2), requires_grad=v.dim())
            """,
            "bool is bound below": """
                v = Variable(torch.ones(2), requires_grad=len("a"))
                from math import floor as bool
            """,
            "bool comes with a star import": """
                from numpy import *

                n = 1
                v = Variable(torch.ones(2), requires_grad=n)
            """,
            "what gives a truth value is the program's own": """
                def isinstance(x, kind):
                    return 2

                v = Variable(torch.ones(2), requires_grad=isinstance(3, int))
            """,
            "a class keeps the name as its own": """
                p = torch.ones(2, requires_grad=True)

                class Box:
                    Variable = Variable
                    inside = Variable(p)

                    def f(self):
                        return self.Variable(p), Variable(p)

                out = Box().f()
            """,
            "a class binds the name, its comprehension does not see it": """
                class Other:
                    def __init__(self, *args):
                        self.args = args

                p = torch.ones(2, requires_grad=True)

                class Box:
                    Variable = Other
                    inner = [Variable(t) for t in [p]]
                    outer = [t for t in Variable(p).args]
            """,
            "a parameter of that name, annotated with it": """
                def f(Variable: Variable):
                    return Variable

                out = f(3)
            """,
            "type aliases": """
                from typing import Optional, Tuple

                Pair = Tuple[Variable, Variable]
                Maybe = Optional[Variable]

                def f(pair: Pair) -> Maybe:
                    return Variable(pair[0])

                out = f((torch.ones(2, requires_grad=True), None))
            """,
        }.items()
    ),
    *(
        Case(
            f"unsettled/{name}",
            program(text),
            expect="either",
            files={"helpers.py": helpers},
            note="the helpers' import looks unused, or its name fixed, from inside the file",
        )
        for helpers in [
            program("""
                import torch
                from torch.autograd import Variable

                zero = Variable(torch.zeros(1))

                def ones():
                    return torch.ones(2, requires_grad=True)

                def cut(x):
                    return Variable(x)
            """)
        ]
        for name, text in {
            "a neighbour without torch takes the name": """
                from helpers import Variable, ones

                v = Variable(ones())
            """,
            "a neighbour without torch takes all names": """
                from helpers import *

                v = Variable(ones())
            """,
            "a neighbour takes the name in a function": """
                def f():
                    from helpers import Variable as V, ones
                    return V(ones())

                v = f()
            """,
            "a neighbour takes the name by getattr": """
                import helpers

                v = getattr(helpers, "Variable")(helpers.ones())
            """,
            "a neighbour replaces the name for a test": """
                import helpers
                from unittest import mock

                with mock.patch("helpers.Variable", list):
                    v = len(helpers.ones())
            """,
            "a neighbour replaces the name for good": """
                import helpers

                class Other:
                    def __init__(self, *args):
                        self.args = args

                helpers.Variable = Other
                v = helpers.cut(helpers.ones())
            """,
        }.items()
    ),
    legacy(
        "unsettled/typing.cast",
        """
        from typing import cast

        x = cast(Variable, torch.ones(2, requires_grad=True))
        """,
        expect="either",
    ),
    legacy(
        "unsettled/an ndarray has no detach",
        """
        import numpy as np

        def wrap(x):
            try:
                return Variable(x)
            except TypeError:
                return Variable(torch.from_numpy(x))

        v = wrap(np.ones(2))
        w = wrap(torch.ones(2))
        """,
        expect="either",
        note="the exception's type is outside the promise, but here the program catches it",
    ),
]

CASES = [
    *FRESH,
    *CONSTRUCTORS,
    *NEARLY_FRESH,
    *FLAGS,
    *REUSE,
    *LEAVES,
    *SAME_OBJECT,
    *SHARED_MEMORY,
    *GRAPH,
    *IN_PLACE,
    *IDENTITY,
    *LOADERS,
    *LOOPS,
    *ELSEWHERE,
    *PRECEDENCE,
    *CONTEXTS,
    *IMPORTS,
    *IMPORT_CLEANUP,
    *TYPES,
    *UNSAFE,
    *LAYOUT,
    *PROGRAMS,
]

UNSETTLED = [*OPEN_QUESTIONS, *FORMS]
