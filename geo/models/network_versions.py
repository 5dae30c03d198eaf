"""What planners change on top of a street network, and how two snapshots differ."""

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geo.models.networks import NetworkSnapshot
from geo.models.regions import WGS84, Region


class NetworkEdit(models.Model):
    """A barrier, a closure or a new link drawn on a snapshot. Runs name it through the digest of the edited network.

    ``shape``: a point for a barrier, a line for a closure (all edges it follows) or a new link. ``modes``: whom it concerns,
    all when empty. ``highway``: class of a new link, for its speed. ``is_oneway``: along the line only.
    """

    class Kind(models.TextChoices):
        BARRIER = "barrier", _("barrier")
        CLOSURE = "closure", _("closed street or bridge")
        NEW_LINK = "new_link", _("new link")

    snapshot = models.ForeignKey(NetworkSnapshot, models.CASCADE, related_name="edits", verbose_name=_("street network"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="network_edits", verbose_name=_("region"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    shape = models.GeometryField(_("shape"), srid=WGS84)
    modes = models.JSONField(_("modes"), default=list, blank=True)
    highway = models.CharField(_("highway class"), max_length=40, blank=True)
    is_oneway = models.BooleanField(_("one way"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until (exclusive)"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("drawn by")
    )

    class Meta:
        verbose_name = _("network edit")
        verbose_name_plural = _("network edits")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")), name="networkedit_valid_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reason}"


class NetworkDifference(models.Model):
    """What changed from one snapshot to another: counts and kilometres of ways added, removed, closed, opened, moved.

    ``report`` holds the sums by class and mode; the ways themselves lie under ``var/network-differences/<before>-<after>/``.
    """

    before = models.ForeignKey(NetworkSnapshot, models.CASCADE, related_name="+", verbose_name=_("before"))
    after = models.ForeignKey(NetworkSnapshot, models.CASCADE, related_name="differences", verbose_name=_("after"))
    report = models.JSONField(_("report"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("difference of networks")
        verbose_name_plural = _("differences of networks")
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["before", "after"], name="networkdifference_once")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class RegionSuccession(models.Model):
    """A region that was merged, renamed or given a new code: older tables are joined through it.

    ``share``: the part of the predecessor's people that went to the successor; the shares of a predecessor add up to 1.
    """

    predecessor_code = models.CharField(_("old code"), max_length=12)
    predecessor_name = models.CharField(_("old name"), max_length=80)
    successor_code = models.CharField(_("new code"), max_length=12)
    share = models.FloatField(_("share"), default=1.0)
    happened_on = models.DateField(_("day"))
    document = models.CharField(_("document"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("succession of regions")
        verbose_name_plural = _("successions of regions")
        ordering = ["predecessor_code", "successor_code"]
        constraints = [
            models.UniqueConstraint(fields=["predecessor_code", "successor_code", "happened_on"], name="regionsuccession_once"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="regionsuccession_share"),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_code} → {self.successor_code}"
