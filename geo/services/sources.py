"""Sources of data: made or brought up to date under their short name."""

from typing import Any

from geo.models import DataSource


def keep_source(slug: str, **values: Any) -> DataSource:
    """Return the source named ``slug``, made or updated with ``values``."""
    return DataSource.objects.update_or_create(slug=slug, defaults=values)[0]
