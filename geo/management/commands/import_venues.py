"""Import venues from any file a planner has."""

from geo.management.import_command import ImportCommand


class Command(ImportCommand):
    """Read, check and keep; all or nothing, and it can be undone."""

    help = "Import venues: CSV, XLSX, GeoJSON, GeoPackage, Shapefile, KML or Parquet, in any datum."
    kind = "venues"
