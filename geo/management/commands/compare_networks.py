"""Compare two street networks on record, way by way."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils import timezone

from geo.cli import GigshedCommand
from geo.services.network_differences import difference_lines, keep_difference
from geo.services.networks import snapshot_by_digest


class Command(GigshedCommand):
    """Say what was added, removed, closed, opened, moved from one network to another."""

    help = "Compare two street networks way by way: added, removed, closed, opened, moved; by class and mode."
    teaches = """BEFORE and AFTER are digests, or how they begin:
  manage.py compare_networks 1b7c 9e02
  manage.py compare_networks 1b7c 9e02 --json

The ways that changed are written to var/network-differences/: GeoPackage, GeoJSON, CSV. Only what lies in the extent of both is
compared. load_network does the same by itself for the network that was active before.

Exit codes: 0 compared; 2 unknown networks, or networks whose ways have ids of different sources.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the two digests."""
        parser.add_argument("before", metavar="BEFORE", help="digest of the earlier network, or how it begins")
        parser.add_argument("after", metavar="AFTER", help="digest of the later network, or how it begins")

    def run(self, *, before: str, after: str, **options: Any) -> dict[str, Any]:
        """Compare and say the sums."""
        first, second = snapshot_by_digest(before), snapshot_by_digest(after)
        with self.progress("比较 / comparing"):
            record, folder = keep_difference(first, second, var_dir=settings.VAR_DIR, at=timezone.now())
        lines = [f"{first} → {second}", *difference_lines(record.report), f"  {folder}"]
        return {"lines": lines, "folder": str(folder), **record.report}
