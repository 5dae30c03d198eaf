import assert from "node:assert/strict";
import { test } from "node:test";
import { exactPersons, exactYuan, fewLetters, gain, gapPercent, minutes, nameOf, percent, persons, points, sentence, shortDigest, shortName, whole, yuan } from "./format.js";

test("people are written in 万 in Chinese and to the last one below ten thousand", () => {
  assert.equal(persons(864000, "zh-hans"), "86.4 万人");
  assert.equal(persons(9999, "zh-hans"), "9,999 人");
  assert.equal(persons(10000, "zh-hans"), "1.0 万人");
  assert.equal(persons(8000000, "zh-hans"), "800.0 万人");
  assert.equal(persons(84748016, "zh-hans"), "8,475 万人");
});

test("people are written whole in English until a million", () => {
  assert.equal(persons(864000, "en"), "864,000 people");
  assert.equal(persons(8000000, "en"), "8.00 million people");
  assert.equal(persons(84748016, "en"), "84.7 million people");
  assert.equal(exactPersons(1, "en"), "1 person");
});

test("what is unknown is a dash, zero is zero", () => {
  for (const write of [persons, exactPersons, yuan, exactYuan, minutes, gain]) {
    assert.equal(write(null, "en"), "—");
    assert.equal(write(undefined, "zh-hans"), "—");
    assert.equal(write(NaN, "zh-hans"), "—");
  }
  assert.equal(persons(0, "zh-hans"), "0 人");
  assert.equal(whole(-0.2), "0");
});

test("gains carry their sign", () => {
  assert.equal(gain(4120, "zh-hans"), "+4,120 人");
  assert.equal(gain(-3, "en"), "−3 people");
});

test("money is written in 万元 and 亿元, or in millions", () => {
  assert.equal(yuan(1860000, "zh-hans"), "186 万元");
  assert.equal(yuan(1865000, "zh-hans"), "186.5 万元");
  assert.equal(yuan(172000000, "zh-hans"), "1.72 亿元");
  assert.equal(yuan(451, "zh-hans"), "451 元");
  assert.equal(yuan(1860000, "en"), "¥1.86 million");
  assert.equal(yuan(451, "en"), "¥451");
  assert.equal(exactYuan(1865000, "zh-hans"), "1,865,000 元");
});

test("shares have one decimal, changes are percentage points", () => {
  assert.equal(percent(0.4178), "41.8%");
  assert.equal(percent(0), "0.0%");
  assert.equal(points(0.418, 0.548), "▲ 13.0");
  assert.equal(points(0.527, 0.387), "▼ 14.0");
  assert.equal(points(0.5, 0.5001), "＝ 0.0");
  assert.equal(points(null, 0.5), "—");
});

test("minutes have their unit", () => {
  assert.equal(minutes(14, "zh-hans"), "14.0 分钟");
  assert.equal(minutes(14.04, "en"), "14.0 min");
});

test("a name missing in one language is shown in the other", () => {
  assert.equal(nameOf({ name_zh: "徐州市", name_en: "" }, "en"), "徐州市");
  assert.equal(nameOf({ name_zh: "徐州市", name_en: "Xuzhou City" }, "en"), "Xuzhou City");
});

test("maps write cities short and counties in full", () => {
  const city = { name_zh: "徐州市", name_en: "Xuzhou City", level: "prefecture" };
  assert.equal(shortName(city, "zh-hans"), "徐州");
  assert.equal(shortName(city, "en"), "Xuzhou");
  assert.equal(shortName({ ...city, name_zh: "新沂市", level: "county" }, "zh-hans"), "新沂市");
});

test("the server's sentences come in the language of the page", () => {
  assert.equal(sentence({ code: "a", zh: "中文", en: "English" }, "en"), "English");
  assert.equal(sentence({ code: "a", zh: "中文" }, "en"), "中文");
  assert.equal(sentence({ code: "a" }, "en"), "a");
  assert.equal(sentence("as it is", "zh-hans"), "as it is");
});

test("digests are shown by their first eight characters", () => {
  assert.equal(shortDigest("0123456789abcdef"), "01234567");
  assert.equal(shortDigest(""), "—");
});

test("the gap is rounded up, never down to nothing", () => {
  assert.equal(gapPercent(0.004), "0.4");
  assert.equal(gapPercent(0.0041), "0.5");
  assert.equal(gapPercent(0.0001), "0.01");
  assert.equal(gapPercent(0.00001), "0.01");
  assert.equal(gapPercent(0), "");
});

test("tiles write millions short", () => {
  assert.equal(fewLetters(6915706, "en"), "6.92M people");
  assert.equal(fewLetters(6915706, "zh-hans"), "691.6 万人");
});
