/** What all parts of the page share: what came with it, its state, its words, and the layers read so far. */

import { layerReader } from "./server.js";
import { createStore } from "./store.js";
import { translator } from "./i18n.js";
import { decode } from "./permalink.js";
import { MARKETS } from "./glyphs.js";
import { nameOf } from "./format.js";

/**
 * @typedef {object} Data
 * @property {AreaFeature<RegionProperties>[]} regions of the level shown
 * @property {AreaFeature<RegionProperties>[]} cities
 * @property {AreaFeature<RegionProperties>[]} counties
 * @property {PointFeature<SiteProperties>[]} sites
 * @property {PointFeature<VenueProperties>[]} venues
 * @property {PointFeature<CellProperties>[] | null} cells null until asked for
 * @property {number[]} cellLimits
 */

/**
 * @typedef {object} Context
 * @property {Boot} boot
 * @property {Language} language
 * @property {import("./i18n.js").Translate} t
 * @property {import("./store.js").Store} store
 * @property {ReturnType<typeof layerReader>} read
 * @property {Data} data
 * @property {() => Run | undefined} run
 * @property {() => Recommendation | undefined} plan
 * @property {(code: string) => RegionProperties | undefined} region
 * @property {(code: string) => string} placeName the county with its city
 * @property {(selection: Picked | null) => any} find the feature of a selection
 * @property {(sentence: string) => void} say to those who listen instead of looking
 */

/** @param {Boot} boot @param {Partial<State>} asked @returns {State} */
export function initialState(boot, asked) {
  const run = boot.runs.find(({ digest }) => digest === asked.run) ?? boot.runs.find(({ profile }) => !profile);
  const plans = boot.recommendations.filter((recommendation) => recommendation.run === run?.digest);
  const plan = plans.find(({ digest }) => digest === asked.recommendation) ?? plans[0];
  return {
    level: "county",
    indicator: "served_share",
    method: "natural",
    layers: ["sites", "streets", ...MARKETS],
    year: 0,
    selection: null,
    table: null,
    sort: "",
    view: null,
    ...asked,
    run: run?.digest ?? "",
    recommendation: plan?.digest ?? "",
  };
}

/** @param {Boot} boot @param {string} search @param {(sentence: string) => void} say @returns {Context} */
export function createContext(boot, search, say) {
  const { language } = boot;
  const store = createStore(initialState(boot, decode(search)));
  /** @type {Data} */
  const data = { regions: [], cities: [], counties: [], sites: [], venues: [], cells: null, cellLimits: [] };
  const run = () => boot.runs.find(({ digest }) => digest === store.get().run);
  const areas = () => [...data.counties, ...data.cities];
  /** @param {string} code @returns {RegionProperties | undefined} */
  const region = (code) => areas().find(({ properties }) => properties.code === code)?.properties;
  /** @param {string} code */
  const placeName = (code) => {
    const [county, city] = [region(code), region(`${code.slice(0, 4)}00`)];
    const names = [city, county].filter((each, i, all) => each && all.indexOf(each) === i);
    return names.map((each) => nameOf(/** @type {RegionProperties} */ (each), language)).join(language === "en" ? ", " : " ");
  };
  return {
    boot, language, store, data, run, region, placeName, say,
    t: translator(language),
    read: layerReader(boot.api),
    plan: () => boot.recommendations.find(({ digest }) => digest === store.get().recommendation),
    find: (selection) => selection && found(selection, data, areas()),
  }; // prettier-ignore
}

/** @param {Picked} selection @param {Data} data @param {AreaFeature<RegionProperties>[]} areas */
function found({ kind, id }, data, areas) {
  if (kind === "region") return areas.find(({ properties }) => properties.code === id) ?? null;
  if (kind === "venue") return data.venues.find(({ properties }) => properties.code === id) ?? null;
  if (kind === "site") return data.sites.find(({ properties }) => String(properties.rank) === id) ?? null;
  return data.cells?.find(({ properties }) => properties.h3_index === id) ?? null;
}
