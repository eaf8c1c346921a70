"""How a call is written after its fix: forms, parentheses, layout, comments."""

from __future__ import annotations

import textwrap

import pytest

from tests.support import fix, fixed

HEAD = "import torch\nfrom torch.autograd import Variable\nKEEP = Variable\n\n\ndef f():\n"


def rewritten(expression: str, before: str = "", prelude: str = "") -> str:
    """What `expression` becomes as the value of a statement in a function."""
    source = f"{prelude}{HEAD}    {before}a = {expression}\n"
    after = fixed(source)
    return after.split("    a = " if not before else f"    {before}a = ", 1)[1].rstrip("\n")


FORMS = {
    # the exact forms
    "Variable(t)": "t.detach()",
    "Variable(t, requires_grad=False)": "t.detach()",
    "Variable(t, False)": "t.detach()",
    "Variable(t, requires_grad=0)": "t.detach()",
    "Variable(t, volatile=False)": "t.detach()",
    "Variable(t, False, False)": "t.detach()",
    "Variable(data=t)": "t.detach()",
    "Variable(t, requires_grad=True)": "t.detach().requires_grad_()",
    "Variable(t, True)": "t.detach().requires_grad_()",
    "Variable(t, 1)": "t.detach().requires_grad_()",
    "Variable(t, requires_grad=True, volatile=False)": "t.detach().requires_grad_()",
    "Variable(t, volatile=False, requires_grad=True)": "t.detach().requires_grad_()",
    "Variable(requires_grad=True, data=t)": "t.detach().requires_grad_()",
    "Variable(t, requires_grad=0x0)": "t.detach()",
    "Variable(t, requires_grad=0b1)": "t.detach().requires_grad_()",
    "f\"{Variable({'a': t}['a'])}\"": "f\"{ {'a': t}['a'].detach()}\"",
    "(torch. # x\n autograd.Variable(t))": None,
    "Variable(t, requires_grad=r)": "t.detach().requires_grad_(bool(r))",
    "Variable(t, r)": "t.detach().requires_grad_(bool(r))",
    "Variable(t, requires_grad=not r)": "t.detach().requires_grad_(not r)",
    "Variable(t, requires_grad=r is None)": "t.detach().requires_grad_(r is None)",
    "Variable(t, requires_grad=r == 1)": "t.detach().requires_grad_(bool(r == 1))",
    "Variable(t, requires_grad=r in s and not q)": "t.detach().requires_grad_(r in s and not q)",
    "Variable(t, requires_grad=r and not q)": "t.detach().requires_grad_(bool(r and not q))",
    "Variable(t, requires_grad=bool(r))": "t.detach().requires_grad_(bool(r))",
    "Variable(t, requires_grad=self.training)": "t.detach().requires_grad_(bool(self.training))",
    "Variable(t, requires_grad=(r if s else q))": (
        "t.detach().requires_grad_(bool((r if s else q)))"
    ),
    "Variable(t, requires_grad=r, volatile=False)": "t.detach().requires_grad_(bool(r))",
    "Variable(requires_grad=r, data=t)": "t.detach().requires_grad_(bool(r))",
    "torch.autograd.Variable(t)": "t.detach()",
    "(Variable)(t)": "t.detach()",
    "Variable (t)": "t.detach()",
    "Variable( t )": "t.detach()",
    "Variable(t,)": "t.detach()",
    "(Variable(t))": "(t.detach())",
    # proved by the expression itself
    "Variable(torch.zeros(3))": "torch.zeros(3)",
    "Variable(torch.zeros(3).cuda())": "torch.zeros(3).cuda()",
    "Variable(torch.zeros(3)).cuda()": "torch.zeros(3).cuda()",
    "Variable(torch.from_numpy(t))": "torch.from_numpy(t)",
    "Variable(t.new(3, 4).zero_())": "t.new(3, 4).zero_()",
    "Variable(torch.zeros(3), requires_grad=True)": "torch.zeros(3, requires_grad=True)",
    "Variable(torch.zeros(3, 4,), requires_grad=True)": "torch.zeros(3, 4, requires_grad=True,)",
    "Variable(torch.zeros(*s), requires_grad=True)": "torch.zeros(*s, requires_grad=True)",
    "Variable(torch.zeros(3).cuda(), requires_grad=True)": "torch.zeros(3).cuda().requires_grad_()",
    "Variable(torch.from_numpy(t), requires_grad=True)": "torch.from_numpy(t).requires_grad_()",
    "Variable(torch.zeros(3, out=t), requires_grad=True)": (
        "torch.zeros(3, out=t).detach().requires_grad_()"
    ),
    "Variable(torch.zeros(3, **k), requires_grad=True)": (
        "torch.zeros(3, **k).detach().requires_grad_()"
    ),
    "Variable(torch.zeros(3, requires_grad=True), requires_grad=True)": (
        "torch.zeros(3, requires_grad=True).detach().requires_grad_()"
    ),
    "Variable(torch.zeros(3, requires_grad=True))": "torch.zeros(3, requires_grad=True).detach()",
    "Variable(torch.zeros_like(t), requires_grad=True)": "torch.zeros_like(t).requires_grad_()",
    "Variable(torch.zeros_like(torch.ones(3)), requires_grad=True)": (
        "torch.zeros_like(torch.ones(3), requires_grad=True)"
    ),
    "Variable(torch.zeros(3), requires_grad=r)": "torch.zeros(3).requires_grad_(bool(r))",
    "Variable(torch.Tensor([1, 2.5, -3]), requires_grad=True)": (
        "torch.tensor([1.0, 2.5, -3.0], requires_grad=True)"
    ),
    "Variable(torch.Tensor([[1], [2]]), requires_grad=True)": (
        "torch.tensor([[1.0], [2.0]], requires_grad=True)"
    ),
    "Variable(torch.Tensor([1, n]), requires_grad=True)": "torch.Tensor([1, n]).requires_grad_()",
    "Variable(torch.Tensor([]), requires_grad=True)": "torch.Tensor([]).requires_grad_()",
    "Variable(torch.Tensor([0x10]), requires_grad=True)": "torch.Tensor([0x10]).requires_grad_()",
    "Variable(torch.FloatTensor([1, 2]), requires_grad=True)": (
        "torch.FloatTensor([1, 2]).requires_grad_()"
    ),
    "Variable(torch.Tensor([1, 2]))": "torch.Tensor([1, 2])",
    "Variable(torch.LongTensor([1, 2]))": "torch.LongTensor([1, 2])",
    "Variable(torch.zeros(4).view(2, 2))": "torch.zeros(4).view(2, 2)",
    "Variable(t.data)": "t.data.detach()",
    "Variable(t.data.new(3, 4))": "t.data.new(3, 4)",
    "Variable(t.float())": "t.float().detach()",
    "Variable(t.detach())": "t.detach()",
    # nested, in one run
    "Variable(Variable(t))": "t.detach()",
    "Variable(Variable(t), requires_grad=True)": "t.detach().requires_grad_()",
    "Variable(g(Variable(t)))": "g(t.detach()).detach()",
    "Variable(torch.cat([Variable(t), Variable(torch.ones(3))]))": (
        "torch.cat([t.detach(), torch.ones(3)])"
    ),
    # precedence
    "Variable(t + w) * 3": "(t + w).detach() * 3",
    "Variable(t if c else w)": "(t if c else w).detach()",
    "Variable(-t)": "(-t).detach()",
    "-Variable(t)": "-t.detach()",
    "-Variable(t) ** 2": "-t.detach() ** 2",
    "Variable((t + w))": "(t + w).detach()",
    "Variable(t and w)": "(t and w).detach()",
    "Variable(not t)": "(not t).detach()",
    "Variable(t < w)": "(t < w).detach()",
    "Variable(y := t)": "(y := t).detach()",
    "Variable(lambda: t)": None,
    "Variable(torch.zeros(3) + 1) * 2": "(torch.zeros(3) + 1) * 2",
    "Variable(torch.zeros(3) + 1)": "torch.zeros(3) + 1",
    "Variable(torch.zeros(3) + 1).cuda()": "(torch.zeros(3) + 1).cuda()",
    "Variable(torch.zeros(3) + 1)[0]": "(torch.zeros(3) + 1)[0]",
    "Variable(torch.zeros(3) + 1) ** 2": "(torch.zeros(3) + 1) ** 2",
    "-Variable(torch.zeros(3) + 1)": "-(torch.zeros(3) + 1)",
    "g(Variable(torch.zeros(3) + 1))": "g(torch.zeros(3) + 1)",
    "g(*Variable(torch.zeros(3) + 1))": "g(*(torch.zeros(3) + 1))",
    "g(k=Variable(torch.zeros(3) + 1))": "g(k=torch.zeros(3) + 1)",
    "[Variable(torch.zeros(3) + 1)]": "[torch.zeros(3) + 1]",
    "{1: Variable(torch.zeros(3) + 1)}": "{1: (torch.zeros(3) + 1)}",
    "Variable(torch.zeros(3) if c else torch.ones(3))": "(torch.zeros(3) if c else torch.ones(3))",
    "1if Variable(t)else 2": "1if t.detach()else 2",
    "1 if q else(Variable)(t)": "1 if q else t.detach()",
    "[Variable(t)for t in s]": "[t.detach()for t in s]",
    "f'{Variable(t)}'": "f'{t.detach()}'",
    "f'{Variable(t)!r:>{n}}'": "f'{t.detach()!r:>{n}}'",
    "Variable(t)[0]": "t.detach()[0]",
    "Variable(t[0])": "t[0].detach()",
    "Variable(g(t)(w))": "g(t)(w).detach()",
    "Variable(*[t])": None,
    "Variable(t, **k)": None,
    "Variable(t, volatile=True)": "t.detach()",
    "Variable(t, volatile=r)": None,
    "Variable(t, _grad_fn=None)": None,
    "Variable(t, requires_grad=None)": None,
    "Variable([t])": None,
    "Variable(requires_grad=g(), data=t)": None,
    "Variable(requires_grad=r, data=g())": None,
    "f'{Variable(t)=}'": None,
}


@pytest.mark.parametrize(("before", "after"), FORMS.items(), ids=FORMS.keys())
def test_form(before: str, after: str | None) -> None:
    assert rewritten(before) == (before if after is None else after)


def test_a_file_that_sets_the_default_device_keeps_the_constructor() -> None:
    source = "Variable(torch.Tensor([1.0]), requires_grad=True)"
    prelude = "import torch\ntorch.set_default_device('meta')\n"
    assert rewritten(source, prelude=prelude) == "torch.Tensor([1.0]).requires_grad_()"


@pytest.mark.parametrize(
    ("flag", "after"),
    [
        ("r", "True if r else False"),
        ("not r", "not r"),
        ("r if s else q", "True if (r if s else q) else False"),
    ],
)
@pytest.mark.parametrize("prelude", ["bool = 1\n", "from numpy import *\n"])
def test_without_the_builtin_bool(flag: str, after: str, prelude: str) -> None:
    source = f"{prelude}from torch.autograd import Variable\nkeep = Variable\n"
    before = f"{source}a = Variable(t, requires_grad={flag})\n"
    assert fixed(before) == f"{source}a = t.detach().requires_grad_({after})\n"


LAYOUTS = {
    "call on several lines": (
        """
        x = Variable(
            torch.zeros(3, 4),
            requires_grad=True
        )
        """,
        """
        x = torch.zeros(3, 4, requires_grad=True)
        """,
    ),
    "argument on several lines in its own brackets": (
        """
        x = Variable(torch.zeros(
            3,
            4))
        """,
        """
        x = torch.zeros(
            3,
            4)
        """,
    ),
    "argument broken outside brackets": (
        """
        x = Variable(t
                     .float())
        """,
        """
        x = (t
                     .float()).detach()
        """,
    ),
    "clean argument broken outside brackets": (
        """
        x = Variable(torch.zeros(3)
                     + 1)
        """,
        """
        x = (torch.zeros(3)
                     + 1)
        """,
    ),
    "operands on several lines": (
        """
        x = Variable(t +
                     w)
        """,
        """
        x = (t +
                     w).detach()
        """,
    ),
    "backslash": (
        """
        x = Variable(t + \\
                     w)
        """,
        """
        x = (t + \\
                     w).detach()
        """,
    ),
    "comment behind the argument": (
        """
        x = Variable(t)  # keep me
        """,
        """
        x = t.detach()  # keep me
        """,
    ),
    "comments inside": (
        """
        x = Variable(  # why
            t,  # what
            requires_grad=True,  # learned
        )
        """,
        """
        x = (  # why
            t.detach().requires_grad_()  # what
            # learned
        )
        """,
    ),
    "comment line before the argument": (
        """
        x = Variable(
            # the batch
            t
        )
        """,
        """
        x = (
            # the batch
            t.detach()
        )
        """,
    ),
    "comment behind a keyword argument": (
        """
        x = Variable(
            data=t,  # what
        )
        """,
        """
        x = (
            t.detach()  # what
        )
        """,
    ),
    "comment and a flag that is kept": (
        """
        x = Variable(t,  # what
                     requires_grad=r)
        """,
        """
        x = (t.detach().requires_grad_(bool(r))  # what
                     )
        """,
    ),
    "comment and an argument that needs parentheses": (
        """
        x = Variable(t + w,  # what
                     requires_grad=False)
        """,
        """
        x = ((t + w).detach()  # what
                     )
        """,
    ),
    "a hash in a string is no comment": (
        """
        x = Variable(t['#'], requires_grad=o['# no'])
        """,
        """
        x = t['#'].detach().requires_grad_(bool(o['# no']))
        """,
    ),
    "inside the brackets of another call": (
        """
        y = g(
            Variable(t),  # first
            Variable(torch.zeros(3)),  # second
        )
        """,
        """
        y = g(
            t.detach(),  # first
            torch.zeros(3),  # second
        )
        """,
    ),
    "semicolons": (
        """
        x = Variable(t); y = Variable(w)
        """,
        """
        x = t.detach(); y = w.detach()
        """,
    ),
    "tabs": (
        """
        if x:
        \ty = Variable(t)
        """,
        """
        if x:
        \ty = t.detach()
        """,
    ),
}


@pytest.mark.parametrize(("before", "after"), LAYOUTS.values(), ids=LAYOUTS.keys())
def test_layout(before: str, after: str) -> None:
    head = "import torch\nfrom torch.autograd import Variable\nKEEP = Variable\n"
    source = head + textwrap.dedent(before)
    assert fixed(source) == head + textwrap.dedent(after)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines_are_kept(newline: str) -> None:
    source = (
        "from torch.autograd import Variable\n\n\ndef f(t):\n    return Variable(  # a\n"
        "        t,\n    )\n"
    )
    expected = "def f(t):\n    return (  # a\n        t.detach()\n    )\n"
    if newline == "\r":
        # The parser does not take a lone CR for a newline everywhere; then the file is left alone.
        result = fix(source.replace("\n", newline))
        assert result.after is None or result.after == expected.replace("\n", newline)
    else:
        assert fixed(source.replace("\n", newline)) == expected.replace("\n", newline)


def test_mixed_newlines_and_no_final_newline() -> None:
    source = (
        "from torch.autograd import Variable\r\nimport torch\nx = torch.zeros(3)\r\n"
        "y = Variable(x)\nz = 1"
    )
    assert fixed(source) == ("import torch\nx = torch.zeros(3)\r\ny = x.detach()\nz = 1")
