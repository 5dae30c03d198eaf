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
from geo.engine.network.store import open_network, save_network
from geo.engine.network.streets import Streets
from geo.engine.snapping import Snaps
from geo.engine.traveltime import nearest_to_nodes, nodes_in_reach
from geo.engine.traveltime.graphs import search_graph
from tests.benchmarks.cases import Case, median_seconds

DATA = Path(__file__).parents[3] / "shared" / "data"
NODES, EDGES = DATA / "bench_fla_1m_nodes.parquet", DATA / "bench_fla_1m_edges.parquet"
MODE = "ebike"
SPEED_METRES_PER_SECOND = 15 / 3.6
FACILITIES = 1000
RUNS = 5
THREE_MODES = ("walk", "ebike", "car")
WITHIN_MINUTES = (15, 30)
PEERS = ("networkx", "scipy", "pandana")
MUST = {
    "within 15 minutes": {"pandana": 35.0, "networkx": 45.0, "scipy": 25.0},
    "within 30 minutes": {"pandana": 25.0, "networkx": 45.0, "scipy": 25.0},
    "nearest": {"pandana": 20.0, "scipy": 2.5},
    "open": {"pandana": 200.0},
}
MUST_OPEN_SECONDS = 0.2
MUST_SETTLED_A_SECOND = 40e6
MUST_BYTES_A_NODE = 200
# Minutes must agree to this; nodes whose cost lies nearer to the cutoff may fall on either side of it.
AGREE_MINUTES = 1e-3
FALLBACK_SIDE = 700


def say(words: str) -> None:
    """Tell how far it is, beside the result."""
    print(f"· {words}", file=sys.stderr, flush=True)


def load_network(modes: tuple[str, ...] = (MODE,)) -> TravelNetwork:
    """Return the benchmark graph at 15 km/h for each of ``modes``, or a grid city of half a million nodes without the data."""
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
        shape_indptr=np.arange(0, 2 * count + 1, 2), shape_lon=lon[ends], shape_lat=lat[ends], modes=modes,
        forward_allowed=np.ones((len(modes), count), bool), backward_allowed=np.ones((len(modes), count), bool),
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
    """Measure ours and the peers (medians of 5, after one run that does not count), compare the answers, return the cases."""
    network = load_network()
    say(f"{network.node_count:,} nodes, {network.edge_count:,} edges, {FACILITIES:,} facilities")
    facilities = np.random.default_rng(1).choice(network.node_count, FACILITIES, replace=False)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_work(network, facilities, folder)
        answers = run_peers(peers_python, folder)
        cases = [within_case(network, facilities, minutes, answers, folder) for minutes in WITHIN_MINUTES]
        cases += [nearest_case(network, facilities, answers, folder), settled_case(network, facilities)]
        return [*cases, *stored_cases(answers["pandana"]["build_seconds"], folder)]


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
    places = at_nodes(network, facilities)

    def work():
        return nearest_to_nodes(network, places, mode=MODE)

    costs = work().cost.astype(float)
    peers = [peer for peer in PEERS if "nearest" in answers[peer]]
    for peer in peers:
        check_nearest(costs, peer, folder)
    seconds, cpu_seconds = median_seconds(work, RUNS)
    return Case(
        case=f"nearest of {FACILITIES:,} facilities for every node", ours_seconds=seconds,
        peers={peer: answers[peer]["nearest"] for peer in peers}, must=MUST["nearest"],
        cpu_seconds={"ours": cpu_seconds} | {peer: answers[peer]["cpu"]["nearest"] for peer in peers},
    )  # fmt: skip


def settled_case(network: TravelNetwork, facilities: np.ndarray) -> Case:
    """How many nodes are settled a second, and how many when each search finds its streets in the cache.

    The searches of 30 minutes; then each of them twice in a row: what the second one costs has no cache misses in it.
    """
    once, twice = at_nodes(network, facilities), at_nodes(network, np.repeat(facilities, 2))

    def searches(places, threads):
        return nodes_in_reach(network, places, mode=MODE, direction="from", cutoff=1800.0, threads=threads)

    settled = len(searches(once, None).node)
    seconds, cpu_seconds = median_seconds(lambda: searches(once, None), RUNS)
    both, _ = median_seconds(lambda: searches(twice, None), RUNS)
    alone, _ = median_seconds(lambda: searches(once, 1), RUNS)
    return Case(
        case="nodes settled a second, two threads", ours_seconds=seconds, peers={}, must={}, cpu_seconds={"ours": cpu_seconds},
        must_seconds=settled / MUST_SETTLED_A_SECOND,
        notes={
            "million_a_second": round(settled / seconds / 1e6, 1),
            "million_a_second_one_thread": round(settled / alone / 1e6, 1),
            "million_a_second_in_cache": round(settled / (both - seconds) / 1e6, 1),
        },
    )  # fmt: skip


def stored_cases(pandana_build_seconds: float, folder: Path) -> list[Case]:
    """Opening a stored network of three modes, up to its first answer, in a process of its own; and what it holds in memory."""
    network = load_network(THREE_MODES)
    save_network(network, folder)
    opened = open_network(folder, network.digest)
    for mode in THREE_MODES:
        search_graph(opened, mode, "to", "seconds")
    arguments = [sys.executable, "-m", "tests.benchmarks.stored", str(folder), network.digest]
    runs = [json.loads(subprocess.run(arguments, check=True, capture_output=True).stdout) for _ in range(RUNS)]
    seconds = float(np.median([run["seconds"] for run in runs]))
    peak_mb = float(np.median([run["bytes"] for run in runs])) / 1e6
    return [
        Case(
            case="open a stored network and find the first catchment", ours_seconds=seconds,
            peers={"pandana": pandana_build_seconds}, must=MUST["open"], must_seconds=MUST_OPEN_SECONDS,
        ),
        Case(
            case="memory of three modes after searches of the whole network in each",
            ours_seconds=float(np.median([run["all_seconds"] for run in runs])), peers={}, must={}, peak_mb=peak_mb,
            must_peak_mb=MUST_BYTES_A_NODE * network.node_count / 1e6,
            notes={"bytes_a_node": round(peak_mb * 1e6 / network.node_count, 1)},
        ),
    ]  # fmt: skip
