"""Who may open which import: managers of records, in their regions."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from geo.models import ImportBatch
from geo.services.grid_imports import table_imports
from planner.accounts.policy import Act
from planner.accounts.scope import permits, scoped


def admit(request: HttpRequest) -> None:
    """Refuse whoever may change records nowhere."""
    if not permits(request.user, Act.MANAGE_RECORDS):
        raise PermissionDenied


def own_batch(request: HttpRequest, pk: int) -> ImportBatch:
    """Return an import of the reader's regions; 404 for any other, 403 for those who manage no records."""
    admit(request)
    rows = table_imports(scoped(ImportBatch, request.user, Act.MANAGE_RECORDS))
    return get_object_or_404(rows.select_related("region", "source", "created_by"), pk=pk)
