"""compare_networks and what load_network says of the network before."""

import pytest

from geo.models import NetworkDifference, NetworkSnapshot
from tests.factories import make_province, make_run
from tests.geo.engine.network.osm_files import SQUARE, write
from tests.geo.management.files import problems, run, run_json

pytestmark = [pytest.mark.django_db, pytest.mark.database]

# Way 11 is a street for cars no more; way 12 is gone.
LATER = SQUARE.replace('v="tertiary"/><tag k="maxspeed" v="20"/>', 'v="footway"/>').replace(
    '<way id="12"><nd ref="3"/><nd ref="5"/><nd ref="4"/><tag k="highway" v="cycleway"/></way>', ""
)


@pytest.fixture(autouse=True)
def _var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


def test_a_new_extract_tells_what_changed_and_runs_keep_theirs(tmp_path):
    assert run_json("load_network", "--osm", write(tmp_path))[1]["difference"] is None
    old = NetworkSnapshot.objects.get()
    province, *_ = make_province()
    old_run = make_run(province, network=old)
    code, said = run_json("load_network", "--osm", write(tmp_path, LATER, "later.osm"))
    changes = said["difference"]["changes"]
    assert code == 0
    assert {change: sums["ways"] for change, sums in changes.items() if sums["ways"]} == {
        "removed": 1, "class_changed": 1, "closed": 1,
    }  # fmt: skip
    assert changes["closed"]["by_mode"]["car"]["ways"] == 1
    assert changes["closed"]["by_mode"]["walk"]["ways"] == 0
    old_run.refresh_from_db()
    assert old_run.network == old

    new = NetworkSnapshot.objects.get(is_active=True)
    assert new != old
    code, again = run_json("compare_networks", old.digest[:8], new.digest[:8])
    assert (code, again["changes"]) == (0, changes)
    assert NetworkDifference.objects.count() == 1
    code, out, _ = run("compare_networks", new.digest, old.digest)
    assert "新增 / added: 1" in out
    assert "开放 / opened: 1" in out


def test_people_read_it_too(tmp_path):
    run("load_network", "--osm", write(tmp_path))
    _, out, _ = run("load_network", "--osm", write(tmp_path, LATER, "later.osm"))
    assert "消失 / removed: 1" in out


def test_only_the_rectangle_that_was_asked_for_is_compared(tmp_path):
    """The rectangle holds nodes 3 and 5; the street 2 – 3 leads out of it. Nothing that lies in it is gone."""
    run("load_network", "--osm", write(tmp_path))
    _, said = run_json("load_network", "--osm", write(tmp_path), "--bbox", "118.8015,31.9,118.9,32.1")
    difference = said["difference"]
    assert {change: sums["ways"] for change, sums in difference["changes"].items() if sums["ways"]} == {}
    assert difference["outside_before"]["ways"] > 0


def test_mistakes_end_with_exit_code_2(tmp_path):
    run("load_network", "--osm", write(tmp_path))
    digest = NetworkSnapshot.objects.get().digest
    assert problems("compare_networks", digest, "zz") == [("network.unknown", None, "")]
    assert problems("compare_networks", digest, digest) == [("difference.same", None, "")]
