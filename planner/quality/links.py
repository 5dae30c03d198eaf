"""Where a record of a line is looked at and mended: venues on their page here, others where they are kept."""

from collections.abc import Callable
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import reverse

from geo.quality.venues import PREFIXES
from planner.accounts.policy import Act
from planner.accounts.scope import permits

_SOURCE_CHECKS = ("source-old", "source-no-year", "synthetic", "modelled")
_LISTS = {
    "regions": "geo_region", "networks": "geo_networksnapshot", "demand": "geo_demandcell", "model": "geo_region",
}  # fmt: skip
"""Lists of the administration in which a record of such a data set is found by its key."""
_BY_SOURCE = ("model", "people-lost"), ("model", "people-elsewhere")

Links = Callable[[str], str]


def has_venues(dataset: str, check: str) -> bool:
    """Return whether the records of a line are venues: of their data sets, all but what is said of the source."""
    return dataset.split(".", 1)[0] in PREFIXES and check not in _SOURCE_CHECKS


def links_of(request: HttpRequest, dataset: str, check: str) -> Links:
    """Return what gives the address of a record by its key, "" where there is none that the reader may open."""
    if has_venues(dataset, check):
        back = quote(f"{dataset}/{check}", safe="")
        return lambda key: f"{reverse('quality:history', kwargs={'code': key})}?from={back}"
    name = _list_name(dataset.split(".", 1)[0], check) if request.user.is_staff else ""  # type: ignore[union-attr]
    if not name:
        return lambda key: ""
    address = reverse(f"admin:{name}_changelist")
    return lambda key: f"{address}?q={quote(key, safe='')}"


def _list_name(first: str, check: str) -> str:
    is_source = (check in _SOURCE_CHECKS and first != "networks") or (first, check) in _BY_SOURCE
    if is_source:
        return "geo_datasource"
    by_region = {"more-than-residents": "geo_region", "against-residents": "geo_region", "not-run": ""}
    return by_region.get(check, _LISTS.get(first, ""))


def page_of(request: HttpRequest, dataset: str) -> str:
    """Return the address of the page of a whole data set: models and sources of demand; "" for others."""
    first, _dot, slug = dataset.partition(".")
    if not permits(request.user, Act.READ_DEMAND):
        return ""
    if first == "model":
        return reverse("demand:model", kwargs={"slug": slug})
    return reverse("demand:records", kwargs={"slug": slug}) if first in ("demand", "area-totals") else ""
