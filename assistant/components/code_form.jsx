// Asks for a code of the second factor. One field takes both kinds; the keyboard of a phone differs.
import { useId, useState } from "react";

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
export const OFF = "Your account has no second factor, so there is no code to give.";
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

/** asked: the query of the page that the last try led to. onSubmit: hears of the form's event. */
export function CodeForm({ asked, onSubmit }) {
  const id = useId();
  const [kind, setKind] = useState("app");
  const { label, other, field } = KINDS[kind];
  const error = errorOf(asked);
  const next = asked?.get("next");
  return (
    <form
      className="ways"
      action="/auth/verify"
      method="post"
      data-testid="verify"
      onSubmit={onSubmit}
    >
      {error ? (
        <p className="error" role="alert" id={`${id}-why`}>{error}</p>
      ) : (
        <p>{asked?.has("again") ? AGAIN : FIRST}</p>
      )}
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        key={kind}
        name="code"
        className="field code"
        aria-invalid={Boolean(error)}
        aria-describedby={error ? `${id}-why` : undefined}
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
