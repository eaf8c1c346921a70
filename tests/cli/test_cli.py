"""The command line: exit codes, streams, formats, and that nothing heavy is imported for nothing."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parent.parent.parent
USE = "from torch.autograd import Variable\n\n\ndef f(t):\n    handle([Variable(t)])\n"
FIXED = "def f(t):\n    handle([t.detach()])\n"
MANUAL = (
    "from torch.autograd import Variable\n\n\ndef f(t):\n    return Variable(t, volatile=True)\n"
)


def program(*arguments: str, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the program in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "varmigrate", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(USE)
    (tmp_path / "clean.py").write_text("import torch\n")
    return tmp_path


def test_check(project: Path) -> None:
    done = program("check", cwd=project)
    assert done.returncode == 1
    assert b"a.py:5:13: VM112" in done.stdout
    assert done.stderr == b""
    assert (project / "a.py").read_text() == USE


def test_check_of_clean_files(project: Path) -> None:
    done = program("check", "clean.py", cwd=project)
    assert done.returncode == 0
    assert b"Nothing found in 1 file." in done.stdout
    assert program("check", "-q", "clean.py", cwd=project).stdout == b""


def test_fix(project: Path) -> None:
    done = program("fix", cwd=project)
    assert done.returncode == 0, done.stderr
    assert (project / "a.py").read_text() == FIXED
    assert program("fix", cwd=project).returncode == 0


def test_fix_with_something_left(project: Path) -> None:
    (project / "b.py").write_text(MANUAL)
    done = program("fix", cwd=project)
    assert done.returncode == 1
    assert (project / "a.py").read_text() == FIXED
    assert b"VM110" in done.stdout


def test_diff_applies(project: Path) -> None:
    done = program("fix", "--diff", cwd=project)
    assert done.returncode == 1
    assert (project / "a.py").read_text() == USE
    assert done.stdout.startswith(b"--- ")
    subprocess.run(["patch", "-s", "-p0"], cwd=project, input=done.stdout, check=True)
    assert (project / "a.py").read_text() == FIXED
    assert program("fix", "--diff", cwd=project).returncode == 0


def test_stdin(project: Path) -> None:
    done = program("fix", "-", cwd=project, stdin=USE.encode())
    assert done.returncode == 0
    assert done.stdout == FIXED.encode()
    clean = "x = 'Variable'\r\n# \xe4\n".encode()
    assert program("fix", "-", cwd=project, stdin=clean).stdout == clean
    done = program("check", "-", "--stdin-filename", "pkg/x.py", cwd=project, stdin=USE.encode())
    assert done.returncode == 1
    assert b"pkg/x.py:5:13" in done.stdout
    done = program("fix", "--diff", "-", cwd=project, stdin=USE.encode())
    assert done.returncode == 1
    assert b"+    handle([t.detach()])" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere.py"),
        ("check", "--select", "VM999"),
        ("check", "--ignore", "bathc"),
        ("check", "--output-format", "xml"),
        ("check", "--no-such-option"),
        ("check", "-", "a.py"),
        ("check", "--config", "nowhere.toml"),
        ("explain", "VM999"),
        ("check", "--jobs", "0"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], project: Path) -> None:
    done = program(*arguments, cwd=project)
    assert done.returncode == 2
    assert done.stderr
    assert b"Traceback" not in done.stderr


def test_wrong_settings(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.varmigrate]\nslect = []\n")
    done = program("check", cwd=project)
    assert done.returncode == 2
    assert b"did you mean 'select'" in done.stderr
    assert program("check", "--isolated", cwd=project).returncode == 1


def test_settings_and_options(project: Path) -> None:
    (project / "varmigrate.toml").write_text('ignore = ["VM112"]\n')
    assert program("check", cwd=project).returncode == 0
    assert program("check", "--config", "varmigrate.toml", "a.py", cwd=project).returncode == 0
    assert program("check", "--isolated", cwd=project).returncode == 1
    assert program("check", "--isolated", "--select", "batch,VM2", cwd=project).returncode == 0


def test_an_unreadable_file_gives_2_and_the_others_are_fixed(project: Path) -> None:
    (project / "broken.py").symlink_to("nowhere")
    done = program("fix", ".", cwd=project)
    assert done.returncode == 2
    assert b"broken.py" in done.stderr
    assert b"1 path could not be finished" in done.stdout
    assert (project / "a.py").read_text() == FIXED


def test_json_counts_what_could_not_be_read(project: Path) -> None:
    (project / "broken.py").symlink_to("nowhere")
    done = program("check", "--output-format", "json", ".", "gone.py", cwd=project)
    assert done.returncode == 2
    document = json.loads(done.stdout)
    assert document["files"]["failed"] == len(document["errors"]) == 2


def test_a_notebook_is_not_called_clean(project: Path) -> None:
    (project / "n.ipynb").write_text('{"source": ["from torch.autograd import Variable"]}')
    done = program("check", "n.ipynb", cwd=project)
    assert done.returncode == 2
    assert b"n.ipynb: a notebook" in done.stderr
    assert b"ipynb" not in program("check", ".", cwd=project).stderr


def test_a_fifo_does_not_hang(project: Path) -> None:
    os.mkfifo(project / "pipe.py")
    done = program("check", "pipe.py", "a.py", cwd=project)
    assert done.returncode == 2
    assert b"pipe.py" in done.stderr


@pytest.mark.parametrize("command", ["check", "fix"])
def test_json(command: str, project: Path) -> None:
    (project / "b.py").write_text(MANUAL)
    (project / "c.py").write_text("import torch\nprint 'Variable'\n")
    done = program(command, "--output-format", "json", cwd=project)
    assert done.returncode == 1
    document = json.loads(done.stdout)
    schema = json.loads((ROOT / "docs" / "findings.schema.json").read_text())
    jsonschema.validate(document, schema)
    found = {(f["path"], f["code"]) for f in document["findings"]}
    assert ("b.py", "VM110") in found
    assert ("c.py", "VM002") in found
    assert (("a.py", "VM112") in found) is (command == "check")
    assert document["files"] == {
        "checked": 4,
        "with_findings": 3 if command == "check" else 2,
        "failed": 0,
    }


def test_json_edits_make_the_fix(project: Path) -> None:
    source = "import torch\nfrom torch.autograd import Variable\nKEEP = Variable\nx = '\u00e4'; y = Variable(t)\n"
    (project / "a.py").write_text(source, encoding="utf-8")
    done = program("check", "--output-format", "json", "a.py", cwd=project)
    (finding,) = (f for f in json.loads(done.stdout)["findings"] if f["fix"])
    for edit in sorted(finding["fix"]["edits"], key=lambda e: -e["start"]):
        source = source[: edit["start"]] + edit["text"] + source[edit["end"] :]
    assert source.endswith("y = t.detach()\n")
    assert (finding["line"], finding["column"]) == (4, 14)


def test_jsonl(project: Path) -> None:
    done = program("check", "--output-format", "jsonl", cwd=project)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["type"] for line in lines] == ["finding", "summary"]


def test_statistics_and_verbose(project: Path) -> None:
    done = program("check", "--statistics", cwd=project)
    assert b"VM112" in done.stdout
    assert b"plain" in done.stdout
    assert b"no finer intent can be told" in program("check", "-v", cwd=project).stdout


def test_explain_and_rules(project: Path) -> None:
    done = program("explain", "vm104", cwd=project)
    assert done.returncode == 0
    for part in (b"VM104 no-grad-preprocessing", b"Fix safety:", b"becomes"):
        assert part in done.stdout
    assert b"VM119" in program("rules", cwd=project).stdout
    assert b"Did you mean VM104" in program("explain", "VM1044", cwd=project).stderr


def test_version_and_help(project: Path) -> None:
    assert b"varmigrate" in program("--version", cwd=project).stdout
    assert b"--unsafe-fixes" in program("fix", "--help", cwd=project).stdout


def test_a_clean_file_imports_nothing_heavy(project: Path) -> None:
    code = (
        "import sys; from varmigrate.cli.main import main\n"
        "try: main(['check', '--isolated', 'clean.py'])\n"
        "except SystemExit: pass\n"
        "heavy = {'libcst', 'rich', 'pathspec', 'json', 'multiprocessing', 'ast', 'tomllib'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    loaded = done.stdout.splitlines()[-1]
    # click itself brings ast in with inspect.
    assert loaded in (b"[]", b"['ast']")


def test_escape_codes_and_markup_stay_text(project: Path) -> None:
    source = USE.replace("Variable(t)", "Variable(t['\x1b[31m [red]x[/red] [/]'])")
    (project / "a.py").write_text(source)
    done = program("check", cwd=project)
    assert b"\x1b" not in done.stdout
    assert b"[red]x[/red] [/]" in done.stdout


def test_input_code_is_never_run(project: Path) -> None:
    (project / "a.py").write_text("open('ran', 'w').close()\n" + USE)
    (project / "torch.py").write_text("open('ran', 'w').close()\n")
    program("check", "a.py", cwd=project)
    program("fix", "a.py", cwd=project)
    assert not (project / "ran").exists()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_files_beside_it_are_never_imported(project: Path, jobs: str) -> None:
    for name in (
        "random",
        "socket",
        "copy",
        "json",
        "tempfile",
        "selectors",
        "queue",
        "torch",
        "re",
    ):
        (project / f"{name}.py").write_text("open('ran', 'w').close()\nraise SystemExit(9)\n")
    (project / "varmigrate").mkdir()
    for number in range(25):
        (project / f"m{number}.py").write_text(USE)
    done = program("check", "-j", jobs, "--output-format", "json", ".", cwd=project)
    assert done.returncode == 1, done.stderr
    assert len(json.loads(done.stdout)["findings"]) == 26
    assert not (project / "ran").exists()


def test_output_that_cannot_be_written(project: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "varmigrate", "check"],
            cwd=project,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert b"cannot be written" in done.stderr
    assert b"Traceback" not in done.stderr


def test_names_the_output_cannot_show(project: Path) -> None:
    (project / "\u65e5.py").write_text(USE)
    done = subprocess.run(
        [sys.executable, "-m", "varmigrate", "check", "-q"],
        cwd=project,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 1
    assert b"\\u65e5.py:5:13" in done.stdout


def test_what_follows_from_another_fix_needs_no_hand(tmp_path: Path) -> None:
    helper = (
        "from torch.autograd import Variable\n\n\ndef wrap(t{}):\n    return Variable(t{})\n\n\n"
        "def f(t):\n    handle(wrap(t))\n"
    )
    (tmp_path / "a.py").write_text(helper.format("", ""))
    done = program("check", "a.py", cwd=tmp_path).stdout
    assert b"1 can be fixed safely" in done
    assert b"2 follow from another fix" in done
    assert b"a hand" not in done
    (tmp_path / "a.py").write_text(helper.format(", v=False", ", volatile=v"))
    done = program("check", "a.py", cwd=tmp_path).stdout
    assert b"drop the flag of `wrap`" in done
    assert b"2 follow from another fix (--verbose shows them)" in done
    (tmp_path / "a.py").write_text(helper.format(", **v", ", **v"))
    done = program("check", "a.py", cwd=tmp_path).stdout
    assert b"3 need a hand" in done
    assert b"has to be changed by hand" in done


def test_what_follows_is_shown_on_request(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from torch.autograd import Variable\n\n\ndef wrap(t):\n    return Variable(t)\n\n\n"
        "def f(t):\n    handle(wrap(t))\n"
    )
    for option, times in (("-q", 1), ("--no-cache", 1), ("-v", 3)):
        done = program("check", "a.py", option, cwd=tmp_path)
        assert len(re.findall(rb"(?m)^a\.py:\d", done.stdout)) == times
        assert done.returncode == 1
    assert b"= note: nothing to change here: `wrap` on line 4" in done.stdout
    made = json.loads(program("check", "a.py", "--output-format", "json", cwd=tmp_path).stdout)
    assert len(made["findings"]) == 3


def test_findings_that_ask_for_nothing_leave_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "util.py").write_text(
        "from torch.autograd import Variable\n\n\ndef wrap(t, v=False):\n"
        "    return Variable(t, volatile=v)  # varmigrate: ignore\n\n\nuse = [wrap]\n"
    )
    (tmp_path / "a.py").write_text(
        "import torch\nfrom util import wrap\n\n\ndef f(t, model):\n"
        "    with torch.no_grad():\n        return model(wrap(t, v=True)).tolist()\n"
    )
    for command in ("check", "fix"):
        done = program(command, "--ignore", "VM207", ".", cwd=tmp_path)
        assert b"1 follows from another fix" in done.stdout
        assert done.returncode == 0


def test_a_folder_without_python_files(tmp_path: Path) -> None:
    assert b"No Python files found." in program("check", cwd=tmp_path).stdout


def test_the_async_keyword(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import torch\nx.cuda(async=True)\n")
    done = program("check", "a.py", cwd=tmp_path)
    assert b"VM501" in done.stdout
    assert b"non_blocking" in done.stdout


def test_explain_of_several(project: Path) -> None:
    done = program("explain", "VM1", cwd=project)
    assert done.returncode == 2
    assert b"VM101, VM102" in done.stderr


def shell(line: str, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a shell line in a folder, `$V` being the program."""
    return subprocess.run(
        ["sh", "-c", line],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "V": f"{sys.executable} -P -m varmigrate"},
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("$V check a.py >&-", 1),
        ("$V check a.py 2>&-", 1),
        ("$V check nowhere.py 2>&-", 2),
        ("$V fix --diff a.py >&- 2>&-", 1),
        ("$V check - <&-", 2),
        ("$V rules >&-", 0),
        ("$V check --config '' a.py", 2),
        ("$V check ''", 2),
    ],
)
def test_closed_streams_and_empty_arguments(line: str, code: int, project: Path) -> None:
    done = shell(line, project)
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr
    assert (project / "a.py").read_text() == USE


@pytest.mark.parametrize("command", ["rules", "explain VM104", "--help", "check --help"])
def test_other_output_that_cannot_be_written(command: str, project: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    done = shell(f"$V {command} >/dev/full", project)
    assert done.returncode == 2
    assert done.stderr.startswith(b"Error: the output cannot be written")
    assert b"Traceback" not in shell(f"$V {command} >/dev/full 2>&1", project).stdout


def test_a_reader_that_has_seen_enough(project: Path) -> None:
    for number in range(200):
        (project / f"m{number}.py").write_text(USE * 3)
    for command in ("check -v", "fix --diff", "check --output-format json"):
        done = shell(f"$V {command} --isolated -j 1 . | head -n 1", project)
        assert done.stdout.count(b"\n") == 1
        assert b"Traceback" not in done.stderr
        assert b"Exception" not in done.stderr


def test_a_folder_that_is_gone(project: Path) -> None:
    gone = "mkdir gone && cd gone && rmdir ../gone && $V check"
    done = shell(gone, project)
    assert done.returncode == 2
    assert done.stderr.startswith(b"Error: the current folder")
    assert shell(f"{gone} --isolated {project}/a.py", project).returncode == 1


def test_an_interrupted_run_ends_in_one_line(project: Path) -> None:
    code = (
        "import varmigrate.cli.main as m\n"
        "def run(*_): raise KeyboardInterrupt\n"
        "m.run = run\n"
        "m.main(['check', '--isolated'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (130, b"Error: interrupted\n")


def on_a_terminal(
    *arguments: str, cwd: Path, stdin: bytes = b"", columns: int = 80, **environment: str
) -> bytes:
    """What the program writes to a terminal, error messages included."""
    pty = pytest.importorskip("pty")
    fcntl = pytest.importorskip("fcntl")
    termios = pytest.importorskip("termios")
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LINES")}
    with subprocess.Popen(
        [sys.executable, "-m", "varmigrate", *arguments],
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=its,
        stderr=its,
        env={**plain, "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment},
    ) as process:
        os.close(its)
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
        written = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            written += piece
    os.close(ours)
    return written


ACTING = "\x1b]0;t\x07 \x1b[2J \u202e [red]x[/red] [/] :smile:"
COLOR = re.compile(rb"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("color", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
@pytest.mark.parametrize(
    "arguments", [("check", "-v"), ("fix", "--diff"), ("fix", "-"), ("fix", "--diff", "-")]
)
def test_nothing_acts_on_a_terminal(
    arguments: tuple[str, ...], color: dict[str, str], tmp_path: Path
) -> None:
    source = USE.replace("Variable(t)", f"Variable(t['{ACTING}'])")
    if "-" not in arguments:
        (tmp_path / "a.py").write_text(source)
    written = on_a_terminal(*arguments, cwd=tmp_path, stdin=source.encode(), **color)
    assert b"\\x1b]0;t\\x07 \\x1b[2J \\u202e [red]x[/red] [/] :smile:" in written
    if color:
        assert b"\x1b" not in written
    assert b"\x1b" not in COLOR.sub(b"", written)
    assert b"\x07" not in written
    assert "\u202e".encode() not in written


def test_settings_do_not_act_on_a_terminal(project: Path) -> None:
    (project / "varmigrate.toml").write_text('"\\u001b[2J" = 1\n')
    written = on_a_terminal("check", cwd=project)
    assert b"unknown setting '\\x1b[2J'" in written
    assert b"\x1b" not in written


def test_a_narrow_terminal(project: Path) -> None:
    (project / "a.py").write_text(USE.replace("(t)", "(t" + ", 'a'" * 99 + ")"))
    written = COLOR.sub(b"", on_a_terminal("check", cwd=project, columns=20)).decode()
    shown = [line for line in written.splitlines() if " | " in line or " = " in line]
    assert shown
    # Narrower than this nothing is readable.
    assert all(len(line) <= 50 for line in shown)
