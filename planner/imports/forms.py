"""The form with which a file comes: what it holds, which region it is of, and where it is from."""

import unicodedata
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from geo.engine.digest import digest_of
from geo.imports.kinds import KINDS
from geo.ingest.tables import MAX_FILE_BYTES
from geo.models import DataSource, ImportKind, Region
from geo.services.sources import keep_source
from planner.accounts.policy import Act
from planner.accounts.scope import Person, scoped
from planner.reports.templatetags.figures import name_of

ENDINGS = (
    ".xlsx", ".xls", ".csv", ".tsv", ".txt", ".geojson", ".json", ".gpkg", ".zip", ".kml", ".kmz", ".parquet", ".geoparquet",
    ".tif", ".tiff",
)  # fmt: skip
MAX_MEGABYTES = MAX_FILE_BYTES // 1_000_000
_MAX_NAME_CHARACTERS = 120
_FIRST_YEAR, _LAST_YEAR = 1949, 2100


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


class UploadForm(forms.Form):
    """One file, its kind, region and source; a source on record, or a new one described here."""

    kind = forms.ChoiceField(label=_("What the rows are"))
    file = forms.FileField(label=_("File"))
    region = RegionChoice(queryset=None, label=_("Region"), empty_label=None)
    source = SourceChoice(
        queryset=None,
        label=_("Source on record"),
        required=False,
        empty_label=_("a new source, see below"),
    )
    name_zh = forms.CharField(label=_("Name of the source (Chinese)"), max_length=200, required=False)
    name_en = forms.CharField(label=_("Name of the source (English)"), max_length=200, required=False)
    owner = forms.CharField(label=_("Owner"), max_length=200, required=False)
    year = forms.IntegerField(label=_("Year"), min_value=_FIRST_YEAR, max_value=_LAST_YEAR, required=False)
    licence = forms.CharField(label=_("Licence or terms"), max_length=200, required=False)
    method = forms.CharField(label=_("How the data were made"), max_length=1000, required=False)
    confidence = forms.ChoiceField(
        label=_("Confidence"), required=False, choices=[("", _("not said")), *DataSource.Confidence.choices]
    )

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        kinds = self.fields["kind"]
        assert isinstance(kinds, forms.ChoiceField)
        kinds.choices = [(code, label) for code, label in ImportKind.choices if code in KINDS]
        self.fields["file"].widget.attrs["accept"] = ",".join(ENDINGS)
        regions, sources = self.fields["region"], self.fields["source"]
        assert isinstance(regions, RegionChoice)
        assert isinstance(sources, SourceChoice)
        regions.queryset = scoped(Region, user, Act.MANAGE_RECORDS).filter(valid_until=None).order_by("path")
        sources.queryset = scoped(DataSource, user, Act.MANAGE_RECORDS)

    def clean_file(self) -> UploadedFile:
        """Refuse endings that nothing here reads, and files above the limit."""
        file: UploadedFile = self.cleaned_data["file"]
        if Path(file.name or "").suffix.lower() not in ENDINGS:
            known = ", ".join(ENDINGS)
            raise forms.ValidationError(_("Files of this kind are not read; known: %(known)s."), params={"known": known})
        if (file.size or 0) > MAX_FILE_BYTES:
            raise forms.ValidationError(_("The file is larger than %(limit)s MB."), params={"limit": MAX_MEGABYTES})
        return file

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
        values = {name: data[name] for name in ("name_zh", "owner", "licence", "method", "confidence", "year")}
        named = {"name": data["name_zh"], "owner": data["owner"], "year": data["year"] or 0}
        slug = f"{data['kind']}-{digest_of(named)[:10]}"
        known = scoped(DataSource, self._user, Act.MANAGE_RECORDS).filter(slug=slug).first()
        return known or keep_source(slug, name_en=data["name_en"] or data["name_zh"], **values)


def safe_name(name: str) -> str:
    """Return a file's name without folders and control characters, short enough for any system, its ending kept."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(each for each in base if unicodedata.category(each)[0] != "C").strip(" .") or "file"
    ending = Path(clean).suffix
    return clean.removesuffix(ending)[: _MAX_NAME_CHARACTERS - len(ending)] + ending
