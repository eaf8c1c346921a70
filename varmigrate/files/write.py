"""Replacing a file by its rewritten form: all of it or nothing."""

from __future__ import annotations

import errno
import os
import stat

from varmigrate.files.source import plain_words, read_bytes


class ChangedOnDisk(Exception):
    """The file is no longer the one that was read; it was left alone."""

    def __init__(self) -> None:
        super().__init__("the file changed after it was read")


def replace(path: str, expected: bytes, new: bytes) -> None:
    """Give the file at `path` the content `new`, provided that it still holds `expected`.

    A symlink stays a symlink: the file it leads to is replaced. The mode is kept, and the owner and
    group where the system permits. Nothing is written when `new` equals `expected`.

    The content goes to a temporary file beside the target, which then takes its name, so no reader
    ever sees half a file. The price: if the file has further hard links, those keep the old
    content. Discovery therefore counts hard links as files of their own.

    Raises ChangedOnDisk when the file holds something else or is gone, and OSError, its `strerror`
    in plain words, when it cannot be written (a file without write permission included). The
    file is then as it was, and no temporary file is left.
    """
    if new == expected:
        return
    target = os.path.realpath(path)
    try:
        _check(target, expected)
        if not os.access(target, os.W_OK):
            # Renaming over the file would succeed, but not being writable is a wish to keep it.
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        _swap(target, expected, new)
    except OSError as error:
        raise OSError(error.errno, plain_words(error), path) from error


def _check(target: str, expected: bytes) -> None:
    try:
        current = read_bytes(target)
    except FileNotFoundError as error:
        raise ChangedOnDisk from error
    if current != expected:
        raise ChangedOnDisk


def _swap(target: str, expected: bytes, new: bytes) -> None:
    from tempfile import mkstemp

    info = os.stat(target)
    descriptor, temporary = mkstemp(".tmp", ".varmigrate-", os.path.dirname(target))
    try:
        with open(descriptor, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        _keep_owner(temporary, info)
        # After the owner: changing that may clear bits of the mode.
        os.chmod(temporary, stat.S_IMODE(info.st_mode))
        # Once more, at the last moment: writing and syncing take time.
        _check(target, expected)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _keep_owner(temporary: str, info: os.stat_result) -> None:
    if not hasattr(os, "chown"):
        return
    made = os.stat(temporary)
    # The group apart from the user: one may give a file to another group of one's own.
    for user, group in ((info.st_uid, -1), (-1, info.st_gid)):
        if user not in (-1, made.st_uid) or group not in (-1, made.st_gid):
            try:
                os.chown(temporary, user, group)
            except PermissionError:
                continue
