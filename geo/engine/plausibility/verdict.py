"""The verdict on a file: which reading fits, or that two are mixed, or that nothing can tell."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.engine.datum import Crs
from geo.engine.plausibility.evidence import Evidence, Look, Surroundings, evidence_of, look_at, with_streets
from geo.engine.plausibility.readings import MIN_POINTS, STRAY_ROWS, STRAY_SHARE, Family, Reading, independent_rows, readings_of
from geo.engine.plausibility.streets import BESIDE_METRES, FAR_METRES, KNOWN_METRES, is_clearly_nearer, is_mixture

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
Verdict = Literal["looks_right", "looks_like", "mixed", "cannot_tell"]

FAMILY_GAIN, FAMILY_LEAST, FAMILY_LEAD = 0.3, 0.5, 0.2
"""A family must place so much more of the points than the declared one, this share at least, and so much more than others."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Findings:
    """The verdict on a file and what it rests on.

    likely: the reading proposed, the declared one unless the verdict is ``looks_like`` or ``mixed``; is_datum_open: it is
    proposed for its axes, zone or packing, and streets could not tell which datum of its family; other, minority_rows: with
    ``mixed``, the second reading and the (m,) int64 positions of rows that fit it and not ``likely`` (at least these).
    """

    verdict: Verdict
    declared: Reading
    likely: Reading
    count: int
    evidence: tuple[Evidence, ...]
    is_datum_open: bool = False
    other: Reading | None = None
    minority_rows: Int64Array = field(default_factory=lambda: np.empty(0, np.int64))
    minority_share: float = 0.0

    def of(self, reading: Reading) -> Evidence:
        """Return the evidence for one of the readings."""
        return next(each for each in self.evidence if each.reading == reading)


def examine(x: Float64Array, y: Float64Array, declared: Crs, around: Surroundings | None = None) -> Findings:
    """Return what speaks for and against the declared datum.

    x, y: (n,) float64 as given, longitude or easting first, NaN where a row has none.

    1. Families of readings: another one is taken only where it puts at least half of the points, and 30 points in 100 more
       than the declared one, where they should be. Numbers that are all degrees, minutes and seconds are read as such.
    2. Rows that only another family places: at least 5 and 1 % make the file ``mixed``.
    3. Readings of the family by streets: rows far from streets under one and beside them under another, more often than chance
       allows, make it ``mixed``; otherwise the one that is clearly nearer than every other is right.
    """
    around = around or Surroundings()
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    rows = independent_rows(x, y)
    stated = Reading(crs=declared)
    looks = [look_at(reading, x, y, rows, around) for reading in readings_of(x[rows], y[rows], declared)]
    family = _family(looks, around)
    members = [with_streets(look, around) if look.reading.family == family else look for look in looks]
    found = Findings(
        verdict="cannot_tell", declared=stated, likely=stated, count=len(rows),
        evidence=tuple(evidence_of(look, rows, around) for look in members),
    )  # fmt: skip
    of_family = [look for look in members if look.reading.family == family]
    return _decided(found, of_family, looks, x, y, around) if len(rows) >= MIN_POINTS and of_family else found


def _family(looks: list[Look], around: Surroundings) -> Family | None:
    """Return the family that places the points; None where none places half of them."""
    if not looks[0].placed.size:
        return None
    shares: dict[Family, float] = {}
    for look in looks:
        family = look.reading.family
        shares[family] = max(shares.get(family, 0.0), float(look.placed.mean()))
    stated = looks[0].reading.family
    packed = next((family for family in shares if family[1]), None)
    if packed and shares[packed] >= shares[stated] - 1 / MIN_POINTS:
        return packed
    best, second, *_ = [*sorted((f for f in shares if f != stated), key=lambda f: -shares[f]), None, None]
    if best and shares[best] >= max(FAMILY_LEAST, shares[stated] + FAMILY_GAIN):
        return best if second is None or shares[best] >= shares[second] + FAMILY_LEAD else None
    return stated if shares[stated] >= FAMILY_LEAST or not around.knows_places else None


def _decided(
    found: Findings, members: list[Look], looks: list[Look], x: Float64Array, y: Float64Array, around: Surroundings
) -> Findings:
    best, is_clear = _nearest(members)
    main = best if is_clear else next((m for m in members if m.reading.crs == found.declared.crs), members[0])
    out = _rows_out(x, y, members, around)
    for strange in (look.reading for look in looks if look.reading.family != main.reading.family):
        rows = out[look_at(strange, x, y, out, around).placed]
        if len(rows) >= max(STRAY_ROWS, STRAY_SHARE * np.isfinite(x).sum()):
            return _mixed(found, main.reading, strange, rows, x)
    mixture = _mixture(members)
    if mixture:
        return _mixed(found, *mixture, _fit_other(x, y, *mixture, around), x)
    if main.reading != found.declared:
        is_open = not is_clear and len(members) > 1
        return replace(found, verdict="looks_like", likely=main.reading, is_datum_open=is_open)
    alone = len(members) == 1 and around.knows_places and float(main.placed.mean()) > 1 - FAMILY_GAIN
    return replace(found, verdict="looks_right") if is_clear or alone else found


def _known(members: list[Look]) -> npt.NDArray[np.bool_]:
    """Say which points lie where streets are known in every reading: the edge of the streets must not pass for evidence."""
    return np.asarray(np.all([look.metres <= KNOWN_METRES for look in members], axis=0))


def _nearest(members: list[Look]) -> tuple[Look, bool]:
    """Return the reading nearest to streets, and whether it is clearly nearer than every other."""
    known = _known(members)
    if not known.any():
        return members[0], False
    best = min(members, key=lambda look: float(np.median(look.metres[known])))
    others = [look for look in members if look is not best]
    return best, bool(others) and all(is_clearly_nearer(best.metres[known], other.metres[known]) for other in others)


def _mixture(members: list[Look]) -> tuple[Reading, Reading] | None:
    """Return the reading that most rows fit, and another that the rest fits; None without such a rest."""
    known = _known(members)
    one = max(members, key=lambda look: int((look.metres[known] <= BESIDE_METRES).sum()))
    for other in members:
        if other is not one and is_mixture(one.metres[known], other.metres[known]):
            return one.reading, other.reading
    return None


def _fit_other(x: Float64Array, y: Float64Array, one: Reading, other: Reading, around: Surroundings) -> Int64Array:
    """Return positions of all rows that lie far from streets in ``one`` and beside them in ``other``."""
    every = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    near = [with_streets(look_at(each, x, y, every, Surroundings()), around).metres for each in (one, other)]
    return every[(near[0] > FAR_METRES) & (near[1] <= BESIDE_METRES)]


def _rows_out(x: Float64Array, y: Float64Array, members: list[Look], around: Surroundings) -> Int64Array:
    """Return positions of all rows that no reading of the family places."""
    out = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & ~((np.abs(x) <= 1) & (np.abs(y) <= 1)))
    for member in members:
        out = out[~look_at(member.reading, x, y, out, around).placed]
    return out


def _mixed(found: Findings, likely: Reading, other: Reading, rows: Int64Array, x: Float64Array) -> Findings:
    share = len(rows) / max(int(np.isfinite(x).sum()), 1)
    return replace(found, verdict="mixed", likely=likely, other=other, minority_rows=rows, minority_share=share)
