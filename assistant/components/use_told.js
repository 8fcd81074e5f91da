// Whether the page's state knows its user. A message that comes before that would be answered by
// another model, in another time zone; in a new session the state is a new one.
import { useEffect } from "react";

const WAIT_MS = 3_000; // for a state that stayed, or is told nothing

const waiting = new Map();
let said = false; // what the state says of that, also when it is the one of the session before
let known = false;
let stale = false;
let timer = 0;

/** Calls act() when it knows: now, or soon, whatever page is shown then. key: names what is done. */
export function whenTold(key, act) {
  if (known) return act();
  waiting.set(key, act);
  timer ||= setTimeout(goOn, WAIT_MS);
}

function goOn() {
  clearTimeout(timer);
  timer = 0;
  known = true;
  stale = false;
  const acts = [...waiting.values()];
  waiting.clear();
  for (const act of acts) act();
}

/** told: the state knows its user. */
export function useTold(told) {
  useEffect(() => {
    said = told;
    if (!told) stale = false;
    else if (!stale) goOn();
  }, [told]);
}

// Before all others that hear of it.
globalThis.window?.addEventListener("assistant:signed-in", () => {
  known = false;
  stale = said;
});
