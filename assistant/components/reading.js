// What is known of a turn from its stream: its parts, and the number of the last entry in them.
import { applyTo } from "./parts.js";

/**
 * parts: as far as they were read. number: of the last entry read, 0 before the first and for
 * what the database told. whole: nothing that was shown before is missing in them.
 */
export const unread = () => ({ parts: [], number: 0, whole: false });

/** What an event says; undefined when nobody can read it, which no second look would change. */
export function said({ data }) {
  try {
    return JSON.parse(data);
  } catch (error) {
    console.error("An event of the stream cannot be read", error);
    return undefined;
  }
}

/**
 * Takes an event of the stream. False when the events before it are missing; once is enough.
 * One that cannot be read is passed over: the end tells the page how it stands.
 */
export function takeInto(reading, event) {
  const { id, type } = event;
  const number = Number(id);
  if (number && number <= reading.number) return true;
  const replace = REPLACING[type];
  if (number > reading.number + 1 && !replace) return false;
  const data = type === "end" ? undefined : said(event);
  if (data) (replace ?? extend)(reading, data, number);
  reading.number = number;
  return true;
}

const REPLACING = {
  // The whole answer as it is kept: from the database, without a number, or where it was cut.
  snapshot: (reading, { parts }) => Object.assign(reading, { parts, whole: true }),
  // What another tab has read so far.
  sofar: (reading, { parts }) => Object.assign(reading, { parts }),
};

function extend(reading, data, number) {
  if (number === 1) Object.assign(reading, unread());
  applyTo(reading.parts, data);
}

/** The event that gives another tab this reading; null when there is nothing in it. */
export function soFar({ parts, number }) {
  const type = number ? "sofar" : "snapshot";
  const event = { id: String(number || ""), type, data: JSON.stringify({ parts }) };
  return number || parts.length ? event : null;
}
