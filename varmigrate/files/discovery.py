"""Finding the files of a run.

Files that are named are taken whatever they are called, but for notebooks. Folders are searched
for Python files; what git ignores is left out, and so are the folders in which tools keep copies of
foreign code.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from varmigrate.files.gitignore import (
    Patterns,
    Rules,
    ignored,
    read_patterns,
    repository_rules,
    rules_above,
)
from varmigrate.files.source import kind, plain_words

SUFFIXES = (".py",)
"""The suffixes of the files that are looked for in folders."""

_NOTEBOOK = ".ipynb"
_JUNK = frozenset(
    {
        ".eggs",
        ".git",
        ".hg",
        ".hypothesis",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "__pypackages__",
        "node_modules",
        "site-packages",
    }
)
# Junk as well, unless it is a package of that name.
_JUNK_BUT_PACKAGES = frozenset({"build", "dist", "venv"})
_MARKS = frozenset({".git", ".gitignore", "pyvenv.cfg"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to look at; `explicit` if it was named itself, not found in a folder."""

    path: str
    explicit: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """A path that could not be looked at; `message` says why in plain words, without the path."""

    path: str
    message: str


def discover(paths: Sequence[str], exclude: Sequence[str] = ()) -> Iterator[Candidate | Problem]:
    """Find the files to look at.

    paths: files and folders. Found paths begin as these are typed ("." adds nothing). A file is
    always taken, excluded or not. A folder is searched for `SUFFIXES`, in order of names, the
    files of a folder before its folders; left out are junk folders (version control, caches,
    virtual environments, installed packages, builds) and what .gitignore files, nested ones and
    those above in the repository, and `info/exclude` ignore. A folder that is given is searched
    even if it is junk, excluded or ignored.

    exclude: more patterns in the manner of .gitignore, relative to the current folder, or, for a
    given folder that lies elsewhere, relative to that. No .gitignore can take them back.

    Symlinks are followed after all else, so that a file is found under its own name where it has
    one in the given folders. No file is found twice, no folder searched twice. Hard links are files
    of their own.

    What cannot be looked at becomes a Problem and is passed over; nothing is raised for it. A
    folder whose .gitignore cannot be read is not searched: it might hide what must not be touched.
    """
    search = _Search(exclude)
    for path in paths:
        yield from search.argument(path)
    yield from search.others()


class _Folder:
    """A folder to search.

    path: for the system. prefix: how the shown paths in it begin. name: its own, empty if it was
    given. chain: the git rules in force. exclude: the rules of the caller.
    """

    __slots__ = ("chain", "exclude", "name", "path", "prefix")

    def __init__(
        self,
        path: str,
        prefix: str,
        name: str,
        chain: tuple[Rules, ...],
        exclude: tuple[Rules, ...],
    ) -> None:
        self.path = path
        self.prefix = prefix
        self.name = name
        self.chain = chain
        self.exclude = exclude


class _Search:
    """One call of `discover`: what was taken already, and the entries that wait."""

    def __init__(self, exclude: Sequence[str]) -> None:
        self._exclude = Patterns(exclude, SUFFIXES) if exclude else None
        # The names taken in each folder, by device and inode of the folder.
        self._taken: dict[tuple[int, int], set[str]] = {}
        self._searched: set[tuple[int, int]] = set()
        self._others: list[tuple[_Folder, str]] = []

    def argument(self, path: str) -> Iterator[Candidate | Problem]:
        """What a path given by the user comes to, symlinks inside excepted."""
        if not path:
            yield Problem("''", "an empty path")
            return
        try:
            mode = os.stat(path).st_mode
            if stat.S_ISDIR(mode):
                yield from self._tree(self._given(path))
            elif not stat.S_ISREG(mode):
                yield Problem(path, kind(mode))
            elif path.endswith(_NOTEBOOK):
                # As Python text it is often valid, and one long literal without any code.
                yield Problem(path, "a notebook; its code has to be exported to a Python file")
            elif self._take(path):
                yield Candidate(path, True)
        except OSError as error:
            yield _problem(path, error)
        except ValueError:
            yield Problem(path, "not a valid path")

    def others(self) -> Iterator[Candidate | Problem]:
        """What the symlinks found so far lead to, those found in turn, and what is no file."""
        for folder, name in self._others:
            path = folder.prefix + name
            try:
                mode = os.stat(path).st_mode
                if stat.S_ISDIR(mode):
                    if not _skips(folder, name):
                        yield from self._tree(_inside(folder, name))
                elif name.endswith(SUFFIXES) and not _left_out(folder, name, False):
                    if not stat.S_ISREG(mode):
                        yield Problem(path, kind(mode))
                    elif self._take(path):
                        yield Candidate(path, False)
            except OSError as error:
                # Emacs marks a file being edited by a symlink `.#name` that leads nowhere.
                wanted = name.endswith(SUFFIXES) and not name.startswith(".#")
                if wanted and not _left_out(folder, name, False):
                    yield _problem(path, error)

    def _given(self, path: str) -> _Folder:
        """A folder given by the user; raises OSError when the rules above it cannot be read."""
        bare = path in (os.curdir, os.curdir + os.sep)
        prefix = "" if bare else os.path.join(path, "")
        exclude: tuple[Rules, ...] = ()
        if self._exclude is not None:
            here, there = os.path.join(os.getcwd(), ""), os.path.join(os.path.abspath(path), "")
            lead = there.removeprefix(here) if there.startswith(here) else ""
            exclude = ((self._exclude, len(prefix), lead.replace(os.sep, "/")),)
        return _Folder(path, prefix, "", rules_above(path, len(prefix), SUFFIXES), exclude)

    def _tree(self, top: _Folder) -> Iterator[Candidate | Problem]:
        """What lies in a folder and the folders in it; symlinks are put aside."""
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            try:
                info = os.stat(folder.path)
                place = (info.st_dev, info.st_ino)
                if place in self._searched:
                    continue
                files, folders, others, marks = _scan(folder.path)
                if folder.name and _is_junk(folder.name, files, marks):
                    continue
                self._searched.add(place)
                _add_own_rules(folder, marks)
            except OSError as error:
                yield _problem(folder.path, error)
                continue
            taken = self._taken.setdefault(place, set())
            for name in files:
                if name in taken or _left_out(folder, name, False):
                    continue
                taken.add(name)
                yield Candidate(folder.prefix + name, False)
            self._others.extend((folder, name) for name in others)
            waiting.extend(
                _inside(folder, name) for name in reversed(folders) if not _skips(folder, name)
            )

    def _take(self, path: str) -> bool:
        """Whether a file is met for the first time; raises OSError when it is gone."""
        folder, name = os.path.split(os.path.realpath(path) if os.path.islink(path) else path)
        info = os.stat(folder or os.curdir)
        taken = self._taken.setdefault((info.st_dev, info.st_ino), set())
        if name in taken:
            return False
        taken.add(name)
        return True


def _scan(path: str) -> tuple[list[str], list[str], list[str], set[str]]:
    """The names in a folder, sorted: wanted files, folders, what may become either, and marks.

    Raises OSError.
    """
    files: list[str] = []
    folders: list[str] = []
    others: list[str] = []
    marks = set()
    with os.scandir(path) as entries:
        for entry in entries:
            name = entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(name)
            elif entry.is_symlink():
                others.append(name)
            elif name.endswith(SUFFIXES):
                (files if entry.is_file(follow_symlinks=False) else others).append(name)
            if name in _MARKS and (name != ".gitignore" or entry.is_file(follow_symlinks=False)):
                marks.add(name)
    files.sort()
    folders.sort()
    others.sort()
    return files, folders, others, marks


def _is_junk(name: str, files: Sequence[str], marks: set[str]) -> bool:
    """Whether a folder is junk, by its name and what it holds."""
    return "pyvenv.cfg" in marks or (name in _JUNK_BUT_PACKAGES and "__init__.py" not in files)


def _add_own_rules(folder: _Folder, marks: set[str]) -> None:
    """Put the rules that lie in a folder before its chain; raises OSError if one is unreadable."""
    cut = len(folder.prefix)
    if ".git" in marks and folder.name:
        # A repository in the repository: the rules of the outer one end here, as they do for git.
        folder.chain = repository_rules(folder.path, cut, "", SUFFIXES)
    if ".gitignore" in marks:
        path = os.path.join(folder.path, ".gitignore")
        folder.chain = ((read_patterns(path, SUFFIXES), cut, ""), *folder.chain)


def _inside(folder: _Folder, name: str) -> _Folder:
    """A folder in a folder."""
    path = folder.prefix + name
    return _Folder(path, path + os.sep, name, folder.chain, folder.exclude)


def _skips(folder: _Folder, name: str) -> bool:
    """Whether a folder in a folder is passed over because of its name or by rules."""
    return name in _JUNK or name.endswith(".egg-info") or _left_out(folder, name, True)


def _left_out(folder: _Folder, name: str, is_folder: bool) -> bool:
    """Whether rules exclude or ignore an entry of a folder."""
    chain, exclude = folder.chain, folder.exclude
    if not chain and not exclude:
        return False
    shown = folder.prefix + name
    return ignored(exclude, name, is_folder, shown) or ignored(chain, name, is_folder, shown)


def _problem(path: str, error: OSError) -> Problem:
    """The problem behind a system error met on a path."""
    culprit = os.fsdecode(error.filename) if error.filename else path
    if culprit != path:
        return Problem(culprit, f"{plain_words(error)}; {path} is not searched")
    if isinstance(error, FileNotFoundError) and os.path.islink(path):
        return Problem(path, "a symlink that leads nowhere")
    return Problem(path, plain_words(error))
