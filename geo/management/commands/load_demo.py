"""Load the demonstration province."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from geo.cli import GigshedCommand
from geo.ingest.demonstration import require_facts
from geo.models import Region
from geo.services import demonstration
from geo.services.demonstration_rows import SYNTHETIC_NOTICE

DEFAULT_NODES = 250_000
LEAST_NODES, MOST_NODES = 20_000, 10_000_000


def _nodes(text: str) -> int:
    """Return a number of nodes within the range; underscores may part the digits."""
    try:
        nodes = int(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a whole number") from error
    if not LEAST_NODES <= nodes <= MOST_NODES:
        raise ArgumentTypeError(f"{text}: {LEAST_NODES:_} to {MOST_NODES:_}")
    return nodes


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is not a whole number of 0 or more")
    return int(text)


class Command(GigshedCommand):
    """Generate and keep streets, gig workers and venues of a province."""

    help = "load the demonstration province: real places, synthetic streets and venues / 载入示范省份：真实地名，合成道路与场所"
    teaches = """\
Examples:
  manage.py load_demo
  manage.py load_demo --seed 7 --nodes 1_000_000 --json

Loads the regions first if they are missing. A second run with the same seed and nodes finds everything in place. Another seed
or number of nodes replaces demand and venues of the demonstration and adds a street network, which becomes the active one.
Streets and venues are synthetic / 道路与场所为合成数据; formulas and sources: docs/demonstration.md.

Exit codes: 0 loaded or already there; 2 no census figures for that province, or they do not fit its counties: nothing changed.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add seed, nodes and province."""
        parser.add_argument("--seed", type=_seed, default=1, help="another seed, another province (default 1)")
        parser.add_argument(
            "--nodes", type=_nodes, default=DEFAULT_NODES,
            help=f"size of the street network, {LEAST_NODES:_} to {MOST_NODES:_} (default {DEFAULT_NODES:_})"
        )  # fmt: skip
        parser.add_argument("--province", default="江苏省", help="full Chinese name (default 江苏省)")

    def run(self, *, seed: int, nodes: int, province: str, **options: Any) -> dict[str, Any]:
        """Load unless it is there."""
        require_facts(province)
        folder = Path(settings.VAR_DIR) / "networks"
        found = demonstration.existing(demonstration.inputs_digest(province, seed=seed, nodes=nodes), folder)
        if found is None:
            counties = self._counties(province)
            with self.progress("demonstration") as progress:
                found = demonstration.load(
                    province, counties, seed=seed, nodes=nodes, networks_folder=folder, now=timezone.now(),
                    progress=progress,
                )  # fmt: skip
        return _summary(found, province=province, seed=seed)

    def _counties(self, province: str) -> list[Region]:
        """Return the statutory counties of the province by code, loading the regions if there are none."""
        if not Region.objects.filter(level=Region.Level.PROVINCE, name_zh=province).exists():
            call_command("load_regions", province=province, json=self.quiet, stdout=self.stderr)
        path = Region.objects.filter(level=Region.Level.PROVINCE, name_zh=province).latest("valid_from").path
        counties = Region.objects.filter(
            path__startswith=path, level=Region.Level.COUNTY, unit_type=Region.UnitType.STATUTORY, valid_until=None
        )
        return list(counties.order_by("code"))


def _summary(found: demonstration.Demonstration, *, province: str, seed: int) -> dict[str, Any]:
    network = found.snapshot
    state_zh, state_en = ("已载入", "loaded") if found.is_new else ("已在库中", "already there")
    return {
        "lines": [
            f"{province}示范数据{state_zh}：路网 {network.node_count:,} 个节点、{network.edge_count:,} 条路段；"
            f"需求单元 {found.demand_cells:,} 个、零工 {found.workers_persons:,} 人（估算）；场所 {found.venues:,} 处。 / "
            f"Demonstration province {state_en}: {network.node_count:,} nodes, {network.edge_count:,} edges; "
            f"{found.demand_cells:,} demand cells, {found.workers_persons:,} gig workers (modelled); {found.venues:,} venues.",
            SYNTHETIC_NOTICE,
        ],
        "is_new": found.is_new,
        "province": province,
        "seed": seed,
        "digest": found.digest,
        "network": network.digest,
        "nodes": network.node_count,
        "edges": network.edge_count,
        "length_km": round(network.length_km, 1),
        "demand_cells": found.demand_cells,
        "workers_persons": found.workers_persons,
        "venues": found.venues,
        "venues_by_kind": found.venues_by_kind,
        "notice": SYNTHETIC_NOTICE,
    }
