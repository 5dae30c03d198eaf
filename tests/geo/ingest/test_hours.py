"""Opening hours as people write them."""

import datetime as dt

import pytest

from geo.ingest.hours import parse_hours


def spans(text):
    read = parse_hours(text)
    return None if read is None else [(s.season, s.weekday_mask, s.opens_at.hour, s.closes_at.hour) for s in read]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Mo-Su 05:00-12:00", [("all_year", 127, 5, 12)]),
        ("Mo-Fr 05:00-11:00; Sa,Su 06:00-10:00", [("all_year", 31, 5, 11), ("all_year", 96, 6, 10)]),
        ("Sa-Mo 4:00-8:00", [("all_year", 32 + 64 + 1, 4, 8)]),
        ("summer Mo 04:00-10:00;winter Mo 05:00-10:00", [("summer", 1, 4, 10), ("winter", 1, 5, 10)]),
        ("Fr 22:00-03:00", [("all_year", 16, 22, 3)]),
        ("Mo 18:00-24:00", [("all_year", 1, 18, 0)]),
        ("24/7", [("all_year", 127, 0, 0)]),
        ("5:00-12:00", None),
        ("Mo-Fr 25:00-26:00", None),
        ("Mo-Fr 05:60-06:00", None),
        ("Xx 05:00-06:00", None),
        ("Mo-We-Fr 05:00-06:00", None),
        ("Mo 05:00-06:00; Mo 05:00-07:00", None),
        ("每天 5 点", None),
    ],
)
def test_parse(text, expected):
    assert spans(text) == expected


def test_minutes_are_kept():
    assert parse_hours("Mo 05:30-11:45")[0].opens_at == dt.time(5, 30)
