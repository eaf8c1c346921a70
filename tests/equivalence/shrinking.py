"""Programs with fewer statements: those that run to their end, and those that show something.

`repair` takes out the statements that end a program early, `without_unused` the definitions that
nothing names, and `shrink` everything that a program does not need to show what it shows.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import random
import sys
import types
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import torch

FILE = "<random program>"
_CHUNKS = (16, 8, 4, 2)
_SUITES = ("body", "orelse", "finalbody")


# --------------------------------------------------------------------------------------------
# Running to the end
# --------------------------------------------------------------------------------------------


def repair(source: str, most: int) -> tuple[str, bool]:
    """The program without the statements that end it early, and whether it now runs to its end.

    At most `most` statements are taken out. A return goes together with its value.
    """
    tree = ast.parse(source)
    changed = False
    complete = False
    for left in range(most, -1, -1):
        line = _fails_at(tree)
        complete = line is None
        if line is None or left == 0 or not _take_out(tree, line):
            break
        changed = True
    return (ast.unparse(tree) + "\n" if changed else source), complete


def _fails_at(tree: ast.Module) -> int | None:
    """The line of the program on which it raises, or None; 0 when no line is to blame."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    grad_mode = torch.is_grad_enabled()
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    builtins.see = lambda label, value: value  # type: ignore[attr-defined]
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(tree, FILE, "exec"), {"__name__": "__main__"})
    except Exception:
        return _last_line(sys.exc_info()[2])
    finally:
        del builtins.see  # type: ignore[attr-defined]
        torch.set_grad_enabled(grad_mode)
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
    return None


def _last_line(trace: types.TracebackType | None) -> int:
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _take_out(tree: ast.Module, line: int) -> bool:
    """Take the innermost statement on a line out of the tree; whether there is one."""
    found: tuple[int, list[ast.stmt], int] | None = None
    for suite in _suites(tree):
        for index, statement in enumerate(suite):
            end = statement.end_lineno or statement.lineno
            if statement.lineno <= line <= end:
                lines = end - statement.lineno
                if found is None or lines <= found[0]:
                    found = (lines, suite, index)
    if found is None:
        return False
    _, suite, index = found
    where = suite[index]
    suite[index : index + 1] = [] if len(suite) > 1 else [ast.copy_location(ast.Pass(), where)]
    return True


def without_unused(source: str) -> str:
    """The program without the functions and classes that nothing in it names."""
    tree = ast.parse(source)
    changed = False
    while True:
        named = {
            getattr(node, "id", None) or getattr(node, "attr", None) for node in ast.walk(tree)
        }
        unused = [
            (suite, statement)
            for suite in _suites(tree)
            for statement in suite
            if isinstance(statement, ast.FunctionDef | ast.ClassDef)
            and statement.name not in named
            and not statement.name.startswith("__")
        ]
        if not unused:
            return ast.unparse(tree) + "\n" if changed else source
        changed = True
        for suite, statement in unused:
            _cut(suite, suite.index(statement), 1, [])


def _suites(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements, outer ones first."""
    for node in ast.walk(tree):
        for name in _SUITES:
            suite = getattr(node, name, None)
            if isinstance(suite, list) and suite and isinstance(suite[0], ast.stmt):
                yield suite


def _cut(suite: list[ast.stmt], index: int, count: int, instead: list[ast.stmt]) -> None:
    suite[index : index + count] = instead
    if not suite:
        suite.append(ast.Pass())


# --------------------------------------------------------------------------------------------
# Showing the same with less
# --------------------------------------------------------------------------------------------

_Change = Callable[[], None]


def shrink(source: str, shows: Callable[[str], bool], most: int = 1500) -> str:
    """The smallest program found that still `shows` what this one shows.

    Statements go, compound statements are replaced by their suites, expressions by their parts.
    `shows` is asked about `most` times at most; what it is asked about always compiles.
    """
    current = ast.unparse(ast.parse(source)) + "\n"
    if not shows(current):
        return source
    current, asked = _without_chunks(current, shows)
    progress = True
    while progress and asked < most:
        progress = False
        position = 0
        while asked < most:
            smaller = _smaller(current, position)
            if smaller is None:
                break
            if smaller == "" or len(smaller) >= len(current):
                position += 1
                continue
            asked += 1
            if shows(smaller):
                current = smaller
                progress = True
            else:
                position += 1
    return current


def _without_chunks(source: str, shows: Callable[[str], bool]) -> tuple[str, int]:
    """The program without runs of statements it does not need, and how often was asked."""
    asked = 0
    for size in _CHUNKS:
        index = 0
        while True:
            tree = ast.parse(source)
            places = [(suite, number) for suite in _suites(tree) for number in range(len(suite))]
            if index >= len(places):
                break
            suite, number = places[index]
            if len(suite) - number < size:
                index += 1
                continue
            _cut(suite, number, size, [])
            smaller = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
            asked += 1
            if shows(smaller):
                source = smaller
            else:
                index += max(1, size // 2)
    return source, asked


def _smaller(source: str, position: int) -> str | None:
    """The program with its change number `position` made; None after the last, "" if not sound."""
    tree = ast.parse(source)
    for number, change in enumerate(_changes(tree)):
        if number == position:
            change()
            try:
                text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
                compile(text, FILE, "exec")
            except (SyntaxError, ValueError):
                return ""
            return text
    return None


def _changes(tree: ast.Module) -> Iterator[_Change]:
    """All ways to make a tree smaller by one step, big steps first."""
    suites = list(_suites(tree))
    for suite in suites:
        for index in range(len(suite) - 1, -1, -1):
            yield _cutting(suite, index, [])
    for suite in suites:
        for index, statement in enumerate(suite):
            for name in _SUITES:
                inner = getattr(statement, name, None)
                if isinstance(inner, list) and inner:
                    yield _cutting(suite, index, inner)
                    if name != "body":
                        yield _emptying(inner)
            if isinstance(statement, ast.Try) and statement.handlers:
                yield _cutting(suite, index, statement.handlers[0].body)
    for node in list(ast.walk(tree)):
        for name, value in list(ast.iter_fields(node)):
            if isinstance(value, ast.expr):
                for part in _parts(value):
                    yield _setting(node, name, part)
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    if isinstance(item, ast.expr):
                        for part in _parts(item):
                            yield _replacing(value, index, part)
                    if isinstance(item, ast.expr | ast.keyword | ast.arg | ast.alias):
                        yield _popping(value, index)


def _cutting(suite: list[ast.stmt], index: int, instead: list[ast.stmt]) -> _Change:
    return lambda: _cut(suite, index, 1, instead)


def _emptying(suite: list[ast.stmt]) -> _Change:
    return suite.clear


def _setting(node: ast.AST, name: str, part: ast.expr) -> _Change:
    return lambda: setattr(node, name, part)


def _replacing(items: list[ast.expr], index: int, part: ast.expr) -> _Change:
    return lambda: items.__setitem__(index, part)


def _popping(items: list[object], index: int) -> _Change:
    def pop() -> None:
        items.pop(index)

    return pop


def _parts(node: ast.expr) -> list[ast.expr]:
    """Expressions inside an expression that could stand for it."""
    found = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        found.append(node.func.value)
    return found
