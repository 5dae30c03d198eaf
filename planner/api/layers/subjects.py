"""Which run and which recommendation a layer is about: the one named, or the newest finished one the user may see."""

from typing import Any

from coverage.models import CoverageRun, Recommendation
from geo.engine.errors import Problem
from geo.models import JobState
from planner.accounts.scope import Person, scoped
from planner.api.errors import NotThereError


def run_for(user: Person, *, run: str = "", recommendation: str = "") -> CoverageRun | None:
    """Return the finished run with digest ``run``; else the run that ``recommendation`` stands on; else the newest.

    The newest is one at plain speeds; a run of a profile must be asked for. None if there is no finished run yet. Raises
    :class:`NotThereError` for a digest that the user has not.
    """
    runs = scoped(CoverageRun, user).filter(state=JobState.DONE).select_related("standard", "region", "network__source")
    if not run and recommendation:
        plan = recommendation_for(user, recommendation=recommendation)
        run = plan.run.digest if plan else ""
    if not run:
        return runs.filter(profile="").order_by("-created_at", "-pk").first()
    found = runs.filter(digest=run).first()
    if found is None:
        raise NotThereError(Problem(code="api.run_missing", field="run", value=run[:64]))
    return found


def recommendation_for(user: Person, *, recommendation: str = "", run: str = "") -> Recommendation | None:
    """Return the finished recommendation with that digest; else the newest one, of the run with digest ``run`` if given.

    Without either, one at plain speeds. None if there is none yet. Raises :class:`NotThereError` for a digest that the user has
    not.
    """
    plans = scoped(Recommendation, user).filter(state=JobState.DONE).select_related("plan", "run", "region")
    if not recommendation:
        of_run = plans.filter(run__digest=run) if run else plans.filter(run__profile="")
        return of_run.order_by("-created_at", "-pk").first()
    found = plans.filter(digest=recommendation).first()
    if found is None:
        raise NotThereError(Problem(code="api.recommendation_missing", field="recommendation", value=recommendation[:64]))
    return found


def run_meta(run: CoverageRun | None) -> dict[str, Any]:
    """Say which run a layer shows, on what standard and streets; None in each place when there is none."""
    if run is None:
        return {"run": None, "standard": None, "profile": None, "network": None, "engine_version": None, "is_synthetic": None}
    return {
        "run": run.digest,
        "standard": run.standard.slug,
        "profile": run.profile,
        "network": run.network.digest,
        "engine_version": run.engine_version,
        "is_synthetic": run.network.source.is_synthetic,
    }
