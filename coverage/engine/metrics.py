"""What a coverage assessment says of a region, in numbers whose denominators are named."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coverage.engine.assess import Assessment
from coverage.engine.equity import gini, weighted_percentile
from geo.engine.inputs import Demand

MEDIAN, P90 = 50, 90


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The numbers of one region. Denominators: people shares, all its gig workers; area share, the area of its demand cells.

    served_persons + over_capacity_persons + out_of_reach_persons = workers_persons. unsnapped_persons: those of them too far
    from any street. median_minutes, p90_minutes: to the nearest facility, over people, ``inf`` if so many cannot reach any,
    None where there is nobody; gini_minutes: over people who can reach one, None where there are none.
    """

    workers_persons: int
    served_persons: int
    over_capacity_persons: int
    out_of_reach_persons: int
    unsnapped_persons: int
    cells_count: int
    populated_area_km2: float
    reached_area_km2: float
    median_minutes: float | None
    p90_minutes: float | None
    gini_minutes: float | None


def summarise(demand: Demand, assessment: Assessment, members: npt.NDArray[np.bool_]) -> Summary:
    """Return the numbers of the cells in ``members``, (n,) bool."""
    index = np.flatnonzero(members)
    persons, area = demand.workers_persons[index], demand.area_km2[index]
    minutes = assessment.nearest_minutes[index].astype(np.float64)
    return Summary(
        workers_persons=int(persons.sum()),
        served_persons=int(assessment.served_persons[index].sum()),
        over_capacity_persons=int(assessment.over_capacity_persons[index].sum()),
        out_of_reach_persons=int(assessment.out_of_reach_persons[index].sum()),
        unsnapped_persons=int(persons[~assessment.catchments.cell_snapped[index]].sum()),
        cells_count=len(index),
        populated_area_km2=float(area.sum()),
        reached_area_km2=float(area[assessment.reached[index]].sum()),
        median_minutes=weighted_percentile(minutes, persons, MEDIAN),
        p90_minutes=weighted_percentile(minutes, persons, P90),
        gini_minutes=gini(minutes, persons),
    )


def summarise_regions(demand: Demand, assessment: Assessment, members: "dict[str, list[str]]") -> "dict[str, Summary]":
    """Return the numbers of each region of ``members``: its code and the codes of the demand's regions it is made of.

    A region's numbers are those of all its cells taken together, not a mean of its parts. Codes the demand does not know add
    nothing.
    """
    place = {code: index for index, code in enumerate(demand.region_codes)}
    summaries = {}
    for code, parts in members.items():
        wanted = np.zeros(len(demand.region_codes), np.bool_)
        wanted[[place[part] for part in parts if part in place]] = True
        summaries[code] = summarise(demand, assessment, wanted[demand.region_index])
    return summaries
