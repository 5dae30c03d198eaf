"""Demand beyond the cells: who the workers of a cell are, totals of areas, and the models that blend sources."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo.models.demand import DemandCell
from geo.models.history import RecordHistory
from geo.models.imports import ImportBatch
from geo.models.jobs import JobState
from geo.models.regions import Region
from geo.models.sources import DataSource


class DemandCellProfile(models.Model):
    """How the workers of a cell divide: by age, and by how they travel. Persons; modes add up to the cell's workers."""

    cell = models.OneToOneField(DemandCell, models.CASCADE, related_name="profile", verbose_name=_("demand cell"))
    age50plus_persons = models.PositiveIntegerField(_("aged 50 or more"), null=True, blank=True)
    walk_persons = models.PositiveIntegerField(_("on foot"), null=True, blank=True)
    ebike_persons = models.PositiveIntegerField(_("by e-bike"), null=True, blank=True)
    bus_persons = models.PositiveIntegerField(_("by bus"), null=True, blank=True)
    motor_persons = models.PositiveIntegerField(_("by car or motorbike"), null=True, blank=True)

    class Meta:
        verbose_name = _("profile of a demand cell")
        verbose_name_plural = _("profiles of demand cells")

    def __str__(self) -> str:
        return str(self.cell)


class AreaTotal(models.Model):
    """A count of people in an area, as a census table or a register gives it; spread over cells by a demand model.

    ``area_code`` and ``area_name`` are as in the source; ``region`` is the region on record they were joined to (None: nobody
    could be found, and the total is shown as lost). ``measure``: what was counted, for instance ``gig_workers``, ``residents``.
    """

    source = models.ForeignKey(DataSource, models.PROTECT, related_name="area_totals", verbose_name=_("source"))
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="area_totals", verbose_name=_("region")
    )
    area_code = models.CharField(_("code in the source"), max_length=12, blank=True)
    area_name = models.CharField(_("name in the source"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    measure = models.CharField(_("measure"), max_length=40)
    persons = models.PositiveIntegerField(_("persons"))
    age50plus_persons = models.PositiveIntegerField(_("aged 50 or more"), null=True, blank=True)
    join_note = models.CharField(_("how it was joined"), max_length=200, blank=True)
    batch = models.ForeignKey(
        ImportBatch, models.SET_NULL, null=True, blank=True, related_name="area_totals", verbose_name=_("import")
    )
    history = RecordHistory()

    class Meta:
        verbose_name = _("total of an area")
        verbose_name_plural = _("totals of areas")
        ordering = ["source_id", "area_code", "measure", "year"]
        constraints = [
            models.UniqueConstraint(fields=["source", "area_code", "area_name", "measure", "year"], name="areatotal_once"),
            models.CheckConstraint(condition=~Q(area_code="", area_name=""), name="areatotal_area_named"),
        ]

    def __str__(self) -> str:
        return f"{self.area_name or self.area_code} {self.measure} {self.persons}"


class DemandModel(models.Model):
    """A recipe that blends sources into workers per H3 cell, and what came of its last run.

    ``recipe``: resolution, components (source, measure, weight, share of workers, how to spread), profile shares; see
    docs/data.md. ``report``: totals in and out, rescaling factor of each region, people lost and why. The cells it made are
    those of ``output``.
    """

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120)
    region = models.ForeignKey(Region, models.PROTECT, related_name="demand_models", verbose_name=_("region"))
    recipe = models.JSONField(_("recipe"))
    output = models.OneToOneField(
        DataSource, models.PROTECT, null=True, blank=True, related_name="demand_model", verbose_name=_("cells it made")
    )
    digest = models.CharField(_("digest of recipe and inputs"), max_length=32, blank=True)
    report = models.JSONField(_("report"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=JobState.choices, default=JobState.QUEUED)
    progress_share = models.FloatField(_("progress"), default=0.0)
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("started by")
    )

    class Meta:
        verbose_name = _("demand model")
        verbose_name_plural = _("demand models")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name_zh
