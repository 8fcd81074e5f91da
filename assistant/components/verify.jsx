// The card of the page that asks for a code of the second factor.
import { useEffect, useState } from "react";
import { CodeForm, OFF } from "./code_form.jsx";
import "./drafts.js"; // who signs out here leaves no draft either

export function Verify() {
  const [asked, setAsked] = useState(null);
  const [on, setOn] = useState(true);
  useEffect(() => {
    setAsked(new URLSearchParams(location.search));
    fetch("/auth/verify", { cache: "no-store" })
      .then((response) => response.json())
      .then((factor) => setOn(factor.on !== false), () => {});
  }, []);
  return (
    <div className="card">
      <span className="mark" aria-hidden="true" />
      <h1>{on ? "Enter your code" : "No code is needed"}</h1>
      {on ? <CodeForm asked={asked} /> : <Off />}
      <form className="leave" action="/auth/logout" method="post">
        <button type="submit" className="quiet-button">Sign out</button>
      </form>
    </div>
  );
}

function Off() {
  return (
    <>
      <p>{OFF}</p>
      <a className="button primary" href="/">To your conversations</a>
    </>
  );
}
