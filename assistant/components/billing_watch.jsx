// Looks again how the plan stands: when it has changed, often while a payment is being confirmed, and
// when the user comes back to this page, perhaps from paying in another tab. It shows nothing.
import { useEffect, useRef } from "react";

const FIRST_MS = 1_500;
const MOST_MS = 15_000;
const APART_MS = 5_000;

/**
 * waiting: a payment is being confirmed. settled: what the address told has been said. news: what
 * stands at the top of the page, which whoever has pressed something further below shall see.
 */
export function BillingWatch({ waiting, settled, news, onLook }) {
  const look = useRef(onLook);
  look.current = onLook;
  useEffect(() => (waiting ? repeat(() => document.hidden || look.current?.()) : undefined), [waiting]);
  useEffect(() => {
    let last = Date.now();
    const back = () => {
      if (document.hidden || Date.now() - last < APART_MS) return;
      last = Date.now();
      look.current?.();
    };
    const hear = () => look.current?.();
    document.addEventListener("visibilitychange", back);
    window.addEventListener("assistant:plan", hear);
    return () => {
      document.removeEventListener("visibilitychange", back);
      window.removeEventListener("assistant:plan", hear);
    };
  }, []);
  // Who loads the page once more is not thanked once more.
  useEffect(() => {
    if (settled && location.search) history.replaceState(history.state, "", location.pathname);
  }, [settled]);
  useEffect(() => {
    if (news) document.querySelector(".billing .news")?.scrollIntoView({ block: "nearest" });
  }, [news]);
  return null;
}

/** Acts again and again, more and more seldom. Returns what ends it. */
function repeat(act) {
  let pause = FIRST_MS;
  let timer;
  const next = () => {
    timer = setTimeout(() => {
      act();
      pause = Math.min(pause * 1.5, MOST_MS);
      next();
    }, pause);
  };
  next();
  return () => clearTimeout(timer);
}
