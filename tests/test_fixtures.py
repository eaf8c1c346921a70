"""The example package: what is found in it, and that it does the same after the fix.

The four uses people wrapped for, in direct form and through a helper.
"""

from __future__ import annotations

import types
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

from varmigrate.run.engine import RunOptions, run

FOLDER = Path(__file__).parent.parent / "fixtures" / "legacy_project"


def sources() -> dict[str, tuple[str, str]]:
    """File name -> text before and after the fix."""
    report = run([str(FOLDER)], RunOptions(fix=True, jobs=1))
    return {
        Path(result.path).name: (result.before, result.after)
        for result in report.results
        if result.before is not None and result.after is not None
    }


SOURCES = sources()


def load(name: str, fixed: bool) -> types.ModuleType:
    """One of the modules, before or after the fix."""
    module = types.ModuleType(name.removesuffix(".py"))
    exec(compile(SOURCES[name][fixed], name, "exec"), module.__dict__)
    return module


def codes(name: str) -> list[str]:
    """The findings in one of the files."""
    return [f.code for f in run([str(FOLDER / name)], RunOptions(jobs=1)).findings()]


both = pytest.mark.parametrize("fixed", [False, True], ids=["before", "after"])


def test_what_is_found() -> None:
    assert codes("freeze.py") == ["VM103", "VM101"]
    assert codes("preprocess.py") == ["VM104", "VM104"]
    assert codes("reuse.py") == ["VM101", "VM103"] or codes("reuse.py") == ["VM101", "VM112"]
    assert codes("loader.py") == ["VM105", "VM106", "VM110"]
    assert codes("helper.py") == [
        "VM207",
        "VM111",
        "VM103",
        "VM101",
        "VM104",
        *codes("reuse.py"),
    ]


def test_helper_callers_are_left_alone() -> None:
    before, after = SOURCES["helper.py"]
    assert before.count("legacy(") == after.count("legacy(")
    assert "return t.detach().requires_grad_(bool(requires_grad))" in after


@both
@pytest.mark.parametrize("name", ["freeze.py", "helper.py"])
@pytest.mark.parametrize("parameter", [False, True])
def test_frozen_weights(name: str, parameter: bool, fixed: bool) -> None:
    torch.manual_seed(0)
    pretrained = torch.ones(3, 4)
    if parameter:
        pretrained = nn.Parameter(pretrained)
    loss, weight = load(name, fixed).mixed(pretrained)
    loss.backward()
    assert torch.equal(weight.grad, torch.ones(3, 4))
    assert weight.is_leaf
    assert pretrained.grad is None
    assert pretrained.requires_grad is parameter


@both
@pytest.mark.parametrize("name", ["preprocess.py", "helper.py"])
def test_prepared_input(name: str, fixed: bool) -> None:
    model = nn.Linear(3, 1, bias=False)
    raw = torch.tensor([1.0, 2.0, 3.0], requires_grad=True) * 1
    load(name, fixed).predict(model, raw, 2.0, 1.0).sum().backward()
    assert torch.equal(model.weight.grad, torch.tensor([[-1.0, 0.0, 1.0]]))
    assert raw.grad_fn is not None


@both
@pytest.mark.parametrize("name", ["reuse.py", "helper.py"])
@pytest.mark.filterwarnings("ignore")
def test_one_tensor_used_twice(name: str, fixed: bool) -> None:
    source = torch.tensor([1.0, 2.0, 3.0])
    grad, constant = load(name, fixed).both(source)
    assert torch.equal(grad, source)
    assert not source.requires_grad
    assert source.grad is None
    assert not constant.requires_grad
    assert constant.grad is None
    assert constant.data_ptr() == source.data_ptr()


@both
@pytest.mark.filterwarnings("ignore")
def test_batches(fixed: bool) -> None:
    torch.manual_seed(0)
    module = load("loader.py", fixed)
    dataset = TensorDataset(torch.randn(8, 3), torch.arange(8) % 2)
    model = nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    module.train(model, dataset, optimizer)
    expected = nn.Linear(3, 2)
    torch.manual_seed(0)
    torch.randn(8, 3)
    expected = nn.Linear(3, 2)
    reference = torch.optim.SGD(expected.parameters(), lr=0.1)
    for start in (0, 4):
        reference.zero_grad()
        images, labels = dataset[start : start + 4]
        nn.functional.cross_entropy(expected(images), labels).backward()
        reference.step()
    assert torch.allclose(model.weight, expected.weight)
    assert module.evaluate(model, dataset) >= 0


@both
@pytest.mark.filterwarnings("ignore")
def test_recurrent_model(fixed: bool) -> None:
    torch.manual_seed(0)
    module = load("rnn.py", fixed)
    reader = module.Reader(3)
    assert "scale" not in dict(reader.named_parameters())
    hidden = reader.init_hidden(2)
    out, hidden = reader(torch.randn(4, 2, 3), hidden)
    cut = module.repackage(hidden)
    assert all(h.grad_fn is None and not h.requires_grad for h in cut)
    out.sum().backward()
    assert reader.scale.grad is not None
    image = torch.randn(5)
    assert torch.equal(module.saliency(lambda x: x * 2, image).sum(), torch.tensor(2.0))
    assert not image.requires_grad
