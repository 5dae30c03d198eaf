"""Users and their grants: a role in a region and all below it."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from geo.models import Region


class Role(models.TextChoices):
    """What a person does for a region."""

    PLANNER = "planner", _("planner")
    REVIEWER = "reviewer", _("reviewer")
    COMMITTEE_MEMBER = "committee_member", _("committee member")
    ADMINISTRATOR = "administrator", _("administrator")


class User(AbstractUser):
    """A person with an account; what they may see follows from their grants."""

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined,misc]
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]


class RegionGrant(models.Model):
    """A role of a user in one region and all regions below it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    region = models.ForeignKey(Region, models.PROTECT, related_name="grants", verbose_name=_("region"))

    class Meta:
        verbose_name = _("region grant")
        verbose_name_plural = _("region grants")
        constraints = [models.UniqueConstraint(fields=["user", "role", "region"], name="regiongrant_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.region}"
