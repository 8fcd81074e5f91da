// The turns that run now: each has its stream, its growing parts and those who watch it.
import { announce } from "./announcements.js";
import { signedOut } from "./api.js";
import { lost, restored } from "./connection.js";
import { Lifeline } from "./lifeline.js";
import { paced } from "./pace.js";
import { applyTo, weightOf } from "./parts.js";
import { isAway, onPresence } from "./presence.js";

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
  const turn = { id, onEnd, onGone, parts: [], read: "", seen: "", frozen: false };
  turn.shown = { parts, quiet: false };
  turn.draw = paced(() => draw(turn));
  turns.set(id, turn);
  resume(id);
}

/** Opens the stream of a followed turn, unless it is open or nobody is looking. */
function resume(id) {
  const turn = turns.get(id);
  if (turn.line || isAway()) return;
  turn.unwatch ??= onPresence((word) => onLook(turn, word));
  turn.line = new Lifeline(`/api/turns/${encodeURIComponent(id)}/events`, {
    after: () => turn.read,
    event: (event) => take(turn, event),
    open: () => restored(turn),
    cut: () => lost(turn),
    refused: (status) => refuse(turn, status),
  });
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
  const data = JSON.parse(event.data);
  if (event.type === "end") return finish(turn, data);
  if (event.type === "snapshot") {
    turn.parts = data.parts;
    turn.whole = true;
  } else {
    if (event.id === "1") turn.parts = [];
    applyTo(turn.parts, data);
  }
  turn.read = event.id; // a snapshot of the database has none: after it, all is read anew
  if (!turn.frozen) turn.draw();
}

/** Shows what was read. A replay from the start stays hidden until it has caught up. */
function draw(turn) {
  if (turn.frozen || !turns.has(turn.id)) return;
  if (!turn.whole && weightOf(turn.parts) < weightOf(turn.shown.parts)) return;
  turn.whole = true;
  turn.seen = turn.read;
  show(turn, { parts: [...turn.parts], quiet: false });
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
  const { frozen } = turn;
  const parts = frozen ? turn.shown.parts : turn.parts;
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
  return turn.seen ? Number(turn.seen) : -Math.sign(turn.shown.parts.length);
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
