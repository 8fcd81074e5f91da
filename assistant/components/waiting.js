// The calls that wait for the user, in all conversations.
import { getJson } from "./api.js";
import { signal } from "./signal.js";

const CALM_MS = 200;
const NONE = [];

/** The cards as /api/approvals gives them, the oldest first. */
export const waiting = signal(NONE);

let timer = 0;
let reading = null;

/** Reads them again; a burst of news makes one reading. */
export function readWaiting() {
  clearTimeout(timer);
  timer = setTimeout(read, CALM_MS);
}

async function read() {
  const mine = (reading = Symbol("reading"));
  // What did not come is asked for with the next news; until then the old list stands.
  const answer = await getJson("/api/approvals").catch(() => null);
  if (answer && reading === mine) waiting.set(answer.waiting.length ? answer.waiting : NONE);
}

const TOUCHES = {
  message: () => true,
  gap: () => true,
  turn: ({ status }) => status === "waiting",
  conversation: () => waiting.get().length > 0, // it may have another title, or be deleted
};

/** One word of the feed. */
export function hearNews(news) {
  if (TOUCHES[news.kind]?.(news)) readWaiting();
}
