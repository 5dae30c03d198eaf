"""The documentation says what the code has: settings, commands with their options, fields of the API, scripts."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from rest_framework.serializers import BaseSerializer

from planner.api import filters, serializers
from planner.api.layers import views as layers
from planner.settings.table import BASE_DIR, SETTINGS

DOCS = BASE_DIR / "docs"
OURS = ("geo", "coverage", "planner")
OPTIONS_OF_DJANGO = {
    "--help", "--version", "--verbosity", "--settings", "--pythonpath", "--traceback", "--no-color", "--force-color",
    "--skip-checks",
}  # fmt: skip


def read(name):
    return (DOCS / name).read_text()


def everything():
    return "\n".join(path.read_text() for path in sorted(DOCS.glob("*.md"))) + (BASE_DIR / "README.md").read_text()


def rows(text):
    """Return the cells of every table row."""
    return [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")
    ]


def own_commands():
    return {name: app for name, app in get_commands().items() if isinstance(app, str) and app.split(".")[0] in OURS}


def test_the_table_of_settings_is_the_one_of_the_code():
    shown = {row[0].strip("`"): row[1:] for row in rows(read("administrator.md")) if row[0].strip("`").isupper()}
    known = {}
    for setting in SETTINGS:
        default = "" if setting.default in ("", []) else f"`{setting.default}`".replace(f"{BASE_DIR}/", "")
        known[setting.name] = [setting.kind, default, setting.help]
    assert shown == known


def test_there_are_commands_of_ours():
    assert {"doctor", "create_demo_users", "load_regions", "run_coverage", "recommend", "write_report"} <= set(own_commands())


@pytest.mark.parametrize(("name", "app"), sorted(own_commands().items()))
def test_every_command_is_described_with_its_options(name, app):
    parser = load_command_class(app, name).create_parser("manage.py", name)
    options = {option for action in parser._actions for option in action.option_strings if option.startswith("--")}
    text = everything()
    assert name in text
    assert sorted(option for option in options - OPTIONS_OF_DJANGO if option not in text) == []


def section(text, model):
    """Return the rows below the heading of a record."""
    title = re.search(rf"^### {model}\b.*?$(.*?)(?=^### |\Z)", text, re.MULTILINE | re.DOTALL | re.IGNORECASE)
    assert title, model
    return title[1]


RECORDS = sorted(
    (
        each
        for each in vars(serializers).values()
        if isinstance(each, type) and issubclass(each, BaseSerializer) and each.__module__ == serializers.__name__
    ),
    key=lambda each: each.__name__,
)
TITLES = {"OpeningHoursSerializer": "Opening hours"}


def title_of(record):
    words = re.findall(r"[A-Z][a-z]+", record.__name__.removesuffix("Serializer"))
    return TITLES.get(record.__name__, " ".join(words).capitalize())


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_of_the_api_is_described(record):
    shown = [row[0].strip("`") for row in rows(section(read("api.md"), title_of(record)))]
    assert shown == record.Meta.fields
    assert all(row[1] for row in rows(section(read("api.md"), title_of(record))))


def test_every_filter_is_named():
    text = read("api.md")
    names = {name for each in vars(filters).values() if hasattr(each, "base_filters") for name in each.base_filters}
    assert sorted(name for name in names if f"`{name}`" not in text and f"`{name}=" not in text) == []


def test_every_layer_is_described_with_its_parameters():
    text = read("api.md")
    for layer in (layers.RegionsLayer, layers.VenuesLayer, layers.UncoveredLayer, layers.SitesLayer):
        assert all(f"`{parameter.name}`" in text for parameter in layer.parameters)


def test_every_script_that_is_named_exists():
    named = set(re.findall(r"\bscript/([a-z_]+)", everything()))
    assert {"bootstrap", "demo", "test"} <= named
    assert sorted(name for name in named if not (BASE_DIR / "script" / name).exists()) == []


def test_every_link_leads_to_a_file():
    pages = [*sorted(DOCS.glob("*.md")), BASE_DIR / "README.md"]
    broken = [
        (page.name, link)
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / Path(link)).exists()
    ]
    assert broken == []
