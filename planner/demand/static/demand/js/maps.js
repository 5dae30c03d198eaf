/** Where people live beside where they wait: two maps that move as one, an hour, a group and a class. Names are set as text. */

import { classOf, classify, rampIndex } from "../../workspace/js/classify.js";
import { byId, fill, make } from "../../workspace/js/dom.js";
import { percent, persons as writePersons, whole } from "../../workspace/js/format.js";
import { RAMP, UNKNOWN, WAITING, circleLegend, classLegend, dayBars, radiusOf } from "./looks.js";
import { asker, boxOf } from "./server.js";
import { openTwins } from "./twins.js";

const boot = JSON.parse(byId("boot").textContent ?? "{}");
const { words, language } = boot;
const MODES = ["walk", "ebike", "bus", "motor"];
const WAIT_MS = 250;
const MAX_CELLS = 5000;
const MANY_CELLS = 1500;
const { live, wait } = openTwins(boot);
const askCells = asker(boot.cells);
const askPoints = asker(boot.waiting);
const field = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (byId(id));
const hexagons = L.geoJSON(undefined, { pane: "cells", style: styleOf, onEachFeature: tellCell }).addTo(live);
const circles = L.layerGroup().addTo(wait);
/** @type {any} */
let cells = null;
/** @type {any[]} */
let points = [];
/** @type {any} */
let classes = { limits: [], counts: [], missing: 0 };

/** @param {string} text @param {Record<string, string | number>} values */
const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name] ?? ""));
const told = (/** @type {string} */ what, /** @type {string} */ value) => filled(words.is, { what, value });
const clock = (/** @type {number} */ hour) => `${String(hour % 24).padStart(2, "0")}:00`;
const span = (/** @type {number} */ hour) => `${clock(hour)}–${hour === 23 ? "24:00" : clock(hour + 1)}`;
const settlement = () => /** @type {HTMLInputElement} */ (document.querySelector("input[name=settlement]:checked")).value;
const state = () => ({ source: boot.source, group: field("group").value, show: field("show").value, settlement: settlement(), hour: Number(field("hour").value) });

/** What a hexagon shows: people, or their share; null where nobody knows. @param {any} properties */
function valueOf({ persons, workers }) {
  if (persons === null || state().show === "persons") return persons;
  return workers ? persons / workers : null;
}

/** @param {any} feature */
function styleOf(feature) {
  const value = feature && valueOf(feature.properties);
  const fillColor = value === null ? UNKNOWN : RAMP[rampIndex(classOf(value, classes.limits), classes.counts.length)];
  return { fillColor, fillOpacity: 0.8, color: "#fff", weight: cells.features.length > MANY_CELLS ? 0.25 : 0.6, opacity: 0.7 };
}

/** @param {any} feature @param {L.Layer} layer */
function tellCell(feature, layer) {
  layer.bindPopup(() => {
    const { persons, workers, urban_share: urban } = feature.properties;
    const { group } = state();
    const lines = [make("p", { class: "name" }, told(words.workers, whole(workers)))];
    if (group !== "workers") lines.push(make("p", {}, told(words[group], persons === null ? words.unknown : `${whole(persons)} · ${percent(persons / workers)}`)));
    lines.push(make("p", {}, `${words.urban} ${percent(urban)}`), make("p", {}, `H3 ${feature.id}`));
    return make("div", {}, lines);
  });
}

/** The part of the people at a point that belong to the group; null where nobody asked. @param {any} properties */
function partOf({ mode_shares: shares }) {
  const { group } = state();
  if (!MODES.includes(group)) return 1;
  return typeof shares[group] === "number" ? shares[group] : Object.keys(shares).length ? 0 : null;
}

const inClass = (/** @type {any} */ { is_urban: urban }) => settlement() === "all" || urban === (settlement() === "urban");
const inView = () => points.filter(({ properties }) => inClass(properties));

function drawCells() {
  const { group, show } = state();
  const values = cells.features.map((/** @type {any} */ { properties }) => valueOf(properties));
  classes = classify(values, "quantile", show === "share" ? { step: 0.01, whole: [0, 1] } : { step: 1 });
  hexagons.clearLayers().addData(cells);
  const { meta } = cells;
  const write = show === "share" ? (/** @type {number} */ value) => `${Math.round(100 * value)}%` : whole;
  const size = { area: meta.cell_km2 ?? "–", resolution: meta.resolution };
  const title = told(words[group], filled(show === "share" ? words.share_of : words.cell_size, size));
  const legend = classLegend(title, classes, (i) => RAMP[rampIndex(i, classes.counts.length)], write, words.unknown);
  fill(byId("live-legend"), legend, meta.cells_left_out > 0 && make("p", {}, filled(words.left_out, { count: whole(meta.cells_left_out) })));
  const people = meta.persons === null ? words.unknown : writePersons(meta.persons, language);
  say("live-said", meta.cells ? told(words[group], filled(words.live, { persons: people, cells: whole(meta.cells) })) : words.empty);
}

function drawPoints() {
  const { hour, group } = state();
  const most = Math.max(0, ...points.flatMap(({ properties }) => properties.persons_by_hour));
  const shown = inView();
  circles.clearLayers();
  for (const point of shown) circle(point, hour, most).addTo(circles);
  const sums = Array.from({ length: 24 }, (_, at) => shown.reduce((sum, { properties }) => sum + (partOf(properties) ?? 0) * properties.persons_by_hour[at], 0));
  const unasked = shown.filter(({ properties }) => partOf(properties) === null).length;
  const busy = shown.filter(({ properties }) => (partOf(properties) ?? 0) * properties.persons_by_hour[hour] > 0).length;
  say("wait-said", filled(words.wait, { hour: span(hour), persons: filled(words.persons, { count: whole(sums[hour]) }), points: whole(busy), all: whole(shown.length) }));
  fill(byId("wait-legend"), circleLegend(`${words.waiting} · ${words.average}`, most, whole), group === "age50plus" && make("p", {}, words.no_age), unasked > 0 && make("p", {}, filled(words.no_modes, { points: whole(unasked) })));
  fill(byId("bars"), dayBars(sums, hour, 64));
  byId("hour-said").textContent = span(hour);
  field("hour").setAttribute("aria-valuetext", span(hour));
  for (const cell of document.querySelectorAll("[data-hour]")) cell.classList.toggle("now", cell.getAttribute("data-hour") === String(hour));
}

/** @param {any} point @param {number} hour @param {number} most */
function circle({ geometry, properties }, hour, most) {
  const part = partOf(properties);
  const count = (part ?? 1) * properties.persons_by_hour[hour];
  const [lon, lat] = geometry.coordinates;
  const look = part === null || !count ? { fillOpacity: 0, color: part === null ? "#52606d" : WAITING, weight: 1.2, opacity: 0.7 } : { fillColor: WAITING, fillOpacity: 0.55, color: "#fff", weight: 1 };
  return L.circleMarker([lat, lon], { radius: radiusOf(count, most), ...look }).bindPopup(() => tellPoint(properties, hour));
}

/** @param {any} properties @param {number} hour */
function tellPoint(properties, hour) {
  const persons = properties.persons_by_hour;
  const peak = persons.indexOf(Math.max(...persons));
  const modes = MODES.filter((mode) => typeof properties.mode_shares[mode] === "number").map((mode) => `${words[mode]} ${percent(properties.mode_shares[mode])}`);
  return make(
    "div",
    {},
    make("p", { class: "name" }, language === "en" ? properties.name_en : properties.name_zh),
    make("p", {}, `${told(span(hour), filled(words.persons, { count: whole(persons[hour]) }))} · ${filled(words.peak, { hour: clock(peak) })}`),
    make("p", {}, [filled(words.year, { year: properties.year }), ...modes].join(" · ")),
    dayBars(persons, hour, 38),
  );
}

/** @param {string} id @param {string} text */
function say(id, text) {
  const line = byId(id);
  line.textContent = text;
  delete line.dataset.stale;
}

async function load() {
  const box = boxOf(live);
  const { source, group, settlement: chosen } = state();
  for (const id of ["live-said", "wait-said"]) byId(id).dataset.stale = "yes";
  const lived = boot.has_cells ? askCells({ source, group, settlement: chosen, in_bbox: box, limit: MAX_CELLS }) : Promise.resolve(null);
  const waited = askPoints(source ? { source, in_bbox: box } : { in_bbox: box });
  await Promise.all([lived.then(takeCells), waited.then(takePoints)]);
  if (live.getContainer().dataset.asked === box) document.documentElement.dataset.ready = "yes";
}

/** @param {any} answer */
function takeCells(answer) {
  if (!answer) return;
  cells = answer;
  drawCells();
}

/** @param {any} answer */
function takePoints(answer) {
  if (!answer) return;
  points = answer.features;
  drawPoints();
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let later;
function reload(/** @type {number} */ after = WAIT_MS) {
  clearTimeout(later);
  delete document.documentElement.dataset.ready;
  live.getContainer().dataset.asked = boxOf(live);
  later = setTimeout(() => {
    load().catch(() => {
      say("live-said", words.failed);
    });
  }, after);
}

live.on("moveend", () => reload());
field("hour").addEventListener("input", drawPoints);
field("show").addEventListener("change", () => cells && drawCells());
field("group").addEventListener("change", () => reload(0));
for (const radio of document.querySelectorAll("input[name=settlement]")) radio.addEventListener("change", () => reload(0));
field("source").addEventListener("change", () => /** @type {HTMLFormElement} */ (/** @type {unknown} */ (byId("controls"))).submit());
reload(0);
