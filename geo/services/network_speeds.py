"""A network that is being loaded at the speeds of town and country, and on its hills."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h3
import numpy as np
import numpy.typing as npt

from geo.engine.class_speeds import ClassSpeeds
from geo.engine.demand.cells import cell_ids, cell_polygons
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.modes import SpeedTable, default_speeds
from geo.engine.network.middles import edges_in_areas
from geo.engine.network.model import TravelNetwork
from geo.engine.progress import Progress, no_progress
from geo.engine.slopes import Heights, edge_slopes, with_slope
from geo.ingest.raster.heights import raster_heights
from geo.ingest.urban_areas import read_areas
from geo.models import DemandCell, Region
from geo.selectors import demand_source

CELLS = "demand cells"

register_messages(
    {
        "class_speeds.no_urban": (
            "不知道哪些道路在城镇：还没有城镇需求单元；请用 --urban-areas 给出城镇范围的多边形文件。",
            "which streets are urban is not known: there are no urban demand cells yet; give polygons with --urban-areas.",
        ),
        "class_speeds.areas_alone": (
            "--urban-areas 只与 --class-speeds 一起使用。",
            "--urban-areas goes with --class-speeds only.",
        ),
        "elevation.elsewhere": (
            "高程栅格没有覆盖任何一条道路。",
            "the raster of elevations covers none of the streets.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class SpeedChanges:
    """What a network gets beyond its speed table; read and checked before the streets are.

    areas: polygons that count as urban, where ``class_speeds`` are given; areas_from: the name of their file, or
    ``"demand cells"``.
    """

    class_speeds: ClassSpeeds | None = None
    class_speeds_file: str = ""
    areas: npt.NDArray[np.object_] | None = None
    areas_from: str = ""
    heights: Heights | None = None
    heights_file: str = ""

    @property
    def label(self) -> str:
        """What is added to the name of the network."""
        return " + class speeds" * (self.class_speeds is not None) + " + slopes" * (self.heights is not None)


def read_changes(
    table: SpeedTable | None, *, class_speeds: Path | None, urban_areas: Path | None, dem: Path | None,
    progress: Progress = no_progress,
) -> SpeedChanges:  # fmt: skip
    """Read the files of the user; raise :class:`InputError` with all that is wrong in the first that is not right."""
    if urban_areas and not class_speeds:
        raise InputError(Problem(code="class_speeds.areas_alone"))
    heights = raster_heights(dem, progress) if dem else None
    found = SpeedChanges(heights=heights, heights_file=dem.name if dem else "")
    if class_speeds:
        speeds = ClassSpeeds.read(class_speeds, table or default_speeds())
        areas = read_areas(urban_areas, progress) if urban_areas else urban_cells()
        found = dataclasses.replace(
            found, class_speeds=speeds, class_speeds_file=class_speeds.name, areas=areas,
            areas_from=urban_areas.name if urban_areas else CELLS,
        )  # fmt: skip
    return found


def urban_cells() -> npt.NDArray[np.object_]:
    """Return the hexagons of the urban demand cells that runs use; raise :class:`InputError` if there are none."""
    found: set[str] = set()
    for root in Region.objects.filter(parent=None):
        cells = DemandCell.objects.filter(region__path__startswith=root.path)
        if cells.exists():
            urban = cells.filter(source=demand_source(root), settlement_class=DemandCell.SettlementClass.URBAN)
            found |= {cell for cell in urban.values_list("h3_index", flat=True) if h3.is_valid_cell(cell)}
    if not found:
        raise InputError(Problem(code="class_speeds.no_urban"))
    return cell_polygons(cell_ids(sorted(found)))


def changed_network(network: TravelNetwork, changes: SpeedChanges) -> TravelNetwork:
    """Return the network at these speeds, its report telling what was done; the same one where there are no changes."""
    report = dict(network.report)
    if changes.class_speeds is not None and changes.areas is not None:
        is_urban = edges_in_areas(network, changes.areas)
        report["class_speeds"] = _class_report(network, changes, is_urban)
        network = changes.class_speeds.apply(network, is_urban)
    if changes.heights is not None:
        slopes = edge_slopes(network, changes.heights)
        if slopes.flat_count == network.edge_count:
            raise InputError(Problem(code="elevation.elsewhere", file=changes.heights_file))
        climb_metres, fall_metres = (float(each.sum()) for each in slopes.climb_metres(network))
        report["elevation"] = {
            "file": changes.heights_file, "edges_without_heights": slopes.flat_count,
            "climb_and_fall_metres": round(climb_metres + fall_metres),
        }  # fmt: skip
        network = with_slope(network, slopes)
    return dataclasses.replace(network, report=report)


def _class_report(network: TravelNetwork, changes: SpeedChanges, is_urban: npt.NDArray[np.bool_]) -> dict[str, Any]:
    km = np.asarray(network.edge_length_metres, np.float64) / 1000
    return {
        "file": changes.class_speeds_file, "urban_from": changes.areas_from, "urban_edges": int(is_urban.sum()),
        "urban_km": round(float(km[is_urban].sum()), 1), "rural_km": round(float(km[~is_urban].sum()), 1),
    }  # fmt: skip


def change_lines(report: dict[str, Any]) -> list[str]:
    """Return the sentences for people about what :func:`changed_network` did."""
    lines = []
    if found := report.get("class_speeds"):
        lines.append(
            f"  城乡分类车速 / class speeds: {found['file']}（城镇范围 / urban areas: {found['urban_from']}）；"
            f"城镇 {found['urban_km']:,} km、乡村 {found['rural_km']:,} km / "
            f"{found['urban_km']:,} km urban, {found['rural_km']:,} km rural"
        )
    if found := report.get("elevation"):
        metres, flat = found["climb_and_fall_metres"], found["edges_without_heights"]
        lines.append(
            f"  坡度 / slopes: {found['file']}；起伏合计 {metres:,} m，{flat:,} 条道路没有高程、按平路计 / "
            f"{metres:,} m up and down in all, {flat:,} streets without heights taken as flat"
        )
    return lines
