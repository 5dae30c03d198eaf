"""What became of regions: merged, renamed, given a new code. Older tables are joined through it."""

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from geo.ingest.facts import FIXTURES_DIR
from geo.ingest.region_join import Joined, KnownRegion, Succession, join_regions
from geo.models import Region, RegionSuccession

SUCCESSIONS = FIXTURES_DIR / "region_successions.csv"
_PROVINCE_DIGITS = 2


def read_successions(path: Path = SUCCESSIONS) -> list[tuple[Succession, str]]:
    """Return the changes of a table, each with the document that it rests on."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [(_succession(row), row["document"]) for row in csv.DictReader(file)]


def _succession(row: dict[str, str]) -> Succession:
    return Succession(
        predecessor_code=row["predecessor_code"], predecessor_name=row["predecessor_name"],
        successor_code=row["successor_code"], share=float(row["share"]),
        happened_on=dt.date.fromisoformat(row["happened_on"]),
    )  # fmt: skip


@transaction.atomic
def keep_successions(province_code: str, path: Path = SUCCESSIONS) -> int:
    """Record the known changes of a province, and end what is on record under an old code; return how many are known.

    Run again it changes nothing. Changes that a person recorded stay.
    """
    prefix = province_code[:_PROVINCE_DIGITS]
    known = [(each, document) for each, document in read_successions(path) if each.predecessor_code.startswith(prefix)]
    for each, document in known:
        RegionSuccession.objects.update_or_create(
            predecessor_code=each.predecessor_code, successor_code=each.successor_code, happened_on=each.happened_on,
            defaults={"predecessor_name": each.predecessor_name, "share": each.share, "document": document},
        )  # fmt: skip
        if each.predecessor_code != each.successor_code:
            close_region(each.predecessor_code, on=each.happened_on)
    return len(known)


@transaction.atomic
def close_region(code: str, *, on: dt.date) -> int:
    """End the region of ``code`` that is on record without an end and began before ``on``; return how many ended, 0 or 1."""
    open_ones = list(Region.objects.filter(code=code, valid_until=None, valid_from__lt=on))
    for region in open_ones:
        region.valid_until = on
        region.save()
    return len(open_ones)


def known_regions(*, on: dt.date) -> list[KnownRegion]:
    """Return the regions valid on a day; later validity wins for one code."""
    valid = Q(valid_until=None) | Q(valid_until__gt=on)
    rows = Region.objects.filter(valid, valid_from__lte=on).order_by("code", "valid_from").defer("boundary")
    newest = {row.code: row for row in rows}
    return [
        KnownRegion(code=row.code, name=row.name_zh, path=row.path, is_zone=row.unit_type == Region.UnitType.FUNCTIONAL_ZONE)
        for row in newest.values()
    ]


def known_successions(*, on: dt.date) -> list[Succession]:
    """Return the changes on record up to a day."""
    return [
        Succession(
            predecessor_code=row.predecessor_code, predecessor_name=row.predecessor_name, successor_code=row.successor_code,
            share=row.share, happened_on=row.happened_on,
        )
        for row in RegionSuccession.objects.filter(happened_on__lte=on)
    ]  # fmt: skip


def join_to_regions(
    codes: Sequence[str], names: Sequence[str], year: int, *, on: dt.date, parents: Sequence[str] | None = None
) -> Joined:
    """Join the rows of a table of ``year`` to the regions on record that are valid on a day; see :func:`join_regions`."""
    return join_regions(codes, names, year, known_regions(on=on), known_successions(on=on), parents)
