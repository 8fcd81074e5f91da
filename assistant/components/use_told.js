// In a new session the page's state is a new one. What was not taken before is sent again when that
// knows whose it is, and where: else the answer would be another's, in another time zone.
import { useEffect, useRef } from "react";

const WAIT_MS = 3_000; // for a state that stayed, or is told nothing

/** told: the state knows its user. Those who send again hear of it. */
export function useToldAnew(told) {
  const waiting = useRef(null);
  const goOn = () => {
    clearTimeout(waiting.current.timer);
    waiting.current = null;
    window.dispatchEvent(new CustomEvent("assistant:told"));
  };
  useEffect(() => {
    const wait = () => {
      waiting.current ??= { isNew: false, timer: setTimeout(goOn, WAIT_MS) };
    };
    window.addEventListener("assistant:signed-in", wait);
    return () => {
      window.removeEventListener("assistant:signed-in", wait);
      clearTimeout(waiting.current?.timer);
    };
  }, []);
  useEffect(() => {
    if (!waiting.current) return;
    waiting.current.isNew ||= !told;
    if (told && waiting.current.isNew) goOn();
  }, [told]);
}
