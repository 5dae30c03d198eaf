/** The state of the page in one place: read it, change it, hear of changes. */

/**
 * @template {object} S
 * @param {S} initial
 */
export function createStore(initial) {
  let state = initial;
  /** @type {Array<{keys: Array<keyof S>, heard: (state: S) => void}>} */
  const listeners = [];
  return {
    get: () => state,
    /** Change some values; those who listen to one that really changed are told once. @param {Partial<S>} changes */
    set(changes) {
      const keys = /** @type {Array<keyof S>} */ (Object.keys(changes));
      const changed = keys.filter((key) => JSON.stringify(changes[key]) !== JSON.stringify(state[key]));
      if (changed.length === 0) return;
      state = { ...state, ...changes };
      for (const { keys: wanted, heard } of listeners) if (wanted.some((key) => changed.includes(key))) heard(state);
    },
    /** @param {Array<keyof S>} keys @param {(state: S) => void} heard */
    on(keys, heard) {
      listeners.push({ keys, heard });
    },
  };
}

/** @typedef {ReturnType<typeof createStore<State>>} Store */
