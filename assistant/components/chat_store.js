// The conversations that this page holds. Components come and go with routes; this stays.
import { announce, announceEnd } from "./announcements.js";
import { getJson } from "./api.js";
import { moveFiles } from "./attached.js";
import { forgetKey, forgetUnsent, keepUnsent, moveDraft, noteTaken } from "./drafts.js";
import { follow, freeze, letGo, pause, shownOf, thaw } from "./live.js";
import { endsIn, isRunning, twins, withEarlier, withOne, withTail } from "./merge.js";
import { optimistic, ours } from "./optimistic.js";
import { filesIn, wordsOf } from "./parts.js";
import { signal } from "./signal.js";
import { stopTurn } from "./stopping.js";

const PAGE = 30;
const KEPT = 8;
const GRACE_MS = 1_000; // a route change takes the transcript away and brings it right back
const LATE_MS = 10_000;
const STREAM_MS = 2_000;
const NEW = { messages: [], earlier: false, status: "ready", stale: false };
const UNREAD = { ...NEW, status: "loading", stale: true };

const conversations = new Map([["", NEW]]);
const pending = new Map();
const ended = new Map(); // turns, and when this page knew of their end
const stopping = new Set();
const version = signal(0);
let current = null;

export const subscribe = version.subscribe;

/** {messages, earlier, status: loading, ready, missing, failed}; "" is the chat not yet begun. */
export const conversation = (id) => conversations.get(id) ?? UNREAD;

function change(id, patch) {
  conversations.set(id, { ...conversation(id), ...patch });
  version.set(version.get() + 1);
}

const mapMessages = (id, map) => change(id, { messages: conversation(id).messages.map(map) });

// ---- opening and leaving

/** Shows a conversation: from what is held, and from the server where that may be old. */
export function open(id) {
  if (current !== null && current !== id) rest(current);
  current = id;
  const held = conversation(id);
  conversations.delete(id);
  change(id, held);
  forgetOldest();
  // A send that is acknowledged in this very moment brings the messages: then nothing is fetched.
  queueMicrotask(() => {
    if (current !== id) return;
    if (id && conversation(id).stale) refresh(id);
    else followRunning(id);
  });
}

export function leave(id) {
  if (current !== id) return;
  current = null;
  setTimeout(() => current !== id && rest(id), GRACE_MS);
}

/** Gives the streams of a conversation back; it must be read again when it is opened again. */
function rest(id) {
  if (!conversations.has(id)) return;
  conversation(id).messages.forEach((message) => message.turn && pause(message.turn));
  change(id, { stale: id !== "" });
}

function forgetOldest() {
  const spare = [...conversations.keys()].filter((id) => id && id !== current && !isSending(id));
  spare.slice(0, -KEPT + 1).forEach((id) => conversations.delete(id));
}

// ---- reading

/** Reads a conversation that is about to be opened, which then reads it no second time. */
export function readAhead(id) {
  change(id, { stale: false });
  refresh(id);
}

const urlOf = (id, limit = PAGE) =>
  `/api/conversations/${encodeURIComponent(id)}/messages?limit=${limit}`;

/** Reads the newest page again. When several are on their way, only the last one counts. */
export async function refresh(id, reads = getJson(urlOf(id))) {
  const reading = Symbol(id);
  const asked = performance.now();
  change(id, { reading });
  const page = await reads.catch((error) => fail(id, reading, error));
  if (!page || conversation(id).reading !== reading) return;
  if (page.messages.some((one) => isRunning(one) && ended.get(one.turn) > asked)) return refresh(id);
  endsIn(page.messages).forEach(noteEnd);
  page.messages.forEach((one) => noteSent(id, one));
  noteTaken(page.messages.filter(({ sent }) => !pending.has(sent)));
  change(id, withTail(conversation(id), page, asked));
  followRunning(id);
}

/** It is there: whatever became of the server's word that it was taken, nothing is on its way. */
const noteSent = (id, { sent, turn }) =>
  turn && pending.get(sent)?.conversation === id && acknowledge(sent, id, turn);

const noteEnd = (turn) => ended.set(turn, performance.now());

function fail(id, reading, error) {
  if (conversation(id).reading !== reading) return;
  if (error.status === 404) change(id, { messages: [], status: "missing" });
  else if (conversation(id).status !== "ready") change(id, { status: "failed" });
}

export async function loadEarlier(id, limit) {
  const { earlier, loadingEarlier, messages } = conversation(id);
  if (!earlier || loadingEarlier) return;
  change(id, { loadingEarlier: true });
  const before = encodeURIComponent(messages[0].id);
  // A page that did not come is asked for again by the next scroll or click.
  const page = await getJson(`${urlOf(id, limit)}&before=${before}`).catch(() => null);
  change(id, { ...(page && withEarlier(conversation(id), page)), loadingEarlier: false });
}

/** A message that was over has changed all the same: it is read again, in its place. */
export async function hearMessage({ conversation: id, message }) {
  if (id !== current) return renew(id);
  const { messages } = conversation(id);
  const next = messages.slice(0, 1 - PAGE).findIndex((one) => one.id === message) + 1;
  if (!next) return refresh(id);
  const url = `${urlOf(id, 1)}&before=${encodeURIComponent(messages[next].id)}`;
  // What does not come is read with the next gap, or when the conversation is opened again.
  const page = await getJson(url).catch(() => null);
  if (page?.messages[0]) change(id, withOne(conversation(id), page.messages[0]));
}

/** Reads a message of the conversation that is open again: something was done about it here. */
export const reread = (message) => hearMessage({ conversation: current, message });

/** After a gap in the feed nothing held is certain. */
export function catchUp() {
  for (const id of conversations.keys()) if (id) change(id, { stale: true });
  if (current) refresh(current);
}

/** In a new session: a turn that could not be heard any more may still run. */
export function startAgain() {
  ended.clear();
  catchUp();
}

// ---- turns

function followRunning(id) {
  if (id !== current) return;
  const running = conversation(id).messages.filter(
    (message) => message.turn && isRunning(message) && !ended.has(message.turn),
  );
  for (const { turn, parts } of running) {
    follow(turn, {
      parts,
      onEnd: (end) => endTurn(id, turn, end),
      onGone: () => loseTurn(id, turn),
    });
  }
}

function endTurn(id, turn, { message, frozen, ...end }) {
  noteEnd(turn);
  mapMessages(id, (one) =>
    one.turn === turn && one.role === "assistant"
      ? { ...one, ...end, id: message ?? one.id, key: one.key ?? one.id }
      : one,
  );
  announceEnd(end.status);
  // It was done before the stop arrived: then its whole text stands.
  if (frozen && end.status !== "stopped") refresh(id);
}

/** It ended where this page could not hear it; the server has the whole. */
function loseTurn(id, turn) {
  letGo(turn);
  noteEnd(turn);
  renew(id);
}

/** A turn runs, says somebody else: the server's state, or the feed. */
export function attach(id, turn) {
  if (!turn || ended.has(turn) || shownOf(turn) || isSending(id)) return;
  renew(id);
}

/** What is held of a conversation is old: it is read again now, or when it is opened. */
export function renew(id) {
  if (id === current) refresh(id);
  else if (conversations.has(id)) change(id, { stale: true });
}

/** One word of the feed about a turn. */
export function hearTurn({ conversation: id, turn, status }) {
  if (!conversations.has(id) || ended.has(turn)) return;
  if (isRunning({ status })) return attach(id, turn);
  // Its stream tells the end itself, unless it is cut or waits for a place.
  if (shownOf(turn)) return setTimeout(() => shownOf(turn) && loseTurn(id, turn), STREAM_MS);
  return renew(id);
}

/** The turn that runs in a conversation, as far as this page can see; "" when none does. */
export const runningTurn = (id) =>
  conversation(id).messages.findLast((one) => isRunning(one) && !ended.has(one.turn))?.turn ?? "";

/** Freezes what is shown of a turn. Resolves to false when the server will not stop it. */
export async function stop(turn) {
  if (stopping.has(turn)) return true;
  stopping.add(turn);
  announceEnd("stopped");
  const heard = await stopTurn(turn, freeze(turn), () => ended.has(turn));
  stopping.delete(turn);
  if (!heard) thaw(turn);
  return heard;
}

// ---- sending

/** Whether a send is on its way that the server has not answered. */
export const isSending = (id) => [...pending.values()].some((sent) => sent.conversation === id);

/** The keys of the sends of this page that are on their way in a conversation. */
export const sendsIn = (id) =>
  [...pending.keys()].filter((key) => pending.get(key).conversation === id);

/** Shows the user's words and files at once, and where the answer will stand. */
export function send(id, text, key, files = []) {
  clearTimeout(pending.get(key)?.timer);
  const known = pending.has(key) || conversation(id).messages.some((one) => one.sent === key);
  const timer = setTimeout(() => markLate(id, key), LATE_MS);
  pending.set(key, { conversation: id, text, files, timer });
  keepUnsent({ key, conversation: id, text, files });
  if (known) return mapMessages(id, (one) => (one.id === key ? { ...one, late: false } : one));
  announce("Answering…");
  change(id, { messages: [...conversation(id).messages, ...optimistic(key, text, files)] });
  if (conversation(id).status === "failed") refresh(id); // else nobody would see what was said
}

function markLate(id, key) {
  mapMessages(id, (one) => (one.id === key ? { ...one, late: true } : one));
}

function settle(key) {
  const sent = pending.get(key);
  if (!sent) return null;
  clearTimeout(sent.timer);
  pending.delete(key);
  forgetUnsent(key);
  return sent;
}

/** The server took a send: it is this turn, in this conversation. Returns what was sent, once. */
export function acknowledge(key, id, turn) {
  const sent = settle(key);
  if (!sent) return null;
  const isOurs = ours(key);
  const messages = conversation(sent.conversation).messages.map((one) =>
    isOurs(one) ? { ...one, turn, key: one.id, late: false, taken: performance.now() } : one,
  );
  change(sent.conversation, { messages });
  if (sent.conversation !== id) moveTo(id, messages);
  followRunning(id);
  return sent;
}

function moveTo(id, messages) {
  if (current === "") current = id; // so that its answer is followed before it is drawn
  moveDraft("", id);
  moveFiles("", id);
  const held = conversation(id);
  change("", NEW);
  // It may have been opened from the list, and read, before this page was told that it is its own.
  const fresh = messages.filter((one) => !held.messages.some((other) => twins(one, other)));
  change(id, { ...held, messages: [...held.messages, ...fresh], status: "ready", stale: false });
}

/** The server refused a send: it never happened. Returns what was sent, null if unknown. */
export function refuse(key) {
  const sent = settle(key);
  if (!sent) return forgetKey(key);
  const isOurs = ours(key);
  const messages = conversation(sent.conversation).messages.filter((one) => !isOurs(one));
  change(sent.conversation, { messages });
  return sent;
}

/** The last that the user said in a conversation: {text, files}, null for nothing. */
export function lastSaid(id) {
  const said = conversation(id).messages.findLast((one) => one.role === "user");
  return said ? { text: wordsOf(said.parts), files: filesIn(said.parts) } : null;
}

/** A send that is on its way: {conversation, text, files}. */
export const sentAs = (key) => pending.get(key);
