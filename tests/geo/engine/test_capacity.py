"""The draft capacity follows from its derivation."""

from geo.engine.capacity import CAPACITY_PERSONS_PER_M2, capacity_of_area


def test_the_figure_is_seats_by_turns_by_days():
    seats_per_m2, turns_a_morning, days_between_visits = 1 / 2.5, 2, 30
    assert round(seats_per_m2 * turns_a_morning * days_between_visits) == CAPACITY_PERSONS_PER_M2


def test_a_county_market_of_500_square_metres_serves_12_000():
    assert capacity_of_area(500.0) == 12_000
    assert capacity_of_area(0.0) == 0
