"""The rules of .gitignore files, matched as git matches them.

A folder is judged before what it holds, and nothing is looked at in an ignored one. So every
pattern is held against an entry itself and never against the folders above it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from varmigrate.files.source import read_bytes

# What stands in a set for a class of characters.
_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


class Patterns:
    """The patterns of one file of rules.

    lines: the patterns, as in a .gitignore. suffixes: those of the files that will be asked about.
    """

    __slots__ = ("_for_files", "_for_folders")

    def __init__(self, lines: Iterable[str], suffixes: tuple[str, ...]) -> None:
        self._for_files = _Table()
        self._for_folders = _Table()
        for index, line in enumerate(lines):
            parsed = _parse(line)
            if parsed is None:
                continue
            core, ignore, only_folders = parsed
            self._for_folders.add(index, core, ignore)
            if not only_folders and _may_match(core, suffixes):
                self._for_files.add(index, core, ignore)

    def verdict(self, name: str, folder: bool, shown: str, cut: int, lead: str) -> bool | None:
        """Whether an entry is ignored (True) or expressly not (False); None: nothing said.

        name: the last part of its path. folder: whether it is one. Its path relative to the folder
        of the rules is `lead + shown[cut:]`.
        """
        table = self._for_folders if folder else self._for_files
        last, verdict = table.names.get(name, (-1, None))
        for index, ignore, pattern, whole in reversed(table.globs):
            if index < last:
                break
            subject = name
            if whole:
                subject = lead + shown[cut:]
                if os.sep != "/":
                    subject = subject.replace(os.sep, "/")
            found = pattern.match(subject)
            # The one group there is stands for the slash after a folder above the entry.
            if found is not None and found.lastindex is None:
                return ignore
        return verdict


Rules = tuple[Patterns, int, str]
"""Patterns and the place they speak of: `cut` and `lead` as in `Patterns.verdict`."""


def ignored(chain: Sequence[Rules], name: str, folder: bool, shown: str) -> bool:
    """Whether an entry is ignored by a chain of rules, the strongest first.

    name: the last part of its path. folder: whether it is one. shown: its path as shown.
    """
    for patterns, cut, lead in chain:
        verdict = patterns.verdict(name, folder, shown, cut, lead)
        if verdict is not None:
            return verdict
    return False


def read_patterns(path: str, suffixes: tuple[str, ...]) -> Patterns:
    """The patterns in a file; raises OSError, its `strerror` in plain words, if it is unreadable.

    suffixes: as in `Patterns`.
    """
    text = os.fsdecode(read_bytes(path).removeprefix(b"\xef\xbb\xbf"))
    return Patterns(re.split(r"\r?\n", text), suffixes)


def rules_above(folder: str, cut: int, suffixes: tuple[str, ...]) -> tuple[Rules, ...]:
    """The rules a repository has for a folder, those in the folder itself excepted.

    folder: an existing folder. cut: the length of its shown path, the final slash included.
    suffixes: as in `Patterns`. The strongest rules come first. There are none outside a
    repository, nor for a folder that is itself ignored: who names it wants to see what is in it.

    Raises OSError, its `strerror` in plain words, when a file of rules cannot be read.
    """
    real = os.path.realpath(folder)
    root = real
    while not os.path.lexists(os.path.join(root, ".git")):
        root, below = os.path.dirname(root), root
        if root == below:
            return ()
    chain = repository_rules(root, 0, "", suffixes)
    inside = ""
    for name in os.path.relpath(real, root).split(os.sep) if real != root else ():
        path = os.path.join(root, inside, ".gitignore")
        if os.path.isfile(path) and not os.path.islink(path):
            chain = ((read_patterns(path, suffixes), len(inside), ""), *chain)
        inside += name
        if ignored(chain, name, True, inside):
            return ()
        inside += "/"
    return tuple((patterns, cut, inside[start:]) for patterns, start, _ in chain)


def repository_rules(
    root: str, cut: int, lead: str, suffixes: tuple[str, ...]
) -> tuple[Rules, ...]:
    """The rules in `info/exclude` of the repository at `root`, if it has any.

    root: a folder that holds `.git`. The other arguments as in `Patterns` and its `verdict`. The
    user's own exclude file is left out: a result must not depend on who asks.

    Raises OSError, its `strerror` in plain words, when a file cannot be read.
    """
    data = os.path.join(root, ".git")
    if os.path.isfile(data):
        # A linked worktree or a submodule: the file says where the data are.
        data = os.path.join(root, _pointer(data).removeprefix("gitdir:").lstrip())
        common = os.path.join(data, "commondir")
        if os.path.isfile(common):
            data = os.path.join(data, _pointer(common))
    path = os.path.join(data, "info", "exclude")
    if not os.path.isfile(path):
        return ()
    return ((read_patterns(path, suffixes), cut, lead),)


def _pointer(path: str) -> str:
    """The one line that a small file of git's own holds."""
    return os.fsdecode(read_bytes(path)).strip()


class _Table:
    """Patterns about one kind of entry.

    names: plain names, each with the index of the last pattern that gives it and its verdict.
    globs: all others in order: index, verdict, expression, and whether that is about the path
    relative to the folder of the rules (else about the name).
    """

    __slots__ = ("globs", "names")

    def __init__(self) -> None:
        self.names: dict[str, tuple[int, bool]] = {}
        self.globs: list[tuple[int, bool, re.Pattern[str], bool]] = []

    def add(self, index: int, core: str, ignore: bool) -> None:
        if not re.search(r"[*?\[\\/]", core):
            self.names[core] = (index, ignore)
            return
        expression = _compiled(core)
        if expression is not None:
            self.globs.append((index, ignore, expression, "/" in core))


@lru_cache
def _compiled(core: str) -> re.Pattern[str] | None:
    """The expression for a pattern without marks; None for one that makes no sense, as to git."""
    # Imported here: most runs meet no pattern that needs it.
    import warnings

    from pathspec import GitIgnoreSpec

    spelled = re.sub(r"\[:(\w+):\]", lambda found: _CLASSES.get(found[1], ""), core)
    try:
        with warnings.catch_warnings():
            # Of sets that Python may one day read otherwise.
            warnings.simplefilter("ignore", FutureWarning)
            (pattern,) = GitIgnoreSpec.from_lines([re.sub("^(?=[!#])", r"\\", spelled)]).patterns
    except (ValueError, re.error):
        return None
    return pattern.regex


def _parse(line: str) -> tuple[str, bool, bool] | None:
    """A pattern without its marks, whether it ignores, and whether it is about folders only."""
    core = line.rstrip(" ")
    if core.endswith("\\") and len(core) < len(line):
        core += " "
    if core.startswith("#"):
        return None
    ignore = not core.startswith("!")
    core = core[not ignore :]
    only_folders = core.endswith("/")
    core = core[: len(core) - only_folders]
    if core.endswith("/**"):
        # Everything in the folder is meant, at any depth, and not the folder.
        core += "/*"
    return (core, ignore, only_folders) if core else None


def _may_match(core: str, suffixes: tuple[str, ...]) -> bool:
    """Whether a pattern can match a name with one of the suffixes, by the look of its end."""
    end = re.split(r"[*?\[\]\\]", core)[-1]
    return any(suffix.endswith(end) or end.endswith(suffix) for suffix in suffixes)
