/** Opening hours: in words, and as arcs of a day. */

/** @typedef {{weekday_mask: number, season: string, opens_at: string, closes_at: string}} Span */

const EVERY_DAY = 127;
const WEDNESDAY = 1 << 2;
const MINUTES_A_DAY = 1440;
const DAYS = /** @type {const} */ ({
  "zh-hans": ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
  en: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
});

/** @param {string} time "05:30" */
function dayShare(time) {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours * 60 + minutes) / MINUTES_A_DAY;
}

/**
 * The spans of a Wednesday in summer as shares of the day; a span past midnight ends after 1, equal times are a whole day.
 * @param {Span[]} spans
 * @returns {Array<[number, number]>}
 */
export function daySpans(spans) {
  const typical = spans.filter(({ weekday_mask, season }) => weekday_mask & WEDNESDAY && season !== "winter");
  return typical.map(({ opens_at, closes_at }) => {
    const [opens, closes] = [dayShare(opens_at), dayShare(closes_at)];
    return [opens, closes > opens ? closes : closes + 1];
  });
}

/**
 * The days of a mask in words: runs of three and more are "Mon–Fri".
 * @param {number} mask bit 0 is Monday @param {Language} language
 */
export function daysText(mask, language) {
  if (mask === EVERY_DAY) return language === "en" ? "daily" : "每天";
  /** @type {number[][]} */
  const runs = [];
  for (let day = 0; day < 7; day += 1) {
    if (!(mask & (1 << day))) continue;
    const last = runs.at(-1);
    if (last && last[last.length - 1] === day - 1) last.push(day);
    else runs.push([day]);
  }
  const names = DAYS[language];
  const said = runs.flatMap((run) => (run.length > 2 ? [`${names[run[0]]}${language === "en" ? "–" : "至"}${names[run[run.length - 1]]}`] : run.map((day) => names[day])));
  return said.join(language === "en" ? ", " : "、");
}

/** @param {string} season @param {Language} language */
function seasonText(season, language) {
  if (season === "summer") return language === "en" ? " (summer)" : "（夏季）";
  if (season === "winter") return language === "en" ? " (winter)" : "（冬季）";
  return "";
}

/**
 * Opening hours in words: "Mon–Fri 08:30–17:00; Sat 09:00–12:00 (summer)".
 * @param {Span[]} spans @param {Language} language
 */
export function hoursText(spans, language) {
  /** @type {Map<string, string[]>} */
  const byDays = new Map();
  for (const { weekday_mask: mask, season, opens_at: opens, closes_at: closes } of spans) {
    const key = `${daysText(mask, language)}|${seasonText(season, language)}`;
    byDays.set(key, [...(byDays.get(key) ?? []), `${opens}–${closes}`]);
  }
  const parts = [...byDays].map(([key, times]) => {
    const [days, season] = key.split("|");
    return `${days} ${times.join(language === "en" ? ", " : "、")}${season}`;
  });
  return parts.join(language === "en" ? "; " : "；");
}
