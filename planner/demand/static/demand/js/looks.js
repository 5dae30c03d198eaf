/** Colours, sizes and legends of the two maps. */

import { make, makeSvg } from "../../workspace/js/dom.js";

/** Light to dark: people who live in a hexagon. */
export const RAMP = ["#edf3c4", "#c2e3b3", "#7fcabb", "#3fa7bd", "#2370a5", "#1f3175"];
export const UNKNOWN = "#b9c1c9";
export const WAITING = "#a3195b";
const MAX_RADIUS = 22;
const LEAST_RADIUS = 2.5;

/** The radius of a circle whose area shows people. @param {number} persons @param {number} most people of the fullest hour of all */
export function radiusOf(persons, most) {
  return persons > 0 && most > 0 ? Math.max(LEAST_RADIUS, MAX_RADIUS * Math.sqrt(persons / most)) : LEAST_RADIUS;
}

/** A round number not above `value`: 1, 2 or 5 times a power of ten. @param {number} value */
export function roundBelow(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (value >= 5 * power ? 5 : value >= 2 * power ? 2 : 1);
}

/** @param {string} colour @param {string} text */
function swatch(colour, text) {
  const box = makeSvg("svg", { width: 18, height: 14, "aria-hidden": "true" }, makeSvg("rect", { x: 0.5, y: 0.5, width: 17, height: 13, rx: 2, fill: colour, stroke: "#7b8794", "stroke-width": 0.7 }));
  return make("li", {}, box, text);
}

/**
 * The legend of hexagons: class limits and how many hexagons each class holds.
 * @param {string} title @param {{limits: number[], counts: number[], missing: number}} classes @param {(i: number) => string} colour
 * @param {(value: number) => string} write @param {string} unknown
 */
export function classLegend(title, classes, colour, write, unknown) {
  const items = classes.counts.map((count, i) => swatch(colour(i), `${write(classes.limits[i])}–${write(classes.limits[i + 1])} (${count})`));
  if (classes.missing) items.push(swatch(UNKNOWN, `${unknown} (${classes.missing})`));
  return [make("p", {}, title), make("ul", {}, items)];
}

/** The legend of circles: three round numbers as they stand on the map. @param {string} title @param {number} most @param {(value: number) => string} write */
export function circleLegend(title, most, write) {
  const largest = most > 0 ? roundBelow(most) : 0;
  const steps = [...new Set([largest, roundBelow(Math.max(1, largest / 4)), roundBelow(Math.max(1, largest / 20))])].filter((value) => value >= 1).sort((a, b) => a - b);
  const items = steps.map((value) => {
    const radius = radiusOf(value, most);
    const size = 2 * radius + 2;
    const circle = makeSvg("circle", { cx: size / 2, cy: size / 2, r: radius, fill: WAITING, "fill-opacity": 0.55, stroke: "#fff" });
    return make("li", {}, makeSvg("svg", { width: size, height: size, "aria-hidden": "true" }, circle), write(value));
  });
  return [make("p", {}, title), make("ul", {}, items)];
}

/** A day as 24 bars, the shown hour strong. @param {number[]} persons @param {number} hour @param {number} height */
export function dayBars(persons, hour, height) {
  const most = Math.max(...persons, 1e-9);
  const bars = persons.map((count, i) => {
    const tall = count > 0 ? Math.max(1, (height * count) / most) : 0;
    return makeSvg("rect", { x: i * 10 + 1, y: height - tall, width: 8, height: tall, class: i === hour ? "now" : "", fill: i === hour ? WAITING : "#d9a3bd" });
  });
  return makeSvg("svg", { viewBox: `0 0 240 ${height}`, preserveAspectRatio: "none", class: "day", "aria-hidden": "true" }, ...bars);
}
