"""The tutorial and the page on data files say what the commands do: columns, options, examples."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.db.models import Sum

from geo.imports.kinds import KINDS
from geo.imports.kinds.place_fields import PLACE_FIELDS, PLACE_NAMES
from geo.imports.kinds.venues import COUNT_PREFIX
from geo.models import DemandCell, Venue
from tests.geo.management.files import run_json

DOCS = Path(__file__).resolve().parents[1] / "docs"
DATA_FILES, TUTORIAL = ((DOCS / name).read_text("utf-8") for name in ("data-files.md", "tutorial.md"))
CHINESE, ENGLISH = "## 中文", "## English"


def halves(text):
    return text[text.index(CHINESE) : text.index(ENGLISH)], text[text.index(ENGLISH) :]


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def tables(half):
    """Return the rows below each heading of a half: heading → {column: its other cells}."""
    found = {}
    for part in half.split("\n### ")[1:]:
        title, _, text = part.partition("\n")
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")]
        found[title] = {row[0]: row[1:] for row in rows}
    return found


def specs_of(code):
    """Return the fields that the table of a kind tells: its own, and of the counts by hour the first."""
    own = [spec for spec in KINDS[code].fields if spec.name not in PLACE_NAMES]
    return [spec for spec in own if not spec.name.startswith(COUNT_PREFIX) or spec.name.endswith("00")]


def title_of(found, word):
    return next(title for title in found if word in title)


@pytest.mark.parametrize("code", KINDS)
def test_every_column_is_told_in_both_languages(code):
    for half, yes in zip(halves(DATA_FILES), ("是", "yes"), strict=True):
        found = tables(half)
        rows = found[title_of(found, f"`import_{code}`")]
        specs = specs_of(code)
        assert [name.strip("`").split("`")[0] for name in rows] == [spec.name for spec in specs]
        for spec, (meaning, form, unit, required) in zip(specs, rows.values(), strict=True):
            assert meaning, spec.name
            assert form, spec.name
            assert (required == yes) == spec.is_required, spec.name
            assert unit in spec.unit, spec.name
            assert bool(unit) == bool(spec.unit), spec.name
            if len(spec.choice_labels()) <= 5:
                assert all(f"`{choice}`" in form for choice in spec.choice_labels()), spec.name


def test_columns_of_place_and_of_hours_are_told_in_both_languages():
    for half in halves(DATA_FILES):
        found = tables(half)
        place = next(rows for rows in found.values() if "`x`" in rows)
        assert list(place) == [f"`{spec.name}`" for spec in PLACE_FIELDS]
        assert f"`{COUNT_PREFIX}00` … `{COUNT_PREFIX}23`" in half


def test_every_kind_and_status_is_told():
    for value in Venue.Kind.values + Venue.Status.values:
        assert all(f"`{value}`" in half for half in halves(DATA_FILES)), value


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
def test_the_examples_load_as_they_are(tmp_path, settings):
    settings.VAR_DIR = tmp_path / "var"
    venue_table, demand_table = blocks(DATA_FILES, "csv")
    (tmp_path / "venues.csv").write_text(venue_table, "utf-8")
    (tmp_path / "workers.csv").write_text(demand_table, "utf-8")
    assert run_json("load_regions", "--province", "江苏省")[0] == 0
    for command in re.findall(r"`manage.py (import_.*)`", DATA_FILES[DATA_FILES.index("## 示例") :]):
        name, file, *options = command.split()
        answer = run_json(name, tmp_path / file, *options)[1]
        assert (answer["written"], answer["unused_columns"]) == ({"created": 5, "changed": 0}, [])
    assert (Venue.objects.get(code="NJ004").region.code, DemandCell.objects.count()) == ("320105", 5)
    assert DemandCell.objects.aggregate(people=Sum("workers_persons"))["people"] == 855
