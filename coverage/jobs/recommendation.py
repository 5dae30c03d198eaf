"""Recommendations: ids in, one solution, rows and files out. The same inputs are never worked out twice."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from coverage.engine.siting.plan import Plan
from coverage.engine.siting.solve import Watch
from coverage.exports import replaced_folder
from coverage.jobs.siting_inputs import SitingInputs, plan_with, read_siting_inputs
from coverage.jobs.siting_rows import site_rows, summary_of
from coverage.jobs.siting_work import Found, work_out
from coverage.models import CoverageRun, Recommendation, RecommendedSite, SitingPlan
from coverage.selectors import network_of_run
from coverage.siting_exports import SITES_CSV, recommendation_folder, write_site_files
from geo.engine import ENGINE_VERSION
from geo.engine.errors import InputError, Problem, register_messages
from geo.engine.progress import Cancelled, Progress, no_progress
from geo.jobs.lifecycle import Clock, claim, is_stale, outcome
from geo.jobs.signs import SignsOfLife
from geo.models import JobState

LOADED_SHARE = 0.05

register_messages(
    {
        "siting.busy": (
            "同样输入的推荐 {value} 正在进行中；请等待其完成。",
            "recommendation {value} of the same inputs is under way; wait for it to end.",
        ),
        "siting.inputs_changed": (
            "推荐 {value} 排队期间数据已更改；请重新开始。",
            "the data changed while recommendation {value} was waiting; start it again.",
        ),
    }
)


def start_recommendation(
    *,
    plan: SitingPlan,
    run: CoverageRun,
    at: dt.datetime,
    by: AbstractBaseUser | None = None,
    parameters: dict[str, Any] | None = None,
) -> tuple[Recommendation, bool]:
    """Return the recommendation of these inputs and whether it is new.

    ``parameters`` change the plan: ``phases`` and ``quotas`` replace the plan's, ``candidate_rules`` and ``solver`` are merged
    into them. One that is done answers at once; one that failed, was cancelled, lost its worker or its files is set to wait
    again. Raises :class:`geo.engine.errors.SitingError` for a plan that is wrong in itself or a run that cannot be built on.
    """
    wanted = plan_with(plan, parameters or {})
    inputs = read_siting_inputs(wanted, run)
    wanted.quotas_of(inputs.quota_regions)
    with transaction.atomic():
        recommendation, created = Recommendation.objects.get_or_create(
            digest=inputs.digest,
            defaults={
                "plan": plan, "run": run, "region": run.region, "parameters": wanted.as_json(),
                "engine_version": ENGINE_VERSION, "created_at": at, "created_by_id": by.pk if by else None,
            },
        )  # fmt: skip
        if not created and _must_start_again(recommendation, at):
            recommendation.state, recommendation.progress_share = JobState.QUEUED, 0.0
            recommendation.save(update_fields=["state", "progress_share"])
    return recommendation, created


def _must_start_again(recommendation: Recommendation, at: dt.datetime) -> bool:
    if recommendation.state == JobState.DONE:
        return not (recommendation_folder(recommendation) / SITES_CSV).is_file()
    if recommendation.state == JobState.RUNNING:
        return is_stale(recommendation.heartbeat_at, at)
    return True


def run_recommendation(
    recommendation_id: int, progress: Progress = no_progress, *, clock: Clock = timezone.now, watch: Watch | None = None
) -> Recommendation:
    """Work out a waiting recommendation and store rows and files; one that is done is returned as it is.

    Results appear all at once or not at all. ``watch`` hears how the search stands. Raises ``Cancelled`` if someone cancels it
    or ``progress`` does, :class:`geo.engine.errors.SitingError` for demands that conflict, ``InputError`` if another worker has
    it or its inputs changed since it was started.
    """
    recommendation = _recommendation(recommendation_id)
    if recommendation.state == JobState.DONE:
        return recommendation
    claim(Recommendation, recommendation.pk, clock(), Problem(code="siting.busy", value=recommendation.digest[:8]))
    with outcome(Recommendation, recommendation.pk, clock):
        signs = SignsOfLife(Recommendation, recommendation.pk, clock=clock, shown=progress)
        inputs = _inputs_of(recommendation)
        network = network_of_run(recommendation.run)
        signs(LOADED_SHARE)
        _store(recommendation, inputs, work_out(inputs, network, signs, watch), clock)
    recommendation.refresh_from_db()
    progress(1.0)
    return recommendation


def _recommendation(pk: int) -> Recommendation:
    rows = Recommendation.objects.select_related("plan", "region", "run__standard", "run__region", "run__network__source")
    return rows.get(pk=pk)


def _inputs_of(recommendation: Recommendation) -> SitingInputs:
    """Read the inputs again and make sure they are those the recommendation was started with."""
    kept = recommendation.parameters
    plan = Plan.from_json(kept["phases"], {name: kept[name] for name in ("quotas", "candidate_rules", "solver")})
    inputs = read_siting_inputs(plan, recommendation.run)
    if inputs.digest != recommendation.digest:
        raise InputError(Problem(code="siting.inputs_changed", value=recommendation.digest[:8]))
    return inputs


def _store(recommendation: Recommendation, inputs: SitingInputs, found: Found, clock: Clock) -> None:
    """Write files and rows; both appear with the recommendation's end, in one transaction."""
    sites = site_rows(recommendation, found)
    summary = summary_of(inputs, found)
    with replaced_folder(recommendation_folder(recommendation)) as folder:
        write_site_files(folder, sites)
        with transaction.atomic():
            recommendation.sites.all().delete()
            RecommendedSite.objects.bulk_create(sites)
            mine = Recommendation.objects.filter(pk=recommendation.pk, state=JobState.RUNNING)
            if not mine.update(state=JobState.DONE, progress_share=1.0, finished_at=clock(), **summary):
                raise Cancelled
