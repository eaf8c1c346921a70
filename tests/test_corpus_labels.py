"""The table of labels itself: its columns, its words, its two parts. The corpus is not needed."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.intents import COLUMNS, LABELS, Label, Score, read_labels
from varmigrate.model import Intent

ROWS = read_labels(LABELS.read_text(encoding="utf-8"))
# `type-use` is no intent of a call.
INTENTS = {intent.value for intent in Intent} - {Intent.TYPE_USE.value}


def part_of(label: Label) -> str:
    """A third is held back, chosen by the place of the call and by nobody."""
    place = f"{label.release}/{label.path}:{label.line}"
    return "tune" if int(hashlib.sha256(place.encode()).hexdigest(), 16) % 3 else "held"


def test_enough_calls_are_labelled() -> None:
    assert len(ROWS) >= 200
    assert {row.intent for row in ROWS} == INTENTS


def test_no_call_is_labelled_twice_and_the_rows_are_in_order() -> None:
    places = [row.place for row in ROWS]
    assert len(set(places)) == len(places)
    assert places == sorted(places)


def test_the_words_are_intents() -> None:
    for row in ROWS:
        assert row.intent in INTENTS
        assert set(row.accepted) <= INTENTS - {row.intent}
        assert len(set(row.accepted)) == len(row.accepted)


def test_places_are_inside_a_release() -> None:
    for row in ROWS:
        assert row.line >= 1
        assert row.column >= 1
        path = Path(row.path)
        assert path.suffix == ".py"
        assert not path.is_absolute()
        assert ".." not in path.parts


def test_the_part_follows_from_the_place() -> None:
    assert [row.part for row in ROWS] == [part_of(row) for row in ROWS]
    held = Counter(row.part for row in ROWS)["held"] / len(ROWS)
    assert 0.25 < held < 0.42


@pytest.mark.parametrize(
    "text",
    ["release\tpath\n", "\t".join(COLUMNS) + "\na\tb\t1\t1\tbatch\ttune\n"],
    ids=["other columns", "a row too short"],
)
def test_another_shape_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"columns|cells"):
        read_labels(text)


def test_how_a_call_is_scored() -> None:
    score = Score()
    label = Label("r-1", "a.py", 1, 1, "batch", ("constant",), "tune")
    score.add(label, "batch", ())
    score.add(label, "constant", ())
    score.add(label, "target", ("why",))
    score.add(label, None, ())
    assert score.table()[1:] == [
        ["batch", "4", "50.0 %", "1", "1", "100.0 %"],
        ["constant", "0", "-", "1", "1", "100.0 %"],
        ["target", "0", "-", "1", "0", "0.0 %"],
        ["all", "4", "50.0 %", "3", "2", "66.7 %"],
    ]
    assert score.misses[0] == "r-1/a.py:1:1: batch, not target (why)"
