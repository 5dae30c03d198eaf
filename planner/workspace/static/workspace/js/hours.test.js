import assert from "node:assert/strict";
import { test } from "node:test";
import { daySpans, daysText, hoursText } from "./hours.js";

/** @param {string} opens_at @param {string} closes_at */
const span = (opens_at, closes_at, weekday_mask = 127, season = "all_year") => ({ weekday_mask, season, opens_at, closes_at });

test("hours become shares of the day, past midnight too", () => {
  // 06:00 is a quarter of the day, 18:00 three quarters
  assert.deepEqual(daySpans([span("06:00", "18:00")]), [[0.25, 0.75]]);
  assert.deepEqual(daySpans([span("18:00", "06:00")]), [[0.75, 1.25]]);
  assert.deepEqual(daySpans([span("00:00", "00:00")]), [[0, 1]]);
});

test("the dial shows a Wednesday in summer", () => {
  const weekend = span("06:00", "12:00", 0b1100000);
  const winter = span("06:00", "12:00", 127, "winter");
  assert.deepEqual(daySpans([weekend, winter]), []);
  assert.equal(daySpans([span("06:00", "12:00", 0b0000100, "summer")]).length, 1);
});

test("weekdays are said as people say them", () => {
  assert.equal(daysText(127, "zh-hans"), "每天");
  assert.equal(daysText(0b0011111, "zh-hans"), "周一至周五");
  assert.equal(daysText(0b0011111, "en"), "Mon–Fri");
  assert.equal(daysText(0b1100000, "en"), "Sat, Sun");
  assert.equal(daysText(0b1000101, "zh-hans"), "周一、周三、周日");
});

test("spans of the same days stand together, seasons are named", () => {
  const spans = [span("05:30", "09:00"), span("14:00", "17:00"), span("06:30", "09:00", 0b0100000, "winter")];
  assert.equal(hoursText(spans, "zh-hans"), "每天 05:30–09:00、14:00–17:00；周六 06:30–09:00（冬季）");
  assert.equal(hoursText(spans, "en"), "daily 05:30–09:00, 14:00–17:00; Sat 06:30–09:00 (winter)");
  assert.equal(hoursText([], "en"), "");
});
