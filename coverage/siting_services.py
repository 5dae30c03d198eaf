"""Acts on siting plans and recommendations."""

import datetime as dt
import json
from pathlib import Path

from django.db import transaction

from coverage.models import Recommendation, SitingPlan
from geo.models import JobState

SHIPPED_PLANS = Path(__file__).resolve().parents[1] / "fixtures" / "plans.json"


@transaction.atomic
def load_shipped_plans(path: Path = SHIPPED_PLANS) -> list[SitingPlan]:
    """Add the plans of ``path`` that are not there yet; return those added.

    What is there stays as people edited it. A shipped default becomes the default only where there is none.
    """
    known = set(SitingPlan.objects.values_list("slug", flat=True))
    has_default = SitingPlan.objects.filter(is_default=True).exists()
    return [
        SitingPlan.objects.create(**values | {"is_default": values["is_default"] and not has_default})
        for values in json.loads(path.read_text(encoding="utf-8"))
        if values["slug"] not in known
    ]


def cancel_recommendation(recommendation: Recommendation, *, at: dt.datetime) -> bool:
    """Ask a waiting or running recommendation to stop; its worker stops at its next sign of life. Say whether there was one."""
    waiting = Recommendation.objects.filter(pk=recommendation.pk, state__in=(JobState.QUEUED, JobState.RUNNING))
    return bool(waiting.update(state=JobState.CANCELLED, finished_at=at))
