// Whether the page's state knows its user. A message that comes before that would be answered by
// another model, in another time zone; in a new session the state is a new one.
import { useEffect } from "react";

const WAIT_MS = 3_000; // for a state that stayed, or is told nothing

let known = false;
let stale = false; // what is told is of the session before
let timer = 0;

/** Whether it knows by now. If not, "assistant:told" is heard soon. */
export function isTold() {
  if (!known) timer ||= setTimeout(tell, WAIT_MS);
  return known;
}

function tell() {
  clearTimeout(timer);
  timer = 0;
  stale = false;
  if (known) return;
  known = true;
  window.dispatchEvent(new CustomEvent("assistant:told"));
}

/** told: what the state says of that, also when it is one of the session before. */
export function useTold(told) {
  useEffect(() => {
    const doubt = () => {
      known = false;
      stale = told;
      isTold();
    };
    window.addEventListener("assistant:signed-in", doubt);
    return () => window.removeEventListener("assistant:signed-in", doubt);
  }, [told]);
  useEffect(() => {
    if (!told) stale = false;
    else if (!stale) tell();
  }, [told]);
}
