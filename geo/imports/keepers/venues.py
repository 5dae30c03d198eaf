"""Venues as records of an import: everything a file may say of them, read and written in batches."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Model

from geo.imports.kinds.base import Record
from geo.imports.kinds.venues import COUNT_PREFIX, MODES
from geo.ingest.hours import Hours, format_hours, parse_hours
from geo.models import (
    WGS84,
    CandidateDetail,
    DataSource,
    GatheringDetail,
    HourlyCount,
    ImportBatch,
    Occupation,
    OpeningHours,
    Region,
    Venue,
    VenueOrigin,
)  # fmt: skip

BATCH_ROWS = 2_000
PLAIN = (
    "name_zh", "name_en", "kind", "status", "address", "floor_area_m2", "capacity_persons", "staff_persons", "waiting_persons",
    "phone", "operator",
)  # fmt: skip
CANDIDATE = (
    "action", "land_status", "ownership", "build_cost_yuan", "yearly_cost_yuan", "lead_months", "has_van_access", "risk",
    "proposer",
)  # fmt: skip
GATHERING = ("landmark", "started_year", "department", "disposition")
_TEXTS = frozenset({
    "name_en", "address", "phone", "operator", "land_status", "ownership", "risk", "proposer", "landmark", "department",
    "disposition",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The coordinates of a row as given, with their datum."""

    row: int
    x: float
    y: float
    datum: str


def batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield ``items`` in portions that a database takes at once."""
    for start in range(0, len(items), BATCH_ROWS):
        yield items[start : start + BATCH_ROWS]


class VenueKeeper:
    """Reads and writes venues with their hours, trades, details, counts and original coordinates."""

    def __init__(self, source: DataSource, batch: ImportBatch | None) -> None:
        self._source, self._batch = source, batch

    def current(self, keys: Sequence[str]) -> dict[str, Record]:
        """Return the venues of ``keys`` that exist, with every field a file may have."""
        found: dict[str, Record] = {}
        for part in batches(keys):
            venues = list(Venue.objects.filter(code__in=part).select_related("region", "candidate", "gathering"))
            found |= _records(venues)
        return found

    def namesakes(self, names: Sequence[str]) -> list[tuple[str, str, float, float]]:
        """Return code, name, lon, lat of venues of these names."""
        rows = []
        for part in batches(names):
            rows += [
                (code, name, location.x, location.y)
                for code, name, location in Venue.objects.filter(name_zh__in=part).values_list("code", "name_zh", "location")
            ]
        return rows

    def keep(self, records: Sequence[Record], origins: Sequence[Origin | None]) -> list[Venue]:
        """Create or update the venues of ``records``; what a record does not name stays as it is. Returns them, as kept."""
        kept: list[Venue] = []
        regions = dict(Region.objects.filter(valid_until=None).values_list("code", "pk"))
        for part in batches(range(len(records))):
            rows = [records[i] for i in part]
            Venue.objects.bulk_create(
                [self._venue(row, regions, origins[i]) for row, i in zip(rows, part, strict=True)], update_conflicts=True,
                unique_fields=["code"], update_fields=_updated(rows),
            )  # fmt: skip
            by_code = {venue.code: venue for venue in Venue.objects.filter(code__in=[row["code"] for row in rows])}
            venues = [by_code[row["code"]] for row in rows]
            self._keep_parts(rows, venues, [origins[i] for i in part])
            kept += venues
        return kept

    def _venue(self, record: Record, regions: dict[str, int], origin: Origin | None) -> Venue:
        values = {name: _stored(name, record[name]) for name in PLAIN if name in record}
        return Venue(
            code=record["code"], location=Point(record["lon"], record["lat"], srid=WGS84), region_id=regions[record["region"]],
            source=self._source, source_datum=origin.datum if origin else "wgs84", **values,
        )  # fmt: skip

    def _keep_parts(self, rows: Sequence[Record], venues: Sequence[Venue], origins: Sequence[Origin | None]) -> None:
        pairs = list(zip(rows, venues, strict=True))
        _replace(OpeningHours, [(v, h) for r, v in pairs if "opening_hours" in r for h in [_hours(r, v)]])
        _replace(HourlyCount, [(v, c) for r, v in pairs if r.get("counted_on") for c in [_counts(r, v)]])
        _replace(CandidateDetail, [(v, [_candidate(r, v)]) for r, v in pairs if r.get("action")])
        _replace(GatheringDetail, [(v, [_gathering(r, v)]) for r, v in pairs if _is_gathering(r)])
        _replace_trades([(v, r["occupations"]) for r, v in pairs if "occupations" in r])
        _replace(
            VenueOrigin,
            [(v, [VenueOrigin(venue=v, x=o.x, y=o.y, datum=o.datum, batch=self._batch, row=o.row)])
             for v, o in zip(venues, origins, strict=True) if o is not None],
        )  # fmt: skip

    def remove(self, keys: Sequence[str]) -> None:
        """Remove the venues of ``keys``."""
        for part in batches(keys):
            Venue.objects.filter(code__in=part).delete()


def _stored(name: str, value: Any) -> Any:
    return value or "" if name in _TEXTS else value


def _updated(rows: Sequence[Record]) -> list[str]:
    return ["location", "region", "source", "source_datum", *(name for name in PLAIN if name in rows[0])]


def _replace(model: type[Model], parts: Iterable[tuple[Venue, list[Any]]]) -> None:
    """Put the parts of each venue in the place of those on record."""
    pairs = list(parts)
    if pairs:
        model._default_manager.filter(venue__in=[venue.pk for venue, _ in pairs]).delete()
        model._default_manager.bulk_create([each for _, own in pairs for each in own], batch_size=BATCH_ROWS)


def _replace_trades(pairs: list[tuple[Venue, list[str]]]) -> None:
    if not pairs:
        return
    link = Venue.occupations.through
    link.objects.filter(venue_id__in=[venue.pk for venue, _ in pairs]).delete()
    trades = dict(Occupation.objects.values_list("code", "pk"))
    link.objects.bulk_create(
        [link(venue_id=venue.pk, occupation_id=trades[code]) for venue, codes in pairs for code in codes], batch_size=BATCH_ROWS
    )


def _hours(record: Record, venue: Venue) -> list[OpeningHours]:
    return [
        OpeningHours(venue=venue, season=s.season, weekday_mask=s.weekday_mask, opens_at=s.opens_at, closes_at=s.closes_at)
        for s in parse_hours(record["opening_hours"] or "") or ()
    ]


def _counts(record: Record, venue: Venue) -> list[HourlyCount]:
    return [
        HourlyCount(
            venue=venue, counted_on=record["counted_on"], hour=int(name.removeprefix(COUNT_PREFIX)), workers_persons=value
        )
        for name, value in record.items()
        if name.startswith(COUNT_PREFIX) and value is not None
    ]


def _candidate(record: Record, venue: Venue) -> CandidateDetail:
    return CandidateDetail(venue=venue, **{name: _stored(name, record[name]) for name in CANDIDATE if name in record})


def _is_gathering(record: Record) -> bool:
    return any(name in record for name in (*GATHERING, *(f"{mode}_share" for mode in MODES)))


def _gathering(record: Record, venue: Venue) -> GatheringDetail:
    shares = {mode: record[f"{mode}_share"] for mode in MODES if record.get(f"{mode}_share") is not None}
    values = {name: _stored(name, record[name]) for name in GATHERING if name in record}
    return GatheringDetail(venue=venue, mode_shares=shares, **values)


def _records(venues: list[Venue]) -> dict[str, Record]:
    """Return the whole record of each venue; three queries for all."""
    pks = [venue.pk for venue in venues]
    hours: dict[int, list[Hours]] = defaultdict(list)
    for span in OpeningHours.objects.filter(venue_id__in=pks):
        hours[span.venue_id].append(
            Hours(season=span.season, weekday_mask=span.weekday_mask, opens_at=span.opens_at, closes_at=span.closes_at)
        )
    trades: dict[int, list[str]] = defaultdict(list)
    links = Venue.occupations.through.objects.filter(venue_id__in=pks)
    for pk, code in links.values_list("venue_id", "occupation__code"):
        trades[pk].append(code)
    counts: dict[int, list[HourlyCount]] = defaultdict(list)
    for count in HourlyCount.objects.filter(venue_id__in=pks):
        counts[count.venue_id].append(count)
    return {v.code: _record(v, format_hours(hours[v.pk]), sorted(trades[v.pk]), counts[v.pk]) for v in venues}


def _record(venue: Venue, hours: str, trades: list[str], counts: list[HourlyCount]) -> Record:
    record: Record = {"code": venue.code, "lon": venue.location.x, "lat": venue.location.y, "region": venue.region.code}
    record |= {name: getattr(venue, name) for name in PLAIN} | {"opening_hours": hours, "occupations": trades}
    candidate, gathering = getattr(venue, "candidate", None), getattr(venue, "gathering", None)
    if candidate is not None:
        record |= {name: getattr(candidate, name) for name in CANDIDATE}
    if gathering is None and venue.kind == Venue.Kind.INFORMAL_GATHERING_POINT:
        gathering = GatheringDetail()  # one without details has empty ones
    if gathering is not None:
        record |= {name: getattr(gathering, name) for name in GATHERING}
        record |= {f"{mode}_share": gathering.mode_shares.get(mode) for mode in MODES}
    latest = max((count.counted_on for count in counts), default=None)
    record["counted_on"] = latest.isoformat() if latest else None
    return record | {f"{COUNT_PREFIX}{c.hour:02d}": c.workers_persons for c in counts if c.counted_on == latest}
