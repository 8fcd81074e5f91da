// Moments and numbers as people read them, the same on every page and whatever language the browser
// has: the day before the month, hours up to 24. The server writes them so (money_and_days.py). The
// time zone is the browser's. A moment is ISO 8601, or a Date.

function written(form) {
  const format = new Intl.DateTimeFormat("en-GB", form);
  return (moment) => format.format(new Date(moment));
}

const DAY = { day: "numeric", month: "short" };
const TIME = { hour: "2-digit", minute: "2-digit" };

/** 26 December 2026 */
export const dayOf = written({ day: "numeric", month: "long", year: "numeric" });
/** 26 December */
export const dayOfYear = written({ day: "numeric", month: "long" });
/** 26 Dec 2026 */
export const shortDayOf = written({ ...DAY, year: "numeric" });
/** 26 Dec */
export const shortDayOfYear = written(DAY);
/** 09:30 */
export const timeOf = written(TIME);
/** 26 Dec, 09:30 */
export const minuteOf = written({ ...DAY, ...TIME });
/** Sat 26 Dec, 09:30 */
export const weekdayOf = written({ weekday: "short", ...DAY, ...TIME });
/** 26 Dec 2026, 09:30:59 */
export const exactOf = written({ ...DAY, year: "numeric", ...TIME, second: "2-digit" });

const ofTheClock = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  ...DAY,
  year: "numeric",
  ...TIME,
  timeZone: "UTC",
});

/**
 * Sat 26 Dec 2026, 09:30, for 2026-12-26T09:30: a time of some clock, and not a moment. "" for any
 * other text.
 */
export function clockOf(text) {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) ? new Date(`${text}Z`) : new Date(NaN);
  const isThere = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
  return isThere ? ofTheClock.format(at).replace(/^(\w+),/, "$1") : "";
}

/** 1,204 */
export const counted = (number) => number.toLocaleString("en");
