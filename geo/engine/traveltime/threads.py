"""Work in chunks on threads: the kernels let go of the interpreter, each thread has its own state, results keep their order."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from geo.engine.progress import Progress

Scratch = TypeVar("Scratch")
Result = TypeVar("Result")


class Pool(Generic[Scratch]):
    """States for threads, made when none is free, kept for the next work."""

    def __init__(self, fresh: Callable[[], Scratch]) -> None:
        self._fresh = fresh
        self._free: SimpleQueue[Scratch] = SimpleQueue()

    def take(self) -> Scratch:
        """Return a state that nobody else uses."""
        try:
            return self._free.get_nowait()
        except Empty:
            return self._fresh()

    def give(self, scratch: Scratch) -> None:
        """Give a state back."""
        self._free.put(scratch)

    def drain(self) -> Iterator[Scratch]:
        """Take out all states that are free."""
        while not self._free.empty():
            yield self._free.get()


def run_chunks(
    firsts: Sequence[int],
    one_chunk: Callable[[int, Scratch], tuple[Result, Scratch]],
    pool: Pool[Scratch],
    *,
    threads: int | None,
    progress: Progress,
) -> list[Result]:
    """Call ``one_chunk(first, scratch)`` for each of ``firsts`` and return the results in that order.

    A chunk returns its result and the state to go on with. ``threads``: None for one a core. What ``progress`` or a chunk
    raises stops the work.
    """

    def run(first: int) -> Result:
        scratch = pool.take()
        try:
            result, scratch = one_chunk(first, scratch)
        finally:
            pool.give(scratch)
        return result

    results = []
    with ThreadPoolExecutor(worker_count(threads, len(firsts))) as executor:
        try:
            for done, result in enumerate(executor.map(run, firsts), start=1):
                results.append(result)
                progress(done / len(firsts))
        except BaseException:
            executor.shutdown(cancel_futures=True)
            raise
    return results


def worker_count(threads: int | None, chunk_count: int) -> int:
    """Return how many threads work on ``chunk_count`` chunks."""
    return max(1, min(threads or os.cpu_count() or 1, chunk_count))


def chunk_size(item_count: int, threads: int | None, *, chunks_a_thread: int, smallest: int, largest: int) -> int:
    """Return how many items a chunk holds: enough chunks for an even end, few enough that handing them out costs nothing."""
    workers = worker_count(threads, item_count)
    return min(max(-(-item_count // (workers * chunks_a_thread)), smallest), largest)
