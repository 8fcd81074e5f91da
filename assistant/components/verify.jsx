// Asks for a code of the second factor. One field takes both kinds; the keyboard of a phone differs.
import { useEffect, useState } from "react";
import "./drafts.js"; // who signs out here leaves no draft either

const KINDS = {
  app: {
    label: "Code from your authenticator",
    other: "Use a recovery code",
    field: { inputMode: "numeric", autoComplete: "one-time-code" },
  },
  recovery: {
    label: "Recovery code",
    other: "Use a code from your authenticator",
    field: { inputMode: "text", autoComplete: "off", autoCapitalize: "none", spellCheck: false },
  },
};
const OFF = "Your account has no second factor, so there is no code to give.";
const ERRORS = {
  __proto__: null, // the word comes from the address
  code: "A code has six digits, a recovery code twelve letters and digits.",
  lost: "Your second factor cannot be opened, so no code of it counts. Give a recovery code instead.",
  off: OFF,
  wrong: "This code is not right, or it was used already. Wait for the next one and try that.",
};
const REFUSED = "This code was not taken. Nothing was changed; please try again.";
const AGAIN = "First show that it is you. You come back to where you were; nothing was changed.";
const FIRST = "Your account has a second factor. Give its code, and you are in.";

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
      {on ? <Form asked={asked} /> : <Off />}
      <form className="leave" action="/auth/logout" method="post">
        <button type="submit" className="quiet-button">Sign out</button>
      </form>
    </div>
  );
}

function Form({ asked }) {
  const [kind, setKind] = useState("app");
  const { label, other, field } = KINDS[kind];
  const error = errorOf(asked);
  const next = asked?.get("next");
  return (
    <form className="ways" action="/auth/verify" method="post" data-testid="verify">
      {error ? (
        <p className="error" role="alert" id="why">{error}</p>
      ) : (
        <p>{asked?.has("again") ? AGAIN : FIRST}</p>
      )}
      <label htmlFor="code">{label}</label>
      <input
        id="code"
        key={kind}
        name="code"
        className="field code"
        aria-invalid={Boolean(error)}
        aria-describedby={error ? "why" : undefined}
        autoFocus
        required
        maxLength={40}
        {...field}
      />
      {next && <input type="hidden" name="next" value={next} />}
      <button type="submit" className="button primary">Continue</button>
      <button
        type="button"
        className="quiet-button"
        onClick={() => setKind(kind === "app" ? "recovery" : "app")}
      >
        {other}
      </button>
    </form>
  );
}

function errorOf(asked) {
  if (asked?.get("error") === "many") return tooMany(Number(asked.get("minutes")) || 15);
  return asked?.has("error") ? (ERRORS[asked.get("error")] ?? REFUSED) : undefined;
}

const tooMany = (minutes) =>
  `Too many wrong codes. Nothing was changed; try again in ${minutes} ` +
  `minute${minutes === 1 ? "" : "s"}.`;

function Off() {
  return (
    <>
      <p>{OFF}</p>
      <a className="button primary" href="/">To your conversations</a>
    </>
  );
}
