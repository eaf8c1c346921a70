"""A map over files in worker processes that outlives the death of a worker."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_all_start_methods, get_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


# What the system says when it has no process, semaphore or memory to give.
_REFUSED = (OSError, EOFError, ImportError, NotImplementedError)


class WorkerDied(Exception):
    """The process that worked on this item ended without an answer."""


class _NoProcesses(Exception):
    """The system grants no (more) processes."""


def map_processes(
    function: Callable[[Item], Result], items: Sequence[Item], jobs: int
) -> Iterator[tuple[int, Result | WorkerDied]]:
    """Yield (index, result) for every item, in no particular order.

    function: picklable, defined at the top of a module; raises nothing. A worker that dies (a
    native crash, no memory left) costs the one item it worked on, for which WorkerDied is yielded.
    Where the system grants no processes, this one does the work.
    """
    waiting = deque(range(len(items)))
    with _safe_path():
        while waiting:
            try:
                suspects = yield from _run(function, items, waiting, jobs)
            except _NoProcesses:
                break
            for index in suspects:
                # Which of them killed the worker is found by giving each a process of its own.
                yield index, _alone(function, items[index])
    for index in waiting:
        yield index, function(items[index])


@contextmanager
def _safe_path() -> Iterator[None]:
    """Keep the current folder off the import path of new processes.

    They would import a `random.py` that lies there, and files that are analysed are never run.
    """
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def _run(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    waiting: deque[int],
    jobs: int,
) -> Generator[tuple[int, Result | WorkerDied], None, list[int]]:
    """Work off `waiting` until done or until the pool breaks; returns what was then in flight.

    Raises _NoProcesses, with all that is not done in `waiting`.
    """
    running: dict[Future[Result], int] = {}
    with _pool(min(jobs, len(waiting))) as pool:
        try:
            while waiting or running:
                while waiting and len(running) < 2 * jobs:
                    index = waiting.popleft()
                    try:
                        running[pool.submit(function, items[index])] = index
                    except BrokenProcessPool:
                        waiting.appendleft(index)
                        raise
                    except _REFUSED as error:
                        waiting.extendleft(sorted((index, *running.values()), reverse=True))
                        raise _NoProcesses from error
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    result = future.result()
                    yield running.pop(future), result
        except BrokenProcessPool:
            return sorted(running.values())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return []


def _alone(function: Callable[[Item], Result], item: Item) -> Result | WorkerDied:
    try:
        with _pool(1) as pool:
            return pool.submit(function, item).result()
    except (BrokenProcessPool, _NoProcesses, *_REFUSED):
        # It may be what kills a process, so it is not done in this one.
        return WorkerDied()


def _pool(workers: int) -> ProcessPoolExecutor:
    """A pool of fresh processes; raises _NoProcesses where there can be none."""
    # A fork server starts workers fast without forking a process that may hold threads.
    method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
    context = get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["varmigrate.run.work"])
    try:
        return ProcessPoolExecutor(workers, mp_context=context)
    except _REFUSED as error:
        raise _NoProcesses from error
