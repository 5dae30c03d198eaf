"""What a benchmark hands back, and how it is shown."""

import dataclasses
import statistics
import time
from collections.abc import Callable


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """One piece of work: our seconds, each peer's seconds for the same work, and how many times faster we must be."""

    case: str
    ours_seconds: float
    peers: dict[str, float]
    must: dict[str, float]

    def ratio(self, peer: str) -> float:
        """How many times faster than ``peer``."""
        return self.peers[peer] / self.ours_seconds

    @property
    def met(self) -> bool:
        """Every ratio that must be reached is reached."""
        return all(self.ratio(peer) >= ratio for peer, ratio in self.must.items())

    def as_json(self) -> dict[str, object]:
        """Return the case for machines."""
        return dataclasses.asdict(self) | {"met": self.met}


def median_seconds(work: Callable[[], object], runs: int) -> float:
    """Return the median of ``runs`` timings of ``work``."""
    return statistics.median(timed(work) for _ in range(runs))


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def table(cases: list[Case]) -> str:
    """Return the cases as a Markdown table."""
    lines = ["| work | ours | peer | its time | ratio | must | met |", "|---|---|---|---|---|---|---|"]
    for case in cases:
        for peer, seconds in case.peers.items():
            must = case.must.get(peer)
            met = "–" if must is None else "yes" if case.ratio(peer) >= must else "**no**"
            ours = f"{case.ours_seconds:.3f} s"
            wanted = "–" if must is None else f"≥ {must:g}×"
            lines.append(f"| {case.case} | {ours} | {peer} | {seconds:.2f} s | {case.ratio(peer):.1f}× | {wanted} | {met} |")
    return "\n".join(lines)
