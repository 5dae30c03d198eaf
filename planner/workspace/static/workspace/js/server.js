/** What the page asks of the server. Each layer is asked for once; a failure says what happened and may be tried again. */

export class LoadError extends Error {
  /** @param {"offline" | "signed_out" | "forbidden" | "status"} code @param {number} [status] */
  constructor(code, status = 0) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

/** @param {number} status @returns {LoadError} */
function refusal(status) {
  if (status === 401) return new LoadError("signed_out", status);
  if (status === 403) return new LoadError("forbidden", status);
  return new LoadError("status", status);
}

/**
 * @param {string} address
 * @returns {Promise<any>}
 */
async function json(address) {
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(address, { headers: { Accept: "application/geo+json, application/json" }, credentials: "same-origin" });
  } catch {
    throw new LoadError("offline");
  }
  if (!answer.ok) throw refusal(answer.status);
  return answer.json();
}

/**
 * A reader of layers that remembers what it got.
 * @param {string} api address of the API, with the slash at its end
 */
export function layerReader(api) {
  /** @type {Map<string, Promise<any>>} */
  const asked = new Map();
  /**
   * @param {"regions" | "venues" | "uncovered" | "sites"} layer @param {Record<string, string>} query
   * @returns {Promise<{features: any[]}>}
   */
  return (layer, query) => {
    const given = Object.entries(query).filter(([, value]) => value);
    const address = `${api}layers/${layer}.geojson?${new URLSearchParams(given)}`;
    const known = asked.get(address);
    if (known) return known;
    const answer = json(address);
    asked.set(address, answer);
    answer.catch(() => asked.delete(address));
    return answer;
  };
}
