"""Undo an import as a whole."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from geo.cli import GigshedCommand
from geo.engine.errors import InputError, Problem, register_messages
from geo.models import ImportBatch
from geo.services import imports

register_messages({"import.unknown": ("没有第 {value} 号导入。", "there is no import {value}.")})


class Command(GigshedCommand):
    """New records go, changed ones are as they were before; refused where somebody changed them since."""

    help = "Undo an import as a whole: new records go, changed ones are as before."
    teaches = """Without a number the last imports are listed.

  manage.py undo_import          the last twenty imports with their numbers
  manage.py undo_import 12       undo import 12

Exit codes: 0 undone; 2 it cannot be undone as a whole (the reason is told), nothing was changed.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the number."""
        parser.add_argument("number", type=int, nargs="?", help="number of the import")

    def run(self, *, number: int | None, **options: Any) -> dict[str, Any]:
        """Undo, or list."""
        if number is None:
            return _listed()
        batch = ImportBatch.objects.select_related("region", "source").filter(pk=number).first()
        if batch is None:
            raise InputError(Problem(code="import.unknown", value=str(number)))
        imports.undo(batch, at=timezone.now())
        count = batch.changes.count()
        return {
            "lines": [f"已撤销第 {number} 号导入的 {count} 条记录。 / import {number} undone: {count} records."],
            "import": number, "records": count,
        }  # fmt: skip


def _listed() -> dict[str, Any]:
    rows = [
        {"import": b.pk, "kind": b.kind, "file": b.file_name, "stage": b.stage, "created_at": b.created_at.isoformat()}
        for b in ImportBatch.objects.all()[:20]
    ]
    return {"lines": [" ".join(str(value) for value in row.values()) for row in rows], "imports": rows}
