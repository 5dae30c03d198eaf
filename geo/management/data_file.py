"""What the commands that take in a file of the user's share: the options that name its source."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from geo.engine.digest import digest_of
from geo.engine.errors import InputError, Problem, register_messages
from geo.models import DataSource
from geo.services.sources import keep_source

_MAX_SLUG_CHARACTERS = 60
_OPTIONS = {
    "source": "slug", "source_name_zh": "name_zh", "source_name_en": "name_en", "owner": "owner", "licence": "licence",
}  # fmt: skip
"""Options that go into a field of the source as they are, and that field."""

register_messages(
    {
        "source.slug": (
            "“{value}”不能作短名；只可用字母、数字、连字符和下划线。",
            "“{value}” is no short name; use letters, digits, hyphens and underscores.",
        ),
        "source.too_long": ("有 {count} 个字符，上限 {limit} 个。", "{count} characters, {limit} at most."),
    }
)


def add_source_options(parser: ArgumentParser) -> None:
    """Add the file, and name, owner, licence and method of its source."""
    parser.add_argument("file", type=Path, help="the file to be read")
    parser.add_argument("--source", default="", metavar="SLUG", help="short name of the source; default: from the file's name")
    parser.add_argument("--source-name-zh", default="", help="Chinese name of the source; default: the file's name")
    parser.add_argument("--source-name-en", default="", help="English name of the source; default: the file's name")
    parser.add_argument("--owner", default="", help="who the data belong to")
    parser.add_argument("--licence", default="", help="under which terms they may be used")
    parser.add_argument("--method", default="", help="how they were made")
    parser.add_argument("--synthetic", action="store_true", help="the data are invented, and every page says so")


def source_of(options: dict[str, Any], *, kind: str, year: int | None = None, is_modelled: bool = False) -> DataSource:
    """Keep and return the source that ``options`` name; call it inside the transaction that keeps the rows.

    Raises :class:`InputError` for a short name that is none, or a text its field cannot hold: SQLite would keep either.
    """
    path: Path = options["file"]
    _check(options)
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


def _check(options: dict[str, Any]) -> None:
    """Raise :class:`InputError` with a problem for each option that the source's fields refuse."""
    problems = [problem for option, field in _OPTIONS.items() if (problem := _length_problem(option, field, options[option]))]
    try:
        validate_slug(options["source"] or "default")
    except ValidationError:
        problems.append(Problem(code="source.slug", field="--source", value=options["source"][:60]))
    if problems:
        raise InputError(problems)


def _length_problem(option: str, field: str, text: str) -> Problem | None:
    limit: int | None = getattr(DataSource._meta.get_field(field), "max_length", None)
    if limit is None or len(text) <= limit:
        return None
    name = "--" + option.replace("_", "-")
    return Problem(code="source.too_long", field=name, value=text[:60], details={"count": len(text), "limit": limit})


def _slug(path: Path) -> str:
    """Return the file's stem as a short name; a stem without Latin letters or digits is named by its digest."""
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:_MAX_SLUG_CHARACTERS]
    return slug or digest_of({"name": path.stem})[:8]
