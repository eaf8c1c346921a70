"""The cases every rule carries are its tests."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support import check, fix
from varmigrate.files.spellings import python_tree
from varmigrate.rules.base import Invalid, Rule
from varmigrate.rules.registry import all_rules, by_code
from varmigrate.run.prefilter import OLD_TRIGGERS, TRIGGERS

# Reported by the run and not from a tree; their behaviour is tested with the run.
FILE_RULES = {"VM001", "VM002", "VM008", "VM009"}

VALID = [(rule, source) for rule in all_rules() for source in rule.valid]
INVALID = [(rule, case) for rule in all_rules() for case in rule.invalid]


def _id(value: object) -> str:
    return value.code if isinstance(value, Rule) else ""


@pytest.mark.parametrize(("rule", "source"), VALID, ids=_id)
def test_valid(rule: Rule, source: str) -> None:
    ast.parse(source)
    assert rule.code not in [finding.code for finding in check(source, select=rule.select).findings]


@pytest.mark.parametrize(("rule", "case"), INVALID, ids=_id)
def test_invalid(rule: Rule, case: Invalid) -> None:
    python_tree(case.source)
    findings = [f for f in check(case.source, select=rule.select).findings if f.code == rule.code]
    assert findings
    assert all(finding.fix or finding.advice for finding in findings)
    after = fix(case.source, unsafe=case.unsafe, select=rule.select).after
    if case.fixed is None:
        assert all(finding.fix is None for finding in findings)
        assert after is None
    else:
        assert after == case.fixed
        if case.unsafe:
            assert all(f.fix is not None and f.fix.safety == "unsafe" for f in findings)
            assert fix(case.source, select=rule.select).after is None


@pytest.mark.parametrize("rule", all_rules(), ids=_id)
def test_every_rule_is_documented(rule: Rule) -> None:
    text = rule.documentation()
    for part in ("What it does:", "Why:", "Example:", "Use instead:", "Fix safety:"):
        assert part in text
    assert re.fullmatch(r"VM\d{3}", rule.code)
    if rule.code not in FILE_RULES:
        assert rule.valid
        assert rule.invalid


def test_codes_and_names_are_unique() -> None:
    assert len(by_code()) == len(all_rules())
    assert len({rule.name for rule in all_rules()}) == len(all_rules())


def test_the_prefilter_knows_every_trigger() -> None:
    declared = {trigger for rule in all_rules() for trigger in rule.triggers}
    assert declared <= {*TRIGGERS, *OLD_TRIGGERS}
    assert set(TRIGGERS) <= declared
