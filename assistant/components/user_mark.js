// Whose page this is. The session's cookie is out of reach for scripts; beside it the server sets
// one that holds the user's id and opens nothing.

/** What the server says in a cookie of this name that scripts may read, undefined for nothing. */
export const saidBeside = (name) =>
  globalThis.document?.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1];

const named = () => saidBeside("user") ?? "";

/** The id of the user for whom this page was loaded, "" when the browser does not tell. */
export const user = named();

/** False once somebody else has signed in, or the user has signed out, in any tab. */
export const isStillTheirs = () => named() === user;
