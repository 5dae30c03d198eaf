"""Coverage runs: ids in, one engine call, rows and files out. The same inputs are never worked out twice."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from coverage.engine.assess import Assessment, assess
from coverage.engine.hours import TYPICAL_DAY, Day
from coverage.engine.metrics import Summary, summarise_regions
from coverage.engine.standard import Standard
from coverage.exports import cells_frame, replaced_folder, run_folder, write_run_files
from coverage.jobs.notes import notes_of
from coverage.models import CoverageResult, CoverageRun, CoverageStandard
from coverage.selectors import (
    CountedVenues,
    at_speeds,
    counted_venues,
    network_of_run,
    region_parts,
    result_regions,
    standard_inputs,
)
from geo.engine import ENGINE_VERSION
from geo.engine.digest import digest_of
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.inputs import Demand
from geo.engine.profiles import PLAIN, SpeedProfile
from geo.engine.progress import Cancelled, Progress, no_progress, part_of
from geo.jobs.lifecycle import Clock, claim, is_stale, outcome
from geo.jobs.signs import SignsOfLife
from geo.models import JobState, NetworkSnapshot, Region
from geo.selectors import demand_inputs, network_of

LOADED_SHARE, ASSESSED_SHARE = 0.1, 0.9

register_messages(
    {
        "coverage.busy": (
            "同样输入的运行 {value} 正在进行中；请等待其完成。",
            "run {value} of the same inputs is under way; wait for it to end.",
        ),
        "coverage.inputs_changed": (
            "运行 {value} 排队期间数据已更改；请重新开始。",
            "the data changed while run {value} was waiting; start it again.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """All that a run works on, read from the database, and its names."""

    region: Region
    regions: list[Region]
    parts: dict[str, list[str]]
    demand: Demand
    venues: CountedVenues
    standard: Standard
    parameters: dict[str, Any]
    network_digest: str

    @property
    def digests(self) -> dict[str, str]:
        """Digests of network, demand, venues and parameters, as the run's fields name them."""
        return {
            "network_digest": self.network_digest,
            "demand_digest": self.demand.digest,
            "venues_digest": self.venues.facilities.digest,
            "parameters_digest": digest_of(self.parameters | {"parts": self.parts}),
        }

    @property
    def digest(self) -> str:
        """The digest of everything together, with the engine's version."""
        return digest_of(self.digests | {"engine_version": ENGINE_VERSION})


def start_coverage_run(
    *,
    standard: CoverageStandard,
    region: Region,
    network: NetworkSnapshot,
    at: dt.datetime,
    by: AbstractBaseUser | None = None,
    day: Day = TYPICAL_DAY,
    profile: SpeedProfile = PLAIN,
) -> tuple[CoverageRun, bool]:
    """Return the run of these inputs and whether it is new.

    A run that is done answers at once; one that failed, was cancelled, lost its worker or its files is set to wait again.
    ``day`` is the kind of day at whose clock time venues must be open; ``profile`` is whose speeds are taken. Raises
    :class:`geo.engine.errors.InputError` if there is no demand in ``region``, :class:`geo.engine.errors.NetworkError` if the
    network's files are gone or it lacks a mode of the standard or the profile; then no run is made.
    """
    inputs = read_inputs(standard=standard, region=region, network_digest=network.digest, day=day, profile=profile)
    streets = network_of(network)
    profile.check(streets)
    for rule in inputs.standard.rules:
        streets.mode_index(rule.mode)
    with transaction.atomic():
        run, created = CoverageRun.objects.get_or_create(
            digest=inputs.digest,
            defaults={
                "standard": standard, "region": region, "network": network, "parameters": inputs.parameters,
                "profile": profile.text,
                "engine_version": ENGINE_VERSION, "created_at": at, "created_by_id": by.pk if by else None, **inputs.digests,
            },
        )  # fmt: skip
        if not created and _must_start_again(run, at):
            run.state, run.progress_share = JobState.QUEUED, 0.0
            run.save(update_fields=["state", "progress_share"])
    return run, created


def _must_start_again(run: CoverageRun, at: dt.datetime) -> bool:
    if run.state == JobState.DONE:
        return not run_folder(run).is_dir() or not run.results.exists()
    if run.state == JobState.RUNNING:
        return is_stale(run.heartbeat_at, at)
    return True


def read_inputs(
    *, standard: CoverageStandard, region: Region, network_digest: str, day: Day, profile: SpeedProfile = PLAIN
) -> Inputs:
    """Read what a run of ``standard`` in ``region`` works on; see :func:`start_coverage_run`."""
    demand, regions, rules = demand_inputs(region), result_regions(region), at_speeds(standard_inputs(standard), profile)
    return Inputs(
        region=region,
        regions=regions,
        parts=region_parts(regions, demand.region_codes) | {region.code: list(demand.region_codes)},
        demand=demand,
        venues=counted_venues(region, standard, day=day),
        standard=rules,
        parameters=_parameters(standard, rules, region, day) | ({"profile": profile.text} if profile.text else {}),
        network_digest=network_digest,
    )


def _parameters(standard: CoverageStandard, rules: Standard, region: Region, day: Day) -> dict[str, Any]:
    return rules.as_json() | {
        "standard": standard.slug,
        "region": region.code,
        "venue_kinds": sorted(standard.venue_kinds),
        "venue_statuses": sorted(standard.venue_statuses),
        "open_at": f"{standard.open_at:%H:%M}" if standard.open_at else None,
        "weekday": day.weekday,
        "season": day.season,
    }


def run_coverage(run_id: int, progress: Progress = no_progress, *, clock: Clock = timezone.now) -> CoverageRun:
    """Work out a waiting run and store rows and files; a run that is done is returned as it is.

    Results appear all at once or not at all. Raises :class:`Cancelled` if someone cancels it or ``progress`` does,
    :class:`geo.engine.errors.InputError` if another worker has it or its inputs changed since it was started.
    """
    run = CoverageRun.objects.select_related("standard", "region", "network__source").get(pk=run_id)
    if run.state == JobState.DONE:
        return run
    claim(CoverageRun, run.pk, clock(), Problem(code="coverage.busy", value=run.digest[:8]))
    with outcome(CoverageRun, run.pk, clock):
        signs = SignsOfLife(CoverageRun, run.pk, clock=clock, shown=progress)
        inputs = _inputs_of(run)
        network = network_of_run(run)
        signs(LOADED_SHARE)
        found = assess(
            network,
            inputs.demand,
            inputs.venues.facilities,
            inputs.standard,
            progress=part_of(signs, LOADED_SHARE, ASSESSED_SHARE),
        )
        _store(run, inputs, found, clock)
    run.refresh_from_db()
    progress(1.0)
    return run


def _inputs_of(run: CoverageRun) -> Inputs:
    """Read the inputs again and make sure they are those the run was started with."""
    day = Day(weekday=run.parameters["weekday"], season=run.parameters["season"])
    inputs = read_inputs(
        standard=run.standard, region=run.region, network_digest=run.network.digest, day=day, profile=run.speeds
    )
    if inputs.digest != run.digest:
        raise InputError(Problem(code="coverage.inputs_changed", value=run.digest[:8]))
    return inputs


def _store(run: CoverageRun, inputs: Inputs, found: Assessment, clock: Clock) -> None:
    """Write files and rows; both appear with the run's end, in one transaction."""
    results = _results(run, inputs, found)
    cells = cells_frame(inputs.demand, inputs.venues.facilities, found, profile=run.profile)
    with replaced_folder(run_folder(run)) as folder:
        write_run_files(folder, cells, results)
        with transaction.atomic():
            run.results.all().delete()
            CoverageResult.objects.bulk_create(results)
            done = CoverageRun.objects.filter(pk=run.pk, state=JobState.RUNNING).update(
                state=JobState.DONE, progress_share=1.0, finished_at=clock(), warnings=notes_of(run, inputs, found)
            )
            if not done:
                raise Cancelled


def _results(run: CoverageRun, inputs: Inputs, found: Assessment) -> list[CoverageResult]:
    summaries = summarise_regions(inputs.demand, found, inputs.parts)
    venues = region_parts(inputs.regions, inputs.venues.region_codes)
    return [
        CoverageResult(run=run, region=region, venues_count=len(venues[region.code]), **_columns(summaries[region.code]))
        for region in inputs.regions
    ]


def _columns(summary: Summary) -> dict[str, Any]:
    """Return the summary as the row's fields; a percentile that is infinite is stored as none."""
    return {name: value if value is None or np.isfinite(value) else None for name, value in vars(summary).items()}
