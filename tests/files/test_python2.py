"""What only Python 2 reads is told, with the command that helps; what Python 3 reads is not."""

from __future__ import annotations

import ast
import random
import shutil
import subprocess
import sys
import sysconfig
import warnings
from pathlib import Path

import pytest

from tests.support import check, fix
from varmigrate.files.python2 import broken_sign, hidden_sign

LIBRARY = Path(sysconfig.get_path("stdlib"))
HEAD = "import torch\nfrom torch.autograd import Variable\nx = Variable(torch.ones(3))\n"

# What does not parse today, and the line that shows it.
BROKEN = [
    ("print 'a'\n", 4, "`print`"),
    ("print x\n", 4, "`print`"),
    ("if x: print 1\n", 4, "`print`"),
    ("def f():\n    y = 1; print y,\n", 5, "`print`"),
    ("print not x\n", 4, "`print`"),
    ("print 'a' % (\n  x)\n", 4, "`print`"),
    ("exec 'x = 1'\n", 4, "`exec`"),
    ("exec code in names\n", 4, "`exec`"),
    ("raise ValueError, 'm'\n", 4, "`raise`"),
    ("raise E, (1, 2), tb\n", 4, "`raise`"),
    ("y = `x`\n", 4, "backticks"),
    ("if x <> 1: pass\n", 4, "<>"),
    ("y = 0777\n", 4, "0777"),
    ("y = [1,\n     10L]\n", 5, "10L"),
    ("y = 0xFFL\n", 4, "0xFFL"),
    ("y = ur'a'\n", 4, "ur"),
    ("def f(a, (b, c)): pass\n", 4, "tuple"),
    ("def f((a, b)=(1, 2), c=3): pass\n", 4, "tuple"),
    ("y = map(lambda (a, b): a, x)\n", 4, "tuple"),
    ("y = lambda a, (b, c): a\n", 4, "tuple"),
    ("if x:\n        y = 1\n\tz = 2\n", 6, "tabs"),
    ("class A:\n    def f(self):\n        y = 1\n\treturn y\n", 7, "tabs"),
    ("x.cuda(async=True)\nprint x\n", 5, "`print`"),
    ("%matplotlib inline\nprint x\n", 5, "`print`"),
    ("'''\nprint a\n'''\n# print b\nprint c\n", 8, "`print`"),
]

# What a parser may take, and then for something else.
HIDDEN = [
    ("try: pass\nexcept ValueError, e: pass\n", 5, "`except`"),
    ("try:\n    pass\nexcept (ValueError, TypeError), e:\n    raise\n", 6, "`except`"),
    ("try: pass\nexcept (ValueError,\n        TypeError), e: pass\n", 5, "`except`"),
    ("try:\n    pass\nexcept socket.error, (code, text):\n    pass\n", 6, "`except`"),
    ("try: pass\nexcept OSError , err : pass\n", 5, "`except`"),
    ("print >>log, 'a'\n", 4, "`print`"),
    ("print>>log\n", 4, "`print`"),
    ("exec(code) in names\n", 4, "`exec`"),
]

# What Python 3 reads as it was meant, in whatever company.
FINE = [
    "print(x)\nprint (x), y\nprint\nf(print, x)\nprint.x\nprint = 1\n",
    "print(x, file=log)\nprint('a' >> b)\n",
    "try: pass\nexcept (ValueError, TypeError) as e: pass\nexcept (A, B): pass\nexcept A: x, y\n",
    "exec(code)\nexec(code, names)\ny = exec in z\n",
    "raise ValueError('a, b')\n",
    "raise E(1, 2) from e\n",
    "y = 0\nz = 00\nw = 0o777\nv = 10.5e3\nu = 0x1f\nt = 1_000\ns = 1j\n",
    "y = u'a', r'b', b'c', rb'd', f'{x}'\n",
    "def f(a, b=(1, 2), *c, d=((3)), **e) -> (1, 2): return ((a), (b))\n",
    "def f(a: (1), b: ((2))=((3))): pass\nf((1), (2))\n@g((1), (2))\nclass A((B)): pass\n",
    "y = lambda a, b=(1, 2): (a, (b))\nz = (lambda a: a, (1, 2))\n",
    "# print 'a'\ny = '''\nprint 'a'\nexcept A, e:\n'''\n",
    "if x:\n\ty = 1\nelse:\n    z = 2\n",
    "y = x > z, x < z, x >> 1\n",
    "y = '`', \"<>\"  # `a` <> 0777\n",
    "execute = 1\nprinter = 2\nexcepted, y = 3, 4\n",
]


@pytest.mark.parametrize(("text", "line", "word"), [*BROKEN, *HIDDEN])
def test_a_file_for_python_2_is_told_and_left_alone(text: str, line: int, word: str) -> None:
    for result in (check(HEAD + text), fix(HEAD + text, unsafe=True)):
        (finding,) = result.findings
        assert (finding.code, finding.line) == ("VM002", line)
        assert word in finding.message
        assert finding.source_line == (HEAD + text).split("\n")[line - 1]
        assert finding.fix is None
        assert finding.advice is not None
        assert ("expand" if word == "tabs" else "fissix") in finding.advice
        assert result.after is None
        assert not result.errors


@pytest.mark.parametrize(("text", "line", "word"), HIDDEN)
def test_what_a_parser_may_take_is_seen_without_it(text: str, line: int, word: str) -> None:
    sign = hidden_sign(HEAD + text)
    assert sign is not None
    assert (sign.line, word in sign.what) == (line, True)


@pytest.mark.parametrize("text", FINE)
def test_python_3_is_not_taken_for_it(text: str) -> None:
    ast.parse(HEAD + text)
    assert hidden_sign(text) is None
    assert broken_sign(text) is None
    assert "VM002" not in [finding.code for finding in check(HEAD + text).findings]
    # What is broken in another way is not blamed on Python 2.
    broken = HEAD + text + "y = = 1\n"
    assert [finding.code for finding in check(broken).findings] == ["VM001"]


TWO_EXCEPTIONS = [
    "try: pass\nexcept ValueError, TypeError: pass\n",
    "try: pass\nexcept a.B, c.D: pass\n",
    "from m import Wrong\ntry: pass\nexcept ValueError, Wrong: pass\n",
    "class Wrong(Exception): pass\ntry: pass\nexcept ValueError, Wrong: pass\n",
    "try: pass\nexcept A, B, C: pass\n",
    "try: pass\nexcept* A, B: pass\n",
]


@pytest.mark.parametrize("text", TWO_EXCEPTIONS)
def test_two_exceptions_without_parentheses_are_no_sign(text: str) -> None:
    """Python 3.14 takes them."""
    assert hidden_sign(text) is None


def test_real_files_show_no_sign() -> None:
    files = random.Random(3).sample(sorted(LIBRARY.rglob("*.py")), 150)
    seen = 0
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        assert hidden_sign(text) is None, path
        assert broken_sign(text) is None, path
        seen += 1
    assert seen > 100


def test_files_that_say_nothing_of_torch_are_silent() -> None:
    from varmigrate.run.engine import RunOptions, run_text

    for text in ("print 'Variable'\n", "async = 1\nprint x\n", "x = f(async=True)\n"):
        assert not run_text("a.py", text.encode(), RunOptions()).results


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# varmigrate: ignore-file", []),
        ("# varmigrate: ignore-file[VM002]", []),
        ("# varmigrate: ignore-file[VM0]", []),
        ("# varmigrate: ignore-file[VM001]", ["VM002"]),
    ],
)
def test_such_a_file_can_be_left_out(comment: str, left: list[str]) -> None:
    for text in ("print x\n", "try: pass\nexcept A, e: pass\n"):
        assert [f.code for f in check(f"{comment}\n{HEAD}{text}").findings] == left
    assert [f.code for f in check(HEAD + "print x\n", ignore=("VM002",)).findings] == []
    assert [f.code for f in check(HEAD + "print x\n", ignore=("VM001",)).findings] == ["VM002"]


def test_the_path_in_the_command_is_quoted() -> None:
    (finding,) = check(HEAD + "print x\n", path="a folder/it's.py").findings
    assert finding.advice is not None
    assert "'a folder/it'\"'\"'s.py'" in finding.advice


def test_the_command_for_tabs_helps(tmp_path: Path) -> None:
    if shutil.which("expand") is None:
        pytest.skip("no `expand` on this machine")
    text = HEAD + "if x:\n        y = 1\n\tz = 'a\tb'\n"
    path = tmp_path / "a.py"
    path.write_text(text)
    assert "expand -i -t 8" in (check(text).findings[0].advice or "")
    expanded = subprocess.run(
        ["expand", "-i", "-t", "8", str(path)], capture_output=True, text=True, check=True
    ).stdout
    assert expanded == text.replace("\tz", "        z")
    assert "VM002" not in [finding.code for finding in check(expanded).findings]


@pytest.mark.parametrize(
    "text", [text for text, _, word in (*BROKEN, *HIDDEN) if word != "tabs" and "%m" not in text]
)
def test_the_command_helps(text: str, tmp_path: Path) -> None:
    pytest.importorskip("fissix")
    path = tmp_path / "a.py"
    path.write_text(HEAD + text)
    (finding,) = check(HEAD + text, path=str(path)).findings
    assert f"python -m fissix -w -n {path}" in (finding.advice or "")
    command = [sys.executable, "-m", "fissix", "-w", "-n", str(path)]
    subprocess.run(command, capture_output=True, check=True)
    result = fix(path.read_text())
    if text == "y = lambda a, (b, c): a\n":
        # The converter leaves such a lambda as it is, and that is told again.
        assert [f.code for f in result.findings] == ["VM002"]
        return
    assert not {"VM001", "VM002"} & {f.code for f in result.findings}
    assert result.after is not None
    ast.parse(result.after)
