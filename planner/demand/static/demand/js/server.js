/** Asks for the data of a map; an older question is given up for a newer one. */

/** @param {string} address */
export function asker(address) {
  /** @type {AbortController | undefined} */
  let running;
  /**
   * @param {Record<string, string | number>} parameters
   * @returns {Promise<any>} null where a newer question came in between
   */
  return async (parameters) => {
    running?.abort();
    const own = (running = new AbortController());
    const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
    try {
      const answer = await fetch(`${address}?${query}`, { signal: own.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      return await answer.json();
    } catch (error) {
      if (own.signal.aborted) return null;
      throw error;
    }
  };
}

/** West, south, east, north of what a map shows, on a grid of its own so that small moves ask nothing new. @param {L.Map} map */
export function boxOf(map) {
  const bounds = map.getBounds();
  const step = Math.max(bounds.getEast() - bounds.getWest(), 0.001) / 8;
  const down = (/** @type {number} */ value) => Math.floor(value / step) * step;
  const up = (/** @type {number} */ value) => Math.ceil(value / step) * step;
  const box = [Math.max(-180, down(bounds.getWest())), Math.max(-90, down(bounds.getSouth())), Math.min(180, up(bounds.getEast())), Math.min(90, up(bounds.getNorth()))];
  return box.map((value) => value.toFixed(4)).join(",");
}
