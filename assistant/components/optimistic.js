// A message of this page's own, until the server tells of it.

/** What a send shows before the server has taken it: the words, and where the answer will stand. */
export const optimistic = (key, text, files) => [
  { id: key, role: "user", status: "done", parts: said(text, files), ...mark(key) },
  { id: `${key}:answer`, role: "assistant", status: "running", parts: [], ...mark(key) },
];

/** The parts of a message, as the server will tell them. */
const said = (text, files) => [
  ...files.map(({ id, name, media, size }) => ({ type: "file", id, name, media, size })),
  ...(text.trim() ? [{ type: "text", text }] : []),
];

const mark = (key) => ({ sent: key, local: true });

/** Which messages show this send. */
export const ours = (key) => (message) => message.local && message.sent === key;
