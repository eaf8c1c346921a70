"""How a rule is explained: its documentation, and its first case as a diff."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from varmigrate.rules.base import Rule
from varmigrate.rules.registry import all_rules, by_code


class UnknownRule(Exception):
    """There is no such rule; the message suggests one."""


def title(rule: Rule) -> str:
    """The first sentence of a rule's documentation, on one line."""
    first = rule.documentation().split("\n\n", 1)[0]
    return " ".join(first.split())


def rule_lines() -> Iterator[str]:
    """One line about every rule: code, name, intent, first sentence."""
    for rule in all_rules():
        intent = f"[{rule.intent.value}]" if rule.intent else ""
        yield f"{rule.code}  {rule.name:<22}{intent:<25}{title(rule)}"


def explanation(code: str) -> str:
    """All that is known about a rule, by code or name, as text. Raises UnknownRule."""
    rules = by_code()
    rule = rules.get(code.upper()) or next(
        (item for item in rules.values() if item.name == code.lower()), None
    )
    several = [item for item in rules if item.startswith(code.upper())]
    if rule is None and several:
        raise UnknownRule(f"'{code}' is several rules: {', '.join(several)}")
    if rule is None:
        close = difflib.get_close_matches(code.upper(), list(rules), n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise UnknownRule(f"there is no rule '{code}'.{hint} `varmigrate rules` lists all.")
    lines = [f"{rule.code} {rule.name}", "", rule.documentation()]
    case = next((case for case in rule.invalid if case.fixed is not None), None)
    if case is not None and case.fixed is not None:
        needs = " (with --unsafe-fixes)" if case.unsafe else ""
        lines += ["", f"A tested case{needs}:", "", _indented(case.source), ""]
        lines += ["becomes", "", _indented(case.fixed)]
    return "\n".join(lines).rstrip()


def _indented(text: str) -> str:
    return re.sub(r"(?m)^(?=.)", "    ", text.strip("\n"))
