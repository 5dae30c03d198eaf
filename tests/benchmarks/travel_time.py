"""Travel time: ranges and the nearest facility on a million nodes, against pandana, NetworkX and SciPy.

Same graph, same facilities, same cutoffs; what is reached and the minutes are compared before times count.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.engine.gridcity import grid_city
from geo.engine.network import TravelNetwork
from geo.engine.network.build import build_network
from geo.engine.network.streets import Streets
from geo.engine.snapping import Snaps
from geo.engine.traveltime import nearest, nodes_in_reach
from tests.benchmarks.cases import Case, median_seconds

DATA = Path(__file__).parents[3] / "shared" / "data"
NODES, EDGES = DATA / "bench_fla_1m_nodes.parquet", DATA / "bench_fla_1m_edges.parquet"
MODE = "ebike"
SPEED_METRES_PER_SECOND = 15 / 3.6
FACILITIES = 1000
RUNS = 5
WITHIN_MINUTES = (15, 30)
PEERS = ("networkx", "scipy", "pandana")
MUST = {"within 15 minutes": {"pandana": 5.0, "networkx": 10.0}}
# Minutes must agree to this; nodes whose cost lies nearer to the cutoff may fall on either side of it.
AGREE_MINUTES = 1e-3
FALLBACK_SIDE = 700


def say(words: str) -> None:
    """Tell how far it is, beside the result."""
    print(f"· {words}", file=sys.stderr, flush=True)


def load_network() -> TravelNetwork:
    """Return the benchmark graph at 15 km/h, or a grid city of half a million nodes where the data is absent."""
    if not EDGES.exists():
        say(f"{EDGES.name} is not in {DATA}: a generated grid city of {FALLBACK_SIDE}² nodes instead")
        return grid_city(columns=FALLBACK_SIDE, rows=FALLBACK_SIDE, block_metres=125.0)
    nodes, edges = pd.read_parquet(NODES), pd.read_parquet(EDGES)
    index = pd.Series(np.arange(len(nodes), dtype=np.int32), index=nodes["node"])
    tail, head = (index.loc[edges[end]].to_numpy(np.int32) for end in ("u", "v"))
    lon, lat = nodes["lon"].to_numpy(float), nodes["lat"].to_numpy(float)
    ends, count = np.column_stack([tail, head]).ravel(), len(edges)
    streets = Streets(
        node_lon=lon, node_lat=lat, node_control=np.zeros(len(nodes), np.uint8), edge_from=tail, edge_to=head,
        edge_way_id=np.arange(count), edge_class=np.zeros(count, np.uint8), classes=("residential",),
        shape_indptr=np.arange(0, 2 * count + 1, 2), shape_lon=lon[ends], shape_lat=lat[ends], modes=(MODE,),
        forward_allowed=np.ones((1, count), bool), backward_allowed=np.ones((1, count), bool),
        max_speed_kph=np.full(count, np.nan, np.float32),
        # Lengths of this graph are synthetic, not geodesic: its times are given.
        fixed_seconds=(edges["length_m"] / SPEED_METRES_PER_SECOND).to_numpy(np.float32),
    )  # fmt: skip
    return build_network(streets, source="benchmark graph")


def at_nodes(network: TravelNetwork, nodes: np.ndarray) -> Snaps:
    """Return places exactly at nodes, on the first edge of each."""
    first = network.arcs.indptr[nodes]
    at_start = network.arcs.is_forward[first]
    return Snaps(
        edge=network.arcs.edge[first], fraction=np.where(at_start, 0.0, 1.0), snap_metres=np.zeros(len(nodes), np.float32),
        lon=network.node_lon[nodes], lat=network.node_lat[nodes],
    )  # fmt: skip


def write_work(network: TravelNetwork, facilities: np.ndarray, folder: Path) -> None:
    """Write what the peers need: both arcs of every edge, the facilities, the cutoffs."""
    forward, backward, _ = network.edge_costs(MODE)
    np.savez(
        folder / "graph.npz", lon=network.node_lon, lat=network.node_lat, facilities=facilities,
        tail=np.concatenate([network.edge_from, network.edge_to]), head=np.concatenate([network.edge_to, network.edge_from]),
        seconds=np.concatenate([forward, backward]).astype(np.float64),
    )  # fmt: skip
    (folder / "work.json").write_text(json.dumps({"within_seconds": {f"within{m}": m * 60.0 for m in WITHIN_MINUTES}}))


def run_peers(python: str, folder: Path) -> dict[str, Any]:
    """Run each peer on its own and return its seconds by case."""
    answers = {}
    for peer in PEERS:
        say(f"{peer} …")
        # Peers talk while they build; the result alone goes to the standard output.
        subprocess.run([python, str(Path(__file__).with_name("peers.py")), str(folder), peer], check=True, stdout=sys.stderr)
        answers[peer] = json.loads((folder / f"{peer}.json").read_text())
        say(f"{peer} built its graph in {answers[peer]['build_seconds']:.0f} s")
    return answers


def disagreement(ours: np.ndarray, theirs: np.ndarray, cutoff_seconds: float) -> str:
    """Say how two (N,) arrays of costs within a cutoff (inf beyond) disagree, or nothing if they do not."""
    slack = AGREE_MINUTES * 60
    alone = np.isfinite(ours) != np.isfinite(theirs)
    held = np.where(np.isfinite(ours), ours, theirs)[alone]
    if (held < cutoff_seconds - slack).any():
        return f"{int((held < cutoff_seconds - slack).sum())} nodes are reached by one only"
    both = np.isfinite(ours) & np.isfinite(theirs)
    worst = np.abs(ours[both] - theirs[both]).max(initial=0.0)
    return f"minutes differ by {worst / 60:.5f}" if worst > slack else ""


def check_within(network: TravelNetwork, facilities: np.ndarray, minutes: int, peer: str, folder: Path) -> None:
    """Raise if the peer's reached sets or minutes are not ours."""
    theirs = np.load(folder / f"{peer}-within{minutes}.npz")
    bounds = np.concatenate([[0], np.cumsum(theirs["counts"])])
    reach = nodes_in_reach(
        network, at_nodes(network, facilities[: len(theirs["counts"])]), mode=MODE, direction="from", cutoff=minutes * 60.0
    )
    for row in range(len(theirs["counts"])):
        costs = np.full((2, network.node_count), np.inf)
        here, there = slice(reach.indptr[row], reach.indptr[row + 1]), slice(bounds[row], bounds[row + 1])
        costs[0, reach.node[here]] = reach.cost[here]
        # A peer may list a node twice, once for each way it came; the cheaper counts.
        np.minimum.at(costs[1], theirs["node"][there], theirs["cost"][there])
        wrong = disagreement(*costs, minutes * 60.0)
        if wrong:
            raise SystemExit(f"{peer}, {minutes} minutes, facility {row}: {wrong}")


def check_nearest(ours: np.ndarray, peer: str, folder: Path) -> None:
    """Raise if the peer's minutes to the nearest facility are not ours."""
    wrong = disagreement(ours, np.load(folder / f"{peer}-nearest.npz")["cost"], np.inf)
    if wrong:
        raise SystemExit(f"{peer}, nearest: {wrong}")


def run(peers_python: str) -> list[Case]:
    """Measure ours (medians of 5) and the peers (medians of 3; NetworkX once), compare the answers, return the cases."""
    network = load_network()
    say(f"{network.node_count:,} nodes, {network.edge_count:,} edges, {FACILITIES:,} facilities")
    facilities = np.random.default_rng(1).choice(network.node_count, FACILITIES, replace=False)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_work(network, facilities, folder)
        answers = run_peers(peers_python, folder)
        cases = [within_case(network, facilities, minutes, answers, folder) for minutes in WITHIN_MINUTES]
        return [*cases, nearest_case(network, facilities, answers, folder)]


def within_case(network: TravelNetwork, facilities: np.ndarray, minutes: int, answers: dict, folder: Path) -> Case:
    """All nodes within some minutes of each facility."""
    places = at_nodes(network, facilities)

    def work():
        return nodes_in_reach(network, places, mode=MODE, direction="from", cutoff=minutes * 60.0)

    settled = len(work().node)
    for peer in PEERS:
        check_within(network, facilities, minutes, peer, folder)
    seconds, cpu_seconds = median_seconds(work, RUNS)
    say(f"{minutes} minutes: {settled / FACILITIES:.0f} nodes a facility, {settled / seconds / 1e6:.1f} M settled a second")
    name = f"within {minutes} minutes"
    peers = {peer: answers[peer][f"within{minutes}"] for peer in PEERS}
    return Case(
        case=f"all nodes {name} of {FACILITIES:,} facilities", ours_seconds=seconds, peers=peers, must=MUST.get(name, {}),
        cpu_seconds={"ours": cpu_seconds} | {peer: answers[peer]["cpu"][f"within{minutes}"] for peer in PEERS},
    )  # fmt: skip


def nearest_case(network: TravelNetwork, facilities: np.ndarray, answers: dict, folder: Path) -> Case:
    """The nearest facility of every node."""
    places, everybody = at_nodes(network, facilities), at_nodes(network, np.arange(network.node_count))

    def work():
        return nearest(network, everybody, places, mode=MODE)

    costs = work().cost.astype(float)
    peers = [peer for peer in PEERS if "nearest" in answers[peer]]
    for peer in peers:
        check_nearest(costs, peer, folder)
    seconds, cpu_seconds = median_seconds(work, RUNS)
    return Case(
        case=f"nearest of {FACILITIES:,} facilities for every node", ours_seconds=seconds,
        peers={peer: answers[peer]["nearest"] for peer in peers}, must={},
        cpu_seconds={"ours": cpu_seconds} | {peer: answers[peer]["cpu"]["nearest"] for peer in peers},
    )  # fmt: skip
