// What was typed and not yet taken by the server. It survives reloads and lost sessions, and each
// user of a browser sees their own. A browser that forbids storage still chats: it only forgets.
import { isStillTheirs, user } from "./user_mark.js";

const OURS = "assistant:";
const DRAFT = `${OURS}draft:`;
const MINE = `${DRAFT}${user}:`;
const UNSENT = `${OURS}unsent:${user}`;
const MOST = 30; // of all users together
const LONGEST = 200_000; // characters: twice what can be sent

const nameOf = (conversation) => MINE + (conversation || "new");
const filesNameOf = (conversation) => `${nameOf(conversation)}:files`;

const STORED = /^\d+ ([^]*)$/; // when it was kept, then the text
const timeOf = (name) => Number.parseInt(localStorage.getItem(name), 10) || 0;
const older = (one, other) => (timeOf(one) <= timeOf(other) ? one : other);
const drafts = () => Object.keys(localStorage).filter((name) => name.startsWith(DRAFT));

// Who signs out leaves nothing, and a page that goes away after that must not write its draft anew.
let forgotten = false;
globalThis.window?.addEventListener("submit", ({ target }) => {
  if (target.matches('[action="/auth/logout"]')) forget();
});

function forget() {
  forgotten = true;
  attempt(() => {
    const seen = Object.keys(sessionStorage).filter((name) => name.startsWith(OURS));
    for (const name of seen) sessionStorage.removeItem(name);
  });
  attempt(() => {
    const mine = drafts().filter((name) => name.startsWith(MINE));
    for (const name of [...mine, UNSENT]) localStorage.removeItem(name);
  });
}

export const draftOf = (conversation) => read(nameOf(conversation))?.match(STORED)?.[1] ?? "";

/** Keeps the beginning of a very long one. "" forgets it. */
export function keepDraft(conversation, text) {
  const name = nameOf(conversation);
  if (!text) return remove(name);
  return write(name, `${Date.now()} ${text.slice(0, LONGEST)}`);
}

/** The files beside it that the server has: each {id, name, media, size}. */
export function filesOf(conversation) {
  const kept = attempt(() => JSON.parse(read(filesNameOf(conversation)).match(STORED)[1]));
  return Array.isArray(kept) ? kept.filter((file) => typeof file?.id === "string") : [];
}

export function keepFiles(conversation, files) {
  const name = filesNameOf(conversation);
  if (!files.length) return remove(name);
  return write(name, `${Date.now()} ${JSON.stringify(files)}`);
}

/** A new conversation got its id: what is being typed belongs to it now. */
export function moveDraft(from, to) {
  const text = draftOf(from);
  if (!text) return;
  keepDraft(to, text);
  keepDraft(from, "");
}

/** The last send that nobody has acknowledged: {key, conversation, text, files}, or null. */
export function unsent() {
  const sent = attempt(() => JSON.parse(read(UNSENT)));
  return typeof sent?.text === "string" ? sent : null;
}

export const keepUnsent = (send) => write(UNSENT, JSON.stringify(send));

/** The server has answered the send of this key; that of another tab stays. */
export function forgetUnsent(key) {
  if (unsent()?.key === key) remove(UNSENT);
}

/** Among what the server has is, perhaps, a send of which a reload has missed that it was taken. */
export function noteTaken(messages) {
  const sent = unsent();
  if (!sent?.key || !messages.some((one) => one.sent === sent.key)) return;
  remove(UNSENT);
  if (draftOf(sent.conversation) === sent.text) keepDraft(sent.conversation, "");
  window.dispatchEvent(new CustomEvent("assistant:taken", { detail: { files: [], ...sent } }));
}

/** A reload was quicker than the refusal of this key: sent again, it is another send. */
export function forgetKey(key) {
  const sent = unsent();
  if (sent?.key === key) keepUnsent({ ...sent, key: "" });
  return null;
}

function attempt(access) {
  try {
    return access();
  } catch {
    return null;
  }
}

const read = (name) => attempt(() => localStorage.getItem(name));
const remove = (name) => attempt(() => localStorage.removeItem(name));

function write(name, text) {
  if (forgotten || !user || !isStillTheirs()) return;
  while (!fits(name, text)) if (!makeRoom(name)) return;
}

const others = (name) => drafts().filter((other) => other !== name);

const fits = (name, text) =>
  attempt(() => {
    localStorage.setItem(name, text);
    return others(name).length < MOST;
  });

/** Removes the oldest draft beside this one. Falsy when there is none. */
const makeRoom = (name) =>
  attempt(() => {
    const oldest = others(name).reduce(older);
    localStorage.removeItem(oldest);
    return oldest;
  });
