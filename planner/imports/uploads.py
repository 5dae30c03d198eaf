"""A file that comes with a form: what is refused before anything looks at it, and how it gets to the disk."""

import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from geo.ingest.tables import MAX_FILE_BYTES
from geo.models import DataSource

ENDINGS = (
    ".xlsx", ".xls", ".csv", ".tsv", ".txt", ".geojson", ".json", ".gpkg", ".zip", ".kml", ".kmz", ".parquet", ".geoparquet",
    ".tif", ".tiff",
)  # fmt: skip
MAX_MEGABYTES = MAX_FILE_BYTES // 1_000_000
FORM_BYTES = 1_000_000
"""What the other fields of a form and its boundaries may take, on top of the file."""
_MAX_NAME_CHARACTERS = 120
_FIRST_YEAR, _LAST_YEAR = 1949, 2100


class FileForm(forms.Form):
    """A form with one file, and the source that the file is from."""

    file = forms.FileField(label=_("File"))
    name_zh = forms.CharField(label=_("Name of the source (Chinese)"), max_length=200, required=False)
    name_en = forms.CharField(label=_("Name of the source (English)"), max_length=200, required=False)
    owner = forms.CharField(label=_("Owner"), max_length=200, required=False)
    year = forms.IntegerField(label=_("Year"), min_value=_FIRST_YEAR, max_value=_LAST_YEAR, required=False)
    licence = forms.CharField(label=_("Licence or terms"), max_length=200, required=False)
    method = forms.CharField(label=_("How the data were made"), max_length=1000, required=False)
    confidence = forms.ChoiceField(
        label=_("Confidence"), required=False, choices=[("", _("not said")), *DataSource.Confidence.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ",".join(ENDINGS)

    def clean_file(self) -> UploadedFile:
        """Refuse endings that nothing here reads, and files above the limit."""
        file: UploadedFile = self.cleaned_data["file"]
        if Path(file.name or "").suffix.lower() not in ENDINGS:
            known = ", ".join(ENDINGS)
            raise forms.ValidationError(_("Files of this kind are not read; known: %(known)s."), params={"known": known})
        if (file.size or 0) > MAX_FILE_BYTES:
            raise forms.ValidationError(_("The file is larger than %(limit)s MB."), params={"limit": MAX_MEGABYTES})
        return file

    def source_values(self) -> dict[str, Any]:
        """Return what the form says of the source."""
        names = ("name_zh", "owner", "licence", "method", "confidence", "year")
        said = {name: self.cleaned_data[name] for name in names}
        return said | {"name_en": self.cleaned_data["name_en"] or said["name_zh"]}


@contextmanager
def on_disk(file: UploadedFile) -> Iterator[tuple[Path, str]]:
    """Bring an uploaded file to the disk in portions; give its path while the block runs, and the name the user gave it."""
    name = safe_name(file.name or "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(name).suffix.lower()}"
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        yield path, name


def safe_name(name: str) -> str:
    """Return a file's name without folders and control characters, short enough for any system, its ending kept."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(each for each in base if unicodedata.category(each)[0] != "C").strip(" .") or "file"
    ending = Path(clean).suffix
    return clean.removesuffix(ending)[: _MAX_NAME_CHARACTERS - len(ending)] + ending
