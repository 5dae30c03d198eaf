"""Import travel times (an OD table) from any file a planner has."""

from geo.management.import_command import ImportCommand


class Command(ImportCommand):
    """Read, check and keep; all or nothing, and it can be undone."""

    help = "Import travel times from place to place; the rows become a new version of the table of their source."
    kind = "od_table"
