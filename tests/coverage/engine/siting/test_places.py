"""The grid city as a small province: the plan held against a table of minutes that pandas alone works out."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from coverage.engine.assess import assess
from coverage.engine.catchments import catchments
from coverage.engine.siting import Phase, explain, solve
from coverage.engine.siting.candidate_rules import CandidateRules
from coverage.engine.siting.candidates import Candidate, works_of
from coverage.engine.siting.places import facilities_at, joined, problem_of, works_chosen
from coverage.engine.siting.plan import Plan, QuotaRegion, QuotaRule
from geo.engine.gridcity import node_number
from tests.coverage.engine import cases

RULES = CandidateRules()
STANDARD = cases.standard_of()
WEST, EAST = "320000/320100/320102/", "320000/320100/320104/"
REGIONS = [
    QuotaRegion(code="320100", level="prefecture", name_zh="南京市", name_en="Nanjing"),
    QuotaRegion(code="320102", level="county", name_zh="玄武区", name_en="Xuanwu"),
    QuotaRegion(code="320104", level="county", name_zh="秦淮区", name_en="Qinhuai"),
]
SPOTS = {
    "A": (1, 1, "build"), "B": (2, 4, "renovate"), "C": (4, 8, "build"), "D": (5, 5, "integrate"), "E": (7, 2, "build"),
    "F": (8, 8, "renovate"), "G": (9, 5, "build"), "H": (3, 3, "integrate"),
}  # fmt: skip
AREAS = {"build": 500.0, "renovate": 300.0, "integrate": 600.0}
COST = {"build": 1_860_000, "renovate": 1_140_000, "integrate": 480_000}
PERSONS = np.random.default_rng(5).integers(0, 40, len(cases.PLACES))
BASE = (6, 6)


def candidates():
    found = []
    for code, (column, row, action) in SPOTS.items():
        at = node_number(column, row, cases.COLUMNS)
        found.append(
            Candidate(
                place_code=code, name_zh=code, name_en=code, lon=float(cases.LON[at]), lat=float(cases.LAT[at]),
                region_path=WEST if column <= 5 else EAST, origin="cluster", works=(works_of(action, AREAS[action], RULES),),
            )
        )  # fmt: skip
    return found


def plan(budget=4_500_000):
    phases = (Phase(year=2022, sites_most=2), Phase(year=2025, sites_most=4, budget_yuan=budget))
    return Plan(
        phases=phases, quotas=(QuotaRule(level="county", least=1), QuotaRule(level="prefecture", most=3)), rules=RULES,
    )  # fmt: skip


@pytest.fixture(scope="module")
def province():
    demand = cases.demand_at(persons=PERSONS)
    city, base = cases.city(), cases.facilities_at(BASE)
    before = assess(city, demand, base, STANDARD)
    within = catchments(city, demand, facilities_at(candidates()), STANDARD)
    problem = problem_of(candidates(), within, demand, before.reached, plan(), REGIONS)
    return city, demand, base, before, problem


def od_table():
    """Blocks from every cell to every place; a block is one minute and 250 m. Urban (columns 0–5): 3 blocks; rural: 2."""
    cells = pd.DataFrame(cases.PLACES, columns=["column", "row"]).assign(workers=PERSONS)
    places = pd.DataFrame(
        [(code, c, r, action) for code, (c, r, action) in SPOTS.items()] + [("base", *BASE, "")],
        columns=["place", "place_column", "place_row", "action"],
    )
    table = cells.reset_index(names="cell").merge(places, how="cross")
    table["blocks"] = (table["column"] - table["place_column"]).abs() + (table["row"] - table["place_row"]).abs()
    return table[table["blocks"] <= np.where(table["column"] <= 5, 3, 2)]


def best_by_pandas(table, budget):
    open_rows = table[~table["cell"].isin(table.loc[table["place"] == "base", "cell"]) & (table["place"] != "base")]
    best = (9, 0)
    for size in range(5):
        for sites in combinations(SPOTS, size):
            west = sum(SPOTS[s][0] <= 5 for s in sites)
            if sum(COST[SPOTS[s][2]] for s in sites) <= budget and size <= 3:
                reached = open_rows[open_rows["place"].isin(sites)].drop_duplicates("cell")["workers"].sum()
                best = min(best, ((west == 0) + (west == size), -int(reached)))
    return best


def test_plan_equals_the_best_that_pandas_finds(province):
    *_, problem = province
    solution = solve(problem, gap=0.0)
    missing, reached = best_by_pandas(od_table(), 4_500_000)
    assert missing == 0
    assert solution.objective_persons == -reached
    assert solution.status == "optimal"


def test_each_site_card_equals_the_table(province):
    *_, problem = province
    table = od_table()
    taken = set(table.loc[table["place"] == "base", "cell"])
    for reason in explain(problem, solve(problem, gap=0.0)):
        mine = table[table["place"] == reason.choice.place_id]
        newly = mine[~mine["cell"].isin(taken)]
        assert reason.in_reach_persons == mine["workers"].sum()
        assert reason.newly_reached_persons == newly["workers"].sum()
        taken |= set(mine["cell"])


def test_coverage_with_the_sites_gains_exactly_the_objective(province):
    city, demand, base, before, problem = province
    solution = solve(problem)
    chosen = [(candidates()[c.place], works_chosen(candidates()[c.place], c)) for c in solution.chosen]
    after = assess(city, demand, joined(base, chosen), STANDARD)
    gained = demand.workers_persons[after.reached].sum() - demand.workers_persons[before.reached].sum()
    assert gained == solution.objective_persons
    assert after.served_persons.sum() >= before.served_persons.sum()


def test_order_of_candidates_does_not_matter(province):
    city, demand, _, before, problem = province
    mixed = [candidates()[i] for i in (3, 1, 7, 0, 5, 2, 6, 4)]
    within = catchments(city, demand, facilities_at(mixed), STANDARD)
    other = problem_of(mixed, within, demand, before.reached, plan(), REGIONS)
    assert other.digest == problem.digest
    assert solve(other).chosen == solve(problem).chosen
