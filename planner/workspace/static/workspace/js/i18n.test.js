import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { translator } from "./i18n.js";
import { INDICATORS } from "./indicators.js";
import { MESSAGES } from "./messages.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const places = (/** @type {string} */ text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test("both languages are complete and fill in the same values", () => {
  for (const [key, [chinese, english]] of Object.entries(MESSAGES)) {
    assert.ok(chinese && english, key);
    assert.deepEqual(places(chinese), places(english), key);
    assert.ok(!/[\u4e00-\u9fff]/.test(english), key);
  }
});

test("values are filled in as they are", () => {
  assert.equal(translator("en")("table.count", { shown: 3, total: "1,642" }), "3 of 1,642 rows");
  assert.equal(translator("zh-hans")("say.selected", { name: "<b>" }), "已选中 <b>");
  assert.throws(() => translator("en")("no.such.key"), /no\.such\.key/);
});

test("every key that the scripts name exists, and every message is used", () => {
  const scripts = readdirSync(HERE).filter((name) => name.endsWith(".js") && !name.endsWith(".test.js") && name !== "messages.js");
  const text = scripts.map((name) => readFileSync(join(HERE, name), "utf8")).join("\n");
  const used = new Set([...text.matchAll(/["'`]([a-z_]+(?:\.[a-z_0-9]+)+)["'`]/g)].map(([, key]) => key).filter((key) => key in MESSAGES));
  const families = new Set([...text.matchAll(/`([a-z_]+(?:\.[a-z_]+)*)\.\$\{/g)].map(([, family]) => family));
  for (const [, key] of text.matchAll(/\bt\("([^"]+)"/g)) assert.ok(key in MESSAGES, key);
  const orphans = Object.keys(MESSAGES).filter((key) => !used.has(key) && !families.has(key.slice(0, key.lastIndexOf("."))));
  assert.deepEqual(orphans, []);
});

test("every indicator has a name", () => {
  for (const { key } of INDICATORS) assert.ok(MESSAGES[`indicator.${key}`], key);
});
