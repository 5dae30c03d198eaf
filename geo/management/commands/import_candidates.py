"""Import candidate sites from any file a planner has."""

from geo.management.import_command import ImportCommand


class Command(ImportCommand):
    """Read, check and keep; all or nothing, and it can be undone."""

    help = "Import candidate sites: CSV, XLSX, GeoJSON, GeoPackage, Shapefile, KML or Parquet, in any datum."
    kind = "candidates"
