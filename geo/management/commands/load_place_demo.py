"""Model people and invent venues along the streets of the active network."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils import timezone

from geo.cli import GigshedCommand
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.network.store import open_network
from geo.models import NetworkSnapshot
from geo.services.networks import network_folder
from geo.services.place_demo import load_place

register_messages(
    {
        "place.no_network": ("还没有路网；请先运行 load_network。", "there is no street network yet; run load_network first."),
        "place.workers": (
            "零工人数应为 1 到 {most} 之间的整数，现为“{value}”。",
            "the gig workers must be 1 to {most}, not “{value}”.",
        ),
    }
)
MOST_WORKERS = 100_000_000


class Command(GigshedCommand):
    """Give a place on real streets what coverage and siting need: regions, gig workers, venues."""

    help = "Model gig workers and invent venues along the streets of the active network."
    teaches = """examples:
  manage.py load_network --pbf FILE && manage.py load_place_demo
  manage.py load_place_demo --name 南京市 --workers 500000 --seed 7

Gig workers follow the length of streets in each H3 cell (300 a kilometre unless --workers gives a total); venues are synthetic.
Regions are those of the Chinese province the place lies in; a place abroad gets a stand-in. Replaces an earlier place.
Exit code 2: there is no network; nothing changed."""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add name, total and seed."""
        parser.add_argument("--name", default="", help="name of the place (default: the network's)")
        parser.add_argument("--workers", type=int, metavar="N", help="gig workers in total (default: by street length)")
        parser.add_argument("--seed", type=int, default=1, help="another seed, other venues (default 1)")

    def run(self, *, name: str, workers: int | None, seed: int, **options: Any) -> dict[str, Any]:
        """Make and keep the place; return its region and counts."""
        if workers is not None and not 1 <= workers <= MOST_WORKERS:
            raise InputError(Problem(code="place.workers", value=str(workers), details={"most": f"{MOST_WORKERS:,}"}))
        snapshot = NetworkSnapshot.objects.filter(is_active=True).first()
        if snapshot is None:
            raise InputError(Problem(code="place.no_network"))
        network = open_network(network_folder(settings.VAR_DIR), snapshot.digest)
        with self.progress("人员与场所 / people and venues"):
            made = load_place(network, name=name or snapshot.name, workers_persons=workers, seed=seed, at=timezone.now())
        workers_count, cells, venues = f"{made.workers_persons:,}", f"{made.cells_count:,}", f"{made.venues_count:,}"
        return {
            "region": made.region.code,
            "cells": made.cells_count,
            "workers_persons": made.workers_persons,
            "venues": made.venues_count,
            "lines": [
                f"{made.region.name_zh}（{made.region.code}）：零工 {workers_count} 人（建模），"
                f"{cells} 个单元，{venues} 个场所（合成）",
                f"{workers_count} gig workers (modelled) in {cells} cells, {venues} venues (synthetic)",
            ],
        }
