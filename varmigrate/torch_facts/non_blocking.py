"""Methods that copy without waiting when they are told to: by `async=` once, by a new name now."""

from __future__ import annotations

OLD_NAME = "async"
NEW_NAME = "non_blocking"

NON_BLOCKING: frozenset[str] = frozenset({"cuda", "to", "type", "copy_"})
"""Of tensors; all but `to`, which is younger, took `async=` before release 0.4."""
