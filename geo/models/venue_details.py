"""What only some venues have: where their coordinates came from, the facts of a candidate, the life of a gathering point."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo.models.imports import ImportBatch
from geo.models.venues import Venue


class VenueOrigin(models.Model):
    """The coordinates of a venue as its file gave them. ``x``: longitude or easting, ``y``: latitude or northing."""

    venue = models.OneToOneField(Venue, models.CASCADE, related_name="origin", verbose_name=_("venue"))
    x = models.FloatField(_("longitude or easting"))
    y = models.FloatField(_("latitude or northing"))
    datum = models.CharField(_("datum"), max_length=12)
    batch = models.ForeignKey(
        ImportBatch, models.SET_NULL, null=True, blank=True, related_name="origins", verbose_name=_("import")
    )
    row = models.PositiveIntegerField(_("row of the file"), null=True, blank=True)

    class Meta:
        verbose_name = _("original coordinates")
        verbose_name_plural = _("original coordinates")

    def __str__(self) -> str:
        return f"{self.x}, {self.y} ({self.datum})"


class CandidateDetail(models.Model):
    """What a committee asks of a candidate site."""

    class Action(models.TextChoices):
        INTEGRATION = "integration", _("integration")
        RENOVATION = "renovation", _("renovation")
        CONSTRUCTION = "construction", _("construction")

    venue = models.OneToOneField(Venue, models.CASCADE, related_name="candidate", verbose_name=_("venue"))
    action = models.CharField(_("action"), max_length=12, choices=Action.choices)
    land_status = models.CharField(_("land status"), max_length=120, blank=True)
    ownership = models.CharField(_("ownership"), max_length=120, blank=True)
    build_cost_yuan = models.FloatField(_("cost of building (yuan)"), null=True, blank=True)
    yearly_cost_yuan = models.FloatField(_("cost of a year (yuan)"), null=True, blank=True)
    lead_months = models.PositiveSmallIntegerField(_("lead time (months)"), null=True, blank=True)
    has_van_access = models.BooleanField(_("van pull-in"), null=True, blank=True)
    risk = models.CharField(_("risk"), max_length=200, blank=True)
    proposer = models.CharField(_("proposed by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("facts of a candidate site")
        verbose_name_plural = _("facts of candidate sites")
        constraints = [
            models.CheckConstraint(
                condition=Q(build_cost_yuan__isnull=True) | Q(build_cost_yuan__gte=0), name="candidatedetail_build_cost"
            ),
            models.CheckConstraint(
                condition=Q(yearly_cost_yuan__isnull=True) | Q(yearly_cost_yuan__gte=0), name="candidatedetail_yearly_cost"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.venue} {self.action}"


class GatheringDetail(models.Model):
    """What a survey tells of an informal gathering point. ``mode_shares``: mode → share of workers who come by it, 0 to 1."""

    class Disposition(models.TextChoices):
        KEEP = "keep", _("keep")
        GUIDE = "guide", _("guide")
        UPGRADE = "upgrade", _("upgrade")
        MERGE = "merge", _("merge")
        CLOSE = "close", _("close")

    venue = models.OneToOneField(Venue, models.CASCADE, related_name="gathering", verbose_name=_("venue"))
    landmark = models.CharField(_("landmark (bridge, crossroads, market gate)"), max_length=120, blank=True)
    started_year = models.PositiveSmallIntegerField(_("since (year)"), null=True, blank=True)
    department = models.CharField(_("department in charge"), max_length=120, blank=True)
    disposition = models.CharField(_("disposition"), max_length=8, choices=Disposition.choices, blank=True)
    mode_shares = models.JSONField(_("how workers come"), default=dict, blank=True)

    class Meta:
        verbose_name = _("facts of a gathering point")
        verbose_name_plural = _("facts of gathering points")

    def __str__(self) -> str:
        return str(self.venue)


class HourlyCount(models.Model):
    """People counted at a gathering point in one hour (``hour`` 4 is 04:00 to 05:00) of one day."""

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="hourly_counts", verbose_name=_("gathering point"))
    counted_on = models.DateField(_("day"))
    hour = models.PositiveSmallIntegerField(_("hour"))
    workers_persons = models.PositiveIntegerField(_("workers"))
    employers_persons = models.PositiveIntegerField(_("employers"), null=True, blank=True)

    class Meta:
        verbose_name = _("hourly count")
        verbose_name_plural = _("hourly counts")
        ordering = ["venue_id", "counted_on", "hour"]
        constraints = [
            models.CheckConstraint(condition=Q(hour__lte=23), name="hourlycount_hour"),
            models.UniqueConstraint(fields=["venue", "counted_on", "hour"], name="hourlycount_once"),
        ]

    def __str__(self) -> str:
        return f"{self.counted_on} {self.hour:02d}:00 {self.workers_persons}"
