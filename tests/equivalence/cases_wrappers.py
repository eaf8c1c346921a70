"""Projects with helpers that wrap: what they do must not change when the helpers are rewritten."""

from __future__ import annotations

from harness import Case, program

_HEAD = "import torch\nfrom torch.autograd import Variable\n\n"


def project(name: str, main: str, **files: str) -> Case:
    """A case whose main program never names Variable; files are given by module name."""
    return Case(
        name=f"wrappers/{name}",
        source="import torch\n" + program(main),
        files={f"{module}.py": _HEAD + program(text) for module, text in files.items()},
    )


_LEAF = "p = torch.ones(2, requires_grad=True)\nq = p * 2\n"

CASES = [
    project(
        "attached argument",
        _LEAF + "from utils import to_var\nv = to_var(q)\nv.sum().requires_grad\n",
        utils="""
        def to_var(x, requires_grad=False):
            return Variable(x, requires_grad=requires_grad)
        """,
    ),
    project(
        "two leaves from one tensor",
        """
        import utils
        t = torch.ones(2)
        a, b = utils.leaf(t), utils.leaf(t)
        (a * b).sum().backward()
        """,
        utils="""
        def leaf(x, grad=True):
            return Variable(x, requires_grad=grad)
        """,
    ),
    project(
        "a flag that is a number",
        "from utils import leaf\na = leaf(torch.ones(2), 1)\nb = leaf(torch.ones(2), 0)\n",
        utils="""
        def leaf(x, grad):
            return Variable(x, requires_grad=grad)
        """,
    ),
    project(
        "recursive",
        _LEAF
        + """from utils import repackage
h = repackage([q, (q + 1, q.sum())])
""",
        utils="""
        def repackage(h):
            if isinstance(h, torch.Tensor):
                return Variable(h.data)
            return tuple(repackage(v) for v in h)
        """,
    ),
    project(
        "a dictionary of lists",
        _LEAF
        + """from utils import batch
b = batch({"x": [q, p], "n": [torch.ones(1)]})
""",
        utils="""
        def batch(d):
            out = {}
            for k, v in d.items():
                out[k] = [Variable(t) for t in v]
            return out
        """,
    ),
    project(
        "both branches",
        _LEAF + "from utils import to_var\nv = to_var(q, True)\nw = to_var(q, False)\n",
        utils="""
        def to_var(x, double):
            if double:
                return Variable(x.double())
            return Variable(x)
        """,
    ),
    project(
        "a local that is moved",
        _LEAF + "from utils import to_var\nv = to_var(q)\n",
        utils="""
        def to_var(x, double=True):
            v = Variable(x)
            if double:
                v = v.double()
            return v
        """,
    ),
    project(
        "a wrapper of a wrapper",
        _LEAF + "from batches import pair\na, b = pair((q, p))\na += 1\n",
        utils="""
        def to_var(x):
            return Variable(x)
        """,
        batches="""
        from utils import to_var

        def pair(b):
            return to_var(b[0]), to_var(b[1])
        """,
    ),
    project(
        "a lambda and map",
        _LEAF + "from utils import wrap\nv = list(map(wrap, [q, p]))\n",
        utils="""
        wrap = lambda x: Variable(x)
        """,
    ),
    project(
        "map inside",
        _LEAF + "from utils import wrap\nv = wrap([q, p])\n",
        utils="""
        def wrap(xs):
            return list(map(Variable, xs))
        """,
    ),
    project(
        "methods, inherited",
        _LEAF
        + """from utils import Base

class Main(Base):
    def run(self, x):
        return self.to_var(x), Base.static(x)

v = Main().run(q)
""",
        utils="""
        class Base(object):
            def to_var(self, x):
                return Variable(x)

            @staticmethod
            def static(x):
                return Variable(x, requires_grad=True)
        """,
    ),
    project(
        "passed on",
        _LEAF + "from utils import V\nv = V(q, requires_grad=True)\n",
        utils="""
        V = lambda *a, **k: Variable(*a, **k).double()
        """,
    ),
    project(
        "partial",
        _LEAF + "from utils import leaf\nv = leaf(q)\nw = leaf(q, requires_grad=False)\n",
        utils="""
        from functools import partial
        leaf = partial(Variable, requires_grad=True)
        """,
    ),
    project(
        "a made state",
        "from utils import init\nh, c = init(3)\nh += 1\n",
        utils="""
        def init(n):
            return Variable(torch.zeros(n)), Variable(torch.zeros(n), requires_grad=False)
        """,
    ),
]


# --------------------------------------------------------------------------------------------
# The wrapper goes as well, with `--inline-wrappers`. Private names, so that no observation is lost.
# --------------------------------------------------------------------------------------------

_PLAIN = """
def _w(x, cuda=False):
    return Variable(x)
"""

INLINED = [
    project(
        "inlined/from import",
        _LEAF
        + """from utils import _w
v = _w(q)
w = _w(q + 1, True)
u = [_w(t) for t in (q, p)]
""",
        utils=_PLAIN,
    ),
    project("inlined/module", _LEAF + "import utils\nv = utils._w(q * 2).sum()\n", utils=_PLAIN),
    project(
        "inlined/another name",
        _LEAF + "from utils import _w as _v\nv = _v(x=q, cuda=1)\nw = -_v(-q)\n",
        utils=_PLAIN,
    ),
    project(
        "inlined/through another file",
        _LEAF + "from compat import _v\nv = _v(q)\n",
        utils=_PLAIN,
        compat="from utils import _w as _v\n",
    ),
    project(
        "inlined/called where it is defined, nested",
        _LEAF + "from utils import pair\nv = pair(q)\n",
        utils="""
        def _w(x):
            return Variable(x)

        def pair(x):
            return _w(_w(x) if x is not None else None), _w((lambda t: t)(x))
        """,
    ),
    project(
        "inlined/in a function",
        _LEAF
        + """def f(t):
    from utils import _w
    return _w(t)

v = f(q)
""",
        utils=_PLAIN,
    ),
    project(
        "inlined/beside other names",
        _LEAF + "from utils import one, _w\nv = _w(one())\n",
        utils="""
        def _w(x):
            return Variable(x)

        def one():
            return torch.ones(1, requires_grad=True) * 3
        """,
    ),
    project(
        "inlined/a wrapper of a wrapper",
        _LEAF + "from batches import _b\nv = _b(q)\n",
        utils=_PLAIN,
        batches="""
        from utils import _w

        def _b(x):
            return _w(x)
        """,
    ),
    project(
        "inlined/in a string that is formatted",
        _LEAF + 'from utils import _w\nv = f"{_w(q).shape} {_w(q)[0].item()}"\n',
        utils=_PLAIN,
    ),
]

# The reason is part of what is said about the wrapper.
KEPT: list[tuple[str, Case]] = [
    ("uses it as a value", project(
        "kept/value", _LEAF + "from utils import _w\nv = list(map(_w, [q]))\n", utils=_PLAIN)),
    ("uses it as a value", project(
        "kept/another name here", _LEAF + "from utils import _w\n_v = _w\nv = _v(q)\n",
        utils=_PLAIN)),
    ("arguments that are not clear", project(
        "kept/star", _LEAF + "from utils import _w\nv = _w(*[q])\n", utils=_PLAIN)),
    ("computes the argument", project(
        "kept/effect", _LEAF + "from utils import _w\nv = _w(q, print('here'))\n", utils=_PLAIN)),
    ("may mean something else", project(
        "kept/one of two",
        _LEAF + "from utils import _w\nif v is None:\n    _w = print\nw = _w(q)\n".replace(
            "v is None", "q is None"),
        utils=_PLAIN)),
    ("names it in a string", project(
        "kept/getattr", _LEAF + "import utils\nv = getattr(utils, '_w')(q)\n", utils=_PLAIN)),
    ("attribute of that name", project(
        "kept/module as a value", _LEAF + "import utils\nm = [utils]\nv = m[0]._w(q)\n",
        utils=_PLAIN)),
    ("does more than define", project(
        "kept/import with an effect", _LEAF + "from utils import _w\nv = _w(q)\n",
        utils=_PLAIN + "\n\nprint('imported')\n")),
    ("is computed", project(
        "kept/default", _LEAF + "from utils import _w\nv = _w(q)\n",
        utils="def _w(x, n=print('once')):\n    return Variable(x)\n")),
    ("carries a comment", project(
        "kept/comment", _LEAF + "from utils import _w\nv = _w(q)\n",
        utils="def _w(x):\n    # why\n    return Variable(x)\n")),
    ("has a comment in the call", project(
        "kept/comment in a call", _LEAF + "from utils import _w\nv = _w(  # why\n    q)\n",
        utils=_PLAIN)),
    ("under a condition", project(
        "kept/condition", _LEAF + "from utils import _w\nv = _w(q)\n",
        utils="if True:\n    def _w(x):\n        return Variable(x)\n")),
    ("prints the call itself", project(
        "kept/shown", _LEAF + "from utils import _w\nprint(f'{_w(q)=}')\n", utils=_PLAIN)),
]  # fmt: skip
