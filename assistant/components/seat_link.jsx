// An invitation: for whom it is, and then its link, which is shown only now.
import { useEffect, useId, useRef } from "react";
import { CopyButton } from "./copy_button.jsx";

const LABEL_CHARACTERS = 60;

/** onGive(label): resolves to true when there is a link. */
export function SeatLink({ free, busy, onGive }) {
  const field = useId();
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!busy && (await onGive(new FormData(form).get("label")))) form.reset();
  };
  return (
    <form className="setting give" onSubmit={submit} autoComplete="off">
      <div className="about">
        <label htmlFor={field}>Give a seat away</label>
        <small id={`${field}-hint`}>
          {free === 1 ? "One is left." : `${free} are left.`} Who it is for, in your words: only you
          see them.
        </small>
      </div>
      <div className="acts">
        <input
          id={field}
          name="label"
          className="field"
          placeholder="Ana from accounting"
          aria-describedby={`${field}-hint`}
          required
          maxLength={LABEL_CHARACTERS}
        />
        <button type="submit" className="button" aria-disabled={busy}>Make a link</button>
      </div>
    </form>
  );
}

export function Link({ link }) {
  const field = useId();
  const input = useRef(null);
  useEffect(() => input.current.focus(), []);
  return (
    <div className="seat-link" data-testid="seat-link">
      <label htmlFor={field}>Send this link to whom the seat is for</label>
      <div className="acts">
        <input
          id={field}
          className="field"
          readOnly
          ref={input}
          value={link}
          aria-describedby={`${field}-hint`}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton text={() => link} className="button" />
      </div>
      <small id={`${field}-hint`}>
        It is good once, for seven days, for whoever takes the seat first. It is shown only now.
      </small>
    </div>
  );
}
