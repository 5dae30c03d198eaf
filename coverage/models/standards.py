"""Coverage standards as data: who must reach what, how, and within which limit."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CoverageStandard(models.Model):
    """A named set of rules; the venue kinds and statuses that count; the clock time at which venues must be open."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160)
    document = models.CharField(_("document"), max_length=200, blank=True)
    venue_kinds = models.JSONField(_("venue kinds that count"))
    venue_statuses = models.JSONField(_("venue statuses that count"))
    open_at = models.TimeField(_("open at"), null=True, blank=True)
    max_snap_metres = models.FloatField(_("longest way to the street (m)"), default=1000)
    snap_speed_kph = models.FloatField(_("speed on the way to the street (km/h)"), default=3.96)
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("coverage standard")
        verbose_name_plural = _("coverage standards")
        ordering = ["-is_default", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_snap_metres__gt=0, snap_speed_kph__gt=0), name="coveragestandard_snap_positive"
            ),
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="coveragestandard_one_default"),
        ]

    def __str__(self) -> str:
        return self.name_zh


class CoverageRule(models.Model):
    """The cutoff of one settlement class: minutes or metres on the network, by one mode. Cutoffs are inclusive."""

    class SettlementClass(models.TextChoices):
        URBAN = "urban", _("urban")
        RURAL = "rural", _("rural")

    standard = models.ForeignKey(CoverageStandard, models.CASCADE, related_name="rules", verbose_name=_("standard"))
    settlement_class = models.CharField(_("urban/rural class"), max_length=5, choices=SettlementClass.choices)
    mode = models.CharField(_("mode"), max_length=20)
    cutoff_minutes = models.FloatField(_("cutoff (minutes)"), null=True, blank=True)
    cutoff_metres = models.FloatField(_("cutoff (metres)"), null=True, blank=True)

    class Meta:
        verbose_name = _("coverage rule")
        verbose_name_plural = _("coverage rules")
        ordering = ["standard_id", "-settlement_class"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "settlement_class"], name="coveragerule_one_per_class"),
            models.CheckConstraint(
                condition=Q(cutoff_minutes__isnull=True, cutoff_metres__gte=0)
                | Q(cutoff_metres__isnull=True, cutoff_minutes__gte=0),
                name="coveragerule_one_cutoff",
            ),
        ]

    def __str__(self) -> str:
        limit = f"{self.cutoff_minutes:g} min" if self.cutoff_minutes is not None else f"{self.cutoff_metres:g} m"
        return f"{self.settlement_class} {self.mode} {limit}"
