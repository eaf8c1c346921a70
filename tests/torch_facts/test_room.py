"""The room holds data alone: it imports nothing but the standard library, and quickly."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import varmigrate.torch_facts

FILES = sorted(Path(varmigrate.torch_facts.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_only_data(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        assert not isinstance(node, (ast.FunctionDef, ast.If, ast.For, ast.While, ast.Lambda))
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= {"enum"}
        if isinstance(node, ast.ImportFrom):
            allowed = {"__future__", "dataclasses", "varmigrate.torch_facts.kinds"}
            assert node.module in allowed


def test_it_does_not_import_torch() -> None:
    names = [f"varmigrate.torch_facts.{path.stem}" for path in FILES if path.stem != "__init__"]
    program = (
        f"import sys, {', '.join(names)}\nassert not {{'torch', 'numpy'}} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
