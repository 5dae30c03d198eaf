"""Venues, candidates and gathering points as the checks see them, read once for all data sets."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import Exists, F, OuterRef
from scipy.spatial import cKDTree

from geo.engine.crs import Plane
from geo.engine.errors import NetworkError
from geo.imports.fields import normal
from geo.models import HourlyCount, OpeningHours, Venue
from geo.quality.lines import Finding, Words
from geo.quality.records import QualityRecords
from geo.quality.streets import Streets

Float64Array = npt.NDArray[np.float64]

DUPLICATE_METRES = 150.0
_DEGREE_DIGITS = 6
_SIMPLE_DEGREES = 0.002
_SPECIAL = {
    Venue.Kind.CANDIDATE_SITE.value: "candidates",
    Venue.Kind.INFORMAL_GATHERING_POINT.value: "gathering-points",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class VenueFacts:
    """One venue; lon, lat in degrees WGS-84; x, y, given_datum: its coordinates as given, None where they are not on record."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    region_code: str
    region_pk: int
    source_pk: int
    datum: str
    phone: str
    address: str
    capacity_persons: int | None
    floor_area_m2: float | None
    waiting_persons: int | None
    action: str | None
    x: float | None
    y: float | None
    given_datum: str | None
    has_hours: bool
    has_counts: bool
    lon: float
    lat: float

    @property
    def category(self) -> str:
        """The data set that this kind of venue belongs to."""
        return category_of(self.kind)

    def finding(self, detail: str | Words = "", value: float | None = None) -> Finding:
        """Return the venue as a record of a line."""
        return Finding(
            key=self.code, name=(self.name_zh, self.name_en or self.name_zh), region_code=self.region_code, detail=detail,
            value=value, lon=self.lon, lat=self.lat,
        )  # fmt: skip


_COLUMNS = {
    "code": "code", "kind": "kind", "name_zh": "name_zh", "name_en": "name_en", "region_code": "region__code",
    "region_pk": "region_id", "source_pk": "source_id", "datum": "source_datum", "phone": "phone", "address": "address",
    "capacity_persons": "capacity_persons", "floor_area_m2": "floor_area_m2", "waiting_persons": "waiting_persons",
    "action": "candidate__action", "x": "origin__x", "y": "origin__y", "given_datum": "origin__datum",
    "has_hours": "has_hours", "has_counts": "has_counts",
}  # fmt: skip


def category_of(kind: str) -> str:
    """Return the data set that a kind of venue belongs to."""
    return _SPECIAL.get(kind, "venues")


def venue_facts(records: QualityRecords) -> list[VenueFacts]:
    """Return the venues in the order of their codes."""
    rows = records.venues.annotate(
        wkb=AsWKB("location"), has_hours=Exists(OpeningHours.objects.filter(venue=OuterRef("pk"))),
        has_counts=Exists(HourlyCount.objects.filter(venue=OuterRef("pk"))),
    ).order_by(F("code"))  # fmt: skip
    values = list(rows.values_list(*_COLUMNS.values(), "wkb"))
    points = shapely.get_coordinates(shapely.from_wkb([bytes(row[-1]) for row in values])).tolist()
    return [
        VenueFacts(**dict(zip(_COLUMNS, row[:-1], strict=True)), lon=lon, lat=lat)
        for row, (lon, lat) in zip(values, points, strict=True)
    ]


class VenueGround:
    """All venues with what each check needs of the whole: who lies beside whom, how far streets are, where regions are."""

    def __init__(self, records: QualityRecords) -> None:
        self.facts = venue_facts(records)
        self._records = records
        self._rows = {venue.code: row for row, venue in enumerate(self.facts)}

    @cached_property
    def shapes(self) -> dict[int, shapely.Geometry]:
        """Boundaries, degrees WGS-84, of the regions that venues are kept under."""
        regions = self._records.regions.filter(pk__in={venue.region_pk for venue in self.facts}).exclude(boundary=None)
        return {
            pk: shapely.from_wkb(bytes(wkb)) for pk, wkb in regions.annotate(wkb=AsWKB("boundary")).values_list("pk", "wkb")
        }

    @cached_property
    def area(self) -> shapely.Geometry | None:
        """All regions together, to some hundred metres; None without boundaries."""
        shapes = shapely.simplify(list(self.shapes.values()), _SIMPLE_DEGREES)
        return shapely.union_all(shapely.buffer(shapes, 0.0)) if len(shapes) else None

    @cached_property
    def _street_metres(self) -> Float64Array | None:
        """(n,) metres to the nearest street, ``inf`` beyond the limit; None without streets that can be read."""
        if self._records.streets is None:
            return None
        try:
            return self._records.streets.metres(*coordinates(self.facts))
        except NetworkError:  # the doctor tells of it; all other checks can be made
            return None

    @property
    def streets(self) -> Streets | None:
        """The streets, if there are any that can be read."""
        return None if self._street_metres is None else self._records.streets

    def street_metres_of(self, venues: list[VenueFacts]) -> Float64Array | None:
        """Return the distances of some of the venues; None without streets."""
        metres = self._street_metres
        return None if metres is None else metres[[self._rows[venue.code] for venue in venues]]

    @cached_property
    def namesakes(self) -> dict[str, tuple[str, float]]:
        """Code → the code of a venue of the same name and category nearby, and how many metres away."""
        lon, lat = coordinates(self.facts)
        metres = np.column_stack(Plane.around(lon, lat).to_metres(lon, lat)) if len(lon) else np.empty((0, 2))
        groups: dict[tuple[str, str], list[int]] = {}
        for row, venue in enumerate(self.facts):
            groups.setdefault((venue.category, normal(venue.name_zh)), []).append(row)
        found: dict[str, tuple[str, float]] = {}
        for rows in groups.values():
            for i, j in sorted(cKDTree(metres[rows]).query_pairs(DUPLICATE_METRES)) if len(rows) > 1 else ():
                one, other = self.facts[rows[i]], self.facts[rows[j]]
                apart = float(np.hypot(*(metres[rows[i]] - metres[rows[j]])))
                found.setdefault(one.code, (other.code, apart))
                found.setdefault(other.code, (one.code, apart))
        return found

    @cached_property
    def crowded(self) -> dict[str, int]:
        """Code → how many venues of its category have exactly its coordinates, where they are more than one."""
        places: dict[tuple[str, float, float], list[str]] = {}
        for each in self.facts:
            key = (each.category, round(each.lon, _DEGREE_DIGITS), round(each.lat, _DEGREE_DIGITS))
            places.setdefault(key, []).append(each.code)
        return {code: len(codes) for codes in places.values() if len(codes) > 1 for code in codes}


def coordinates(venues: Iterable[VenueFacts]) -> tuple[Float64Array, Float64Array]:
    """Return lon, lat: (n,) float64 degrees."""
    listed = list(venues)
    return np.array([each.lon for each in listed], np.float64), np.array([each.lat for each in listed], np.float64)
