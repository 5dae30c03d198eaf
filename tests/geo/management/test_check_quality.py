import json

import pytest
from django.core.management import call_command

from tests.factories import make_province

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_the_lines_are_printed_for_people_and_machines(capsys):
    make_province()
    call_command("check_quality")
    assert "没有人口数 / No resident count: 4 / 4" in capsys.readouterr().out
    call_command("check_quality", "--json", "--dataset", "regions")
    (regions,) = json.loads(capsys.readouterr().out)["datasets"]
    assert (regions["dataset"], regions["records"]) == ("regions", 4)


def test_an_unknown_data_set_ends_with_2():
    with pytest.raises(SystemExit) as ended:
        call_command("check_quality", "--dataset", "nothing")
    assert ended.value.code == 2
