"""One machine as a cluster: the province's matrix on one Dask process and on two, each searching on one thread."""

import json
import sys
import tempfile
import time
from pathlib import Path

import geo.engine.jit  # noqa: F401  before anything that imports numba itself
from geo.engine.distributed import write_matrix_distributed
from geo.engine.network.store import open_network
from tests.benchmarks.cases import Case
from tests.benchmarks.matrix import CELLS, FACILITIES, NODES, province, step
from tests.benchmarks.matrix_steps import work_on

MUST_SPEED_UP = 1.7
# Many facilities so that searching outweighs handing out: the matrix of one province alone takes two seconds.
TIMES_FACILITIES = 5


def run(
    _peers_python: str, *, nodes: int = NODES, facilities: int = TIMES_FACILITIES * FACILITIES, cells: int = CELLS
) -> list[Case]:
    """Return one case: two processes beside one as its peer, equal in every byte."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        digest = province(folder, nodes)
        one, two = (
            step("tests.benchmarks.distributed", str(folder), digest, str(facilities), str(cells), str(count), folder=folder)
            for count in (1, 2)
        )
    return [
        Case(
            case=f"{facilities:,} facilities × {cells:,} cells on two Dask processes", ours_seconds=two["seconds"],
            peers={"one process": one["seconds"]}, must={"one process": MUST_SPEED_UP}, is_right=one["files"] == two["files"],
        )
    ]  # fmt: skip


def measure(folder: Path, digest: str, facilities: int, cells: int, processes: int) -> dict[str, object]:
    """Run the work on a cluster of so many processes; each has opened the network and compiled before the clock starts."""
    from distributed import Client, LocalCluster

    from geo.engine.digest import digest_of
    from geo.engine.distributed import partition_task

    work = work_on(open_network(folder / "networks", digest), facilities, cells)
    target = folder / f"by-{processes}"
    with LocalCluster(n_workers=processes, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        first = write_matrix_distributed(
            folder / "networks", work, folder / f"warm-{processes}", scheduler=cluster.scheduler_address
        )
        with Client(cluster) as client:
            # Every process has the network, the work and the kernels at hand, as on the second day of a cluster.
            (first / "part-00000.parquet").unlink()
            client.run(partition_task, str(folder / "networks"), str(first), 0, 1)
        start = time.perf_counter()
        made = write_matrix_distributed(folder / "networks", work, target, scheduler=cluster.scheduler_address)
        seconds = time.perf_counter() - start
    files = {path.name: path.read_bytes().hex() for path in sorted(made.glob("part-*.parquet"))}
    return {"seconds": seconds, "files": digest_of(files)}


if __name__ == "__main__":
    where, digest, facilities, cells, processes = sys.argv[1:]
    print(json.dumps(measure(Path(where), digest, int(facilities), int(cells), int(processes))))
