/** The rows of a file on a map: colour and shape both say what the check found. Names are set as text, never as HTML. */

import { streetsLayer } from "../../workspace/js/basemap.js";

const boot = JSON.parse(document.getElementById("boot").textContent);
const said = document.getElementById("map-said");

/** One path of each status around (0, 0), about 2 across. */
const LOOKS = {
  new: { colour: "#0b7a5a", path: "M1,0A1,1 0 1 1 -1,0A1,1 0 1 1 1,0Z", size: 5 },
  changed: { colour: "#b35900", path: "M0,-1.3L1.3,0L0,1.3L-1.3,0Z", size: 5 },
  unchanged: { colour: "#6b7886", path: "M-0.8,-0.8H0.8V0.8H-0.8Z", size: 4 },
  invalid: { colour: "#b3261e", path: "M-1,-1L1,1M1,-1L-1,1", size: 5, stroke: true },
  duplicate: { colour: "#7a3b8a", path: "M0,-1.2L1.2,0.9H-1.2Z", size: 5 },
};

/** A point drawn on the canvas with the shape of its status. */
const Mark = L.CircleMarker.extend({
  _updatePath() {
    const look = LOOKS[this.options.status];
    if (!this._renderer._drawing || this._empty()) return;
    const context = this._renderer._ctx;
    context.save();
    context.translate(this._point.x, this._point.y);
    context.scale(look.size, look.size);
    const path = new Path2D(look.path);
    context.lineWidth = look.stroke ? 0.5 : 0.3;
    context.strokeStyle = look.stroke ? look.colour : "#fff";
    context.fillStyle = look.colour;
    if (!look.stroke) context.fill(path);
    context.stroke(path);
    context.restore();
  },
});

/** @param {Record<string, any>} row */
function popup(row) {
  const box = document.createElement("div");
  const lines = [`${boot.words.row} ${row.row} · ${boot.words[row.status]}`, [row.name, row.key].filter(Boolean).join(" · ")];
  for (const [number, text] of [...lines, ...row.problems].entries()) {
    const line = document.createElement("p");
    line.textContent = text;
    if (number >= lines.length) line.className = "row-problem";
    box.append(line);
  }
  return box;
}

async function start() {
  const map = L.map("map", { preferCanvas: true, attributionControl: boot.basemap.kind === "service" }).setView([32.9, 119.4], 7);
  map.createPane("streets").style.zIndex = "350";
  streetsLayer(boot.basemap, "streets")?.addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  const answer = await fetch(boot.points);
  if (!answer.ok) throw new Error(String(answer.status));
  const points = await answer.json();
  const renderer = L.canvas({ padding: 0.3, tolerance: 4 });
  const layer = L.featureGroup(
    points.features.map((/** @type {any} */ feature) => {
      const [lon, lat] = feature.geometry.coordinates;
      const { status } = feature.properties;
      const mark = new Mark([lat, lon], { renderer, status, radius: LOOKS[status].size + 1 });
      return mark.bindPopup(() => popup(feature.properties));
    }),
  ).addTo(map);
  if (points.features.length) map.fitBounds(layer.getBounds().pad(0.1), { maxZoom: 15, animate: false });
  if (points.shown < points.count) {
    said.textContent = boot.words.some.replace("%(shown)s", points.shown).replace("%(count)s", points.count);
  }
  document.getElementById("map").dataset.ready = "yes";
}

start().catch(() => {
  said.textContent = boot.words.failed;
});
