"""What `volatile` meant, as something that can be run, and what a rewrite of it has to keep.

In PyTorch < 0.4 every result of an operation on a volatile value was volatile, and no graph was
recorded for it. `Watch(honours=True)` makes today's torch do that again, operation by operation;
so a program can be run as it is, as its author wanted it, and as it was rewritten, and every
operation compared (`losses`).
"""

from __future__ import annotations

import builtins
import contextlib
import re
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import torch
from harness import Observation, observe
from torch.overrides import TorchFunctionMode, resolve_name

# What reads or marks a tensor without computing anything, and what a rewrite may bring or take.
_SILENT = frozenset({"detach", "requires_grad", "data", "grad", "volatile", "grad_fn"})
_DEFAULTS = re.compile(r"\.(?:kw)?defaults\b")
_OUTSIDE = re.compile(r"at the end, (?!see )")
_GRAPH_FACTS = (": requires_grad", ": has history", ": is_leaf")


@dataclass(frozen=True)
class Operation:
    """One operation of torch that made or changed a tensor.

    contaminated: whether a volatile value went in. recorded: whether what came out has history.
    """

    name: str
    contaminated: bool
    recorded: bool


class Watch(TorchFunctionMode):
    """Notes every operation while it is entered.

    honours: on which lines of the program volatile makes a contaminated operation record nothing,
    as in PyTorch < 0.4; None for nowhere. `variable` then has to stand in for
    torch.autograd.Variable. forgiving: whether differentiating a volatile value gives nothing, and
    no error. peak: the largest number of graph nodes that were alive at once.
    """

    def __init__(
        self, honours: Callable[[int], bool] | None = None, forgiving: bool = False
    ) -> None:
        super().__init__()
        self.forgiving = forgiving
        self.operations: list[Operation] = []
        self.peak = 0
        self.variable = None if honours is None else self._stand_in(honours)
        self._volatile: dict[int, torch.Tensor] = {}
        self._made: list[weakref.ref[torch.Tensor]] = []
        self._paused = False

    def __enter__(self) -> Watch:
        real = builtins.see  # type: ignore[attr-defined]

        def see(label: str, value: object) -> object:
            with self.paused():
                return real(label, value)

        builtins.see = see  # type: ignore[attr-defined]
        super().__enter__()
        return self

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Do not look at what happens meanwhile."""
        before, self._paused = self._paused, True
        try:
            yield
        finally:
            self._paused = before

    def __torch_function__(
        self, func: Any, types: object, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if self._paused:
            return func(*args, **kwargs)
        name = _name(func)
        if name == "volatile" and self.variable is not None:
            return self._attribute(func.__name__, *args)
        contaminated = name not in ("data", "grad") and any(
            id(tensor) in self._volatile for tensor in _tensors((args, kwargs))
        )
        if contaminated and name in ("backward", "grad of"):
            if not self.forgiving:
                raise RuntimeError("a volatile value is differentiated")
            if name == "backward":
                return None
            self.operations.append(Operation(name, True, False))
            with self.paused():
                return tuple(torch.zeros_like(tensor) for tensor in _tensors(args[1:2]))
        with torch.no_grad() if contaminated else contextlib.nullcontext():
            result = func(*args, **kwargs)
        made = list(_tensors(args[0] if name == "setitem" else result))
        if contaminated:
            self._volatile.update((id(tensor), tensor) for tensor in made)
        if made and name not in _SILENT:
            with self.paused():
                recorded = any(tensor.grad_fn is not None for tensor in made)
            self.operations.append(Operation(name, contaminated, recorded))
            self._count(made)
        return result

    def _attribute(self, how: str, tensor: torch.Tensor, value: object = None) -> bool:
        """Reading or setting `.volatile`."""
        if how == "__set__":
            if value:
                self._volatile[id(tensor)] = tensor
            else:
                self._volatile.pop(id(tensor), None)
        return id(tensor) in self._volatile

    def _count(self, made: list[torch.Tensor]) -> None:
        self._made.extend(weakref.ref(tensor) for tensor in made)
        living = [tensor for ref in self._made if (tensor := ref()) is not None]
        self._made = [weakref.ref(tensor) for tensor in living]
        with self.paused():
            nodes = {tensor.grad_fn for tensor in living} - {None}
            pending = list(nodes)
            while pending:
                for node, _ in pending.pop().next_functions:
                    if node is not None and node not in nodes:
                        nodes.add(node)
                        pending.append(node)
        self.peak = max(self.peak, len(nodes))

    def _stand_in(self, honours: Callable[[int], bool]) -> type:
        real = torch.autograd.Variable
        watch = self

        class StandIn(real):  # type: ignore[misc, valid-type]
            def __new__(cls, *args: object, **keywords: object) -> object:
                with watch.paused():
                    made = real(*args, **keywords)
                named = dict(zip(("data", "requires_grad", "volatile"), args, strict=False))
                wanted = {**named, **keywords}.get("volatile")
                if wanted and honours(sys._getframe(1).f_lineno):
                    watch._volatile[id(made)] = made
                return made

        StandIn.__module__ = real.__module__
        return StandIn


def _name(func: Any) -> str:
    """A short name of a function that torch was asked for."""
    if func is torch.autograd.grad:
        return "grad of"
    name = (resolve_name(func) or getattr(func, "__name__", "")).removesuffix(".__get__")
    return name.removesuffix(".__set__").rpartition(".")[2].strip("_")


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)


@dataclass(frozen=True)
class Run:
    """What a program did, operation by operation too."""

    seen: Observation
    operations: list[Operation] = field(repr=False)
    peak: int


def everywhere(line: int) -> bool:
    """Volatile is honoured on every line."""
    return True


def run(
    source: str,
    files: Mapping[str, str] | None = None,
    honours: Callable[[int], bool] | None = None,
    forgiving: bool = False,
) -> Run:
    """Run a program, with `volatile` as it was meant on the lines on which it is honoured."""
    watch = Watch(honours, forgiving)
    seen = observe(source, files, variable=watch.variable, during=watch)
    return Run(seen, watch.operations, watch.peak)


def losses(
    today: Run,
    meant: Run,
    after: Run,
    unsafe: bool = False,
    closed: bool = False,
    most: Run | None = None,
) -> list[str]:
    """In words, what a rewrite did not keep; nothing when it is right.

    today: the program as it stands. meant: the same with `volatile` honoured. after: rewritten.
    unsafe: whether a gradient that only today's torch computes may differ. closed: whether what
    becomes of the names of the program is nobody's business. most: what was meant by all calls,
    when `meant` leaves out those that were left as they are: what depends on such a call alone may
    be covered, and need not be.

    Values, gradients, errors and output have to be those of today; whether a tensor has history or
    requires grad, and whether an operation recorded a graph, has to be as it was meant. When what
    was meant cannot run (a volatile value is differentiated), only the first can be asked.
    """
    found: list[str] = []
    possible = meant.seen.raised == today.seen.raised
    if not possible:
        meant = today
    if most is None or [o.name for o in most.operations] != [o.name for o in meant.operations]:
        most = meant
    values = meant if unsafe else today
    for what in ("raised", "stdout"):
        one, other = getattr(values.seen, what), getattr(after.seen, what)
        if one != other:
            found.append(f"{what}: {one!r}, now {other!r}")
    for path in dict.fromkeys([*meant.seen.facts, *values.seen.facts, *after.seen.facts]):
        # A parameter that only said whether to record may go.
        if _DEFAULTS.search(path) or (closed and _OUTSIDE.match(path)):
            continue
        of_graph = path.endswith(_GRAPH_FACTS)
        if of_graph and not possible:
            continue
        allowed = (meant, most) if of_graph else (values,)
        wanted = {run.seen.facts.get(path, "(absent)") for run in allowed}
        now = after.seen.facts.get(path, "(absent)")
        if now not in wanted:
            found.append(f"{path}: {' or '.join(sorted(wanted))}, now {now}")
    if possible:
        found += _operations(meant, most, after)
    if after.peak > today.peak:
        found.append(f"{after.peak} graph nodes alive, {today.peak} before")
    return found


def _operations(meant: Run, most: Run, after: Run) -> Iterator[str]:
    """In words, the operations that record what they should not, or the other way round."""
    rows = zip_longest(meant.operations, most.operations, after.operations)
    for number, (one, broad, now) in enumerate(rows):
        if one is None or broad is None or now is None or one.name != now.name:
            yield f"operation {number}: {one}, now {now}"
            return
        if one.contaminated and now.recorded:
            yield f"operation {number}, {one.name}: volatile, and it records a graph"
        elif one.recorded != now.recorded and not broad.contaminated:
            yield f"operation {number}, {one.name}: recorded {one.recorded}, now not so"


def changes(today: Run, meant: Run, most: Run, after: Run, closed: bool) -> list[str]:
    """In words, what a rewrite of a program that looks at flags did wrong; see `losses`.

    Whatever the program sees may be as it is today or as it was meant, and what becomes of the
    names of a closed program is nobody's business.
    """
    if meant.seen.raised != today.seen.raised:
        meant = today
    found = []
    if after.seen.raised != today.seen.raised:
        found.append(f"raised: {today.seen.raised!r}, now {after.seen.raised!r}")
    for path in dict.fromkeys([*meant.seen.facts, *today.seen.facts, *after.seen.facts]):
        if closed and _OUTSIDE.match(path):
            continue
        one, *others, now = (
            r.seen.facts.get(path, "(absent)") for r in (today, meant, most, after)
        )
        if now not in (one, *others):
            found.append(f"{path}: {one} (meant {others[0]}), now {now}")
    if [o.name for o in meant.operations] == [o.name for o in after.operations]:
        for number, (wanted, now) in enumerate(
            zip(meant.operations, after.operations, strict=True)
        ):
            if wanted.contaminated and now.recorded:
                found.append(f"operation {number}, {now.name}: volatile, and it records a graph")
    return found
