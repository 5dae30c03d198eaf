"""Long work on the ground that a queue can run."""

from django_tasks import task

from geo.jobs import demand_models, imports
from geo.models import DemandModel, JobState


@task()
def read_import(batch_id: int) -> int:
    """Read the file of an import that waits for it; return its id."""
    imports.read_import(batch_id)
    return batch_id


@task()
def check_import(batch_id: int) -> int:
    """Check the rows of an import that waits for it; return its id."""
    imports.check_import(batch_id)
    return batch_id


@task()
def commit_import(batch_id: int, skip_invalid: bool, keep_duplicates: bool, by_id: int | None) -> int:
    """Write the rows of an import that waits for it; return its id."""
    imports.commit_import(batch_id, skip_invalid=skip_invalid, keep_duplicates=keep_duplicates, by_id=by_id)
    return batch_id


@task()
def undo_import(batch_id: int, by_id: int | None) -> int:
    """Take back what an import that waits for it wrote; return its id."""
    imports.undo_import(batch_id, by_id=by_id)
    return batch_id


@task()
def import_grid(batch_id: int) -> int:
    """Read and keep the population grid of a file that waits for it; return the id of its import."""
    imports.import_grid(batch_id)
    return batch_id


@task()
def build_demand_model(model_id: int) -> int:
    """Build a demand model that still waits for it; return its id."""
    if DemandModel.objects.filter(pk=model_id, state=JobState.QUEUED).exists():
        demand_models.build_demand(model_id)
    return model_id
