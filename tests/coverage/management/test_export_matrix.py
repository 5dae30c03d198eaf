"""Minutes of the grid city as files: what is written, resumed, refused."""

import json

import pandas as pd
import pytest
from django.core.management import call_command

from tests.coverage.ground import make_ground

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(autouse=True)
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


def call(capsys, *arguments):
    call_command("export_matrix", "--json", *arguments)
    return json.loads(capsys.readouterr().out)


def test_the_crossings_within_three_minutes_of_the_venue(capsys, var_dir):
    make_ground()
    found = call(capsys, "--minutes", "3")
    # A minute a block: 1 + 4 + 8 + 12 crossings lie within three blocks of the venue.
    assert (found["pairs"], found["origins"], found["destinations"], found["cutoff_minutes"]) == (25, 121, 1, 3.0)
    frame = pd.read_parquet(f"{found['folder']}/part-00000.parquet")
    assert set(frame.to_id) == {"V1"}
    assert frame.travel_time.round().value_counts().sort_index().to_dict() == {0: 1, 1: 4, 2: 8, 3: 12}
    assert call(capsys, "--minutes", "3")["digest"] == found["digest"]
    assert found["folder"].startswith(str(var_dir / "matrices"))


def test_people_read_a_sentence(capsys):
    make_ground()
    call_command("export_matrix", "--minutes", "1")
    said = capsys.readouterr().out
    assert "121 cells × 1 venues: 5 pairs within the cutoff; 0 places too far from a street." in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--minutes", "0"), "is not above 0"),
        (("--minutes", "nan"), "is not above 0"),
        (("--mode", "broom"), "broom"),
        (("--region", "999999"), "999999"),
        (("--standard", "none"), "none"),
        (("--scheduler", "tcp://127.0.0.1:9"), "127.0.0.1:9"),
    ],
)
def test_what_cannot_be_done_is_said(capsys, monkeypatch, arguments, said):
    monkeypatch.setattr("geo.engine.distributed.CONNECT_SECONDS", 0.3)
    make_ground()
    with pytest.raises(SystemExit) as caught:
        call_command("export_matrix", *arguments)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err
