"""``manage.py build_tiles``: the offline base map of a loaded street network."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from geo.cli import GigshedCommand
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.network.store import open_network
from geo.models import NetworkSnapshot
from geo.tiles import build_tiles

register_messages(
    {
        "tiles.no_network": (
            "还没有载入路网；请先运行 manage.py load_network 或 load_demo。",
            "no street network is loaded; run manage.py load_network or load_demo first.",
        ),
        "tiles.unknown_network": (
            "没有摘要以“{value}”开头的路网。",
            "no street network has a digest that begins with “{value}”.",
        ),
    }
)


def _chosen(digest: str) -> NetworkSnapshot:
    """Return the network whose digest begins with ``digest``; the newest active one if that is empty."""
    networks = NetworkSnapshot.objects.all()
    found = networks.filter(digest__startswith=digest).first() if digest else networks.filter(is_active=True).first()
    if found is None:
        raise InputError(Problem(code="tiles.unknown_network" if digest else "tiles.no_network", value=digest))
    return found


class Command(GigshedCommand):
    """Build the base map of a street network, once."""

    help = "Build the offline base map (PMTiles) of a street network from its stored streets."
    teaches = """\
examples:
  manage.py build_tiles                    the newest active network
  manage.py build_tiles --network 1b7c     the network whose digest begins with 1b7c
  manage.py build_tiles --json             {"digest", "path", "created", "bytes"}

Tiles that are there already are left alone. Exit codes: 0 done; 2 no such network; 130 cancelled.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add ``--network``."""
        parser.add_argument("--network", default="", metavar="DIGEST", help="digest of the network, or how it begins")

    def run(self, **options: Any) -> dict[str, Any]:
        """Build and say where the file is and how large."""
        snapshot = _chosen(options["network"])
        with self.progress("底图 / base map") as progress:
            path, created = build_tiles(
                open_network(settings.VAR_DIR / "networks", snapshot.digest), settings.VAR_DIR, progress=progress
            )
        size = path.stat().st_size
        word = "已生成 / built" if created else "已存在 / already there"
        line = f"底图{word}: {path} ({size / 1e6:.1f} MB)"
        return {"digest": snapshot.digest, "path": str(path), "created": created, "bytes": size, "lines": [line]}
