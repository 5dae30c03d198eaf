"""Long work that a queue can run: ids in, one job."""

from django_tasks import task

from coverage.jobs.coverage import run_coverage
from coverage.jobs.recommendation import run_recommendation


@task()
def coverage_run(run_id: int) -> int:
    """Work out the coverage run ``run_id``; return its id."""
    return run_coverage(run_id).pk


@task()
def siting_recommendation(recommendation_id: int) -> int:
    """Work out the recommendation ``recommendation_id``; return its id."""
    return run_recommendation(recommendation_id).pk
