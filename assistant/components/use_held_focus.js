// Who acts by the keyboard stays where they are when what they have pressed is drawn anew.
import { useLayoutEffect, useRef } from "react";

/** frame: around it. state: when this changes, it may be gone. Returns what hears the press. */
export function useHeldFocus(frame, state) {
  const held = useRef(false);
  useLayoutEffect(() => {
    const isLost = held.current && document.activeElement === document.body;
    if (isLost) frame.current.querySelector(".tool-line, .undo")?.focus({ preventScroll: true });
  }, [frame, state]);
  return () => {
    held.current = frame.current.contains(document.activeElement);
  };
}
