// Whether an answer is being written here, and how it is stopped.
import { useEffect, useState, useSyncExternalStore } from "react";
import * as store from "./chat_store.js";

const BEFORE_IT_BEGAN = "before it began";

/**
 * Returns {running, stopping, stop}. told: what the server's state says, {conversationId, busy,
 * turnId}; the page often knows earlier, by its own send and by the stream.
 */
export function useTurn(id, told) {
  const known = useSyncExternalStore(store.subscribe, () => store.runningTurn(id), () => "");
  const sending = useSyncExternalStore(store.subscribe, () => store.isSending(id), () => false);
  const busy = told.busy && told.conversationId === id;
  const open = busy && !(told.turnId && store.hasEnded(told.turnId));
  const turn = known || (open && told.turnId) || "";
  const running = Boolean(turn) || sending || open;
  const [stopped, setStopped] = useState("");

  const stopNow = async () => {
    setStopped(turn);
    if (!(await store.stop(turn))) setStopped("");
  };
  const stop = () => (turn ? stopNow() : setStopped(BEFORE_IT_BEGAN));
  useEffect(() => {
    if (!running) setStopped("");
    else if (turn && stopped === BEFORE_IT_BEGAN) stopNow();
  }, [running, turn, stopped]);

  const stopping = stopped === BEFORE_IT_BEGAN || (turn !== "" && stopped === turn);
  return { running, stopping, stop };
}
