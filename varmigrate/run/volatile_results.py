"""Functions that give back volatile values to other files: followed before anything is judged.

PyTorch 0.3 kept no graph of what any file computed with such a value. The callers learn of it from
their context, and bring back the region on their side; the file of the function learns whether
every use of its result is seen, and comes out without a graph.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import libcst as cst

from varmigrate.analysis.context import ModuleContext
from varmigrate.analysis.file import FileAnalysis
from varmigrate.analysis.old_functions import Refused
from varmigrate.analysis.volatile_results import VolatileResult
from varmigrate.analysis.wrappers import Key
from varmigrate.files.depth import with_deep_stack
from varmigrate.rules.region_plans import settles, volatile_results
from varmigrate.rules.registry import by_code
from varmigrate.run.index import Index
from varmigrate.run.naming import Named, Reader
from varmigrate.run.suppress import Suppressions

# So often what a file gives back may lead to more in another.
_MOST_ROUNDS = 8


@dataclass(slots=True)
class ResultContexts:
    """What the rules have to know of volatile results in other files.

    produced: what functions give back, by file and name. users: the files that are given it, with
    their bytes before the run. accounted: by file, the functions all whose uses elsewhere are seen.
    """

    produced: dict[Key, VolatileResult] = field(default_factory=dict)
    users: dict[str, bytes] = field(default_factory=dict)
    accounted: dict[str, frozenset[str]] = field(default_factory=dict)

    def add(self, index: Index, path: str, context: ModuleContext) -> ModuleContext:
        """The context of a file, with what is known of volatile results."""
        produced = index.results(path, context, self.produced) if path in self.users else {}
        accounted = self.accounted.get(path, frozenset())
        return replace(context, produced=produced, accounted=accounted)


def follow(
    index: Index,
    producing: Iterable[str],
    run: Mapping[str, bytes | None],
    asked: Callable[[str], bool],
) -> ResultContexts:
    """Follow the volatile results of the files `producing` through their project.

    run: the files that may be changed, by absolute path, with their bytes where they are known.
    asked: whether calls with a volatile flag are wanted in a file.
    """
    follower = _Follower(Reader(index, run), asked)
    with_deep_stack(partial(follower.spread, sorted(producing)))
    with_deep_stack(follower.settle)
    return follower.found


class _Follower:
    """Follows results from file to file; `found` is what came of it."""

    def __init__(self, reader: Reader, asked: Callable[[str], bool]) -> None:
        self.reader = reader
        self.index = reader.index
        self.asked = asked
        self.found = ResultContexts()
        # Whether it came to an end.
        self.ended = True

    def analysis(self, path: str) -> FileAnalysis:
        """A file with what is known of results by now; raises Refused when there is none."""
        context = self.found.add(self.index, path, self.reader.context(path))
        return self.reader.analysed(path, context)

    def spread(self, waiting: list[str]) -> None:
        """Find what the files give back, and whom that reaches, file by file."""
        for _ in range(_MOST_ROUNDS):
            news = {key for path in waiting for key in self._results(path)}
            if not news:
                return
            waiting = sorted({user for key in sorted(news) for user in self._users(key)})
        self.ended = False

    def _results(self, path: str) -> list[Key]:
        """The functions of a file that give back something volatile, as far as that is new."""
        if path not in self.reader.run or not self.asked(path):
            return []
        try:
            results = volatile_results(self.analysis(path))
        except Refused:
            return []
        new = [
            (path, name)
            for name, result in results.items()
            if self.found.produced.get((path, name)) != replace(result, path=path)
        ]
        for key in new:
            self.found.produced[key] = replace(results[key[1]], path=path)
        return new

    def _users(self, key: Key) -> list[str]:
        """The files of the run that may call a function."""
        found: list[str] = []
        for path in self.reader.files_naming(key[0], {key[1]}):
            if path not in self.reader.run:
                continue
            try:
                context = self.reader.context(path)
            except Refused:
                continue
            if key in {(r.path, r.name) for r in self._reached(path, context)}:
                self.found.users[path] = self.reader.bytes(path)
                self.index.include(path, self.found.users[path])
                found.append(path)
        return found

    def _reached(self, path: str, context: ModuleContext) -> Iterable[VolatileResult]:
        return self.index.results(path, context, self.found.produced).values()

    def settle(self) -> None:
        """Find the functions whose results no other file lets record a graph."""
        if not self.ended:
            return
        known: dict[str, set[str]] = {}
        waiting = sorted(self.found.produced)
        while True:
            new = [key for key in waiting if self._is_accounted(key)]
            if not new:
                return
            waiting = [key for key in waiting if key not in new]
            for path, name in new:
                known.setdefault(path, set()).add(name)
            self.found.accounted = {path: frozenset(names) for path, names in known.items()}

    def _is_accounted(self, key: Key) -> bool:
        """Whether all that other files do with the result of a function is seen, and settled."""
        named = Named(self.reader, *key)
        words = {key[1]}
        seen: set[str] = set()
        try:
            while True:
                more: set[str] = set()
                for path in self.reader.naming(key[0], words):
                    if path not in seen and self.reader.bytes(path).strip():
                        analysis = self.analysis(path)
                        more |= {name for name, _ in named.imports(analysis, path)}
                        self._check_user(named, key, analysis, path, words | more)
                        seen.add(path)
                if more <= words:
                    return True
                # Under another name it may be used where the first one is not written.
                words |= more
                seen.clear()
        except (Refused, OSError):
            return False

    def _check_user(
        self, named: Named, key: Key, analysis: FileAnalysis, path: str, words: set[str]
    ) -> None:
        """Raise Refused unless a file only calls the function, and records no graph with it."""
        heads, _ = named.heads(analysis, path, words)
        if not heads:
            return
        shown = os.path.basename(path)
        if path not in self.reader.run or not self.asked(path):
            raise Refused(f"{shown} is not to be rewritten")
        settled = settles(analysis)
        for head in heads:
            call = analysis.tree.parent(head)
            if not isinstance(call, cst.Call) or call.func is not head or id(call) not in settled:
                raise Refused(f"{shown} may let it record a graph")
        suppressions = Suppressions(analysis)
        called = {id(analysis.tree.parent(head)) for head in heads}
        for proposal in by_code()["VM110"].check(analysis):
            if id(proposal.node) in called and suppressions.silences(proposal):
                raise Refused(f"{shown} is not to be rewritten")
