"""Settings from `[tool.varmigrate]` in pyproject.toml or from varmigrate.toml."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from varmigrate.analysis.assumptions import Assumptions
from varmigrate.files.source import plain_words

_KEYS = (
    "select",
    "ignore",
    "exclude",
    "unsafe-fixes",
    "per-file-ignores",
    "loader-batches",
    "closed-world",
)


class SettingsError(Exception):
    """The settings are wrong; the message says where and how to mend them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the project asks for. `folder` is where the settings file lies."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    unsafe_fixes: bool = False
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    assumptions: Assumptions = field(default_factory=Assumptions)
    folder: str = ""


def find_settings(start: str) -> str | None:
    """The nearest settings file at or above the folder `start`, or None."""
    folder = os.path.abspath(start)
    while True:
        own = os.path.join(folder, "varmigrate.toml")
        if os.path.isfile(own):
            return own
        project = os.path.join(folder, "pyproject.toml")
        if _is_meant(project):
            return project
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _is_meant(project: str) -> bool:
    """Whether a pyproject.toml holds settings, or would if it were valid."""
    try:
        with open(project, "rb") as file:
            raw = file.read()
    except OSError:
        return False
    if b"varmigrate" not in raw:
        return False
    import tomllib

    try:
        tool = tomllib.loads(raw.decode()).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return b"tool.varmigrate" in raw
    return isinstance(tool, dict) and "varmigrate" in tool


def load_settings(path: str) -> Settings:
    """Read a settings file. Raises SettingsError for anything it does not understand."""
    import tomllib

    try:
        with open(path, "rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise SettingsError(f"{path or repr(path)}: {plain_words(error)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
    if os.path.basename(path) == "pyproject.toml":
        tool = table.get("tool", {})
        table = tool.get("varmigrate", {}) if isinstance(tool, dict) else {}
        if not isinstance(table, dict):
            raise SettingsError(f"{path}: tool.varmigrate must be a table")
    return _read(path, table)


def _read(path: str, table: Mapping[str, object]) -> Settings:
    for key in table:
        if key not in _KEYS:
            import difflib

            close = difflib.get_close_matches(key.replace("_", "-"), _KEYS, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else f"; known: {', '.join(_KEYS)}"
            if key == "tool":
                hint = "; [tool.varmigrate] is for pyproject.toml, here its keys stand alone"
            raise SettingsError(f"{path}: unknown setting '{key}'{hint}")
    per_file = table.get("per-file-ignores", {})
    if not isinstance(per_file, dict):
        raise SettingsError(f"{path}: 'per-file-ignores' must be a table of pattern = [codes]")
    settings = Settings(
        select=_strings(path, table, "select"),
        ignore=_strings(path, table, "ignore"),
        exclude=_strings(path, table, "exclude"),
        unsafe_fixes=_switch(path, table, "unsafe-fixes", False),
        per_file_ignores={str(key): _strings(path, per_file, str(key)) for key in per_file},
        assumptions=Assumptions(
            loader_batches=_switch(path, table, "loader-batches", True),
            closed_world=_switch(path, table, "closed-world", False),
        ),
        folder=os.path.dirname(os.path.abspath(path)),
    )
    named = [*settings.select, *settings.ignore]
    for codes in settings.per_file_ignores.values():
        named.extend(codes)
    check_items(named, f"{path}: ")
    return settings


def check_items(items: list[str], where: str = "") -> None:
    """Raise SettingsError for an item that is no code, prefix or intent."""
    if not items:
        return
    from varmigrate.rules.registry import by_code
    from varmigrate.run.selection import unknown_item

    codes = list(by_code())
    for item in items:
        problem = unknown_item(item, codes)
        if problem is not None:
            raise SettingsError(f"{where}{problem}")


def _switch(path: str, table: Mapping[str, object], key: str, default: bool) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise SettingsError(f"{path}: '{key}' must be true or false")
    return value


def _strings(path: str, table: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SettingsError(f"{path}: '{key}' must be a list of strings")
    return tuple(str(item) for item in value)
