"""Say how good the data on record are."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from geo.cli import GigshedCommand
from geo.models import NetworkSnapshot
from geo.quality.checks import check_all, check_one
from geo.quality.lines import DataSet
from geo.quality.records import all_records
from geo.selectors import active_network, network_of

_MARKS = {"good": "✓", "warn": "!", "bad": "✗"}


class Command(GigshedCommand):
    """Print the lines of the quality page."""

    help = "Say how good the data on record are: missing fields, duplicates, points off the streets, age, people lost."
    teaches = """\
Examples:
  manage.py check_quality
  manage.py check_quality --dataset regions --json

Exit codes: 0 checked, whatever was found; 2 unknown data set.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the data set."""
        parser.add_argument("--dataset", default="", metavar="CODE", help="only this data set, as the list names it")

    def run(self, *, dataset: str, **options: Any) -> dict[str, Any]:
        """Check and list."""
        has_network = NetworkSnapshot.objects.filter(is_active=True).exists()
        network = network_of(active_network()) if has_network else None
        records = all_records(network=network, on=timezone.localdate())
        chosen = (check_one(records, dataset),) if dataset else check_all(records)
        return {
            "lines": [sentence for each in chosen for sentence in _lines(each)],
            "datasets": [each.as_json() for each in chosen],
        }  # fmt: skip


def _lines(data_set: DataSet) -> list[str]:
    head = f"{data_set.code}: {data_set.title[0]} / {data_set.title[1]} ({data_set.record_count:,})"
    return [
        head,
        *(
            f"  {_MARKS[line.severity]} {line.title[0]} / {line.title[1]}: {line.count:,} / {line.of_count:,} "
            f"{line.whole[0]} / {line.whole[1]} ({100 * line.share:.1f} %)"
            + "".join(f"\n      {zh} / {en}" for zh, en in line.notes)
            for line in data_set.lines
        ),
    ]
