"""Write what a demand model made: its source, cells and profiles, all at once or not at all."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from django.contrib.gis.geos import Point
from django.db import transaction

from geo.engine.demand.cells import cell_centres, cell_texts
from geo.engine.progress import Progress
from geo.models import WGS84, DataSource, DemandCell, DemandCellProfile, DemandModel
from geo.services.demand_models.blending import Blended
from geo.services.demand_models.ground import ModelGround
from geo.services.demand_models.recipe import MODES, RURAL, URBAN, Recipe
from geo.services.demand_models.report import warnings_of
from geo.services.demand_models.sources import Said
from geo.services.sources import keep_source

_BATCH_ROWS = 2_000
_CELL_FIELDS = [
    "region", "settlement_class", "location", "area_km2", "workers_persons", "workers_by_group", "year", "confidence",
    "is_modelled",
]  # fmt: skip
_PROFILE_FIELDS = ["age50plus_persons", *(f"{mode}_persons" for mode in MODES)]
_CONFIDENCE = (DataSource.Confidence.LOW, DataSource.Confidence.MEDIUM, DataSource.Confidence.HIGH)


def keep_model(
    model: DemandModel, recipe: Recipe, said: Sequence[Said], ground: ModelGround, result: Blended, *, report: dict[str, Any],
    digest: str, is_synthetic: bool, progress: Progress,
) -> None:  # fmt: skip
    """Keep the cells with workers under the source of ``model``, and report and digest on it; cells that are gone go."""
    with transaction.atomic():
        source = _source(model, recipe, said, digest, is_synthetic)
        texts = _keep_cells(source, said, ground, result, progress)
        _keep_profiles(source, texts, result)
        model.output, model.digest, model.report = source, digest, report
        model.warnings = [note.as_json() for note in warnings_of(said)]
        model.save(update_fields=["output", "digest", "report", "warnings"])


def _source(model: DemandModel, recipe: Recipe, said: Sequence[Said], digest: str, is_synthetic: bool) -> DataSource:
    parts = "; ".join(
        f"{component.source} × {component.weight:g} ({component.kind}, {component.spread_by}, {component.workers_share:g})"
        for component in recipe.components
    )
    return keep_source(
        f"model-{model.slug}",
        name_zh=model.name_zh, name_en=model.name_en, year=_year(said), method=f"demand model {model.slug}: {parts}",
        confidence=_confidence(said), is_modelled=True, digest=digest,
        is_synthetic=is_synthetic or any(each.is_synthetic for each in said),
    )  # fmt: skip


def _year(said: Sequence[Said]) -> int:
    """Return the year of the newest component."""
    return max(each.year for each in said)


def _confidence(said: Sequence[Said]) -> str:
    """Return the least of what the components claim; medium where a component claims nothing."""
    claimed = [value or DataSource.Confidence.MEDIUM for each in said for value in each.confidences]
    return min(claimed, key=[str(each) for each in _CONFIDENCE].index, default=str(DataSource.Confidence.MEDIUM))


def _keep_cells(
    source: DataSource, said: Sequence[Said], ground: ModelGround, result: Blended, progress: Progress
) -> list[tuple[int, str]]:
    """Write the cells with workers; return index and text of each."""
    peopled = np.flatnonzero(result.workers)
    texts = cell_texts(ground.cells.cells[peopled])
    gone = set(DemandCell.objects.filter(source=source).values_list("h3_index", flat=True)) - set(texts)
    for start in range(0, len(gone), _BATCH_ROWS):
        names = sorted(gone)[start : start + _BATCH_ROWS]
        DemandCell.objects.filter(source=source, h3_index__in=names).delete()
    rows = _cells(source, said, ground, result, peopled, texts)
    for start in range(0, len(peopled), _BATCH_ROWS):
        progress(start / len(peopled))
        DemandCell.objects.bulk_create(
            [next(rows) for _ in range(min(_BATCH_ROWS, len(peopled) - start))],
            update_conflicts=True, unique_fields=["h3_index", "source"], update_fields=_CELL_FIELDS,
        )  # fmt: skip
    return list(zip(peopled.tolist(), texts, strict=True))


def _cells(
    source: DataSource, said: Sequence[Said], ground: ModelGround, result: Blended, peopled: Any, texts: list[str]
) -> Iterator[DemandCell]:
    lon, lat = cell_centres(ground.cells.cells[peopled])
    year, confidence = _year(said), _confidence(said)
    for place, index in enumerate(peopled.tolist()):
        yield DemandCell(
            h3_index=texts[place], region=ground.counties[ground.county[index]], source=source, year=year,
            settlement_class=URBAN if result.is_urban[index] else RURAL, confidence=confidence, is_modelled=True,
            location=Point(float(lon[place]), float(lat[place]), srid=WGS84), area_km2=float(ground.area_km2[index]),
            workers_persons=int(result.workers[index]),
            workers_by_group={name: int(persons[index]) for name, persons in result.groups.items()},
        )  # fmt: skip


def _keep_profiles(source: DataSource, texts: list[tuple[int, str]], result: Blended) -> None:
    if result.age50plus is None and result.modes is None:
        DemandCellProfile.objects.filter(cell__source=source).delete()
        return
    ids = dict(DemandCell.objects.filter(source=source).values_list("h3_index", "pk"))
    DemandCellProfile.objects.bulk_create(
        (DemandCellProfile(cell_id=ids[text], **_profile(result, index)) for index, text in texts),
        batch_size=_BATCH_ROWS, update_conflicts=True, unique_fields=["cell"], update_fields=_PROFILE_FIELDS,
    )  # fmt: skip


def _profile(result: Blended, index: int) -> dict[str, int | None]:
    by_mode = {
        f"{mode}_persons": None if result.modes is None else int(result.modes[index, place]) for place, mode in enumerate(MODES)
    }
    return {"age50plus_persons": None if result.age50plus is None else int(result.age50plus[index]), **by_mode}
