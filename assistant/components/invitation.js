// The token of an invitation's link. It leaves the address at once, so that it stands in no history,
// and this tab keeps it over the way to sign in and back.
const KEY = "assistant:invitation";
const REFUSED = 422; // asked again, the server would say the same
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

/** status: of the answer to who has asked for the seat; a session or a network comes back. */
export function forgetRefused({ status }) {
  if (status === REFUSED) forgetInvitation();
}

/** It was used, or is not wanted. */
export function forgetInvitation() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    return; // then nothing was kept
  }
}
