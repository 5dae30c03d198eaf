"""The engine in a notebook: streets from a file, places as GeoDataFrames, answers as DataFrames and GeoDataFrames.

Everything else in :mod:`geo.engine` works on arrays; frames are made and read here alone. Names follow the field's: origins,
destinations, ``from_id, to_id, travel_time`` (minutes) as in r5py and the accessibility tools, isochrones with a cutoff.
"""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.isochrone import BAND_METRES, isochrone
from geo.engine.modes import SpeedTable
from geo.engine.network.build import build_network
from geo.engine.network.edge_table import read_edges
from geo.engine.network.model import Direction, TravelNetwork
from geo.engine.network.osm import SUFFIXES, read_osm
from geo.engine.network.osmnx_graph import read_graphml
from geo.engine.snapping import Snaps, snap
from geo.engine.traveltime import nearest, od_matrix
from geo.engine.units import minutes, seconds

WGS84_CRS = "EPSG:4326"
MAX_SNAP_METRES = 1000.0
ID = "id"

register_messages(
    {
        "frame.crs": (
            "没有坐标系；请先用 set_crs 指定。",
            "the frame has no coordinate reference system; give it one with set_crs.",
        ),
        "frame.points": (
            "每一行都应是一个点；第 {number} 行是 {value}。",
            "every row must be a point; row {number} is {value}.",
        ),
        "frame.ids": ("编号“{value}”重复。", "the id “{value}” stands twice."),
        "frame.cutoff": ("时限应为正数，现为 {value}。", "the cutoff must be above 0, not {value}."),
        "network.suffix": (
            "不认识这种路网文件；可用：{known}。",
            "is not a kind of street file that is known; known: {known}.",
        ),
    }
)


def load_network(path: Path | str, *, speeds: Path | str | None = None) -> TravelNetwork:
    """Read streets and work out the times of all modes.

    ``path``: an OpenStreetMap extract (``.osm.pbf``, ``.osm``, ``.osm.gz``), a graph that OSMnx saved (``.graphml``), or an
    edge table (``.csv``, ``.parquet``; ``docs/streets.md`` names its columns). ``speeds``: a table to use instead of the one
    that ships. Raises :class:`NetworkError` with a sentence for a file that cannot be used.
    """
    path = Path(path)
    table = SpeedTable.read(Path(speeds)) if speeds else None
    name = path.name.lower()
    if name.endswith(SUFFIXES):
        return build_network(read_osm(path), speeds=table, source=path.name)
    if name.endswith(".graphml"):
        return build_network(read_graphml(path), speeds=table, source=path.name)
    if name.endswith((".csv", ".parquet")):
        edges = read_edges(path)
        lengths = edges.stated_length_metres
        return build_network(edges.streets, speeds=table, source=path.name, stated_length_metres=lengths)
    known = ", ".join((*SUFFIXES, ".graphml", ".csv", ".parquet"))
    raise InputError(Problem(code="network.suffix", file=path.name, details={"known": known}))


def travel_times(
    network: TravelNetwork,
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    *,
    mode: str,
    cutoff_minutes: float,
    max_snap_metres: float = MAX_SNAP_METRES,
) -> pd.DataFrame:
    """Return ``from_id, to_id, travel_time`` (minutes) of every pair within ``cutoff_minutes``, in the direction of travel.

    Frames of points in any coordinate system, with a column ``id`` (else their index counts). Pairs that are farther apart,
    and places farther than ``max_snap_metres`` from a street of the mode, have no row. Raises :class:`InputError` for frames
    without coordinate system, rows that are no points, ids that repeat.
    """
    from_ids, here = _places(network, origins, "origins", mode, max_snap_metres)
    to_ids, there = _places(network, destinations, "destinations", mode, max_snap_metres)
    matrix = od_matrix(network, here, there, mode=mode, cutoff=seconds(_positive(cutoff_minutes)))
    return matrix.to_frame(from_ids, to_ids)


def nearest_destinations(
    network: TravelNetwork,
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    *,
    mode: str,
    cutoff_minutes: float = np.inf,
    max_snap_metres: float = MAX_SNAP_METRES,
) -> pd.DataFrame:
    """Return ``from_id, to_id, travel_time`` of each origin's nearest destination, if it has one; see :func:`travel_times`."""
    from_ids, here = _places(network, origins, "origins", mode, max_snap_metres)
    to_ids, there = _places(network, destinations, "destinations", mode, max_snap_metres)
    found = nearest(network, here, there, mode=mode, cutoff=seconds(_positive(cutoff_minutes)))
    rows = np.flatnonzero(np.isfinite(found.cost))
    return pd.DataFrame(
        {
            "from_id": np.asarray(from_ids, object)[rows],
            "to_id": np.asarray(to_ids, object)[found.destination[rows]],
            "travel_time": minutes(1.0) * found.cost[rows],
        }
    )


def isochrones(
    network: TravelNetwork,
    facilities: gpd.GeoDataFrame,
    *,
    mode: str,
    cutoffs_minutes: Sequence[float] = (15.0,),
    direction: Direction = "to",
    band_metres: float = BAND_METRES,
    max_snap_metres: float = MAX_SNAP_METRES,
) -> gpd.GeoDataFrame:
    """Return the catchment of each facility: ``id, cutoff_minutes, geometry`` in WGS-84, one row a facility and cutoff.

    ``direction``: ``"to"`` for who reaches the facility in time, ``"from"`` for what is reached from it. The polygon is a band
    of ``band_metres`` around the streets in reach; empty where no street of the mode is near. The largest cutoff comes first,
    so that smaller ones are drawn on top.
    """
    ids, places = _places(network, facilities, "facilities", mode, max_snap_metres)
    rows = [(number, cutoff) for cutoff in sorted(map(_positive, cutoffs_minutes), reverse=True) for number in range(len(ids))]
    shapes = [
        isochrone(
            network, places.take(np.array([number])), mode=mode, cutoff=seconds(cutoff), direction=direction,
            band_metres=band_metres,
        ).polygon
        for number, cutoff in rows
    ]  # fmt: skip
    return gpd.GeoDataFrame(
        {ID: [ids[number] for number, _ in rows], "cutoff_minutes": [cutoff for _, cutoff in rows]},
        geometry=shapes,
        crs=WGS84_CRS,
    )


def _places(
    network: TravelNetwork, frame: gpd.GeoDataFrame, field: str, mode: str, max_snap_metres: float
) -> tuple[list[str], Snaps]:
    """Return the ids of a frame of points and where they join the streets."""
    lon, lat = _degrees(frame, field)
    return _ids(frame, field), snap(network, lon, lat, mode=mode, max_metres=max_snap_metres)


def _degrees(frame: gpd.GeoDataFrame, field: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    if frame.crs is None:
        raise InputError(Problem(code="frame.crs", field=field))
    kinds = frame.geometry.geom_type.to_numpy(object)
    wrong = np.flatnonzero((kinds != "Point") | frame.geometry.is_empty.to_numpy())
    if len(wrong):
        raise InputError(
            [
                Problem(code="frame.points", value=str(kinds[i] or None), field=field, details={"number": i + 1})
                for i in wrong.tolist()
            ]
        )
    points = frame.geometry.to_crs(WGS84_CRS)
    return points.x.to_numpy(float), points.y.to_numpy(float)


def _ids(frame: gpd.GeoDataFrame, field: str) -> list[str]:
    ids = pd.Series(frame[ID].to_numpy() if ID in frame else frame.index.to_numpy())
    repeated = ids[ids.duplicated()].unique().tolist()
    if repeated:
        raise InputError([Problem(code="frame.ids", value=str(value), field=field) for value in repeated])
    kept: list[str] = ids.tolist()
    return kept


def _positive(cutoff_minutes: float) -> float:
    if not cutoff_minutes > 0:
        raise InputError(Problem(code="frame.cutoff", value=str(cutoff_minutes)))
    return float(cutoff_minutes)
