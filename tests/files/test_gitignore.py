"""The rules of .gitignore files, held against git itself where it is installed."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from varmigrate.files.discovery import discover
from varmigrate.files.gitignore import Patterns, ignored, read_patterns


def matches(lines: str, path: str) -> bool | None:
    """The verdict of patterns, one per line, on a path; one of a folder ends with a slash."""
    shown = path.rstrip("/")
    patterns = Patterns(lines.split("\n"), (".py",))
    return patterns.verdict(os.path.basename(shown), path.endswith("/"), shown, 0, "")


@pytest.mark.parametrize(
    ("lines", "path", "verdict"),
    [
        ("a.py", "a.py", True),
        ("a.py", "b/c/a.py", True),
        ("a.py", "a.py/", True),
        ("a.py", "b.py", None),
        ("/a.py", "a.py", True),
        ("/a.py", "b/a.py", None),
        ("b/a.py", "b/a.py", True),
        ("b/a.py", "c/b/a.py", None),
        ("a", "a/", True),
        ("a/", "a/", True),
        ("a.py/", "a.py", None),
        ("/b/a/", "b/a/", True),
        ("*.py", "a.py", True),
        ("*.p?", "b/a.py", True),
        ("*.py[cod]", "a.py", None),
        ("[ab].py", "b.py", True),
        ("[!ab].py", "b.py", None),
        ("[[:alpha:]].py", "b.py", True),
        ("[[:digit:]].py", "b.py", None),
        ("[a&&b].py", "&.py", True),
        ("*", "a/", True),
        ("**", "a/", True),
        ("*/", "a.py", None),
        ("*/", "a/b/", True),
        ("/*", "a/b.py", None),
        ("b/*", "b/a.py", True),
        ("b/*", "b/", None),
        ("b/**", "b/", None),
        ("b/**", "b/c/a.py", True),
        ("b/**/", "b/a.py", None),
        ("b/**/", "b/c/", True),
        ("**/b", "a/b/", True),
        ("b/**/a.py", "b/a.py", True),
        ("b/**/a.py", "b/c/d/a.py", True),
        ("a.py\n!a.py", "a.py", False),
        ("!a.py\na.py", "a.py", True),
        ("*.py\n!a.py", "a.py", False),
        ("a.py\n!*.py", "a.py", False),
        ("!*.py\na.py", "a.py", True),
        ("# a.py", "# a.py", None),
        (r"\#a.py", "#a.py", True),
        (r"\!a.py", "!a.py", True),
        ("!!a.py\n", "!a.py", False),
        ("!#a*.py\n", "#a.py", False),
        ("a.py  ", "a.py", True),
        ("a\\ ", "a /", True),
        (" a.py", "a.py", None),
        ("", "a.py", None),
        ("/", "a/", None),
        ("!", "a.py", None),
        ("a\\", "a.py", None),
        ("[a", "a/", None),
        ("[z-a]*.py", "z.py", None),
        ("foo*/bar", "foo1/bar/", True),
        # A folder above that matches is another entry's affair.
        ("b", "b/a.py", None),
        ("/b/", "b/a.py", None),
        ("**/b", "b/a.py", None),
    ],
)
def test_verdict(lines: str, path: str, verdict: bool | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert matches(lines, path) is verdict


def test_the_first_rules_with_a_verdict_decide() -> None:
    keep = Patterns(["!a.py"], (".py",))
    drop = Patterns(["a.py", "b.py"], (".py",))
    assert not ignored([(keep, 0, ""), (drop, 0, "")], "a.py", False, "a.py")
    assert ignored([(drop, 0, ""), (keep, 0, "")], "a.py", False, "a.py")
    assert ignored([(keep, 0, ""), (drop, 0, "")], "b.py", False, "b.py")
    assert not ignored([], "a.py", False, "a.py")


def test_place_of_the_rules() -> None:
    patterns = Patterns(["x/y/a.py"], (".py",))
    assert patterns.verdict("a.py", False, "src/y/a.py", 4, "x/") is True
    assert patterns.verdict("a.py", False, "src/y/a.py", 4, "") is None
    assert patterns.verdict("a.py", False, "src/x/y/a.py", 4, "") is True


@pytest.mark.parametrize(
    "raw", [b"a.py\r\nb.py\r\n", b"\xef\xbb\xbfa.py\nb.py", b"\xff\na.py\nb.py"]
)
def test_read_patterns(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "rules"
    path.write_bytes(raw)
    patterns = read_patterns(str(path), (".py",))
    for name in ("a.py", "b.py"):
        assert patterns.verdict(name, False, name, 0, "") is True


def test_pathspec_is_imported_only_for_rules_that_need_it(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from varmigrate.files.discovery import discover\n"
        "print(len(list(discover(['.']))), 'pathspec' in sys.modules)"
    )

    def run() -> str:
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True
        )
        return done.stdout.strip()

    (tmp_path / "a.py").touch()
    (tmp_path / "b.py").touch()
    assert run() == "2 False"
    (tmp_path / ".gitignore").write_text("b.py\nbuild/\n")
    assert run() == "1 False"
    (tmp_path / ".gitignore").write_text("b*.py\n")
    assert run() == "1 True"


FILES = ["a.py", "b.py", "foo.py", "keep.py", "x.y.py"]
FOLDERS = ["a", "b", "foo", "bar", "x.y"]
PARTS = [*FILES, *FOLDERS, "*", "**", "**", "*.py", "fo*", "?.py", "[ab].py", "[!a]*", "*.p[xy]",
         "f\\oo", "b*", "[[:alpha:]].py", "[z-a]*"]  # fmt: skip


class Repository:
    """A repository of random files and random rules."""

    def __init__(self, root: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.environment = {
            **os.environ,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "XDG_CONFIG_HOME": str(root.parent),
        }
        self.root = root
        root.mkdir()
        self.git("init", "-q")
        self.fill(root, 0)
        (root / ".git" / "info").mkdir(exist_ok=True)
        (root / ".git" / "info" / "exclude").write_text(self.rules())

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def rules(self) -> str:
        return "".join(f"{self.rule()}\n" for _ in range(self.random.randint(1, 4)))

    def rule(self) -> str:
        chance = self.random.random
        rule = "/".join(self.random.choices(PARTS, k=self.random.choice([1, 1, 1, 2, 2, 3])))
        rule = f"/{rule}" if chance() < 0.25 else rule
        rule = f"{rule}/" if chance() < 0.3 else rule
        return f"!{rule}" if chance() < 0.3 else rule

    def fill(self, folder: Path, depth: int) -> None:
        for name in self.random.sample(FILES, self.random.randint(1, 4)):
            (folder / name).touch()
        if depth == 0 or self.random.random() < 0.4:
            (folder / ".gitignore").write_text(self.rules())
        if depth < 3:
            for name in self.random.sample(FOLDERS, self.random.randint(1, 3)):
                (folder / name).mkdir()
                self.fill(folder / name, depth + 1)

    def not_ignored(self, pattern: str) -> list[str]:
        listed = self.git("ls-files", "--others", "--exclude-standard", "-z", pattern)
        return sorted(filter(None, listed.split("\0")))


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@pytest.mark.parametrize("seed", range(40))
def test_git_agrees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    repository = Repository(tmp_path / "root", seed)
    monkeypatch.chdir(repository.root)
    assert sorted(item.path for item in discover(["."])) == repository.not_ignored("*.py")
    folders = [name for name in FOLDERS if os.path.isdir(name)]
    for name in folders:
        inside = repository.not_ignored(f"{name}/*.py")
        # A folder that is ignored itself is searched all the same, if it is given.
        if inside:
            assert sorted(item.path for item in discover([name])) == inside
