// The ways to sign in. Which there are, the server says: the page was built before it was set up.
import { useEffect, useId, useState } from "react";

const ERRORS = {
  name: "A name needs between 1 and 60 characters that can be seen.",
  cancelled: "You did not finish signing in. Nothing was changed; try again when you like.",
  away: "This provider does not answer at the moment. Nothing was changed; try again in a while.",
  taken: "This account signs in somebody else here, so it was not linked. Nothing was changed.",
};
const REFUSED =
  "This sign-in could not be completed: it may have expired, or was used already. " +
  "Nothing was changed; please try again.";
const NO_WAY =
  "Signing in by a name works without a proxy only, on the machine itself. " +
  "Whoever runs this server can offer Google, GitHub or Microsoft instead: the README says how.";
export const AWAY = "The server does not answer. Reload the page to try again.";

/** {local, providers} as the server offers them, {away: true} where it does not answer, null before. */
export function useWaysIn() {
  const [ways, setWays] = useState(null);
  useEffect(() => {
    fetch("/auth/ways", { cache: "no-store" })
      .then((response) => response.json())
      .then(setWays, () => setWays({ away: true }));
  }, []);
  return ways;
}

/** What became of the last try, by the query of the page that it led to; "" for nothing. */
export const errorIn = (asked) =>
  asked.has("error") ? (ERRORS[asked.get("error")] ?? REFUSED) : "";

/**
 * The providers' links, and the form. next: where to go on, "" for the first page. again: signing
 * in anew is asked of the provider, too. onFollow, onSubmit: hear of their events.
 */
export function WaysIn({ ways, next = "", again = "", onFollow, onSubmit }) {
  const query = new URLSearchParams({ ...(next && { next }), ...(again && { again }) });
  const more = query.size ? `?${query}` : "";
  return (
    <>
      {ways?.providers?.map(({ id, label }) => (
        <a
          key={id}
          className="button"
          href={`/auth/login/${id}${more}`}
          data-testid={`sign-in-${id}`}
          onClick={onFollow}
        >
          <Mark id={id} />
          Continue with {label}
        </a>
      ))}
      {ways?.local === false && ways.providers.length === 0 && <p className="error">{NO_WAY}</p>}
      {ways?.local && <ByName next={next} onSubmit={onSubmit} />}
    </>
  );
}

function ByName({ next, onSubmit }) {
  const id = useId();
  return (
    <form
      className="ways"
      action="/auth/login/local"
      method="post"
      data-testid="sign-in-local"
      onSubmit={onSubmit}
    >
      <p>This server is only reachable from this machine, so a name is enough.</p>
      <label htmlFor={id}>Your name</label>
      <input
        id={id}
        name="name"
        className="field"
        autoComplete="username"
        autoFocus
        required
        maxLength={60}
      />
      {next && <input type="hidden" name="next" value={next} />}
      <button type="submit" className="button primary">
        Continue
      </button>
    </form>
  );
}

const MARKS = {
  google: [["#4285f4", "M21.6 12.2c0-.7-.1-1.4-.2-2H12v3.8h5.4a4.6 4.6 0 0 1-2 3v2.5h3.2c1.9-1.7 3-4.3 3-7.3z"],
    ["#34a853", "M12 22c2.7 0 5-.9 6.6-2.5L15.4 17a6 6 0 0 1-9-3.1H3.1v2.6A10 10 0 0 0 12 22z"],
    ["#fbbc05", "M6.4 13.9a6 6 0 0 1 0-3.8V7.5H3.1a10 10 0 0 0 0 9z"],
    ["#ea4335", "M12 6a5.4 5.4 0 0 1 3.8 1.5l2.9-2.9A10 10 0 0 0 3.1 7.5l3.3 2.6A6 6 0 0 1 12 6z"]],
  microsoft: [["#f25022", "M3 3h8.5v8.5H3z"], ["#7fba00", "M12.5 3H21v8.5h-8.5z"],
    ["#00a4ef", "M3 12.5h8.5V21H3z"], ["#ffb900", "M12.5 12.5H21V21h-8.5z"]],
  github: [["currentColor", "M12 2a10 10 0 0 0-3.2 19.5c.5.1.7-.2.7-.5v-1.7c-2.8.6-3.4-1.3-3.4-1.3-.4-1.2-1.1-1.5-1.1-1.5-.9-.6.1-.6.1-.6 1 .1 1.5 1 1.5 1 .9 1.6 2.4 1.1 2.9.9.1-.7.4-1.1.7-1.4-2.3-.3-4.6-1.1-4.6-5 0-1.1.4-2 1-2.7-.1-.3-.4-1.3.1-2.7 0 0 .8-.3 2.7 1a9.4 9.4 0 0 1 5 0c1.9-1.3 2.7-1 2.7-1 .5 1.4.2 2.4.1 2.7.6.7 1 1.6 1 2.7 0 3.9-2.3 4.7-4.6 5 .4.3.7.9.7 1.9V21c0 .3.2.6.7.5A10 10 0 0 0 12 2z"]],
};

function Mark({ id }) {
  return (
    <svg width="18" height="18" viewBox="0 0 24 24" aria-hidden="true">
      {(MARKS[id] ?? []).map(([fill, path]) => <path key={path} fill={fill} d={path} />)}
    </svg>
  );
}
