"""Finds the rules: every file `vm*.py` of this folder holds exactly one."""

from __future__ import annotations

import enum
import functools
import importlib
import pkgutil

from varmigrate import rules
from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.file import FileAnalysis
from varmigrate.rules.base import Rule


class Default(enum.StrEnum):
    """Where a rule speaks without being selected: always, in files that use Variable, or never."""

    ON = "on"
    LEGACY = "legacy"
    OFF = "off"


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """One instance of every rule, in order of their codes."""
    found: list[Rule] = []
    for module in pkgutil.iter_modules(rules.__path__):
        if not module.name.startswith("vm"):
            continue
        loaded = importlib.import_module(f"{rules.__name__}.{module.name}")
        kinds = [
            kind
            for kind in vars(loaded).values()
            if isinstance(kind, type)
            and issubclass(kind, Rule)
            and kind.__module__ == loaded.__name__
        ]
        (kind,) = kinds
        found.append(kind())
    return tuple(sorted(found, key=lambda rule: rule.code))


@functools.cache
def by_code() -> dict[str, Rule]:
    """The rules by code."""
    return {rule.code: rule for rule in all_rules()}


def default_of(rule: Rule) -> Default:
    """Where a rule speaks without being selected."""
    analysis = FileAnalysis("a.py", "import torch\n", ModuleContext())
    if rule.on(analysis):
        return Default.ON
    analysis.legacy = True
    return Default.LEGACY if rule.on(analysis) else Default.OFF
