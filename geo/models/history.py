"""The history of records: each change keeps who, when, why, and by which import."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.gis.db.models.fields import BaseSpatialField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

_ARE_KEPT_ELSEWHERE = ContextVar("versions_are_kept_elsewhere", default=False)


@contextmanager
def without_versions() -> Iterator[None]:
    """Let records be saved and removed without a version each; whoever does so has written the versions of all of them."""
    token = _ARE_KEPT_ELSEWHERE.set(True)
    try:
        yield
    finally:
        _ARE_KEPT_ELSEWHERE.reset(token)


class ImportTrace(models.Model):
    """The import that made a version of a record; None for a change by hand."""

    import_batch = models.ForeignKey(
        "geo.ImportBatch", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("import")
    )

    class Meta:
        abstract = True


class RecordHistory(HistoricalRecords):
    """History without a spatial index: nobody asks which old versions lie in a box, and the index would double each write."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            bases=[ImportTrace], history_change_reason_field=models.CharField(max_length=200, null=True), **options
        )

    def copy_fields(self, model: Any) -> dict[str, Any]:
        """Copy the fields of ``model``; spatial ones without index."""
        fields: dict[str, Any] = super().copy_fields(model)
        for field in fields.values():
            if isinstance(field, BaseSpatialField):
                field.spatial_index = False
        return fields

    def post_save(self, instance: models.Model, created: bool, using: str | None = None, **kwargs: Any) -> None:
        """Keep a version of a record that was saved, unless :func:`without_versions` is in force."""
        if not _ARE_KEPT_ELSEWHERE.get():
            super().post_save(instance, created, using=using, **kwargs)

    def post_delete(self, instance: models.Model, using: str | None = None, **kwargs: Any) -> None:
        """Keep a last version of a record that was removed, unless :func:`without_versions` is in force."""
        if not _ARE_KEPT_ELSEWHERE.get():
            super().post_delete(instance, using=using, **kwargs)
