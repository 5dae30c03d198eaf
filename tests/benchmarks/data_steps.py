"""One step of an import in a process of its own, measured: ``python -m tests.benchmarks.data_steps STEP [...]``.

Prints seconds, the peak memory of all processes together (the child that reads has ended when the check begins), and the
counts of rows.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planner.settings.dev")
django.setup()

from django.utils import timezone  # noqa: E402  after the set-up

from geo.imports.returned import write_returned  # noqa: E402
from geo.models import ImportBatch, Region  # noqa: E402
from geo.services import imports  # noqa: E402
from geo.services.sources import keep_source  # noqa: E402

KILOBYTES_PER_MB = 1_000
_PEAKS_MB = [0.0]
"""What both processes held together at most while the child read."""


def preview(path: str, kind: str, datum: str) -> dict[str, Any]:
    """Receive, read and check a file; return the counts and the number of the import."""
    region, source = Region.objects.get(code="320000"), keep_source("bench", name_zh="测量", name_en="bench")
    batch = imports.receive(path=Path(path), name=Path(path).name, kind=kind, region=region, source=source, at=timezone.now())
    imports.read(batch)
    _PEAKS_MB.append(_peak_mb(resource.RUSAGE_SELF) + _peak_mb(resource.RUSAGE_CHILDREN))
    imports.choose(batch, mapping=imports.suggestions(batch), datum=datum)
    imports.check(batch, on=timezone.localdate())
    return batch.summary["counts"] | {"import": batch.pk}


def commit(number: str) -> dict[str, Any]:
    """Write the rows."""
    written: dict[str, Any] = imports.commit(_batch(number), at=timezone.now(), skip_invalid=True).summary["written"]
    return written


def undo(number: str) -> dict[str, Any]:
    """Take the rows back."""
    imports.undo(_batch(number), at=timezone.now())
    return {}


def returned(number: str, folder: str) -> dict[str, Any]:
    """Write the file back, with a column of problems."""
    return {"bytes": write_returned(_batch(number), Path(folder), language="zh-hans").path.stat().st_size}


def _batch(number: str) -> ImportBatch:
    return ImportBatch.objects.select_related("region", "source").get(pk=int(number))


STEPS: dict[str, Callable[..., dict[str, Any]]] = {"preview": preview, "commit": commit, "undo": undo, "returned": returned}


def main(step: str, *arguments: str) -> None:
    """Do a step and print what it took."""
    start = time.perf_counter()
    found = STEPS[step](*arguments)
    seconds = time.perf_counter() - start
    peak_mb = max(_peak_mb(resource.RUSAGE_SELF), _peak_mb(resource.RUSAGE_CHILDREN), *_PEAKS_MB)
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb, "found": found}))


def _peak_mb(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / KILOBYTES_PER_MB


if __name__ == "__main__":
    main(*sys.argv[1:])
