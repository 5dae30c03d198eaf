import json
from io import StringIO

import pytest
from django.core.management import call_command

from geo.engine.gridcity import grid_city
from geo.engine.network.store import save_network
from geo.tiles import tiles_path
from tests.factories import make_network

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def build(*words):
    said, problems = StringIO(), StringIO()
    call_command("build_tiles", *words, stdout=said, stderr=problems)
    return said.getvalue(), problems.getvalue()


@pytest.fixture
def var_folder(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def network(var_folder):
    city = grid_city(columns=4, rows=4)
    save_network(city, var_folder / "networks")
    make_network(city.digest)
    return city


def test_it_builds_once_and_says_where(network, var_folder):
    answer = json.loads(build("--json")[0])
    path = tiles_path(var_folder, network.digest)
    assert answer == {"digest": network.digest, "path": str(path), "created": True, "bytes": path.stat().st_size}
    assert json.loads(build("--json")[0])["created"] is False


def test_a_network_is_named_by_how_its_digest_begins(network):
    assert network.digest in build("--network", network.digest[:6])[0]


@pytest.mark.parametrize(("words", "code"), [(["--network", "zz"], "tiles.unknown_network"), ([], "tiles.no_network")])
def test_without_that_network_it_stops_with_exit_code_2(var_folder, words, code):
    said = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("build_tiles", "--json", *words, stdout=said, stderr=StringIO())
    assert caught.value.code == 2
    assert [problem["code"] for problem in json.loads(said.getvalue())["problems"]] == [code]
    assert not (var_folder / "tiles").exists()
