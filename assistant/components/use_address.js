// Which conversation the page is about.
import { useSyncExternalStore } from "react";

/** The id of the conversation that the address names, "" for none. */
export const inAddress = () => window.location.pathname.match(/^\/chat\/([^/]+)/)?.[1] ?? "";
const never = () => () => {};

/**
 * The id that the server's state gives, and until it has spoken, the one in the address: so that
 * a reload reads its messages while the state is still on its way.
 */
export function useConversationId(told) {
  const addressed = useSyncExternalStore(never, inAddress, () => "");
  return told || addressed;
}
