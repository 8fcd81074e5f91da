// Deletes the account: says what that means, and asks for a word that nobody types by mistake.
import { useEffect, useRef, useState } from "react";
import { ask, mayGoOn } from "./account.js";
import { Outcome } from "./export_button.jsx";

export function DeleteAccount() {
  const [open, setOpen] = useState(false);
  const [error, setError] = useState("");
  const button = useRef(null);
  const begin = () =>
    ask("/api/account").then(mayGoOn).then(setOpen, ({ message }) => setError(message));
  const close = () => {
    setOpen(false);
    setError("");
    button.current?.focus();
  };
  return (
    <>
      <button
        type="button"
        ref={button}
        className="button danger"
        aria-expanded={open}
        data-testid="delete-account"
        onClick={open ? close : begin}
      >
        Delete account…
      </button>
      {open ? <Sure error={error} onError={setError} onCancel={close} /> : <Outcome error={error} />}
    </>
  );
}

function Sure({ error, onError, onCancel }) {
  const [busy, setBusy] = useState(false);
  const field = useRef(null);
  useEffect(() => field.current?.focus(), []);
  const send = async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    onError("");
    try {
      const body = new URLSearchParams(new FormData(event.currentTarget));
      await ask("/api/account/delete", { method: "POST", body });
      location.assign("/leaving");
    } catch ({ message }) {
      onError(message);
      setBusy(false);
      field.current?.focus();
    }
  };
  return (
    <form className="report sure" onSubmit={send} data-testid="sure">
      <ul>
        <li>Your other devices are signed out now.</li>
        <li>For 14 days you can sign in to keep your account, or to export it. Nothing is lost.</li>
        <li>Then everything is erased, with the keys to it. Nobody can bring it back.</li>
      </ul>
      <label htmlFor="delete-word">Type DELETE to confirm</label>
      <input
        id="delete-word"
        name="word"
        ref={field}
        className="field"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        required
        maxLength={20}
        aria-invalid={Boolean(error)}
        aria-describedby={error ? "delete-error" : undefined}
        onKeyDown={(event) => event.key === "Escape" && onCancel()}
      />
      {error && <p className="error" role="alert" id="delete-error">{error}</p>}
      <div className="buttons">
        <button type="submit" className="button danger" aria-disabled={busy}>
          Delete my account
        </button>
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
