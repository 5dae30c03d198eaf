"""Imports: one row a file that someone brought, with what was read, what was checked, and what it changed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo.models.jobs import JobState
from geo.models.regions import Region
from geo.models.sources import DataSource


class ImportKind(models.TextChoices):
    """What the rows of a file are."""

    VENUES = "venues", _("venues")
    CANDIDATES = "candidates", _("candidate sites")
    GATHERING_POINTS = "gathering_points", _("gathering points")
    DEMAND = "demand", _("demand by cell")
    AREA_TOTALS = "area_totals", _("totals by area (census, registrations)")
    REGIONS = "regions", _("regions")
    OD_TABLE = "od_table", _("travel times (OD table)")


class ImportBatch(models.Model):
    """One file on its way: read, mapped, checked, committed; perhaps undone.

    The file and what was made of it lie under ``var/imports/<id>/``. ``stage`` says how far it is, ``state`` how the
    work on the present stage stands. ``facts``: what reading found (format, encoding, layers, columns with samples, row count).
    ``mapping``: field → column of the file. ``options``: sheet or layer, and whatever the kind asks for. ``summary``: what the
    check found (counts, plausibility, findings about the file). ``digest`` names file, mapping, datum and options together.
    """

    class Stage(models.TextChoices):
        RECEIVED = "received", _("received")
        READ = "read", _("read")
        CHECKED = "checked", _("checked")
        COMMITTED = "committed", _("committed")
        UNDONE = "undone", _("undone")

    kind = models.CharField(_("kind"), max_length=20, choices=ImportKind.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="imports", verbose_name=_("region"))
    source = models.ForeignKey(DataSource, models.PROTECT, related_name="imports", verbose_name=_("source"))
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices, default=Stage.RECEIVED)
    state = models.CharField(_("state"), max_length=9, choices=JobState.choices, default=JobState.DONE)
    progress_share = models.FloatField(_("progress"), default=0.0)
    file_name = models.CharField(_("file"), max_length=255)
    file_digest = models.CharField(_("digest of the file"), max_length=32)
    digest = models.CharField(_("digest"), max_length=32, blank=True)
    datum = models.CharField(_("datum"), max_length=12, blank=True)
    facts = models.JSONField(_("what was read"), default=dict, blank=True)
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    options = models.JSONField(_("options"), default=dict, blank=True)
    summary = models.JSONField(_("what was found"), default=dict, blank=True)
    warnings = models.JSONField(_("problems"), default=list, blank=True)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    committed_at = models.DateTimeField(_("committed"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("started by")
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(progress_share__gte=0, progress_share__lte=1), name="importbatch_progress_share")
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.pk}"


class ImportMapping(models.Model):
    """Columns chosen for a kind of file, to be used again by everyone of the region."""

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=ImportKind.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="import_mappings", verbose_name=_("region"))
    mapping = models.JSONField(_("columns"))
    datum = models.CharField(_("datum"), max_length=12, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("saved by")
    )

    class Meta:
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(fields=["name", "kind", "region"], name="importmapping_once")]

    def __str__(self) -> str:
        return self.name


class ImportChange(models.Model):
    """What one import did to one record: ``before`` is None for a new one. With these an import is undone as a whole."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="changes", verbose_name=_("import"))
    row = models.PositiveIntegerField(_("row of the file"))
    key = models.CharField(_("record"), max_length=120)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"))

    class Meta:
        verbose_name = _("change by an import")
        verbose_name_plural = _("changes by imports")
        ordering = ["batch_id", "row"]
        constraints = [models.UniqueConstraint(fields=["batch", "key"], name="importchange_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.key}"


class ODTable(models.Model):
    """Travel times someone measured or bought: the rows lie as Parquet under ``var/od/<digest>.parquet``.

    Columns ``from_id, to_id, mode`` (empty: holds for every mode) and ``travel_time_minutes``. A new file of the same source
    makes a new version with its rows on top of those before; the active one is used.
    """

    source = models.ForeignKey(DataSource, models.PROTECT, related_name="od_tables", verbose_name=_("source"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="od_tables", verbose_name=_("region"))
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, related_name="od_tables", verbose_name=_("import"))
    digest = models.CharField(_("digest"), max_length=32)
    modes = models.JSONField(_("modes"), default=list)
    row_count = models.PositiveIntegerField(_("rows"))
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("OD table")
        verbose_name_plural = _("OD tables")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.source} {self.digest[:8]}"
