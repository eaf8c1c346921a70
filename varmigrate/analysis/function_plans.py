"""What has to be known of an old-style `autograd.Function` to rewrite its calls in any file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FunctionParameter:
    """A parameter of the constructor: name, default as written, and whether that is a literal."""

    name: str
    default: str | None = None
    literal: bool = False


@dataclass(frozen=True, slots=True)
class FunctionPlan:
    """An old-style Function as its callers see it; plain data, so that it can travel to a worker.

    path, name: where it is defined. inputs, required: how many arguments `forward` takes at most
    and at least. optional: the defaults of those between, where the calls have to write them out.
    parameters: of the constructor. members: names of the class body that do not
    belong to an instance. kept: why an instance cannot be called more than once, empty when it
    can. refused: why the class stays as it is, empty when it is rewritten. elsewhere: its calls in
    other files, as `net.py:12`.
    """

    path: str
    name: str
    inputs: int = 0
    required: int = 0
    optional: tuple[str, ...] = ()
    parameters: tuple[FunctionParameter, ...] = ()
    members: frozenset[str] = frozenset()
    kept: str = ""
    refused: str = ""
    elsewhere: tuple[str, ...] = ()
