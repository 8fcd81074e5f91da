// The token of an invitation's link. It leaves the address at once, so that it stands in no history,
// and this tab keeps it over the way to sign in and back.
const KEY = "assistant:invitation";
const TOKEN = /^#([\w-]{43})$/;

/** The token that came with the address, or that this tab has kept; "" for none. */
export function invitation() {
  const [, token] = TOKEN.exec(location.hash) ?? [];
  if (location.hash && !token) return ""; // cut off, and not the one that was kept before
  try {
    if (token) {
      sessionStorage.setItem(KEY, token);
      history.replaceState(history.state, "", location.pathname + location.search);
    }
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return token ?? ""; // nothing can be kept here, so it stays in the address
  }
}

/** It was used, or cannot be. */
export function forgetInvitation() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    return; // then nothing was kept
  }
}
