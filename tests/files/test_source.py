"""Bytes to text and back, exactly, or refused."""

from __future__ import annotations

import codecs
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from varmigrate.files.source import (
    Source,
    Unreadable,
    decode,
    encode,
    kind,
    mentions,
    plain_words,
    read_bytes,
)

BOM = codecs.BOM_UTF8


def refused(raw: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as info:
        decode("a.py", raw)
    return info.value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"x = 1",
        b"x = 1\r\ny = 2\r\n",
        b"x = 1\ry = 2\r",
        b"a\r\nb\nc\rd\n\r\n\r",
        b"\x0cx\x0b = 1\n\ttabs \n",
        "é = 'λ'\n".encode(),
        "a\x85b\u2028c\n".encode(),
        "\U0001f600\n".encode(),
    ],
)
def test_newlines_and_all_else_stay(raw: bytes) -> None:
    source = decode("dir/a.py", raw)
    assert source == Source("dir/a.py", raw, raw.decode("utf-8"), "utf-8", b"")
    assert encode(source, source.text) == raw


def test_bom_is_kept_apart_and_comes_back() -> None:
    source = decode("a.py", BOM + b"x = 1\r\n")
    assert source.text == "x = 1\r\n"
    assert source.bom == BOM
    assert encode(source, source.text) == source.raw
    assert encode(source, "y\r\n") == BOM + b"y\r\n"


@pytest.mark.parametrize(
    ("cookie", "encoding"),
    [
        (b"# coding: latin-1\n", "iso8859-1"),
        (b"# -*- coding: Latin_1 -*-\n", "iso8859-1"),
        (b"# vim: set fileencoding=cp1252 :\r\n", "cp1252"),
        (b"#!/usr/bin/python\n# coding=iso-8859-15\n", "iso8859-15"),
        (b"\n# coding=latin-1\n", "iso8859-1"),
        (b" \t\x0c# coding: latin-1\r", "iso8859-1"),
        (b"# first\r# coding: latin-1\r", "iso8859-1"),
    ],
)
def test_coding_cookie_decides(cookie: bytes, encoding: str) -> None:
    raw = cookie + b"x = '\xe9'\n"
    source = decode("a.py", raw)
    assert source.encoding == encoding
    assert "x = 'é'\n" in source.text
    assert encode(source, source.text.replace("é", "ü")) == raw.replace(b"\xe9", b"\xfc")


@pytest.mark.parametrize(
    "raw",
    [
        b"x = 1\n# coding: latin-1\n",
        b"'''\n# coding: latin-1\n'''\n",
        b"\n\n# coding: latin-1\n",
        b"x = '# coding: latin-1'\n",
        b"# encoded: latin-1\n",
    ],
)
def test_only_a_comment_at_the_top_is_a_cookie(raw: bytes) -> None:
    assert decode("a.py", raw).encoding == "utf-8"


@pytest.mark.parametrize("name", [b"utf-8", b"UTF_8", b"utf8", b"utf-8-sig", b"utf-8-unix", b"U8"])
@pytest.mark.parametrize("bom", [b"", BOM])
def test_names_of_utf_8(name: bytes, bom: bytes) -> None:
    source = decode("a.py", bom + b"# coding: " + name + "\né\n".encode())
    assert (source.encoding, source.bom) == ("utf-8", bom)
    assert source.text.startswith("# coding")


def test_stateless_multibyte_encoding_comes_back() -> None:
    raw = "# coding: shift_jis\nx = 'ソース'\n".encode("shift_jis")
    source = decode("a.py", raw)
    assert "ソース" in source.text
    assert encode(source, source.text) == raw


def test_bom_and_another_cookie_conflict() -> None:
    error = refused(BOM + b"#!python\n# coding: latin-1\n")
    assert error.line == 2
    assert "byte order mark" in error.message
    assert "latin-1" in error.message


def test_unknown_codec() -> None:
    error = refused(b"\n# coding: klingon\n")
    assert (error.line, "klingon" in error.message, "unknown" in error.message) == (2, True, True)
    assert str(error) == f"line 2: {error.message}"


@pytest.mark.parametrize(
    "name", ["rot13", "hex", "base64", "bz2", "zlib", "quopri", "uu", "undefined"]
)
def test_codecs_that_are_not_of_text(name: str) -> None:
    error = refused(f"# coding: {name}\nx = 1\n".encode())
    assert (error.line, name in error.message) == (1, True)


@pytest.mark.parametrize(
    "raw",
    [
        b"# coding: utf-16-le\nxx",  # reads as other characters, and would come back
        b"# coding: cp500\n",
        b"# coding: utf-7\nx = '+AGE-'\n",  # a longer spelling of a letter
        b"# coding: utf-7\nx = '+2AA-'\n",  # half a surrogate pair
        b"# coding: unicode_escape\nx = '\\x61'\n",
        b"# coding: iso2022_jp\nx = '\x1b(B'\n",  # a switch of state that changes nothing
    ],
)
def test_what_would_not_come_back_exactly_is_refused(raw: bytes) -> None:
    error = refused(raw)
    assert error.line == 1
    assert "restored" in error.message or "not an encoding" in error.message


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"\xff", 1),
        (b"a\nb\n\xe9 = 1\n", 3),
        (b"a\r\nb\r\n\xe9", 3),
        (b"a\rb\r\xe9", 3),
        (BOM + b"a\n\xe9", 2),
        (b"# coding: ascii\n\n\xc3\xa9", 3),
        (b"# coding: shift_jis\nx\n'\x81'", 3),
        (b"\xed\xa0\x80", 1),
    ],
)
def test_undecodable_bytes_have_a_line(raw: bytes, line: int) -> None:
    error = refused(raw)
    assert (error.line, "text" in error.message) == (line, True)


def test_nul_byte() -> None:
    error = refused(b"x = 1\ny = '\0'\n")
    assert (error.line, "NUL" in error.message) == (2, True)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
def test_utf_16(encoding: str) -> None:
    bom = {"utf-16": b""}.get(encoding, "\ufeff".encode(encoding))
    assert "UTF-16" in refused(bom + "é = 1\n".encode(encoding)).message


def test_encode_says_which_character_and_where() -> None:
    source = decode("a.py", b"# coding: latin-1\n")
    with pytest.raises(Unreadable) as info:
        encode(source, "# coding: latin-1\r\nx\ry = 'λ'\n")
    assert info.value.line == 3
    assert r"\u03bb" in info.value.message
    assert "iso8859-1" in info.value.message


@given(st.binary(max_size=60), st.sampled_from(["", "utf-8", "latin-1", "utf-7", "gbk", "hz"]))
def test_any_bytes_come_back_or_are_refused(body: bytes, cookie: str) -> None:
    raw = f"# coding: {cookie}\n".encode() + body if cookie else body
    lines = raw.count(b"\n") + raw.count(b"\r") + 1
    try:
        source = decode("a.py", raw)
    except Unreadable:
        assert 1 <= refused(raw).line <= lines
    else:
        assert encode(source, source.text) == raw


@given(st.binary(max_size=40))
def test_python_agrees_about_what_can_be_read(body: bytes) -> None:
    raw = b"# coding: latin-1\n#" + body.replace(b"\n", b"").replace(b"\r", b"") + b"\n"
    try:
        decode("a.py", raw)
    except Unreadable:
        with pytest.raises((SyntaxError, ValueError)):
            compile(raw, "a.py", "exec")
    else:
        compile(raw, "a.py", "exec")


@pytest.mark.parametrize("size", [0, 1, 100, 1 << 20])
def test_read_bytes(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"\r\n" * size)
    assert read_bytes(str(path)) == b"\r\n" * size


def test_read_bytes_of_a_file_longer_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    # As in /proc, or when the file grows meanwhile.
    parts = [b"ab", b"cd", b"e", b""]
    monkeypatch.setattr(os, "read", lambda descriptor, count: parts.pop(0))
    assert read_bytes(__file__) == b"abcde"


def test_read_bytes_follows_symlinks(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x")
    (tmp_path / "b.py").symlink_to("a.py")
    assert read_bytes(str(tmp_path / "b.py")) == b"x"


def test_read_bytes_says_in_plain_words_what_is_wrong(tmp_path: Path) -> None:
    missing = str(tmp_path / "a.py")
    with pytest.raises(FileNotFoundError) as info:
        read_bytes(missing)
    assert info.value.strerror == "no such file or folder"
    assert info.value.filename == missing
    with pytest.raises(OSError, match="a folder, not a file"):
        read_bytes(str(tmp_path))
    with pytest.raises(OSError, match="not a valid path"):
        read_bytes("a\0b")


def test_read_bytes_of_a_pipe_a_socket_or_a_device_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.py")
    with pytest.raises(OSError, match="a named pipe, not a file"):
        read_bytes("pipe.py")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.py")
        with pytest.raises(OSError, match="a socket, not a file"):
            read_bytes("socket.py")
    with pytest.raises(OSError, match="a device, not a file"):
        read_bytes("/dev/tty" if os.path.exists("/dev/tty") else "/dev/null")


def test_a_pipe_that_takes_the_place_of_the_file_does_not_hang(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = str(tmp_path / "pipe.py")
    os.mkfifo(pipe)
    real = os.stat(__file__)
    monkeypatch.setattr(os, "stat", lambda path: real)
    assert read_bytes(pipe) == b""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_read_bytes_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(PermissionError, match="permission denied"):
        read_bytes(str(path))


def test_read_bytes_without_permission_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, flags: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError, match="permission denied"):
        read_bytes(__file__)


def test_plain_words_fall_back_on_those_of_the_system() -> None:
    assert plain_words(OSError(errno.EIO, "Input/output error")) == "Input/output error"
    assert plain_words(OSError("odd")) == "odd"


def test_kind_of_a_folder(tmp_path: Path) -> None:
    assert kind(tmp_path.stat().st_mode) == "a folder, not a file"


@pytest.mark.parametrize(
    ("raw", "words", "found"),
    [
        (b"from torch.autograd import Variable", (b"Variable",), True),
        (b"MyVariables", (b"volatile", b"Variable"), True),
        (b"x.volatile", (b"volatile", b"Variable"), True),
        (b"Vari able VVariabl", (b"Variable", b"volatile"), False),
        (b"VVVariable", (b"Variable",), True),
        (b"# noqa: VM105", (b"noqa: VM", b"[VM"), True),
        (b"[VM", (b"noqa: VM", b"[VM"), True),
        (b"M105 # noqa: V", (b"noqa: VM",), False),
        (b"VM # noqa: ", (b"noqa: VM",), False),
        (b"", (b"Variable", b"x"), False),
        (b"anything", (), False),
    ],
)
def test_mentions(raw: bytes, words: tuple[bytes, ...], found: bool) -> None:
    assert mentions(raw, words) is found
    assert mentions(raw, list(words)) is found


@given(
    st.text("aVMx:", max_size=30).map(str.encode),
    st.lists(st.text("aVMx:", min_size=1, max_size=4).map(str.encode), max_size=4),
)
def test_mentions_is_a_plain_search(raw: bytes, words: list[bytes]) -> None:
    assert mentions(raw, words) == any(word in raw for word in words)


def test_what_the_room_imports() -> None:
    program = (
        "import sys\n"
        "from varmigrate.files import depth, discovery, source, write\n"
        "heavy = {'libcst', 'rich', 'click', 'pathspec', 'tempfile', 'subprocess', 'logging'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
