"""Replacing a file: all of it or nothing."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from varmigrate.files.write import ChangedOnDisk, replace


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_bytes(b"old\r\n")
    return path


def failing(*names: str) -> Callable[..., Any]:
    def fail(*args: Any, **options: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    return fail


def test_content_is_replaced(file: Path) -> None:
    replace(str(file), b"old\r\n", b"new\r\n")
    assert file.read_bytes() == b"new\r\n"
    assert os.listdir(file.parent) == ["a.py"]


def test_relative_path(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    replace("a.py", b"old\r\n", b"new")
    assert file.read_bytes() == b"new"


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664])
def test_mode_is_kept(file: Path, mode: int) -> None:
    file.chmod(mode)
    replace(str(file), b"old\r\n", b"new")
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_owner_and_group_are_kept(file: Path) -> None:
    os.chown(file, 1234, 2345)
    file.chmod(0o4755)
    replace(str(file), b"old\r\n", b"new")
    info = file.stat()
    assert (info.st_uid, info.st_gid) == (1234, 2345)
    assert stat.S_IMODE(info.st_mode) == 0o4755


def test_owner_that_cannot_be_kept_is_no_failure(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(path: str, user: int, group: int) -> None:
        asked.append((user, group))
        raise PermissionError(errno.EPERM, "Operation not permitted")

    real = os.stat

    def of_others(path: str) -> os.stat_result:
        info = list(real(path))
        if path == str(file):
            info[4:6] = [4321, 5432]
        return os.stat_result(info)

    monkeypatch.setattr(os, "chown", refuse)
    monkeypatch.setattr(os, "stat", of_others)
    replace(str(file), b"old\r\n", b"new")
    monkeypatch.undo()
    assert asked == [(4321, -1), (-1, 5432)]
    assert file.read_bytes() == b"new"


def test_symlink_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "links").mkdir()
    target = tmp_path / "real" / "a.py"
    target.write_bytes(b"old")
    link = tmp_path / "links" / "b.py"
    link.symlink_to("../real/a.py")
    replace(str(link), b"old", b"new")
    assert os.readlink(link) == "../real/a.py"
    assert (target.read_bytes(), target.is_symlink()) == (b"new", False)
    assert os.listdir(tmp_path / "real") == ["a.py"]
    assert os.listdir(tmp_path / "links") == ["b.py"]


def test_nothing_is_written_when_nothing_changes(file: Path) -> None:
    before = file.stat()
    replace(str(file), b"old\r\n", b"old\r\n")
    after = file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_changed_file_is_left_alone(file: Path) -> None:
    with pytest.raises(ChangedOnDisk, match="changed after it was read"):
        replace(str(file), b"other", b"new")
    assert file.read_bytes() == b"old\r\n"
    assert os.listdir(file.parent) == ["a.py"]


def test_deleted_file_is_not_made_again(file: Path) -> None:
    file.unlink()
    with pytest.raises(ChangedOnDisk):
        replace(str(file), b"old\r\n", b"new")
    assert os.listdir(file.parent) == []


def test_change_while_writing_is_noticed(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: file.write_bytes(b"meanwhile"))
    with pytest.raises(ChangedOnDisk):
        replace(str(file), b"old\r\n", b"new")
    assert file.read_bytes() == b"meanwhile"
    assert os.listdir(file.parent) == ["a.py"]


@pytest.mark.parametrize("call", ["fsync", "chmod", "replace"])
def test_failure_leaves_file_and_folder_as_they_were(
    file: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    monkeypatch.setattr(os, call, failing())
    with pytest.raises(OSError, match="no space left") as info:
        replace(str(file), b"old\r\n", b"new")
    assert info.value.filename == str(file)
    assert file.read_bytes() == b"old\r\n"
    assert os.listdir(file.parent) == ["a.py"]


def test_interrupt_leaves_no_temporary_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace(str(file), b"old\r\n", b"new")
    assert file.read_bytes() == b"old\r\n"
    assert os.listdir(file.parent) == ["a.py"]


def test_new_content_is_synced_before_it_takes_the_name(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    synced, named = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        assert os.fstat(descriptor).st_size == 3
        steps.append("sync")
        synced(descriptor)

    def rename(source: str, target: str) -> None:
        assert os.path.dirname(source) == os.path.dirname(target)
        steps.append("name")
        named(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", rename)
    replace(str(file), b"old\r\n", b"new")
    assert steps == ["sync", "name"]


def test_other_hard_links_keep_the_old_content(file: Path) -> None:
    other = file.with_name("b.py")
    os.link(file, other)
    replace(str(file), b"old\r\n", b"new")
    assert (file.read_bytes(), other.read_bytes()) == (b"new", b"old\r\n")


def test_read_only_file_is_not_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.chmod(0o444)
    if os.geteuid() == 0:
        monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(PermissionError, match="permission denied"):
        replace(str(file), b"old\r\n", b"new")
    assert file.read_bytes() == b"old\r\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder(file: Path) -> None:
    file.parent.chmod(0o555)
    try:
        with pytest.raises(PermissionError, match="permission denied"):
            replace(str(file), b"old\r\n", b"new")
    finally:
        file.parent.chmod(0o755)
    assert file.read_bytes() == b"old\r\n"


def test_folder_in_which_nothing_can_be_made(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: str) -> tuple[int, str]:
        raise PermissionError(errno.EACCES, "Permission denied", "/secret/.varmigrate-1.tmp")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(PermissionError, match="permission denied") as info:
        replace(str(file), b"old\r\n", b"new")
    assert info.value.filename == str(file)
    assert file.read_bytes() == b"old\r\n"
