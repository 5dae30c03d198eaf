"""Load gig workers by H3 cell from a CSV or GeoJSON file."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from geo.cli import GigshedCommand
from geo.ingest.demand import DEFAULT_RESOLUTION, RESOLUTIONS, read_demand
from geo.management.data_file import add_source_options, source_of
from geo.models import DemandCell
from geo.selectors import ground
from geo.services.demand import KeptDemand, save_demand

_YEARS = range(1950, 2101)


def _year(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) not in _YEARS:
        raise ArgumentTypeError(f"{text!r}: {_YEARS.start}-{_YEARS.stop - 1}")
    return int(text)


class Command(GigshedCommand):
    """Read strictly, say everything that is wrong, or keep all rows."""

    help = (
        "Load gig workers by H3 cell from a CSV or GeoJSON file; a cell on record under the same source is brought up to date."
    )
    teaches = f"""\
Columns (docs/data-files.md tells each in full):
  required  workers_persons, settlement_class (urban or rural), and h3_index or lon, lat (or all three: they must agree)
  optional  region_code, workers_<group> (for instance workers_construction; the groups must sum to workers_persons)
All cells have one H3 resolution: --resolution, else that of the first h3_index, else {DEFAULT_RESOLUTION}. Each cell stands in
the file once. In GeoJSON a point, or a polygon's centroid, gives lon and lat. Counts of people only, never persons.

Examples:
  manage.py load_demand workers.csv --year 2020 --modelled --method "census x share of gig trades"
  manage.py load_demand survey.geojson --year 2022 --confidence high --source survey-2022 --replace --json

Exit codes: 0 loaded; 2 something in the file is wrong, all problems are listed, nothing was changed.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the file, its source, year and confidence."""
        add_source_options(parser)
        parser.add_argument("--year", type=_year, required=True, help="year the counts are of")
        parser.add_argument("--confidence", choices=DemandCell.Confidence.values, default="medium", help="default: medium")
        parser.add_argument("--modelled", action="store_true", help="the counts come from a model, and every page says so")
        parser.add_argument("--resolution", type=int, choices=RESOLUTIONS, help="H3 resolution of the cells")
        parser.add_argument("--replace", action="store_true", help="remove cells of this source that the file does not name")

    def run(self, *, file: Path, year: int, confidence: str, modelled: bool, **options: Any) -> dict[str, Any]:
        """Read, keep, count."""
        with self.progress("demand") as progress:
            read = read_demand(file, ground(on=timezone.localdate()), resolution=options["resolution"])
            progress(0.5)
            with transaction.atomic():
                source = source_of({"file": file, **options}, kind="demand", year=year, is_modelled=modelled)
                kept = save_demand(read, source, year=year, confidence=confidence, replace=options["replace"])
        in_file = sum(row.workers_persons for row in read.rows)
        return {
            "lines": _lines(file.name, len(read.rows), in_file, kept, source.slug, read.border_count),
            "cells": len(read.rows), "workers_persons": in_file, "resolution": read.resolution,
            "near_border": read.border_count, "created": kept.created_count, "updated": kept.updated_count,
            "removed": kept.removed_count,
            "others_of_source": kept.others_count, "source_workers_persons": kept.workers_persons, "source": source.slug,
        }  # fmt: skip


def _lines(name: str, cells: int, workers: int, kept: KeptDemand, slug: str, border_count: int) -> list[str]:
    lines = [
        f"{name}：{cells:,} 个单元、{workers:,} 名零工；新增 {kept.created_count:,}，更新 {kept.updated_count:,}，"
        f"删除 {kept.removed_count:,}；来源 {slug}。 / "
        f"{name}: {cells:,} cells, {workers:,} gig workers; {kept.created_count:,} new, {kept.updated_count:,} updated, "
        f"{kept.removed_count:,} removed; source {slug}."
    ]
    if kept.others_count:
        lines.append(
            f"该来源另有 {kept.others_count:,} 个单元不在文件中，已保留（共 {kept.workers_persons:,} 人）；"
            f"--replace 可删除。 / "
            f"{kept.others_count:,} cells of this source are not in the file and were kept (together {kept.workers_persons:,} "
            f"workers); --replace removes them."
        )
    if border_count:
        lines.append(
            f"{border_count:,} 个单元的点在已载入边界之外不远处，归入最近的区域。 / "
            f"{border_count:,} cells have their point just outside the boundaries on record and were kept under the nearest "
            f"region."
        )
    return lines
