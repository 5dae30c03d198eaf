/** Glyphs as small SVG pictures for lists and legends. */

import { makeSvg } from "./dom.js";
import { ACTIONS, GATHERING, INK, KINDS, dialArcs, piePath } from "./glyphs.js";

/** What the gathering point of the legend shows. */
const SAMPLE_HOURS = [{ weekday_mask: 127, season: "all_year", opens_at: "05:00", closes_at: "11:00" }];

/** @param {...SVGElement} shapes */
function picture(...shapes) {
  return makeSvg("svg", { viewBox: "-1.6 -1.6 3.2 3.2", width: 16, height: 16, class: "glyph", "aria-hidden": "true" }, ...shapes);
}

/** @param {string} action */
export function actionPicture(action) {
  const { path, colour } = ACTIONS[action];
  return picture(makeSvg("path", { d: path, fill: colour }));
}

/** @param {string} kind */
export function kindPicture(kind) {
  if (kind === GATHERING) return dialPicture(SAMPLE_HOURS);
  return picture(makeSvg("path", { d: KINDS[kind], fill: INK }));
}

/** @param {import("./hours.js").Span[]} hours */
export function dialPicture(hours) {
  const face = makeSvg("circle", { r: 1.1, fill: "#fff", stroke: INK, "stroke-width": 0.28 });
  return picture(face, ...dialArcs(hours).map((arc) => makeSvg("path", { d: piePath(arc), fill: INK })));
}

/** @param {"filled" | "ring" | "crossed"} look */
export function lookPicture(look) {
  const ring = { d: KINDS.branch_market, fill: look === "filled" ? INK : "#fff", stroke: INK, "stroke-width": 0.35 };
  const cross = makeSvg("path", { d: "M-1.2,-1.2L1.2,1.2M1.2,-1.2L-1.2,1.2", stroke: INK, "stroke-width": 0.35 });
  return picture(makeSvg("path", ring), ...(look === "crossed" ? [cross] : []));
}
