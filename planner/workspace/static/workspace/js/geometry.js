/** Plain geometry on GeoJSON coordinates: which area holds a point, where its name goes, its bounds. */

/** @typedef {AreaFeature<unknown>["geometry"]} Area */

/** Every polygon of an area as a list of rings. @param {Area} area @returns {number[][][][]} */
export function polygons(area) {
  if (!area) return [];
  return area.type === "Polygon" ? [area.coordinates] : area.coordinates;
}

/** Whether a ring holds a point (even-odd). @param {number[][]} ring @param {number} x @param {number} y */
function ringHolds(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Whether an area holds a point; holes do not count. @param {Area} area @param {number} x @param {number} y */
export function holds(area, x, y) {
  return polygons(area).some((rings) => rings.filter((ring) => ringHolds(ring, x, y)).length % 2 === 1);
}

/** Twice the signed area of a ring. @param {number[][]} ring */
function doubleArea(ring) {
  let sum = 0;
  for (let i = 0; i + 1 < ring.length; i += 1) sum += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
  return sum;
}

/**
 * Where to write an area's name: the centroid of its largest part, or the middle of the widest stretch at that height where the
 * centroid falls outside.
 * @param {Area} area
 * @returns {[number, number] | null}
 */
export function labelPoint(area) {
  const outer = polygons(area).map((rings) => rings[0]);
  if (outer.length === 0) return null;
  const ring = outer.reduce((best, next) => (Math.abs(doubleArea(next)) > Math.abs(doubleArea(best)) ? next : best));
  const [x, y] = centroid(ring);
  return ringHolds(ring, x, y) ? [x, y] : [middleOfWidest(ring, y) ?? x, y];
}

/** @param {number[][]} ring @returns {[number, number]} */
function centroid(ring) {
  const twice = doubleArea(ring);
  if (twice === 0) return [ring[0][0], ring[0][1]];
  let [x, y] = [0, 0];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const cross = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
    x += (ring[i][0] + ring[i + 1][0]) * cross;
    y += (ring[i][1] + ring[i + 1][1]) * cross;
  }
  return [x / (3 * twice), y / (3 * twice)];
}

/** @param {number[][]} ring @param {number} y */
function middleOfWidest(ring, y) {
  const crossings = [];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [[xa, ya], [xb, yb]] = [ring[i], ring[i + 1]];
    if (ya > y !== yb > y) crossings.push(xa + ((xb - xa) * (y - ya)) / (yb - ya));
  }
  crossings.sort((a, b) => a - b);
  let best = null;
  let width = 0;
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    if (crossings[i + 1] - crossings[i] > width) {
      width = crossings[i + 1] - crossings[i];
      best = (crossings[i] + crossings[i + 1]) / 2;
    }
  }
  return best;
}

/**
 * West, south, east, north of some areas; null if there are none.
 * @param {Area[]} areas
 * @returns {[number, number, number, number] | null}
 */
export function boundsOf(areas) {
  const points = areas.flatMap((area) => polygons(area).flatMap((rings) => rings[0]));
  if (points.length === 0) return null;
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    [west, south] = [Math.min(west, x), Math.min(south, y)];
    [east, north] = [Math.max(east, x), Math.max(north, y)];
  }
  return [west, south, east, north];
}
