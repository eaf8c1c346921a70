"""Random programs with `volatile`: each region covers what it has to, and nothing else.

A program is run as it stands, as it was meant (but for the calls the tool left as they are), and as
it was rewritten. Values and gradients are the same, no computation that depends on a volatile value
records a graph, and no other one stops to.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable

import generator
import pytest
from judge import CLOSED, OPEN, WORLDS, Late, fix_in, limited, watched
from shrinking import shrink
from volatile_programs import flagged_lines, generate, gone, sprinkled
from volatility import changes, everywhere, losses, run

SEEDS = range(150)
WILD = range(150)
LONG = range(1_000, 6_000)
_ENOUGH = 30
_VOLATILE = re.compile(r", volatile=(?:True|(?:not )?\w+)")


@functools.lru_cache(len(SEEDS))
def _program(seed: int) -> str:
    return generate(seed)


@functools.lru_cache(len(WILD))
def _wild(seed: int) -> tuple[str, bool]:
    program = generator.generate(seed)
    return sprinkled(program.source, seed), program.closed


def wrong(source: str, world: str) -> list[str]:
    """In words, what the tool does wrong with a program that does not look at flags."""
    today = run(source)
    if today.seen.raised is not None:
        return []
    fixed, trouble = fix_in(source, world)
    if trouble:
        return [trouble]
    if fixed == source:
        return []
    meant = run(source, honours=gone(source, fixed))
    most = run(source, honours=everywhere, forgiving=True)
    found = losses(today, meant, run(fixed), closed=world == CLOSED, most=most)
    return found if found and _steady(source) else []


def _steady(source: str) -> bool:
    """Whether a program shows the same every time; one that reads memory as it found it does not."""
    return len({str(run(source).seen.facts) for _ in range(3)}) == 1


def wrong_wild(source: str, world: str, closed: bool) -> list[str]:
    """In words, what the tool does wrong with any program."""
    today = run(source)
    if today.seen.raised is not None:
        return []
    fixed, trouble = fix_in(source, world)
    if trouble:
        return [trouble]
    if fixed == source:
        return []
    meant, most = run(source, honours=gone(source, fixed)), run(source, honours=everywhere)
    found = changes(today, meant, most, run(fixed), closed or world == CLOSED)
    # A call of Variable that raises, or wraps None, is no part of the promise.
    return found if found and not watched(source)[1] and _steady(source) else []


def _check(source: str, world: str, judge: Callable[[str], list[str]]) -> None:
    found = judge(source)
    if not found:
        return
    kind = found[0].split(":")[0][:9]

    def shows(text: str) -> bool:
        try:
            with limited(2):
                return any(item.startswith(kind) for item in judge(text))
        except Late:
            return False

    smaller = shrink(source, shows)
    fixed, _ = fix_in(smaller, world)
    pytest.fail("\n".join([smaller, f"# fixed ({world}):", fixed, *judge(smaller)]))


def test_a_seed_stands_for_one_program() -> None:
    assert [generate(seed) for seed in range(20)] == [generate(seed) for seed in range(20)]
    assert len({_program(seed) for seed in SEEDS}) == len(SEEDS)


def test_a_program_that_differs_from_itself_is_told() -> None:
    assert _steady("import torch\nsee('x', torch.ones(2))\n")
    assert not _steady("import time\nsee('x', time.perf_counter_ns())\n")


def test_programs_run_to_their_end() -> None:
    ended = sum(run(_program(seed)).seen.raised is not None for seed in SEEDS)
    assert ended <= len(SEEDS) / 10


def test_all_shapes_occur() -> None:
    for text in ("backward(", "autograd.grad(", "yield", "lambda", "append(", "self.", "=not t"):
        assert sum(text in _program(seed) for seed in SEEDS) >= 5, text


def test_every_call_can_be_found_again() -> None:
    for seed in itertools.islice(SEEDS, 30):
        lines = _program(seed).split("\n")
        flagged = flagged_lines(_program(seed))
        for number in flagged:
            without = _VOLATILE.sub("", lines[number - 1]).replace("y", "y.detach()")
            rewritten = "\n".join([*lines[: number - 1], "    " + without, *lines[number:]])
            honours = gone(_program(seed), rewritten)
            assert [line for line in flagged if honours(line)] == [number]


WRONG = {
    "the flag alone": lambda text: _VOLATILE.sub("", text),
    "the calls alone": lambda text: re.sub(
        r"^( *)(\w+) = (Variable\(\w+), volatile=True\)$",
        r"\1with torch.no_grad(): \2 = \3)",
        text,
        flags=re.MULTILINE,
    ),
    "every function": lambda text: _VOLATILE.sub(
        "", re.sub(r"^( *)def ", r"\1@torch.no_grad()\n\1def ", text, flags=re.MULTILINE)
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_rewriters_are_noticed(name: str) -> None:
    def noticing(seed: int) -> bool:
        source = _program(seed)
        rewritten = WRONG[name](source)
        meant = run(source, honours=gone(source, rewritten))
        return bool(losses(run(source), meant, run(rewritten)))

    assert len(list(itertools.islice(filter(noticing, SEEDS), _ENOUGH))) == _ENOUGH


def test_fixes_restore_regions() -> None:
    def restoring(seed: int) -> bool:
        source = _program(seed)
        fixed, _ = fix_in(source, OPEN)
        return "no_grad" in fixed and len(flagged_lines(fixed)) < len(flagged_lines(source))

    assert len(list(itertools.islice(filter(restoring, SEEDS), _ENOUGH))) == _ENOUGH


def test_wild_programs_ask_for_no_graph() -> None:
    def asking(seed: int) -> bool:
        source, _ = _wild(seed)
        today, meant = run(source), run(source, honours=everywhere)
        return any(
            o.recorded != m.recorded
            for o, m in zip(today.operations, meant.operations, strict=False)
        )

    assert len(list(itertools.islice(filter(asking, WILD), 5))) == 5


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fixed_program_does_what_was_meant(seed: int) -> None:
    world = WORLDS[seed % 2]
    _check(_program(seed), world, functools.partial(wrong, world=world))


@pytest.mark.parametrize("seed", WILD)
def test_a_wild_program_does_what_was_meant_or_what_it_did(seed: int) -> None:
    source, closed = _wild(seed)
    world = WORLDS[seed % 2]
    _check(source, world, functools.partial(wrong_wild, world=world, closed=closed))


@pytest.mark.slow
@pytest.mark.parametrize("first", LONG[::250])
def test_the_fixed_programs_do_what_was_meant_in_the_long_run(first: int) -> None:
    for seed in range(first, first + 250):
        _check(generate(seed), OPEN, functools.partial(wrong, world=OPEN))
        source, closed = _wild(seed)
        _check(source, CLOSED, functools.partial(wrong_wild, world=CLOSED, closed=closed))
