/** Classes of a choropleth: where the limits stand, which class a value is in, how many regions each class holds. */

export const CLASS_COUNT = 6;
/** @type {Method[]} */
export const METHODS = ["natural", "quantile", "equal"];

/**
 * @typedef {object} Classes
 * @property {number[]} limits k + 1 rising limits of k classes; class i holds limits[i] <= value < limits[i + 1], the last both ends
 * @property {number[]} counts values in each class
 * @property {number} missing values that are no number
 */

/**
 * Class `values` by `method`; limits are multiples of `step`, so that the legend shows exactly what was used.
 * @param {Array<number | null | undefined>} values
 * @param {Method} method
 * @param {{step: number, whole?: [number, number] | null}} scale `whole`: the full range of the indicator, for equal steps
 * @returns {Classes}
 */
export function classify(values, method, { step, whole = null }) {
  const known = values.filter((value) => typeof value === "number" && Number.isFinite(value)).map(Number).sort((a, b) => a - b);
  const missing = values.length - known.length;
  if (known.length === 0) return { limits: [], counts: [], missing };
  const limits = rounded(rawLimits(known, method, whole), step, known);
  const counts = new Array(limits.length - 1).fill(0);
  for (const value of known) counts[classOf(value, limits)] += 1;
  return { limits, counts, missing };
}

/** @param {number[]} known rising @param {Method} method @param {[number, number] | null} whole */
function rawLimits(known, method, whole) {
  if (method === "equal") return equalSteps(whole ?? [known[0], known[known.length - 1]]);
  return method === "quantile" ? quantiles(known) : naturalBreaks(known, CLASS_COUNT);
}

/** @param {[number, number]} range */
function equalSteps([low, high]) {
  return Array.from({ length: CLASS_COUNT + 1 }, (_, i) => low + ((high - low) * i) / CLASS_COUNT);
}

/** @param {number[]} known rising */
function quantiles(known) {
  return Array.from({ length: CLASS_COUNT + 1 }, (_, i) => {
    const position = ((known.length - 1) * i) / CLASS_COUNT;
    const below = Math.floor(position);
    const above = Math.min(below + 1, known.length - 1);
    return known[below] + (known[above] - known[below]) * (position - below);
  });
}

/**
 * Limits that make the sum of squared deviations within the classes least (Fisher 1958, the exact dynamic programme).
 * @param {number[]} known rising @param {number} most classes wanted
 * @returns {number[]}
 */
export function naturalBreaks(known, most) {
  const count = Math.min(most, new Set(known).size);
  const deviation = deviations(known);
  let best = known.map((_, j) => deviation(0, j));
  /** @type {number[][]} */
  const firstOfLast = [known.map(() => 0)];
  for (let k = 1; k < count; k += 1) {
    const next = known.map(() => Infinity);
    const starts = known.map(() => 0);
    for (let j = k; j < known.length; j += 1) {
      for (let i = k; i <= j; i += 1) {
        const cost = best[i - 1] + deviation(i, j);
        if (cost < next[j]) [next[j], starts[j]] = [cost, i];
      }
    }
    best = next;
    firstOfLast.push(starts);
  }
  const limits = [known[known.length - 1]];
  for (let k = count - 1, j = known.length - 1; k > 0; k -= 1) {
    const start = firstOfLast[k][j];
    limits.unshift(known[start]);
    j = start - 1;
  }
  return [known[0], ...limits];
}

/**
 * Return a function of (first, last) that gives the sum of squared deviations of a run of values from their mean.
 * @param {number[]} known
 */
function deviations(known) {
  const sums = [0];
  const squares = [0];
  for (const value of known) {
    sums.push(sums[sums.length - 1] + value);
    squares.push(squares[squares.length - 1] + value * value);
  }
  /** @param {number} first @param {number} last */
  return (first, last) => {
    const sum = sums[last + 1] - sums[first];
    return squares[last + 1] - squares[first] - (sum * sum) / (last - first + 1);
  };
}

/**
 * Round limits to multiples of `step`, outer ones outwards, and drop those that fall together.
 * @param {number[]} limits @param {number} step @param {number[]} known rising
 */
function rounded(limits, step, known) {
  /** @param {number} count */
  const multiple = (count) => Number((count * step).toPrecision(12));
  const low = multiple(Math.floor(Math.min(limits[0], known[0]) / step + 1e-9));
  let high = multiple(Math.ceil(Math.max(limits[limits.length - 1], known[known.length - 1]) / step - 1e-9));
  if (high <= low) high = multiple(Math.round(low / step) + 1);
  const inner = limits.slice(1, -1).map((limit) => multiple(Math.round(limit / step)));
  return [low, ...new Set(inner.filter((limit) => limit > low && limit < high)), high];
}

/**
 * The class of `value`.
 * @param {number} value @param {number[]} limits
 */
export function classOf(value, limits) {
  const last = limits.length - 2;
  for (let i = last; i > 0; i -= 1) if (value >= limits[i]) return i;
  return 0;
}

/**
 * The place of class `i` of `count` on a ramp of six colours: fewer classes still use its full length.
 * @param {number} i @param {number} count
 */
export function rampIndex(i, count) {
  return count <= 1 ? CLASS_COUNT - 2 : Math.round((i * (CLASS_COUNT - 1)) / (count - 1));
}
