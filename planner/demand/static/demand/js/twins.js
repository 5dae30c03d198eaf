/** Two maps that move as one; the pointer over one shows as a ring on the other. */

import { streetsLayer } from "../../workspace/js/basemap.js";

/** @param {string} id @param {any} basemap @param {[number, number, number, number]} bounds */
function open(id, basemap, [west, south, east, north]) {
  const map = L.map(id, { preferCanvas: true, attributionControl: basemap.kind === "service", minZoom: 5, maxZoom: 16 });
  map.fitBounds([[south, west], [north, east]], { animate: false });
  map.createPane("streets").style.zIndex = "350";
  streetsLayer(basemap, "streets")?.addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
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

/** @param {any} boot @returns {{live: L.Map, wait: L.Map}} */
export function openTwins(boot) {
  const live = open("live", boot.basemap, boot.bounds);
  const wait = open("wait", boot.basemap, boot.bounds);
  follow(live, wait);
  follow(wait, live);
  return { live, wait };
}
