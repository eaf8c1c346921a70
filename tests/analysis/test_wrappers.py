"""What wraps its argument, what the summary says of it, and which calls of one file reach it."""

from __future__ import annotations

import ast
import pickle
import sys

import pytest

from varmigrate.analysis.callables import read_callables
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.sites import SiteKind
from varmigrate.analysis.wrappers import (
    LEFT_OUT,
    CallableKind,
    Parameter,
    ParameterKind,
    SourceKind,
    WrapperSummary,
    bind,
)

HEAD = (
    "import functools\nimport numpy as np\nimport torch\nfrom torch import autograd\n"
    "from torch.autograd import Variable\n"
)


def wrappers(source: str) -> dict[str, WrapperSummary]:
    """The wrappers a text defines, by dotted name."""
    analysis = FileAnalysis("a.py", HEAD + source)
    return {
        site.wrapper.summary.name: site.wrapper.summary
        for site in analysis.sites
        if site.kind is SiteKind.WRAPPER and site.wrapper is not None
    }


def one(source: str) -> WrapperSummary:
    """The only wrapper of a text."""
    (summary,) = wrappers(source).values()
    return summary


def calls(source: str) -> list[tuple[str, str]]:
    """The calls of wrappers in a text: wrapper, and the argument that is wrapped."""
    analysis = FileAnalysis("a.py", HEAD + source)
    return [
        (
            site.wrapper.name,
            "" if site.shape.data is None else analysis.tree.code(site.shape.data),
        )
        for site in analysis.sites
        if site.kind is SiteKind.WRAPPER_CALL and site.wrapper is not None
    ]


KINDS = {
    "function": ("def w(x):\n    return Variable(x)\n", "w", CallableKind.FUNCTION),
    "method": ("class C:\n    def w(self, x):\n        return Variable(x)\n", "C.w",
               CallableKind.METHOD),
    "static": ("class C:\n    @staticmethod\n    def w(x):\n        return Variable(x)\n", "C.w",
               CallableKind.STATIC),
    "class method": ("class C:\n    @classmethod\n    def w(cls, x):\n        return Variable(x)\n",
                     "C.w", CallableKind.CLASS),
    "nested": ("def f():\n    def w(x):\n        return Variable(x)\n", "f.<locals>.w",
               CallableKind.FUNCTION),
    "lambda": ("w = lambda x: Variable(x).cuda()\n", "w", CallableKind.LAMBDA),
    "lambda in a class": ("class C:\n    w = lambda self, x: Variable(x)\n", "C.w",
                          CallableKind.METHOD),
    "static lambda": ("class C:\n    w = staticmethod(lambda x: Variable(x))\n", "C.w",
                      CallableKind.STATIC),
    "partial": ("w = functools.partial(Variable, volatile=True)\n", "w", CallableKind.PARTIAL),
    "a local Variable": (
        "Variable2 = lambda *a, **k: autograd.Variable(*a, **k).cuda() if c else "
        "autograd.Variable(*a, **k)\n", "Variable2", CallableKind.LAMBDA),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_kinds(name: str) -> None:
    source, dotted, kind = KINDS[name]
    summary = one(source)
    assert (summary.name, summary.kind) == (dotted, kind)
    assert pickle.loads(pickle.dumps(summary)) == summary


BODIES = {
    "both branches": "    if c:\n        return Variable(x.cuda())\n    return Variable(x)\n",
    "a branch before": "    if c:\n        x = x.cuda()\n    return Variable(x)\n",
    "else": "    if c:\n        return Variable(x)\n    else:\n        return Variable(x.cuda())\n",
    "a local": "    v = Variable(x)\n    return v\n",
    "a local that is moved": "    v = Variable(x)\n    if c:\n        v = v.cuda()\n    return v\n",
    "the parameter itself": "    x = Variable(x)\n    return x\n",
    "a conditional expression": "    return Variable(x).cuda() if c else Variable(x)\n",
    "in try": "    try:\n        v = Variable(x)\n    except E:\n        raise\n    return v\n",
    "in with": "    with torch.cuda.device(0):\n        return Variable(x)\n",
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies(name: str) -> None:
    summary = one("def w(x):\n" + BODIES[name])
    assert summary.data is not None
    assert summary.data.name == "x"
    assert summary.always
    assert summary.returns == "value"


RETURNS = {
    "tuple": ("    return Variable(x), Variable(y)\n", "tuple"),
    "list": ("    return [Variable(t) for t in x]\n", "list"),
    "list that grows": (
        "    out = []\n    for t in x:\n        out.append(Variable(t))\n    return out\n", "list"),
    "dict": ("    return {k: Variable(v) for k, v in x.items()}\n", "dict"),
    "dict that grows": (
        "    out = {}\n    for k, v in x.items():\n        out[k] = Variable(v)\n    return out\n",
        "dict"),
    "tuple of a generator": ("    return tuple(Variable(t) for t in x)\n", "tuple"),
    "map": ("    return list(map(Variable, x))\n", "list"),
    "map of a lambda": ("    return tuple(map(lambda t: Variable(t), x))\n", "tuple"),
    "unpacked": ("    a, b = Variable(x), Variable(y)\n    return a, b\n", "tuple"),
}  # fmt: skip


@pytest.mark.parametrize("name", RETURNS)
def test_what_is_handed_back(name: str) -> None:
    body, holder = RETURNS[name]
    summary = one("def w(x, y=None):\n" + body)
    assert summary.returns == holder
    assert summary.data is not None
    assert summary.data.name == "x"


def test_recursive() -> None:
    summary = one(
        "def repackage_hidden(h):\n    if type(h) == Variable:\n        return Variable(h.data)\n"
        "    else:\n        return tuple(repackage_hidden(v) for v in h)\n"
    )
    assert summary.recursive
    assert summary.before == ("data",)
    assert calls(
        "def repackage(h):\n    if c:\n        return Variable(h.data)\n"
        "    return tuple(repackage(v) for v in h)\n\n\nh = repackage(h0)\n"
    ) == [("repackage", "h0")]


def test_steps_around_the_data() -> None:
    summary = one(
        "def w(a, gpu=True):\n    t = torch.from_numpy(a).float()\n    if gpu:\n        t = t.cuda()\n"
        "    return Variable(t).view(-1)\n"
    )
    assert summary.before == ("from_numpy", "float", "cuda")
    assert summary.after == ("view",)


def test_flags() -> None:
    summary = one(
        "def w(x, train=True, r=False):\n    return Variable(x, volatile=not train, requires_grad=r)"
    )
    assert (summary.volatile.kind, summary.volatile.name) == (SourceKind.NOT_PARAMETER, "train")
    assert (summary.requires_grad.kind, summary.requires_grad.name) == (SourceKind.PARAMETER, "r")
    assert [p.name for p in summary.parameters] == ["x", "train", "r"]
    passed = one("def w(x, **k):\n    return Variable(x, **k)\n")
    assert (passed.volatile.kind, passed.volatile.name) == (SourceKind.PASSED, "volatile")
    plain = one("def w(x):\n    return Variable(x)\n")
    assert plain.volatile == plain.requires_grad == LEFT_OUT
    dynamic = one("class C:\n    def w(self, x):\n        return Variable(x, volatile=self.test)\n")
    assert (dynamic.volatile.value, dynamic.volatile.text) == (None, "self.test")
    literal = one("w = functools.partial(Variable, requires_grad=True)\n")
    assert literal.requires_grad.default is not None
    assert literal.requires_grad.default.value is True


def test_wrappers_of_wrappers() -> None:
    found = wrappers(
        "def w(x, v=False):\n    return Variable(x, volatile=v)\n\n\n"
        "def test(batch):\n    return w(batch[0].cuda(), True)\n\n\n"
        "def deep(b, train):\n    return [test(b), w(b, v=not train)]\n"
    )
    assert set(found) == {"w", "test", "deep"}
    assert found["test"].volatile.value is True
    assert found["test"].before == ("[]", "cuda")
    assert found["test"].through == (("", "w"),)
    assert found["deep"].returns == "list"


NO_WRAPPER = {
    "computed": "def w(x):\n    return torch.relu(Variable(x))\n",
    "reduced": "def w(x):\n    return Variable(x).sum()\n",
    "its data": "def w(x):\n    return Variable(x).data\n",
    "given to a model": "def w(x):\n    return model(Variable(x))\n",
    "arithmetic": "def w(x):\n    return Variable(x) + 1\n",
    "nothing of the caller": "def w():\n    return Variable(torch.zeros(2))\n",
    "beside other results": "def w(x):\n    y = Variable(x)\n    return y, model(y)\n",
    "kept": "class C:\n    def w(self, x):\n        self.x = Variable(x)\n        return self\n",
    "generator": "def w(x):\n    yield Variable(x)\n",
    "coroutine": "async def w(x):\n    return Variable(x)\n",
    "decorated": "@torch.jit.script\ndef w(x):\n    return Variable(x)\n",
    "property": "class C:\n    @property\n    def w(self):\n        return Variable(self.x, True)\n",
    "two definitions": "def w(x):\n    return Variable(x)\n\n\ndef w(x):\n    return x\n",
    "in two branches": "if c:\n    def w(x):\n        return Variable(x)\nelse:\n    w = None\n",
    "global": "def w(x):\n    return Variable(x)\n\n\ndef f():\n    global w\n    w = 1\n",
    "deleted": "def w(x):\n    return Variable(x)\n\n\ndel w\n",
    "another Variable": "def w(x, Variable):\n    return Variable(x)\n",
    "nested Variable": "def w(x):\n    from chainer import Variable\n    return Variable(x)\n",
    "a subclass": "class V(Variable):\n    pass\n",
    "a method of another object": "def w(x):\n    return x.Variable(x)\n",
    "lambda that is not named": "f(lambda x: Variable(x))\n",
}


@pytest.mark.parametrize("name", NO_WRAPPER)
def test_no_wrapper(name: str) -> None:
    assert wrappers(NO_WRAPPER[name]) == {}
    assert calls(NO_WRAPPER[name] + "\n\nw(t)\n") == []


METHODS = "class C:\n    def w(self, x):\n        return Variable(x)\n\n"
CALLS = {
    "self": (METHODS + "    def f(self):\n        self.w(a)\n", ["a"]),
    "another first name": (METHODS + "    def f(this):\n        this.w(a)\n", ["a"]),
    "inherited": (METHODS + "\nclass D(C):\n    def f(self):\n        self.w(a)\n", ["a"]),
    "nested function": (METHODS + "    def f(self):\n        return lambda: self.w(a)\n", ["a"]),
    "static by its class": (
        "class C:\n    @staticmethod\n    def w(x):\n        return Variable(x)\n\n\nC.w(a)\n", ["a"]),
    "class method": (
        "class C:\n    @classmethod\n    def w(cls, x):\n        return Variable(x)\n\n"
        "    @classmethod\n    def f(cls):\n        cls.w(a)\n\n\nC.w(b)\n", ["a", "b"]),
    "class attribute that is Variable": (
        "class C:\n    w = Variable\n\n    def f(self):\n        self.w(a)\n", ["a"]),
    "class attribute that is a partial": (
        "class C:\n    w = functools.partial(Variable, volatile=True)\n\n    def f(self):\n"
        "        self.w(a)\n", ["a"]),
    "nested helper": ("def f(a):\n    def w(x):\n        return Variable(x)\n    return [w(a), 1]\n",
                      ["a"]),
    "keywords": ("def w(n, x):\n    return Variable(x)\n\n\nw(x=a, n=1)\n", ["a"]),
    "another name": ("def w(x):\n    return Variable(x)\n\n\nv = w\nv(a)\n", ["a"]),
    "map": ("w = lambda x: Variable(x)\nlist(map(w, xs))\n", [""]),
    "a local Variable": (
        "V = lambda *a, **k: autograd.Variable(*a, **k).cuda()\nV(a, requires_grad=True)\n", ["a"]),
    "made inside": ("def w(n):\n    return Variable(torch.zeros(n))\n\n\nw(3)\n", [""]),
    "made inside by new": ("def w(t, n):\n    return Variable(t.new(n).zero_())\n\n\nw(t, 3)\n",
                           [""]),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_calls(name: str) -> None:
    source, expected = CALLS[name]
    assert [data for _, data in calls(source)] == expected


NOT_CALLED = {
    "overridden below": METHODS + "    def f(self):\n        self.w(a)\n\n\nclass D(C):\n"
    "    def w(self, x):\n        return x\n",
    "set on the object": METHODS + "    def f(self):\n        self.w = g\n        self.w(a)\n",
    "set on the class": METHODS + "    def f(self):\n        self.w(a)\n\n\nC.w = g\n",
    "another object": METHODS + "    def f(self, other):\n        other.w(a)\n",
    "self bound again": METHODS + "    def f(self):\n        self = g()\n        self.w(a)\n",
    "a base that is not known": METHODS.replace("class C:", "class C(B):").replace("w(", "v(")
    + "    def f(self):\n        self.w(a)\n",
    "static self": METHODS + "    @staticmethod\n    def f(self):\n        self.w(a)\n",
    "a function beside the method": METHODS + "\ndef f():\n    w(a)\n",
    "a parameter": "def w(x):\n    return Variable(x)\n\n\ndef f(w):\n    w(a)\n",
    "a comprehension variable": "def w(x):\n    return Variable(x)\n\n\n[w(a) for w in ws]\n",
    "a later star": "def w(x):\n    return Variable(x)\n\n\nfrom others import *\nw(a)\n",
    "inside itself": "def w(x):\n    return Variable(x) if c else w(x[0])\n",
    "too many arguments": "def w(x):\n    return Variable(x)\n\n\nw(a, b)\n",
    "an unknown keyword": "def w(x):\n    return Variable(x)\n\n\nw(a, y=1)\n",
    "only passed on": "def w(x):\n    return Variable(x)\n\n\nloader(collate=w)\n",
}


@pytest.mark.parametrize("name", NOT_CALLED)
def test_not_a_call_of_it(name: str) -> None:
    assert calls(NOT_CALLED[name]) == []


def test_bind() -> None:
    parameters = (
        Parameter("a", ParameterKind.POSITIONAL_ONLY),
        Parameter("b"),
        Parameter("rest", ParameterKind.REST),
        Parameter("c", ParameterKind.KEYWORD_ONLY),
        Parameter("k", ParameterKind.KEYWORDS),
    )
    bound = bind([("", 1), ("", 2), ("", 3), ("c", 4), ("d", 5)], parameters)
    assert bound.given == {"a": 1, "b": 2, "c": 4}
    assert (bound.rest, bound.extra, bound.unclear, bound.wrong) == ([3], {"d": 5}, False, False)
    assert bind([("", 1), ("a", 2)], parameters).extra == {"a": 2}
    assert bind([("", 1), ("", 2), ("b", 3)], parameters).wrong
    assert bind([("*", 1)], parameters).unclear
    assert bind([("x", 1)], parameters[:2]).wrong


def test_time_grows_with_the_text() -> None:
    def steps(count: int) -> int:
        """How many values are followed in a function of so many branches."""
        module = ast.parse(
            "def f(x):\n"
            + "".join(f"    if c{n}:\n        v{n} = x.cuda()\n" for n in range(count))
            + "    return x\n"
        )
        seen = 0

        def count_joins(frame: object, event: str, argument: object) -> None:
            nonlocal seen
            seen += 1

        sys.setprofile(count_joins)
        try:
            read_callables(module)
        finally:
            sys.setprofile(None)
        return seen

    assert steps(400) < 2.2 * steps(200)
