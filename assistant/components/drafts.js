// What was typed and not yet taken by the server. It survives reloads and lost sessions.

const nameOf = (conversation) => `assistant:draft:${conversation || "new"}`;
const UNSENT = "assistant:unsent";

// Who signs out leaves nothing: the server has the browser forget all, and a page that goes away
// after that must not write its draft anew.
let forgotten = false;
globalThis.window?.addEventListener("submit", ({ target }) => {
  forgotten ||= target.matches('[action="/auth/logout"]');
});

export const draftOf = (conversation) => read(nameOf(conversation));

export const keepDraft = (conversation, text) => write(nameOf(conversation), text);

/** A new conversation got its id: what is being typed belongs to it now. */
export function moveDraft(from, to) {
  const text = draftOf(from);
  if (!text) return;
  keepDraft(to, text);
  keepDraft(from, "");
}

/** The last send that nobody has acknowledged: {key, conversation, text}, or null. */
export const unsent = () => JSON.parse(read(UNSENT) || "null");

export const keepUnsent = (send) => write(UNSENT, send ? JSON.stringify(send) : "");

// A browser that forbids storage, or has none left, still chats: it only forgets drafts.
function read(name) {
  try {
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function write(name, text) {
  if (forgotten) return;
  try {
    if (text) localStorage.setItem(name, text);
    else localStorage.removeItem(name);
  } catch {
    return;
  }
}
