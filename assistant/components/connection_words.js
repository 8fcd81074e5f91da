// What is said of connections: how the way to Google ended, and as what an account serves.

const BACK = {
  __proto__: null, // the word comes from the address
  connected: { said: "Connected." },
  cancelled: { problem: "You said no at Google, so nothing was connected." },
  nothing: { problem: "At Google nothing was ticked that can be used, so nothing was connected." },
  away: { problem: "Google does not answer at the moment. Nothing was connected; try again in a while." },
  refused: {
    problem:
      "This could not be completed: it may have expired, or was used already. Nothing was " +
      "connected; please try again.",
  },
};
const USES = { calendar: "calendar", mail: "mailbox" };

/** How the way to a provider ended from which the browser comes back: {said} or {problem}. */
export const cameBack = () => BACK[new URLSearchParams(location.search).get("google")] ?? null;

/** Sentences on what an account is used for, where that is not plain from its kind. */
export function servesAs({ kind, uses, idle, withheld }) {
  const used = uses.filter((use) => !idle.includes(use));
  return [
    kind === "google" && used.length > 0 && `Used as your ${named(used)}.`,
    idle.length > 0 && `Not used as your ${named(idle)}: you have connected a newer one.`,
    withheld.length > 0 && `Your ${named(withheld)} was not ticked at Google, so it stays closed.`,
  ].filter(Boolean);
}

const named = (uses) => uses.map((use) => USES[use]).join(" and ");
