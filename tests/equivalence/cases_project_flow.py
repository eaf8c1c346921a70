"""Programs whose facts come through functions of another file, and those that must not.

`CLEAN`: what stands in the file afterwards, and the case. `KEPT`: the obligation that keeps
`.detach()`, and the case. `STAYS`: what is not followed at all.
"""

from __future__ import annotations

from harness import Case, program

_HEAD = "import torch\nfrom torch.autograd import Variable\n\n"
_PLAIN = """
def helper(x, requires_grad=False):
    if torch.cuda.is_available():
        x = x.cuda()
    return Variable(x, requires_grad=requires_grad)
"""
_LEAF = "torch.ones(2, requires_grad=True)"


def case(name: str, main: str, utils: str = _PLAIN, imports: str = "", **more: str) -> Case:
    """A program, and the file that defines the function it uses. more: further files."""
    return Case(
        name=f"project flow/{name}",
        source=_HEAD + (imports or "from utils import helper\n") + "\n" + program(main),
        files={
            "utils.py": _HEAD + program(utils),
            **{f"{path}.py": _HEAD + program(text) for path, text in more.items()},
        },
    )


def free(name: str, utils: str, **more: str) -> tuple[str, Case]:
    """What the function gives is free, whatever it is given."""
    main = f"""
    def f(x):
        return (Variable(helper(x)) * 2).sum()

    out = f({_LEAF} * 2)
    """
    return "return (helper(x) * 2).sum()", case(name, main, utils, **more)


def through(name: str, utils: str, **more: str) -> tuple[str, Case]:
    """What the function gives is free where its argument is: in one call of two."""
    main = f"""
    def f(p):
        x = helper(torch.ones(2))
        y = helper(p)
        return (Variable(x) * Variable(y)).sum()

    out = f({_LEAF} * 2)
    """
    return "return (x * y.detach()).sum()", case(name, main, utils, **more)


CLEAN = [
    free("a wrapper", _PLAIN),
    free("a wrapper that has been fixed", "def helper(x):\n    return x.detach()\n"),
    free("through .data", "def helper(x):\n    x = x + 1\n    return torch.argmax(x)\n"),
    free(
        "a wrapper of a wrapper",
        _PLAIN.replace("helper", "inner")
        + "\n\ndef helper(x):\n    y = inner(x)\n    return y + 1\n",
    ),
    free("numbers", "def helper(x):\n    return torch.zeros(x.size(0))\n"),
    free(
        "each way round",
        "def helper(x):\n    if x.dim() > 1:\n        return Variable(x)\n"
        "    return x.detach() + 1\n",
    ),
    free(
        "a third file",
        "from third import inner\n\n\ndef helper(x):\n    return inner(x) * 2\n",
        third="def inner(x):\n    return Variable(x)\n",
    ),
    through("the argument itself", "def helper(x):\n    return x\n"),
    through("arithmetic", "def helper(x):\n    return (x * 2 - 1).clamp(0, 1)\n"),
    through(
        "a local is written", "def helper(x):\n    y = x.clone()\n    y[0] = 0\n    return y\n"
    ),
    through("a default", "def helper(x, y=None):\n    return x if y is None else x + y\n"),
    through(
        "a tensor by a test",
        "def helper(x):\n    if not torch.is_tensor(x):\n"
        "        x = torch.from_numpy(x)\n    return x\n",
    ),
    through(
        "one of two",
        "def inner(x):\n    return x.sum(), x\n\n\n"
        "def helper(x):\n    total, y = inner(x)\n    return y\n",
    ),
    through(
        "a star import",
        "from third import *\n\n\ndef helper(x):\n    return inner(x)\n",
        third="def inner(x):\n    return x + 1\n",
    ),
    (
        "x = utils.helper(torch.ones(2)).requires_grad_()",
        case(
            "a leaf of what only it holds",
            """
            def f():
                x = Variable(utils.helper(torch.ones(2)), requires_grad=True)
                (x * x).sum().backward()
                return x.grad

            out = f()
            """,
            imports="import utils\n",
        ),
    ),
    (
        "return a * b",
        case(
            "two of a tuple",
            """
            def f():
                a, b = helper(torch.ones(2))
                a, b = Variable(a), Variable(b)
                return a * b

            out = f()
            """,
            "def helper(x):\n    return x, x + 1\n",
        ),
    ),
    (
        "return x.sum()",
        case(
            "what it is given stays what it is",
            """
            def f():
                x = torch.ones(2)
                y = helper(x)
                x = Variable(x)
                return x.sum() + y.sum()

            out = f()
            """,
        ),
    ),
]

_USE = f"""
def f(x):
    return (Variable(helper(x)) * 2).sum()

out = f({_LEAF} * 2)
"""
_GIVEN = """
def f():
    return (Variable(helper(torch.ones(2))) * 2).sum()

out = f()
"""
_W = "w = torch.ones(2, requires_grad=True)\n\n\n"

KEPT = [
    (
        "flag",
        case("a flag is given", _USE.replace("helper(x)", "helper(x, True)")),
    ),
    (
        "flag",
        case(
            "a flag is given that is not seen",
            """
            def f(x, flag):
                return (Variable(helper(x, requires_grad=flag)) * 2).sum()

            out = f(torch.ones(2), True)
            """,
        ),
    ),
    (
        "either",
        case(
            "one way round the wrapper",
            _USE,
            "def helper(x):\n    if x.dim() > 1:\n        return Variable(x)\n    return x\n",
        ),
    ),
    (
        "either",
        case(
            "an exception on the way",
            _USE,
            "def helper(x):\n    y = x\n    try:\n        int('a')\n        y = x.detach()\n"
            "    except ValueError:\n        pass\n    return y\n",
        ),
    ),
    (
        "either",
        case(
            "one operand has a graph",
            _GIVEN,
            _W
            + "def helper(x):\n    y = x\n    if x.sum() > 0:\n        y = x * w\n    return y\n",
        ),
    ),
    (
        "spread",
        case(
            "an alias is written",
            _GIVEN,
            _W + "def helper(x):\n    y = x.clone()\n    z = y.view(-1)\n    z[0] = w[0]\n"
            "    return y\n",
        ),
    ),
    (
        "spread",
        case(
            "a list is written",
            _GIVEN,
            _W + "def helper(x):\n    both = [x.clone(), x - 2]\n    same = both\n    same[0] = w\n"
            "    return both[0]\n",
        ),
    ),
    (
        "write",
        case(
            "it writes into what it is given",
            """
            def f():
                x = torch.ones(2)
                y = helper(x)
                return (Variable(x) * 2).sum(), y

            out = f()
            """,
            _W + "def helper(x):\n    x.add_(w)\n    return 1\n",
        ),
    ),
    (
        "write",
        case(
            "it writes a part of what it is given",
            """
            def f():
                x = torch.ones(2)
                y = helper(x)
                return (Variable(x) * 2).sum(), y

            out = f()
            """,
            _W + "def helper(x):\n    view = x[:1]\n    view += w[:1]\n    return 1\n",
        ),
    ),
    (
        "write",
        case(
            "it puts what it is given into a list of others",
            """
            def f():
                x = torch.ones(2)
                helper(x)
                y = Variable(x, requires_grad=True)
                return utils.kept[0].requires_grad, y

            out = f()
            """,
            "kept = []\n\n\ndef helper(x):\n    kept.append(x)\n    return 1\n",
            imports="import utils\nfrom utils import helper\n",
        ),
    ),
    (
        "unknown",
        case(
            "another function gets what it is given",
            """
            def f():
                x = torch.ones(2)
                y = helper(x)
                return (Variable(x) * 2).sum(), y

            out = f()
            """,
            _W + "def change(v):\n    v.add_(w)\n    return True\n\n\n"
            "def helper(x):\n    change(x)\n    return 1\n",
        ),
    ),
    (
        "unknown",
        case(
            "another function gets what it has made",
            _GIVEN,
            _W + "def change(v):\n    v.add_(w)\n    return True\n\n\n"
            "def helper(x):\n    y = x.clone()\n    change(y)\n    return y\n",
        ),
    ),
    (
        "keep",
        case(
            "the flag of what it made is set",
            _GIVEN,
            "def helper(x):\n    y = x.clone()\n    y.requires_grad = True\n    return y\n",
        ),
    ),
    (
        "widen",
        case(
            "the second round is another",
            _GIVEN,
            _W + "def helper(x):\n    y = x\n    z = x\n    for _ in range(3):\n        y = z\n"
            "        z = w\n    return y\n",
        ),
    ),
    (
        "shares",
        case(
            "what it gives is what it was given",
            """
            def f():
                x = torch.ones(2)
                v = Variable(x)
                helper(v).unsqueeze_(0)
                return list(x.shape)

            out = f()
            """,
            "def helper(x):\n    return x\n",
        ),
    ),
    (
        "shares",
        case(
            "what it was given is changed through what it gives",
            """
            def f(p):
                x = torch.ones(2)
                v = helper(x)
                v += p
                return (Variable(x) * 2).sum(), v.sum()

            out = f(torch.ones(2, requires_grad=True))
            """,
            "def helper(x):\n    return x.view(-1)\n",
        ),
    ),
    (
        "replaced",
        case(
            "another file puts another function there",
            _USE,
            "def helper(x):\n    return Variable(x)\n",
            imports="import patches\nfrom utils import helper\n",
            patches="import utils\n\nutils.helper = lambda x: x\n",
        ),
    ),
    (
        "replaced",
        case(
            "another file puts another function there by name",
            _USE,
            "def helper(x):\n    return Variable(x)\n",
            imports="import patches\nfrom utils import helper\n",
            patches="import utils\n\nsetattr(utils, 'helper', lambda x: x)\n",
        ),
    ),
]

STAYS = [
    case(
        "a decorator",
        _USE,
        "def plain(f):\n    return lambda x: x\n\n\n"
        "@plain\ndef helper(x):\n    return Variable(x)\n",
    ),
    case(
        "bound twice",
        _USE,
        "def helper(x):\n    return Variable(x)\n\n\ndef helper(x):\n    return x\n",
    ),
    case(
        "bound by a loop",
        _USE,
        "def helper(x):\n    return Variable(x)\n\n\nfor helper in [lambda x: x]:\n    pass\n",
    ),
    case(
        "declared global",
        _USE,
        "def helper(x):\n    return Variable(x)\n\n\n"
        "def swap():\n    global helper\n    helper = lambda x: x\n\n\nswap()\n",
    ),
    case(
        "bound by name",
        _USE,
        "def helper(x):\n    return Variable(x)\n\n\nglobals()['helper'] = lambda x: x\n",
    ),
    case(
        "a later star import",
        _USE,
        "def helper(x):\n    return Variable(x)\n\n\nfrom third import *\n",
        third="def helper(x):\n    return x\n",
    ),
    case(
        "bound again where it is used",
        _USE,
        "def helper(x):\n    return Variable(x)\n",
        imports="from utils import helper\n\nhelper = lambda x: x\n",
    ),
    case(
        "the other of two imports",
        _USE,
        "def helper(x):\n    return Variable(x)\n",
        imports="from utils import helper\nfrom third import helper\n",
        third="def helper(x):\n    return x\n",
    ),
    case("a class", _USE, "class helper:\n    def __new__(cls, x):\n        return x\n"),
    case(
        "a function of an object",
        _USE,
        "class Maker:\n    def __call__(self, x):\n        return x\n\n\nhelper = Maker()\n",
    ),
    case(
        "a circle",
        _USE,
        "def helper(x, deep=True):\n"
        "    return other(x, deep) if deep else x\n\n\n"
        "def other(x, deep):\n    return helper(x, False)\n",
    ),
    case(
        "torch is replaced",
        _USE + "\nimport utils\nutils.restore()\n",
        "relu6 = torch.nn.functional.relu6\n"
        "torch.nn.functional.relu6 = lambda x: x\n\n\n"
        "def helper(x):\n    return torch.nn.functional.relu6(x)\n\n\n"
        "def restore():\n    torch.nn.functional.relu6 = relu6\n",
    ),
    case(
        "an operator of its own",
        _USE,
        "class Number:\n    def __rmul__(self, other):\n"
        "        return other\n\n    def __init__(self):\n        pass\n\n\n"
        "def helper(x):\n    return x\n",
    ),
    case("a mutable default", _GIVEN, _W + "def helper(x, y=w):\n    return x * y\n"),
    case("all arguments", _USE, "def helper(*args):\n    return args[0]\n"),
    case(
        "named arguments",
        _USE.replace("helper(x)", "helper(x=x)"),
        "def helper(**given):\n    return given['x']\n",
    ),
    case("a global", _GIVEN, _W + "def helper(x):\n    return w\n"),
    case(
        "a closure",
        _GIVEN,
        _W + "def helper(x):\n    def inner():\n        return w\n\n    return inner()\n",
    ),
    case(
        "a break",
        _GIVEN,
        _W + "def helper(x):\n    y = x\n    while True:\n        y = w\n"
        "        if x.sum() > 0:\n            break\n        y = x\n    return y\n",
    ),
    case(
        "what comes behind a return",
        _GIVEN,
        _W + "def helper(x):\n    y = x\n    try:\n"
        "        y = w\n        return y\n    finally:\n        y = x\n",
    ),
    case(
        "an object with methods like those of tensors",
        """
         class Box:
             def __init__(self, x):
                 self.x = x

             def float(self):
                 return self.x

         def f(x):
             return (Variable(helper(Box(x))) * 2).sum()

         out = f(torch.ones(2, requires_grad=True))
         """,
        "def helper(x):\n    return x.float()\n",
    ),
    case(
        "two names for one tensor",
        """
        def f():
            a, b = helper(torch.ones(2))
            a = Variable(a, requires_grad=True)
            return a.requires_grad, b.requires_grad

        out = f()
        """,
        "def helper(x):\n    return x, x\n",
    ),
]

_SCRIPT = """
def loss(x):
    y = Variable(x)
    return (y * 2).sum()

if __name__ == "__main__":
    print(loss(torch.ones(2)))
"""
_CALLER = f"out = loss({_LEAF} * 3)\n"


def called(name: str, imports: str, **more: str) -> Case:
    """A script whose function is called by a file that names nothing a rule looks for."""
    return Case(
        name=f"project flow/{name}",
        source="from other import out\n",
        files={
            "script.py": _HEAD + program(_SCRIPT),
            "other.py": f"import torch\n{imports}\n{_CALLER}",
            **{f"{path}.py": text for path, text in more.items()},
        },
    )


CALLED = [
    called("imported by name", "from script import loss\n"),
    called("imported in parentheses", "from script import (  # the loss\n    loss,\n)\n"),
    called("imported on two lines", "from script \\\n    import loss\n"),
    called("imported as a module", "import script as s\n\nloss = s.loss\n"),
    called("imported in a function", "def loss(x):\n    import script\n\n    return script.loss(x)\n"),
    called("through a star", "from third import loss\n", third="from script import *\n"),
    called("through two", "from third import loss\n", third="from fourth import *\n",
           fourth="from script import loss\n"),
]  # fmt: skip
