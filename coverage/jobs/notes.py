"""What a coverage run must not keep silent about."""

from typing import TYPE_CHECKING

import numpy as np

from coverage.engine.assess import Assessment
from coverage.models import CoverageRun
from coverage.notes import Note, note
from geo.models import DemandCell, Region
from geo.selectors import demand_source

if TYPE_CHECKING:
    from coverage.jobs.coverage import Inputs


def notes_of(run: CoverageRun, inputs: "Inputs", found: Assessment) -> list[Note]:
    """Return the warnings of a run: what was counted, assumed, left out."""
    return [
        *_notes_on_speeds(run),
        *_notes_on_venues(inputs, found),
        *_notes_on_cells(inputs, found),
        *_notes_on_sources(run, inputs),
    ]


def _notes_on_speeds(run: CoverageRun) -> list[Note]:
    zh, en = run.speeds.words
    return [note("coverage.profile", speeds_zh=zh, speeds_en=en)] if run.profile else []


def _notes_on_venues(inputs: "Inputs", found: Assessment) -> list[Note]:
    venues, time = inputs.venues, inputs.parameters["open_at"]
    off_streets = int((~found.catchments.facility_snapped).sum())
    metres = inputs.standard.max_snap_metres
    return [
        *([] if len(venues.facilities) else [note("coverage.no_venues")]),
        *_if(venues.closed_count, "coverage.venues_closed", venues=venues.closed_count, time=time),
        *_if(venues.without_hours_count, "coverage.venues_without_hours", venues=venues.without_hours_count, time=time),
        *_if(venues.without_capacity_count, "coverage.venues_without_capacity", venues=venues.without_capacity_count),
        *_if(off_streets, "coverage.venues_off_streets", venues=off_streets, metres=metres),
    ]


def _notes_on_cells(inputs: "Inputs", found: Assessment) -> list[Note]:
    snapped, workers = found.catchments.cell_snapped, inputs.demand.workers_persons
    cut_off = snapped & ~np.isfinite(found.nearest_minutes)
    metres = inputs.standard.max_snap_metres
    off, off_persons = int((~snapped).sum()), int(workers[~snapped].sum())
    cut, cut_persons = int(cut_off.sum()), int(workers[cut_off].sum())
    return [
        *_if(off, "coverage.cells_off_streets", cells=off, persons=off_persons, metres=metres),
        *_if(cut if len(inputs.venues.facilities) else 0, "coverage.cells_cut_off", cells=cut, persons=cut_persons),
    ]


def _notes_on_sources(run: CoverageRun, inputs: "Inputs") -> list[Note]:
    cells = DemandCell.objects.filter(region__path__startswith=run.region.path, source=demand_source(run.region))
    modelled = cells.filter(is_modelled=True).exists()
    zones = Region.objects.filter(
        path__startswith=run.region.path, unit_type=Region.UnitType.FUNCTIONAL_ZONE, code__in=inputs.demand.region_codes
    ).exclude(pk=run.region.pk).count()  # fmt: skip
    return [
        *_if(modelled, "coverage.demand_modelled"),
        *_if(run.network.source.is_synthetic or inputs.venues.is_synthetic, "coverage.synthetic"),
        *_if(zones, "coverage.zones_skipped", zones=zones),
    ]


def _if(count: int, code: str, **details: object) -> list[Note]:
    return [note(code, **details)] if count else []
