"""The reason for a kept `.detach()` names what is not seen."""

from __future__ import annotations

import textwrap

import pytest

from tests.support import check

HEAD = "import torch\nfrom torch.autograd import Variable\n\n\n"
PARAMETER = "`x` is a parameter, and what its callers give is not seen"

# The body of a function of `x`, and what is said of its call of Variable.
CASES = {
    "use(Variable(x))": PARAMETER,
    "use(Variable(x.view(-1).float()))": PARAMETER,
    "use(Variable(x.data.index_select(0, i)))": PARAMETER,
    "use(Variable(x[0]))": PARAMETER,
    "use(Variable(1 - x))": PARAMETER,
    "use(Variable(x > 1))": PARAMETER,
    "use(Variable(torch.zeros(2) if x else x))": PARAMETER,
    "use(Variable(torch.cat([torch.zeros(2), x])))": PARAMETER,
    "use(Variable(torch.zeros(2) + torch.exp(-x)))": PARAMETER,
    "y = x\nuse(Variable(y))": PARAMETER,
    "y = get(x)\nuse(Variable(y))": "`y` comes from `get(x)`, whose origin is not seen",
    "y = get(x).view(-1)\nuse(Variable(y))": "what `get(x)` gives is not seen",
    "use(Variable(get(x)))": "what `get(x)` gives is not seen",
    "use(Variable(x.grown()))": "what `x.grown()` gives is not seen",
    "use(Variable(made))": "where `made` comes from is not seen",
    "use(Variable(self.made))": "where `self.made` comes from is not seen",
    "y = self.made\nuse(Variable(y))": "`y` comes from `self.made`, whose origin is not seen",
    "for y in pairs(x):\n    use(Variable(torch.cat(y)))": (
        "`y` comes from `pairs(x)`, whose origin is not seen"
    ),
    "y, z = zip(*x)\nuse(Variable(torch.cat(y)))": (
        "`y` comes from `zip(*x)`, whose origin is not seen"
    ),
    "y = []\nfill(y)\nuse(Variable(torch.cat(y)))": "what is put into `y` is not seen",
    "y = get(*[a for a in x if a is not None and a.long_enough_to_be_cut])\nuse(Variable(y))": (
        "`y` comes from `get(*[a for a in x if a is not None and a.long_enough_to_...`, whose "
        "origin is not seen"
    ),
}


def _evidence(body: str) -> list[str]:
    source = f"{HEAD}def f(self, x):\n{textwrap.indent(body, '    ')}\n"
    return [text for finding in check(source).findings for text in finding.evidence]


@pytest.mark.parametrize("body", CASES)
def test_what_blocks_is_named(body: str) -> None:
    assert f"`.detach()` is kept: {CASES[body]}" in _evidence(body)


@pytest.mark.parametrize(
    "body",
    ["use(Variable(torch.zeros(2)))", "y = torch.zeros(2)\nuse(Variable(torch.cat([y, y])))"],
)
def test_nothing_blocks(body: str) -> None:
    assert not any("is kept" in text for text in _evidence(body))


def test_a_name_that_leads_to_itself_ends() -> None:
    (told,) = {
        t for t in _evidence("while x:\n    x = x.view(-1)\n    use(Variable(x))") if "kept" in t
    }
    assert "`x`" in told or "x.view" in told


def test_what_happens_to_a_free_tensor_is_named() -> None:
    body = "y = torch.zeros(2)\ny.add_(x)\nuse(Variable(y))"
    (told,) = {text for text in _evidence(body) if "is kept" in text}
    assert told.startswith("`.detach()` is kept: `y`: ")
    assert "on line 7" in told
