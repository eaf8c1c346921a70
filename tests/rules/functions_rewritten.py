"""Old-style Functions that are rewritten: programs with what they have to compute.

Every program defines `run(x)`, which the rewritten form is asked for. Since the old form raises
today, `expected` and `slope` are written out: value and derivative, at every point.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

Real = Callable[[float], float]


@dataclass(frozen=True)
class Program:
    """A program, what `run` gives at x, its derivative, and texts of the rewritten form."""

    name: str
    source: str
    expected: Real
    slope: Real
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ("self",)


def program(text: str) -> str:
    """The text of an indented triple-quoted string, as it would stand in a file."""
    return textwrap.dedent(text).lstrip("\n")


def case(
    name: str,
    body: str,
    expected: Real,
    slope: Real,
    contains: tuple[str, ...] = (),
    lacks: tuple[str, ...] = ("self",),
) -> Program:
    """A program whose first lines import torch and Function."""
    head = "import torch\nfrom torch.autograd import Function\n\n\n"
    return Program(name, head + program(body), expected, slope, contains, lacks)


SQUARE = """
    class Square(Function):
        def forward(self, x):
            self.save_for_backward(x)
            return x * x

        def backward(self, grad):
            x, = self.saved_tensors
            return 2 * x * grad
"""

SCALE = """
    class Scale(Function):
        def __init__(self, factor, shift=1.0):
            super(Scale, self).__init__()
            self.factor = factor
            self.shift = shift

        def forward(self, x):
            return x * self.factor + self.shift

        def backward(self, grad):
            return grad * self.factor
"""

PROGRAMS = [
    case(
        "called where it is made",
        SQUARE + "\n    def run(x):\n        return Square()(x)\n",
        lambda x: x * x,
        lambda x: 2 * x,
        ("Square.apply(x)", "@staticmethod\n    @once_differentiable\n    def backward(ctx, grad)"),
    ),
    case(
        "arguments of the constructor",
        SCALE + "\n    def run(x):\n        return Scale(3.0, 2.0)(x)\n",
        lambda x: 3 * x + 2,
        lambda x: 3.0,
        ("Scale.apply(x, 3.0, 2.0)", "return grad * ctx.factor, None, None"),
    ),
    case(
        "a default is kept",
        SCALE + "\n    def run(x):\n        return Scale(3.0)(x)\n",
        lambda x: 3 * x + 1,
        lambda x: 3.0,
        ("def forward(ctx, x, factor, shift=1.0):", "Scale.apply(x, 3.0)"),
    ),
    case(
        "arguments by keyword, in another order",
        SCALE + "\n    def run(x):\n        return Scale(shift=5.0, factor=2.0)(x)\n",
        lambda x: 2 * x + 5,
        lambda x: 2.0,
        ("Scale.apply(x, 2.0, 5.0)",),
    ),
    case(
        "a default in the middle is written out",
        """
        class Line(Function):
            def __init__(self, a=2.0, b=3.0, c=0.5):
                self.a, self.b, self.c = a, b, c

            def forward(self, x):
                return self.a * x + self.b * self.c

            def backward(self, grad):
                return self.a * grad


        def run(x):
            return Line(c=4.0)(x)
        """,
        lambda x: 2 * x + 12,
        lambda x: 2.0,
        ("Line.apply(x, 2.0, 3.0, 4.0)",),
    ),
    case(
        "kept in a name and called twice",
        SCALE
        + """
    def run(x, n=2.0):
        scale = Scale(n)
        y = scale(x)
        return scale(y)
    """,
        lambda x: 2 * (2 * x + 1) + 1,
        lambda x: 4.0,
        ("scale = Scale.apply\n", "y = scale(x, n)", "return scale(y, n)"),
    ),
    case(
        "kept in a name of the module",
        SQUARE + "\n    square = Square()\n\n\n    def run(x):\n        return square(square(x))\n",
        lambda x: x**4,
        lambda x: 4 * x**3,
        ("square = Square.apply\n", "return square(square(x))"),
    ),
    case(
        "kept on a module",
        SQUARE
        + """
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.square = Square()

        def forward(self, x):
            return self.square(x) * 3


    def run(x):
        return Net()(x)
    """,
        lambda x: 3 * x * x,
        lambda x: 6 * x,
        ("self.square = Square.apply\n", "return self.square(x) * 3"),
        (),
    ),
    case(
        "kept on a module with arguments",
        SCALE
        + """
    class Net(torch.nn.Module):
        def __init__(self, factor):
            super().__init__()
            self.factor = float(factor)
            self.scale = Scale(self.factor, -1.0)

        def forward(self, x):
            return self.scale(x) + self.twice(x)

        def twice(self, x):
            return [self.scale(self.scale(y)) for y in [x]][0]


    def run(x):
        return Net(3)(x)
    """,
        lambda x: 3 * x - 1 + 3 * (3 * x - 1) - 1,
        lambda x: 12.0,
        (
            "self.scale = Scale.apply\n",
            "return self.scale(x, self.factor, -1.0) + self.twice(x)",
            "self.scale(self.scale(y, self.factor, -1.0), self.factor, -1.0)",
        ),
        (),
    ),
    case(
        "arguments from a module",
        SCALE
        + """
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = 4.0

        def forward(self, x):
            scale = Scale(self.factor, shift=-1.0)
            return scale(x)


    def run(x):
        return Net()(x)
    """,
        lambda x: 4 * x - 1,
        lambda x: 4.0,
        ("return scale(x, self.factor, -1.0)",),
        (),
    ),
    case(
        "the gradient as a tuple of one",
        """
        class Triple(Function):
            def __init__(self, k):
                self.k = k

            def forward(self, x):
                return x * self.k

            def backward(self, grad):
                return (grad * self.k,)


        def run(x):
            return Triple(3)(x)
        """,
        lambda x: 3 * x,
        lambda x: 3.0,
        ("return (grad * ctx.k, None)",),
    ),
    case(
        "the gradients as a tuple that is built",
        """
        class Weighted(Function):
            def __init__(self, k):
                self.k = k

            def forward(self, x, y):
                return x * self.k + y

            def backward(self, grad):
                gradients = [grad * self.k, grad]
                return tuple(gradients)


        def run(x):
            return Weighted(3)(x, x)
        """,
        lambda x: 4 * x,
        lambda x: 4.0,
        ("return tuple(gradients) + (None,)",),
    ),
    case(
        "the gradients in a name",
        """
        class Weighted(Function):
            def __init__(self, k, m):
                self.k, self.m = k, m

            def forward(self, x, y):
                return x * self.k + y * self.m

            def backward(self, grad):
                gradients = grad * self.k, grad * self.m
                return gradients


        def run(x):
            return Weighted(3, 2)(x, x)
        """,
        lambda x: 5 * x,
        lambda x: 5.0,
        ("return gradients + (None, None)",),
    ),
    case(
        "a gradient that depends on a test",
        """
        class Gate(Function):
            def __init__(self, open_):
                self.open_ = open_

            def forward(self, x):
                return x * 2 if self.open_ else x * 0

            def backward(self, grad):
                if not self.open_:
                    return grad * 0
                else:
                    return grad * 2 if self.open_ else None


        def run(x):
            return Gate(True)(x) + Gate(False)(x)
        """,
        lambda x: 2 * x,
        lambda x: 2.0,
        ("return grad * 0, None", "return grad * 2 if ctx.open_ else None, None"),
    ),
    case(
        "what forward leaves for backward",
        """
        class Relu(Function):
            def __init__(self):
                super(Relu, self).__init__()
                self.mask = None

            def forward(self, x):
                self.mask = x > 0
                return x.clamp(min=0)

            def backward(self, grad):
                return grad * self.mask.type_as(grad)


        def run(x):
            return Relu()(x)
        """,
        lambda x: max(x, 0.0),
        lambda x: 1.0 if x > 0 else 0.0,
        ("ctx.mask = None\n        ctx.mask = x > 0",),
    ),
    case(
        "a constructor that computes",
        """
        class Power(Function):
            def __init__(self, n):
                super().__init__()
                if n < 0:
                    raise ValueError(n)
                self.n = int(n)
                half = self.n / 2
                self.half = half

            def forward(self, x):
                self.save_for_backward(x)
                return x ** self.n * self.half

            def backward(self, grad):
                x, = self.saved_tensors
                return grad * self.n * x ** (self.n - 1) * self.half


        def run(x):
            return Power(3.7)(x)
        """,
        lambda x: 1.5 * x**3,
        lambda x: 4.5 * x**2,
        ("if n < 0:\n            raise ValueError(n)", "def forward(ctx, x, n):"),
    ),
    case(
        "a constructor with the names of forward",
        """
        class Shift(Function):
            def __init__(self, x, y=1.0):
                self.by = x + y

            def forward(self, x):
                y = x * 2
                return y + self.by

            def backward(self, grad):
                return grad * 2


        def run(x):
            return Shift(3.0)(x)
        """,
        lambda x: 2 * x + 4,
        lambda x: 2.0,
        ("def forward(ctx, x, x_, y_=1.0):", "ctx.by = x_ + y_"),
    ),
    case(
        "a constructor behind the other methods",
        """
        class Scale(Function):
            def forward(self, x):
                '''Scaled.'''
                return x * self.k

            def backward(self, grad):
                return grad * self.k

            def __init__(self, k):
                self.k = k


        def run(x):
            return Scale(6)(x)
        """,
        lambda x: 6 * x,
        lambda x: 6.0,
        ("'''Scaled.'''\n        ctx.k = k\n",),
    ),
    case(
        "comments and docstrings stay",
        '''
        class Scale(Function):
            """A scale."""

            # how it is made
            def __init__(self, k):  # by a number
                """Keep the number."""
                super(Scale, self).__init__()  # the base
                # the factor
                self.k = k  # kept

            # how it is used
            def forward(self, x):
                # multiply
                return x * self.k  # done

            def backward(self, grad):
                return (
                    grad * self.k  # as before
                )


        def run(x):
            return Scale(2)(x)
        ''',
        lambda x: 2 * x,
        lambda x: 2.0,
        ("# how it is made", "# the base", "# the factor", "# kept", "# as before", "# multiply"),
    ),
    case(
        "values of the class",
        """
        class Scale(Function):
            factor = 5.0
            shifts = {"a": 1.0}

            @staticmethod
            def shifted(x):
                return x + 1

            def forward(self, x):
                return self.shifted(x * self.factor)

            def backward(self, grad):
                return grad * self.factor


        def run(x):
            return Scale()(x) * Scale.shifts["a"]
        """,
        lambda x: 5 * x + 1,
        lambda x: 5.0,
        ("Scale.shifted(x * Scale.factor)", "grad * Scale.factor"),
    ),
    case(
        "a value of the class that the constructor hides",
        """
        class Scale(Function):
            factor = 0

            def __init__(self, factor):
                self.factor = factor

            def forward(self, x):
                return x * self.factor

            def backward(self, grad):
                return grad * self.factor


        def run(x):
            return Scale(3.0)(x)
        """,
        lambda x: 3 * x,
        lambda x: 3.0,
        ("x * ctx.factor",),
    ),
    case(
        "saved variables and needed gradients",
        """
        class Product(Function):
            def forward(self, x, y):
                self.save_for_backward(x, y)
                return x * y

            def backward(self, grad):
                x, y = self.saved_variables
                first = second = None
                if self.needs_input_grad[0]:
                    first = grad * y
                if self.needs_input_grad[1]:
                    second = grad * x
                return first, second


        def run(x):
            return Product()(x, x * 2)
        """,
        lambda x: 2 * x * x,
        lambda x: 4 * x,
        ("x, y = ctx.saved_tensors", "ctx.needs_input_grad[0]"),
    ),
    case(
        "an optional argument of forward",
        """
        class Linear(Function):
            def forward(self, x, weight, bias=None):
                self.save_for_backward(x, weight, bias)
                y = x * weight
                return y if bias is None else y + bias

            def backward(self, grad):
                x, weight, bias = self.saved_tensors
                return grad * weight, grad * x, None if bias is None else grad


        def run(x):
            two = torch.tensor(2.0, dtype=x.dtype)
            return Linear()(x, two) + Linear()(x, two, x)
        """,
        lambda x: 5 * x,
        lambda x: 5.0,
        ("Linear.apply(x, two) + Linear.apply(x, two, x)",),
    ),
    case(
        "optional arguments of forward before those of the constructor",
        """
        class Cell(Function):
            def __init__(self, factor, shift=1.0):
                super(Cell, self).__init__()
                self.factor = factor
                self.shift = shift

            def forward(self, x, scale=None, mask: object = None):
                self.save_for_backward(x, scale)
                y = x * self.factor if scale is None else x * self.factor * scale
                return y + self.shift

            def backward(self, grad):
                x, scale = self.saved_tensors
                grad = grad * self.factor
                if scale is None:
                    return grad, None, None
                return grad * scale, grad * x, None


        def run(x, k=2.0):
            cell = Cell(k)
            other = Cell(1.0, shift=0.0)(x, x, None)
            return cell(x) + cell(x, x) + other
        """,
        lambda x: (2 * x + 1) + (2 * x * x + 1) + x * x,
        lambda x: 2 + 6 * x,
        (
            "def forward(ctx, x, scale, mask: object, factor, shift=1.0):",
            "Cell.apply(x, x, None, 1.0, 0.0)",
            "cell(x, None, None, k) + cell(x, x, None, k)",
        ),
    ),
    case(
        "a result that is not differentiable",
        """
        class Largest(Function):
            def forward(self, x):
                index = (x > 0).long()
                self.mark_non_differentiable(index)
                return x * 2, index

            def backward(self, grad, nothing):
                return grad * 2


        def run(x):
            value, index = Largest()(x)
            return value * index
        """,
        lambda x: 2 * x if x > 0 else 0.0,
        lambda x: 2.0 if x > 0 else 0.0,
        ("ctx.mark_non_differentiable(index)",),
    ),
    case(
        "an argument that is changed in place",
        """
        class AddOne(Function):
            def forward(self, x):
                self.mark_dirty(x)
                return x.add_(1)

            def backward(self, grad):
                return grad


        def run(x):
            y = x * 3
            return AddOne()(y)
        """,
        lambda x: 3 * x + 1,
        lambda x: 3.0,
        ("ctx.mark_dirty(x)",),
    ),
    case(
        "another name for the instance",
        """
        class Scale(Function):
            def __init__(this, k):
                this.k = k

            def forward(ctx, x):
                return x * ctx.k

            def backward(inst, grad):
                return (lambda g: g * inst.k)(grad) * 1


        def run(x):
            return Scale(2)(x)
        """,
        lambda x: 2 * x,
        lambda x: 2.0,
        ("ctx.k = k", "lambda g: g * ctx.k"),
        ("this", "inst"),
    ),
    case(
        "a class inside a function",
        """
        def run(x):
            shift = 2.0

            class Shifted(Function):
                def __init__(self, k):
                    self.k = k

                def forward(self, x):
                    return x * self.k + shift

                def backward(self, grad):
                    return grad * self.k

            return Shifted(3)(x)
        """,
        lambda x: 3 * x + 2,
        lambda x: 3.0,
        ("return Shifted.apply(x, 3)",),
    ),
    case(
        "layout that is kept",
        """
        class Scale( Function ):
            def __init__( self, k , m = 2 ):
                self.k=k;  self.m=m
            def forward( self , x ) :
                return x*self.k*self.m
            def backward( self , grad ) :
                return   grad*self.k*self.m


        def run(x):
            return (Scale( 3 ))(
                x,  # the input
            )
        """,
        lambda x: 6 * x,
        lambda x: 6.0,
        (
            "def forward( ctx , x, k, m = 2 ) :",
            "ctx.k=k;  ctx.m=m",
            "return Scale.apply(\n        x, 3,  # the input",
        ),
    ),
    case(
        "two classes, one inside the arguments of the other",
        SQUARE
        + SCALE
        + """
    def run(x):
        return Scale(2.0)(Square()(Scale(3.0, 0.0)(x)))
    """,
        lambda x: 18 * x * x + 1,
        lambda x: 36 * x,
        ("Scale.apply(Square.apply(Scale.apply(x, 3.0, 0.0)), 2.0)",),
    ),
    case(
        "many arguments handed on",
        SQUARE + "\n    def run(*xs):\n        return Square()(*xs)\n",
        lambda x: x * x,
        lambda x: 2 * x,
        ("Square.apply(*xs)",),
    ),
]
