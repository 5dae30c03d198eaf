"""What a recommendation works on, read from the database, and its name."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from coverage.engine.hours import Day
from coverage.engine.siting.build_sites import RegionName
from coverage.engine.siting.candidates import VenueFacts
from coverage.engine.siting.plan import Plan, QuotaRegion
from coverage.engine.siting.problem import BoolArray
from coverage.exports import CELLS_FILE, run_folder
from coverage.jobs.coverage import Inputs, read_inputs
from coverage.models import CoverageResult, CoverageRun, SitingPlan
from coverage.siting_selectors import gathering_points, quota_regions, region_names, venue_facts
from geo.engine import ENGINE_VERSION
from geo.engine.digest import digest_of
from geo.engine.errors import Problem, SitingError, register_messages
from geo.models import JobState

register_messages(
    {
        "siting.run_not_done": (
            "覆盖计算 {value} 尚未完成；请先运行 run_coverage。",
            "coverage run {value} is not done; run run_coverage first.",
        ),
        "siting.run_stale": (
            "覆盖计算 {value} 之后数据已更改；请重新运行 run_coverage。",
            "the data changed after coverage run {value}; run run_coverage again.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class SitingInputs:
    """A plan, the coverage run it stands on with its inputs, and the places it may use."""

    plan: Plan
    run: CoverageRun
    ground: Inputs
    venues: list[VenueFacts]
    gatherings: list[VenueFacts]
    quota_regions: list[QuotaRegion]
    names: dict[str, RegionName]

    @property
    def digest(self) -> str:
        """The digest of everything together, with the engine's version."""
        return digest_of(
            {
                "run": self.run.digest,
                "plan": self.plan.as_json(),
                "venues": [_plain(venue) for venue in self.venues],
                "gatherings": [_plain(venue) for venue in self.gatherings],
                "regions": [vars(region) for region in self.quota_regions],
                "names": {code: vars(name) for code, name in self.names.items()},
                "engine_version": ENGINE_VERSION,
            }
        )

    def is_reached(self) -> BoolArray:
        """Return (n,) bool, the cells within reach in the coverage run."""
        cells = pd.read_parquet(run_folder(self.run) / CELLS_FILE, columns=["h3_index", "is_reached"])
        if tuple(cells["h3_index"]) != self.ground.demand.cell_ids:
            raise stale(self.run)
        return np.asarray(cells["is_reached"], np.bool_)

    def before(self) -> CoverageResult:
        """Return the run's result for its whole region."""
        return self.run.results.get(region=self.run.region)


def _plain(venue: VenueFacts) -> dict[str, Any]:
    return vars(venue) | {"opens_at": venue.opens_at.isoformat() if venue.opens_at else None}


def plan_with(plan: SitingPlan, changes: dict[str, Any]) -> Plan:
    """Return the plan with ``changes``: ``phases`` and ``quotas`` replace, ``candidate_rules`` and ``solver`` are merged in."""
    parameters = dict(plan.parameters)
    for name in ("candidate_rules", "solver"):
        if name in changes:
            parameters[name] = parameters.get(name, {}) | changes[name]
    others = {name: value for name, value in changes.items() if name not in ("phases", "candidate_rules", "solver")}
    return Plan.from_json(changes.get("phases", plan.phases), parameters | others)


def read_siting_inputs(plan: Plan, run: CoverageRun) -> SitingInputs:
    """Read what a recommendation on ``run`` works on.

    Raises :class:`SitingError` if the run is not done, its files are gone, or its inputs are no longer what they were.
    """
    if run.state != JobState.DONE or not (run_folder(run) / CELLS_FILE).is_file():
        raise SitingError(Problem(code="siting.run_not_done", value=run.digest[:8]))
    day = Day(weekday=run.parameters["weekday"], season=run.parameters["season"])
    ground = read_inputs(
        standard=run.standard, region=run.region, network_digest=run.network.digest, day=day, profile=run.speeds
    )
    if ground.digest != run.digest:
        raise stale(run)
    return SitingInputs(
        plan=plan, run=run, ground=ground, venues=venue_facts(run.region), gatherings=gathering_points(run.region),
        quota_regions=quota_regions(run.region), names=region_names(run.region, ground.demand.region_codes),
    )  # fmt: skip


def stale(run: CoverageRun) -> SitingError:
    """Return the error that the data are no longer those of ``run``."""
    return SitingError(Problem(code="siting.run_stale", value=run.digest[:8]))
