"""What a benchmark hands back, and how it is shown."""

import dataclasses
import statistics
import time
from collections.abc import Callable


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """One piece of work: our seconds, each peer's seconds for the same work, and how many times faster we must be.

    ``cpu_seconds`` are those of all threads together, ours under ``"ours"``: they tell more than the clock while others use the
    machine, and are shown in the table only.
    """

    case: str
    ours_seconds: float
    peers: dict[str, float]
    must: dict[str, float]
    cpu_seconds: dict[str, float] = dataclasses.field(default_factory=dict)

    def ratio(self, peer: str) -> float:
        """How many times faster than ``peer``."""
        return self.peers[peer] / self.ours_seconds

    @property
    def met(self) -> bool:
        """Every ratio that must be reached is reached."""
        return all(self.ratio(peer) >= ratio for peer, ratio in self.must.items())

    def as_json(self) -> dict[str, object]:
        """Return the case for machines."""
        values = dataclasses.asdict(self)
        del values["cpu_seconds"]
        return values | {"met": self.met}


def median_seconds(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return the medians of ``runs`` timings of ``work``: seconds by the clock, CPU seconds of all threads."""
    seconds, cpu_seconds = zip(*(timed(work) for _ in range(runs)), strict=True)
    return statistics.median(seconds), statistics.median(cpu_seconds)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return how many seconds ``work`` takes, by the clock and on the CPU."""
    start, cpu_start = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - cpu_start


def table(cases: list[Case]) -> str:
    """Return the cases as a Markdown table."""
    lines = ["| work | ours | peer | its time | ratio | must | met | CPU ours | CPU peer | ratio |", "|---|" + "---|" * 9]
    for case in cases:
        for peer, seconds in case.peers.items():
            must = case.must.get(peer)
            met = "–" if must is None else "yes" if case.ratio(peer) >= must else "**no**"
            ours = f"{case.ours_seconds:.3f} s"
            wanted = "–" if must is None else f"≥ {must:g}×"
            clock = f"| {case.case} | {ours} | {peer} | {seconds:.2f} s | {case.ratio(peer):.1f}× | {wanted} | {met} |"
            lines.append(clock + _cpu_columns(case, peer))
    return "\n".join(lines)


def _cpu_columns(case: Case, peer: str) -> str:
    ours, theirs = case.cpu_seconds.get("ours"), case.cpu_seconds.get(peer)
    if not ours or theirs is None:
        return " – | – | – |"
    return f" {ours:.3f} s | {theirs:.2f} s | {theirs / ours:.1f}× |"
