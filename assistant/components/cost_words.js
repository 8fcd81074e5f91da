// The price of an answer in words.
import { counted } from "./dates.js";

const SMALLEST = 0.0001;

/** usd: decimal text, as the server has it. Small prices keep the digits that tell them apart. */
export function costOf(usd) {
  const amount = Number(usd);
  if (amount === 0) return "$0";
  if (Math.abs(amount) < SMALLEST) return `less than $${SMALLEST}`;
  const digits = Math.abs(amount).toFixed(Math.abs(amount) < 1 ? 4 : 2);
  return `${amount < 0 ? "−" : ""}$${digits}`;
}

/** One line for all of it. */
export function sumOf({ usd, requests }) {
  if (!requests.length) return "No request to a model is booked for this answer.";
  const about = requests.some((one) => one.estimated) ? "about " : "";
  const made = requests.filter((one) => !one.correction).length;
  const many = made === 1 ? "one request" : `${made} requests`;
  return `${about}${costOf(usd)} for ${many}`.replace(/^a/, "A");
}

const ENDS = { refused: "refused", failed: "broke off", left: "stopped", lost: "cut off here" };
const CORRECTION = "correction of an estimate";

/** Who was asked: model, vendor, and how it ended where that is not the usual. */
export const headOf = ({ model, vendor, ended, correction }) =>
  [model, vendor, ENDS[ended] ?? ended, correction && CORRECTION].filter(Boolean).join(" · ");

const FIGURES = [
  ["Read", "read"],
  ["Read from the cache", "cache_read"],
  ["Read into the cache", "cache_write"],
  ["Written", "written"],
  ["of that thought", "thinking"],
  ["Searches", "searches"],
];
const ALWAYS = new Set(["read", "written"]);

/** [name, figure] of all that was used; what is nothing is left out. */
export const detailsOf = (request) =>
  FIGURES.filter(([, key]) => ALWAYS.has(key) || request[key] !== 0).map(([name, key]) => [
    name,
    key === "searches" ? counted(request[key]) : `${counted(request[key])} tokens`,
  ]);
