"""Acts on standards and runs."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.db import transaction

from coverage.models import CoverageRule, CoverageRun, CoverageStandard
from geo.models import JobState

SHIPPED_STANDARDS = Path(__file__).resolve().parents[1] / "fixtures" / "standards.json"


@transaction.atomic
def load_shipped_standards(path: Path = SHIPPED_STANDARDS) -> list[CoverageStandard]:
    """Add the standards of ``path`` that are not there yet; return those added.

    What is there stays as people edited it. A shipped default becomes the default only where there is none.
    """
    known = set(CoverageStandard.objects.values_list("slug", flat=True))
    has_default = CoverageStandard.objects.filter(is_default=True).exists()
    added = []
    for values in json.loads(path.read_text(encoding="utf-8")):
        if values["slug"] not in known:
            added.append(_add_standard(values, allow_default=not has_default))
    return added


def _add_standard(values: dict[str, Any], *, allow_default: bool) -> CoverageStandard:
    rules = values.pop("rules")
    values["open_at"] = dt.time.fromisoformat(values["open_at"]) if values["open_at"] else None
    values["is_default"] = values["is_default"] and allow_default
    standard = CoverageStandard.objects.create(**values)
    CoverageRule.objects.bulk_create(CoverageRule(standard=standard, **rule) for rule in rules)
    return standard


def cancel_run(run: CoverageRun, *, at: dt.datetime) -> bool:
    """Ask a waiting or running run to stop; its worker stops at its next sign of life. Say whether there was one to stop."""
    waiting = CoverageRun.objects.filter(pk=run.pk, state__in=(JobState.QUEUED, JobState.RUNNING))
    return bool(waiting.update(state=JobState.CANCELLED, finished_at=at))
