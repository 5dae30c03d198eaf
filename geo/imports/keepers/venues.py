"""Venues as records of an import: everything a file may say of them, read and written in batches."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.contrib.gis.geos import Point
from django.db.models import Model

from geo.imports.keepers.base import Origin, batches
from geo.imports.keepers.bulk import insert_rows
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


_COLUMNS = ("code", "location", "region", "source", "source_datum", *PLAIN)
_HOURS = ("venue", "season", "weekday_mask", "opens_at", "closes_at")
_COUNTS = ("venue", "counted_on", "hour", "workers_persons")
_ORIGIN = ("venue", "x", "y", "datum", "batch", "row")


class VenueKeeper:
    """Reads and writes venues with their hours, trades, details, counts and original coordinates."""

    model: type[Model] = Venue

    def __init__(self, source: DataSource, batch: ImportBatch | None) -> None:
        self._source, self._batch = source, batch

    def current(self, keys: Sequence[str]) -> dict[str, Record]:
        """Return the venues of ``keys`` that exist, with every field a file may have."""
        found: dict[str, Record] = {}
        regions = dict(Region.objects.values_list("pk", "code"))
        for part in batches(keys):
            venues = list(Venue.objects.filter(code__in=part).select_related("candidate", "gathering"))
            found |= _records(venues, regions)
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

    def others(self, keys: Sequence[str]) -> list[str]:
        """Return nothing: a venue outlives the file that brought it."""
        return []

    def pks(self, keys: Sequence[str]) -> dict[str, int]:
        """Return the primary key of each venue of ``keys``."""
        return {
            code: pk for part in batches(keys) for code, pk in Venue.objects.filter(code__in=part).values_list("code", "pk")
        }

    def keep(self, records: Sequence[Record], origins: Sequence[Origin | None]) -> None:
        """Create or update the venues of ``records``; what a record does not name stays as it is."""
        regions = dict(Region.objects.filter(valid_until=None).values_list("code", "pk"))
        for part in batches(list(zip(records, origins, strict=True))):
            rows = [record for record, _ in part]
            known = set(self.pks([record["code"] for record in rows]))
            update = ["location", "region", "source", "source_datum", *(name for name in PLAIN if name in rows[0])]
            insert_rows(Venue, _COLUMNS, [self._row(record, regions, origin) for record, origin in part],
                        conflict=["code"], update=update)  # fmt: skip
            pks = self.pks([record["code"] for record in rows])
            self._keep_parts([_Pair(pks[record["code"]], record["code"] in known, record, origin) for record, origin in part])

    def _row(self, record: Record, regions: dict[str, int], origin: Origin | None) -> tuple[Any, ...]:
        place = Point(record["lon"], record["lat"], srid=WGS84)
        plain = (_stored(name, record.get(name)) for name in PLAIN)
        return (
            record["code"], place, regions[record["region"]], self._source.pk, origin.datum if origin else "wgs84", *plain,
        )  # fmt: skip

    def _keep_parts(self, pairs: Sequence["_Pair"]) -> None:
        _replace(OpeningHours, _HOURS, [p for p in pairs if "opening_hours" in p.record], _hours)
        _replace(Venue.occupations.through, ("venue", "occupation"), [p for p in pairs if "occupations" in p.record],
                 partial(_trades, dict(Occupation.objects.values_list("code", "pk"))))  # fmt: skip
        _keep_counts([p for p in pairs if p.record.get("counted_on")])
        _keep_details(CandidateDetail, [p for p in pairs if "action" in p.record], "action", CANDIDATE, _candidate)
        shown = [p for p in pairs if _is_gathering(p.record)]
        _keep_details(GatheringDetail, shown, "", ("mode_shares", *GATHERING), _gathering)
        insert_rows(
            VenueOrigin, _ORIGIN, [_origin(self._batch, p, p.origin) for p in pairs if p.origin is not None],
            conflict=["venue"], update=_ORIGIN[1:],
        )  # fmt: skip

    def remove(self, keys: Sequence[str]) -> None:
        """Remove the venues of ``keys``."""
        for part in batches(keys):
            Venue.objects.filter(code__in=part).delete()


class _Pair(NamedTuple):
    """A venue on record and what a file says of it."""

    pk: int
    is_known: bool
    record: Record
    origin: Origin | None


def _stored(name: str, value: Any) -> Any:
    return value or "" if name in _TEXTS else value


def _replace(
    model: type[Model], names: Sequence[str], pairs: Sequence[_Pair], rows_of: Callable[[_Pair], Iterable[Sequence[Any]]]
) -> None:
    """Put the parts of each venue in the place of those on record."""
    known = [pair.pk for pair in pairs if pair.is_known]
    if known:
        model._default_manager.filter(venue__in=known).delete()
    insert_rows(model, names, [row for pair in pairs for row in rows_of(pair)])


def _trades(trades: Mapping[str, int], pair: _Pair) -> list[tuple[Any, ...]]:
    return [(pair.pk, trades[code]) for code in pair.record["occupations"]]


def _hours(pair: _Pair) -> list[tuple[Any, ...]]:
    spans = parse_hours(pair.record["opening_hours"] or "") or ()
    return [(pair.pk, span.season, span.weekday_mask, span.opens_at, span.closes_at) for span in spans]


def _keep_counts(pairs: Sequence[_Pair]) -> None:
    """Keep the counts of a day as the last ones; those of earlier days stay."""
    for pair in pairs:
        if pair.is_known:
            HourlyCount.objects.filter(venue_id=pair.pk, counted_on__gte=pair.record["counted_on"]).delete()
    insert_rows(HourlyCount, _COUNTS, [row for pair in pairs for row in _counts(pair)])


def _counts(pair: _Pair) -> list[tuple[Any, ...]]:
    return [
        (pair.pk, pair.record["counted_on"], int(name.removeprefix(COUNT_PREFIX)), value)
        for name, value in pair.record.items()
        if name.startswith(COUNT_PREFIX) and value is not None
    ]


def _keep_details(
    model: type[Model], pairs: Sequence[_Pair], needed: str, names: Sequence[str], row_of: Callable[[_Pair], tuple[Any, ...]]
) -> None:
    """Keep the details that the records name; where the one ``needed`` is empty, there are none."""
    gone = [pair.pk for pair in pairs if pair.is_known and needed and not pair.record[needed]]
    if gone:
        model._default_manager.filter(venue__in=gone).delete()
    kept = [pair for pair in pairs if not needed or pair.record[needed]]
    if kept:
        named = [name for name in names if name in kept[0].record or (name == "mode_shares" and _names_shares(kept[0].record))]
        rows = [row_of(pair) for pair in kept]
        insert_rows(model, ("venue", *names), rows, conflict=["venue"], update=named or ["venue"])


def _candidate(pair: _Pair) -> tuple[Any, ...]:
    return (pair.pk, *(_stored(name, pair.record.get(name)) for name in CANDIDATE))


def _gathering(pair: _Pair) -> tuple[Any, ...]:
    shares = {mode: pair.record[f"{mode}_share"] for mode in MODES if pair.record.get(f"{mode}_share") is not None}
    return (pair.pk, shares, *(_stored(name, pair.record.get(name)) for name in GATHERING))


def _names_shares(record: Record) -> bool:
    return any(f"{mode}_share" in record for mode in MODES)


def _origin(batch: ImportBatch | None, pair: _Pair, origin: Origin) -> tuple[Any, ...]:
    return (pair.pk, origin.x, origin.y, origin.datum, batch.pk if batch else None, origin.row)


def _is_gathering(record: Record) -> bool:
    return _names_shares(record) or any(name in record for name in GATHERING)


def _records(venues: list[Venue], regions: Mapping[int, str]) -> dict[str, Record]:
    """Return the whole record of each venue; three queries for all."""
    pks = [venue.pk for venue in venues]
    hours: dict[int, list[Hours]] = defaultdict(list)
    spans = OpeningHours.objects.filter(venue_id__in=pks).order_by().values_list("venue_id", *_HOURS[1:])
    for pk, season, weekday_mask, opens_at, closes_at in spans:
        hours[pk].append(Hours(season=season, weekday_mask=weekday_mask, opens_at=opens_at, closes_at=closes_at))
    trades: dict[int, list[str]] = defaultdict(list)
    links = Venue.occupations.through.objects.filter(venue_id__in=pks)
    for pk, code in links.values_list("venue_id", "occupation__code"):
        trades[pk].append(code)
    counts: dict[int, list[HourlyCount]] = defaultdict(list)
    for count in HourlyCount.objects.filter(venue_id__in=pks):
        counts[count.venue_id].append(count)
    return {
        v.code: _record(v, regions[v.region_id], format_hours(hours[v.pk]), sorted(trades[v.pk]), counts[v.pk]) for v in venues
    }


def _record(venue: Venue, region: str, hours: str, trades: list[str], counts: list[HourlyCount]) -> Record:
    lon, lat = venue.location.coords
    record: Record = {"code": venue.code, "lon": lon, "lat": lat, "region": region}
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
