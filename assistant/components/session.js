// The session, kept going: tokens that expire are renewed unseen, once for all tabs.

const RENEWED = "assistant:renewed"; // in localStorage: when a tab did so last
const LOOK_MS = 30_000;
let lifeMs = 540_000; // of the tokens; the server says it anew each time
let noted = Date.now(); // where nothing can be stored: the page's tokens are new with it
let over = false;
let renewing = null;

/** As fetch. Where the session has to be renewed, that is done and the request repeated, once. */
export async function fetchSigned(url, options) {
  const began = Date.now();
  const response = await fetch(url, options);
  if (response.status !== 401 || !(await renewedSince(began))) return response;
  return fetch(url, options);
}

/** Where to sign in, and come back from to this page. */
export const signInAddress = () =>
  `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;

/** Whether the session goes on. Throws, as fetch does, when that cannot be known now. */
function renewedSince(began) {
  renewing ??= alone(() => renew(began)).finally(() => {
    renewing = null;
  });
  return renewing;
}

/** One tab at a time, in browsers that have locks; else the server forgives two at once. */
const alone = (work) =>
  globalThis.navigator?.locks ? navigator.locks.request("assistant:renewal", work) : work();

async function renew(began) {
  if (lastRenewal() > began) return true; // another tab was faster
  const response = await fetch("/auth/refresh", { method: "POST" });
  over = response.status === 401;
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
  try {
    return Math.max(noted, Number(localStorage.getItem(RENEWED)));
  } catch {
    return noted;
  }
}

/** While somebody looks, the tokens are new before they expire. */
function look() {
  const due = lastRenewal() + 0.8 * lifeMs;
  if (!over && !document.hidden && Date.now() > due) renewedSince(due).catch(() => {});
}

if (globalThis.document) setInterval(look, LOOK_MS).unref?.();
