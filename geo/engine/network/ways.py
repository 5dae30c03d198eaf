"""Ways with their vertices to streets: cut where ways meet and where something delays."""

from array import array
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from geo.engine.crs import distance_metres
from geo.engine.modes import MODES
from geo.engine.network.barriers import Closed, Vertices, with_barriers
from geo.engine.network.osm_tags import CLASSES, Rights
from geo.engine.network.streets import SIGNALS, Streets

Int64Array = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
MIN_VERTICES = 2
_NO_ROADS = {"pedestrian", "footway", "path", "cycleway", "bridleway", "steps", "ferry"}


@dataclass(kw_only=True)
class Ways:
    """Ways collected one by one: rights and ids a way, references and degrees a vertex, controls and barriers a reference.

    Vertices are kept as plain numbers, 24 bytes each: an extract of a province has tens of millions.
    """

    ids: list[int] = field(default_factory=list)
    rights: list[Rights] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    refs: "array[int]" = field(default_factory=lambda: array("q"))
    lon: "array[float]" = field(default_factory=lambda: array("d"))
    lat: "array[float]" = field(default_factory=lambda: array("d"))
    controls: dict[int, int] = field(default_factory=dict)
    barriers: dict[int, Closed] = field(default_factory=dict)

    def add(self, way_id: int, rights: Rights, vertices: list[tuple[int, float, float]]) -> None:
        """Add one way of two or more vertices ``(reference, lon, lat)``; shorter ones are no streets."""
        if len(vertices) < MIN_VERTICES:
            return
        self.ids.append(way_id)
        self.rights.append(rights)
        self.sizes.append(len(vertices))
        refs, lon, lat = zip(*vertices, strict=True)
        self.refs.extend(refs)
        self.lon.extend(lon)
        self.lat.extend(lat)

    def __len__(self) -> int:
        return len(self.ids)


def streets_of_ways(ways: Ways) -> Streets:
    """Cut the ways at their ends, where they share a vertex with a way, at controls and barriers; return the streets.

    A ferry's duration is shared out over its parts by length. Crossings count on roads only: where paths meet nobody waits.
    """
    vertices = with_barriers(
        np.array(ways.refs, np.int64), np.array(ways.lon), np.array(ways.lat), np.array(ways.sizes, np.int64), ways.barriers
    )
    refs, lon, lat, sizes = vertices.refs, vertices.lon, vertices.lat, vertices.sizes
    starts = np.cumsum(sizes) - sizes
    rights = _RightsColumns.of(ways.rights)
    controls = _controls_that_count(ways.controls, refs[np.repeat(_is_road()[rights.highway], sizes)])
    is_node = _cuts(refs, starts, sizes, np.array(sorted(controls), np.int64))
    is_node[vertices.closed_at] = is_node[vertices.closed_at + 1] = True
    first, last, of_way = _pieces(is_node, starts, sizes)
    node_refs, node_vertex = np.unique(refs[is_node], return_index=True)
    vertex_of_node = np.flatnonzero(is_node)[node_vertex]
    counts = last - first + 1
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    in_shape = np.repeat(first - indptr[:-1], counts) + np.arange(indptr[-1])
    passable = _passable(vertices, first)
    return Streets(
        node_lon=lon[vertex_of_node],
        node_lat=lat[vertex_of_node],
        node_control=np.array([controls.get(ref, 0) for ref in node_refs.tolist()], np.uint8),
        edge_from=np.searchsorted(node_refs, refs[first]).astype(np.int32),
        edge_to=np.searchsorted(node_refs, refs[last]).astype(np.int32),
        edge_way_id=np.array(ways.ids, np.int64)[of_way],
        edge_class=rights.highway[of_way],
        classes=CLASSES,
        shape_indptr=indptr,
        shape_lon=lon[in_shape],
        shape_lat=lat[in_shape],
        modes=MODES,
        forward_allowed=rights.forward[:, of_way] & passable,
        backward_allowed=rights.backward[:, of_way] & passable,
        max_speed_kph=rights.max_speed_kph[of_way],
        fixed_seconds=_shared_out(rights.duration_seconds, of_way, _lengths(lon, lat, first, last)),
        edge_level=rights.level[of_way],
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _RightsColumns:
    """The rights of W ways as arrays: (W,) or (3, W)."""

    highway: npt.NDArray[np.uint8]
    forward: BoolArray
    backward: BoolArray
    max_speed_kph: npt.NDArray[np.float32]
    duration_seconds: npt.NDArray[np.float32]
    level: npt.NDArray[np.int8]

    @classmethod
    def of(cls, rights: list[Rights]) -> "_RightsColumns":
        """Turn the rights of W ways into columns."""
        number = {name: i for i, name in enumerate(CLASSES)}
        return cls(
            highway=np.array([number[right.highway] for right in rights], np.uint8),
            forward=np.array([right.forward for right in rights], np.bool_).reshape(-1, len(MODES)).T,
            backward=np.array([right.backward for right in rights], np.bool_).reshape(-1, len(MODES)).T,
            max_speed_kph=np.array([right.max_speed_kph or np.nan for right in rights], np.float32),
            duration_seconds=np.array([right.duration_seconds or np.nan for right in rights], np.float32),
            level=np.array([right.level for right in rights], np.int8),
        )


def _is_road() -> BoolArray:
    return np.array([name not in _NO_ROADS for name in CLASSES], np.bool_)


def _controls_that_count(controls: dict[int, int], road_refs: Int64Array) -> dict[int, int]:
    """Return all signals, and the crossings that stand on a road."""
    refs = np.array(sorted(controls), np.int64)
    on_road = dict(zip(refs.tolist(), np.isin(refs, road_refs).tolist(), strict=True))
    return {ref: control for ref, control in controls.items() if control == int(SIGNALS) or on_road[ref]}


def _cuts(refs: Int64Array, starts: Int64Array, sizes: Int64Array, controls: Int64Array) -> BoolArray:
    """Return for every vertex whether a street ends there."""
    _, index, uses = np.unique(refs, return_inverse=True, return_counts=True)
    is_node = np.asarray(uses[index] > 1)
    is_node[starts] = is_node[starts + sizes - 1] = True
    is_node |= np.isin(refs, controls)
    return is_node


def _pieces(is_node: BoolArray, starts: Int64Array, sizes: Int64Array) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Return the first and last vertex of every piece between two cuts of one way, and its way."""
    nodes = np.flatnonzero(is_node)
    way = np.repeat(np.arange(len(sizes)), sizes)[nodes]
    same = way[:-1] == way[1:]
    return nodes[:-1][same], nodes[1:][same], way[:-1][same]


def _passable(vertices: Vertices, first: Int64Array) -> BoolArray:
    """Return (M, E) whether no barrier closes the edge to the mode; first: (E,), rising, the first vertex of each edge."""
    passable = np.ones((len(MODES), len(first)), np.bool_)
    passable[:, np.searchsorted(first, vertices.closed_at)] = ~vertices.closed
    return passable


def _lengths(lon: Float64Array, lat: Float64Array, first: Int64Array, last: Int64Array) -> Float64Array:
    along = np.concatenate([[0.0], np.cumsum(distance_metres(lon[:-1], lat[:-1], lon[1:], lat[1:]))])
    return np.asarray(along[last] - along[first])


def _shared_out(duration: npt.NDArray[np.float32], of_way: Int64Array, length: Float64Array) -> npt.NDArray[np.float32]:
    """Return (E,) seconds: each way's duration shared over its edges by length, NaN where it has none."""
    of_whole_way = np.bincount(of_way, weights=length, minlength=len(duration))[of_way]
    with np.errstate(invalid="ignore", divide="ignore"):
        return (duration[of_way] * length / of_whole_way).astype(np.float32)
