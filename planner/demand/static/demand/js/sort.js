/** Tables that sort by a press on a heading; the numbers behind the cells decide, not how they are written. */

/** @param {HTMLTableRowElement} row @param {number} column */
function valueOf(row, column) {
  const cell = row.cells[column];
  const said = cell.dataset.value;
  if (said === undefined) return cell.textContent?.trim() ?? "";
  return said === "" ? null : Number(said);
}

/** @param {string | number | null} a @param {string | number | null} b */
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), document.documentElement.lang);
}

/** Rows without a value stay below, whichever way the others go. @param {HTMLTableElement} table @param {number} column @param {number} way */
function sort(table, column, way) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, value: valueOf(row, column) }));
  rows.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
    return way * compare(a.value, b.value);
  });
  body.append(...rows.map(({ row }) => row));
}

/** @param {HTMLTableElement} table */
function arm(table) {
  const heads = [...(table.tHead?.rows[0].cells ?? [])];
  heads.forEach((head, column) => {
    if (head.classList.contains("plain")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
      sort(table, column, way);
    });
  });
}

for (const table of document.querySelectorAll("table.sortable")) arm(/** @type {HTMLTableElement} */ (table));
