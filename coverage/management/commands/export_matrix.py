"""``manage.py export_matrix``: minutes from every demand cell to every venue that counts, as Parquet partitions."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings

from coverage.management.choices import chosen_network, chosen_region, chosen_standard
from coverage.models import CoverageStandard
from coverage.selectors import facilities_of
from geo.cli import GigshedCommand
from geo.engine.distributed import write_matrix_distributed
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.network import TravelNetwork
from geo.engine.progress import Progress
from geo.engine.snapping import snap
from geo.engine.traveltime.partitions import MANIFEST, MatrixWork, read_manifest, write_matrix
from geo.engine.units import seconds
from geo.models import Region
from geo.selectors import demand_inputs, network_of

DEFAULT_MODE, DEFAULT_MINUTES, MOST_MINUTES = "ebike", 15.0, 240.0

register_messages(
    {
        "matrix.minutes": (
            "分钟数“{value}”应在 0 与 {most} 之间。",
            "“{value}” minutes is not above 0 and at most {most}.",
        ),
        "matrix.no_venues": (
            "标准“{value}”在该区域没有可计入的场所。",
            "there are no venues in the region that count under the standard “{value}”.",
        ),
    }
)


class Command(GigshedCommand):
    """Snap cells and venues, search, write; what an earlier run wrote of the same matrix is kept."""

    help = "write travel times from demand cells to venues as Parquet / 导出格网到场所的出行时间矩阵"
    teaches = """examples:
  manage.py export_matrix
  manage.py export_matrix --minutes 30 --mode walk --region 320100 --json
  manage.py export_matrix --folder /srv/shared/matrices --scheduler tcp://10.0.0.5:8786     on a Dask cluster

Writes FOLDER/<digest>/part-00000.parquet … with the columns from_id (H3 cell), to_id (venue code), travel_time (minutes), and
_manifest.json at the end. Run it again after a fault: partitions that are there are kept. Read it with pandas, DuckDB
(select * from 'FOLDER/<digest>/*.parquet') or r5py's users' tools. docs/travel-time.md and docs/distributed.md say more.

Exit codes: 0 written, 2 bad input (nothing changed), 130 cancelled (whole partitions stay)."""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--standard", metavar="SLUG", help="whose kinds of venues and longest walk to the street count")
        parser.add_argument("--region", metavar="CODE", help="code of the region (the province if there is one only)")
        parser.add_argument("--network", metavar="DIGEST", help="digest of the street network (the newest)")
        parser.add_argument("--mode", default=DEFAULT_MODE, help=f"walk, ebike or car (default {DEFAULT_MODE})")
        parser.add_argument(
            "--minutes", type=float, default=DEFAULT_MINUTES, metavar="MINUTES", help=f"cutoff (default {DEFAULT_MINUTES:g})"
        )
        parser.add_argument(
            "--folder", type=Path, metavar="FOLDER", help="where matrices go (default: matrices in the data folder)"
        )
        parser.add_argument("--scheduler", metavar="TCP", help="Dask scheduler, tcp://host:port; needs shared storage")

    def run(self, *, mode: str, minutes: float, folder: Path | None, scheduler: str | None, **options: Any) -> dict[str, Any]:
        """Find the inputs, write the matrix, say what it holds."""
        if not 0 < minutes <= MOST_MINUTES:
            raise InputError(Problem(code="matrix.minutes", value=f"{minutes:g}", details={"most": f"{MOST_MINUTES:g}"}))
        standard, region = chosen_standard(options["standard"]), chosen_region(options["region"])
        network = network_of(chosen_network(options["network"]))
        network.mode_index(mode)
        work = _work(network, region, standard, mode, minutes)
        into = folder or Path(settings.VAR_DIR) / "matrices"
        with self.progress("矩阵 / matrix") as progress:
            target = _write(network, work, into, scheduler, progress)
        return _summary(target, work)


def _work(network: TravelNetwork, region: Region, standard: CoverageStandard, mode: str, minutes: float) -> MatrixWork:
    """Return cells and venues on the streets of the mode."""
    demand, facilities = demand_inputs(region), facilities_of(region, standard)
    if not len(facilities):
        raise InputError(Problem(code="matrix.no_venues", value=standard.slug))
    origins, destinations = (
        snap(network, places.lon, places.lat, mode=mode, max_metres=standard.max_snap_metres) for places in (demand, facilities)
    )
    return MatrixWork(
        network_digest=network.digest, origins=origins, destinations=destinations, from_ids=demand.cell_ids,
        to_ids=facilities.ids, mode=mode, cutoff_seconds=seconds(minutes), leg_speed_kph=standard.snap_speed_kph,
    )  # fmt: skip


def _write(network: TravelNetwork, work: MatrixWork, folder: Path, scheduler: str | None, progress: Progress) -> Path:
    if scheduler is None:
        return write_matrix(network, work, folder, progress=progress)
    networks = Path(settings.VAR_DIR) / "networks"
    return write_matrix_distributed(networks.resolve(), work, folder.resolve(), scheduler=scheduler, progress=progress)


def _summary(target: Path, work: MatrixWork) -> dict[str, Any]:
    """Return what was written, for machines and for people."""
    said = read_manifest(target)
    unsnapped = {
        "origins_unsnapped": int((~work.origins.is_snapped).sum()),
        "destinations_unsnapped": int((~work.destinations.is_snapped).sum()),
    }
    origins, destinations, pairs = (f"{said[name]:,}" for name in ("origins", "destinations", "pairs"))
    lost = sum(unsnapped.values())
    lines = [
        f"{origins} 个格网 × {destinations} 个场所：{pairs} 对在时限内；{lost} 处离道路太远。",
        f"{origins} cells × {destinations} venues: {pairs} pairs within the cutoff; {lost} places too far from a street.",
        f"{target} ({MANIFEST})",
    ]
    return {"folder": str(target), "digest": work.digest, **said, **unsnapped, "lines": lines}
