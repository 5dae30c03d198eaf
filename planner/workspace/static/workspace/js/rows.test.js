import assert from "node:assert/strict";
import { test } from "node:test";
import { matching, nextSort, readSort, sorted } from "./rows.js";

const ROWS = [
  { id: "a", name: "徐州市", share: 0.4 },
  { id: "b", name: "常州市", share: null },
  { id: "c", name: "南京市", share: 0.9 },
  { id: "d", name: "扬州市", share: 0 },
];
const ids = (/** @type {Array<{id: string}>} */ rows) => rows.map(({ id }) => id).join("");

test("numbers are ordered as numbers, what is missing comes last both ways", () => {
  assert.equal(ids(sorted(ROWS, "share", "up", "zh-hans")), "dacb");
  assert.equal(ids(sorted(ROWS, "share", "down", "zh-hans")), "cadb");
});

test("Chinese names are ordered by pinyin: cháng, nán, xú, yáng", () => {
  assert.equal(ids(sorted(ROWS, "name", "up", "zh-hans")), "bcad");
});

test("equal values keep their order and the rows given are left alone", () => {
  const rows = [{ id: "x", n: 1 }, { id: "y", n: 1 }];
  assert.equal(ids(sorted(rows, "n", "down", "en")), "xy");
  assert.equal(ids(rows), "xy");
});

test("all words must be found, in any text, whatever their case", () => {
  const rows = [{ id: "1", name: "Gulou Market", kind: "Gig station" }, { id: "2", name: "Gulou", kind: "Closed" }];
  assert.equal(ids(matching(rows, "gulou STATION")), "1");
  assert.equal(ids(matching(rows, "  ")), "12");
  assert.equal(ids(matching(rows, "nowhere")), "");
});

test("a heading begins with the largest number or the first name, then turns round", () => {
  assert.equal(nextSort("name", "share", true), "-share");
  assert.equal(nextSort("-share", "share", true), "share");
  assert.equal(nextSort("share", "share", true), "-share");
  assert.equal(nextSort("-share", "name", false), "name");
  assert.deepEqual(readSort("-share"), { column: "share", direction: "down" });
  assert.deepEqual(readSort("name"), { column: "name", direction: "up" });
});
