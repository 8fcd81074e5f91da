// Which conversation the page is about, and the address of one that began here.
import { useRef, useSyncExternalStore } from "react";
import { useNavigate } from "react-router";
import { inAddress } from "./address.js";
import { shownOf, watchTurn } from "./live.js";

const PATIENCE_MS = 250; // a page that is drawn anew later would meet who types on

const never = () => () => {};

/**
 * The id that the server's state gives, and until it has spoken, the one in the address: so that
 * a reload reads its messages while the state is still on its way.
 */
export function useConversationId(told) {
  const addressed = useSyncExternalStore(never, inAddress, () => "");
  return told || addressed;
}

/**
 * Returns arrive(id, turn), for a conversation that began on the page of a new chat. The browser
 * has its address at once. The router, which draws the page anew for it, learns it when the first
 * words of the turn are on the screen, or are long in coming.
 */
export function useArrival() {
  const navigate = useRef(null);
  navigate.current = useNavigate();
  return (id, turn) => {
    if (window.location.pathname !== "/") return; // the user has moved on
    const path = `/chat/${id}`;
    window.history.replaceState(window.history.state, "", path);
    whenShown(turn, () => {
      if (window.location.pathname === path) navigate.current(path, { replace: true });
    });
  };
}

/** Acts once: when something of a turn was painted, and soon in any case. */
function whenShown(turn, act) {
  const once = () => {
    clearTimeout(timer);
    unwatch();
    act();
    act = () => {};
  };
  const timer = setTimeout(once, PATIENCE_MS);
  const unwatch = watchTurn(turn, () => {
    if (shownOf(turn)?.parts.length) requestAnimationFrame(() => setTimeout(once));
  });
}
