"""The history of records: each change keeps who, when, why, and by which import."""

from typing import Any

from django.contrib.gis.db.models.fields import BaseSpatialField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


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
