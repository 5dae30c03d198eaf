/** The records of a line on a map, linked both ways with their rows. Names are set as text, never as HTML. */

import { streetsLayer } from "../../workspace/js/basemap.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
const said = document.getElementById("map-said");
const box = document.getElementById("map");

const LOOK = { radius: 5, color: "#ffffff", weight: 1.2, fillColor: "#d55e00", fillOpacity: 0.9 };
const CHOSEN = { radius: 9, color: "#d55e00", weight: 3, fillColor: "#ffffff", fillOpacity: 0.9 };

/** @param {{key: string, name: string, found: string}} point */
function popup(point) {
  const card = document.createElement("div");
  for (const text of [point.name, point.key, point.found].filter(Boolean)) {
    const line = document.createElement("p");
    line.textContent = text;
    card.append(line);
  }
  if (boot.link) {
    const link = document.createElement("a");
    link.href = boot.link.replace("KEY", encodeURIComponent(point.key));
    link.textContent = boot.words.open;
    card.append(link);
  }
  return card;
}

const rows = new Map([...document.querySelectorAll("tr[data-key]")].map((row) => [row.getAttribute("data-key"), row]));

/** @param {any} mark @param {Element | undefined} row */
function link(mark, row) {
  mark.on("popupopen", () => row?.classList.add("chosen"));
  mark.on("popupclose", () => row?.classList.remove("chosen"));
  if (!row) return;
  const choose = () => mark.setStyle(CHOSEN).setRadius(CHOSEN.radius).bringToFront();
  const leave = () => mark.setStyle(LOOK).setRadius(LOOK.radius);
  row.addEventListener("mouseenter", choose);
  row.addEventListener("mouseleave", leave);
  row.addEventListener("focusin", choose);
  row.addEventListener("focusout", leave);
}

const map = L.map("map", { preferCanvas: true, attributionControl: boot.basemap.kind === "service" }).setView([32.9, 119.4], 7);
map.createPane("streets").style.zIndex = "350";
streetsLayer(boot.basemap, "streets")?.addTo(map);
L.control.scale({ imperial: false }).addTo(map);
const renderer = L.canvas({ padding: 0.3, tolerance: 4 });
const marks = boot.points.map((/** @type {any} */ point) => {
  const mark = L.circleMarker([point.at[1], point.at[0]], { ...LOOK, renderer }).bindPopup(() => popup(point));
  link(mark, rows.get(point.key));
  return mark;
});
const layer = L.featureGroup(marks).addTo(map);
map.fitBounds(layer.getBounds().pad(0.1), { maxZoom: 15, animate: false });
if (boot.points.length < boot.count) {
  said.textContent = boot.words.some.replace("%(shown)s", boot.points.length).replace("%(count)s", boot.count);
}
box.dataset.ready = "yes";
