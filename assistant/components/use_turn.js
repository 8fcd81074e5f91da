// Whether an answer is being written here, and how it is stopped.
import { useEffect, useState, useSyncExternalStore } from "react";
import * as store from "./chat_store.js";

const BEFORE_IT_BEGAN = "before it began";

/**
 * Returns {running, stopping, stop}. The server's state is not asked: a page that comes back is told
 * first of the turn that ran when it was left, and what is written then must not wait for it.
 */
export function useTurn(id) {
  const turn = useSyncExternalStore(store.subscribe, () => store.runningTurn(id), () => "");
  const sending = useSyncExternalStore(store.subscribe, () => store.isSending(id), () => false);
  const running = Boolean(turn) || sending;
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
