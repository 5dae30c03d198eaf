import assert from "node:assert/strict";
import { test } from "node:test";
import { indicatorOf, stepFor, withShares } from "./indicators.js";

/** @type {any} */
const REGION = { workers_persons: 200, served_persons: 120, over_capacity_persons: 30, out_of_reach_persons: 50 };

test("shares are of all workers of the region and add up", () => {
  const { out_of_reach_share: out, over_capacity_share: over } = withShares(REGION);
  assert.deepEqual([out, over], [0.25, 0.15]);
});

test("a region without workers has no shares", () => {
  const empty = withShares({ ...REGION, workers_persons: 0 });
  assert.equal(empty.out_of_reach_share, null);
});

test("an unknown indicator is the first one", () => {
  assert.equal(indicatorOf("no_such").key, "served_share");
  assert.equal(indicatorOf("gini_minutes").key, "gini_minutes");
});

test("limits of people are round, but never coarser than a two-hundredth of the largest", () => {
  const people = indicatorOf("workers_persons");
  assert.equal(stepFor(people, 864000), 1000);
  assert.equal(stepFor(people, 3000), 10);
  assert.equal(stepFor(people, 12), 1);
});
