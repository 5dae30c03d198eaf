"""Where data come from: every record names its source."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DataSource(models.Model):
    """A data set with owner, year, licence and method; synthetic or modelled data say so."""

    class Confidence(models.TextChoices):
        HIGH = "high", _("high")
        MEDIUM = "medium", _("medium")
        LOW = "low", _("low")

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200)
    owner = models.CharField(_("owner"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    method = models.TextField(_("method"), blank=True)
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence.choices, blank=True)
    is_synthetic = models.BooleanField(_("synthetic"), default=False)
    is_modelled = models.BooleanField(_("modelled"), default=False)
    file_name = models.CharField(_("file"), max_length=255, blank=True)
    digest = models.CharField(_("digest"), max_length=32, blank=True)

    class Meta:
        verbose_name = _("data source")
        verbose_name_plural = _("data sources")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name_zh
