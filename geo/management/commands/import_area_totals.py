"""Import totals of areas (census, registrations) from any file a planner has."""

from geo.management.import_command import ImportCommand


class Command(ImportCommand):
    """Read, check and keep; all or nothing, and it can be undone."""

    help = "Import totals of areas (census, registrations by town); former codes and names are joined to the regions of today."
    kind = "area_totals"
