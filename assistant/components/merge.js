// Joining what the server says with what the page already shows.

/** One that waits for the user does not run: nothing more comes until they decide. */
export const isRunning = (message) => message.status === "running";

/** The turns whose answers these messages show to have ended. */
export const endsIn = (messages) =>
  messages.filter((one) => one.role === "assistant" && one.turn && !isRunning(one)).map((one) => one.turn);

/** The conversation after its newest page was read again, which was asked for at that time. */
export function withTail(conversation, page, asked) {
  const old = conversation.messages;
  const from = old.findIndex((message) => message.id === page.messages[0]?.id);
  const before = from > 0 ? old.slice(0, from) : [];
  const ours = old.filter((message) => isMissing(message, page.messages, asked));
  const earlier = before.length ? conversation.earlier : page.earlier;
  const messages = [...before, ...page.messages.map((message) => same(old, message)), ...ours];
  return { messages, earlier, status: "ready", stale: false };
}

/** The conversation with one more page in front. */
export function withEarlier(conversation, page) {
  const known = new Set(conversation.messages.map((message) => message.id));
  const fresh = page.messages.filter((message) => !known.has(message.id));
  return { messages: [...fresh, ...conversation.messages], earlier: page.earlier };
}

/** The conversation after one message was read again; the others keep their place. */
export const withOne = ({ messages }, message) => ({
  messages: messages.map((one) => (one.id === message.id ? same([one], message) : one)),
});

/** Whether a message of ours came too late for a page. taken: when the server was known to have it. */
const isMissing = (ours, messages, asked) =>
  ours.local && !(ours.taken < asked) && !messages.some((message) => twins(ours, message));

/** The old object where nothing changed, so that it is not drawn again; else the new, same key. */
function same(old, message) {
  const before = old.find((one) => one.id === message.id) ?? old.find((one) => twins(one, message));
  if (!before) return message;
  const key = before.key ?? (before.local && before.id);
  const next = key ? { ...message, key } : message;
  return JSON.stringify(before) === JSON.stringify(next) ? before : next;
}

/** One message: by its turn, or before that is known by the key that this page has made for it. */
export const twins = (one, other) =>
  one.role === other.role &&
  ((one.turn && one.turn === other.turn) || (one.sent && one.sent === other.sent));
