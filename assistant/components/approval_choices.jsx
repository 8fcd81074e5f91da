// What can be done about a call that waits: allow it, change it, refuse it, or take it back.
import { useEffect, useId, useState } from "react";
import { thisOne } from "./targets.js";

const LOOK_MS = 250;

/** How far a Yes reaches: the button's words, and how the list of choices calls it. */
const SCOPES = {
  once: () => ["Allow once", "Only this once"],
  conversation: () => ["Allow in this conversation", "From now on in this conversation"],
  target: ([target]) => [`Allow for ${thisOne(target)}`, `For ${thisOne(target)}, for 90 days`],
  always: () => ["Allow always", "Always, for 90 days"],
};

const OFTEN = "It will run without asking again, unless only others have named whom it reaches.";
const PROOF = "For this you may have to prove again who you are. What you wrote here is kept.";
const HINTS = { conversation: OFTEN, target: OFTEN, always: `${OFTEN} ${PROOF}` };

export function ApprovalChoices({ card, decision }) {
  const { wish, change, sending, allow, deny } = decision;
  const targets = new Map(card.targets.map((target) => [target.value, target]));
  const offered = Object.keys(SCOPES).filter((scope) => scope !== "target" || targets.size === 1);
  const wordsOf = (scope) => SCOPES[scope]([...targets.values()]);
  return (
    <>
      <div className="choices-row">
        <button
          type="button"
          className="button primary"
          data-testid="approve"
          aria-disabled={sending !== ""}
          onClick={allow}
        >
          {sending === "allow" ? "Allowing…" : wordsOf(wish.scope)[0]}
        </button>
        <EditButton wish={wish} change={change} />
        <select
          className="field scope"
          aria-label="How far your Yes reaches"
          data-testid="scope"
          value={wish.scope}
          onChange={(event) => change({ scope: event.target.value })}
        >
          {offered.map((scope) => (
            <option key={scope} value={scope}>{wordsOf(scope)[1]}</option>
          ))}
        </select>
      </div>
      {HINTS[wish.scope] && <p className="approval-state">{HINTS[wish.scope]}</p>}
      <Refusal wish={wish} change={change} sending={sending} deny={deny} />
    </>
  );
}

function EditButton({ wish, change }) {
  const turn = () => change({ editing: !wish.editing });
  return (
    <button type="button" className="button" data-testid="edit" onClick={turn}>
      {wish.editing ? "Leave as it was" : "Edit"}
    </button>
  );
}

const LONGEST = 1_000; // characters, as the server takes them

function Refusal({ wish, change, sending, deny }) {
  const id = useId();
  return (
    <div className="refusal-row">
      <label className="unseen" htmlFor={id}>Reason, if you do not allow it; the assistant reads it</label>
      <input
        id={id}
        className="field"
        data-testid="reason"
        dir="auto"
        maxLength={LONGEST}
        placeholder="Why not? The assistant reads it."
        autoComplete="off"
        value={wish.reason}
        onChange={(event) => change({ reason: event.target.value })}
      />
      <button
        type="button"
        className="button danger"
        data-testid="deny"
        aria-disabled={sending !== ""}
        onClick={deny}
      >
        {sending === "deny" ? "Refusing…" : "Don't allow"}
      </button>
    </div>
  );
}

/** The seconds in which an allowed call can be taken back. */
export function Undo({ card, decision: { sending, undo } }) {
  const left = useSecondsLeft(card);
  return (
    <div className="choices-row">
      <button
        type="button"
        className="button undo"
        data-testid="undo"
        aria-disabled={sending !== ""}
        onClick={undo}
      >
        {sending ? "Taking it back…" : "Undo"}
      </button>
      <span className="countdown" role="timer">
        {left > 0 ? `It is done in ${left} s` : "It is about to be done"}
      </span>
    </div>
  );
}

/** A browser whose clock is wrong counts from the whole delay, or from nothing. */
function useSecondsLeft({ run_at, delay }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  const left = Math.ceil((Date.parse(run_at) - now) / 1000);
  return Math.max(0, Math.min(left, Math.ceil(delay)));
}
