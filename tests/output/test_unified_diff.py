"""Diffs, and the programs that apply them."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from varmigrate.output.diff import colored, unified_diff, unified_diff_bytes
from varmigrate.output.painting import painted

PROGRAMS = {"patch": ["patch", "-p0", "--force"], "git": ["git", "apply"]}
LINES = b"".join(b"line %d\n" % number for number in range(40))

CONTENTS = {
    "one line": (b"a\nb\n", b"a\nc\n"),
    "hunks": (LINES, LINES.replace(b"line 3\n", b"").replace(b"line 30\n", b"x\ny\n")),
    "first and last": (LINES, b"new\n" + LINES + b"new\n"),
    "crlf": (b"a\r\nb\r\nc\r\n", b"a\r\nB\r\nc\r\n"),
    "mixed newlines": (b"a\r\nb\nc\r\nd\re\n", b"a\r\nB\nc\r\nd\rE\n"),
    "lone carriage returns": (b"a\rb\n\rc\nd\n", b"a\rb\n\rC\nd\n"),
    "newline lost": (b"a\nb\n", b"a\nb"),
    "newline won": (b"a\nb", b"a\nb\n"),
    "no newline": (b"a\nb\nc", b"A\nb\nc"),
    "no newline, last line": (b"a\nb", b"a\nc"),
    "crlf, no newline": (b"a\r\nb\r", b"a\r\nc\r"),
    "line boundaries of Python alone": (
        "a\x0cb\x0bc\x1cd\x85e\u2028f\nx\n\x0c\ny\n".encode(),
        "a\x0cb\x0bc\x1cD\x85e\u2028f\nx\n\x0c\nY\n".encode(),
    ),
    "to nothing": (b"import Variable\n", b""),
    "from nothing": (b"", b"a\n"),
    "latin-1": (b"# \xe9\xff\nx\n", b"# \xe9\xff\ny\n"),
    "looks like a header": (b"-- a/x\n++ b/x\n", b"-- a/y\n++ b/x\n@@ -1 +1 @@\n"),
}
NAMES = [
    "train.py",
    "src/pkg/train.py",
    "my src/my train.py",
    "é/日本.py",
    "a\u3000b.py",
    'q"u\\o日te.py',
    "tab\there.py",
    "new\nline\x1b.py",
    "byte\udcff.py",
    "it 2020-01-01 10:00:00.py",
]


def _applied(program: str, root: Path, name: str, before: bytes, diff: bytes) -> bytes:
    """The content of the file `name` holding `before`, after `program` has applied `diff`."""
    if not shutil.which(PROGRAMS[program][0]):
        pytest.skip(f"no {PROGRAMS[program][0]} here")
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(before)
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        PROGRAMS[program], cwd=root, input=diff, capture_output=True, env=environment, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return file.read_bytes()


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("case", CONTENTS)
def test_the_programs_reach_the_very_bytes(program: str, case: str, tmp_path: Path) -> None:
    before, after = CONTENTS[case]
    diff = unified_diff_bytes("src/train.py", before, after)
    assert _applied(program, tmp_path, "src/train.py", before, diff) == after


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("name", NAMES)
def test_the_programs_find_the_file(program: str, name: str, tmp_path: Path) -> None:
    diff = unified_diff_bytes(name, b"a\nb\n", b"a\nc\n")
    assert _applied(program, tmp_path, name, b"a\nb\n", diff) == b"a\nc\n"


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("folder", [".", "sub"])
def test_inside_a_repository(program: str, folder: str, tmp_path: Path) -> None:
    if not shutil.which("git"):
        pytest.skip("no git here")
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    diff = unified_diff_bytes("pkg/train.py", b"a\n", b"b\n")
    assert _applied(program, tmp_path / folder, "pkg/train.py", b"a\n", diff) == b"b\n"


@pytest.mark.parametrize("program", PROGRAMS)
def test_diffs_of_several_files_in_a_row(program: str, tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "a.py").write_bytes(b"1")
    diff = unified_diff_bytes("pkg/a.py", b"1", b"2") + unified_diff_bytes("b.py", b"3\n", b"4\n")
    assert _applied(program, tmp_path, "b.py", b"3\n", diff) == b"4\n"
    assert (tmp_path / "pkg" / "a.py").read_bytes() == b"2"


def test_the_form_by_hand() -> None:
    diff = unified_diff("a.py", "1\n2\n3\n4\n5\n6\n", "1\n2\n3\n4\nfive\n6\nseven")
    assert diff == (
        "--- ./a.py\n+++ ./a.py\n"
        "@@ -2,5 +2,6 @@\n 2\n 3\n 4\n-5\n+five\n 6\n+seven\n\\ No newline at end of file\n"
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [("a.py", "./a.py"), ("./a.py", "./a.py"), ("../a.py", "./../a.py"), ("/x/a.py", "/x/a.py")],
)
def test_names_in_the_header(path: str, name: str) -> None:
    assert unified_diff(path, "a", "b").startswith(f"--- {name}\n+++ {name}\n")


def test_equal_contents_have_no_diff() -> None:
    assert unified_diff_bytes("a.py", LINES, LINES) == b""
    assert unified_diff("a.py", "", "") == ""


def test_text_and_bytes_agree() -> None:
    before, after = "a\r\né\u2028\x0c\n", "a\r\nè\u2028\x0c\n"
    diff = unified_diff("é.py", before, after)
    assert diff.encode() == unified_diff_bytes("é.py", before.encode(), after.encode())


def test_a_lone_surrogate_in_name_and_text() -> None:
    assert "\n-\ud800\n+\udcff\n" in unified_diff("\udcff.py", "\ud800\n", "\udcff\n")


def _patched(before: list[bytes], diff: bytes) -> list[bytes]:
    """`before` after `diff`, where every line ends in a newline; the diff is believed nothing."""
    result: list[bytes] = []
    at = 0
    for line in diff.split(b"\n")[2:-1]:
        if line.startswith(b"@@"):
            ranges = line.split()[1:3]
            start, length, new_start, new_length = (
                int(number) for text in ranges for number in [*text[1:].split(b","), b"1"][:2]
            )
            start -= bool(length)
            assert start >= at
            result += before[at:start]
            at = start
            assert len(result) == new_start - bool(new_length)
        elif line[:1] == b"+":
            result.append(line[1:])
        else:
            assert before[at] == line[1:]
            if line[:1] == b" ":
                result.append(before[at])
            at += 1
    return result + before[at:]


_FEW_LINES = st.lists(st.sampled_from([b"", b"a", b"b", b"\r", b"-- a", b"@@"]), max_size=40)


@given(_FEW_LINES, _FEW_LINES)
def test_any_two_contents(before: list[bytes], after: list[bytes]) -> None:
    old, new = (b"".join(line + b"\n" for line in lines) for lines in (before, after))
    diff = unified_diff_bytes("a.py", old, new)
    if diff:
        assert _patched(before, diff) == after
    else:
        assert before == after


def _marks(diff: bytes) -> tuple[int, int]:
    """How many lines a diff drops and adds."""
    lines = diff.split(b"\n")[2:]
    return (
        sum(line.startswith(b"-") for line in lines),
        sum(line.startswith(b"+") for line in lines),
    )


@pytest.mark.parametrize("period", [1, 25, 100_000])
def test_many_changes_in_a_long_file(period: int) -> None:
    before = [b"line %d" % (number % period) for number in range(50_000)]
    after = [b"new" if number % 25 == 3 else line for number, line in enumerate(before)]
    diff = unified_diff_bytes("a.py", b"\n".join(before), b"\n".join(after))
    assert _marks(diff) == (2000, 2000)


def test_changes_of_all_kinds_are_found_and_kept_small() -> None:
    chance = random.Random(2)
    before = [b"line %d" % (number % 30) for number in range(5_000)]
    after: list[bytes] = []
    edits = 0
    for line in before:
        kind = chance.choice(["drop", "add"]) if chance.random() < 0.02 else "keep"
        edits += kind != "keep"
        after += {"drop": [], "add": [line, b"new"], "keep": [line]}[kind]
    old, new = (b"".join(line + b"\n" for line in lines) for lines in (before, after))
    diff = unified_diff_bytes("a.py", old, new)
    assert _patched(before, diff) == after
    assert sum(_marks(diff)) <= edits


def test_an_indented_block_touches_that_block_alone() -> None:
    before = [b"import torch"] + [b"line %d" % number for number in range(1_000)]
    block = [b"with torch.no_grad():"] + [b"    " + line for line in before[200:700]]
    after = [*before[1:200], *block, *before[700:-1], b"end"]
    old, new = (b"".join(line + b"\n" for line in lines) for lines in (before, after))
    diff = unified_diff_bytes("a.py", old, new)
    assert _patched(before, diff) == after
    assert _marks(diff) == (502, 502)


def test_everything_changed_is_still_a_diff() -> None:
    before, after = [b"a"] * 700, [b"b"] * 900
    old, new = (b"".join(line + b"\n" for line in lines) for lines in (before, after))
    assert _patched(before, unified_diff_bytes("a.py", old, new)) == after


# On a terminal


def _styles(lines: list[Text]) -> list[str]:
    return [str(line.style) for line in lines]


def test_each_kind_of_line_has_its_colour() -> None:
    lines = list(colored(unified_diff("a.py", "a\nb", "a\nc")))
    assert _styles(lines) == ["bold", "bold", "cyan", "", "red", "dim", "green", "dim"]
    assert [line.plain for line in lines][4:6] == ["-b", "\\ No newline at end of file"]
    assert list(colored("")) == []


@pytest.mark.parametrize("color", [False, True])
def test_nothing_acts_on_the_terminal(color: bool) -> None:
    before = "x = '\x1b[31m\u202e[red]y[/red][/]'\r\n\tz\n"
    diff = unified_diff("e\x1b[0m.py", before, before.replace("z", "\x9bw"))
    output = "".join(painted(colored(diff), color=color))
    assert " x = '\\x1b[31m\\u202e[red]y[/red][/]'\n" in output
    assert "\\x9bw" in output
    assert "\u202e" not in output
    assert "\r" not in output
    assert ("\x1b" in output) == color
    assert "\x1b[31m\u202e" not in output


def test_only_the_display_is_cleaned() -> None:
    diff = unified_diff_bytes("a.py", b"\x1b[31m\n", b"\x1b[32m\n")
    assert b"-\x1b[31m\n+\x1b[32m\n" in diff
