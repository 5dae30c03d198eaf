/** Follows a step of an import: asks how far it is, shows it, and opens the next page when it has ended. */

const EVERY_MS = 1000;
const card = document.getElementById("progress");

/** @param {string} id */
const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

async function follow() {
  try {
    const answer = await fetch(card.dataset.state, { headers: { Accept: "application/json" } });
    if (!answer.ok) return location.reload();
    const { share, busy, step, said } = await answer.json();
    if (!busy) return location.reload();
    part("share").textContent = String(Math.round(100 * share));
    part("bar").setAttribute("value", String(share));
    if (part("said").textContent !== said) part("said").textContent = said;
    part("step").textContent = `${step}…`;
  } catch {
    // The network is away for a moment; the next question may be answered.
  }
  setTimeout(follow, EVERY_MS);
}

if (card) setTimeout(follow, EVERY_MS);
