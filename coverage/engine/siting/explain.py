"""Why each site: its rank, whom it adds, what is lost without it, its fair share, and the best other place nearby."""

from dataclasses import dataclass

import numpy as np

from coverage.engine.siting.limits import limits_of
from coverage.engine.siting.problem import Float64Array, Int64Array, Problem
from coverage.engine.siting.search import Ground, swap_fits, swap_values
from coverage.engine.siting.solution import Choice, Solution

NEARBY_METRES = 2000.0
_EARTH_METRES = 6_371_008.8


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Another place that could stand in for a site with all limits kept: its option, how far off, the change in workers."""

    option: int
    place_id: str
    metres: float
    change_persons: int


@dataclass(frozen=True, kw_only=True)
class SiteReason:
    """The numbers behind one site; in_reach = newly_reached + overlap exactly.

    rank: 1 is first, by years, within a year by workers added at that point. in_reach_persons: all workers within the cutoff;
    newly_reached_persons: of these, reached neither before nor by a site of lower rank; the sum over all sites is the plan's
    objective. lost_without_persons: reached by no other site and not before. shapley_persons: each new worker shared equally
    among the sites that reach them, the Shapley value of the covering game; sums to the objective as well.
    """

    choice: Choice
    rank: int
    in_reach_persons: int
    newly_reached_persons: int
    overlap_persons: int
    lost_without_persons: int
    shapley_persons: float
    alternative: Alternative | None

    @property
    def yuan_per_newly_reached(self) -> float | None:
        """Cost for each newly reached worker; None where there is none."""
        return self.choice.cost_yuan / self.newly_reached_persons if self.newly_reached_persons else None


def explain(
    problem: Problem, solution: Solution, *, lon: Float64Array | None = None, lat: Float64Array | None = None
) -> tuple[SiteReason, ...]:
    """Return the reasons of all sites in order of rank.

    lon, lat: (P,) float64 degrees of the places in the order of the problem; without them no alternative is looked for.
    """
    order = _ranked(problem, solution)
    ground = Ground.of(problem, limits_of(problem, len(problem.phases) - 1), np.ones(problem.option_count, np.bool_))
    options = np.array([choice.option for choice in order], np.int64)
    nearby = _alternatives(problem, ground, options, lon, lat) if lon is not None and lat is not None else [None] * len(order)
    counts, before = ground.counts(options), problem.is_reached.copy()
    reasons = []
    for rank, (choice, other) in enumerate(zip(order, nearby, strict=True), start=1):
        cells = ground.cells_of(choice.option)
        workers = problem.workers_persons[cells]
        newly = int(workers[~before[cells]].sum())
        open_persons = problem.open_persons[cells]
        reasons.append(
            SiteReason(
                choice=choice, rank=rank, in_reach_persons=int(workers.sum()), newly_reached_persons=newly,
                overlap_persons=int(workers.sum()) - newly, lost_without_persons=int(open_persons[counts[cells] == 1].sum()),
                shapley_persons=float((open_persons / np.maximum(counts[cells], 1)).sum()), alternative=other,
            )
        )  # fmt: skip
        before[cells] = True
    return tuple(reasons)


def _ranked(problem: Problem, solution: Solution) -> list[Choice]:
    """Return the sites by years, within a year by workers added on top of all before; ties by cost, then by place."""
    ground = Ground.of(problem, limits_of(problem, 0), np.ones(problem.option_count, np.bool_))
    open_persons, order = problem.open_persons.copy(), []
    for phase in problem.phases:
        left = [choice for choice in solution.chosen if choice.year == phase.year]
        while left:
            gains = {choice: int(open_persons[ground.cells_of(choice.option)].sum()) for choice in left}
            best = min(left, key=lambda choice: (-gains[choice], choice.cost_yuan, choice.place))
            open_persons[ground.cells_of(best.option)] = 0
            left.remove(best)
            order.append(best)
    return order


def _alternatives(
    problem: Problem, ground: Ground, options: Int64Array, lon: Float64Array, lat: Float64Array
) -> list[Alternative | None]:
    """Return, for each site, the swap within two kilometres that loses least; None where nothing there may stand in."""
    values = swap_values(ground, options)
    place = problem.option_place
    found: list[Alternative | None] = []
    for row, option in enumerate(options):
        metres = _metres(lon, lat, int(place[option]))[place]
        near = swap_fits(ground, options, row) & (metres <= NEARBY_METRES) & (place != place[option])
        if not near.any():
            found.append(None)
            continue
        best = int(np.where(near, values[row], np.iinfo(np.int64).min).argmax())
        found.append(
            Alternative(
                option=best, place_id=problem.place_ids[place[best]], metres=float(metres[best]),
                change_persons=int(values[row, best]),
            )
        )  # fmt: skip
    return found


def _metres(lon: Float64Array, lat: Float64Array, place: int) -> Float64Array:
    """Return (P,) great-circle metres from one place to all, by the haversine formula on the mean sphere."""
    rad_lon, rad_lat = np.radians(lon), np.radians(lat)
    half = np.sin((rad_lat - rad_lat[place]) / 2) ** 2
    half += np.cos(rad_lat) * np.cos(rad_lat[place]) * np.sin((rad_lon - rad_lon[place]) / 2) ** 2
    return np.asarray(2 * _EARTH_METRES * np.arcsin(np.sqrt(half)), np.float64)
