"""Import a population grid: a GeoTIFF, squares or points, to people per H3 cell."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from geo.cli import GigshedCommand
from geo.ingest.raster import Grid, GridOptions, read_grid
from geo.ingest.raster.read import DEFAULT_RESOLUTION
from geo.management.data_file import add_source_options, source_of
from geo.models import DataSource
from geo.selectors import region_by_code
from geo.services.grids import bounds_of, keep_grid, method_of


class Command(GigshedCommand):
    """Read in the child process, sum by exact shares, keep as a grid."""

    help = "Import a population grid (GeoTIFF, squares or points) as people per H3 cell, to spread totals of areas by."
    teaches = """\
Forms: GeoTIFF (.tif; each pixel holds a number of people, not a density); squares (GeoPackage, zipped Shapefile, GeoJSON);
points (CSV, Excel, … with lon and lat). Points that form a lattice are taken as squares, unless --points.
The grid is kept under var/grids; a demand model names it as grid:<short name>. docs/data.md tells more.

Examples:
  manage.py import_raster chn_ppp_2020_100m.tif --source worldpop-2020 --year 2020 --licence "CC BY 4.0" --region 320000
  manage.py import_raster grid.gpkg --source grid-2020 --year 2020 --column population

Exit codes: 0 imported; 2 the file cannot be used, nothing was changed.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the file, its source, and how to read it."""
        add_source_options(parser)
        parser.add_argument("--year", type=int, required=True, help="year the counts are of")
        parser.add_argument("--measure", default="residents", help="what was counted; default: residents")
        parser.add_argument(
            "--resolution",
            type=int,
            default=DEFAULT_RESOLUTION,
            help=f"H3 resolution of the cells; default: {DEFAULT_RESOLUTION}",
        )
        parser.add_argument("--band", type=int, help="band with the people, where the raster has several")
        parser.add_argument("--datum", default="", help="coordinate system, where the file names none or a wrong one")
        parser.add_argument("--region", default="", metavar="CODE", help="read only the part within the box of this region")
        parser.add_argument("--column", default="", help="column with the people (tables); default: found by its name")
        parser.add_argument("--layer", help="layer of a GeoPackage")
        parser.add_argument("--points", action="store_true", help="points are places, not the middles of squares")
        parser.add_argument("--confidence", choices=DataSource.Confidence.values, default="medium", help="default: medium")

    def run(self, *, file: Path, year: int, measure: str, confidence: str, **options: Any) -> dict[str, Any]:
        """Read, keep, compare with the residents on record."""
        region = region_by_code(options["region"], on=timezone.localdate()) if options["region"] else None
        chosen = GridOptions(
            resolution=options["resolution"], band=options["band"], datum=options["datum"], column=options["column"],
            layer=options["layer"], as_points=options["points"], bounds=bounds_of(region),
        )  # fmt: skip
        with self.progress("grid") as progress:
            grid = read_grid(file, chosen, progress)
        with transaction.atomic():
            source = source_of({"file": file, **options}, kind="grid", year=year)
            DataSource.objects.filter(pk=source.pk).update(confidence=confidence)
            keep_grid(grid, source, var_dir=settings.VAR_DIR, method=method_of(grid, measure, options["method"]))
        return {
            "lines": _lines(file.name, grid, source),
            "cells": len(grid.cells), "persons": round(grid.total_persons), "resolution": grid.resolution,
            "measure": measure, "source": source.slug, "digest": grid.digest, "found": grid.about,
        }  # fmt: skip


def _lines(name: str, grid: Grid, source: DataSource) -> list[str]:
    lines = [
        f"{name}：{len(grid.cells):,} 个单元、{grid.total_persons:,.0f} 人；来源 {source.slug}；"
        f"需求模型中写作 grid:{source.slug}。 / "
        f"{name}: {len(grid.cells):,} cells, {grid.total_persons:,.0f} people; source {source.slug}; "
        f"a demand model names it as grid:{source.slug}."
    ]
    pixels = grid.about.get("pixels")
    if pixels and (pixels["not_finite"] or pixels["negative"] or pixels["absurd"]):
        counts = pixels["not_finite"], pixels["negative"], pixels["absurd"]
        lines.append(
            "{:,} 个像元不是数，{:,} 个为负，{:,} 个大得不可能；均按无人计。".format(*counts)
            + " / {:,} pixels are no number, {:,} negative, {:,} absurdly large; taken as nobody.".format(*counts)
        )
    return lines
