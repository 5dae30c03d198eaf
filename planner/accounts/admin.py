"""Accounts and their grants: an administrator makes and changes those of the own regions, never more powerful ones."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from planner.accounts.models import RegionGrant, User
from planner.accounts.policy import Act
from planner.accounts.scope import permits, scoped
from planner.admin.base import ScopedAdmin

admin.site.unregister(Group)  # roles are grants, in planner.accounts.policy


class RegionGrantInline(admin.TabularInline[RegionGrant, User]):
    """The roles of an account, each in a region of the administrator's own."""

    model = RegionGrant
    extra = 0
    min_num = 1

    def get_formset(self, request: HttpRequest, obj: User | None = None, **kwargs: Any) -> Any:
        """Require the first grant: an account without any would belong to nobody."""
        kwargs["validate_min"] = not request.user.is_superuser
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the regions whose accounts the administrator manages."""
        if db_field.name == "region":
            kwargs["queryset"] = scoped(db_field.related_model, request.user, Act.MANAGE_ACCOUNTS).order_by("path")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Admit those who manage accounts."""
        return permits(request.user, Act.MANAGE_ACCOUNTS)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Admit those who manage accounts."""
        return permits(request.user, Act.MANAGE_ACCOUNTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Admit those who manage accounts."""
        return permits(request.user, Act.MANAGE_ACCOUNTS)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Admit those who manage accounts."""
        return permits(request.user, Act.MANAGE_ACCOUNTS)


PERSON = (None, {"fields": ("username", "password")}), (_("Person"), {"fields": ("last_name", "first_name", "email")})
ACCESS = ("is_active", "is_staff")
DATES = (_("Dates"), {"fields": ("last_login", "date_joined")})


@admin.register(User)
class AccountAdmin(ScopedAdmin[User], UserAdmin[User]):  # type: ignore[misc]
    """Accounts whose every grant lies in the administrator's regions."""

    read_act = change_act = Act.MANAGE_ACCOUNTS
    list_display = ("username", "last_name", "first_name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "grants__role")
    search_fields = ("username", "last_name", "first_name", "email")
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    inlines = (RegionGrantInline,)
    ordering = ("username",)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only a superuser can make superusers."""
        if obj is None:
            return self.add_fieldsets
        power = (*ACCESS, "is_superuser") if request.user.is_superuser else ACCESS
        return (*PERSON, (_("Access"), {"fields": power}), DATES)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Accounts are made inactive, so that what they did keeps its name; only a superuser deletes."""
        return bool(request.user.is_superuser)
