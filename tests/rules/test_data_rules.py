"""When the rules about `.data` speak, and what they say where they cannot rewrite."""

from __future__ import annotations

import pytest

from tests.support import check, codes, fix

LEGACY = "import torch\nfrom torch.autograd import Variable\nx = Variable(torch.ones(2))\n"
PLAIN = "import torch\nx = torch.ones(2, requires_grad=True)\n"


def test_reads_are_found_by_default_in_legacy_files_alone() -> None:
    body = "print(x.data.sum())\n"
    assert "VM302" in codes(LEGACY + body)
    assert codes(PLAIN + body) == []
    assert [f.code for f in check(PLAIN + body, select=("VM302",)).findings] == ["VM302"]
    assert [f.code for f in check(PLAIN + body, select=("data",)).findings] == ["VM302"]


def test_a_read_that_is_not_proved_is_not_mentioned_unasked() -> None:
    body = "kept = x.data\n"
    assert "VM302" not in codes(LEGACY + body)
    (finding,) = check(PLAIN + body, select=("VM302",)).findings
    assert finding.safety == "unsafe"
    assert finding.fix is not None
    assert "optimiser" in (finding.fix.assumption or "")


def test_the_second_run_finds_nothing_more() -> None:
    once = fix(LEGACY + "print(x.data.sum())\nkept = x.data\n").after
    assert once == "import torch\nx = torch.ones(2)\nprint(x.detach().sum())\nkept = x.data\n"
    assert check(once).findings == ()
    assert fix(once).after is None


@pytest.mark.parametrize(
    "body", ["x.data.add_(1)\n", "x.data[0] = 1\n", "x.data = x.data * 2\n", "x.data += 1\n"]
)
def test_writes_are_found_only_when_asked_for(body: str) -> None:
    writes = {"VM303", "VM304"}
    assert not writes.intersection(codes(LEGACY + body))
    found = [f.code for f in check(PLAIN + body, select=("data",)).findings]
    assert len(writes.intersection(found)) == 1


def test_regions_come_before_what_is_inside_them() -> None:
    source = PLAIN + "y = x * 1\nx.data.add_(-2, x.data)\n"
    assert fix(source, unsafe=True, select=("VM303", "VM510")).after == (
        PLAIN + "y = x * 1\nwith torch.no_grad():\n    x.add_(x, alpha=-2)\n"
    )


def test_without_a_name_for_torch_there_is_advice() -> None:
    source = "from torch import optim\nfor p in net.parameters():\n    p.data.mul_(2)\n"
    (finding,) = check(source, select=("VM303",)).findings
    assert finding.fix is None
    assert "no_grad" in (finding.advice or "")


def test_an_assignment_of_another_shape_is_only_reported() -> None:
    source = "import torch\nm.weight.data = old.weight.data[1:]\n"
    (finding,) = check(source, select=("VM304",)).findings
    assert finding.fix is None
    assert "nn.Parameter" in (finding.advice or "")


def test_what_follows_the_element_is_left_to_the_reader() -> None:
    source = "import torch.nn as nn\nloss = nn.MSELoss()(x, y)\nprint(loss.data[0].item())\n"
    (finding,) = check(source).findings
    assert (finding.code, finding.fix) == ("VM301", None)
    assert "loss.item()" in (finding.advice or "")


def test_evidence_of_a_scalar() -> None:
    source = (
        "import torch.nn as nn\nloss = 0\nfor x in xs:\n    loss += nn.MSELoss()(x, y)\n"
        "print(loss.data[0])\n"
    )
    (finding,) = check(source, select=("VM301",)).findings
    assert finding.evidence == ("`loss` is bound on line 2", "`loss` is bound on line 4")


@pytest.mark.parametrize(
    "source",
    [
        "import chainer\nimport torch\nloss = model(x)\nprint(loss.data[0])\n",
        "# torch is not used here\nprint(loss.data[0])\n",
        "import torch\nprint(losses.data[0], outputs.data[0], idx.data[0])\n",
        "import torch\nloss = [1]\nprint(loss.data[0])\n",
    ],
)
def test_no_scalar_is_guessed(source: str) -> None:
    assert codes(source) == []


def test_an_index_without_data_is_found_in_legacy_files() -> None:
    body = "loss = x.sum()\nprint(loss[0])\n"
    (finding,) = [f for f in check(LEGACY + body).findings if f.code == "VM301"]
    assert finding.safety == "unsafe"
    assert codes(PLAIN + body) == []


def test_kept_graphs_are_told_and_not_rewritten_where_the_sum_is_handed_on() -> None:
    source = (
        "import torch\n\n\ndef train(xs):\n    total = 0\n    for x in xs:\n"
        "        loss = f(x)\n        loss.backward()\n        total += loss\n    return total\n"
    )
    (finding,) = check(source).findings
    assert (finding.code, finding.fix) == ("VM403", None)


def test_comments_stay() -> None:
    source = "import torch\nx.add_(2,  # the rate\n       y)\nloss = torch.sum(x)\n"
    after = fix(source + "print(loss  # one\n      .data[0])\n").after
    assert after is not None
    assert "# the rate" in after
    assert "# one" in after
