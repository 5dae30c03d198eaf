"""Write the report of a recommendation as HTML and PDF."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils import timezone

from coverage.models import CoverageResult, Recommendation, RecommendedSite
from geo.cli import GigshedCommand
from geo.engine.errors import InputError, Problem, register_messages
from geo.models import DataSource, JobState
from planner.reports.content import ReportContent, report_content
from planner.reports.render import LANGUAGES, write_report

register_messages(
    {
        "report.no_recommendation": (
            "没有可写的推荐方案；请先运行 recommend。",
            "there is no finished recommendation to report on; run recommend first.",
        ),
        "report.unknown_recommendation": (
            "没有编号以“{value}”开头的已完成推荐方案。",
            "no finished recommendation has a digest that begins with “{value}”.",
        ),
    }
)


class Command(GigshedCommand):
    """Write the report of the newest recommendation, or of the one named, in both languages."""

    help = "Write the report of a recommendation as HTML and PDF, in Chinese and English."
    teaches = """examples:
  manage.py write_report                             the newest recommendation, both languages
  manage.py write_report --recommendation 1a2b3c4d   the one whose digest begins so
  manage.py write_report --language en --json        English only; paths for machines

The files go to reports/<digest>/ in the var folder. Exit code 2: no such recommendation; nothing written."""

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the choice of recommendation and language."""
        parser.add_argument(
            "--recommendation", default="", metavar="DIGEST", help="digest, or its beginning (default: the newest)"
        )
        parser.add_argument("--language", choices=LANGUAGES, help="one language only (default: both)")

    def run(self, *, recommendation: str, language: str | None, **options: Any) -> dict[str, Any]:
        """Write the files; return their paths."""
        content = self._content(self._find(recommendation))
        digest = content.recommendation.digest
        folder = settings.VAR_DIR / "reports" / digest
        languages = [language] if language else list(LANGUAGES)
        written: dict[str, Any] = {"recommendation": digest, "files": {}, "lines": []}
        with self.progress("报告 / report") as progress:
            for done, chosen in enumerate(languages):
                files = write_report(content, folder=folder, language=chosen, at=timezone.now())
                written["files"][chosen] = {"html": str(files.html), "pdf": str(files.pdf)}
                written["lines"] += [str(files.html), str(files.pdf)]
                progress((done + 1) / len(languages))
        return written

    def _find(self, beginning: str) -> Recommendation:
        done = Recommendation.objects.filter(state=JobState.DONE).select_related(
            "run__standard", "run__network", "region", "plan"
        )
        # Without a digest the newest at plain speeds; a plan on a run of a speed profile must be asked for.
        found = (done.filter(digest__startswith=beginning) if beginning else done.filter(run__profile="")).first()
        if found is None:
            code = "report.unknown_recommendation" if beginning else "report.no_recommendation"
            raise InputError(Problem(code=code, value=beginning))
        return found

    def _content(self, recommendation: Recommendation) -> ReportContent:
        content = report_content(
            recommendation,
            results=CoverageResult.objects.all(),
            sites=RecommendedSite.objects.all(),
            sources=DataSource.objects.all(),
        )
        if content is None:
            raise InputError(Problem(code="report.no_recommendation"))
        return content
