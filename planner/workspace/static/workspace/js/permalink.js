/** The state of the page as the query of its address, and back; what does not make sense is dropped. */

const LEVELS = ["county", "prefecture"];
const METHODS = ["natural", "quantile", "equal"];
const SELECTIONS = ["region", "venue", "site", "cell"];
const TABLES = ["regions", "sites", "venues"];

/**
 * @param {State} state @param {Language} language
 * @returns {string} without the question mark
 */
export function encode(state, language) {
  const query = new URLSearchParams();
  query.set("lang", language);
  if (state.run) query.set("run", state.run);
  if (state.recommendation) query.set("plan", state.recommendation);
  query.set("level", state.level);
  query.set("show", state.indicator);
  query.set("classes", state.method);
  query.set("layers", state.layers.join(" "));
  if (state.year) query.set("year", String(state.year));
  if (state.selection) query.set("at", `${state.selection.kind}:${state.selection.id}`);
  if (state.table) query.set("table", state.table);
  if (state.sort) query.set("sort", state.sort);
  if (state.view) query.set("view", viewText(state.view));
  return query.toString();
}

/** @param {View} view */
function viewText({ latitude, longitude, zoom }) {
  return [latitude.toFixed(4), longitude.toFixed(4), Number(zoom.toFixed(2))].join(",");
}

/**
 * @param {string} search the query of an address
 * @returns {Partial<State>} only what was given and makes sense
 */
export function decode(search) {
  const query = new URLSearchParams(search);
  /** @type {Record<string, unknown>} */
  const found = {
    run: query.get("run"),
    recommendation: query.get("plan"),
    level: oneOf(query.get("level"), LEVELS),
    indicator: query.get("show"),
    method: oneOf(query.get("classes"), METHODS),
    layers: query.has("layers") ? (query.get("layers") ?? "").split(" ").filter(Boolean) : null,
    year: wholeYear(query.get("year")),
    selection: selection(query.get("at")),
    table: oneOf(query.get("table"), TABLES),
    sort: query.get("sort"),
    view: view(query.get("view")),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
}

/** @param {string | null} value @param {string[]} known */
function oneOf(value, known) {
  return value !== null && known.includes(value) ? value : null;
}

/** @param {string | null} value */
function wholeYear(value) {
  return value !== null && /^\d{4}$/.test(value) ? Number(value) : null;
}

/** @param {string | null} value */
function selection(value) {
  const [, kind, id] = /^([a-z]+):(.+)$/.exec(value ?? "") ?? [];
  return kind && SELECTIONS.includes(kind) ? { kind, id } : null;
}

/** @param {string | null} value */
function view(value) {
  const parts = (value ?? "").split(",").map(Number);
  if (parts.length !== 3 || !value || !parts.every(Number.isFinite)) return null;
  const [latitude, longitude, zoom] = parts;
  const sane = Math.abs(latitude) <= 85 && Math.abs(longitude) <= 180 && zoom >= 0 && zoom <= 20;
  return sane ? { latitude, longitude, zoom } : null;
}
