"""Coverage runs and what they found for each region."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coverage.models.standards import CoverageStandard
from geo.engine.profiles import SpeedProfile
from geo.models import JobState, NetworkSnapshot, Region


class CoverageRun(models.Model):
    """One assessment: a standard applied to a network, a demand and a set of venues, each named by its digest.

    ``digest`` names all inputs, parameters and the engine version together: a second run of the same inputs is the same row.
    ``profile`` is whose speeds were taken, as :class:`geo.engine.profiles.SpeedProfile` writes it; empty for the plain ones. A
    run of a profile answers a question of sensitivity: it is never what is shown when nobody asks for one.
    """

    digest = models.CharField(_("digest"), max_length=32, unique=True)
    standard = models.ForeignKey(CoverageStandard, models.PROTECT, related_name="runs", verbose_name=_("standard"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="coverage_runs", verbose_name=_("region"))
    network = models.ForeignKey(NetworkSnapshot, models.PROTECT, related_name="coverage_runs", verbose_name=_("street network"))
    network_digest = models.CharField(max_length=32)
    demand_digest = models.CharField(max_length=32)
    venues_digest = models.CharField(max_length=32)
    parameters_digest = models.CharField(max_length=32)
    parameters = models.JSONField(_("parameters"), default=dict)
    profile = models.CharField(_("speed profile"), max_length=200, blank=True, default="")
    engine_version = models.CharField(_("engine version"), max_length=20)
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
        verbose_name = _("coverage run")
        verbose_name_plural = _("coverage runs")
        ordering = ["-created_at", "-pk"]
        get_latest_by = "created_at"
        constraints = [
            models.CheckConstraint(condition=Q(progress_share__gte=0, progress_share__lte=1), name="coveragerun_progress_share")
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [str(self.standard), self.profile, self.digest[:8]]))

    @property
    def speeds(self) -> SpeedProfile:
        """Whose speeds were taken."""
        return SpeedProfile.from_text(self.profile)


class CoverageResult(models.Model):
    """What one run found for one region. Persons: served + over capacity + out of reach = workers."""

    run = models.ForeignKey(CoverageRun, models.CASCADE, related_name="results", verbose_name=_("run"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="coverage_results", verbose_name=_("region"))
    workers_persons = models.PositiveIntegerField(_("gig workers"))
    served_persons = models.PositiveIntegerField(_("served"))
    over_capacity_persons = models.PositiveIntegerField(_("within reach but over capacity"))
    out_of_reach_persons = models.PositiveIntegerField(_("out of reach"))
    unsnapped_persons = models.PositiveIntegerField(_("of these too far from any street"), default=0)
    venues_count = models.PositiveIntegerField(_("venues that count"), default=0)
    cells_count = models.PositiveIntegerField(_("demand cells"))
    populated_area_km2 = models.FloatField(_("area of demand cells (km²)"))
    reached_area_km2 = models.FloatField(_("area of cells within reach (km²)"))
    median_minutes = models.FloatField(_("median minutes"), null=True, blank=True)
    p90_minutes = models.FloatField(_("90th percentile minutes"), null=True, blank=True)
    gini_minutes = models.FloatField(_("Gini of minutes"), null=True, blank=True)

    class Meta:
        verbose_name = _("coverage result")
        verbose_name_plural = _("coverage results")
        ordering = ["run_id", "region__code"]
        constraints = [
            models.UniqueConstraint(fields=["run", "region"], name="coverageresult_one_per_region"),
            models.CheckConstraint(
                condition=Q(
                    workers_persons=models.F("served_persons")
                    + models.F("over_capacity_persons")
                    + models.F("out_of_reach_persons")
                ),
                name="coverageresult_persons_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.region_id}"

    @property
    def served_share(self) -> float | None:
        """Served / all gig workers of the region; None where there are none."""
        return self.served_persons / self.workers_persons if self.workers_persons else None

    @property
    def reached_persons(self) -> int:
        """Within reach: served or over capacity."""
        return self.served_persons + self.over_capacity_persons

    @property
    def reached_share(self) -> float | None:
        """Within reach / all gig workers of the region; None where there are none."""
        return self.reached_persons / self.workers_persons if self.workers_persons else None

    @property
    def reached_area_share(self) -> float | None:
        """Area of reached cells / area of all demand cells of the region; None where there are none."""
        return self.reached_area_km2 / self.populated_area_km2 if self.populated_area_km2 else None
