/** What the page says when something is missing, loading or broken: what happened, what it means, what to do, one button. */

import { byId, fill, make } from "./dom.js";
import { LoadError } from "./server.js";

/** @typedef {import("./context.js").Context} Context */
/** What may be missing, in the order in which it is made, and the command that makes it, if one does. */
const STEPS = /** @type {const} */ ([
  ["grant", ""],
  ["regions", "script/demo"],
  ["network", "manage.py load_network --pbf FILE"],
  ["venues", "manage.py import_venues FILE --datum wgs84"],
  ["demand", "manage.py import_demand FILE --datum wgs84 --set year=YEAR"],
]);

/**
 * The first thing that is missing before the map can show anything; null if nothing is.
 * @param {Boot} boot
 * @returns {{what: string, command: string} | null}
 */
export function missing(boot) {
  if (boot.runs.some(({ profile }) => !profile)) return null;
  const step = STEPS.find(([what]) => !boot.has[what]);
  return step ? { what: step[0], command: step[1] } : { what: "run", command: "manage.py run_coverage" };
}

/** @param {Context} page @param {{what: string, command: string}} gap */
export function drawEmpty({ t }, { what, command }) {
  const reload = make("button", { type: "button", class: "primary", onclick: () => location.reload() }, t("empty.reload"));
  show(make("h2", {}, t(`empty.title.${what}`)), make("p", {}, t(`empty.what.${what}`)), ...(command ? [make("pre", {}, command)] : []), reload);
}

/** @param {Context} page @param {string} what @param {unknown} error @param {() => void} again */
export function drawError({ t, say }, what, error, again) {
  const title = t("error.title", { what: t(`what.${what}`) });
  const code = error instanceof LoadError ? error.code : "offline";
  const status = error instanceof LoadError ? error.status : 0;
  const retry = make("button", { type: "button", class: "primary", onclick: again }, t("error.retry"));
  show(make("h2", {}, title), make("p", {}, t(`error.${code}`, { status })), retry);
  say(title);
}

/** @param {...Node} children */
function show(...children) {
  fill(byId("notice"), children);
  byId("notice").hidden = false;
}

export function clearNotice() {
  byId("notice").hidden = true;
}

/** @param {boolean} busy */
export function setBusy(busy) {
  byId("loading").hidden = !busy;
  byId("map-area").setAttribute("aria-busy", String(busy));
}
