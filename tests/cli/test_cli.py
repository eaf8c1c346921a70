"""The command line: exit codes, streams, formats, and that nothing heavy is imported for nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parent.parent.parent
USE = "from torch.autograd import Variable\n\n\ndef f(t):\n    handle([Variable(t)])\n"
FIXED = "\n\ndef f(t):\n    handle([t.detach()])\n"
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
    assert (project / "a.py").read_text() == FIXED


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
    assert ("c.py", "VM001") in found
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
    assert b"3 need a hand" in done
    assert b"has to be changed by hand" in done


def test_a_folder_without_python_files(tmp_path: Path) -> None:
    assert b"No Python files found." in program("check", cwd=tmp_path).stdout


def test_advice_for_the_async_keyword(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import torch\nVariable(x.cuda(async=True))\n")
    done = program("check", "a.py", cwd=tmp_path)
    assert b"a.py:2:1: VM001" in done.stdout
    assert b"non_blocking" in done.stdout


def test_explain_of_several(project: Path) -> None:
    done = program("explain", "VM1", cwd=project)
    assert done.returncode == 2
    assert b"VM101, VM102" in done.stderr
