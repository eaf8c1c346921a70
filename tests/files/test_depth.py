"""The gate before the parser."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import libcst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from varmigrate.files import depth
from varmigrate.files.depth import too_deep, with_deep_stack

EXPRESSION = "an expression is nested more than 1,000 deep"
BRACKETS = "brackets are nested more than 200 deep"
# Longer than what is taken for flat at a glance.
LONG = "#" + "x" * 400


def nest(opening: str, closing: str, times: int, core: str = "a") -> str:
    return opening * times + core + closing * times


# How each construct is repeated, and how much of the bound one repetition costs.
CHAINS = {
    "sum": (lambda n: "a+" * n + "a", 1),
    "products": (lambda n: "a*" * n + "a", 1),
    "divisions": (lambda n: "a//" * n + "a", 1),
    "shifts": (lambda n: "a<<" * n + "a", 1),
    "powers": (lambda n: "a**" * n + "a", 1),
    "minuses": (lambda n: "-" * n + "a", 1),
    "not": (lambda n: "not " * n + "a", 1),
    "and": (lambda n: "a and " * n + "a", 1),
    "or after a number": (lambda n: "1or " * n + "a", 1),
    "links": (lambda n: "a" + ".a" * n, 1),
    "spaced links": (lambda n: "(a" + "\n . a" * n + ")", 1),
    "calls in a row": (lambda n: "a" + "()" * n, 1),
    "subscripts in a row": (lambda n: "a" + "[a]" * n, 1),
    "method calls": (lambda n: "a" + ".a()" * n, 2),
    "conditions": (lambda n: "a if b else " * n + "a", 1),
    "strings": (lambda n: '"a" ' * n, 1),
    "strings on lines": (lambda n: "(" + '"a" # b\n' * n + ")", 1),
    "f-strings": (lambda n: "f'{a}' " * n, 1),
    "f-strings with code": (lambda n: "f'{(a)}' " * n, 1),
    "lambdas": (lambda n: "lambda: " * n + "a", 1),
    "lambdas of two": (lambda n: "lambda a, b=c: " * n + "a", 1),
    "lambdas with brackets": (lambda n: "lambda a=(), b=1: " * n + "a", 2),
    "loops in a comprehension": (lambda n: "[a " + "for a, b in c " * n + "]", 2),
    "annotation": (lambda n: "x: " + "a|" * n + "a", 1),
    "walk over lines": (lambda n: "a\\\n+" * n + "a", 1),
    "in a call": (lambda n: "f(a, b, x=" + "a+" * n + "a, c=d)", 1),
    "in an f-string": (lambda n: 'f"{' + "a+" * n + 'a:>3}"', 1),
    "in a format": (lambda n: 'f"{a:{' + "a+" * n + 'a}}"', 1),
    "after a bracket": (lambda n: "(a)" + "+a" * n, 1),
}


@pytest.mark.parametrize("name", CHAINS)
def test_chain_is_refused_beyond_the_limit_only(name: str) -> None:
    make, cost = CHAINS[name]
    allowed = 980 // cost
    libcst_accepts = make(3) + "\n"
    libcst.parse_module(libcst_accepts)
    assert too_deep(make(allowed) + "\n") is None
    assert too_deep("x = 1\n\n" + make(1020 // cost) + "\n") == (3, EXPRESSION)
    assert too_deep(make(1020 // cost)) == (1, EXPRESSION)


NESTS = {
    "parentheses": ("(", ")"),
    "calls": ("f(", ")"),
    "subscripts": ("a[", "]"),
    "lists": ("[", "]"),
    "dictionaries": ("{a:", "}"),
    "mixed": ("f([{", "}])"),
    "in f-strings": ('f"{(', ')}"'),
    "over lines": ("(\n", "\n)"),
    "keywords": ("f(a, b=", ", c=d)"),
}


@pytest.mark.parametrize("name", NESTS)
def test_brackets_are_refused_beyond_200(name: str) -> None:
    opening, closing = NESTS[name]
    each = sum(opening.count(bracket) for bracket in "([{")
    assert too_deep(nest(opening, closing, 200 // each) + "\n") is None
    expected = (2, BRACKETS)
    assert too_deep("x = 1\n" + nest(opening, closing, 200 // each + 1) + "\n") == expected
    # What is left open counts as well.
    assert too_deep("x = 1\n" + opening * (200 // each + 1)) == expected


def test_depth_adds_up_over_brackets() -> None:
    # No bracket holds more than 21 operators, and a part of each of them comes after its brackets.
    assert too_deep(nest("(a+", "+b" * 3 + ")", 199)) is None
    assert too_deep(nest("(a+", "+b" * 5 + ")", 199)) == (1, EXPRESSION)
    assert too_deep(nest("f(" + "-" * 5, ", b)", 199)) == (1, EXPRESSION)


def test_depth_of_the_deepest_part_counts() -> None:
    deep = "-" * 600 + "a"
    assert too_deep(f"x = [{deep}, {deep}, f({deep}), {deep}]\n" * 2) is None
    assert too_deep(f"x = [{deep}, a, b, c]" + ".a" * 500) == (1, EXPRESSION)


@pytest.mark.parametrize(
    "text",
    [
        "x = [" + "1, " * 50_000 + "]\n",
        "x = [" + "-1, " * 50_000 + "]\n",
        "x = [\n" + "-1.5e-3,\n" * 50_000 + "]\n",
        "x = {" + '"k": -1,\n' * 100_000 + "}\n",
        "x = {" + '"k": [a.b(c), "d", (1, 2)],\n' * 20_000 + "}\n",
        "x = [" + "lambda a, b=c: a + b, " * 5_000 + "]\n",
        "x = [" + "f(a for a in b), " * 5_000 + "]\n",
        "x = [" + "[a for a, b in c], " * 5_000 + "]\n",
        "x = [" + 'f"{a.b} {c!r:>{d}} {e[0]}", ' * 5_000 + "]\n",
        "a; b; -c; " * 5_000 + "\n",
        "from a import (" + "b as c,\n" * 5_000 + ")\n",
        "f(" + "a=b.c, " * 5_000 + ")\n",
        "x = a.b + c(d)\n" * 50_000,
        "x = f(a.b,\r\n  -c)\r\n" * 50_000,
        "if a:\n  b\n" + "elif a:\n  b\n" * 900 + "else:\n  c\n",
        ("if a: b\n" + "elif a: b\n" * 400 + "else: c\n") * 10,
        ("def f():\n  if a: b\n" + "  elif a: b\n" * 400) * 10,
        "x = 1.0 + 2.5\n" + "x = " + "0.5 + " * 900 + "1\n",
        "x = a" + " < a" * 5_000 + "\n",
        "a = " * 5_000 + "b\n",
        "f(" + '"a{}".format(b), ' * 5_000 + ")\n",
    ],
    ids=lambda text: text[:30],
)
def test_long_is_not_deep(text: str) -> None:
    assert too_deep(text) is None


@pytest.mark.parametrize(
    "quoted",
    ['"{}"', "'{}'", 'r"{}"', "b'{}'", 'u"{}"', "Rb'{}'", '"""{}"""', "'''{}'''", "f'x{}'"],
)
@pytest.mark.parametrize("text", ["(" * 300, "-" * 2000, ".a" * 2000, r"\"" + r"\'" * 2000])
def test_strings_do_not_count(quoted: str, text: str) -> None:
    assert too_deep("x = " + quoted.format(text) + "\n") is None
    assert too_deep("f(\n" + quoted.format(text) + ")\n") is None


@pytest.mark.parametrize(
    "before",
    ["'\\\\'", "'\\''", '"\\"("', "''", '""', '""""""', '"" ""', '"""a""b"""', "'''\n'(\n'''",
     "r'\\'('", "rb'\\\\'", '"a\\\n("', '"a\\\r\n("', "f'{{('", "f'}}('", "f'\\{(a)}'",
     "rf'\\{a}('", "f'''{a}'('''", 'f"{a["b"]}("', "f'{a:{b}}('", "f'{a!r:\\'^9}('", "x # '(",
     "f'{a:#x}('", 'f"{a:\\"<9}("', "f'{a=}('", "f'{(lambda a: b)}('", "F'{a}('", "Rf'{a}('",
     "f'\\N{DASH}('", "if'(':\n pass", "t'{a}('", "f'{a}' '('"],
)  # fmt: skip
def test_code_after_a_string_is_seen(before: str) -> None:
    deep = "\n" + nest("(", ")", 201) + "\n"
    assert too_deep(before + deep) == (before.count("\n") + 2, BRACKETS)
    flat = before + "\n" + nest("(", ")", 200) + "\n"
    assert too_deep(flat) is None
    # Nor does the rest of its line get lost.
    if "\n" not in before and "#" not in before.replace(":#x", ""):
        assert too_deep(f"f({before}, {nest('(', ')', 200)})") == (1, BRACKETS)


def test_comments_do_not_count() -> None:
    assert too_deep("# " + "(" * 300 + "-" * 2000 + "\nx = 1\n") is None
    assert too_deep("f(a, # " + "(" * 300 + "-" * 2000 + "\n b)\n") is None
    assert too_deep("f(a, # '\n" + "(" * 300) == (1, BRACKETS)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_is_that_of_the_statement(newline: str) -> None:
    before = newline.join(["# a", "", "x = '''", "'''", "f(", "  a)", ""])
    deep = newline.join(["f(a,", "  b,", "  " + nest("(", ")", 201) + ")"])
    assert too_deep(before + deep) == (7, BRACKETS)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_chain_of_elif(newline: str) -> None:
    head = newline.join(["if a:", "  b", ""])
    one = newline.join(["elif a:  # c", "  b", "", "# d", ""])
    assert too_deep(head + one * 1000 + "else: c") is None
    assert too_deep("x" + newline + head + one * 1001) == (2 + 2 + 4000, depth._CHAIN)


def test_chains_of_elif_add_up_when_nested() -> None:
    def chain(indentation: str, times: int) -> str:
        return f"{indentation}if a: b\n" + f"{indentation}elif a: b\n" * times

    assert too_deep(chain("", 499) + "else:\n" + chain("\t", 500)) is None
    text = chain("", 499) + "else:\n" + chain("\t", 502)
    assert too_deep(text) == (text.count("\n"), depth._CHAIN)
    # Side by side they do not, nor does what a string says.
    assert too_deep(chain("", 900) + chain("", 900) + "x\n" + chain("", 900)) is None
    assert too_deep("'''\n" + "elif a: b\n" * 2000 + "'''\n") is None
    # A string at the margin does not end the chain.
    text = chain("", 600) + "elif a:\n  '''\nx\n'''\n" + "elif a: b\n" * 600
    assert too_deep(text) == (1005, depth._CHAIN)


@pytest.mark.parametrize(
    "text",
    [
        "del {}",
        "if a: del {}",
        "a; del b, {}",
        "match a:\n case {}: pass",
        "match a:\n case b | {}:",
    ],
)
def test_brackets_that_cost_the_parser_exponential_time(text: str) -> None:
    word = "del" if "del" in text else "case"
    for opening, closing in (("(", ",)"),) if word == "del" else (("[", "]"), ("A(b, c=", ")")):
        assert too_deep(text.format(nest(opening, closing, 8)) + "\n") is None
        line, reason = too_deep(text.format(nest(opening, closing, 9)) + "\n") or (0, "")
        assert line == text.count("\n") + 1
        assert reason == f"brackets are nested more than 8 deep in a `{word}` statement"


@pytest.mark.parametrize("text", ["case = {}", "case.a({})", "case, b = {}", "delete({})"])
def test_names_that_look_like_such_statements(text: str) -> None:
    assert too_deep(text.format(nest("(", ")", 100)) + "\n") is None


def test_unclosed_bracket_is_left_to_the_parser() -> None:
    rest = "def f():\n    x = a.b + c\n    return x\n\n" * 500
    assert too_deep("f(a,\n" + rest) is None
    assert too_deep("f(a\n" + rest + nest("(", ")", 201)) == (2002, BRACKETS)


def adversaries() -> dict[str, str]:
    size = 300_000
    return {
        "quotes": '"' * size,
        "both quotes": "\"'" * size,
        "triple quotes": '"""a' * size,
        "unterminated strings": '"\n' * size,
        "unterminated f-strings": "f'{" * size,
        "fields without end": "f'{a['" * size,
        "formats without end": "f'{a:" * size,
        "braces": "f'" + "{{" * size,
        "opening brackets": "(" * 100_000,
        "closing brackets": ")" * size,
        "one line": "a+" * size,
        "one flat line": "a," * size,
        "backslashes": "\\" * size,
        "continued lines": "\\\n" * size,
        "lambdas": "lambda " * size,
        "lambdas with names": "lambda a,b " * 100_000,
        "newlines": "\n" * size,
        "returns": "\r" * size,
        "hashes": "#" * size,
        "zero": "\0" * size,
        "half characters": "\ud800" * size,
        "elif": "elif a: b\n" * 50_000,
        "elif ever deeper": "".join(" " * i + "elif a:\n" for i in range(900)),
        "brackets that begin again": "f(((((\n" * 50_000,
        "statements in brackets": "(\ndef f\n" * 50_000,
    }


@pytest.mark.parametrize("name", adversaries())
def test_hostile_text_raises_nothing(name: str) -> None:
    text = adversaries()[name]
    answer = too_deep(text)
    assert answer is None or (answer[0] >= 1 and answer[1])


@given(st.text())
def test_any_text(text: str) -> None:
    assert too_deep(text) is None


PIECES = ["(", ")", "[", "]", "{", "}", '"', "'", '"""', "'''", "\\", "\n", "\r", "#", "f'", 'f"',
          "rf'''", "{", "}", ":", "!", ",", ";", "a", "1", ".", "-", "lambda ", "for ", "else ", "if ",
          "elif ", "del ", "case ", "not ", " ", "\t", "\x0c", "def ", "é"]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=80).map("".join))
def test_any_code_like_text(text: str) -> None:
    answer = too_deep(text)
    assert answer is None or "8 deep" in answer[1]


def test_this_project_and_the_standard_library_pass() -> None:
    for module in (ast, random, depth, libcst):
        path = Path(str(module.__file__))
        assert too_deep(path.read_text("utf-8")) is None


class Writer:
    """Writes random expressions of a given size, of everything that can nest."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def expression(self, size: int) -> str:
        if size <= 0:
            return self.random.choice(["a", "1.5", '"s"', "f'{a}'"])
        forms = [
            "({0}) + a", "a - ({0})", "a+a+a+({0})+b+b+b", "({0}).x.x", "f({0}, {1}).y()()",
            "f(k={0}, *({1}), **z)", "[*({0}), 1]", "a[{0}][1]", "a[({0}):b, ::c]", "({0}, {1})",
            "[{1}, {0}, a]", '{{a: {0}, "k": {1}, **z}}', "b if c else {0}", "(({0}) if b else c)",
            "lambda x, y: {0}", "lambda x, y=({1}), *z: {0}", 'lambda x="q", *, y={0}, z: 1',
            "[{0} for a, b in c]", "[x for a, b in ({0}) for a, b in c for a, b in c if ({1})]",
            "-~+({0})", "(not not {0})", "(a and b or ({0}) and d)", '("a" "b" "c" f"{{{0}}}")',
            'f"{{{0}}}"', "f'''x{{{{ {{({0})!r:>{{w}}}} y'''", "f'{{a:{{({0})}}}}'",
            "a ** -b ** ({0})", "(({0}) < b in c)", "(await ({0}))", "(w := {0})",
        ]  # fmt: skip
        form = self.random.choice(forms)
        return form.format(self.expression(size - 1), self.expression(size // 3))


def height(node: libcst.CSTNode) -> int:
    return 1 + max(map(height, node.children), default=0)


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(0, 60))
def test_the_bound_is_a_bound(seed: int, size: int, limit: int) -> None:
    text = f"x = ({Writer(seed).expression(size)}) {LONG}\n"
    try:
        tree = libcst.parse_module(text)
    except libcst.ParserSyntaxError:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(depth, "MOST_DEPTH", limit)
        if too_deep(text) is None:
            # No construct has more than three nodes for one unit of the bound.
            assert with_deep_stack(lambda: height(tree)) <= 3 * limit + 15
