"""Which files a run looks at."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from varmigrate.files import discovery
from varmigrate.files.discovery import Candidate, Problem, discover

Plant = Callable[..., None]


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, the current one, with a folder around it that nothing else is in."""
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def plant(root: Path) -> Plant:
    """Makes empty files at relative paths."""

    def make(*names: str) -> None:
        for name in names:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    return make


def write(name: str, content: str) -> None:
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "w", encoding="utf-8") as file:
        file.write(content)


def found(paths: Sequence[str] = (".",), exclude: Sequence[str] = ()) -> list[str]:
    """The paths of what is found, in their order; there must be no problems."""
    items = list(discover(paths, exclude))
    assert [item for item in items if isinstance(item, Problem)] == []
    return [item.path for item in items]


def test_order_is_that_of_names_files_before_folders(plant: Plant) -> None:
    plant("b.py", "a.py", "c/b.py", "c/a.py", "c/d/a.py", "b/z.py", "B.py", "é.py")
    expected = ["B.py", "a.py", "b.py", "é.py", "b/z.py", "c/a.py", "c/b.py", "c/d/a.py"]
    assert found() == expected


def test_order_does_not_depend_on_the_system(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant("b.py", "a.py", "c/b.py", "c/a.py", "d/a.py")
    expected = found()
    scandir = os.scandir

    class Backwards:
        def __init__(self, path: str) -> None:
            with scandir(path) as entries:
                self.entries = sorted(entries, key=lambda entry: entry.name, reverse=True)

        def __enter__(self) -> Iterator[os.DirEntry[str]]:
            return iter(self.entries)

        def __exit__(self, *args: object) -> None:
            pass

    monkeypatch.setattr(os, "scandir", Backwards)
    assert found() == expected


def test_only_python_files_are_found_in_folders(plant: Plant) -> None:
    plant("a.py", "a.pyi", "a.txt", "py", "a.py.bak", "a.PY", ".hidden.py")
    assert found() == [".hidden.py", "a.py"]
    assert discovery.SUFFIXES == (".py",)


@pytest.mark.parametrize(
    ("given", "prefix"),
    [
        (".", ""),
        ("./", ""),
        ("src", "src/"),
        ("src/", "src/"),
        ("./src", "./src/"),
        ("../root/src", "../root/src/"),
    ],
)
def test_paths_stay_as_they_were_typed(plant: Plant, given: str, prefix: str) -> None:
    plant("src/a.py", "src/b/c.py")
    inside = "src/" if prefix == "" else ""
    assert found([given]) == [f"{prefix}{inside}a.py", f"{prefix}{inside}b/c.py"]


def test_absolute_paths_stay_absolute(plant: Plant, root: Path) -> None:
    plant("src/a.py")
    assert found([str(root / "src")]) == [str(root / "src" / "a.py")]
    assert found([str(root / "src" / "a.py")]) == [str(root / "src" / "a.py")]


@pytest.mark.parametrize("name", ["a.py", "script", "a.txt", "./a.py", ".git/a.py", "venv/a.py"])
def test_files_that_are_named_are_always_taken(plant: Plant, name: str) -> None:
    plant(name)
    write(".gitignore", "*\n")
    assert list(discover([name], ["*"])) == [Candidate(name, True)]


def test_files_that_are_found_are_not_explicit(plant: Plant) -> None:
    plant("a.py")
    assert list(discover(["."])) == [Candidate("a.py", False)]


@pytest.mark.parametrize(
    "junk",
    [
        ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "__pycache__", ".mypy_cache",
        ".pytest_cache", ".ruff_cache", ".eggs", "a.egg-info", "node_modules", "site-packages",
        "build", "dist",
    ],
)  # fmt: skip
def test_junk_folders_are_skipped_unless_they_are_given(plant: Plant, junk: str) -> None:
    plant(f"{junk}/x.py", f"b/{junk}/y.py", "c.py")
    assert found() == ["c.py"]
    assert found(["b"]) == []
    assert found([".", junk]) == ["c.py", f"{junk}/x.py"]


@pytest.mark.parametrize("name", ["build", "dist", "venv"])
def test_packages_that_are_called_like_junk_are_searched(plant: Plant, name: str) -> None:
    plant(f"{name}/__init__.py", f"a/{name}/__init__.py")
    assert found() == [f"a/{name}/__init__.py", f"{name}/__init__.py"]


@pytest.mark.parametrize("name", ["env", "my-env", "venv"])
def test_virtual_environments_of_any_name_are_skipped(plant: Plant, name: str) -> None:
    plant(f"{name}/x.py", f"{name}/__init__.py")
    assert found() == [f"{name}/__init__.py", f"{name}/x.py"]
    plant(f"{name}/pyvenv.cfg")
    assert found() == []
    assert found([".", name]) == [f"{name}/__init__.py", f"{name}/x.py"]


def test_gitignore_counts_without_a_repository(plant: Plant) -> None:
    plant("a.py", "b.py", "gen/c.py", "d/gen/e.py", "d/f.py")
    write(".gitignore", "/b.py\ngen/\n")
    assert found() == ["a.py", "d/f.py"]


def test_nested_gitignore_and_negations(plant: Plant) -> None:
    plant("a_pb2.py", "b/a_pb2.py", "b/keep_pb2.py", "b/c/keep_pb2.py", "c/keep_pb2.py")
    write(".gitignore", "*_pb2.py\n")
    write("b/.gitignore", "!keep_*.py\n")
    assert found() == ["b/keep_pb2.py", "b/c/keep_pb2.py"]


def test_rules_above_the_given_folder_count_up_to_the_repository(plant: Plant, root: Path) -> None:
    plant("a/b/x.py", "a/b/y.py", "a/b/z.py", "a/b/w.py", "a/b/c/v.py")
    write("../.gitignore", "*.py\n")
    write(".gitignore", "/a/b/x.py\n/y.py\n")
    write("a/.gitignore", "b/z.py\n/c/\n")
    os.makedirs(".git/info")
    write(".git/info/exclude", "# local\nw.py\n")
    expected = ["a/b/y.py", "a/b/c/v.py"]
    assert found() == expected
    assert found(["a"]) == expected
    assert found(["a/b"]) == expected
    os.chdir("a/b")
    assert found() == ["y.py", "c/v.py"]
    assert found([".."]) == ["../b/y.py", "../b/c/v.py"]
    assert found([str(root / "a")]) == [str(root / path) for path in expected]


def test_rules_above_do_not_count_without_a_repository(plant: Plant) -> None:
    plant("a/x.py")
    write(".gitignore", "*.py\n")
    assert found(["a"]) == ["a/x.py"]


def test_ignored_folder_that_is_given_is_searched(plant: Plant) -> None:
    plant("gen/x.py", "gen/y.py", "gen/b/z.py")
    os.mkdir(".git")
    write(".gitignore", "gen\n*.py\n")
    write("gen/.gitignore", "y.py\n")
    assert found() == []
    assert found(["gen"]) == ["gen/x.py", "gen/b/z.py"]
    assert found(["gen/b"]) == ["gen/b/z.py"]


def test_repository_in_a_repository_has_rules_of_its_own(plant: Plant) -> None:
    plant("inner/x.py", "inner/y.py", "inner/z.py", "x.py")
    os.mkdir(".git")
    os.makedirs("inner/.git/info")
    write(".gitignore", "x.py\n")
    write("inner/.gitignore", "y.py\n")
    write("inner/.git/info/exclude", "z.py\n")
    assert found() == found(["inner"]) == ["inner/x.py"]


def test_linked_worktree_shares_the_rules_of_its_repository(plant: Plant) -> None:
    plant("tree/a.py", "tree/b.py", "main/.git/worktrees/tree/HEAD")
    write("tree/.git", "gitdir: ../main/.git/worktrees/tree\n")
    write("main/.git/worktrees/tree/commondir", "../..\n")
    write("main/.git/info/exclude", "b.py\n")
    assert found(["tree"]) == ["tree/a.py"]


def test_submodule_has_its_rules_elsewhere(plant: Plant) -> None:
    plant("sub/a.py", "sub/b.py")
    write("sub/.git", "gitdir: ../.git/modules/sub\n")
    write(".git/modules/sub/info/exclude", "b.py\n")
    assert found(["sub"]) == found(["."]) == ["sub/a.py"]


def test_exclude_is_relative_to_the_current_folder(plant: Plant) -> None:
    plant("src/a.py", "src/gen/b.py", "gen/c.py", "src/d_test.py")
    for given in (["."], ["src"], ["./src"], [os.path.abspath("src")]):
        paths = [os.path.relpath(path) for path in found(given, ["/src/gen", "*_test.py"])]
        assert [path for path in paths if path.startswith("src")] == ["src/a.py"]
    assert found(["."], ["gen"]) == ["src/a.py", "src/d_test.py"]
    assert found(["."], ["/gen"]) == ["src/a.py", "src/d_test.py", "src/gen/b.py"]
    assert found(["src"], ["/gen"]) == ["src/a.py", "src/d_test.py", "src/gen/b.py"]


def test_exclude_is_relative_to_a_given_folder_elsewhere(plant: Plant) -> None:
    plant("other/gen/b.py", "other/a.py", "here/x.py")
    os.chdir("here")
    assert found(["../other"], ["/gen"]) == ["../other/a.py"]


def test_exclude_cannot_be_taken_back_but_by_itself(plant: Plant) -> None:
    plant("a.py", "b.py")
    write(".gitignore", "!a.py\n")
    assert found(["."], ["*.py"]) == []
    assert found(["."], ["*.py", "!b.py"]) == ["b.py"]


def test_excluded_folder_that_is_given_is_searched(plant: Plant) -> None:
    plant("gen/a.py")
    assert found(["gen"], ["gen"]) == ["gen/a.py"]


def test_file_is_found_once(plant: Plant, root: Path) -> None:
    plant("src/a.py", "b.py")
    every = ["src", "src/a.py", "./src/a.py", str(root / "src/a.py"), "src/", ".", "../root"]
    assert found(every) == ["src/a.py", "b.py"]
    assert found(list(reversed(every))) == ["../root/b.py", "../root/src/a.py"]
    assert list(discover(["src/a.py", "."])) == [
        Candidate("src/a.py", True),
        Candidate("b.py", False),
    ]


def test_symlinked_file_is_found_once_and_under_its_own_name(plant: Plant) -> None:
    plant("z/real.py", "../outside.py")
    os.symlink("z/real.py", "a_link.py")
    os.symlink("../root/z/real.py", "b_link.py")
    os.symlink("../outside.py", "c_link.py")
    os.symlink("../outside.py", "d_link.py")
    assert found() == ["z/real.py", "c_link.py"]
    assert found(["z", "."]) == ["z/real.py", "c_link.py"]
    assert found(["a_link.py", "."]) == ["a_link.py", "c_link.py"]
    assert found(["a_link.py", "z/real.py", "b_link.py"]) == ["a_link.py"]


def test_symlink_is_judged_by_its_own_name(plant: Plant) -> None:
    plant("../outside.txt", "../outside.py")
    os.symlink("../outside.txt", "a.py")
    os.symlink("../outside.py", "b.txt")
    assert found() == ["a.py"]


def test_symlinked_folders_are_followed_and_searched_once(plant: Plant) -> None:
    plant("../outside/a.py", "z/b.py")
    os.symlink("../outside", "link1")
    os.symlink("../outside", "link2")
    os.symlink("z", "a")
    assert found() == ["z/b.py", "link1/a.py"]
    assert found(["a"]) == ["a/b.py"]


def test_loops_of_symlinks_end(plant: Plant) -> None:
    plant("a/x.py", "../outside/y.py")
    os.symlink("..", "a/up")
    os.symlink(".", "a/here")
    os.symlink("../outside", "out")
    os.symlink("../root", "../outside/back")
    assert found() == ["a/x.py", "out/y.py"]


def test_symlinked_folders_obey_rules_and_junk(plant: Plant) -> None:
    for name in ("one", "two", "three", "four"):
        plant(f"../{name}/x.py")
    plant("../four/pyvenv.cfg")
    os.symlink("../one", "ignored")
    os.symlink("../two", "node_modules")
    os.symlink("../three", "kept")
    os.symlink("../four", "environment")
    write(".gitignore", "ignored\n/kept/y.py\n")
    plant("../three/y.py")
    assert found() == ["kept/x.py"]
    assert found(["."], ["kept"]) == []


def test_symlinks_in_symlinked_folders_are_followed(plant: Plant) -> None:
    plant("../one/a.py", "../two/b.py")
    os.symlink("../two", "../one/next")
    os.symlink("../one", "link")
    assert found() == ["link/a.py", "link/next/b.py"]


def test_hard_links_are_files_of_their_own(plant: Plant) -> None:
    plant("a.py")
    os.link("a.py", "b.py")
    assert found() == ["a.py", "b.py"]


def test_missing_path() -> None:
    assert list(discover(["a.py", "b"])) == [
        Problem("a.py", "no such file or folder"),
        Problem("b", "no such file or folder"),
    ]
    assert list(discover([""])) == [Problem("''", "an empty path")]
    assert list(discover(["a\0b"])) == [Problem("a\0b", "not a valid path")]


def test_problems_do_not_end_the_search(plant: Plant) -> None:
    plant("a.py", "b/c.py")
    items = list(discover(["missing", "a.py", "a.py/x", "b"]))
    assert items == [
        Problem("missing", "no such file or folder"),
        Candidate("a.py", True),
        Problem("a.py/x", "no such file or folder: a part of the path is not a folder"),
        Candidate("b/c.py", False),
    ]


def test_broken_symlinks(plant: Plant) -> None:
    plant("a.py")
    os.symlink("nowhere.py", "b.py")
    os.symlink("nowhere", "folder")
    os.symlink("c.py", "c.py")
    os.symlink("user@host.1234", ".#a.py")
    assert list(discover(["."])) == [
        Candidate("a.py", False),
        Problem("b.py", "a symlink that leads nowhere"),
        Problem("c.py", "a symlink that leads back to itself"),
    ]
    assert list(discover(["folder", "b.py"])) == [
        Problem("folder", "a symlink that leads nowhere"),
        Problem("b.py", "a symlink that leads nowhere"),
    ]
    write(".gitignore", "b.py\nc.py\n")
    assert found() == ["a.py"]


def test_what_is_no_file_is_named_and_not_opened(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant("a.py")
    os.mkfifo("pipe.py")
    os.mkfifo("pipe")
    os.mkfifo(".gitignore")
    os.symlink("pipe.py", "to_pipe.py")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.py")
    assert list(discover(["."])) == [
        Candidate("a.py", False),
        Problem("pipe.py", "a named pipe, not a file"),
        Problem("socket.py", "a socket, not a file"),
        Problem("to_pipe.py", "a named pipe, not a file"),
    ]
    assert list(discover(["pipe", "/dev/null"])) == [
        Problem("pipe", "a named pipe, not a file"),
        Problem("/dev/null", "a device, not a file"),
    ]
    assert found(["."], ["pipe.py", "socket.py", "to_pipe.py"]) == ["a.py"]


def refusing(monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    """Let one folder be one without permission, also for root."""
    scandir = os.scandir

    def scan(path: str) -> Any:
        if path == refused:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)


@pytest.mark.parametrize("given", [".", "b"])
def test_folder_without_permission(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    plant("a.py", "b/x.py", "c/y.py")
    refusing(monkeypatch, "b")
    items = list(discover([given]))
    assert items.count(Problem("b", "permission denied")) == 1
    rest = [item for item in items if isinstance(item, Candidate)]
    assert rest == ([Candidate("a.py", False), Candidate("c/y.py", False)] if given == "." else [])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folder_without_permission_in_earnest(plant: Plant, root: Path) -> None:
    plant("a.py", "b/x.py")
    (root / "b").chmod(0)
    try:
        items = list(discover(["."]))
    finally:
        (root / "b").chmod(0o755)
    assert items == [Candidate("a.py", False), Problem("b", "permission denied")]


def test_folder_deleted_meanwhile(plant: Plant) -> None:
    plant("a.py", "b/x.py", "c.py")
    search = discover(["."])
    assert next(search) == Candidate("a.py", False)
    os.unlink("b/x.py")
    os.rmdir("b")
    assert list(search) == [Candidate("c.py", False), Problem("b", "no such file or folder")]


def test_gitignore_that_cannot_be_read(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant("a.py", "b/x.py", "b/c/y.py")
    write("b/.gitignore", "x.py\n")
    os.mkdir(".git")

    def refuse(path: str, flags: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(os, "open", refuse)
    problem = Problem("b/.gitignore", "permission denied; b is not searched")
    assert list(discover(["."])) == [Candidate("a.py", False), problem]
    (above,) = discover(["b/c"])
    assert isinstance(above, Problem)
    assert above.path.endswith("b/.gitignore")
    assert above.message == "permission denied; b/c is not searched"


def test_gitignore_that_is_a_symlink_does_not_count(plant: Plant) -> None:
    plant("a.py", "b/a.py")
    write("rules", "a.py\n")
    os.symlink("rules", ".gitignore")
    os.mkdir(".git")
    assert found() == found(["."]) == ["a.py", "b/a.py"]
    assert found(["b"]) == ["b/a.py"]


def test_folder_nested_very_deeply(root: Path) -> None:
    # Deeper than Python may recurse, and so would be whoever tidies up after the tests.
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    Path("a.py").touch()
    os.chdir(root)
    paths = found()
    os.unlink(paths[0])
    os.removedirs(os.path.dirname(paths[0]))
    assert paths == ["d/" * 1500 + "a.py"]


def test_names_that_are_not_text(plant: Plant) -> None:
    name = os.fsdecode(b"\xff.py")
    plant(name)
    write(".gitignore", "*.pyc\n")
    assert found() == [name]


def test_nothing_given() -> None:
    assert found([]) == []
