/** The table that says what the map says: regions, sites, venues; sortable, linked to the map both ways. */

import { byId, fill, make } from "./dom.js";
import { index, isNumber, nameOf, percent, whole, NOTHING } from "./format.js";
import { hoursText } from "./hours.js";
import { matching, nextSort, readSort, sorted } from "./rows.js";
import { actionPicture, kindPicture } from "./pictures.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {{key: string, title: string, format?: (value: any) => string, picture?: (row: any) => Node}} Column */
/** @typedef {import("./rows.js").Row & {id: string}} TableRow */

const PAGE_ROWS = 150;
const one = (/** @type {number | null} */ value) => (isNumber(value) ? value.toFixed(1) : NOTHING);

/** @type {Record<TableName, {kind: SelectionKind, sort: string, columns: Column[]}>} */
const TABLES = {
  regions: {
    kind: "region",
    sort: "served_share",
    columns: [
      { key: "name", title: "column.name" },
      { key: "workers_persons", title: "column.workers", format: whole },
      { key: "served_persons", title: "column.served", format: whole },
      { key: "served_share", title: "column.served_share", format: percent },
      { key: "over_capacity_persons", title: "column.over_capacity", format: whole },
      { key: "out_of_reach_persons", title: "column.out_of_reach", format: whole },
      { key: "reached_area_share", title: "column.area_share", format: percent },
      { key: "median_minutes", title: "column.median", format: one },
      { key: "p90_minutes", title: "column.p90", format: one },
      { key: "gini_minutes", title: "column.gini", format: index },
    ],
  },
  sites: {
    kind: "site",
    sort: "rank",
    columns: [
      { key: "name", title: "column.name", picture: (row) => actionPicture(row.action_code) },
      { key: "rank", title: "column.rank", format: whole },
      { key: "action", title: "column.action" },
      { key: "year", title: "column.year", format: String },
      { key: "region", title: "column.region" },
      { key: "newly_reached_persons", title: "column.newly", format: whole },
      { key: "overlap_persons", title: "column.overlap", format: whole },
      { key: "lost_without_persons", title: "column.lost", format: whole },
      { key: "cost_yuan", title: "column.cost", format: whole },
      { key: "capacity_persons", title: "column.capacity", format: whole },
    ],
  },
  venues: {
    kind: "venue",
    sort: "name",
    columns: [
      { key: "name", title: "column.name", picture: (row) => kindPicture(row.kind_code) },
      { key: "kind", title: "column.kind" },
      { key: "status", title: "column.status" },
      { key: "region", title: "column.region" },
      { key: "floor_area_m2", title: "column.area", format: whole },
      { key: "capacity_persons", title: "column.capacity", format: whole },
      { key: "hours", title: "column.hours" },
    ],
  },
};

export class Drawer {
  /** @param {Context} page */
  constructor(page) {
    this.page = page;
    this.wanted = "";
    this.limit = PAGE_ROWS;
    const filter = /** @type {HTMLInputElement} */ (byId("table-filter"));
    filter.placeholder = page.t("table.filter");
    filter.oninput = () => {
      this.wanted = filter.value;
      this.limit = PAGE_ROWS;
      this._drawRows();
    };
    byId("table-close").onclick = () => this.toggle(null);
    byId("table-toggle").onclick = () => this.toggle(page.store.get().table ? null : "regions");
    this._tabs();
  }

  /** Open at a table, or close. @param {TableName | null} table */
  toggle(table) {
    this.page.store.set({ table });
    if (!table) byId("table-toggle").focus();
  }

  _tabs() {
    const names = /** @type {TableName[]} */ (Object.keys(TABLES));
    this.tabs = names.map((name) => {
      const tab = make("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "table-panel" }, this.page.t(`table.${name}`));
      tab.onclick = () => this.page.store.set({ table: name, sort: "" });
      tab.onkeydown = (event) => this._arrow(event, names.indexOf(name));
      return tab;
    });
    fill(byId("table-tabs"), this.tabs);
  }

  /** Arrow keys walk along the tabs. @param {KeyboardEvent} event @param {number} from */
  _arrow(event, from) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !this.tabs) return;
    const next = this.tabs[(from + step + this.tabs.length) % this.tabs.length];
    next.click();
    next.focus();
  }

  draw() {
    const { table } = this.page.store.get();
    byId("drawer").hidden = !table;
    document.body.classList.toggle("with-table", Boolean(table));
    byId("table-toggle").setAttribute("aria-expanded", String(Boolean(table)));
    if (!table) return;
    for (const tab of this.tabs ?? []) {
      const current = tab.id === `tab-${table}`;
      tab.setAttribute("aria-selected", String(current));
      tab.tabIndex = current ? 0 : -1;
    }
    byId("table-panel").setAttribute("aria-labelledby", `tab-${table}`);
    this.limit = PAGE_ROWS;
    this._drawRows();
  }

  /** @returns {TableRow[]} */
  _rows() {
    const { table } = this.page.store.get();
    if (table === "sites") return this._siteRows();
    return table === "venues" ? this._venueRows() : this._regionRows();
  }

  _regionRows() {
    const { data, language } = this.page;
    return data.regions.map(({ properties }) => ({ ...properties, id: properties.code, name: nameOf(properties, language) }));
  }

  _siteRows() {
    const { data, language, placeName, store, t } = this.page;
    const { year } = store.get();
    const shown = data.sites.filter(({ properties }) => !year || properties.year <= year);
    return shown.map(({ properties: { standard_gap: _gap, ...site } }) => ({
      ...site, id: String(site.rank), name: nameOf(site, language), action: t(`action.${site.action}`), action_code: site.action,
      region: placeName(site.region_code),
    })); // prettier-ignore
  }

  _venueRows() {
    const { data, language, placeName, t } = this.page;
    return data.venues.map(({ properties: venue }) => ({
      id: venue.code, name: nameOf(venue, language), kind: t(`kind.${venue.kind}`), kind_code: venue.kind,
      status: t(`status.${venue.status}`), region: placeName(venue.region_code), floor_area_m2: venue.floor_area_m2,
      capacity_persons: venue.capacity_persons, hours: hoursText(venue.opening_hours ?? [], language), code: venue.code,
    })); // prettier-ignore
  }

  _drawRows() {
    const { store, language, t } = this.page;
    const { table, sort, level } = store.get();
    if (!table) return;
    const all = this._rows();
    const { column, direction } = readSort(sort || TABLES[table].sort);
    const rows = sorted(matching(all, this.wanted), column, direction, language);
    byId("table-count").textContent = t("table.count", { shown: whole(Math.min(rows.length, this.limit)), total: whole(all.length) });
    const caption = make("caption", {}, t(`table.caption.${table}`, { level: t(`level.${level}`) }));
    const body = make("tbody", {}, rows.slice(0, this.limit).map((row) => this._row(row, TABLES[table])));
    const grid = make("table", {}, caption, make("thead", {}, this._head(TABLES[table].columns, column, direction)), body);
    fill(byId("table-panel"), rows.length ? grid : this._nothing(all.length, table), rows.length > this.limit && this._more(rows.length));
    this.mark(false);
  }

  /** @param {number} total @param {TableName} table */
  _nothing(total, table) {
    return make("p", { class: "quiet" }, this.page.t(total ? "table.empty" : `table.none.${table}`));
  }

  /** @param {number} total */
  _more(total) {
    const count = Math.min(PAGE_ROWS, total - this.limit);
    const press = () => {
      this.limit += PAGE_ROWS;
      this._drawRows();
    };
    return make("button", { type: "button", class: "more", onclick: press }, this.page.t("table.more", { count }));
  }

  /** @param {Column[]} columns @param {string} sortedBy @param {"up" | "down"} direction */
  _head(columns, sortedBy, direction) {
    const { t, store, say } = this.page;
    const cells = columns.map(({ key, title, format }) => {
      const order = key === sortedBy ? (direction === "up" ? "ascending" : "descending") : null;
      const sign = order ? (direction === "up" ? " ▲" : " ▼") : "";
      const press = () => {
        const { table, sort } = store.get();
        store.set({ sort: nextSort(sort || TABLES[table ?? "regions"].sort, key, Boolean(format)) });
        say(t("say.sorted", { column: t(title) }));
        /** @type {HTMLElement | null} */ (document.querySelector(`th[data-column="${key}"] button`))?.focus();
      };
      const button = make("button", { type: "button", onclick: press }, t(title), make("span", { "aria-hidden": "true" }, sign));
      return make("th", { scope: "col", "data-column": key, "aria-sort": order, class: format ? "number" : null }, button);
    });
    return make("tr", {}, cells);
  }

  /** @param {TableRow} row @param {{kind: SelectionKind, columns: Column[]}} table */
  _row(row, { kind, columns }) {
    const press = () => this.page.store.set({ selection: { kind, id: row.id } });
    const cells = columns.map(({ key, format, picture }, i) => {
      if (i > 0) return make("td", { class: format ? "number" : null, "data-column": key }, format ? format(row[key]) : (row[key] ?? NOTHING));
      const name = make("button", { type: "button", class: "link", onclick: press }, picture ? picture(row) : null, String(row[key]));
      return make("th", { scope: "row" }, name);
    });
    return make("tr", { "data-id": row.id, onclick: press }, cells);
  }

  /** Show which row is selected; bring it into view if `scroll`. @param {boolean} scroll */
  mark(scroll) {
    const { selection, table } = this.page.store.get();
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (byId("table-panel").querySelectorAll("tr[data-id]"))) {
      const current = Boolean(table && selection?.kind === TABLES[table].kind && row.dataset.id === selection.id);
      row.classList.toggle("selected", current);
      row.querySelector("button")?.setAttribute("aria-pressed", String(current));
      if (current && scroll) row.scrollIntoView({ block: "nearest" });
    }
  }
}
