"""The tutorial and the page on data files say what the commands do: columns, options, examples."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from geo.ingest import demand, venues
from geo.models import DemandCell, Venue
from tests.geo.management.files import run_json

DOCS = Path(__file__).resolve().parents[1] / "docs"
DATA_FILES, TUTORIAL = ((DOCS / name).read_text("utf-8") for name in ("data-files.md", "tutorial.md"))
CHINESE, ENGLISH = "## 中文", "## English"


def halves(text):
    return text[text.index(CHINESE) : text.index(ENGLISH)], text[text.index(ENGLISH) :]


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("columns", [venues.COLUMNS, demand.COLUMNS], ids=["venues", "demand"])
def test_every_column_is_told_in_both_languages(columns):
    for half in halves(DATA_FILES):
        for name in columns.required + columns.optional:
            assert f"`{name}`" in half, name


def test_every_kind_and_status_is_told():
    for value in Venue.Kind.values + Venue.Status.values:
        assert f"`{value}`" in DATA_FILES, value


def test_commands_of_the_tutorial_exist_with_their_options():
    chinese, english = ([line for block in blocks(half, "sh") for line in block.splitlines()] for half in halves(TUTORIAL))
    lines = [shlex.split(line, comments=True) for line in chinese + english if line.startswith("manage ")]
    assert len(lines) > 20
    for _manage, name, *rest in lines:
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        parser.parse_args(rest)


def test_both_languages_of_the_tutorial_run_the_same_commands():
    def commands(half):
        return [line.split("#")[0].split() for block in blocks(half, "sh") for line in block.splitlines()]

    chinese, english = (
        [[word for word in line if word.isascii() and not word.startswith('"')][:3] for line in commands(half)]
        for half in halves(TUTORIAL)
    )
    assert chinese == english


@pytest.mark.django_db
@pytest.mark.database
def test_the_examples_load_as_they_are(tmp_path):
    venue_table, demand_table = blocks(DATA_FILES, "csv")
    (tmp_path / "venues.csv").write_text(venue_table, "utf-8")
    (tmp_path / "workers.csv").write_text(demand_table, "utf-8")
    assert run_json("load_regions", "--province", "江苏省")[0] == 0
    assert run_json("load_venues", tmp_path / "venues.csv")[1]["created"] == 5
    assert run_json("load_demand", tmp_path / "workers.csv", "--year", 2025)[1]["workers_persons"] == 855
    assert (Venue.objects.get(code="NJ004").region.code, DemandCell.objects.count()) == ("320105", 5)
