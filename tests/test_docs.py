"""The documentation is true: its programs run, its pages are not stale, its commands exist."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted((ROOT / "docs").glob("*.md"))
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# The rule reference shows code before and after; its cases are tested as such.
RUN = [page for page in PAGES if page.name != "rules.md"]
BLOCKS = [
    pytest.param(block, id=f"{page.name}:{number}")
    for page in RUN
    for number, block in enumerate(FENCE.findall(page.read_text()), 1)
]


def test_there_are_programs() -> None:
    assert len(BLOCKS) > 12


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.filterwarnings("ignore")
def test_program_runs(block: str) -> None:
    exec(compile(block, "<docs>", "exec"), {"__name__": "docs"})


def test_rule_reference_is_current() -> None:
    path = ROOT / "docs" / "generate_rules.py"
    spec = importlib.util.spec_from_file_location("generate_rules", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    stale = "docs/rules.md is stale: run python docs/generate_rules.py"
    assert (ROOT / "docs" / "rules.md").read_text() == module.reference(), stale


def test_links_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_names_real_rules() -> None:
    from varmigrate.rules.registry import by_code

    for page in [*PAGES, ROOT / "README.md"]:
        for code in re.findall(r"\bVM\d{3}\b", page.read_text()):
            assert code in by_code(), f"{page.name}: {code}"
