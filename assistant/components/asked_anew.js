// What is asked anew on this page: messages that are edited, and wishes that are on their way.
import { signal } from "./signal.js";

const LATE_MS = 10_000;
const NONE = Object.freeze({});

const wishes = new Map();
const version = signal(0);

export const subscribe = version.subscribe;

/**
 * What is wished of a message, by its id. words: while it is edited. key: names the wish that is on
 * its way; late: the server has not answered it for long; taken: it has, and the other branch comes;
 * gone: that was here first. why: what the server said instead.
 */
export const wishOf = (message) => wishes.get(message) ?? NONE;

function change(message, patch) {
  wishes.set(message, { ...wishOf(message), ...patch });
  version.set(version.get() + 1);
}

/** Begins to edit a message, or goes on with it. */
export const edit = (message, words) => change(message, { words: wishOf(message).words ?? words });

export const write = (message, words) => change(message, { words, why: "" });

/** Nothing more is wished of a message. */
export function drop(message) {
  clearTimeout(wishOf(message).timer);
  if (wishes.delete(message)) version.set(version.get() + 1);
}

/** The wish goes to the server: for the first time, or once more under the same key. */
export function ask(message, key, model = "") {
  clearTimeout(wishOf(message).timer);
  const timer = setTimeout(() => change(message, { late: true }), LATE_MS);
  change(message, { key, model, timer, late: false, gone: false, why: "" });
}

/** The wishes that the server has not answered: of which message, and what is wished. */
export const onTheirWay = () =>
  [...wishes].filter(([, { key, taken: known }]) => key && !known);

const askedBy = (key) => [...wishes].find(([, wish]) => wish.key === key && !wish.taken)?.[0];

/** The message is drawn no more: the other branch may be here before its wish is known as taken. */
export function leave(message) {
  if (wishOf(message).taken) drop(message);
  else if (wishOf(message).key) change(message, { gone: true });
}

/**
 * The server took a wish. Returns whether it was known here. Where its message is still drawn, it
 * looks the same until the other branch is.
 */
export function taken(key) {
  const message = askedBy(key);
  if (message === undefined) return false;
  const { gone, timer: late } = wishOf(message);
  clearTimeout(late);
  if (gone) {
    drop(message);
    return true;
  }
  const timer = setTimeout(() => drop(message), LATE_MS); // the page could not read the new branch
  change(message, { taken: true, late: false, timer });
  return true;
}

/** The server refused a wish: what was written stays, with the reason below it. */
export function refused(key, why) {
  const message = askedBy(key);
  if (message === undefined) return;
  clearTimeout(wishOf(message).timer);
  change(message, { key: "", late: false, why });
}
