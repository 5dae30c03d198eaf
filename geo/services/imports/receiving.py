"""The first steps of an import: the file is taken in, read in its child process, and its columns are chosen."""

import datetime as dt
import hashlib
import shutil
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from geo.engine.datum import parse_crs
from geo.engine.digest import digest_of
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.progress import Progress, no_progress
from geo.imports.folders import SHAPE, keep_table, source_path
from geo.imports.found import as_found
from geo.imports.kinds import KINDS
from geo.imports.mapping import check_mapping, suggest
from geo.ingest.reading import ReadOptions, read_file
from geo.ingest.tables import check_file
from geo.models import DataSource, ImportBatch, ImportMapping, Region
from geo.services.imports.placing import check_place

SAMPLES = 3
MAX_NAME_CHARACTERS = 255
_DIGEST_BYTES = 16
_READ_OPTIONS = ("sheet", "layer", "encoding", "header_row")

register_messages(
    {
        "import.kind_unknown": (
            "没有“{value}”这类数据；可用：{known}。",
            "there is no kind of data “{value}”; known: {known}.",
        ),
        "import.stage": ("这次导入处于“{value}”，不能做这一步。", "this import is “{value}”; this step is not possible now."),
    }
)


def receive(
    *, path: Path, name: str, kind: str, region: Region, source: DataSource, at: dt.datetime,
    by: AbstractBaseUser | None = None, options: dict[str, Any] | None = None,
) -> ImportBatch:  # fmt: skip
    """Take a copy of the file at ``path`` and make the import; nothing in it is looked at yet.

    Raises :class:`InputError` for an unknown kind, a missing, empty or too large file.
    """
    if kind not in KINDS:
        raise InputError(Problem(code="import.kind_unknown", value=kind[:40], details={"known": ", ".join(KINDS)}))
    return keep_file(path=path, name=name, kind=kind, region=region, source=source, at=at, by=by, options=options)


def keep_file(
    *, path: Path, name: str, kind: str, region: Region, source: DataSource, at: dt.datetime,
    by: AbstractBaseUser | None = None, options: dict[str, Any] | None = None,
) -> ImportBatch:  # fmt: skip
    """Take a copy of the file and make the import, whatever is to become of it; raises :class:`InputError` for the file."""
    check_file(path)
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            kind=kind, region=region, source=source, file_name=name[:MAX_NAME_CHARACTERS], file_digest=_file_digest(path),
            created_at=at, created_by_id=by.pk if by else None, options=options or {},
        )  # fmt: skip
        shutil.copyfile(path, source_path(batch))
    return batch


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=_DIGEST_BYTES)).hexdigest()


def read(batch: ImportBatch, progress: Progress = no_progress) -> ImportBatch:
    """Read the file in a child process, keep the table and what was found out; raises :class:`InputError` if it cannot be."""
    options = {name: batch.options[name] for name in _READ_OPTIONS if batch.options.get(name)}
    raw = read_file(source_path(batch), options=ReadOptions(**options), progress=progress)
    keep_table(batch, raw)
    samples = {
        name: [value for value in raw.table.column(name).slice(0, 50).to_pylist() if value][:SAMPLES] for name in raw.columns
    }
    facts = {name: value for name, value in vars(raw.facts).items() if name != "notes"}
    batch.facts = facts | {
        "columns": list(raw.columns), "samples": samples, "has_shapes": SHAPE in raw.table.column_names,
        "notes": [_named(note, batch) for note in raw.facts.notes],
        "row_problems": [_named(each, batch) for each in raw.problems],
    }  # fmt: skip
    batch.stage = ImportBatch.Stage.READ
    batch.save(update_fields=["facts", "stage"])
    return batch


def _named(problem: Problem, batch: ImportBatch) -> dict[str, Any]:
    """Return a problem under the name that the user gave the file."""
    return as_found(Problem(**{**vars(problem), "file": batch.file_name}))


def suggestions(batch: ImportBatch) -> dict[str, str]:
    """Return field → column as the names of the file's columns suggest."""
    kind = KINDS[batch.kind]
    columns = batch.facts["columns"]
    found = suggest(columns, kind.fields)
    extra = [name for name in columns if kind.is_extra(name) and name not in found.values()]
    return found | {name: name for name in extra}


def choose(
    batch: ImportBatch, *, mapping: dict[str, str], datum: str, constants: dict[str, str] | None = None,
    options: dict[str, Any] | None = None,
) -> ImportBatch:  # fmt: skip
    """Keep the columns, the declared datum and the fixed values; raises :class:`InputError` with everything wrong with them.

    A later check works with these; one that was made before is void.
    """
    if batch.stage not in (ImportBatch.Stage.READ, ImportBatch.Stage.CHECKED):
        raise InputError(Problem(code="import.stage", value=batch.get_stage_display()))
    kind = KINDS[batch.kind]
    shaped = bool(batch.facts.get("has_shapes")) and kind.has_coordinates
    plain = {field: column for field, column in mapping.items() if not kind.is_extra(field)}
    check_mapping(
        plain, constants or {}, batch.facts["columns"], kind.fields, file=batch.file_name,
        given=frozenset({"x", "y"}) if shaped else frozenset(),
    )  # fmt: skip
    check_place(kind, mapping, batch)
    if datum:
        datum = parse_crs(datum).code
    elif "datum" not in mapping and (shaped or "x" in mapping):
        raise InputError(Problem(code="datum.undeclared", file=batch.file_name))
    batch.mapping, batch.datum = mapping, datum
    batch.options = batch.options | (options or {}) | {"constants": constants or {}}
    batch.digest = digest_of(
        {"file": batch.file_digest, "mapping": mapping, "datum": datum, "options": batch.options, "kind": batch.kind,
         "region": batch.region.code, "source": batch.source.slug}
    )  # fmt: skip
    batch.stage = ImportBatch.Stage.READ
    batch.save(update_fields=["mapping", "datum", "options", "digest", "stage"])
    return batch


def save_mapping(batch: ImportBatch, *, name: str, at: dt.datetime, by: AbstractBaseUser | None = None) -> ImportMapping:
    """Keep the columns of an import under a name, for the next file of this form; the same name again replaces them."""
    return ImportMapping.objects.update_or_create(
        name=name, kind=batch.kind, region=batch.region,
        defaults={"mapping": batch.mapping, "datum": batch.datum, "created_at": at, "created_by_id": by.pk if by else None},
    )[0]  # fmt: skip
