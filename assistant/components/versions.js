// Which branch of a conversation is shown: the server keeps it, for all pages.
import { postValue } from "./api.js";
import * as store from "./chat_store.js";

const AWAY = "The other version could not be loaded. Check your connection, and try again.";

let turning = null;

/**
 * Shows the branch on which a message stands. from: {side, top}, the arrow that was pressed and
 * where it stood, which stays there; away: what is said where the server cannot be reached.
 * Resolves to "" or to why it is not shown.
 */
export async function showVersion(id, message, { away = AWAY, ...from } = {}) {
  if (turning) return "";
  turning = { id, message, ...from };
  try {
    const url = `/api/conversations/${encodeURIComponent(id)}/shown`;
    await store.refresh(id, Promise.resolve(await postValue(url, { message }, away)));
    return "";
  } catch (error) {
    return error.message;
  } finally {
    turning = null;
  }
}

/** The change that goes on in a conversation: {message, side, top}; null for none. */
export const turningIn = (id) => (turning?.id === id ? turning : null);

/** The server's id of a message; one that was said here just now is read for it. */
export async function idOf(id, message) {
  if (!message.local) return message.id;
  await store.refresh(id);
  const known = (one) => !one.local && one.role === message.role && one.sent === message.sent;
  return store.conversation(id).messages.find(known)?.id ?? "";
}
