// What a search has found, as the lines that the dialog shows.
import { shortDayOf, shortDayOfYear, timeOf } from "./dates.js";

/** The conversations that the sidebar lists, for who has not typed yet: [{label, rows}]. */
export const recentOf = (groups, most) => {
  const rows = groups.flatMap((group) => group.rows).slice(0, most);
  return rows.length ? [{ label: "Recent", rows: rows.map(recent) }] : [];
};

const recent = ({ id, title }) => ({ key: id, to: `/chat/${id}`, title: [title] });

/** The groups of an answer of /api/search that hold anything: [{label, rows}]. */
export const groupsOf = ({ titles, messages }) =>
  [
    { label: "Conversations", rows: titles.map(named) },
    { label: "Messages", rows: messages.map(said) },
  ].filter(({ rows }) => rows.length);

const named = ({ conversation, pieces, at, archived }) => ({
  key: conversation,
  to: `/chat/${conversation}`,
  title: pieces,
  at,
  archived,
});

const WHO = { user: "You", assistant: "Assistant" };

const said = ({ conversation, message, title, pieces, role, at, archived }) => ({
  key: message,
  to: `/chat/${conversation}?m=${message}`,
  title: [title || "New conversation"],
  words: pieces,
  who: WHO[role],
  at,
  archived,
});

/** How many there are, in words. */
export function countOf({ titles, messages }) {
  const counts = [counted(titles, "conversation"), counted(messages, "message")].filter(Boolean);
  return counts.length ? `Found ${counts.join(" and ")}, the newest first.` : "Nothing found.";
}

const counted = ({ length }, noun) => length && `${length} ${noun}${length === 1 ? "" : "s"}`;

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** Where a key leads from line `at` of so many; undefined when it leads nowhere. */
export const moved = (key, at, count) =>
  STEPS[key] && count ? (at + STEPS[key] + count) % count : undefined;

/** A day as people say it: the time of today, the day of this year, else the date. */
export function nearDayOf(iso, now = new Date()) {
  const at = new Date(iso);
  const same = (part) => at[part]() === now[part]();
  const thisYear = same("getFullYear");
  const today = thisYear && same("getMonth") && same("getDate");
  if (today) return timeOf(at);
  return thisYear ? shortDayOfYear(at) : shortDayOf(at);
}
