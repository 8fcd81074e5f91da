// Shows a new secret to an authenticator, and takes the first code that it makes.
import { CopyButton } from "./copy_button.jsx";
import { isTouch } from "./keyboard.js";

/** uri, secret, path, size: see services/second_factor.py. onCode(code) */
export function Enrolment({ uri, secret, path, size, onCode, onCancel }) {
  const submit = (event) => {
    event.preventDefault();
    onCode(new FormData(event.currentTarget).get("code"));
  };
  return (
    <form className="enrolment" onSubmit={submit} data-testid="enrolment">
      <Drawing path={path} size={size} />
      <div>
        <p>Scan this with an authenticator app, or type the secret into it:</p>
        <p className="secret">
          <code data-testid="secret">{secret.match(/.{1,4}/g).join(" ")}</code>
          <CopyButton text={() => secret} />
        </p>
        <p>
          <a className="link" href={uri}>Open in an app on this device</a>
        </p>
        <label htmlFor="first-code">The code that the app shows</label>
        <div className="asked">
          <input
            id="first-code"
            name="code"
            className="field code"
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            autoFocus={!isTouch()} // a phone's keyboard would cover the drawing
            maxLength={40}
          />
          <button type="submit" className="button primary">Turn on</button>
          <button type="button" className="button" onClick={onCancel}>Cancel</button>
        </div>
      </div>
    </form>
  );
}

function Drawing({ path, size }) {
  return (
    <svg
      className="qr"
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      role="img"
      aria-label="QR code of the secret"
    >
      <path fill="#fff" d={`M0 0h${size}v${size}H0z`} />
      <path fill="#000" d={path} />
    </svg>
  );
}
