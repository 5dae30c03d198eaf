"""The form of a demand model: a new one, or another recipe for one on record; both are built at once."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from geo.engine.errors import InputError
from geo.jobs import demand_queue as queue
from geo.models import DemandModel
from geo.services.demand_models import parse_recipe
from geo.services.demand_recipes import keep_recipe
from planner.accounts.policy import Act
from planner.demand import recipe_form
from planner.demand.access import admit
from planner.demand.recipe_form import MAX_ROWS, ComponentForm, RecipeForm
from planner.demand.views.models import is_busy, own_model

Rows = formset_factory(ComponentForm, extra=0, min_num=MAX_ROWS, max_num=MAX_ROWS, absolute_max=MAX_ROWS)
ROW_DEFAULTS = {"weight": 1, "workers_share": 100}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a new model; a POST keeps and builds it."""
    admit(request, Act.MANAGE_RECORDS)
    return _answer(request, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for another recipe of a model on record; a POST keeps it and builds."""
    model = own_model(request, slug, manage=True)
    if is_busy(model) and not queue.is_lost(model) and model.started_at is not None:
        messages.info(request, _("The model is being built; cancel that first, or wait a moment."))
        return redirect("demand:model", slug=slug)
    return _answer(request, model)


def _answer(request: HttpRequest, model: DemandModel | None) -> HttpResponse:
    form, rows = _forms(request, model)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            return redirect("demand:model", slug=_keep(request, form, rows, model).slug)
        except InputError as error:
            problems = [recipe_form.say_recipe_problem(problem) for problem in error.problems]
    context = {"at": "models", "form": form, "rows": rows, "model": model, "problems": problems, "max_rows": MAX_ROWS}
    return render(request, "demand/recipe.html", context, status=400 if form.is_bound else 200)


def _forms(request: HttpRequest, model: DemandModel | None) -> tuple[RecipeForm, Any]:
    data = request.POST if request.method == "POST" else None
    first, first_rows = recipe_form.initial_of(model) if model is not None else ({}, [])
    first_rows += [dict(ROW_DEFAULTS) for _row in range(MAX_ROWS - len(first_rows))]
    choices = {"holdings": recipe_form.holdings(request.user, model), "spreads": recipe_form.spreads(request.user)}
    known = {value for value, _label in choices["holdings"]}
    for row in first_rows:  # a recipe that takes the newest year, or a source that is no longer readable here
        if row.get("holding") and row["holding"] not in known:
            row["holding"] = next((value for value in known if value.startswith(row["holding"])), row["holding"])
    rows = Rows(data, initial=first_rows[:MAX_ROWS], form_kwargs=choices, prefix="rows")
    return RecipeForm(data, initial=first, user=request.user, model=model), rows


def _keep(request: HttpRequest, form: RecipeForm, rows: Any, model: DemandModel | None) -> DemandModel:
    """Keep the recipe if it can be built, and hand the model to the queue; raises :class:`InputError`."""
    recipe = form.recipe(row.component() for row in rows)
    parse_recipe(recipe)
    data = form.cleaned_data
    names = {"name_zh": data["name_zh"], "name_en": data["name_en"] or data["name_zh"]}
    with transaction.atomic():
        kept = keep_recipe(
            model, slug=data.get("slug", ""), region=recipe_form.has_region(form, model), recipe=recipe, at=timezone.now(),
            by=request.user if request.user.is_authenticated else None, **names,
        )  # fmt: skip
        queue.queue_build(kept)
    return kept
