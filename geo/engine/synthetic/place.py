"""People and venues for a place on real streets where no census is at hand: both follow the streets, and say so."""

from dataclasses import dataclass

import h3
import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.demand.remainder import largest_remainder
from geo.engine.network import TravelNetwork

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]

RESOLUTION = 9
SAMPLE_METRES = 40.0
WORKERS_PER_STREET_KM = 300.0
URBAN_STREET_KM_PER_KM2 = 6.0
# People live along local streets; main roads have fewer doors, paths and motorways none.
CLASS_WEIGHT = {
    "residential": 1.0, "living_street": 1.0, "unclassified": 0.7, "pedestrian": 0.7, "tertiary": 0.7, "secondary": 0.5,
    "primary": 0.3, "service": 0.2,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class PlacePeople:
    """Modelled gig workers in n H3 cells, sorted by cell id.

    cell_ids: n indices; lon, lat: (n,) float64 degrees; workers_persons: (n,) int64 >= 1; street_km: (n,) weighted length;
    is_urban: (n,) bool; area_km2: (n,) float64.
    """

    cell_ids: tuple[str, ...]
    lon: Float64Array
    lat: Float64Array
    workers_persons: Int64Array
    street_km: Float64Array
    is_urban: npt.NDArray[np.bool_]
    area_km2: Float64Array


@dataclass(frozen=True, kw_only=True)
class PlaceVenue:
    """One synthetic venue on a street: kind and status as in the records, floor area in m²."""

    kind: str
    status: str
    lon: float
    lat: float
    floor_area_m2: float
    number: int


def _weights_metres(network: TravelNetwork) -> Float64Array:
    """Return (E,) metres of each edge weighted by how many people live along its class."""
    of_class = np.array([CLASS_WEIGHT.get(name, 0.0) for name in network.classes])
    weights = of_class[network.edge_class] * network.edge_length_metres.astype(np.float64)
    return weights if weights.sum() > 0 else network.edge_length_metres.astype(np.float64)


def _edge_lines(network: TravelNetwork, edges: Int64Array) -> npt.NDArray[np.object_]:
    starts, ends = network.shape_indptr[edges], network.shape_indptr[edges + 1]
    counts = ends - starts
    vertex = np.repeat(starts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(counts.sum())
    points = np.column_stack([network.shape_lon[vertex], network.shape_lat[vertex]])
    return np.asarray(shapely.linestrings(points, indices=np.repeat(np.arange(len(edges)), counts)))


def _cell_metres(network: TravelNetwork) -> dict[str, float]:
    """Return the weighted metres of street in each H3 cell, from points every 40 m along the edges."""
    weights = _weights_metres(network)
    edges = np.flatnonzero(weights > 0)
    samples = np.maximum(1, np.ceil(network.edge_length_metres[edges] / SAMPLE_METRES)).astype(np.int64)
    of_edge = np.repeat(np.arange(len(edges)), samples)
    step = np.arange(len(of_edge)) - np.repeat(np.cumsum(samples) - samples, samples)
    points = shapely.line_interpolate_point(
        _edge_lines(network, edges)[of_edge], (step + 0.5) / samples[of_edge], normalized=True
    )
    metres: dict[str, float] = {}
    share = (weights[edges] / samples)[of_edge]
    for lon, lat, part in zip(shapely.get_x(points).tolist(), shapely.get_y(points).tolist(), share.tolist(), strict=True):
        cell = h3.latlng_to_cell(lat, lon, RESOLUTION)
        metres[cell] = metres.get(cell, 0.0) + part
    return metres


def people_along_streets(network: TravelNetwork, *, workers_persons: int | None = None) -> PlacePeople:
    """Spread gig workers over H3 cells of resolution 9 in proportion to the street length in them.

    ``workers_persons``: the total, kept exactly (largest remainder); None: 300 per weighted kilometre of street, a round draft
    figure. A cell is urban from 6 weighted km of street per km². Cells that get nobody are left out.
    """
    metres = _cell_metres(network)
    ids = sorted(metres)
    street_km = np.array([metres[cell] for cell in ids]) / 1000.0
    total = round(street_km.sum() * WORKERS_PER_STREET_KM) if workers_persons is None else workers_persons
    workers = largest_remainder(street_km, total)
    area = np.array([h3.cell_area(cell, unit="km^2") for cell in ids])
    places = np.array([h3.cell_to_latlng(cell) for cell in ids]).reshape(-1, 2)
    kept = np.flatnonzero(workers > 0)
    return PlacePeople(
        cell_ids=tuple(ids[i] for i in kept),
        lon=places[kept, 1],
        lat=places[kept, 0],
        workers_persons=workers[kept],
        street_km=street_km[kept],
        is_urban=(street_km / area >= URBAN_STREET_KM_PER_KM2)[kept],
        area_km2=area[kept],
    )


# kind, status, workers per venue, fewest, floor area from and to in m²
_TIERS: tuple[tuple[str, str, float, int, float, float], ...] = (
    ("gig_market_comprehensive", "operating", 150_000, 1, 500, 900),
    ("gig_station", "operating", 60_000, 1, 60, 150),
    ("public_hr_market", "operating", 100_000, 1, 600, 2000),
    ("migrant_service_centre", "operating", 80_000, 1, 250, 900),
    ("grassroots_hrss_platform", "operating", 6_000, 6, 80, 450),
    ("informal_gathering_point", "operating", 60_000, 1, 200, 800),
)


def venues_along_streets(network: TravelNetwork, people: PlacePeople, rng: np.random.Generator) -> tuple[PlaceVenue, ...]:
    """Draw venues of each tier, in numbers that follow the workers, at street nodes near where people live.

    Cells are drawn without repetition with a chance that follows their workers; a venue stands at the walkable node nearest to
    the middle of its cell. Deterministic for a given ``rng`` state.
    """
    total = int(people.workers_persons.sum())
    wanted = [max(fewest, round(total / per)) for _, _, per, fewest, _, _ in _TIERS]
    count = min(sum(wanted), len(people.cell_ids))
    chance = people.workers_persons / total
    cells = rng.choice(len(people.cell_ids), size=count, replace=False, p=chance)
    kinds = np.repeat(np.arange(len(_TIERS)), wanted)[:count]
    lon, lat = _nearest_nodes(network, people.lon[cells], people.lat[cells])
    venues = []
    for i, tier in enumerate(kinds.tolist()):
        kind, status, _, _, least, most = _TIERS[tier]
        area = float(round(rng.uniform(least, most), -1))
        number = int((kinds[: i + 1] == tier).sum())
        venues.append(
            PlaceVenue(kind=kind, status=status, lon=float(lon[i]), lat=float(lat[i]), floor_area_m2=area, number=number)
        )
    return tuple(venues)


def _nearest_nodes(network: TravelNetwork, lon: Float64Array, lat: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return the places of the nearest nodes that people on foot can use; near enough for placing, not for measuring."""
    walkable = network.allowed_edges("walk") if "walk" in network.modes else np.ones(network.edge_count, np.bool_)
    nodes = np.unique(np.concatenate([network.edge_from[walkable], network.edge_to[walkable]]))
    squeeze = np.cos(np.radians(lat.mean()))
    tree = shapely.STRtree(shapely.points(network.node_lon[nodes] * squeeze, network.node_lat[nodes]))
    nearest = nodes[tree.nearest(shapely.points(lon * squeeze, lat))]
    return network.node_lon[nearest], network.node_lat[nearest]
