"""The recipe of a demand model as a form: sources in rows, shares in per cent; and back, for changing one on record."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from geo.engine.errors import Problem
from geo.models import AreaTotal, DataSource, DemandCell, DemandModel, HourlyCount, Region
from geo.services.demand_models.recipe import AREA, AREA_TOTALS, CELLS, GATHERING, GRID, MODES, RURAL, STREETS, URBAN
from geo.services.demand_recipes import is_short_name_taken
from geo.services.grids import grid_sources
from planner.accounts.policy import Act
from planner.accounts.scope import Person, scoped
from planner.demand.forms import DEFAULT_RESOLUTION, RESOLUTIONS, own_regions
from planner.demand.templatetags.demand_words import measure_name, mode_name
from planner.imports.forms import RegionChoice
from planner.imports.language import language_of_page
from planner.reports.templatetags.figures import name_of

MAX_ROWS = 8
_DECIMALS = 10  # of a share: per cent with eight decimals
_KEPT = ("group_shares", "total_persons", "floors")
"""Entries that the form does not show; those of a recipe on record stay."""
RESIDENTS_PLACED = "residents"
Choices = list[tuple[str, str]]


def holdings(user: Person, model: DemandModel | None = None) -> Choices:
    """Return what can be blended: kind, source, measure and year as one value, and its name; a model is no source of itself."""
    sources = scoped(DataSource, user, Act.READ_DEMAND)
    known = {source.pk: source for source in sources if model is None or source.pk != model.output_id}
    totals = scoped(AreaTotal, user, Act.READ_DEMAND).order_by("source__slug", "measure", "-year")
    found = [
        (f"{AREA_TOTALS}:{known[pk].slug}:{measure}:{year}", f"{name_of(known[pk])} – {measure_name(measure)} {year}")
        for pk, measure, year in totals.values_list("source_id", "measure", "year").distinct()
        if pk in known
    ]
    cells = scoped(DemandCell, user, Act.READ_DEMAND).order_by("source__slug", "-year").values_list("source_id", "year")
    word = gettext("demand cells")
    found += [
        (f"{CELLS}:{known[pk].slug}::{year}", f"{name_of(known[pk])} – {word} {year}")
        for pk, year in cells.distinct()
        if pk in known
    ]
    counts = scoped(HourlyCount, user, Act.READ_DEMAND).order_by("venue__source__slug")
    word = gettext("gathering points, fullest hour")
    found += [
        (f"{GATHERING}:{known[pk].slug}::", f"{name_of(known[pk])} – {word}")
        for pk in counts.values_list("venue__source_id", flat=True).distinct()
        if pk in known
    ]
    return found


def spreads(user: Person) -> Choices:
    """Return what totals can be spread by."""
    known = {source.pk for source in scoped(DataSource, user, Act.READ_DEMAND)}
    grids = [source for source in grid_sources(settings.VAR_DIR) if source.pk in known]
    plain = [(AREA, gettext("land area")), (STREETS, gettext("streets for walkers"))]
    word = gettext("grid %(name)s")
    return plain + [(f"{GRID}:{source.slug}", word % {"name": name_of(source)}) for source in grids]


class PercentField(forms.FloatField):
    """A share, written in per cent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, required=False, **options)
        self.widget.attrs |= {"step": "any", "inputmode": "decimal"}

    def clean(self, value: Any) -> float | None:
        """Return the share of 0 to 1."""
        percent: float | None = super().clean(value)
        return None if percent is None else round(percent / 100, _DECIMALS)


class ComponentForm(forms.Form):
    """One source of the blend."""

    holding = forms.ChoiceField(label=_("source"), required=False)
    workers_share = PercentField(label=_("per cent of gig workers among them"))
    weight = forms.FloatField(label=_("weight"), min_value=1e-6, max_value=1e6, required=False)
    spread_by = forms.ChoiceField(label=_("spread by"), required=False)

    def __init__(self, *args: Any, holdings: Choices, spreads: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("holding", [("", _("no source")), *holdings]), ("spread_by", spreads)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        self.fields["weight"].widget.attrs["step"] = "any"

    def component(self) -> dict[str, Any] | None:
        """Return the entry of the recipe; None for an empty row."""
        data = self.cleaned_data
        if not data.get("holding"):
            return None
        kind, source, measure, year = data["holding"].split(":")
        said: dict[str, Any] = {"kind": kind, "source": source, "weight": 1.0 if data["weight"] is None else data["weight"]}
        said |= {"measure": measure} if measure else {}
        said |= {"year": int(year)} if year else {}
        said["workers_share"] = 1.0 if data["workers_share"] is None else data["workers_share"]
        return said | ({"spread_by": data["spread_by"] or AREA} if kind == AREA_TOTALS else {})


class RecipeForm(forms.Form):
    """Everything but the sources: names, region, and how the workers are told apart."""

    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=120)
    name_en = forms.CharField(label=_("Name (English)"), max_length=120, required=False)
    slug = forms.SlugField(label=_("Short name"), max_length=60)
    region = RegionChoice(queryset=None, label=_("Region"), empty_label=None)
    resolution = forms.TypedChoiceField(label=_("H3 resolution"), choices=RESOLUTIONS, coerce=int, initial=DEFAULT_RESOLUTION)
    settlement = forms.ChoiceField(label=_("Urban and rural"))
    age_source = forms.ChoiceField(label=_("Aged 50 or more: from the ages of"), required=False)
    age_share = PercentField(label=_("or the same per cent everywhere"))

    def __init__(self, *args: Any, user: Person, model: DemandModel | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user, self._model = user, model
        region = self.fields["region"]
        assert isinstance(region, RegionChoice)
        region.queryset = own_regions(user)
        if model is not None:
            del self.fields["slug"], self.fields["region"]
        self._choose("settlement", settlements(user))
        self._choose("age_source", [("", _("no source")), *aged_sources(user)])
        for settlement in (URBAN, RURAL):
            for mode in MODES:
                self.fields[f"{settlement}_{mode}"] = PercentField(label=mode_name(mode))

    def _choose(self, name: str, choices: Choices | list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_slug(self) -> str:
        """Refuse the short name of another model."""
        slug: str = self.cleaned_data["slug"]
        if is_short_name_taken(slug):
            raise forms.ValidationError(_("There is a model with this short name; choose another one."))
        return slug

    def clean(self) -> dict[str, Any]:
        """Refuse two answers to one question."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("age_source") and data.get("age_share") is not None:
            self.add_error("age_share", _("Choose a source or write a share, not both."))
        return data

    def mode_rows(self) -> list[tuple[str, list[Any]]]:
        """Return the fields of the ways to travel, urban and rural."""
        return [(settlement, [self[f"{settlement}_{mode}"] for mode in MODES]) for settlement in (URBAN, RURAL)]

    def recipe(self, components: Iterable[dict[str, Any] | None]) -> dict[str, Any]:
        """Return the recipe that the form says; what it does not show stays as it is on record."""
        data = self.cleaned_data
        kept = {name: self._model.recipe[name] for name in _KEPT if name in self._model.recipe} if self._model else {}
        said = {"resolution": data["resolution"], "components": [each for each in components if each], **kept}
        by, _colon, source = data["settlement"].partition(":")
        thresholds = dict(self._model.recipe.get("settlement") or {}) if self._model else {}
        thresholds = {name: value for name, value in thresholds.items() if name not in ("by", "source")}
        said["settlement"] = {"by": by, **({"source": source} if source else {}), **thresholds}
        if data.get("age_source"):
            said["age50plus_share"] = {"source": data["age_source"]}
        elif data.get("age_share") is not None:
            said["age50plus_share"] = data["age_share"]
        return said | self._modes()

    def _modes(self) -> dict[str, Any]:
        shares = {
            settlement: {mode: self.cleaned_data[f"{settlement}_{mode}"] for mode in MODES} for settlement in (URBAN, RURAL)
        }
        if all(share is None for table in shares.values() for share in table.values()):
            return {}
        return {"mode_shares": {name: {mode: share or 0.0 for mode, share in table.items()} for name, table in shares.items()}}


def settlements(user: Person) -> Choices:
    """Return how urban can be told from rural."""
    held = scoped(DemandCell, user, Act.READ_DEMAND).order_by().values("source").distinct()
    cells = scoped(DataSource, user, Act.READ_DEMAND).filter(pk__in=held)
    grids = [(value, label) for value, label in spreads(user) if value.startswith(f"{GRID}:")]
    by_grid, by_cells = gettext("by the density of %(grid)s"), gettext("as the cells of %(source)s")
    return [
        (RESIDENTS_PLACED, gettext("by the density of the residents placed")),
        *((value, by_grid % {"grid": label}) for value, label in grids),
        *((f"source:{source.slug}", by_cells % {"source": name_of(source)}) for source in cells),
    ]


def aged_sources(user: Person) -> Choices:
    """Return the sources whose totals tell who is aged 50 or more."""
    held = scoped(AreaTotal, user, Act.READ_DEMAND).exclude(age50plus_persons=None).order_by().values("source").distinct()
    return [(source.slug, name_of(source)) for source in scoped(DataSource, user, Act.READ_DEMAND).filter(pk__in=held)]


def initial_of(model: DemandModel) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what the form and its rows show first for a model on record."""
    said: dict[str, Any] = model.recipe
    settlement = said.get("settlement") or {}
    by = settlement.get("by", RESIDENTS_PLACED)
    age = said.get("age50plus_share")
    first = {
        "name_zh": model.name_zh, "name_en": model.name_en, "resolution": said.get("resolution", DEFAULT_RESOLUTION),
        "settlement": by if by == RESIDENTS_PLACED else f"{by}:{settlement.get('source', '')}",
        "age_source": age.get("source", "") if isinstance(age, dict) else "",
        "age_share": percent_of(age) if isinstance(age, int | float) else None, **_first_modes(said.get("mode_shares")),
    }  # fmt: skip
    return first, [_first_row(each) for each in said.get("components", [])]


def _first_modes(said: Any) -> dict[str, Any]:
    if not said:
        return {}
    by_class = said if set(said) & {URBAN, RURAL} else {URBAN: said, RURAL: said}
    return {f"{name}_{mode}": percent_of(by_class.get(name, {}).get(mode, 0.0)) for name in (URBAN, RURAL) for mode in MODES}


def _first_row(said: dict[str, Any]) -> dict[str, Any]:
    measure = said.get("measure", "") if said["kind"] == AREA_TOTALS else ""
    return {
        "holding": f"{said['kind']}:{said['source']}:{measure}:{said.get('year') or ''}",
        "spread_by": said.get("spread_by", AREA),
        "weight": said.get("weight", 1.0), "workers_share": percent_of(said.get("workers_share", 1.0)),
    }  # fmt: skip


def percent_of(share: float) -> float:
    """Return a share of 0 to 1 in per cent, without the noise of binary fractions."""
    return round(100 * share, _DECIMALS - 2)


def say_recipe_problem(problem: Problem) -> str:
    """Return the sentence of a problem with the place where it stands, in the words of the form."""
    sentence = replace(problem, field="").sentence(language_of_page())
    parts = problem.field.split(".")
    if parts[0] == "components" and len(parts) > 1:
        word = gettext("Source")
        return f"{word} {int(parts[1]) + 1}: {sentence}"
    where = {"mode_shares": gettext("How they travel"), "age50plus_share": gettext("Aged 50 or more"),
             "settlement": gettext("Urban and rural"), "components": gettext("Sources")}.get(parts[0], "")  # fmt: skip
    inner = {URBAN: gettext("urban"), RURAL: gettext("rural")}.get(parts[1], "") if len(parts) > 1 else ""
    place = " – ".join(part for part in (where, inner) if part)
    return f"{place}: {sentence}" if place else sentence


def has_region(form: RecipeForm, model: DemandModel | None) -> Region:
    """Return the region of the model: that on record, or the chosen one."""
    region: Region = model.region if model is not None else form.cleaned_data["region"]
    return region
