/** Sentences in the language of the page. */

import { MESSAGES } from "./messages.js";

/** @typedef {(key: string, values?: Record<string, string | number>) => string} Translate */

/**
 * @param {Language} language
 * @returns {Translate}
 */
export function translator(language) {
  const column = language === "en" ? 1 : 0;
  return (key, values = {}) => {
    const pair = MESSAGES[key];
    if (!pair) throw new Error(`there is no message ${key}`);
    return pair[column].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
  };
}
