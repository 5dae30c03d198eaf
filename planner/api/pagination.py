"""Pages of records, with refusals in sentences."""

from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework_gis.pagination import GeoJsonPagination

from planner.api.parameters import whole_number

MAX_PAGE = 1_000_000
MAX_PAGE_SIZE = 1000


class _StrictPages:
    """Checks ``page`` and ``page_size`` instead of quietly using the defaults."""

    def get_page_size(self, request: Request) -> int:
        """Return the page size asked for; 400 if it is none."""
        return whole_number(request, "page_size", 100, low=1, high=MAX_PAGE_SIZE)

    def get_page_number(self, request: Request, paginator: object) -> int:
        """Return the page asked for; 400 if it is no number, 404 (by DRF) if it is past the end."""
        return whole_number(request, "page", 1, low=1, high=MAX_PAGE)


class Pages(_StrictPages, PageNumberPagination):  # type: ignore[misc]
    """Plain pages."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE


class GeoPages(_StrictPages, GeoJsonPagination):  # type: ignore[misc]
    """Pages that are GeoJSON feature collections."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
