"""Files that appear all at once: other processes, on this machine or another, read a whole one or none."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READABLE_BY_ALL = 0o644


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield an empty file beside ``path`` to write to; it takes the place of ``path`` at the end, or vanishes after a fault.

    Several that write ``path`` at once each have a file of their own; the last one stays. Raises :class:`OSError` where the
    folder may not be written to.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        aside.chmod(READABLE_BY_ALL)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
