/** Rows of the table: order and search. */

/** @typedef {Record<string, string | number | null>} Row */

/**
 * The rows in the order of one column; rows without a value come last whichever way the order runs.
 * @template {Row} R
 * @param {R[]} rows @param {string} column @param {"up" | "down"} direction @param {Language} language
 * @returns {R[]}
 */
export function sorted(rows, column, direction, language) {
  const collator = new Intl.Collator(language === "en" ? "en" : "zh-Hans-CN", { numeric: true });
  const sign = direction === "up" ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [left, right] = [a[column] ?? null, b[column] ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === "number" && typeof right === "number") return sign * (left - right);
    return sign * collator.compare(String(left), String(right));
  });
}

/**
 * The rows of which any text holds all words of `wanted`.
 * @template {Row} R
 * @param {R[]} rows @param {string} wanted
 * @returns {R[]}
 */
export function matching(rows, wanted) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = Object.values(row).filter((value) => typeof value === "string").join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/**
 * What a press on a column's heading makes of the order: numbers begin with the largest, texts with the first.
 * @param {string} sort the order now, `column` or `-column` (largest first)
 * @param {string} column @param {boolean} isNumeric
 */
export function nextSort(sort, column, isNumeric) {
  if (sort === column) return `-${column}`;
  if (sort === `-${column}`) return column;
  return isNumeric ? `-${column}` : column;
}

/**
 * @param {string} sort
 * @returns {{column: string, direction: "up" | "down"}}
 */
export function readSort(sort) {
  return sort.startsWith("-") ? { column: sort.slice(1), direction: "down" } : { column: sort, direction: "up" };
}
