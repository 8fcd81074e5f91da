// The composer's focus, which outlives a composer that a route change replaces.
import { useLayoutEffect, useRef } from "react";
import { isTouch } from "./keyboard.js";

const REPLACED_MS = 3_000;

let left = null;

/** A ref for the field. A new chat begins in it; on touch no keyboard pops up by itself. */
export function useKeptFocus(id) {
  const field = useRef(null);
  useLayoutEffect(() => {
    if (left && performance.now() - left.at < REPLACED_MS) {
      field.current.focus();
      field.current.setSelectionRange(left.start, left.end);
    }
    left = null;
    const element = field.current;
    return () => {
      if (document.activeElement !== element) return;
      const { selectionStart: start, selectionEnd: end } = element;
      left = { start, end, at: performance.now() };
    };
  }, []);
  useLayoutEffect(() => {
    if (id === "" && !isTouch()) field.current.focus();
  }, [id]);
  return field;
}
