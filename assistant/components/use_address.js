// Which conversation the page is about.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { useLocation, useNavigate, useNavigation } from "react-router";

// With this mark, which Reflex sets where a page was not found, it does not ask the server anew
// what the page shows: here the server has just said it.
const KNOWN = { fromNotFound: true };

/** The id of the conversation that the address names, "" for none. */
export const inAddress = () => window.location.pathname.match(/^\/chat\/([^/]+)/)?.[1] ?? "";
const never = () => () => {};

/**
 * The id that the server's state gives, and until it has spoken, the one in the address: so that
 * a reload reads its messages while the state is still on its way.
 */
export function useConversationId(told) {
  useLocation(); // one component draws all conversations: it is drawn anew where the address is
  const addressed = useSyncExternalStore(never, inAddress, () => "");
  return told || addressed;
}

/**
 * For a new chat that gets an id: leave() notes from where it was sent, arrive(id) lets the address
 * name it, unless the user is on the way to another page or there already.
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

  const leave = () => (left.current = key);
  const arrive = (id) => {
    if (window.location.pathname !== "/" || onTheWay) return;
    // Whoever has asked for a new chat meanwhile has had another answer from the server.
    navigate(`/chat/${id}`, { replace: true, state: left.current === key ? KNOWN : null });
  };
  return { leave, arrive };
}
