"""Zip files of users: looked through before anything is unpacked."""

import stat
import zipfile
from pathlib import Path, PurePosixPath

from geo.engine.errors import InputError, Problem
from geo.ingest.reading.model import MB, Limits

FREE_BYTES = 10 * MB
"""Unpacked bytes for which the ratio does not matter: a small table of blanks packs very well."""


def check_archive(path: Path, limits: Limits) -> list[zipfile.ZipInfo]:
    """Return the files in a zip file; raises :class:`InputError` for one that is damaged, too big inside, or has odd names."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise InputError(Problem(code="file.damaged", value=type(error).__name__)) from error
    if len(entries) > limits.entries:
        raise InputError(Problem(code="archive.too_many", value=str(len(entries)), details={"limit": limits.entries}))
    size, packed = sum(each.file_size for each in entries), path.stat().st_size
    if size > limits.unpacked_bytes or (size > FREE_BYTES and size > limits.unpacked_ratio * packed):
        raise InputError(Problem(code="archive.bomb", value=f"{size // MB:,}"))
    for each in entries:
        _check_name(each)
    return entries


def _check_name(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & 1:
        raise InputError(Problem(code="file.encrypted"))
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    if is_link or name.is_absolute() or ".." in name.parts or ":" in entry.filename:
        raise InputError(Problem(code="archive.name", value=entry.filename[:60]))


def unpack(path: Path, entry: zipfile.ZipInfo, target: Path, limits: Limits) -> None:
    """Write one file of an archive to ``target``, no further than it may go; its checksum is verified."""
    left = limits.unpacked_bytes
    try:
        with zipfile.ZipFile(path) as archive, archive.open(entry) as source, target.open("wb") as sink:
            while block := source.read(1 << 20):
                left -= len(block)
                if left < 0:
                    raise InputError(Problem(code="archive.bomb", value=f"{limits.unpacked_bytes // MB:,}"))
                sink.write(block)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise InputError(Problem(code="file.damaged", value=f"{entry.filename[:60]}: {type(error).__name__}")) from error
