import assert from "node:assert/strict";
import { test } from "node:test";
import { METHODS, classOf, classify, naturalBreaks, rampIndex } from "./classify.js";

test("equal steps cut the whole range in six", () => {
  const { limits, counts } = classify([0, 0.1, 0.5, 1], "equal", { step: 0.001, whole: [0, 1] });
  assert.deepEqual(limits, [0, 0.167, 0.333, 0.5, 0.667, 0.833, 1]);
  // 0 and 0.1 in the first class, 0.5 begins the fourth, 1 ends the last
  assert.deepEqual(counts, [2, 0, 0, 1, 0, 1]);
});

test("quantiles put two of twelve values in each class", () => {
  const values = Array.from({ length: 12 }, (_, i) => i + 1);
  // limits at ranks 0, 11/6, 22/6, ... : 1, 2.83, 4.67, 6.5, 8.33, 10.17, 12
  const { limits, counts } = classify(values, "quantile", { step: 0.01 });
  assert.deepEqual(limits, [1, 2.83, 4.67, 6.5, 8.33, 10.17, 12]);
  assert.deepEqual(counts, [2, 2, 2, 2, 2, 2]);
});

test("natural breaks find the gaps", () => {
  // three tight groups: any other cut mixes two of them
  assert.deepEqual(naturalBreaks([1, 2, 3, 50, 51, 52, 99, 100], 3), [1, 50, 99, 100]);
});

/** The least over every way to cut rising values into `count` runs, by brute force. @param {number[]} values @param {number} count @returns {number} */
function leastDeviation(values, count) {
  const spread = (/** @type {number[]} */ run) => {
    const mean = run.reduce((a, b) => a + b, 0) / run.length;
    return run.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };
  if (count === 1) return spread(values);
  let best = Infinity;
  for (let i = 1; i + count - 1 <= values.length; i += 1) best = Math.min(best, spread(values.slice(0, i)) + leastDeviation(values.slice(i), count - 1));
  return best;
}

test("natural breaks are the best of all cuts", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let trial = 0; trial < 20; trial += 1) {
    const values = Array.from({ length: 11 }, () => Math.round(random() * 1000) / 10).sort((a, b) => a - b);
    const limits = naturalBreaks(values, 4);
    const groups = [0, 1, 2, 3].map((k) => values.filter((value) => classOf(value, limits) === k));
    const found = groups.reduce((sum, group) => sum + leastDeviation(group, 1), 0);
    assert.ok(Math.abs(found - leastDeviation(values, 4)) < 1e-6, `trial ${trial}`);
  }
});

test("each value is counted once, also on the limits, and what is missing is counted apart", () => {
  for (const method of METHODS) {
    const { counts, missing } = classify([0.2, null, 0.4, undefined, 0.4, NaN, 0.9, 0.2], method, { step: 0.001, whole: [0, 1] });
    assert.equal(counts.reduce((a, b) => a + b, 0), 5, method);
    assert.equal(missing, 3, method);
  }
});

test("fewer different values make fewer classes", () => {
  // two values, two natural classes: 5 and 7; the limit between them is the first value of the second
  assert.deepEqual(naturalBreaks([5, 5, 7, 9], 6), [5, 7, 9, 9]);
  const { limits, counts } = classify([5, 5, 7, 9], "natural", { step: 1 });
  assert.deepEqual(limits, [5, 7, 9]);
  assert.deepEqual(counts, [2, 2]);
});

test("one value alone still has a class", () => {
  const { limits, counts } = classify([0.25], "natural", { step: 0.001 });
  assert.deepEqual(limits, [0.25, 0.251]);
  assert.deepEqual(counts, [1]);
});

test("no values make no classes", () => {
  assert.deepEqual(classify([null, null], "quantile", { step: 1 }), { limits: [], counts: [], missing: 2 });
});

test("a limit belongs to the class above it, the last to the class below", () => {
  const limits = [0, 10, 20, 30];
  assert.deepEqual([0, 9.9, 10, 20, 30].map((value) => classOf(value, limits)), [0, 0, 1, 2, 2]);
});

test("few classes still use the whole ramp", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5].map((i) => rampIndex(i, 6)), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual([0, 1, 2].map((i) => rampIndex(i, 3)), [0, 3, 5]);
  assert.equal(rampIndex(0, 1), 4);
});
