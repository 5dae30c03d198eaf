"""``manage.py recommend``: which sites, with which action, in which year, within which money."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils import timezone
from tqdm import tqdm

from coverage.engine.siting import Standing
from coverage.jobs.recommendation import run_recommendation, start_recommendation
from coverage.management.outputs import copy_out, require_writable
from coverage.management.queueing import add_queue_option, queued_summary
from coverage.management.siting_choices import changes_of, chosen_plan, chosen_run
from coverage.management.siting_wording import TOP_SHOWN, by_action_and_year, plan_lines
from coverage.models import Recommendation
from coverage.siting_exports import SITES_CSV, SITES_GEOJSON, SITES_GPKG, recommendation_folder, sites_frame
from coverage.tasks import siting_recommendation
from geo.cli import GigshedCommand
from geo.engine.errors import GigshedError
from geo.models import JobState

SECONDS_BETWEEN_LINES = 2.0


class Command(GigshedCommand):
    """Recommend sites for a plan on the ground of a coverage run, or answer from an earlier one of the same inputs."""

    help = "recommend sites to integrate, renovate or build / 推荐整合、改造或新建的站点"
    teaches = """examples:
  manage.py recommend
  manage.py recommend --sites 60 --budget-yuan 60000000
  manage.py recommend --years 2026:10,2028:40 --min-per-county 0 --csv sites.csv --gpkg sites.gpkg
  manage.py recommend --method greedy --json
  manage.py recommend --sites 120 --queue     a worker does it; its state is on the record

Counts and money are cumulative by the end of each year; with --years the plan's quotas for other years
fall away. A coverage run of the region must be there (run_coverage).
Exit codes: 0 done, 2 bad input or demands that conflict (nothing saved), 130 cancelled."""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--plan", metavar="SLUG", help="short name of the siting plan (the default one, notice-17-100)")
        parser.add_argument("--region", metavar="CODE", help="code of the region (the province if there is one only)")
        parser.add_argument("--run", metavar="DIGEST", help="digest of the coverage run, or its first characters (the newest)")
        parser.add_argument("--sites", type=int, metavar="N", help="sites by the last year, instead of the plan's")
        parser.add_argument("--years", metavar="2022:17,2025:100", help="years with cumulative sites, instead of the plan's")
        parser.add_argument("--budget-yuan", type=float, metavar="YUAN", help="money by the last year, instead of the plan's")
        parser.add_argument(
            "--min-per-county", type=int, metavar="N", help="sites wanted in every county by the last year, as far as possible"
        )
        parser.add_argument("--time-limit-seconds", type=float, metavar="S", help="for the solver (40)")
        parser.add_argument("--method", choices=("exact", "greedy"), help="exact with HiGHS (default), or greedy and swaps")
        add_queue_option(parser)
        parser.add_argument("--csv", type=Path, metavar="FILE", help="write the sites as CSV")
        parser.add_argument("--gpkg", type=Path, metavar="FILE", help="write the sites as GeoPackage")
        parser.add_argument("--geojson", type=Path, metavar="FILE", help="write the sites as GeoJSON")

    def run(self, **options: Any) -> dict[str, Any]:
        """Start or find the recommendation, work it out, say what it is."""
        require_writable([options["csv"], options["gpkg"], options["geojson"]])
        run = chosen_run(options["run"], options["region"])
        plan = chosen_plan(options["plan"])
        changes = changes_of(plan, options)
        found, created = start_recommendation(plan=plan, run=run, at=timezone.now(), parameters=changes)
        answered_before = found.state == JobState.DONE
        if options["queue"] and not answered_before:
            siting_recommendation.enqueue(found.pk)
            return queued_summary(found)
        try:
            with self.progress("选址 / siting") as progress:
                done = run_recommendation(found.pk, progress, watch=None if self.quiet else _teller())
        except GigshedError:
            if created:
                Recommendation.objects.filter(pk=found.pk, state=JobState.FAILED).delete()
            raise
        files = _copy_files(done, options)
        return _summary(done, created=created, answered_before=answered_before) | {"files": files}


def _teller() -> Callable[[int, Standing], None]:
    """Return what says how the search stands, above the progress bar, every two seconds of search."""
    said = {"year": 0, "seconds": 0.0}

    def tell(year: int, standing: Standing) -> None:
        waited = standing.seconds - (said["seconds"] if said["year"] == year else 0.0)
        if waited >= SECONDS_BETWEEN_LINES and 0 < standing.objective <= standing.bound < float("inf"):
            said.update(year=year, seconds=standing.seconds)
            gap = 100 * (standing.bound - standing.objective) / standing.bound
            tqdm.write(f"  {year}: {standing.objective:,.0f} / {standing.bound:,.0f}，差距 gap {gap:.2f} %", file=sys.stderr)

    return tell


def _copy_files(recommendation: Recommendation, options: dict[str, Any]) -> dict[str, str]:
    """Copy the files to where the user wants them; return all their paths."""
    folder = recommendation_folder(recommendation)
    names = {"csv": SITES_CSV, "gpkg": SITES_GPKG, "geojson": SITES_GEOJSON}
    for option, name in names.items():
        wanted: Path | None = options[option]
        if wanted:
            copy_out(folder / name, wanted)
    return {"folder": str(folder)} | {option: str(options[option] or folder / name) for option, name in names.items()}


def _summary(recommendation: Recommendation, *, created: bool, answered_before: bool) -> dict[str, Any]:
    sites = list(recommendation.sites.select_related("venue", "region"))
    numbers = (
        "method", "workers_persons", "reached_before_persons", "reached_after_persons", "served_before_persons",
        "served_after_persons", "objective_persons", "bound_persons", "gap_share", "cost_yuan", "proofs", "unmet", "warnings",
        "digest", "engine_version", "parameters",
    )  # fmt: skip
    table = sites_frame(sites).to_dict("records")
    return {name: getattr(recommendation, name) for name in numbers} | {
        "recommendation": recommendation.pk,
        "run_digest": recommendation.run.digest,
        "plan": recommendation.plan.slug,
        "region": recommendation.region.code,
        "created": created,
        "answered_from_earlier_run": answered_before,
        "sites_count": len(sites),
        "by_action_and_year": by_action_and_year(sites),
        "top_sites": table[:TOP_SHOWN],
        "sites": table,
        "lines": plan_lines(recommendation, sites, answered_before=answered_before),
    }
