"""How a rule is explained: its documentation, and its first case as a diff."""

from __future__ import annotations

import difflib
import re
import sys
import textwrap
from collections.abc import Iterator

from varmigrate.rules.base import Rule
from varmigrate.rules.registry import Default, all_rules, by_code, default_of

_LEAST_ROOM = 30
_LEGEND = (
    "on      by default",
    "legacy  by default in files that use Variable",
    "off     only when it is selected: --select with the code, or `--select all`",
)
_SPOKEN = {
    Default.ON: "on by default",
    Default.LEGACY: "on by default in files that use Variable",
    Default.OFF: "off by default",
}


class UnknownRule(Exception):
    """There is no such rule; the message suggests one."""


def title(rule: Rule) -> str:
    """The first sentence of a rule's documentation, on one line."""
    first = rule.documentation().split("\n\n", 1)[0]
    return " ".join(first.split())


def rule_lines(width: int | None = None) -> Iterator[str]:
    """The rules: code, where it is on, name, first sentence; and what the second column means.

    width: columns of the terminal, within which sentences are broken; None: one line per rule.
    """
    rules = all_rules()
    longest = max(len(rule.name) for rule in rules)
    for rule in rules:
        lead = f"{rule.code}  {default_of(rule):<6}  {rule.name:<{longest}}  "
        room = max(width - len(lead), _LEAST_ROOM) if width else sys.maxsize
        for part in textwrap.wrap(title(rule), room, break_on_hyphens=False):
            yield lead + part
            lead = " " * len(lead)
    yield ""
    yield from _LEGEND


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
    intent = f", intent {rule.intent.value}" if rule.intent else ""
    heading = f"{rule.code} {rule.name} ({_SPOKEN[default_of(rule)]}{intent})"
    lines = [heading, "", rule.documentation()]
    case = next((case for case in rule.invalid if case.fixed is not None), None)
    if case is not None and case.fixed is not None:
        needs = " (with --unsafe-fixes)" if case.unsafe else ""
        lines += ["", f"A tested case{needs}:", "", _indented(case.source), ""]
        lines += ["becomes", "", _indented(case.fixed)]
    return "\n".join(lines).rstrip()


def _indented(text: str) -> str:
    return re.sub(r"(?m)^(?=.)", "    ", text.strip("\n"))
