"""A source file as bytes and as text, exactly.

Text keeps every character of the file, newlines included, so that encoding it again gives the same
bytes. A file for which that cannot be promised is refused with `Unreadable`.
"""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_PLAIN_WORDS = {
    errno.ENOENT: "no such file or folder",
    errno.ENOTDIR: "no such file or folder: a part of the path is not a folder",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ELOOP: "a symlink that leads back to itself",
    errno.ENAMETOOLONG: "the path is too long",
    errno.EROFS: "the file system is read-only",
    errno.ENOSPC: "no space left on the device",
}

# PEP 263; only the first two lines count, the second only after a blank line or a comment.
_COOKIE = rb"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)"
_NEWLINE = rb"\r\n?|\n"


class Unreadable(Exception):
    """The bytes of a file are not text, or a text cannot be written in the encoding of its file.

    line: where, 1-based. message: why, in plain words.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(line, message)
        self.line = line
        self.message = message

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read.

    path: as shown to the user.
    raw: the bytes of the file.
    text: what they say, without the byte order mark, newlines as they are in the file.
    encoding: the codec that leads from one to the other.
    bom: the UTF-8 byte order mark where the file has one, else empty.
    """

    path: str
    raw: bytes
    text: str
    encoding: str
    bom: bytes


def plain_words(error: OSError) -> str:
    """Say in plain words, without the path, why a system call on a file failed."""
    return _PLAIN_WORDS.get(error.errno or 0) or error.strerror or str(error)


def kind(mode: int) -> str:
    """Say in plain words what a file that is no regular file is, given its `st_mode`."""
    if stat.S_ISDIR(mode):
        return "a folder, not a file"
    if stat.S_ISFIFO(mode):
        return "a named pipe, not a file"
    if stat.S_ISSOCK(mode):
        return "a socket, not a file"
    return "a device, not a file"


def read_bytes(path: str) -> bytes:
    """Read a regular file, following symlinks.

    Raises OSError, its `strerror` in plain words, for everything else; a pipe or a device is
    refused and never waited for.
    """
    try:
        info = os.stat(path)
        if not stat.S_ISREG(info.st_mode):
            raise OSError(errno.EINVAL, kind(info.st_mode))
        # Not blocking, in case a pipe has taken the place of the file meanwhile.
        descriptor = os.open(path, _OPEN_FLAGS)
        try:
            chunk = os.read(descriptor, info.st_size + 1)
            if len(chunk) == info.st_size:
                return chunk
            chunks = []
            while chunk:
                chunks.append(chunk)
                chunk = os.read(descriptor, 1 << 20)
            return b"".join(chunks)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise OSError(error.errno, plain_words(error), path) from error
    except ValueError as error:
        raise OSError(errno.EINVAL, "not a valid path", path) from error


def decode(path: str, raw: bytes) -> Source:
    """Turn the bytes of a Python file into text, as Python itself would.

    path: as shown to the user. raw: the bytes. The result fulfils
    `encode(source, source.text) == raw`. Raises Unreadable when the bytes are not text in the
    declared encoding (UTF-8 if none is declared), or would not come back exactly.
    """
    bom = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    body = raw[len(bom) :]
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable(1, "this is UTF-16 text, which Python cannot read")
    if b"\0" in body:
        line = _line(body, body.index(b"\0"))
        raise Unreadable(line, "a NUL byte, which Python source cannot hold")
    line, declared = _declared(body)
    encoding = _codec(declared, line) if declared else "utf-8"
    if bom and encoding != "utf-8":
        message = f"a UTF-8 byte order mark, but {declared} is declared as the encoding"
        raise Unreadable(line, message)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"bytes that are not {declared or 'UTF-8'} text"
        raise Unreadable(_line(body, error.start), message) from error
    except (LookupError, ValueError) as error:
        message = f"{declared}, declared as the encoding, is not an encoding of text"
        raise Unreadable(line, message) from error
    if encoding != "utf-8" and not _exact(text, body, encoding, declared):
        message = f"the bytes cannot be restored exactly from {declared} text"
        raise Unreadable(line, message)
    return Source(path, raw, text, encoding, bom)


def encode(source: Source, text: str) -> bytes:
    """Turn text into bytes in the encoding of a source, with its byte order mark.

    Raises Unreadable when a character of the text does not exist in that encoding.
    """
    try:
        return source.bom + text.encode(source.encoding)
    except UnicodeEncodeError as error:
        line = len(re.findall(r"\r\n?|\n", text[: error.start])) + 1
        character = ascii(text[error.start])
        message = f"the character {character} cannot be written in {source.encoding}"
        raise Unreadable(line, message) from error


def mentions(raw: bytes, words: Sequence[bytes]) -> bool:
    """Whether any of the words occurs in the bytes, be it as a part of another word.

    A word with a capital letter costs a fraction of one without, and several with the same first
    capital letter cost little more than one.
    """
    plain, anchored = _search_plan(tuple(words))
    for letter, places in anchored:
        at = raw.find(letter)
        while at >= 0:
            for offset, word in places:
                if at >= offset and raw.startswith(word, at - offset):
                    return True
            at = raw.find(letter, at + 1)
    for word in plain:  # noqa: SIM110 (a generator costs more than the search)
        if word in raw:
            return True
    return False


_Places = tuple[tuple[int, bytes], ...]


@lru_cache(maxsize=8)
def _search_plan(words: tuple[bytes, ...]) -> tuple[tuple[bytes, ...], list[tuple[bytes, _Places]]]:
    """The words without a capital letter; each first capital with the words and where it is there.

    Looking for one byte is some thirty times as fast as looking for a word, and capital letters are
    rare in source code.
    """
    plain: list[bytes] = []
    anchored: dict[bytes, _Places] = {}
    for word in words:
        capital = re.search(rb"[A-Z]", word)
        if capital is None:
            plain.append(word)
        else:
            anchored[capital[0]] = (*anchored.get(capital[0], ()), (capital.start(), word))
    return tuple(plain), list(anchored.items())


def _declared(body: bytes) -> tuple[int, str]:
    """The line and name of the encoding that a coding cookie declares; (1, "") without one."""
    start = 0
    for line in (1, 2):
        if cookie := re.compile(_COOKIE).match(body, start):
            return line, cookie[1].decode("ascii", "replace")
        blank = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n?|\n)").match(body, start)
        if blank is None:
            break
        start = blank.end()
    return 1, ""


def _codec(declared: str, line: int) -> str:
    """The name of the codec for a declared encoding; raises Unreadable for an unknown one."""
    name = declared.lower().replace("_", "-")
    if name == "utf-8" or name.startswith("utf-8-"):
        # Python takes every such name (utf-8-sig, utf-8-unix) for UTF-8.
        return "utf-8"
    try:
        return codecs.lookup(declared).name
    except (LookupError, ValueError) as error:
        message = f"{declared}, declared as the encoding, is unknown"
        raise Unreadable(line, message) from error


def _exact(text: str, body: bytes, encoding: str, declared: str) -> bool:
    """Whether text stands for the bytes and nothing else, and is text a parser can take."""
    try:
        text.encode("utf-8")
        # Without its own declaration the text is garbage: the codec is no superset of ASCII.
        return declared in text and text.encode(encoding) == body
    except ValueError:
        return False


def _line(body: bytes, offset: int) -> int:
    """The 1-based line of an offset."""
    return len(re.findall(_NEWLINE, body[:offset])) + 1
