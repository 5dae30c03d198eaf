"""What all administration lists share: rows through the scoped door, acts through the policy, a typed-in place."""

from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.gis.geos import Point
from django.db.models import Field, Model, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from geo.models import WGS84
from geo.validation import validate_geometry
from planner.accounts.policy import Act
from planner.accounts.scope import SCOPES, permits, scoped

Row = TypeVar("Row", bound=Model)
PLAIN_FIELD_OPTIONS = {"required", "label", "initial", "help_text", "error_messages", "validators", "disabled", "widget"}


class LonLatField(forms.CharField):
    """A place as ``longitude, latitude`` in degrees: no map library, finite and in bounds before anything is computed."""

    default_error_messages = {
        "not_lon_lat": _("Give longitude and latitude in degrees, for instance 118.7969, 32.0603."),
    }

    def __init__(self, **kwargs: Any) -> None:
        # A model field also hands over what only a drawn map would need.
        super().__init__(**{name: value for name, value in kwargs.items() if name in PLAIN_FIELD_OPTIONS})

    def prepare_value(self, value: Any) -> Any:
        """Show a point as two numbers."""
        return f"{value.x:.6f}, {value.y:.6f}" if isinstance(value, Point) else value

    def to_python(self, value: Any) -> Any:
        """Return the point; raise a sentence when the text is none."""
        if value in self.empty_values:
            return None
        try:
            lon, lat = (float(part) for part in str(value).replace("，", ",").split(","))
        except ValueError:
            raise forms.ValidationError(self.error_messages["not_lon_lat"], code="not_lon_lat") from None
        place = Point(lon, lat, srid=WGS84)
        validate_geometry(place)
        return place

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as shown."""
        return bool(self.prepare_value(initial) != data)


class ScopedChoices:
    """Choices of related records: only those that the user may use."""

    def _limited(self, db_field: "Field[Any, Any]", request: HttpRequest, kwargs: dict[str, Any]) -> dict[str, Any]:
        related = db_field.related_model
        if isinstance(related, type) and related in SCOPES:
            kwargs["queryset"] = scoped(related, request.user, Act.MANAGE_RECORDS)
        return kwargs

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Limit the choices of a foreign key."""
        return super().formfield_for_foreignkey(db_field, request, **self._limited(db_field, request, kwargs))  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Limit the choices of a many-to-many field."""
        return super().formfield_for_manytomany(db_field, request, **self._limited(db_field, request, kwargs))  # type: ignore[misc]


class ScopedAdmin(ScopedChoices, admin.ModelAdmin[Row]):
    """Records of the user's regions. ``read_only``: computed, never edited; ``shared``: edited by superusers alone."""

    read_act: ClassVar[Act] = Act.READ_RECORDS
    change_act: ClassVar[Act] = Act.MANAGE_RECORDS
    read_only: ClassVar[bool] = False
    shared: ClassVar[bool] = False
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Row]":
        """Return the user's rows; runs and plans only if all of their region is the user's."""
        return scoped(self.model, request.user, self.read_act, whole=True).order_by(*self.get_ordering(request))

    def _may_change(self, request: HttpRequest, row: Row | None = None) -> bool:
        if self.read_only or not self._may_change_some(request):
            return False
        return row is None or scoped(self.model, request.user, self.change_act, whole=True).filter(pk=row.pk).exists()

    def _may_change_some(self, request: HttpRequest) -> bool:
        if self.shared:
            return bool(request.user.is_superuser)
        return permits(request.user, self.change_act)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the list to those who may read records."""
        return permits(request.user, self.read_act)

    def has_view_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Admit those who may read records; which ones follows from the rows."""
        return permits(request.user, self.read_act)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Admit those who may change records."""
        return self._may_change(request)

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Admit those who may change this record."""
        return self._may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Admit those who may change this record."""
        return self._may_change(request, obj)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponseRedirect:
        """Answer 404 for what is not there and for what is not the user's alike."""
        raise Http404


class ScopedInline(ScopedChoices, InlineModelAdmin):  # type: ignore[misc]
    """Parts of a record: whoever may change the record may change them."""

    extra = 0
    template = "admin/edit_inline/tabular.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show the parts with their record."""
        return True

    def _record_changes(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.get_model_admin(self.parent_model).has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the record."""
        return self._record_changes(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the record."""
        return self._record_changes(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As the record."""
        return self._record_changes(request, obj)
