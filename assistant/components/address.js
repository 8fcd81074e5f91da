// The address in the browser's bar.

/** The id of the conversation that it names, "" for none, and where there is no browser. */
export const inAddress = () =>
  globalThis.location?.pathname.match(/^\/chat\/([^/]+)/)?.[1] ?? "";
