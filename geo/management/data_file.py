"""What the commands that load a file of the user's share: the options that name its source."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np

from geo.engine.digest import digest_of
from geo.models import DataSource
from geo.services.sources import keep_source

_MAX_SLUG_CHARACTERS = 60


def add_source_options(parser: ArgumentParser) -> None:
    """Add the file, and name, owner, licence and method of its source."""
    parser.add_argument("file", type=Path, help="CSV (UTF-8) or GeoJSON")
    parser.add_argument("--source", default="", metavar="SLUG", help="short name of the source; default: from the file's name")
    parser.add_argument("--source-name-zh", default="", help="Chinese name of the source; default: the file's name")
    parser.add_argument("--source-name-en", default="", help="English name of the source; default: the file's name")
    parser.add_argument("--owner", default="", help="who the data belong to")
    parser.add_argument("--licence", default="", help="under which terms they may be used")
    parser.add_argument("--method", default="", help="how they were made")
    parser.add_argument("--synthetic", action="store_true", help="the data are invented, and every page says so")


def source_of(options: dict[str, Any], *, kind: str, year: int | None = None, is_modelled: bool = False) -> DataSource:
    """Keep and return the source that ``options`` name; call it inside the transaction that keeps the rows."""
    path: Path = options["file"]
    slug = options["source"] or f"{kind}-{_slug(path)}"
    return keep_source(
        slug,
        name_zh=options["source_name_zh"] or path.name,
        name_en=options["source_name_en"] or path.name,
        owner=options["owner"],
        licence=options["licence"],
        method=options["method"],
        year=year,
        is_synthetic=options["synthetic"],
        is_modelled=is_modelled,
        file_name=path.name[:255],
        digest=digest_of({"content": np.frombuffer(path.read_bytes(), np.uint8)}),
    )


def _slug(path: Path) -> str:
    """Return the file's stem as a short name; a stem without Latin letters or digits is named by its digest."""
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:_MAX_SLUG_CHARACTERS]
    return slug or digest_of({"name": path.stem})[:8]
