// The words of an answer: plain until the markdown chunk is there, then formatted.
import { useSyncExternalStore } from "react";
import { signal } from "./signal.js";

const WAITING = { settled: false, Answer: null };
const chunk = signal(WAITING);
let coming = null;

/** Fetches the markdown chunk: as soon as somebody types, or words are there to show. */
export function loadAnswer() {
  coming ??= import("./answer.jsx").then(
    (module) => chunk.set({ settled: true, Answer: module.Answer }),
    () => {
      // Plain words are readable too; the next message asks again.
      coming = null;
      chunk.set({ settled: true, Answer: null });
    },
  );
}

const useChunk = () => useSyncExternalStore(chunk.subscribe, chunk.get, () => WAITING);

/** Whether it is decided how answers look: formatted, or plain for want of the chunk. */
export const useSettledLook = () => useChunk().settled;

export function Words({ text, live }) {
  const { Answer } = useChunk();
  if (Answer) return <Answer text={text} live={live} />;
  loadAnswer();
  return <div className={live ? "words plain live" : "words plain"}>{text}</div>;
}
