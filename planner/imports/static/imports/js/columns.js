/** Shows samples of the column that is chosen, and picks "another one" when its code is typed. */

const samples = JSON.parse(document.getElementById("samples")?.textContent ?? "{}");

/** @param {HTMLSelectElement} select */
function show(select) {
  const cell = document.getElementById(select.dataset.samples ?? "");
  const made = (samples[select.value] ?? []).map((/** @type {string} */ text) => {
    const span = document.createElement("span");
    span.textContent = text.length > 40 ? `${text.slice(0, 39)}…` : text;
    return span;
  });
  cell?.replaceChildren(...made);
  select.classList.toggle("found", select.value !== "");
}

for (const select of document.querySelectorAll("select[data-samples]")) {
  select.addEventListener("change", () => show(/** @type {HTMLSelectElement} */ (select)));
}

const typed = document.querySelector("input[name=datum_other]");
typed?.addEventListener("input", () => {
  const other = /** @type {HTMLInputElement} */ (document.querySelector("input[name=datum][value=other]"));
  other.checked = true;
});
