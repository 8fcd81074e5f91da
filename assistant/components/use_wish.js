// What is wished of one message, as long as it is drawn.
import { useLayoutEffect, useRef, useSyncExternalStore } from "react";
import * as anew from "./asked_anew.js";
import { isTouch } from "./keyboard.js";

const none = {};

/**
 * Returns [wish, frame]. frame: a ref for the message. When the other branch takes its place, who
 * acts by the keyboard goes on in the composer, as after a send.
 */
export function useWish(message) {
  const wish = useSyncExternalStore(anew.subscribe, () => anew.wishOf(message), () => none);
  const frame = useRef(null);
  useLayoutEffect(() => {
    const drawn = frame.current;
    return () => {
      if (!anew.wishOf(message).key) return;
      const held = drawn.contains(document.activeElement);
      queueMicrotask(() => {
        anew.leave(message);
        if (held && !isTouch()) window.dispatchEvent(new CustomEvent("assistant:compose"));
      });
    };
  }, [message]);
  return [wish, frame];
}
