"""How a snapped place joins the nodes of the network, and what that costs, in exact sums."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.engine.network.model import Impedance, TravelNetwork
from geo.engine.snapping import NOT_SNAPPED, Snaps
from geo.engine.traveltime.search import MAX_LIMIT_TICKS
from geo.engine.units import metres_per_second

Float32Array = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]

LEG_SPEED_KPH = 3.96
# Every cost is a whole number of these (seconds or metres; 31 microseconds): sums are exact whatever their order, so that equal
# ways tie, threads do not matter and an inclusive cutoff is one. An arc fits 32 bits up to 65,536 s, a search 64.
TICK = 2.0**-15
NEVER_TICKS = np.int64(2**61)
# Times come in single precision: fifteen blocks of one minute may add up to 900.00002 s. A millionth of the cutoff is forgiven.
CUTOFF_TOLERANCE_SHARE = 1e-6
LARGEST_FINITE = float(np.finfo(np.float64).max)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ends:
    """What each of n places pays to or from the nodes of the edges it joins, in seconds or metres.

    A place has w doors to the streets: one, or two where streets of another level are near. edge: (n, w) int32,
    ``NOT_SNAPPED`` where there is no such door; fraction: (n, w) float64; extra: (n, w) float64, how much longer the way to
    that door is than ``leg``, 0 for the first. node: (n, 2w) int32, from-node and to-node of each edge; cost: (n, 2w) float64,
    ``extra`` included, ``inf`` where that way is closed or the place is not snapped; leg: (n,) float64, the way between the
    place and its nearest street, ``inf`` where not snapped.
    """

    edge: Int32Array
    fraction: Float64Array
    extra: Float64Array
    node: Int32Array
    cost: Float64Array
    leg: Float64Array


def largest_cost(cutoff: float) -> float:
    """Return the largest cost that counts as within ``cutoff`` (inclusive): a millionth more, for single-precision times.

    For ``inf`` the largest finite number: what is closed is out of any reach.
    """
    return min(cutoff * (1 + CUTOFF_TOLERANCE_SHARE), LARGEST_FINITE)


def in_ticks(cost: npt.NDArray[np.floating]) -> Float64Array:
    """Return costs rounded to whole ticks of 2**-15 (31 microseconds or micrometres), float64; above 0 stays above 0."""
    ticks = np.rint(cost / TICK)
    return np.where((ticks == 0) & (cost > 0), 1.0, ticks) * TICK


def ticks_of(cost: Float64Array) -> Int64Array:
    """Return costs of whole ticks as their number, int64; :data:`NEVER_TICKS` for ``inf``."""
    finite = np.isfinite(cost)
    ticks: Int64Array = np.where(finite, np.where(finite, cost, 0.0) / TICK, NEVER_TICKS).astype(np.int64)
    return ticks


def limit_ticks(cutoff: float) -> int:
    """Return the largest number of ticks that is within ``cutoff``; see :func:`largest_cost`."""
    return int(min(largest_cost(cutoff) / TICK, MAX_LIMIT_TICKS))


def leg_costs(snaps: Snaps, impedance: Impedance, leg_speed_kph: float) -> Float64Array:
    """Return (n,) float64: the walk between place and street, in seconds or metres; ``inf`` where not snapped."""
    metres = snaps.snap_metres.astype(np.float64)
    return in_ticks(metres if impedance == "metres" else metres / metres_per_second(leg_speed_kph))


def leaving(network: TravelNetwork, snaps: Snaps, mode: str, impedance: Impedance, leg_speed_kph: float) -> Ends:
    """Return what it costs to go from each place to the ends of its edges.

    Along an edge to its to-node: the rest of the running cost and the delay on entering that node; against it likewise. The
    leg is not in ``cost``.
    """
    along, against, delay = network.edge_costs(mode, impedance)
    ends = _ends(network, snaps, to_from_node=against, to_to_node=along, impedance=impedance, leg_speed_kph=leg_speed_kph)
    return dataclasses.replace(ends, cost=ends.cost + in_ticks(delay[ends.node].astype(np.float64)))


def arriving(network: TravelNetwork, snaps: Snaps, mode: str, impedance: Impedance, leg_speed_kph: float) -> Ends:
    """Return what it costs to come from the ends of its edges to each place; the delay at the end itself was paid before."""
    along, against, _ = network.edge_costs(mode, impedance)
    return _ends(network, snaps, to_from_node=along, to_to_node=against, impedance=impedance, leg_speed_kph=leg_speed_kph)


def _ends(
    network: TravelNetwork,
    snaps: Snaps,
    *,
    to_from_node: Float32Array,
    to_to_node: Float32Array,
    impedance: Impedance,
    leg_speed_kph: float,
) -> Ends:
    """Return the parts of the edges between each place and their ends, at the given costs of the whole edges."""
    doors, leg = snaps.doors, leg_costs(snaps, impedance, leg_speed_kph)
    edges, nodes, costs, extras = [], [], [], []
    for door in doors:
        unsnapped = door.edge == NOT_SNAPPED
        edge = np.where(unsnapped, 0, door.edge)
        longer = leg_costs(door, impedance, leg_speed_kph)
        # The other street is no nearer but for rounding.
        extra = np.where(unsnapped, 0.0, np.maximum(np.where(unsnapped, 0.0, longer) - np.where(unsnapped, 0.0, leg), 0.0))
        cost = np.column_stack([_part(door.fraction, to_from_node[edge]), _part(1 - door.fraction, to_to_node[edge])])
        cost[unsnapped] = np.inf
        edges.append(door.edge)
        nodes += [network.edge_from[edge], network.edge_to[edge]]
        costs.append(cost + extra[:, None])
        extras.append(extra)
    return Ends(
        edge=np.column_stack(edges),
        fraction=np.column_stack([door.fraction for door in doors]),
        extra=np.column_stack(extras),
        node=np.column_stack(nodes),
        cost=np.hstack(costs),
        leg=leg,
    )


def _part(fraction: Float64Array, cost: Float32Array) -> Float64Array:
    """Return the cost of a part of an edge; a place exactly at an end is at that node, even where the edge is closed."""
    with np.errstate(invalid="ignore"):
        return in_ticks(np.where(fraction == 0, 0.0, fraction * cost.astype(np.float64)))
