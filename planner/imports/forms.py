"""The form with which a file comes: what it holds, which region it is of, and where it is from."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from geo.engine.digest import digest_of
from geo.imports.kinds import KINDS
from geo.models import DataSource, ImportKind, Region
from geo.services.sources import keep_source
from planner.accounts.policy import Act
from planner.accounts.scope import Person, scoped
from planner.imports.uploads import FileForm
from planner.reports.templatetags.figures import name_of


class RegionChoice(forms.ModelChoiceField):
    """Regions by name, indented by level."""

    def label_from_instance(self, obj: Region) -> str:
        """Return name and code."""
        depth = obj.path.rstrip("/").count("/")
        return "\u3000" * depth + f"{name_of(obj)} {obj.code}"


class SourceChoice(forms.ModelChoiceField):
    """Sources by name and year."""

    def label_from_instance(self, obj: DataSource) -> str:
        """Return name, owner and year."""
        return " · ".join(str(part) for part in (name_of(obj), obj.owner, obj.year) if part)


class UploadForm(FileForm):
    """One file, its kind, region and source; a source on record, or a new one described here."""

    kind = forms.ChoiceField(label=_("What the rows are"))
    region = RegionChoice(queryset=None, label=_("Region"), empty_label=None)
    source = SourceChoice(
        queryset=None,
        label=_("Source on record"),
        required=False,
        empty_label=_("a new source, see below"),
    )

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        kinds = self.fields["kind"]
        assert isinstance(kinds, forms.ChoiceField)
        kinds.choices = [(code, label) for code, label in ImportKind.choices if code in KINDS]
        regions, sources = self.fields["region"], self.fields["source"]
        assert isinstance(regions, RegionChoice)
        assert isinstance(sources, SourceChoice)
        regions.queryset = scoped(Region, user, Act.MANAGE_RECORDS).filter(valid_until=None).order_by("path")
        sources.queryset = scoped(DataSource, user, Act.MANAGE_RECORDS)

    def clean(self) -> dict[str, Any]:
        """Ask for a source: one on record, or the name of a new one."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("source") and not data.get("name_zh"):
            self.add_error("name_zh", _("Choose a source, or name a new one."))
        return data

    def source_of(self) -> DataSource:
        """Return the chosen source, or keep and return the new one; the same name, owner and year is the same source."""
        data = self.cleaned_data
        if data["source"]:
            chosen: DataSource = data["source"]
            return chosen
        named = {"name": data["name_zh"], "owner": data["owner"], "year": data["year"] or 0}
        slug = f"{data['kind']}-{digest_of(named)[:10]}"
        known = scoped(DataSource, self._user, Act.MANAGE_RECORDS).filter(slug=slug).first()
        return known or keep_source(slug, **self.source_values())
