"""What a benchmark hands back, and how it is shown."""

import dataclasses
import statistics
import time
from collections.abc import Callable


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """One piece of work: our seconds, each peer's seconds for the same work, and how many times faster we must be.

    ``cpu_seconds`` are those of all threads together, ours under ``"ours"``: they tell more than the clock while others use the
    machine, and are shown in the table only. Work without peers has limits: ``must_seconds``, and ``must_peak_mb`` for the
    memory of all its processes together, ``peak_mb``; ``notes`` are figures of the answer.
    """

    case: str
    ours_seconds: float
    peers: dict[str, float]
    must: dict[str, float]
    cpu_seconds: dict[str, float] = dataclasses.field(default_factory=dict)
    peak_mb: float | None = None
    must_seconds: float | None = None
    must_peak_mb: float | None = None
    notes: dict[str, float] = dataclasses.field(default_factory=dict)
    is_right: bool = True

    def ratio(self, peer: str) -> float:
        """How many times faster than ``peer``."""
        return self.peers[peer] / self.ours_seconds

    @property
    def met(self) -> bool:
        """The answer is right, every ratio that must be reached is reached, and no limit is passed."""
        within = [
            limit is None or (value is not None and value <= limit)
            for value, limit in ((self.ours_seconds, self.must_seconds), (self.peak_mb, self.must_peak_mb))
        ]
        return self.is_right and all(within) and all(self.ratio(peer) >= ratio for peer, ratio in self.must.items())

    def as_json(self) -> dict[str, object]:
        """Return the case for machines."""
        always = ("case", "ours_seconds", "peers", "must")
        limits = ("peak_mb", "must_seconds", "must_peak_mb", "notes")
        values = dataclasses.asdict(self)
        return (
            {name: values[name] for name in always}
            | {name: values[name] for name in limits if values[name]}
            | {"met": self.met}
        )


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
    """Return the cases as Markdown: those with peers beside them, those with limits against these, then the notes."""
    beside, alone = [case for case in cases if case.peers], [case for case in cases if not case.peers]
    notes = [
        f"- {case.case}: " + ", ".join(f"{name} {value:,g}" for name, value in case.notes.items())
        for case in cases
        if case.notes
    ]
    parts = [_peers_table(beside) if beside else "", _limits_table(alone) if alone else "", "\n".join(notes)]
    return "\n\n".join(part for part in parts if part)


def _peers_table(cases: list[Case]) -> str:
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


def _limits_table(cases: list[Case]) -> str:
    lines = ["| work | seconds | must | peak memory | must | met |", "|---|---|---|---|---|---|"]
    for case in cases:
        seconds, memory = (
            "–" if value is None else f"{value:,.{digits}f} {unit}"
            for value, digits, unit in ((case.ours_seconds, 1 if case.ours_seconds >= 1 else 3, "s"), (case.peak_mb, 0, "MB"))
        )
        limits = [
            "–" if limit is None else f"≤ {limit:,.{0 if limit >= 1 else 3}f} {unit}"
            for limit, unit in ((case.must_seconds, "s"), (case.must_peak_mb, "MB"))
        ]
        lines.append(f"| {case.case} | {seconds} | {limits[0]} | {memory} | {limits[1]} | {'yes' if case.met else '**no**'} |")
    return "\n".join(lines)


def _cpu_columns(case: Case, peer: str) -> str:
    ours, theirs = case.cpu_seconds.get("ours"), case.cpu_seconds.get(peer)
    if not ours or theirs is None:
        return " – | – | – |"
    return f" {ours:.3f} s | {theirs:.2f} s | {theirs / ours:.1f}× |"
