"""Work in chunks on threads: the kernels let go of the interpreter, each thread has its own state, results keep their order."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from geo.engine.progress import Progress

Scratch = TypeVar("Scratch")
Result = TypeVar("Result")


def run_chunks(
    firsts: range,
    one_chunk: Callable[[int, Scratch], Result],
    fresh: Callable[[], Scratch],
    *,
    threads: int | None,
    progress: Progress,
) -> list[Result]:
    """Call ``one_chunk(first, scratch)`` for each of ``firsts`` and return the results in that order.

    ``fresh`` makes the state of a thread. ``threads``: None for one a core. What ``progress`` or a chunk raises stops the work.
    """
    workers = min(threads or os.cpu_count() or 1, max(1, len(firsts)))
    scratches: SimpleQueue[Scratch] = SimpleQueue()
    for _ in range(workers):
        scratches.put(fresh())

    def run(first: int) -> Result:
        scratch = scratches.get()
        try:
            return one_chunk(first, scratch)
        finally:
            scratches.put(scratch)

    results = []
    with ThreadPoolExecutor(workers) as pool:
        try:
            for done, result in enumerate(pool.map(run, firsts), start=1):
                results.append(result)
                progress(done / len(firsts))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return results
