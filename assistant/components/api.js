// Asking our own server for JSON.
import { fetchSigned } from "./session.js";

/** Lets the page react to a lost session, wherever it was noticed. */
export const signedOut = () => window.dispatchEvent(new CustomEvent("assistant:signed-out"));

/** Whether asking again would bring the same refusal. */
export const isFinal = (status) => status >= 400 && status < 500 && status !== 429;

/** The answer's JSON. signal: gives up. Throws with `status` when refused. */
export async function getJson(url, signal) {
  const headers = { Accept: "application/json" };
  const response = await fetchSigned(url, { headers, cache: "no-store", signal });
  if (response.status === 401) signedOut();
  if (!response.ok) throw Object.assign(new Error(url), { status: response.status });
  return response.json();
}
