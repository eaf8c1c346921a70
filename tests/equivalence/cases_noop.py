"""Programs the tool has to leave as they are, byte for byte.

Either the name in them is not torch's Variable, or nobody can say whether it is, or the call is
one that is reported and not rewritten. Each group is a list; `CASES` is all of them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from harness import Case, legacy, program


def untouched(
    name: str,
    text: str,
    *,
    files: dict[str, str] | None = None,
    raises: str | None = None,
    note: str = "",
) -> Case:
    """A program that is given whole, imports and all."""
    return Case(
        name=name,
        source=program(text),
        expect="untouched",
        files={path: program(content) for path, content in (files or {}).items()},
        raises=raises,
        note=note,
    )


def untouched_legacy(name: str, body: str, *, raises: str | None = None, note: str = "") -> Case:
    """A program that begins with the two imports of 2017."""
    return legacy(name, body, expect="untouched", raises=raises, note=note)


# --------------------------------------------------------------------------------------------
# Shadowing: every way Python has to bind the name to something else
# --------------------------------------------------------------------------------------------

# The value use in KEPT is reported, never rewritten, and holds on to the import.
_SHADOW_PROLOGUE = """\
import torch
from torch.autograd import Variable

KEPT = [Variable]


class Other:
    def __init__(self, *args, **keywords):
        self.args, self.keywords = args, keywords


x = torch.ones(2, requires_grad=True)
"""

_USES = {
    "call": "Variable(x)",
    "trainable call": "Variable(x, requires_grad=True)",
    "call of a factory": "Variable(torch.zeros(2))",
    "isinstance": "isinstance(x, Variable)",
    "isinstance of a tuple": "isinstance(x, (list, Variable))",
    "map": "list(map(Variable, [x]))",
}

# {use} stands where the name means Other.
_SHADOWS = {
    "parameter": """
        def f(Variable):
            return {use}

        out = f(Other)
    """,
    "parameter with a default": """
        def f(Variable=Other):
            return {use}

        out = f()
    """,
    "keyword-only parameter": """
        def f(*, Variable):
            return {use}

        out = f(Variable=Other)
    """,
    "positional-only parameter": """
        def f(Variable, /):
            return {use}

        out = f(Other)
    """,
    "parameter of a lambda": """
        out = (lambda Variable: {use})(Other)
    """,
    "parameter of the function around": """
        def f(Variable):
            def g():
                return {use}
            return g()

        out = f(Other)
    """,
    "parameter of an async function": """
        import asyncio

        async def f(Variable):
            return {use}

        out = asyncio.run(f(Other))
    """,
    "parameter of a method": """
        class Box:
            def f(self, Variable):
                return {use}

        out = Box().f(Other)
    """,
    "local assignment": """
        def f():
            Variable = Other
            return {use}

        out = f()
    """,
    "local assignment, read in a nested function": """
        def f():
            def g():
                return {use}
            Variable = Other
            return g()

        out = f()
    """,
    "local assignment in a branch": """
        def f():
            if x.sum() > 0:
                Variable = Other
            return {use}

        out = f()
    """,
    "local annotated assignment": """
        def f():
            Variable: type = Other
            return {use}

        out = f()
    """,
    "local class": """
        def f():
            class Variable(Other):
                pass
            return {use}

        out = f()
    """,
    "local import": """
        def f():
            from fractions import Fraction as Variable
            Variable = Other
            return {use}

        out = f()
    """,
    "local unpacking": """
        def f():
            first, (Variable, last) = 1, (Other, 2)
            return {use}

        out = f()
    """,
    "local starred unpacking": """
        def f():
            first, *Variable = 1, Other
            (Variable,) = Variable
            return {use}

        out = f()
    """,
    "chained assignment": """
        def f():
            g = Variable = Other
            return {use}

        out = f()
    """,
    "loop target": """
        def f():
            for Variable in [Other]:
                return {use}

        out = f()
    """,
    "loop target, after the loop": """
        def f():
            for n, Variable in enumerate([Other]):
                pass
            return {use}

        out = f()
    """,
    "with target": """
        import contextlib

        def f():
            with contextlib.nullcontext(Other) as Variable:
                return {use}

        out = f()
    """,
    "with target among several": """
        import contextlib

        def f():
            with contextlib.nullcontext() as a, contextlib.nullcontext((Other, 1)) as (Variable, b):
                return {use}

        out = f()
    """,
    "walrus": """
        def f():
            if (Variable := Other) is not None:
                return {use}

        out = f()
    """,
    "walrus in a comprehension binds outside of it": """
        def f():
            [Variable := each for each in [Other]]
            return {use}

        out = f()
    """,
    "match capture": """
        def f():
            match Other:
                case Variable:
                    return {use}

        out = f()
    """,
    "match capture by as": """
        def f():
            match [1, Other]:
                case [1, object() as Variable]:
                    return {use}

        out = f()
    """,
    "match capture in a mapping": """
        def f():
            match {{"kind": Other}}:
                case {{"kind": Variable}}:
                    return {use}

        out = f()
    """,
    "match capture by a star": """
        def f():
            match [1, Other]:
                case [1, *Variable]:
                    Variable = Variable[0]
                    return {use}

        out = f()
    """,
    "list comprehension": """
        out = [{use} for Variable in [Other]]
    """,
    "dict comprehension": """
        out = {{n: {use} for n, Variable in enumerate([Other])}}
    """,
    "generator expression": """
        out = list({use} for Variable in [Other])
    """,
    "second loop of a comprehension": """
        out = [{use} for n in [1] for Variable in [Other]]
    """,
    "comprehension around": """
        out = [[{use} for n in [1]] for Variable in [Other]]
    """,
    "lambda inside a comprehension": """
        out = [(lambda: {use})() for Variable in [Other]]
    """,
    "global rebound by a function": """
        def rebind():
            global Variable
            Variable = Other

        def f():
            return {use}

        rebind()
        out = f()
    """,
    "global rebound and used in the same function": """
        def f():
            global Variable
            Variable = Other
            return {use}

        out = f()
    """,
    "nonlocal rebound": """
        def f():
            from torch.autograd import Variable

            def rebind():
                nonlocal Variable
                Variable = Other

            def g():
                return {use}

            rebind()
            return g()

        out = f()
    """,
    "rebound in a loop": """
        def f():
            from torch.autograd import Variable
            for n in range(2):
                if n:
                    return {use}
                Variable = Other

        out = f()
    """,
    "rebound in try": """
        def f():
            from torch.autograd import Variable
            try:
                Variable = Other
                raise KeyError
            except KeyError:
                return {use}

        out = f()
    """,
    "rebound in one branch of the module": """
        if x.requires_grad:
            Variable = Other
        out = {use}
    """,
    "rebound in both branches of the module": """
        if x.requires_grad:
            Variable = Other
        else:
            Variable = KEPT[0]
        out = {use}
    """,
    "rebound by a class statement in a branch": """
        if x.requires_grad:
            class Variable(Other):
                pass
        out = {use}
    """,
    "class attribute, in the class body": """
        class Box:
            Variable = Other
            out = {use}
    """,
    "class attribute in a nested class body": """
        class Box:
            class Inner:
                Variable = Other
                out = {use}
    """,
    "nested function of the same name": """
        def f():
            def Variable(*args, **keywords):
                return args, keywords
            return {use}

        try:
            out = f()
        except TypeError:  # a function is no type
            out = None
    """,
    "rebound while another function is called in between": """
        def f():
            return {use}

        def g():
            global Variable
            before, Variable = Variable, Other
            try:
                return f()
            finally:
                Variable = before

        out = g()
    """,
}


def _shadowing() -> Iterable[Case]:
    for shadow, template in _SHADOWS.items():
        for use, expression in _USES.items():
            body = textwrap.dedent(template).lstrip("\n").format(use=expression)
            yield Case(f"shadow/{shadow}, {use}", f"{_SHADOW_PROLOGUE}\n{body}", "untouched")


SHADOWED = list(_shadowing())

# --------------------------------------------------------------------------------------------
# Shadowing that ends in an error, which has to stay
# --------------------------------------------------------------------------------------------

UNBOUND = [
    untouched_legacy(
        "unbound/local later in the function",
        """
        kept = [Variable]

        def f(x):
            v = Variable(x)
            Variable = int
            return v

        f(torch.ones(2))
        """,
        raises="UnboundLocalError",
        note="a name bound anywhere in a function is local to all of it",
    ),
    untouched_legacy(
        "unbound/imported later in the function",
        """
        kept = [Variable]

        def f(x):
            v = Variable(x)
            from fractions import Fraction as Variable
            return v

        f(torch.ones(2))
        """,
        raises="UnboundLocalError",
    ),
    untouched_legacy(
        "unbound/a loop that never runs",
        """
        kept = [Variable]

        def f(x):
            for Variable in []:
                pass
            return Variable(x)

        f(torch.ones(2))
        """,
        raises="UnboundLocalError",
    ),
    untouched_legacy(
        "unbound/the exception's name is gone after its clause",
        """
        kept = [Variable]

        def f(x):
            try:
                raise KeyError
            except KeyError as Variable:
                pass
            return Variable(x)

        f(torch.ones(2))
        """,
        raises="UnboundLocalError",
    ),
    untouched_legacy(
        "unbound/the exception itself is called",
        """
        kept = [Variable]

        def f(x):
            try:
                raise KeyError
            except KeyError as Variable:
                return Variable(x)

        f(torch.ones(2))
        """,
        raises="TypeError",
    ),
    untouched_legacy(
        "unbound/deleted in the function",
        """
        kept = [Variable]

        def f(x):
            global Variable
            del Variable
            return Variable(x)

        f(torch.ones(2))
        """,
        raises="NameError",
    ),
    untouched_legacy(
        "unbound/local and deleted",
        """
        kept = [Variable]

        def f(x):
            Variable = int
            del Variable
            return Variable(x)

        f(torch.ones(2))
        """,
        raises="UnboundLocalError",
    ),
    untouched_legacy(
        "unbound/an annotation alone makes it local",
        """
        kept = [Variable]

        def f(x):
            Variable: int
            return Variable(x)

        f(torch.ones(2))
        """,
        raises="UnboundLocalError",
    ),
    untouched(
        "unbound/never imported",
        """
        import torch

        v = Variable(torch.ones(2))
        """,
        raises="NameError",
    ),
    untouched(
        "unbound/imported in another function only",
        """
        import torch

        def f():
            from torch.autograd import Variable
            return Variable

        f()
        v = Variable(torch.ones(2))
        """,
        raises="NameError",
    ),
    untouched(
        "unbound/imported in a class body, used in its method",
        """
        import torch

        class Box:
            from torch.autograd import Variable

            def f(self, x):
                return Variable(x)

        kept = Box.Variable
        Box().f(torch.ones(2))
        """,
        raises="NameError",
        note="methods do not see the names of their class",
    ),
    untouched(
        "unbound/imported in a class body, used in its comprehension",
        """
        import torch

        class Box:
            from torch.autograd import Variable
            kept = Variable
            out = [Variable(x) for x in [torch.ones(2)]]
        """,
        raises="NameError",
    ),
    untouched(
        "unbound/imported in a class body, used through self",
        """
        import torch

        class Box:
            from torch.autograd import Variable

            def f(self, x):
                return self.Variable(x)

        out = Box().f(torch.ones(2, requires_grad=True))
        """,
        note="the import is the class's attribute: it must not go",
    ),
    untouched(
        "unbound/imported in a class body, used through the class",
        """
        import torch

        class Legacy:
            from torch.autograd import Variable

        out = Legacy.Variable(torch.ones(2, requires_grad=True))
        """,
    ),
    untouched(
        "unbound/a star parameter of that name",
        """
        import torch
        from torch.autograd import Variable

        kept = [Variable]

        def f(*Variable, **rest):
            return Variable[0](torch.ones(1))

        out = f(lambda t: t * 2)
        """,
    ),
    untouched(
        "unbound/double-star parameter of that name",
        """
        import torch
        from torch.autograd import Variable

        kept = [Variable]

        def f(**Variable):
            return Variable["make"](torch.ones(1))

        out = f(make=lambda t: t * 2)
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Other libraries
# --------------------------------------------------------------------------------------------

_FAKE_LIBRARY = """
class Variable:
    def __init__(self, data=None, requires_grad=False, **keywords):
        self.data, self.requires_grad, self.keywords = data, requires_grad, keywords

    def __mul__(self, other):
        return Variable(self.data, self.requires_grad, times=other)


autograd = None
"""

_LIBRARIES = {
    "tensorflow": "tensorflow",
    "chainer": "chainer",
    "theano": "theano",
    "sympy": "sympy",
    "pyomo": "pyomo.environ",
    "cvxpy": "cvxpy",
    "mxnet": "mxnet",
    "keras": "keras.backend",
    "oneflow": "oneflow.autograd",
    "jittor": "jittor",
    "mytorch": "mytorch.autograd",
    "torchlike": "torchlike",
    "a module beside it": "variables",
    "autograd without torch": "autograd",
}

_LIBRARY_FORMS = {
    "from import": "from {module} import Variable\n{rest}",
    "from import as": "from {module} import Variable as V\nVariable = V\n{rest}",
    "star import": "from {module} import *\n{rest}",
    "module alias": "import {module} as lib\n{dotted}",
    "import inside a function": "def f(x):\n    from {module} import Variable\n    "
    "return Variable(x, requires_grad=True)\n\nout = f(torch.ones(2))\n",
    "beside torch's own": "import torch.autograd\nfrom {module} import Variable\n{rest}",
}

_LIBRARY_REST = """
x = torch.ones(2, requires_grad=True)
v = Variable(x)
w = Variable(torch.zeros(2), requires_grad=True)
u = isinstance(v, Variable), isinstance(x, Variable)
t = v * 2
"""


def _library_files(module: str) -> dict[str, str]:
    parts = module.split(".")
    files = {"/".join([*parts[:depth], "__init__.py"]): "" for depth in range(1, len(parts))}
    return {**files, "/".join(parts) + ".py": _FAKE_LIBRARY}


def _libraries() -> Iterable[Case]:
    for name, module in _LIBRARIES.items():
        for form, template in _LIBRARY_FORMS.items():
            text = template.format(
                module=module,
                rest=_LIBRARY_REST,
                dotted=_LIBRARY_REST.replace("Variable", "lib.Variable"),
            )
            yield Case(
                f"library/{name}, {form}",
                f"import torch\n{text}",
                "untouched",
                files=_library_files(module),
            )


OTHER_LIBRARIES = [
    *_libraries(),
    untouched(
        "library/a full dotted name",
        """
        import torch
        import tensorflow.python.ops

        v = tensorflow.python.ops.Variable(torch.ones(2), trainable=True)
        """,
        files={
            "tensorflow/__init__.py": "",
            "tensorflow/python/__init__.py": "",
            "tensorflow/python/ops.py": _FAKE_LIBRARY,
        },
    ),
    untouched(
        "library/tf beside torch, volatile and all",
        """
        import tensorflow as tf
        import torch

        a = tf.Variable(torch.zeros(2), name="a")
        b = tf.Variable(3.0)
        c = tf.Variable([1.0, 2.0], trainable=False)
        """,
        files={"tensorflow.py": _FAKE_LIBRARY},
    ),
    untouched(
        "library/the project's own autograd",
        """
        import torch
        from project import autograd

        v = autograd.Variable(torch.ones(2))
        """,
        files={"project/__init__.py": "", "project/autograd.py": _FAKE_LIBRARY},
    ),
    untouched(
        "library/the project's own, imported relatively",
        """
        import torch
        from project.user import make

        v = make(torch.ones(2))
        """,
        files={
            "project/__init__.py": "",
            "project/autograd.py": _FAKE_LIBRARY,
            "project/user.py": """
            from .autograd import Variable
            from . import autograd

            def make(x):
                return Variable(x), autograd.Variable(x)
            """,
        },
    ),
    untouched(
        "library/a module that wraps another library's",
        """
        import torch
        from bridge import Variable

        v = Variable(torch.ones(2))
        """,
        files={
            "bridge.py": "from chainer import Variable\n",
            "chainer.py": _FAKE_LIBRARY,
        },
    ),
    untouched(
        "library/a module where it may be one or the other",
        """
        import torch
        from bridge import Variable

        v = Variable(torch.ones(2))
        """,
        files={
            "bridge.py": """
            try:
                from chainer import Variable
            except ImportError:
                from torch.autograd import Variable
            """,
            "chainer.py": _FAKE_LIBRARY,
        },
    ),
    untouched(
        "library/falls back to torch",
        """
        import torch

        try:
            from chainer import Variable
        except ImportError:
            from torch.autograd import Variable

        v = Variable(torch.ones(2, requires_grad=True))
        """,
        files={"chainer.py": _FAKE_LIBRARY},
    ),
    untouched(
        "library/falls back to torch in fact",
        """
        import torch

        try:
            from no_such_module_here import Variable
        except ImportError:
            from torch.autograd import Variable

        v = Variable(torch.ones(2, requires_grad=True))
        """,
    ),
    untouched(
        "library/chosen by a backend flag",
        """
        import torch

        BACKEND = "chainer"
        if BACKEND == "torch":
            from torch.autograd import Variable
        else:
            from chainer import Variable

        v = Variable(torch.ones(2, requires_grad=True))
        """,
        files={"chainer.py": _FAKE_LIBRARY},
    ),
    untouched(
        "library/an alias chosen by a conditional expression",
        """
        import torch
        import torch.autograd
        import chainer

        Variable = torch.autograd.Variable if torch.__version__ < "0" else chainer.Variable
        v = Variable(torch.ones(2, requires_grad=True))
        """,
        files={"chainer.py": _FAKE_LIBRARY},
    ),
    untouched(
        "library/two star imports",
        """
        import torch
        from torch.autograd import *
        from chainer import *

        v = Variable(torch.ones(2))
        """,
        files={"chainer.py": _FAKE_LIBRARY},
        note="the last one wins",
    ),
    untouched(
        "library/a star import of something unknown comes last",
        """
        import torch
        from torch.autograd import Function
        from helpers import *

        v = Variable(torch.ones(2))
        known = Function is not None
        """,
        files={"helpers.py": _FAKE_LIBRARY},
    ),
    untouched(
        "library/a module named torch.autograd in a string",
        """
        import importlib
        import torch

        lib = importlib.import_module("torch.autograd")
        out = lib.Variable(torch.ones(2, requires_grad=True))
        """,
    ),
    untouched(
        "library/torch is something else",
        """
        import fakes as torch

        v = torch.autograd.Variable(3)
        """,
        files={
            "fakes.py": """
            class autograd:
                @staticmethod
                def Variable(x):
                    return x * 2
            """
        },
    ),
    untouched(
        "library/torch is rebound",
        """
        import torch

        ones = torch.ones(2, requires_grad=True)

        class torch:
            class autograd:
                Variable = staticmethod(lambda t: [t])

        v = torch.autograd.Variable(ones)
        """,
    ),
    untouched(
        "library/torch is a parameter",
        """
        import torch

        class Fake:
            class autograd:
                Variable = staticmethod(lambda t: [t])

        def f(torch, x):
            return torch.autograd.Variable(x)

        out = f(Fake, torch.ones(2, requires_grad=True))
        """,
    ),
    untouched(
        "library/autograd is a parameter",
        """
        import torch
        from torch import autograd

        class Fake:
            Variable = staticmethod(lambda t: [t])

        def f(autograd, x):
            return autograd.Variable(x)

        out = f(Fake, torch.ones(2, requires_grad=True))
        engine = autograd.Function
        """,
    ),
    untouched(
        "library/autograd is an attribute of something else",
        """
        import torch

        class Fake:
            class autograd:
                Variable = staticmethod(lambda t: [t])

        fake = Fake()
        fake.torch = Fake
        out = fake.autograd.Variable(torch.ones(2)), fake.torch.autograd.Variable(torch.ones(2))
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# The program's own
# --------------------------------------------------------------------------------------------

OWN = [
    untouched(
        "own/a class of that name",
        """
        import torch

        class Variable:
            def __init__(self, data, requires_grad=False):
                self.data, self.requires_grad = data, requires_grad

        v = Variable(torch.ones(2), requires_grad=True)
        out = isinstance(v, Variable)
        """,
    ),
    untouched(
        "own/a class of that name that is a tensor",
        """
        import torch

        class Variable(torch.Tensor):
            pass

        v = Variable([1.0, 2.0])
        kind = type(v) is Variable
        """,
    ),
    untouched(
        "own/a function of that name",
        """
        import torch
        from torch import autograd

        def Variable(x, requires_grad=False):
            return x.clone()

        v = Variable(torch.ones(2, requires_grad=True))
        mode = autograd.grad_mode is not None
        """,
    ),
    untouched(
        "own/a named tuple of that name",
        """
        import collections
        import torch

        Variable = collections.namedtuple("Variable", "data requires_grad")
        v = Variable(torch.ones(2), requires_grad=False)
        """,
    ),
    untouched(
        "own/a dataclass of that name",
        """
        import dataclasses
        import torch

        @dataclasses.dataclass
        class Variable:
            data: torch.Tensor
            requires_grad: bool = False

        v = Variable(torch.ones(2))
        """,
    ),
    untouched(
        "own/an enumeration's member",
        """
        import enum
        import torch

        class Kind(enum.Enum):
            Variable = 1
            Constant = 2

        one = Kind.Variable.value
        two = Kind(1).name
        """,
    ),
    untouched(
        "own/a method of that name",
        """
        import torch

        class Graph:
            def Variable(self, data, requires_grad=False):
                return data * 2

            def build(self):
                return self.Variable(torch.ones(2), requires_grad=True)

        v = Graph().build()
        """,
    ),
    untouched(
        "own/names that end so",
        """
        import torch

        class MyVariable:
            def __init__(self, data):
                self.data = data

        def toVariable(x):
            return x * 2

        def to_Variable(x):
            return x * 3

        class LatentVariable(MyVariable):
            pass

        a, b = MyVariable(torch.ones(1)), LatentVariable(torch.ones(1))
        c, d = toVariable(torch.ones(1)), to_Variable(torch.ones(1))
        """,
    ),
    untouched(
        "own/names that begin so",
        """
        import torch

        class VariableLengthBatch(list):
            pass

        def Variables(*xs):
            return list(xs)

        def Variable_(x):
            return x + 1

        a, b, c = VariableLengthBatch([1]), Variables(torch.ones(1)), Variable_(torch.ones(1))
        """,
    ),
    untouched(
        "own/names that end so, imported under torch's name",
        """
        import torch
        from containers import LazyVariable, Variable_set as VariableSet

        a, b = LazyVariable(torch.ones(1)), VariableSet(torch.ones(1))
        """,
        files={
            "containers.py": "class LazyVariable(tuple):\n    pass\n\n\ndef Variable_set(x):\n"
            "    return [x]\n"
        },
    ),
    untouched(
        "own/keyword and attribute of that name",
        """
        import torch

        def f(**options):
            return options

        class Box:
            pass

        box = Box()
        box.Variable = torch.ones(2)
        out = f(Variable=box.Variable, torch=1)
        box.Variable += 1
        """,
    ),
    untouched(
        "own/a dictionary key",
        """
        import torch

        table = {"Variable": torch.ones, "torch.autograd.Variable": torch.zeros}
        v = table["Variable"](2)
        w = table["torch.autograd.Variable"](2)
        """,
    ),
    untouched(
        "own/a plain number",
        """
        import torch

        Variable = 3
        v = torch.ones(Variable)
        Variable += 1
        w = torch.zeros(Variable)
        """,
    ),
    untouched(
        "own/lower case is another thing",
        """
        import torch

        def variable(x):
            return x * 2

        v = variable(torch.ones(2))
        VARIABLE = torch.zeros(1)
        """,
    ),
    untouched(
        "own/a class of that name, which a star import could hide",
        """
        import torch
        from torch.autograd import *

        class Variable:
            def __init__(self, data):
                self.data = data

        v = Variable(torch.ones(2))
        known = Function is not None
        """,
    ),
    untouched(
        "own/defined below its use",
        """
        import torch

        def f(x):
            return Variable(x)

        class Variable:
            def __init__(self, data):
                self.data = data

        v = f(torch.ones(2))
        """,
    ),
    untouched(
        "own/a global statement makes it",
        """
        import torch

        def make():
            global Variable

            def Variable(x):
                return [x]

        make()
        v = Variable(torch.ones(2))
        """,
    ),
    untouched(
        "own/a module of that name",
        """
        import torch
        import Variable

        v = Variable.make(torch.ones(2))
        w = Variable.Variable(torch.ones(2))
        """,
        files={"Variable.py": "def make(x):\n    return x * 2\n\n\nVariable = make\n"},
    ),
    untouched(
        "own/a package of that name",
        """
        import torch
        from Variable import torch_like as t

        v = t.autograd(torch.ones(2))
        """,
        files={
            "Variable/__init__.py": "",
            "Variable/torch_like.py": "def autograd(x):\n    return x\n",
        },
    ),
    untouched(
        "own/type parameters in comments",
        """
        import torch

        def f(x):
            # type: (Variable) -> Variable
            return x * 2

        out = f(torch.ones(2))
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Strings, comments, and other places that are no code
# --------------------------------------------------------------------------------------------

TEXTS = [
    untouched(
        "text/docstrings",
        '''
        """from torch.autograd import Variable

        x = Variable(torch.ones(2), requires_grad=True)
        """
        import torch

        def f(x):
            """Variable(x) was the way. >>> Variable(x)"""
            return x

        v = f(torch.ones(2))
        ''',
    ),
    untouched(
        "text/comments",
        """
        import torch
        # from torch.autograd import Variable
        # x = Variable(torch.ones(2))

        x = torch.ones(2)  # was Variable(torch.ones(2), volatile=True)
        """,
    ),
    untouched(
        "text/strings",
        """
        import torch

        code = "from torch.autograd import Variable; Variable(x)"
        raw = r'Variable(\\x)'
        data = b"torch.autograd.Variable(x)"
        joined = "Variable" "(x)"
        """,
    ),
    untouched(
        "text/f-strings' literal parts",
        """
        import torch

        x = torch.ones(2)
        print(f"Variable({x}) {x!r} {{Variable(x)}}")
        """,
    ),
    untouched(
        "text/code run by exec",
        """
        import torch

        scope = {}
        exec("from torch.autograd import Variable\\nimport torch\\n"
             "v = Variable(torch.ones(2), requires_grad=True)", scope)
        v = scope["v"]
        """,
    ),
    untouched_legacy(
        "text/code run by exec with the module's names",
        """
        exec("v = Variable(torch.ones(2), requires_grad=True)")
        """,
        note="the import looks unused and is not",
    ),
    untouched_legacy(
        "text/code run by eval with the module's names",
        """
        x = torch.ones(2, requires_grad=True)
        v = eval("Variable(x)")
        """,
        note="the import looks unused and is not",
    ),
    untouched_legacy(
        "text/an eval'd lambda",
        """
        make = eval("lambda t: Variable(t, requires_grad=True)")
        v = make(torch.ones(2))
        """,
    ),
    untouched_legacy(
        "text/looked up in globals()",
        """
        name = "Variable"
        v = globals()["Variable"](torch.ones(2, requires_grad=True))
        """,
        note="the import looks unused and is not",
    ),
    untouched_legacy(
        "text/self-documenting f-string",
        """
        x = torch.ones(2, requires_grad=True)
        print(f"{Variable(x)=}")
        """,
        note="the text of the expression is printed",
    ),
    untouched_legacy(
        "text/self-documenting f-string with blanks",
        """
        x = torch.ones(2, requires_grad=True)
        print(f"{ Variable(x) = }")
        """,
    ),
    untouched_legacy(
        "text/self-documenting f-string with a conversion",
        """
        x = torch.ones(2, requires_grad=True)
        print(f"{Variable(x).sum()=!s:>30}")
        """,
    ),
    untouched_legacy(
        "text/self-documenting f-string around it",
        """
        x = torch.ones(2, requires_grad=True)
        print(f"{[Variable(x), 1]=} and {isinstance(x, Variable)=}")
        """,
    ),
    untouched(
        "text/a doctest alone",
        '''
        import torch

        def f(x):
            """
            >>> from torch.autograd import Variable
            >>> f(Variable(torch.ones(1)))
            """
            return x

        out = f(torch.ones(1))
        ''',
    ),
    untouched(
        "text/a template",
        '''
        import string
        import torch

        template = string.Template("""
        from torch.autograd import Variable
        $name = Variable($value)
        """)
        text = template.substitute(name="x", value="torch.ones(2)")
        ''',
    ),
    untouched(
        "text/nothing but a comment",
        """
        # torch.autograd.Variable
        """,
    ),
    Case("text/an empty file", "", "untouched"),
    Case("text/a file of blanks", "\n\n   \n", "untouched"),
    Case("text/no line end", "import torch  # Variable", "untouched"),
    Case("text/carriage returns", "import torch\r\n# Variable(x)\r\nx = 1\r\n", "untouched"),
]

# --------------------------------------------------------------------------------------------
# Calls that cannot be resolved
# --------------------------------------------------------------------------------------------

_OPAQUE_CALLS = {
    "starred arguments": "Variable(*args)",
    "one starred argument": "Variable(*[x])",
    "starred flags": "Variable(x, *flags)",
    "unpacked keywords": "Variable(x, **options)",
    "unpacked keywords alone": "Variable(**both)",
    "starred and unpacked": "Variable(*args, **rest)",
    "flag and unpacked keywords": "Variable(x, requires_grad=True, **rest)",
    "factory and unpacked keywords": "Variable(torch.ones(2), **options)",
    "_grad_fn": "Variable(x, _grad_fn=None)",
    "_grad_fn and a flag": "Variable(x, requires_grad=True, _grad_fn=None)",
    "a name": "Variable(x, name='x')",
    "flag first, with an effect": "Variable(requires_grad=flag(), data=x)",
    "flag first, both with effects": "Variable(requires_grad=flag(), data=data())",
    "flag first by walrus": "Variable(requires_grad=(n := 1), data=data())",
    "flag first, popped": "Variable(requires_grad=flags.pop(), data=data())",
}

_OPAQUE_CONTEXTS = {
    "assigned": "v = {call}",
    "returned": "def f():\n    return {call}\n\nv = f()",
    "in a comprehension": "v = [{call} for n in range(1)]",
    "called on": "v = {call}.sum()",
}

_OPAQUE_PROLOGUE = """
x = torch.ones(2)
args, flags = (x, True), [True]
options = {"requires_grad": True}
both, rest = {"data": x, "requires_grad": True}, {}

def flag():
    print("flag")
    return True

def data():
    print("data")
    return x
"""

OPAQUE = [
    *(
        untouched_legacy(
            f"opaque/{name}, {context}",
            f"{_OPAQUE_PROLOGUE}\n{template.format(call=call)}\n",
        )
        for name, call in _OPAQUE_CALLS.items()
        for context, template in _OPAQUE_CONTEXTS.items()
        if not ("walrus" in name and context == "in a comprehension")
    ),
    untouched_legacy(
        "opaque/a keyword it never had",
        """
        v = Variable(torch.ones(2), trainable=True)
        """,
        raises="TypeError",
    ),
    untouched_legacy(
        "opaque/the same argument twice",
        """
        v = Variable(torch.ones(2), True, requires_grad=True)
        """,
        raises="TypeError",
    ),
    untouched_legacy(
        "opaque/the data twice",
        """
        v = Variable(torch.ones(2), data=torch.ones(2))
        """,
        raises="TypeError",
    ),
    untouched_legacy(
        "opaque/five positional arguments",
        """
        v = Variable(torch.ones(2), True, False, None, "name")
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Calls that never worked
# --------------------------------------------------------------------------------------------

_NEVER = (
    "[1.0, 2.0]",
    "[]",
    "[torch.ones(1), torch.ones(1)]",
    "(1, 2)",
    "{'a': 1}",
    "{1, 2}",
    "3",
    "1.5",
    "-1.5",
    "2j",
    "True",
    "'data'",
    "b'data'",
    "f'{x}'",
    "...",
    "lambda: 0",
    "[n for n in range(2)]",
)

NEVER_WORKED = [
    *(
        untouched_legacy(
            f"never worked/{argument}",
            f"""
            x = torch.ones(1)
            see("before", x)
            v = Variable({argument})
            """,
            raises="TypeError",
        )
        for argument in _NEVER
    ),
    *(
        untouched_legacy(
            f"never worked/{argument}, caught",
            f"""
            x = torch.ones(1)
            try:
                v = Variable({argument}, requires_grad=True)
            except TypeError:
                v = "as ever"
            """,
        )
        for argument in _NEVER
    ),
    *(
        untouched_legacy(
            f"never worked/flag {flag}",
            f"""
            x = torch.ones(1)
            try:
                v = Variable(x, requires_grad={flag})
            except TypeError:
                v = "as ever"
            """,
        )
        for flag in ("None", "'yes'", "1.0", "[]", "[True]", "()", "{}", "''")
    ),
]

# --------------------------------------------------------------------------------------------
# Volatile calls: reported, and left until their region can be made
# --------------------------------------------------------------------------------------------

VOLATILE = [
    untouched_legacy(
        "volatile/both flags never worked",
        """
        see("before", 0)
        v = Variable(torch.ones(2), requires_grad=True, volatile=True)
        """,
        raises="ValueError",
    ),
    untouched_legacy(
        "volatile/both flags by position",
        """
        see("before", 0)
        v = Variable(torch.ones(2), True, True)
        """,
        raises="ValueError",
    ),
    untouched_legacy(
        "volatile/the attribute is read",
        """
        v = Variable(torch.ones(2), volatile=True)
        print(getattr(v, "volatile", "gone"))
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Variable as a value, a type to compare with, a base class
# --------------------------------------------------------------------------------------------

_VALUE_LINES = {
    "in a dictionary": "table = {'legacy': Variable}\nv = table['legacy'](x)",
    "a dictionary's key": "table = {Variable: 1}\nn = len(table)",
    "in a list": "makers = [Variable, torch.clone]\nout = [make(x) for make in makers]",
    "in a tuple": "make = (Variable, None)[0]\nv = make(x)",
    "default of a parameter": "def f(x, make=Variable):\n    return make(x)\n\nv = f(x)",
    "default of a lambda": "f = lambda t, make=Variable: make(t)\nv = f(x)",
    "stored on a class": "class Box:\n    make = Variable\n\nv = Box.make(x)",
    "stored on a class, called on self": (
        "class Box:\n    make = Variable\n\n    def f(self, t):\n        return self.make(t)\n\n"
        "v = Box().f(x)"
    ),
    "stored on an object": (
        "class Box:\n    pass\n\nbox = Box()\nbox.make = Variable\nv = box.make(x)"
    ),
    "stored by setattr": "class Box:\n    pass\n\nsetattr(Box, 'make', Variable)\nv = Box.make(x)",
    "partial with flags": (
        "import functools\nleaf = functools.partial(Variable, requires_grad=True)\nv = leaf(x)"
    ),
    "partial with data": "import functools\nleaf = functools.partial(Variable, x)\nv = leaf(True)",
    "map over several": "out = list(map(Variable, [x, x], [True, False]))",
    "starmap": "import itertools\nout = list(itertools.starmap(Variable, [(x, True), (x, 0)]))",
    "returned": "def maker():\n    return Variable\n\nv = maker()(x)",
    "yielded": "def makers():\n    yield Variable\n\nv = next(makers())(x)",
    "chosen": "make = Variable if x.requires_grad else torch.clone\nv = make(x)",
    "or": "make = None or Variable\nv = make(x)",
    "and": "make = Variable and torch.clone\nv = make(x)",
    "in a loop": "for make in (Variable, torch.clone):\n    v = make(x)",
    "compared": "same = Variable is torch.Tensor\nother = Variable == torch.Tensor",
    "printed": "print(Variable.__name__, Variable.__module__)",
    "in a set": "makers = {Variable}\nout = torch.Tensor in makers",
    "in a set, asked for": "out = type(x) in {Variable, int}",
    "asked for in a list": "out = type(x) in (Variable, list)",
    "type of a type": "out = type(Variable).__name__",
    "a tuple of types by name": "types = (Variable, list)\nout = isinstance(x, types)",
    "type equals": "out = type(x) == Variable",
    "type is": "out = type(x) is Variable",
    "type is not": "out = type(x) is not Variable",
    "type differs": "out = type(x) != Variable",
    "type equals, the other way round": "out = Variable == type(x)",
    "class is": "out = x.__class__ is Variable",
    "issubclass": "out = issubclass(torch.Tensor, Variable), issubclass(int, (Variable, int))",
    "version probe": "out = hasattr(Variable, 'volatile'), hasattr(Variable, 'backward')",
    "version probe by getattr": "out = getattr(Variable, 'from_numpy', None)",
    "the engine": "engine = Variable._execution_engine\nqueue = hasattr(engine, 'queue_callback')",
    "the engine by its full name": (
        "run = torch.autograd.Variable._execution_engine.run_backward\nkept = [Variable]"
    ),
    "the engine, asked": "valid = Variable._execution_engine.is_checkpoint_valid()",
    "an attribute it has not": (
        "try:\n    n = Variable.no_such_thing\nexcept AttributeError:\n    n = 0"
    ),
    "subclass": "class Sub(Variable):\n    pass\n\nv = Sub(x)",
    "subclass with a method": (
        "class Sub(Variable):\n    def twice(self):\n        return self * 2\n\nv = Sub(x, True)\n"
        "out = isinstance(x, Sub)"
    ),
    "subclass by the full name": (
        "class Sub(torch.autograd.Variable):\n    pass\n\nkept = [Variable]\nv = Sub(x)"
    ),
    "subclass among others": (
        "class Mixin:\n    pass\n\nclass Sub(Mixin, Variable):\n    pass\n\n"
        "out = isinstance(x, Sub)"
    ),
    "subclass made by type()": "Sub = type('Sub', (Variable,), {})\nv = Sub(x)",
    "singledispatch": (
        "import functools\n\n@functools.singledispatch\ndef f(t):\n    return 'other'\n\n"
        "@f.register(Variable)\ndef _(t):\n    return 'Variable'\n\nout = f(x)"
    ),
    "singledispatch by annotation": (
        "import functools\n\n@functools.singledispatch\ndef f(t):\n    return 'other'\n\n"
        "@f.register\ndef _(t: Variable):\n    return 'Variable'\n\nout = f(x)"
    ),
    "singledispatch on a method, by annotation": (
        "import functools\n\nclass Box:\n    @functools.singledispatchmethod\n    def f(self, t):\n"
        "        return 'other'\n\n    @f.register\n    def _(self, t: Variable):\n"
        "        return 'Variable'\n\nout = Box().f(x)"
    ),
    "a class pattern": (
        "match [x]:\n    case [Variable(shape=s)]:\n        out = s\n    case _:\n        out = None"
    ),
    "a class pattern with the full name": (
        "kept = [Variable]\nmatch x:\n    case torch.autograd.Variable():\n        out = 1\n"
        "    case _:\n        out = 2"
    ),
    "default of a parameter of the same name": (
        "f = lambda t, Variable=Variable: Variable(t)\nv = f(x)"
    ),
    "reduce": "import functools\nv = functools.reduce(Variable, [x, True])",
    "through vars": (
        "import torch.autograd\nv = vars(torch.autograd)['Variable'](x)\nkept = [Variable]"
    ),
    "through getattr": "v = getattr(torch.autograd, 'Variable')(x)\nkept = [Variable]",
    "in a list that is looped over": "out = [f(x) for f in [Variable] if f is not None]",
    "an asserted thing": "assert Variable\nkept = [Variable]",
    "a called lambda": "v = (lambda: Variable)()(x)",
    "a conditional call": "v = (Variable if True else None)(x)",
}

VALUES = [
    untouched_legacy(f"value/{name}", f"x = torch.ones(2, requires_grad=True)\n{line}\n")
    for name, line in _VALUE_LINES.items()
]

# --------------------------------------------------------------------------------------------
# Code for several versions of torch
# --------------------------------------------------------------------------------------------

_GUARDED = {
    "version below": """
        if torch.__version__ < "0.4":
            x = Variable(x)
    """,
    "version below, with an else": """
        if torch.__version__ < "0.4.0":
            v = Variable(x, requires_grad=True)
        else:
            v = x.detach().requires_grad_()
    """,
    "version not below": """
        if torch.__version__ >= "0.4":
            v = x.detach()
        else:
            v = Variable(x)
    """,
    "version begins with": """
        if torch.__version__.startswith("0.3"):
            x = Variable(x)
    """,
    "version in numbers": """
        if tuple(int(n) for n in torch.__version__.split(".")[:2]) < (0, 4):
            x = Variable(x)
    """,
    "version in a conditional expression": """
        v = Variable(x) if torch.__version__ < "0.4" else x
    """,
    "version in a function": """
        def wrap(t):
            if torch.__version__ < "0.4":
                return Variable(t)
            return t

        v = wrap(x)
    """,
    "hasattr no_grad": """
        if hasattr(torch, "no_grad"):
            with torch.no_grad():
                v = x * 2
        else:
            v = Variable(x, volatile=True) * 2
    """,
    "not hasattr no_grad": """
        if not hasattr(torch, "no_grad"):
            x = Variable(x)
    """,
    "no hasattr set_grad_enabled, plain": """
        if hasattr(torch, "set_grad_enabled"):
            v = x
        else:
            v = Variable(x)
    """,
}

_GUARDED_WHOLE = {
    "falls back to the identity": """
        import torch

        try:
            from torch.autograd import Variable
        except ImportError:
            def Variable(x, requires_grad=False):
                return x

        v = Variable(torch.ones(2, requires_grad=True))
    """,
    "falls back to a class of its own": """
        import torch

        try:
            from torch.autograd import Variable
        except ImportError:
            class Variable:
                def __init__(self, x):
                    self.x = x

        v = Variable(torch.ones(2, requires_grad=True))
    """,
    "identity from a certain version on": """
        import torch

        if torch.__version__ >= "0.4":
            def Variable(x, requires_grad=False, **old):
                return x.requires_grad_() if requires_grad else x
        else:
            from torch.autograd import Variable

        v = Variable(torch.ones(2), requires_grad=True)
        w = Variable(v)
    """,
    "Tensor from a certain version on": """
        import torch

        if hasattr(torch, "no_grad"):
            Variable = torch.Tensor
        else:
            Variable = torch.autograd.Variable

        out = isinstance(torch.ones(2), Variable)
    """,
    "a lambda from a certain version on": """
        import torch
        from torch.autograd import Variable

        if hasattr(torch, "no_grad"):
            Variable = lambda x, **old: x

        p = torch.ones(2, requires_grad=True)
        v = Variable(p)
    """,
    "a wrapper kept under the old name": """
        import torch
        from torch.autograd import Variable as _Variable

        def Variable(x, *args, **keywords):
            return _Variable(x.cpu(), *args, **keywords)

        v = Variable(torch.ones(2), requires_grad=True)
    """,
    "torch may be missing": """
        try:
            import torch
            from torch.autograd import Variable
        except ImportError:
            torch, Variable = None, list

        v = Variable(torch.ones(2, requires_grad=True)) if torch else Variable()
    """,
}

GUARDED = [
    *(
        untouched_legacy(
            f"guarded/{name}",
            "x = torch.ones(2, requires_grad=True)\n" + textwrap.dedent(text).lstrip("\n"),
            note="it never runs today, and 0.3 needs it",
        )
        for name, text in _GUARDED.items()
    ),
    *(untouched(f"guarded/{name}", text) for name, text in _GUARDED_WHOLE.items()),
]

# --------------------------------------------------------------------------------------------
# Told to leave it
# --------------------------------------------------------------------------------------------

_ALL_CODES = ", ".join(f"VM{number}" for number in (*range(101, 113), 201, 203, 205, 206))

SUPPRESSED = [
    untouched_legacy(
        f"suppressed/{name}",
        f"""
        p = torch.ones(2, requires_grad=True)
        {line}
        """,
    )
    for name, line in {
        "a call": "v = Variable(p)  # varmigrate: ignore",
        "a call, with a reason": "v = Variable(p)  # varmigrate: ignore  measured, leave it",
        "a call, by all codes": f"v = Variable(p)  # varmigrate: ignore[{_ALL_CODES}]",
        "a call, by codes, with reason": f"v = Variable(p)  # varmigrate: ignore[{_ALL_CODES}] so",
        "a call, by noqa": f"v = Variable(p)  # noqa: {_ALL_CODES}",
        "a factory": "v = Variable(torch.ones(2), requires_grad=True)  # varmigrate: ignore",
        "two calls in one statement": "v = Variable(p) + Variable(p * 2)  # varmigrate: ignore",
        "isinstance": "v = isinstance(p, Variable)  # varmigrate: ignore",
        "map": "v = list(map(Variable, [p]))  # varmigrate: ignore",
        "beside another comment": "v = Variable(p)  # type: ignore  # varmigrate: ignore",
    }.items()
] + [
    untouched(
        "suppressed/the whole file",
        """
        # varmigrate: ignore-file
        import torch
        from torch.autograd import Variable

        v = Variable(torch.ones(2), requires_grad=True)
        w = isinstance(v, Variable)
        """,
    ),
    untouched(
        "suppressed/the whole file, said below the licence",
        '''
        """A module."""
        # Licence: as you like.
        # varmigrate: ignore-file

        import torch
        from torch.autograd import Variable

        v = Variable(torch.ones(2, requires_grad=True))
        ''',
    ),
    untouched(
        "suppressed/a leftover import",
        """
        import torch
        from torch.autograd import Variable  # varmigrate: ignore

        x = torch.ones(2)
        """,
    ),
    untouched(
        "suppressed/a leftover import, by noqa",
        """
        import torch
        from torch.autograd import Variable  # noqa: F401, VM206

        x = torch.ones(2)
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# The new code would need a name that means something else there
# --------------------------------------------------------------------------------------------

NAME_TAKEN = [
    untouched(
        "taken/torch is a parameter where the type is needed",
        """
        import torch
        from torch.autograd import Variable

        def f(x, torch):
            return isinstance(x, Variable)

        out = f(torch.ones(2), 3), f(4, None)
        """,
    ),
    untouched(
        "taken/torch is a local name",
        """
        from torch.autograd import Variable

        def f(x):
            torch = "a word"
            return isinstance(x, Variable), torch

        out = f(3)
        """,
    ),
    untouched(
        "taken/torch is bound later in the function",
        """
        import torch
        from torch.autograd import Variable

        def f(x):
            known = isinstance(x, Variable)
            import torch
            return known

        out = f(torch.ones(2))
        """,
        note="torch.Tensor would be an unbound local name",
    ),
    untouched(
        "taken/torch is a loop variable",
        """
        import torch
        from torch.autograd import Variable

        x = torch.ones(2)
        out = [isinstance(x, Variable) for torch in [1]]
        """,
    ),
    untouched(
        "taken/torch is the parameter of a lambda",
        """
        import torch
        from torch.autograd import Variable

        out = (lambda torch: isinstance(torch, Variable))(torch.ones(2))
        """,
    ),
    untouched(
        "taken/torch is a name of the module",
        """
        from torch.autograd import Variable

        torch = "a word"

        def f(x):
            return isinstance(x, Variable)

        out = f(torch)
        """,
    ),
    untouched(
        "taken/torch is a class attribute, in the class body",
        """
        from torch.autograd import Variable

        class Box:
            torch = 3
            out = isinstance(torch, Variable)
        """,
    ),
    untouched(
        "taken/isinstance is the program's own",
        """
        import torch
        from torch.autograd import Variable

        def isinstance(x, kind):
            return kind

        out = isinstance(3, Variable) is torch.autograd.Variable
        """,
    ),
    untouched(
        "taken/map is the program's own",
        """
        import torch
        from torch.autograd import Variable

        def map(f, xs):
            return [f(x, requires_grad=True) for x in xs]

        out = map(Variable, [torch.ones(2)])
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# The name is handed on
# --------------------------------------------------------------------------------------------

HANDED_ON = [
    untouched(
        "handed on/__all__",
        """
        import torch
        from torch.autograd import Variable

        __all__ = ["Variable"]
        """,
    ),
    untouched(
        "handed on/__all__ in parts",
        """
        import torch
        from torch.autograd import Variable, grad

        __all__ = ("grad",)
        __all__ += ("Variable",)
        """,
    ),
    untouched(
        "handed on/__all__ by append",
        """
        import torch
        from torch.autograd import Variable

        __all__ = []
        __all__.append("Variable")
        """,
    ),
]

# --------------------------------------------------------------------------------------------
# Modern code
# --------------------------------------------------------------------------------------------

_MODERN = {
    "factories": "w = torch.randn(3, requires_grad=True)\n(w * w).sum().backward()",
    "detach": (
        "p = torch.ones(2, requires_grad=True)\nv = p.detach()\n"
        "u = (p * 2).detach().requires_grad_()"
    ),
    "requires_grad_": "w = torch.zeros(2).requires_grad_()\nw.sum().backward()",
    "no_grad": (
        "p = torch.ones(2, requires_grad=True)\nwith torch.no_grad():\n    p -= 0.1\n    q = p * 2"
    ),
    "the decorator": (
        "@torch.no_grad()\ndef f(x):\n    return x * 2\n\n"
        "out = f(torch.ones(2, requires_grad=True))"
    ),
    "set_grad_enabled": (
        "with torch.set_grad_enabled(False):\n    y = torch.ones(2, requires_grad=True) * 2"
    ),
    "inference_mode": "with torch.inference_mode():\n    y = torch.ones(2) * 2",
    "data": "p = torch.ones(2, requires_grad=True)\np.data.add_(1)\nd = p.data",
    "clone and detach": "x = torch.ones(2)\ny = x.clone().detach()\nz = x.detach().clone()",
    "isinstance": (
        "out = isinstance(torch.ones(1), torch.Tensor), isinstance(3, torch.nn.Parameter)"
    ),
    "grad of outputs": (
        "from torch.autograd import grad\nx = torch.ones(2, requires_grad=True)\n"
        "out = grad((x * x).sum(), x)"
    ),
    "a Function": (
        "from torch.autograd import Function\n\nclass Double(Function):\n    @staticmethod\n"
        "    def forward(ctx, x):\n        return x * 2\n\n    @staticmethod\n"
        "    def backward(ctx, g):\n        return g * 2\n\n"
        "x = torch.ones(2, requires_grad=True)\nDouble.apply(x).sum().backward()"
    ),
    "gradcheck": (
        "from torch.autograd import gradcheck\n"
        "x = torch.ones(2, dtype=torch.float64, requires_grad=True)\n"
        "ok = gradcheck(torch.exp, (x,))"
    ),
    "functional": "out = torch.autograd.functional.jacobian(torch.exp, torch.ones(2))",
    "a training step": (
        "net = torch.nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "loss = net(torch.ones(3, 2)).pow(2).mean()\nloss.backward()\nopt.step()"
    ),
    "Parameters": (
        "p = torch.nn.Parameter(torch.ones(2), requires_grad=False)\nq = torch.nn.Parameter(p)"
    ),
    "buffers": (
        "m = torch.nn.Module()\nm.register_buffer('b', torch.ones(2))\n"
        "m.p = torch.nn.Parameter(torch.ones(1))"
    ),
    "a state, detached": (
        "cell = torch.nn.RNNCell(2, 2)\nh = torch.zeros(1, 2)\nfor _ in range(2):\n"
        "    h = cell(torch.ones(1, 2), h.detach())\n    h.sum().backward()"
    ),
    "onto itself": "x = torch.ones(2, requires_grad=True)\nx = x.detach()\nx = x.requires_grad_()",
    "annotations": (
        "def f(x: torch.Tensor) -> 'torch.Tensor':\n    return x\n\nout = f(torch.ones(1))"
    ),
    "map of detach": (
        "xs = [torch.ones(1, requires_grad=True)]\nout = list(map(torch.Tensor.detach, xs))"
    ),
    "legacy constructors": (
        "x = torch.FloatTensor([1, 2])\ny = torch.Tensor(2).fill_(1)\nz = x.new(2).zero_()"
    ),
    "autograd by alias": (
        "import torch.autograd as ag\nx = torch.ones(1, requires_grad=True)\n"
        "out = ag.grad(x * 2, x)"
    ),
    "star import of autograd": (
        "from torch.autograd import *\nx = torch.ones(1, requires_grad=True)\nout = grad(x * 2, x)"
    ),
    "profiler": (
        "from torch import autograd\nmode = autograd.set_detect_anomaly(False)\nout = torch.ones(1)"
    ),
    "compile is not called": "f = torch.relu\nout = f(torch.ones(2) - 2)",
    "from_numpy": "import numpy as np\na = np.ones(2)\nx = torch.from_numpy(a)\nx.add_(1)",
    "hooks": (
        "w = torch.ones(2, requires_grad=True)\nw.register_hook(lambda g: g * 2)\n"
        "w.sum().backward()"
    ),
    "saliency": "x = torch.ones(2)\nx = x.detach().requires_grad_(True)\n(x * x).sum().backward()",
    "the same tensor twice": (
        "x = torch.ones(2)\na, b = x.detach().requires_grad_(), x.detach()\n"
        "(a * b).sum().backward()"
    ),
    "flags as expressions": "t = 1\nw = torch.ones(2).detach().requires_grad_(bool(t))",
}

MODERN = [
    untouched(f"modern/{name}", f"import torch\n\n{text}\n") for name, text in _MODERN.items()
]

# --------------------------------------------------------------------------------------------
# Files no parser takes
# --------------------------------------------------------------------------------------------

BROKEN = [
    Case(
        f"broken/{name}",
        f"import torch\nfrom torch.autograd import Variable\n\n{text}",
        "untouched",
        raises=raises,
    )
    for name, text, raises in (
        ("the print statement", "v = Variable(torch.ones(2))\nprint v\n", "SyntaxError"),
        ("an open parenthesis", "v = Variable(torch.ones(2)\n", "SyntaxError"),
        ("a bad indent", "def f(x):\n    v = Variable(x)\n  return v\n", "IndentationError"),
        (
            "except with a comma",
            "try:\n    v = Variable(1)\nexcept E, e:\n    pass\n",
            "SyntaxError",
        ),
        ("backquotes", "v = Variable(torch.ones(2)); `v`\n", "SyntaxError"),
        ("half a string", "v = Variable(torch.ones(2)) + 'a\n", "SyntaxError"),
        (
            "a merge left open",
            "<<<<<<< HEAD\nv = Variable(torch.ones(2))\n=======\n",
            "SyntaxError",
        ),
    )
]

CASES = [
    *SHADOWED,
    *UNBOUND,
    *OTHER_LIBRARIES,
    *OWN,
    *TEXTS,
    *OPAQUE,
    *NEVER_WORKED,
    *VOLATILE,
    *VALUES,
    *GUARDED,
    *SUPPRESSED,
    *NAME_TAKEN,
    *HANDED_ON,
    *MODERN,
    *BROKEN,
]
