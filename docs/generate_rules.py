"""Write docs/rules.md from the rules: run `python docs/generate_rules.py` after changing one."""

from __future__ import annotations

import re
from pathlib import Path

from varmigrate.output.explain import title
from varmigrate.rules.base import Rule, Weight
from varmigrate.rules.registry import all_rules
from varmigrate.rules.weights import Sign

TARGET = Path(__file__).parent / "rules.md"
GAP = re.compile(r"\{\w+\}")
PARTS = ("What it does:", "Why:", "Example:", "Use instead:", "Fix safety:")


def reference() -> str:
    """The whole page."""
    lines = [
        "# Rules",
        "",
        "This page is made from the rules by `python docs/generate_rules.py`.",
        "",
        "| code | name | intent | what |",
        "|---|---|---|---|",
    ]
    for rule in all_rules():
        intent = rule.intent.value if rule.intent else ""
        anchor = f"{rule.code}-{rule.name}".lower()
        lines.append(f"| [{rule.code}](#{anchor}) | {rule.name} | {intent} | {title(rule)} |")
    lines += ["", *evidence()]
    for rule in all_rules():
        lines += ["", *section(rule)]
    return "\n".join(lines) + "\n"


def evidence() -> list[str]:
    """What decides the intent of a call, the strongest kind first."""
    lines = [
        "## What decides the intent of a call",
        "",
        "Each finding shows the evidence for its intent, and the strongest piece for another one.",
        "A stronger kind beats any number of weaker ones; of two lists of the same kind the longer",
        "one wins.",
        "",
        "| kind | intent | evidence |",
        "|---|---|---|",
    ]
    for weight in sorted(Weight, reverse=True):
        for sign in Sign:
            row = sign.value
            if row.weight is weight is not Weight.NONE:
                words = GAP.sub("...", row.words)
                words = "why the call has never worked" if words == "..." else words
                lines.append(f"| {weight.name.lower()} | {row.intent.value} | {words} |")
    return lines


def section(rule: Rule) -> list[str]:
    """One rule: its documentation with its parts in bold and its code in fences."""
    lines = [f"## {rule.code} {rule.name}", ""]
    inside = False
    for line in rule.documentation().splitlines():
        code = line.startswith("    ")
        if code and not inside:
            lines.append("```python")
        if inside and not code and line:
            lines.insert(_last_text(lines) + 1, "```")
        inside = code or (inside and not line)
        for part in PARTS:
            if line.startswith(part):
                line = f"**{part}**{line.removeprefix(part)}"
        lines.append(line[4:] if code else line)
    return lines


def _last_text(lines: list[str]) -> int:
    return max(index for index, line in enumerate(lines) if line)


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
