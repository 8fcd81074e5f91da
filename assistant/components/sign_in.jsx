// The card of the sign-in page.
import { useEffect, useState } from "react";
import { invitation } from "./invitation.js";
import { user } from "./user_mark.js";
import { AWAY, errorIn, useWaysIn, WaysIn } from "./ways_in.jsx";

const AGAIN = "Please sign in once more, to show that it is you.";

export function SignIn() {
  const [asked, setAsked] = useState(null);
  const ways = useWaysIn();
  useEffect(() => {
    setAsked(new URLSearchParams(location.search));
    invitation(); // kept by this tab until it comes back to it
  }, []);
  return (
    <div className="card">
      <span className="mark" aria-hidden="true" />
      <h1>Sign in</h1>
      {asked && <Said asked={asked} away={ways?.away} />}
      {asked && (
        <WaysIn ways={ways} next={asked.get("next") ?? ""} again={asked.get("again") ?? ""} />
      )}
      {user && asked?.has("error") && (
        <a className="quiet-button" href="/">To your conversations</a>
      )}
    </div>
  );
}

function Said({ asked, away }) {
  const error = away ? AWAY : errorIn(asked);
  if (error) return <p className="error" role="alert">{error}</p>;
  return asked.has("again") ? <p>{AGAIN}</p> : null;
}
