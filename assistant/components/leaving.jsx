// What somebody sees whose account will be erased: when, and how to keep it.
import { useEffect, useState } from "react";
import { ask } from "./account.js";
import { dayOf } from "./dates.js";
import "./drafts.js"; // who signs out here leaves no draft
import { ExportButton } from "./export_button.jsx";

export function Leaving() {
  const [day, setDay] = useState("");
  const [error, setError] = useState("");
  const fail = ({ message }) => setError(message);
  useEffect(() => {
    const show = ({ erase_at: at }) => (at ? setDay(dayOf(at)) : location.replace("/"));
    ask("/api/account").then(show, fail); // it may have been kept in another tab
  }, []);
  const keep = () => {
    ask("/api/account/keep", { method: "POST" }).then(() => location.assign("/"), fail);
  };
  return (
    <div className="card leaving">
      <span className="mark" aria-hidden="true" />
      <h1>Your account will be erased</h1>
      <p>
        On <b>{day || "…"}</b> everything in it is erased, with the keys to it. Until then nothing
        is lost.
      </p>
      {error && <p className="error" role="alert">{error}</p>}
      <button type="button" className="button primary" data-testid="keep" onClick={keep}>
        Keep my account
      </button>
      <ExportButton label="Export everything" />
      <form className="leave" action="/auth/logout" method="post">
        <button type="submit" className="quiet-button">Sign out</button>
      </form>
    </div>
  );
}
