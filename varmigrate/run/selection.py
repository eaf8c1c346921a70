"""Which findings the user wants: codes, prefixes of codes, groups of codes, and intents."""

from __future__ import annotations

from dataclasses import dataclass

from varmigrate.model import Intent

# Names for sets of codes, by the prefixes of the codes.
GROUPS: dict[str, tuple[str, ...]] = {
    "variable": ("VM1", "VM2"),
    "volatile": ("VM110", "VM401", "VM402"),
    "data": ("VM3", "VM403"),
    "renames": ("VM5",),
    "all": ("VM",),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """`select` and `ignore` as given: "VM105", "VM1", "batch", "data"; the more exact one wins.

    An empty `select` means everything. On a tie `ignore` wins.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def names(self, code: str, intent: Intent | None = None) -> bool:
        """Whether findings of this code and intent were asked for, not merely left in."""
        return any(exactness(item, code, intent) for item in self.select)

    def wants(self, code: str, intent: Intent | None = None) -> bool:
        """Whether a finding of this code and intent is to be reported."""
        chosen = max((exactness(item, code, intent) for item in self.select), default=0)
        if self.select and chosen == 0:
            return False
        refused = max((exactness(item, code, intent) for item in self.ignore), default=0)
        return refused == 0 or chosen > refused


def exactness(item: str, code: str, intent: Intent | None) -> int:
    """How exactly an item names a finding: 0 not at all, else the longer the more exact."""
    if intent is not None and item == intent.value:
        return len(code)
    if item in GROUPS:
        # Less exact than any code or prefix of one, and "all" less than the others.
        return int(code.startswith(GROUPS[item])) * (1 if item == "all" else 2)
    return len(item) if code.startswith(item.upper()) else 0


def unknown_item(item: str, codes: list[str]) -> str | None:
    """Why an item of a selection names nothing, with a suggestion; None when it is known."""
    intents = [intent.value for intent in Intent]
    upper = item.upper()
    if (
        item in intents
        or item in GROUPS
        or any(code.startswith(upper) for code in codes if upper.startswith("V"))
    ):
        return None
    import difflib

    close = difflib.get_close_matches(upper, codes, n=1) or difflib.get_close_matches(
        item.lower(), [*intents, *GROUPS], n=1
    )
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"unknown code or intent '{item}'{hint}"
