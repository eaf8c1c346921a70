"""The tables that write a tree say of every node what libcst's own generator says."""

from __future__ import annotations

import libcst as cst
import pytest

from varmigrate.analysis import places
from varmigrate.analysis.places import written, written_by_libcst

STATEMENTS = [
    "x = y\n",
    "x = y = (z)  # why\n",
    "x, y = a, = b\n",
    "x : int = 3 ; y\n",
    "x += ( 1 ) ;\n",
    "import a . b as c , d\n",
    "from . a import (\n    b, # one\n    c as d,\n)\n",
    "from .. import *\n",
    "f ( a , * b, c = 1, ** d )\n",
    "f(\n    a,\n\n    # why\n    b\n)\n",
    "x [ 1 : 2 : 3 , ... , :: , * y ] = [ a , * b , ]\n",
    "x = { 'a' : 1 , ** b , }\n",
    "x = { a , b }\n",
    "x = ((a + b) * - c ** 2 @ d // e % f) / g - h\n",
    "x = a < b == c <= c != d is not e not in f\n",
    "x = not a and ( b or c )\n",
    "x = a if b else c\n",
    "x = lambda a , * b, c = 1, ** d : a\n",
    "x = [ a for b in c if d for e in f ]\n",
    "x = (yield)\n",
    "if (y := f(x)) : pass\n",
    'x = f\'{a!r:>{b}} c\' \'d\' """e\nf"""\n',
    "x = 1.5 + 2j + 0x10\n",
    "x = a . b . c\n",
    "x = a \\\n    + b\n",
    "del a , b\n",
    "assert a , b\n",
    "raise A from b\n",
    "global a , b\n",
    "return\nreturn a\n",
    "if a :\n    pass\nelif b:\n    pass\n# Else.\nelse :\n    pass\n",
    "if a: pass; x = 1\nelse: pass\n",
    "for x , y in z :\n    break\n\nelse:\n    continue\n",
    "while a :\n  pass\n",
    "with a as b , c :\n    pass\n",
    "with (\n    a as b,\n    c,\n):\n    pass\n",
    "try :\n    pass\nexcept A as b :\n    pass\nelse:\n    pass\nfinally :\n    pass\n",
    "match a :\n    case [ b , * _ ] if c :\n        pass\n",
    "class A : pass\n",
    "@ a\n# b\n@c\n\n# d\nclass A ( B , c = d ) :\n\n    # e\n    x = 1\n    # f\n# g\n",
    "@ a\n# b\ndef f ( a , / , b = 1 , * , c , ** d ) :\n\tpass\n",
    "def f ( a : int = 1 , * b : str ) -> int :\n    pass\n",
    "async def f ( ) :\n    async for x in y: await z\n    async with a: pass\n",
    "def f(* args , a) :\n  if a:\n      return (\n\n    # b\n        a\n      )\n  else:\n      pass\n",
]


@pytest.mark.parametrize(
    "text", [*STATEMENTS, "", "\n", "# a\n\n", "\n# a", "x", "x\n# a", "if x: y"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_nodes_stand_where_libcst_says(text: str, newline: str) -> None:
    text = text.replace("\n", newline)
    module = cst.parse_module(text)
    ours, theirs = written(module), written_by_libcst(module)
    assert "".join(ours.tokens) == "".join(theirs.tokens) == text
    starts, ends, offsets = ours.places()
    their_starts, their_ends, their_offsets = theirs.places()
    assert starts.keys() <= their_starts.keys()
    for key in starts:
        assert offsets[starts[key]] == their_offsets[their_starts[key]]
        assert offsets[ends[key]] == their_offsets[their_ends[key]]


def test_every_row_is_used_by_the_statements() -> None:
    seen: set[type] = set()

    class Seen(cst.CSTVisitor):
        def on_visit(self, node: cst.CSTNode) -> bool:
            seen.add(type(node))
            return True

    for text in STATEMENTS:
        cst.parse_module(text).visit(Seen())
    assert places.ROWS.keys() <= seen


def test_only_blanks_and_line_ends_are_not_noted() -> None:
    missing: set[type] = set()
    for text in STATEMENTS:
        module = cst.parse_module(text)
        noted = written(module).starts

        class Missing(cst.CSTVisitor):
            def on_visit(self, node: cst.CSTNode) -> bool:
                if id(node) not in noted:  # noqa: B023
                    missing.add(type(node))
                return True

        module.visit(Missing())
    assert missing == {cst.SimpleWhitespace, cst.Newline}
