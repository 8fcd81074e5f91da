// A moment in words, by the clock and the calendar of the browser; the exact time is its title.
import { exactOf, shortDayOf } from "./dates.js";

const SPANS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const LONG_AGO = 7 * 86_400; // seconds, after which the date says more
const near = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** at: ISO 8601. */
export function When({ at }) {
  const moment = new Date(at);
  return (
    <time dateTime={at} title={exactOf(moment)}>
      {inWords(moment, (Date.now() - moment) / 1000)}
    </time>
  );
}

function inWords(moment, ago) {
  if (ago > LONG_AGO) return shortDayOf(moment);
  const [unit, seconds] = SPANS.find(([, size]) => ago >= size) ?? [];
  return unit ? near.format(-Math.floor(ago / seconds), unit) : "just now";
}
