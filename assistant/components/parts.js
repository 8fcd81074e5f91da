// The parts of an answer, and the changes that a stream makes to them.

const CHANGES = {
  t: (parts, text) => append(parts, "text", text),
  k: (parts, text) => append(parts, "thinking", text),
  c: (parts, call) => put(parts, { type: "tool", ...call }),
  by: (parts, by) => parts.push({ type: "continued", ...by }),
};

/** Applies one event's data. Changed parts become new objects, so that the others stay equal. */
export function applyTo(parts, data) {
  const changes = typeof data === "string" ? [["t", data]] : data;
  // A word that we do not know comes from a newer server; what we know is still shown.
  for (const [kind, value] of changes) CHANGES[kind]?.(parts, value);
}

function append(parts, type, text) {
  const last = parts.at(-1);
  if (last?.type === type) parts[parts.length - 1] = { type, text: last.text + text };
  else parts.push({ type, text });
}

const OPEN = new Set(["writing", "running"]);

/** The last call of this id is changed; one that is over stays, and another begins. */
function put(parts, call) {
  const at = parts.findLastIndex((part) => part.type === "tool" && part.id === call.id);
  if (at < 0 || (OPEN.has(call.state) && !OPEN.has(parts[at].state))) parts.push(call);
  else parts[at] = call;
}

const CUT_OFF = "The answer was cut off before this was known.";

/** A call as it stands in an answer that is over: nothing of it goes on. waits: but for the user. */
export const ended = (call, waits = false) =>
  OPEN.has(call.state) || (call.state === "waiting" && !waits)
    ? { ...call, state: "failed", result: call.result || CUT_OFF }
    : call;

/** How much there is to see, in characters: tells a fuller view from one that is catching up. */
export const weightOf = (parts) =>
  parts.reduce((sum, part) => sum + (part.text?.length ?? 1), 0);

/** The files beside the words: each {id, name, media, size}. */
export const filesIn = (parts) => parts.filter((part) => part.type === "file");

/** The words of a message as they were written, which is what Copy gives. */
export function wordsOf(parts) {
  let words = "";
  parts.forEach((part, at) => {
    if (part.type !== "text") return;
    // After "continued by" the next model goes on in mid-sentence; after a tool it starts anew.
    words += (words && parts[at - 1].type !== "continued" ? "\n\n" : "") + part.text;
  });
  return words;
}
