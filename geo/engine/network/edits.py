"""What planners change on top of a network: barriers, closures, new links. The network itself stays as it is.

All edits are planned on the given network and then carried out at once, sorted by their content: the order in which they were
drawn does not matter. Edges that are not touched keep their times and shapes; nothing is built again. What only closes whole
edges is an overlay (:mod:`geo.engine.network.overlay`): it shares all arrays but the times, also on disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from geo.engine.digest import digest_of
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.modes import SpeedTable, default_speeds
from geo.engine.network.components import largest_component
from geo.engine.network.edit_cuts import carry_out
from geo.engine.network.edit_plans import EdgeFinder, Plan, plan_barrier, plan_closure, plan_link
from geo.engine.network.model import TravelNetwork
from geo.engine.units import METRES_PER_KM

EditKind = Literal["barrier", "closure", "new_link"]
BARRIER, CLOSURE, NEW_LINK = "barrier", "closure", "new_link"
MIN_LINE_POINTS = 2
MAX_LON, MAX_LAT = 180.0, 90.0

register_messages(
    {
        "edit.points": (
            "“{value}”需要{needed}个有效的经纬度点，现有 {count} 个。",
            "a {value} needs {needed} valid points in degrees, not {count}.",
        ),
        "edit.kind_unknown": ("没有“{value}”这种修改；可用：{known}。", "there is no edit “{value}”; known: {known}."),
    }
)


@dataclass(frozen=True, kw_only=True)
class Tolerances:
    """How near is near, in metres.

    barrier_metres: from a barrier to the edge it blocks; closure_metres: from a closure's line to the edges that lie along it;
    link_metres: from an end of a new link to the edge it joins; node_metres: so near the end of that edge its node is taken.
    """

    barrier_metres: float = 25.0
    closure_metres: float = 10.0
    link_metres: float = 25.0
    node_metres: float = 3.0


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One edit. points: (lon, lat) in degrees WGS-84, one for a barrier, two or more for a line.

    modes: whom it concerns, all modes of the network when empty; highway: class of a new link, a row of the speed table;
    is_oneway: a new link along its line only (walkers go both ways, as on any street); key: the name it has in the report.
    """

    kind: str
    points: tuple[tuple[float, float], ...]
    modes: tuple[str, ...] = ()
    highway: str = ""
    is_oneway: bool = False
    key: str = ""

    @cached_property
    def digest(self) -> str:
        """32 hex characters that name what the edit does (not its key)."""
        link = {"highway": self.highway, "is_oneway": self.is_oneway} if self.kind == NEW_LINK else {}
        return digest_of(
            {"kind": self.kind, "points": np.array(self.points, np.float64), "modes": sorted(set(self.modes)), "link": link}
        )


def apply_edits(
    network: TravelNetwork,
    edits: Sequence[Edit],
    *,
    speeds: SpeedTable | None = None,
    tolerances: Tolerances | None = None,
) -> TravelNetwork:
    """Return ``network`` with ``edits``; the network itself where there are none, or where it has them already.

    A barrier closes one metre of the nearest edge that any of its modes may use; up to it the street stays usable. A closure
    closes, both ways, the edges that lie along its line, and of longer edges the part along it. A new link joins the nearest
    edges at its two ends, which are cut there, and runs at the speed of its class; it crosses other streets without joining
    them, and does not join other new links. What lies too far away does nothing.

    The report gains ``base_digest``, ``edits`` (for each: what it closed and added, and warnings) and ``cut_off``: per mode
    the nodes and km that can no longer be reached from the rest and back. These stay open: nothing is removed. Raises
    :class:`InputError` for edits that make no sense: unknown kinds, modes or classes, missing or faulty points.
    """
    fresh = _fresh(network, edits)
    if not fresh:
        return network
    _check(network, fresh)
    near = tolerances or Tolerances()
    finder = EdgeFinder(network)
    plans = [_plan(finder, edit, speeds or default_speeds(), near) for edit in fresh.values()]
    edited, done = carry_out(network, plans, finder.plane)
    entries = [
        _entry(edit, keys, plan) | each for (edit, keys), plan, each in zip(_named(fresh, edits), plans, done, strict=True)
    ]
    earlier = list(network.report.get("edits", []))
    report = network.report | {"base_digest": network.digest, "edits": earlier + entries, "cut_off": cut_off(edited)}
    return edited.with_report(report)


def _fresh(network: TravelNetwork, edits: Sequence[Edit]) -> dict[str, Edit]:
    """Return the edits that ``network`` has not yet, each content once, in the order of their digests."""
    known = {entry["digest"] for entry in network.report.get("edits", [])}
    unique = {edit.digest: edit for edit in edits}
    return {digest: unique[digest] for digest in sorted(unique) if digest not in known}


def _named(fresh: dict[str, Edit], edits: Sequence[Edit]) -> list[tuple[Edit, list[str]]]:
    return [(edit, sorted(each.key for each in edits if each.digest == digest)) for digest, edit in fresh.items()]


def _check(network: TravelNetwork, fresh: dict[str, Edit]) -> None:
    problems = [problem for edit in fresh.values() for problem in _problems(network, edit)]
    if problems:
        raise InputError(problems)


def _problems(network: TravelNetwork, edit: Edit) -> list[Problem]:
    problems = []
    if edit.kind not in (BARRIER, CLOSURE, NEW_LINK):
        known = ", ".join((BARRIER, CLOSURE, NEW_LINK))
        return [Problem(code="edit.kind_unknown", value=edit.kind, details={"known": known})]
    count = sum(abs(lon) <= MAX_LON and abs(lat) <= MAX_LAT for lon, lat in edit.points)
    is_enough = count == 1 if edit.kind == BARRIER else count >= MIN_LINE_POINTS
    if count != len(edit.points) or not is_enough:
        needed = "1" if edit.kind == BARRIER else "≥ 2"
        problems.append(Problem(code="edit.points", value=edit.kind, details={"needed": needed, "count": count}))
    known = ", ".join(network.modes)
    problems += [Problem(code="mode.unknown", value=m, details={"known": known}) for m in edit.modes if m not in network.modes]
    return problems


def _plan(finder: EdgeFinder, edit: Edit, speeds: SpeedTable, near: Tolerances) -> Plan:
    """Find what ``edit`` touches."""
    modes = finder.network.modes
    rows = np.array([row for row, mode in enumerate(modes) if mode in edit.modes or not edit.modes])
    lon, lat = np.array(edit.points, np.float64).T
    if edit.kind == BARRIER:
        return plan_barrier(finder, lon, lat, rows, max_metres=near.barrier_metres)
    if edit.kind == CLOSURE:
        return plan_closure(finder, lon, lat, rows, tolerance_metres=near.closure_metres)
    kph = speeds.class_speeds_kph([edit.highway], modes)[:, 0]
    return plan_link(
        finder, lon, lat, rows, highway=edit.highway, kph=kph, is_oneway=edit.is_oneway, max_metres=near.link_metres,
        node_metres=near.node_metres, way_id=-int(edit.digest[:12], 16),
    )  # fmt: skip


def _entry(edit: Edit, keys: list[str], plan: Plan) -> dict[str, Any]:
    return {
        "digest": edit.digest, "keys": keys, "kind": edit.kind, "modes": sorted(set(edit.modes)),
        "edges_closed": len({closing.edge for closing in plan.closings}), "metres_closed": round(plan.closed_metres, 1),
        "edges_added": len(plan.links), "metres_added": round(sum(link.length_metres for link in plan.links), 1),
        "warnings": [problem.as_json() for problem in plan.warnings],
    }  # fmt: skip


def cut_off(network: TravelNetwork) -> dict[str, dict[str, float]]:
    """Return per mode the nodes with an open edge that lie outside the largest component, and the km of such edges."""
    found: dict[str, dict[str, float]] = {}
    for row, mode in enumerate(network.modes):
        forward, backward = np.isfinite(network.forward_seconds[row]), np.isfinite(network.backward_seconds[row])
        inside = largest_component(network.edge_from, network.edge_to, forward, backward, network.node_count)
        is_open = forward | backward
        outside = is_open & ~(inside[network.edge_from] & inside[network.edge_to])
        ends = np.unique(np.concatenate([network.edge_from[outside], network.edge_to[outside]]))
        km = float(network.edge_length_metres[outside].sum(dtype=np.float64)) / METRES_PER_KM
        found[mode] = {"nodes": int((~inside[ends]).sum()), "km": round(km, 3)}
    return found
