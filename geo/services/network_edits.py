"""Edits that planners draw on a street network: recorded, withdrawn, and applied as a network of their own.

A run points at a snapshot; an edited network is a snapshot too, with its own digest and the edits in its report. The loaded
network stays as it is.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from geo.engine.digest import digest_of
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.modes import default_speeds
from geo.engine.network.edits import Edit, Tolerances, apply_edits
from geo.engine.network.model import TravelNetwork
from geo.engine.network.store import META, open_network, save_network
from geo.engine.whole_files import whole_file
from geo.models import WGS84, NetworkEdit, NetworkSnapshot, Region
from geo.services.networks import network_folder
from geo.validation import DATUM, EMPTY, INVALID, validate_geometry

MAX_POINTS = 10_000
NAME_CHARACTERS = 120
REASON_CHARACTERS = 200
_SHAPES = {
    NetworkEdit.Kind.BARRIER: "Point", NetworkEdit.Kind.CLOSURE: "LineString", NetworkEdit.Kind.NEW_LINK: "LineString",
}  # fmt: skip
_FAULTS = {EMPTY: "edit.shape_empty", INVALID: "edit.shape_invalid", DATUM: "edit.shape_datum"}

register_messages(
    {
        "edit.shape": ("“{value}”须画成{needed}。", "a {value} must be drawn as a {needed}."),
        "edit.shape_empty": ("图形是空的。", "the shape is empty."),
        "edit.shape_invalid": ("图形自相交或没有长度；请重画。", "the shape crosses itself or has no length; draw it again."),
        "edit.shape_datum": (
            "坐标须为 WGS-84 或 CGCS2000 经纬度。",
            "coordinates must be longitude and latitude in WGS-84 or CGCS2000.",
        ),
        "edit.too_many_points": ("线上有 {value} 个点，最多 {limit} 个。", "the line has {value} points, {limit} at most."),
        "edit.mode_unknown": (
            "此路网没有出行方式“{value}”；有：{known}。",
            "this network has no mode “{value}”; it has: {known}.",
        ),
        "edit.highway": (
            "新路的等级“{value}”不在速度表中；可用：{known}。",
            "the class “{value}” of a new link is not in the speed table; known: {known}.",
        ),
        "edit.outside_network": ("图形不在路网范围之内。", "the shape lies outside the street network."),
        "edit.outside_region": ("图形不在“{value}”之内。", "the shape lies outside “{value}”."),
        "edit.period": ("结束日期须晚于开始日期（{value}）。", "the end must be later than the beginning ({value})."),
        "edit.reason_long": ("原因有 {value} 个字符，最多 {limit} 个。", "the reason has {value} characters, {limit} at most."),
        "edit.unknown": ("没有第 {value} 号修改。", "there is no edit {value}."),
    }
)


@dataclass(frozen=True, kw_only=True)
class NewEdit:
    """What a planner draws: kind, shape in degrees WGS-84, whom it concerns (all modes when empty), from when until when."""

    kind: str
    shape: GEOSGeometry
    region: Region
    valid_from: dt.date
    valid_until: dt.date | None = None
    modes: tuple[str, ...] = ()
    highway: str = ""
    is_oneway: bool = False
    reason: str = ""


def base_of(snapshot: NetworkSnapshot) -> NetworkSnapshot:
    """Return the loaded network that edits belong to: of an edited one its base, of any other itself."""
    digest = snapshot.report.get("base_digest")
    return NetworkSnapshot.objects.get(digest=digest) if digest else snapshot


def add_edits(snapshot: NetworkSnapshot, drawn: Sequence[NewEdit], *, by: Any, at: dt.datetime) -> list[NetworkEdit]:
    """Record edits on ``snapshot``, all or none; raise :class:`InputError` with every problem, ``row`` counting from 1.

    Whether ``by`` may act in the region is the caller's to check; that the shape lies in the region is checked here.
    """
    base = base_of(snapshot)
    problems = [problem for row, each in enumerate(drawn, start=1) for problem in _problems(base, each, row)]
    if problems:
        raise InputError(problems)
    with transaction.atomic():
        return [_record(base, each, by=by, at=at) for each in drawn]


def add_edit(snapshot: NetworkSnapshot, drawn: NewEdit, *, by: Any, at: dt.datetime) -> NetworkEdit:
    """Record one edit; see :func:`add_edits`."""
    return add_edits(snapshot, [drawn], by=by, at=at)[0]


def _record(base: NetworkSnapshot, drawn: NewEdit, *, by: Any, at: dt.datetime) -> NetworkEdit:
    flat = shapely.force_2d(shapely.from_wkb(bytes(drawn.shape.wkb)))
    shape = GEOSGeometry(memoryview(flat.wkb), srid=WGS84)
    is_link = drawn.kind == NetworkEdit.Kind.NEW_LINK
    return NetworkEdit.objects.create(
        snapshot=base, region=drawn.region, kind=drawn.kind, shape=shape, modes=sorted(set(drawn.modes)),
        highway=drawn.highway if is_link else "", is_oneway=drawn.is_oneway and is_link, reason=drawn.reason,
        valid_from=drawn.valid_from, valid_until=drawn.valid_until, created_at=at, created_by=by,
    )  # fmt: skip


def _problems(base: NetworkSnapshot, drawn: NewEdit, row: int) -> list[Problem]:
    """Return what is wrong with an edit; its shape is checked for sense before anything is done with it."""
    if drawn.kind not in _SHAPES:
        return [Problem(code="edit.kind_unknown", row=row, value=drawn.kind, details={"known": ", ".join(_SHAPES)})]
    found = _shape_problem(base, drawn, row)
    problems = [found] if found else []
    known = ", ".join(base.modes)
    problems += [
        Problem(code="edit.mode_unknown", row=row, field="modes", value=mode, details={"known": known})
        for mode in drawn.modes
        if mode not in base.modes
    ]
    classes = default_speeds().kph
    if drawn.kind == NetworkEdit.Kind.NEW_LINK and drawn.highway not in classes:
        details = {"known": ", ".join(classes)}
        problems.append(Problem(code="edit.highway", row=row, field="highway", value=drawn.highway, details=details))
    if drawn.valid_until is not None and drawn.valid_until <= drawn.valid_from:
        problems.append(Problem(code="edit.period", row=row, field="valid_until", value=drawn.valid_from.isoformat()))
    if len(drawn.reason) > REASON_CHARACTERS:
        length = str(len(drawn.reason))
        problems.append(
            Problem(code="edit.reason_long", row=row, field="reason", value=length, details={"limit": REASON_CHARACTERS})
        )
    return problems


def _shape_problem(base: NetworkSnapshot, drawn: NewEdit, row: int) -> Problem | None:
    shape, needed = drawn.shape, _SHAPES[NetworkEdit.Kind(drawn.kind)]
    if shape.geom_type != needed:
        return Problem(code="edit.shape", row=row, field="shape", value=drawn.kind, details={"needed": needed})
    if shape.num_coords > MAX_POINTS:
        details = {"limit": MAX_POINTS}
        return Problem(code="edit.too_many_points", row=row, field="shape", value=str(shape.num_coords), details=details)
    try:
        validate_geometry(shape)
    except ValidationError as error:
        return shape_problem(str(error.code), shape.wkt, row)
    flat = shapely.from_wkb(bytes(shape.wkb))
    if not shapely.intersects(shapely.box(*base.extent.extent), flat):
        return Problem(code="edit.outside_network", row=row, field="shape")
    boundary = drawn.region.boundary
    if boundary is not None and not shapely.intersects(shapely.from_wkb(bytes(boundary.wkb)), flat):
        return Problem(code="edit.outside_region", row=row, field="shape", value=drawn.region.name_zh)
    return None


def shape_problem(fault: str, shown: str, row: int) -> Problem:
    """Return the problem for a fault that :mod:`geo.validation` found in the shape of an edit."""
    return Problem(code=_FAULTS.get(fault, fault), row=row, field="shape", value=shown[:60])


def withdraw_edit(edit: NetworkEdit, *, on: dt.date) -> NetworkEdit | None:
    """End an edit on a day, so that it no longer holds from then on; one that had not begun is deleted (None).

    Networks that were made with it stay: the runs on them name it by its content.
    """
    if edit.valid_from >= on:
        edit.delete()
        return None
    if edit.valid_until is None or edit.valid_until > on:
        edit.valid_until = on
        edit.save(update_fields=["valid_until"])
    return edit


def edits_on(snapshot: NetworkSnapshot, on: dt.date) -> QuerySet[NetworkEdit]:
    """Return the edits of a network, or of the base of an edited one, that hold on a day."""
    holds = Q(valid_until=None) | Q(valid_until__gt=on)
    return NetworkEdit.objects.filter(holds, snapshot=base_of(snapshot), valid_from__lte=on).order_by("pk")


def edit_count(snapshot: NetworkSnapshot) -> int:
    """Return how many edits are on record for a network, of whatever day."""
    return NetworkEdit.objects.filter(snapshot=snapshot).count()


def as_edit(row: NetworkEdit) -> Edit:
    """Return the engine's edit of a record; its key is the record's number."""
    flat = shapely.from_wkb(bytes(row.shape.wkb))
    points = tuple((float(lon), float(lat)) for lon, lat in shapely.get_coordinates(flat))
    return Edit(
        kind=row.kind, points=points, modes=tuple(row.modes), highway=row.highway, is_oneway=row.is_oneway, key=str(row.pk)
    )


def edited_network(snapshot: NetworkSnapshot, on: dt.date, *, var_dir: Path) -> TravelNetwork:
    """Return the network with the edits that hold on a day; it is made once and kept with the others, by its digest.

    Without edits it is the loaded network itself. Raises :class:`InputError` where an edit makes no sense on it.
    """
    base, folder = base_of(snapshot), network_folder(var_dir)
    edits = [as_edit(row) for row in edits_on(base, on)]
    if not edits:
        return open_network(folder, base.digest)
    pointer = folder / f"edited-{_inputs_digest(base, edits)}.json"
    if (known := _made(pointer)) is not None:
        return known
    network = apply_edits(open_network(folder, base.digest), edits)
    save_network(network, folder)
    with whole_file(pointer) as aside:
        aside.write_text(json.dumps({"digest": network.digest, "report": network.report}), encoding="utf-8")
    # The stored one, so that its searches leave their arcs beside its files for other processes.
    return _made(pointer) or network


def _made(pointer: Path) -> TravelNetwork | None:
    """Return the edited network that ``pointer`` names, with the report of its own edits; None if it is not there."""
    if not pointer.is_file():
        return None
    said = json.loads(pointer.read_text(encoding="utf-8"))
    if not (pointer.parent / said["digest"] / META).is_file():
        return None
    return open_network(pointer.parent, said["digest"]).with_report(said["report"])


def _inputs_digest(base: NetworkSnapshot, edits: Sequence[Edit]) -> str:
    """Return what an edited network is made of: base, edits, speeds, tolerances."""
    speeds = default_speeds()
    return digest_of(
        {
            "base": base.digest,
            "edits": sorted([edit.digest, edit.key] for edit in edits),
            "tolerances": vars(Tolerances()),
            "speeds": {name: list(kph) for name, kph in speeds.kph.items()},
        }
    )


def edited_snapshot(snapshot: NetworkSnapshot, on: dt.date, *, var_dir: Path, at: dt.datetime) -> NetworkSnapshot:
    """Return the snapshot of the network with the edits of a day, so that a run can point at it; it is not made active.

    Where no edit holds, or none hits anything, it is the loaded network's own.
    """
    base = base_of(snapshot)
    network = edited_network(base, on, var_dir=var_dir)
    if network.digest == base.digest:
        return base
    extent = Polygon.from_bbox(network.bounds)
    extent.srid = WGS84
    count = len({key for each in network.report["edits"] for key in each["keys"]})
    ending = f" + {count} edits"
    values = {
        "name": base.name[: NAME_CHARACTERS - len(ending)] + ending, "kind": base.kind, "extent": extent,
        "modes": list(network.modes), "node_count": network.node_count, "edge_count": network.edge_count,
        "length_km": float(network.edge_length_metres.sum(dtype="float64")) / 1000,
        "report": network.report | {"edited_on": on.isoformat()}, "is_active": False, "created_at": at, "source": base.source,
    }  # fmt: skip
    return NetworkSnapshot.objects.get_or_create(digest=network.digest, defaults=values)[0]
