"""A report's content as a page and as PDF."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from planner.reports.content import ReportContent
from planner.reports.map_picture import draw_map

STYLE_SHEET = Path(__file__).parent / "static" / "reports" / "report.css"
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, kw_only=True)
class ReportFiles:
    """Where a written report is."""

    html: Path
    pdf: Path


def _refuse_addresses(address: str) -> dict[str, Any]:
    """Let a document load nothing: everything it needs is in it."""
    raise ValueError(f"a report loads nothing from outside, not even {address[:80]}")


def report_context(content: ReportContent, *, at: datetime) -> dict[str, Any]:
    """Return what the template needs: the content, the drawn map, who compiled it and when."""
    areas = content.counties or (content.cities if content.cities else ())
    picture = draw_map([row.result for row in areas] or [content.total], [row.result for row in content.cities], content.sites)
    return {
        "content": content,
        "picture": picture,
        "compiled_at": at,
        "compiling_unit": settings.COMPILING_UNIT,
        "map_approval_number": settings.MAP_APPROVAL_NUMBER,
    }


def html_document(content: ReportContent, *, language: str, at: datetime) -> str:
    """Return the report as one HTML document that needs no other file."""
    with translation.override(language):
        context = report_context(content, at=at) | {"style": STYLE_SHEET.read_text(encoding="utf-8"), "language": language}
        return render_to_string("reports/document.html", context)


def pdf_document(html: str) -> bytes:
    """Return the PDF of a document made by :func:`html_document`, with its fonts inside and tagged."""
    from weasyprint import HTML  # noqa: PLC0415  it takes a second to load, and most pages never need it

    document: bytes = HTML(string=html, url_fetcher=_refuse_addresses).write_pdf(pdf_tags=True)
    return document


def _part(path: Path) -> Path:
    return path.with_suffix(path.suffix + ".part")


def write_report(content: ReportContent, *, folder: Path, language: str, at: datetime) -> ReportFiles:
    """Write the report as HTML and PDF into ``folder``; either both are there in full, or what was there before."""
    folder.mkdir(parents=True, exist_ok=True)
    files = ReportFiles(html=folder / f"report.{language}.html", pdf=folder / f"report.{language}.pdf")
    html = html_document(content, language=language, at=at)
    parts = {files.html: html.encode(), files.pdf: pdf_document(html)}
    for path, data in parts.items():
        _part(path).write_bytes(data)
    for path in parts:
        _part(path).replace(path)
    return files
