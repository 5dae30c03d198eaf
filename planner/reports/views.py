"""The report of a recommendation as a page and as PDF."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from coverage.models import CoverageResult, Recommendation, RecommendedSite
from geo.models import DataSource, JobState
from planner.accounts.scope import scoped
from planner.reports.content import ReportContent, report_content
from planner.reports.render import html_document, pdf_document, report_context


def _content_for(request: HttpRequest, digest: str) -> ReportContent:
    """Return what this reader may see of the recommendation; 404 if that is nothing."""
    done = scoped(Recommendation, request.user).filter(state=JobState.DONE)
    recommendation = get_object_or_404(done.select_related("run__standard", "run__network", "region", "plan"), digest=digest)
    content = report_content(
        recommendation,
        results=scoped(CoverageResult, request.user),
        sites=scoped(RecommendedSite, request.user),
        sources=scoped(DataSource, request.user),
    )
    if content is None:
        raise Http404
    return content


@login_required
@require_GET
def report_page(request: HttpRequest, digest: str) -> HttpResponse:
    """Show the report."""
    content = _content_for(request, digest)
    return render(request, "reports/page.html", report_context(content, at=timezone.now()))


@login_required
@require_GET
def report_pdf(request: HttpRequest, digest: str) -> HttpResponse:
    """Send the report as PDF, in the reader's language."""
    content = _content_for(request, digest)
    html = html_document(content, language=get_language() or "zh-hans", at=timezone.now())
    answer = HttpResponse(pdf_document(html), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="gigshed-{digest[:8]}.pdf"'
    return answer
