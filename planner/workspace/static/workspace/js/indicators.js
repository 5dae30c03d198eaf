/** What the map can be coloured by: how it is written, and the step of its class limits. */

import { exactPersons, index, minutes, percent } from "./format.js";

/**
 * @typedef {object} Indicator
 * @property {keyof RegionProperties} key
 * @property {number[]} steps class limits are multiples of the first that is not too fine for the largest value
 * @property {[number, number] | null} whole the full range, where there is one
 * @property {(value: number | null, language: Language) => string} format
 */

const SHARE = { steps: [0.001], whole: /** @type {[number, number]} */ ([0, 1]), format: percent };
const PERSONS = { steps: [1, 10, 100, 1000, 10000], whole: null, format: exactPersons };
const MINUTES = { steps: [0.1], whole: null, format: minutes };

/** @type {Indicator[]} */
export const INDICATORS = [
  { key: "served_share", ...SHARE },
  { key: "reached_share", ...SHARE },
  { key: "out_of_reach_share", ...SHARE },
  { key: "over_capacity_share", ...SHARE },
  { key: "reached_area_share", ...SHARE },
  { key: "out_of_reach_persons", ...PERSONS },
  { key: "workers_persons", ...PERSONS },
  { key: "median_minutes", ...MINUTES },
  { key: "p90_minutes", ...MINUTES },
  { key: "gini_minutes", steps: [0.001], whole: [0, 1], format: index },
];

/** @param {string} key */
export function indicatorOf(key) {
  return INDICATORS.find((indicator) => indicator.key === key) ?? INDICATORS[0];
}

/**
 * The step of class limits that suits values up to `largest`: two hundred steps or more, no finer than needed.
 * @param {Indicator} indicator @param {number} largest
 */
export function stepFor(indicator, largest) {
  return indicator.steps.findLast((step) => largest / step >= 200) ?? indicator.steps[0];
}

/**
 * Add the shares the server leaves to the reader.
 * @param {RegionProperties} region
 * @returns {RegionProperties}
 */
export function withShares(region) {
  const workers = region.workers_persons;
  return {
    ...region,
    out_of_reach_share: workers ? region.out_of_reach_persons / workers : null,
    over_capacity_share: workers ? region.over_capacity_persons / workers : null,
  };
}
