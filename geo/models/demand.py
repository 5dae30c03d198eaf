"""Gig workers by H3 cell: counts of people, never persons."""

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo.models.history import RecordHistory
from geo.models.regions import WGS84, Region
from geo.models.sources import DataSource


class DemandCell(models.Model):
    """The gig workers who live in one H3 cell, according to one source.

    ``workers_by_group`` maps group codes (construction, catering, ...) to counts that sum to ``workers_persons``.
    """

    Confidence = DataSource.Confidence

    class SettlementClass(models.TextChoices):
        URBAN = "urban", _("urban")
        RURAL = "rural", _("rural")

    h3_index = models.CharField(_("H3 cell"), max_length=16)
    region = models.ForeignKey(Region, models.PROTECT, related_name="demand_cells", verbose_name=_("region"))
    settlement_class = models.CharField(_("urban/rural class"), max_length=5, choices=SettlementClass.choices)
    location = models.PointField(_("centre"), srid=WGS84)
    area_km2 = models.FloatField(_("area (km²)"))
    workers_persons = models.PositiveIntegerField(_("gig workers"))
    workers_by_group = models.JSONField(_("gig workers by group"), default=dict, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence.choices)
    is_modelled = models.BooleanField(_("modelled"))
    source = models.ForeignKey(DataSource, models.PROTECT, related_name="demand_cells", verbose_name=_("source"))
    history = RecordHistory()

    class Meta:
        verbose_name = _("demand cell")
        verbose_name_plural = _("demand cells")
        ordering = ["h3_index"]
        constraints = [
            models.UniqueConstraint(fields=["h3_index", "source"], name="demandcell_unique_by_source"),
            models.CheckConstraint(condition=Q(area_km2__gt=0), name="demandcell_area_positive"),
            models.CheckConstraint(condition=Q(workers_persons__gte=0), name="demandcell_workers_not_negative"),
        ]

    def __str__(self) -> str:
        return self.h3_index
