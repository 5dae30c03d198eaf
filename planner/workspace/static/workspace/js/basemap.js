/** The base map: the loaded streets from one PMTiles file, in calm greys, or a tile service where one is set. */

/** First zoom of each kind on the map, its width in pixels there and at zoom 14, and its grey. */
const STREETS = [
  { kind: "path", from: 14, thin: 0.5, thick: 0.8, colour: "#5c6b78", opacity: 0.35 },
  { kind: "minor", from: 12.5, thin: 0.4, thick: 1.2, colour: "#5c6b78", opacity: 0.4 },
  { kind: "ferry", from: 9, thin: 0.8, thick: 1.2, colour: "#6b8a9e", opacity: 0.6, dash: [4, 4] },
  { kind: "tertiary", from: 11, thin: 0.5, thick: 1.8, colour: "#52606d", opacity: 0.42 },
  { kind: "secondary", from: 10, thin: 0.5, thick: 2.4, colour: "#4a5865", opacity: 0.45 },
  { kind: "primary", from: 8, thin: 0.5, thick: 3, colour: "#44525f", opacity: 0.42 },
  { kind: "highway", from: 6, thin: 0.8, thick: 3.6, colour: "#3a4753", opacity: 0.45 },
];
const THICK_ZOOM = 14;

/** @param {typeof STREETS[number]} street */
function paintRule({ kind, from, thin, thick, colour, opacity, dash }) {
  /** @param {number | undefined} zoom */
  const width = (zoom = from) => thin + (thick - thin) * Math.max(0, Math.min(1, (zoom - from) / (THICK_ZOOM - from || 1)));
  return {
    dataLayer: "streets",
    minzoom: from,
    symbolizer: new protomapsL.LineSymbolizer({ color: colour, width, opacity, dash, lineCap: "round", lineJoin: "round" }),
    filter: (/** @type {number} */ _zoom, /** @type {{props: Record<string, unknown>}} */ feature) => feature.props.kind === kind,
  };
}

/**
 * The layer of streets to put above the regions' colours, or a tile service to put under them; null if there is neither.
 * @param {Boot["basemap"]} basemap @param {string} pane
 * @returns {L.Layer | null}
 */
export function streetsLayer(basemap, pane) {
  if (basemap.kind === "none") return null;
  if (basemap.kind === "service") return L.tileLayer(basemap.url, { attribution: basemap.attribution, maxZoom: 18 });
  const options = { url: basemap.url, maxDataZoom: 13, paintRules: STREETS.map(paintRule), labelRules: [], attribution: "", pane };
  return /** @type {L.Layer} */ (/** @type {unknown} */ (protomapsL.leafletLayer(options)));
}
