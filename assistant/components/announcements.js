// What a screen reader should say next. One live region reads it; the transcript itself is silent.
import { signal } from "./signal.js";

export const announcement = signal("");

const ENDINGS = {
  done: "Answer complete",
  stopped: "Answer stopped",
  interrupted: "Answer interrupted",
  failed: "Answer failed",
  waiting: "Waiting for you",
};

/** The same sentence twice is read twice only if the text differs: a hard space makes it differ. */
export function announce(sentence) {
  announcement.set(announcement.get() === sentence ? `${sentence}\u00a0` : sentence);
}

export const announceEnd = (status) => announce(ENDINGS[status] ?? "");
