"""How one network differs from another: ways added, removed, closed, opened, moved, of another class, one-way or no more.

Ways are known by their id in the source. Only what lies in the extent of both networks is compared: a way that another
extract does not hold is not a way that was removed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.engine.crs import Plane
from geo.engine.errors import NetworkError, Problem, register_messages
from geo.engine.network.model import TravelNetwork
from geo.engine.network.way_sums import AGAINST, ALONG, BOTH_WAYS, CLOSED, WaySums, way_lines, way_sums
from geo.engine.units import METRES_PER_KM

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Bounds = tuple[float, float, float, float]

MOVED_METRES = 5.0
"""Ways whose shape lies farther away than this, or whose length changed by more, have moved."""

CLOSED_METRES, CLOSED_SHARE = 5.0, 0.5
"""A way is closed or opened if that holds for more than this many metres of it, of a short one for more than this share."""

EXTENT_MARGIN_DEGREES = 1e-7
ABSENT = -1
CHANGES = ("added", "removed", "closed", "opened", "class_changed", "one_way_changed", "moved")

register_messages(
    {
        "difference.no_common_extent": (
            "两个路网没有共同的范围，无法比较。",
            "the two networks have no extent in common and cannot be compared.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class WayChanges:
    """The K ways that changed, by rising id; M modes that both networks have.

    way_id: (K,) int64; is_: change → (K,) bool; class_before, class_after: (K,) str, "" where absent; metres_before,
    metres_after: (K,) float64; mode_metres: change → (M, K) float64, the metres concerned by mode; moved_metres: (K,) float64,
    Hausdorff distance at the vertices, NaN where the shape is the same or absent.
    """

    modes: tuple[str, ...]
    way_id: Int64Array
    is_: Mapping[str, BoolArray]
    class_before: npt.NDArray[np.str_]
    class_after: npt.NDArray[np.str_]
    metres_before: Float64Array
    metres_after: Float64Array
    mode_metres: Mapping[str, Float64Array]
    moved_metres: Float64Array

    def __len__(self) -> int:
        return len(self.way_id)

    @cached_property
    def class_now(self) -> npt.NDArray[np.str_]:
        """(K,) class after, of removed ways before."""
        return np.where(self.is_["removed"], self.class_before, self.class_after)

    def metres(self, change: str) -> Float64Array:
        """Return (K,) the metres that a change concerns: of closed and opened ways of the mode with the most."""
        if change in ("closed", "opened"):
            return np.asarray(self.mode_metres[change].max(axis=0, initial=0.0))
        return self.metres_before if change == "removed" else self.metres_after


@dataclass(frozen=True, kw_only=True, eq=False)
class Difference:
    """The changes and what they were found in. outside_before, outside_after: number and metres of ways not compared."""

    extent: Bounds
    before_count: int
    after_count: int
    compared_count: int
    outside_before: tuple[int, float]
    outside_after: tuple[int, float]
    changes: WayChanges

    def report(self) -> dict[str, Any]:
        """Return the sums as JSON: for each change ways and km, by class and by mode."""
        return {
            "extent": list(self.extent),
            "moved_metres": MOVED_METRES,
            "ways_before": self.before_count,
            "ways_after": self.after_count,
            "ways_compared": self.compared_count,
            "outside_before": _sum(*self.outside_before),
            "outside_after": _sum(*self.outside_after),
            "changes": {change: _sums(self.changes, change) for change in CHANGES},
        }


def compare(before: TravelNetwork, after: TravelNetwork, *, extent: Bounds | None = None) -> Difference:
    """Compare two networks way by way within the extent of both, or within ``extent`` (west, south, east, north) if given.

    A way that only one network has is added or removed if it lies in that extent; one that both have is compared if it lies
    there in both. Closed and opened: for a mode, by the share of its length that the mode may use (in either direction), also
    where the way got cut off from the rest. One-way changed: the direction in which a mode may use most of it; a way drawn the
    other way round is the same. Raises :class:`NetworkError` where there is no common extent.
    """
    common = extent or common_extent(before.bounds, after.bounds)
    first, second = way_sums(before), way_sums(after)
    pairs = _Pairs.of(first, second, common)
    moved = _moved_metres(before, after, pairs)
    return Difference(
        extent=common,
        before_count=len(first.way_id),
        after_count=len(second.way_id),
        compared_count=int(pairs.is_both.sum()),
        outside_before=_outside(first, pairs.before),
        outside_after=_outside(second, pairs.after),
        changes=_changes(before.modes, after.modes, pairs, moved),
    )


def common_extent(first: Bounds, second: Bounds) -> Bounds:
    """Return the rectangle that two have in common; raise :class:`NetworkError` if there is none."""
    west, south = max(first[0], second[0]), max(first[1], second[1])
    east, north = min(first[2], second[2]), min(first[3], second[3])
    if west >= east or south >= north:
        raise NetworkError(Problem(code="difference.no_common_extent"))
    return west, south, east, north


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pairs:
    """The P ways that are compared, by rising id; before, after: (P,) index among the ways of a network, ``ABSENT`` if none."""

    way_id: Int64Array
    first: WaySums
    second: WaySums
    before: Int64Array
    after: Int64Array

    @classmethod
    def of(cls, first: WaySums, second: WaySums, extent: Bounds) -> "_Pairs":
        """Pair the ways of two networks that lie within ``extent`` wherever they are."""
        ids = np.union1d(first.way_id, second.way_id)
        before, after = _index(first.way_id, ids), _index(second.way_id, ids)
        kept = _inside(first, before, extent) & _inside(second, after, extent)
        return cls(way_id=ids[kept], first=first, second=second, before=before[kept], after=after[kept])

    @property
    def is_both(self) -> BoolArray:
        """(P,) both networks have the way."""
        return np.asarray((self.before != ABSENT) & (self.after != ABSENT))

    def values(self, name: str, blank: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return (…, P) a field of the ways before and after, ``blank`` where absent."""
        found = []
        for sums, index in ((self.first, self.before), (self.second, self.after)):
            values = getattr(sums, name)
            found.append(np.where(index != ABSENT, values[..., index], blank))
        return found[0], found[1]


def _index(known: Int64Array, ids: Int64Array) -> Int64Array:
    place = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where(known[place] == ids, place, ABSENT)


def _inside(sums: WaySums, index: Int64Array, extent: Bounds) -> BoolArray:
    """Say which ways lie within ``extent``; those that are absent do."""
    west, south, east, north = sums.bounds
    margin = EXTENT_MARGIN_DEGREES
    inside = (west >= extent[0] - margin) & (south >= extent[1] - margin)
    inside &= (east <= extent[2] + margin) & (north <= extent[3] + margin)
    return np.asarray((index == ABSENT) | inside[index])


def _outside(sums: WaySums, compared: Int64Array) -> tuple[int, float]:
    left = np.ones(len(sums.way_id), np.bool_)
    left[compared[compared != ABSENT]] = False
    return int(left.sum()), float(sums.metres[left].sum())


def _moved_metres(before: TravelNetwork, after: TravelNetwork, pairs: _Pairs) -> Float64Array:
    """Return (P,) how far the vertices of a way lie from its other shape at most, NaN where there is nothing to measure.

    Source: the discrete Hausdorff distance, as in GEOS.
    """
    keys = pairs.values("shape_key", np.uint64(0))
    suspects = np.flatnonzero(pairs.is_both & (keys[0] != keys[1]))
    metres = np.full(len(pairs.way_id), np.nan)
    if len(suspects):
        plane = Plane.around(after.node_lon, after.node_lat)
        old, new = (way_lines(network, pairs.way_id[suspects], plane) for network in (before, after))
        metres[suspects] = shapely.hausdorff_distance(old, new)
    return metres


def _changes(modes_before: tuple[str, ...], modes_after: tuple[str, ...], pairs: _Pairs, moved: Float64Array) -> WayChanges:
    modes = tuple(mode for mode in modes_after if mode in modes_before)
    rows = [modes_before.index(mode) for mode in modes], [modes_after.index(mode) for mode in modes]
    metres = pairs.values("metres", 0.0)
    classes = pairs.values("class_name", "")
    open_metres = [values[chosen] for values, chosen in zip(pairs.values("open_metres", 0.0), rows, strict=True)]
    both = pairs.is_both
    closed, opened = _closed(metres, open_metres, both)
    turned = _turned(pairs, rows) & both
    is_ = {
        "added": pairs.before == ABSENT,
        "removed": pairs.after == ABSENT,
        "closed": (closed > 0).any(axis=0),
        "opened": (opened > 0).any(axis=0),
        "class_changed": both & (classes[0] != classes[1]),
        "one_way_changed": turned.any(axis=0),
        "moved": both & ((moved > MOVED_METRES) | (np.abs(metres[1] - metres[0]) > MOVED_METRES)),
    }
    mode_metres = dict.fromkeys(CHANGES, open_metres[1]) | {
        "removed": open_metres[0], "closed": closed, "opened": opened, "one_way_changed": open_metres[1] * turned,
    }  # fmt: skip
    kept = np.logical_or.reduce(list(is_.values()))
    return WayChanges(
        modes=modes, way_id=pairs.way_id[kept], is_={change: flags[kept] for change, flags in is_.items()},
        class_before=classes[0][kept], class_after=classes[1][kept], metres_before=metres[0][kept],
        metres_after=metres[1][kept], moved_metres=moved[kept],
        mode_metres={change: values[:, kept] for change, values in mode_metres.items()},
    )  # fmt: skip


def _closed(
    metres: tuple[Float64Array, Float64Array], open_metres: list[Float64Array], both: BoolArray
) -> tuple[Float64Array, Float64Array]:
    """Return (M, P) metres that were closed, and that were opened, for each mode; 0 where it is too little to count."""
    shares = [usable / np.maximum(length, 1e-9) for usable, length in zip(open_metres, metres, strict=True)]
    lost = (shares[0] - shares[1]) * np.minimum(*metres) * both
    enough = np.abs(lost) > np.minimum(CLOSED_METRES, CLOSED_SHARE * np.minimum(*metres))
    return np.where(enough & (lost > 0), lost, 0.0), np.where(enough & (lost < 0), -lost, 0.0)


def _turned(pairs: _Pairs, rows: tuple[list[int], list[int]]) -> BoolArray:
    """Return (M, P): the mode could and can use the way, but not in the same directions."""
    before, after = (values[chosen] for values, chosen in zip(pairs.values("use", CLOSED), rows, strict=True))
    advance = pairs.values("advance", 0.0)
    drawn_back = (advance[0] * advance[1]).sum(axis=0) < 0
    swapped = np.array([CLOSED, BOTH_WAYS, AGAINST, ALONG], np.uint8)[after]
    after = np.where(drawn_back, swapped, after)
    return np.asarray((before != CLOSED) & (after != CLOSED) & (before != after))


def _sum(count: int, metres: float) -> dict[str, float]:
    return {"ways": count, "km": round(metres / METRES_PER_KM, 3)}


def _sums(changes: WayChanges, change: str) -> dict[str, Any]:
    chosen = changes.is_[change]
    metres, by_mode = changes.metres(change)[chosen], changes.mode_metres[change][:, chosen]
    names, group = np.unique(changes.class_now[chosen], return_inverse=True)
    return {
        **_sum(int(chosen.sum()), float(metres.sum())),
        "by_mode": _by_mode(changes.modes, by_mode),
        "by_class": {
            str(name): {
                **_sum(int((group == i).sum()), float(metres[group == i].sum())),
                "by_mode": _by_mode(changes.modes, by_mode[:, group == i]),
            }
            for i, name in enumerate(names)
        },
    }


def _by_mode(modes: tuple[str, ...], metres: Float64Array) -> dict[str, dict[str, float]]:
    return {mode: _sum(int((row > 0).sum()), float(row.sum())) for mode, row in zip(modes, metres, strict=True)}
