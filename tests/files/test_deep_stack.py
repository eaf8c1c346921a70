"""Room on the stack for what passes the gate."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from varmigrate.files import depth
from varmigrate.files.depth import with_deep_stack

# A crash would take the process along, so each text is parsed in one of its own.
PROGRAM = """
import sys
import libcst
from varmigrate.files.depth import too_deep, with_deep_stack

def walk(node):
    return 1 + max(map(walk, node.children), default=0)

def work():
    module = libcst.parse_module(text)
    assert module.code == text
    return walk(module)

text = sys.stdin.read()
assert too_deep(text) is None
print(with_deep_stack(work))
"""

LIMITS = {
    "parentheses": ("(" * 200 + "a" + ")" * 200, 6),
    "brackets": ("[" * 200 + "a" + "]" * 200, 400),
    "calls": ("f(" * 200 + "a" + ")" * 200, 400),
    "sum": ("a+" * 990 + "a", 990),
    "minuses": ("-" * 990 + "a", 990),
    "links": ("a" + ".a" * 990, 990),
    "conditions": ("a if b else " * 990 + "a", 990),
    "strings": ('"a" ' * 990, 990),
    "lambdas": ("lambda: " * 990 + "a", 990),
    "elif": ("if a: pass\n" + "elif a: pass\n" * 990, 990),
    "blocks": (
        "".join(" " * i + "if a:\n" for i in range(99)) + " " * 99 + "a" + ".a" * 990,
        1180,
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_what_passes_at_its_limit_is_parsed_written_and_walked(name: str) -> None:
    text, nodes = LIMITS[name]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=text + "\n", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert int(done.stdout) >= nodes


def recursion(times: int) -> int:
    return times and 1 + recursion(times - 1)


def test_without_it_the_recursion_limit_is_in_the_way() -> None:
    with pytest.raises(RecursionError):
        recursion(20_000)
    assert with_deep_stack(lambda: recursion(20_000)) == 20_000


def test_returns_what_the_function_returns() -> None:
    assert with_deep_stack(lambda: None) is None
    assert with_deep_stack(lambda: [1]) == [1]


@pytest.mark.parametrize("error", [ValueError("a"), SystemExit(3), KeyboardInterrupt()])
def test_raises_what_the_function_raises(error: BaseException) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)) as info:
        with_deep_stack(fail)
    assert info.value is error
    assert not depth._deep


def test_runs_in_a_thread_of_its_own_and_inline_inside_one() -> None:
    def outer() -> tuple[int, int]:
        return threading.get_ident(), with_deep_stack(threading.get_ident)

    ident, inner = with_deep_stack(outer)
    assert ident == inner != threading.get_ident()


def test_limits_are_put_back() -> None:
    limit, size = sys.getrecursionlimit(), threading.stack_size()
    assert with_deep_stack(sys.getrecursionlimit) >= 50_000
    assert (sys.getrecursionlimit(), threading.stack_size()) == (limit, size)
    with pytest.raises(ValueError, match="literal"):
        with_deep_stack(lambda: int("a"))
    assert (sys.getrecursionlimit(), threading.stack_size()) == (limit, size)


def test_a_higher_recursion_limit_is_kept() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(60_000)
    try:
        assert with_deep_stack(sys.getrecursionlimit) == 60_000
    finally:
        sys.setrecursionlimit(limit)


def test_the_first_to_finish_leaves_the_limit_to_the_others() -> None:
    limit = sys.getrecursionlimit()
    entered, finished = threading.Event(), threading.Event()
    depths: list[int] = []

    def slow() -> int:
        entered.set()
        finished.wait(20)
        return recursion(20_000)

    other = threading.Thread(target=lambda: depths.append(with_deep_stack(slow)))
    other.start()
    entered.wait(20)
    assert with_deep_stack(lambda: recursion(20_000)) == 20_000
    finished.set()
    other.join(20)
    assert depths == [20_000]
    assert sys.getrecursionlimit() == limit


def test_interrupt_of_the_waiting_thread() -> None:
    # The interrupt comes while the function is busy; the program ends all the same.
    program = (
        "import _thread, time\n"
        "from varmigrate.files.depth import with_deep_stack\n"
        "def work():\n"
        "    _thread.interrupt_main()\n"
        "    time.sleep(600)\n"
        "try:\n"
        "    with_deep_stack(work)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "interrupted\n", done.stderr


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    asked: list[int] = []
    real = threading.stack_size

    def spy(size: int = 0) -> int:
        asked.append(size)
        return real(size)

    monkeypatch.setattr(threading, "stack_size", spy)
    return asked


def test_largest_stack_first(sizes: list[int]) -> None:
    with_deep_stack(lambda: None)
    assert sizes[0] == 256 << 20


def test_smaller_stack_when_the_system_refuses_the_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = threading.stack_size
    granted = []

    def refuse(size: int = 0) -> int:
        if size > 64 << 20:
            raise ValueError("size not valid")
        granted.append(size)
        return real(size)

    monkeypatch.setattr(threading, "stack_size", refuse)
    assert with_deep_stack(lambda: recursion(20_000)) == 20_000
    assert granted[0] == 64 << 20


def test_smaller_stack_when_the_thread_does_not_start(
    monkeypatch: pytest.MonkeyPatch, sizes: list[int]
) -> None:
    real = threading.Thread.start
    failures = [RuntimeError("can't start new thread"), MemoryError()]

    def start(thread: threading.Thread) -> None:
        if failures:
            raise failures.pop()
        real(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    assert with_deep_stack(threading.get_ident) != threading.get_ident()
    assert [size >> 20 for size in sizes if size] == [256, 64, 16]
    assert threading.stack_size() == 0


def test_inline_when_there_is_no_thread_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    assert with_deep_stack(threading.get_ident) == threading.get_ident()
    with pytest.raises(RecursionError):
        with_deep_stack(lambda: recursion(20_000))


def test_waiting_lasts_as_long_as_the_function() -> None:
    done: list[bool] = []

    def work() -> None:
        time.sleep(0.25)
        done.append(True)

    with_deep_stack(work)
    assert done == [True]
