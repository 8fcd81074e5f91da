// Whose page this is. The session's cookie is out of reach for scripts; beside it the server sets
// one that holds the user's id and opens nothing.

const named = () =>
  globalThis.document?.cookie.match(/(?:^|; )user=([^;]*)/)?.[1] ?? "";

/** The id of the user for whom this page was loaded, "" when the browser does not tell. */
export const user = named();

/** False once somebody else has signed in, or the user has signed out, in any tab. */
export const isStillTheirs = () => named() === user;
