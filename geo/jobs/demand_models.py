"""Building a demand model as long work: the id of a model in, its cells out, its row says how it went."""

from django.utils import timezone

from geo.engine.errors import Problem, register_messages
from geo.engine.progress import Progress, no_progress
from geo.jobs.lifecycle import Clock, claim, outcome
from geo.jobs.signs import SignsOfLife
from geo.models import DemandModel, JobState
from geo.services.demand_models import Built, build_demand_model

register_messages(
    {
        "demand_model.busy": (
            "需求模型“{value}”正在计算；请稍候。", "the demand model “{value}” is being built; wait a moment.",
        ),
    }
)  # fmt: skip


def build_demand(model_id: int, progress: Progress = no_progress, *, clock: Clock = timezone.now) -> Built:
    """Build a model; raise :class:`InputError` if another worker does, or for what :func:`build_demand_model` refuses."""
    busy = Problem(code="demand_model.busy", value=str(model_id))
    claim(DemandModel, model_id, clock(), busy)
    with outcome(DemandModel, model_id, clock):
        model = DemandModel.objects.select_related("region", "output").get(pk=model_id)
        built = build_demand_model(model, SignsOfLife(DemandModel, model_id, clock=clock, shown=progress), at=clock())
        DemandModel.objects.filter(pk=model_id, state=JobState.RUNNING).update(
            state=JobState.DONE, progress_share=1.0, finished_at=clock()
        )
    return built
