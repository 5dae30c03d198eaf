"""OpenStreetMap extracts (PBF or XML) to streets, streaming."""

import dataclasses
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import osmium

from geo.engine.errors import NetworkError, Problem, register_messages
from geo.engine.network.osm_tags import barrier_closes, control_of, rights_of
from geo.engine.network.streets import CROSSING, SIGNALS, Streets
from geo.engine.network.ways import Ways, streets_of_ways

_CONTROLS = {"signals": int(SIGNALS), "crossing": int(CROSSING)}
SUFFIXES = (".pbf", ".osm", ".osm.gz", ".osm.bz2", ".xml")

register_messages(
    {
        "osm.unreadable": (
            "不是完整的 OpenStreetMap 文件（PBF 或 XML）：{reason}。",
            "is not a whole OpenStreetMap file (PBF or XML): {reason}.",
        ),
        "osm.suffix": (
            "文件名应以 {known} 之一结尾。",
            "the file's name must end in one of {known}.",
        ),
        "osm.no_ways": (
            "文件中没有任何可用道路。",
            "there is no usable way in the file.",
        ),
    }
)


def read_osm(path: Path) -> Streets:
    """Read the streets of an extract in one streaming pass.

    Where the place of a node is not in the file (cut extracts) the way ends, and begins again after it. Raises
    :class:`NetworkError` if the file is missing, empty, truncated, not an OSM file, or has no usable ways.
    """
    check_file(path)
    try:
        ways = _collect(path)
    except RuntimeError as error:
        # osmium raises RuntimeError, and nothing more special, for all that is wrong with a file.
        raise NetworkError(Problem(code="osm.unreadable", file=path.name, details={"reason": str(error)})) from error
    if not len(ways):
        raise NetworkError(Problem(code="osm.no_ways", file=path.name))
    return streets_of_ways(ways)


def check_file(path: Path) -> None:
    """Raise :class:`NetworkError` unless ``path`` is a file that is not empty and is named as an OSM file."""
    if not path.is_file():
        raise NetworkError(Problem(code="file.missing", file=path.name))
    if not path.stat().st_size:
        raise NetworkError(Problem(code="file.empty", file=path.name))
    if not path.name.lower().endswith(SUFFIXES):
        raise NetworkError(Problem(code="osm.suffix", file=path.name, details={"known": ", ".join(SUFFIXES)}))


def _collect(path: Path) -> Ways:
    ways = Ways()
    # Walls and fences are ways with a barrier too, and many: of ways, only those with a highway or route reach Python.
    of_all = osmium.filter.KeyFilter("highway", "route", "barrier")
    of_ways = osmium.filter.KeyFilter("highway", "route")
    of_ways.enable_for(osmium.osm.WAY)
    things: Iterable[Any] = osmium.FileProcessor(str(path)).with_locations().with_filter(of_all).with_filter(of_ways)
    for thing in things:
        if thing.is_node():
            _add_node(ways, thing)
        elif thing.is_way():
            _add_way(ways, thing)
    return ways


def _add_node(ways: Ways, node: Any) -> None:
    control, closed = control_of(node.tags), barrier_closes(node.tags)
    if control:
        ways.controls[node.id] = _CONTROLS[control]
    if any(closed):
        ways.barriers[node.id] = closed


def _add_way(ways: Ways, way: Any) -> None:
    rights = rights_of(way.tags)
    if rights is None:
        return
    # A gap must not become a straight street across it, and the time of a whole crossing is not that of a part.
    runs = [list(run) for known, run in groupby(way.nodes, key=lambda n: n.location.valid()) if known]
    if len(runs) != 1 or len(runs[0]) != len(way.nodes):
        rights = dataclasses.replace(rights, duration_seconds=None)
    for run in runs:
        ways.add(way.id, rights, [(n.ref, n.location.lon, n.location.lat) for n in run])
