// What the composer says of the plan: one quiet line while it is short, a plain one when it is spent.
import { useEffect, useRef } from "react";

const LONGEST_MS = 2 ** 31 - 1; // a browser's timer runs at once when it is to wait longer

/** Where a larger plan is bought, and the way back to this conversation and what is written in it. */
const billing = (id) => `/billing?back=${id ? `/chat/${id}` : "/"}`;

/** larger: what the next plan is called, "" where there is none to be had. */
const Ways = ({ id, larger, look }) => (
  <span className="ways">
    <a className="way" href="/usage">Usage</a>
    {larger && <a className={look} href={billing(id)}>Upgrade to {larger}</a>}
  </span>
);

/** Above the words that cannot be sent; it tells screen readers as soon as that is so. */
export function Spent({ id, spent, larger }) {
  return (
    <div role="status" data-testid="spent">
      {spent && (
        <div className="spent">
          <p>{spent}</p>
          <Ways id={id} larger={larger} look="button primary" />
        </div>
      )}
    </div>
  );
}

export const Short = ({ id, short, larger }) =>
  short && (
    <span data-testid="short">
      {short} <Ways id={id} larger={larger} look="way" />
    </span>
  );

/** Asks anew when somebody comes back to the page, perhaps from paying, and when it begins anew. */
export function useRenewal({ spent, until, onRefresh }) {
  const latest = useRef(onRefresh);
  latest.current = onRefresh;
  useEffect(() => {
    if (!spent) return undefined;
    const ask = () => latest.current?.();
    const left = Date.parse(until) - Date.now();
    const timer = left < LONGEST_MS ? setTimeout(ask, Math.max(left, 0) + 1_000) : 0;
    window.addEventListener("focus", ask);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("focus", ask);
    };
  }, [spent, until]);
}
