// The composer's focus.
import { useLayoutEffect, useRef } from "react";
import { isTouch } from "./keyboard.js";

/** A ref for the field. A new chat begins in it; on touch no keyboard pops up by itself. */
export function useFirstFocus(id) {
  const field = useRef(null);
  useLayoutEffect(() => {
    if (id === "" && !isTouch()) field.current.focus();
  }, [id]);
  return field;
}
