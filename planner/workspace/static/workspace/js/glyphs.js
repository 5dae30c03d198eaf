/** The shapes on the map and in the legend: one path each, around (0, 0), about 2 across; canvas and SVG use the same. */

import { daySpans } from "./hours.js";

export const INK = "#17222d";

/** Shape and colour both carry the action. @type {Record<string, {path: string, colour: string}>} */
export const ACTIONS = {
  integrate: { path: "M1,0A1,1 0 1 1 -1,0A1,1 0 1 1 1,0Z", colour: "#009e73" },
  renovate: { path: "M0,-1.2L1.2,0L0,1.2L-1.2,0Z", colour: "#e69f00" },
  build: { path: "M-0.92,-0.92H0.92V0.92H-0.92Z", colour: "#8e4a9e" },
};

/** @type {Record<string, string>} */
export const KINDS = {
  gig_market_comprehensive: "M0,-1.1L1.05,-0.34L0.65,0.9L-0.65,0.9L-1.05,-0.34Z",
  gig_market_trade: "M0,-1.05L1,0.8L-1,0.8Z",
  branch_market: "M1,0A1,1 0 1 1 -1,0A1,1 0 1 1 1,0Z",
  gig_station: "M-0.8,-0.8H0.8V0.8H-0.8Z",
  public_hr_market: "M0.55,-0.95L1.1,0L0.55,0.95H-0.55L-1.1,0L-0.55,-0.95Z",
  grassroots_hrss_platform: "M-0.35,-1H0.35V-0.35H1V0.35H0.35V1H-0.35V0.35H-1V-0.35H-0.35Z",
  migrant_service_centre: "M0,1.05L1,-0.8L-1,-0.8Z",
  doorstep_station: "M-0.85,0.8V-0.1L0,-0.95L0.85,-0.1V0.8Z",
  private_hr_agency: "M0,-1L0.9,0L0,1L-0.9,0Z",
  candidate_site: "M-1,-0.3H1V0.3H-1Z",
};

export const GATHERING = "informal_gathering_point";
/** Kinds that count as gig markets. */
export const MARKETS = ["gig_market_comprehensive", "gig_market_trade", "branch_market", "gig_station"];
/** The others, in the order of the legend. */
export const PLACES = [
  "public_hr_market",
  "grassroots_hrss_platform",
  "migrant_service_centre",
  "doorstep_station",
  "private_hr_agency",
  "candidate_site",
];

/**
 * How a status looks: filled = open, ring = to come, crossed = shut.
 * @param {string} status
 * @returns {"filled" | "ring" | "crossed"}
 */
export function lookOf(status) {
  if (["trial", "operating", "accepted"].includes(status)) return "filled";
  return ["suspended", "relocated", "closed"].includes(status) ? "crossed" : "ring";
}

/**
 * Arcs of a day's dial, midnight on top, clockwise, in radians of a canvas.
 * @param {import("./hours.js").Span[]} hours
 * @returns {Array<[number, number]>}
 */
export function dialArcs(hours) {
  return daySpans(hours).map(([opens, closes]) => [2 * Math.PI * (opens - 0.25), 2 * Math.PI * (closes - 0.25)]);
}

/**
 * The pie of one arc as a path of radius 1.
 * @param {[number, number]} arc
 */
export function piePath([from, to]) {
  if (to - from >= 2 * Math.PI - 1e-9) return ACTIONS.integrate.path;
  const large = to - from > Math.PI ? 1 : 0;
  /** @param {number} value */
  const round = (value) => Number(value.toFixed(4));
  const [x1, y1, x2, y2] = [Math.cos(from), Math.sin(from), Math.cos(to), Math.sin(to)].map(round);
  return `M0,0L${x1},${y1}A1,1 0 ${large} 1 ${x2},${y2}Z`;
}
