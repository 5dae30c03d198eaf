"""Files made for one answer."""

from pathlib import Path

from django.http import FileResponse

TYPES = {
    "csv": "text/csv", "tsv": "text/tab-separated-values", "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


def attachment(path: Path, name: str) -> FileResponse:
    """Return a file to keep. It may be removed right after: the open file outlives its name."""
    kind = TYPES.get(path.suffix.removeprefix("."), "application/octet-stream")
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=kind)
