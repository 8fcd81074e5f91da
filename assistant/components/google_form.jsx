// What is to be connected at Google. The form leaves the page: what is granted, Google itself asks.
import { useEffect, useRef } from "react";

const CHOICES = [
  ["calendar mail", "Calendar and mail"],
  ["calendar", "Calendar only"],
  ["mail", "Mail only"],
];
const RIGHTS = [
  ["Calendar", "See the list of your calendars; see, add, change and delete events in them."],
  [
    "Mail",
    "Read, write and send letters, and move them, also to the trash. Nothing is deleted for good, " +
      "and no setting of your mailbox is changed.",
  ],
];
const HINT =
  "Google asks you for exactly this, and you can leave a box there unticked. What lets us in is " +
  "stored encrypted, and given back when you disconnect.";

export function GoogleForm({ onCancel }) {
  const heading = useRef(null);
  useEffect(() => heading.current.focus(), []);
  return (
    <form className="connect" action="/auth/connect/google" method="post" data-testid="connect-google">
      <h3 tabIndex={-1} ref={heading}>Connect Google</h3>
      <fieldset className="options">
        <legend>What the assistant may use</legend>
        {CHOICES.map(([uses, label]) => (
          <label key={uses}>
            <input type="radio" name="uses" value={uses} defaultChecked={uses === CHOICES[0][0]} />
            {label}
          </label>
        ))}
      </fieldset>
      <dl className="rights">
        {RIGHTS.map(([name, right]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{right}</dd>
          </div>
        ))}
      </dl>
      <small>{HINT}</small>
      <div className="acts">
        <button type="submit" className="button primary">Continue to Google</button>
        <button type="button" className="button" onClick={onCancel}>Cancel</button>
      </div>
    </form>
  );
}
