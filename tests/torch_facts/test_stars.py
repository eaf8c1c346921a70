"""Each row of `torch_facts.stars`, by running the import (where the module is installed)."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from varmigrate.torch_facts.stars import (
    STAR_EXPORTS_VARIABLE,
    STAR_WITH_OTHER_VARIABLE,
    STAR_WITHOUT_VARIABLE,
)

PROGRAM = """
import sys, warnings
warnings.simplefilter("ignore")
for name in sys.argv[1:]:
    namespace = {}
    try:
        exec(f"from {name} import *", namespace)
    except ImportError:
        print(name, "missing")
        continue
    print(name, "Variable" in namespace)
"""


def star(module: str) -> dict[str, object]:
    namespace: dict[str, object] = {}
    exec(f"from {module} import *", namespace)
    return namespace


@pytest.mark.parametrize("module", sorted(STAR_EXPORTS_VARIABLE))
def test_exports_variable(module: str) -> None:
    assert star(module)["Variable"] is torch.autograd.Variable


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("module", sorted(m for m in STAR_WITHOUT_VARIABLE if m[:5] == "torch"))
def test_torch_modules_without_variable(module: str) -> None:
    if module.startswith("torchvision"):
        pytest.importorskip("torchvision")
    assert "Variable" not in star(module)


@pytest.fixture(scope="module")
def bound() -> dict[str, str]:
    """What a fresh interpreter finds, for all modules outside torch."""
    others = STAR_WITHOUT_VARIABLE | STAR_WITH_OTHER_VARIABLE
    modules = sorted(m for m in others if m[:5] != "torch" and m not in STAR_EXPORTS_VARIABLE)
    command = [sys.executable, "-c", PROGRAM, *modules]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.split() for line in done.stdout.splitlines()]
    return {line[0]: line[1] for line in lines if len(line) == 2}


@pytest.mark.parametrize("module", sorted(m for m in STAR_WITHOUT_VARIABLE if m[:5] != "torch"))
def test_modules_without_variable(module: str, bound: dict[str, str]) -> None:
    if bound[module] == "missing":
        assert module.split(".")[0] not in sys.stdlib_module_names or _needs_more(module)
        pytest.skip("not installed")
    assert bound[module] == "False"


def _needs_more(module: str) -> bool:
    """Parts of the standard library that an installation may lack."""
    return module.split(".")[0] in {"bz2", "fcntl", "lzma", "resource", "sqlite3", "tkinter"} or (
        module == "turtle"
    )


@pytest.mark.parametrize("module", sorted(STAR_WITH_OTHER_VARIABLE))
def test_modules_with_another_variable(module: str, bound: dict[str, str]) -> None:
    if bound[module] == "missing":
        pytest.skip("not installed")
    assert bound[module] == "True"


def test_every_torch_module_that_exports_variable_is_known() -> None:
    """Among the public modules loaded here: no other one passes Variable on."""
    for name, module in list(sys.modules.items()):
        if not name.startswith("torch.") or "._" in name or module is None:
            continue
        names = vars(module).get("__all__")
        if names is None:
            names = [n for n in vars(module) if not n.startswith("_")]
        if vars(module).get("Variable") is torch.autograd.Variable and "Variable" in names:
            assert name in STAR_EXPORTS_VARIABLE


def test_the_sets_are_disjoint() -> None:
    assert not STAR_EXPORTS_VARIABLE & STAR_WITHOUT_VARIABLE
    assert not STAR_EXPORTS_VARIABLE & STAR_WITH_OTHER_VARIABLE
    assert not STAR_WITHOUT_VARIABLE & STAR_WITH_OTHER_VARIABLE
