"""Random programs do after the fix what they did before, whoever may read them.

First that the programs are worth something: they run, they use Variable, and together they notice
every wrong way to take a wrapper off. `python -m benchmarks.random_programs` runs many more.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

import pytest
from generator import Program, generate
from judge import CLOSED, OPEN, WORLDS, WRONG_FORMS, fix_in, judge, notices, shrunk, watched
from routes import crossed
from shrinking import repair, shrink

SEEDS = range(300)
LONG = range(1_000, 21_000)
_ENOUGH = 30


@functools.lru_cache(len(SEEDS))
def _program(seed: int) -> Program:
    return generate(seed)


def test_a_seed_stands_for_one_program() -> None:
    assert [generate(seed) for seed in range(20)] == [generate(seed) for seed in range(20)]
    assert len({_program(seed).source for seed in SEEDS}) == len(SEEDS)


def test_most_programs_run_to_their_end() -> None:
    assert sum(_program(seed).complete for seed in SEEDS) > 0.9 * len(SEEDS)
    assert not all(_program(seed).complete for seed in SEEDS)


def test_all_layouts_and_both_endings_occur() -> None:
    assert {_program(seed).closed for seed in SEEDS} == {True, False}
    sources = [_program(seed).source for seed in SEEDS]
    for text in ("DataLoader(", "nn.Module", "requires_grad=True", ".backward(", "+=", "while"):
        assert sum(text in source for source in sources) >= 10, text


@pytest.mark.parametrize("name", WRONG_FORMS)
def test_wrong_rewriters_are_noticed(name: str) -> None:
    noticing = (seed for seed in SEEDS if notices(_program(seed).source, name))
    assert len(list(itertools.islice(noticing, _ENOUGH))) == _ENOUGH


def test_fixes_take_wrappers_off() -> None:
    def dropping() -> Iterator[int]:
        for seed in SEEDS:
            source = _program(seed).source
            fixed, _ = fix_in(source, OPEN)
            added = fixed.count(".detach()") - source.count(".detach()")
            if source.count("Variable(") - fixed.count("Variable(") > added:
                yield seed

    assert len(list(itertools.islice(dropping(), _ENOUGH))) == _ENOUGH


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fixed_program_does_the_same(seed: int) -> None:
    # One world each: that the other is no worse is for the long run.
    _check(seed, WORLDS[seed % 2 :][:1])


@pytest.mark.slow
@pytest.mark.parametrize("first", LONG[::500])
def test_the_fixed_program_does_the_same_in_the_long_run(first: int) -> None:
    for seed in range(first, first + 500):
        _check(seed, WORLDS)


CROSSED = tuple(crossed())
_STEP = 103  # no divisor of what a route is crossed with, so that every kind of pair comes up


def _check_crossed(source: str) -> None:
    source, _ = repair(source, 4)
    verdict = judge(source, CLOSED, closed=True)
    assert not verdict.wrong, "\n".join([source, verdict.trouble, *verdict.differs])


@pytest.mark.parametrize("number", range(0, len(CROSSED), _STEP))
def test_a_route_crossed_with_a_harm(number: int) -> None:
    _check_crossed(CROSSED[number])


@pytest.mark.slow
@pytest.mark.parametrize("first", range(_STEP))
def test_all_routes_crossed_with_all_harms(first: int) -> None:
    for source in CROSSED[first::_STEP]:
        _check_crossed(source)


def test_crossed_programs_notice_a_dropped_wrapper() -> None:
    programs = (repair(source, 4)[0] for source in CROSSED[::_STEP])
    noticing = [source for source in programs if notices(source, "dropped")]
    assert len(noticing) > len(CROSSED) / _STEP / 3


def _check(seed: int, worlds: Sequence[str]) -> None:
    program = _program(seed)
    before, left_out = watched(program.source)
    if left_out:
        return
    for world in worlds:
        verdict = judge(program.source, world, program.closed, before)
        if verdict.wrong:
            smaller = shrunk(program.source, world, program.closed)
            verdict = judge(smaller, world, program.closed)
            told = [verdict.trouble, *verdict.differs]
            pytest.fail("\n".join([smaller, f"# fixed ({world}):", verdict.fixed, *told]))


def test_a_program_is_made_smaller_as_long_as_it_shows_something() -> None:
    source = _program(3).source
    assert shrink(source, lambda text: False) == source
    smaller = shrink(source + "x = [1, (2 + 3) * 4]\n", lambda text: "3" in text)
    assert smaller == "3\n"
