"""``manage.py run_coverage``: who is served, who is within reach but over capacity, who is out of reach."""

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from coverage.engine.hours import TYPICAL_DAY, Day
from coverage.exports import RESULTS_CSV, RESULTS_GPKG, result_row, run_folder
from coverage.jobs.coverage import run_coverage, start_coverage_run
from coverage.management.choices import chosen_network, chosen_region, chosen_standard
from coverage.management.outputs import copy_out, require_writable
from coverage.management.queueing import add_queue_option, queued_summary
from coverage.management.wording import WORST_SHOWN, run_lines, worst_counties
from coverage.models import CoverageRun
from coverage.tasks import coverage_run
from geo.cli import GigshedCommand
from geo.engine.profiles import SpeedProfile
from geo.models import JobState


def date_of(text: str) -> dt.date:
    """Read a date given as YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a date of the form YYYY-MM-DD") from error


class Command(GigshedCommand):
    """Work out coverage of a region under a standard, or answer from an earlier run of the same inputs."""

    help = "work out who reaches a venue in time / 计算谁能及时到达场所"
    teaches = """examples:
  manage.py run_coverage
  manage.py run_coverage --standard walk15 --region 320100
  manage.py run_coverage --date 2026-12-01 --csv coverage.csv --gpkg coverage.gpkg
  manage.py run_coverage --json
  manage.py run_coverage --standard walk15 --queue     a worker does it; its state is on the record
  manage.py run_coverage --standard walk15 --profile slow-walkers     older workers: 1.0 m/s instead of 1.1 m/s
  manage.py run_coverage --speed-factor ebike=0.8 --speed-factor walk=0.9     how much hangs on the speeds

A run at other speeds is a run of its own beside the plain one; its files, page, report and API answers say whose speeds it
took. recommend takes it only by --run DIGEST; the map offers it after the plain ones and never opens with it.

The date gives weekday and season for opening hours; without it a Wednesday in summer is meant.
Exit codes: 0 done, 2 bad input (nothing changed), 130 cancelled."""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--standard", metavar="SLUG", help="short name of the coverage standard (the default one if not given)"
        )
        parser.add_argument("--region", metavar="CODE", help="code of the region (the province if there is one only)")
        parser.add_argument(
            "--network", metavar="DIGEST", help="digest of the street network, or its first characters (the newest)"
        )
        parser.add_argument(
            "--date", type=date_of, metavar="YYYY-MM-DD", help="day whose weekday and season decide on opening hours"
        )
        parser.add_argument(
            "--profile", metavar="NAME", help="whose speeds: slow-walkers = 1.0 m/s on foot, on streets and on the way to them"
        )
        parser.add_argument(
            "--speed-factor", action="append", default=[], metavar="MODE=FACTOR",
            help="a mode that many times as fast, 0.5 to 2, as walk=0.9; may be repeated",
        )  # fmt: skip
        add_queue_option(parser)
        parser.add_argument("--csv", type=Path, metavar="FILE", help="write the results by region as CSV")
        parser.add_argument("--gpkg", type=Path, metavar="FILE", help="write the results and the cells as GeoPackage")

    def run(self, **options: Any) -> dict[str, Any]:
        """Start or find the run, work it out, say what it found."""
        profile = SpeedProfile.of(options["profile"], options["speed_factor"])
        require_writable([options["csv"], options["gpkg"]])
        with transaction.atomic():
            run, created = start_coverage_run(
                standard=chosen_standard(options["standard"]),
                region=chosen_region(options["region"]),
                network=chosen_network(options["network"]),
                at=timezone.now(),
                day=Day.of(options["date"]) if options["date"] else TYPICAL_DAY,
                profile=profile,
            )
        answered_before = run.state == JobState.DONE
        if options["queue"] and not answered_before:
            coverage_run.enqueue(run.pk)
            return queued_summary(run)
        with self.progress("覆盖 / coverage") as progress:
            run = run_coverage(run.pk, progress)
        files = _copy_files(run, options["csv"], options["gpkg"])
        return _summary(run, created=created, answered_before=answered_before) | {"files": files}


def _copy_files(run: CoverageRun, csv: Path | None, gpkg: Path | None) -> dict[str, str]:
    """Copy the run's files to where the user wants them; return all their paths."""
    folder = run_folder(run)
    for name, wanted in ((RESULTS_CSV, csv), (RESULTS_GPKG, gpkg)):
        if wanted:
            copy_out(folder / name, wanted)
    return {"folder": str(folder), "csv": str(csv or folder / RESULTS_CSV), "gpkg": str(gpkg or folder / RESULTS_GPKG)}


def _summary(run: CoverageRun, *, created: bool, answered_before: bool) -> dict[str, Any]:
    results = list(run.results.select_related("region"))
    total = next(result for result in results if result.region_id == run.region_id)
    worst = worst_counties(results)[:WORST_SHOWN]
    return {
        "run": run.pk,
        "digest": run.digest,
        "network_digest": run.network_digest,
        "demand_digest": run.demand_digest,
        "venues_digest": run.venues_digest,
        "parameters_digest": run.parameters_digest,
        "engine_version": run.engine_version,
        "created": created,
        "answered_from_earlier_run": answered_before,
        "standard": run.standard.slug,
        "profile": run.profile,
        "total": result_row(total),
        "results": [result_row(result) for result in results],
        "worst_counties": [result_row(result) for result in worst],
        "warnings": run.warnings,
        "lines": run_lines(run, total, worst, answered_before=answered_before),
    }
