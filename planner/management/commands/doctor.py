"""Examine the installation: libraries, database, files; say what is wrong and what to do."""

import sys
from argparse import ArgumentParser
from typing import Any

from geo.cli import GigshedCommand
from planner.doctor.findings import Finding, State
from planner.doctor.libraries import libraries
from planner.doctor.spatial_indexes import spatial_indexes
from planner.doctor.surroundings import fonts, free_disk, kernels, migrations, networks, var_folder

EXIT_UNHEALTHY = 1


class Command(GigshedCommand):
    """Say how everything is; exit 1 if something is bad."""

    help = "Examine libraries, database and files; say what is wrong and how to mend it."
    requires_system_checks = []
    teaches = """examples:
  manage.py doctor             every library's version and path, indexes, disk, fonts
  manage.py doctor --repair    make broken spatial indexes anew (rows are not touched)
  manage.py doctor --json      the same for machines

Exit code 0: nothing bad (there may be warnings). 1: something is bad; the line below it says what to do."""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the repair."""
        parser.add_argument("--repair", action="store_true", help="make broken spatial indexes anew")

    def run(self, *, repair: bool, **options: Any) -> dict[str, Any]:
        """Look at everything."""
        found = examine(repair=repair)
        self.bad_count = sum(finding.state is State.BAD for finding in found)
        warn_count = sum(finding.state is State.WARN for finding in found)
        lines = [finding.line() for finding in found]
        lines.append(f"{self.bad_count} 处异常，{warn_count} 处提醒。 / {self.bad_count} bad, {warn_count} warnings.")
        return {
            "bad_count": self.bad_count,
            "warn_count": warn_count,
            "findings": [finding.as_json() for finding in found],
            "lines": lines,
        }

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the findings; exit 1 if something is bad."""
        super().handle(*args, **options)
        if self.bad_count:
            sys.exit(EXIT_UNHEALTHY)


def examine(*, repair: bool) -> list[Finding]:
    """Return all findings; what needs the database is left out when it cannot be reached."""
    found = [*libraries(), var_folder(), free_disk(), fonts(), kernels()]
    if any(finding.name == "database" and finding.state is State.BAD for finding in found):
        return found
    pending = migrations()
    found += [pending, *spatial_indexes(repair=repair)]
    return found if pending.state is State.BAD else [*found, *networks()]
