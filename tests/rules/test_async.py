"""VM501: `async` as a name goes, the file compiles, and does what was meant when it was written."""

from __future__ import annotations

import ast
import textwrap
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import check, fix
from varmigrate.analysis.takers import takers
from varmigrate.files.spellings import python_tree
from varmigrate.model import FileResult
from varmigrate.run.engine import RunOptions, run
from varmigrate.torch_facts.non_blocking import NEW_NAME, NON_BLOCKING, OLD_NAME

HEAD = "import torch\n"


class Moved:
    """Stands for a tensor: says how it was copied."""

    def __init__(self, **how: object) -> None:
        self.how = how

    def cuda(self, device: object = None, non_blocking: bool = False) -> Moved:
        return Moved(device=device, wait=not non_blocking)


def text_of(body: str) -> str:
    return HEAD + textwrap.dedent(body).lstrip("\n")


def of_rule(result: FileResult) -> list[str]:
    """What became of each finding of the rule that was not fixed safely."""
    return [
        "by hand" if finding.fix is None else finding.fix.safety.value
        for finding in result.findings
        if finding.code == "VM501"
    ]


# -- what is rewritten, and what the program then says -------------------------------------------

# Name, program, text that has to be in the result, what `see` is given when it runs.
REWRITTEN: list[tuple[str, str, str, list[object]]] = [
    (
        "keyword of cuda",
        "see(x.cuda(async=True).how, x.cuda(1, async=False).how)",
        "x.cuda(non_blocking=True).how, x.cuda(1, non_blocking=False)",
        [{"device": None, "wait": False}, {"device": 1, "wait": True}],
    ),
    (
        "the layout of the call stays",
        "y = x.cuda(\n    0,  # first\n    async = True,  # async\n)\nsee(y.how)\n",
        "\n    0,  # first\n    non_blocking = True,  # async\n)",
        [{"device": 0, "wait": False}],
    ),
    (
        "other methods that copy",
        """
        t = torch.ones(2)
        see(t.to("cpu", async=True).tolist(), t.type(torch.int64, async=True).tolist())
        see(torch.zeros(2).copy_(t, async=True).tolist())
        """,
        ".copy_(t, non_blocking=True)",
        [[1.0, 1.0], [1, 1], [1.0, 1.0]],
    ),
    (
        "parameter",
        """
        def move(x, async=False):
            if not async:
                see("waits")
            return x.cuda(async=async)
        see(move(x).how, move(x, True).how, move(x, async=True).how)
        """,
        "def move(x, non_blocking=False):\n    if not non_blocking:",
        [
            "waits",
            {"device": None, "wait": True},
            {"device": None, "wait": False},
            {"device": None, "wait": False},
        ],
    ),
    (
        "parentheses",
        "def f(async):\n    return not(async), -(async), [(async)]\nsee(f(1))\n",
        "return not(non_blocking), -(non_blocking), [(non_blocking)]",
        [(False, -1, [1])],
    ),
    (
        "keyword only, annotated, nested",
        """
        def f(*, async: int = 3) -> int:
            def g():
                return async
            return g() + (lambda async=1: async)()
        see(f(), f(async=1))
        """,
        "def f(*, non_blocking: int = 3)",
        [4, 2],
    ),
    (
        "nonlocal and global",
        """
        async = 1
        def f():
            global async
            async += 1
            def g():
                async = 5
                def h():
                    nonlocal async
                    async += 1
                    return async
                return h()
            return g()
        see(f(), async)
        """,
        "nonlocal non_blocking",
        [6, 2],
    ),
    (
        "loops, with, except, comprehensions",
        """
        from contextlib import suppress as s
        def f():
            found = [async for async in (1, 2)]
            for async in found: pass
            with s() as async: found.append(async)
            try: 1 / 0
            except ZeroDivisionError as async: found.append(str(async))
            return found
        see(f())
        """,
        "[non_blocking for non_blocking in (1, 2)]",
        [[1, 2, None, "division by zero"]],
    ),
    (
        "method of the same class",
        """
        class A:
            def go(self, async=False): return async
            def all(self): return self.go(async=7)
        see(A().all())
        """,
        "self.go(non_blocking=7)",
        [7],
    ),
    (
        "constructor, and that of an heir",
        """
        class A:
            def __init__(self, async=False): self.kept = async
        class B(A): pass
        see(A(async=1).kept, B(async=2).kept)
        """,
        "B(non_blocking=2)",
        [1, 2],
    ),
    (
        "keywords that are handed on",
        """
        def to_gpu(x, *args, **kwargs):
            return x.cuda(*args, **kwargs) if x else x
        see(to_gpu(x, async=True).how)
        """,
        "to_gpu(x, non_blocking=True)",
        [{"device": None, "wait": False}],
    ),
    (
        "partial",
        """
        from functools import partial
        def f(x, async): return x, async
        see(partial(f, 1, async=2)())
        """,
        "partial(f, 1, non_blocking=2)",
        [(1, 2)],
    ),
    (
        "lambda with a name",
        "f = lambda x, async=0: async\nsee(f(1, async=2))\n",
        "f(1, non_blocking=2)",
        [2],
    ),
    (
        "attribute",
        """
        class A:
            def __init__(self, async=False):
                self.async = async
            def go(self):
                return x.cuda(async=self.async).how
        a = A(async=True)
        see(a.go(), a.async, getattr(a, "async"), -a.async, (a).async)
        """,
        'setattr(self, "async", non_blocking)',
        [{"device": None, "wait": False}, True, True, -1, True],
    ),
    (
        "attribute of what is computed",
        """
        class A: pass
        a = A()
        setattr(a, "async", [1, 2])
        see([a][0].async[1], (lambda: a)().async, 1 if(a).async else 2, [a.async for b in a.async])
        """,
        '1 if getattr((a), "async") else 2',
        [2, [1, 2], 1, [[1, 2], [1, 2]]],
    ),
    (
        "beside real ones",
        """
        import asyncio
        async def later(x, async):
            async with asyncio.Lock():
                return [y async for y in each(async)]
        async def each(n):
            for i in range(n): yield i
        see(asyncio.run(later(x, async=2)))
        """,
        "async with asyncio.Lock():\n        return [y async for y in each(non_blocking)]",
        [[0, 1]],
    ),
    (
        "together with Variable",
        """
        from torch.autograd import Variable
        def move(t, async=True):
            return Variable(t.to("cpu", async=async), requires_grad=async)
        see(move(torch.ones(1)).requires_grad, move(torch.ones(1), async=False).requires_grad)
        """,
        "requires_grad_(bool(non_blocking))",
        [True, False],
    ),
]


@pytest.mark.parametrize(
    ("body", "text", "seen"), [row[1:] for row in REWRITTEN], ids=[row[0] for row in REWRITTEN]
)
def test_rewritten(body: str, text: str, seen: list[object]) -> None:
    source = text_of(body)
    with pytest.raises(SyntaxError):
        compile(source, "a.py", "exec")
    result = fix(source, unsafe="getattr(a" in body)
    assert not result.errors
    after = result.after
    assert after is not None
    assert text in after
    assert of_rule(result) == []
    found: list[object] = []

    def see(*values: object) -> None:
        found.extend(values)

    names: dict[str, Any] = {"x": Moved(), "see": see}
    exec(compile(after, "a.py", "exec"), names)
    assert found == seen
    assert fix(after).after is None


# -- what is left, or asked for --------------------------------------------------------------------

LEFT = [
    ("class A:\n    async = True\n", ["by hand"]),
    ("class A:\n    def async(self): pass\n", ["by hand"]),
    ("from jobs import async\n", ["by hand"]),
    ("import async\n", ["by hand"]),
    ("import jobs.async\n", ["by hand"]),
    ("from .async import run\n", ["by hand"]),
    ("from jobs import run as async\n", ["by hand"]),
    ("print(async)\n", ["by hand"]),
    ("def f(async, non_blocking): pass\n", ["by hand"]),
    ("non_blocking = 1\ndef f(async): return non_blocking, async\n", ["by hand"]),
    ("def f(async):\n    def g(non_blocking): return async\n", ["by hand"]),
    ("y = x.cuda(async=True, non_blocking=True)\n", ["by hand"]),
    ("a.async += 1\n", ["by hand"]),
    ("del a.async\n", ["by hand"]),
    ("a.async, b = 1, 2\n", ["by hand"]),
    ("[a.async] = 1,\n", ["by hand"]),
    ("a.async = b = 1\n", ["by hand"]),
    ("a.async: int = 1\n", ["by hand"]),
    ("for a.async in b: pass\n", ["by hand"]),
    ("with a as b.async: pass\n", ["by hand"]),
    ("f(a).async = 1\n", ["by hand"]),
    ("a.async = (a := b)\n", ["by hand"]),
    ("y = (a  # which\n     .async)\n", ["by hand"]),
    ("def getattr(a, b): pass\ny = a.async\n", ["by hand"]),
    ("f(async=True, *rest)\n", ["by hand"]),
    ("f(async=  # why\n  True)\n", ["by hand"]),
    ("f(async=True)\n", ["unsafe"]),
    ("a.f(b, async=True, **c)\n", ["unsafe"]),
    ("dict(async=True)\n", ["unsafe"]),
    ("def f(async): return locals()\n", ["unsafe"]),
    ("def f(async): return eval('a' + 'sync')\n", ["unsafe"]),
    ("def f(async): pass\nf(**{'async': 1})\n", ["unsafe"]),
    ("def f(async): pass\nf(**dict(async=1))\n", ["unsafe", "unsafe"]),
    ("class A:\n    def go(self, async): pass\nthing.go(async=1)\n", ["unsafe"]),
    ("def f(a, **kw): return a.cuda(**kw), kw\nf(a, async=1)\n", ["unsafe"]),
    ("def f(a, **kw): return g(**kw)\nf(a, async=1)\n", ["unsafe"]),
    ("def go(async): pass\ndef f(go): go(async=1)\n", ["unsafe"]),
    ("def go(async): pass\nif x:\n    def go(**k): return k\ngo(async=1)\n", ["unsafe"]),
    (
        "class A:\n    def go(self, async): pass\n"
        "class B(C):\n    def run(self): self.go(async=1)\n",
        ["unsafe"],
    ),
    (
        "class A:\n    def __init__(self, async): pass\nclass B(C, A): pass\nB(async=1)\n",
        ["unsafe"],
    ),
]


@pytest.mark.parametrize(("body", "left"), LEFT)
def test_what_is_not_proved_is_left(body: str, left: list[str]) -> None:
    source = text_of(body)
    result = check(source)
    found = of_rule(result)
    assert found.count("by hand") == left.count("by hand")
    assert found.count("unsafe") == left.count("unsafe")
    assert of_rule(fix(source)) == left
    for finding in result.findings:
        assert finding.fix is not None or finding.advice


def test_a_dictionary_is_exact_for_who_still_takes_it() -> None:
    source = text_of("def f(*a, **kw): see(a, kw)\nf(1, async=2 if x else 3, other=4)\n")
    assert fix(source).after is None
    after = fix(source, unsafe=True).after
    assert after is not None
    found: list[object] = []
    exec(compile(after, "a.py", "exec"), {"x": 1, "see": lambda *values: found.extend(values)})
    assert found == [(1,), {"async": 2, "other": 4}]


FINE = [
    "async def f():\n    async with a: pass\n    return [b async for b in c]\n",
    "x = {'async': True}  # async=True\n",
    "asynchronous = 1\nx.cuda(non_blocking=True)\n",
    "'''\nx.cuda(async=True)\n'''\n",
]


@pytest.mark.parametrize("body", FINE)
def test_what_is_no_name_is_not_found(body: str) -> None:
    assert check(HEAD + body, select=("VM501",)).findings == ()


def test_only_where_torch_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x.cuda(async=True)\n")
    assert not list(run([str(tmp_path)], RunOptions()).findings())


def test_it_can_be_silenced_and_left_out() -> None:
    assert of_rule(check(HEAD + "x.cuda(async=True)  # varmigrate: ignore[VM501]\n")) == []
    left = check(HEAD + "x.cuda(async=True)\n", ignore=("VM501",))
    assert left.findings == ()
    # Others still speak of the file, and are applied.
    both = "from torch.autograd import Variable\ny = Variable(x.data).cuda(async=True)\n"
    result = fix(HEAD + both, ignore=("VM501",))
    assert "Variable" not in (result.after or "Variable")
    assert "async=True" in (result.after or "")


# -- over the files of a project -------------------------------------------------------------------


def project(folder: Path, files: dict[str, str], **options: bool) -> dict[str, str]:
    """What the files of a project become."""
    (folder / ".git").mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    report = run([str(folder)], RunOptions(fix=True, write=True, jobs=1, **options))
    assert not list(report.errors())
    again = run([str(folder)], RunOptions(fix=True, jobs=1, **options))
    assert not any(result.changed for result in again.results)
    return {name: (folder / name).read_text() for name in files}


def test_callers_in_other_files_follow(tmp_path: Path) -> None:
    after = project(
        tmp_path,
        {
            "moving.py": HEAD + "def move(x, async=False):\n    return x.cuda(async=async)\n",
            "train.py": HEAD + "from moving import move\ny = move(x, async=True)\n",
            "eval.py": HEAD + "import moving as m\ny = m.move(x, async=True)\n",
            "other.py": HEAD + "y = tool.move(x, async=True)\n",
        },
    )
    assert "def move(x, non_blocking=False)" in after["moving.py"]
    assert "y = move(x, non_blocking=True)" in after["train.py"]
    assert "y = m.move(x, non_blocking=True)" in after["eval.py"]
    # What `tool` is, nobody knows.
    assert "tool.move(x, async=True)" in after["other.py"]


def test_callers_follow_through_other_files(tmp_path: Path) -> None:
    after = project(
        tmp_path,
        {
            "pkg/__init__.py": "from .moving import move\nfrom .more import *\n",
            "pkg/moving.py": HEAD + "def move(x, async=False):\n    return x.cuda(async=async)\n",
            "pkg/more.py": HEAD + "def to(x, **kw): return x.cuda(**kw)\nclass A:\n    pass\n",
            "pkg/sub.py": HEAD + "from . import moving\ny = moving.move(x, async=1)\n",
            "a.py": HEAD + "from pkg import move as go\ny = go(x, async=True)\n",
            "b.py": HEAD + "from pkg import *\ny = move(to(x, async=True), async=True)\n",
            "c.py": HEAD + "import pkg.moving\ny = pkg.moving.move(x, async=True)\n",
        },
    )
    assert "moving.move(x, non_blocking=1)" in after["pkg/sub.py"]
    assert "go(x, non_blocking=True)" in after["a.py"]
    assert "move(to(x, non_blocking=True), non_blocking=True)" in after["b.py"]
    assert "pkg.moving.move(x, non_blocking=True)" in after["c.py"]


def test_namesakes_are_not_taken_for_each_other(tmp_path: Path) -> None:
    files = {
        "moving.py": HEAD + "def move(x, async=False):\n    return x.cuda(async=async)\n",
        "own.py": HEAD + "def move(x, **kw): return kw.get('async')\ny = move(x, async=True)\n",
        "from_own.py": HEAD + "from own import move\ny = move(x, async=True)\n",
        "from_elsewhere.py": HEAD + "from library import move\ny = move(x, async=True)\n",
    }
    after = project(tmp_path, files)
    for name in ("own.py", "from_own.py", "from_elsewhere.py"):
        assert after[name] == files[name]


def test_callers_follow_in_a_later_run(tmp_path: Path) -> None:
    after = project(
        tmp_path,
        {
            "moving.py": HEAD + "def move(x, non_blocking=False):\n    return x\n",
            "train.py": HEAD + "from moving import move\ny = move(x, async=True)\n",
        },
    )
    assert "y = move(x, non_blocking=True)" in after["train.py"]


def test_wrappers_in_such_files_are_followed(tmp_path: Path) -> None:
    """The file with the helper is read in the first phase as well."""
    after = project(
        tmp_path,
        {
            "helper.py": HEAD
            + "from torch.autograd import Variable\ndef to_var(x, async=True):\n"
            + "    return Variable(x.cuda(async=async))\n",
            "train.py": HEAD
            + "from helper import to_var\ny = to_var(torch.ones(1), async=False)\n",
        },
    )
    for text in after.values():
        ast.parse(text)
    assert "Variable" not in after["helper.py"]
    assert "to_var(torch.ones(1), non_blocking=False)" in after["train.py"]
    report = run([str(tmp_path)], RunOptions(jobs=1))
    assert "VM501" not in {finding.code for finding in report.findings()}


def test_a_name_that_others_use_stays(tmp_path: Path) -> None:
    after = project(
        tmp_path,
        {
            "flags.py": HEAD + "async = True\nx = y.cuda(async=async)\n",
            "train.py": HEAD + "from flags import *\ny = z.cuda(async=async)\n",
        },
    )
    assert "async = True" in after["flags.py"]
    assert "non_blocking=async" in after["flags.py"]
    assert "non_blocking=async" in after["train.py"]


# -- who takes the flag ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f(async): pass\n", {"f": True}),
        ("def f(a, *, non_blocking=1): pass\n", {"f": True}),
        (
            "class A:\n    def __init__(self, async): pass\n    def g(self, async): pass\n",
            {"A": True, "g": True},
        ),
        (
            "class A:\n    def __init__(self, async): pass\nclass B(A): pass\nclass C(A, D): pass\n",
            {"A": True, "B": True},
        ),
        (
            "class A:\n    def __init__(self, async): pass\n"
            "class B(m.A):\n    def __init__(self): pass\n",
            {"A": True},
        ),
        ("f = lambda async: 1\n", {"f": True}),
        ("def f(x, **k): return x.cuda(**k)\n", {"f": True}),
        ("def f(x, **k): return x.cuda(**k) if k else x\n", {}),
        ("def f(x, **k): return g(x.cuda(**k), **k)\n", {}),
        ("def f(x, **k): return x.cuda(k)\n", {}),
        ("def f(x, k): return x.cuda(**k)\n", {}),
        ("f(async=1)\nasync = 2\n", {}),
        ("def f(async): pass\nclass A:\n    def f(self): pass\n", {"f": True}),
        ("def f(async): pass\nclass A:\n    def f(self, **k): pass\n", {"f": False}),
        ("def f(async): pass\nf = lambda **k: k\n", {"f": False}),
    ],
)
def test_takers(text: str, names: dict[str, bool]) -> None:
    assert takers(python_tree(text)) == names


# -- what torch says of the new name ---------------------------------------------------------------


def test_the_methods_take_both_names_for_the_same() -> None:
    """The old name can still be given in a dictionary, except to `to`, which never had it."""
    x = torch.tensor([1.5, 2.5])
    given: dict[str, tuple[object, ...]] = {
        "to": ("cpu",),
        "type": (torch.int64,),
        "copy_": (torch.zeros(2),),
    }
    assert {*given, "cuda"} == NON_BLOCKING
    for name, arguments in given.items():
        new = getattr(x.clone(), name)(*arguments, **{NEW_NAME: True})
        if name == "to":
            with pytest.raises(TypeError):
                x.to("cpu", **{OLD_NAME: True})
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert torch.equal(getattr(x.clone(), name)(*arguments, **{OLD_NAME: True}), new)
    if not torch.cuda.is_available():
        # It gets as far as looking for a GPU; a name it does not know it refuses before.
        for flag in (OLD_NAME, NEW_NAME):
            with pytest.raises((AssertionError, RuntimeError)):
                x.cuda(**{flag: True})
        with pytest.raises(TypeError):
            x.cuda(other=True)


# -- random programs -------------------------------------------------------------------------------

NAME = st.sampled_from(["async", "x", "non_blocking", "flag"])
VALUE = st.recursive(
    NAME | st.sampled_from(["1", "self.async", "(async)", "getattr(x, 'y')", "x.async.async"]),
    lambda inner: st.one_of(
        st.builds("f({}, async={})".format, inner, inner),
        st.builds("f(*{}, async={})".format, inner, inner),
        st.builds("{}.cuda(async={})".format, NAME, inner),
        st.builds("[{}, ({})]".format, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("(lambda async=1: {})".format, inner),
        st.builds("[{} for async in {}]".format, inner, inner),
        st.builds("Variable({}, requires_grad={})".format, inner, inner),
        st.builds("partial(f, async={})".format, inner),
    ),
    max_leaves=6,
)
LINE = st.one_of(
    st.builds("{} = {}  # async".format, NAME, VALUE),
    st.builds("x.async = {}".format, VALUE),
    st.builds("def f(x, {}=1, **k): return {}".format, st.sampled_from(["async", "flag"]), VALUE),
    st.builds("class A:\n    def g(self, async): return self.g(async={})".format, VALUE),
    st.builds("for async in {}: x.async += 1".format, VALUE),
    st.builds("async def h({}=1):\n    async with {}: pass".format, NAME, VALUE),
    st.builds("print({}, 'async')".format, VALUE),
    st.just("%matplotlib inline"),
    st.just("!echo async = 'a"),
    st.just("from a import async, b"),
)


@settings(
    max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(st.lists(LINE, min_size=1, max_size=5), st.booleans())
def test_random_programs(lines: list[str], unsafe: bool) -> None:
    """Either something is left and told, or the result compiles; nothing else of it changes."""
    text = HEAD + "from torch.autograd import Variable\n" + "\n".join(lines) + "\n"
    result = fix(text, unsafe=unsafe)
    assert not result.errors
    left = {finding.code for finding in result.findings}
    assert not left & {"VM001", "VM009"}
    after = text if result.after is None else result.after
    if "VM501" not in left and "%" not in after and "!" not in after:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(after)
    assert after.count("# async") == text.count("# async")
    for line in ("%matplotlib inline", "!echo async = 'a"):
        assert after.split("\n").count(line) == text.split("\n").count(line)
    again = fix(after, unsafe=unsafe)
    assert again.after is None
    assert [f.code for f in again.findings] == [f.code for f in result.findings]
