"""What functions of other files give back that depends on a volatile value; plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class VolatileResult:
    """What a function at the top of a file gives back, in the bits of `analysis.volatile`.

    path, name: the file and the function. whole: the bits of the result. parts: those of its
    elements, by the steps that lead to them. unknown: those of any other element. covered: whether
    all that the function computes may go without a graph.
    """

    path: str
    name: str
    whole: int
    unknown: int
    parts: Mapping[tuple[int, ...], int] = field(default_factory=dict)
    covered: bool = False

    @property
    def function(self) -> None:
        """The definition, which stands in another file."""
        return None

    def returned(self, path: tuple[int, ...] = ()) -> int:
        """The bits of the result, or of the element at `path`."""
        return self.parts.get(path, self.unknown) if path else self.whole
