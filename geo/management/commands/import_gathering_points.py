"""Import informal gathering points with their counts by hour from any file a planner has."""

from geo.management.import_command import ImportCommand


class Command(ImportCommand):
    """Read, check and keep; all or nothing, and it can be undone."""

    help = "Import informal gathering points with their counts by hour, from any table or layer, in any datum."
    kind = "gathering_points"
