"""Networks are kept: arrays under the var folder, a pointer with digest in the database."""

import datetime as dt
from pathlib import Path

from django.contrib.gis.geos import Polygon
from django.db import transaction

from geo.engine.errors import NetworkError, Problem, register_messages
from geo.engine.network.model import TravelNetwork
from geo.engine.network.store import save_network
from geo.models import WGS84, DataSource, NetworkSnapshot

register_messages(
    {
        "network.unknown": (
            "没有摘要以“{value}”开头的路网，或不止一个。",
            "there is no street network whose digest begins with “{value}”, or more than one.",
        ),
    }
)


def network_folder(var_dir: Path) -> Path:
    """Return where networks are kept."""
    return var_dir / "networks"


def snapshot_by_digest(beginning: str) -> NetworkSnapshot:
    """Return the only network whose digest begins so; raise :class:`NetworkError` if there is none or more than one."""
    found = list(NetworkSnapshot.objects.filter(digest__startswith=beginning)[:2]) if beginning else []
    if len(found) != 1:
        raise NetworkError(Problem(code="network.unknown", value=beginning[:40]))
    return found[0]


def keep_network(
    network: TravelNetwork, *, name: str, kind: str, source: DataSource, var_dir: Path, at: dt.datetime
) -> tuple[NetworkSnapshot, bool]:
    """Store the arrays, then record the snapshot and make it the active one; return it and whether it is new.

    The same content again only becomes active again. The files come first: a snapshot never points at nothing.
    """
    save_network(network, network_folder(var_dir))
    extent = Polygon.from_bbox(network.bounds)
    extent.srid = WGS84
    values = {
        "name": name,
        "kind": kind,
        "extent": extent,
        "modes": list(network.modes),
        "node_count": network.node_count,
        "edge_count": network.edge_count,
        "length_km": float(network.edge_length_metres.sum(dtype="float64")) / 1000,
        "report": network.report,
        "created_at": at,
        "source": source,
    }
    with transaction.atomic():
        NetworkSnapshot.objects.filter(is_active=True).update(is_active=False)
        snapshot, is_new = NetworkSnapshot.objects.get_or_create(digest=network.digest, defaults=values)
        NetworkSnapshot.objects.filter(pk=snapshot.pk).update(is_active=True)
    snapshot.is_active = True
    return snapshot, is_new
