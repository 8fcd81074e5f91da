// The files beside what is being typed: one list for each conversation, sent to the server one
// after another. What is there survives a reload, with the draft.
import { announce } from "./announcements.js";
import { filesOf, keepFiles } from "./drafts.js";
import { fetchSigned } from "./session.js";
import { signal } from "./signal.js";
import { upload } from "./upload.js";

const NONE = [];
const lists = new Map();
const bodies = new Map(); // by key: what is still to be sent
const version = signal(0);
let sending = null;

export const subscribe = version.subscribe;

/**
 * Each {key, name, size, state: waiting, sending, done, failed; share: of it that is sent; why: it
 * failed, and again: whether it may be tried again; id, media: once it is done}.
 */
export const attachedTo = (conversation) => lists.get(conversation) ?? NONE;

function change(conversation, list) {
  lists.set(conversation, list);
  keepFiles(conversation, list.filter(isDone).map(factsOf));
  version.set(version.get() + 1);
}

const isDone = (file) => file.state === "done";

/** What outlives this page. fresh: it was uploaded for this message, and is in no other. */
const factsOf = ({ id, name, media, size, fresh }) => ({ id, name, media, size, fresh });

const placeOf = (key) => [...lists].find(([, list]) => list.some((one) => one.key === key))?.[0];

function patch(key, news) {
  const place = placeOf(key);
  if (place === undefined) return false; // it was removed
  change(place, lists.get(place).map((one) => (one.key === key ? { ...one, ...news } : one)));
  return true;
}

/** Shows what was kept with the draft; otherwise: what is shown where that is nothing. */
export function openFiles(conversation, otherwise) {
  if (lists.has(conversation)) return;
  const kept = filesOf(conversation);
  const files = kept.length ? kept : otherwise;
  if (files.length) putBack(conversation, files);
}

let count = 0;
const newKey = () => `file-${++count}`;

/** Adds files, and sends those that may be sent. limits: {bytes, tooLarge: the sentence}. */
export function attach(conversation, files, limits) {
  const added = files.map((file) => {
    const key = newKey();
    const { name, size } = file;
    const why = whyNot(file, limits);
    if (!why) bodies.set(key, file);
    return { key, name, size, ...(why ? { state: "failed", why } : { state: "waiting", share: 0 }) };
  });
  change(conversation, [...attachedTo(conversation), ...added]);
  for (const { name, why } of added) if (why) announce(`${name}: ${why}`);
  sendNext();
}

const FOLDER = "This is a folder, and only files are taken. Nothing was kept; choose the files in it.";

const whyNot = ({ size, isFolder }, { bytes, tooLarge }) =>
  (isFolder && FOLDER) || (size > bytes && tooLarge) || "";

async function sendNext() {
  const next = [...lists.values()].flat().find((one) => one.state === "waiting");
  if (sending || !next) return;
  const { key, name } = next;
  const stop = new AbortController();
  sending = { key, stop };
  window.addEventListener("beforeunload", askFirst);
  patch(key, { state: "sending" });
  const onProgress = (share) => patch(key, { share });
  await upload(bodies.get(key), { onProgress, signal: stop.signal }).then(
    ({ id, name, media, size }) => arrived(key, { id, name, media, size, fresh: true }),
    ({ message: why }) =>
      patch(key, { state: "failed", why, again: true }) && announce(`${name} was not uploaded. ${why}`),
  );
  sending = null;
  window.removeEventListener("beforeunload", askFirst);
  sendNext();
}

/** What is still to be sent goes with the page: the browser asks whether it shall. */
const askFirst = (event) => event.preventDefault();

function arrived(key, file) {
  bodies.delete(key);
  if (patch(key, { ...file, state: "done", share: 1 })) announce(`${file.name} uploaded`);
  else forget(file); // it was removed while the answer was on its way
}

export function tryAgain(key) {
  patch(key, { state: "waiting", share: 0, why: "" });
  sendNext();
}

/** Takes one away. What was sent here for this message, and is in no other, is deleted. */
export function remove(key) {
  const place = placeOf(key);
  const file = attachedTo(place).find((one) => one.key === key);
  if (!file) return;
  change(place, lists.get(place).filter((one) => one !== file));
  bodies.delete(key);
  if (sending?.key === key) sending.stop.abort();
  if (file.fresh) forget(file);
  announce(`${file.name} removed`);
}

/** What cannot be deleted now stands in the settings, where it can be. */
const forget = ({ id }) => fetchSigned(`/api/files/${id}`, { method: "DELETE" }).catch(() => {});

/** The files that go with the words, which leave the list: each {id, name, media, size, fresh}. */
export function take(conversation) {
  const files = attachedTo(conversation).filter(isDone);
  change(conversation, attachedTo(conversation).filter((one) => !isDone(one)));
  return files.map(factsOf);
}

/** Files that are there already: those of a draft, or of a send that was refused. */
export function putBack(conversation, files) {
  const known = attachedTo(conversation);
  const back = files.filter(({ id }) => !known.some((one) => one.id === id));
  change(conversation, [...back.map((file) => ({ ...file, key: newKey(), state: "done" })), ...known]);
}

// A send that a reload cut off was taken after all, and these with it.
globalThis.window?.addEventListener("assistant:taken", ({ detail: { conversation, files } }) => {
  const left = attachedTo(conversation).filter(({ id }) => !files.some((sent) => sent.id === id));
  if (left.length < attachedTo(conversation).length) change(conversation, left);
});

/** A new conversation got its id: what is being attached belongs to it now. */
export function moveFiles(from, to) {
  const list = attachedTo(from);
  if (!list.length) return;
  change(to, [...attachedTo(to), ...list]);
  change(from, NONE);
}
