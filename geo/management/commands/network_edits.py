"""Barriers, closed streets and new links on top of a street network: draw, list, withdraw, apply."""

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone

from geo.cli import GigshedCommand
from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.line_file import read_lines
from geo.models import WGS84, NetworkEdit, NetworkSnapshot, Region
from geo.selectors import active_network, ground, region_by_code
from geo.services.network_edits import (
    NewEdit,
    add_edits,
    base_of,
    edited_network,
    edited_snapshot,
    edits_on,
    shape_problem,
    withdraw_edit,
)
from geo.services.networks import snapshot_by_digest
from geo.validation import geometry_fault

POINT_NUMBERS = 2

register_messages(
    {
        "edit.at_missing": ("--add barrier 需要 --at 经度,纬度。", "--add barrier needs --at LON,LAT."),
        "edit.region_unclear": (
            "图形不在任何已载入区域之内；请用 --region 指明区域。",
            "the shape lies in no region on record; name one with --region.",
        ),
    }
)


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r}: YYYY-MM-DD") from error


def _point(text: str) -> shapely.Point:
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r}: LON,LAT") from error
    if len(numbers) != POINT_NUMBERS:
        raise ArgumentTypeError(f"{text!r}: LON,LAT")
    return shapely.Point(numbers)


class Command(GigshedCommand):
    """Record edits, list and withdraw them, make the network that has them."""

    help = "Put barriers, closed streets and new links on top of a street network; list, withdraw, apply them."
    teaches = """examples:
  manage.py network_edits --add barrier --at 118.80,32.05 --modes car --reason "bollards"
  manage.py network_edits --close bridge.geojson --reason "closed for repair" --from 2026-03-01 --until 2026-09-01
  manage.py network_edits --link road.geojson --highway secondary --one-way
  manage.py network_edits --list
  manage.py network_edits --withdraw 12
  manage.py network_edits --apply                 makes the network with the edits of --on and prints its digest, for
                                                  run_coverage --network DIGEST
  write --at=-46.6,-23.5 when it begins with a minus

A barrier closes the nearest street within 25 m; up to it the street stays usable. A closure closes, both ways, what runs along
its line within 10 m. A new link joins the nearest street within 25 m at each end and crosses others without joining them.
Without --modes an edit concerns all modes. A line file holds LineStrings in WGS-84 (GeoJSON, GeoPackage, KML); each becomes an
edit.

The loaded network stays as it is, and so do runs on it. Exit codes: 0 done; 2 bad input, nothing changed.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add what to do, and what an edit is made of."""
        act = parser.add_mutually_exclusive_group(required=True)
        act.add_argument("--add", choices=["barrier"], help="add a barrier at --at")
        act.add_argument("--close", type=Path, metavar="FILE", help="close the streets along the lines of a file")
        act.add_argument("--link", type=Path, metavar="FILE", help="add new links along the lines of a file")
        act.add_argument("--list", action="store_true", help="list the edits of the network")
        act.add_argument("--withdraw", type=int, metavar="ID", help="end an edit on the day of --on")
        act.add_argument("--apply", action="store_true", help="make the network with the edits that hold on --on")
        parser.add_argument("--at", type=_point, metavar="LON,LAT", help="where the barrier stands, degrees WGS-84")
        parser.add_argument("--modes", default="", metavar="MODES", help="walk,ebike,car or some of them (default: all)")
        parser.add_argument("--highway", default="residential", metavar="CLASS", help="class of a new link (residential)")
        parser.add_argument("--one-way", action="store_true", help="a new link along its line only; walkers go both ways")
        parser.add_argument("--reason", default="", help="why, for those who read the list")
        parser.add_argument("--from", dest="valid_from", type=_date, metavar="DATE", help="first day (default: --on)")
        parser.add_argument("--until", type=_date, metavar="DATE", help="day from which it no longer holds")
        parser.add_argument("--on", type=_date, metavar="DATE", help="the day in question (default: today)")
        parser.add_argument("--network", default="", metavar="DIGEST", help="digest or its beginning (the active network)")
        parser.add_argument("--region", default="", metavar="CODE", help="region of the edit (default: the one it lies in)")

    def run(self, **options: Any) -> dict[str, Any]:
        """Do the one act."""
        on = options["on"] or timezone.localdate()
        if options["withdraw"] is not None:
            return _withdrawn(options["withdraw"], on)
        snapshot = base_of(snapshot_by_digest(options["network"]) if options["network"] else active_network())
        if options["list"]:
            return _listed(snapshot, on)
        if options["apply"]:
            with self.progress("路网 / network"):
                return _applied(snapshot, on)
        return _added(snapshot, options, on)


def _added(snapshot: NetworkSnapshot, options: dict[str, Any], on: dt.date) -> dict[str, Any]:
    kind, shapes = _drawn(options)
    faults = [(row, fault) for row, shape in enumerate(shapes, start=1) if (fault := geometry_fault(shape))]
    if faults:
        raise InputError([shape_problem(fault, shapes[row - 1].wkt, row) for row, fault in faults])
    drawn = [
        NewEdit(
            kind=kind, shape=GEOSGeometry(memoryview(shape.wkb), srid=WGS84), region=_region(shape, options["region"], on),
            valid_from=options["valid_from"] or on, valid_until=options["until"],
            modes=tuple(mode.strip() for mode in options["modes"].split(",") if mode.strip()),
            highway=options["highway"], is_oneway=options["one_way"], reason=options["reason"],
        )
        for shape in shapes
    ]  # fmt: skip
    rows = add_edits(snapshot, drawn, by=None, at=timezone.now())
    return {"lines": [_sentence(row) for row in rows], "edits": [_as_json(row) for row in rows]}


def _drawn(options: dict[str, Any]) -> tuple[str, list[Any]]:
    if options["add"]:
        if options["at"] is None:
            raise InputError(Problem(code="edit.at_missing"))
        return NetworkEdit.Kind.BARRIER, [options["at"]]
    if options["close"]:
        return NetworkEdit.Kind.CLOSURE, list(read_lines(options["close"]))
    return NetworkEdit.Kind.NEW_LINK, list(read_lines(options["link"]))


def _region(shape: Any, code: str, on: dt.date) -> Region:
    """Return the region named, or the one that holds the middle of a shape without faults."""
    if code:
        return region_by_code(code, on=on)
    regions = ground(on=on)
    middle = shapely.point_on_surface(shape)
    place = regions.find(np.array([middle.x]), np.array([middle.y]), [""])[0].place if regions else None
    if place is None:
        raise InputError(Problem(code="edit.region_unclear"))
    return Region.objects.get(pk=place.pk)


def _listed(snapshot: NetworkSnapshot, on: dt.date) -> dict[str, Any]:
    holding = set(edits_on(snapshot, on).values_list("pk", flat=True))
    rows = list(snapshot.edits.select_related("region").order_by("pk"))
    lines = [f"{snapshot}：{len(holding)} / {len(rows)} {on}"]
    lines += [("  " if row.pk in holding else "– ") + _sentence(row) for row in rows]
    return {
        "lines": lines, "network": snapshot.digest, "on": on.isoformat(),
        "edits": [_as_json(row) | {"holds": row.pk in holding} for row in rows],
    }  # fmt: skip


def _withdrawn(number: int, on: dt.date) -> dict[str, Any]:
    row = NetworkEdit.objects.filter(pk=number).first()
    if row is None:
        raise InputError(Problem(code="edit.unknown", value=str(number)))
    kept = withdraw_edit(row, on=on)
    line = f"第 {number} 号修改自 {on} 起不再有效。 / edit {number} no longer holds from {on} on."
    if kept is None:
        line = f"第 {number} 号修改尚未生效，已删除。 / edit {number} had not begun and is deleted."
    return {"lines": [line], "edit": number, "deleted": kept is None, "until": on.isoformat()}


def _applied(snapshot: NetworkSnapshot, on: dt.date) -> dict[str, Any]:
    report = edited_network(snapshot, on, var_dir=settings.VAR_DIR).report
    made = edited_snapshot(snapshot, on, var_dir=settings.VAR_DIR, at=timezone.now())
    edits = report.get("edits", [])
    lines = [
        f"{made.name}：{made.digest}（{made.node_count:,} 个节点，{made.edge_count:,} 条道路）"
        f" / {made.node_count:,} nodes, {made.edge_count:,} streets"
    ]
    for each in edits:
        lines.append(
            f"  {', '.join(each['keys'])} {each['kind']}: "
            f"封闭 / closed {each['edges_closed']} ({each['metres_closed']:,.0f} m); "
            f"新增 / added {each['metres_added']:,.0f} m; 新节点 / new nodes {each['nodes_added']}"
        )
        lines += [f"    ! {warning['zh']} / {warning['en']}" for warning in each["warnings"]]
    for mode, lost in report.get("cut_off", {}).items():
        if lost["nodes"]:
            lines.append(
                f"  {mode}：{lost['nodes']:,} 个节点、{lost['km']:,.1f} km 与其余路网不再连通"
                f" / {lost['nodes']:,} nodes, {lost['km']:,.1f} km cut off from the rest"
            )
    return {
        "lines": lines, "digest": made.digest, "base_digest": snapshot.digest, "name": made.name, "edits": edits,
        "cut_off": report.get("cut_off", {}),
    }  # fmt: skip


def _sentence(row: NetworkEdit) -> str:
    until = f" – {row.valid_until}" if row.valid_until else ""
    modes = ",".join(row.modes) or "*"
    return f"{row.pk} {row.kind} {row.highway} {modes} {row.region} {row.valid_from}{until} {row.reason}".replace("  ", " ")


def _as_json(row: NetworkEdit) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.kind, "modes": row.modes, "highway": row.highway, "is_oneway": row.is_oneway,
        "region": row.region.code, "reason": row.reason, "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None, "shape": row.shape.wkt,
    }  # fmt: skip
