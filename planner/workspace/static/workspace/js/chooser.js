/** The left panel: standard, level, indicator with its legend, layers with counts, actions and years. */

import { METHODS, rampIndex } from "./classify.js";
import { byId, fill, make } from "./dom.js";
import { nameOf, persons, whole } from "./format.js";
import { GATHERING, MARKETS, PLACES, lookOf } from "./glyphs.js";
import { INDICATORS, indicatorOf } from "./indicators.js";
import { ORANGES } from "./painters.js";
import { actionPicture, kindPicture, lookPicture } from "./pictures.js";

/** @typedef {import("./context.js").Context} Context */

/** Light to dark. */
export const BLUES = ["#f1eef6", "#d0d9e8", "#a6c3dc", "#6aa3c9", "#2f7fb0", "#0b5a8c"];

/** @param {Context} page */
export function drawStandards({ boot, store, language }) {
  const { run } = store.get();
  const choices = boot.runs.map((each) => choice("standard", each.digest, runName(each, language), each.digest === run, () => {
    const plan = boot.recommendations.find((recommendation) => recommendation.run === each.digest);
    store.set({ run: each.digest, recommendation: plan?.digest ?? "" });
  })); // prettier-ignore
  fill(byId("standards"), choices);
}

/** The standard, and whose speeds where they are not the plain ones. @param {Run} run @param {Language} language */
function runName({ standard, profile }, language) {
  return [standard, profile].flatMap((each) => (each ? [nameOf(each, language)] : [])).join(" · ");
}

/** @param {Context} page */
export function drawLevels({ store, t }) {
  const levels = /** @type {Level[]} */ (["county", "prefecture"]);
  const { level } = store.get();
  fill(byId("levels"), levels.map((each) => choice("level", each, t(`level.${each}`), each === level, () => store.set({ level: each }))));
}

/** @param {string} group @param {string} value @param {string} text @param {boolean} checked @param {() => void} act */
function choice(group, value, text, checked, act) {
  return make("label", {}, make("input", { type: "radio", name: group, value, checked, onchange: act }), text);
}

/** @param {Context} page */
export function drawIndicators({ store, t }) {
  const state = store.get();
  const chosen = indicatorOf(state.indicator).key;
  const indicator = /** @type {HTMLSelectElement} */ (byId("indicator"));
  fill(indicator, INDICATORS.map(({ key }) => make("option", { value: key, selected: key === chosen }, t(`indicator.${key}`))));
  indicator.onchange = () => store.set({ indicator: indicator.value });
  const method = /** @type {HTMLSelectElement} */ (byId("method"));
  fill(method, METHODS.map((key) => make("option", { value: key, selected: key === state.method }, t(`method.${key}`))));
  method.onchange = () => store.set({ method: /** @type {Method} */ (method.value) });
}

/**
 * Each class with its colour, limits and number of regions.
 * @param {Context} page @param {import("./classify.js").Classes} classes
 */
export function drawLegend({ store, t, language }, { limits, counts, missing }) {
  const { level, method, indicator: key } = store.get();
  const indicator = indicatorOf(key);
  const written = limits.map((limit) => indicator.format(limit, language));
  const rows = counts.map((count, i) => legendRow(`ramp-${rampIndex(i, counts.length)}`, `${written[i]} – ${written[i + 1]}`, count));
  if (missing) rows.push(legendRow("no-data", t("legend.no_data"), missing));
  fill(byId("legend"), rows);
  byId("legend-caption").textContent = t("legend.caption", { level: t(`level.${level}`), method: t(`how.${method}`) });
}

/** @param {string} look @param {string} text @param {number} count */
function legendRow(look, text, count) {
  return make("li", {}, make("i", { class: `swatch ${look}`, "aria-hidden": "true" }), make("span", {}, text), make("em", {}, whole(count)));
}

/** @param {Context} page */
export function drawLayers(page) {
  const { t, data, boot } = page;
  const kinds = countBy(data.venues, (venue) => venue.properties.kind);
  const shown = [...MARKETS, ...PLACES].filter((kind) => kinds.get(kind));
  const total = shown.reduce((sum, kind) => sum + (kinds.get(kind) ?? 0), 0);
  const cells = data.cells ? t("layer.cells", { count: whole(data.cells.length) }) : "";
  fill(
    byId("layers"),
    toggle(page, ["sites"], t("layer.sites"), whole(data.sites.length)),
    toggle(page, shown, t("layer.venues"), data.venues.length ? whole(total) : ""),
    kindList(page, shown, kinds),
    toggle(page, [GATHERING], t("layer.gathering"), data.venues.length ? whole(kinds.get(GATHERING) ?? 0) : "", kindPicture(GATHERING)),
    toggle(page, ["uncovered"], t("layer.uncovered"), cells),
    cellLegend(page),
    toggle(page, ["streets"], t("layer.streets"), boot.basemap.kind === "none" ? t("layer.streets.none") : ""),
  );
}

/** The kinds of venues one by one, and what filled, ring and crossed mean. @param {Context} page @param {string[]} shown @param {Map<string, number>} kinds */
function kindList(page, shown, kinds) {
  const { t } = page;
  if (shown.length === 0) return null;
  const rows = shown.map((kind) => toggle(page, [kind], t(`kind.${kind}`), whole(kinds.get(kind) ?? 0), kindPicture(kind)));
  const looks = /** @type {const} */ (["operating", "planned", "closed"]).map((status) => make("span", {}, lookPicture(lookOf(status)), t(`status.${status}`)));
  const open = Boolean(document.querySelector("#kinds[open]"));
  const summary = make("summary", {}, t("card.kind"));
  return make("details", { id: "kinds", class: "kinds", open }, summary, rows, make("p", { class: "looks" }, looks));
}

/** @param {Context} page */
function cellLegend({ store, data, language, t }) {
  const limits = data.cellLimits;
  if (!store.get().layers.includes("uncovered") || limits.length < 2) return null;
  const ramp = make("div", { class: "ramp", "aria-hidden": "true" }, ORANGES.slice(0, limits.length - 1).map((_, i) => make("i", { class: `heat-${i}` })));
  const ends = make("div", { class: "scale" }, make("span", {}, persons(limits[0], language)), make("span", {}, persons(limits[limits.length - 1], language)));
  return make("div", { class: "cells", role: "img", "aria-label": t("indicator.out_of_reach_persons") }, ramp, ends);
}

/**
 * A box that shows or hides some layers together.
 * @param {Context} page @param {string[]} keys @param {string} text @param {string} count @param {Node} [picture]
 */
function toggle({ store }, keys, text, count, picture) {
  const { layers } = store.get();
  const on = keys.filter((key) => layers.includes(key)).length;
  const box = make("input", { type: "checkbox", value: keys.join(" "), checked: on > 0 });
  box.indeterminate = on > 0 && on < keys.length;
  box.onchange = () => {
    const others = store.get().layers.filter((layer) => !keys.includes(layer));
    store.set({ layers: box.checked ? [...others, ...keys] : others });
  };
  return make("label", {}, box, picture ?? null, make("b", {}, text), make("span", {}, count));
}

/** @param {Context} page */
export function drawActions({ t, data, store, plan }) {
  const counts = countBy(data.sites, (site) => site.properties.action);
  const rows = ["integrate", "renovate", "build"].map((action) =>
    make("li", {}, actionPicture(action), make("b", {}, t(`action.${action}`)), make("span", {}, whole(counts.get(action) ?? 0))),
  );
  fill(byId("actions"), rows);
  const years = [...new Set((plan()?.plan.phases ?? []).map((phase) => phase.year))].sort();
  const select = /** @type {HTMLSelectElement} */ (byId("year"));
  const { year } = store.get();
  const options = [0, ...years].map((each) => make("option", { value: each, selected: each === year }, each ? t("year.until", { year: each }) : t("year.all")));
  fill(select, options);
  select.disabled = years.length === 0;
  select.onchange = () => store.set({ year: Number(select.value) });
}

/**
 * @template T
 * @param {T[]} things @param {(thing: T) => string} keyOf
 * @returns {Map<string, number>}
 */
export function countBy(things, keyOf) {
  const counts = new Map();
  for (const thing of things) counts.set(keyOf(thing), (counts.get(keyOf(thing)) ?? 0) + 1);
  return counts;
}
