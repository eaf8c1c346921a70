"""Random programs with `volatile`: each region covers what it has to, and nothing else.

A program is run as it stands, as it was meant (but for the calls the tool left as they are), and as
it was rewritten. Values and gradients are the same, no computation that depends on a volatile value
records a graph, and no other one stops to.
"""

from __future__ import annotations

import functools
import itertools
import re

import pytest
from judge import OPEN, WORLDS, Late, fix_in, limited
from shrinking import shrink
from volatile_programs import generate, gone, tags
from volatility import losses, run

SEEDS = range(200)
LONG = range(1_000, 6_000)
_ENOUGH = 30


@functools.lru_cache(len(SEEDS))
def _program(seed: int) -> str:
    return generate(seed)


def wrong(source: str, world: str = OPEN) -> list[str]:
    """In words, what the tool does wrong with the program."""
    today = run(source)
    if today.seen.raised is not None:
        return []
    fixed, trouble = fix_in(source, world)
    if trouble:
        return [trouble]
    if fixed == source:
        return []
    meant = run(source, honours=gone(source, fixed))
    return losses(today, meant, run(fixed))


def _check(seed: int, world: str) -> None:
    source = _program(seed)
    if not wrong(source, world):
        return

    def shows(text: str) -> bool:
        try:
            with limited(2):
                return bool(wrong(text, world))
        except Late:
            return False

    smaller = shrink(source, shows)
    fixed, _ = fix_in(smaller, world)
    pytest.fail("\n".join([smaller, f"# fixed ({world}):", fixed, *wrong(smaller, world)]))


def test_a_seed_stands_for_one_program() -> None:
    assert [generate(seed) for seed in range(20)] == [generate(seed) for seed in range(20)]
    assert len({_program(seed) for seed in SEEDS}) == len(SEEDS)


def test_programs_run_to_their_end() -> None:
    ended = sum(run(_program(seed)).seen.raised is not None for seed in SEEDS)
    assert ended <= len(SEEDS) / 50


def test_all_shapes_occur() -> None:
    for text in ("backward(", "autograd.grad(", "yield", "lambda", "append(", "self.", "=not t"):
        assert sum(text in _program(seed) for seed in SEEDS) >= 5, text


def test_every_call_can_be_found_again() -> None:
    for seed in SEEDS:
        numbers = list(tags(_program(seed)).values())
        assert all(numbers)
        assert len(set(numbers)) == len(numbers), _program(seed)


_VOLATILE = re.compile(r", volatile=(?:True|(?:not )?\w+)")

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
        return "no_grad" in fixed and len(tags(fixed)) < len(tags(source))

    assert len(list(itertools.islice(filter(restoring, SEEDS), _ENOUGH))) == _ENOUGH


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fixed_program_does_what_was_meant(seed: int) -> None:
    _check(seed, WORLDS[seed % 2])


@pytest.mark.slow
@pytest.mark.parametrize("first", LONG[::250])
def test_the_fixed_program_does_what_was_meant_in_the_long_run(first: int) -> None:
    for seed in range(first, first + 250):
        _check(seed, OPEN)
