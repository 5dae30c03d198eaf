"""Import regions with their boundaries from any file a planner has."""

from geo.management.import_command import ImportCommand


class Command(ImportCommand):
    """Read, check and keep; all or nothing, and it can be undone."""

    help = "Import regions with boundaries and periods of validity; a boundary from a new day on is a new version."
    kind = "regions"
