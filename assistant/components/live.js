// The turns that run now: each has its stream, its growing parts and those who watch it.
import { announce } from "./announcements.js";
import { signedOut } from "./api.js";
import { lost, restored } from "./connection.js";
import { readEntries } from "./entry_lines.js";
import { paced } from "./pace.js";
import { weightOf } from "./parts.js";
import { isAway, onPresence } from "./presence.js";
import { said, soFar, takeInto, unread } from "./reading.js";
import { lineTo } from "./shared_line.js";

const QUIET_MS = 9_000;

const turns = new Map();
const watchers = new Map();

/**
 * Follows a turn until it ends. parts: what is known of it already.
 * onEnd({status, error, notice, message, parts, frozen}) is the last that is heard of it;
 * onGone() says that the server no longer streams it.
 */
export function follow(id, { parts, onEnd, onGone }) {
  if (turns.has(id)) return resume(id);
  const turn = { id, onEnd, onGone, reading: unread(), seen: 0, frozen: false };
  turn.shown = { parts, quiet: false };
  turn.draw = paced(() => draw(turn));
  turns.set(id, turn);
  resume(id);
}

/** Opens the stream of a followed turn, unless it is open or nobody is looking. */
function resume(id) {
  const turn = turns.get(id);
  turn.unwatch ??= onPresence((word) => onLook(turn, word));
  if (turn.line || isAway()) return;
  const on = {
    read: readEntries,
    after: () => String(turn.reading.number || ""),
    soFar: () => soFar(turn.reading),
    event: (event) => take(turn, event),
    open: () => restored(turn),
    cut: () => lost(turn),
    refused: (status) => refuse(turn, status),
  };
  turn.line = lineTo(`/api/turns/${encodeURIComponent(id)}/events`, on, true);
  listen(turn);
}

function onLook(turn, word) {
  if (word === "away") return pause(turn.id);
  if (word === "back") return resume(turn.id);
  turn.line?.wake();
}

/** Gives the connection back and keeps what was read; follow() goes on from there. */
export function pause(id) {
  const turn = turns.get(id);
  if (!turn?.line) return;
  turn.line.close();
  turn.line = null;
  clearTimeout(turn.timer);
  restored(turn);
}

function take(turn, event) {
  if (!takeInto(turn.reading, event)) return turn.line?.ask?.();
  if (event.type === "end") return finish(turn, said(event));
  if (!turn.frozen) turn.draw();
}

/** Shows what was read. A replay from the start stays hidden until it has caught up. */
function draw(turn) {
  if (turn.frozen || !turns.has(turn.id)) return;
  const { reading } = turn;
  if (!reading.whole && weightOf(reading.parts) < weightOf(turn.shown.parts)) return;
  reading.whole = true;
  turn.seen = reading.number;
  show(turn, { parts: [...reading.parts], quiet: false });
  listen(turn);
}

/** Counts the silence: after each 9 s without anything new, it is said that work goes on. */
function listen(turn) {
  clearTimeout(turn.timer);
  turn.timer = setTimeout(() => {
    show(turn, { ...turn.shown, quiet: true });
    announce("Still working…");
    listen(turn);
  }, QUIET_MS);
}

function show(turn, shown) {
  turn.shown = shown;
  watchers.get(turn.id)?.forEach((watcher) => watcher());
}

function finish(turn, end) {
  if (!end) return refuse(turn, 0);
  const { frozen } = turn;
  const { parts } = frozen ? turn.shown : turn.reading;
  drop(turn);
  turn.onEnd({ ...end, parts, frozen });
}

function refuse(turn, status) {
  drop(turn);
  if (status === 401) signedOut();
  turn.onGone();
}

function drop(turn) {
  pause(turn.id);
  turn.unwatch?.();
  turns.delete(turn.id);
}

/**
 * Holds the text as it stands. Returns the number of the last event that is shown: 0 when nothing
 * is, -1 when what is shown did not come through the stream.
 */
export function freeze(id) {
  const turn = turns.get(id);
  if (!turn) return -1;
  turn.frozen = true;
  clearTimeout(turn.timer);
  show(turn, { ...turn.shown, frozen: true, quiet: false });
  return turn.seen || (turn.shown.parts.length ? -1 : 0);
}

/** The turn goes on after all: shows what was read meanwhile. */
export function thaw(id) {
  const turn = turns.get(id);
  if (!turn?.frozen) return;
  turn.frozen = false;
  show(turn, { ...turn.shown, frozen: false });
  turn.draw();
}

/** The turn is over, others say: nothing more of it is read or told. */
export function letGo(id) {
  const turn = turns.get(id);
  if (turn) drop(turn);
}

/** What is shown of a running turn: {parts, quiet, frozen}; undefined when none is followed. */
export const shownOf = (id) => turns.get(id)?.shown;

/** Calls watcher() at every change of what is shown. Returns the way to unsubscribe. */
export function watchTurn(id, watcher) {
  if (!watchers.has(id)) watchers.set(id, new Set());
  watchers.get(id).add(watcher);
  return () => {
    const rest = watchers.get(id);
    rest.delete(watcher);
    if (rest.size === 0) watchers.delete(id);
  };
}
