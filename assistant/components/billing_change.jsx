// What a change of the plan will bring about, spelled out before it happens.
import { useEffect, useId, useRef, useState } from "react";
import { WaitingButton } from "./waiting_button.jsx";

const PAUSE_MS = 500; // after the last key, before the price of so many seats is asked for

/**
 * offer: {tier_id, title, due_now, then, lines, yes, waiting, danger, takes_seats, seats}; without
 * tier_id there is none. answer: grows whenever the server has answered. failure: a sentence.
 */
export function BillingChange({ offer, answer, failure, mostSeats, onSeats, onAgree, onClose }) {
  const dialog = useRef(null);
  const title = useId();
  const open = Boolean(offer.tier_id);
  useEffect(() => {
    if (open) dialog.current.showModal();
    else dialog.current.close();
  }, [open]);
  const closed = () => open && onClose?.(); // by Escape or a button: else the state has closed it
  return (
    <dialog
      className="dialog change"
      data-testid="change"
      aria-labelledby={title}
      ref={dialog}
      onClose={closed}
    >
      {open && (
        <Change
          {...{ offer, answer, failure, mostSeats, onSeats, onAgree, title }}
          onClose={() => dialog.current.close()}
        />
      )}
    </dialog>
  );
}

function Change({ offer, answer, failure, mostSeats, onSeats, onAgree, onClose, title }) {
  const [typed, setTyped] = useState(String(offer.seats));
  const asking = Number(typed) !== offer.seats; // what stands below is for other seats
  return (
    <>
      <h2 id={title}>{offer.title}</h2>
      {offer.takes_seats && (
        <Seats {...{ typed, setTyped, seats: offer.seats, most: mostSeats, onSeats }} />
      )}
      <div className={asking ? "terms asking" : "terms"} aria-busy={asking} aria-live="polite">
        <dl>
          <dt>Due now</dt>
          <dd data-testid="due-now">{offer.due_now}</dd>
          <dt>Then</dt>
          <dd data-testid="due-then">{offer.then}</dd>
        </dl>
        <ul>
          {offer.lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
      {failure && <p className="error" role="alert">{failure}</p>}
      <div className="buttons">
        <WaitingButton
          label={offer.yes}
          waitingLabel={offer.waiting}
          look={offer.danger ? "button danger" : "button primary"}
          testId="agree"
          {...{ answer, disabled: asking, onPress: onAgree }}
        />
        <button
          type="button"
          className="button"
          ref={(button) => button?.toggleAttribute("autofocus", offer.danger)}
          onClick={onClose}
        >
          {offer.danger ? "Keep it" : "Not now"}
        </button>
      </div>
    </>
  );
}

function Seats({ typed, setTyped, seats, most, onSeats }) {
  const field = useId();
  const wanted = Number(typed);
  const fits = Number.isInteger(wanted) && wanted >= 1 && wanted <= most;
  const ask = useRef(onSeats);
  ask.current = onSeats;
  useEffect(() => {
    if (wanted === seats || !fits) return undefined;
    const timer = setTimeout(() => ask.current?.(wanted), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [wanted, seats]);
  return (
    <div className="seats">
      <label htmlFor={field}>Seats</label>
      <input
        id={field}
        className="field"
        type="number"
        inputMode="numeric"
        min={1}
        max={most}
        value={typed}
        aria-invalid={!fits}
        aria-describedby={fits ? undefined : `${field}-bounds`}
        onChange={(event) => setTyped(event.target.value)}
      />
      {!fits && <small id={`${field}-bounds`} role="alert">From 1 to {most}.</small>}
    </div>
  );
}
