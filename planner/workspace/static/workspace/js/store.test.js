import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "./store.js";
import { initialState } from "./context.js";

test("those who listen hear once of what really changed", () => {
  const store = createStore({ a: 1, b: { c: 2 } });
  /** @type {string[]} */
  const heard = [];
  store.on(["a", "b"], (state) => heard.push(JSON.stringify(state)));
  store.on(["b"], () => heard.push("b"));
  store.set({ a: 1, b: { c: 2 } });
  assert.deepEqual(heard, []);
  store.set({ a: 5, b: { c: 2 } });
  assert.deepEqual(heard, ['{"a":5,"b":{"c":2}}']);
  assert.equal(store.get().a, 5);
});

/** @type {any} */
const BOOT = {
  runs: [{ digest: "r1" }, { digest: "r2" }],
  recommendations: [{ digest: "p1", run: "r1" }, { digest: "p2", run: "r2" }, { digest: "p3", run: "r2" }],
};

test("the page begins with the first run and its newest plan", () => {
  const state = initialState(BOOT, {});
  assert.deepEqual([state.run, state.recommendation], ["r1", "p1"]);
});

test("a link names run and plan; a plan of another run is not shown on it", () => {
  assert.equal(initialState(BOOT, { run: "r2", recommendation: "p3" }).recommendation, "p3");
  assert.equal(initialState(BOOT, { run: "r2", recommendation: "p1" }).recommendation, "p2");
  assert.equal(initialState(BOOT, { run: "gone" }).run, "r1");
});

test("a run of a speed profile is shown only when a link names it", () => {
  const runs = [{ digest: "slow", profile: { name_zh: "慢", name_en: "slow" } }, { digest: "r1", profile: null }];
  assert.equal(initialState({ ...BOOT, runs }, {}).run, "r1");
  assert.equal(initialState({ ...BOOT, runs }, { run: "slow" }).run, "slow");
  assert.equal(initialState({ ...BOOT, runs: runs.slice(0, 1) }, {}).run, "");
});

test("without runs there is nothing to name", () => {
  const state = initialState({ ...BOOT, runs: [] }, {});
  assert.deepEqual([state.run, state.recommendation], ["", ""]);
});
