"""People of a county end up in its towns and villages; villages keep out of towns and water."""

import numpy as np
from scipy.spatial.distance import cdist

from geo.engine.synthetic.settlements import MARKET_GAP_METRES, PERSONS_PER_VILLAGE, settle


def test_people_are_kept_per_county(province, settlements):
    towns = settlements.town_count
    count = len(province.counties)
    in_towns = np.bincount(settlements.county[:towns], weights=settlements.persons[:towns], minlength=count)
    in_villages = np.bincount(settlements.county[towns:], weights=settlements.persons[towns:], minlength=count)
    np.testing.assert_allclose(in_towns, province.counties.urban_persons)
    np.testing.assert_allclose(in_villages, province.counties.residents_persons - province.counties.urban_persons)


def test_seats_are_the_largest_towns_on_the_whole(province, settlements):
    persons, is_seat = settlements.persons[: settlements.town_count], province.towns.is_seat
    assert persons[is_seat].mean() > 3 * persons[~is_seat].mean()


def test_no_more_villages_than_rural_people_need(province, settlements):
    rural = province.counties.residents_persons - province.counties.urban_persons
    villages = np.bincount(settlements.county[settlements.town_count :], minlength=len(rural))
    assert np.all(villages <= np.ceil(rural / PERSONS_PER_VILLAGE))
    assert np.all(villages > 100)


def test_villages_stand_on_dry_land_outside_towns(province, settlements):
    x, y = settlements.x[settlements.town_count :], settlements.y[settlements.town_count :]
    assert province.is_dry(x, y).all()
    assert settlements.town_at(x, y)[1].min() > 1
    assert np.array_equal(province.county_at(x, y), settlements.county[settlements.town_count :])


def test_market_villages_keep_their_distance(settlements):
    points = np.column_stack([settlements.x, settlements.y])
    towns, markets = (
        points[: settlements.town_count],
        points[settlements.town_count :][settlements.is_market[settlements.town_count :]],
    )
    assert len(markets) > 10
    assert cdist(markets, towns).min() > MARKET_GAP_METRES
    assert (cdist(markets, markets) + np.eye(len(markets)) * 1e9).min() > MARKET_GAP_METRES


def test_town_at_agrees_with_brute_force(settlements):
    rng = np.random.default_rng(5)
    x, y = rng.uniform(-30_000, 30_000, 200), rng.uniform(-25_000, 25_000, 200)
    towns = np.arange(settlements.town_count)
    share = np.array(
        [
            np.hypot(px - settlements.x[towns], py - settlements.y[towns])
            / settlements.reach_metres(towns, px - settlements.x[towns], py - settlements.y[towns])
            for px, py in zip(x, y, strict=True)
        ]
    )
    town, found = settlements.town_at(x, y)
    # Only the six nearest towns are looked at: where land is built up, the answer is exact.
    built_up = share.min(axis=1) < 1
    assert built_up.sum() > 10
    assert np.array_equal(town[built_up], share.argmin(axis=1)[built_up])
    np.testing.assert_allclose(found[built_up], share.min(axis=1)[built_up])


def test_same_seed_same_settlements(province, settlements):
    again = settle(province, np.random.default_rng(1))
    other = settle(province, np.random.default_rng(2))
    assert np.array_equal(again.x, settlements.x)
    assert np.array_equal(again.persons, settlements.persons)
    assert not np.array_equal(other.persons[:20], settlements.persons[:20])
