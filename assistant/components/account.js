// Requests about the whole account: what is in it, to take along, to bring back, to delete.
import { outcome } from "./api.js";
import { fetchSigned } from "./session.js";

const AWAY = "The server does not answer. Nothing was changed; try again in a moment.";

/** The answer's JSON. Throws an error whose message is a sentence to show. */
export async function ask(path, options) {
  const response = await fetchSigned(path, { cache: "no-store", ...options }).catch(() => {
    throw new Error(AWAY);
  });
  return outcome(response, AWAY);
}

/** Whether the user has just proved who they are; else the page leaves, to where they can. */
export function mayGoOn({ step_up: where }) {
  if (where) location.assign(where);
  return !where;
}
