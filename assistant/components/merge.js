// Joining what the server says with what the page already shows.

const RUNNING = new Set(["running", "waiting"]);

export const isRunning = (message) => RUNNING.has(message.status);

/** The turns whose answers these messages show to have ended. */
export const endsIn = (messages) =>
  messages.filter((one) => one.role === "assistant" && one.turn && !isRunning(one)).map((one) => one.turn);

/** The conversation after its newest page was read again. */
export function withTail(conversation, page) {
  const old = conversation.messages;
  const from = old.findIndex((message) => message.id === page.messages[0]?.id);
  const before = from > 0 ? old.slice(0, from) : [];
  const ours = old.filter((message) => message.local && !answered(message, page.messages));
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

/** Whether the server's page has the turn that a message of ours stands for. */
const answered = (ours, messages) =>
  Boolean(ours.turn) && messages.some((message) => message.turn === ours.turn);

/** The old object where nothing changed, so that it is not drawn again; else the new, same key. */
function same(old, message) {
  const before = old.find((one) => one.id === message.id) ?? old.find((one) => twins(one, message));
  if (!before) return message;
  const next = before.key ? { ...message, key: before.key } : message;
  return JSON.stringify(before) === JSON.stringify(next) ? before : next;
}

const twins = (one, other) => one.turn && one.turn === other.turn && one.role === other.role;
