"""Functions that must stay as they are: those that are refused, with the reason, and others."""

from __future__ import annotations

from dataclasses import dataclass

from tests.rules.functions_rewritten import SCALE, SQUARE, program


@dataclass(frozen=True)
class Kept:
    """A source that is not rewritten, and the words that have to be found in what is said."""

    name: str
    source: str
    reason: str = ""


def kept(name: str, body: str, reason: str = "") -> Kept:
    """A source whose first lines import torch and Function."""
    return Kept(
        name, "import torch\nfrom torch.autograd import Function\n\n\n" + program(body), reason
    )


def _scale(text: str) -> str:
    return SCALE + "\n    " + "\n    ".join(program(text).splitlines()) + "\n"


def _square(text: str) -> str:
    return SQUARE + "\n    " + "\n    ".join(program(text).splitlines()) + "\n"


def _method(init: str, forward: str, backward: str = "return grad * 2", more: str = "") -> str:
    """A class with these statements in its methods."""
    return f"""
class F(Function):
    def __init__(self, k):
        super().__init__()
        {init}

    def forward(self, x):
        {forward}

    def backward(self, grad):
        {backward}
{more}

y = F(2)(x)
"""


REFUSED = [
    # -- what becomes of an instance
    kept(
        "forward called by hand",
        _scale("y = Scale(2.0).forward(x)"),
        "hands the instance on",
    ),
    kept(
        "attribute read from outside",
        _scale("f = Scale(2.0)\ny = f(x) * f.factor"),
        "uses the instance `f`",
    ),
    kept(
        "attribute set from outside",
        _scale("f = Scale(2.0)\nf.factor = 3.0\ny = f(x)"),
        "uses the instance `f`",
    ),
    kept(
        "instance handed on",
        _scale("y = list(map(Scale(2.0), xs))"),
        "hands the instance on",
    ),
    kept(
        "instance returned",
        _scale("def make(k):\n    return Scale(k)"),
        "hands the instance on",
    ),
    kept(
        "instance in a list",
        _scale("fs = [Scale(k) for k in range(3)]"),
        "hands the instance on",
    ),
    kept(
        "instance as an element",
        _scale("fs = {}\nfs['a'] = Scale(1.0)"),
        "hands the instance on",
    ),
    kept(
        "instance under a condition",
        _scale("f = Scale(1.0) if big else None"),
        "hands the instance on",
    ),
    kept(
        "instance bound twice",
        _scale("f = Scale(1.0)\nif big:\n    f = Scale(2.0)\ny = f(x)"),
        "keeps the instance as `f`",
    ),
    kept(
        "instance pickled",
        _scale("import pickle\n\nf = Scale(1.0)\npickle.dumps(f)"),
        "uses the instance `f`",
    ),
    kept(
        "instance kept with arguments on self",
        _scale(
            "class M(torch.nn.Module):\n    def __init__(self, k):\n        self.f = Scale(k)\n\n    def forward(self, x):\n        return self.f(x)"
        ),
        "keeps the instance as `self.f`",
    ),
    kept(
        "instance on self, read",
        _square(
            "class M:\n    def __init__(self):\n        self.f = Square()\n\n    def forward(self, x):\n        return self.f(x), self.f.saved_tensors"
        ),
        "uses `f` in another way",
    ),
    kept(
        "instance on self, its argument set again",
        _scale(
            "class M:\n    def __init__(self, k):\n        self.k = k\n"
            "        self.f = Scale(self.k)\n\n    def forward(self, x):\n"
            "        self.k += 1\n        return self.f(x)"
        ),
        "keeps the instance as `self.f`, made with `self.k`",
    ),
    kept(
        "instance on self, its argument set by another method",
        _scale(
            "class M:\n    def __init__(self):\n        self.f = Scale(self.k)\n\n"
            "    def set(self, k):\n        self.k = k\n\n    def forward(self, x):\n"
            "        return self.f(x)"
        ),
        "keeps the instance as `self.f`, made with `self.k`",
    ),
    kept(
        "instance on self, called from outside",
        _scale("class M:\n    def __init__(self):\n        self.f = Scale(2.0)\n\n\ny = M().f(x)"),
        "uses `f` outside the class",
    ),
    kept(
        "instance on self, its argument set by a subclass",
        _scale(
            "class M:\n    def __init__(self, k):\n        self.k = k\n"
            "        self.f = Scale(self.k)\n\n    def forward(self, x):\n"
            "        return self.f(x)\n\n\nclass More(M):\n    def stop(self):\n"
            "        self.k = 0"
        ),
        "keeps the instance as `self.f`, made with `self.k`",
    ),
    kept(
        "instance on self, set twice",
        _square(
            "class M:\n    def __init__(self):\n        self.f = Square()\n\n    def stop(self):\n        self.f = None"
        ),
        "keeps the instance as `f`",
    ),
    kept(
        "instance on self, by name",
        _square(
            "class M:\n    def __init__(self):\n        self.f = Square()\n\n    def forward(self, x):\n        return getattr(self, 'f')(x)"
        ),
        "keeps the instance as `f`",
    ),
    kept(
        "instance as a class attribute",
        _square("class M:\n    f = Square()"),
        "keeps the instance as `f` of a class",
    ),
    kept(
        "an argument that changes",
        _scale(
            "def run(xs):\n    for k in range(3):\n        f = Scale(k)\n        xs = f(xs)\n    return xs"
        ),
        "makes the instance with `k`",
    ),
    kept(
        "an argument that is computed",
        _scale("def run(x, net):\n    f = Scale(net(x))\n    return f(x)"),
        "makes the instance with `net(x)`",
    ),
    kept(
        "an attribute that is set",
        _scale(
            "class M:\n    def run(self, x):\n        f = Scale(self.k)\n        self.k = 5\n        return f(x)"
        ),
        "makes the instance with `self.k`",
    ),
    kept(
        "a name that is shadowed",
        _scale("k = 2.0\nf = Scale(k)\n\n\ndef run(x, k):\n    return f(x)"),
        "makes the instance with `k`",
    ),
    kept(
        "kept, and state is carried",
        """
        class Count(Function):
            def __init__(self):
                self.calls = 0

            def forward(self, x):
                self.calls += 1
                return x * self.calls

            def backward(self, grad):
                return grad


        count = Count()
        y = count(count(x))
    """,
        "keeps the instance, and `calls` may be carried",
    ),
    kept(
        "kept, and made once",
        """
        class Memo(Function):
            def __init__(self):
                self.seen = []

            def forward(self, x):
                self.seen.append(x)
                return x * len(self.seen)

            def backward(self, grad):
                return grad


        memo = Memo()
        y = memo(memo(x))
    """,
        "keeps the instance, and makes something once",
    ),
    # -- how it is called
    kept(
        "constructor with stars",
        _scale("y = Scale(*config)(x)"),
        "makes the instance with `*`",
    ),
    kept(
        "constructor with double stars",
        _scale("y = Scale(**config)(x)"),
        "makes the instance with `*`",
    ),
    kept(
        "call with stars and arguments",
        _scale("y = Scale(2.0)(*xs)"),
        "calls the instance with `*`",
    ),
    kept(
        "call with keywords",
        _square("y = Square()(x=z)"),
        "calls the instance with keywords",
    ),
    kept("too many arguments", _square("y = Square()(x, x)"), "gives 2 arguments"),
    kept("too few arguments", _square("y = Square()()"), "gives 0 arguments"),
    kept(
        "an unknown keyword",
        _scale("y = Scale(2.0, size=3)(x)"),
        "does not fit the parameters",
    ),
    kept("an argument left out", _scale("y = Scale()(x)"), "leaves out `factor`"),
    kept(
        "order of effects",
        _scale("y = Scale(draw())(draw())"),
        "computes arguments whose order",
    ),
    kept(
        "a comment among the arguments",
        _scale("y = Scale(\n    2.0,  # twice\n)(x)"),
        "has a comment",
    ),
    kept(
        "inside an f-string",
        _scale("print(f'{Scale(2.0)(x)=}')"),
        "makes the instance inside an f-string",
    ),
    kept(
        "a computed default in the middle",
        """
        class F(Function):
            def __init__(self, a=torch.pi, b=1.0):
                self.a, self.b = a, b

            def forward(self, x):
                return x * self.a * self.b

            def backward(self, grad):
                return grad * self.a * self.b


        y = F(b=2.0)(x)
    """,
        "leaves out `a`, whose default is computed",
    ),
    # -- what becomes of the class
    kept("a subclass", _scale("class More(Scale):\n    pass"), "derives from it"),
    kept("the class as a value", _scale("functions = [Scale]"), "uses the class as a value"),
    kept("isinstance", _scale("ok = isinstance(f, Scale)"), "uses the class as a value"),
    kept(
        "the class by its name in a string",
        _scale("import sys\n\nf = getattr(sys.modules[__name__], 'Scale')"),
        "names it in a string",
    ),
    kept("looked up at run time", _scale("f = globals()[name](2.0)"), "looks names up"),
    kept(
        "forward of the class",
        _scale("y = Scale.forward(holder, x)"),
        "uses `forward` of the class",
    ),
    kept(
        "apply and arguments",
        _scale("y = Scale.apply(x)"),
        "calls `apply` already",
    ),
    kept(
        "apply of a class that works as it is",
        _square("y = Square.apply(x)"),
        "calls `apply` already",
    ),
    kept("bound twice", _scale("Scale = wrap(Scale)"), "its name is bound more than once"),
    kept(
        "two bases", _square("").replace("(Function)", "(Function, Mixin)"), "it has further bases"
    ),
    kept(
        "a metaclass",
        _square("").replace("(Function)", "(Function, metaclass=Meta)"),
        "it has further bases",
    ),
    kept("decorated", "\n    @register" + SQUARE, "it is decorated"),
    kept(
        "inside a class",
        "class Outer:\n    class F(Function):\n        def forward(self, x):\n            return x\n",
        "it is defined in the body of another class",
    ),
    kept(
        "meant for apply",
        "class F(Function):\n    def forward(ctx, x):\n        return x\n\n    def backward(ctx, grad):\n        return grad\n",
        "it may be meant for `apply`",
    ),
    # -- what its methods do
    kept(
        "a helper with the instance",
        _method(
            "self.k = k",
            "return self.twice(x)",
            more="\n    def twice(self, x):\n        return x * 2\n",
        ),
        "its method `twice` gets the instance",
    ),
    kept(
        "a property",
        _method(
            "self.k = k",
            "return x * self.two",
            more="\n    @property\n    def two(self):\n        return 2\n",
        ),
        "its method `two` gets the instance",
    ),
    kept(
        "a class method that makes one",
        _method(
            "self.k = k",
            "return x",
            more="\n    @classmethod\n    def make(cls):\n        return cls(2)\n",
        ),
        "uses the class through `cls`",
    ),
    kept(
        "any number of inputs",
        _square("").replace("(self, x)", "(self, *xs)").replace("x)", "xs[0])"),
        "its forward takes any number of arguments",
    ),
    kept(
        "a constructor with stars",
        _method("self.k = k", "return x").replace("(self, k)", "(self, *k)"),
        "its __init__ takes any number",
    ),
    kept(
        "a constructor with keywords alone",
        _method("self.k = k", "return x").replace("(self, k)", "(self, *, k)"),
        "its __init__ takes arguments by keyword alone",
    ),
    kept(
        "a computed default of forward",
        _method("self.k = k", "return x").replace("(self, x)", "(self, x, y=torch.pi)"),
        "a default of its forward is computed",
    ),
    kept(
        "gradients for fewer than all inputs",
        _method("self.k = k", "return x", "return grad, None").replace(
            "(self, x)", "(self, x, y=None, z=None)"
        ),
        "returns 2 gradients for 3 arguments",
    ),
    kept(
        "instance handed to a function",
        _method("self.k = k", "return work(self, x)"),
        "hands the instance on",
    ),
    kept(
        "instance kept elsewhere",
        _method("registry.append(self)", "return x"),
        "hands the instance on",
    ),
    kept(
        "super in forward",
        _method("self.k = k", "return super().forward(x)"),
        "asks for `super`",
    ),
    kept(
        "a name nobody sets",
        _method("self.k = k", "return x * self.scale"),
        "reads `scale`",
    ),
    kept("a name of torch", _method("self.name = k", "return x"), "keeps something as `name`"),
    kept(
        "a graph that was there",
        _method("self.k = k", "return x", "return self.next_functions"),
        "reads `next_functions`",
    ),
    kept(
        "a value of class and instance",
        _method(
            "pass",
            "if x.dim():\n            self.k = 1\n        return x * self.k",
            more="\n    k = 3\n",
        ),
        "`k` is a name of the class and of the instance",
    ),
    kept(
        "instance bound anew",
        _method("self.k = k", "self = x\n        return x"),
        "its forward binds `self` anew",
    ),
    kept(
        "ctx means something",
        _method("self.k = k", "ctx = x * 2\n        return ctx"),
        "`ctx` means something else in its forward",
    ),
    kept(
        "constructor that returns",
        _method("if k:\n            return\n        self.k = k", "return x"),
        "cannot be moved",
    ),
    kept(
        "constructor with a global",
        _method("global made\n        made = k", "return x"),
        "cannot be moved",
    ),
    kept(
        "a local of the constructor",
        _method("size = k * 2\n        self.k = size", "size = x.size()\n        return x"),
        "`size` of its constructor means something else",
    ),
    kept(
        "a global of the constructor",
        _method("self.k = offset + k", "offset = x * 2\n        return offset"),
        "`offset` of its constructor means something else",
    ),
    kept(
        "saved in the constructor",
        _method("self.save_for_backward(k)", "return x"),
        "uses `save_for_backward` in the constructor",
    ),
    kept(
        "method of torch handed on",
        _method("self.k = k", "keep = self.save_for_backward\n        keep(x)\n        return x"),
        "hands `save_for_backward` on",
    ),
    kept(
        "needed gradients counted",
        _method(
            "self.k = k",
            "return x",
            "return tuple(grad if n else None for n in self.needs_input_grad)",
        ),
        "uses `needs_input_grad` as a whole",
    ),
    kept(
        "differentiates inside",
        _method("self.k = k", "return x", "loss.backward()\n        return grad"),
        "its backward differentiates by itself",
    ),
    kept(
        "records inside",
        _method(
            "self.k = k",
            "with torch.enable_grad():\n            self.y = x * 2\n        return self.y",
        ),
        "its forward differentiates by itself",
    ),
    # -- what backward returns
    kept(
        "gradients of another number",
        _method("self.k = k", "return x", "return grad, None"),
        "returns 2 gradients for 1 arguments",
    ),
    kept(
        "gradients from elsewhere",
        _method("self.k = k", "return x", "return compute(grad)"),
        "returns a number of gradients",
    ),
    kept(
        "gradients of an extension",
        _method("self.k = k", "return x", "return kernels.backward_pass(grad)").replace(
            "import torch\n", "import torch\nimport kernels\n"
        ),
        "returns a number of gradients",
    ),
    kept(
        "gradients in a list",
        _method("self.k = k", "return x", "return [grad]"),
        "returns a number of gradients",
    ),
    kept(
        "gradients in a name for a list",
        _method("self.k = k", "return x", "grads = [grad]\n        return grads"),
        "returns a number of gradients",
    ),
    kept(
        "starred gradients",
        _method("self.k = k", "return x", "return (*grads, grad)"),
        "returns a number of gradients",
    ),
    kept("no gradients", _method("self.k = k", "return x", "return"), "returns no gradients"),
    kept(
        "an end without gradients",
        _method("self.k = k", "return x", "if grad.sum() > 0:\n            return grad"),
        "not every way through its backward",
    ),
    kept(
        "one gradient for two inputs",
        """
        class F(Function):
            def __init__(self, k):
                self.k = k

            def forward(self, x, y):
                return x + y

            def backward(self, grad):
                return grad


        z = F(1)(x, y)
    """,
        "returns a number of gradients",
    ),
    # -- how it is written
    kept(
        "on one line",
        "class F(Function): forward = None\n\n\nclass G(Function):\n    def forward(self, x): return x\n",
        "its forward is written on one line",
    ),
    kept(
        "a comment among the parameters",
        _method("self.k = k", "return x").replace(
            "(self, k):", "(\n        self,\n        k,  # the factor\n    ):"
        ),
        "a comment stands among the parameters",
    ),
]

UNTOUCHED = [
    kept(
        "static",
        """
        class Double(Function):
            @staticmethod
            def forward(self, x, k=2):
                self.k = k
                return x * k

            @staticmethod
            def backward(self, grad):
                return grad * self.k, None


        y = Double.apply(x)
    """,
    ),
    kept(
        "class methods",
        """
        class Double(Function):
            @classmethod
            def forward(cls, ctx, x):
                return x * 2

            @classmethod
            def backward(cls, ctx, grad):
                return grad * 2
    """,
    ),
    kept("a mixin without methods", "class Base(Function):\n    pass\n"),
    kept(
        "another method alone",
        "class Base(Function):\n    def symbolic(self):\n        return None\n",
    ),
    Kept(
        "of chainer",
        "import torch\nfrom chainer import Function\n\n\n"
        + program(SCALE)
        + "\ny = Scale(2.0)(x)\n",
    ),
    Kept(
        "of sympy",
        "import torch\nimport sympy\n\n\nclass F(sympy.Function):\n    def forward(self, x):\n        return x\n",
    ),
    Kept("of the project", "import torch\nfrom .base import Function\n\n\n" + program(SQUARE)),
    Kept("of the file", "import torch\n\n\nclass Function:\n    pass\n\n\n" + program(SQUARE)),
    Kept(
        "rebound",
        "from torch.autograd import Function\n\nFunction = object\n\n\n" + program(SQUARE),
    ),
    Kept("a parameter", "import torch\n\n\ndef make(Function):\n" + SQUARE),
    Kept(
        "a module with that name",
        "import torch\n\n\nclass Function(torch.nn.Module):\n    def forward(self, x):\n        return x\n",
    ),
    Kept(
        "saved variables of something else",
        "from torch.autograd import Function\n\n\ndef show(node):\n    print(node.saved_variables)\n",
    ),
    Kept(
        "silenced",
        "from torch.autograd import Function\n\n\n"
        + program(SQUARE).replace("(Function):", "(Function):  # varmigrate: ignore[VM508]"),
    ),
]

MIXED = [
    kept(
        "backward is plain",
        """
        class Double(Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2

            def backward(ctx, grad):
                return grad * 2
    """,
        "`backward` of `Double` is not static",
    ),
    kept(
        "forward is plain",
        """
        class Double(Function):
            def forward(self, x):
                return x * 2

            @staticmethod
            def backward(ctx, grad):
                return grad * 2
    """,
        "`forward` of `Double` is not static",
    ),
]
