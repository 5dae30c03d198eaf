"""Long work that a queue can run: ids in, one job."""

from django_tasks import task

from coverage.jobs.coverage import run_coverage


@task()
def coverage_run(run_id: int) -> int:
    """Work out the coverage run ``run_id``; return its id."""
    return run_coverage(run_id).pk
