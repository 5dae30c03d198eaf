/** The page: reads what it needs, draws its parts, keeps map, table, card and address in step. */

import { drawCard } from "./card.js";
import { BLUES, drawActions, drawIndicators, drawLayers, drawLegend, drawLevels, drawStandards } from "./chooser.js";
import { classOf, classify, rampIndex } from "./classify.js";
import { createContext } from "./context.js";
import { byId, fill, make } from "./dom.js";
import { Drawer } from "./drawer.js";
import { exactPersons, nameOf, shortDigest, shortName, whole } from "./format.js";
import { indicatorOf, stepFor, withShares } from "./indicators.js";
import { MapView } from "./mapview.js";
import { clearNotice, drawEmpty, drawError, missing, setBusy } from "./notices.js";
import { drawNumbers, drawPlan, drawSiteList } from "./numbers.js";
import { encode } from "./permalink.js";

/** @type {Boot} */
const boot = JSON.parse(byId("boot").textContent ?? "");
const page = createContext(boot, location.search, (sentence) => fill(byId("said"), sentence));
const { store, data, t, language, read } = page;
const view = new MapView(byId("map"), boot, t, { pick, move: (moved) => store.set({ view: moved }), hint });
const drawer = new Drawer(page);
/** Whether the map stands where it was asked to, or has shown the whole place once. */
let isPlaced = store.get().view !== null;

/** @param {Picked | null} selection */
function pick(selection) {
  store.set({ selection });
}

/** @param {{kind: SelectionKind, feature: any}} thing */
function hint({ kind, feature: { properties } }) {
  if (kind === "cell") return `${exactPersons(properties.out_of_reach_persons, language)} ${t("card.cell_out")}`;
  if (kind === "venue") return `${nameOf(properties, language)} · ${t(`kind.${properties.kind}`)}`;
  const { key, format } = indicatorOf(store.get().indicator);
  return `${nameOf(properties, language)} · ${format(properties[key], language)}`;
}

/**
 * Run one piece of loading; on failure say so and offer to try it again.
 * @param {string} what @param {() => Promise<void>} load
 */
async function attempt(what, load) {
  try {
    await load();
  } catch (error) {
    drawError(page, what, error, () => {
      clearNotice();
      attempt(what, load);
    });
    setBusy(false);
  }
}

async function loadRegions() {
  const { run } = store.get();
  if (!run) return;
  setBusy(true);
  const [counties, cities] = await Promise.all([read("regions", { run, level: "county" }), read("regions", { run, level: "prefecture" })]);
  if (store.get().run !== run) return;
  data.counties = counties.features.filter(isKnown).map(prepared);
  data.cities = cities.features.filter(isKnown).map(prepared);
  const both = data.cities.length ? data.cities : data.counties;
  view.setOutlines(data.cities, data.counties, (region) => shortName(region, language));
  view.setWhole(both.map(({ geometry }) => geometry));
  if (!isPlaced) view.showWhole();
  isPlaced = true;
  drawRegions();
  setBusy(false);
}

/** Whether there is a shape or a number to show: zones have neither where their people are counted elsewhere. @param {any} feature */
function isKnown({ geometry, properties }) {
  return geometry !== null || properties.workers_persons !== null;
}

/** @param {any} feature */
function prepared(feature) {
  return { ...feature, properties: withShares(feature.properties) };
}

function drawRegions() {
  const state = store.get();
  data.regions = state.level === "county" ? data.counties : data.cities;
  const indicator = indicatorOf(state.indicator);
  const values = data.regions.map(({ properties }) => /** @type {number | null} */ (properties[indicator.key]));
  const step = stepFor(indicator, Math.max(0, ...values.map(Number).filter(Number.isFinite)));
  const classes = classify(values, state.method, { step, whole: indicator.whole });
  view.setRegions(data.regions, (region) => {
    const value = /** @type {number | null} */ (region[indicator.key]);
    return value === null || value === undefined ? null : BLUES[rampIndex(classOf(value, classes.limits), classes.counts.length)];
  });
  drawLegend(page, classes);
  drawer.draw();
  drawSelection();
}

async function loadSites() {
  const { recommendation } = store.get();
  const answer = recommendation ? await read("sites", { recommendation }) : { features: [] };
  if (store.get().recommendation !== recommendation) return;
  data.sites = [...answer.features].sort((a, b) => a.properties.rank - b.properties.rank);
  drawSites();
  drawPlan(page);
  drawActions(page);
  drawer.draw();
  drawSelection();
}

function drawSites() {
  const { year } = store.get();
  const shown = data.sites.filter(({ properties }) => !year || properties.year <= year);
  view.setSites(shown, (site) => `${site.rank}. ${nameOf(site, language)} · ${t(`action.${site.action}`)} ${site.year} · +${whole(site.newly_reached_persons)}`);
  drawSiteList(page);
  drawLayers(page);
}

async function loadVenues() {
  if (!boot.has.venues) return;
  data.venues = (await read("venues", {})).features;
  drawLayers(page);
  showLayers();
  drawer.draw();
  drawSelection();
  page.say(t("say.venues", { count: whole(data.venues.length) }));
}

async function loadCells() {
  const { run, layers } = store.get();
  if (!run || !layers.includes("uncovered")) return;
  const { features } = await read("uncovered", { run });
  if (store.get().run !== run) return;
  data.cells = [...features].sort((a, b) => a.properties.out_of_reach_persons - b.properties.out_of_reach_persons);
  data.cellLimits = classify(data.cells.map(({ properties }) => properties.out_of_reach_persons), "quantile", { step: 1 }).limits;
  view.cellLimits = data.cellLimits;
  view.cells.setFeatures(data.cells);
  drawLayers(page);
  drawSelection();
}

function showLayers() {
  const { layers } = store.get();
  view.show("sites", layers.includes("sites"));
  view.show("streets", layers.includes("streets"));
  view.venues.setFeatures(data.venues.filter(({ properties }) => layers.includes(properties.kind)));
  view.venues.addTo(view.map);
  if (layers.includes("uncovered")) view.cells.addTo(view.map);
  else view.cells.remove();
}

function drawSelection() {
  const { selection } = store.get();
  const feature = page.find(selection);
  view.ring(feature);
  drawCard(page, feature, (thing) => view.zoomTo(thing));
  drawNumbers(page);
  drawSiteList(page);
  drawPlace();
  drawer.mark(true);
}

/** The way down to the place in hand. */
function drawPlace() {
  const top = page.run()?.region;
  if (!top) return;
  const { selection } = store.get();
  const code = selection?.kind === "region" ? selection.id : "";
  const codes = [`${code.slice(0, 4)}00`, code].filter((each, i, all) => page.region(each) && all.indexOf(each) === i);
  const crumbs = [
    crumb(nameOf(top, language), codes.length === 0, () => store.set({ selection: null })),
    ...codes.map((each, i) => crumb(nameOf(/** @type {Named} */ (page.region(each)), language), i === codes.length - 1, () => pick({ kind: "region", id: each }))),
  ];
  fill(byId("place"), crumbs);
}

/** @param {string} text @param {boolean} current @param {() => void} press */
function crumb(text, current, press) {
  const button = make("button", { type: "button", class: "link", "aria-current": current ? "location" : null, onclick: press }, text);
  return make("li", {}, button);
}

function drawHeader() {
  const [run, plan] = [page.run(), page.plan()];
  const chip = byId("plan-name");
  chip.textContent = plan ? nameOf(plan.plan, language) : "";
  chip.hidden = !plan;
  const report = /** @type {HTMLAnchorElement} */ (byId("report"));
  report.hidden = !plan?.report_url;
  if (plan?.report_url) report.href = plan.report_url;
  const versions = run && [
    ["footer.network", { digest: shortDigest(run.network_digest) }, run.network_digest],
    ["footer.demand", { digest: shortDigest(run.demand_digest) }, run.demand_digest],
    ["footer.venues", { digest: shortDigest(run.venues_digest) }, run.venues_digest],
    ["footer.engine", { version: run.engine_version }, run.engine_version],
  ];
  fill(byId("versions"), (versions || []).map(([key, values, whole_]) => make("span", { title: String(whole_) }, t(String(key), /** @type {any} */ (values)))));
}

/** Keep the address true to the state, so that it can be copied at any moment. */
function keepAddress() {
  const query = encode(store.get(), language);
  history.replaceState(null, "", `${location.pathname}?${query}`);
  const next = /** @type {HTMLInputElement | null} */ (document.querySelector(".language-switch input[name=next]"));
  if (next) next.value = `${location.pathname}?${encode(store.get(), language === "en" ? "zh-hans" : "en")}`;
}

async function copyLink() {
  await navigator.clipboard.writeText(location.href);
  page.say(t("say.copied"));
  byId("copy-done").textContent = t("say.copied");
  setTimeout(() => (byId("copy-done").textContent = ""), 3000);
}

function listen() {
  store.on(["run"], () => {
    data.cells = null;
    data.cellLimits = [];
    drawStandards(page);
    drawHeader();
    attempt("regions", loadRegions);
    attempt("uncovered", loadCells);
  });
  store.on(["recommendation"], () => {
    drawHeader();
    attempt("sites", loadSites);
  });
  store.on(["level", "indicator", "method"], (state) => {
    drawRegions();
    page.say(t("say.indicator", { indicator: t(`indicator.${indicatorOf(state.indicator).key}`) }));
  });
  store.on(["layers"], () => {
    showLayers();
    drawLayers(page);
    attempt("uncovered", loadCells);
  });
  store.on(["year"], () => {
    drawSites();
    drawer.draw();
  });
  store.on(["selection"], (state) => {
    drawSelection();
    const feature = page.find(state.selection);
    if (feature?.geometry) view.reveal(feature, byId("card").offsetWidth);
    page.say(feature ? t("say.selected", { name: feature.properties.name_zh ? nameOf(feature.properties, language) : feature.properties.h3_index }) : t("say.cleared"));
  });
  store.on(["table", "sort"], () => {
    drawer.draw();
    drawer.mark(true);
    view.fit();
  });
  const keys = /** @type {Array<keyof State>} */ (Object.keys(store.get()));
  store.on(keys, keepAddress);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && store.get().selection) store.set({ selection: null });
  });
  byId("copy").onclick = copyLink;
  new ResizeObserver(() => view.fit()).observe(byId("map-area"));
  window.addEventListener("beforeprint", () => view.fit());
}

async function start() {
  const gap = missing(boot);
  drawStandards(page);
  drawLevels(page);
  drawIndicators(page);
  drawLayers(page);
  drawActions(page);
  drawHeader();
  drawPlace();
  drawNumbers(page);
  drawPlan(page);
  drawer.draw();
  listen();
  setBusy(false);
  if (gap) return drawEmpty(page, gap);
  const asked = store.get().view;
  if (isPlaced && asked) view.setView(asked);
  showLayers();
  await Promise.all([attempt("regions", loadRegions), attempt("sites", loadSites), attempt("venues", loadVenues), attempt("uncovered", loadCells)]);
  keepAddress();
  page.say(t("say.loaded", { regions: whole(data.regions.length), sites: whole(data.sites.length) }));
  document.documentElement.dataset.ready = "yes";
}

start();
