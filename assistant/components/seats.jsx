// The seats that somebody pays for: who sits there, a link for one more, and the way to take one
// back. A link is in one answer of the server alone; no state keeps it, and it is shown once.
import { useEffect, useRef, useState } from "react";
import { ask } from "./account.js";
import { dayOf } from "./dates.js";
import { postForm } from "./api.js";
import { Link, SeatLink } from "./seat_link.jsx";
import { SureButton } from "./sure_button.jsx";

const API = "/api/seats";
const GIVEN =
  "The first one is yours. Each other one is for a person with an account of their own: with its " +
  "own limits, and nobody sees what another one writes.";
const STATES = {
  taken: ({ since }) => `Has sat here since ${dayOf(since)}.`,
  without: () =>
    "Sits here, but it gives nothing now: the plan has ended, or fewer seats are paid for.",
  offered: ({ until }) => `Invited. The link can be used until ${dayOf(until)}.`,
  left: ({ until }) => `Left, or taken back. It can be given to somebody else from ${dayOf(until)}.`,
  expired: () => "The link has run out, and was not used.",
};
const TAKE_BACK =
  "Take this seat back? Its plan ends at once; what was written there stays theirs. You can give " +
  "the seat to somebody else when its month is over.";
const LEAVE =
  "Leave your seat? From then on you have your own plan. All that you wrote and connected stays.";
const ONLY_YOURS =
  "Your plan has one seat, which is yours. With “Change seats” above you pay for more, and give " +
  "them to others here.";
const NONE_NOW =
  "Your plan gives no seats to others now. Whoever is listed here has theirs again as soon as it " +
  "does; take back those that you do not want to give.";
const NONE_FREE =
  "All seats are given away, offered, or wait for their month to end. Take an offer back, or pay " +
  "for more with “Change seats” above.";

/** onChange(): what the plan says may be another now. seats: as many as are paid for, as last read. */
export function Seats({ seats, onChange }) {
  const { known, busy, problem, said, send } = useSeats(seats, onChange);
  if (!known) return <p className={problem ? "error" : "unseen"} role="alert">{problem}</p>;
  return (
    <div data-testid="seats" aria-busy={!!busy}>
      {known.mine && <Mine {...known.mine} onLeave={() => send("/leave", {}, "You have left it.")} />}
      {(known.paid > 1 || known.seats.length > 0 || !known.mine) && (
        <Given {...known} busy={busy} send={send} />
      )}
      <p className="report" role="status">{said}</p>
      <p className={problem ? "error" : "unseen"} role="alert">{problem}</p>
    </div>
  );
}

/** What is known of the seats, and the way to change it. It is read anew when the plan changes. */
function useSeats(seats, onChange) {
  const [known, setKnown] = useState(null);
  const [state, setState] = useState({});
  const changed = useRef(onChange);
  changed.current = onChange;
  const failed = (error) => setState({ problem: error.message });
  const read = () =>
    ask(API).then((told) => setKnown((now) => ({ ...told, link: now?.link ?? "" })), failed);
  useEffect(() => void read(), [seats]);
  useEffect(() => {
    const heard = ["assistant:plan", "assistant:seats"];
    for (const each of heard) window.addEventListener(each, read);
    return () => heard.forEach((each) => window.removeEventListener(each, read));
  }, []);
  const send = (path, form, said) => {
    setState({ busy: path });
    return postForm(API + path, form).then((told) => {
      setKnown(told);
      setState({ said });
      const none = told.paid < 2 && !told.seats.length; // of a plan that is over, nothing is left
      if (path === "/leave" || none) changed.current?.();
      return true;
    }, failed);
  };
  return { known, send, ...state };
}

function Mine({ plan, since, counts, onLeave }) {
  return (
    <div className="setting" data-testid="my-seat">
      <div className="about">
        <span>You have a seat in somebody’s {plan} plan</span>
        <small>
          Since {dayOf(since)}.{" "}
          {counts
            ? "Somebody else pays for it. Its limits are for you alone, and nobody sees what you write."
            : "It gives you nothing at the moment: the plan has ended, or fewer seats are paid for."}
        </small>
      </div>
      <div className="acts">
        <SureButton label="Leave" name="Leave this seat" question={LEAVE} yes="Leave" onYes={onLeave} />
      </div>
    </div>
  );
}

function Given({ seats, free, paid, link, busy, send }) {
  const back = ({ id, label, state }) =>
    send(`/${id}/take-back`, {}, state === "taken" ? `The seat for ${label} is taken back.` : "Removed.");
  return (
    <>
      <p className="sentence">{GIVEN}</p>
      {seats.map((seat) => (
        <Place key={seat.id} {...seat} onBack={() => busy || back(seat)} />
      ))}
      {free > 0 && (
        <SeatLink free={free} busy={busy === "/new"} onGive={(label) => send("/new", { label }, "")} />
      )}
      {link && <Link key={link} link={link} />}
      {free === 0 && !link && <p className="empty">{noneWords(paid, seats)}</p>}
    </>
  );
}

function noneWords(paid, seats) {
  if (paid > 1) return NONE_FREE;
  return seats.length ? NONE_NOW : ONLY_YOURS;
}

function Place({ label, state, onBack, ...moments }) {
  const ended = state === "expired";
  return (
    <div className="setting" data-testid="seat" data-state={state}>
      <div className="about">
        <span dir="auto">{label}</span>
        <small>{STATES[state](moments)}</small>
      </div>
      <div className="acts">
        {state === "left" ? null : ended ? (
          <button type="button" className="button" aria-label={`Remove ${label}`} onClick={onBack}>
            Remove
          </button>
        ) : (
          <SureButton
            label="Take back"
            name={`Take back the seat for ${label}`}
            question={state === "offered" ? "Take this invitation back? Its link is good no more." : TAKE_BACK}
            yes="Take back"
            onYes={onBack}
          />
        )}
      </div>
    </div>
  );
}
