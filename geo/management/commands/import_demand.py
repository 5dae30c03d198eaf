"""Import gig workers by H3 cell from any file a planner has."""

from geo.management.import_command import ImportCommand


class Command(ImportCommand):
    """Read, check and keep; all or nothing, and it can be undone."""

    help = "Import gig workers by H3 cell, named by index or by a point in it; people are counted, never named."
    kind = "demand"
