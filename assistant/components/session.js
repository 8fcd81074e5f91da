// The session, kept going: tokens that expire are renewed unseen, once for all tabs.
import { saidBeside } from "./user_mark.js";

const RENEWED = "assistant:renewed"; // in localStorage: when a tab did so last
const LOOK_MS = 30_000;
const AGAIN_MS = [1_000, 2_000, 3_000]; // an answer that was lost is asked for again
const LIFE_S = 540; // of new tokens; the server says it anew each time
let lifeMs = LIFE_S * 1000;
// The page may have come with tokens that are minutes old: beside them the server says what is left.
let noted = Date.now() - lifeMs + Number(saidBeside("left") ?? LIFE_S) * 1000;
let over = false;
let ranOut = false; // it is over because its time is: nobody has signed out
let renewing = null;
let failures = 0;

/**
 * As fetch. Where the session has to be renewed, that is done and the request repeated, once.
 * send: sends it in the place of fetch.
 */
export async function fetchSigned(url, options, send = fetch) {
  const began = Date.now();
  const response = await send(url, options);
  if (response.status !== 401 || !(await renewedSince(began))) return response;
  return send(url, options);
}

/** Where to sign in, and come back from to this page. */
export const signInAddress = () =>
  `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;

/**
 * Who this browser is now: "in", "out", "out of time" where nobody has signed out, "half" before the
 * code of a second factor, "elsewhere" where another page is meant. Throws where that cannot be known
 * now.
 */
export async function standing() {
  const { status, answer } = await asked("/api/approvals");
  if (status === 401) return ranOut ? "out of time" : "out";
  if (status === 403) return answer.where ? "half" : "elsewhere";
  if (status !== 200) throw Object.assign(new Error("standing"), { status });
  over = false;
  note(Date.now()); // who has signed in again has new tokens
  return "in";
}

async function asked(url) {
  const headers = { Accept: "application/json" };
  const response = await fetchSigned(url, { headers, cache: "no-store" });
  return { status: response.status, answer: await response.json().catch(() => ({})) };
}

/** Whether the session goes on. Throws, as fetch does, when that cannot be known now. */
function renewedSince(began) {
  renewing ??= alone(() => renew(began))
    .catch((error) => {
      askAgain(began);
      throw error;
    })
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

/** The answer may have been lost on its way: until its successor is here, the old token is good. */
function askAgain(began) {
  const wait = AGAIN_MS[failures++];
  if (wait) setTimeout(quietly, wait, began).unref?.();
  else failures = 0;
}

const quietly = (began) => renewedSince(began).catch(() => {});

/** One tab at a time, in browsers that have locks; else the server forgives two at once. */
const alone = (work) =>
  globalThis.navigator?.locks ? navigator.locks.request("assistant:renewal", work) : work();

async function renew(began) {
  if (lastRenewal() > began) return true; // another tab was faster
  const response = await fetch("/auth/refresh", { method: "POST" });
  // Who has signed in meanwhile has another session than the one that this speaks of.
  if (response.status === 401 && lastRenewal() > began) return true;
  over = response.status === 401;
  ranOut = over && "ran_out" in (await response.json().catch(() => ({})));
  if (over || response.ok) failures = 0;
  if (over) return false;
  if (!response.ok) throw Object.assign(new Error("renewal"), { status: response.status });
  lifeMs = (await response.json()).seconds * 1000;
  note(Date.now());
  return true;
}

function note(now) {
  noted = now;
  try {
    localStorage.setItem(RENEWED, String(now));
  } catch {
    return; // nothing can be stored here
  }
}

function lastRenewal() {
  return Math.max(past(noted), past(storedRenewal()));
}

/** A clock can be set back: a moment that is still to come says nothing. */
const past = (at) => (at < Date.now() + LOOK_MS ? at : 0);

function storedRenewal() {
  try {
    return Number(localStorage.getItem(RENEWED));
  } catch {
    return 0;
  }
}

/** While somebody looks, the tokens are new before they expire. */
function look() {
  const due = lastRenewal() + 0.8 * lifeMs;
  if (!over && !document.hidden && Date.now() > due) quietly(due);
}

if (globalThis.document) {
  look();
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOK_MS).unref?.();
}
