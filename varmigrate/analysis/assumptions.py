"""What an analysis may take for granted, as the settings say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The named assumptions.

    loader_batches: a batch of a `torch.utils.data.DataLoader` is no part of a graph.
    closed_world: no function of the project is called from outside it.
    """

    loader_batches: bool = True
    closed_world: bool = False
