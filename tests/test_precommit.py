"""The hooks, driven by the real pre-commit in a temporary repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
USE = "from torch.autograd import Variable\n\n\ndef f(t):\n    return [Variable(t)]\n"
FIXED = "def f(t):\n    return [t.detach()]\n"


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program without the surrounding repository's settings."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
    # The hooks run the program of this environment, not one pre-commit would have to install.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment["PRE_COMMIT_HOME"] = str(cwd.parent / "cache")
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env=environment
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    hooks = (
        (ROOT / ".pre-commit-hooks.yaml")
        .read_text()
        .replace("language: python", "language: system")
    )
    source = tmp_path / "hooks"
    source.mkdir()
    (source / ".pre-commit-hooks.yaml").write_text(hooks)
    folder = tmp_path / "repository"
    folder.mkdir()
    for place in (source, folder):
        run("git", "init", "-q", "-b", "main", cwd=place)
        run("git", "config", "user.email", "a@example.com", cwd=place)
        run("git", "config", "user.name", "a", cwd=place)
    run("git", "add", "-A", cwd=source)
    assert run("git", "commit", "-qm", "hooks", cwd=source).returncode == 0
    return folder


def commit(repository: Path, hook: str, text: str) -> subprocess.CompletedProcess[str]:
    """Try to commit a file under one hook."""
    revision = run("git", "rev-parse", "HEAD", cwd=repository.parent / "hooks").stdout.strip()
    (repository / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {repository.parent / 'hooks'}\n    rev: {revision}\n    hooks:\n      - id: {hook}\n"
    )
    (repository / "a.py").write_text(text)
    assert run(sys.executable, "-m", "pre_commit", "install", cwd=repository).returncode == 0
    run("git", "add", "-A", cwd=repository)
    return run("git", "commit", "-m", "try", cwd=repository)


def test_a_bad_file_stops_the_commit(repository: Path) -> None:
    done = commit(repository, "varmigrate-check", USE)
    assert done.returncode != 0
    assert "VM112" in done.stdout + done.stderr
    assert (repository / "a.py").read_text() == USE


def test_the_fix_hook_rewrites_it(repository: Path) -> None:
    done = commit(repository, "varmigrate-fix", USE)
    assert done.returncode != 0
    assert (repository / "a.py").read_text() == FIXED
    run("git", "add", "-A", cwd=repository)
    assert run("git", "commit", "-m", "again", cwd=repository).returncode == 0


@pytest.mark.parametrize("hook", ["varmigrate-check", "varmigrate-fix"])
def test_a_clean_file_passes(repository: Path, hook: str) -> None:
    assert commit(repository, hook, FIXED).returncode == 0


def test_the_readme_shows_hooks_that_work(repository: Path) -> None:
    text = (ROOT / "README.md").read_text()
    local, clone = re.findall(r"```yaml\n(repos:.*?)```", text, re.DOTALL)
    hooks = repository.parent / "hooks"
    revision = run("git", "rev-parse", "HEAD", cwd=hooks).stdout.strip()
    clone = clone.replace("/path/to/varmigrate ", f"{hooks} ").replace("COMMIT", revision)
    (repository / "a.py").write_text(USE)
    for config in (local, clone):
        (repository / ".pre-commit-config.yaml").write_text(config)
        run("git", "add", "-A", cwd=repository)
        done = run(sys.executable, "-m", "pre_commit", "run", "--all-files", cwd=repository)
        assert done.returncode == 1, done.stderr
        assert "a.py:5:13: VM112" in done.stdout


def test_all_files_go_to_one_run(repository: Path) -> None:
    """Wrappers cross files, and a run has processes of its own: pre-commit must not split it."""
    for number in range(40):
        (repository / f"m{number}.py").write_text(USE)
    done = commit(repository, "varmigrate-check", USE)
    assert "Checked 41 files: " in done.stdout + done.stderr
