"""Whether the tool keeps its promise on a program: fixed safely, it does what it did.

A program is fixed twice: as a file others may import, and with `closed-world` set, as a file that
nobody else reads. What its own names lead to at the end is looked at only in the first way, and not
for a script: then nobody is there to look.
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from harness import MAIN, Observation, differences, observe
from shrinking import shrink

from varmigrate.analysis.assumptions import Assumptions
from varmigrate.run.engine import RunOptions, run_text
from varmigrate.run.settings import Settings

OPEN, CLOSED = "open", "closed"
WORLDS = (OPEN, CLOSED)
_WALKED = "at the end, "
_SEEN = "at the end, see "


@dataclass(frozen=True)
class Verdict:
    """What came of one program in one world.

    differs: in words, what the fixed program does differently; empty when nothing.
    fixed: its text. trouble: why the tool left it alone although it must not. promised: whether the
    program is inside the promise, and does the same when it is run again.
    """

    world: str
    fixed: str
    differs: tuple[str, ...]
    trouble: str = ""
    promised: bool = True

    @property
    def wrong(self) -> bool:
        """Whether the promise is broken."""
        return self.promised and bool(self.differs or self.trouble)


def fix_in(source: str, world: str) -> tuple[str, str]:
    """The program fixed with safe fixes, and what went wrong in the tool on the way, if anything."""
    settings = Settings(assumptions=Assumptions(closed_world=world == CLOSED))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, MAIN)
        options = RunOptions(fix=True, jobs=1, settings=settings)
        results = run_text(path, source.encode(), options).results
    for result in results:
        troubles = [*result.errors, *(f.message for f in result.findings if f.code == "VM009")]
        if troubles:
            return source, troubles[0]
        if result.after is not None:
            return result.after, ""
    return source, ""


def seen(source: str, variable: type | None = None) -> Observation:
    """What the program does; memory it never wrote to reads as NaN, and not as what lay there."""
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        return observe(source, variable=variable)
    finally:
        torch.use_deterministic_algorithms(False)


def watched(source: str) -> tuple[Observation, bool]:
    """What the program does, and whether the promise leaves it out.

    It does when a call of Variable raises in it, or wraps None.
    """
    real = torch.autograd.Variable
    raised = False

    class Watched(real):  # type: ignore[misc, valid-type]
        def __new__(cls, *args: Any, **keywords: Any) -> Any:
            nonlocal raised
            try:
                data = args[0] if args else keywords.get("data")
                raised = raised or data is None
                return real(*args, **keywords)
            except Exception:
                raised = True
                raise

    Watched.__module__ = real.__module__
    Watched.__name__ = real.__name__
    return seen(source, Watched), raised


class Late(BaseException):
    """It takes too long. No Exception, so that no handler of a program holds it up."""


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """End what is inside after some seconds by raising Late: a smaller program may never end."""

    def late(signum: int, frame: object) -> None:
        raise Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def shrunk(source: str, world: str, closed: bool) -> str:
    """A smaller program on which the tool breaks its promise in the same way."""
    kind = _kind(judge(source, world, closed))

    def shows(text: str) -> bool:
        try:
            with limited(2):
                verdict = judge(text, world, closed)
                return verdict.wrong and _kind(verdict) == kind
        except Late:
            return False

    return shrink(source, shows)


def _kind(verdict: Verdict) -> str:
    if verdict.trouble:
        return "trouble"
    return "raised" if verdict.differs and verdict.differs[0].startswith("raised") else "differs"


def steady(source: str) -> bool:
    """Whether the program does the same when it is run again (it may read uninitialised memory)."""
    return not differences(seen(source), seen(source))


def judge(source: str, world: str, closed: bool, before: Observation | None = None) -> Verdict:
    """Fix the program in a world and compare; `closed`: it is a script whatever the world."""
    if before is None:
        before, raised = watched(source)
        if raised:
            return Verdict(world, source, (), promised=False)
    fixed, trouble = fix_in(source, world)
    if trouble:
        return Verdict(world, fixed, (), trouble)
    if fixed == source:
        return Verdict(world, fixed, ())
    after = seen(fixed)
    if closed or world == CLOSED:
        before, after = _inside(before), _inside(after)
    found = tuple(differences(before, after))
    return Verdict(world, fixed, found, promised=not found or steady(source))


def _inside(observation: Observation) -> Observation:
    """The observation without what only somebody outside of the program could look at."""
    facts: Mapping[str, str] = {
        path: fact
        for path, fact in observation.facts.items()
        if not path.startswith(_WALKED) or path.startswith(_SEEN)
    }
    return replace(observation, facts=facts)


Form = Callable[[torch.Tensor, bool], torch.Tensor]

WRONG_FORMS: Mapping[str, Form] = {
    "dropped": lambda t, r: t.requires_grad_() if r else t,
    "dropped without a flag": lambda t, r: t.detach().requires_grad_() if r else t,
    "flagged in place": lambda t, r: t.requires_grad_() if r else t.detach(),
    "flag forgotten": lambda t, r: t.detach(),
}
"""Ways to write a rewriter that is wrong, by what it does to Variable(t, requires_grad=r)."""


def notices(source: str, name: str) -> bool:
    """Whether the program does something else when all its wrappers are rewritten in this form."""
    replacement = stand_in(WRONG_FORMS[name])
    before, after = seen(source), seen(source, replacement)
    return bool(differences(_inside(before), _inside(after)))


def stand_in(form: Form) -> type:
    """A class that can take the place of Variable, with this in place of the wrapper."""
    real = torch.autograd.Variable

    class StandIn(real):  # type: ignore[misc, valid-type]
        def __new__(cls, *args: Any, **keywords: Any) -> Any:
            named = dict(zip(("data", "requires_grad"), args, strict=False), **keywords)
            named.pop("volatile", None)
            data, flag = named.pop("data", None), named.pop("requires_grad", False)
            checked = real(*args, **keywords)  # raises where Variable does
            if named or len(args) > 2 or not isinstance(data, torch.Tensor):
                return checked
            return form(data, bool(flag))

    StandIn.__module__ = real.__module__
    return StandIn
