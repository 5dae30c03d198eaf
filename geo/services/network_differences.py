"""Differences of networks on record: the sums in the database, the ways as files beside it."""

import datetime as dt
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.engine.digest import short
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.network.clip import bounds_of
from geo.engine.network.difference import CHANGES, Bounds, Difference, WayChanges, common_extent, compare
from geo.engine.network.model import TravelNetwork
from geo.engine.network.store import open_network
from geo.engine.network.way_sums import way_lines
from geo.imports.templates import plain
from geo.models import NetworkDifference, NetworkSnapshot
from geo.services.networks import network_folder

GEOPACKAGE, GEOJSON, CSV, REPORT = "ways.gpkg", "ways.geojson", "ways.csv", "report.json"
MODE_CHANGES = ("closed", "opened", "one_way_changed")
_WAYS_OF_OSM = (NetworkSnapshot.Kind.OSM, NetworkSnapshot.Kind.OSMNX)

register_messages(
    {
        "difference.other_ways": (
            "“{value}”与“{other}”的道路编号来自不同的数据，无法逐条比较。",
            "the ways of “{value}” and “{other}” have ids of different sources: they cannot be compared one by one.",
        ),
        "difference.same": ("两个路网是同一个。", "the two networks are one and the same."),
    }
)


def difference_folder(var_dir: Path, before: str, after: str) -> Path:
    """Return where the files of the difference of two digests are kept."""
    return var_dir / "network-differences" / f"{short(before)}-{short(after)}"


def comparison_problem(before: NetworkSnapshot, after: NetworkSnapshot) -> Problem | None:
    """Return why two networks cannot be compared, None if they can: ids of ways must mean the same in both."""
    if before.pk == after.pk:
        return Problem(code="difference.same")
    both_of_osm = before.kind in _WAYS_OF_OSM and after.kind in _WAYS_OF_OSM
    if not both_of_osm and (before.kind, before.source_id) != (after.kind, after.source_id):
        return Problem(code="difference.other_ways", value=before.name, details={"other": after.name})
    if not _overlap(before, after):
        return Problem(code="difference.no_common_extent")
    return None


def _overlap(before: NetworkSnapshot, after: NetworkSnapshot) -> bool:
    (west, south, east, north), other = before.extent.extent, after.extent.extent
    return bool(max(west, other[0]) < min(east, other[2]) and max(south, other[1]) < min(north, other[3]))


def keep_difference(
    before: NetworkSnapshot, after: NetworkSnapshot, *, var_dir: Path, at: dt.datetime
) -> tuple[NetworkDifference, Path]:
    """Compare two networks, write the ways that changed, record the sums; return the record and the folder of the files.

    What is on record with its files is not worked out again: networks never change. Raises :class:`InputError` where they
    cannot be compared.
    """
    if problem := comparison_problem(before, after):
        raise InputError(problem)
    folder = difference_folder(var_dir, before.digest, after.digest)
    known = NetworkDifference.objects.filter(before=before, after=after).first()
    if known and (folder / REPORT).is_file():
        return known, folder
    first, second = (open_network(network_folder(var_dir), snapshot.digest) for snapshot in (before, after))
    difference = compare(first, second, extent=common_extent(_extent_of(first), _extent_of(second)))
    report = difference.report() | {"before": before.digest, "after": after.digest}
    _write(folder, difference, first, second, report)
    record, _ = NetworkDifference.objects.update_or_create(
        before=before, after=after, defaults={"report": report, "created_at": at}
    )
    return record, folder


def difference_to_former(
    former: NetworkSnapshot | None, snapshot: NetworkSnapshot, *, var_dir: Path, at: dt.datetime
) -> tuple[NetworkDifference | None, Problem | None]:
    """Return how ``snapshot`` differs from the network that was active before, or why that cannot be said.

    Both are None where there was no other network: loading one never fails because of an earlier one.
    """
    if former is None or former.pk == snapshot.pk:
        return None, None
    try:
        return keep_difference(former, snapshot, var_dir=var_dir, at=at)[0], None
    except InputError as error:
        return None, error.problems[0]


def _extent_of(network: TravelNetwork) -> Bounds:
    """Return the rectangle in which ``network`` holds every street: what was asked for, or else all of it.

    Streets with one end in the rectangle asked for lead out of it; their neighbours out there are missing.
    """
    asked = network.report.get("bbox")
    return common_extent(bounds_of(asked), network.bounds) if asked else network.bounds


def _write(folder: Path, difference: Difference, before: TravelNetwork, after: TravelNetwork, report: dict[str, Any]) -> None:
    """Write all files aside, then put them in place of earlier ones."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    try:
        frame = ways_frame(difference.changes)
        frame.to_csv(aside / CSV, index=False, encoding="utf-8-sig", lineterminator="\r\n")
        layer = geopandas.GeoDataFrame(frame, geometry=_lines(difference.changes, before, after), crs="EPSG:4326")
        layer.to_file(aside / GEOPACKAGE, layer="ways", driver="GPKG", engine="pyogrio")
        layer.to_file(aside / GEOJSON, driver="GeoJSON", engine="pyogrio")
        (aside / REPORT).write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
        aside.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(aside, folder)  # noqa: PTH105  Path.replace does the same
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def ways_frame(changes: WayChanges) -> pd.DataFrame:
    """Return a table of the ways that changed, one row a way; lists are separated by semicolons."""
    return pd.DataFrame(
        {
            "way_id": changes.way_id,
            "changes": _listed(CHANGES, np.stack([changes.is_[change] for change in CHANGES])),
            "class_before": [plain(str(name)) for name in changes.class_before],
            "class_after": [plain(str(name)) for name in changes.class_after],
            "metres_before": changes.metres_before.round(1),
            "metres_after": changes.metres_after.round(1),
            "moved_metres": changes.moved_metres.round(1),
            **{f"{change}_modes": _listed(changes.modes, changes.mode_metres[change] > 0) for change in MODE_CHANGES},
        }
    )


def _listed(names: tuple[str, ...], flags: npt.NDArray[np.bool_]) -> list[str]:
    """Return for each of K the names whose (N, K) flag is set."""
    return [";".join(name for name, flag in zip(names, row, strict=True) if flag) for row in flags.T.tolist()]


def _lines(changes: WayChanges, before: TravelNetwork, after: TravelNetwork) -> npt.NDArray[np.object_]:
    """Return (K,) the shape of each way as it is now, of removed ones as it was."""
    lines = np.empty(len(changes), object)
    gone = changes.is_["removed"]
    lines[gone] = way_lines(before, changes.way_id[gone])
    lines[~gone] = way_lines(after, changes.way_id[~gone])
    return lines


def difference_lines(report: dict[str, Any]) -> list[str]:
    """Return sentences in both languages that say the sums of a report."""
    outside = report["outside_before"], report["outside_after"]
    lines = [
        f"  比较 {report['ways_compared']:,} 条；范围之外：此前 {outside[0]['ways']:,}、此后 {outside[1]['ways']:,}"
        f" / {report['ways_compared']:,} ways compared; outside the common extent: {outside[0]['ways']:,} before, "
        f"{outside[1]['ways']:,} after"
    ]
    for change, (chinese, english) in _WORDS.items():
        sums = report["changes"][change]
        if sums["ways"]:
            modes = ", ".join(f"{mode} {each['km']:,.1f} km" for mode, each in sums["by_mode"].items() if each["ways"])
            lines.append(f"  {chinese} / {english}: {sums['ways']:,} ({sums['km']:,.1f} km; {modes or '–'})")
    return lines


_WORDS = {
    "added": ("新增", "added"),
    "removed": ("消失", "removed"),
    "closed": ("封闭", "closed"),
    "opened": ("开放", "opened"),
    "class_changed": ("等级改变", "class changed"),
    "one_way_changed": ("单行改变", "one-way changed"),
    "moved": ("位置或长度改变", "moved"),
}
