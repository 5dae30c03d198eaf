/** The form of a model: empty rows wait behind a button, rows of cells and points cannot be spread, shares are summed. */

const table = /** @type {HTMLTableElement} */ (document.getElementById("rows"));
const rows = [...table.tBodies[0].rows];

/** @param {HTMLTableRowElement} row @param {string} name @returns {any} */
const field = (row, name) => row.querySelector(`[name$='-${name}']`);

/** @param {HTMLTableRowElement} row */
function fit(row) {
  const holding = field(row, "holding").value;
  field(row, "spread_by").disabled = holding !== "" && !holding.startsWith("area_totals:");
}

const button = document.createElement("button");
button.type = "button";
button.textContent = `+ ${table.dataset.add}`;
button.addEventListener("click", () => {
  const next = rows.find((row) => row.hidden);
  if (next) next.hidden = false;
  button.hidden = rows.every((row) => !row.hidden);
  if (next) field(next, "holding").focus();
});
table.closest(".scroll")?.after(button);
rows.forEach((row, index) => {
  row.hidden = index > 0 && !field(row, "holding").value && !row.classList.contains("lost-row");
  row.addEventListener("change", () => fit(row));
  fit(row);
});
button.hidden = rows.every((row) => !row.hidden);

for (const row of /** @type {HTMLTableElement} */ (document.getElementById("modes")).tBodies[0].rows) {
  const inputs = [...row.querySelectorAll("input")];
  const output = row.querySelector("output");
  const add = () => {
    const sum = inputs.reduce((total, input) => total + (Number(input.value) || 0), 0);
    const empty = inputs.every((input) => input.value === "");
    if (!output) return;
    output.textContent = empty ? "–" : `${Number(sum.toFixed(4))} %`;
    output.className = empty || Math.abs(sum - 100) < 1e-4 ? "" : "lost";
  };
  row.addEventListener("input", add);
  add();
}
