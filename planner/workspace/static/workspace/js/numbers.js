/** The right panel: the three numbers of the place, before and after the plan; the plan's sums; its sites in order. */

import { byId, fill, make } from "./dom.js";
import { countBy } from "./chooser.js";
import { exactPersons, exactYuan, fewLetters, gain, gapPercent, index, isNumber, minutes, nameOf, percent, persons, points, sentence, whole, yuan } from "./format.js";
import { actionPicture } from "./pictures.js";

/** @typedef {import("./context.js").Context} Context */
const ACTION_ORDER = ["integrate", "renovate", "build"];
const NUMBERS = /** @type {const} */ (["served", "over_capacity", "out_of_reach"]);

/** @param {Context} page */
export function drawNumbers(page) {
  const { store, run, region, t } = page;
  const { selection } = store.get();
  const chosen = selection?.kind === "region" ? region(selection.id) : undefined;
  const top = run();
  const panel = byId("numbers");
  const result = chosen ?? top?.result;
  if (!top || !result) return fill(panel, top ? make("p", { class: "quiet" }, t("place.no_result")) : null);
  const sums = (!chosen && page.plan()?.sums) || undefined;
  fill(
    panel,
    heading(page, chosen ?? top.region, result),
    make("div", { class: "three" }, NUMBERS.map((key) => tile(page, key, result, sums))),
    make("p", { class: "quiet denominator" }, t("number.of", { total: persons(result.workers_persons, page.language) })),
    bars(page, result, sums),
    statistics(page, result),
    chosen && sitesOf(page, chosen),
  );
}

/** @param {Context} page @param {Named} place @param {Result} result */
function heading({ t, language, boot, store, run }, place, result) {
  const workers = t("place.workers", { count: persons(result.workers_persons, language) });
  const origin = boot.demand ? t(boot.demand.is_modelled ? "place.modelled" : "place.year", { year: boot.demand.year ?? "" }) : "";
  const title = make("h2", { title: exactPersons(result.workers_persons, language) }, `${nameOf(place, language)} · ${workers}`, origin && make("small", {}, origin));
  const top = /** @type {Run} */ (run()).region;
  if (place === top) return title;
  const back = make("button", { type: "button", class: "link", onclick: () => store.set({ selection: null }) }, `‹ ${t("place.back", { name: nameOf(top, language) })}`);
  return [back, title];
}

/** @param {number} part @param {number} total */
const share = (part, total) => (total ? part / total : null);

/**
 * Persons of the three numbers once the plan is there.
 * @param {Sums} sums
 */
function after(sums) {
  return {
    served: sums.served_after_persons,
    over_capacity: sums.reached_after_persons - sums.served_after_persons,
    out_of_reach: sums.workers_persons - sums.reached_after_persons,
  };
}

/** @param {Context} page @param {typeof NUMBERS[number]} key @param {Result} result @param {Sums} [sums] */
function tile({ t, language }, key, result, sums) {
  const people = result[`${key}_persons`];
  const now = share(people, result.workers_persons);
  const then = sums && share(after(sums)[key], sums.workers_persons);
  const good = sums && isNumber(now) && isNumber(then) && (key === "served" ? then >= now : then <= now);
  const planned = sums && [
    make("span", { class: "after" }, t("number.after", { share: percent(then) })),
    make("span", { class: good ? "change good" : "change warn" }, t("number.points", { change: points(now, then) })),
  ];
  return make(
    "div",
    { class: `tile ${key}` },
    make("small", {}, t(`number.${key}`)),
    make("b", {}, percent(now)),
    make("span", { class: "people", title: exactPersons(people, language) }, fewLetters(people, language)),
    planned,
  );
}

/** @param {Context} page @param {Result} result @param {Sums} [sums] */
function bars({ t }, result, sums) {
  const now = { served: result.served_persons, over_capacity: result.over_capacity_persons, out_of_reach: result.out_of_reach_persons };
  const rows = [bar(t("bar.before"), now, t)];
  if (sums) rows.push(bar(t("bar.after"), after(sums), t));
  return make("div", { class: "bars" }, rows);
}

/** @param {string} name @param {Record<string, number>} parts @param {import("./i18n.js").Translate} t */
function bar(name, parts, t) {
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  const said = NUMBERS.map((key) => `${t(`number.${key}`)} ${percent(share(parts[key], total))}`).join("; ");
  const strips = NUMBERS.map((key) => {
    const strip = make("i", { class: key });
    strip.style.flexGrow = String(parts[key]);
    return strip;
  });
  return make("div", { class: "bar-row" }, make("span", {}, name), make("div", { class: "bar", role: "img", "aria-label": `${name}: ${said}` }, strips));
}

/** @param {Context} page @param {Result} result */
function statistics({ t, language }, result) {
  const rows = [
    ["stat.median", minutes(result.median_minutes, language)],
    ["stat.p90", minutes(result.p90_minutes, language)],
    ["stat.reached", percent(result.reached_share)],
    ["stat.area", percent(result.reached_area_share)],
    ["stat.gini", index(result.gini_minutes)],
  ];
  return make("dl", { class: "facts" }, rows.map(([key, value]) => [make("dt", {}, t(key)), make("dd", {}, value)]).flat());
}

/** @param {Context} page @param {RegionProperties} region */
function sitesOf({ data, t, language }, region) {
  const prefix = region.level === "prefecture" ? region.code.slice(0, 4) : region.code;
  const sites = data.sites.filter(({ properties }) => properties.region_code.startsWith(prefix));
  const reached = sites.reduce((sum, { properties }) => sum + properties.newly_reached_persons, 0);
  return make("p", { class: "quiet" }, t("place.sites", { count: whole(sites.length), gain: gain(reached, language) }));
}

/** @param {Context} page */
export function drawPlan(page) {
  const { t, run, plan: planOf, data, language } = page;
  const plan = planOf();
  const panel = byId("plan");
  const top = run();
  if (!top) return fill(panel, null);
  if (!plan) return fill(panel, make("h2", {}, t("plan.none.title")), make("p", { class: "quiet" }, t("plan.none.what")), make("pre", {}, "manage.py recommend"));
  const { reached, cost } = totals(page, plan);
  fill(
    panel,
    make("h2", {}, nameOf(plan.plan, language)),
    make("p", { class: "gain-line" }, make("b", {}, gain(reached, language)), ` ${t("plan.newly")}`),
    plan.sums && make("p", { class: "gap" }, gapText(page, plan)),
    money(page, plan, cost, reached),
    yearTable(page),
    notes(page, "plan.unmet", plan.unmet, "bad"),
    notes(page, "plan.warnings", plan.warnings, "warn"),
    notes(page, "plan.run_warnings", top.warnings, "warn"),
    make("h2", {}, t("plan.ranked", { count: whole(data.sites.length) })),
  );
}

/** @param {Context} page @param {Recommendation} plan */
function gapText({ t }, { gap_share: share }) {
  if (!isNumber(share)) return t("plan.no_gap");
  const gap = gapPercent(share);
  return gap ? t("plan.gap", { gap }) : t("plan.best");
}

/** The plan's own sums, or those of the sites the reader may see. @param {Context} page @param {Recommendation} plan */
function totals({ data }, { sums }) {
  if (sums) return { reached: sums.reached_after_persons - sums.reached_before_persons, cost: sums.cost_yuan };
  const sites = data.sites.map(({ properties }) => properties);
  return {
    reached: sites.reduce((sum, site) => sum + site.newly_reached_persons, 0),
    cost: sites.reduce((sum, site) => sum + site.cost_yuan, 0),
  };
}

/** @param {Context} page @param {Recommendation} plan @param {number} cost @param {number} reached */
function money({ t, language }, plan, cost, reached) {
  const budget = (plan.sums && plan.plan.phases.at(-1)?.budget_yuan) ?? null;
  const paid = t("plan.cost", { cost: yuan(cost, language) });
  const limit = plan.sums && make("span", { title: exactYuan(budget, language) }, isNumber(budget) ? t("plan.budget", { budget: yuan(budget, language) }) : t("plan.no_budget"));
  const meter = isNumber(budget) && make("progress", { value: cost, max: budget, "aria-label": paid });
  const each = reached > 0 && make("p", { class: "quiet" }, t("plan.per_person", { cost: exactYuan(cost / reached, language) }));
  return [make("div", { class: "money" }, make("span", { title: exactYuan(cost, language) }, paid), limit), meter, each];
}

/** Sites by action and year. @param {Context} page */
function yearTable({ t, data }) {
  const years = [...new Set(data.sites.map(({ properties }) => properties.year))].sort();
  const counts = countBy(data.sites, ({ properties }) => `${properties.action} ${properties.year}`);
  const cell = (/** @type {number} */ count) => make("td", {}, count ? whole(count) : "·");
  const line = (/** @type {string} */ action) => {
    const numbers = years.map((year) => counts.get(`${action} ${year}`) ?? 0);
    const total = numbers.reduce((sum, number) => sum + number, 0);
    return make("tr", {}, make("th", { scope: "row" }, actionPicture(action), t(`action.${action}`)), numbers.map(cell), cell(total));
  };
  const totals = years.map((year) => data.sites.filter(({ properties }) => properties.year === year).length);
  const head = make("tr", {}, make("th", { scope: "col" }, t("plan.year")), years.map((year) => make("th", { scope: "col" }, year)), make("th", { scope: "col" }, t("plan.total")));
  const foot = make("tr", { class: "total" }, make("th", { scope: "row" }, t("plan.total")), totals.map(cell), cell(data.sites.length));
  return make("table", { class: "years" }, make("thead", {}, head), make("tbody", {}, ACTION_ORDER.map(line), foot));
}

/** A count that opens its list. @param {Context} page @param {string} key @param {Sentence[]} said @param {string} look */
function notes({ t, language }, key, said, look) {
  if (!said?.length) return null;
  const items = said.map((each) => make("li", {}, sentence(each, language)));
  return make("details", { class: `notes ${look}` }, make("summary", {}, t(key, { count: whole(said.length) })), make("ul", {}, items));
}

/** @param {Context} page */
export function drawSiteList({ data, t, language, store, placeName }) {
  const { selection, year } = store.get();
  const rows = data.sites.filter(({ properties }) => !year || properties.year <= year).map(({ properties: site }) => {
    const current = selection?.kind === "site" && selection.id === String(site.rank);
    const about = [t(`action.${site.action}`), site.year, yuan(site.cost_yuan, language), placeName(site.region_code)].filter(Boolean).join(" · ");
    const text = make("span", { class: "what" }, `${site.rank}. ${nameOf(site, language)}`, make("small", {}, about));
    const number = make("em", { title: t("plan.newly") }, `+${whole(site.newly_reached_persons)}`);
    const press = () => store.set({ selection: { kind: "site", id: String(site.rank) } });
    return make("li", {}, make("button", { type: "button", "aria-current": current ? "true" : null, onclick: press }, actionPicture(site.action), text, number));
  });
  fill(byId("site-list"), rows);
}
