"""The offline base map: streets of a stored network as vector tiles in one PMTiles file.

Edges of a group are gathered into multi-part lines by a grid of one tile, for each pair of zooms anew, before GDAL cuts them:
far fewer features to cut, each into few tiles; many times quicker than edge by edge, and smaller tiles.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from pyogrio.raw import write as write_layer

from geo.engine.network.model import TravelNetwork
from geo.engine.progress import Progress, no_progress, part_of
from geo.translate import translate

MIN_ZOOM, MAX_ZOOM = 6, 13
LAYER = "streets"
BANDS = ((6, 7), (8, 9), (10, 11), (12, 13))
"""Zooms that share their gathered lines."""


@dataclass(frozen=True, kw_only=True)
class StreetGroup:
    """Highway classes that are drawn alike, and the first zoom that shows them."""

    kind: str
    min_zoom: int
    classes: tuple[str, ...]


GROUPS = (
    StreetGroup(kind="highway", min_zoom=6, classes=("motorway", "motorway_link", "trunk", "trunk_link")),
    StreetGroup(kind="primary", min_zoom=7, classes=("primary", "primary_link")),
    StreetGroup(kind="ferry", min_zoom=8, classes=("ferry",)),
    StreetGroup(kind="secondary", min_zoom=9, classes=("secondary", "secondary_link")),
    StreetGroup(kind="tertiary", min_zoom=10, classes=("tertiary", "tertiary_link")),
    StreetGroup(kind="path", min_zoom=13, classes=("cycleway", "footway", "path", "pedestrian", "steps", "track", "bridleway")),
    StreetGroup(kind="minor", min_zoom=12, classes=()),
)
"""The last group takes every class that no other names."""


@dataclass(frozen=True, kw_only=True)
class SourceLayer:
    """What GDAL reads: the lines of one kind of street, gathered for zooms ``min_zoom`` to ``max_zoom``."""

    kind: str
    min_zoom: int
    max_zoom: int

    @property
    def name(self) -> str:
        """Name of the layer in the file that GDAL reads."""
        return f"{self.kind}_{self.min_zoom}"


def group_of_class(name: str) -> int:
    """Return the index in ``GROUPS`` of the highway class ``name``."""
    return next((i for i, group in enumerate(GROUPS) if name in group.classes), len(GROUPS) - 1)


def tiles_path(folder: Path, network_digest: str) -> Path:
    """Return where the tiles of a network stand under the var folder."""
    return folder / "tiles" / f"{network_digest}.pmtiles"


def build_tiles(network: TravelNetwork, folder: Path, *, progress: Progress = no_progress) -> tuple[Path, bool]:
    """Write the tiles of ``network`` under ``folder`` unless they are there; return the path and whether they were made now.

    The file appears whole or not at all: it is built aside and renamed. ``progress`` may raise to stop.
    """
    path = tiles_path(folder, network.digest)
    if path.exists():
        return path, False
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=path.parent) as workshop:
        lines, tiles = Path(workshop) / "lines.gpkg", Path(workshop) / "tiles.pmtiles"
        layers = _write_lines(network, lines)
        progress(0.2)
        translate(lines, tiles, _tile_arguments(layers), progress=part_of(progress, 0.2, 1.0))
        tiles.replace(path)
    return path, True


def _write_lines(network: TravelNetwork, path: Path) -> list[SourceLayer]:
    """Write one layer for each group and band of zooms that has edges; return them."""
    group_of_edge = np.array([group_of_class(name) for name in network.classes], np.int64)[network.edge_class]
    written: list[SourceLayer] = []
    for index, group in enumerate(GROUPS):
        edges = np.flatnonzero(group_of_edge == index)
        for layer in _layers(group) if len(edges) else ():
            _write_layer(path, layer, _gathered(network, edges, layer.max_zoom), append=bool(written))
            written.append(layer)
    return written


def _layers(group: StreetGroup) -> list[SourceLayer]:
    """Return the layers of ``group``: one for each band of zooms from its first zoom on."""
    return [
        SourceLayer(kind=group.kind, min_zoom=max(first, group.min_zoom), max_zoom=last)
        for first, last in BANDS
        if last >= group.min_zoom
    ]


def _write_layer(path: Path, layer: SourceLayer, lines: npt.NDArray[np.object_], *, append: bool) -> None:
    write_layer(
        str(path), geometry=shapely.to_wkb(lines), field_data=[np.full(len(lines), layer.kind, object)],
        fields=np.array(["kind"]), layer=layer.name, driver="GPKG", geometry_type="MultiLineString", crs="EPSG:4326",
        append=append, SPATIAL_INDEX="NO",
    )  # fmt: skip


def _gathered(network: TravelNetwork, edges: npt.NDArray[np.int64], zoom: int) -> npt.NDArray[np.object_]:
    """Return the shapes of ``edges`` as multi-part lines, one for each square as wide as a tile in which edges begin."""
    step_degrees = 360 / 2**zoom
    first = network.shape_indptr[edges]
    column = np.floor(network.shape_lon[first] / step_degrees).astype(np.int64)
    row = np.floor(network.shape_lat[first] / step_degrees).astype(np.int64)
    square = column * 2**20 + row
    order = np.argsort(square, kind="stable")
    _, part = np.unique(square[order], return_inverse=True)
    return np.asarray(shapely.multilinestrings(_shapes(network, edges[order]), indices=part), object)


def _shapes(network: TravelNetwork, edges: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """Return one line per edge, with all its vertices, in degrees."""
    first, after = network.shape_indptr[edges], network.shape_indptr[edges + 1]
    counts = after - first
    line_of_vertex = np.repeat(np.arange(len(edges)), counts)
    vertex = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    coordinates = np.column_stack([network.shape_lon[vertex], network.shape_lat[vertex]])
    return np.asarray(shapely.linestrings(coordinates, indices=line_of_vertex), object)


def _tile_arguments(layers: list[SourceLayer]) -> list[str]:
    """Return the arguments of ogr2ogr: all layers become one layer of the tiles, each in its own zooms."""
    conf = {layer.name: {"target_name": LAYER, "minzoom": layer.min_zoom, "maxzoom": layer.max_zoom} for layer in layers}
    creation = {"MINZOOM": MIN_ZOOM, "MAXZOOM": MAX_ZOOM, "CONF": json.dumps(conf), "NAME": LAYER, "BUFFER": 64}
    return ["-f", "PMTiles", *[word for key, value in creation.items() for word in ("-dsco", f"{key}={value}")]]
