"""A matrix on many machines: each takes partitions, opens the network from shared storage, writes its files there.

Nothing but names and numbers travels: the work lies beside its partitions, the network below its digest. A machine that is
lost has written whole files or none; what it held is handed out again. Dask is optional (``requirements-distributed.txt``) and
carries messages between machines that trust each other: keep its port inside the network.
"""

import dataclasses
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import geo.engine.jit  # noqa: F401  before anything that imports numba itself
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.network.model import TravelNetwork
from geo.engine.network.store import open_network
from geo.engine.progress import Progress, no_progress
from geo.engine.snapping import Snaps
from geo.engine.traveltime.partitions import DOORS, SNAP_KEYS, MatrixWork, write_manifest, write_partition
from geo.engine.whole_files import whole_file

# A folder of its own, so that *.parquet beside it is the matrix and nothing else.
WORK = "_work"
SETTINGS = "settings.json"
SIDES = ("origins", "destinations")
RETRIES = 3
"""So often a partition that raises is tried again. Of lost workers Dask itself keeps count, by its setting
``distributed.scheduler.allowed-failures``."""
CONNECT_SECONDS = 10

register_messages(
    {
        "distributed.missing": (
            "未安装 Dask；请运行 pip install -r requirements-distributed.txt。",
            "Dask is not installed; run pip install -r requirements-distributed.txt.",
        ),
        "distributed.scheduler": (
            "连接不到调度器“{value}”：{reason}。",
            "the scheduler “{value}” cannot be reached: {reason}.",
        ),
    }
)


def write_matrix_distributed(
    networks: Path, work: MatrixWork, folder: Path, *, scheduler: str, threads: int = 1, progress: Progress = no_progress
) -> Path:
    """Write the matrix as :func:`geo.engine.traveltime.partitions.write_matrix` does, byte for byte, on the workers of Dask.

    ``networks``: the folder of stored networks, and ``folder``: where matrices go, both at the same path on every machine;
    ``scheduler``: ``tcp://host:port``; ``threads`` of a partition's search on its worker. A partition that raises (a disk
    that is full for a moment) is tried three times more; one whose worker is lost goes to another, until Dask's
    ``distributed.scheduler.allowed-failures`` (3) is passed. Either way the run then ends with the error, and what is written
    stays. Raises :class:`InputError` if Dask is not installed or the scheduler does not answer.
    """
    client, completed = _client(scheduler)
    target = folder / work.digest
    with client:
        target.mkdir(parents=True, exist_ok=True)
        save_work(work, target)
        futures = [
            client.submit(
                partition_task, str(networks), str(target), number, threads, key=task_key(target, number), retries=RETRIES
            )
            for number in range(len(work.blocks))
        ]  # fmt: skip
        try:
            for done, future in enumerate(completed(futures), start=1):
                future.result()
                progress(done / len(futures))
        except BaseException:
            client.cancel(futures)
            raise
    write_manifest(work, target)
    return target


def task_key(target: Path, number: int) -> str:
    """Return the name of a task: the same work into two folders at once is two tasks, as each folder wants its file."""
    return f"{target}-{number}"


def partition_task(networks: str, target: str, number: int, threads: int) -> str:
    """Write one partition; runs on a worker. Returns the file's name."""
    work = _work(target)
    return write_partition(_network(networks, work.network_digest), work, number, Path(target), threads=threads).name


def save_work(work: MatrixWork, target: Path) -> None:
    """Write what a partition needs to know below ``target``: two tables of places, one file of settings, which comes last.

    Each file takes the place of an earlier one at once: workers of another run of the same work may be reading it.
    """
    folder = target / WORK
    folder.mkdir(exist_ok=True)
    for side, ids in zip(SIDES, (work.from_ids, work.to_ids), strict=True):
        snaps: Snaps = getattr(work, side)
        columns = {
            prefix + key: getattr(door, key) for door, prefix in zip(snaps.doors, DOORS, strict=False) for key in SNAP_KEYS
        }
        frame = pd.DataFrame({"id": np.asarray(ids, object).astype(str), **columns})
        with whole_file(folder / f"{side}.parquet") as aside:
            frame.to_parquet(aside)
    names = ("network_digest", "mode", "cutoff_seconds", "leg_speed_kph", "block_destinations")
    with whole_file(folder / SETTINGS) as aside:
        aside.write_text(json.dumps({name: getattr(work, name) for name in names}), encoding="utf-8")


def load_work(target: Path) -> MatrixWork:
    """Return what :func:`save_work` wrote."""
    settings: dict[str, Any] = json.loads((target / WORK / SETTINGS).read_text(encoding="utf-8"))
    frames = [pd.read_parquet(target / WORK / f"{side}.parquet") for side in SIDES]
    origins, destinations = (_snaps_of(frame) for frame in frames)
    from_ids, to_ids = (frame["id"].tolist() for frame in frames)
    return MatrixWork(origins=origins, destinations=destinations, from_ids=from_ids, to_ids=to_ids, **settings)


def _snaps_of(frame: pd.DataFrame) -> Snaps:
    """Return the snaps of a table, with those of other levels if it has them."""
    first, other = DOORS
    return dataclasses.replace(_door(frame, first), other=_door(frame, other) if f"{other}edge" in frame else None)


def _door(frame: pd.DataFrame, prefix: str) -> Snaps:
    """Return snaps; where on the ground they are does not matter to a search."""
    nowhere = np.full(len(frame), np.nan)
    return Snaps(
        edge=frame[f"{prefix}edge"].to_numpy(np.int32), fraction=frame[f"{prefix}fraction"].to_numpy(np.float64),
        snap_metres=frame[f"{prefix}snap_metres"].to_numpy(np.float32), lon=nowhere, lat=nowhere,
    )  # fmt: skip


@lru_cache(maxsize=2)
def _work(target: str) -> MatrixWork:
    """Keep the work of a process: its partitions come one after the other."""
    return load_work(Path(target))


@lru_cache(maxsize=2)
def _network(networks: str, digest: str) -> TravelNetwork:
    """Keep the network of a process, mapped into memory."""
    return open_network(Path(networks), digest)


def _client(scheduler: str) -> tuple[Any, Any]:
    """Return a client of the scheduler and the iterator over what is done."""
    try:
        from distributed import Client, as_completed  # noqa: PLC0415  optional
    except ImportError as error:
        raise InputError(Problem(code="distributed.missing")) from error
    try:
        return Client(scheduler, timeout=CONNECT_SECONDS), as_completed  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        details = {"reason": str(error) or type(error).__name__}
        raise InputError(Problem(code="distributed.scheduler", value=scheduler, details=details)) from error
