"""A matrix too large for memory: Parquet partitions in a folder named by what made them, written one by one, resumable.

Each partition holds the pairs of some destinations that lie near each other, so that its searches share the cache, and a
machine or worker that takes it needs one part of the map.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from geo.engine.digest import digest_of
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.network.model import TravelNetwork
from geo.engine.progress import Progress, no_progress
from geo.engine.snapping import Snaps
from geo.engine.traveltime.access import LEG_SPEED_KPH
from geo.engine.traveltime.matrix import ODMatrix, od_matrix
from geo.engine.units import SECONDS_PER_MINUTE
from geo.engine.whole_files import whole_file

MANIFEST = "_manifest.json"
BLOCK_DESTINATIONS = 1000
FORMAT = 1
SNAP_KEYS = ("edge", "fraction", "snap_metres")
DOORS = ("", "other_")
"""How the street of a place, and that of another level if it has one, begin their names."""

register_messages(
    {
        "matrix.not_whole": (
            "{value} 中没有完整的矩阵；请重新运行 export_matrix，已算好的部分会保留。",
            "there is no whole matrix in {value}; run export_matrix again, the parts that are there will be kept.",
        ),
        "matrix.ids": (
            "编号有 {count} 个，地点有 {expected} 个。",
            "there are {count} ids for {expected} places.",
        ),
        "matrix.network": (
            "矩阵按路网 {value} 计算，给出的却是路网 {given}。",
            "the matrix is one of network {value}, but network {given} was given.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class MatrixWork:
    """What a matrix is made of: n origins, D destinations, both snapped for ``mode``; ``cutoff_seconds`` inclusive.

    ``block_destinations``: how many destinations a partition holds. ``digest`` names all of it and the network: equal work has
    an equal name on every machine.
    """

    network_digest: str
    origins: Snaps
    destinations: Snaps
    from_ids: Sequence[str]
    to_ids: Sequence[str]
    mode: str
    cutoff_seconds: float
    leg_speed_kph: float = LEG_SPEED_KPH
    block_destinations: int = BLOCK_DESTINATIONS

    def __post_init__(self) -> None:
        for ids, places in ((self.from_ids, self.origins), (self.to_ids, self.destinations)):
            if len(ids) != len(places):
                details = {"count": len(ids), "expected": len(places)}
                raise InputError(Problem(code="matrix.ids", details=details))

    @cached_property
    def digest(self) -> str:
        """32 hex characters that name the matrix."""
        parts: dict[str, object] = {
            "format": FORMAT, "network": self.network_digest, "mode": self.mode, "cutoff_seconds": self.cutoff_seconds,
            "leg_speed_kph": self.leg_speed_kph, "block_destinations": self.block_destinations,
            "from_ids": np.asarray(self.from_ids, object), "to_ids": np.asarray(self.to_ids, object),
        }  # fmt: skip
        for name, snaps in (("origins", self.origins), ("destinations", self.destinations)):
            for door, prefix in zip(snaps.doors, DOORS, strict=False):
                parts |= {f"{name}_{prefix}{key}": getattr(door, key) for key in SNAP_KEYS}
        return digest_of(parts)

    @cached_property
    def blocks(self) -> list[npt.NDArray[np.int64]]:
        """The destinations of each partition: neighbours on the ground, because edges follow the curve of their nodes."""
        order = np.argsort(self.destinations.edge, kind="stable")
        return [order[first : first + self.block_destinations] for first in range(0, len(order), self.block_destinations)]


def partition_name(number: int) -> str:
    """Return the file name of a partition."""
    return f"part-{number:05d}.parquet"


def write_matrix(
    network: TravelNetwork, work: MatrixWork, folder: Path, *, threads: int | None = None, progress: Progress = no_progress
) -> Path:
    """Write the matrix below ``folder/<digest>`` and return that path; partitions that are there are kept.

    Columns ``from_id, to_id`` (dictionaries of strings) and ``travel_time`` (float32 minutes), sorted by destination within
    its partition, then by origin. Each file appears whole or not at all; ``_manifest.json`` comes last. Memory follows the
    largest partition, not the matrix.
    """
    target = folder / work.digest
    target.mkdir(parents=True, exist_ok=True)
    for number in range(len(work.blocks)):
        write_partition(network, work, number, target, threads=threads)
        progress((number + 1) / len(work.blocks))
    write_manifest(work, target)
    return target


def write_partition(network: TravelNetwork, work: MatrixWork, number: int, target: Path, *, threads: int | None = None) -> Path:
    """Write one partition of ``work`` into ``target``, unless it is there; the same bytes on every machine.

    Raises :class:`InputError` if ``network`` is not the one that the digest of the work names: its minutes would stay there.
    """
    if network.digest != work.network_digest:
        raise InputError(Problem(code="matrix.network", value=work.network_digest, details={"given": network.digest}))
    path = target / partition_name(number)
    if not path.exists():
        rows = work.blocks[number]
        matrix = od_matrix(
            network, work.origins, work.destinations.take(rows), mode=work.mode, cutoff=work.cutoff_seconds,
            leg_speed_kph=work.leg_speed_kph, threads=threads,
        )  # fmt: skip
        table = _table(matrix, work, rows)
        with whole_file(path) as aside:
            pq.write_table(table, aside, compression="zstd")  # type: ignore[no-untyped-call]
    return path


def write_manifest(work: MatrixWork, target: Path) -> None:
    """Say in ``_manifest.json`` what the folder holds; raise :class:`InputError` if a partition is missing."""
    paths = [target / partition_name(number) for number in range(len(work.blocks))]
    if not all(path.exists() for path in paths):
        raise InputError(Problem(code="matrix.not_whole", value=target.name))
    pairs = [pq.read_metadata(path).num_rows for path in paths]  # type: ignore[no-untyped-call]
    said = {
        "format": FORMAT, "network": work.network_digest, "mode": work.mode, "cutoff_minutes": work.cutoff_seconds / 60,
        "origins": len(work.from_ids), "destinations": len(work.to_ids), "pairs": sum(pairs), "partitions": len(pairs),
        "columns": {"from_id": "origin", "to_id": "destination", "travel_time": "minutes"},
    }  # fmt: skip
    with whole_file(target / MANIFEST) as aside:
        aside.write_text(json.dumps(said, indent=1), encoding="utf-8")


def read_manifest(target: Path) -> dict[str, Any]:
    """Return what ``_manifest.json`` says; raise :class:`InputError` if the matrix was not finished."""
    if not (target / MANIFEST).exists():
        raise InputError(Problem(code="matrix.not_whole", value=target.name))
    said: dict[str, Any] = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    return said


def read_matrix(target: Path) -> pd.DataFrame:
    """Return the whole matrix as a frame; raise :class:`InputError` if it was not finished."""
    return pd.concat(iterate_matrix(target), ignore_index=True)


def iterate_matrix(target: Path) -> Iterator[pd.DataFrame]:
    """Yield the matrix a partition at a time, ids as strings."""
    read_manifest(target)
    for path in sorted(target.glob("part-*.parquet")):
        frame = ds.dataset(path).to_table().to_pandas()
        yield frame.astype({"from_id": str, "to_id": str})


def _table(matrix: ODMatrix, work: MatrixWork, rows: npt.NDArray[np.int64]) -> pa.Table:
    """Return the pairs of a partition; ids are written once, and only those that occur."""
    used, origin = np.unique(matrix.origin, return_inverse=True)
    from_ids = pa.array([str(work.from_ids[i]) for i in used.tolist()], pa.string())
    to_ids = pa.array([str(work.to_ids[i]) for i in rows.tolist()], pa.string())
    columns = {
        "from_id": pa.DictionaryArray.from_arrays(pa.array(origin.astype(np.int32)), from_ids),
        "to_id": pa.DictionaryArray.from_arrays(pa.array(matrix.destination), to_ids),
        "travel_time": pa.array(matrix.cost / np.float32(SECONDS_PER_MINUTE)),
    }
    return pa.table(columns)
