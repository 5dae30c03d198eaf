"""The command writes both files in both languages, whole or not at all."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from pypdf import PdfReader

from coverage.models import CoverageRun
from planner.reports import render
from tests.factories import make_plan_on_province

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def _var(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def written(capsys, *options):
    call_command("write_report", "--json", *options)
    return json.loads(capsys.readouterr().out)


def test_pdf_and_html_say_the_same_numbers_in_both_languages(capsys):
    make_plan_on_province()
    files = written(capsys)["files"]
    assert set(files) == {"zh-hans", "en"}
    for paths in files.values():
        html = Path(paths["html"]).read_text(encoding="utf-8")
        pdf = "".join(page.extract_text() for page in PdfReader(paths["pdf"]).pages)
        for number in ("1,000", "700", "70.0 %"):
            assert number in html
            assert number in pdf
    assert "江苏省" in Path(files["zh-hans"]["html"]).read_text(encoding="utf-8")
    assert "Jiangsu" in Path(files["en"]["html"]).read_text(encoding="utf-8")


def test_actions_are_named_in_the_language_of_the_report(capsys):
    make_plan_on_province()
    files = written(capsys)["files"]
    html = {language: Path(paths["html"]).read_text(encoding="utf-8") for language, paths in files.items()}
    for english, chinese in (("integrate", "整合"), ("renovate", "改造"), ("build", "新建")):
        assert f"<td>{english}</td>" in html["en"]
        assert f"<td>{chinese}</td>" in html["zh-hans"]
        assert chinese not in html["en"]


def test_the_pdf_embeds_a_font_with_chinese_letters(capsys):
    make_plan_on_province()
    pdf = PdfReader(written(capsys, "--language", "zh-hans")["files"]["zh-hans"]["pdf"])
    fonts = {str(font.get_object()["/BaseFont"]) for page in pdf.pages for font in page["/Resources"]["/Font"].values()}
    assert any("CJK" in name for name in fonts), fonts
    assert "江苏省" in pdf.pages[0].extract_text()


def test_warnings_and_what_could_not_be_met_are_in_it(capsys):
    make_plan_on_province()
    html = Path(written(capsys, "--language", "en")["files"]["en"]["html"]).read_text(encoding="utf-8")
    assert "3 people are far from any street." in html
    assert "Qinhuai has no feasible site." in html


def test_names_cannot_carry_markup_into_the_report(capsys):
    recommendation = make_plan_on_province()
    recommendation.sites.filter(rank=1).update(name_en="<script>alert(1)</script>")
    html = Path(written(capsys, "--language", "en")["files"]["en"]["html"]).read_text(encoding="utf-8")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_without_a_recommendation_it_says_so_and_ends_with_2(capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command("write_report")
    assert stopped.value.code == 2
    assert "run recommend first" in capsys.readouterr().err


def test_an_unknown_digest_ends_with_2(capsys):
    make_plan_on_province()
    with pytest.raises(SystemExit) as stopped:
        call_command("write_report", "--recommendation", "zzz")
    assert stopped.value.code == 2
    assert "zzz" in capsys.readouterr().err


def test_a_fault_half_way_leaves_the_former_report(capsys, monkeypatch):
    make_plan_on_province()
    paths = [Path(path) for path in written(capsys, "--language", "en")["files"]["en"].values()]
    before = [path.read_bytes() for path in paths]

    def fail(html):
        raise OSError("disk full")

    monkeypatch.setattr(render, "pdf_document", fail)
    with pytest.raises(OSError, match="disk full"):
        call_command("write_report", "--language", "en")
    assert [path.read_bytes() for path in paths] == before


def test_a_report_loads_nothing_from_outside():
    with pytest.raises(ValueError, match="loads nothing"):
        render._refuse_addresses("file:///etc/passwd")


def test_a_plan_at_other_speeds_says_so_and_is_written_only_when_named(capsys):
    plan = make_plan_on_province()
    plain = Path(written(capsys, "--language", "en")["files"]["en"]["html"]).read_text(encoding="utf-8")
    assert "speeds" not in plain
    CoverageRun.objects.filter(pk=plan.run_id).update(profile="slow-walkers")
    with pytest.raises(SystemExit):
        call_command("write_report")
    html = {
        language: Path(paths["html"]).read_text(encoding="utf-8")
        for language, paths in written(capsys, "--recommendation", plan.digest)["files"].items()
    }
    assert "Not the usual result: worked out at other speeds · slow walkers (1.0 m/s)" in html["en"]
    assert "慢速步行者（1.0 m/s）" in html["zh-hans"]
