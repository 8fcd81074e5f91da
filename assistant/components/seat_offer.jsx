// What somebody sees who follows an invitation: which plan it gives, and the button that takes it.
// To open the link changes nothing.
import { useEffect, useState } from "react";
import { postForm } from "./api.js";
import "./drafts.js"; // who signs out here leaves no draft
import { forgetInvitation, forgetRefused, invitation } from "./invitation.js";

const NONE =
  "There is no invitation here, or its link is not complete. Open the whole of it, or ask for a new " +
  "one.";

export function SeatOffer() {
  const [state, setState] = useState({});
  const [busy, setBusy] = useState(false);
  const fail = (error) => {
    forgetRefused(error);
    setBusy(false);
    setState((now) => ({ ...now, problem: error.message }));
  };
  useEffect(() => {
    const token = invitation();
    if (!token) return setState({ problem: NONE });
    postForm("/api/seats/offered", { token }).then((offer) => setState({ token, offer }), fail);
    return undefined;
  }, []);
  const take = () => {
    if (busy) return;
    setBusy(true);
    postForm("/api/seats/take", { token: state.token }).then((offer) => {
      forgetInvitation();
      setState({ offer, taken: true });
    }, fail);
  };
  return (
    <div className="card offer" data-testid="seat-offer">
      <span className="mark" aria-hidden="true" />
      <Told {...state} />
      {state.problem && <p className="error" role="alert">{state.problem}</p>}
      {state.offer && !state.taken && (
        <button
          type="button"
          className="button primary"
          aria-disabled={busy}
          data-testid="take-seat"
          onClick={take}
        >
          {busy ? "Taking it …" : "Take the seat"}
        </button>
      )}
      <a
        className={state.taken ? "button primary" : "quiet-button"}
        href="/"
        onClick={forgetInvitation}
      >
        {state.taken || state.problem ? "To your conversations" : "Not now"}
      </a>
    </div>
  );
}

function Told({ offer, taken, problem }) {
  if (!offer) return <h1>{problem ? "This seat cannot be taken" : "A seat for you"}</h1>;
  if (taken) {
    return (
      <div role="status">
        <h1>You have the seat</h1>
        <p>The {offer.plan} plan is yours from now on. Under Billing you can leave it again.</p>
      </div>
    );
  }
  return (
    <>
      <h1>A seat in a {offer.plan} plan</h1>
      <p>Somebody who pays for several people invites you. It costs you nothing, and you have:</p>
      <ul>
        {offer.holds.map((line) => <li key={line}>{line}</li>)}
      </ul>
      <p>
        All of that is for you alone. What you write and connect stays yours: who pays sees that the
        seat is taken, and nothing else.
      </p>
    </>
  );
}
