"""Administrative regions and functional zones, with validity periods."""

from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from geo.models.history import RecordHistory
from geo.models.sources import DataSource

WGS84 = 4326


class Region(models.Model):
    """A province, prefecture-level city, county-level unit or township; or a functional zone within one.

    ``path`` holds the codes from the province down, each followed by a slash (``320000/320100/320102/``): a region and all
    below it are the rows whose path starts with its own.
    """

    class Level(models.TextChoices):
        PROVINCE = "province", _("province")
        PREFECTURE = "prefecture", _("prefecture-level city")
        COUNTY = "county", _("county-level unit")
        TOWNSHIP = "township", _("township or subdistrict")

    class UnitType(models.TextChoices):
        STATUTORY = "statutory", _("statutory unit")
        FUNCTIONAL_ZONE = "functional_zone", _("functional zone")

    class SettlementClass(models.TextChoices):
        URBAN = "urban", _("urban")
        RURAL = "rural", _("rural")
        MIXED = "mixed", _("mixed")

    code = models.CharField(_("code (GB/T 2260)"), max_length=12)
    path = models.CharField(_("path"), max_length=60, db_index=True, editable=False)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=120, blank=True)
    level = models.CharField(_("level"), max_length=12, choices=Level.choices)
    unit_type = models.CharField(_("unit type"), max_length=16, choices=UnitType.choices, default=UnitType.STATUTORY)
    settlement_class = models.CharField(
        _("urban/rural class"), max_length=6, choices=SettlementClass.choices, default=SettlementClass.MIXED
    )
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent"))
    boundary = models.MultiPolygonField(_("boundary"), srid=WGS84, null=True, blank=True)
    area_km2 = models.FloatField(_("area (km², geodesic)"), null=True, blank=True)
    resident_persons = models.PositiveIntegerField(_("residents"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until (exclusive)"), null=True, blank=True)
    source = models.ForeignKey(DataSource, models.PROTECT, related_name="regions", verbose_name=_("source"))
    history = RecordHistory()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="region_code_unique_from"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")), name="region_valid_period"
            ),
            models.CheckConstraint(condition=Q(level="province") | Q(parent__isnull=False), name="region_has_parent"),
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"), name="region_code_digits"),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.code}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep ``path`` true to the parent's."""
        self.path = f"{self.parent.path if self.parent else ''}{self.code}/"
        super().save(*args, **kwargs)  # type: ignore[arg-type]
