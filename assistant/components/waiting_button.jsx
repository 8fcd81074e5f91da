// A button that asks the server for something. Until that has answered it says what goes on, and
// pressing it again does nothing; its width stays.
import { useEffect, useState } from "react";

const FORGOTTEN_MS = 60_000; // an answer that a lost connection has swallowed comes no more

/**
 * waitingLabel: its words meanwhile. answer: grows whenever the server has answered. name: for who
 * does not see what stands around it. disabled: it waits for another reason.
 */
export function WaitingButton({ label, waitingLabel, answer, look, name, testId, disabled, onPress }) {
  const [waiting, setWaiting] = useState(false);
  useEffect(() => setWaiting(false), [answer]);
  useEffect(() => {
    if (!waiting) return undefined;
    const stop = () => setWaiting(false);
    const timer = setTimeout(stop, FORGOTTEN_MS);
    window.addEventListener("pageshow", stop); // back from the page to which this one led
    return () => {
      clearTimeout(timer);
      window.removeEventListener("pageshow", stop);
    };
  }, [waiting]);
  const off = Boolean(waiting || disabled);
  const press = () => {
    if (off) return;
    setWaiting(true);
    onPress?.();
  };
  return (
    <>
      <button
        type="button"
        className={`${look || "button"} waiting-button`}
        aria-label={waiting ? waitingLabel : name}
        aria-disabled={off}
        data-testid={testId}
        onClick={press}
      >
        <span className={waiting ? "away" : ""}>{label}</span>
        <span className={waiting ? "" : "away"} aria-hidden={!waiting}>{waitingLabel}</span>
      </button>
      <span className="unseen" role="status">{waiting ? waitingLabel : ""}</span>
    </>
  );
}
