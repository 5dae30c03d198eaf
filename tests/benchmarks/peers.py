"""The peers, in a process and a virtual environment of their own: ``python peers.py FOLDER PEER``.

Reads ``graph.npz`` and ``work.json`` of FOLDER and writes ``PEER.json`` with seconds and ``PEER-<case>.npz`` with what was
found. Knows nothing of our code.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np


class NetworkX:
    """``single_source_dijkstra_path_length`` with a cutoff, one facility after the other."""

    runs, sample = 5, 100

    def __init__(self, graph):
        import networkx

        self.networkx, self.graph = networkx, networkx.DiGraph()
        # Of parallel streets the quicker one counts; arcs are sorted so that it comes last.
        order = np.argsort(-graph["seconds"], kind="stable")
        self.graph.add_weighted_edges_from(
            zip(graph["tail"][order].tolist(), graph["head"][order].tolist(), graph["seconds"][order].tolist(), strict=True)
        )

    def within(self, facilities, cutoff):
        search = self.networkx.single_source_dijkstra_path_length
        return [search(self.graph, facility, cutoff=cutoff) for facility in facilities.tolist()]

    def rows(self, found, facilities):
        return [(np.fromiter(row, np.int64, len(row)), np.fromiter(row.values(), float, len(row))) for row in found]


class SciPy:
    """``scipy.sparse.csgraph.dijkstra`` with a limit, one facility after the other; ``min_only`` for the nearest."""

    runs, sample = 5, 100

    def __init__(self, graph):
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import dijkstra

        order = np.lexsort((graph["seconds"], graph["head"], graph["tail"]))
        tail, head, seconds = graph["tail"][order], graph["head"][order], graph["seconds"][order]
        first = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])]
        count = len(graph["lon"])
        self.dijkstra = dijkstra
        self.graph = csr_matrix((seconds[first], (tail[first], head[first])), shape=(count, count))

    def within(self, facilities, cutoff):
        return [self.dijkstra(self.graph, indices=facility, limit=cutoff) for facility in facilities.tolist()]

    def rows(self, found, facilities):
        return [(nodes := np.flatnonzero(np.isfinite(costs)), costs[nodes]) for costs in found]

    def nearest(self, facilities):
        return self.dijkstra(self.graph, indices=facilities, min_only=True)


class Pandana:
    """``nodes_in_range`` for all facilities at once and ``nearest_pois``, on contraction hierarchies built beforehand."""

    runs, sample = 5, None
    # Pandana keeps thousandths of its unit as 32-bit integers: in tenths of a second these are 0.1 ms. In hundredths its
    # searches for shortcuts overflow, and the preparation of a million nodes does not end.
    units_a_second = 10.0

    def __init__(self, graph):
        import pandana
        import pandas as pd

        # The first half of the arcs runs along the edges, the second against them at the same cost: each edge once, two-way.
        edges = len(graph["tail"]) // 2
        tail, head, seconds = (pd.Series(graph[name][:edges]) for name in ("tail", "head", "seconds"))
        self.lon, self.lat = pd.Series(graph["lon"]), pd.Series(graph["lat"])
        weights = pd.DataFrame({"cost": seconds * self.units_a_second})
        self.network = pandana.Network(self.lon, self.lat, tail, head, weights, twoway=True)

    def within(self, facilities, cutoff):
        return self.network.nodes_in_range(facilities.tolist(), cutoff * self.units_a_second)

    def rows(self, found, facilities):
        groups = dict(list(found.groupby("source")))
        here = [groups[facility] for facility in facilities.tolist()]
        return [(row["destination"].to_numpy(), row["cost"].to_numpy() / self.units_a_second) for row in here]

    def nearest(self, facilities):
        farthest = 4e6
        self.network.set_pois("market", farthest, 1, self.lon[facilities], self.lat[facilities])
        return self.network.nearest_pois(farthest, "market", num_pois=1)[1].to_numpy() / self.units_a_second


PEERS = {"networkx": NetworkX, "scipy": SciPy, "pandana": Pandana}


def timed(work, runs):
    """Return the median seconds, the median CPU seconds of all threads, and the result."""
    # The first run pays for memory that the others find: it does not count, with us neither.
    work()
    seconds, cpu = [], []
    for _ in range(runs):
        start, cpu_start = time.perf_counter(), time.process_time()
        result = work()
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - cpu_start)
    return statistics.median(seconds), statistics.median(cpu), result


def main(folder, name):
    graph = dict(np.load(folder / "graph.npz"))
    work = json.loads((folder / "work.json").read_text())
    start = time.perf_counter()
    peer = PEERS[name](graph)
    answers, cpu = {"build_seconds": time.perf_counter() - start}, {}
    facilities = graph["facilities"]
    sample = facilities[: peer.sample]
    for case, cutoff in work["within_seconds"].items():
        seconds, cpu_seconds, found = timed(lambda cutoff=cutoff: peer.within(sample, cutoff), peer.runs)
        rows = peer.rows(found, sample)
        # A sample of facilities stands for all of them: the searches do not depend on each other.
        whole = len(facilities) / len(sample)
        answers[case], cpu[case] = seconds * whole, cpu_seconds * whole
        np.savez(
            folder / f"{name}-{case}.npz",
            counts=np.array([len(nodes) for nodes, _ in rows]),
            node=np.concatenate([nodes for nodes, _ in rows]),
            cost=np.concatenate([costs for _, costs in rows]),
        )
    if hasattr(peer, "nearest"):
        answers["nearest"], cpu["nearest"], costs = timed(lambda: peer.nearest(facilities), peer.runs)
        np.savez(folder / f"{name}-nearest.npz", cost=costs)
    (folder / f"{name}.json").write_text(json.dumps(answers | {"cpu": cpu}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
