"""What is known of an expression: kind, graph, identity."""

from __future__ import annotations

import libcst as cst
import pytest

from varmigrate.analysis.facts import Fact
from varmigrate.analysis.file import FileAnalysis

PRELUDE = "import random\nimport torch\nimport numpy as np\nfrom torch.autograd import Variable\n"


def fact(expression: str, prelude: str = PRELUDE) -> Fact:
    """The fact of an expression at module level."""
    analysis = FileAnalysis("a.py", f"{prelude}value = {expression}\n")
    line = analysis.tree.module.body[-1]
    assert isinstance(line, cst.SimpleStatementLine)
    statement = line.body[0]
    assert isinstance(statement, cst.Assign)
    return analysis.facts.of(statement.value)


FRESH_AND_FREE = [
    "torch.randn(3)",
    "torch.randn(n, m)",
    "torch.zeros(*sizes)",
    "torch.tensor(w)",
    "torch.zeros_like(w)",
    "torch.arange(n)",
    "torch.from_numpy(a)",
    "torch.from_numpy(a).float().cuda()",
    "torch.Tensor()",
    "torch.Tensor(3, 4)",
    "torch.Tensor(n, m)",
    "torch.Tensor([1, 2])",
    "torch.Tensor([w, w])",
    "torch.FloatTensor(list(w))",
    "torch.LongTensor([i for i in w])",
    "torch.FloatTensor(np.zeros(3))",
    "torch.FloatTensor(np.zeros(3).astype(t))",
    "torch.FloatTensor(w.size())",
    "torch.FloatTensor(w.size(0), 3)",
    "torch.FloatTensor(len(w))",
    "torch.cuda.FloatTensor(3).fill_(1)",
    "torch.FloatTensor(3).normal_(0, s)",
    "torch.FloatTensor(3).uniform_(-s, s)",
    "w.new(3, n)",
    "w.new(w.size(0), n).zero_()",
    "w.data.new(w.size()).normal_()",
    "w.new_zeros(n)",
    "w.detach()",
    "w.detach().cuda()",
    "torch.zeros(3).data",
    "torch.randn(3) * 2 + 1",
    "-torch.randn(3)",
    "2 * torch.randn(3) / torch.ones(3)",
    "torch.randn(3) > 0",
    "torch.cat([torch.zeros(3), torch.ones(3)])",
    "torch.stack((torch.zeros(3), torch.ones(3)))",
    "torch.zeros(3) if a else torch.ones(3)",
    "Variable(w)",
    "Variable(torch.zeros(3), requires_grad=False)",
    "torch.randn(3, requires_grad=False)",
    "torch.zeros(3).clone()",
    "torch.randn(3).float()",
    "(torch.randn(3))",
    "torch.zeros(3, out=None)",
]

NOT_BOTH = {
    "w": "a name is unknown",
    "w.cuda()": "may be w itself",
    "w.float()": "may be w itself",
    "w.clone()": "attached when w is",
    "w.data": "w may be a packed sequence",
    "w.view(3)": "a view of w",
    "w[0]": "a view of w",
    "w * 2": "attached when w is",
    "torch.zeros(3) * w": "attached when w is",
    "torch.zeros(3) + f()": "the call may give anything",
    "torch.Tensor(w)": "w may be a tensor, whose storage is shared",
    "torch.Tensor(*w)": "w may hold one tensor",
    "torch.Tensor(torch.zeros(3))": "shares storage: a view",
    "w.new(w)": "shares the storage of w",
    "w.new(v)": "v may be a tensor",
    "w.new(*v)": "v may hold one tensor",
    "torch.zeros(3, requires_grad=True)": "is trainable",
    "torch.zeros(3, requires_grad=r)": "may be trainable",
    "torch.zeros(3, out=w)": "is w",
    "torch.zeros(3, **kw)": "may be anything",
    "torch.zeros(3).requires_grad_()": "is trainable",
    "torch.zeros(3).fill_(w)": "attached when w is",
    "torch.zeros(3).add_(w)": "attached when w is",
    "torch.zeros(3).copy_(w)": "attached when w is",
    "torch.zeros(3).bernoulli_(w)": "attached when w is",
    "torch.zeros(4).view(2, 2)": "a differentiable view",
    "torch.zeros(4)[None]": "a differentiable view",
    "torch.zeros(4).unsqueeze(0)": "a differentiable view",
    "torch.zeros(4).t().cuda()": "still a view where nothing is moved",
    "torch.zeros(2, 2) @ torch.zeros(2, 2)": "may be a view of an intermediate",
    "torch.normal(w, 1.0)": "attached when w is",
    "torch.bernoulli(w)": "attached when w is",
    "torch.cat([w, torch.zeros(3)])": "attached when w is",
    "torch.cat(ws)": "the list may hold anything",
    "torch.cat([*ws])": "the list may hold anything",
    "torch.as_tensor(w)": "may be w itself",
    "(v := torch.zeros(3))": "a second owner",
    "torch.zeros(3) if a else w": "one branch is unknown",
    "Variable(w, requires_grad=True)": "is trainable",
    "Variable(w, requires_grad=r)": "may be trainable",
    "Variable(*w)": "unknown",
    "torch.sparse.FloatTensor(i, v, s)": "the values are shared",
    "f(3)": "unknown",
    "torch.unknown_function(3)": "in no table",
    "w.unknown_method()": "in no table",
    "w or torch.zeros(3)": "unknown",
    "w.grad": "held by w",
    "+w": "may be w itself",
    "torch.ones(2) * random.choice([w])": "random hands a tensor through",
    "torch.cat(random.sample(ws, 1))": "random hands a tensor through",
    "torch.ones(2) * np.squeeze(w)": "numpy calls the tensor's own method",
    "torch.ones(2) * np.array(w, dtype=object)[0]": "an array of objects",
    "torch.ones(2) * {'a': w}['a']": "a dict holds anything",
    "torch.ones(2) * {'a': w}.get('a')": "a dict holds anything",
    "torch.ones(2) + w.grad_fn.next_functions[0][0].variable": "a way back to the tensor",
    "torch.ones(2) + o.layout": "o may be anything",
    "o.argmax()": "o may be anything",
    "o.gt(1)": "o may be anything",
    "torch.ones(2) == o": "o decides by its own __eq__",
    "p.double().data": "p may be a packed sequence",
    "o.clone().data": "o may be anything",
    "[torch.zeros(3)]": "no tensor",
    "np.zeros(3)": "no tensor",
    "3": "no tensor",
}


@pytest.mark.parametrize("expression", FRESH_AND_FREE)
def test_fresh_and_free(expression: str) -> None:
    known = fact(expression)
    assert known.fresh
    assert known.free
    assert known.reasons


@pytest.mark.parametrize("expression", NOT_BOTH, ids=[f"{k}: {v}" for k, v in NOT_BOTH.items()])
def test_not_fresh_and_free(expression: str) -> None:
    known = fact(expression)
    assert not (known.fresh and known.free)


def test_a_rebound_torch_proves_nothing() -> None:
    assert not fact("torch.zeros(3)", "import other as torch\n").free


def test_a_shadowed_builtin_proves_nothing() -> None:
    prelude = f"{PRELUDE}def list(x):\n    return x\n"
    assert not fact("torch.Tensor(list(w))", prelude).fresh
