/** The map: regions in colours, streets, cells, venues, sites, names; what was pressed and where the view is. */

import { make, makeSvg } from "./dom.js";
import { boundsOf, holds, labelPoint } from "./geometry.js";
import { ACTIONS } from "./glyphs.js";
import { cellPainter, cellRadius, paintVenues, venueSize } from "./painters.js";
import { pointLayer } from "./pointlayer.js";
import { streetsLayer } from "./basemap.js";

const ORANGE = "#d55e00";
const NO_DATA = "url(#hatch)";
/** Lower panes first; names and rings above what they name. @type {Array<[string, number]>} */
const PANES = [
  ["fills", 300],
  ["streets", 350],
  ["borders", 400],
  ["cells", 420],
  ["venues", 450],
  ["names", 470],
  ["rings", 650],
];

/**
 * @typedef {object} Handlers
 * @property {(selection: Picked | null) => void} pick
 * @property {(view: View) => void} move
 * @property {(thing: {kind: SelectionKind, feature: any}) => string} hint what to write beside the pointer
 */

export class MapView {
  /**
   * @param {HTMLElement} container @param {Boot} boot @param {import("./i18n.js").Translate} t @param {Handlers} handlers
   */
  constructor(container, boot, t, handlers) {
    this.handlers = handlers;
    this.map = L.map(container, { zoomControl: false, zoomSnap: 0.25, minZoom: 5, maxZoom: 17, attributionControl: boot.basemap.kind === "service" });
    this.map.setView([33, 119.5], 7);
    for (const [name, level] of PANES) this._pane(name, level);
    /** @type {AreaFeature<RegionProperties>[]} */
    this.regions = [];
    this.fills = L.layerGroup().addTo(this.map);
    this.borders = L.layerGroup().addTo(this.map);
    this.names = L.layerGroup().addTo(this.map);
    this.sites = L.layerGroup();
    this.rings = L.layerGroup().addTo(this.map);
    /** @type {number[]} */
    this.cellLimits = [];
    this.venues = pointLayer({ pane: "venues", paint: paintVenues, reach: (venue, zoom) => Math.max(7, 1.3 * venueSize(venue.properties.kind, zoom)) });
    this.cells = pointLayer({ pane: "cells", paint: cellPainter(() => this.cellLimits), reach: cellReach });
    this.streets = streetsLayer(boot.basemap, "streets");
    this.whole = /** @type {L.LatLngBounds | null} */ (null);
    this._controls(t);
    this._listen();
  }

  /** @param {string} name @param {number} level */
  _pane(name, level) {
    const pane = this.map.createPane(name);
    pane.style.zIndex = String(level);
    pane.style.pointerEvents = "none";
  }

  /** @param {import("./i18n.js").Translate} t */
  _controls(t) {
    const button = (/** @type {string} */ path, /** @type {string} */ name, /** @type {() => void} */ act) =>
      make("button", { type: "button", title: t(name), "aria-label": t(name), onclick: act }, sign(path));
    const tools = make(
      "div",
      { class: "tools" },
      button("M8,2V14M2,8H14", "map.zoom_in", () => this.map.zoomIn(1)),
      button("M2,8H14", "map.zoom_out", () => this.map.zoomOut(1)),
      button("M2,6V2H6M10,2H14V6M14,10V14H10M6,14H2V10", "map.whole", () => this.showWhole()),
    );
    this.map.getContainer().after(tools);
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 120 }).addTo(this.map);
  }

  _listen() {
    this.map.on("click", (event) => this.handlers.pick(this._selectionAt(event.containerPoint, event.latlng)));
    this.map.on("moveend", () => {
      const { lat, lng } = this.map.getCenter();
      this._fade();
      this.handlers.move({ latitude: lat, longitude: lng, zoom: this.map.getZoom() });
    });
    const hint = L.tooltip({ direction: "right", offset: [14, 0], className: "hint" });
    let waiting = false;
    this.map.on("mousemove", (event) => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        const found = this._thingAt(event.containerPoint, event.latlng);
        this.map.getContainer().classList.toggle("over-thing", found !== null);
        if (!found) hint.remove();
        else hint.setLatLng(event.latlng).setContent(make("span", {}, this.handlers.hint(found))).addTo(this.map);
      });
    });
    this.map.on("mouseout", () => hint.remove());
  }

  /** Colours pale as streets come near. */
  _fade() {
    const zoom = this.map.getZoom();
    /** @type {HTMLElement} */ (this.map.getPane("fills")).style.opacity = String(Math.max(0.45, Math.min(1, 1 - (zoom - 9) * 0.14)));
    this.map.getContainer().classList.toggle("near", zoom >= 9);
  }

  /** @param {L.Point} point @param {L.LatLng} where @returns {{kind: SelectionKind, feature: any} | null} */
  _thingAt(point, where) {
    const venue = this.venues.at(point);
    if (venue) return { kind: "venue", feature: venue };
    const cell = this.cells.at(point);
    if (cell) return { kind: "cell", feature: cell };
    const region = this.regions.find(({ geometry }) => holds(geometry, where.lng, where.lat));
    return region ? { kind: "region", feature: region } : null;
  }

  /** @param {L.Point} point @param {L.LatLng} where @returns {Picked | null} */
  _selectionAt(point, where) {
    const found = this._thingAt(point, where);
    if (!found) return null;
    const { code, h3_index } = found.feature.properties;
    return { kind: found.kind, id: found.kind === "cell" ? h3_index : code };
  }

  /**
   * @param {AreaFeature<RegionProperties>[]} features @param {(region: RegionProperties) => string | null} colourOf
   */
  setRegions(features, colourOf) {
    this.regions = features;
    this.fills.clearLayers();
    const style = (/** @type {any} */ feature) => ({
      pane: "fills", interactive: false, fill: true, fillOpacity: 1, color: "#9fabb6", weight: 0.6,
      fillColor: colourOf(feature.properties) ?? NO_DATA,
    }); // prettier-ignore
    L.geoJSON(/** @type {any} */ (features), { pane: "fills", interactive: false, style }).addTo(this.fills);
    this._addHatch();
  }

  /** The hatching of regions without data, once in the picture of the regions. */
  _addHatch() {
    const svg = this.map.getPane("fills")?.querySelector("svg");
    if (!svg || svg.querySelector("#hatch")) return;
    const stroke = makeSvg("path", { d: "M0,6L6,0", stroke: "#9aa5b1", "stroke-width": 1 });
    const ground = makeSvg("rect", { width: 6, height: 6, fill: "#eef1f4" });
    const pattern = makeSvg("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse" }, ground, stroke);
    svg.prepend(makeSvg("defs", {}, pattern));
  }

  /**
   * The outlines of cities and the names of cities and counties.
   * @param {AreaFeature<RegionProperties>[]} cities @param {AreaFeature<RegionProperties>[]} counties
   * @param {(region: RegionProperties) => string} nameOf
   */
  setOutlines(cities, counties, nameOf) {
    this.borders.clearLayers();
    this.names.clearLayers();
    const style = { pane: "borders", interactive: false, fill: false, color: "#52606d", weight: 1, opacity: 0.85 };
    L.geoJSON(/** @type {any} */ (cities), { pane: "borders", interactive: false, style }).addTo(this.borders);
    for (const city of cities) this._name(city, "name city", nameOf);
    for (const county of counties) this._name(county, "name county", nameOf);
  }

  /** @param {AreaFeature<RegionProperties>} region @param {string} look @param {(region: RegionProperties) => string} nameOf */
  _name({ geometry, properties }, look, nameOf) {
    const place = labelPoint(geometry);
    if (!place) return;
    const icon = L.divIcon({ className: look, html: make("span", {}, nameOf(properties)), iconSize: [0, 0] });
    L.marker([place[1], place[0]], { icon, pane: "names", interactive: false, keyboard: false }).addTo(this.names);
  }

  /** Draw the sites; where they overlap the better rank lies on top. @param {PointFeature<SiteProperties>[]} features @param {(site: SiteProperties) => string} nameOf */
  setSites(features, nameOf) {
    this.sites.clearLayers();
    for (const { properties, geometry } of features) {
      const { path, colour } = ACTIONS[properties.action];
      const shape = makeSvg("path", { d: path, fill: colour, stroke: "#fff", "stroke-width": 0.26 });
      const html = makeSvg("svg", { viewBox: "-1.5 -1.5 3 3", width: 20, height: 20, "data-rank": properties.rank }, shape);
      const icon = L.divIcon({ className: "site", html: /** @type {any} */ (html), iconSize: [20, 20] });
      L.marker([geometry.coordinates[1], geometry.coordinates[0]], { icon, keyboard: false, zIndexOffset: 1000 * (features.length - properties.rank) })
        .bindTooltip(() => make("span", {}, nameOf(properties)), { direction: "right", offset: [12, 0], className: "hint" })
        .on("click", () => this.handlers.pick({ kind: "site", id: String(properties.rank) }))
        .addTo(this.sites);
    }
  }

  /** @param {"sites" | "streets"} layer @param {boolean} shown */
  show(layer, shown) {
    const part = this[layer];
    if (!part) return;
    if (shown) part.addTo(this.map);
    else part.remove();
  }

  /** Mark what is selected with an orange double ring. @param {any | null} feature */
  ring(feature) {
    this.rings.clearLayers();
    if (!feature?.geometry) return;
    if (feature.geometry.type === "Point") this._ringPoint(feature.geometry.coordinates);
    else this._ringArea(feature);
  }

  /** @param {[number, number]} coordinates */
  _ringPoint([lng, lat]) {
    for (const [radius, color, weight] of /** @type {Array<[number, string, number]>} */ ([[12, "#fff", 5], [12, ORANGE, 2.5], [16, ORANGE, 1.2]])) {
      L.circleMarker([lat, lng], { pane: "rings", interactive: false, radius, color, weight, fill: false }).addTo(this.rings);
    }
  }

  /** @param {any} feature */
  _ringArea(feature) {
    for (const [color, weight] of /** @type {Array<[string, number]>} */ ([["#fff", 5.5], [ORANGE, 2.5]])) {
      L.geoJSON(feature, { pane: "rings", interactive: false, style: { pane: "rings", interactive: false, color, weight, fill: false } }).addTo(this.rings);
    }
  }

  /** @param {AreaFeature<RegionProperties>["geometry"][]} areas */
  setWhole(areas) {
    const bounds = boundsOf(areas);
    if (bounds) this.whole = L.latLngBounds([bounds[1], bounds[0]], [bounds[3], bounds[2]]);
  }

  showWhole() {
    this.fit();
    if (this.whole) this.map.fitBounds(this.whole, { padding: [14, 14], animate: false });
  }

  /** Take up the room there is now, keeping the middle. */
  fit() {
    this.map.invalidateSize({ animate: false });
  }

  /** @param {View} view */
  setView({ latitude, longitude, zoom }) {
    this.map.setView([latitude, longitude], zoom, { animate: false });
  }

  /** Bring a feature into view: points at zoom 11 or nearer, areas whole. @param {any} feature */
  zoomTo(feature) {
    const { type, coordinates } = feature.geometry;
    if (type === "Point") this.map.setView([coordinates[1], coordinates[0]], Math.max(12, this.map.getZoom()), { animate: false });
    else {
      const bounds = boundsOf([feature.geometry]);
      if (bounds) this.map.fitBounds([[bounds[1], bounds[0]], [bounds[3], bounds[2]]], { padding: [40, 40], animate: false });
    }
  }

  /** Move just enough that a feature is in view and not under the card, keeping the zoom. @param {any} feature @param {number} cardWidth */
  reveal(feature, cardWidth) {
    const { type, coordinates } = feature.geometry ?? {};
    const point = type === "Point" ? coordinates : labelPoint(feature.geometry);
    if (!point) return;
    this.map.panInside([point[1], point[0]], { paddingTopLeft: [40, 40], paddingBottomRight: [cardWidth + 40, 40], animate: false });
  }
}

/** A sign on a button. @param {string} path */
function sign(path) {
  const line = makeSvg("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": 1.6 });
  return makeSvg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, line);
}

/** @param {PointFeature<CellProperties>} cell @param {number} zoom */
function cellReach(cell, zoom) {
  return Math.max(3, cellRadius(cell.properties.out_of_reach_persons, zoom, cell.geometry.coordinates[1]));
}
