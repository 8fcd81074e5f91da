// Asking our own server for JSON.
import { fetchSigned } from "./session.js";

const JSON_BOTH_WAYS = { Accept: "application/json", "Content-Type": "application/json" };
const UNEXPECTED = "The server gave no answer that can be used. Nothing is lost; try again.";

/** Lets the page react to a lost session, wherever it was noticed. */
export const signedOut = () => window.dispatchEvent(new CustomEvent("assistant:signed-out"));

/** Whether asking again would bring the same refusal. */
export const isFinal = (status) => status >= 400 && status < 500 && status !== 429;

/** Sends a form and gives the answer's JSON. Throws why, in words to show, with `status` if refused. */
export const postForm = (url, form = {}) =>
  sent(url, { body: new URLSearchParams(form) }, UNEXPECTED);

/** Sends a value as JSON; the rest as above. otherwise: what is said where no answer came. */
export const postValue = (url, value, otherwise) =>
  sent(url, { body: JSON.stringify(value), headers: JSON_BOTH_WAYS }, otherwise);

async function sent(url, options, otherwise) {
  const response = await fetchSigned(url, { method: "POST", ...options }).catch(() => {
    throw new Error(otherwise); // the browser's own words say less
  });
  return outcome(response, otherwise);
}

/** The answer's JSON. Where the user must first prove who they are, the page leaves to do that. */
export async function outcome(response, otherwise) {
  if (response.status === 401) signedOut();
  const answer = await response.json().catch(() => ({}));
  if (answer.where) location.assign(`${answer.where}&next=${encodeURIComponent(location.pathname)}`);
  if (!response.ok)
    throw Object.assign(new Error(answer.error ?? otherwise), { status: response.status });
  return answer;
}

/** The answer's JSON. signal: gives up. Throws with `status` when refused. */
export const getJson = (url, signal) => jsonOf(url, { signal });

/** Sends a value as JSON; the rest as above. */
export const postJson = (url, value, signal) =>
  jsonOf(url, { method: "POST", body: JSON.stringify(value), signal });

async function jsonOf(url, options) {
  const sent = options.body ? { "Content-Type": "application/json" } : {};
  const headers = { Accept: "application/json", ...sent };
  const response = await fetchSigned(url, { ...options, headers, cache: "no-store" });
  if (response.status === 401) signedOut();
  if (!response.ok) throw Object.assign(new Error(url), { status: response.status });
  return response.json();
}
