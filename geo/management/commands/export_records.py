"""Write the records of a kind to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from geo.cli import GigshedCommand
from geo.engine.errors import InputError, Problem, register_messages
from geo.imports.exports import EXPORTED, FORMATS, write_export
from geo.models import DataSource, Region

register_messages(
    {
        "export.region": ("没有代码为“{value}”的区域。", "there is no region with the code “{value}”."),
        "export.source": ("没有短名为“{value}”的来源。", "there is no source with the short name “{value}”."),
    }
)


class Command(GigshedCommand):
    """The columns are those of the template; importing the file again changes nothing."""

    help = "Write the records of a kind to a file in the columns of the import template."
    teaches = """\
Examples:
  manage.py export_records --kind venues venues.xlsx
  manage.py export_records --kind candidates --format gpkg --region 320100 candidates.gpkg --json

Exit codes: 0 written; 2 an unknown region, source or form.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add what to write and where to."""
        parser.add_argument("file", type=Path, help="file to write")
        parser.add_argument("--kind", required=True, choices=EXPORTED, help="what the records are")
        parser.add_argument("--format", dest="form", choices=FORMATS, default="", help="default: from the file's ending")
        parser.add_argument("--region", default="", metavar="CODE", help="only records in this region and below")
        parser.add_argument("--source", default="", metavar="SLUG", help="only records of this source")
        parser.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans", help="language of headers and words")

    def run(
        self, *, file: Path, kind: str, form: str, region: str, source: str, language: Any, **_options: Any
    ) -> dict[str, Any]:
        """Find region and source, write, count."""
        found = Region.objects.filter(code=region, valid_until=None).first() if region else None
        owner = DataSource.objects.filter(slug=source).first() if source else None
        if region and found is None:
            raise InputError(Problem(code="export.region", value=region[:40]))
        if source and owner is None:
            raise InputError(Problem(code="export.source", value=source[:80]))
        count = write_export(kind, file, form=form, region=found, source=owner, language=language)
        return {
            "lines": [f"已写出 {count} 条到 {file}。 / Wrote {count} records to {file}."],
            "file": str(file),
            "records": count,
        }
