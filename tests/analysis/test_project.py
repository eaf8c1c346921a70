"""What the summary of a file says of its imports."""

from __future__ import annotations

import pytest

from varmigrate.analysis.project import summarise


@pytest.mark.parametrize(
    ("text", "later"),
    [
        ("from .a import f\nfrom .b import *\n", {"f": (".b",)}),
        ("from .b import *\nfrom .a import f\n", {}),
        ("from .a import f\nfrom .b import *\nfrom .a import f\n", {}),
        ("from .a import f\nfrom .b import *\ndef f():\n    pass\n", {}),
        ("f = 1\nfrom .b import *\nfrom .c import *\n", {"f": (".b", ".c")}),
        ("from .b import *\n", {}),
    ],
)
def test_star_imports_behind_what_binds_a_name(
    text: str, later: dict[str, tuple[str, ...]]
) -> None:
    assert dict(summarise(text).later) == later
