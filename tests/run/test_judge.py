"""One file: guard, suppression, selection, files that cannot be analysed."""

from __future__ import annotations

import pytest

from tests.support import check, codes, fix
from varmigrate.analysis.context import ModuleContext
from varmigrate.model import Edit
from varmigrate.rewrite.edits import Conflict, apply
from varmigrate.rewrite.guard import Rejected, verify
from varmigrate.run import judge
from varmigrate.run.judge import FileOptions, judge_file
from varmigrate.run.selection import Selection, unknown_item

USE = "from torch.autograd import Variable\n\n\ndef f(t):\n    handle([Variable(t)])\n"


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"import torch\nVariable 1\n", 2),
        (b"import torch\nx = Variable(\n", 3),
        (b"import torch\nx.cuda(async=True) # Variable\ny = async 1\n", 3),
        (b"import torch\n%run more.py\nx = Variable(y)\n", 2),
        (b"# coding: no-such-codec\nimport torch, Variable\n", 1),
        (b"import torch\nx = 'Variable \xff'\n", 2),
        (b"import torch\nx = 'Variable \x00'\n", 2),
        (b"import torch\nVariable = " + b"(" * 1500 + b")" * 1500, 2),
        (b"import torch\nVariable = " + b"+".join([b"x"] * 3000), 2),
        (b"import torch\n\x0cVariable = 2\n", 2),
    ],
    ids=[
        "two words",
        "unfinished",
        "async keyword and more",
        "a line of IPython that may bind names",
        "unknown codec",
        "undecodable",
        "null byte",
        "1,500 parentheses",
        "3,000 terms",
        "form feed the parser loses",
    ],
)
def test_what_cannot_be_analysed_is_reported(raw: bytes, line: int) -> None:
    for options in (FileOptions(), FileOptions(fix=True)):
        result = judge_file("a.py", raw, ModuleContext(), options)
        (finding,) = result.findings
        assert finding.code == "VM001"
        assert finding.line == line or finding.line <= line
        assert finding.advice
        assert result.new_bytes is None
        assert not result.errors


def test_a_long_file_is_analysed() -> None:
    source = USE + "x = 1\n" * 50_000 + "y = Variable(x)\n"
    assert [f.line for f in check(source).findings] == [5, 50_006]


@pytest.mark.parametrize(
    "raw",
    [
        "# -*- coding: latin-1 -*-\n" + USE + "# caf\xe9\n",
        "\ufeff" + USE,
        USE.replace("\n", "\r\n"),
        USE.replace("    ", "\t"),
        USE.rstrip("\n"),
    ],
    ids=["latin-1", "byte order mark", "CRLF", "tabs", "no final newline"],
)
def test_bytes_outside_the_edits_stay(raw: str) -> None:
    encoding = "latin-1" if "latin-1" in raw else "utf-8"
    result = judge_file("a.py", raw.encode(encoding), ModuleContext(), FileOptions(fix=True))
    assert result.new_bytes is not None
    newline = "\r\n" if "\r\n" in raw else "\n"
    # At the start of a file the blank lines behind the import go as well.
    gone = f"from torch.autograd import Variable{newline}"
    gone += "" if raw.startswith("#") else 2 * newline
    expected = raw.replace(gone, "").replace("[Variable(t)]", "[t.detach()]")
    assert result.new_bytes == expected.encode(encoding)


# -- the guard ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "edits"),
    [
        ("a = b\n", "a = c\n", []),
        ("a = b\n", "a  = c\n", [Edit(4, 5, "c")]),
        ("a = b\n", "a = cd\n", [Edit(4, 5, "c")]),
        ("a = b  # why\n", "a = b\n", [Edit(5, 12, "")]),
        ("a if b else c\n", "a if xelse c\n", [Edit(5, 7, "x")]),
        ("in(b)\n", "inb\n", [Edit(2, 3, ""), Edit(4, 5, "")]),
    ],
    ids=["unplanned", "outside", "other text", "lost comment", "glued right", "glued left"],
)
def test_the_guard_rejects(before: str, after: str, edits: list[Edit]) -> None:
    with pytest.raises(Rejected):
        verify(before, after, edits)


def test_the_guard_accepts() -> None:
    before = "x = Variable(t)  # why\nfrom a import b  # noqa\n"
    edits = [Edit(4, 13, ""), Edit(14, 15, ".detach()"), Edit(23, 46, "")]
    verify(before, apply(before, edits), edits)


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(Conflict):
        apply("abcdef", [Edit(0, 3, "x"), Edit(2, 4, "y")])


def test_equal_edits_count_once() -> None:
    assert apply("abc", [Edit(1, 1, "x"), Edit(1, 1, "x")]) == "axbc"


@pytest.mark.parametrize("damage", ["syntax", "comment", "endless", "encoding"])
def test_a_wrong_fix_is_dropped_and_reported(damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "# -*- coding: latin-1 -*-\n" + USE + "x = 1  # remark\n"

    def broken(text: str, edits: list[Edit]) -> str:
        if damage == "syntax":
            return text + "x = ("
        if damage == "comment":
            return text.replace("# remark", "")
        if damage == "encoding":
            return text + "\u20ac"
        return text

    monkeypatch.setattr(judge, "apply", broken)
    if damage != "comment":
        monkeypatch.setattr(judge, "verify", lambda *_: None)
    result = fix(source)
    assert result.new_bytes is None
    assert result.errors
    assert result.findings[0].code == "VM009"
    assert [f.code for f in result.findings[1:]] == ["VM112"]


def test_a_second_run_finds_nothing_more() -> None:
    source = USE + "\n\ndef g(x):\n    return isinstance(Variable(Variable(x)), Variable)\n"
    once = fix(source)
    assert once.after is not None
    assert fix(once.after).after is None


# -- suppression -------------------------------------------------------------------------------

LINE = "from torch.autograd import Variable\nkeep = Variable\n\n\ndef f(t):\n    handle([Variable(t)]){}\n"


@pytest.mark.parametrize(
    "comment",
    [
        "  # varmigrate: ignore[VM112] reason",
        "  # varmigrate: ignore[VM105, VM112]",
        "  # varmigrate: ignore",
        "  # noqa: VM112",
        "  # noqa: E501, VM112",
        "  # type: ignore  # varmigrate: ignore[vm112]",
    ],
)
def test_a_comment_on_the_statement_silences(comment: str) -> None:
    result = check(LINE.format(comment), ignore=("VM205", "VM008"))
    assert result.findings == ()
    assert fix(LINE.format(comment), ignore=("VM205", "VM008")).after is None


@pytest.mark.parametrize(
    "comment",
    [
        "  # varmigrate: ignore[VM105]",
        "  # noqa: VM105",
        "  # noqa",
        "  # noqa: F401",
        "  # ignore",
    ],
)
def test_another_comment_does_not(comment: str) -> None:
    assert "VM112" in codes(LINE.format(comment))


def test_a_comment_counts_on_any_line_of_the_statement() -> None:
    source = LINE.format("").replace(
        "[Variable(t)]", "[Variable(\n        t,  # noqa: VM112\n    )]"
    )
    assert codes(source) == ["VM205"]


def test_a_comment_in_a_block_does_not_silence_its_header() -> None:
    source = (
        "from torch.autograd import Variable\nkeep = Variable\nif Variable(t):\n"
        "    x = 1  # varmigrate: ignore[VM112]\n"
    )
    assert codes(source) == ["VM205", "VM112", "VM008"]


def test_a_comment_on_the_header_does() -> None:
    source = (
        "from torch.autograd import Variable\nkeep = Variable\n# above\n"
        "if Variable(t):  # varmigrate: ignore[VM112]\n    x = 1\n"
    )
    assert codes(source) == ["VM205"]


def test_a_whole_file() -> None:
    assert codes("# varmigrate: ignore-file\n" + USE) == []
    assert codes("# varmigrate: ignore-file[VM112]\n" + USE) == []
    assert codes("# varmigrate: ignore-file[VM105]\n" + USE) == ["VM008", "VM112"]


@pytest.mark.parametrize(
    ("comment", "unused"),
    [
        ("  # varmigrate: ignore[VM105]", ["VM008"]),
        ("  # noqa: VM105", ["VM008"]),
        ("  # varmigrate: ignore[VM105, VM112]", ["VM008"]),
        ("  # varmigrate: ignore[VM112]", []),
        ("  # noqa", []),
        ("  # noqa: E501", []),
    ],
)
def test_an_unused_suppression_is_reported(comment: str, unused: list[str]) -> None:
    found = [code for code in codes(LINE.format(comment)) if code == "VM008"]
    assert found == unused


def test_a_suppression_of_what_is_not_selected_is_not_judged() -> None:
    source = LINE.format("  # varmigrate: ignore[VM105]")
    assert check(source, select=("VM112", "VM008")).findings[0].code == "VM112"
    assert len(check(source, select=("VM112", "VM008")).findings) == 1


def test_a_comment_in_a_string_is_none() -> None:
    assert "VM112" in codes(LINE.format("") + "x = '# varmigrate: ignore-file'\n")


# -- selection ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("select", "ignore", "wanted"),
    [
        ((), (), True),
        (("VM112",), (), True),
        (("VM1",), (), True),
        (("vm1",), (), True),
        (("plain",), (), True),
        (("VM2",), (), False),
        (("batch",), (), False),
        ((), ("VM112",), False),
        ((), ("VM1",), False),
        ((), ("plain",), False),
        ((), ("VM2",), True),
        (("VM112",), ("VM1",), True),
        (("VM1",), ("VM112",), False),
        (("VM112",), ("VM112",), False),
    ],
)
def test_selection(select: tuple[str, ...], ignore: tuple[str, ...], wanted: bool) -> None:
    result = check(USE, select=select, ignore=ignore)
    assert ("VM112" in [f.code for f in result.findings]) is wanted
    assert (fix(USE, select=select, ignore=ignore).after is not None) is wanted


def test_unknown_items_get_a_suggestion() -> None:
    known = ["VM105", "VM206"]
    assert unknown_item("VM105", known) is None
    assert unknown_item("VM2", known) is None
    assert unknown_item("batch", known) is None
    assert "did you mean VM105" in (unknown_item("VM150", known) or "")
    assert "did you mean batch" in (unknown_item("bacth", known) or "")
    assert unknown_item("E501", known) is not None
    assert Selection(("VM105",)).wants("VM105")
