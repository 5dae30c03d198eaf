"""Load venues from a CSV or GeoJSON file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from geo.cli import GigshedCommand
from geo.ingest.venues import read_venues
from geo.management.data_file import add_source_options, source_of
from geo.models import Occupation, Venue
from geo.selectors import ground
from geo.services.venues import save_venues


class Command(GigshedCommand):
    """Read strictly, say everything that is wrong, or keep all rows."""

    help = "Load venues from a CSV or GeoJSON file; a code on record is brought up to date, a new one added."
    teaches = f"""\
Columns (docs/data-files.md tells each in full):
  required  code, name_zh, kind, status, lon, lat
  optional  name_en, datum (wgs84 or cgcs2000), region_code, address, floor_area_m2, capacity_persons, staff_persons,
            waiting_persons, phone, operator, occupations (codes, ";" between),
            opening_hours (Mo-Fr 05:30-11:30; Sa,Su 06:00-10:00)
  kind      {", ".join(Venue.Kind.values[:6])},
            {", ".join(Venue.Kind.values[6:])}
  status    {", ".join(Venue.Status.values)}
In GeoJSON the point gives lon and lat, the properties give the rest. GCJ-02 and BD-09 are refused: convert them first.

Examples:
  manage.py load_venues venues.csv --owner "南京市人社局"
  manage.py load_venues venues.geojson --source nanjing-venues-2022 --json

Exit codes: 0 loaded; 2 something in the file is wrong, all problems are listed, nothing was changed.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the file and its source."""
        add_source_options(parser)

    def run(self, *, file: Path, **options: Any) -> dict[str, Any]:
        """Read, keep, count."""
        with self.progress("venues") as progress:
            read = read_venues(
                file, ground(on=timezone.localdate()), kinds=Venue.Kind.values, statuses=Venue.Status.values,
                occupations=set(Occupation.objects.values_list("code", flat=True)),
            )  # fmt: skip
            progress(0.5)
            with transaction.atomic():
                source = source_of({"file": file, **options}, kind="venues")
                kept = save_venues(read, source)
        count = len(read.rows)
        lines = [
            f"{file.name}：{count} 个场所，新增 {kept.created_count}，更新 {kept.updated_count}；来源 {source.slug}。 / "
            f"{file.name}: {count} venues, {kept.created_count} new, {kept.updated_count} updated; source {source.slug}."
        ]
        if read.border_count:
            lines.append(
                f"{read.border_count} 个点在所属区域边界外 1 公里以内，归入该区域（边界经过概化）。 / "
                f"{read.border_count} points lie up to 1 km outside their region's generalised boundary and were kept under it."
            )
        return {
            "lines": lines, "venues": count, "created": kept.created_count, "updated": kept.updated_count,
            "near_border": read.border_count, "source": source.slug,
        }  # fmt: skip
