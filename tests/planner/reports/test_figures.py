"""How numbers are written."""

import pytest
from django.utils import translation

from planner.reports.templatetags import figures


def test_persons_have_thousands_separators():
    assert figures.persons(1234567) == "1,234,567"
    assert figures.persons(None) == "–"


def test_shares_have_one_decimal():
    assert figures.share(0.1234) == "12.3 %"
    assert figures.share(None) == "–"


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "234.0 万元"), ("en", "2.34 million yuan")])
def test_money_is_written_as_planners_do(language, said):
    with translation.override(language):
        assert figures.yuan(2_340_000) == said


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "南京市"), ("en", "Nanjing")])
def test_names_follow_the_language(language, said):
    class Thing:
        name_zh = "南京市"
        name_en = "Nanjing"

    with translation.override(language):
        assert figures.name_of(Thing()) == said


def test_the_chinese_name_stands_in_for_a_missing_english_one():
    class Thing:
        name_zh = "南京市"
        name_en = ""

    with translation.override("en"):
        assert figures.name_of(Thing()) == "南京市"
