"""Write the empty form of a kind of file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from geo.cli import GigshedCommand
from geo.imports.kinds import KINDS
from geo.imports.templates import write_template


class Command(GigshedCommand):
    """One file with headers, notes, allowed values and an example row."""

    help = "Write the form of a kind of file: XLSX with notes, allowed values and an example row, or CSV."
    teaches = """\
Examples:
  manage.py import_template --kind venues venues.xlsx
  manage.py import_template --kind gathering_points --language en points.csv

Exit codes: 0 written; 2 the file's ending is neither .xlsx nor .csv.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the kind, the language of the headers, and the file."""
        parser.add_argument("file", type=Path, help="file to write, .xlsx or .csv")
        parser.add_argument("--kind", required=True, choices=sorted(KINDS), help="what the rows are")
        parser.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans", help="language of headers and notes")

    def run(self, *, file: Path, kind: str, language: Any, **_options: Any) -> dict[str, Any]:
        """Write."""
        write_template(KINDS[kind], file, language=language)
        return {"lines": [f"已写出 {file}。 / Wrote {file}."], "file": str(file), "fields": len(KINDS[kind].fields)}
