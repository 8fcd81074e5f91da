// Which conversation the page is about.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { useLocation, useNavigate, useNavigation } from "react-router";

// With this mark, which Reflex sets where a page was not found, it does not ask the server anew
// what the page shows: here the server has just said it.
const KNOWN = { fromNotFound: true };

/** The id of the conversation that the address names, "" for none. */
export const inAddress = () => window.location.pathname.match(/^\/chat\/([^/]+)/)?.[1] ?? "";

/**
 * Whoever is still at a conversation that is deleted here comes to a new chat. told: the page's state
 * is known; what it says at first of a deletion was before this page was loaded.
 */
export function useDeparture(deleted, told) {
  const navigate = useNavigate();
  const known = useRef(false);
  useEffect(() => {
    if (known.current && deleted && inAddress() === deleted) navigate("/");
    known.current = told;
  }, [deleted, told]);
}

// The conversation of which the server has just told, while the address does not name it yet.
let arriving = "";
const watchers = new Set();
const watch = (watcher) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};
const shown = () => inAddress() || arriving;

function setArriving(id) {
  arriving = id;
  for (const watcher of watchers) watcher();
}

/**
 * The id of the conversation on the page. The server's state follows later: who begins a new chat
 * and writes at once does not write into the one before.
 */
export function useConversationId() {
  useLocation(); // one component draws all conversations: it is drawn anew where the address is
  return useSyncExternalStore(watch, shown, () => "");
}

/**
 * For a new chat that gets an id: leave() notes from where it was sent, arrive(id, isTold) lets the
 * address name it, unless the user is on the way to another page or there already. isTold: the
 * server's state is of this conversation.
 */
export function useArrival() {
  const navigate = useNavigate();
  const onTheWay = useNavigation().state !== "idle";
  const { key, state } = useLocation();
  const left = useRef("");
  // Who comes back to this place later finds another conversation in the server's state.
  useEffect(() => {
    if (state?.fromNotFound) window.history.replaceState({ ...window.history.state, usr: null }, "");
  }, [state]);

  useEffect(() => setArriving(""), [key]);

  const leave = () => (left.current = key);
  const arrive = (id, isTold) => {
    if (window.location.pathname !== "/") return;
    setArriving(id);
    if (onTheWay) return;
    // Whoever has asked for a new chat meanwhile has had another answer from the server.
    const known = isTold && left.current === key;
    navigate(`/chat/${id}`, { replace: true, state: known ? KNOWN : null });
  };
  return { leave, arrive };
}
