/** How points are painted on a canvas: venues as glyphs, uncovered workers as discs. */

import { classOf } from "./classify.js";
import { GATHERING, INK, KINDS, MARKETS, dialArcs, lookOf } from "./glyphs.js";

/** Light to dark, workers out of reach. */
export const ORANGES = ["#feedde", "#fdd0a2", "#fdae6b", "#fd8d3c", "#e6550d", "#a63603"];
const GLYPH_ZOOM = 9.5;
const CELL_RADIUS_METRES = 484; // of the disc with the area of an H3 cell of resolution 8, 0.737 km²
const METRES_PER_PIXEL = 156543.03;

/** @type {Map<string, Path2D>} */
const paths = new Map();
/** @param {string} kind */
function pathOf(kind) {
  let path = paths.get(kind);
  if (!path) paths.set(kind, (path = new Path2D(KINDS[kind] ?? KINDS.branch_market)));
  return path;
}

/** Pixels from the centre of a venue's glyph to its edge. @param {string} kind @param {number} zoom */
export function venueSize(kind, zoom) {
  const size = zoom < GLYPH_ZOOM ? 1.6 + 0.55 * Math.max(0, zoom - 7) : Math.min(7, 4 + (zoom - GLYPH_ZOOM) * 0.8);
  return MARKETS.includes(kind) || kind === GATHERING ? size * 1.3 : size;
}

/**
 * @param {CanvasRenderingContext2D} context @param {import("./pointlayer.js").Placed[]} placed @param {number} zoom
 */
export function paintVenues(context, placed, zoom) {
  context.lineJoin = "round";
  for (const { feature, x, y } of placed) {
    const { kind, status, opening_hours: hours } = feature.properties;
    const size = venueSize(kind, zoom);
    context.save();
    context.translate(x, y);
    context.scale(size, size);
    if (kind === GATHERING) paintDial(context, hours ?? [], size);
    else paintGlyph(context, pathOf(kind), lookOf(status), size);
    context.restore();
  }
}

/** @param {CanvasRenderingContext2D} context @param {Path2D} path @param {string} look @param {number} size */
function paintGlyph(context, path, look, size) {
  context.lineWidth = 2 / size;
  context.strokeStyle = "#fff";
  context.stroke(path);
  context.fillStyle = look === "filled" ? INK : "#fff";
  context.fill(path);
  context.strokeStyle = INK;
  context.lineWidth = 1 / size;
  if (look !== "filled") context.stroke(path);
  if (look === "crossed") {
    context.beginPath();
    context.moveTo(-1.2, -1.2);
    context.lineTo(1.2, 1.2);
    context.moveTo(1.2, -1.2);
    context.lineTo(-1.2, 1.2);
    context.stroke();
  }
}

/** A day's dial with its hours filled. @param {CanvasRenderingContext2D} context @param {import("./hours.js").Span[]} hours @param {number} size */
function paintDial(context, hours, size) {
  context.beginPath();
  context.arc(0, 0, 1.15, 0, 2 * Math.PI);
  context.fillStyle = "#fff";
  context.fill();
  context.strokeStyle = INK;
  context.lineWidth = 1.2 / size;
  context.stroke();
  context.fillStyle = INK;
  for (const [from, to] of dialArcs(hours)) {
    context.beginPath();
    context.moveTo(0, 0);
    context.arc(0, 0, 1.15, from, to);
    context.fill();
  }
}

/**
 * Pixels from the centre of a cell to its edge: by people below zoom 9, its ground from there on.
 * @param {number} people @param {number} zoom @param {number} latitude
 */
export function cellRadius(people, zoom, latitude) {
  if (zoom < 9) return Math.min(8, 0.5 + Math.sqrt(people) * 0.05 * 2 ** ((zoom - 7) / 1.6));
  const metres = (METRES_PER_PIXEL * Math.cos((latitude * Math.PI) / 180)) / 2 ** zoom;
  return Math.max(1.5, CELL_RADIUS_METRES / metres);
}

/**
 * A painter of cells whose colours follow `limits`.
 * @param {() => number[]} limits
 */
export function cellPainter(limits) {
  /**
   * @param {CanvasRenderingContext2D} context @param {import("./pointlayer.js").Placed[]} placed @param {number} zoom
   */
  return (context, placed, zoom) => {
    const classes = limits();
    /** @type {Path2D[]} */
    const discs = ORANGES.map(() => new Path2D());
    for (const { feature, x, y } of placed) {
      const people = feature.properties.out_of_reach_persons;
      const radius = cellRadius(people, zoom, feature.geometry.coordinates[1]);
      const disc = discs[classes.length > 1 ? classOf(people, classes) : 0];
      disc.moveTo(x + radius, y);
      disc.arc(x, y, radius, 0, 2 * Math.PI);
    }
    context.globalAlpha = 0.82;
    discs.forEach((disc, i) => {
      context.fillStyle = ORANGES[i];
      context.fill(disc);
    });
  };
}
