/** Two maps that move as one; the pointer over one shows as a ring on the other. */

import { streetsLayer } from "../../workspace/js/basemap.js";

/**
 * Bytes of the streets that both maps ask for at the same moment, asked for once: two equal range requests at a time may fail.
 * Nothing is given up, since the other map may still want it; what came is in the browser's cache.
 */
class SharedBytes {
  /** @param {any} source */
  constructor(source) {
    this.source = source;
    /** @type {Map<string, Promise<any>>} */
    this.running = new Map();
  }

  getKey() {
    return this.source.getKey();
  }

  /** @param {number} offset @param {number} length @param {AbortSignal} _signal @param {string} etag */
  getBytes(offset, length, _signal, etag) {
    const key = `${offset} ${length}`;
    const found = this.running.get(key) ?? this.source.getBytes(offset, length, undefined, etag);
    this.running.set(key, found);
    const done = () => this.running.delete(key);
    found.then(done, done);
    return found;
  }
}

/** The base map with one source of streets for both maps. @param {any} basemap */
function shared(basemap) {
  if (basemap.kind !== "pmtiles") return basemap;
  const streets = /** @type {any} */ (new protomapsL.PmtilesSource(basemap.url, true)).p;
  streets.source = new SharedBytes(streets.source);
  return { ...basemap, url: streets };
}

/** @param {string} id @param {any} basemap @param {[number, number, number, number]} bounds */
function open(id, basemap, [west, south, east, north]) {
  const map = L.map(id, { preferCanvas: true, attributionControl: basemap.kind === "service", minZoom: 5, maxZoom: 16 });
  map.fitBounds([[south, west], [north, east]], { animate: false });
  map.createPane("cells").style.zIndex = "300";
  map.createPane("streets").style.zIndex = "350";
  map.createPane("borders").style.zIndex = "360";
  for (const name of ["streets", "borders"]) /** @type {HTMLElement} */ (map.getPane(name)).style.pointerEvents = "none";
  streetsLayer(basemap, "streets")?.addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  const tell = () => (map.getContainer().dataset.view = [map.getCenter().lat.toFixed(4), map.getCenter().lng.toFixed(4), map.getZoom()].join(" "));
  map.on("moveend", tell);
  tell();
  return map;
}

/** @param {L.Map} from @param {L.Map} to */
function follow(from, to) {
  const ring = L.marker([0, 0], { icon: L.divIcon({ className: "other-pointer", iconSize: [14, 14] }), interactive: false, keyboard: false });
  from.on("move", () => {
    if (moving) return;
    moving = true;
    to.setView(from.getCenter(), from.getZoom(), { animate: false });
    moving = false;
  });
  from.on("mousemove", (event) => ring.setLatLng(event.latlng).addTo(to));
  from.on("mouseout", () => ring.remove());
}
let moving = false;

/** Lines between counties on both maps; a map without them is still a map. @param {string} address @param {L.Map[]} maps */
async function drawBorders(address, maps) {
  const answer = await fetch(`${address}?level=county&detail=low`);
  if (!answer.ok) return;
  const regions = await answer.json();
  for (const map of maps) L.geoJSON(regions, { pane: "borders", interactive: false, style: { fill: false, color: "#3a4753", weight: 0.8, opacity: 0.55 } }).addTo(map);
}

/** @param {any} boot @returns {{live: L.Map, wait: L.Map}} */
export function openTwins(boot) {
  const basemap = shared(boot.basemap);
  const live = open("live", basemap, boot.bounds);
  const wait = open("wait", basemap, boot.bounds);
  follow(live, wait);
  follow(wait, live);
  drawBorders(boot.regions, [live, wait]).catch(() => undefined);
  return { live, wait };
}
