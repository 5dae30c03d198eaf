"""Opening hours against a week painted minute by minute."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.engine.hours import Day, Span, is_open

MINUTES_OF_DAY, MINUTES_OF_WEEK = 1440, 7 * 1440
CLOCK = st.integers(0, 95).map(lambda quarter: dt.time(quarter // 4, quarter % 4 * 15))
SPANS = st.lists(
    st.builds(
        Span,
        weekday_mask=st.integers(1, 127), season=st.sampled_from(["all_year", "summer", "winter"]),
        opens_at=CLOCK, closes_at=CLOCK,
    ),
    max_size=4,
)  # fmt: skip


def minute(time):
    return time.hour * 60 + time.minute


def painted_week(spans, season):
    """Walk each span minute by minute from its opening on each of its days; return the open minutes of a week."""
    week = [False] * MINUTES_OF_WEEK
    for span in spans:
        if span.season not in ("all_year", season):
            continue
        for weekday in range(7):
            if not span.weekday_mask & (1 << weekday):
                continue
            at = weekday * MINUTES_OF_DAY + minute(span.opens_at)
            while True:
                week[at % MINUTES_OF_WEEK] = True
                at += 1
                if at % MINUTES_OF_DAY == minute(span.closes_at):
                    break
    return week


@given(SPANS, st.sampled_from(["summer", "winter"]))
def test_open_is_what_a_painted_week_shows(spans, season):
    week = painted_week(spans, season)
    for at in range(0, MINUTES_OF_WEEK, 15):
        day, clock = Day(weekday=at // MINUTES_OF_DAY, season=season), dt.time(at % MINUTES_OF_DAY // 60, at % 60)
        assert is_open(spans, day, clock) == week[at]


def test_every_minute_of_one_week_with_a_night_span():
    # Tuesday and Sunday 22:30 to 04:10, every summer day 05:45 to 12:00.
    spans = [
        Span(weekday_mask=0b1000010, season="all_year", opens_at=dt.time(22, 30), closes_at=dt.time(4, 10)),
        Span(weekday_mask=127, season="summer", opens_at=dt.time(5, 45), closes_at=dt.time(12)),
    ]
    for season in ("summer", "winter"):
        week = painted_week(spans, season)
        for at in range(MINUTES_OF_WEEK):
            day, clock = Day(weekday=at // MINUTES_OF_DAY, season=season), dt.time(at % MINUTES_OF_DAY // 60, at % 60)
            assert is_open(spans, day, clock) == week[at]


def test_equal_times_mean_round_the_clock():
    always = [Span(weekday_mask=127, season="all_year", opens_at=dt.time(0), closes_at=dt.time(0))]
    assert all(is_open(always, Day(weekday=day, season="winter"), dt.time(hour)) for day in range(7) for hour in range(24))


def test_opening_is_inclusive_and_closing_exclusive():
    six_to_noon = [Span(weekday_mask=127, season="all_year", opens_at=dt.time(6), closes_at=dt.time(12))]
    day = Day(weekday=2, season="summer")
    assert is_open(six_to_noon, day, dt.time(6))
    assert not is_open(six_to_noon, day, dt.time(12))


def test_no_hours_are_never_open():
    assert not is_open([], Day(weekday=0, season="summer"), dt.time(6))


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (dt.date(2026, 4, 30), Day(weekday=3, season="winter")),
        (dt.date(2026, 5, 1), Day(weekday=4, season="summer")),
        (dt.date(2026, 9, 30), Day(weekday=2, season="summer")),
        (dt.date(2026, 10, 1), Day(weekday=3, season="winter")),
    ],
)
def test_the_kind_of_day_of_a_date(date, expected):
    assert Day.of(date) == expected
