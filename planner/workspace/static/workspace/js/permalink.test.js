import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "./permalink.js";

/** @type {State} */
const STATE = {
  run: "a41f", recommendation: "c0de", level: "prefecture", indicator: "median_minutes", method: "quantile",
  layers: ["sites", "uncovered"], year: 2023, selection: { kind: "site", id: "17" }, table: "sites", sort: "-cost_yuan",
  view: { latitude: 32.0617, longitude: 118.7778, zoom: 9.25 },
};

test("what is written is read back", () => {
  assert.deepEqual(decode(encode(STATE, "en")), STATE);
});

test("the language is part of the address", () => {
  assert.equal(new URLSearchParams(encode(STATE, "zh-hans")).get("lang"), "zh-hans");
});

test("what is not set is not written, and a page without layers stays without", () => {
  const bare = { ...STATE, selection: null, table: null, year: 0, sort: "", view: null, layers: [] };
  const read = decode(encode(bare, "en"));
  assert.deepEqual(read.layers, []);
  for (const key of ["selection", "table", "year", "sort", "view"]) assert.ok(!(key in read), key);
});

test("what makes no sense is dropped", () => {
  assert.deepEqual(decode("level=galaxy&classes=none&at=ghost:1&at2=x&table=secrets&year=soon&view=1,2"), {});
  assert.deepEqual(decode("view=95,10,5"), {});
  assert.deepEqual(decode("view=NaN,10,5"), {});
  assert.deepEqual(decode(""), {});
});

test("codes with colons and markup come back as they are", () => {
  const selection = /** @type {const} */ ({ kind: "venue", id: "V:1<b>&x=2" });
  assert.deepEqual(decode(encode({ ...STATE, selection }, "en")).selection, selection);
});
