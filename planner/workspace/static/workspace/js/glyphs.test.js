import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTIONS, GATHERING, KINDS, MARKETS, PLACES, dialArcs, lookOf, piePath } from "./glyphs.js";
import { MESSAGES } from "./messages.js";

test("every kind has a name, and all but the gathering point a shape of its own", () => {
  const kinds = Object.keys(MESSAGES).filter((key) => key.startsWith("kind.")).map((key) => key.slice(5));
  assert.deepEqual([...kinds].sort(), [...MARKETS, ...PLACES, GATHERING].sort());
  assert.equal(new Set(Object.values(KINDS)).size, kinds.length - 1);
});

test("actions differ by shape and by colour", () => {
  assert.equal(new Set(Object.values(ACTIONS).map(({ path }) => path)).size, 3);
  assert.deepEqual(Object.values(ACTIONS).map(({ colour }) => colour), ["#009e73", "#e69f00", "#8e4a9e"]);
});

test("open venues are filled, planned ones rings, shut ones crossed", () => {
  const statuses = Object.keys(MESSAGES).filter((key) => key.startsWith("status.")).map((key) => key.slice(7));
  const looks = Object.fromEntries(statuses.map((status) => [status, lookOf(status)]));
  assert.deepEqual(statuses.filter((status) => looks[status] === "filled").sort(), ["accepted", "operating", "trial"]);
  assert.deepEqual(statuses.filter((status) => looks[status] === "crossed").sort(), ["closed", "relocated", "suspended"]);
  assert.equal(looks.planned, "ring");
});

test("a dial has midnight on top and runs clockwise", () => {
  // 06:00 points right (0), 18:00 left (π)
  const [[from, to]] = dialArcs([{ weekday_mask: 127, season: "all_year", opens_at: "06:00", closes_at: "18:00" }]);
  assert.ok(Math.abs(from) < 1e-12 && Math.abs(to - Math.PI) < 1e-12);
  assert.equal(piePath([0, Math.PI / 2]), "M0,0L1,0A1,1 0 0 1 0,1Z");
  assert.equal(piePath([0, 2 * Math.PI]), ACTIONS.integrate.path);
});
