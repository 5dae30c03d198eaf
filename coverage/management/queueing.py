"""Work that a worker does instead of the command that asks for it."""

from argparse import ArgumentParser
from typing import Any

from coverage.models import CoverageRun, Recommendation


def add_queue_option(parser: ArgumentParser) -> None:
    """Add ``--queue``."""
    parser.add_argument("--queue", action="store_true", help="leave the work to script/worker and return at once")


def queued_summary(job: CoverageRun | Recommendation) -> dict[str, Any]:
    """Return what the command answers when it left ``job`` to a worker."""
    return {
        "id": job.pk,
        "digest": job.digest,
        "state": job.state,
        "queued": True,
        "lines": [f"已排队，由 script/worker 处理 / queued for script/worker: {job.digest}"],
    }
