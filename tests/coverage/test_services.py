"""The shipped standards are loaded once and leave what people edited alone."""

import datetime as dt

import pytest

from coverage.models import CoverageStandard
from coverage.selectors import standard_inputs
from coverage.services import cancel_run, load_shipped_standards
from geo.models import JobState
from tests.factories import NOW, make_province, make_run, make_standard

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_shipped_standards_are_complete_and_one_is_the_default():
    assert [standard.slug for standard in load_shipped_standards()] == ["urban15-rural5km", "walk15", "ebike15"]
    default = CoverageStandard.objects.get(is_default=True)
    assert (default.slug, default.open_at) == ("urban15-rural5km", dt.time(6))
    rules = standard_inputs(default)
    urban, rural = rules.rule_of("urban"), rules.rule_of("rural")
    assert (urban.mode, urban.impedance, urban.cutoff) == ("ebike", "seconds", 900.0)
    assert (rural.mode, rural.impedance, rural.cutoff) == ("ebike", "metres", 5000.0)
    assert all(standard_inputs(standard).digest for standard in CoverageStandard.objects.all())


def test_loading_again_changes_nothing():
    load_shipped_standards()
    CoverageStandard.objects.filter(slug="walk15").update(name_zh="我们的标准")
    assert load_shipped_standards() == []
    assert CoverageStandard.objects.get(slug="walk15").name_zh == "我们的标准"
    assert CoverageStandard.objects.count() == 3


def test_a_default_of_ones_own_stays_the_default():
    own = make_standard("own")
    CoverageStandard.objects.filter(pk=own.pk).update(is_default=True)
    load_shipped_standards()
    assert CoverageStandard.objects.get(is_default=True).pk == own.pk


def test_only_waiting_or_running_runs_can_be_cancelled():
    province, *_ = make_province()
    run = make_run(province)
    assert not cancel_run(run, at=NOW)
    for state in (JobState.QUEUED, JobState.RUNNING):
        type(run).objects.filter(pk=run.pk).update(state=state)
        assert cancel_run(run, at=NOW)
        run.refresh_from_db()
        assert run.state == JobState.CANCELLED
