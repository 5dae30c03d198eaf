/** The card of the thing in hand: the one big number first, then the facts. */

import { byId, fill, make } from "./dom.js";
import { exactPersons, exactYuan, gain, minutes, nameOf, percent, persons, squareMetres, yuan } from "./format.js";
import { hoursText } from "./hours.js";
import { actionPicture, dialPicture, kindPicture } from "./pictures.js";
import { GATHERING } from "./glyphs.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {{title: string, kicker: string, big: string, exact?: string, what: string, facts: Array<[string, string, string?]>, picture?: Node, table?: TableName}} Card */

const LONG = 26;

/** @param {Context} page @param {any} feature @param {(feature: any) => void} zoomTo */
export function drawCard(page, feature, zoomTo) {
  const { store, t } = page;
  const { selection } = store.get();
  const holder = byId("card");
  holder.hidden = !selection || !feature;
  if (!selection || !feature) return fill(holder);
  const card = CARDS[selection.kind](page, feature.properties);
  const facts = card.facts.filter(([, value]) => value !== "" && value !== "—");
  const { table } = card;
  fill(
    holder,
    make("button", { type: "button", class: "close", "aria-label": t("card.close"), onclick: () => store.set({ selection: null }) }, "×"),
    make("p", { class: "kicker" }, card.picture ?? null, card.kicker),
    make("h2", { tabindex: -1 }, card.title),
    make("p", { class: "big", title: card.exact ?? null }, make("b", {}, card.big), ` ${card.what}`),
    make("dl", { class: "facts" }, facts.flatMap(([key, value, exact]) => fact(t(key), value, exact))),
    make(
      "div",
      { class: "row" },
      make("button", { type: "button", onclick: () => zoomTo(feature) }, t("card.zoom")),
      table && make("button", { type: "button", onclick: () => store.set({ table }) }, t("card.in_table")),
    ),
  );
}

/** A name and its value; a long value has the whole width. @param {string} name @param {string} value @param {string} [exact] */
function fact(name, value, exact) {
  const look = value.length > LONG ? "wide" : null;
  return [make("dt", { class: look }, name), make("dd", { class: look, title: exact ?? null }, value)];
}

/** @type {Record<SelectionKind, (page: Context, properties: any) => Card>} */
const CARDS = { region: regionCard, venue: venueCard, site: siteCard, cell: cellCard };

/** @param {Context} page @param {RegionProperties} region @returns {Card} */
function regionCard({ language, t }, region) {
  return {
    title: nameOf(region, language),
    kicker: region.code,
    big: percent(region.served_share),
    what: t("card.served"),
    table: "regions",
    facts: [
      ["column.workers", persons(region.workers_persons, language), exactPersons(region.workers_persons, language)],
      ["number.served", persons(region.served_persons, language), exactPersons(region.served_persons, language)],
      ["number.over_capacity", persons(region.over_capacity_persons, language), exactPersons(region.over_capacity_persons, language)],
      ["number.out_of_reach", persons(region.out_of_reach_persons, language), exactPersons(region.out_of_reach_persons, language)],
      ["stat.median", minutes(region.median_minutes, language)],
      ["stat.area", percent(region.reached_area_share)],
    ],
  };
}

/** @param {Context} page @param {SiteProperties} site @returns {Card} */
function siteCard({ language, t, placeName }, site) {
  const each = site.newly_reached_persons ? exactYuan(site.cost_yuan / site.newly_reached_persons, language) : "";
  return {
    title: nameOf(site, language),
    kicker: t("card.site", { rank: site.rank, action: t(`action.${site.action}`), year: site.year }),
    picture: actionPicture(site.action),
    big: gain(site.newly_reached_persons, language),
    what: t("card.newly"),
    table: "sites",
    facts: [
      ["card.in_reach", exactPersons(site.in_reach_persons, language)],
      ["card.overlap", exactPersons(site.overlap_persons, language)],
      ["card.lost", exactPersons(site.lost_without_persons, language)],
      ["card.cost", yuan(site.cost_yuan, language), exactYuan(site.cost_yuan, language)],
      ["card.per_person", each],
      ["card.area", squareMetres(site.floor_area_m2)],
      ["card.capacity", exactPersons(site.capacity_persons, language)],
      ["card.gap", gapText(site.standard_gap, language)],
      ["card.region", placeName(site.region_code)],
    ],
  };
}

/** @param {SiteProperties["standard_gap"]} gap @param {Language} language */
function gapText(gap, language) {
  const named = (gap ?? []).map((each) => {
    if (typeof each === "string") return each;
    return (language === "en" ? (each.en ?? each.name_en) : (each.zh ?? each.name_zh)) ?? each.code ?? "";
  });
  return named.filter(Boolean).join(language === "en" ? ", " : "、");
}

/** @param {Context} page @param {VenueProperties} venue @returns {Card} */
function venueCard({ language, t, placeName }, venue) {
  const isGathering = venue.kind === GATHERING;
  const count = isGathering ? venue.waiting_persons : venue.capacity_persons;
  const known = count !== null && count !== undefined;
  return {
    title: nameOf(venue, language),
    kicker: t(`kind.${venue.kind}`),
    picture: isGathering ? dialPicture(venue.opening_hours ?? []) : kindPicture(venue.kind),
    big: known ? exactPersons(count, language) : "—",
    what: known ? t(isGathering ? "card.waiting" : "card.capacity_big") : t("card.no_capacity"),
    table: "venues",
    facts: [
      ["card.status", t(`status.${venue.status}`)],
      ["card.hours", hoursText(venue.opening_hours ?? [], language)],
      ["card.area", squareMetres(venue.floor_area_m2)],
      ["card.region", placeName(venue.region_code)],
      ["card.code", venue.code],
    ],
  };
}

/** @param {Context} page @param {CellProperties} cell @returns {Card} */
function cellCard({ language, t, placeName }, cell) {
  return {
    title: placeName(cell.region_code) || cell.region_code,
    kicker: t("card.cell", { id: cell.h3_index }),
    big: exactPersons(cell.out_of_reach_persons, language),
    what: t("card.cell_out"),
    facts: [["card.region", placeName(cell.region_code)]],
  };
}
