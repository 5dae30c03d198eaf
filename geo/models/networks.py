"""Street networks: the database keeps a pointer with a digest, the arrays live under ``var/networks``."""

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo.models.regions import WGS84
from geo.models.sources import DataSource


class NetworkSnapshot(models.Model):
    """One built network; it never changes. The newest active one is what runs use unless told otherwise."""

    class Kind(models.TextChoices):
        OSM = "osm", _("OpenStreetMap extract")
        OSMNX = "osmnx", _("OSMnx graph")
        EDGES = "edges", _("edge table")
        SYNTHETIC = "synthetic", _("generated")

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    digest = models.CharField(_("digest"), max_length=32, unique=True)
    extent = models.PolygonField(_("extent"), srid=WGS84)
    modes = models.JSONField(_("modes"))
    node_count = models.PositiveIntegerField(_("nodes"))
    edge_count = models.PositiveIntegerField(_("edges"))
    length_km = models.FloatField(_("length (km)"))
    report = models.JSONField(_("build report"), default=dict, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"))
    source = models.ForeignKey(DataSource, models.PROTECT, related_name="networks", verbose_name=_("source"))

    class Meta:
        verbose_name = _("street network")
        verbose_name_plural = _("street networks")
        ordering = ["-created_at", "-pk"]
        get_latest_by = "created_at"
        constraints = [
            models.CheckConstraint(condition=Q(node_count__gt=0, edge_count__gt=0), name="networksnapshot_not_empty")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.digest[:8]}"
