"""Characters that would act on a terminal are shown instead."""

from __future__ import annotations

import pytest

from varmigrate.output.visible import visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("\x00\x07\x08\x0b\x0c\x7f", "\\x00\\x07\\x08\\x0b\\x0c\\x7f"),
        ("\x9b31m\x85", "\\x9b31m\\x85"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u202a\u202e", "\\u202a\\u202e"),
        ("\u2066\u2069", "\\u2066\\u2069"),
        ("\u200e\u200f\u061c", "\\u200e\\u200f\\u061c"),
        ("\u200b\ufeff", "\\u200b\\ufeff"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\udcff", "\\udcff"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_escaped(text: str, expected: str) -> None:
    assert visible(text) == expected


@pytest.mark.parametrize(
    "text", ["", "plain [red]text[/]", "日本語", "e\u0301", "a\u3000b\u00a0c", "👩\u200d👧"]
)
def test_kept(text: str) -> None:
    assert visible(text) == text


def test_no_bidirectional_control_survives() -> None:
    controls = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    assert visible("".join(map(chr, controls))).isascii()


def test_no_control_character_survives() -> None:
    assert visible("".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))).isascii()
