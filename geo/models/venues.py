"""Employment venues: markets, stations, platforms, centres, gathering points, candidates."""

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geo.models.history import RecordHistory
from geo.models.regions import WGS84, Region
from geo.models.sources import DataSource


class Occupation(models.Model):
    """A trade that a venue serves."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=40)
    name_en = models.CharField(_("name (English)"), max_length=80)

    class Meta:
        verbose_name = _("occupation")
        verbose_name_plural = _("occupations")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_zh


class Venue(models.Model):
    """A place where gig workers are, or could be, served; its kind and status decide what it counts for."""

    class Kind(models.TextChoices):
        GIG_MARKET_COMPREHENSIVE = "gig_market_comprehensive", _("comprehensive gig market")
        GIG_MARKET_TRADE = "gig_market_trade", _("trade-specific gig market")
        BRANCH_MARKET = "branch_market", _("branch market")
        GIG_STATION = "gig_station", _("gig station")
        DOORSTEP_STATION = "doorstep_station", _("doorstep employment station")
        PUBLIC_HR_MARKET = "public_hr_market", _("public HR market")
        GRASSROOTS_HRSS_PLATFORM = "grassroots_hrss_platform", _("grassroots HRSS platform")
        MIGRANT_SERVICE_CENTRE = "migrant_service_centre", _("migrant-worker service centre")
        PRIVATE_HR_AGENCY = "private_hr_agency", _("HR service agency")
        INFORMAL_GATHERING_POINT = "informal_gathering_point", _("informal gathering point")
        CANDIDATE_SITE = "candidate_site", _("candidate site")

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        CANDIDATE = "candidate", _("candidate")
        PREPARING = "preparing", _("preparing")
        BUILDING = "building", _("building")
        TRIAL = "trial", _("trial operation")
        OPERATING = "operating", _("operating")
        ACCEPTED = "accepted", _("accepted")
        SUSPENDED = "suspended", _("suspended")
        RELOCATED = "relocated", _("relocated")
        CLOSED = "closed", _("closed")

    code = models.CharField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)
    kind = models.CharField(_("kind"), max_length=32, choices=Kind.choices, db_index=True)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, db_index=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="venues", verbose_name=_("region"))
    location = models.PointField(_("location"), srid=WGS84)
    source_datum = models.CharField(_("datum of the source"), max_length=12, default="wgs84")
    address = models.CharField(_("address"), max_length=200, blank=True)
    floor_area_m2 = models.FloatField(_("floor area (m²)"), null=True, blank=True)
    capacity_persons = models.PositiveIntegerField(_("capacity (workers it can serve)"), null=True, blank=True)
    staff_persons = models.PositiveIntegerField(_("staff"), null=True, blank=True)
    waiting_persons = models.PositiveIntegerField(_("workers seen waiting (gathering points)"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    operator = models.CharField(_("operator"), max_length=160, blank=True)
    occupations = models.ManyToManyField(Occupation, blank=True, related_name="venues", verbose_name=_("occupations"))
    source = models.ForeignKey(DataSource, models.PROTECT, related_name="venues", verbose_name=_("source"))
    history = RecordHistory()

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(floor_area_m2__isnull=True) | Q(floor_area_m2__gt=0), name="venue_area_positive"
            ),
            models.CheckConstraint(condition=~Q(code=""), name="venue_code_given"),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.code}"


class OpeningHours(models.Model):
    """One span of opening on some weekdays; a span that closes before it opens runs past midnight.

    ``weekday_mask``: bit 0 is Monday, bit 6 Sunday; 127 is every day. ``opens_at`` = ``closes_at`` means round the clock.
    """

    class Season(models.TextChoices):
        ALL_YEAR = "all_year", _("all year")
        SUMMER = "summer", _("summer (May to September)")
        WINTER = "winter", _("winter (October to April)")

    venue = models.ForeignKey(Venue, models.CASCADE, related_name="opening_hours", verbose_name=_("venue"))
    weekday_mask = models.PositiveSmallIntegerField(_("weekdays"), default=127)
    season = models.CharField(_("season"), max_length=10, choices=Season.choices, default=Season.ALL_YEAR)
    opens_at = models.TimeField(_("opens"))
    closes_at = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["venue_id", "season", "opens_at"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday_mask__gte=1, weekday_mask__lte=127), name="openinghours_weekdays"),
            models.UniqueConstraint(F("venue"), F("season"), F("weekday_mask"), F("opens_at"), name="openinghours_unique_span"),
        ]

    def __str__(self) -> str:
        return f"{self.opens_at:%H:%M}-{self.closes_at:%H:%M}"
