"""docs/defaults.md says which rules are on; this holds it against the rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from varmigrate.analysis.file import FileAnalysis
from varmigrate.rules.registry import all_rules
from varmigrate.run.selection import GROUPS

PAGE = (Path(__file__).parent.parent / "docs" / "defaults.md").read_text()
ROWS = re.findall(r"^\| ((?:VM[\d.]+(?:, )?)+) \|.*\| ([^|]+) \|$", PAGE, re.MULTILINE)


def stated(code: str) -> str:
    """What the page says of a code."""
    (found,) = [
        said
        for codes, said in ROWS
        if any(code.startswith(item.rstrip(".")) for item in codes.split(", "))
    ]
    return found


@pytest.mark.parametrize(
    "rule", [rule for rule in all_rules() if rule.code > "VM1"], ids=lambda rule: rule.code
)
def test_the_page_is_true(rule: object) -> None:
    from varmigrate.rules.base import Rule

    assert isinstance(rule, Rule)
    plain, legacy = FileAnalysis("a.py", "import torch\n"), FileAnalysis("b.py", "import torch\n")
    legacy.legacy = True
    said = stated(rule.code)
    if said == "no":
        assert (rule.on(plain), rule.on(legacy)) == (False, False)
    elif said.startswith("in files that used"):
        assert (rule.on(plain), rule.on(legacy)) == (False, True)
    else:
        assert said.startswith("yes")
        assert (rule.on(plain), rule.on(legacy)) == (True, True)


def test_the_groups_are_named() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert named == set(GROUPS)
