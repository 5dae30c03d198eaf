/** Thousands of points on one canvas: projected once, painted together, found again under the pointer. */

/**
 * @typedef {object} Placed
 * @property {any} feature
 * @property {number} x @property {number} y pixels of the canvas
 */

/**
 * @typedef {object} PointLayer
 * @property {(features: any[]) => void} setFeatures
 * @property {(map: L.Map) => void} addTo
 * @property {() => void} remove
 * @property {() => void} redraw
 * @property {(point: L.Point) => any | null} at the nearest feature drawn under a point of the map's container
 */

const MARGIN = 0.25;

/**
 * @param {object} options
 * @param {string} options.pane
 * @param {(context: CanvasRenderingContext2D, placed: Placed[], zoom: number) => void} options.paint
 * @param {(feature: any, zoom: number) => number} options.reach pixels around its centre that belong to a feature
 * @returns {PointLayer}
 */
export function pointLayer({ pane, paint, reach }) {
  const canvas = document.createElement("canvas");
  canvas.className = "leaflet-zoom-animated";
  /** @type {any[]} */
  let features = [];
  /** @type {L.Point[]} */
  let projected = [];
  /** @type {Placed[]} */
  let drawn = [];
  /** @type {any} */
  let map = null;
  /** @type {L.Point} */
  let corner = L.point(0, 0);

  function redraw() {
    if (!map) return;
    const size = map.getSize();
    const margin = size.multiplyBy(MARGIN).round();
    const whole = size.add(margin.multiplyBy(2));
    const ratio = window.devicePixelRatio || 1;
    corner = map.containerPointToLayerPoint(margin.multiplyBy(-1));
    L.DomUtil.setPosition(canvas, corner);
    canvas.width = whole.x * ratio;
    canvas.height = whole.y * ratio;
    canvas.style.width = `${whole.x}px`;
    canvas.style.height = `${whole.y}px`;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.scale(ratio, ratio);
    drawn = placed(whole);
    paint(context, drawn, map.getZoom());
  }

  /** @param {L.Point} whole @returns {Placed[]} */
  function placed(whole) {
    const scale = map.getZoomScale(map.getZoom(), 0);
    const origin = map.getPixelOrigin().add(corner);
    const found = [];
    for (let i = 0; i < features.length; i += 1) {
      const x = projected[i].x * scale - origin.x;
      const y = projected[i].y * scale - origin.y;
      if (x > -20 && y > -20 && x < whole.x + 20 && y < whole.y + 20) found.push({ feature: features[i], x, y });
    }
    return found;
  }

  /** @param {any} event */
  function animate(event) {
    const scale = map.getZoomScale(event.zoom);
    const offset = map._latLngToNewLayerPoint(map.layerPointToLatLng(corner), event.zoom, event.center);
    L.DomUtil.setTransform(canvas, offset, scale);
  }

  return {
    setFeatures(next) {
      features = next;
      projected = next.map(({ geometry: { coordinates } }) =>
        L.CRS.EPSG3857.latLngToPoint(L.latLng(coordinates[1], coordinates[0]), 0),
      );
      redraw();
    },
    addTo(target) {
      if (map) return;
      map = target;
      map.getPane(pane).append(canvas);
      map.on("moveend resize viewreset", redraw).on("zoomanim", animate);
      redraw();
    },
    remove() {
      if (!map) return;
      map.off("moveend resize viewreset", redraw).off("zoomanim", animate);
      canvas.remove();
      drawn = [];
      map = null;
    },
    redraw,
    at(point) {
      if (!map) return null;
      const { x, y } = map.containerPointToLayerPoint(point).subtract(corner);
      let best = null;
      let distance = Infinity;
      for (const item of drawn) {
        const away = Math.hypot(item.x - x, item.y - y);
        if (away <= reach(item.feature, map.getZoom()) && away <= distance) [best, distance] = [item.feature, away];
      }
      return best;
    },
  };
}
