"""Recommendations: target plans in, ranked sites out."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coverage.models.runs import CoverageRun
from geo.models import WGS84, JobState, Region, Venue


class SitingPlan(models.Model):
    """What is asked for: cumulative numbers of sites and money by year, least and most per region, costs of actions.

    ``phases``: ``[{"year": 2022, "sites": 17, "budget_yuan": 60000000}, ...]``, both cumulative, in rising order.
    ``parameters``: see ``coverage.engine.siting.candidates.CandidateRules`` (costs, areas, spacing) and the quotas.
    """

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160)
    document = models.CharField(_("document"), max_length=200, blank=True)
    phases = models.JSONField(_("phases"))
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("siting plan")
        verbose_name_plural = _("siting plans")
        ordering = ["-is_default", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="sitingplan_one_default")
        ]

    def __str__(self) -> str:
        return self.name_zh


class Recommendation(models.Model):
    """One answer to a plan on the ground of one coverage run, with its proof of quality.

    ``objective_persons``: workers newly reached by all sites; ``bound_persons``: no plan can reach more; ``gap_share`` =
    (bound − objective) / bound. ``unmet``: each quota or budget that could not be met, ``[{"code", "zh", "en"}]``. ``proofs``:
    by year ``[{"year", "sites", "cost_yuan", "objective_persons", "bound_persons", "gap_share", "status"}]``, cumulative;
    earlier years are chosen among the sites of the last. ``heartbeat_at``: the last sign of life of its worker.
    """

    digest = models.CharField(_("digest"), max_length=32, unique=True)
    plan = models.ForeignKey(SitingPlan, models.PROTECT, related_name="recommendations", verbose_name=_("plan"))
    run = models.ForeignKey(CoverageRun, models.PROTECT, related_name="recommendations", verbose_name=_("coverage run"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="recommendations", verbose_name=_("region"))
    parameters = models.JSONField(_("parameters"), default=dict)
    engine_version = models.CharField(_("engine version"), max_length=20)
    state = models.CharField(_("state"), max_length=9, choices=JobState.choices, default=JobState.QUEUED)
    progress_share = models.FloatField(_("progress"), default=0.0)
    method = models.CharField(_("method"), max_length=20, blank=True)
    workers_persons = models.PositiveIntegerField(_("gig workers"), default=0)
    reached_before_persons = models.PositiveIntegerField(_("within reach before"), default=0)
    reached_after_persons = models.PositiveIntegerField(_("within reach after"), default=0)
    served_before_persons = models.PositiveIntegerField(_("served before"), default=0)
    served_after_persons = models.PositiveIntegerField(_("served after"), default=0)
    objective_persons = models.FloatField(_("objective (workers newly reached)"), null=True, blank=True)
    bound_persons = models.FloatField(_("bound (workers newly reached)"), null=True, blank=True)
    gap_share = models.FloatField(_("proven gap"), null=True, blank=True)
    cost_yuan = models.FloatField(_("cost (yuan)"), default=0)
    proofs = models.JSONField(_("proof of quality by year"), default=list, blank=True)
    unmet = models.JSONField(_("could not be met"), default=list, blank=True)
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("started by")
    )

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["-created_at", "-pk"]
        get_latest_by = "created_at"

    def __str__(self) -> str:
        return f"{self.plan} {self.digest[:8]}"


class RecommendedSite(models.Model):
    """One site of a recommendation: where, which action, which year, what it costs and whom it newly reaches."""

    class Action(models.TextChoices):
        INTEGRATE = "integrate", _("integrate")
        RENOVATE = "renovate", _("renovate")
        BUILD = "build", _("build")

    recommendation = models.ForeignKey(Recommendation, models.CASCADE, related_name="sites", verbose_name=_("recommendation"))
    rank = models.PositiveIntegerField(_("rank"))
    action = models.CharField(_("action"), max_length=9, choices=Action.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    cost_yuan = models.FloatField(_("cost (yuan)"))
    venue = models.ForeignKey(
        Venue, models.SET_NULL, null=True, blank=True, related_name="recommended_sites", verbose_name=_("existing venue")
    )
    place_code = models.CharField(_("place"), max_length=60)
    name_zh = models.CharField(_("name (Chinese)"), max_length=160)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="recommended_sites", verbose_name=_("region"))
    location = models.PointField(_("location"), srid=WGS84)
    floor_area_m2 = models.FloatField(_("floor area (m²)"))
    capacity_persons = models.PositiveIntegerField(_("capacity (workers it can serve)"))
    in_reach_persons = models.PositiveIntegerField(_("workers within reach"))
    newly_reached_persons = models.PositiveIntegerField(_("newly reached (in rank order)"))
    overlap_persons = models.PositiveIntegerField(_("overlap (already reached)"))
    lost_without_persons = models.PositiveIntegerField(_("lost without it"))
    standard_gap = models.JSONField(_("standards gap"), default=list, blank=True)
    reasons = models.JSONField(_("reasons"), default=dict, blank=True)

    class Meta:
        verbose_name = _("recommended site")
        verbose_name_plural = _("recommended sites")
        ordering = ["recommendation_id", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["recommendation", "rank"], name="recommendedsite_rank_unique"),
            models.UniqueConstraint(fields=["recommendation", "place_code"], name="recommendedsite_place_once"),
            models.CheckConstraint(condition=Q(cost_yuan__gte=0), name="recommendedsite_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(in_reach_persons=models.F("newly_reached_persons") + models.F("overlap_persons")),
                name="recommendedsite_persons_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank} {self.name_zh}"
