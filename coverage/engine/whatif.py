"""What if there were a facility here: its isochrone, the workers it reaches and those that nothing reached before.

A :class:`WhatIfGround` holds all that does not depend on the point: cells on the streets, grouped by the nodes they can get to.
A question costs one bounded search for each pair of mode and impedance of the standard, and the drawing of an isochrone. The
answer is that of :func:`coverage.engine.catchments.catchments` with this one facility: the same kernel, the same cutoffs.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from coverage.engine.catchments import cells_of, largest_costs, searches_of
from coverage.engine.standard import Rule, SettlementClass, Standard
from geo.engine.inputs import Demand
from geo.engine.isochrone import BAND_METRES, Isochrone, isochrone
from geo.engine.network import TravelNetwork
from geo.engine.network.model import Impedance
from geo.engine.snapping import Snaps, snap
from geo.engine.traveltime.access import arriving, leaving, limit_ticks, ticks_of
from geo.engine.traveltime.chunk import ByEdge, ByNode, ChunkScratch, chunk_scratch, reach_chunk
from geo.engine.traveltime.graphs import scratch_pool, search_graph
from geo.engine.traveltime.matrix import origins_by_edge, origins_by_node, places_of
from geo.engine.traveltime.search import Graph
from geo.engine.traveltime.threads import Pool

BoolArray = npt.NDArray[np.bool_]
Float64Array = npt.NDArray[np.float64]
Int32Array = npt.NDArray[np.int32]
Int64Array = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class WhatIf:
    """What a facility at one point would do.

    cell, cost: (k,) the cells it reaches, sorted, int64, and what their workers spend, float32 in the unit of the cell's own
    rule. workers_reached_persons, workers_newly_reached_persons: (R,) int64, by county in the order of ``region_codes``.
    isochrone: the streets from which the point is reached within the rule of ``isochrone_class``. is_snapped: a street of every
    mode of the standard is near enough; where none is, nobody is reached.
    """

    cell: Int64Array
    cost: npt.NDArray[np.float32]
    region_codes: tuple[str, ...]
    workers_reached_persons: Int64Array
    workers_newly_reached_persons: Int64Array
    isochrone: Isochrone
    isochrone_class: SettlementClass
    is_snapped: bool

    @property
    def reached_persons(self) -> int:
        """Workers reached in all counties."""
        return int(self.workers_reached_persons.sum())

    @property
    def newly_reached_persons(self) -> int:
        """Workers reached that no facility reached before, in all counties."""
        return int(self.workers_newly_reached_persons.sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    """One search of the standard, prepared: the m cells it is for, on the streets.

    chosen: (m,) int64 into the demand; largest: (m,) float64, what counts as within the cell's cutoff; cutoff: the largest.
    """

    mode: str
    impedance: Impedance
    cutoff: float
    chosen: Int64Array
    largest: Float64Array
    graph: Graph
    by_node: ByNode
    by_edge: ByEdge
    pool: "Pool[ChunkScratch]"


class WhatIfGround:
    """All that questions about points share; safe to ask from several threads."""

    def __init__(self, network: TravelNetwork, demand: Demand, standard: Standard, *, reached: BoolArray) -> None:
        """Put the cells on the streets; takes seconds on a province.

        reached: (n,) bool, the cells that are reached without the facility. Raises
        :class:`geo.engine.errors.NetworkError` if the network has not a mode of the standard.
        """
        self.network, self.demand, self.standard = network, demand, standard
        self._reached = np.array(reached, np.bool_)
        self._searches = [self._prepared(*search) for search in searches_of(standard)]
        if network.node_count:
            # What is worked out at the first question is worked out here.
            self.ask(float(network.node_lon[0]), float(network.node_lat[0]))

    def ask(
        self, lon: float, lat: float, *, isochrone_class: SettlementClass = "urban", band_metres: float = BAND_METRES
    ) -> WhatIf:
        """Return what a facility at ``lon``, ``lat`` in degrees would do; the polygon is drawn when it is asked for.

        Raises :class:`geo.engine.errors.InputError` for coordinates that are not finite or out of range.
        """
        at = {mode: self._snap(lon, lat, mode) for mode in sorted({rule.mode for rule in self.standard.rules})}
        found = [self._reach(search, at[search.mode]) for search in self._searches]
        cell, cost = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(cell, kind="stable")
        cell, cost = cell[order], cost[order]
        rule = self.standard.rule_of(isochrone_class)
        return WhatIf(
            cell=cell,
            cost=cost,
            region_codes=self.demand.region_codes,
            workers_reached_persons=self._by_county(cell),
            workers_newly_reached_persons=self._by_county(cell[~self._reached[cell]]),
            isochrone=isochrone(
                self.network, at[rule.mode], mode=rule.mode, cutoff=rule.cutoff, impedance=rule.impedance,
                leg_speed_kph=self.standard.snap_speed_kph, band_metres=band_metres,
            ),
            isochrone_class=isochrone_class,
            is_snapped=all(bool(snaps.is_snapped[0]) for snaps in at.values()),
        )  # fmt: skip

    def _snap(self, lon: float, lat: float, mode: str) -> Snaps:
        limit = self.standard.max_snap_metres
        return snap(self.network, np.array([lon], np.float64), np.array([lat], np.float64), mode=mode, max_metres=limit)

    def _prepared(self, mode: str, impedance: Impedance, rules: list[Rule]) -> _Search:
        network, demand = self.network, self.demand
        chosen = cells_of(demand, rules)
        limit = self.standard.max_snap_metres
        cells = snap(network, demand.lon[chosen], demand.lat[chosen], mode=mode, max_metres=limit)
        out = leaving(network, cells, mode, impedance, self.standard.snap_speed_kph)
        by_node = origins_by_node(out, network.node_count)
        by_edge, legs = origins_by_edge(out, network.edge_count)
        along, against, _ = network.edge_costs(mode, impedance)
        searches, count = scratch_pool(network), len(chosen)
        return _Search(
            mode=mode, impedance=impedance, cutoff=max(rule.cutoff for rule in rules), chosen=chosen,
            largest=largest_costs(demand, rules)[chosen],
            graph=search_graph(network, mode, "to", impedance),
            by_node=(by_node.indptr, by_node.member, ticks_of(by_node.value)),
            # Copies: kernels are compiled once for plain arrays, whether the network is in memory or mapped from a file.
            by_edge=(by_edge.indptr, by_edge.member, by_edge.value, ticks_of(legs), np.array(along), np.array(against)),
            pool=Pool(lambda: chunk_scratch(searches.take(), count)),
        )  # fmt: skip

    def _reach(self, search: _Search, point: Snaps) -> tuple[Int64Array, npt.NDArray[np.float32]]:
        """Return the cells of one search within the cutoff of their own class, and their costs."""
        into = arriving(self.network, point, search.mode, search.impedance, self.standard.snap_speed_kph)
        scratch = search.pool.take()
        try:
            _, origin, cost, scratch = reach_chunk(
                search.graph, search.by_node, search.by_edge, places_of(into), limit_ticks(search.cutoff), scratch
            )
        finally:
            search.pool.give(scratch)
        kept = cost <= search.largest[origin]
        return search.chosen[origin[kept]], cost[kept]

    def _by_county(self, cell: Int64Array) -> Int64Array:
        demand = self.demand
        totals = np.zeros(len(demand.region_codes), np.int64)
        np.add.at(totals, demand.region_index[cell], demand.workers_persons[cell])
        return totals
