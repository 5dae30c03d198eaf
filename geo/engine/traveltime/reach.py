"""Costs of nodes from or to places: the ground of isochrones."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.engine.network.model import Direction, Impedance, TravelNetwork
from geo.engine.progress import Progress, no_progress
from geo.engine.snapping import Snaps
from geo.engine.traveltime.access import LEG_SPEED_KPH, arriving, largest_cost, leaving, search_costs
from geo.engine.traveltime.search import Scratch, scratch_for, settle_each
from geo.engine.traveltime.threads import run_chunks

Chunk = tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float32]]
ThreadState = tuple[Scratch, npt.NDArray[np.int32]]
CHUNK_PLACES = 32


@dataclass(frozen=True, kw_only=True, eq=False)
class NodeReach:
    """The nodes within reach of each of n places, cheapest first.

    indptr: (n + 1,) int64; node: (nnz,) int32; cost: (nnz,) float32, seconds or metres, never falling within a place.
    """

    indptr: npt.NDArray[np.int64]
    node: npt.NDArray[np.int32]
    cost: npt.NDArray[np.float32]


def nodes_in_reach(
    network: TravelNetwork,
    places: Snaps,
    *,
    mode: str,
    direction: Direction,
    cutoff: float,
    impedance: Impedance = "seconds",
    leg_speed_kph: float = LEG_SPEED_KPH,
    threads: int | None = None,
    progress: Progress = no_progress,
) -> NodeReach:
    """Return the nodes that are reached from each place (``"from"``), or that reach it (``"to"``), within ``cutoff``.

    The leg of the place is included. ``cutoff`` in seconds or metres as ``impedance`` says, inclusive, may be ``inf``. A trip
    *to* a place that starts at a node does not pay that node's own delay. ``threads``: None for one a core; the result does not
    depend on it. Raises :class:`NetworkError` for an unknown mode.
    """
    join = leaving if direction == "from" else arriving
    ends = join(network, places, mode, impedance, leg_speed_kph)
    nodes, seeds = ends.node, ends.cost + ends.leg[:, None]
    graph = (network.arcs.indptr, network.arcs.head, search_costs(network, mode, direction, impedance))
    limit = largest_cost(cutoff)

    def one_chunk(first: int, state: ThreadState) -> Chunk:
        rows = slice(first, first + CHUNK_PLACES)
        return settle_each(graph, nodes[rows], seeds[rows], limit, *state)

    def fresh() -> ThreadState:
        return scratch_for(network.node_count, len(network.arcs.head)), np.empty(network.node_count, np.int32)

    nothing: Chunk = (np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    chunks = run_chunks(range(0, len(places), CHUNK_PLACES), one_chunk, fresh, threads=threads, progress=progress)
    counts, node, cost = (np.concatenate(parts) for parts in zip(nothing, *chunks, strict=True))
    return NodeReach(indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), node=node, cost=cost)


def node_costs(
    network: TravelNetwork,
    point: Snaps,
    *,
    mode: str,
    direction: Direction,
    cutoff: float,
    impedance: Impedance = "seconds",
    leg_speed_kph: float = LEG_SPEED_KPH,
) -> npt.NDArray[np.float32]:
    """Return (N,) float32: the costs of :func:`nodes_in_reach` of one place, ``inf`` where a node is not within ``cutoff``."""
    reach = nodes_in_reach(
        network, point, mode=mode, direction=direction, cutoff=cutoff, impedance=impedance, leg_speed_kph=leg_speed_kph
    )
    costs = np.full(network.node_count, np.inf, np.float32)
    costs[reach.node] = reach.cost
    return costs
