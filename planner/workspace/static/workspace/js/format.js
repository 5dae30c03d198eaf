/** Numbers as people read them: 万 in Chinese, thousands separated, one decimal for shares, units always. */

const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const TEN_THOUSAND = 1e4;
const HUNDRED_MILLION = 1e8;
const MILLION = 1e6;

/** What stands where there is no number. */
export const NOTHING = "—";

/** @typedef {number | null | undefined} MaybeNumber */

/** @param {MaybeNumber} value @returns {value is number} */
export function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/**
 * The whole number with thousands separated, no unit.
 * @param {MaybeNumber} value
 */
export function whole(value) {
  return isNumber(value) ? GROUPED.format(Math.round(value) + 0) : NOTHING;
}

/** @param {number} value @param {number} digits */
function fixed(value, digits) {
  return new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** Three figures that count: 8.00, 86.4, 864. @param {number} value */
function threeFigures(value) {
  const size = Math.abs(value);
  if (size < 9.995) return fixed(value, 2);
  return size < 99.95 ? fixed(value, 1) : fixed(value, 0);
}

/** In 万: one decimal, none from 1,000 万 on. @param {number} value */
function tenThousands(value) {
  return fixed(value / TEN_THOUSAND, Math.abs(value) < 999.95 * TEN_THOUSAND ? 1 : 0);
}

/**
 * People, short: 86.4 万人 / 1.20 million people.
 * @param {MaybeNumber} value @param {Language} language
 */
export function persons(value, language) {
  if (!isNumber(value)) return NOTHING;
  if (language === "en") {
    return Math.abs(value) >= MILLION ? `${threeFigures(value / MILLION)} million people` : exactPersons(value, language);
  }
  return Math.abs(value) >= TEN_THOUSAND ? `${tenThousands(value)} 万人` : exactPersons(value, language);
}

/**
 * People in as little room as there is in a tile: 86.4 万人 / 6.92M people.
 * @param {MaybeNumber} value @param {Language} language
 */
export function fewLetters(value, language) {
  return persons(value, language).replace(" million", "M");
}

/**
 * The proven distance from the best, rounded up so that "at most" stays true: 0.4, 0.01; an empty text where it is proven best.
 * @param {number} share
 */
export function gapPercent(share) {
  if (share <= 0) return "";
  const digits = share < 0.001 ? 2 : 1;
  return (Math.ceil(100 * share * 10 ** digits - 1e-9) / 10 ** digits).toFixed(digits);
}

/**
 * People, to the last one.
 * @param {MaybeNumber} value @param {Language} language
 */
export function exactPersons(value, language) {
  if (!isNumber(value)) return NOTHING;
  if (language === "en") return `${whole(value)} ${Math.round(value) === 1 ? "person" : "people"}`;
  return `${whole(value)} 人`;
}

/**
 * A gain with its sign: +4,120 人.
 * @param {MaybeNumber} value @param {Language} language
 */
export function gain(value, language) {
  if (!isNumber(value)) return NOTHING;
  return `${value < 0 ? "−" : "+"}${exactPersons(Math.abs(value), language)}`;
}

/**
 * Money, short: 186 万元, 1.20 亿元 / ¥1.86 million.
 * @param {MaybeNumber} value @param {Language} language
 */
export function yuan(value, language) {
  if (!isNumber(value)) return NOTHING;
  if (language === "en") return value >= MILLION ? `¥${threeFigures(value / MILLION)} million` : `¥${whole(value)}`;
  if (value >= HUNDRED_MILLION) return `${fixed(value / HUNDRED_MILLION, 2)} 亿元`;
  return value >= TEN_THOUSAND ? `${trimmed(value / TEN_THOUSAND)} 万元` : `${whole(value)} 元`;
}

/**
 * Money to the last yuan.
 * @param {MaybeNumber} value @param {Language} language
 */
export function exactYuan(value, language) {
  if (!isNumber(value)) return NOTHING;
  return language === "en" ? `¥${whole(value)}` : `${whole(value)} 元`;
}

/** One decimal at most. @param {number} value */
function trimmed(value) {
  return new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 }).format(value);
}

/** A share of 0–1 as a percentage with one decimal. @param {MaybeNumber} value */
export function percent(value) {
  return isNumber(value) ? `${fixed(100 * value, 1)}%` : NOTHING;
}

/**
 * The difference of two shares in percentage points: ▲ 14.2.
 * @param {MaybeNumber} before @param {MaybeNumber} after
 */
export function points(before, after) {
  if (!isNumber(before) || !isNumber(after)) return NOTHING;
  const change = Math.round(1000 * (after - before)) / 10;
  if (change === 0) return "＝ 0.0";
  return `${change > 0 ? "▲" : "▼"} ${fixed(Math.abs(change), 1)}`;
}

/** @param {MaybeNumber} value @param {Language} language */
export function minutes(value, language) {
  return isNumber(value) ? `${fixed(value, 1)} ${language === "en" ? "min" : "分钟"}` : NOTHING;
}

/** @param {MaybeNumber} value */
export function index(value) {
  return isNumber(value) ? fixed(value, 3) : NOTHING;
}

/** @param {MaybeNumber} value */
export function squareMetres(value) {
  return isNumber(value) ? `${whole(value)} m²` : NOTHING;
}

/** The beginning of a digest, as the footer shows it. @param {string} digest */
export function shortDigest(digest) {
  return digest ? digest.slice(0, 8) : NOTHING;
}

/**
 * The name in the language of the page, or the other one where that is missing.
 * @param {Named} named @param {Language} language
 */
export function nameOf(named, language) {
  return language === "en" ? named.name_en || named.name_zh : named.name_zh || named.name_en;
}

/**
 * The name as maps write it: a city without 市, or "City" and the like.
 * @param {Named & {level: string}} region @param {Language} language
 */
export function shortName(region, language) {
  const name = nameOf(region, language);
  return region.level === "prefecture" ? name.replace(/(?<=..)市$| City$/, "") : name;
}

/**
 * One sentence of the server's in the language of the page.
 * @param {Sentence} said @param {Language} language
 */
export function sentence(said, language) {
  if (typeof said === "string") return said;
  return (language === "en" ? said.en || said.zh : said.zh || said.en) ?? said.code ?? "";
}
