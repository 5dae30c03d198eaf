"""Long work on the ground that a queue can run."""

from django_tasks import task

from geo.jobs import demand_models, imports
from geo.models import DemandModel, ImportBatch, JobState

Stage = ImportBatch.Stage


def _still_wanted(batch_id: int, stage: str) -> bool:
    """Say whether an import waits for this step: it may have been cancelled, or done by another task, since it was queued."""
    return ImportBatch.objects.filter(pk=batch_id, state=JobState.QUEUED, stage=stage).exists()


@task()
def read_import(batch_id: int) -> int:
    """Read the file of an import; return its id."""
    if _still_wanted(batch_id, Stage.RECEIVED):
        imports.read_import(batch_id)
    return batch_id


@task()
def check_import(batch_id: int) -> int:
    """Check the rows of an import; return its id."""
    if _still_wanted(batch_id, Stage.READ):
        imports.check_import(batch_id)
    return batch_id


@task()
def commit_import(batch_id: int, skip_invalid: bool, keep_duplicates: bool, by_id: int | None) -> int:
    """Write the rows of an import; return its id."""
    if _still_wanted(batch_id, Stage.CHECKED):
        imports.commit_import(batch_id, skip_invalid=skip_invalid, keep_duplicates=keep_duplicates, by_id=by_id)
    return batch_id


@task()
def import_grid(batch_id: int) -> int:
    """Read and keep the population grid of a file; return the id of its import."""
    if _still_wanted(batch_id, Stage.RECEIVED):
        imports.import_grid(batch_id)
    return batch_id


@task()
def build_demand_model(model_id: int) -> int:
    """Build a demand model that still waits for it; return its id."""
    if DemandModel.objects.filter(pk=model_id, state=JobState.QUEUED).exists():
        demand_models.build_demand(model_id)
    return model_id
