import assert from "node:assert/strict";
import { test } from "node:test";
import { boundsOf, holds, labelPoint, polygons } from "./geometry.js";

/** @param {number} x @param {number} y @param {number} side */
const square = (x, y, side) => [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]];
/** @type {any} */
const RING = { type: "Polygon", coordinates: [square(0, 0, 10), square(4, 4, 2)] };
/** @type {any} */
const TWO = { type: "MultiPolygon", coordinates: [[square(0, 0, 1)], [square(20, 0, 4)]] };
/** A C that opens to the east: its centroid lies in the gap. @type {any} */
const HORSESHOE = { type: "Polygon", coordinates: [[[0, 0], [10, 0], [10, 1], [1, 1], [1, 9], [10, 9], [10, 10], [0, 10], [0, 0]]] };

test("a point is in an area but not in its hole", () => {
  assert.equal(holds(RING, 1, 1), true);
  assert.equal(holds(RING, 5, 5), false);
  assert.equal(holds(RING, 11, 5), false);
  assert.equal(holds(TWO, 22, 2), true);
  assert.equal(holds(null, 0, 0), false);
});

test("the name stands in the middle of the largest part", () => {
  assert.deepEqual(labelPoint(TWO), [22, 2]);
  assert.equal(labelPoint(null), null);
});

test("a name never stands outside its area", () => {
  const place = labelPoint(HORSESHOE);
  assert.ok(place);
  assert.ok(holds(HORSESHOE, place[0], place[1]));
});

test("bounds hold all parts", () => {
  assert.deepEqual(boundsOf([RING, TWO]), [0, 0, 24, 10]);
  assert.equal(boundsOf([]), null);
  assert.equal(boundsOf([null]), null);
  assert.equal(polygons(TWO).length, 2);
});
