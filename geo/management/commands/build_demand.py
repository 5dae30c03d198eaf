"""Build a demand model: several sources blended into workers per H3 cell."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils import timezone

from geo.cli import GigshedCommand
from geo.engine.errors import InputError, Problem, register_messages
from geo.ingest.tables import check_file
from geo.jobs.demand_models import build_demand
from geo.models import DemandModel, Region
from geo.selectors import region_by_code
from geo.services.demand_models import parse_recipe

MAX_RECIPE_BYTES = 1_000_000

register_messages(
    {
        "recipe.no_json": ("不是有效的 JSON：{value}。", "this is no valid JSON: {value}."),
        "demand_model.unknown": (
            "没有需求模型“{value}”；可用：{known}。", "there is no demand model “{value}”; known: {known}.",
        ),
        "demand_model.name": (
            "新模型须有 --model、--name-zh 和 --recipe。", "a new model needs --model, --name-zh and --recipe.",
        ),
        "demand_model.region": (
            "不止一个省级区域或没有；请用 --region 指明。",
            "there is no province on record, or several; name the region with --region.",
        ),
    }
)  # fmt: skip


class Command(GigshedCommand):
    """Keep the recipe, build, report."""

    help = "Build a demand model: sources blended by a recipe into workers per H3 cell; nobody is lost unnoticed."
    teaches = """\
A recipe (docs/data.md has all entries):
  {"components": [{"source": "census-2020", "kind": "area_totals", "measure": "residents", "workers_share": 0.14,
                   "spread_by": "grid:worldpop-2020"}],
   "mode_shares": {"walk": 0.2, "ebike": 0.5, "bus": 0.2, "motor": 0.1}, "age50plus_share": 0.4}

Examples:
  manage.py build_demand --model workers-2020 --recipe recipe.json --name-zh "零工需求 2020" --name-en "Gig workers 2020"
  manage.py build_demand --model workers-2020              # again, with the data of today

The same recipe on the same data is not built again. Exit codes: 0 done; 2 the recipe or the data cannot be used: the cells on
record stay as they are.
"""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the model, its recipe, names and region."""
        parser.add_argument(
            "--model", default="", metavar="SLUG", help="short name of the model; default: the recipe file's name"
        )
        parser.add_argument("--recipe", type=Path, help="JSON file with the recipe; without it that on record is built again")
        parser.add_argument("--name-zh", default="", help="Chinese name of a new model")
        parser.add_argument("--name-en", default="", help="English name of a new model; default: the Chinese one")
        parser.add_argument(
            "--region", default="", metavar="CODE", help="region of a new model; default: the province on record"
        )

    def run(self, *, model: str, recipe: Path | None, **options: Any) -> dict[str, Any]:
        """Find or make the model, build it."""
        row = _kept(model or recipe.stem, recipe, options) if recipe else _on_record(model)
        with self.progress("demand") as progress:
            built = build_demand(row.pk, progress)
        return {
            "lines": _lines(built.model, built.report, is_new=built.is_new), "model": row.slug, "is_new": built.is_new,
            "source": f"model-{row.slug}", **built.report,
        }  # fmt: skip


def _on_record(slug: str) -> DemandModel:
    found = DemandModel.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(DemandModel.objects.values_list("slug", flat=True)) or "–"
        raise InputError(Problem(code="demand_model.unknown", field="--model", value=slug[:60], details={"known": known}))
    return found


def _kept(slug: str, path: Path, options: dict[str, Any]) -> DemandModel:
    """Return the model ``slug`` with the recipe of a file; it is checked before anything is kept."""
    said = _read(path)
    parse_recipe(said)
    found = DemandModel.objects.filter(slug=slug).first()
    if found is None:
        return _made(slug, said, options)
    found.recipe = said
    found.name_zh, found.name_en = options["name_zh"] or found.name_zh, options["name_en"] or found.name_en
    found.save(update_fields=["recipe", "name_zh", "name_en"])
    return found


def _read(path: Path) -> Any:
    check_file(path)
    if path.stat().st_size > MAX_RECIPE_BYTES:
        raise InputError(Problem(code="recipe.no_json", file=path.name, value=f"> {MAX_RECIPE_BYTES:,} B"))
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(Problem(code="recipe.no_json", file=path.name, value=str(error)[:100])) from error


def _made(slug: str, said: Any, options: dict[str, Any]) -> DemandModel:
    try:
        validate_slug(slug)
    except ValidationError as error:
        raise InputError(Problem(code="source.slug", field="--model", value=slug[:60])) from error
    if not options["name_zh"]:
        raise InputError(Problem(code="demand_model.name", field="--name-zh"))
    return DemandModel.objects.create(
        slug=slug[:60], name_zh=options["name_zh"], name_en=options["name_en"] or options["name_zh"],
        region=_region(options["region"]), recipe=said, created_at=timezone.now(),
    )  # fmt: skip


def _region(code: str) -> Region:
    today = timezone.localdate()
    if code:
        return region_by_code(code, on=today)
    provinces = list(Region.objects.filter(parent=None, valid_until=None).values_list("code", flat=True).distinct()[:2])
    if len(provinces) != 1:
        raise InputError(Problem(code="demand_model.region", field="--region"))
    return region_by_code(provinces[0], on=today)


def _lines(model: DemandModel, report: dict[str, Any], *, is_new: bool) -> list[str]:
    done = ("已计算", "built") if is_new else ("无变化，未重新计算", "unchanged, not built again")
    lines = [
        f"{model.name_zh}（{model.slug}）{done[0]}：{report['cells']:,} 个单元、{report['workers_persons']:,} 名零工，"
        f"城镇 {report['urban_persons']:,}、乡村 {report['rural_persons']:,}；来源 model-{model.slug}。 / "
        f"{model.name_en} ({model.slug}) {done[1]}: {report['cells']:,} cells, {report['workers_persons']:,} workers, "
        f"{report['urban_persons']:,} urban, {report['rural_persons']:,} rural; source model-{model.slug}."
    ]
    for part in report["components"]:
        figures = part["persons_in"], part["persons_placed"], part["persons_lost"], part["persons_elsewhere"]
        lines.append(
            part["source"] + "：共 {:,} 人，计入 {:,}，未找到位置 {:,}，模型区域外 {:,}。".format(*figures)
            + " / " + part["source"] + ": {:,} people, {:,} placed, {:,} lost, {:,} elsewhere.".format(*figures)
        )  # fmt: skip
    return lines + [f"{note['zh']} / {note['en']}" for note in report["notes"][:20]]
